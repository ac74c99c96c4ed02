//! `stepdeck layout`: whether the log has a blank line between two steps.

use clap::ValueEnum;
use color_eyre::eyre::Result;

use super::invocation::{Invocation, OpenPlan};
use crate::change::Change;
use crate::change::compose::Composer;
use crate::document::log::LineLayout;

/// Put a blank line between the steps of the log, or take these lines out.
///
/// Spaced logs help where no merge driver runs: edits of neighbouring steps merge there. Whatever
/// stepdeck writes later keeps to the layout that it finds.
#[derive(clap::Args, Clone, Debug)]
pub struct Layout {
    /// The layout.
    layout: Wanted,
    /// Print what would change as a diff, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A layout to ask for.
#[derive(Clone, Copy, ValueEnum, Debug)]
enum Wanted {
    /// A blank line between two steps.
    Spaced,
    /// One step below the other.
    Plain,
}

impl Layout {
    /// Writes the logs, as one change.
    ///
    /// # Errors
    /// When a merge is unfinished, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let layout = match self.layout {
            Wanted::Spaced => LineLayout::Spaced,
            Wanted::Plain => LineLayout::Plain,
        };
        let compose = |opened: &OpenPlan, composer: &Composer<'_>| -> Result<Change> {
            opened.has_no_conflict()?;
            Ok(composer.lay_out(layout))
        };
        let change = match self.dry_run {
            true => {
                let opened = invocation.open()?;
                let composer = Composer::new(&opened.plan, invocation.outside.now);
                let change = compose(&opened, &composer)?;
                invocation.print_change(opened.plan.files(), &change)?;
                change
            }
            false => invocation.edit(compose)?,
        };
        let label = &change.label;
        match (change.edits.is_empty(), self.dry_run) {
            (true, _) => invocation.say(&format!("the log is {} already", layout.name())),
            (false, false) => invocation.say(label),
            (false, true) => {
                invocation.say(&format!("dry run, nothing was written; otherwise: {label}"))
            }
        }
    }
}
