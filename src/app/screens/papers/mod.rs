//! Screen 9: every kind of paper with what is due, the papers of each, and what one of them says.

pub(crate) mod verbs;
pub mod view;
pub(crate) mod writing;

use chrono::{DateTime, Duration, Utc};

use self::view::Row;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::row_filter::RowFilter;
use crate::change::Change;
use crate::plan::link;
use crate::plan::query::QueryError;
use crate::plan::source::Role;

numbered_screen!(9, "papers", "Papers", &PapersScreen);

impl Focus {
    /// The kinds and their papers.
    pub const PAPERS: Self = Self::new(Extent::Pane, "papers", "papers");
    /// What the selected paper says.
    pub const PAPER_TEXT: Self = Self::new(Extent::Pane, "papers", "text");
}

const PANES: &[Focus] = &[Focus::PAPERS, Focus::PAPER_TEXT];
pub(super) const PAPERS: Places = Places::Only(PANES);

/// Commands of screen 9.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "paper-read",
        keys: &["enter"],
        title: "Read the paper; on a kind, list all of its papers or the newest",
        hint: "read",
        group: Group::Find,
        places: Places::Only(&[Focus::PAPERS]),
        blocked: no_row,
        run: open,
    },
    Command {
        name: "paper-edit",
        keys: &["E"],
        title: "Open the paper in $EDITOR",
        hint: "edit",
        group: Group::Edit,
        places: PAPERS,
        blocked: no_paper,
        run: |model| {
            if let Some(paper) = model.papers.selected() {
                model.effects.push(Effect::Open(link::to_file(&paper.path)));
            }
        },
    },
    Command {
        name: "paper-filter",
        keys: &["/"],
        title: "Filter the papers: words of title, path, owner and state, or terms about their steps",
        hint: "filter",
        group: Group::Find,
        places: PAPERS,
        blocked: |_| None,
        run: |model| {
            let text = model.papers.filter.clone();
            model.prompt("Filter the papers", text, Purpose::Narrow);
        },
    },
];

fn no_row(model: &Model) -> Blocked {
    let none = model.papers.rows.is_empty();
    none.then(|| "no paper is listed".to_owned())
}

fn no_paper(model: &Model) -> Blocked {
    let none = model.papers.selected().is_none();
    none.then(|| "no paper is selected".to_owned())
}

fn open(model: &mut Model) {
    let view = &mut model.papers;
    match view.rows.get(view.cursor) {
        Some(Row::Paper { .. } | Row::Proposed { .. }) => view.pane = Focus::PAPER_TEXT,
        Some(_) => view.fold(),
        None => {}
    }
    model.list_papers();
}

struct PapersScreen;

impl Screen for PapersScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS, verbs::COMMANDS, writing::COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.papers.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.papers.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        match model.papers.pane {
            Focus::PAPER_TEXT => {
                let view = &mut model.papers;
                view.scroll = moved(view.scroll, by, view.furthest + 1);
            }
            _ => {
                let view = &mut model.papers;
                view.cursor = moved(view.cursor, by, view.rows.len());
                view.scroll = 0;
            }
        }
    }

    fn narrow(&self, model: &mut Model, text: &str) -> Result<(), QueryError> {
        RowFilter::parse(text, &model.context.me)?;
        text.trim().clone_into(&mut model.papers.filter);
        model.papers.pane = Focus::PAPERS;
        model.list_papers();
        Ok(())
    }

    fn back(&self, model: &mut Model) -> bool {
        if model.stop_report() {
            return true;
        }
        if model.unzoom() {
            return true;
        }
        if model.papers.pane == Focus::PAPER_TEXT {
            model.papers.pane = Focus::PAPERS;
            return true;
        }
        let is_narrowed = !model.papers.filter.is_empty();
        if is_narrowed {
            model.papers.filter.clear();
            model.list_papers();
        }
        is_narrowed
    }

    /// What was done to a paper is undone where the papers are.
    fn keeps(&self, model: &mut Model, change: &Change) -> bool {
        let is_paper = |path: &std::path::Path| {
            let mut files = model.plan.files().iter();
            let file = files.find(|file| file.path == path);
            // One that is not there was written just now, and is undone.
            file.is_none_or(|file| file.role > Role::Roadmap)
        };
        // A plan of a quarter changes the roadmap, too.
        change.paths().first().is_some_and(|path| is_paper(path))
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_papers();
    }

    /// Countdowns go by minutes.
    fn next_change(&self, model: &Model) -> Option<DateTime<Utc>> {
        Some(model.minute() + Duration::minutes(1))
    }

    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let mut words = vec!["papers".to_owned()];
        // All of a kind is what is printed of it where it is asked for.
        if let Some(kind) = model
            .papers
            .kind()
            .filter(|kind| model.papers.is_unfolded(kind.role))
        {
            words.push(kind.key.to_owned());
        }
        Ok(words)
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let kind = model.papers.kind().map(|kind| kind.name.clone());
        vec![
            Crumb::new(SCREEN.title),
            Crumb::last(kind.unwrap_or_default()),
        ]
    }
}
