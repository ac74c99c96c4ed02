//! Screen 5: what the checks found.

pub(crate) mod commands;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::app::core::command::{Command, Extent, Focus};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Screen, numbered_screen};
use crate::change::Change;
use crate::plan::checks::Findings;
use crate::plan::id::StepId;

numbered_screen!(5, "problems", "Problems", &Problems);

impl Focus {
    /// The list of problems.
    pub const PROBLEMS: Self = Self::new(Extent::Whole, "problems", "problems");
}

/// The state of the problems screen.
#[derive(Debug, Default)]
pub struct ProblemsView {
    /// What the checks found last, the gravest first.
    pub found: Arc<Findings>,
    /// Which one is selected.
    pub cursor: usize,
    /// Which state of the plan they were found in; 0 is none yet.
    pub generation: u64,
    /// When the checks were last run.
    pub checked_at: Option<DateTime<Utc>>,
}

impl ProblemsView {
    /// Takes over what was found in a state of the plan at `now`, unless it is known of a later
    /// state.
    pub(crate) fn take(&mut self, generation: u64, found: Arc<Findings>, now: DateTime<Utc>) {
        if generation < self.generation {
            return;
        }
        self.generation = generation;
        self.checked_at = Some(now);
        self.cursor = self.cursor.min(found.len().saturating_sub(1));
        self.found = found;
    }
}

struct Problems;

impl Screen for Problems {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[commands::COMMANDS]
    }

    fn focus(&self, _: &Model) -> Focus {
        Focus::PROBLEMS
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.problems;
        view.cursor = moved(view.cursor, by, view.found.len());
    }

    fn opened(&self, model: &mut Model) {
        model.effects.push(Effect::Check);
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        let view = &model.problems;
        view.found.problem(view.cursor, &model.plan)?.step
    }

    /// A fix that is undone has its problem found again here.
    fn keeps(&self, _: &mut Model, _: &Change) -> bool {
        true
    }

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Ok(vec!["check".to_owned()])
    }

    fn is_about_problems(&self) -> bool {
        true
    }
}
