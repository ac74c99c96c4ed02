//! Writes one change to disk, wholly or not at all: the lock, the files as they stand, the
//! edits on top, and every file that differs replaced.
//!
//! It keeps no bytes between two changes: who does is a [`Witness`], who is told what was
//! read and written. The file thread of the cockpit is one; a subcommand, which ends with
//! its change, needs none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::lock::{LockError, PlanLock, lock_path};
use super::read::{FileState, read};
use super::save::{Displaced, How, Operation, SaveError, Saver};
use crate::change::apply::{self, Conflict};
use crate::change::{Change, Target};
use crate::plan::source::{Role, SourceFile};

/// How long a change waits for another program's lock.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// How often a change starts over because somebody wrote at the same moment.
const TRIES: usize = 50;

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It stands on disk; with something that a person should know of how it was written.
    Saved(Option<String>),
    /// It could not be written; the files are as before.
    Failed(String),
    /// Somebody else changed the same things; nothing was written.
    Conflicts(Vec<Conflict>),
    /// The witness did not believe a file; nothing was written.
    Later,
}

/// Who is told what a change meets and leaves. Paths are as in the change.
pub trait Witness {
    /// A file as it stands under the lock. Answers what the plan looks for in it, or nothing
    /// where what was read is not to be built upon yet.
    fn found(&mut self, path: &Path, role: Role, bytes: Option<&Arc<[u8]>>) -> Option<Role>;

    /// A file holds these bytes by our own doing; `None` where it was taken away.
    fn wrote(&mut self, path: &Path, bytes: Option<Arc<[u8]>>);

    /// The former file, of which `known` bytes were built upon: programs that had it open may
    /// still write to it.
    fn displaced(&mut self, path: &Path, file: Displaced, known: usize);
}

/// Nobody: the change is all there is.
pub struct Nobody;

impl Witness for Nobody {
    fn found(&mut self, _: &Path, role: Role, _: Option<&Arc<[u8]>>) -> Option<Role> {
        Some(role)
    }

    fn wrote(&mut self, _: &Path, _: Option<Arc<[u8]>>) {}

    fn displaced(&mut self, _: &Path, _: Displaced, _: usize) {}
}

/// Writes the changes of one plan.
pub struct Committer {
    saver: Saver,
    lock: PathBuf,
}

impl Committer {
    /// For the plan at `root`; `state` is the folder for what is private to this person.
    pub fn new(root: &Path, state: &Path) -> Self {
        Self {
            saver: Saver::new(Some(state.join("backups"))),
            lock: lock_path(root, state),
        }
    }

    /// Writes a change to the files below `root`.
    pub fn commit(&self, root: &Path, change: &Change, witness: &mut impl Witness) -> Outcome {
        let _lock = match self.lock(LOCK_PATIENCE) {
            Ok(lock) => lock,
            Err(error) => return Outcome::Failed(error.to_string()),
        };
        for _ in 0..TRIES {
            let before = match read_for(root, change, witness) {
                Ok(files) => files,
                Err(outcome) => return outcome,
            };
            let mut after = before.clone();
            if let Err(conflicts) = apply::change(change, &mut after) {
                return Outcome::Conflicts(conflicts);
            }
            match self.write(root, change, (&before, &after), witness) {
                Err(SaveError::Changed { .. }) => {}
                Err(error) => return Outcome::Failed(error.to_string()),
                Ok(remark) => return Outcome::Saved(remark),
            }
        }
        Outcome::Failed("another program keeps writing the same file; the edit is kept".to_owned())
    }

    /// The lock of the plan, had within `patience`.
    ///
    /// # Errors
    /// As [`PlanLock::acquire`].
    pub fn lock(&self, patience: Duration) -> Result<PlanLock, LockError> {
        PlanLock::acquire(&self.lock, patience)
    }

    /// Writes every file that differs; where a later one cannot be written, those before
    /// it are put back.
    fn write(
        &self,
        root: &Path,
        change: &Change,
        (before, after): (&[SourceFile], &[SourceFile]),
        witness: &mut impl Witness,
    ) -> Result<Option<String>, SaveError> {
        let bytes = |files: &[SourceFile], path: &Path| {
            let file = files.iter().find(|file| file.path == path);
            file.map(|file| file.document.to_bytes())
        };
        let mut written = Vec::new();
        let mut remark = None;
        for path in change.paths() {
            let (old, new) = (bytes(before, path), bytes(after, path));
            if old == new {
                continue;
            }
            match self.put(root, path, (old.as_deref(), new.as_deref()), witness) {
                Ok(said) => remark = remark.or(said),
                Err(error) => {
                    for path in written.into_iter().rev() {
                        let (old, new) = (bytes(before, path), bytes(after, path));
                        // The files were just written by us, under the lock.
                        let _ = self.put(root, path, (new.as_deref(), old.as_deref()), witness);
                    }
                    return Err(error);
                }
            }
            written.push(path);
        }
        Ok(remark)
    }

    /// Puts new bytes in the place of the old ones. Answers what a person should know.
    ///
    /// # Errors
    /// As [`Saver::replace`].
    pub fn put(
        &self,
        root: &Path,
        path: &Path,
        (old, new): (Option<&[u8]>, Option<&[u8]>),
        witness: &mut impl Witness,
    ) -> Result<Option<String>, SaveError> {
        let target = root.join(path);
        let mut remark = None;
        match new {
            Some(new) => {
                let saved = self.saver.replace(&target, old, new)?;
                if let How::InPlace(reason) = saved.how {
                    remark = Some(format!("{} written in place: {reason}", path.display()));
                }
                if let Some(displaced) = saved.displaced {
                    witness.displaced(path, displaced, old.map_or(0, <[u8]>::len));
                }
            }
            None => std::fs::remove_file(&target)
                .map_err(|source| SaveError::failed(&target, Operation::Remove, source))?,
        }
        witness.wrote(path, new.map(Arc::from));
        Ok(remark)
    }
}

/// The files that a change touches, as they stand on disk.
fn read_for(
    root: &Path,
    change: &Change,
    witness: &mut impl Witness,
) -> Result<Vec<SourceFile>, Outcome> {
    let mut files = Vec::new();
    for path in change.paths() {
        let state = read(&root.join(path));
        let found = match state.map_err(|error| Outcome::Failed(error.to_string()))? {
            FileState::Present { bytes, .. } => Some(bytes),
            FileState::Missing => None,
        };
        let role = witness.found(path, role_of(change, path), found.as_ref());
        let role = role.ok_or(Outcome::Later)?;
        files.extend(found.map(|bytes| SourceFile::load(path, role, bytes)));
    }
    Ok(files)
}

/// What a path holds, as far as the change itself tells.
fn role_of(change: &Change, path: &Path) -> Role {
    let edit = change.edits.iter().find(|edit| edit.path == path);
    match edit.map(|edit| &edit.target) {
        Some(Target::File { role }) => *role,
        Some(target) if target.is_in_log() => Role::Log,
        _ => Role::Canon,
    }
}
