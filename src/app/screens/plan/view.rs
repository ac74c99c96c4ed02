//! The state of screen 1: which block, which step, what is filtered and marked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::search::Search;
use crate::app::core::command::Focus;
use crate::plan::marks::Marks;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;
use crate::plan::{Plan, StepKey, StepRef};

/// How the step list is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// By number.
    #[default]
    Id,
    /// By status, in the order of a step's life.
    Status,
    /// By owner, those without one first.
    Owner,
    /// Last edited first.
    Updated,
    /// Those that block the most first.
    Dependants,
}

impl Sort {
    /// Every order with its key and name.
    pub(crate) const ALL: [(Self, char, &'static str); 5] = [
        (Self::Id, 'i', "ID"),
        (Self::Status, 's', "status"),
        (Self::Owner, 'o', "owner"),
        (Self::Updated, 'u', "last edited first"),
        (Self::Dependants, 'd', "most direct dependents first"),
    ];
}

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

    /// The selected step.
    pub(crate) fn step<'a>(&self, plan: &'a Plan) -> Option<StepRef<'a>> {
        if self.empty_block.is_some() {
            return None;
        }
        self.list.get(self.cursor).map(|index| plan.step(*index))
    }

    /// The selected block.
    pub(crate) fn block(&self, plan: &Plan) -> Option<usize> {
        self.empty_block
            .or_else(|| self.step(plan).map(StepRef::block))
            .or((!plan.blocks().is_empty()).then_some(0))
    }

    /// Position of the step, or of the one that stands where it would.
    fn nearest(&self, plan: &Plan, key: StepKey) -> usize {
        if self.sort == Sort::Id {
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

    /// Puts the cursor on a position of the list.
    pub fn go(&mut self, position: usize) {
        self.cursor = position.min(self.list.len().saturating_sub(1));
        self.pin();
        self.empty_block = None;
        self.side = Side::Center;
        self.link = 0;
    }

    /// Position of the first listed step of a block.
    pub(crate) fn first_of(&self, plan: &Plan, block: usize) -> Option<usize> {
        if self.sort == Sort::Id {
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
