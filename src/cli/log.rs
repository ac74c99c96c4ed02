//! `stepdeck log`: what happened to the steps, newest first.

use color_eyre::eyre::{Result, bail};
use ratatui::text::{Line, Span};
use serde::Serialize;
use serde_json::value::RawValue;

use super::filter::Filter;
use super::invocation::{Invocation, Name};
use super::past::{Moment, followed};
use crate::cli::printer::Printer;
use crate::document::json;
use crate::document::visible::{visible_line, width};
use crate::history::canon::Tick;
use crate::history::follow::Followed;
use crate::history::landing::Landing;
use crate::history::when::{HELP, When};
use crate::history::words::{SHORT_HASH, instant, short, told};

/// The most columns that an author takes.
const AUTHOR: usize = 18;

/// Show what happened to the steps, newest first: who changed what, and in which commit.
///
/// The history is read from git, along the first parents of the current branch; uncommitted
/// changes come first. On a terminal, rows are cut to its width. In a pipe, each event is one line
/// of tab-separated fields: time, commit, author, step or stage, what changed.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Log {
    /// Only this step, under every number that it had.
    id: Option<Name>,
    /// Only what landed after this time.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// Only what had landed by this time.
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    #[command(flatten)]
    filter: Filter,
    /// Print JSON (stepdeck/log@1).
    #[arg(long)]
    json: bool,
}

impl Log {
    /// Prints the events.
    ///
    /// # Errors
    /// When there is no plan, no such step or no such time, or the filter makes no sense.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let plan = &opened.plan;
        let mut steps = followed(&query, plan, &invocation.selected(&query, &opened)?);
        let mut one = self.id.map(|Name(id)| Followed::one(plan, id));
        let mut past = invocation.past(&opened);
        let moment = |when: &Option<When>| {
            let moment = when
                .as_ref()
                .map(|when| invocation.moment(when, plan, &past));
            moment.transpose()
        };
        let (since, until) = (moment(&self.since)?, moment(&self.until)?);
        let mut landings = Vec::new();
        for mut landing in past.by_ref() {
            let is_after = |moment: &Moment| moment.is_before(landing.at, landing.hash());
            let is_later = until.as_ref().is_some_and(is_after);
            if since.as_ref().is_some_and(|since| !is_after(since)) {
                break;
            }
            landing.events.retain(|event| {
                let is_asked = |followed: &mut Option<Followed>| {
                    followed
                        .as_mut()
                        .is_none_or(|followed| followed.is_about(event))
                };
                is_asked(&mut steps) & is_asked(&mut one)
            });
            // Ticks belong to stages, not to steps.
            if steps.is_some() || one.is_some() {
                landing.ticks.clear();
            }
            if !is_later && !landing.is_empty() {
                landings.push(landing);
            }
        }
        invocation.say_unknown(&past)?;
        if let Some(Name(id)) = self.id
            && landings.is_empty()
            && plan.find(id).is_none()
        {
            bail!("there is no step {id}, and there was none");
        }
        let has_history = past.git().is_some();
        if self.json {
            invocation.print_json(&Document {
                schema: "stepdeck/log@1",
                source: if has_history { "git" } else { "updated_at" },
                notes: past.notes(),
                events: entries(&landings),
            })?;
            return Ok(());
        }
        let paint = invocation.paint();
        let text = match invocation.outside.terminal {
            Some(_) => table(&landings, &paint, has_history),
            None => tabbed(&landings, &paint, has_history),
        };
        invocation.print(&text)?;
        if landings.is_empty() {
            let since = match &since {
                Some(Moment::At(at)) => format!(" since {}", instant(*at)),
                Some(Moment::Commit(_)) => " since that commit".to_owned(),
                None => String::new(),
            };
            invocation.say(&format!("nothing happened{since}"))?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: Vec<String>,
    events: Vec<Entry<'a>>,
}

/// An event: of a step, or of a check.
#[derive(Serialize)]
struct Entry<'a> {
    landed: String,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    #[serde(flatten)]
    subject: Subject<'a>,
    kind: &'static str,
    field: Option<&'a str>,
    before: Option<Box<RawValue>>,
    after: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Subject<'a> {
    Step {
        step_id: String,
        uid: Option<String>,
    },
    Check {
        stage: &'a str,
        check: &'a str,
    },
}

/// A value as it is written, for readers of any kind.
pub(super) fn raw(value: Option<&str>) -> Option<Box<RawValue>> {
    RawValue::from_string(json::well_formed(value?).into_owned()).ok()
}

fn entries(landings: &[Landing]) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for landing in landings {
        let commit = landing.commit.as_deref();
        let entry = |subject, kind| Entry {
            landed: instant(landing.at),
            commit: commit.map(|commit| &*commit.hash),
            author: commit.map(|commit| &*commit.author),
            subject,
            kind,
            field: None,
            before: None,
            after: None,
        };
        entries.extend(landing.events.iter().map(|event| {
            let (step_id, uid) = (event.step.to_string(), event.uid.map(|uid| uid.to_string()));
            Entry {
                field: event.field.as_deref(),
                before: raw(event.before.as_deref()),
                after: raw(event.after.as_deref()),
                ..entry(Subject::Step { step_id, uid }, event.kind.word())
            }
        }));
        entries.extend(landing.ticks.iter().map(|tick| {
            let (stage, check) = (&*tick.stage, &*tick.check);
            entry(Subject::Check { stage, check }, tick_word(tick))
        }));
    }
    entries
}

fn tick_word(tick: &Tick) -> &'static str {
    match tick.is_ticked {
        true => "ticked",
        false => "unticked",
    }
}

/// What landed together, one row per event: its step or stage, and what happened.
fn rows(landing: &Landing, has_history: bool) -> Vec<(String, String)> {
    let events = landing.events.iter().map(|event| {
        let told = told(event, has_history);
        let (step, what) = told.split_once(' ').unwrap_or((&told, ""));
        (step.to_owned(), what.to_owned())
    });
    let ticks = landing.ticks.iter().map(|tick| {
        let what = format!("{}: {}", tick_word(tick), tick.check);
        (tick.stage.clone(), what)
    });
    events.chain(ticks).collect()
}

/// The author, or that it is not committed.
fn author(landing: &Landing, has_history: bool) -> &str {
    match &landing.commit {
        Some(commit) => &commit.author,
        None if has_history => "(uncommitted)",
        None => "-",
    }
}

/// One line per event, for `cut` and `awk`.
fn tabbed(landings: &[Landing], paint: &Printer, has_history: bool) -> String {
    let theme = &paint.theme;
    let mut text = String::new();
    for landing in landings {
        let front = [
            paint.styled(&instant(landing.at), theme.dim),
            paint.styled(landing.hash().map_or("-", short), theme.accent),
            paint.styled(author(landing, has_history), theme.dim),
        ];
        let front = front.join("\t");
        for (subject, what) in rows(landing, has_history) {
            let subject = paint.styled(&subject, theme.title);
            let what = paint.styled(&what, theme.text);
            text.push_str(&format!("{front}\t{subject}\t{what}\n"));
        }
    }
    text
}

/// Aligned rows, cut to the width of the terminal. The first row of a commit stands out.
fn table(landings: &[Landing], paint: &Printer, has_history: bool) -> String {
    let theme = &paint.theme;
    let authors = landings
        .iter()
        .map(|landing| width(&visible_line(author(landing, has_history))));
    let columns = authors.max().unwrap_or(0).min(AUTHOR);
    let mut text = String::new();
    for landing in landings {
        let day = landing.at.format("%Y-%m-%d").to_string();
        for (at, (subject, what)) in rows(landing, has_history).iter().enumerate() {
            let style = if at == 0 { theme.text } else { theme.dim };
            let front = [
                paint.cell(&day, day.len(), style),
                paint.cell(landing.hash().map_or("-", short), SHORT_HASH, theme.accent),
                paint.cell(author(landing, has_history), columns, style),
            ];
            let front = front.into_iter().flat_map(|cell| [cell, Span::raw("  ")]);
            let mut row: Vec<Span<'static>> = front.collect();
            let taken: usize = row.iter().map(|span| width(&span.content)).sum();
            let room = paint.columns.saturating_sub(taken);
            row.push(paint.cell(&format!("{subject} {what}"), room, theme.text));
            text.push_str(&paint.line(&Line::from(row)));
        }
    }
    text
}
