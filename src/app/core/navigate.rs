//! Moving about: what the keys mean that move on every screen. What moves, each screen says.

use crate::app::core::command::{Command, Focus, Group, Places, SCREENS, SCREENS_AND_LIST};
use crate::app::core::model::Model;

/// Every place where one moves up and down.
const CURSORS: Places = Places::ScreensAnd(&[Focus::LIST, Focus::CONFLICT]);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Move,
    places: CURSORS,
    ..Command::BASE
};

/// Commands that move.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "down",
        keys: &["j", "down"],
        title: "Down",
        run: |model| by_command(model, "down"),
        ..COMMON
    },
    Command {
        name: "up",
        keys: &["k", "up"],
        title: "Up",
        run: |model| by_command(model, "up"),
        ..COMMON
    },
    Command {
        name: "left",
        keys: &["h", "left"],
        title: "Left: in the grid, upstream in the chain, otherwise the pane to the left",
        places: SCREENS,
        run: |model| model.shown().sideways(model, -1),
        ..COMMON
    },
    Command {
        name: "right",
        keys: &["l", "right"],
        title: "Right: in the grid, downstream in the chain, otherwise the pane to the right",
        places: SCREENS,
        run: |model| model.shown().sideways(model, 1),
        ..COMMON
    },
    Command {
        name: "next-pane",
        keys: &["tab"],
        title: "Next pane",
        hint: "pane",
        places: SCREENS,
        run: |model| model.shown().turn(model, 1),
        ..COMMON
    },
    Command {
        name: "previous-pane",
        keys: &["shift-tab"],
        title: "Previous pane",
        places: SCREENS,
        run: |model| model.shown().turn(model, -1),
        ..COMMON
    },
    Command {
        name: "page-down",
        keys: &["pagedown", "ctrl-f"],
        title: "Page down",
        run: |model| by_command(model, "page-down"),
        ..COMMON
    },
    Command {
        name: "page-up",
        keys: &["pageup", "ctrl-b"],
        title: "Page up",
        run: |model| by_command(model, "page-up"),
        ..COMMON
    },
    Command {
        name: "half-page-down",
        keys: &["ctrl-d"],
        title: "Half page down",
        run: |model| by_command(model, "half-page-down"),
        ..COMMON
    },
    Command {
        name: "half-page-up",
        keys: &["ctrl-u"],
        title: "Half page up",
        run: |model| by_command(model, "half-page-up"),
        ..COMMON
    },
    Command {
        name: "first",
        keys: &["g", "home"],
        title: "First row",
        run: |model| by_command(model, "first"),
        ..COMMON
    },
    Command {
        name: "last",
        keys: &["G", "end"],
        title: "Last row",
        run: |model| by_command(model, "last"),
        ..COMMON
    },
    Command {
        name: "back",
        keys: &["esc"],
        title: "Back: closes what is open, down to the step list; never quits",
        places: SCREENS_AND_LIST,
        run: Model::back,
        ..COMMON
    },
];

/// By how many rows the command of this name moves down, if it moves at all. What lies over a screen
/// asks for it too, so that the same keys move there.
pub(crate) fn distance(model: &Model, command: &str) -> Option<isize> {
    Some(match command {
        "down" => 1,
        "up" => -1,
        "page-down" => whole_page(model),
        "page-up" => -whole_page(model),
        "half-page-down" => (whole_page(model) / 2).max(1),
        "half-page-up" => -(whole_page(model) / 2).max(1),
        "first" => isize::MIN / 2,
        "last" => isize::MAX / 2,
        _ => return None,
    })
}

fn by_command(model: &mut Model, command: &str) {
    if let Some(rows) = distance(model, command) {
        by(model, rows);
    }
}

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
