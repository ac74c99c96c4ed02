//! `stepdeck report retro`: what a stage taught.

use color_eyre::eyre::{Result, bail};
use serde::Serialize;

use super::{Answer, Common, Head};
use crate::cli::invocation::{Invocation, json_text, refused};
use crate::plan::Plan;
use crate::plan::packet::Decision;
use crate::report::retro::{Retro, propose, with_actions};
use crate::report::table::ReportSpec;

/// The retrospective of a stage: what its history says, and what you will keep and change.
///
/// Gate attempts, steps that were reopened, forecasts that missed, conditions that are still open. It
/// links the packets of the gate, and the open packet of the next stage links it.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct RetroArguments {
    /// The stage, or enough of its name to be unique; by default the one whose gate was passed last.
    stage: Option<String>,
    /// Since when; by default the gate before.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Turn the actions of the latest retrospective that name no step into proposed steps.
    #[arg(long, conflicts_with_all = ["since", "write", "slack", "json"])]
    propose: bool,
    #[command(flatten)]
    common: Common,
}

impl RetroArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        if self.propose {
            return self.propose(invocation);
        }
        let report = ReportSpec::named("retro");
        let what = self.common.asked(self.since.as_ref());
        invocation.report_by(report, what, |materials| {
            let retro = Retro::of(materials, self.stage.as_deref()).map_err(refused)?;
            Ok(Answer {
                made: retro.made().map_err(refused)?,
                json: json_text(&Document::of(&retro, materials.desk.plan))?,
            })
        })
    }

    fn propose(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let uids = std::cell::RefCell::new(invocation.outside.uids.clone());
        let proposed = std::cell::RefCell::new(Vec::new());
        let change = invocation.edit(|opened, composer| {
            let file = with_actions(&opened.plan, self.stage.as_deref()).map_err(refused)?;
            let (change, steps) =
                propose(composer, file, || uids.borrow_mut().take()).map_err(refused)?;
            *proposed.borrow_mut() = steps;
            Ok(change)
        })?;
        if change.edits.is_empty() {
            bail!("no step was proposed");
        }
        invocation.say(&change.label)?;
        let ids: Vec<String> = proposed.take().iter().map(|id| format!("{id}\n")).collect();
        invocation.print(&ids.concat())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    stage: &'a str,
    passed: Option<String>,
    due: Option<String>,
    steps: usize,
    complete: usize,
    attempts: Vec<AttemptRow>,
    reopened: Vec<ReopenedRow>,
    forecasts: usize,
    missed: Vec<ForecastRow>,
    conditions: Vec<ConditionRow<'a>>,
}

#[derive(Serialize)]
struct AttemptRow {
    file: String,
    date: Option<String>,
    decision: Option<&'static str>,
    signed: usize,
    sign_offs: usize,
    waived: bool,
}

#[derive(Serialize)]
struct ReopenedRow {
    step_id: String,
    times: u32,
}

#[derive(Serialize)]
struct ForecastRow {
    on: String,
    p85: String,
}

#[derive(Serialize)]
struct ConditionRow<'a> {
    condition: &'a str,
    met: bool,
    by: Option<String>,
    stage: Option<&'a str>,
}

impl<'a> Document<'a> {
    fn of(retro: &'a Retro<'_>, plan: &Plan) -> Self {
        let (complete, steps) = retro.steps;
        Self {
            head: Head::of("retro", retro.since),
            stage: &retro.stage.name,
            passed: retro.passed.map(|day| day.to_string()),
            due: retro.stage.due().map(|day| day.to_string()),
            steps,
            complete,
            attempts: (retro.attempts.iter())
                .map(|attempt| AttemptRow {
                    file: plan.files()[attempt.packet.file].path.display().to_string(),
                    date: (attempt.packet.decided_on().or(attempt.packet.date))
                        .map(|day| day.to_string()),
                    decision: attempt.packet.decision.map(Decision::words),
                    signed: attempt.signed,
                    sign_offs: attempt.sign_offs,
                    waived: !attempt.packet.waiver.is_empty(),
                })
                .collect(),
            reopened: (retro.reopened.iter())
                .map(|(step, times)| ReopenedRow {
                    step_id: step.id().to_string(),
                    times: *times,
                })
                .collect(),
            forecasts: retro.forecasts.len(),
            missed: (retro.missed())
                .map(|told| ForecastRow {
                    on: told.on.to_string(),
                    p85: told.date.to_string(),
                })
                .collect(),
            conditions: (retro.conditions.iter())
                .map(|condition| ConditionRow {
                    condition: &condition.words,
                    met: condition.is_met,
                    by: condition.by.map(|day| day.to_string()),
                    stage: condition.at.as_deref(),
                })
                .collect(),
        }
    }
}
