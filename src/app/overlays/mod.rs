//! What can lie over a screen: one file an overlay, with its state and its keys.
//!
//! The topmost has the keys. It is off the stack while it takes one, and gives itself back if it
//! stays open: what it opens lies where it lay. A list and a conflict have no keys of their own;
//! theirs are commands, which people rebind and find in the help.

pub mod chooser;
pub mod confirm;
pub mod conflict;
pub mod filter;
pub mod input;
pub mod list;
pub mod menu;
pub mod note;
pub mod prompt;

use self::chooser::Chooser;
use self::confirm::Confirm;
use self::conflict::OpenConflict;
use self::filter::FilterLine;
use self::input::Input;
use self::list::EntryList;
use self::menu::Menu;
use self::note::Note;
use self::prompt::Prompt;
use crate::app::core::command::Focus;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;

/// Rows that PageUp and PageDown move by in a menu or a chooser.
const PAGE: usize = 10;

/// Something over the screen. The last one opened has the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Overlay {
    /// One field to fill in.
    Prompt(Prompt),
    /// The filter of the step list.
    Filter(FilterLine),
    /// Rows narrowed down by typing.
    Chooser(Chooser),
    /// A few rows, each with its key.
    Menu(Menu),
    /// The entries of a list field.
    List(EntryList),
    /// A question that only a yes answers.
    Confirm(Confirm),
    /// Two versions of one thing, of which a person picks one.
    Conflict(OpenConflict),
    /// Something to read.
    Note(Note),
}

impl Overlay {
    /// The text field, if this has one.
    pub fn input(&self) -> Option<&Input> {
        match self {
            Self::Prompt(Prompt { input, .. })
            | Self::Filter(FilterLine { input, .. })
            | Self::Chooser(Chooser { input, .. }) => Some(input),
            _ => None,
        }
    }

    /// The text field, if this has one, to be changed.
    pub(crate) fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Prompt(Prompt { input, .. })
            | Self::Filter(FilterLine { input, .. })
            | Self::Chooser(Chooser { input, .. }) => Some(input),
            _ => None,
        }
    }

    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Where its keys are bound, if they are commands.
    pub(crate) fn focus(&self) -> Option<Focus> {
        match self {
            Self::List(_) => Some(Focus::List),
            Self::Conflict(_) => Some(Focus::Conflict),
            _ => None,
        }
    }
}

impl Model {
    /// Gives a key to the topmost overlay. Answers false if there is none, or its keys are
    /// commands.
    pub(crate) fn press_overlay(&mut self, key: Key) -> bool {
        let stays = match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) => prompt.press(self, key).map(Overlay::Prompt),
            Some(Overlay::Filter(filter)) => filter.press(self, key).map(Overlay::Filter),
            Some(Overlay::Chooser(chooser)) => chooser.press(self, key).map(Overlay::Chooser),
            Some(Overlay::Menu(menu)) => menu.press(self, key).map(Overlay::Menu),
            Some(Overlay::Confirm(confirm)) => confirm.press(self, key).map(Overlay::Confirm),
            Some(Overlay::Note(note)) => note.press(key).map(Overlay::Note),
            other @ (Some(Overlay::List(_) | Overlay::Conflict(_)) | None) => {
                self.overlays.extend(other);
                return false;
            }
        };
        self.overlays.extend(stays);
        true
    }

    /// Takes the text of the open field after a letter was typed or deleted.
    pub(crate) fn typed(&mut self, text: String) {
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        if let Some(input) = top.input_mut() {
            input.text = text;
            input.error = None;
        }
        let stays = match top {
            Overlay::Chooser(chooser) => chooser.typed(self).map(Overlay::Chooser),
            Overlay::Filter(filter) => Some(Overlay::Filter(filter.typed(self))),
            other => Some(other),
        };
        self.overlays.extend(stays);
    }

    /// Says beneath the text of the open field what is wrong with it.
    pub(crate) fn mark_input(&mut self, error: String) {
        if let Some(input) = self.overlays.last_mut().and_then(Overlay::input_mut) {
            input.error = Some(error);
        }
    }

    /// Moves the cursor of the topmost overlay. Answers false if it has none to move.
    pub(crate) fn move_in_overlay(&mut self, by: isize) -> bool {
        match self.overlays.last_mut() {
            Some(Overlay::List(list)) => list.move_by(&self.plan, by),
            Some(Overlay::Conflict(conflict)) => conflict.scroll_by(by),
            _ => return false,
        }
        true
    }

    /// Whether a person still has to pick one of two versions.
    pub(crate) fn has_conflict(&self) -> bool {
        self.overlays.iter().any(Overlay::is_conflict)
    }
}

/// Where a key moves the cursor among so many rows: single steps go round, pages stop at the
/// ends. `None` if the key does not move.
fn moved(cursor: usize, code: Code, rows: usize) -> Option<usize> {
    let last = rows.saturating_sub(1);
    match code {
        Code::Down | Code::Tab if cursor >= last => Some(0),
        Code::Down | Code::Tab => Some(cursor + 1),
        Code::Up | Code::BackTab => Some(cursor.checked_sub(1).unwrap_or(last)),
        Code::PageDown => Some((cursor + PAGE).min(last)),
        Code::PageUp => Some(cursor.saturating_sub(PAGE)),
        _ => None,
    }
}
