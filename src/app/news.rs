//! What follows from a change, and what others changed, in words.

use std::collections::HashSet;

use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::packet::Decision;
use crate::plan::stage::{self, Stage};
use crate::plan::status::State;

/// "· 2 steps became ready", or nothing where nothing follows.
pub fn consequence(before: &Plan, after: &Plan) -> String {
    let mut text = String::new();
    for (old, new) in before.stages().iter().zip(after.stages()) {
        match (old.is_met(), new.is_met()) {
            _ if old.name != new.name => break,
            (false, true) => text += &format!(" · {} meets its bar", new.name),
            (true, false) => text += &format!(" · {} falls below its bar", new.name),
            _ => {}
        }
    }
    let current = |plan: &Plan| {
        let at = stage::current(plan.stages());
        at.map(|at| plan.stages()[at].name.clone())
    };
    match (current(before), current(after)) {
        (old, new) if old == new || decisions(before) == decisions(after) => {}
        (_, Some(new)) => text += &format!(" · {new} is the current stage now"),
        (_, None) => text += " · every gate is behind",
    }
    if before.len() != after.len() {
        return text;
    }
    let turned = |from: fn(State) -> bool, to: State| {
        (0..after.len())
            .filter(|step| {
                let (old, new) = (before.graph().state(*step), after.graph().state(*step));
                from(old) && new == to && before.step(*step).status() == after.step(*step).status()
            })
            .count()
    };
    let steps = |count: usize| {
        if count == 1 {
            "1 step".to_owned()
        } else {
            format!("{count} steps")
        }
    };
    let ready = turned(|old| old == State::Waiting, State::Ready);
    if ready > 0 {
        text += &format!(" · {} became ready", steps(ready));
    }
    let waiting = turned(|old| old == State::Ready, State::Waiting);
    if waiting > 0 {
        text += &format!(" · {} must wait now", steps(waiting));
    }
    let cycles = after.graph().cycles().len();
    if cycles > before.graph().cycles().len() {
        text += " · this closes a cycle";
    }
    text
}

/// The decisions in force, stage by stage.
fn decisions(plan: &Plan) -> Vec<Option<Decision>> {
    plan.stages().iter().map(Stage::decision).collect()
}

/// Steps whose line or section reads differently now, new ones included.
pub fn changed_steps(before: &Plan, after: &Plan) -> Vec<StepId> {
    let fields = [
        Field::Title,
        Field::Status,
        Field::Owner,
        Field::Outcome,
        Field::Dependencies,
        Field::Notes,
    ];
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
                _ => fields
                    .iter()
                    .any(|field| old.text(*field) != step.text(*field)),
            }
        })
        .map(|step| step.id())
        .collect();
    let gone: HashSet<StepId> = before
        .steps()
        .map(|step| step.id())
        .filter(|id| after.find(*id).is_none())
        .collect();
    changed.extend(gone);
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
