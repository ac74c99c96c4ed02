//! The five statuses a step can have, and the derived state that readiness gives it.

use std::fmt;

/// A step's status, as written in log and canon (design, "The log").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Somebody thought of it.
    Idea,
    /// Accepted and being worded.
    Draft,
    /// Under way.
    InProgress,
    /// Held up by something named.
    Blocked,
    /// Done.
    Complete,
}

impl Status {
    /// Every status in the order of a step's life.
    pub const ALL: [Self; 5] = [
        Self::Idea,
        Self::Draft,
        Self::InProgress,
        Self::Blocked,
        Self::Complete,
    ];

    /// The one spelling that stepdeck writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idea => "idea",
            Self::Draft => "draft",
            Self::InProgress => "in progress",
            Self::Blocked => "blocked",
            Self::Complete => "complete",
        }
    }

    /// Reads any spelling that people use: case, `_`, `-` and doubled spaces do not matter.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // Mostly it is the one spelling.
        if let Some(status) = Self::ALL.into_iter().find(|status| status.word() == text) {
            return Some(status);
        }
        let plain: String = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        Self::ALL.into_iter().find(|status| {
            status
                .word()
                .bytes()
                .filter(|b| *b != b' ')
                .eq(plain.bytes())
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a step's dependencies make of it (design, "The log").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Complete.
    Done,
    /// Nothing is in its way.
    Ready,
    /// A dependency is not met, or the step is in a cycle.
    Waiting,
    /// Every dependency is met, yet its status says blocked.
    Blocked,
    /// Nothing is in its way, but its status is none of the five: that is to be set first.
    Unclear,
    /// Not complete, and its block is retired or merged: nobody will do it any more.
    Retired,
}

impl State {
    /// The word that the filter language and `--json` use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Unclear => "unclear",
            Self::Retired => "retired",
        }
    }

    /// Whether it is still to be done.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Retired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_in_use_is_read() {
        for text in [
            "In Progress",
            "in_progress",
            "IN-PROGRESS",
            " in  progress ",
        ] {
            assert_eq!(Status::read(text), Some(Status::InProgress), "{text}");
        }
        assert_eq!(Status::read("done"), None);
        assert_eq!(Status::read(""), None);
    }
}
