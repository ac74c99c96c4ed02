//! Screen 4: the async standup.

pub mod card;
pub(crate) mod commands;
pub mod view;

use std::path::PathBuf;

use chrono::{DateTime, Duration, Utc};

use crate::app::core::command::{Command, Extent, Focus};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::change::{Change, Edit, Target};
use crate::plan::source::Role;

numbered_screen!(4, "standup", "Standup", &Standup);

impl Focus {
    /// One's own standup cards.
    pub(crate) const CARDS: Self = Self::new(Extent::Pane, "standup", "cards");
    /// What the others say, or a thread over days.
    pub(crate) const ENTRIES: Self = Self::new(Extent::Pane, "standup", "entries");
}

const PANES: &[Focus] = &[Focus::CARDS, Focus::ENTRIES];

struct Standup;

impl Screen for Standup {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[commands::COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.standup_view.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.standup_view.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.standup_view;
        let Some(day) = &view.day else { return };
        match (view.pane, &view.thread) {
            (Focus::CARDS, _) => view.card = moved(view.card, by, day.cards.len()),
            (_, None) => view.other = moved(view.other, by, day.others().count()),
            (_, Some(_)) => view.line = moved(view.line, by, view.said.len()),
        }
    }

    fn back(&self, model: &mut Model) -> bool {
        model.standup_view.close_thread() || model.unzoom()
    }

    /// Git may have fetched meanwhile: coming here looks.
    fn opened(&self, model: &mut Model) {
        model.ask_posts();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_posts();
        model.refresh_standup();
    }

    fn repository_changed(&self, model: &mut Model) {
        model.ask_posts();
    }

    /// The countdown goes by minutes.
    fn next_change(&self, model: &Model) -> Option<DateTime<Utc>> {
        Some(model.minute() + Duration::minutes(1))
    }

    fn keeps(&self, model: &mut Model, change: &Change) -> bool {
        let is_paper = |path: &PathBuf| {
            let mut files = model.plan.files().iter();
            files.any(|file| file.path == *path && file.role == Role::Standup)
        };
        // A day's first card goes with its file.
        let makes = |edit: &Edit| {
            edit.target
                == Target::File {
                    role: Role::Standup,
                }
        };
        change.paths().into_iter().any(is_paper) || change.edits.iter().any(makes)
    }

    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let day = model.standup_date().to_string();
        Ok(["standup", "--date", &day].map(str::to_owned).into())
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let day = Crumb::last(model.standup_date().to_string());
        vec![Crumb::new(SCREEN.title), day]
    }
}
