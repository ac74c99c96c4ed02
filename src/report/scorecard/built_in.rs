//! Indicators that every plan has: they are counted from the plan and its history, and never typed.
//! A row of that name in the canon gives one of them another target or an owner.

use chrono::{DateTime, Duration, Utc};

use crate::document::english::counted;
use crate::history::outlook::Outlook;
use crate::history::target::Target;
use crate::plan::Plan;
use crate::plan::canon::indicators::IndicatorRow;
use crate::plan::indicator::Indicator;
use crate::plan::query::past::PlanPast;
use crate::plan::stage::{Stage, Standing, standings};
use crate::plan::status::{State, Status};
use crate::record::review::promises::promises;
use crate::report::desk::Materials;
use crate::report::words::percent;

/// So long a step may be blocked before it counts.
const WEEK: Duration = Duration::days(7);

/// An indicator with its value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct BuiltIn {
    pub indicator: Indicator,
    /// None where there is nothing to count yet.
    pub value: Option<f64>,
    /// What it was counted from, or why there is no value.
    pub note: String,
}

impl BuiltIn {
    fn new(name: &str, target: &str, unit: &str, value: Option<f64>, note: String) -> Self {
        let row = IndicatorRow {
            name: name.to_owned(),
            target: target.to_owned(),
            unit: unit.to_owned(),
            ..IndicatorRow::default()
        };
        Self {
            indicator: Indicator {
                place: None,
                ..Indicator::of_row(&row)
            },
            value,
            note,
        }
    }
}

/// All of them.
pub(crate) fn all(materials: &Materials<'_>) -> Vec<BuiltIn> {
    let plan = materials.desk.plan;
    let mut all = vec![
        ten_kept(materials),
        completed(materials),
        blocked(materials),
    ];
    let standings = standings(plan.stages());
    let ahead = plan.stages().iter().zip(standings);
    let ahead: Vec<(&Stage, Standing)> = ahead
        .filter(|(_, standing)| *standing != Standing::Passed)
        .collect();
    let is_begun = |stage: &Stage, standing| standing == Standing::Current || stage.ticked() > 0;
    let begun = ahead
        .iter()
        .filter(|(stage, standing)| is_begun(stage, *standing));
    all.extend(begun.filter_map(|(stage, _)| ticked(stage)));
    let due = ahead.iter().filter(|(stage, _)| stage.due().is_some());
    let targets: Vec<Target> = due
        .map(|(stage, _)| Target::Stage(stage.name.clone()))
        .collect();
    if !targets.is_empty() {
        let outlooks = materials.archive.outlooks(&targets);
        let expected = outlooks.iter().filter(|outlook| !outlook.is_done());
        all.extend(expected.map(|outlook| forecast(outlook, materials.desk.now)));
    }
    all
}

/// How much of the last ten that are over landed complete.
fn ten_kept(materials: &Materials<'_>) -> BuiltIn {
    let promises = promises(materials.desk.plan, materials.desk.now);
    let last = promises.last();
    let value = last.map(|last| percent(last.kept(), last.promised()) as f64);
    let note = last.map_or("no ten were picked yet".to_owned(), |last| {
        format!("{} of {} of {}", last.kept(), last.promised(), last.week)
    });
    BuiltIn::new("Ten kept", "≥ 80 %", "%", value, note)
}

/// How many steps were completed since the last scorecard.
fn completed(materials: &Materials<'_>) -> BuiltIn {
    let number = materials.since.net.completed.len();
    let note = format!("since {}", materials.since.baseline.label);
    BuiltIn::new("Steps completed", "", "", Some(number as f64), note)
}

/// How many steps have been blocked for longer than a week.
fn blocked(materials: &Materials<'_>) -> BuiltIn {
    let (plan, now) = (materials.desk.plan, materials.desk.now);
    let is_blocked = |at: &usize| {
        let step = plan.step(*at);
        step.status() == Some(Status::Blocked) && step.state() != State::Retired
    };
    let blocked: Vec<usize> = (0..plan.len()).filter(is_blocked).collect();
    let long = match blocked.is_empty() {
        true => 0,
        false => longer_than_a_week(plan, &blocked, &materials.archive.history(), now),
    };
    let note = format!("of {}", counted(blocked.len(), "blocked step"));
    BuiltIn::new("Blocked over a week", "≤ 0", "", Some(long as f64), note)
}

fn longer_than_a_week(
    plan: &Plan,
    blocked: &[usize],
    past: &PlanPast,
    now: DateTime<Utc>,
) -> usize {
    let since = |at: &usize| past.steps.get(&plan.step(*at).key())?.blocked;
    let long = blocked.iter().filter_map(since);
    long.filter(|since| now - *since > WEEK).count()
}

/// How many checks of a stage are ticked, against the bar of its gate.
fn ticked(stage: &Stage) -> Option<BuiltIn> {
    let (ticked, all) = (stage.ticked(), stage.checks.len());
    (all > 0).then(|| {
        let name = format!("Checks ticked, {}", stage.name);
        let target = format!("≥ {} %", stage.threshold());
        let value = percent(ticked, all) as f64;
        let note = format!("{ticked} of {}", counted(all, "check"));
        BuiltIn::new(&name, &target, "%", Some(value), note)
    })
}

/// How many days after its due date a stage is likely to be done.
fn forecast(outlook: &Outlook, now: DateTime<Utc>) -> BuiltIn {
    let today = now.date_naive();
    let late = outlook
        .due
        .and_then(|due| Some((outlook.p85()? - due).num_days()));
    let note = match (late, outlook.due_in_words(today)) {
        (Some(_), Some(words)) => words,
        (_, words) => {
            let reason = outlook.reason().unwrap_or("nothing is known of its pace");
            let due = words.map_or_else(String::new, |words| format!("{words}; "));
            format!("{due}no date: {reason}")
        }
    };
    let name = format!("Forecast after due, {}", outlook.target);
    BuiltIn::new(
        &name,
        "≤ 0 days",
        "days",
        late.map(|days| days as f64),
        note,
    )
}
