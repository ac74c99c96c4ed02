//! The intent journal: what a change over several files is about to write, kept in the state
//! directory until all of it is written.
//!
//! Each file of a change is replaced atomically, several together are not. Before the first one is
//! touched, the whole change goes into the journal, with what each file holds before and after;
//! after the last one the journal is removed. Whoever next takes the plan's lock and finds a
//! journal knows that its writer died in between, and finishes or undoes the change (see
//! [`recovery`](super)). A change of one file is only noted, because the history is written after
//! it.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::change::history::Event;
use crate::document::rope::Rope;
use crate::store::atomic_replace::save::Saver;
use crate::store::atomic_replace::save_error::{Operation, SaveError};
use crate::store::fs::create::create_private_folder;
use crate::store::fs::fingerprint::fingerprint;
use crate::store::fs::read::read;

/// The name of the journal in the state folder of a plan.
const NAME: &str = "journal.json";

/// A change about to be written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Intent {
    /// The change as a whole.
    pub change: Change,
    /// What its files hold, in the order of [`Change::paths`].
    pub files: Vec<FileStates>,
    /// What the history is to remember of it.
    #[serde(default)]
    pub event: Option<Event>,
}

impl Intent {
    /// Whether more than one file is to be written, so that a crash could leave a half of it.
    pub(crate) fn is_over_several(&self) -> bool {
        let differing = self.files.iter().filter(|file| file.before != file.after);
        differing.count() > 1
    }
}

/// What one file holds before and after a change.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct FileStates {
    before: Option<Print>,
    after: Option<Print>,
}

/// Bytes, recognised by their length and their fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
struct Print {
    length: u64,
    hash: u64,
}

impl Print {
    fn of(bytes: &Rope) -> Self {
        Self {
            length: bytes.len() as u64,
            hash: fingerprint(bytes),
        }
    }
}

/// How far a file got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It holds what it held before.
    Untouched,
    /// It holds what the change wanted.
    Written,
    /// Somebody has written to it since.
    Moved,
}

impl FileStates {
    /// What a file with these bytes is to hold afterwards.
    pub fn new(before: Option<&Rope>, after: Option<&Rope>) -> Self {
        Self {
            before: before.map(Print::of),
            after: after.map(Print::of),
        }
    }

    /// How far the file got that holds these bytes now.
    pub fn progress(&self, now: Option<&Rope>) -> Progress {
        let now = now.map(Print::of);
        if now == self.after {
            Progress::Written
        } else if now == self.before {
            Progress::Untouched
        } else {
            Progress::Moved
        }
    }
}

/// The journal of one person about one plan.
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal in a plan's state folder. Creates nothing.
    pub fn of(state: &Path) -> Self {
        Self {
            path: state.join(NAME),
        }
    }

    /// Writes an intent, and syncs it, before anything is done about it.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn begin(&self, saver: &Saver, intent: &Intent) -> Result<(), SaveError> {
        let failed = |source: io::Error| SaveError::failed(&self.path, Operation::Write, source);
        self.make_folder().map_err(failed)?;
        let bytes = serde_json::to_vec(intent).map_err(|error| failed(error.into()))?;
        saver.replace(&self.path, self.bytes().as_ref(), &bytes.into())?;
        Ok(())
    }

    /// Writes an intent for the run after a kill. A power cut may lose it: it concerns one file, so
    /// that only the history would miss it.
    pub fn note(&self, intent: &Intent) {
        let Ok(bytes) = serde_json::to_vec(intent) else {
            return;
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        // Without a state folder there is no history either.
        let _ = (self.make_folder())
            .and_then(|()| options.open(&self.path))
            .and_then(|mut file| file.write_all(&bytes));
    }

    /// Removes what was noted.
    pub fn forget(&self) {
        // If it stays, the next run finds nothing left to do.
        let _ = std::fs::remove_file(&self.path);
    }

    /// What a person writes is private.
    fn make_folder(&self) -> io::Result<()> {
        create_private_folder(self.path.parent().unwrap_or(Path::new("/")))
    }

    /// What was begun and not ended. A journal that was cut short was not complete before the death,
    /// so that nothing was done about it: it is removed.
    pub(crate) fn pending(&self) -> Option<Intent> {
        let intent = serde_json::from_slice(&self.bytes()?.contiguous());
        if intent.as_ref().is_err_and(serde_json::Error::is_eof) {
            self.forget();
        }
        intent.ok()
    }

    /// Forgets what was begun: it is done, or undone.
    ///
    /// # Errors
    /// When the journal cannot be removed.
    pub fn end(&self, saver: &Saver) -> Result<(), SaveError> {
        match self.bytes() {
            Some(bytes) => saver.remove(&self.path, &bytes),
            None => Ok(()),
        }
    }

    fn bytes(&self) -> Option<Rope> {
        read(&self.path).ok()?.into_bytes()
    }
}
