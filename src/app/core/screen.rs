//! What a screen is: what it makes of the keys that mean the same on all of them, and what
//! header, palette and session say of it.
//!
//! Owns the trait and the row that a screen has in the table of `app::screens`. Never names a
//! screen: whatever is asked of the one that is shown is asked here, so that a new one is met
//! everywhere.

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};

use super::command::{Command, Focus};
use super::model::Model;
use crate::change::Change;
use crate::plan::id::StepId;
use crate::plan::query::QueryError;

/// What a screen does. Its state is a field of the model, under its own type.
pub trait Screen: Sync {
    /// Its commands, in the order of footer and help.
    fn commands(&self) -> &'static [&'static [Command]] {
        &[]
    }

    /// Those of its commands that only change what is shown; they come behind movement.
    fn views(&self) -> &'static [Command] {
        &[]
    }

    /// Which of its panes has the keys.
    fn focus(&self, model: &Model) -> Focus;

    /// The panes that Tab visits, in order.
    fn panes(&self, _: &Model) -> &'static [Focus] {
        &[]
    }

    /// Gives the keys to one of its panes.
    fn enter(&self, _: &mut Model, _: Focus) {}

    /// Moves the cursor down by so many rows, as far as there are any.
    fn step(&self, model: &mut Model, by: isize);

    /// Tab: goes to the next pane or the one before, round the ends.
    fn turn(&self, model: &mut Model, by: isize) {
        let (panes, at) = here(self, model);
        let next = match by > 0 {
            true => panes.get(at + 1).or(panes.first()),
            false => panes[..at].last().or(panes.last()),
        };
        if let Some(pane) = next {
            self.enter(model, *pane);
        }
    }

    /// Left and right: the same, but not round the ends.
    fn sideways(&self, model: &mut Model, by: isize) {
        let (panes, at) = here(self, model);
        let next = match by > 0 {
            true => panes.get(at + 1),
            false => panes[..at].last(),
        };
        if let Some(pane) = next {
            self.enter(model, *pane);
        }
    }

    /// Closes what is open in it. Answers whether there was something to close.
    fn back(&self, model: &mut Model) -> bool {
        model.unzoom()
    }

    /// Narrows its list to what a line asks for, as it is typed; an empty line shows all of it. A long
    /// list is gone through beside the keys, and the next letter stops that.
    ///
    /// # Errors
    /// The first term that makes no sense.
    fn narrow(&self, _: &mut Model, _: &str) -> Result<(), QueryError> {
        Ok(())
    }

    /// Prepares what it shows, when a person comes to it.
    fn opened(&self, _: &mut Model) {}

    /// Brings what it shows up to date, after anything happened.
    fn refresh(&self, _: &mut Model) {}

    /// Git did something: what it shows of that may be something else by now.
    fn repository_changed(&self, _: &mut Model) {}

    /// When it changes by the clock alone.
    fn next_change(&self, _: &Model) -> Option<DateTime<Utc>> {
        None
    }

    /// What stands open in the place of its panes.
    fn inner(&self, _: &Model) -> Option<&'static dyn Screen> {
        None
    }

    /// The step that is selected on it.
    fn selected(&self, _: &Model) -> Option<StepId> {
        None
    }

    /// The stage whose gate is selected on it, by name.
    fn gate(&self, _: &Model) -> Option<String> {
        None
    }

    /// Whether it shows what a change is about that was just undone or made again, and its cursor is
    /// there now: otherwise a person is brought to another screen.
    fn keeps(&self, _: &mut Model, _: &Change) -> bool {
        false
    }

    /// The subcommand that prints what it shows, and its arguments.
    ///
    /// # Errors
    /// Why there is none now, in words.
    fn command_line(&self, model: &Model) -> Result<Vec<String>, String>;

    /// Where one is on it, as the header says it.
    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        vec![Crumb::last(model.screen.title)]
    }

    /// Whether the header counts problems of every severity and no steps.
    fn is_about_problems(&self) -> bool {
        false
    }
}

/// The panes of a screen, and which of them has the keys.
fn here<S: Screen + ?Sized>(screen: &S, model: &Model) -> (&'static [Focus], usize) {
    let (panes, focus) = (screen.panes(model), screen.focus(model));
    let at = panes.iter().position(|pane| *pane == focus);
    (panes, at.unwrap_or(0))
}

/// A part of where one is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crumb {
    /// What it says.
    pub text: String,
    /// What stands behind it where there is room.
    pub name: String,
    /// Whether it stays when there is little room.
    pub stays: bool,
    /// Whether it is what the screen is about right now.
    pub is_heading: bool,
}

impl Crumb {
    /// On the way.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            name: String::new(),
            stays: false,
            is_heading: false,
        }
    }

    /// What the screen is about right now.
    pub(crate) fn last(text: impl Into<String>) -> Self {
        Self {
            stays: true,
            is_heading: true,
            ..Self::new(text)
        }
    }
}

/// A screen that has a number: a row of the table.
pub struct NumberedScreen {
    /// The key that opens it, and what the session remembers it by.
    pub number: u8,
    /// What its command and its panes call it: kebab-case.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The command that opens it.
    pub command: Command,
    /// What it does.
    pub screen: &'static dyn Screen,
}

impl Deref for NumberedScreen {
    type Target = dyn Screen;

    fn deref(&self) -> &Self::Target {
        self.screen
    }
}

impl PartialEq for NumberedScreen {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for NumberedScreen {}

impl fmt::Debug for NumberedScreen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Declares `SCREEN`, the row of a screen, out of number, name, title and what it does.
macro_rules! numbered_screen {
    ($number:literal, $name:literal, $title:literal, $screen:expr) => {
        numbered_screen!($number, $name, $title, $screen, stringify!($number));
    };
    ($number:literal, $name:literal, $title:literal, $screen:expr, $key:expr) => {
        /// Its row in the table of screens.
        pub(crate) static SCREEN: crate::app::core::screen::NumberedScreen =
            crate::app::core::screen::NumberedScreen {
                number: $number,
                name: $name,
                title: $title,
                command: crate::app::core::command::Command {
                    name: concat!("screen-", $name),
                    keys: &[$key],
                    title: concat!("Screen ", $number, ": ", $title),
                    group: crate::app::core::command::Group::Screens,
                    run: |model| model.open_screen(&SCREEN),
                    ..crate::app::core::command::Command::BASE
                },
                screen: $screen,
            };
    };
}
pub(crate) use numbered_screen;
