//! The plan that a subcommand works on, and the steps that people ask it for.

use std::mem::ManuallyDrop;

use color_eyre::eyre::{Result, bail, eyre};

use crate::plan::Plan;
use crate::plan::disputes::{of_step, unresolved};
use crate::plan::id::StepId;
use crate::plan::identity::renumbered;
use crate::plan::source::Role;
use crate::store::branch::ids::BranchIds;
use crate::store::locate::discover::Layout;

/// A plan as it was on disk a moment ago.
pub(crate) struct OpenPlan {
    /// What its files mean. A subcommand ends with its plan, and the system takes the memory of both
    /// back at once, faster than step by step.
    pub plan: ManuallyDrop<Plan>,
    /// Where they are.
    pub layout: Layout,
}

impl OpenPlan {
    /// Whether no log is where the configuration says that there is one.
    pub(crate) fn lacks_log(&self) -> bool {
        let mut files = self.plan.files().iter();
        let is_named = self.layout.config.paths.contains_key("log");
        is_named && !files.any(|file| file.role == Role::Log)
    }

    /// Index of the step with this ID.
    ///
    /// # Errors
    /// When no step has it.
    pub(crate) fn find(&self, id: StepId) -> Result<usize> {
        let found = self.plan.find(self.plan.meant(id));
        found.ok_or_else(|| match renumbered(&self.plan, id) {
            Some(now) => eyre!("there is no step {id}: it was renumbered to {now}"),
            None => eyre!("there is no step {id}; `stepdeck list` lists them all"),
        })
    }

    /// Refuses a plan whose log holds two versions of a step: which step is which is not known
    /// before one of them is kept.
    ///
    /// # Errors
    /// Where the first conflict is.
    pub(crate) fn has_no_conflict(&self) -> Result<()> {
        match unresolved(&self.plan) {
            None => Ok(()),
            Some(conflict) => bail!(conflict),
        }
    }

    /// The IDs that branches use, local or fetched.
    pub(crate) fn branch_ids(&self) -> BranchIds {
        BranchIds::read(&self.layout.root, &self.plan, &BranchIds::default())
    }

    /// Index of the one step with this ID, to be edited.
    ///
    /// # Errors
    /// When no step has it, or several have.
    pub(crate) fn find_only(&self, id: StepId) -> Result<usize> {
        let id = self.plan.spelled(self.plan.meant(id));
        self.undisputed(id)?;
        match self.plan.find_nth(id, 1) {
            Some(_) => bail!(
                "several steps have the ID {id}: `stepdeck show {id}` shows where; first give the \
                 second another with `stepdeck renumber {id} NEW --nth 2`"
            ),
            None => self.find(id),
        }
    }

    /// One of the steps that have this ID, counted from 1 in the order of the plan.
    ///
    /// # Errors
    /// When there are fewer, or an unfinished merge is about them.
    pub(crate) fn find_nth(&self, id: StepId, nth: u32) -> Result<usize> {
        let id = self.plan.spelled(self.plan.meant(id));
        self.undisputed(id)?;
        self.find(id)?;
        let step = (nth.checked_sub(1)).and_then(|nth| self.plan.find_nth(id, nth));
        step.ok_or_else(|| {
            let count = (0..)
                .take_while(|nth| self.plan.find_nth(id, *nth).is_some())
                .count();
            match count {
                1 => eyre!("only one step has the ID {id}: leave out --nth"),
                _ => eyre!("{count} steps have the ID {id}: --nth is 1 to {count}, not {nth}"),
            }
        })
    }

    fn undisputed(&self, id: StepId) -> Result<()> {
        if let Some(dispute) = of_step(&self.plan, id) {
            let path = self.plan.files()[dispute.file].path.display();
            bail!(
                "{id} is in an unfinished merge ({path}:{}): `stepdeck resolve {id}` shows both \
                 versions, with --ours or --theirs it keeps one",
                dispute.line()
            );
        }
        Ok(())
    }
}
