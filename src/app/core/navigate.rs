//! Moving about: what the keys mean that move on every screen. What moves, each screen says.

use crate::app::core::command::{Command, Focus, Group, Places, SCREENS, SCREENS_AND_LIST};
use crate::app::core::model::Model;

/// Every place where one moves up and down.
const CURSORS: Places = Places::ScreensAnd(&[Focus::LIST, Focus::CONFLICT]);

/// Commands that move.
pub const COMMANDS: &[Command] = &[
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
        run: |model| model.shown().sideways(model, -1),
    },
    Command {
        name: "right",
        keys: &["l", "right"],
        title: "Right: in the grid, downstream in the chain, otherwise the pane to the right",
        hint: "",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.shown().sideways(model, 1),
    },
    Command {
        name: "next-pane",
        keys: &["tab"],
        title: "Next pane",
        hint: "pane",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.shown().turn(model, 1),
    },
    Command {
        name: "previous-pane",
        keys: &["shift-tab"],
        title: "Previous pane",
        hint: "",
        group: Group::Move,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.shown().turn(model, -1),
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
        model.shown().step(model, by);
    }
}
