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
    /// When the block has fewer free numbers than steps are to move, all of them are in it
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
        let (id, (first, last)) = (of.id, of.range);
        let within = |id: StepId| (first..=last).contains(&id.number());
        let these: BTreeSet<StepId> = steps.iter().map(|at| self.plan.step(*at).id()).collect();
        let mut moving: Vec<usize> = Vec::new();
        let mut refused = Vec::new();
        for at in steps {
            let step = self.plan.step(*at).id();
            let above = std::iter::successors(step.parent(), |id| id.parent());
            if above.into_iter().any(|parent| these.contains(&parent)) {
                // It goes with its step.
            } else if within(step) && step.parent().is_none() {
                refused.push((step, Refusal(format!("{step} is in {id} already"))));
            } else {
                moving.push(*at);
            }
        }
        if let (true, Some((_, reason))) = (moving.is_empty(), refused.first()) {
            return refuse(reason.to_string());
        }
        let free: Vec<StepId> = self.numbers().free_in(of.range).collect();
        if free.len() < moving.len() {
            return refuse(no_room(free.len(), moving.len()));
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
            },
            moved,
        })
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
