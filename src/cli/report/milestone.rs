//! `stepdeck report milestone`: the bi-weekly review of a workstream.

use std::collections::BTreeMap;

use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Answer, Common, Head};
use crate::cli::invocation::{Invocation, json_text, refused};
use crate::history::weeks::Week;
use crate::plan::Plan;
use crate::plan::risk::Risk;
use crate::report::milestone::{self, Milestone, WorkstreamReview};
use crate::report::table::ReportSpec;

/// Milestone reviews: how each workstream stands with a stage, two weeks on.
///
/// Exit criteria, open steps week by week, risks that are new, closed or rated differently, and who has
/// how much to do; what customers said is for you to add. Each workstream gets its own paper, beside
/// the packet of the gate of that day, which lists it.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct MilestoneArguments {
    /// The stage, or enough of its name to be unique; by default the current one.
    stage: Option<String>,
    /// The workstream, or enough of its name; by default every one.
    #[arg(long, value_name = "NAME")]
    workstream: Option<String>,
    /// Since when; by default the last milestone review before today, or two weeks ago.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl MilestoneArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let report = ReportSpec::named("milestone");
        let asked = milestone::Asked {
            stage: self.stage.clone(),
            workstream: self.workstream.clone(),
        };
        let what = self.common.asked(self.since.as_ref());
        invocation.report_by(report, what, |materials| {
            let milestone = Milestone::of(materials, &asked).map_err(refused)?;
            Ok(Answer {
                made: milestone.made(materials).map_err(refused)?,
                json: json_text(&Document::of(&milestone, materials.desk.plan))?,
            })
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    stage: &'a str,
    ticked: usize,
    total: usize,
    missing: usize,
    due: Option<String>,
    p85: Option<String>,
    late: Option<bool>,
    criteria: Vec<CriterionRow<'a>>,
    burndown: Vec<WeekRow>,
    risks: Risks,
    workstreams: Vec<WorkstreamRow<'a>>,
}

#[derive(Serialize)]
struct CriterionRow<'a> {
    criterion: &'a str,
    verdict: &'static str,
}

#[derive(Serialize)]
struct WeekRow {
    date: String,
    open: usize,
    completed: usize,
}

#[derive(Serialize)]
struct Risks {
    open: usize,
    new: Vec<String>,
    closed: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
}

#[derive(Serialize)]
struct WorkstreamRow<'a> {
    workstream: &'a str,
    steps: usize,
    complete: usize,
    completed: Vec<String>,
    burndown: Vec<WeekRow>,
    resourcing: Vec<LoadRow<'a>>,
}

#[derive(Serialize)]
struct LoadRow<'a> {
    owner: &'a str,
    role: &'a str,
    open: usize,
    in_progress: usize,
    blocked: usize,
    effort: Option<f64>,
    effort_by_unit: &'a BTreeMap<String, f64>,
    with_effort: usize,
}

impl WeekRow {
    fn all(weeks: &[Week]) -> Vec<Self> {
        let row = |week: &Week| Self {
            date: week.end.to_string(),
            open: week.open,
            completed: week.completed,
        };
        weeks.iter().map(row).collect()
    }
}

impl<'a> WorkstreamRow<'a> {
    fn of(review: &'a WorkstreamReview<'_>) -> Self {
        let is_open = |step: &&crate::plan::StepRef<'_>| step.state().is_open();
        Self {
            workstream: review.team.name(),
            steps: review.steps.len(),
            complete: review.steps.len() - review.steps.iter().filter(is_open).count(),
            completed: review
                .completed
                .iter()
                .map(|step| step.id().to_string())
                .collect(),
            burndown: WeekRow::all(&review.weeks),
            resourcing: (review.load.iter())
                .map(|load| LoadRow {
                    owner: &load.owner,
                    role: &load.role,
                    open: load.open,
                    in_progress: load.in_progress,
                    blocked: load.blocked,
                    effort: load.effort.single(),
                    effort_by_unit: &load.effort.by_unit,
                    with_effort: load.effort.steps,
                })
                .collect(),
        }
    }
}

impl<'a> Document<'a> {
    fn of(milestone: &'a Milestone<'_>, plan: &Plan) -> Self {
        let path = |risk: &Risk| plan.files()[risk.file].path.display().to_string();
        let (stage, outlook, risks) = (milestone.stage, &milestone.outlook, &milestone.risks);
        Self {
            head: Head::of("milestone", milestone.since),
            stage: &stage.name,
            ticked: stage.ticked(),
            total: stage.checks.len(),
            missing: stage.missing(),
            due: stage.due().map(|due| due.to_string()),
            p85: outlook.p85().map(|date| date.to_string()),
            late: outlook.is_late(milestone.today()),
            criteria: (milestone.criteria.iter())
                .map(|(criterion, verdict)| CriterionRow { criterion, verdict })
                .collect(),
            burndown: WeekRow::all(&outlook.weeks),
            risks: Risks {
                open: risks.open,
                new: risks.new.iter().map(path).collect(),
                closed: risks.closed.iter().map(path).collect(),
                changed: risks
                    .changed
                    .iter()
                    .map(|change| path(&change.risk))
                    .collect(),
                // Their files are gone.
                removed: risks.gone.iter().map(|risk| risk.title.clone()).collect(),
            },
            workstreams: milestone.reviews.iter().map(WorkstreamRow::of).collect(),
        }
    }
}
