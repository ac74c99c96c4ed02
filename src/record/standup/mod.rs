//! The async standup: what each person says of each stage on one day.
//!
//! Owns the paper `<standups>/<yyyy-mm-dd>/<person>.md`, one file a person a day so that
//! nobody's git merge conflicts, and everything that is told of it: the day, the thread of
//! a person or a stage, the text for a message. Never writes: edits leave as changes. Days
//! and the deadline are in UTC, so that a team in several places means the same ones.
//!
//! - `paper`: Markdown to cards, and cards to Markdown
//! - `edit`: a person's wish to the change of the paper, hand-written words kept
//! - `suggest`: what the plan and the days before already say
//! - `day`: one day as screens and scripts show it, and threads over days
//! - `blockers`: how long each has stood
//! - `digest`: a day as one text for a message

mod blockers;
mod day;
mod digest;
mod edit;
mod paper;
mod suggest;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::plan::canon::normalised;
use crate::plan::field::Field;
use crate::plan::query::past::{PlanPast, ToldBy};
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};

pub(crate) use blockers::Standing;
pub(crate) use day::{Day, DayCard, Said};
pub(crate) use digest::{Dialect, Digest, digest};
pub(crate) use edit::CardRequest;
pub(crate) use paper::read;

/// Letters of a file's name at most, its ending aside.
const LONGEST_SLUG: usize = 60;

/// How a stage does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Health {
    /// As planned.
    OnTrack,
    /// The gate's date is in doubt.
    AtRisk,
    /// Nothing moves until something happens.
    Blocked,
    /// As the last time.
    NoChange,
}

impl Health {
    /// Every status, the best first.
    pub(crate) const ALL: [Self; 4] = [Self::OnTrack, Self::AtRisk, Self::Blocked, Self::NoChange];

    /// The words that are written.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::OnTrack => "on track",
            Self::AtRisk => "at risk",
            Self::Blocked => "blocked",
            Self::NoChange => "no change",
        }
    }

    /// Reads the words in any case and with any signs between them; more may follow, as in
    /// "at risk: the vendor is late".
    pub(crate) fn read(text: &str) -> Option<Self> {
        let said = format!("{} ", normalised(text));
        let begins = |health: &Self| said.starts_with(&format!("{} ", health.word()));
        Self::ALL.into_iter().find(begins)
    }
}

/// A list on a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum CardPart {
    /// What is in the way.
    Blockers,
    /// Links to what was made.
    Evidence,
    /// What became complete.
    Done,
}

impl CardPart {
    /// Every list in the order in which a card has them.
    pub(crate) const ALL: [Self; 3] = [Self::Blockers, Self::Evidence, Self::Done];

    /// The label of its bullet.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Blockers => "Blockers",
            Self::Evidence => "Evidence",
            Self::Done => "Done",
        }
    }

    /// One entry of it, in words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Blockers => "blocker",
            Self::Evidence => "evidence",
            Self::Done => "done",
        }
    }
}

/// What one person says of one stage on one day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Card {
    /// The stage, as the card's heading names it.
    pub stage: String,
    /// The status, if it is one of the four.
    pub status: Option<Health>,
    /// The status in the author's words.
    pub said: String,
    /// What is in the way.
    pub blockers: Vec<String>,
    /// Links to what was made.
    pub evidence: Vec<String>,
    /// What became complete.
    pub done: Vec<String>,
    /// When the card was last edited, to the minute; nothing where it does not say.
    pub posted_at: Option<DateTime<Utc>>,
}

impl Card {
    /// A list of the card.
    pub(crate) fn part(&self, part: CardPart) -> &Vec<String> {
        match part {
            CardPart::Blockers => &self.blockers,
            CardPart::Evidence => &self.evidence,
            CardPart::Done => &self.done,
        }
    }

    /// A list of the card, to be changed.
    pub(crate) fn part_mut(&mut self, part: CardPart) -> &mut Vec<String> {
        match part {
            CardPart::Blockers => &mut self.blockers,
            CardPart::Evidence => &mut self.evidence,
            CardPart::Done => &mut self.done,
        }
    }

    /// Sets the status; what the author wrote behind the old one stays.
    pub(crate) fn set_status(&mut self, health: Health) {
        let old = self.status.map_or("", Health::word);
        let begins = |said: &&str| said.eq_ignore_ascii_case(old);
        let rest = self.said.get(..old.len()).filter(begins);
        let rest = rest.map_or("", |_| &self.said[old.len()..]);
        let rest = if old.is_empty() { "" } else { rest };
        self.said = format!("{}{rest}", health.word());
        self.status = Some(health);
    }

    /// Whether it speaks of the stage called `name`.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        same_stage(&self.stage, name)
    }
}

/// What one person said on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The day.
    pub date: NaiveDate,
    /// The person's name.
    pub person: String,
    /// The name of their files: persons are told apart by it.
    pub slug: String,
    /// When the first card was posted, to the minute; nothing where the paper does not say.
    pub posted_at: Option<DateTime<Utc>>,
    /// When the day's entries were due.
    pub deadline: DateTime<Utc>,
    /// The cards in the order in which they are.
    pub cards: Vec<Card>,
    /// The paper, relative to the plan's root.
    pub path: PathBuf,
    /// The branch that has it, where it is not checked out, or has more of it than what is.
    pub branch: Option<String>,
}

/// A standup paper as a branch has it that is not checked out.
#[derive(Clone, Debug)]
pub struct BranchPost {
    /// What the branch is called.
    pub branch: String,
    /// The paper.
    pub file: SourceFile,
}

impl Entry {
    /// Whether the first card came at the deadline or behind it.
    pub(crate) fn is_late(&self) -> bool {
        self.posted_at.is_some_and(|at| at >= self.deadline)
    }

    /// The card of a stage.
    pub(crate) fn card(&self, stage: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.is_of(stage))
    }

    /// When something was posted last.
    fn newest(&self) -> Option<DateTime<Utc>> {
        let cards = self.cards.iter().map(|card| card.posted_at);
        cards.chain([self.posted_at]).flatten().max()
    }
}

/// When a day's entries are due, at this time of day in UTC.
pub(crate) fn deadline(date: NaiveDate, at: NaiveTime) -> DateTime<Utc> {
    date.and_time(at).and_utc()
}

/// So many days before a day; the first of all days where the calendar ends.
fn days_before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days))
        .unwrap_or(NaiveDate::MIN)
}

/// Whether two headings name the same stage.
pub(crate) fn same_stage(a: &str, b: &str) -> bool {
    a == b || normalised(a) == normalised(b) && !normalised(a).is_empty()
}

/// A person's name on one line; never empty.
pub(crate) fn person_name(name: &str) -> String {
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.is_empty() {
        true => "someone".to_owned(),
        false => line,
    }
}

/// The name of a person's files: letters, digits and dashes, never empty. Names that differ
/// in case, accents and signs only are one person's.
pub(crate) fn slug(name: &str) -> String {
    let name = person_name(name);
    let plain: String = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .nfc()
        .collect();
    let mut slug = String::new();
    for c in plain.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() {
        // Nothing but signs: their numbers tell them apart.
        let numbers = name.chars().map(|c| format!("u{:x}", u32::from(c)));
        slug = numbers.collect::<Vec<_>>().join("-");
    }
    shortened(slug)
}

/// A name that fits a file system; what is cut still tells names apart.
fn shortened(slug: String) -> String {
    let Some((cut, _)) = slug.char_indices().nth(LONGEST_SLUG) else {
        return slug;
    };
    // FNV-1a: the same everywhere and forever, as a file's name has to be.
    let hash = slug.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let short: String = slug[..cut].chars().take(40).collect();
    format!("{}-{hash:016x}", short.trim_end_matches('-'))
}

/// One person's standup: the plan it is in, and who they are at which moment.
#[derive(Clone, Copy)]
pub(crate) struct Standup<'a> {
    /// The plan as it is, papers included.
    pub plan: &'a Plan,
    /// The folder of standups, relative to the plan's root.
    pub folder: &'a Path,
    /// Who the person is.
    pub person: &'a str,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The time of day, in UTC, before which entries are due.
    pub due: NaiveTime,
    /// What other branches have, those first that count before others.
    pub elsewhere: &'a [BranchPost],
    /// What tells when a step became complete.
    pub past: DoneBy<'a>,
}

/// What tells when a step became complete: its stamp is of its last edit, whatever that was.
#[derive(Clone, Copy)]
pub(crate) enum DoneBy<'a> {
    /// Nothing, or not yet: then nothing is said to be done.
    Unknown,
    /// There is no history, and stamps are the best there is.
    Stamps,
    /// The history.
    History(&'a PlanPast),
}

impl<'a> DoneBy<'a> {
    /// What a past tells.
    pub(crate) fn of(past: &'a PlanPast) -> Self {
        match past.has_history {
            true => Self::History(past),
            false => Self::Stamps,
        }
    }

    /// When a step that is complete became so, if that was after one moment, and not after another.
    fn within(
        self,
        step: StepRef<'_>,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let is_within = |at: &DateTime<Utc>| *at > after && *at <= until;
        let stamp = || instant(&step.text(Field::UpdatedAt)).filter(is_within);
        let past = match self {
            Self::Unknown => return None,
            Self::Stamps => return stamp(),
            Self::History(past) => past.steps.get(&step.key()),
        };
        let Some(past) = past else {
            // It came after the past was read.
            return stamp();
        };
        let held = past.status?;
        // Not committed, or edited after the past was read: today, if its stamp does not say when.
        match held.status != Status::Complete || held.told_by == ToldBy::Files {
            true => stamp().or(Some(until)),
            false => past.completed.filter(is_within),
        }
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    Some(instant.to_utc())
}

impl Standup<'_> {
    /// The present day.
    pub(crate) fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// Where the person's paper of a day is or would be.
    pub(crate) fn path(&self, date: NaiveDate) -> PathBuf {
        let name = format!("{}.md", slug(self.person));
        self.folder.join(date.to_string()).join(name)
    }

    /// The person's paper of a day.
    fn file(&self, date: NaiveDate) -> Option<&SourceFile> {
        let path = self.path(date);
        self.plan.files().iter().find(|file| file.path == path)
    }

    /// The names of the stages that have a card, the current one first.
    pub(crate) fn stages(&self) -> Vec<String> {
        let stages = self.plan.stages();
        let order = suggest::order(stages).into_iter();
        order.map(|at| stages[at].name.clone()).collect()
    }

    /// The days that somebody posted on, once for each entry.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        let own = self.plan.files().iter();
        let elsewhere = self.elsewhere.iter().map(|post| &post.file);
        let files = own.chain(elsewhere);
        let standups = files.filter(|file| file.role == Role::Standup);
        standups.filter_map(|file| day_of(&file.path))
    }

    /// Every entry of the days from `from` to `to`, by day and person.
    pub(crate) fn entries(&self, from: NaiveDate, to: NaiveDate) -> Vec<Entry> {
        let within = |file: &SourceFile| {
            file.role == Role::Standup
                && day_of(&file.path).is_some_and(|date| (from..=to).contains(&date))
        };
        let files = self.plan.files().iter().filter(|file| within(file));
        let read = |file| read(file, self.due);
        let mut entries: Vec<Entry> = files.filter_map(read).collect();
        for post in self.elsewhere.iter().filter(|post| within(&post.file)) {
            if let Some(entry) = read(&post.file) {
                let branch = Some(post.branch.clone());
                self.take_in(&mut entries, Entry { branch, ..entry });
            }
        }
        entries.sort_by(|a, b| (a.date, &a.slug).cmp(&(b.date, &b.slug)));
        entries
    }
}

impl Standup<'_> {
    /// Adds what a branch has. Of what somebody posted in several places, what was posted last
    /// counts; the person's own cards are those that are checked out.
    fn take_in(&self, entries: &mut Vec<Entry>, entry: Entry) {
        let mut known = entries.iter_mut();
        let known = known.find(|known| (known.date, &known.slug) == (entry.date, &entry.slug));
        match known {
            None => entries.push(entry),
            Some(known) if known.branch.is_none() && known.slug == slug(self.person) => {}
            Some(known) if entry.newest() > known.newest() => *known = entry,
            Some(_) => {}
        }
    }
}

/// The day whose folder a paper is in.
fn day_of(path: &Path) -> Option<NaiveDate> {
    let folder = path.parent()?.file_name()?.to_str()?;
    NaiveDate::parse_from_str(folder, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests;
