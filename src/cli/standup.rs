//! `stepdeck standup`: what a day's standup says, and one's own cards from scripts.

use chrono::{NaiveDate, SecondsFormat};
use clap::ValueEnum;
use color_eyre::eyre::{Result, bail};
use serde::Serialize;

use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use super::tick::find_stage;
use crate::document::visible::visible;
use crate::plan::source::Role;
use crate::record::standup::{
    self as record, Card, CardPart, CardRequest, Dialect, Digest, Entry, Health, digest,
};
use crate::store::posts::posts_on_branches;

/// Show a day's standup as one text, or post your own cards.
///
/// The text is Markdown. Days are UTC days. Entries are due before 15:00 UTC, or the time that
/// [rituals] in stepdeck.toml names. What others posted on branches that are fetched is shown with
/// the branch. Expected is who is in a table of people, or posted in the week before.
#[derive(clap::Args, Clone, Debug)]
pub struct Standup {
    /// The day, such as 2026-11-21, instead of today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<NaiveDate>,
    /// Only this person's entries.
    // Not called `person`: that is the name of the shared --as.
    #[arg(long = "person", value_name = "NAME")]
    pub only: Option<String>,
    /// Write the text in Slack's format.
    #[arg(long, conflicts_with = "json")]
    pub slack: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// What to do instead of showing the day.
    #[command(subcommand)]
    pub deed: Option<Action>,
}

/// What can be done with today's standup.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum Action {
    /// Post today's card for a stage, or add to the one already posted.
    ///
    /// Whatever you leave out is filled in as the cockpit suggests: yesterday's blockers, what has
    /// been completed since, what is blocked. --as says who posts.
    Post(Post),
}

/// The card to be posted.
#[derive(clap::Args, Clone, Debug)]
pub struct Post {
    /// The stage, or enough of its name to be unique.
    pub stage: String,
    /// How the stage is doing; with a new blocker it is at risk unless this says otherwise.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Status>,
    /// What is in the way; may be repeated.
    #[arg(long, value_name = "WORDS")]
    pub blocker: Vec<String>,
    /// A blocker to remove, in its own words.
    #[arg(long, value_name = "WORDS")]
    pub resolved: Vec<String>,
    /// A URL, or a path in the repository; may be repeated.
    #[arg(long, value_name = "LINK")]
    pub evidence: Vec<String>,
    /// What is done; may be repeated.
    #[arg(long, value_name = "WORDS")]
    pub done: Vec<String>,
}

/// How a stage is doing.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Status {
    /// As planned.
    #[value(alias = "on track")]
    OnTrack,
    /// The gate's date is in doubt.
    #[value(alias = "at risk")]
    AtRisk,
    /// Nothing moves until something happens.
    Blocked,
    /// Same as last time.
    #[value(alias = "no change")]
    NoChange,
}

impl Status {
    fn health(self) -> Health {
        match self {
            Self::OnTrack => Health::OnTrack,
            Self::AtRisk => Health::AtRisk,
            Self::Blocked => Health::Blocked,
            Self::NoChange => Health::NoChange,
        }
    }
}

impl Standup {
    /// Prints the day, or posts the card.
    ///
    /// # Errors
    /// When stage or day cannot be told, the plan cannot be read or written, or the output
    /// not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        match &self.deed {
            Some(_) if self.date.is_some() || self.only.is_some() || self.slack || self.json => {
                bail!("showing and posting are separate: leave out the options before `post`")
            }
            Some(Action::Post(post)) => post.run(invocation),
            None => self.show(invocation),
        }
    }

    fn show(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let person = invocation.person();
        let folder = opened.layout.papers.folder_of(Role::Standup);
        let now = invocation.outside.now;
        let date = self.date.unwrap_or_else(|| now.date_naive());
        if date > now.date_naive() {
            bail!("{date} has not started yet (UTC)");
        }
        let (root, main) = (&opened.layout.root, &opened.layout.config.main_branch);
        let elsewhere = match &invocation.as_of {
            // The past has no branches.
            Some(_) => Vec::new(),
            None => posts_on_branches(root, folder, main.as_deref(), date),
        };
        let standup = record::Standup {
            plan: &opened.plan,
            folder,
            person: &person,
            now,
            due: opened.layout.config.rituals.standup,
            elsewhere: &elsewhere,
            // Nothing is suggested.
            past: record::DoneBy::Unknown,
        };
        let mut day = standup.day(date);
        if let Some(name) = &self.only {
            let wanted = record::slug(name);
            day.entries.retain(|entry| entry.slug == wanted);
            day.missing.clear();
        } else if !day.has_own() && standup.is_expected(date) {
            // On one's own screen one knows; in a text for all one is missing like others.
            day.missing.push(day.person.clone());
        }
        if self.json {
            return invocation.print_json(&document(&opened, &day));
        }
        let dialect = match self.slack {
            true => Dialect::Slack,
            false => Dialect::Markdown,
        };
        let entries: Vec<&Entry> = day.entries.iter().collect();
        // What is read here and now may say "here"; what goes on to others may not.
        let is_read_here = invocation.outside.terminal.is_some() && !self.slack;
        let local_minutes = match is_read_here {
            true => invocation.outside.local_minutes,
            false => 0,
        };
        let text = digest(
            &day,
            &standup.stages(),
            &entries,
            &Digest {
                only: self.only.as_deref(),
                local_minutes,
                dialect,
            },
        );
        invocation.print_signs(&visible(&text))
    }
}

impl Post {
    fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let person = invocation.person();
        let now = invocation.outside.now;
        let reader = invocation.past_reader();
        let change = invocation.edit(|opened, _| {
            let past = reader.facts(opened);
            let folder = opened.layout.papers.folder_of(Role::Standup);
            let stages = opened.plan.stages();
            let stage = &stages[find_stage(stages, &self.stage)?].name;
            let standup = record::Standup {
                plan: &opened.plan,
                folder,
                person: &person,
                now,
                due: opened.layout.config.rituals.standup,
                elsewhere: &[],
                past: record::DoneBy::of(&past),
            };
            let posted = standup.post(now.date_naive(), stage, &self.wishes());
            posted.map_err(refused)
        })?;
        match change.edits.is_empty() {
            true => invocation.say("the card already says so"),
            false => invocation.say(&change.label),
        }
    }

    fn wishes(&self) -> Vec<CardRequest> {
        let add = |part, texts: &[String]| -> Vec<CardRequest> {
            texts
                .iter()
                .map(|text| CardRequest::Add(part, text.clone()))
                .collect()
        };
        let gone = self.resolved.iter().map(|old| CardRequest::Change {
            part: CardPart::Blockers,
            old: old.clone(),
            new: String::new(),
        });
        let mut wishes = vec![CardRequest::Post];
        wishes.extend(
            self.status
                .map(|status| CardRequest::Status(status.health())),
        );
        wishes.extend(gone);
        wishes.extend(add(CardPart::Blockers, &self.blocker));
        let is_open = self.status.is_none() && !self.blocker.is_empty();
        wishes.extend(is_open.then_some(CardRequest::AtRisk));
        wishes.extend(add(CardPart::Evidence, &self.evidence));
        wishes.extend(add(CardPart::Done, &self.done));
        wishes
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    date: String,
    deadline: String,
    entries: Vec<EntryDocument>,
    missing: Vec<String>,
    stewards: Vec<String>,
}

#[derive(Serialize)]
struct EntryDocument {
    person: String,
    posted_at: Option<String>,
    late: bool,
    cards: Vec<CardDocument>,
    file: String,
    branch: Option<String>,
}

#[derive(Serialize)]
struct CardDocument {
    stage: String,
    status: Option<&'static str>,
    said: String,
    blockers: Vec<String>,
    evidence: Vec<String>,
    done: Vec<String>,
    posted_at: Option<String>,
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn document(opened: &OpenPlan, day: &record::Day) -> Document {
    let card = |card: &Card| CardDocument {
        stage: card.stage.clone(),
        status: card.status.map(Health::word),
        said: card.said.clone(),
        blockers: card.blockers.clone(),
        evidence: card.evidence.clone(),
        done: card.done.clone(),
        posted_at: card.posted_at.map(instant),
    };
    let entry = |entry: &Entry| EntryDocument {
        person: entry.person.clone(),
        posted_at: entry.posted_at.map(instant),
        late: entry.is_late(),
        cards: entry.cards.iter().map(card).collect(),
        file: opened.layout.below(&entry.path).display().to_string(),
        branch: entry.branch.clone(),
    };
    Document {
        schema: "stepdeck/standup@1",
        date: day.date.to_string(),
        deadline: instant(day.deadline),
        entries: day.entries.iter().map(entry).collect(),
        missing: day.missing.clone(),
        stewards: day.stewards.clone(),
    }
}
