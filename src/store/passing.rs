//! A program that writes one change and goes: what it has to know of the files all the same.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::commit::{NotYet, Witness};
use super::displaced::Displaced;
use super::late::Late;
use super::read::FileState;
use super::settle::{self, is_torn};
use super::stamp::Stamp;
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};

/// Whoever ends with the change, or soon: it remembers no files, but knows that somebody may be
/// appending to a log this very moment.
#[derive(Default)]
pub struct Passing {
    pub(super) late: Late,
    /// Since when the last line of a log has looked torn.
    torn: HashMap<PathBuf, Instant>,
}

impl Witness for Passing {
    fn expects(&self, _: &Path) -> (Rope, Option<Stamp>) {
        (Rope::default(), None)
    }

    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
    ) -> Result<Option<SourceFile>, NotYet> {
        match role == Role::Log && state.bytes().is_some_and(is_torn) {
            false => drop(self.torn.remove(path)),
            true => {
                let since = self.torn.entry(path.to_owned());
                let since = since.or_insert_with(Instant::now);
                if since.elapsed() < settle::PATIENCE {
                    return Err(NotYet);
                }
            }
        }
        let bytes = state.into_bytes();
        Ok(bytes.map(|bytes| SourceFile::load(path, role, bytes)))
    }

    fn wrote(&mut self, _: &Path, _: Option<Rope>) {}

    fn news(&mut self, _: &Path) {}

    fn displaced(&mut self, path: &Path, file: Displaced) {
        self.late.watch(path, file);
    }
}
