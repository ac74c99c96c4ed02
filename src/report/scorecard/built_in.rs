//! Indicators that every plan has: they are counted from the plan and its history, and never typed.
//! A row of that name in the canon gives one of them another target or an owner.

use chrono::{DateTime, Duration, Utc};

use crate::document::english::counted;
use crate::history::outlook::Outlook;
use crate::history::target::Target;
use crate::plan::Plan;
use crate::plan::canon::indicators::IndicatorRow;
use crate::plan::indicator::Indicator;
use crate::plan::query::past::{PlanPast, ToldBy};
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
        format!("{} of {} in {}", last.kept(), last.promised(), last.week)
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
        let is_blocked = step.status() == Some(Status::Blocked);
        is_blocked && step.state() != State::Retired && !plan.is_repeated(*at)
    };
    let blocked: Vec<usize> = (0..plan.len()).filter(is_blocked).collect();
    let ages = match blocked.is_empty() {
        true => Ages::default(),
        false => Ages::of(plan, &blocked, &materials.archive.history(), now),
    };
    let mut note = format!("of {}", counted(blocked.len(), "blocked step"));
    if ages.unknown > 0 {
        note += &format!("; for {} it is not known since when", ages.unknown);
    }
    // Those of unknown age may be long blocked, too.
    let value = (ages.unknown == 0 || ages.long > 0).then_some(ages.long as f64);
    BuiltIn::new("Blocked over a week", "≤ 0", "", value, note)
}

/// How long some steps have been blocked.
#[derive(Default)]
struct Ages {
    /// How many for longer than a week.
    long: usize,
    /// Of how many that cannot be said.
    unknown: usize,
}

impl Ages {
    fn of(plan: &Plan, blocked: &[usize], past: &PlanPast, now: DateTime<Utc>) -> Self {
        let mut ages = Self::default();
        for at in blocked {
            let step = past.steps.get(&plan.step(*at).key());
            let held = step.and_then(|step| step.status);
            match held.filter(|held| held.status == Status::Blocked) {
                Some(held) if now - held.since > WEEK => ages.long += 1,
                // At the latest since then, and maybe for much longer.
                Some(held) if held.told_by != ToldBy::Stamp => {}
                _ => ages.unknown += 1,
            }
        }
        ages
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::query::past::{HeldStatus, StepPast};
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn a_stamp_says_at_the_latest_since_when_a_step_is_blocked() {
        let log = "{\"step_id\": \"0001\", \"status\": \"blocked\"}\n\
                   {\"step_id\": \"0002\", \"status\": \"blocked\"}\n\
                   {\"step_id\": \"0003\", \"status\": \"blocked\"}\n";
        let plan = Plan::read(vec![SourceFile::load(
            "p.jsonl",
            Role::Log,
            log.as_bytes().to_vec(),
        )]);
        let at = |day: &str| {
            format!("2026-11-{day}T12:00:00Z")
                .parse::<DateTime<Utc>>()
                .unwrap()
        };
        let past = |steps: &[(usize, ToldBy, &str)]| PlanPast {
            steps: (steps.iter())
                .map(|(step, told_by, since)| {
                    let status = HeldStatus {
                        status: Status::Blocked,
                        since: at(since),
                        told_by: *told_by,
                    };
                    let past = StepPast {
                        status: Some(status),
                        ..StepPast::default()
                    };
                    (plan.step(*step).key(), past)
                })
                .collect(),
            ..PlanPast::default()
        };
        let ages = |past: &PlanPast| {
            let ages = Ages::of(&plan, &[0, 1, 2], past, at("20"));
            (ages.long, ages.unknown)
        };
        // Stamped on days before an import; of the third nothing is known at all.
        let imported = past(&[(0, ToldBy::Stamp, "10"), (1, ToldBy::Stamp, "19")]);
        assert_eq!(ages(&imported), (1, 2));
        // Blocked long ago, yesterday, and in the files only.
        let known = past(&[
            (0, ToldBy::Commit, "01"),
            (1, ToldBy::Commit, "19"),
            (2, ToldBy::Files, "20"),
        ]);
        assert_eq!(ages(&known), (1, 0));
    }
}
