//! Log lines edited as text: what cannot be read, and whole steps.

use super::{Change, Composer, Edit, Target};
use crate::change::value::{Refusal, refuse};
use crate::plan::LogPlace;

impl Composer<'_> {
    /// Replaces the text of a log line by what was typed, which may not have line breaks.
    ///
    /// # Errors
    /// When `typed` is more than one line.
    pub fn set_line(&self, place: LogPlace, typed: &str) -> Result<Change, Refusal> {
        let typed = typed.strip_suffix('\n').unwrap_or(typed);
        if typed.contains(['\n', '\r']) {
            return refuse("a step is one line of the log");
        }
        let file = &self.plan.files()[place.file];
        let Some(log) = file.log() else {
            return refuse(format!("{} is not a log", file.path.display()));
        };
        let line = log.line(place.line);
        Ok(Change {
            label: format!("{}:{} edited", file.path.display(), place.line + 1),
            edits: vec![Edit {
                path: file.path.clone(),
                target: Target::LogText { line: place.line },
                before: Some(line.bytes()[line.body().range()].to_vec()),
                after: Some(typed.as_bytes().to_vec()),
            }],
        })
    }
}
