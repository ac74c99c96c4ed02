//! The steps that a subcommand changes: named one by one, or by a filter; and the change of them
//! all, written or only shown.

use std::cell::RefCell;

use color_eyre::eyre::{Result, bail};

use super::filter::Filter;
use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::change::compose::{BulkChange, Composer};
use crate::plan::id::StepId;
use crate::plan::{StepKey, marks};

/// What the subcommands have in common that change several steps at once.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct Several {
    #[command(flatten)]
    pub filter: Filter,
    /// Print what would be written as a diff, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Some steps.
pub(super) struct Steps<'a> {
    named: Vec<StepId>,
    several: &'a Several,
}

impl<'a> Steps<'a> {
    /// Those named, or those that the filter finds.
    ///
    /// # Errors
    /// When neither or both say which.
    pub(super) fn of(named: Vec<StepId>, several: &'a Several) -> Result<Self> {
        match (named.is_empty(), several.filter.text().trim().is_empty()) {
            (true, true) => bail!("name the steps, such as 0042 0043, or find them with --filter"),
            (false, false) => bail!("name the steps or use --filter, not both"),
            _ => Ok(Self { named, several }),
        }
    }

    /// The step, where it is one by name, and the change is to be written.
    pub(super) fn only(&self) -> Option<StepId> {
        match &self.named[..] {
            [only] if !self.several.dry_run => Some(*only),
            _ => None,
        }
    }

    /// Makes one change of them all, and says it and who was left out; a dry run prints it.
    ///
    /// # Errors
    /// When there is no such step, all refuse, or the files cannot be written.
    pub(super) fn change(
        &self,
        invocation: &mut Invocation<'_, '_>,
        compose: impl Fn(&OpenPlan, &Composer<'_>, &[usize]) -> Result<BulkChange>,
    ) -> Result<()> {
        let query = self.several.filter.parse(invocation)?;
        let remark = RefCell::new(None);
        let named = |opened: &OpenPlan| -> Result<Vec<usize>> {
            let mut steps: Vec<usize> = Vec::new();
            for id in &self.named {
                let step = opened.find_only(*id)?;
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
            Ok(steps)
        };
        // What a filter finds is decided once, by name: the change itself may alter what it finds.
        let found: Vec<StepKey> = match self.named.is_empty() {
            false => Vec::new(),
            true => {
                let opened = invocation.open()?;
                let steps = invocation.selected(&query, &opened)?.into_iter();
                steps.map(|step| opened.plan.step(step).key()).collect()
            }
        };
        if self.named.is_empty() && found.is_empty() {
            return invocation.say("no step matches the filter; nothing was changed");
        }
        let compose = |opened: &OpenPlan, composer: &Composer<'_>| {
            let steps = match self.named.is_empty() {
                false => named(opened)?,
                true => marks::indexes(&found, &opened.plan),
            };
            let bulk = compose(opened, composer, &steps)?;
            remark.replace(bulk.remark());
            Ok(bulk.change)
        };
        let change = match self.several.dry_run {
            false => invocation.edit(compose)?,
            true => {
                let opened = invocation.open()?;
                let change = compose(
                    &opened,
                    &Composer::new(&opened.plan, invocation.outside.now),
                )?;
                invocation.print_change(opened.plan.files(), &change)?;
                change
            }
        };
        if let Some(remark) = remark.into_inner() {
            invocation.say(&remark)?;
        }
        match (change.edits.is_empty(), self.several.dry_run) {
            (true, _) => invocation.say("these steps already have these values"),
            (false, true) => invocation.say(&format!(
                "dry run, nothing was written; otherwise: {}",
                change.label
            )),
            (false, false) => invocation.say(&change.label),
        }
    }
}
