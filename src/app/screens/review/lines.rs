//! The lines of each part of the weekly review: which rows a filter leaves, which causes are
//! folded, what is selected and what is marked.
//!
//! Owns what a verb acts on: the marks, else the selected row, else every row of the selected
//! cause.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::view::{ReviewPart, ReviewView};
use crate::app::core::groups::GroupedRows;
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::screens::row_filter::RowFilter;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::marks::Marks;
use crate::plan::people::Identity;
use crate::plan::query::QueryError;
use crate::record::review::EntryKey;
use crate::record::review::causes::{Cause, by_cause};
use crate::record::review::gather::{BadDependency, Proposal, TEN};

/// What a part is narrowed by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Narrowed {
    /// The line as typed.
    pub(crate) text: String,
    me: Identity,
}

/// What is selected, so that it is found again when the lines are made anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Selected {
    Cause(Cause),
    Row(usize),
}

impl ReviewView {
    /// How many lines a part has.
    pub fn lines(&self, part: ReviewPart) -> usize {
        match (part, &self.passing[part as usize]) {
            (ReviewPart::Dependencies, _) => self.causes.lines(),
            (_, Some(rows)) => rows.len(),
            (_, None) => self.count(part),
        }
    }

    /// The selected line.
    pub(crate) fn cursor(&self) -> usize {
        self.cursors[self.part as usize]
    }

    /// Selects a line of the current part.
    pub(crate) fn go(&mut self, line: usize) {
        let last = self.lines(self.part).saturating_sub(1);
        self.cursors[self.part as usize] = line.min(last);
    }

    /// Pulls every cursor back to the lines that there are.
    pub(super) fn clamp(&mut self) {
        for part in ReviewPart::ALL {
            let last = self.lines(part).saturating_sub(1);
            let cursor = &mut self.cursors[part as usize];
            *cursor = (*cursor).min(last);
        }
    }

    /// The row of a line of the current part; none where it is a cause with several.
    pub(crate) fn row_at(&self, line: usize) -> Option<usize> {
        match (self.part, &self.passing[self.part as usize]) {
            (ReviewPart::Dependencies, _) => self.causes.row(line),
            (_, Some(rows)) => rows.get(line).copied(),
            (part, None) => (line < self.count(part)).then_some(line),
        }
    }

    /// The rows that a line of the current part stands for.
    pub(crate) fn rows_at(&self, line: usize) -> Vec<usize> {
        match self.part {
            ReviewPart::Dependencies => self.causes.rows(line).to_vec(),
            _ => self.row_at(line).into_iter().collect(),
        }
    }

    /// The selected row.
    pub(crate) fn row(&self) -> Option<usize> {
        self.row_at(self.cursor())
    }

    /// The selected cause, where the line is one with several rows.
    pub(crate) fn cause(&self) -> Option<(Cause, &[usize])> {
        self.cause_at(self.cursor())
    }

    /// The step of the selected line: of a cause, the one that causes it, as far as it is known.
    pub(crate) fn step(&self) -> Option<StepId> {
        match self.cause() {
            Some((cause, _)) => Some(cause.step),
            None => Some(self.key(self.part, self.row()?).0),
        }
    }

    /// Selects the line of a step, if the part has one.
    pub(crate) fn select(&mut self, id: StepId) {
        if self.step() == Some(id) {
            return;
        }
        let part = self.part;
        let mut lines = 0..self.lines(part);
        let at = match part {
            ReviewPart::Dependencies => {
                let is_here = |line: &usize| {
                    let cause = self.causes.heading(*line);
                    cause.is_some_and(|(cause, _)| cause.step == id)
                };
                let row = || self.tangles.iter().position(|(row, _)| row.step == id);
                let row = || row().and_then(|row| self.causes.line_of(row));
                lines.find(is_here).or_else(row)
            }
            _ => lines.find(|line| {
                let row = self.row_at(*line);
                row.is_some_and(|row| self.key(part, row).0 == id)
            }),
        };
        if let Some(at) = at {
            self.go(at);
        }
    }

    pub(super) fn selected_line(&self) -> Option<Selected> {
        let at = self.cursors[ReviewPart::Dependencies as usize];
        let cause = self.causes.heading(at);
        let cause = cause.map(|(cause, _)| Selected::Cause(cause));
        cause.or_else(|| self.causes.row(at).map(Selected::Row))
    }

    /// Selects a line of the dependencies again after they were listed.
    pub(super) fn keep_line(&mut self, line: Option<Selected>) {
        let at = line.and_then(|line| match line {
            Selected::Cause(cause) => self.causes.line_of_group(cause),
            Selected::Row(row) => self.causes.line_of(row),
        });
        if let Some(at) = at {
            self.cursors[ReviewPart::Dependencies as usize] = at;
        }
    }

    /// Finds which rows of a part pass its filter, and lists its lines.
    pub(super) fn narrow(&mut self, part: ReviewPart, plan: &Plan, now: DateTime<Utc>) {
        let filter = self.filters[part as usize].as_ref();
        let passing = PartRows::of(self, part).passing(filter, plan, now, &Progress::default());
        self.take_passing(part, passing.unwrap_or_default());
    }

    /// Lists the rows of a part that pass.
    fn take_passing(&mut self, part: ReviewPart, passing: Passing) {
        self.passing[part as usize] = passing.rows;
        if let Some(mut causes) = passing.causes {
            causes.fold_as(&self.causes);
            self.causes = causes;
        }
    }

    /// How many rows of the current part pass what it is narrowed by, and of how many.
    pub(crate) fn passing(&self) -> Option<(usize, usize)> {
        let rows = self.passing[self.part as usize].as_ref()?;
        Some((rows.len(), self.count(self.part)))
    }

    /// What the current part is narrowed by.
    pub(crate) fn filter(&self) -> Option<&str> {
        let filter = self.filters[self.part as usize].as_ref();
        filter.map(|filter| &*filter.text)
    }

    /// Takes what a person did while the rows were listed on another thread.
    pub(super) fn keep_choices(&mut self, of: &Self, plan: &Plan, now: DateTime<Utc>) {
        self.marks.clone_from(&of.marks);
        self.causes.fold_as(&of.causes);
        for part in ReviewPart::ALL {
            let (filter, typed) = (&mut self.filters[part as usize], &of.filters[part as usize]);
            if filter != typed {
                filter.clone_from(typed);
                self.narrow(part, plan, now);
            }
        }
        self.clamp();
    }

    /// The rows that a verb acts on: those marked, else those of the selected line. Of a cause,
    /// those that are still to be decided, or else all.
    pub(crate) fn subjects(&self) -> Vec<usize> {
        let part = self.part;
        let marks = &self.marks[part as usize];
        if !marks.is_empty() {
            let rows = 0..self.count(part);
            let marked = rows.filter(|row| marks.contains(&self.key(part, *row)));
            let marked: Vec<usize> = marked.collect();
            if !marked.is_empty() {
                return marked;
            }
        }
        let rows = self.rows_at(self.cursor());
        let open: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|row| !self.is_decided(part, *row))
            .collect();
        if open.is_empty() { rows } else { open }
    }

    /// Their steps.
    pub(crate) fn subject_ids(&self) -> Vec<StepId> {
        let rows = self.subjects().into_iter();
        rows.map(|row| self.key(self.part, row).0).collect()
    }

    /// Marks the selected row, or lets it go; of a cause, all its rows.
    pub(crate) fn turn_mark(&mut self) {
        let rows = self.rows_at(self.cursor());
        self.turn_marks(&rows);
    }

    /// Marks what belongs together, or lets it go: the rows of a cause, the ready steps that are
    /// ranked among the ten, the proposals that are to be decided.
    pub(crate) fn turn_all_marks(&mut self) {
        let part = self.part;
        let is_open = |row: &usize| !self.is_decided(part, *row);
        let shown = (0..self.lines(part)).filter_map(|line| self.row_at(line));
        let rows: Vec<usize> = match part {
            ReviewPart::Proposals => shown.filter(is_open).collect(),
            ReviewPart::Dependencies => {
                let group = self.causes.group_of(self.cursor());
                group.map_or_else(Vec::new, |(_, rows)| rows.to_vec())
            }
            ReviewPart::Ten => {
                let room = TEN.saturating_sub(self.progress(part).0);
                let is_best = |row: &usize| self.is_best(*row);
                shown.filter(is_open).filter(is_best).take(room).collect()
            }
        };
        self.turn_marks(&rows);
    }

    fn turn_marks(&mut self, rows: &[usize]) {
        let part = self.part;
        let keys: Vec<EntryKey> = rows.iter().map(|row| self.key(part, *row)).collect();
        let marks = &mut self.marks[part as usize];
        if keys.iter().all(|key| marks.contains(key)) {
            keys.iter().for_each(|key| {
                marks.remove(key);
            });
        } else {
            marks.extend(keys);
        }
    }

    /// Whether a row of the current part is marked.
    pub(crate) fn is_marked(&self, row: usize) -> bool {
        let key = self.key(self.part, row);
        self.marks[self.part as usize].contains(&key)
    }

    /// Lets go of the marks of the current part; answers whether there were any.
    pub(crate) fn clear_marks(&mut self) -> bool {
        let marks = &mut self.marks[self.part as usize];
        !std::mem::take(marks).is_empty()
    }

    /// Goes to the next line that is not decided, below the cursor first; where there is none, to
    /// the line below.
    pub(crate) fn advance(&mut self) {
        let at = self.cursor();
        self.go(self.next_open().unwrap_or(at + 1));
    }

    /// Goes to the next line that is not decided, unless the selected one is not.
    pub(super) fn leave_decided(&mut self) {
        if let Some(next) = self.next_open().filter(|_| !self.asks(self.cursor())) {
            self.go(next);
        }
    }

    fn next_open(&self) -> Option<usize> {
        let (at, count) = (self.cursor(), self.lines(self.part));
        (at + 1..count).chain(0..at).find(|line| self.asks(*line))
    }

    /// Whether a line asks for a decision: one that heads others that are shown leaves it to them.
    fn asks(&self, line: usize) -> bool {
        let cause = self.cause_at(line);
        let is_header = cause.is_some_and(|(cause, _)| self.causes.is_unfolded(cause));
        !is_header && self.rows_at(line).into_iter().any(|row| self.is_open(row))
    }

    fn cause_at(&self, line: usize) -> Option<(Cause, &[usize])> {
        let is_here = self.part == ReviewPart::Dependencies;
        self.causes.heading(line).filter(|_| is_here)
    }

    /// Whether a row of the current part asks for a decision.
    fn is_open(&self, row: usize) -> bool {
        let is_ranked = self.part != ReviewPart::Ten || self.ten[row].ranked.is_some();
        is_ranked && !self.is_decided(self.part, row)
    }

    /// Whether a part asks for decisions.
    fn has_work(&self, part: ReviewPart) -> bool {
        let is_open = |row: usize| match part {
            ReviewPart::Ten => self.ten[row].ranked.is_some() && !self.is_decided(part, row),
            _ => !self.is_decided(part, row),
        };
        let is_full = part == ReviewPart::Ten && self.progress(part).0 >= TEN;
        !is_full && (0..self.count(part)).any(is_open)
    }

    /// Goes to the first part with work, where the one that is walked has none, or `anew`, and to what
    /// is to be decided in it.
    pub(crate) fn go_to_work(&mut self, anew: bool) {
        if self.record.held.is_some() || (!anew && self.has_work(self.part)) {
            return;
        }
        let mut parts = ReviewPart::ALL.into_iter();
        if let Some(part) = parts.find(|part| self.has_work(*part)) {
            self.part = part;
            self.leave_decided();
        }
    }
}

/// What a filter leaves of a part.
#[derive(Default)]
struct Passing {
    /// The rows that pass, where it is narrowed.
    rows: Option<Vec<usize>>,
    /// The lines of the dependencies, if it is these.
    causes: Option<GroupedRows<Cause>>,
}

/// The rows of a part, as they are looked at beside the keys.
struct PartRows {
    part: ReviewPart,
    proposals: Arc<Vec<Proposal>>,
    tangles: Arc<Vec<(BadDependency, bool)>>,
    ten: Vec<(StepId, String)>,
}

impl PartRows {
    fn of(view: &ReviewView, part: ReviewPart) -> Self {
        let ten = view.ten.iter();
        Self {
            part,
            proposals: view.proposals.clone(),
            tangles: view.tangles.clone(),
            ten: ten.map(|row| (row.id, row.title.clone())).collect(),
        }
    }

    /// Whether they are still those of the screen.
    fn are_of(&self, view: &ReviewView) -> bool {
        let ten = view.ten.iter().map(|row| row.id);
        Arc::ptr_eq(&self.proposals, &view.proposals)
            && Arc::ptr_eq(&self.tangles, &view.tangles)
            && ten.eq(self.ten.iter().map(|(id, _)| *id))
    }

    fn count(&self) -> usize {
        match self.part {
            ReviewPart::Proposals => self.proposals.len(),
            ReviewPart::Dependencies => self.tangles.len(),
            ReviewPart::Ten => self.ten.len(),
        }
    }

    /// What a filter leaves; nothing where that was stopped.
    fn passing(
        &self,
        filter: Option<&Narrowed>,
        plan: &Plan,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Option<Passing> {
        let filter = filter.and_then(|by| RowFilter::parse(&by.text, &by.me).ok());
        let rows = match filter {
            Some(filter) => Some(self.filtered(&filter, plan, now, progress)?),
            None => None,
        };
        let is_of_causes = self.part == ReviewPart::Dependencies;
        let causes = is_of_causes.then(|| self.causes(rows.as_deref()));
        Some(Passing { rows, causes })
    }

    fn filtered(
        &self,
        filter: &RowFilter,
        plan: &Plan,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Option<Vec<usize>> {
        let marks = Marks::default();
        let prepared = filter.prepare(plan, now, &marks);
        let mut passes = prepared.passes();
        progress.expect(self.count());
        let mut strides = progress.strides();
        let mut rows = Vec::new();
        for at in 0..self.count() {
            if !strides.add(1) {
                return None;
            }
            let (rule, steps, words) = match self.part {
                ReviewPart::Proposals => {
                    let row = &self.proposals[at];
                    ("", [Some(row.id), None], &row.title)
                }
                ReviewPart::Dependencies => {
                    let row = &self.tangles[at].0;
                    let steps = [Some(row.step), Some(row.other)];
                    (row.trouble.word(), steps, &row.words)
                }
                ReviewPart::Ten => {
                    let (id, title) = &self.ten[at];
                    ("", [Some(*id), None], title)
                }
            };
            let steps = steps.into_iter().flatten();
            let steps: Vec<usize> = steps.filter_map(|id| plan.find(id)).collect();
            if passes(rule, &steps, words) {
                rows.push(at);
            }
        }
        Some(rows)
    }

    /// The dependencies that pass, by cause.
    fn causes(&self, passing: Option<&[usize]>) -> GroupedRows<Cause> {
        let groups = by_cause(self.tangles.iter().map(|(tangle, _)| tangle));
        let is_shown = |row: &usize| passing.is_none_or(|rows| rows.binary_search(row).is_ok());
        let shown = groups.into_iter().map(|(cause, mut rows)| {
            rows.retain(is_shown);
            (cause, rows)
        });
        let mut causes = GroupedRows::default();
        causes.set(shown.collect());
        causes
    }
}

impl Model {
    /// Narrows the part of the review that is walked; an empty line shows all of it. A long part is
    /// gone through beside the keys.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub(crate) fn narrow_review(&mut self, text: &str) -> Result<(), QueryError> {
        let text = text.trim();
        RowFilter::parse(text, &self.context.me)?;
        let filter = (!text.is_empty()).then(|| Narrowed {
            text: text.to_owned(),
            me: self.context.me.clone(),
        });
        let view = &mut self.review;
        let (part, now) = (view.part, self.now);
        if view.filters[part as usize] == filter {
            return Ok(());
        }
        let (line, step) = (view.selected_line(), view.step());
        view.filters[part as usize].clone_from(&filter);
        let rows = PartRows::of(view, part);
        let look = move |plan: &Plan, progress: &Progress| {
            let passing = rows.passing(filter.as_ref(), plan, now, progress)?;
            Some((rows, passing))
        };
        self.have_done(JobKind::ReviewRows, look, move |model, (rows, passing)| {
            let view = &mut model.review;
            if !rows.are_of(view) {
                return;
            }
            view.take_passing(part, passing);
            view.keep_line(line);
            view.clamp();
            if let Some(step) = step.filter(|_| view.part == part) {
                view.select(step);
            }
        });
        Ok(())
    }
}

/// Folds or unfolds the cause of the selected dependency.
pub(super) fn fold(model: &mut Model) {
    let view = &mut model.review;
    let line = view.causes.fold(view.cursor());
    view.go(line);
}

/// Folds all causes, or unfolds them.
pub(super) fn fold_all(model: &mut Model) {
    let view = &mut model.review;
    let line = view.selected_line();
    view.causes.fold_all();
    view.keep_line(line);
    view.clamp();
}
