//! `stepdeck report changes`: the change log.

use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Common, Head};
use crate::cli::invocation::{Invocation, json_text};
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::risk::Risk;
use crate::report::changes::{Changes, StageMove};
use crate::report::table::ReportSpec;

/// The change log: what was completed, added, removed and decided, and how the stages moved.
///
/// It is worked out of the history each time. With --write it becomes the file of the week.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ChangesArguments {
    /// Since when; by default the beginning of the week.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl ChangesArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let report = ReportSpec::named("changes");
        let asked = self.common.asked(self.since.as_ref());
        invocation.report(report, asked, |materials| {
            let changes = Changes::of(materials);
            json_text(&Document::of(&changes, materials.desk.plan))
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    gates: Vec<Gate<'a>>,
    stages: Vec<StageRow<'a>>,
    completed: Vec<String>,
    reopened: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
    decisions: Vec<String>,
    risks_opened: Vec<String>,
    risks_closed: Vec<String>,
}

#[derive(Serialize)]
struct Gate<'a> {
    stage: &'a str,
    decision: Option<&'static str>,
    date: Option<String>,
    file: String,
}

#[derive(Serialize)]
struct StageRow<'a> {
    stage: &'a str,
    total: usize,
    before: usize,
    ticked: usize,
    checks_ticked: Vec<&'a str>,
    checks_unticked: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn of(changes: &'a Changes<'_>, plan: &Plan) -> Self {
        let net = &changes.since.net;
        let ids = |steps: &[StepId]| steps.iter().map(StepId::to_string).collect();
        let path = |file: usize| plan.files()[file].path.display().to_string();
        let risks = |risks: &[Risk]| risks.iter().map(|risk| path(risk.file)).collect();
        let stage = |moved: &'a StageMove<'_>| StageRow {
            stage: &moved.stage.name,
            total: moved.stage.checks.len(),
            before: moved.before(),
            ticked: moved.stage.ticked(),
            checks_ticked: moved.ticked.iter().map(|(check, _)| *check).collect(),
            checks_unticked: moved.unticked.iter().map(|(check, _)| *check).collect(),
        };
        Self {
            head: Head::of("changes", changes.since),
            gates: (changes.gates.iter())
                .map(|(stage, packet)| Gate {
                    stage: &stage.name,
                    decision: packet.decision.map(|decision| decision.words()),
                    date: packet.decided_on().map(|day| day.to_string()),
                    file: path(packet.file),
                })
                .collect(),
            stages: changes.stages.iter().map(stage).collect(),
            completed: ids(&net.completed),
            reopened: ids(&net.reopened),
            added: net
                .added
                .iter()
                .map(|event| event.step.to_string())
                .collect(),
            removed: net
                .removed
                .iter()
                .map(|event| event.step.to_string())
                .collect(),
            changed: net
                .changed
                .iter()
                .map(|(step, _)| step.to_string())
                .collect(),
            decisions: changes
                .decisions
                .iter()
                .map(|note| path(note.file))
                .collect(),
            risks_opened: risks(&changes.opened),
            risks_closed: risks(&changes.closed),
        }
    }
}
