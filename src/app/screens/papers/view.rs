//! The state of screen 9: the catalogue as found last, what of it is listed, and where one is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::app::core::command::Focus;
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::screens::row_filter::RowFilter;
use crate::document::markdown::MarkdownDocument;
use crate::plan::id::StepId;
use crate::plan::marks::Marks;
use crate::plan::source::Role;
use crate::record::catalogue::{PaperEntry, PaperKind, SHOWN, catalogue};
use crate::record::risk::Proposal;

/// The state of screen 9.
#[derive(Debug, Default)]
pub struct PapersView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// What is listed.
    pub rows: Vec<Row>,
    /// Which row is selected.
    pub cursor: usize,
    /// The first line in sight of what the selected paper says.
    pub scroll: usize,
    /// The same at the end of the paper, as the terminal side measured it.
    pub furthest: usize,
    /// What the list is narrowed by, as typed.
    pub filter: String,
    /// The catalogue as found last.
    pub(crate) kinds: Option<Arc<Vec<PaperKind>>>,
    /// Kinds of which every paper is listed.
    unfolded: BTreeSet<Role>,
    /// Where to go once it is listed.
    wanted: Option<Wanted>,
    /// What was selected before the papers were found again.
    was_at: Option<Wanted>,
    /// The state of the plan that it was found in; 0 is none yet.
    found_in: u64,
    /// What was asked for last: the state of the plan, and the minute.
    gathered: Option<(u64, DateTime<Utc>)>,
}

/// A row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// A kind of paper, by place.
    Kind(usize),
    /// A paper of a kind, both by place.
    Paper {
        /// The kind.
        kind: usize,
        /// Which of its papers.
        at: usize,
    },
    /// What ought to be a paper of a kind, both by place.
    Proposed {
        /// The kind.
        kind: usize,
        /// Which of what is proposed.
        at: usize,
    },
    /// That a kind has so many more.
    More(usize, usize),
}

impl Row {
    fn kind(self) -> usize {
        match self {
            Self::Kind(kind)
            | Self::Paper { kind, .. }
            | Self::Proposed { kind, .. }
            | Self::More(kind, _) => kind,
        }
    }
}

/// What is to be selected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    Kind(Role),
    Paper(PathBuf),
    /// What is proposed by stage and title.
    Proposed(String, String),
}

impl PapersView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::PAPERS,
            ..Self::default()
        }
    }

    fn row_kind(&self, row: Row) -> Option<&PaperKind> {
        self.kinds.as_ref()?.get(row.kind())
    }

    /// The kind of the selected row.
    pub(crate) fn kind(&self) -> Option<&PaperKind> {
        self.row_kind(*self.rows.get(self.cursor)?)
    }

    /// The paper of a row.
    pub(crate) fn paper(&self, row: Row) -> Option<&PaperEntry> {
        match row {
            Row::Paper { at, .. } => self.row_kind(row)?.papers.get(at),
            _ => None,
        }
    }

    /// What is proposed in a row.
    pub(crate) fn proposal(&self, row: Row) -> Option<&Proposal> {
        match row {
            Row::Proposed { at, .. } => self.row_kind(row)?.proposed.get(at),
            _ => None,
        }
    }

    /// The selected proposal.
    pub(crate) fn proposed(&self) -> Option<&Proposal> {
        self.proposal(*self.rows.get(self.cursor)?)
    }

    /// The selected paper.
    pub(crate) fn selected(&self) -> Option<&PaperEntry> {
        self.paper(*self.rows.get(self.cursor)?)
    }

    /// Whether every paper of a kind is listed.
    pub(crate) fn is_unfolded(&self, role: Role) -> bool {
        self.unfolded.contains(&role)
    }

    /// Lists all papers of the selected kind, or the first again.
    pub(super) fn fold(&mut self) {
        let Some(role) = self.kind().map(|kind| kind.role) else {
            return;
        };
        if !self.unfolded.remove(&role) {
            self.unfolded.insert(role);
        }
    }

    /// What is selected, to be found again.
    fn place(&self) -> Option<Wanted> {
        match (self.selected(), self.proposed()) {
            (Some(paper), _) => Some(Wanted::Paper(paper.path.clone())),
            (None, Some(of)) => Some(Wanted::Proposed(of.stage.clone(), of.title.clone())),
            (None, None) => self.kind().map(|kind| Wanted::Kind(kind.role)),
        }
    }

    fn knows(&self, wanted: &Wanted) -> bool {
        let mut kinds = self.kinds.iter().flat_map(|kinds| kinds.iter());
        kinds.any(|kind| match wanted {
            Wanted::Kind(role) => kind.role == *role,
            Wanted::Paper(path) => kind.papers.iter().any(|paper| paper.path == *path),
            Wanted::Proposed(stage, title) => {
                let mut proposed = kind.proposed.iter();
                proposed.any(|of| of.stage == *stage && of.title == *title)
            }
        })
    }

    /// Selects the row of something, if it is listed.
    fn select(&mut self, wanted: &Wanted) -> bool {
        let is_it = |row: &Row| match wanted {
            Wanted::Kind(role) => {
                matches!(row, Row::Kind(_)) && self.row_kind(*row).is_some_and(|k| k.role == *role)
            }
            Wanted::Paper(path) => self.paper(*row).is_some_and(|paper| paper.path == *path),
            Wanted::Proposed(stage, title) => {
                let proposal = self.proposal(*row);
                proposal.is_some_and(|of| of.stage == *stage && of.title == *title)
            }
        };
        let found = self.rows.iter().position(is_it);
        if let Some(row) = found {
            self.cursor = row;
        }
        found.is_some()
    }

    /// Lists the papers that `passes`; without a filter the first of each kind that is folded. A paper
    /// or what is proposed is its kind, its steps and its words.
    fn list(&mut self, is_narrowed: bool, mut passes: impl FnMut(&[StepId], &str) -> bool) {
        let place = self.was_at.take().or_else(|| self.place());
        let mut rows = Vec::new();
        for (kind, of) in self.kinds.iter().flat_map(|kinds| kinds.iter()).enumerate() {
            let name = &of.name;
            let proposed = of.proposed.iter().enumerate().filter(|(_, of)| {
                let text = format!("{name} proposed {} {}", of.title, of.words());
                passes(&of.steps, &text)
            });
            let proposed: Vec<usize> = proposed.map(|(at, _)| at).collect();
            let papers = of.papers.iter().enumerate().filter(|(_, paper)| {
                let path = paper.path.display();
                let text = format!("{name} {path} {} {}", paper.title, paper.facts());
                passes(&paper.steps, &text)
            });
            let mut papers: Vec<usize> = papers.map(|(at, _)| at).collect();
            if is_narrowed && papers.is_empty() && proposed.is_empty() {
                continue;
            }
            let whole = papers.len();
            if !is_narrowed && !self.unfolded.contains(&of.role) {
                // What is overdue is never out of sight.
                papers.truncate(SHOWN.max(of.overdue()));
            }
            let more = whole - papers.len();
            rows.push(Row::Kind(kind));
            rows.extend(proposed.into_iter().map(|at| Row::Proposed { kind, at }));
            rows.extend(papers.into_iter().map(|at| Row::Paper { kind, at }));
            if more > 0 {
                rows.push(Row::More(kind, more));
            }
        }
        self.rows = rows;
        let before = self.cursor;
        self.cursor = before.min(self.rows.len().saturating_sub(1));
        if let Some(place) = place
            && !self.select(&place)
        {
            self.scroll = 0;
        }
    }
}

impl Model {
    /// Finds the papers again if the plan or the minute changed.
    pub(super) fn keep_papers(&mut self) {
        let from = (self.generation, self.minute());
        if self.papers.gathered == Some(from) {
            return;
        }
        self.papers.gathered = Some(from);
        self.have_day_read(
            JobKind::Papers,
            |today| {
                let cadence = today.cadence();
                catalogue(today.plan, today.papers, &cadence, today.now)
            },
            move |model, kinds| {
                model.papers.found_in = from.0;
                // Rows say their kind by its place, and what is overdue has come first since.
                model.papers.was_at = model.papers.place();
                model.papers.kinds = Some(Arc::new(kinds));
                model.list_papers();
            },
        );
    }

    /// Lists what of the papers passes the filter.
    pub(super) fn list_papers(&mut self) {
        let (plan, me, now) = (self.plan.clone(), self.context.me.clone(), self.now);
        let filter = RowFilter::parse(&self.papers.filter, &me).ok();
        let filter = filter.filter(|_| !self.papers.filter.is_empty());
        match filter {
            None => self.papers.list(false, |_, _| true),
            Some(filter) => {
                let marks = Marks::default();
                let prepared = filter.prepare(&plan, now, &marks);
                let mut passes = prepared.passes();
                self.papers.list(true, |steps, text| {
                    let steps = steps.iter().filter_map(|step| plan.find(*step));
                    let steps: Vec<usize> = steps.collect();
                    passes("", &steps, text)
                });
            }
        }
        let is_old = self.papers.found_in < self.generation;
        match self.papers.wanted.take() {
            // What was just written is not in it yet.
            Some(wanted) if is_old && !self.papers.knows(&wanted) => {
                self.papers.wanted = Some(wanted);
            }
            Some(wanted) => self.go_to_paper(&wanted),
            None => {}
        }
    }

    /// Selects a kind or a paper, and lists what hides it.
    fn go_to_paper(&mut self, wanted: &Wanted) {
        if self.papers.select(wanted) {
            return;
        }
        self.papers.filter.clear();
        if let (Wanted::Paper(path), Some(kinds)) = (wanted, &self.papers.kinds) {
            let has = |kind: &&PaperKind| kind.papers.iter().any(|paper| paper.path == *path);
            let role = kinds.iter().find(has).map(|kind| kind.role);
            self.papers.unfolded.extend(role);
        }
        self.papers.list(false, |_, _| true);
        self.papers.select(wanted);
    }

    /// Shows a kind or a paper on screen 9, as soon as it is known.
    pub(crate) fn show_paper(&mut self, wanted: Wanted) {
        self.papers.pane = Focus::PAPERS;
        self.papers.scroll = 0;
        self.papers.wanted = Some(wanted);
        self.open_screen(&super::SCREEN);
        self.list_papers();
    }

    /// The document of a paper.
    pub(crate) fn paper_document(&self, path: &Path) -> Option<&MarkdownDocument> {
        let mut files = self.plan.files().iter();
        files.find(|file| file.path == path)?.markdown()
    }
}
