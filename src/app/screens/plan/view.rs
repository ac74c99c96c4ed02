//! The state of screen 1: which block, which step, what is filtered and marked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::search::Search;
use crate::app::core::command::Focus;
use crate::app::core::groups::{GroupLine, Groups};
use crate::plan::arrange::{Group, Sort};
use crate::plan::column::{Column, Known};
use crate::plan::marks::Marks;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;
use crate::plan::view::NamedView;
use crate::plan::{Plan, StepKey, StepRef};

/// Blocks in a row of the whole grid: 1,000 steps, one checkpoint.
pub(crate) const GRID: usize = 10;

/// Which column of the chain pane has the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    /// The steps that the step depends on.
    Upstream,
    /// The step itself.
    #[default]
    Center,
    /// The steps that depend on it.
    Downstream,
}

/// The state of the plan screen.
#[derive(Default)]
pub struct PlanView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// Whether the block grid has the whole screen while it has the keys.
    pub unfolded: bool,
    /// Blocks in a row of the grid, as the terminal side drew it.
    pub across: usize,
    /// Whether the detail pane shows the block instead of the step.
    pub block_detail: bool,
    /// The filter in force.
    pub filter: Query,
    /// What is known of the plan's past, once a filter has asked for it.
    pub past: Option<Arc<PlanPast>>,
    /// The filters that were kept, each once, the last one last: that is what the next match is of.
    pub kept_filters: Vec<String>,
    /// How the list is ordered.
    pub sort: Sort,
    /// The columns beside ID, status and title, where people chose them.
    pub columns: Option<Vec<Column>>,
    /// What the list is grouped by.
    pub group: Option<Group>,
    /// The name of the view that was picked last.
    pub named: Option<String>,
    /// What the columns know of the plan.
    pub(crate) known: Known,
    /// The groups of the list.
    pub groups: Groups<String>,
    /// The group whose heading has the cursor.
    pub heading: Option<usize>,
    /// Indexes of the listed steps.
    pub list: Vec<usize>,
    /// Position in the list.
    pub cursor: usize,
    /// The selected block, if the list has no step of it.
    pub empty_block: Option<usize>,
    /// The selected row of the detail pane.
    pub detail: usize,
    /// The column of the chain pane that has the cursor.
    pub side: Side,
    /// The selected row of that column.
    pub link: usize,
    /// Whether the chain is shown as a tree.
    pub tree: bool,
    /// Marked steps.
    pub marks: Marks,
    /// Where a range of marks begins.
    pub range: Option<usize>,
    /// Named places: `m` and a letter.
    pub bookmarks: BTreeMap<char, StepKey>,
    /// How far the plan has been looked through for the list.
    pub search: Search,
    jumps: Vec<StepKey>,
    jump: usize,
}

impl PlanView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::STEPS,
            ..Self::default()
        }
    }

    /// Whether the block grid has the whole screen.
    pub(crate) fn is_unfolded(&self) -> bool {
        self.unfolded && self.pane == Focus::BLOCKS
    }

    /// The selected step.
    pub(crate) fn step<'a>(&self, plan: &'a Plan) -> Option<StepRef<'a>> {
        if self.empty_block.is_some() || self.heading.is_some() {
            return None;
        }
        self.list.get(self.cursor).map(|index| plan.step(*index))
    }

    /// The selected block.
    pub(crate) fn block(&self, plan: &Plan) -> Option<usize> {
        let listed = self.list.get(self.cursor);
        self.empty_block
            .or_else(|| listed.map(|step| plan.step(*step).block()))
            .or((!plan.blocks().is_empty()).then_some(0))
    }

    /// Position of the step, or of the one that stands where it would.
    fn nearest(&self, plan: &Plan, key: StepKey) -> usize {
        if self.is_by_id() {
            return self
                .list
                .partition_point(|step| plan.step(*step).key() < key);
        }
        let step = plan.find_nth(key.0, key.1);
        let at = step.and_then(|step| self.list.iter().position(|at| *at == step));
        at.unwrap_or(self.cursor)
    }

    /// Selects a step, if the list has it.
    pub(crate) fn select(&mut self, plan: &Plan, key: StepKey) -> bool {
        let at = self.nearest(plan, key);
        let found = self
            .list
            .get(at)
            .is_some_and(|step| plan.step(*step).key() == key);
        if found {
            self.go(at);
        }
        found
    }

    /// Puts the cursor on a position of the list, whose group is unfolded.
    pub fn go(&mut self, position: usize) {
        self.cursor = position.min(self.list.len().saturating_sub(1));
        self.heading = None;
        if let Some(group) = self.groups.hides(self.cursor) {
            self.groups.turn(group);
        }
        self.pin();
        self.empty_block = None;
        self.side = Side::Center;
        self.link = 0;
    }

    /// How many rows the list has, its headings counted.
    pub fn rows(&self) -> usize {
        match self.groups.is_grouped() {
            true => self.groups.lines(),
            false => self.list.len(),
        }
    }

    /// The row of the cursor.
    pub fn row(&self) -> usize {
        match self.heading {
            Some(group) => self.groups.line_of_group(group),
            None if self.groups.is_grouped() => self.groups.line_of(self.cursor),
            None => self.cursor,
        }
    }

    /// What a row of the list shows.
    pub fn at_row(&self, row: usize) -> Option<GroupLine> {
        match self.groups.is_grouped() {
            true => self.groups.at(row),
            false => (row < self.list.len()).then_some(GroupLine::Row(row)),
        }
    }

    /// Puts the cursor on a row.
    pub(super) fn go_to_row(&mut self, row: usize) {
        match self.at_row(row) {
            Some(GroupLine::Row(position)) => self.go(position),
            Some(GroupLine::Heading(group)) => {
                self.go_to_heading(group);
                self.pin();
                self.empty_block = None;
                self.side = Side::Center;
                self.link = 0;
            }
            None => {}
        }
    }

    /// Folds a group, or unfolds it. A cursor within goes to the heading.
    pub(super) fn turn_group(&mut self, group: usize) {
        self.groups.turn(group);
        self.keep_cursor_in_sight();
    }

    /// Folds every group, or none.
    pub(super) fn fold_all(&mut self, fold: bool) {
        self.groups.fold_all(fold);
        self.keep_cursor_in_sight();
    }

    /// Has the cursor on the heading of what is folded, and on no heading that is gone.
    pub(super) fn keep_cursor_in_sight(&mut self) {
        let there = |group: &usize| self.groups.heading(*group).is_some();
        self.heading = self.heading.filter(there);
        let folded = || {
            self.groups
                .hides(self.cursor)
                .filter(|_| !self.list.is_empty())
        };
        if let Some(group) = self.heading.or_else(folded) {
            self.go_to_heading(group);
        }
    }

    fn go_to_heading(&mut self, group: usize) {
        self.heading = Some(group);
        self.cursor = self.groups.positions(group).start;
    }

    /// How the list looks, under the name of the view that was picked.
    pub fn look(&self) -> NamedView {
        NamedView {
            name: self.named.clone().unwrap_or_default(),
            filter: self.filter.text().to_owned(),
            sort: self.sort.clone(),
            columns: self.columns.clone(),
            group: self.group,
        }
    }

    /// Position of the first listed step of a block.
    pub(crate) fn first_of(&self, plan: &Plan, block: usize) -> Option<usize> {
        if self.is_by_id() {
            let at = self
                .list
                .partition_point(|step| plan.step(*step).block() < block);
            let step = *self.list.get(at)?;
            return (plan.step(step).block() == block).then_some(at);
        }
        self.list
            .iter()
            .position(|step| plan.step(*step).block() == block)
    }

    /// Selects a block: its first listed step, or the block itself if it has none.
    pub(crate) fn select_block(&mut self, plan: &Plan, block: usize) {
        match self.first_of(plan, block) {
            Some(position) => self.go(position),
            None if block < plan.blocks().len() => self.empty_block = Some(block),
            // What was clicked on has gone since.
            None => {}
        }
    }

    /// Remembers the selection before a jump.
    pub(crate) fn push_jump(&mut self, from: StepKey) {
        self.jumps.truncate(self.jump);
        if self.jumps.last() != Some(&from) {
            self.jumps.push(from);
        }
        self.jump = self.jumps.len();
    }

    /// One step back in the jump list.
    pub(crate) fn jump_back(&mut self, here: Option<StepKey>) -> Option<StepKey> {
        if self.jump == self.jumps.len()
            && let Some(here) = here
            && self.jumps.last() != Some(&here)
        {
            self.jumps.push(here);
        } else if self.jump == self.jumps.len() {
            self.jump = self.jump.checked_sub(1)?;
        }
        self.jump = self.jump.checked_sub(1)?;
        self.jumps.get(self.jump).copied()
    }

    /// One step forward in the jump list.
    pub(crate) fn jump_forth(&mut self) -> Option<StepKey> {
        let key = self.jumps.get(self.jump + 1).copied()?;
        self.jump += 1;
        Some(key)
    }
}
