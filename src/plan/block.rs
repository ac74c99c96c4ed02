//! Blocks: a hundred steps each, from the block table or by the rule of numbering.

use std::ops::Range;

use super::Plan;
use super::canon::block_table::{BlockRow, Retirement};
use super::id::BlockId;
use super::status::Status;

/// How many steps a checkpoint sums up.
pub(crate) const STEPS_PER_CHECKPOINT: u32 = 1_000;

/// Indexes of the steps that a checkpoint sums up, each once: those up to this thousand, and after the
/// one before.
pub(crate) fn checkpoint_steps(plan: &Plan, number: u32) -> impl Iterator<Item = usize> {
    let last = number.saturating_mul(STEPS_PER_CHECKPOINT);
    let first = last.saturating_sub(STEPS_PER_CHECKPOINT) + 1;
    let numbered = plan.numbered(first..=last);
    numbered.filter(|step| !plan.is_repeated(*step))
}

/// A block with the steps that fall into it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's name.
    pub id: BlockId,
    /// First and last step number.
    pub range: (u32, u32),
    /// Its row in the block table, if it has one.
    pub row: Option<BlockRow>,
    /// Indexes of its steps as ranges, ascending; mostly one.
    runs: Vec<Range<u32>>,
    /// How far the steps are.
    pub tally: Tally,
}

impl Block {
    /// A block without steps.
    pub(super) fn new(id: BlockId, range: (u32, u32), row: Option<BlockRow>) -> Self {
        Self {
            id,
            range,
            row,
            runs: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Indexes of its steps, ascending.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = usize> + Clone {
        let runs = self.runs.iter().cloned().flatten();
        runs.map(|step| step as usize)
    }

    /// Whether, and how, its open steps are not to be done any more.
    pub fn retirement(&self) -> Option<Retirement> {
        self.row.as_ref()?.retirement
    }

    /// Takes in a step behind all that it has, with its status if it counts.
    pub(super) fn push(&mut self, step: u32, counted: Option<Option<Status>>) {
        if let Some(status) = counted {
            self.tally.add(status, self.retirement().is_some());
        }
        match self.runs.last_mut() {
            Some(run) if run.end == step => run.end += 1,
            _ => self.runs.push(step..step + 1),
        }
    }
}

/// Finds the blocks of steps whose numbers ascend, in one pass over blocks and steps.
pub(super) struct Sweep {
    ranges: Vec<(u32, u32)>,
    /// How many blocks start at or before the number of the last step.
    begun: usize,
    /// Of those, the ones whose end may still be ahead, the one that counts last.
    open: Vec<usize>,
}

impl Sweep {
    /// `blocks` are ordered by their ranges.
    pub(crate) fn new(blocks: &[Block]) -> Self {
        Self {
            ranges: blocks.iter().map(|block| block.range).collect(),
            begun: 0,
            open: Vec::new(),
        }
    }

    /// Index of the last block that starts at or before the number and whose range holds it.
    pub(crate) fn block_of(&mut self, number: u32) -> Option<usize> {
        let begins = |range: &(u32, u32)| range.0 <= number;
        while self.ranges.get(self.begun).is_some_and(begins) {
            self.open.push(self.begun);
            self.begun += 1;
        }
        // A block that has ended is never needed again.
        while let Some(last) = self.open.last() {
            if number <= self.ranges[*last].1 {
                return Some(*last);
            }
            self.open.pop();
        }
        None
    }
}

/// How many steps have which status. Open steps of retired blocks are counted apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Every step that is done or to be done, those without a readable status included.
    pub total: usize,
    /// Open steps of retired blocks.
    pub retired: usize,
    by_status: [usize; Status::ALL.len()],
}

impl Tally {
    /// Counts one more step, of a retired block or another.
    pub(crate) fn add(&mut self, status: Option<Status>, is_retired: bool) {
        if is_retired && status != Some(Status::Complete) {
            self.retired += 1;
            return;
        }
        self.total += 1;
        if let Some(status) = status {
            self.by_status[status as usize] += 1;
        }
    }

    /// Counts one of the steps under another status.
    pub(super) fn turn(&mut self, from: Option<Status>, to: Option<Status>, is_retired: bool) {
        if is_retired && from != Some(Status::Complete) {
            self.retired -= 1;
        } else {
            self.total -= 1;
            if let Some(status) = from {
                self.by_status[status as usize] -= 1;
            }
        }
        self.add(to, is_retired);
    }

    /// How many have this status.
    pub fn count(&self, status: Status) -> usize {
        self.by_status[status as usize]
    }

    /// How many have no status that is one of the five.
    pub(crate) fn others(&self) -> usize {
        self.total - self.by_status.iter().sum::<usize>()
    }

    /// How many are complete.
    pub(crate) fn done(&self) -> usize {
        self.count(Status::Complete)
    }

    /// Whole percent complete, rounded down so that 100 means all of them.
    pub(crate) fn percent(&self) -> usize {
        (self.done() * 100).checked_div(self.total).unwrap_or(0)
    }
}
