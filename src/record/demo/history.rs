//! The demo plan's past: a year of commits by five people that ends in the files of today.
//!
//! Works backwards from the finished files, tidy or untidy. A line of the log gets the life that
//! its status and stamp allow: proposed with its block, drafted, begun, completed, at times
//! reopened, handed over, or dropped and brought back. What the canon and the roadmap say at a
//! moment follows from the lines of that moment. As pure as the plan itself: dice and dates are
//! the demo's own, and the last commit holds the finished files byte for byte.

mod canon;
mod line;
mod year;

use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::slice::Iter;

use chrono::{NaiveDate, NaiveTime};

use super::LOG;
use super::calendar::TODAY;
use super::prng::Prng;
use crate::plan::status::Status;
use canon::Documents;
use line::{Line, State};
pub(crate) use year::{Written, year};

/// The first day of the history.
const START: (i32, u32, u32) = (2025, 11, 24);
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Somebody who commits.
#[derive(Debug)]
pub struct Person {
    /// As git shows it.
    pub name: &'static str,
    /// The address in a commit.
    pub mail: &'static str,
}

/// The five, who share the work by owner.
pub const PEOPLE: [Person; 5] = [
    person("Ada Brandt", "ada@mendwell.example"),
    person("Bo Lindqvist", "bo@mendwell.example"),
    person("Chidi Okafor", "chidi@mendwell.example"),
    person("Dana Petrova", "dana@mendwell.example"),
    person("Emre Yildiz", "emre@mendwell.example"),
];

const fn person(name: &'static str, mail: &'static str) -> Person {
    Person { name, mail }
}

/// One commit of the history.
#[derive(Debug)]
pub struct Commit<'a> {
    /// Seconds since the epoch, never before those of an earlier commit.
    pub time: i64,
    /// Who wrote it.
    pub author: &'static Person,
    /// Its message, without a line end.
    pub message: String,
    /// The commits that it follows, counted from 0; the mainline's first.
    pub parents: Vec<usize>,
    /// The files that differ from the first parent, whole.
    pub files: Vec<(&'a Path, Vec<u8>)>,
}

/// The seconds since the epoch at which a day begins.
fn day((year, month, day): (i32, u32, u32)) -> i64 {
    let date = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    date.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// Visits the commits that lead to `files` and the papers that were `written` on the way, oldest
/// first; the last one is the head of the mainline. Takes time for each commit in proportion to the log, since each holds it whole.
///
/// # Errors
/// The first error of `visit`.
pub fn history<'a, E>(
    files: &'a [(PathBuf, Vec<u8>)],
    written: &'a [Written],
    seed: u64,
    visit: impl FnMut(Commit<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let (header, lines) = log_of(files);
    let (start, end) = (day(START), day(TODAY) + 8 * HOUR);
    let documents = Documents::read(files);
    let lines = line::lives(lines, seed, (start, end), |id| documents.has_section(id));
    let story = Story {
        texts: vec![String::new(); lines.len()],
        statuses: HashMap::new(),
        lines,
        header,
        documents,
        files,
        written: written.iter().peekable(),
        shown: HashMap::new(),
        dice: Prng::for_item(seed, u64::MAX),
        commits: 0,
        clock: start + 8 * HOUR,
        visit,
    };
    story.tell(end)
}

/// The first line of the log, and the others.
fn log_of(files: &[(PathBuf, Vec<u8>)]) -> (&str, &str) {
    let log = files.iter().find(|(path, _)| path == Path::new(LOG));
    let log = log.map_or("", |(_, bytes)| {
        std::str::from_utf8(bytes).unwrap_or_default()
    });
    log.split_at(log.find('\n').map_or(0, |end| end + 1))
}

/// The plan on its way through the year.
struct Story<'a, V> {
    lines: Vec<Line<'a>>,
    /// What each line says now; nothing while it is not there.
    texts: Vec<String>,
    /// By ID as the canon spells it: the status of each step that is there now.
    statuses: HashMap<&'a str, Status>,
    header: &'a str,
    documents: Documents<'a>,
    files: &'a [(PathBuf, Vec<u8>)],
    /// The papers that are still to be written.
    written: Peekable<Iter<'a, Written>>,
    /// What was committed last of each file.
    shown: HashMap<&'a Path, Vec<u8>>,
    dice: Prng,
    commits: usize,
    clock: i64,
    visit: V,
}

/// Index of a line, and of the state that it passes into.
type Event = (usize, usize);

/// A file that changes.
struct Change<'a> {
    path: &'a Path,
    before: Option<Vec<u8>>,
    after: Vec<u8>,
}

impl<'a, E, V: FnMut(Commit<'a>) -> Result<(), E>> Story<'a, V> {
    fn tell(mut self, end: i64) -> Result<(), E> {
        // What one person does on one day belongs together.
        let mut work: BTreeMap<(i64, usize), (i64, Vec<Event>)> = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            for (state, State { time, .. }) in line.states.iter().enumerate() {
                let (last, events) = work.entry((time / DAY, line.person)).or_default();
                *last = (*last).max(*time);
                events.push((at, state));
            }
        }
        self.review("Set the plan up".to_owned(), self.clock)?;
        let mut date = self.clock / DAY;
        for ((day, person), (time, events)) in work {
            (date..day).try_for_each(|day| self.end_day(day))?;
            date = day;
            self.work(person, time, &events)?;
        }
        (date..end / DAY).try_for_each(|day| self.end_day(day))?;
        self.documents.finish();
        self.review("Close the week".to_owned(), end)
    }

    /// When the work of a day is done: the week is closed, and papers are written.
    fn end_day(&mut self, day: i64) -> Result<(), E> {
        if is_friday(day) {
            self.review("Tick what was completed".to_owned(), day * DAY + 15 * HOUR)?;
        }
        while let Some(paper) = self.written.next_if(|paper| paper.time / DAY <= day) {
            let files = vec![(&*paper.path, paper.bytes.clone())];
            self.commit(
                paper.person,
                paper.time,
                paper.message.clone(),
                self.head(),
                files,
            )?;
        }
        Ok(())
    }

    /// Brings what follows from the steps up to date.
    fn review(&mut self, message: String, time: i64) -> Result<(), E> {
        self.documents.review(time, &self.statuses);
        let changes = self.changes();
        if changes.is_empty() {
            return Ok(());
        }
        let steward = (time / (7 * DAY)) as usize % PEOPLE.len();
        self.commit(steward, time, message, self.head(), after(&changes))
    }

    /// What one person does on a day: a commit, or a branch that somebody else merges.
    fn work(&mut self, person: usize, time: i64, events: &[Event]) -> Result<(), E> {
        let (message, base) = (self.message(events), self.head());
        let reader = (person + 1) % PEOPLE.len();
        if events.len() > 3 && self.dice.chance(35) {
            let (first, second) = events.split_at(events.len() / 2);
            let mut whole: BTreeMap<&Path, Vec<u8>> = BTreeMap::new();
            for half in [first, second] {
                let message = self.message(half);
                let changes = self.enter(half);
                whole.extend(after(&changes));
                self.commit(person, time, message, self.head(), after(&changes))?;
            }
            let message = format!("Merge: {message}");
            let parents = base.into_iter().chain(self.head()).collect();
            return self.commit(reader, time, message, parents, whole.into_iter().collect());
        }
        let changes = self.enter(events);
        self.commit(person, time, message.clone(), base, after(&changes))?;
        if self.dice.chance(2) {
            let before = changes.iter().filter_map(|change| {
                let before = change.before.clone()?;
                Some((change.path, before))
            });
            let revert = format!("Revert \"{message}\"");
            self.commit(reader, time, revert, self.head(), before.collect())?;
            let reapply = format!("Reapply \"{message}\"");
            self.commit(person, time, reapply, self.head(), after(&changes))?;
        }
        Ok(())
    }

    fn commit(
        &mut self,
        person: usize,
        time: i64,
        message: String,
        parents: Vec<usize>,
        files: Vec<(&'a Path, Vec<u8>)>,
    ) -> Result<(), E> {
        self.clock = time.max(self.clock + 7 * 60);
        self.commits += 1;
        (self.visit)(Commit {
            time: self.clock,
            author: &PEOPLE[person],
            message,
            parents,
            files,
        })
    }

    /// The last commit, if there is one, as a list of parents.
    fn head(&self) -> Vec<usize> {
        self.commits.checked_sub(1).into_iter().collect()
    }

    /// Lets lines pass into states. Answers what changes in the files by it.
    fn enter(&mut self, events: &[Event]) -> Vec<Change<'a>> {
        for (line, state) in events {
            let line_now = &self.lines[*line];
            let state = &line_now.states[*state];
            self.texts[*line] = line_now.text_in(state);
            match state.status.filter(|_| !line_now.is_variant) {
                Some(status) => self.statuses.insert(line_now.id, status),
                None => self.statuses.remove(line_now.id),
            };
        }
        self.changes()
    }

    /// The files that are to be other than they were committed last.
    fn changes(&mut self) -> Vec<Change<'a>> {
        let mut changes = Vec::new();
        for (path, bytes) in self.files {
            let after = match path == Path::new(LOG) {
                true => Some(self.log()),
                false => self.documents.text(path, bytes, &self.statuses),
            };
            let before = self.shown.get(path.as_path());
            if let Some(after) = after.filter(|after| Some(after) != before) {
                let before = self.shown.insert(path, after.clone());
                changes.push(Change {
                    path,
                    before,
                    after,
                });
            }
        }
        changes
    }

    fn log(&self) -> Vec<u8> {
        let mut log = self.header.to_owned();
        log.extend(self.texts.iter().map(String::as_str));
        log.into_bytes()
    }

    /// What a commit does, in the words of its first step.
    fn message(&self, events: &[Event]) -> String {
        let [(at, state), more @ ..] = events else {
            return String::new();
        };
        let (line, state) = (&self.lines[*at], &self.lines[*at].states[*state]);
        let verb = match state.status {
            None => "Drop",
            Some(Status::Idea) => "Propose",
            Some(Status::Draft) => "Draft",
            Some(Status::InProgress) => "Start",
            Some(Status::Blocked) => "Block",
            Some(Status::Complete) => "Complete",
        };
        match more.len() {
            0 => format!("{verb} {} {}", line.id, line.title),
            1 => format!("{verb} {} and another step", line.id),
            more => format!("{verb} {} and {more} more steps", line.id),
        }
    }
}

fn after<'a>(changes: &[Change<'a>]) -> Vec<(&'a Path, Vec<u8>)> {
    let files = changes.iter();
    files
        .map(|change| (change.path, change.after.clone()))
        .collect()
}

/// Whether a day, counted from the epoch, is a Friday.
fn is_friday(day: i64) -> bool {
    // The epoch was a Thursday.
    day.rem_euclid(7) == 1
}

#[cfg(test)]
mod tests;
