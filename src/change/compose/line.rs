//! Log lines edited as text: what cannot be read, and whole steps.

use super::{Change, Composer, Edit, Target, reversible};
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::document::log::{LineProblem, LogDocument};
use crate::plan::LogPlace;

impl Composer<'_> {
    /// Replaces the log line that holds `seen`, at `place` or wherever it has moved to, by
    /// what was typed, which may not have line breaks. Nothing typed takes the line out.
    ///
    /// # Errors
    /// When `typed` is more than one line, or not a JSON object where the line was one.
    pub fn set_line(&self, place: LogPlace, seen: &[u8], typed: &str) -> Result<Change, Refusal> {
        let typed = typed.strip_suffix('\n').unwrap_or(typed);
        if typed.contains(['\n', '\r', '\u{feff}']) {
            return refuse("a step is one line of the log");
        }
        refuse_control(typed, &String::from_utf8_lossy(seen))?;
        let file = &self.plan.files()[place.file];
        if file.log().is_none() {
            return refuse(format!("{} is not a log", file.path.display()));
        }
        let gone = typed.trim().is_empty();
        // A line that is wrong already may be repaired step by step.
        if !gone && problem_of(seen).is_none() {
            match problem_of(typed.as_bytes()) {
                None => {}
                Some(LineProblem::NotJson { offset, reason }) => {
                    let before = String::from_utf8_lossy(&typed.as_bytes()[..offset]);
                    let column = before.chars().count() + 1;
                    return refuse(format!("column {column}: not a JSON object: {reason}"));
                }
                Some(_) => return refuse("this is not a JSON object, and the line was one"),
            }
        }
        let verb = if gone { "removed" } else { "edited" };
        reversible(
            file,
            Change {
                label: format!("{}:{} {verb}", file.path.display(), place.line + 1),
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::LogText {
                        line: place.line,
                        spaced: false,
                    },
                    before: Some(seen.to_vec()),
                    after: (!gone).then(|| typed.as_bytes().to_vec()),
                }],
            },
        )
    }

    /// Takes a step's line out of the log.
    ///
    /// # Errors
    /// When the canon describes the step too, which a person must remove there.
    pub fn remove(&self, step: usize) -> Result<Change, Refusal> {
        let change = self.removal(step)?;
        let place = self.plan.step(step).log_place();
        let file = &self.plan.files()[place.map_or(0, |place| place.file)];
        reversible(file, change)
    }

    /// The same, not yet tried whether it can be undone.
    ///
    /// # Errors
    /// As [`Composer::remove`].
    pub(super) fn removal(&self, step: usize) -> Result<Change, Refusal> {
        let step = self.plan.step(step);
        let id = step.id();
        let (Some(place), Some(line)) = (step.log_place(), step.log_line()) else {
            return refuse(format!(
                "{id} is only in the canon; remove its section there"
            ));
        };
        if let Some((section, _)) = step.section() {
            let path = self.plan.files()[section.file].path.display();
            return refuse(format!("{id} has a section in {path}; remove that first"));
        }
        let file = &self.plan.files()[place.file];
        let spaced = (file.log()).is_some_and(|log| log.has_own_blank(place.line));
        let content = &line.bytes()[line.body().range()];
        Ok(Change {
            label: format!("{id} removed: {}", super::shown(&step.title())),
            edits: vec![Edit {
                path: file.path.clone(),
                target: Target::LogText {
                    line: place.line,
                    spaced,
                },
                before: Some(content.to_vec()),
                after: None,
            }],
        })
    }
}

/// What is wrong with the content of a line, if it is neither blank nor a JSON object.
fn problem_of(content: &[u8]) -> Option<LineProblem> {
    let log = LogDocument::load(content);
    log.lines().next()?.problem().cloned()
}
