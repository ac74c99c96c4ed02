//! `[commands.NAME]`: commands of one's own, as the file has them. What they mean is judged by
//! those who know commands and placeholders.

use std::fmt;

use super::Located;
use crate::plan::source::Location;

/// The table of one command.
#[derive(Clone, PartialEq, Debug)]
pub struct CommandTable {
    /// Where the table is.
    pub place: Location,
    /// What to run.
    pub run: Option<Located<CommandLine>>,
    /// What it does, in words.
    pub title: Option<String>,
    /// Its keys.
    pub keys: Option<Located<Vec<String>>>,
    /// The screens and panes in which it works.
    pub places: Option<Located<Vec<String>>>,
    /// Whether a shell is to read `run`.
    pub shell: bool,
    /// Whether it may change files of the plan.
    pub writes: bool,
}

/// A command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommandLine {
    /// A program and its arguments, each for itself.
    Words(Vec<String>),
    /// The same as one text.
    Text(String),
}

impl CommandTable {
    /// A table that says nothing yet.
    pub(super) fn new(place: Location) -> Self {
        Self {
            place,
            run: None,
            title: None,
            keys: None,
            places: None,
            shell: false,
            writes: false,
        }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(&words.join(" ")),
            Self::Text(text) => f.write_str(text),
        }
    }
}
