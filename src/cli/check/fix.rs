//! `check --fix`: what is safe is fixed as one change; the dry run shows it as a diff.

use std::cell::RefCell;

use color_eyre::eyre::Result;

use super::{Check, Side, ending, problems};
use crate::change::compose::fix_all::fix_repeatedly;
use crate::cli::Ending;
use crate::cli::invocation::Invocation;
use crate::document::progress::Progress;
use crate::plan::Plan;

impl Check {
    /// Whether the log's words stay where log and canon disagree, if that was said.
    fn prefers_log(&self) -> Option<bool> {
        self.prefer.map(|side| side == Side::Log)
    }

    /// Writes everything that can be fixed.
    ///
    /// # Errors
    /// When nothing may be written, or it cannot be.
    pub(super) fn fix(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let refused = RefCell::new(Vec::new());
        let own = invocation.outside.config.clone();
        let change = invocation.edit(|opened, composer| {
            let check = |plan: &Plan| {
                let progress = Progress::default();
                problems(opened, own.as_deref(), plan, None, composer.now, &progress).fixes(plan)
            };
            let fixed = fix_repeatedly(&opened.plan, composer.now, self.prefers_log(), check);
            refused.replace(fixed.refused);
            Ok(fixed.change)
        })?;
        for refusal in refused.into_inner() {
            invocation.say(&format!("not fixed: {refusal}"))?;
        }
        match change.edits.is_empty() {
            true => invocation.say("nothing here can be fixed"),
            false => invocation.say(&change.label),
        }
    }

    /// Prints what would be written. The plan stays as it is, and so does what the run finds.
    ///
    /// # Errors
    /// When the plan cannot be read.
    pub(super) fn preview(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let opened = invocation.open()?;
        let now = invocation.outside.now;
        let own = invocation.outside.config.as_deref();
        let check = |plan: &Plan| problems(&opened, own, plan, None, now, &Progress::default());
        let found = check(&opened.plan);
        let fixes = |plan: &Plan| check(plan).fixes(plan);
        let fixed = fix_repeatedly(&opened.plan, now, self.prefers_log(), fixes);
        invocation.print_difference(&opened.plan, &fixed.plan, &fixed.change)?;
        for refusal in &fixed.refused {
            invocation.say(&format!("cannot be fixed: {refusal}"))?;
        }
        match fixed.change.edits.is_empty() {
            true => invocation.say("nothing here can be fixed")?,
            false => invocation.say(&format!(
                "dry run, nothing was written; otherwise: {}",
                fixed.change.label
            ))?,
        }
        Ok(ending(&found))
    }
}
