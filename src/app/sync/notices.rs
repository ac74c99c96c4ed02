//! What follows from a change, and what others changed, in words.

use crate::document::english::counted;
use crate::plan::Plan;
use crate::plan::field::fields;
use crate::plan::id::StepId;
use crate::plan::packet::Decision;
use crate::plan::roster::Roster;
use crate::plan::stage::{self, Stage};
use crate::plan::status::{State, Status};

/// What a consequence is told from: the plan as it was, without its words.
pub struct Before {
    gates: Vec<(String, bool)>,
    steps: Roster,
    statuses: Vec<Option<Status>>,
    states: Vec<State>,
    current: Option<String>,
    decisions: Vec<Option<Decision>>,
    cycles: usize,
}

impl Before {
    /// What there is to tell from, before a change is made.
    pub fn of(plan: &Plan) -> Self {
        let gates = plan
            .stages()
            .iter()
            .map(|stage| (stage.name.clone(), stage.is_met()));
        Self {
            gates: gates.collect(),
            steps: plan.roster(),
            statuses: plan.statuses().to_vec(),
            states: plan.graph().states().to_vec(),
            current: current(plan),
            decisions: decisions(plan),
            cycles: plan.graph().cycles().len(),
        }
    }
}

/// The name of the current stage.
fn current(plan: &Plan) -> Option<String> {
    let at = stage::current(plan.stages())?;
    Some(plan.stages()[at].name.clone())
}

/// "· 2 steps became ready", or nothing where nothing follows.
pub fn consequence(before: &Before, after: &Plan) -> String {
    let mut text = String::new();
    for ((name, met), stage) in before.gates.iter().zip(after.stages()) {
        match (*met, stage.is_met()) {
            _ if *name != stage.name => break,
            (false, true) => text += &format!(" · {name} meets its bar"),
            (true, false) => text += &format!(" · {name} falls below its bar"),
            _ => {}
        }
    }
    match (&before.current, current(after)) {
        (old, new) if *old == new || before.decisions == decisions(after) => {}
        (_, Some(new)) => text += &format!(" · {new} is now the current stage"),
        (_, None) => text += " · every gate has been passed",
    }
    let (mut ready, mut waiting) = (0, 0);
    let (states, statuses) = (after.graph().states(), after.statuses());
    for (old, new) in before.steps.shared_with(after) {
        match (before.states[old], states[new]) {
            // Who was given another status was told so.
            _ if before.statuses[old] != statuses[new] => {}
            (State::Waiting, State::Ready) => ready += 1,
            (State::Ready, State::Waiting) => waiting += 1,
            _ => {}
        }
    }
    let steps = |count| counted(count, "step");
    if ready > 0 {
        text += &format!(" · {} became ready", steps(ready));
    }
    if waiting > 0 {
        text += &format!(" · {} now waiting", steps(waiting));
    }
    if after.graph().cycles().len() > before.cycles {
        text += " · this creates a cycle";
    }
    text
}

/// The decisions in force, stage by stage.
fn decisions(plan: &Plan) -> Vec<Option<Decision>> {
    plan.stages().iter().map(Stage::decision).collect()
}

/// Steps whose line or section reads differently now, and those that are new or gone.
pub fn changed_steps(before: &Plan, after: &Plan) -> Vec<StepId> {
    let mut changed: Vec<StepId> = after
        .steps()
        .filter(|step| {
            let Some(old) = before.find_nth(step.id(), step.nth()) else {
                return true;
            };
            let old = before.step(old);
            match (old.log_line(), step.log_line()) {
                (Some(a), Some(b)) if a.bytes() == b.bytes() => false,
                (Some(_), Some(_)) => true,
                _ => fields()
                    .iter()
                    .filter(|spec| spec.is_in_canon())
                    .any(|spec| old.text(spec.field) != step.text(spec.field)),
            }
        })
        .map(|step| step.id())
        .collect();
    let former = before.steps().map(|step| step.id());
    changed.extend(former.filter(|id| after.find(*id).is_none()));
    changed
}

/// ": 0001, 0002", or nothing.
pub fn named(steps: &[StepId]) -> String {
    match steps {
        [] => String::new(),
        [only] => format!(": {only}"),
        [a, b] => format!(": {a}, {b}"),
        [first, ..] => format!(": {first} and {} more", steps.len() - 1),
    }
}
