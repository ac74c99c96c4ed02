//! Why a step is ready, waiting, blocked or done, in sentences: for `w` and for `show`.

use crate::plan::status::{State, Status};
use crate::plan::step::Waiting;
use crate::plan::{Plan, StepRef};

/// The state, each thing that the step waits for, and what it alone holds back.
pub fn why(plan: &Plan, step: StepRef<'_>) -> Vec<String> {
    let id = step.id();
    let mut lines = vec![match (step.state(), step.status()) {
        (State::Done, _) => format!("{id} is done: its status is complete."),
        (State::Ready, _) => {
            format!("{id} is ready: every dependency is met and nothing blocks it.")
        }
        (State::Blocked, _) => {
            format!("{id} is blocked: its dependencies are met, but its status says so.")
        }
        (State::Waiting, Some(Status::Blocked)) => format!("{id} is blocked, and it waits for:"),
        (State::Waiting, _) => format!("{id} is waiting for:"),
    }];
    let waiting = step.waiting_on().into_iter();
    lines.extend(waiting.map(|waiting| awaited(plan, waiting)));
    let held: Vec<String> = plan
        .graph()
        .held_back_by(step.index())
        .map(|down| plan.step(down).id().to_string())
        .collect();
    if !held.is_empty() {
        lines.push(format!(
            "It is the only thing blocking {}.",
            held.join(", ")
        ));
    }
    lines
}

fn awaited(plan: &Plan, waiting: Waiting) -> String {
    match waiting {
        Waiting::Step(up) => {
            let up = plan.find(up).map(|up| plan.step(up));
            up.map_or_else(String::new, |up| {
                let status = up.status().map_or("unknown", Status::word);
                format!(
                    "• {} {} ({status}, {})",
                    up.id(),
                    up.title(),
                    owned(&up.owner())
                )
            })
        }
        Waiting::Missing(up) => format!("• {up}, which is not in the plan"),
        Waiting::Condition(text) => format!("• {text} (a condition outside the plan)"),
        Waiting::Cycle(ids) => {
            let names: Vec<String> = ids
                .iter()
                .chain(ids.first())
                .map(ToString::to_string)
                .collect();
            format!("• itself, in a cycle: {}", names.join(" → "))
        }
    }
}

fn owned(owner: &str) -> String {
    match owner.is_empty() {
        true => "no owner".to_owned(),
        false => owner.to_owned(),
    }
}
