//! Moving on screen 1: rows of the grid, steps, fields, the chain.

use super::chain::tree;
use super::edit::open_detail;
use super::view::{GRID, Side};
use super::{PLAN, PlanScreen, SCREEN};
use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::Screen as _;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::detail_fields;
use crate::plan::id::BlockId;

/// Commands that move from pane to pane and from block to block.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "open",
        keys: &["enter"],
        title: "Open the block's steps, the step's details, the field or the linked step; fold a heading",
        hint: "open",
        group: Group::Move,
        places: PLAN,
        blocked: |_| None,
        run: open,
    },
    Command {
        name: "unfold",
        keys: &["M"],
        title: "Map: unfold the grid of blocks over the screen, or fold it again",
        hint: "",
        group: Group::View,
        places: PLAN,
        blocked: |_| None,
        run: |model| {
            if !fold(model) {
                enter(model, Focus::BLOCKS);
                model.view.unfolded = true;
            }
        },
    },
    Command {
        name: "previous-block",
        keys: &["{"],
        title: "Previous block",
        hint: "",
        group: Group::Move,
        places: PLAN,
        blocked: |_| None,
        run: |model| block_by(model, -1),
    },
    Command {
        name: "next-block",
        keys: &["}"],
        title: "Next block",
        hint: "",
        group: Group::Move,
        places: PLAN,
        blocked: |_| None,
        run: |model| block_by(model, 1),
    },
];

impl Model {
    /// Opens screen 1 at the first listed step of a block, or at the block where it has none.
    pub(crate) fn open_block(&mut self, id: BlockId) {
        let plan = self.plan.clone();
        match plan.find_block(id) {
            Some(block) => {
                self.open_screen(&SCREEN);
                self.view.block_detail = false;
                self.view.pane = Focus::STEPS;
                self.view.select_block(&plan, block);
            }
            None => self.refuse(format!("block {id} is no longer in the plan")),
        }
    }
}

/// Moves the cursor of the pane that has the keys.
pub(super) fn step(model: &mut Model, by: isize) {
    match model.view.pane {
        // A vertical step in the grid is one row of blocks.
        Focus::BLOCKS => {
            let rows = match by.unsigned_abs() > 1_000 {
                true => by,
                false => by.signum() * isize::try_from(across(model)).unwrap_or(1),
            };
            block_by(model, rows);
        }
        Focus::STEPS => {
            if let Some(block) = model.view.empty_block {
                return leave_empty_block(model, block, by);
            }
            let to = moved(model.view.row(), by, model.view.rows());
            model.view.go_to_row(to);
        }
        Focus::DETAIL => {
            let count = match model.step() {
                _ if model.view.block_detail => BlockColumn::ALL.len(),
                Some(_) => detail_fields().len(),
                None => 0,
            };
            model.view.detail = moved(model.view.detail, by, count);
        }
        _ => {
            let count = chain_count(model);
            model.view.link = moved(model.view.link, by, count);
        }
    }
}

/// Blocks in a row of the grid as it was last drawn.
fn across(model: &Model) -> usize {
    model.view.across.max(GRID)
}

/// From a block without listed steps to the nearest step before or behind it.
fn leave_empty_block(model: &mut Model, block: usize, by: isize) {
    let behind = model
        .view
        .list
        .iter()
        .position(|step| model.plan.step(*step).block() > block)
        .unwrap_or(model.view.list.len());
    let to = if by < 0 {
        behind.saturating_sub(1)
    } else {
        behind
    };
    if !model.view.list.is_empty() {
        model.view.go(to);
    }
}

fn block_by(model: &mut Model, by: isize) {
    let count = model.plan.blocks().len();
    let Some(block) = model.view.block(&model.plan) else {
        return;
    };
    let to = moved(block, by, count);
    // A row down from the last row stays, instead of running to the last block.
    let target = isize::try_from(block).unwrap_or(0).saturating_add(by);
    let inside = target >= 0 && usize::try_from(target).is_ok_and(|t| t < count);
    if inside || by.unsigned_abs() > 1_000 {
        let plan = model.plan.clone();
        model.view.select_block(&plan, to);
    }
}

/// Left and right: within the grid and the chain, else to the pane beside.
pub(super) fn sideways(model: &mut Model, by: isize) {
    let turn = |model: &mut Model| PlanScreen.turn(model, by);
    if model.view.pane == Focus::STEPS && folds(model, by > 0) {
        return;
    }
    match model.view.pane {
        Focus::BLOCKS => {
            let block = model.view.block(&model.plan).unwrap_or(0);
            let column = block % GRID;
            match by > 0 && (column + 1 == GRID || block + 1 >= model.plan.blocks().len()) {
                // A strip lies above the list, and goes on in its next row.
                _ if across(model) > GRID => block_by(model, by),
                // Off the grid's right edge lies the step list.
                true => turn(model),
                false if by < 0 && column == 0 => {}
                false => block_by(model, by),
            }
        }
        Focus::CHAIN => walk_chain(model, by > 0),
        Focus::STEPS if by > 0 => {}
        Focus::DETAIL if by < 0 => {}
        _ => turn(model),
    }
}

/// Left folds the group whose heading has the cursor, right unfolds it. Answers whether that was
/// to be done.
fn folds(model: &mut Model, right: bool) -> bool {
    let view = &mut model.view;
    let Some((group, heading)) =
        (view.heading).zip(view.heading.and_then(|at| view.groups.heading(at)))
    else {
        return false;
    };
    let turns = heading.is_folded == right;
    if turns {
        view.turn_group(group);
    }
    turns
}

/// Folds the grid, and gives the keys to the list. Answers whether it was unfolded.
pub(super) fn fold(model: &mut Model) -> bool {
    let was_unfolded = model.view.is_unfolded();
    if was_unfolded {
        enter(model, Focus::STEPS);
    }
    was_unfolded
}

/// Gives the keys to a pane.
pub(super) fn enter(model: &mut Model, pane: Focus) {
    model.view.unfolded = false;
    match pane {
        Focus::BLOCKS => model.view.block_detail = true,
        Focus::STEPS | Focus::CHAIN => model.view.block_detail = false,
        _ => {}
    }
    model.view.pane = pane;
    model.view.detail = 0;
    model.view.side = Side::Center;
    model.view.link = 0;
}

fn open(model: &mut Model) {
    match model.view.pane {
        Focus::BLOCKS => enter(model, Focus::STEPS),
        Focus::STEPS => match model.step() {
            Some(_) => enter(model, Focus::DETAIL),
            None if model.view.heading.is_some() => {
                if let Some(group) = model.view.heading {
                    model.view.turn_group(group);
                }
            }
            None if !model.view.filter.is_empty() => {
                let back = model.keymap.key_of("back");
                model.say(format!("no step matches; {back} clears the filter"));
            }
            None => {
                let add = model.keymap.key_of("add");
                model.say(format!("no step here; {add} adds one"));
            }
        },
        Focus::DETAIL => open_detail(model),
        _ => match chain_link(model) {
            Some(step) => {
                let (id, nth) = model.plan.step(step).key();
                model.jump(id, nth);
            }
            None => enter(model, Focus::DETAIL),
        },
    }
}

/// How many steps the chain's column has that has the cursor.
fn chain_count(model: &Model) -> usize {
    let Some(step) = model.step() else { return 0 };
    let graph = model.plan.graph();
    match model.view.side {
        _ if model.view.tree => tree(&model.plan, step.index()).len(),
        Side::Upstream => graph.upstream(step.index()).len(),
        Side::Center => 0,
        Side::Downstream => graph.downstream(step.index()).len(),
    }
}

/// The step under the chain's cursor.
fn chain_link(model: &Model) -> Option<usize> {
    let (step, at) = (model.step()?.index(), model.view.link);
    let graph = model.plan.graph();
    match model.view.side {
        _ if model.view.tree => tree(&model.plan, step).get(at).map(|row| row.step),
        Side::Upstream => graph.upstream(step).nth(at),
        Side::Center => None,
        Side::Downstream => graph.downstream(step).nth(at),
    }
}

/// One column to the side; from an outer column on, the chosen step becomes the middle.
fn walk_chain(model: &mut Model, right: bool) {
    if model.view.tree {
        return;
    }
    let outward = match (model.view.side, right) {
        (Side::Upstream, false) | (Side::Downstream, true) => true,
        (Side::Upstream, true) | (Side::Downstream, false) => {
            model.view.side = Side::Center;
            model.view.link = 0;
            return;
        }
        (Side::Center, _) => {
            model.view.side = if right {
                Side::Downstream
            } else {
                Side::Upstream
            };
            model.view.link = 0;
            if chain_count(model) == 0 {
                model.view.side = Side::Center;
                model.say(match right {
                    true => "nothing waits for this step",
                    false => "this step has no dependencies",
                });
            }
            return;
        }
    };
    let chosen = chain_link(model);
    if let (true, Some(step)) = (outward, chosen) {
        let side = model.view.side;
        let (id, nth) = model.plan.step(step).key();
        model.jump(id, nth);
        model.view.side = side;
        if chain_count(model) == 0 {
            model.view.side = Side::Center;
        }
    }
}
