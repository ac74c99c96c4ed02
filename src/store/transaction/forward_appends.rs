//! What was written to a file after we had replaced it goes where it was meant to go: lines are
//! appended to the new file, another version is merged into it, or kept beside it where a person
//! has to decide.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::change::three_way::text::merge_text;
use crate::change::three_way::{self, Markers, Versions};
use crate::document::rope::Rope;
use crate::plan::source::Role;
use crate::store::atomic_replace::save_error::SaveError;
use crate::store::transaction::commit::{
    CommitObserver, Committer, LOCK_TIMEOUT, Outcome, read_file,
};
use crate::store::transaction::lock::PlanLock;
use crate::store::watch::motion::NOTICE_TIMEOUT;
use crate::store::watch::stragglers::{Straggler, Written};

/// How soon a replaced file that somebody is writing is examined again.
const RETRY: Duration = Duration::from_millis(5);
/// At most this many versions of a file are kept beside it.
const MOST_KEPT: u32 = 100;

/// Something that was forwarded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forwarded {
    /// The file.
    pub path: PathBuf,
    /// Where it was kept beside the file, in words for a person.
    pub kept: Option<String>,
}

impl Committer {
    /// Forwards what was written to replaced files, as far as it rests and it is time to look.
    pub(crate) fn forward_stragglers(
        &self,
        root: &Path,
        observer: &mut impl CommitObserver,
    ) -> Vec<Forwarded> {
        let found = observer.stragglers().gather(false);
        self.forward_all(root, found, observer)
    }

    /// The same when there is no later: whoever is just writing gets up to [`NOTICE_TIMEOUT`].
    pub(crate) fn forward_last(
        &self,
        root: &Path,
        observer: &mut impl CommitObserver,
    ) -> Vec<Forwarded> {
        let until = Instant::now() + NOTICE_TIMEOUT;
        let mut done = Vec::new();
        loop {
            let found = observer.stragglers().look(false);
            done.extend(self.forward_all(root, found, observer));
            if !observer.stragglers().is_busy() || Instant::now() > until {
                break;
            }
            std::thread::sleep(RETRY);
        }
        let found = observer.stragglers().look(true);
        done.extend(self.forward_all(root, found, observer));
        done
    }

    fn forward_all(
        &self,
        root: &Path,
        found: Vec<Straggler>,
        observer: &mut impl CommitObserver,
    ) -> Vec<Forwarded> {
        let mut done = Vec::new();
        for straggler in found {
            let Ok(mut lock) = self.lock(LOCK_TIMEOUT) else {
                continue;
            };
            // What cannot be forwarded now is found again.
            if let Ok(kept) = self.forward(root, &straggler, &mut lock, observer) {
                observer.stragglers().taken(&straggler);
                let path = straggler.path;
                done.push(Forwarded { path, kept });
            }
        }
        done
    }

    /// Forwards one. Answers in words what was kept beside the file.
    ///
    /// # Errors
    /// If it cannot be done now.
    fn forward(
        &self,
        root: &Path,
        straggler: &Straggler,
        lock: &mut PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<Option<String>, Outcome> {
        let Straggler { path, role, .. } = straggler;
        let failed = |error: SaveError| Outcome::Failed(error.to_string());
        let now = read_file(root, path, *role, lock, observer)?;
        let now = now.map(|file| file.document.rope());
        match (&straggler.written, now) {
            (Written::Lines(lines), Some(_)) => {
                let appended = self.saver.append(&root.join(path), lines);
                appended.map_err(|error| Outcome::Failed(error.to_string()))?;
                Ok(None)
            }
            (Written::Lines(lines), None) => {
                let lines = Rope::from(&**lines);
                self.keep_beside(root, path, &lines)
                    .map(Some)
                    .map_err(failed)
            }
            (Written::Version { base, theirs }, now) => {
                let merged = now
                    .as_ref()
                    .and_then(|now| merge(*role, [base.as_ref()?, now, theirs]));
                let Some(merged) = merged else {
                    let kept = self.keep_beside(root, path, theirs);
                    return kept.map(Some).map_err(failed);
                };
                if Some(&merged) != now.as_ref() {
                    let versions = (now.as_ref(), Some(&merged));
                    self.put(root, path, versions, lock, observer)
                        .map_err(failed)?;
                    observer.news(path);
                }
                Ok(None)
            }
        }
    }

    /// Keeps another program's version in a new file beside the one that it belongs to.
    fn keep_beside(&self, root: &Path, path: &Path, theirs: &Rope) -> Result<String, SaveError> {
        let mut number = 1;
        loop {
            let mut name = OsString::from(path.file_name().unwrap_or_default());
            name.push(match number {
                1 => ".theirs".to_owned(),
                number => format!(".theirs-{number}"),
            });
            let beside = path.with_file_name(name);
            match self.saver.replace(&root.join(&beside), None, theirs) {
                Err(SaveError::Changed { found, .. }) => {
                    // After a death between keeping and knowing, it is kept already.
                    let is_kept = found.is_some_and(|found| found == *theirs);
                    if !is_kept && number < MOST_KEPT {
                        number += 1;
                        continue;
                    }
                }
                result => drop(result?),
            }
            return Ok(format!(
                "another program was writing {} while it was saved: its version is in {}; copy \
                 what you need, then delete it",
                path.display(),
                beside.display()
            ));
        }
    }
}

/// Base, ours and theirs merged; nothing where a person has to decide.
fn merge(role: Role, [base, ours, theirs]: [&Rope; 3]) -> Option<Rope> {
    let versions = Versions { base, ours, theirs };
    if role != Role::Log {
        return merge_text(versions).map(Rope::from);
    }
    let markers = Markers {
        ours: "ours",
        theirs: "theirs",
        size: 7,
    };
    let merged = three_way::merge(versions, markers, None);
    (merged.conflicts.is_empty()).then(|| merged.bytes.into())
}
