//! The demo plan as people write it: the same programme, kept by five people with habits of
//! their own, over years, with slips and with things beside it that are none of the plan's.
//!
//! What a promise of stepdeck is worth shows here rather than on the tidy plan. The statuses
//! and dependencies are those of [`walk`](super::walk); how they are spelled is decided by
//! whose line it is ([`author`]), what is odd about it by one table ([`oddity`]). About eight
//! steps of ten have a problem that `stepdeck check` finds. As pure as the tidy plan: the same
//! arguments give the same bytes everywhere.

mod author;
mod documents;
mod line;
mod oddity;
mod section;
mod stamp;

use std::convert::Infallible;
use std::path::PathBuf;

use chrono::Days;

use super::calendar::Calendar;
use super::content::Content;
use super::prng::Prng;
use super::step::{Dependency, Step};
use super::walk::{BLOCK, Layout, Walk};
use super::{HEADER, LINE, LOG, papers};
use crate::plan::status::Status;
use author::Author;
use documents::Sections;
use line::Line;
use oddity::{ODDITIES, Spot};

/// What the streams of dice are for; the tidy plan's have the number 0.
#[derive(Clone, Copy)]
enum Stream {
    Author = 1,
    Row,
    Line,
    Section,
}

/// Lines, or rows of a table, that one person wrote in a row.
const PATCH: usize = 6;
/// At most about so many steps are sections of the canon, however long the log is.
const SECTIONS: usize = 400;
/// In a small plan one step of so many is a section, the hand-written ones aside.
const SECTION_EVERY: usize = 12;
/// How many lines a line that was put in too late stands behind its place.
const LATE: usize = 3;
/// Lines that are not JSON, with the number of the step before them.
const UNREADABLE: [&str; 5] = [
    r#"{"step_id": "{id}.Y", "title": "Second coat", "owner": "bench", "status": "draft",}"#,
    r#"{"step_id": "{id}.Y", "title": "Measure the draught", "evidence": {"metric": "pa", "target": NaN}}"#,
    r#"{"step_id": "{id}.Y", "title": "Ask the sch"#,
    "// moved to the board on 3 May, see {id}",
    "{'step_id': '{id}.Y', 'title': 'Sweep', 'status': 'idea'}",
];

/// The files of an untidy plan with `steps` steps in its log, sub-steps included, each with
/// its path below the plan's root and its bytes, `stepdeck.toml` first.
///
/// Some lines more are not readable, and two steps stand in the canon alone. Takes linear
/// time, and memory for the log itself.
pub fn plan(steps: usize, seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
    let content = Content::read();
    let calendar = Calendar::new();
    let layout = Layout::new(steps);
    let mut scribe = Scribe::new(&content, layout, seed);
    let walked = Walk::new(&content, &calendar, layout, seed).run(|step| {
        scribe.step(step);
        Ok::<_, Infallible>(())
    });
    let Ok(ledger) = walked;
    let (log, sections) = scribe.finish();
    let author = |block: usize| author_of(seed, Stream::Row, block);
    let table = documents::block_table(&content, layout, &ledger, author);
    let mut files = vec![
        ("stepdeck.toml".into(), documents::CONFIGURATION.into()),
        (LOG.into(), log),
    ];
    let mut add = |path: String, text: String| files.push((path.into(), text.into_bytes()));
    let execution = documents::execution_plan(&sections.plan, &table);
    add("data/canon/execution-plan.md".to_owned(), execution);
    let workshops = documents::workshops(&sections.workshops, layout);
    add("data/canon/workshops.md".to_owned(), workshops);
    for (path, text) in documents::FIXED {
        add(path.to_owned(), text.to_owned());
    }
    papers::artifacts(&ledger, &mut add);
    papers::decisions(&ledger, &mut add);
    papers::checkpoints(&content, layout, &ledger, &mut add);
    files
}

/// Who wrote the line or the row with this number.
fn author_of(seed: u64, stream: Stream, number: usize) -> &'static Author {
    let mut dice = dice(seed, stream, (number / PATCH) as u64);
    Author::of(dice.below(100))
}

fn dice(seed: u64, stream: Stream, item: u64) -> Prng {
    Prng::for_item(seed, (stream as u64) << 60 | item)
}

/// Writes the steps down, one after the other.
struct Scribe<'a> {
    content: &'a Content,
    layout: Layout,
    seed: u64,
    log: Vec<u8>,
    sections: Sections,
    /// Lines written so far.
    count: usize,
    /// A line that is put in late, and how many lines go before it.
    late: Option<(usize, Vec<u8>)>,
}

impl<'a> Scribe<'a> {
    fn new(content: &'a Content, layout: Layout, seed: u64) -> Self {
        let mut log = Vec::with_capacity(HEADER.len() + layout.steps.saturating_mul(LINE));
        log.extend_from_slice(HEADER.as_bytes());
        Self {
            content,
            layout,
            seed,
            log,
            sections: Sections::default(),
            count: 0,
            late: None,
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        let suffix = step.id.suffix().bytes().next_back().map_or(0, u64::from);
        let item = u64::from(step.id.number()) << 8 | suffix;
        let mut dice = dice(self.seed, Stream::Line, item);
        let author = author_of(self.seed, Stream::Author, step.id.number() as usize);
        let mut needs = step.dependencies.clone();
        self.tangle(step, &mut needs, &mut dice);
        let mut line = Line::of(step, &needs, author, stamp(step, author, &mut dice));
        let is_odd = self.put_oddities(&mut line, step, author, &mut dice);
        let is_section = step.canon || self.count % self.section_every() == 5;
        if is_section && !is_odd {
            self.section(step, &needs, author, item);
        }
        if self.late.is_none() && dice.below(1_000) < 3 {
            let mut bytes = Vec::new();
            line.write(&author.log, &mut bytes);
            self.late = Some((LATE + 1, bytes));
        } else {
            line.write(&author.log, &mut self.log);
        }
        self.late = match self.late.take() {
            Some((1, bytes)) => {
                self.log.extend_from_slice(&bytes);
                None
            }
            late => late.map(|(left, bytes)| (left - 1, bytes)),
        };
        self.put_unreadable(step);
        self.count += 1;
    }

    /// Dependencies that somebody added without looking: on steps that are far from done, on
    /// later ones, so that circles come to be, and on steps that never were.
    fn tangle(&self, step: &Step<'_>, needs: &mut Vec<Dependency<'_>>, dice: &mut Prng) {
        let number = step.id.number() as usize;
        let slot = (number - 1) % BLOCK + 1;
        let room = self.layout.room() * 9 / 10;
        let mut add = |number: usize| {
            let is_new =
                |need: &Dependency<'_>| !matches!(need, Dependency::Step(n) if *n == number);
            if needs.iter().all(is_new) {
                needs.push(Dependency::Step(number));
            }
        };
        if dice.chance(14) && step.block > 1 {
            let block = dice.below(step.block as u64 - 1) as usize;
            add(block * BLOCK + 1 + dice.below(room as u64) as usize);
        }
        if dice.below(1_000) < 12 && slot + 6 < room {
            add(number + 1 + dice.below(6) as usize);
        }
        if dice.below(1_000) < 8 {
            add(self.layout.blocks * BLOCK + 5 + dice.below(90) as usize);
        }
    }

    /// Answers whether there were any.
    fn put_oddities(
        &self,
        line: &mut Line,
        step: &Step<'_>,
        author: &Author,
        dice: &mut Prng,
    ) -> bool {
        let stride = (self.layout.steps / ODDITIES.len()).max(1);
        let first = (self.count % stride == stride - 1).then_some(self.count / stride);
        let layout = self.layout;
        let before = || {
            let blocks = (1..=step.block).rev().flat_map(|block| {
                let first = (block - 1) * BLOCK + 1;
                first..=first + layout.room() * 9 / 10
            });
            let own = step.id.number() as usize;
            blocks.filter(|number| *number < own).take(400).collect()
        };
        let mut spot = Spot {
            step,
            author,
            content: self.content,
            before: &before,
            dice,
        };
        let mut is_odd = false;
        for (at, oddity) in ODDITIES.iter().enumerate() {
            if first == Some(at) || spot.dice.below(10_000) < oddity.share {
                oddity.put(line, &mut spot);
                is_odd = true;
            }
        }
        is_odd
    }

    fn section_every(&self) -> usize {
        (self.layout.steps / SECTIONS).max(SECTION_EVERY)
    }

    fn section(&mut self, step: &Step<'_>, needs: &[Dependency<'_>], author: &Author, item: u64) {
        let out = match step.block % 3 {
            1 => &mut self.sections.plan,
            _ => &mut self.sections.workshops,
        };
        let mut dice = dice(self.seed, Stream::Section, item);
        section::section(step, needs, author, &mut dice, out);
    }

    fn put_unreadable(&mut self, step: &Step<'_>) {
        for (at, text) in UNREADABLE.iter().enumerate() {
            if self.count == (at + 1) * self.layout.steps / (UNREADABLE.len() + 1) {
                let text = text.replace("{id}", &format!("{:04}", step.id.number()));
                self.log.extend_from_slice(text.as_bytes());
                self.log.push(b'\n');
            }
        }
    }

    fn finish(mut self) -> (Vec<u8>, Sections) {
        if let Some((_, bytes)) = self.late.take() {
            self.log.extend_from_slice(&bytes);
        }
        (self.log, self.sections)
    }
}

/// When the step was touched last, in one of its author's spellings. What is long done may
/// have come from an older tracker, years ago.
fn stamp(step: &Step<'_>, author: &Author, dice: &mut Prng) -> String {
    let mut at = step.updated.moment();
    let spellings = author.log.stamps;
    let spelling = match dice.chance(20) {
        true => dice.pick(spellings),
        false => spellings[0],
    };
    if dice.chance(15) && step.status != Status::InProgress {
        at = at - Days::new(365 * (1 + dice.below(6)));
    }
    spelling.write(at, dice.below(1 << 40))
}

#[cfg(test)]
mod tests;
