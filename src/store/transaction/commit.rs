//! Writes one change to disk, all of it or nothing: takes the lock, reads the files, applies the
//! edits, and replaces every file that differs.
//!
//! It keeps no bytes between two changes: a [`CommitObserver`] hears what was read and written,
//! and may. The file thread of the cockpit is one, a [`OneShot`](super::one_shot::OneShot) another.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::journal::{FileStates, Intent, Journal};
use super::lock::{LockError, LockPlace, PlanLock};
use crate::change::conflict::Conflict;
use crate::change::history::Event;
use crate::change::places::LineHints;
use crate::change::{Change, Target, apply};
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};
use crate::store::atomic_replace::leftovers::clean_leftovers;
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::atomic_replace::save::{How, Saver};
use crate::store::atomic_replace::save_error::SaveError;
use crate::store::fs::read::{FileState, read_since};
use crate::store::fs::stamp::Stamp;
use crate::store::fs::syscalls::{FileSystem, RealFs};
use crate::store::state::{HISTORY, State};
use crate::store::watch::debounce::NotYet;
use crate::store::watch::stragglers::Stragglers;

/// How long a change waits for another program's lock.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a change starts over because somebody wrote at the same moment.
pub(crate) const TRIES: usize = 50;

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It is on disk; with something that a person should know about how it was written.
    Saved(Option<String>),
    /// It could not be written; the files are as before.
    Failed(String),
    /// Somebody else changed the same things; nothing was written.
    Conflicts(Vec<Conflict>),
    /// The observer did not trust a file; nothing was written.
    Later,
}

/// Who hears what a commit reads and writes. Paths are as in the change.
pub trait CommitObserver {
    /// What a file is likely to hold, to share memory with what is found there; and the stamp that
    /// it had then, if every later change moves it.
    fn expects(&self, path: &Path) -> (Rope, Option<Stamp>);

    /// A file as it was read under the lock; `is_ours` if a stepdeck left it like that. Answers it
    /// parsed, `None` if there is no file.
    ///
    /// # Errors
    /// If what was read is not to be built upon yet.
    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
        is_ours: bool,
    ) -> Result<Option<SourceFile>, NotYet>;

    /// We wrote these bytes, `None` if we removed the file. It was `left` with this stamp, unless
    /// somebody else has written to it since.
    fn wrote(&mut self, path: &Path, bytes: Option<Rope>, left: Option<Stamp>);

    /// What was just written is news to whoever shows the plan: none of their changes asked for it.
    fn news(&mut self, path: &Path);

    /// The file that was replaced: programs that had it open may still write to it.
    fn replaced(&mut self, path: &Path, file: ReplacedFile);

    /// The replaced files that are still watched.
    fn stragglers(&mut self) -> &mut Stragglers;
}

/// Where the former version of a file is kept while it is written in place.
fn backups(state: &Path) -> PathBuf {
    state.join("backups")
}

/// Writes the changes of one plan.
pub struct Committer {
    pub(crate) saver: Saver,
    lock: LockPlace,
    state: PathBuf,
    backups: PathBuf,
    pub(crate) journal: Journal,
}

/// The files of a change, before and after.
pub(crate) struct Step<'a> {
    pub(crate) change: &'a Change,
    pub(crate) before: &'a [SourceFile],
    pub(crate) after: &'a [SourceFile],
    /// What the history is to remember.
    pub(crate) event: Option<&'a Event>,
}

/// One file of a change whose bytes differ; `None` where there is no file.
pub(crate) struct Difference<'a> {
    pub(crate) path: &'a Path,
    old: Option<Rope>,
    new: Option<Rope>,
}

impl Difference<'_> {
    /// From the old bytes to the new.
    pub(crate) fn redo(&self) -> (Option<&Rope>, Option<&Rope>) {
        (self.old.as_ref(), self.new.as_ref())
    }

    fn undo(&self) -> (Option<&Rope>, Option<&Rope>) {
        (self.new.as_ref(), self.old.as_ref())
    }
}

/// What the file at `path` holds; nothing where it is not among `files`.
pub(crate) fn bytes_at(files: &[SourceFile], path: &Path) -> Option<Rope> {
    let file = files.iter().find(|file| file.path == path);
    file.map(|file| file.document.rope())
}

impl Step<'_> {
    /// The files whose bytes differ.
    pub(crate) fn differing(&self) -> Vec<Difference<'_>> {
        let paths = self.change.paths().into_iter();
        paths
            .map(|path| Difference {
                path,
                old: bytes_at(self.before, path),
                new: bytes_at(self.after, path),
            })
            .filter(|difference| difference.old != difference.new)
            .collect()
    }
}

impl Committer {
    /// For the plan at `root`; `state` is the folder for what is private to this person.
    pub fn new(root: &Path, state: &Path) -> Self {
        Self::over(RealFs, root, state)
    }

    /// The same over another file system, such as one that fails on purpose.
    pub fn over(fs: impl FileSystem + 'static, root: &Path, state: &Path) -> Self {
        Self {
            saver: Saver::over(fs, Some(backups(state))),
            lock: LockPlace::of(root, state),
            state: state.to_owned(),
            backups: backups(state),
            journal: Journal::of(state),
        }
    }

    /// Writes a change to the files below `root`.
    pub fn commit(
        &self,
        root: &Path,
        change: &Change,
        observer: &mut impl CommitObserver,
    ) -> Outcome {
        self.commit_seen(root, change, (&LineHints::default(), None), observer)
    }

    /// The same with hints where its steps are, and with an event for the history, which gets it
    /// whenever the change is made, even if a crash comes between.
    pub fn commit_seen(
        &self,
        root: &Path,
        change: &Change,
        (seen, event): (&LineHints, Option<&Event>),
        observer: &mut impl CommitObserver,
    ) -> Outcome {
        let mut lock = match self.lock(LOCK_TIMEOUT) {
            Ok(lock) => lock,
            Err(error) => return Outcome::Failed(error.to_string()),
        };
        let recovered = match self.recover(root, &mut lock, observer) {
            Ok(recovered) => recovered.said,
            Err(outcome) => return outcome,
        };
        for _ in 0..TRIES {
            let before = match read_for(root, change, &lock, observer) {
                Ok(files) => files,
                Err(outcome) => return outcome,
            };
            let mut after = before.clone();
            if let Err(conflicts) = apply::change_seen(change, seen, &mut after) {
                return Outcome::Conflicts(conflicts);
            }
            let step = Step {
                change,
                before: &before,
                after: &after,
                event,
            };
            match self.write(root, &step, &mut lock, observer) {
                Err(SaveError::Changed { .. }) => {}
                Err(error) => return Outcome::Failed(error.to_string()),
                Ok(remark) => return Outcome::Saved(recovered.or(remark)),
            }
        }
        Outcome::Failed("another program keeps writing the same file; try again".to_owned())
    }

    /// Takes the lock of the plan, waiting for `timeout` at most.
    ///
    /// # Errors
    /// As [`PlanLock::acquire`].
    pub fn lock(&self, timeout: Duration) -> Result<PlanLock, LockError> {
        PlanLock::acquire(&self.lock, timeout)
    }

    /// Recovers from what killed saves of these files left behind, unless somebody is saving.
    /// Answers what was done, and what the history remembers since.
    pub(crate) fn clean_up(
        &self,
        root: &Path,
        paths: &[PathBuf],
        observer: &mut impl CommitObserver,
    ) -> (Vec<String>, Option<Event>) {
        let Ok(mut lock) = self.lock(Duration::ZERO) else {
            return (Vec::new(), None);
        };
        let folders = paths
            .iter()
            .filter_map(|path| Some(root.join(path.parent()?)));
        let own = [self.backups.clone(), self.state.clone()];
        let mut folders: Vec<PathBuf> = folders.chain(own).collect();
        folders.sort();
        folders.dedup();
        let mut said = Vec::new();
        for folder in folders {
            // A folder that cannot be listed has nothing of ours to remove.
            let cleaned = clean_leftovers(&folder).unwrap_or_default();
            let restored = cleaned
                .restored
                .iter()
                .map(|path| format!("{} restored to its state before a crash", path.display()));
            said.extend(restored);
            let kept = cleaned.kept.iter();
            said.extend(
                kept.map(|path| format!("a crash left {}: check what is in it", path.display())),
            );
        }
        // The next change does what cannot be done now.
        let recovered = self.recover(root, &mut lock, observer).unwrap_or_default();
        said.extend(recovered.said);
        (said, recovered.event)
    }

    /// Writes every file that differs; where a later one cannot be written, those before
    /// it are put back.
    fn write(
        &self,
        root: &Path,
        step: &Step<'_>,
        lock: &mut PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<Option<String>, SaveError> {
        let differing = step.differing();
        let mut remark = None;
        let several = differing.len() > 1;
        if several {
            if let Err(error) = self.journal.begin(&self.saver, &intent(step)) {
                remark = Some(format!(
                    "written without a journal, so a crash could have left it half done: {error}"
                ));
            }
        } else if step.event.is_some() {
            self.journal.note(&intent(step));
        }
        for (at, difference) in differing.iter().enumerate() {
            match self.put(root, difference.path, difference.redo(), lock, observer) {
                Ok(said) => remark = remark.or(said),
                Err(error) => {
                    let mut is_undone = true;
                    for written in differing[..at].iter().rev() {
                        // The files were just written by us, under the lock.
                        let put = self.put(root, written.path, written.undo(), lock, observer);
                        is_undone &= put.is_ok();
                    }
                    // If one stays as it is, so does the journal, and the next run recovers.
                    match several {
                        true if is_undone => drop(self.journal.end(&self.saver)),
                        true => {}
                        false => self.journal.forget(),
                    }
                    return Err(error);
                }
            }
        }
        if let Some(event) = step.event {
            // The edit is made, even if it cannot be remembered.
            let _ = self.history().append(HISTORY, event);
        }
        if !several {
            self.journal.forget();
        } else if let Err(error) = self.journal.end(&self.saver) {
            // The next run finds it and has nothing left to do.
            remark = remark.or(Some(error.to_string()));
        }
        Ok(remark)
    }

    /// Where the history is kept.
    pub(crate) fn history(&self) -> State {
        State::at(&self.state)
    }

    /// Puts new bytes in the place of the old ones. Answers what a person should know.
    ///
    /// # Errors
    /// As [`Saver::replace`] and [`Saver::remove`], where the file is left as it was.
    pub(crate) fn put(
        &self,
        root: &Path,
        path: &Path,
        (old, new): (Option<&Rope>, Option<&Rope>),
        lock: &mut PlanLock,
        observer: &mut impl CommitObserver,
    ) -> Result<Option<String>, SaveError> {
        let target = root.join(path);
        let (known, as_of) = observer.expects(path);
        let as_of = as_of.filter(|_| old == Some(&known));
        let done = match new {
            Some(new) => (self.saver.replace_since(&target, old, as_of, new)).map(Some),
            None => self
                .saver
                .remove(&target, old.unwrap_or(&Rope::default()))
                .map(|()| None),
        };
        let mut left = None;
        let remark = match done {
            Ok(None) => {
                self.saver.remove_empty_folders(root, &target);
                None
            }
            Ok(Some(saved)) => {
                if let Some(replaced) = saved.replaced {
                    observer.replaced(path, replaced);
                }
                left = saved.is_ours.then_some(saved.stamp);
                left.into_iter().for_each(|stamp| lock.note(stamp));
                match saved.how {
                    How::InPlace(reason) => {
                        Some(format!("{} written in place: {reason}", path.display()))
                    }
                    _ => None,
                }
            }
            // The file holds the edit, but what went wrong has to be said.
            Err(error) if error.holds_the_edit() => Some(error.to_string()),
            Err(error) => return Err(error),
        };
        observer.wrote(path, new.cloned(), left);
        Ok(remark)
    }
}

/// What the journal holds of a change that is about to be written.
fn intent(step: &Step<'_>) -> Intent {
    let states = step.change.paths().into_iter().map(|path| {
        let (before, after) = (bytes_at(step.before, path), bytes_at(step.after, path));
        FileStates::new(before.as_ref(), after.as_ref())
    });
    Intent {
        files: states.collect(),
        change: step.change.clone(),
        event: step.event.cloned(),
    }
}

/// The files that a change touches, as they are on disk.
pub(crate) fn read_for(
    root: &Path,
    change: &Change,
    lock: &PlanLock,
    observer: &mut impl CommitObserver,
) -> Result<Vec<SourceFile>, Outcome> {
    let mut files = Vec::new();
    for path in change.paths() {
        let role = role_of(change, path);
        if role != Role::Log && leads_out(root, path) {
            return Err(Outcome::Failed(format!(
                "{} leads out of the plan's folder through a symlink: replace the link with a \
                 file or folder, then try again",
                path.display()
            )));
        }
        files.extend(read_file(root, path, role, lock, observer)?);
    }
    Ok(files)
}

/// A file as it is on disk, at rest.
pub(crate) fn read_file(
    root: &Path,
    path: &Path,
    role: Role,
    lock: &PlanLock,
    observer: &mut impl CommitObserver,
) -> Result<Option<SourceFile>, Outcome> {
    let (known, as_of) = observer.expects(path);
    let state = read_since(&root.join(path), &known, as_of);
    let state = state.map_err(|error| Outcome::Failed(error.to_string()))?;
    let is_ours = state.stamp().is_some_and(|stamp| lock.knows(stamp));
    let file = observer.found(path, role, state, is_ours);
    file.map_err(|NotYet| Outcome::Later)
}

/// Whether a path within the plan leads out of it through a symlink. A checkout may be anybody's:
/// only a log, which people do keep elsewhere, and what was named outright are followed there.
fn leads_out(root: &Path, path: &Path) -> bool {
    let Ok(real_root) = root.canonicalize() else {
        return false;
    };
    let target = root.join(path);
    let real = target
        .ancestors()
        .find_map(|above| above.canonicalize().ok());
    path.is_relative() && real.is_some_and(|real| !real.starts_with(real_root))
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
