//! A program that writes one change and goes: what it has to know of the files all the same.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::commit::{CommitObserver, NotYet};
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;
use crate::store::watch::motion::{Debounce, QUIET};
use crate::store::watch::stragglers::Stragglers;

/// Whoever ends with the change, or soon: it remembers no bytes, but knows that somebody may be
/// writing to a file this very moment.
#[derive(Default)]
pub struct Passing {
    stragglers: Stragglers,
    seen: HashMap<PathBuf, Met>,
}

/// A file that was met.
struct Met {
    role: Role,
    debounce: Debounce,
    /// Whether somebody else had written to it a moment before.
    is_busy: bool,
}

impl Passing {
    /// What is waited for, in words.
    pub(crate) fn in_motion(&self) -> String {
        let waiting = self
            .seen
            .iter()
            .find(|(_, met)| met.debounce.due().is_some());
        let path = waiting.map_or(Path::new("the plan"), |(path, _)| path);
        in_motion(path)
    }
}

/// That a file does not come to rest, for somebody who gives up waiting.
pub fn in_motion(path: &Path) -> String {
    format!(
        "{} is being written by another program: nothing was done, try again when it has finished",
        path.display()
    )
}

impl CommitObserver for Passing {
    fn expects(&self, _: &Path) -> (Rope, Option<Stamp>) {
        (Rope::default(), None)
    }

    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
        is_ours: bool,
    ) -> Result<Option<SourceFile>, NotYet> {
        let met = (self.seen.entry(path.to_owned())).or_insert_with(|| Met {
            role,
            debounce: Debounce::default(),
            is_busy: false,
        });
        met.debounce.assess(role, None, &state, is_ours)?;
        let age = state.stamp().and_then(|stamp| stamp.age(SystemTime::now()));
        met.is_busy = !is_ours && age.is_some_and(|age| age < QUIET);
        let bytes = state.into_bytes();
        Ok(bytes.map(|bytes| SourceFile::load(path, role, bytes)))
    }

    fn wrote(&mut self, _: &Path, _: Option<Rope>, _: Option<Stamp>) {}

    fn news(&mut self, _: &Path) {}

    fn replaced(&mut self, path: &Path, file: ReplacedFile) {
        let met = self.seen.get(path);
        let (role, is_busy) = met.map_or((Role::Canon, false), |met| (met.role, met.is_busy));
        self.stragglers.watch(path, role, file, is_busy);
    }

    fn stragglers(&mut self) -> &mut Stragglers {
        &mut self.stragglers
    }
}
