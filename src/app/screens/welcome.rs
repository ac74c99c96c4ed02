//! Where there is no plan yet.

use crate::app::core::command::{Command, Extent, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::screen::{Crumb, Screen};
use crate::app::sync::absent::Away;

impl Focus {
    /// There is no plan yet.
    pub const WELCOME: Self = Self::new(Extent::Beyond, "where there is no plan yet", "welcome");
    /// The plan's files are gone.
    pub const AWAY: Self = Self::new(Extent::Beyond, "while the plan's files are gone", "away");
}

/// What stands in the place of every screen as long as there is no plan.
pub(crate) struct Welcome;

impl Screen for Welcome {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        match model.away() {
            Some(Away::Everything) => Focus::AWAY,
            _ => Focus::WELCOME,
        }
    }

    fn step(&self, _: &mut Model, _: isize) {}

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Err("there is no plan yet".to_owned())
    }

    fn crumbs(&self, _: &Model) -> Vec<Crumb> {
        Vec::new()
    }
}

pub(crate) const WELCOME: Places = Places::Only(&[Focus::WELCOME]);

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
