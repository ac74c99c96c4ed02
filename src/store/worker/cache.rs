//! What the file thread remembers of the files, and what of it it tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::disk::{Changed, DiskEvent};
use crate::document::Document;
use crate::document::log::LogDocument;
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;
use crate::store::transaction::commit::{CommitObserver, NotYet};
use crate::store::transaction::forward_appends::Forwarded;
use crate::store::watch::motion::{Debounce, NOTICE_AFTER};
use crate::store::watch::stragglers::Stragglers;

/// What a file held when it was last read or written.
pub(crate) struct Known {
    /// What the plan looks for in it.
    pub(crate) role: Role,
    /// Its bytes; `None` if it is not there.
    pub(crate) bytes: Option<Rope>,
    /// The stamp as of which the bytes stood there, where it tells of every change since.
    pub(crate) as_of: Option<Stamp>,
    /// A log as it was last taken apart.
    pub(crate) log: Option<LogDocument>,
    /// Whether it is at rest.
    pub(crate) debounce: Debounce,
    /// Whether it was told that it is not.
    in_motion: bool,
    /// Why it could not be read when it was last tried.
    pub(crate) trouble: Option<String>,
}

impl Known {
    /// A file that nothing is known of yet.
    pub(crate) fn new(role: Role) -> Self {
        Self {
            role,
            bytes: None,
            as_of: None,
            log: None,
            debounce: Debounce::default(),
            in_motion: false,
            trouble: None,
        }
    }

    /// The file taken apart: of a log, only the lines that are new since the last time.
    fn take_apart(&mut self, path: &Path, bytes: Rope) -> SourceFile {
        let file = match &self.log {
            Some(log) => SourceFile {
                path: path.to_owned(),
                role: self.role,
                document: Document::Log(log.reload(bytes).0),
            },
            None => SourceFile::load(path, self.role, bytes),
        };
        self.log = file.log().cloned();
        file
    }

    /// Whether what was found is believed.
    fn believe(&mut self, found: &FileState, is_ours: bool) -> Result<(), NotYet> {
        (self.debounce).assess(self.role, self.bytes.as_ref(), found, is_ours)
    }
}

/// What the files held when they were last read or written, and who hears of news.
pub(crate) struct Memory {
    pub(crate) known: BTreeMap<PathBuf, Known>,
    pub(crate) stragglers: Stragglers,
    pub(crate) tell: Box<dyn FnMut(DiskEvent) + Send>,
}

impl Memory {
    /// Takes in what was found in a file, if it is at rest, and answers what is new; of a file that
    /// does not come to rest, tells that.
    pub(crate) fn take_in(
        &mut self,
        path: &Path,
        found: FileState,
        is_ours: bool,
    ) -> Result<Option<Changed>, NotYet> {
        let Some(known) = self.known.get_mut(path) else {
            return Ok(None);
        };
        let believed = known.believe(&found, is_ours);
        let lasts = known.debounce.lasts();
        let in_motion = lasts.is_some_and(|lasts| known.in_motion || lasts >= NOTICE_AFTER);
        if std::mem::replace(&mut known.in_motion, in_motion) != in_motion {
            let path = path.to_owned();
            (self.tell)(match in_motion {
                true => DiskEvent::InMotion { path },
                false => DiskEvent::AtRest { path },
            });
        }
        believed?;
        let as_of = found.as_of();
        let bytes = found.into_bytes();
        let changed = match bytes == known.bytes {
            true => None,
            false => self.accept(path.to_owned(), bytes),
        };
        if let Some(known) = self.known.get_mut(path) {
            known.as_of = as_of;
        }
        Ok(changed)
    }

    /// Believes that `bytes` stand in the file. Answers what is to be told of it.
    pub(crate) fn accept(&mut self, path: PathBuf, bytes: Option<Rope>) -> Option<Changed> {
        let known = self.known.get_mut(&path)?;
        known.as_of = None;
        known.bytes.clone_from(&bytes);
        let role = known.role;
        Some(Changed {
            path,
            role,
            bytes,
            again: false,
        })
    }

    /// Tells what files hold now.
    pub(crate) fn tell_changed(&mut self, changed: Vec<Changed>) {
        if !changed.is_empty() {
            (self.tell)(DiskEvent::Changed(changed));
        }
    }

    /// Tells what was kept beside a file, if anything was.
    pub(crate) fn tell_kept(&mut self, forwarded: Forwarded) {
        if let Some(text) = forwarded.kept {
            (self.tell)(DiskEvent::Kept { text });
        }
    }

    /// Tells once more what files hold.
    pub(crate) fn tell_again(&mut self, paths: &[&PathBuf]) {
        let again = |path: &&PathBuf| {
            let known = self.known.get(*path)?;
            Some(Changed {
                path: (*path).clone(),
                role: known.role,
                bytes: known.bytes.clone(),
                again: true,
            })
        };
        self.tell_changed(paths.iter().filter_map(again).collect());
    }
}

impl CommitObserver for Memory {
    fn expects(&self, path: &Path) -> (Rope, Option<Stamp>) {
        let Some(known) = self.known.get(path) else {
            return (Rope::default(), None);
        };
        (known.bytes.clone().unwrap_or_default(), known.as_of)
    }

    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
        is_ours: bool,
    ) -> Result<Option<SourceFile>, NotYet> {
        (self.known.entry(path.to_owned())).or_insert_with(|| Known::new(role));
        let bytes = state.bytes().cloned();
        let changed = self.take_in(path, state, is_ours)?;
        self.tell_changed(changed.into_iter().collect());
        let known = self.known.get_mut(path);
        Ok(bytes.map(|bytes| match known {
            Some(known) => known.take_apart(path, bytes),
            None => SourceFile::load(path, role, bytes),
        }))
    }

    fn wrote(&mut self, path: &Path, bytes: Option<Rope>, left: Option<Stamp>) {
        if let Some(known) = self.known.get_mut(path) {
            known.bytes = bytes;
            known.as_of = None;
            known.debounce.left(left);
        }
    }

    fn news(&mut self, path: &Path) {
        let bytes = self.known.get(path).and_then(|known| known.bytes.clone());
        let changed = self.accept(path.to_owned(), bytes);
        self.tell_changed(changed.into_iter().collect());
    }

    fn replaced(&mut self, path: &Path, file: ReplacedFile) {
        let role = self.known.get(path).map_or(Role::Canon, |known| known.role);
        // Whoever was writing is looked at for as long as we run.
        self.stragglers.watch(path, role, file, false);
    }

    fn stragglers(&mut self) -> &mut Stragglers {
        &mut self.stragglers
    }
}
