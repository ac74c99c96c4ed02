//! What is different since a baseline, and who made each difference last: what
//! `stepdeck since` prints, and what screen 6 lists.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::canon::Tick;
use super::events::{Event, Kind};
use super::landing::Landing;
use super::net::Net;
use super::words::{instant, short, title, told};
use crate::document::json;
use crate::document::markdown::escaped;
use crate::document::visible::visible_line;
use crate::git::output::Commit;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;

/// What today is compared with: the last commit that had landed by then.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Baseline {
    /// What a person calls it.
    pub label: String,
    /// The full hash; none where nothing had landed, or nothing has since.
    pub commit: Option<String>,
    /// When the commit landed, none where nothing had; without a history the moment itself.
    pub time: Option<DateTime<Utc>>,
    /// Whether git says what was then; otherwise only the steps' own stamps do.
    pub has_history: bool,
    /// When the history that a shallow clone has begins, where that is after the moment: what landed
    /// in between is not known.
    pub cut_off: Option<DateTime<Utc>>,
}

/// What people call the oldest version of the steps that is known.
pub(crate) const OLDEST: &str = "the first commit";

/// The same where what was before is not in this clone.
pub(crate) const OLDEST_IN_CLONE: &str = "the first commit of this shallow clone";

/// How the rest of the history comes into a shallow clone.
pub(crate) const UNSHALLOW: &str = "`git fetch --unshallow` gets the rest";

/// That the history before `at` is not in this clone, and what to do about it.
pub(crate) fn cut_off_words(at: DateTime<Utc>) -> String {
    let at = instant(at);
    format!("the history before {at} is not in this clone, {UNSHALLOW}")
}

impl Baseline {
    /// Its name with what it stands for.
    pub fn words(&self) -> String {
        match (&self.commit, self.time) {
            (Some(commit), Some(time)) => {
                format!("{} ({}, {})", self.label, short(commit), instant(time))
            }
            (None, Some(time)) if time == DateTime::UNIX_EPOCH => self.label.clone(),
            (None, Some(time)) if !self.has_history => {
                format!("{} ({})", self.label, instant(time))
            }
            (None, Some(_)) => format!("{} (now)", self.label),
            _ => match self.cut_off {
                Some(at) => format!(
                    "{} (before this clone’s history, which begins {})",
                    self.label,
                    instant(at)
                ),
                None => format!("{} (before the history begins)", self.label),
            },
        }
    }

    /// Whether nothing had landed yet, so that everything there is came since.
    pub(crate) fn is_before_history(&self) -> bool {
        let is_before = self.commit.is_none() && self.time.is_none();
        self.has_history && is_before && self.cut_off.is_none()
    }
}

/// The commit that a change came with, and when it landed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// When it landed; the time of reading for what is not committed.
    pub at: DateTime<Utc>,
    /// The commit; none for what is not committed.
    pub commit: Option<Arc<Commit>>,
}

impl Origin {
    /// The full hash of the commit.
    pub fn hash(&self) -> Option<&str> {
        self.commit.as_ref().map(|commit| &*commit.hash)
    }
}

impl From<&Landing> for Origin {
    fn from(landing: &Landing) -> Self {
        Self {
            at: landing.at,
            commit: landing.commit.clone(),
        }
    }
}

/// What of a step changed.
#[derive(PartialEq, Eq, Hash, Debug)]
enum Mark {
    /// It was added, removed or renumbered.
    Step(&'static str),
    /// The field with this key has another value.
    Field(String),
}

impl Mark {
    fn of(event: &Event) -> Self {
        match (event.kind, &event.field) {
            (Kind::Changed, Some(field)) => Self::Field(field.clone()),
            (kind, _) => Self::Step(kind.word()),
        }
    }
}

/// The newest change of each field of each step, by what the step is called today.
#[derive(Default, Debug)]
pub struct Trail {
    /// What landed, newest first.
    landed: Vec<Origin>,
    /// Each change as a place in `landed`.
    newest: HashMap<(StepId, Mark), usize>,
    /// Numbers of the version last seen whose steps have another number today.
    today: HashMap<StepId, StepId>,
    /// The committed status of steps that have another one, are gone or new in the files.
    uncommitted: HashMap<StepId, Option<Status>>,
    /// Checks that were ticked or unticked, newest first, each with its place in `landed`.
    ticks: Vec<(Tick, usize)>,
}

impl Trail {
    /// Takes in what landed before everything so far.
    pub fn add(&mut self, landing: &Landing) {
        if landing.is_empty() {
            return;
        }
        let place = self.landed.len();
        self.landed.push(landing.into());
        let ticks = landing.ticks.iter().cloned();
        self.ticks.extend(ticks.map(|tick| (tick, place)));
        let mut renumbered = Vec::new();
        let (gone, there): (Vec<&Event>, Vec<&Event>) =
            (landing.events.iter()).partition(|event| event.kind == Kind::Removed);
        for event in there {
            let step = self.today(event.step);
            self.newest.entry((step, Mark::of(event))).or_insert(place);
            if landing.commit.is_none() {
                self.take_uncommitted(event);
            }
            if event.kind == Kind::Renumbered {
                let before = event.before.as_deref().and_then(StepId::of_raw);
                renumbered.push((event.step, before, step));
            }
        }
        // All of it at once: two steps may have swapped numbers.
        for (number, ..) in &renumbered {
            self.today.remove(number);
        }
        for (_, before, step) in renumbered {
            self.today.extend(before.map(|before| (before, step)));
        }
        // What went is called what it was called then.
        for event in gone {
            let step = self.today(event.step);
            self.newest.entry((step, Mark::of(event))).or_insert(place);
            if landing.commit.is_none() {
                self.take_uncommitted(event);
            }
        }
    }

    fn today(&self, step: StepId) -> StepId {
        *self.today.get(&step).unwrap_or(&step)
    }

    fn take_uncommitted(&mut self, event: &Event) {
        match (event.kind, status_in(event, event.before.as_deref())) {
            (Kind::Added, _) => drop(self.uncommitted.insert(event.step, None)),
            (_, Some(status)) => {
                let status = Status::read(&status);
                let known = status.map(|status| (event.step, Some(status)));
                self.uncommitted.extend(known);
            }
            _ => {}
        }
    }

    /// The committed status of steps that have another one, or are gone or new, in the files; none
    /// of what is new.
    pub fn uncommitted(&self) -> &HashMap<StepId, Option<Status>> {
        &self.uncommitted
    }

    /// The checks that are ticked now and were not before everything, or the other way round, in the
    /// order in which that landed, with what brought it.
    pub(crate) fn ticks(&self) -> Vec<(&Tick, &Origin)> {
        let mut net: Vec<(&Tick, usize, bool)> = Vec::new();
        for (tick, place) in &self.ticks {
            let is_it = |other: &Tick| other.stage == tick.stage && other.check == tick.check;
            match net.iter_mut().find(|(other, ..)| is_it(other)) {
                // The oldest says what was before.
                Some((.., was)) => *was = !tick.is_ticked,
                None => net.push((tick, *place, !tick.is_ticked)),
            }
        }
        net.retain(|(tick, _, was)| tick.is_ticked != *was);
        net.sort_by_key(|(_, place, _)| std::cmp::Reverse(*place));
        let differs = net.into_iter();
        differs
            .map(|(tick, place, _)| (tick, &self.landed[place]))
            .collect()
    }

    /// The newest change of each step, but for those of this field.
    pub(crate) fn newest_but(&self, field: &str) -> HashMap<StepId, &Origin> {
        let mut places: HashMap<StepId, usize> = HashMap::new();
        let counts = |mark: &Mark| !matches!(mark, Mark::Field(key) if key == field);
        let changes = self.newest.iter().filter(|((_, mark), _)| counts(mark));
        for ((step, _), place) in changes {
            let newest = places.entry(*step).or_insert(*place);
            *newest = (*newest).min(*place);
        }
        let origins = places.into_iter();
        origins
            .map(|(step, place)| (step, &self.landed[place]))
            .collect()
    }

    /// The origin of a net difference. A field may have changed by its step's being removed and
    /// added again.
    pub fn origin(&self, event: &Event) -> Option<&Origin> {
        let came = Mark::Step(Kind::Added.word());
        let places = [Mark::of(event), came].map(|mark| self.newest.get(&(event.step, mark)));
        self.landed.get(*places.into_iter().flatten().min()?)
    }
}

/// The status that one side of an event says, if the event is about that.
fn status_in(event: &Event, side: Option<&str>) -> Option<String> {
    let key = Field::Status.spec().key;
    match event.kind {
        Kind::Changed if event.field.as_deref() == Some(key) => Some(json::words(side?).into()),
        Kind::Added | Kind::Removed => {
            let line = json::Object::parse(side?).ok()?;
            line.get(key).map(|raw| json::words(raw).into())
        }
        _ => None,
    }
}

/// How a step is different, in the one word that tells most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It is complete, and was not.
    Completed,
    /// It was complete, and is not.
    Reopened,
    /// It has other values.
    Changed,
}

impl How {
    /// Every one, in the order of summaries.
    pub(crate) const ALL: [Self; 5] = [
        Self::Added,
        Self::Removed,
        Self::Completed,
        Self::Reopened,
        Self::Changed,
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Completed => "completed",
            Self::Reopened => "reopened",
            Self::Changed => "changed",
        }
    }
}

/// How many there are of each word of [`How`], in their order: `1 added, 2 changed`.
pub(super) fn counted<'w>(hows: impl Iterator<Item = &'w str>) -> String {
    let mut counts = How::ALL.map(|how| (how.word(), 0));
    for how in hows {
        let known = counts.iter_mut().find(|(word, _)| *word == how);
        known.into_iter().for_each(|(_, count)| *count += 1);
    }
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    counts.join(", ")
}

/// A step that is different.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Different {
    /// The step, as it is called today.
    pub step: StepId,
    /// How it is different.
    pub how: How,
    /// Its place in the list that it is in.
    at: usize,
}

/// What is different since a baseline.
#[derive(Default, Debug)]
pub struct Comparison {
    /// What today is compared with.
    pub baseline: Baseline,
    /// The differences.
    pub net: Net,
    /// Who made them, and when.
    pub trail: Trail,
    /// What is not known, and why.
    pub notes: Vec<String>,
}

impl Comparison {
    /// The steps that are different, in their order.
    pub fn steps(&self) -> Vec<Different> {
        let (net, mut steps) = (&self.net, Vec::new());
        let mut push = |step, how, at| steps.push(Different { step, how, at });
        for (at, event) in net.added.iter().enumerate() {
            push(event.step, How::Added, at);
        }
        for (at, event) in net.removed.iter().enumerate() {
            push(event.step, How::Removed, at);
        }
        for (at, (step, _)) in net.changed.iter().enumerate() {
            let how = match () {
                () if net.completed.binary_search(step).is_ok() => How::Completed,
                () if net.reopened.binary_search(step).is_ok() => How::Reopened,
                () => How::Changed,
            };
            push(*step, how, at);
        }
        steps.sort_by_key(|step| step.step);
        steps
    }

    /// What happened to one of them: one event for each field that differs.
    pub fn events(&self, step: &Different) -> &[Event] {
        match step.how {
            How::Added => std::slice::from_ref(&self.net.added[step.at]),
            How::Removed => std::slice::from_ref(&self.net.removed[step.at]),
            _ => &self.net.changed[step.at].1,
        }
    }

    /// The title of one of them; of one that was removed, the title that it had.
    pub(crate) fn title(&self, plan: &Plan, step: &Different) -> String {
        // Another step may have the number of one that was removed.
        let now = plan.find(step.step).filter(|_| step.how != How::Removed);
        match now.map(|at| plan.step(at).title()) {
            Some(title) => title.into_owned(),
            None => self.events(step).first().map(title).unwrap_or_default(),
        }
    }

    /// How many steps are different, in one line; and how to know more, where not all is known.
    pub fn summary(&self) -> String {
        match self.baseline.cut_off {
            None => format!("{}.", self.counts()),
            Some(_) => format!("{} since it begins; {UNSHALLOW}.", self.counts()),
        }
    }

    /// How many steps are different.
    pub(crate) fn counts(&self) -> String {
        match self.net.is_empty() {
            true => "no changes".to_owned(),
            false => counted(self.steps().iter().map(|step| step.how.word())),
        }
    }

    /// All of it as people read it in a terminal.
    pub fn text(&self) -> String {
        let heading = format!("Since {}: {}", self.baseline.words(), self.summary());
        let mut text = format!("{}\n", visible_line(&heading));
        for (heading, rows) in self.groups() {
            let _ = writeln!(text, "\n{heading}");
            for row in rows {
                let _ = writeln!(text, "  {}", visible_line(&row));
            }
        }
        text
    }

    /// All of it as Markdown, for a pull request or a message.
    pub fn markdown(&self) -> String {
        let safe = |text: &str| escaped(&visible_line(text));
        let (baseline, summary) = (safe(&self.baseline.words()), self.summary());
        let mut text = format!("## Since {baseline}\n\n{summary}\n");
        for (heading, rows) in self.groups() {
            let _ = write!(text, "\n### {heading}\n\n");
            for row in rows {
                let _ = writeln!(text, "- {}", safe(&row));
            }
        }
        text
    }

    /// The headings, and what is listed under each; those of nothing are left out.
    fn groups(&self) -> impl Iterator<Item = (&'static str, Vec<String>)> {
        let rows = |events: &[Event]| {
            let row = |event: &Event| format!("{} {}", event.step, title(event));
            events.iter().map(row).collect()
        };
        let changed = self.net.changed.iter().flat_map(|(_, events)| events);
        let groups = [
            ("Added", rows(&self.net.added)),
            ("Removed", rows(&self.net.removed)),
            (
                "Changed",
                changed
                    .map(|event| told(event, self.baseline.has_history))
                    .collect(),
            ),
        ];
        let is_listed = |(_, rows): &(&str, Vec<String>)| !rows.is_empty();
        groups.into_iter().filter(is_listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::events::between;

    const A: &str = r#"{"step_id": "0001", "uid": "aaaaaaaaaaaa", "title": "A", "status": "draft", "owner": "ops"}"#;
    const B: &str =
        r#"{"step_id": "0002", "uid": "bbbbbbbbbbbb", "title": "B", "status": "draft"}"#;

    /// What landed between versions given oldest first, a day apart; newest first.
    fn landings(versions: &[String]) -> Vec<Landing> {
        let landing = |(day, pair): (usize, &[String])| Landing {
            at: DateTime::from_timestamp(86_400 * day as i64, 0).unwrap(),
            commit: None,
            events: between(pair[0].as_bytes(), pair[1].as_bytes()),
            ticks: Vec::new(),
            is_first: false,
        };
        let mut all: Vec<Landing> = versions.windows(2).enumerate().map(landing).collect();
        all.reverse();
        all
    }

    fn since(versions: &[String]) -> Comparison {
        let mut since = Comparison::default();
        landings(versions)
            .iter()
            .for_each(|landing| since.trail.add(landing));
        let (first, last) = (versions.first().unwrap(), versions.last().unwrap());
        since.net = Net::of(between(first.as_bytes(), last.as_bytes()), true);
        since
    }

    /// Each net difference with the day on which it came.
    fn told_days(since: &Comparison) -> Vec<(String, i64)> {
        let steps = since.steps();
        let events = steps.iter().flat_map(|step| since.events(step));
        events
            .map(|event| {
                let at = since.trail.origin(event).unwrap().at;
                (told(event, true), at.timestamp() / 86_400)
            })
            .collect()
    }

    #[test]
    fn each_difference_has_the_newest_change_of_its_field() {
        let two = |a: &str, b: &str| format!("{a}\n{b}\n");
        let done = A.replace("draft", "complete");
        let moved = done.replace("ops", "grc");
        let back = moved.replace("\"A\"", "\"AA\"");
        let versions = [
            two(A, B),
            two(&done, B),
            two(&moved, B),
            two(&back, B),
            two(&moved, &B.replace("\"B\"", "\"BB\"")),
        ];
        let since = since(&versions);
        let expected = [
            ("0001 status: draft → complete", 0),
            ("0001 owner: ops → grc", 1),
            ("0002 title: B → BB", 3),
        ];
        let mut told = told_days(&since);
        told.sort_by_key(|(_, day)| *day);
        assert_eq!(told, expected.map(|(told, day)| (told.to_owned(), day)));
        let hows: Vec<&str> = since.steps().iter().map(|step| step.how.word()).collect();
        assert_eq!(hows, ["completed", "changed"]);
        assert_eq!(since.summary(), "1 completed, 1 changed.");
    }

    #[test]
    fn steps_that_swap_numbers_keep_their_own_changes() {
        let two = |a: &str, b: &str| format!("{a}\n{b}\n");
        let (a, b) = (A.replace("ops", "grc"), B.replace("\"B\"", "\"BB\""));
        let (seven, nine) = (a.replace("0001", "0002"), b.replace("0002", "0001"));
        let versions = [two(A, B), two(&a, B), two(&a, &b), two(&nine, &seven)];
        let since = since(&versions);
        let mut told = told_days(&since);
        told.sort();
        let expected = [
            ("0001 renumbered: it was 0002", 2),
            ("0001 title: B → BB", 1),
            ("0002 owner: ops → grc", 0),
            ("0002 renumbered: it was 0001", 2),
        ];
        assert_eq!(told, expected.map(|(told, day)| (told.to_owned(), day)));
    }

    #[test]
    fn a_step_that_went_and_came_back_otherwise_changed_when_it_came() {
        let blocked = B.replace("draft", "blocked");
        let versions = [B.to_owned(), String::new(), blocked];
        let since = since(&versions);
        let told = told_days(&since);
        assert_eq!(told, [("0002 status: draft → blocked".to_owned(), 1)]);
    }
}
