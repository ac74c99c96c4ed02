//! Screen 3: the weekly review.

pub(crate) mod commands;
pub(crate) mod decide;
mod dependencies;
pub(crate) mod lines;
mod scores;
pub mod view;

use crate::app::core::command::{Command, Extent, Focus};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::screens::review::view::ReviewPart;
use crate::change::Change;
use crate::plan::id::StepId;
use crate::plan::query::QueryError;
use crate::record::review::Week;

numbered_screen!(3, "review", "Weekly review", &Review);

impl Focus {
    /// Ideas and drafts since the last review.
    pub(crate) const PROPOSALS: Self = Self::new(Extent::Pane, "review", "proposals");
    /// Dependencies that are wrong.
    pub(crate) const DEPENDENCIES: Self = Self::new(Extent::Pane, "review", "dependencies");
    /// The ranked steps.
    pub(crate) const NEXT_TEN: Self = Self::new(Extent::Pane, "review", "next-ten");
}

/// Where each part has the keys, in the order of the walk.
const PANES: &[Focus] = &[Focus::PROPOSALS, Focus::DEPENDENCIES, Focus::NEXT_TEN];

struct Review;

impl Screen for Review {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[commands::COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        PANES[model.review.part as usize]
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        let parts = ReviewPart::ALL.into_iter();
        if let Some(part) = parts
            .zip(PANES)
            .find_map(|(part, of)| (*of == pane).then_some(part))
        {
            model.review.part = part;
            model.review.seeks_work = None;
        }
        // What was decided in the other parts bears on what this one lists.
        model.refresh_review(true);
    }

    fn step(&self, model: &mut Model, by: isize) {
        let count = model.review.lines(model.review.part);
        model.review.go(moved(model.review.cursor(), by, count));
    }

    fn opened(&self, model: &mut Model) {
        let is_new_week = model.review.week != Some(Week::of(model.now));
        model.review.seeks_work = Some(is_new_week);
        model.refresh_review(true);
    }

    fn narrow(&self, model: &mut Model, text: &str) -> Result<(), QueryError> {
        model.narrow_review(text)
    }

    fn back(&self, model: &mut Model) -> bool {
        if model.review.clear_marks() {
            return true;
        }
        if model.review.filter().is_some() {
            // Nothing is understood more easily.
            return model.narrow_review("").is_ok();
        }
        model.unzoom()
    }

    fn refresh(&self, model: &mut Model) {
        let now = Week::of(model.now);
        let is_of_now = model.review.week == Some(now) || model.jobs.is_running(JobKind::Review);
        if let Some(over) = model.review.week.filter(|_| !is_of_now)
            && model.review.record.held.is_none()
        {
            model.refuse(format!(
                "{over} is over (UTC), its review unfinished: that of {now} continues it"
            ));
        }
        if model.review.generation != model.generation || !is_of_now {
            model.refresh_review(false);
        }
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        model.review.step()
    }

    /// What was decided here, and whatever else concerns a step of the part.
    fn keeps(&self, model: &mut Model, change: &Change) -> bool {
        let id = change.steps().first().map(|(id, _)| *id);
        if let Some(id) = id {
            model.review.select(id);
        }
        let path = &model.review.path;
        change.paths().contains(&path) || id.is_some() && model.review.step() == id
    }

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Ok(vec!["review".to_owned()])
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let week = model.review.week.map(|week| week.to_string());
        let week = Crumb::last(week.unwrap_or_default());
        vec![Crumb::new(SCREEN.title), week]
    }
}
