//! What a click and the wheel do to what was drawn under them.
//!
//! Owns the meaning of a target. Never knows a position: the terminal side remembers what it drew
//! where, and says what was met.

use super::command::Focus;
use super::key::{Code, Key};
use super::model::Model;
use super::navigate::{by, moved};
use super::screen::NumberedScreen;
use super::update::press;
use crate::app::overlays::Overlay;

/// What a part of the screen stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A pane, beside its rows.
    Pane(Focus),
    /// A row of the list that has the keys where this is the focus.
    Row(Focus, usize),
    /// The heading of a column of that list, counted from the left.
    Heading(Focus, usize),
    /// A row of the chooser or menu on top.
    Choice(usize),
    /// What a hint says that a key does.
    Key(Key),
    /// The name of a screen.
    Screen(&'static NumberedScreen),
}

impl Model {
    /// Takes a click. One that gives the keys to another pane does nothing else.
    pub(super) fn click(&mut self, target: Target) {
        if self.ending {
            return;
        }
        self.is_setting_bookmark = false;
        match target {
            Target::Key(key) => press(self, key),
            // What lies over a screen is closed first: it may hold text that a person typed.
            Target::Screen(screen) if self.overlays.is_empty() => self.open_screen(screen),
            Target::Screen(_) => {}
            Target::Choice(row) => {
                if let Some((cursor, count)) = self.choice()
                    && row < count
                {
                    *cursor = row;
                    press(self, Key::plain(Code::Enter));
                }
            }
            Target::Row(focus, row) if focus == self.place() && self.has_pointer(focus) => {
                self.select_row(focus, row);
            }
            Target::Heading(focus, nth) if focus == self.place() && self.has_pointer(focus) => {
                self.sort_by_heading(nth);
            }
            Target::Row(focus, _) | Target::Heading(focus, _) | Target::Pane(focus) => {
                self.focus(focus);
            }
        }
    }

    /// Takes a turn of the wheel over a target: what lies over the screen moves, or else the pane
    /// below the pointer, which gets the keys.
    pub(super) fn wheel(&mut self, target: Option<Target>, rows: isize) {
        if self.ending {
            return;
        }
        self.is_setting_bookmark = false;
        if let Some((cursor, count)) = self.choice() {
            *cursor = moved(*cursor, rows, count);
        } else if !self.overlays.is_empty() {
            let key = Key::plain(if rows > 0 { Code::Down } else { Code::Up });
            (0..rows.unsigned_abs()).for_each(|_| press(self, key));
        } else if let Some(
            Target::Row(focus, _) | Target::Heading(focus, _) | Target::Pane(focus),
        ) = target
        {
            self.focus(focus);
            if focus == self.place() {
                by(self, rows);
            }
        }
    }

    /// Whether a list takes clicks: nothing lies over it.
    fn has_pointer(&self, focus: Focus) -> bool {
        self.overlays.is_empty() || focus == Focus::LIST
    }

    /// Gives the keys to a pane of the screen, if it has that one.
    fn focus(&mut self, focus: Focus) {
        let screen = self.shown();
        let is_elsewhere = self.overlays.is_empty() && screen.focus(self) != focus;
        if is_elsewhere && screen.panes(self).contains(&focus) {
            screen.enter(self, focus);
        }
    }

    /// Moves the cursor of the list with the keys to a row; a second click on it opens it.
    fn select_row(&mut self, focus: Focus, row: usize) {
        let is_second = self.clicked.replace((focus, row)) == Some((focus, row));
        if focus == Focus::BLOCKS {
            let plan = self.plan.clone();
            self.view.select_block(&plan, row);
        } else {
            by(self, isize::MIN / 2);
            by(self, isize::try_from(row).unwrap_or(isize::MAX));
        }
        if is_second {
            self.clicked = None;
            press(self, Key::plain(Code::Enter));
        }
    }

    /// Cursor and number of the rows of the chooser or menu on top.
    fn choice(&mut self) -> Option<(&mut usize, usize)> {
        match self.overlays.last_mut()? {
            Overlay::Chooser(chooser) => Some((&mut chooser.cursor, chooser.rows.len())),
            Overlay::Menu(menu) => Some((&mut menu.cursor, menu.rows.len())),
            Overlay::Columns(columns) => Some((&mut columns.cursor, columns.rows.len())),
            _ => None,
        }
    }
}
