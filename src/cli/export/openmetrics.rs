//! Counts as OpenMetrics 1.0 text, for whatever scrapes a file or a command's output.
//!
//! Every series that could be there is there, with a zero where nothing is counted: a
//! dashboard then tells "none" from "gone". Names end in no suffix that the format reserves.

use std::fmt::{self, Write as _};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::history::forecast::LEVELS;
use crate::history::outlook::Outlook;
use crate::history::series::{Period, Point};
use crate::plan::Plan;
use crate::plan::block::Tally;
use crate::plan::checks::{Findings, Severity};
use crate::plan::indicator::Colour;
use crate::plan::risk::Risk;
use crate::plan::status::{State, Status};
use crate::record::risk::register;
use crate::report::scorecard::filed::FiledScorecard;

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

    fn sample(&mut self, labels: &[(&str, &str)], count: impl fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let written = writeln!(self.text, "{}{{{}}} {count}", self.name, labels.join(","));
        debug_assert!(written.is_ok(), "a String takes every write");
    }
}

/// What the past says.
pub(super) struct Past<'a> {
    /// How the steps came to be what they are.
    pub points: &'a [Point],
    /// What is to be expected of the plan and its stages.
    pub outlooks: &'a [Outlook],
    /// What is not known of either.
    pub notes: &'a [String],
    /// The instant of both.
    pub now: DateTime<Utc>,
}

impl Past<'_> {
    /// The help of a family, with what is not known of the past.
    fn help(&self, words: &str) -> String {
        match self.notes {
            [] => words.to_owned(),
            notes => format!("{words} Note: {}.", notes.join("; ")),
        }
    }
}

/// The whole exposition: `steps` counted by status and state and by block, what the past says of
/// them, the checks of the stages, the risks and the problems of the plan.
pub(super) fn exposition(
    plan: &Plan,
    steps: &[usize],
    problems: &Findings,
    past: &Past<'_>,
) -> String {
    let mut text = String::new();
    by_status(&mut text, plan, steps);
    by_block(&mut text, plan, steps);
    throughput(&mut text, past);
    forecast(&mut text, past);
    checks(&mut text, plan);
    risks(&mut text, plan, past.now.date_naive());
    scorecard(&mut text, plan);
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
        for state in [State::Retired, State::Unclear] {
            if let Some(count) = counts.get(&(status, state)) {
                let labels = [("status", label(status)), ("state", state.word())];
                family.sample(&labels, *count);
            }
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

/// What happened in the last full week and happens in the running one. Weeks before are in what was
/// scraped before.
fn throughput(text: &mut String, past: &Past<'_>) {
    let running = Period::Week.last_day(past.now);
    let last = running - chrono::Days::new(7);
    let mut family = Family::begin(
        text,
        "stepdeck_week_steps",
        &past.help("Steps that were completed, reopened, added and removed in a week."),
    );
    for (week, end) in [("last", last), ("running", running)] {
        let point = past.points.iter().find(|point| point.date == end);
        let events = [
            ("completed", point.map(|point| point.completed)),
            ("reopened", point.map(|point| point.reopened)),
            ("added", point.map(|point| point.added)),
            ("removed", point.map(|point| point.removed)),
        ];
        for (event, count) in events {
            family.sample(&[("week", week), ("event", event)], count.unwrap_or(0));
        }
    }
}

/// By when the plan and its stages are likely to be done, and due, as Unix time at midnight; nothing
/// where there is no date.
fn forecast(text: &mut String, past: &Past<'_>) {
    let outlooks = past.outlooks;
    let seconds = |date: NaiveDate| {
        let at = date.and_time(NaiveTime::MIN).and_utc().timestamp();
        usize::try_from(at).unwrap_or(0)
    };
    let names: Vec<String> = outlooks
        .iter()
        .map(|outlook| outlook.target.to_string())
        .collect();
    // Two stages by one name are one series.
    let is_first = |at: usize| !names[..at].contains(&names[at]);
    let all = || outlooks.iter().enumerate().filter(|(at, _)| is_first(*at));
    let mut family = Family::begin(
        text,
        "stepdeck_open_steps",
        "Open steps of the plan and of what the open checks of each stage need.",
    );
    for (at, outlook) in all() {
        family.sample(&[("target", &names[at])], outlook.open.len());
    }
    let mut family = Family::begin(
        text,
        "stepdeck_forecast_timestamp_seconds",
        &past.help("The day by which so many percent of simulated futures are done."),
    );
    for (at, outlook) in all() {
        for (level, date) in LEVELS.iter().zip(outlook.dates()) {
            let level = level.to_string();
            if let Some(date) = date {
                family.sample(
                    &[("target", &names[at]), ("percent", &level)],
                    seconds(date),
                );
            }
        }
    }
    let mut family = Family::begin(
        text,
        "stepdeck_due_timestamp_seconds",
        "The day on which the gate of a stage is due.",
    );
    for (at, outlook) in all() {
        if let Some(due) = outlook.due {
            family.sample(&[("target", &names[at])], seconds(due));
        }
    }
}

/// The scores that likelihood and impact can make.
const SCORES: [u8; 6] = [1, 2, 3, 4, 6, 9];

fn risks(text: &mut String, plan: &Plan, today: NaiveDate) {
    let risks = register(plan);
    let open: Vec<&Risk> = risks.iter().filter(|risk| risk.is_open).collect();
    let help = "Open risks by score, and whether their review is overdue.";
    let mut family = Family::begin(text, "stepdeck_open_risks", help);
    for score in SCORES {
        for (word, is_overdue) in [("due", false), ("overdue", true)] {
            let fits =
                |risk: &&&Risk| risk.score() == score && risk.is_overdue(today) == is_overdue;
            let count = open.iter().filter(fits).count();
            family.sample(&[("score", &score.to_string()), ("review", word)], count);
        }
    }
}

/// What the last scorecard on file says: nothing of indicators without a value or a colour.
fn scorecard(text: &mut String, plan: &Plan) {
    let last = FiledScorecard::last(plan);
    let lines = last.map_or_else(Vec::new, |last| last.lines);
    let mut family = Family::begin(
        text,
        "stepdeck_indicator_value",
        "Indicators of the last scorecard, each in its own unit.",
    );
    for line in &lines {
        if let Some(value) = line.reading.value {
            family.sample(&[("indicator", &line.reading.name)], value);
        }
    }
    let mut family = Family::begin(
        text,
        "stepdeck_indicator_colour",
        "Whether an indicator of the last scorecard has this colour.",
    );
    for line in &lines {
        let Some(of) = line.reading.colour else {
            continue;
        };
        for colour in Colour::ALL {
            let labels = [
                ("indicator", &*line.reading.name),
                ("colour", colour.word()),
            ];
            family.sample(&labels, usize::from(of == colour));
        }
    }
}

/// Text as the format wants it in labels and help, and safe for a terminal.
fn escaped(text: &str) -> String {
    let safe = crate::document::visible::visible(text);
    safe.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
