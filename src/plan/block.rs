//! Blocks: a hundred steps each, from the block table or by the rule of numbering.

use super::canon::block_table::BlockRow;
use super::id::BlockId;
use super::status::Status;

/// A block with the steps that fall into it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's name.
    pub id: BlockId,
    /// First and last step number.
    pub range: (u32, u32),
    /// Its row in the block table, if it has one.
    pub row: Option<BlockRow>,
    /// Indexes of its steps, ascending.
    pub steps: Vec<usize>,
    /// How far the steps are.
    pub tally: Tally,
}

/// How many steps have which status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Every step, those without a readable status included.
    pub total: usize,
    by_status: [usize; Status::ALL.len()],
}

impl Tally {
    /// Counts one more step.
    pub fn add(&mut self, status: Option<Status>) {
        self.total += 1;
        if let Some(status) = status {
            self.by_status[status as usize] += 1;
        }
    }

    /// How many have this status.
    pub fn count(&self, status: Status) -> usize {
        self.by_status[status as usize]
    }

    /// How many are complete.
    pub fn done(&self) -> usize {
        self.count(Status::Complete)
    }

    /// Whole percent complete, rounded down so that 100 means all of them.
    pub fn percent(&self) -> usize {
        (self.done() * 100).checked_div(self.total).unwrap_or(0)
    }
}
