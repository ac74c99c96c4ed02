//! `stepdeck move`: steps to another block.

use std::cell::RefCell;

use color_eyre::eyre::{Result, eyre};

use super::invocation::{Invocation, Name, refused};
use super::steps::{Several, Steps};
use crate::plan::id::BlockId;

/// Move steps to another block.
///
/// Each step gets a free number there: the next one after the block's last step. Its sub-steps go
/// with it, everything in log, canon and open papers that names one of them follows, and its `was`
/// says which ID it had.
#[derive(clap::Args, Clone, Debug)]
pub struct Move {
    /// The steps.
    #[arg(value_name = "STEP")]
    pub steps: Vec<Name>,
    /// The block to move them to, such as B07.
    #[arg(long, value_name = "BLOCK")]
    pub block: BlockId,
    #[command(flatten)]
    pub several: Several,
}

impl Move {
    /// Writes the change and says it, and which mentions do not follow.
    ///
    /// # Errors
    /// When there is no such step or block, they do not fit, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let named = self.steps.iter().map(|name| name.0).collect();
        let steps = Steps::of(named, &self.several)?;
        let left = RefCell::new(Vec::new());
        steps.change(invocation, |opened, composer, steps| {
            let gone = || eyre!("there is no block {}", self.block);
            let at = composer.plan.find_block(self.block).ok_or_else(gone)?;
            let branches = opened.branch_ids();
            let composer = composer.passing_over(branches.ids());
            let relocated = composer.relocated(steps, at).map_err(refused)?;
            left.replace(relocated.moved.left);
            Ok(relocated.bulk)
        })?;
        for left in left.into_inner() {
            invocation.say(&left.to_string())?;
        }
        Ok(())
    }
}
