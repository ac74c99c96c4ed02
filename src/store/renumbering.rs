//! Steps under other numbers, with what git knows of who wrote what: the screen and the command ask
//! here, so that both do the same.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use super::branch::Branch;
use super::branch::ids::BranchIds;
use crate::change::compose::Composer;
use crate::change::compose::renumber::{MentioningText, Reach, Renumbered};
use crate::git::checkout::Checkout;
use crate::plan::StepKey;
use crate::plan::disputes::unresolved;
use crate::plan::id::{BlockId, StepId};

/// What is to get another number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RenumberRequest {
    /// A step, and the ID that it shall have.
    Step(StepKey, StepId),
    /// Every step of this branch that shares its number with one of the mainline, or that a merge
    /// renumbered and that is still mentioned under its old number.
    Collisions,
}

/// A plan in its folder.
pub(crate) struct RenumberInput<'a> {
    /// Where it lies.
    pub root: &'a Path,
    /// What composes the change.
    pub composer: Composer<'a>,
    /// The main branch, where one is configured.
    pub main_branch: Option<&'a str>,
    /// The revision that counts as the mainline, instead of that branch.
    pub against: Option<&'a str>,
    /// The IDs of branches as read before: read again where a branch has moved.
    pub branch_ids: &'a BranchIds,
}

impl RenumberInput<'_> {
    /// The change, and what it does.
    ///
    /// # Errors
    /// In words, when the new ID is not free, a revision names no commit, or a file cannot be edited.
    pub(crate) fn compose(&self, request: &RenumberRequest) -> Result<Renumbered, String> {
        match request {
            RenumberRequest::Step(step, new) => self.step(*step, *new),
            RenumberRequest::Collisions => self.collisions(),
        }
    }

    fn branch(&self) -> Result<Option<Branch>, String> {
        let plan = self.composer.plan;
        let branch = Branch::around(self.root, plan, self.main_branch, self.against);
        branch.map_err(|error| error.to_string())
    }

    /// One step, with what this branch itself wrote about it in closed papers.
    fn step(&self, (old, nth): StepKey, new: StepId) -> Result<Renumbered, String> {
        let step = self.composer.plan.find_nth(old, nth);
        let step = step.ok_or_else(|| format!("{old} is no longer in the plan"))?;
        let plan = self.composer.plan;
        let block = plan.find_block(BlockId(new.block_number()));
        // Where it is retired as well, it counts for no less than before.
        if let Some(block) = block.filter(|_| !plan.step(step).is_of_retired_block()) {
            let allowed = self.composer.may_take(block, "use a number of another one");
            allowed.map_err(|refusal| refusal.to_string())?;
        }
        let steps = [(step, new)];
        if nth > 0 {
            // Whoever names the ID means the first step that has it.
            let none = |_: &MentioningText<'_>, _: StepId, _: &Range<usize>| false;
            let renumbered = self.composer.renumber(&steps, Reach::Own(&none));
            return renumbered.map_err(|refusal| refusal.to_string());
        }
        // Without git there is no branch.
        let branch = self.branch().ok().flatten();
        let origin = (branch.as_ref()).and_then(|branch| Some((branch, branch.since_base()?)));
        let renumbered = match origin {
            None => self.composer.renumber(&steps, Reach::Open),
            Some((branch, origin)) => {
                let own = |text: &MentioningText<'_>, _: StepId, span: &Range<usize>| {
                    branch.is_own(&origin, text, span)
                };
                self.composer.renumber(&steps, Reach::OpenAndOwn(&own))
            }
        };
        renumbered.map_err(|refusal| refusal.to_string())
    }

    fn collisions(&self) -> Result<Renumbered, String> {
        let Some(branch) = self.branch()? else {
            let checkout = Checkout::around(self.root);
            return Err(match checkout {
                Err(error) => error.answer(),
                Ok(_) => "nothing is committed yet: name the step and its new ID".to_owned(),
            });
        };
        let plan = self.composer.plan;
        if let Some(conflict) = unresolved(plan) {
            return Err(conflict);
        }
        let found = branch.collisions(plan).map_err(|error| error.to_string())?;
        let taken = match found.iter().all(|collision| collision.is_renumbered) {
            true => HashSet::new(),
            false => BranchIds::read(self.root, plan, self.branch_ids).into_ids(),
        };
        let parted = branch.part(&self.composer, &found, &taken);
        parted.map_err(|refusal| refusal.to_string())
    }
}
