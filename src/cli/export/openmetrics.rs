//! Counts as OpenMetrics 1.0 text, for whatever scrapes a file or a command's output.
//!
//! Every series that could be there is there, with a zero where nothing is counted: a
//! dashboard then tells "none" from "gone". Names end in no suffix that the format reserves.

use std::fmt::Write as _;

use crate::plan::Plan;
use crate::plan::block::Tally;
use crate::plan::checks::{Findings, Severity};
use crate::plan::status::{State, Status};

/// The label of a step whose status is none of the five.
const UNKNOWN: &str = "unknown";

/// A metric family: its name and what it counts.
struct Family<'t> {
    text: &'t mut String,
    name: &'static str,
}

impl<'t> Family<'t> {
    fn begin(text: &'t mut String, name: &'static str, help: &str) -> Self {
        let written = writeln!(text, "# TYPE {name} gauge\n# HELP {name} {}", escaped(help));
        debug_assert!(written.is_ok(), "a String takes every write");
        Self { text, name }
    }

    fn sample(&mut self, labels: &[(&str, &str)], count: usize) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let written = writeln!(self.text, "{}{{{}}} {count}", self.name, labels.join(","));
        debug_assert!(written.is_ok(), "a String takes every write");
    }
}

/// The whole exposition: `steps` counted by status and state and by block, the checks of the
/// stages and the problems of the plan.
pub fn exposition(plan: &Plan, steps: &[usize], problems: &Findings) -> String {
    let mut text = String::new();
    by_status(&mut text, plan, steps);
    by_block(&mut text, plan, steps);
    checks(&mut text, plan);
    let mut family = Family::begin(
        &mut text,
        "stepdeck_problems",
        "Problems of the plan by severity.",
    );
    for severity in Severity::ALL {
        let count = problems.count(severity);
        family.sample(&[("severity", severity.word())], count);
    }
    text.push_str("# EOF\n");
    text
}

/// The states that a step of a status can have.
fn states_of(status: Option<Status>) -> &'static [State] {
    match status {
        Some(Status::Complete) => &[State::Done],
        Some(Status::Blocked) => &[State::Blocked, State::Waiting],
        _ => &[State::Ready, State::Waiting],
    }
}

fn statuses() -> impl Iterator<Item = Option<Status>> {
    Status::ALL.into_iter().map(Some).chain([None])
}

fn label(status: Option<Status>) -> &'static str {
    status.map_or(UNKNOWN, Status::word)
}

fn by_status(text: &mut String, plan: &Plan, steps: &[usize]) {
    let mut counts = std::collections::HashMap::new();
    for step in steps.iter().map(|index| plan.step(*index)) {
        *counts.entry((step.status(), step.state())).or_insert(0) += 1;
    }
    let mut family = Family::begin(
        text,
        "stepdeck_steps",
        "Steps by status as written and by state as derived.",
    );
    for status in statuses() {
        for state in states_of(status) {
            let count = counts.get(&(status, *state)).copied().unwrap_or(0);
            let labels = [("status", label(status)), ("state", state.word())];
            family.sample(&labels, count);
        }
        // Most plans have none.
        if let Some(count) = counts.get(&(status, State::Retired)) {
            let labels = [("status", label(status)), ("state", State::Retired.word())];
            family.sample(&labels, *count);
        }
    }
}

fn by_block(text: &mut String, plan: &Plan, steps: &[usize]) {
    let mut tallies = vec![Tally::default(); plan.blocks().len()];
    for step in steps.iter().map(|index| plan.step(*index)) {
        let is_retired = plan.blocks()[step.block()].retirement().is_some();
        tallies[step.block()].add(step.status(), is_retired);
    }
    let mut family = Family::begin(text, "stepdeck_block_steps", "Steps by block and status.");
    for (block, tally) in plan.blocks().iter().zip(&tallies) {
        let known: usize = Status::ALL.iter().map(|status| tally.count(*status)).sum();
        for status in statuses() {
            let count = status.map_or(tally.total - known, |status| tally.count(status));
            let labels = [("block", &*block.id.to_string()), ("status", label(status))];
            family.sample(&labels, count);
        }
    }
}

fn checks(text: &mut String, plan: &Plan) {
    // Two stages by one name are one series: a second sample of it would be no OpenMetrics.
    let mut stages: Vec<(&str, usize, usize)> = Vec::new();
    for stage in plan.stages() {
        let (ticked, all) = (stage.ticked(), stage.checks.len());
        match stages.iter_mut().find(|(name, ..)| *name == stage.name) {
            Some(known) => (known.1, known.2) = (known.1 + ticked, known.2 + all),
            None => stages.push((&stage.name, ticked, all)),
        }
    }
    let mut family = Family::begin(
        text,
        "stepdeck_checks",
        "Checks of the stage gates by stage.",
    );
    for (stage, _, all) in &stages {
        family.sample(&[("stage", stage)], *all);
    }
    let mut family = Family::begin(
        text,
        "stepdeck_checks_ticked",
        "Ticked checks of the stage gates by stage.",
    );
    for (stage, ticked, _) in &stages {
        family.sample(&[("stage", stage)], *ticked);
    }
}

/// Text as the format wants it in labels and help, and safe for a terminal.
fn escaped(text: &str) -> String {
    let safe = crate::document::visible::visible(text);
    safe.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
