//! Moving about: cursors, pages, blocks, panes, the chain.

use crate::app::core::command::{CURSORS, Command, Focus, Group, PLAN, SCREENS, SCREENS_AND_LIST};
use crate::app::core::key::{Code, Key};
use crate::app::core::model::{GatePane, Model, Screen};
use crate::app::screens::plan::chain::tree;
use crate::app::screens::plan::view::{Pane, Side};
use crate::app::screens::review::view::ReviewPart;
use crate::app::screens::standup::view::StandupPane;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::detail_fields;

/// Blocks in a row of the grid.
const GRID: usize = 10;

/// Commands that move.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "open",
        keys: &["enter"],
        title: "Open the block's steps, the step's details, the field or the linked step",
        hint: "open",
        group: Group::Move,
        places: PLAN,
        blocked: |_| None,
        run: open,
    },
    Command {
        name: "down",
        keys: &["j", "down"],
        title: "Down",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, 1),
    },
    Command {
        name: "up",
        keys: &["k", "up"],
        title: "Up",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, -1),
    },
    Command {
        name: "left",
        keys: &["h", "left"],
        title: "Left: in the grid, upstream in the chain, otherwise the pane to the left",
        hint: "",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| sideways(model, -1),
    },
    Command {
        name: "right",
        keys: &["l", "right"],
        title: "Right: in the grid, downstream in the chain, otherwise the pane to the right",
        hint: "",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| sideways(model, 1),
    },
    Command {
        name: "next-pane",
        keys: &["tab"],
        title: "Next pane",
        hint: "pane",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| turn_pane(model, 1),
    },
    Command {
        name: "previous-pane",
        keys: &["shift-tab"],
        title: "Previous pane",
        hint: "",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| turn_pane(model, -1),
    },
    Command {
        name: "page-down",
        keys: &["pagedown", "ctrl-f"],
        title: "Page down",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, whole_page(model)),
    },
    Command {
        name: "page-up",
        keys: &["pageup", "ctrl-b"],
        title: "Page up",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, -whole_page(model)),
    },
    Command {
        name: "half-page-down",
        keys: &["ctrl-d"],
        title: "Half page down",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, (whole_page(model) / 2).max(1)),
    },
    Command {
        name: "half-page-up",
        keys: &["ctrl-u"],
        title: "Half page up",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, -(whole_page(model) / 2).max(1)),
    },
    Command {
        name: "first",
        keys: &["g", "home"],
        title: "First row",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, isize::MIN / 2),
    },
    Command {
        name: "last",
        keys: &["G", "end"],
        title: "Last row",
        hint: "",
        group: Group::Move,
        places: CURSORS,
        blocked: |_| None,
        run: |model| by(model, isize::MAX / 2),
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
    Command {
        name: "back",
        keys: &["esc"],
        title: "Back: closes what is open, down to the step list; never quits",
        hint: "",
        group: Group::Move,
        places: SCREENS_AND_LIST,
        blocked: |_| None,
        run: Model::back,
    },
];

fn whole_page(model: &Model) -> isize {
    isize::try_from(model.page.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Where a cursor is after moving among `count` rows, at the ends stopped.
pub(crate) fn moved(at: usize, by: isize, count: usize) -> usize {
    let last = isize::try_from(count.saturating_sub(1)).unwrap_or(isize::MAX);
    let at = isize::try_from(at).unwrap_or(0);
    usize::try_from(at.saturating_add(by).clamp(0, last)).unwrap_or(0)
}

/// Moves the cursor of whatever has the keys.
pub fn by(model: &mut Model, by: isize) {
    if !model.move_in_overlay(by) {
        move_on_screen(model, by);
    }
}

/// Moves the cursor of the screen, whatever lies over it.
pub(crate) fn move_on_screen(model: &mut Model, by: isize) {
    match model.screen {
        Screen::Plan => in_plan(model, by),
        Screen::Gates => in_gates(model, by),
        Screen::Problems => {
            let count = model.problems.found.len();
            model.problems.cursor = moved(model.problems.cursor, by, count);
        }
        Screen::Review => {
            let count = model.review.count(model.review.part);
            model.review.go(moved(model.review.cursor(), by, count));
        }
        Screen::Standup => in_standup(model, by),
    }
}

fn in_plan(model: &mut Model, by: isize) {
    match model.view.pane {
        // A vertical step in the grid is one row of blocks.
        Pane::Blocks => {
            let rows = match by.unsigned_abs() > 1_000 {
                true => by,
                false => by.signum() * isize::try_from(GRID).unwrap_or(1),
            };
            block_by(model, rows);
        }
        Pane::Steps => {
            if let Some(block) = model.view.empty_block {
                return leave_empty_block(model, block, by);
            }
            let count = model.view.list.len();
            let to = moved(model.view.cursor, by, count);
            model.view.go(to);
        }
        Pane::Detail => {
            let count = match model.step() {
                _ if model.view.block_detail => BlockColumn::ALL.len(),
                Some(_) => detail_fields().len(),
                None => 0,
            };
            model.view.detail = moved(model.view.detail, by, count);
        }
        Pane::Chain => {
            let count = chain_count(model);
            model.view.link = moved(model.view.link, by, count);
        }
    }
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

fn in_gates(model: &mut Model, by: isize) {
    if model.gates.review.is_some() {
        return model.move_in_review(|row, count| moved(row, by, count));
    }
    match model.gates.pane {
        GatePane::Ladder => {
            model.gates.stage = moved(model.gates.stage, by, model.holders());
            model.gates.check = model.first_open_check();
            model.gates.workstream = 0;
        }
        GatePane::Checks => {
            model.gates.check = moved(model.gates.check, by, model.checks_here());
        }
        GatePane::Owners => {
            let stage = model.plan.stages().get(model.gates.stage);
            let count = stage.map_or(0, |stage| stage.workstreams().len());
            model.gates.workstream = moved(model.gates.workstream, by, count);
        }
    }
}

fn in_standup(model: &mut Model, by: isize) {
    let view = &mut model.standup_view;
    let Some(day) = &view.day else { return };
    match (view.pane, &view.thread) {
        (StandupPane::Cards, _) => view.card = moved(view.card, by, day.cards.len()),
        (StandupPane::Others, None) => view.other = moved(view.other, by, day.others().count()),
        (StandupPane::Others, Some(_)) => view.line = moved(view.line, by, view.said.len()),
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

fn sideways(model: &mut Model, by: isize) {
    match (model.screen, model.view.pane) {
        (Screen::Plan, Pane::Blocks) => {
            let column = model.view.block(&model.plan).unwrap_or(0) % GRID;
            match by > 0
                && (column == GRID - 1
                    || model.view.block(&model.plan).unwrap_or(0) + 1 >= model.plan.blocks().len())
            {
                // Off the grid's right edge lies the step list.
                true => turn_pane(model, 1),
                false if by < 0 && column == 0 => {}
                false => block_by(model, by),
            }
        }
        (Screen::Plan, Pane::Chain) => walk_chain(model, by > 0),
        (Screen::Problems, _) => {}
        _ => turn_pane_within(model, by),
    }
}

/// Left and right between panes do not go round.
fn turn_pane_within(model: &mut Model, by: isize) {
    if model.place() == Focus::GateReview {
        return model.turn_review(by, false);
    }
    let at_edge = match model.screen {
        Screen::Plan => match model.view.pane {
            Pane::Steps => by > 0,
            Pane::Detail => by < 0,
            _ => false,
        },
        Screen::Gates => match model.gates.pane {
            GatePane::Ladder => by < 0,
            GatePane::Owners => by > 0,
            GatePane::Checks => by > 0 && model.selected_other().is_some(),
        },
        Screen::Problems => true,
        Screen::Review => match model.review.part {
            ReviewPart::Proposals => by < 0,
            ReviewPart::Dependencies => false,
            ReviewPart::Ten => by > 0,
        },
        Screen::Standup => (model.standup_view.pane == StandupPane::Others) == (by > 0),
    };
    if !at_edge {
        turn_pane(model, by);
    }
}

fn turn_pane(model: &mut Model, by: isize) {
    if model.place() == Focus::GateReview {
        return model.turn_review(by, true);
    }
    match model.screen {
        Screen::Plan => {
            let at = Pane::ALL
                .iter()
                .position(|pane| *pane == model.view.pane)
                .unwrap_or(0);
            let count = isize::try_from(Pane::ALL.len()).unwrap_or(1);
            let to = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count);
            focus(model, Pane::ALL[usize::try_from(to).unwrap_or(0)]);
        }
        Screen::Gates => {
            // Nobody answers for a checklist that belongs to no stage.
            let two = model.selected_other().is_some();
            model.gates.pane = match (model.gates.pane, by > 0) {
                (GatePane::Ladder, _) if two => GatePane::Checks,
                (GatePane::Checks, _) if two => GatePane::Ladder,
                (GatePane::Ladder, true) | (GatePane::Owners, false) => GatePane::Checks,
                (GatePane::Checks, true) | (GatePane::Ladder, false) => GatePane::Owners,
                (GatePane::Owners, true) | (GatePane::Checks, false) => GatePane::Ladder,
            };
        }
        Screen::Problems => {}
        Screen::Review => {
            let at = model.review.part as isize + by.signum();
            let count = ReviewPart::ALL.len() as isize;
            model.review.part = ReviewPart::ALL[at.rem_euclid(count) as usize];
            // What was decided in the other parts bears on what this one lists.
            model.refresh_review(true);
        }
        Screen::Standup => {
            model.standup_view.pane = match model.standup_view.pane {
                StandupPane::Cards => StandupPane::Others,
                StandupPane::Others => StandupPane::Cards,
            };
        }
    }
}

fn focus(model: &mut Model, pane: Pane) {
    match pane {
        Pane::Blocks => model.view.block_detail = true,
        Pane::Steps | Pane::Chain => model.view.block_detail = false,
        Pane::Detail => {}
    }
    model.view.pane = pane;
    model.view.detail = 0;
    model.view.side = Side::Center;
    model.view.link = 0;
}

fn open(model: &mut Model) {
    match model.view.pane {
        Pane::Blocks => focus(model, Pane::Steps),
        Pane::Steps => match model.step() {
            Some(_) => focus(model, Pane::Detail),
            None if !model.view.filter.is_empty() => {
                let back = model.keymap.key_of("back");
                model.say(format!("no step matches; {back} clears the filter"));
            }
            None => {
                let add = model.keymap.key_of("add");
                model.say(format!("no step here; {add} adds one"));
            }
        },
        Pane::Detail => crate::app::screens::plan::edit::open_detail(model),
        Pane::Chain => match chain_link(model) {
            Some(step) => {
                let (id, nth) = model.plan.step(step).key();
                model.jump(id, nth);
            }
            None => focus(model, Pane::Detail),
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

/// The second key of a bookmark command.
pub fn bookmark(model: &mut Model, prefix: char, key: Key) {
    let Some(letter) = key.letter().filter(|c| c.is_alphanumeric()) else {
        if key.code != Code::Esc {
            model.refuse("a bookmark is a letter or a digit");
        }
        return;
    };
    match prefix {
        'm' => {
            if let Some(step) = model.selected() {
                model.view.bookmarks.insert(letter, step);
                let go = model.keymap.key_of("go-to-bookmark");
                model.say(format!("{go} {letter} returns to {}", step.0));
            }
        }
        _ => match model.view.bookmarks.get(&letter).copied() {
            Some((id, nth)) => model.jump(id, nth),
            None => model.refuse(format!("there is no bookmark {letter}")),
        },
    }
}
