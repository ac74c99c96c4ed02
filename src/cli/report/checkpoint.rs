//! `stepdeck report checkpoint`: what became of each thousand steps that moved.

use std::collections::BTreeMap;

use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Common, Head};
use crate::cli::invocation::{Invocation, json_text};
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::indicator::Colour;
use crate::plan::risk::Risk;
use crate::report::budget::{Budget, Sum};
use crate::report::checkpoint::{Checkpoints, Objective, Thousand};
use crate::report::scorecard::delta::Delta;
use crate::report::table::ReportSpec;

/// Checkpoints: for each thousand steps that moved, what was completed and is outstanding, how the
/// indicators moved, the risks, effort and cost against plan, and the burn-up.
///
/// With --write each has a paper of its own with a section for the month, linked from the row of the
/// block that ends the thousand.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct CheckpointArguments {
    /// Since when; by default the last section of an earlier month, or 30 days ago.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl CheckpointArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let asked = self.common.asked(self.since.as_ref());
        invocation.report(ReportSpec::named("checkpoint"), asked, |materials| {
            let checkpoints = Checkpoints::of(materials);
            json_text(&Document::of(&checkpoints, materials.desk.plan))
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    checkpoints: Vec<Row>,
    indicators: Vec<IndicatorRow<'a>>,
}

#[derive(Serialize)]
struct Row {
    checkpoint: String,
    first: u32,
    last: u32,
    total: usize,
    complete: usize,
    completed: Vec<String>,
    reopened: Vec<String>,
    added: usize,
    removed: usize,
    blocks: Vec<BlockRow>,
    risks_opened: Vec<String>,
    risks_closed: Vec<String>,
    effort: BudgetRow,
    cost: BudgetRow,
    weeks: Vec<WeekRow>,
}

#[derive(Serialize)]
struct BlockRow {
    block: String,
    total: usize,
    complete: usize,
    completed_since: usize,
    blocked: usize,
}

#[derive(Serialize)]
struct BudgetRow {
    steps: usize,
    complete: usize,
    planned: SumRow,
    actual: SumRow,
    planned_of_complete: SumRow,
    actual_of_complete: SumRow,
    spent_percent: Option<f64>,
}

#[derive(Serialize)]
struct SumRow {
    steps: usize,
    by_unit: BTreeMap<String, f64>,
}

#[derive(Serialize)]
struct WeekRow {
    date: String,
    open: usize,
    done: usize,
}

#[derive(Serialize)]
struct IndicatorRow<'a> {
    name: &'a str,
    before: Option<f64>,
    now: Option<f64>,
    delta: Option<f64>,
    colour: Option<&'static str>,
}

impl SumRow {
    fn of(sum: &Sum) -> Self {
        Self {
            steps: sum.steps,
            by_unit: sum.by_unit.clone(),
        }
    }
}

impl BudgetRow {
    fn of(budget: &Budget) -> Self {
        Self {
            steps: budget.steps,
            complete: budget.complete,
            planned: SumRow::of(&budget.planned),
            actual: SumRow::of(&budget.actual),
            planned_of_complete: SumRow::of(&budget.planned_of_done),
            actual_of_complete: SumRow::of(&budget.actual_of_done),
            spent_percent: budget.spent(),
        }
    }
}

impl Row {
    fn of(thousand: &Thousand<'_>, plan: &Plan) -> Self {
        let ids = |steps: &[StepId]| steps.iter().map(StepId::to_string).collect();
        let risks = |risks: &[Risk]| {
            let paths = risks.iter().map(|risk| &plan.files()[risk.file].path);
            paths.map(|path| path.display().to_string()).collect()
        };
        let block = |of: &Objective| BlockRow {
            block: plan.blocks()[of.block].id.to_string(),
            total: of.total,
            complete: of.complete,
            completed_since: of.since,
            blocked: of.blocked,
        };
        let (complete, total) = thousand.counts();
        let (first, last) = thousand.range();
        Self {
            checkpoint: format!("CP{:02}", thousand.number),
            first,
            last,
            total,
            complete,
            completed: ids(&thousand.completed),
            reopened: ids(&thousand.reopened),
            added: thousand.added,
            removed: thousand.removed,
            blocks: thousand.blocks.iter().map(block).collect(),
            risks_opened: risks(&thousand.opened),
            risks_closed: risks(&thousand.closed),
            effort: BudgetRow::of(&thousand.effort),
            cost: BudgetRow::of(&thousand.cost),
            weeks: (thousand.weeks.iter())
                .map(|week| WeekRow {
                    date: week.end.to_string(),
                    open: week.open,
                    done: week.done,
                })
                .collect(),
        }
    }
}

impl<'a> Document<'a> {
    fn of(checkpoints: &'a Checkpoints<'_>, plan: &Plan) -> Self {
        let indicator = |of: &'a Delta| IndicatorRow {
            name: &of.name,
            before: of.before.as_ref().and_then(|before| before.value),
            now: of.now.value,
            delta: of.by(),
            colour: of.now.colour.map(Colour::word),
        };
        Self {
            head: Head::of("checkpoint", checkpoints.since),
            checkpoints: (checkpoints.thousands.iter())
                .map(|thousand| Row::of(thousand, plan))
                .collect(),
            indicators: checkpoints.indicators.iter().map(indicator).collect(),
        }
    }
}
