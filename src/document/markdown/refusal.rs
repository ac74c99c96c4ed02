//! Why an edit is refused, as data and in words.

use std::fmt;

use crate::document::splice::SpliceError;

/// What an edit is aimed at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A heading, by index.
    Heading(usize),
    /// A table cell: table, row below the header, column.
    Cell(usize, usize, usize),
    /// A list item, by index.
    Item(usize),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(index) => write!(f, "heading {}", index + 1),
            Self::Cell(table, row, column) => {
                write!(
                    f,
                    "cell {} of row {} in table {}",
                    column + 1,
                    row + 1,
                    table + 1
                )
            }
            Self::Item(index) => write!(f, "list item {}", index + 1),
        }
    }
}

/// What an edit would change besides its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disturbed {
    /// Which blocks there are, or where they begin.
    Structure,
    /// A heading's words or level.
    Heading,
    /// A table's cells.
    Table,
    /// A list item's words, label or checkbox.
    Item,
    /// What a link says or where it leads.
    Link,
}

impl fmt::Display for Disturbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Structure => "the layout",
            Self::Heading => "the heading",
            Self::Table => "the table",
            Self::Item => "the list item",
            Self::Link => "the link",
        })
    }
}

/// Why an edit is not made. Nothing has been changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There is no such thing in the file.
    Missing(Target),
    /// The item has no words a checkbox could be before.
    NothingToTick {
        /// Where the item begins.
        line: usize,
    },
    /// The item's marker cannot be located.
    NoMarker {
        /// Where the item begins.
        line: usize,
    },
    /// The item does not begin with a bold label.
    NotLabelled {
        /// Where the item begins.
        line: usize,
    },
    /// The range to replace is outside the heading's words.
    OutsideHeading {
        /// Where the heading begins.
        line: usize,
    },
    /// The new text would not be read as the words it says.
    NotReadBack {
        /// Where the edit would go.
        line: usize,
        /// What was asked for.
        wanted: String,
        /// What one would read.
        read: String,
    },
    /// Something else would change with it.
    Disturbs {
        /// Where the edit would go.
        line: usize,
        /// What would change.
        what: Disturbed,
        /// Where that is.
        at: usize,
    },
    /// The splices do not fit the file.
    Splices(SpliceError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(target) => {
                write!(f, "the file no longer has {target}; reload and try again")
            }
            Self::NothingToTick { line } => write!(
                f,
                "line {line}: the list item has no text to tick; give it text first"
            ),
            Self::NoMarker { line } => write!(
                f,
                "line {line}: the list marker is hidden by tabs; indent the line with spaces"
            ),
            Self::NotLabelled { line } => write!(
                f,
                "line {line}: the list item does not begin with a bold label such as **Owner:**; edit the line in the file"
            ),
            Self::OutsideHeading { line } => write!(
                f,
                "line {line}: the change reaches beyond the heading's text; reload and try again"
            ),
            Self::NotReadBack { line, wanted, read } => write!(
                f,
                "line {line}: Markdown would read {read:?} instead of {wanted:?}; word it differently or edit the line in the file"
            ),
            Self::Disturbs { line, what, at } => write!(
                f,
                "line {line}: the edit would also change {what} at line {at}; edit the line in the file"
            ),
            Self::Splices(error) => write!(f, "{error}; reload and try again"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<SpliceError> for Refusal {
    fn from(error: SpliceError) -> Self {
        Self::Splices(error)
    }
}
