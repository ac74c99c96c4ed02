//! What the file thread remembers of the files, and what of it it tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::commit::{NotYet, Witness};
use super::disk::{Changed, DiskEvent};
use super::displaced::{Displaced, is_log};
use super::late::Late;
use super::read::FileState;
use super::settle::{Shape, Verdict, settle};
use super::stamp::Stamp;
use crate::document::Document;
use crate::document::log::LogDocument;
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};

/// What a file held when it was last read or written.
pub(super) struct Known {
    /// What the plan looks for in it.
    pub(super) role: Role,
    /// Its bytes; `None` if it is not there.
    pub(super) bytes: Option<Rope>,
    /// The stamp as of which the bytes stood there, where it tells of every change since.
    pub(super) as_of: Option<Stamp>,
    /// A log as it was last taken apart.
    pub(super) log: Option<LogDocument>,
    /// Bytes that are not believed yet, and since when they have stood there.
    pub(super) unsettled: Option<(Option<Rope>, Instant)>,
    /// Why it could not be read when it was last tried.
    pub(super) trouble: Option<String>,
}

impl Known {
    /// A file that nothing is known of yet.
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            bytes: None,
            as_of: None,
            log: None,
            unsettled: None,
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

    /// Whether `found` is what is known, with more behind it.
    fn is_appended_to(&self, found: &Rope) -> bool {
        (self.bytes.as_ref()).is_some_and(|known| found.starts_with(known))
    }

    /// Whether the bytes found are believed, given how long they have stood there.
    pub(super) fn judge(&mut self, found: Option<&Rope>) -> Verdict {
        let shape = match self.role {
            Role::Log => Shape::JsonLines,
            _ => Shape::Text,
        };
        let since = match &self.unsettled {
            Some((seen, since)) if seen.as_ref() == found => *since,
            // Who appends without a pause is not waited for without end.
            Some((_, since)) if found.is_some_and(|found| self.is_appended_to(found)) => *since,
            _ => {
                let now = Instant::now();
                self.unsettled = Some((found.cloned(), now));
                now
            }
        };
        settle(shape, self.bytes.as_ref(), found, since.elapsed())
    }
}

/// What the files held when they were last read or written, and who hears of news.
pub(super) struct Memory {
    pub(super) known: BTreeMap<PathBuf, Known>,
    pub(super) late: Late,
    pub(super) tell: Box<dyn FnMut(DiskEvent) + Send>,
}

impl Memory {
    /// Believes that `bytes` stand in the file. Answers what is to be told of it.
    pub(super) fn accept(&mut self, path: PathBuf, bytes: Option<Rope>) -> Option<Changed> {
        let known = self.known.get_mut(&path)?;
        known.unsettled = None;
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
    pub(super) fn tell_changed(&mut self, changed: Vec<Changed>) {
        if !changed.is_empty() {
            (self.tell)(DiskEvent::Changed(changed));
        }
    }

    /// Tells once more what files hold.
    pub(super) fn tell_again(&mut self, paths: &[&PathBuf]) {
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

impl Witness for Memory {
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
    ) -> Result<Option<SourceFile>, NotYet> {
        let as_of = state.as_of();
        let bytes = state.into_bytes();
        let known = (self.known.entry(path.to_owned())).or_insert_with(|| Known::new(role));
        if bytes != known.bytes {
            if matches!(known.judge(bytes.as_ref()), Verdict::Wait(_)) {
                return Err(NotYet);
            }
            let changed = self.accept(path.to_owned(), bytes.clone());
            self.tell_changed(changed.into_iter().collect());
        }
        let mut known = self.known.get_mut(path);
        if let Some(known) = &mut known {
            known.as_of = as_of;
        }
        Ok(bytes.map(|bytes| match known {
            Some(known) => known.take_apart(path, bytes),
            None => SourceFile::load(path, role, bytes),
        }))
    }

    fn wrote(&mut self, path: &Path, bytes: Option<Rope>) {
        if let Some(known) = self.known.get_mut(path) {
            known.bytes = bytes;
            known.as_of = None;
            known.unsettled = None;
        }
    }

    fn news(&mut self, path: &Path) {
        let bytes = self.known.get(path).and_then(|known| known.bytes.clone());
        let changed = self.accept(path.to_owned(), bytes);
        self.tell_changed(changed.into_iter().collect());
    }

    fn displaced(&mut self, path: &Path, file: Displaced) {
        if is_log(path) {
            self.late.watch(path, file);
        }
    }
}
