//! What can be fixed without a person, as a value; how, `change::compose::fix` knows.

/// What fixes a problem in the step with this index. Indexes are those of the plan that the
/// problem was found in, and of no other.
///
/// Declared in the order in which the fixes of one step are to be made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fix {
    /// Writes the log's timestamp as RFC 3339 in UTC.
    Timestamp(usize),
    /// Writes the log's status in its one spelling.
    Status(usize),
    /// Writes values with the type that their fields have.
    Type(usize),
    /// Writes one entry per step where dependencies name several in one, or with a remark.
    Dependencies(usize),
    /// Takes the theme of the block's row over into the step.
    Theme(usize),
    /// Makes log and canon agree about the step, on every field.
    Drift(usize),
    /// Removes from a line the uid that another one had before.
    Uid(usize),
    /// Puts the steps of one log into the order of their IDs.
    SortLog { file: usize },
}

impl Fix {
    /// One of each kind.
    pub const KINDS: [Self; 8] = [
        Self::Timestamp(0),
        Self::Status(0),
        Self::Type(0),
        Self::Dependencies(0),
        Self::Theme(0),
        Self::Drift(0),
        Self::Uid(0),
        Self::SortLog { file: 0 },
    ];

    /// What it fixes, in a list of all.
    pub fn words(self) -> &'static str {
        match self {
            Self::Timestamp(_) => "timestamp format",
            Self::Status(_) => "status spelling",
            Self::Type(_) => "values of another type that can only mean one thing",
            Self::Dependencies(_) => "several steps in one dependency",
            Self::Theme(_) => "themes that differ from their block's",
            Self::Drift(_) => "drift if --prefer says which side wins",
            Self::Uid(_) => "copied uids",
            Self::SortLog { .. } => "line order",
        }
    }

    /// Index of the step that it changes, where it changes one.
    pub(crate) fn step_index(self) -> Option<usize> {
        match self {
            Self::Timestamp(step_index)
            | Self::Status(step_index)
            | Self::Type(step_index)
            | Self::Dependencies(step_index)
            | Self::Theme(step_index)
            | Self::Drift(step_index)
            | Self::Uid(step_index) => Some(step_index),
            Self::SortLog { .. } => None,
        }
    }

    /// Whether a person has to say whose words stay.
    pub(crate) fn needs_side(self) -> bool {
        matches!(self, Self::Drift(_))
    }
}
