//! A change over several files whose writer died halfway: finished by whoever next takes the
//! lock, or undone.

use std::path::Path;

use super::commit::{CommitObserver, Committer, Outcome, Step, TRIES, bytes_at, read_for};
use super::journal::{Intent, Progress};
use super::lock::PlanLock;
use crate::change::history::Event;
use crate::change::{Change, Edit, Target, apply};
use crate::plan::source::SourceFile;
use crate::store::atomic_replace::save_error::SaveError;
use crate::store::state::HISTORY;

/// Why an interrupted change can be neither finished nor undone.
enum Halt {
    /// A file looks half-written.
    NotYet,
    /// Others have changed the same things since.
    Cannot(String),
    /// The system refuses.
    Failed(String),
}

/// What was recovered.
#[derive(Default)]
pub struct Recovered {
    /// What was done, in words.
    pub said: Option<String>,
    /// What the history remembers since.
    pub event: Option<Event>,
}

impl Committer {
    /// Finishes the change over several files whose writer died halfway, or undoes it where it
    /// cannot be finished. A finished change is in the history.
    ///
    /// # Errors
    /// [`Outcome::Later`] and [`Outcome::Failed`] where neither can be done now. The journal stays
    /// for the next run.
    pub fn recover(
        &self,
        root: &Path,
        lock: &mut PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<Recovered, Outcome> {
        let Some(intent) = self.journal.pending() else {
            return Ok(Recovered::default());
        };
        if !intent.is_over_several() {
            let is_made = self.is_made(root, &intent, lock, observer)?;
            let event = is_made.then(|| self.complete_history(&intent)).flatten();
            self.journal.forget();
            return Ok(Recovered { said: None, event });
        }
        let label = &intent.change.label;
        let mut is_made = true;
        let said = match self.reconcile(root, &intent, true, lock, observer) {
            Ok(false) => None,
            Ok(true) => Some(format!("finished an interrupted change: {label}")),
            Err(Halt::NotYet) => return Err(Outcome::Later),
            Err(Halt::Cannot(reason) | Halt::Failed(reason)) => {
                is_made = false;
                Some(match self.reconcile(root, &intent, false, lock, observer) {
                    Ok(_) => format!("undid an interrupted change: {label} ({reason})"),
                    Err(Halt::NotYet) => return Err(Outcome::Later),
                    Err(Halt::Failed(_)) => {
                        return Err(Outcome::Failed(format!(
                            "{label} was interrupted halfway and has to be finished first: {reason}"
                        )));
                    }
                    // Both files are whole, each in its own right: drift shows what differs.
                    Err(Halt::Cannot(_)) => {
                        format!("interrupted and half written: {label} ({reason})")
                    }
                })
            }
        };
        let event = is_made.then(|| self.complete_history(&intent)).flatten();
        // A journal that stays is found again, and then there is nothing left to do.
        let _ = self.journal.end(&self.saver);
        Ok(Recovered { said, event })
    }

    /// Whether the change of one file is on disk, whatever was written to the file since.
    fn is_made(
        &self,
        root: &Path,
        intent: &Intent,
        lock: &PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<bool, Outcome> {
        let mut files = read_for(root, &intent.change, lock, observer)?;
        let part = open_part(&intent.change, intent, &files, true);
        if part.edits.is_empty() {
            return Ok(true);
        }
        let is_untouched =
            (intent.change.paths().iter().zip(&intent.files)).all(|(path, states)| {
                states.progress(bytes_at(&files, path).as_ref()) == Progress::Untouched
            });
        // What can be undone is there.
        Ok(!is_untouched && apply::change(&intent.change.inverse(), &mut files).is_ok())
    }

    /// Writes the line of the history that the writer did not live to write, if there is to be
    /// one and it is not there.
    fn complete_history(&self, intent: &Intent) -> Option<Event> {
        let event = intent.event.as_ref()?;
        let history = self.history();
        if history.lines::<Event>(HISTORY).last() == Some(event) {
            return None;
        }
        history.append(HISTORY, event).ok()?;
        Some(event.clone())
    }

    /// Redoes the part of a change that is not written yet, or undoes the part that is.
    /// Answers whether there was one.
    fn reconcile(
        &self,
        root: &Path,
        intent: &Intent,
        redo: bool,
        lock: &mut PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<bool, Halt> {
        let whole = match redo {
            true => intent.change.clone(),
            false => intent.change.inverse(),
        };
        let mut reason = String::new();
        for _ in 0..TRIES {
            let before = match read_for(root, &whole, lock, observer) {
                Ok(files) => files,
                Err(Outcome::Failed(reason)) => return Err(Halt::Failed(reason)),
                Err(_) => return Err(Halt::NotYet),
            };
            let mut change = open_part(&whole, intent, &before, redo);
            let mut after = before.clone();
            if let Err(conflicts) = apply::change(&change, &mut after) {
                let first = conflicts.first().map(|c| c.obstacle.to_string());
                let reason = first.unwrap_or_default();
                if redo {
                    return Err(Halt::Cannot(reason));
                }
                // What others made of a file stays; the rest goes back.
                let theirs = |edit: &Edit| conflicts.iter().any(|c| c.edit.path == edit.path);
                change.edits.retain(|edit| !theirs(edit));
                if apply::change(&change, &mut after).is_err() {
                    return Err(Halt::Cannot(reason));
                }
            }
            let step = Step {
                change: &change,
                before: &before,
                after: &after,
                event: None,
            };
            let differing = step.differing();
            let mut changed = false;
            for difference in &differing {
                match self.put(root, difference.path, difference.redo(), lock, observer) {
                    Err(SaveError::Changed { .. }) => changed = true,
                    Err(error) => return Err(Halt::Failed(error.to_string())),
                    Ok(_) => observer.news(difference.path),
                }
            }
            if !changed {
                return Ok(!differing.is_empty());
            }
            reason = "another program keeps writing the same file".to_owned();
        }
        Err(Halt::Failed(reason))
    }
}

/// The edits of an interrupted change that are still to be made: to redo it those of files that
/// it has not reached, to undo it those of files that it has.
fn open_part(whole: &Change, intent: &Intent, now: &[SourceFile], redo: bool) -> Change {
    let mut part = whole.clone();
    let paths = intent.change.paths();
    part.edits.retain(|edit| {
        let bytes = bytes_at(now, &edit.path);
        let mut states = paths.iter().zip(&intent.files);
        let states = states.find(|(path, _)| ***path == edit.path);
        let progress = states.map(|(_, states)| states.progress(bytes.as_ref()));
        match (progress, &edit.target) {
            (Some(Progress::Written), _) => !redo,
            (Some(Progress::Untouched), _) => redo,
            // Other edits find out for themselves whether they are made; a passage put in
            // twice would be there twice.
            (_, Target::Passage { .. }) => {
                let passage = if redo { &edit.after } else { &edit.before };
                let wanted = passage.as_deref().unwrap_or_default();
                let there = bytes.is_some_and(|bytes| contains(&bytes.contiguous(), wanted));
                there != redo
            }
            _ => true,
        }
    });
    part
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || bytes.windows(wanted.len()).any(|window| window == wanted)
}
