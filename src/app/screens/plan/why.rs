//! Why a step is ready, waiting, blocked or done, in sentences: for `w` and for `show`.

use super::chain::tree;
use super::{STEP, no_step};
use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::model::Model;
use crate::plan::canon::block_table::Retirement;
use crate::plan::field::Field;
use crate::plan::status::{State, Status};
use crate::plan::waiting::Waiting;
use crate::plan::{Plan, StepRef};

/// Commands that show the step in another light.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "why",
        keys: &["w"],
        title: "Why the step is ready, waiting, blocked or done",
        hint: "why",
        group: Group::View,
        places: STEP,
        blocked: no_step,
        run: open,
    },
    Command {
        name: "tree",
        keys: &["T"],
        title: "Show the chain as a tree, or as columns",
        hint: "",
        group: Group::View,
        places: STEP,
        blocked: no_step,
        run: |model| {
            model.view.tree = !model.view.tree;
            model.view.link = 0;
            if model.view.tree
                && let Some(step) = model.step()
            {
                let rows = tree(&model.plan, step.index());
                let middle = rows.iter().position(|row| row.depth == 0);
                model.view.pane = Focus::CHAIN;
                model.view.link = middle.unwrap_or(0);
            }
        },
    },
];

fn open(model: &mut Model) {
    let Some(step) = model.step() else { return };
    let title = format!("Why: {} {}", step.id(), step.title());
    let mut lines = why(&model.plan, step);
    let notes = step.text(Field::Notes);
    if !notes.is_empty() && matches!(step.status(), Some(Status::Blocked)) {
        lines.push(format!("Notes: {notes}"));
    }
    model.note(title, lines);
}

/// The state, each thing that the step waits for, and what it alone blocks.
pub fn why(plan: &Plan, step: StepRef<'_>) -> Vec<String> {
    let id = step.id();
    let mut lines = vec![match (step.state(), step.status()) {
        (State::Done, _) => format!("{id} is done: its status is complete."),
        (State::Unclear, _) => format!(
            "{id} could be ready, but its status “{}” is none of the five: set one.",
            step.text(Field::Status).trim()
        ),
        (State::Ready, _) => {
            format!("{id} is ready: every dependency is met and nothing blocks it.")
        }
        (State::Blocked, _) => {
            format!("{id} is blocked: its dependencies are met, but its status says so.")
        }
        (State::Retired, _) => {
            let block = &plan.blocks()[step.block()];
            let how = block.retirement().map(Retirement::in_a_sentence);
            format!(
                "{id} is retired: {} is {}.",
                block.id,
                how.unwrap_or_default()
            )
        }
        (State::Waiting, Some(Status::Blocked)) => format!("{id} is blocked, and it waits for:"),
        (State::Waiting, _) => format!("{id} is waiting for:"),
    }];
    lines.extend(step.unmet().iter().map(awaited));
    if let Some(ids) = step.circle() {
        let ids = ids.iter().chain(ids.first());
        let names: Vec<String> = ids.map(ToString::to_string).collect();
        lines.push(format!("• itself, in a cycle: {}", names.join(" → ")));
    }
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

fn awaited(waiting: &Waiting<'_>) -> String {
    match waiting {
        Waiting::Step(up) => {
            let status = match up.state() {
                State::Retired => State::Retired.word(),
                _ => up.status().map_or("unknown", Status::word),
            };
            let owner = owned(&up.owner());
            format!("• {} {} ({status}, {owner})", up.id(), up.title())
        }
        Waiting::Missing(up) => format!("• {up}, which is not in the plan"),
        Waiting::Condition(text) => format!("• {text} (a condition outside the plan)"),
    }
}

fn owned(owner: &str) -> String {
    match owner.is_empty() {
        true => "no owner".to_owned(),
        false => owner.to_owned(),
    }
}
