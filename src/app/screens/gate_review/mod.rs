//! The review of a stage gate, in the place of the panes of screen 2.

pub(crate) mod commands;
pub mod view;

use super::gates;
use crate::app::core::command::{Extent, Focus};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen};
use crate::change::{Change, Edit, Target};

impl Focus {
    /// The rows of an open review.
    pub(crate) const GATE_REVIEW: Self =
        Self::new(Extent::Whole, "in an open gate review", "gate-review");
}

pub(super) struct GateReviewScreen;

impl Screen for GateReviewScreen {
    fn focus(&self, _: &Model) -> Focus {
        Focus::GATE_REVIEW
    }

    fn step(&self, model: &mut Model, by: isize) {
        model.move_in_review(|row, count| moved(row, by, count));
    }

    fn turn(&self, model: &mut Model, by: isize) {
        model.turn_review(by, true);
    }

    fn sideways(&self, model: &mut Model, by: isize) {
        model.turn_review(by, false);
    }

    fn back(&self, model: &mut Model) -> bool {
        model.gates.review.take().is_some()
    }

    /// The packet, and the ticks that its evidence comes with.
    fn keeps(&self, _: &mut Model, change: &Change) -> bool {
        let is_here = |edit: &Edit| {
            edit.target.is_passage() || matches!(edit.target, Target::CheckMark { .. })
        };
        change.edits.iter().all(is_here)
    }

    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        gates::SCREEN.command_line(model)
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let mut crumbs = gates::SCREEN.crumbs(model);
        crumbs.push(Crumb::new("review"));
        crumbs
    }
}
