//! What the file thread remembers of one file.

use std::sync::Arc;
use std::time::Instant;

use super::settle::{Shape, Verdict, settle};
use crate::plan::source::Role;

/// What a file held when it was last read or written.
pub(super) struct Known {
    /// What the plan looks for in it.
    pub(super) role: Role,
    /// Its bytes; `None` if it is not there.
    pub(super) bytes: Option<Arc<[u8]>>,
    /// Whether the cockpit counts it as part of the plan.
    pub(super) told: bool,
    /// Bytes that are not believed yet, and since when they have stood there.
    pub(super) unsettled: Option<(Option<Arc<[u8]>>, Instant)>,
    /// Why it could not be read when it was last tried.
    pub(super) trouble: Option<String>,
}

impl Known {
    /// A file that nothing is known of yet.
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            bytes: None,
            told: false,
            unsettled: None,
            trouble: None,
        }
    }

    /// Whether the bytes found are believed, given how long they have stood there.
    pub(super) fn judge(&mut self, found: Option<&[u8]>) -> Verdict {
        let shape = match self.role {
            Role::Log => Shape::JsonLines,
            _ => Shape::Text,
        };
        let since = match &self.unsettled {
            Some((seen, since)) if seen.as_deref() == found => *since,
            _ => {
                let now = Instant::now();
                self.unsettled = Some((found.map(Arc::from), now));
                now
            }
        };
        settle(shape, self.bytes.as_deref(), found, since.elapsed())
    }
}
