//! `stepdeck report quarter`: the plan of a quarter.

use chrono::NaiveDate;
use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Answer, Asked, Common, Head};
use crate::cli::gates::StageOwner;
use crate::cli::invocation::{Invocation, json_text, refused};
use crate::plan::Plan;
use crate::report::desk::Desk;
use crate::report::last_quarter;
use crate::report::quarter::{self, QuarterPlan, StageFocus};
use crate::report::table::ReportSpec;

/// The plan of a quarter: blocks and what became of them, the stages that it is about, what rolls
/// forward, what threatens, what was decided.
///
/// With --write the roadmap entries of its stages say it too, and have a bullet for each owner to
/// acknowledge it: all in one change.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct QuarterArguments {
    /// The quarter, such as 2026-Q4; by default the one that is to be planned.
    quarter: Option<String>,
    /// A stage that it is about, or enough of its name; by default the current one and those due in
    /// it. May be given several times.
    #[arg(long = "stage", value_name = "NAME")]
    stages: Vec<String>,
    /// Set the due date of the stage's gate (with one --stage).
    #[arg(long, value_name = "DATE")]
    due: Option<NaiveDate>,
    /// Set who answers for the stage (with one --stage). May be given several times.
    #[arg(long = "owner", value_name = "NAME")]
    owners: Vec<String>,
    /// Since when; by default the plan of the quarter before, or thirteen weeks ago.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl QuarterArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let report = ReportSpec::named("quarter");
        let asked = quarter::Asked {
            quarter: self.quarter.clone(),
            stages: self.stages.clone(),
            due: self.due,
            owners: self.owners.clone(),
        };
        let start = |desk: &Desk<'_>| last_quarter::start(desk, self.quarter.as_deref());
        let what = Asked {
            start: Some(&start),
            ..self.common.asked(self.since.as_ref())
        };
        invocation.report_by(report, what, |materials| {
            let plan = QuarterPlan::of(materials, &asked).map_err(refused)?;
            Ok(Answer {
                made: plan.made().map_err(refused)?,
                json: json_text(&Document::of(&plan, materials.desk.plan))?,
            })
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    quarter: String,
    first: String,
    next: String,
    blocks: Vec<BlockRow<'a>>,
    focus: Vec<FocusRow<'a>>,
    rolled_forward: Vec<&'a str>,
    in_progress: Vec<String>,
    dependency_risks: Vec<ThreatRow<'a>>,
    conditions: Vec<ConditionRow<'a>>,
    decisions: Vec<String>,
}

#[derive(Serialize)]
struct BlockRow<'a> {
    block: String,
    theme: &'a str,
    complete: usize,
    total: usize,
    completed: usize,
    added: usize,
    became: &'a str,
}

#[derive(Serialize)]
struct FocusRow<'a> {
    stage: &'a str,
    standing: &'static str,
    ticked: usize,
    total: usize,
    missing: usize,
    due: Option<String>,
    owners: Vec<StageOwner>,
    p50: Option<String>,
    p85: Option<String>,
    open: usize,
    open_conditions: usize,
}

#[derive(Serialize)]
struct ThreatRow<'a> {
    step_id: String,
    why: &'a str,
    dependants: usize,
    all_counted: bool,
}

#[derive(Serialize)]
struct ConditionRow<'a> {
    step_id: String,
    condition: &'a str,
}

impl<'a> FocusRow<'a> {
    fn of(focus: &'a StageFocus<'_>) -> Self {
        let stage = focus.stage;
        let outlook = focus.outlook.as_ref();
        let dates = outlook.map_or([None; 3], |outlook| outlook.dates());
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        Self {
            stage: &stage.name,
            standing: focus.standing.word(),
            ticked: stage.ticked(),
            total: stage.checks.len(),
            missing: stage.missing(),
            due: day(stage.due()),
            owners: (stage.acknowledgements())
                .map(|(name, date)| StageOwner::of(name, date))
                .collect(),
            p50: day(dates[0]),
            p85: day(dates[1]),
            open: outlook.map_or(0, |outlook| outlook.open.len()),
            open_conditions: stage.owed().filter(|(check, _)| !check.done).count(),
        }
    }
}

impl<'a> Document<'a> {
    fn of(of: &'a QuarterPlan<'_>, plan: &Plan) -> Self {
        let path = |file: usize| plan.files()[file].path.display().to_string();
        Self {
            head: Head::of("quarter", of.since),
            quarter: of.quarter.to_string(),
            first: of.quarter.first.to_string(),
            next: of.quarter.next.to_string(),
            blocks: (of.blocks.iter())
                .map(|review| BlockRow {
                    block: review.block.id.to_string(),
                    theme: review.theme,
                    complete: review.block.tally.done(),
                    total: review.block.tally.total,
                    completed: review.completed,
                    added: review.added,
                    became: &review.word,
                })
                .collect(),
            focus: of.focus.iter().map(FocusRow::of).collect(),
            rolled_forward: of.rolled.iter().map(|of| &*of.words).collect(),
            in_progress: of
                .carried
                .iter()
                .map(|step| step.id().to_string())
                .collect(),
            dependency_risks: (of.threats.iter())
                .map(|threat| ThreatRow {
                    step_id: threat.step.id().to_string(),
                    why: &threat.why,
                    dependants: threat.dependants,
                    all_counted: threat.is_counted(),
                })
                .collect(),
            conditions: (of.conditions.iter())
                .map(|condition| ConditionRow {
                    step_id: condition.step.to_string(),
                    condition: &condition.text,
                })
                .collect(),
            decisions: of.decisions.iter().map(|note| path(note.file)).collect(),
        }
    }
}
