//! `stepdeck remove`: takes steps out of the log.

use color_eyre::eyre::{Result, bail};

use super::invocation::{Invocation, Name, refused};
use super::steps::{Several, Steps};
use crate::change::compose::{StepRequest, dependents, sub_steps};
use crate::plan::Plan;

/// Steps that a message names at most.
const NAMED: usize = 3;

/// Remove steps from the log.
///
/// A step that others wait for, or that has sub-steps, is only removed with --force, unless these go
/// with it. A step that has a section in the canon stays: remove that first.
#[derive(clap::Args, Clone, Debug)]
pub struct Remove {
    /// The steps.
    #[arg(value_name = "STEP")]
    pub steps: Vec<Name>,
    /// Remove them even if others wait for them.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub several: Several,
}

impl Remove {
    /// Writes the change and says it.
    ///
    /// # Errors
    /// When there is no such step, others wait for one, or the log cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let named = self.steps.iter().map(|name| name.0).collect();
        let steps = Steps::of(named, &self.several)?;
        steps.change(invocation, |_, composer, steps| {
            if !self.force {
                may_go(composer.plan, steps)?;
            }
            composer.each(steps, &StepRequest::Remove).map_err(refused)
        })
    }
}

/// Refuses to let steps go that others wait for, or that leave sub-steps behind.
fn may_go(plan: &Plan, steps: &[usize]) -> Result<()> {
    let it = if steps.len() == 1 { "it" } else { "them" };
    let waiting = dependents(plan, steps);
    let left = sub_steps(plan, steps);
    let (left_behind, what) = match (&waiting[..], &left[..]) {
        ([], []) => return Ok(()),
        ([_], _) => (&waiting, format!("1 step waits for {it}")),
        ([], [_]) => (&left, "1 sub-step would stay".to_owned()),
        ([], left_behind) => (&left, format!("{} sub-steps would stay", left_behind.len())),
        (waiting_for, _) => (
            &waiting,
            format!("{} steps wait for {it}", waiting_for.len()),
        ),
    };
    let named = left_behind.iter().take(NAMED).map(|at| {
        let step = plan.step(*at);
        format!("{} {}", step.id(), step.title())
    });
    let named = named.collect::<Vec<_>>().join("; ");
    let more = match left_behind.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    bail!("{what}: {named}{more}; nothing was removed, --force removes {it} all the same")
}
