//! The plan as it is on each day of the year, and what is written of it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::figures::Figures;
use super::{Ritual, Written, due, evening, steward};
use crate::plan::Plan;
use crate::plan::id::typed_id;
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;
use crate::record::demo::calendar::TODAY;
use crate::record::demo::content::Content;
use crate::record::demo::history::canon::Documents;
use crate::record::demo::history::line::{self, Line};
use crate::record::demo::history::{DAY, HOUR, PEOPLE, START, day, is_friday, log_of};
use crate::record::demo::prng::Prng;
use crate::record::demo::walk::BLOCK;

/// The document with the gates and their checks.
const GATES: &str = "data/canon/milestones.md";

/// The plan on one day, and what has been written so far.
pub(super) struct Diary<'a> {
    files: &'a [(PathBuf, Vec<u8>)],
    documents: Documents<'a>,
    pub content: Content,
    pub lines: Vec<Line<'a>>,
    /// The number of the step of each line, where one can be read.
    pub numbers: Vec<Option<u32>>,
    /// The status of each line now; none where it is not there.
    pub now: Vec<Option<Status>>,
    statuses: HashMap<&'a str, Status>,
    /// On which day each line got its status.
    pub since: Vec<i64>,
    /// The days on which each line became complete.
    completed_on: Vec<Vec<i64>>,
    /// The lines that were drafted, with the day.
    pub drafted: Vec<(i64, usize)>,
    /// The statuses when a paper of a kind was written last, with the day.
    seen: HashMap<&'static str, (i64, Vec<Option<Status>>)>,
    /// The lines that the last weekly review committed to.
    pub ten: Vec<usize>,
    pub figures: Figures,
    pub dice: Prng,
    /// How many papers of a kind there are, so that none says what another said.
    said: HashMap<&'static str, usize>,
    /// What checkpoints say of each month, by path.
    pub checkpoints: BTreeMap<PathBuf, String>,
    written: Vec<Written>,
    pub first: i64,
}

/// What came since a paper of the same kind.
pub(super) struct Since {
    /// The day of that paper.
    pub day: i64,
    /// The lines that were completed.
    pub completed: Vec<usize>,
    /// The lines whose status changed, that are new, or that are gone.
    pub moved: Vec<usize>,
}

impl<'a> Diary<'a> {
    pub fn open(files: &'a [(PathBuf, Vec<u8>)], seed: u64) -> Self {
        let (_, log) = log_of(files);
        let documents = Documents::read(files);
        let span = (day(START), day(TODAY) + 8 * HOUR);
        let lines = line::lives(log, seed, span, |id| documents.has_section(id));
        let number = |line: &Line<'_>| Some(typed_id(line.id)?.number());
        let completed_on = lines.iter().map(|line| {
            let complete = |state: &&line::State<'_>| state.status == Some(Status::Complete);
            let states = line.states.iter().filter(complete);
            states.map(|state| state.time / DAY).collect()
        });
        Self {
            completed_on: completed_on.collect(),
            numbers: lines.iter().map(number).collect(),
            now: vec![None; lines.len()],
            since: vec![0; lines.len()],
            statuses: HashMap::new(),
            drafted: Vec::new(),
            seen: HashMap::new(),
            ten: Vec::new(),
            figures: Figures::of(files),
            dice: Prng::for_item(seed, u64::MAX - 1),
            said: HashMap::new(),
            checkpoints: BTreeMap::new(),
            written: Vec::new(),
            first: day(START) / DAY,
            content: Content::read(),
            lines,
            documents,
            files,
        }
    }

    /// The papers, and what checkpoints say of the months.
    pub fn close(self) -> (Vec<Written>, BTreeMap<PathBuf, String>) {
        (self.written, self.checkpoints)
    }

    /// Lives through the year.
    pub fn keep(&mut self) {
        let mut events: Vec<(i64, usize, usize, usize)> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let states = line.states.iter().enumerate();
            events.extend(states.map(|(state, of)| (of.time / DAY, line.person, at, state)));
        }
        // As the story does: a day after the other, a person after the other.
        events.sort_unstable();
        let mut events = events.into_iter().peekable();
        for day in self.first..day(TODAY) / DAY {
            while let Some((_, _, line, state)) = events.next_if(|event| event.0 <= day) {
                self.enter(day, line, state);
            }
            if is_friday(day) {
                self.documents.review(day * DAY + 15 * HOUR, &self.statuses);
            }
            for ritual in due(day, self.first) {
                self.hold(ritual, day);
            }
        }
    }

    fn enter(&mut self, day: i64, line: usize, state: usize) {
        let of = &self.lines[line];
        let status = of.states[state].status.filter(|_| !of.is_variant);
        match status {
            Some(status) => self.statuses.insert(of.id, status),
            None => self.statuses.remove(of.id),
        };
        if status == Some(Status::Draft) && self.now[line] == Some(Status::Idea) {
            self.drafted.push((day, line));
        }
        self.now[line] = status;
        self.since[line] = day;
    }

    fn hold(&mut self, ritual: Ritual, day: i64) {
        match ritual {
            Ritual::Standup => (0..PEOPLE.len()).for_each(|person| self.standup(day, person)),
            Ritual::Quarter => self.quarter(day),
            Ritual::Milestone => self.milestone(day),
            Ritual::Checkpoint => self.checkpoint(day),
            Ritual::Review => self.review(day),
            Ritual::Scorecard => self.scorecard(day),
            Ritual::Demo => self.demo(day),
            Ritual::Retro => self.retro(day),
        }
    }

    /// Files a paper, unless the finished plan has one of that name.
    pub fn write(
        &mut self,
        (day, person): (i64, usize),
        path: String,
        message: String,
        text: String,
    ) {
        let is_finished = self.files.iter().any(|(of, _)| of == Path::new(&path));
        if !is_finished || self.checkpoints.contains_key(Path::new(&path)) {
            let same_day = |paper: &&Written| paper.time / DAY == day;
            let place = self.written.iter().rev().take_while(same_day).count();
            self.written.push(Written {
                time: evening(day, place),
                person,
                message,
                path: path.into(),
                bytes: text.into_bytes(),
            });
        }
    }

    /// The same by the steward of the week.
    pub fn file(&mut self, day: i64, path: String, message: String, text: String) {
        self.write((day, steward(day)), path, message, text);
    }

    /// What came since the last paper of a kind, or since the beginning; the next one counts from
    /// here.
    pub fn since_last(&mut self, kind: &'static str, day: i64) -> Since {
        let begun = || (self.first, vec![None; self.lines.len()]);
        let (from, then) = self.seen.remove(kind).unwrap_or_else(begun);
        let changed = |line: &usize| then[*line] != self.now[*line];
        let moved: Vec<usize> = (0..self.lines.len()).filter(changed).collect();
        let complete = |line: &usize| self.now[*line] == Some(Status::Complete);
        let completed = moved.iter().copied().filter(complete).collect();
        self.seen.insert(kind, (day, self.now.clone()));
        Since {
            day: from,
            completed,
            moved,
        }
    }

    /// The next phrase of a list: each is said once before one is said again.
    pub fn say(&mut self, kind: &'static str, phrases: &[&'static str]) -> &'static str {
        let said = self.said.entry(kind).or_default();
        *said += 1;
        phrases[(*said - 1) % phrases.len()]
    }

    /// The lines of steps that are there.
    pub fn there(&self) -> impl Iterator<Item = (usize, Status)> {
        let lines = self.now.iter().enumerate();
        lines.filter_map(|(line, status)| Some((line, (*status)?)))
    }

    /// How many steps with numbers in a range are complete, how many there are, and how many are
    /// blocked.
    pub fn tally(&self, numbers: std::ops::RangeInclusive<u32>) -> (usize, usize, usize) {
        let here = |line: usize| self.numbers[line].is_some_and(|of| numbers.contains(&of));
        let mut tally = (0, 0, 0);
        for (_, status) in self.there().filter(|(line, _)| here(*line)) {
            tally.1 += 1;
            match status {
                Status::Complete => tally.0 += 1,
                Status::Blocked => tally.2 += 1,
                _ => {}
            }
        }
        tally
    }

    /// The block of a line, from 1.
    pub fn block(&self, line: usize) -> usize {
        let number = self.numbers[line].unwrap_or(1).max(1);
        (number as usize - 1) / BLOCK + 1
    }

    /// The heading of a block: its ID and theme.
    pub fn block_title(&self, block: usize) -> String {
        let theme = &self.content.themes[(block - 1) % self.content.themes.len()];
        format!("B{block:02} {}", theme.name)
    }

    /// The blocks that have steps now, from 1.
    pub fn blocks(&self) -> Vec<usize> {
        let blocks = self
            .there()
            .filter(|(line, _)| self.numbers[*line].is_some());
        let mut blocks: Vec<usize> = blocks.map(|(line, _)| self.block(line)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }

    /// The first and the last number of a block.
    pub fn range_of(block: usize) -> std::ops::RangeInclusive<u32> {
        let last = (block * BLOCK) as u32;
        last + 1 - BLOCK as u32..=last
    }

    /// Whether a line is completed on one of the days after `day`, up to `last`.
    pub fn is_completed_by(&self, line: usize, day: i64, last: i64) -> bool {
        let mut days = self.completed_on[line].iter();
        days.any(|on| (day + 1..=last).contains(on))
    }

    /// The canon's gates, as they are now.
    pub fn gates(&self) -> Plan {
        let file = self.files.iter().find(|(path, _)| path == Path::new(GATES));
        let text = file.and_then(|(path, bytes)| self.documents.text(path, bytes, &self.statuses));
        let text = text.unwrap_or_default();
        Plan::read(vec![SourceFile::load(GATES, Role::Canon, text)])
    }
}
