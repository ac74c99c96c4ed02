//! What the files held when the file thread last read or wrote them, and the events about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::protocol::{Changed, DiskEvent};
use crate::document::Document;
use crate::document::log::LogDocument;
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;
use crate::store::transaction::commit::CommitObserver;
use crate::store::transaction::forward_appends::Forwarded;
use crate::store::watch::debounce::{Debounce, NotYet};
use crate::store::watch::motion::NOTICE_TIMEOUT;
use crate::store::watch::stragglers::Stragglers;

/// A file as it was last read or written.
pub(crate) struct CachedFile {
    /// What the plan looks for in it.
    pub(crate) role: Role,
    /// Its bytes; `None` if it is not there.
    pub(crate) bytes: Option<Rope>,
    /// The stamp that it had then, if every later change moves it.
    pub(crate) as_of: Option<Stamp>,
    /// A log as it was last parsed.
    pub(crate) log: Option<LogDocument>,
    /// Whether it is at rest.
    pub(crate) debounce: Debounce,
    /// Whether it was published that it is not.
    in_motion: bool,
    /// Why it could not be read when it was last tried.
    pub(crate) trouble: Option<String>,
}

impl CachedFile {
    /// A file that was not read yet.
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

    /// Parses the file: of a log, only the lines that are new since the last time.
    fn parse(&mut self, path: &Path, bytes: Rope) -> SourceFile {
        let file = match &self.log {
            Some(log) => SourceFile {
                path: path.to_owned(),
                role: self.role,
                document: Document::Log(log.reload(bytes)),
            },
            None => SourceFile::load(path, self.role, bytes),
        };
        self.log = file.log().cloned();
        file
    }
}

/// All files of the plan, and who hears of news.
pub(crate) struct Cache {
    pub(crate) files: BTreeMap<PathBuf, CachedFile>,
    pub(crate) stragglers: Stragglers,
    pub(crate) publish: Box<dyn FnMut(DiskEvent) + Send>,
}

impl Cache {
    /// Accepts what was found in a file, if it is at rest, and answers what is new. Publishes when
    /// a file does not come to rest.
    pub fn update(
        &mut self,
        path: &Path,
        found: FileState,
        is_ours: bool,
    ) -> Result<Option<Changed>, NotYet> {
        let Some(file) = self.files.get_mut(path) else {
            return Ok(None);
        };
        let believed = (file.debounce).assess(file.role, file.bytes.as_ref(), &found, is_ours);
        let lasts = file.debounce.lasts();
        let in_motion = lasts.is_some_and(|lasts| file.in_motion || lasts >= NOTICE_TIMEOUT);
        if std::mem::replace(&mut file.in_motion, in_motion) != in_motion {
            let path = path.to_owned();
            (self.publish)(match in_motion {
                true => DiskEvent::InMotion(path),
                false => DiskEvent::AtRest(path),
            });
        }
        believed?;
        file.as_of = found.as_of();
        let bytes = found.into_bytes();
        if bytes == file.bytes {
            return Ok(None);
        }
        if let Some(now) = &bytes {
            self.stragglers.part(path, now);
        }
        file.bytes = bytes;
        Ok(self.changed(path, false))
    }

    /// What is to be published of a file.
    fn changed(&mut self, path: &Path, again: bool) -> Option<Changed> {
        let file = self.files.get_mut(path)?;
        let bytes = file.bytes.clone();
        Some(Changed {
            path: path.to_owned(),
            role: file.role,
            document: bytes.map(|bytes| file.parse(path, bytes).document),
            again,
        })
    }

    /// Publishes what files hold now.
    pub(crate) fn publish_changed(&mut self, changed: Vec<Changed>) {
        if !changed.is_empty() {
            (self.publish)(DiskEvent::Changed(changed));
        }
    }

    /// Publishes what was kept beside a file, if anything was.
    pub(crate) fn publish_kept(&mut self, forwarded: Forwarded) {
        if let Some(text) = forwarded.kept {
            (self.publish)(DiskEvent::Kept(text));
        }
    }

    /// Publishes once more what files hold.
    pub(crate) fn publish_again(&mut self, paths: &[&PathBuf]) {
        let again = paths.iter().filter_map(|path| self.changed(path, true));
        let again = again.collect();
        self.publish_changed(again);
    }
}

impl CommitObserver for Cache {
    fn expects(&self, path: &Path) -> (Rope, Option<Stamp>) {
        let Some(file) = self.files.get(path) else {
            return (Rope::default(), None);
        };
        (file.bytes.clone().unwrap_or_default(), file.as_of)
    }

    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
        is_ours: bool,
    ) -> Result<Option<SourceFile>, NotYet> {
        (self.files.entry(path.to_owned())).or_insert_with(|| CachedFile::new(role));
        let bytes = state.bytes().cloned();
        let changed = self.update(path, state, is_ours)?;
        self.publish_changed(changed.into_iter().collect());
        let file = self.files.get_mut(path);
        Ok(bytes.map(|bytes| match file {
            Some(file) => file.parse(path, bytes),
            None => SourceFile::load(path, role, bytes),
        }))
    }

    fn wrote(&mut self, path: &Path, bytes: Option<Rope>, left: Option<Stamp>) {
        if let Some(file) = self.files.get_mut(path) {
            file.bytes = bytes;
            file.as_of = None;
            file.debounce.left(left);
        }
    }

    fn news(&mut self, path: &Path) {
        let changed = self.changed(path, false);
        self.publish_changed(changed.into_iter().collect());
    }

    fn replaced(&mut self, path: &Path, file: ReplacedFile) {
        let role = self.files.get(path).map_or(Role::Canon, |file| file.role);
        // Whoever was writing is looked at for as long as we run.
        self.stragglers.watch(path, role, file, false);
    }

    fn stragglers(&mut self) -> &mut Stragglers {
        &mut self.stragglers
    }
}
