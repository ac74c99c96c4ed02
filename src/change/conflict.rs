//! What stands in the way of an edit, as a value: a person decides about it, or a merge does.

use std::fmt;

use super::Edit;

/// Why an edit cannot be put onto a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// What the edit names is not there (any more).
    Gone,
    /// Somebody changed the same thing; this stands there now.
    Differs {
        /// The source text found, or `None` where there is nothing.
        found: Option<Vec<u8>>,
    },
    /// The document cannot hold it; the reason in words.
    Refused(String),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("it is no longer in the file"),
            Self::Differs { .. } => f.write_str("somebody else changed it in the meantime"),
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

/// An edit that met an obstacle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The edit that could not be made.
    pub edit: Edit,
    /// What stood in its way.
    pub obstacle: Obstacle,
}
