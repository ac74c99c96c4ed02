//! Steps move to another block: each gets a free number there, and keeps everything else.
//!
//! Only which number is decided here; that the rest of the plan follows is the business of
//! [`Composer::renumber`].

use std::collections::BTreeSet;

use super::renumber::{Reach, Renumbered};
use super::{BulkChange, Composer, shown};
use crate::change::Change;
use crate::change::value::{Refusal, refuse};
use crate::plan::id::StepId;

impl Composer<'_> {
    /// Moves steps, given by their indexes, to the block with this index, their sub-steps with
    /// them: to the numbers behind its last step, then to those that are free before it.
    ///
    /// # Errors
    /// When the block is retired or has fewer free numbers than steps are to move, all of them are in it
    /// already, or a line or a file cannot be edited.
    pub fn relocate(&self, steps: &[usize], block: usize) -> Result<Change, Refusal> {
        Ok(self.relocated(steps, block)?.bulk.change)
    }

    /// The same with what it does.
    ///
    /// # Errors
    /// As [`Composer::relocate`].
    pub(crate) fn relocated(&self, steps: &[usize], block: usize) -> Result<Relocated, Refusal> {
        let of = &self.plan.blocks()[block];
        let id = of.id;
        self.may_take(block, "move the step to another one")?;
        let (there, moving): (Vec<usize>, Vec<usize>) =
            (self.movable(steps).into_iter()).partition(|at| self.is_in(*at, of.range));
        let already = |at: usize| {
            let step = self.plan.step(at).id();
            (step, Refusal(format!("{step} is in {id} already")))
        };
        let refused: Vec<(StepId, Refusal)> = there.into_iter().map(already).collect();
        if let (true, Some((_, reason))) = (moving.is_empty(), refused.first()) {
            return refuse(reason.to_string());
        }
        let free: Vec<StepId> = self.numbers().free_in(of.range).collect();
        if free.len() < moving.len() {
            return refuse(format!("{id} has {}", no_room(free.len(), moving.len())));
        }
        let new: Vec<(usize, StepId)> = moving.into_iter().zip(free).collect();
        let mut moved = self.renumber(&new, Reach::Open)?;
        let count = new.len();
        moved.change.label = match &new[..] {
            [(at, to)] => {
                let step = self.plan.step(*at);
                let to = to.padded_to(step.id().digits());
                format!(
                    "{} moved to {id} as {to}: {}",
                    step.id(),
                    shown(&step.title())
                )
            }
            _ => format!("{count} steps moved to {id}"),
        };
        Ok(Relocated {
            bulk: BulkChange {
                change: std::mem::take(&mut moved.change),
                asked: steps.len(),
                changed: count,
                refused,
                disputed: Vec::new(),
            },
            moved,
        })
    }
}

impl Composer<'_> {
    /// Those of the steps that need a number of their own when they move: the others go with a step
    /// that they are below.
    pub(crate) fn movable(&self, steps: &[usize]) -> Vec<usize> {
        let these: BTreeSet<StepId> = steps.iter().map(|at| self.plan.step(*at).id()).collect();
        let goes_along = |at: &usize| {
            let mut above =
                std::iter::successors(self.plan.step(*at).id().parent(), |id| id.parent());
            above.any(|parent| these.contains(&parent))
        };
        let own = steps.iter().copied().filter(|at| !goes_along(at));
        own.collect()
    }

    /// Refuses a block in which a step would count for nothing; `instead` says what else to do.
    ///
    /// # Errors
    /// When it is retired, or merged into another one.
    pub(crate) fn may_take(&self, block: usize, instead: &str) -> Result<(), Refusal> {
        let block = &self.plan.blocks()[block];
        match block.retirement() {
            None => Ok(()),
            Some(how) => refuse(format!(
                "{} is {}, so the step would count for nothing: restore the block first, or {instead}",
                block.id,
                how.in_a_sentence()
            )),
        }
    }

    /// Whether a step has a number of the range to itself already.
    pub(crate) fn is_in(&self, step: usize, (first, last): (u32, u32)) -> bool {
        let id = self.plan.step(step).id();
        id.suffix().is_empty() && (first..=last).contains(&id.number())
    }
}

/// Steps that move.
#[derive(Debug)]
pub(crate) struct Relocated {
    /// The change.
    pub bulk: BulkChange,
    /// Which step gets which ID, and which mentions follow; its own change is taken.
    pub moved: Renumbered,
}

/// Why steps cannot move to a block.
pub(crate) fn no_room(free: usize, count: usize) -> String {
    let numbers = if free == 1 { "number" } else { "numbers" };
    match count {
        1 => "no free number left".to_owned(),
        _ => format!("{free} free {numbers} for {count} steps"),
    }
}
