//! Temporary until the checks are merged.
use super::{Change, Composer};
use crate::change::value::{Refusal, refuse};
use crate::plan::checks::Fix;

impl Composer<'_> {
    /// Fixes.
    pub fn fix(&self, _fix: &Fix, _prefer_log: bool) -> Result<Change, Refusal> {
        refuse("not yet")
    }
}
