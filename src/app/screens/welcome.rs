//! Where there is no plan yet.

use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::message::Effect;

const WELCOME: &[Focus] = &[Focus::Welcome];

/// Commands of the first-run card.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "start-demo",
        keys: &["d"],
        title: "Write the demo plan to this folder and open it",
        hint: "demo plan",
        group: Group::Program,
        places: WELCOME,
        blocked: |model| model.is_locked(),
        run: |model| model.effects.push(Effect::StartDemo),
    },
    Command {
        name: "start-plan",
        keys: &["i"],
        title: "Start an empty plan in this folder",
        hint: "empty plan",
        group: Group::Program,
        places: WELCOME,
        blocked: |model| model.is_locked(),
        run: |model| model.effects.push(Effect::StartPlan),
    },
];
