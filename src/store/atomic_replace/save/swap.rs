//! The new version changes places with the old one, and what came out is looked at: what others
//! wrote around that moment is put back, or forwarded.

use std::path::PathBuf;

use super::{How, Present, Save, Saved, Unreadable};
use crate::document::rope::Rope;
use crate::store::atomic_replace::leftovers::Temp;
use crate::store::atomic_replace::replaced_file::{ReplacedFile, lines_behind};
use crate::store::atomic_replace::save_error::{Aftermath, Operation, SaveError};
use crate::store::fs::read::is_missing;
use crate::store::fs::stamp::Stamp;
use crate::store::fs::syscalls::is_unsupported;

impl Save<'_> {
    /// Puts the finished `temp` in the target's place, under another name until then, if that
    /// is still what `old` was.
    pub(super) fn swap(
        &self,
        (mut temp, filled): (Temp<'_>, Stamp),
        name: PathBuf,
        old: &Present,
    ) -> Result<Saved, SaveError> {
        temp.rename(name).map_err(self.failed(Operation::Swap))?;
        let file = self.still(old)?;
        let replaced = match self.fs.exchange(&temp.path, self.target) {
            Ok(()) => Some(self.check_exchanged(&mut temp, &old.bytes)?),
            Err(error) if is_missing(&error) => return Err(self.changed(None)),
            Err(error) if is_unsupported(&error) => {
                let renamed = self.fs.rename(&temp.path, self.target);
                renamed.map_err(self.failed(Operation::Swap))?;
                temp.spare();
                Some(ReplacedFile::new(file, old.bytes.clone(), None))
            }
            Err(error) => return Err(self.failed(Operation::Swap)(error)),
        };
        let replaced = replaced.map(|replaced| self.forward_appends(replaced));
        self.sync_folders(&[])?;
        temp.remove();
        // Syncing takes a while: long enough for whoever was about to append.
        let replaced = replaced.map(|replaced| self.forward_appends(replaced));
        replaced.iter().for_each(ReplacedFile::uncache);
        self.saved(&temp.file, filled, How::Replaced, replaced)
    }

    /// Forwards lines that were appended to the replaced file around the swap.
    fn forward_appends(&self, mut replaced: ReplacedFile) -> ReplacedFile {
        // Lines that cannot be read or written now are found again by whoever keeps the file.
        while let Ok(Some(lines)) = replaced.lines_since() {
            if self.fs.append(self.target, &lines).is_err() {
                replaced.forget(lines.len());
                break;
            }
        }
        replaced
    }

    /// Whether only whole lines were appended to what was expected, and perhaps the beginning of
    /// one more: whoever keeps the replaced file waits for the rest.
    fn is_only_longer(&self, found: &Rope, expected: &Rope) -> bool {
        self.new.ends_line() && lines_behind(found, expected).is_some()
    }

    /// Looks at what the exchange brought out; if it is not `expected`, more lines at its end
    /// aside, puts it back.
    fn check_exchanged(
        &self,
        temp: &mut Temp<'_>,
        expected: &Rope,
    ) -> Result<ReplacedFile, SaveError> {
        let out = self.look_at(&temp.path);
        let found = match out {
            Ok(Some(out)) if out.bytes == *expected => {
                let seen = Stamp::from_metadata(&out.metadata);
                return Ok(ReplacedFile::new(out.file, out.bytes, Some(seen)));
            }
            // Putting it back would run the same risk again with whoever appends so fast.
            Ok(Some(out)) if self.is_only_longer(&out.bytes, expected) => {
                return Ok(ReplacedFile::new(out.file, expected.clone(), None));
            }
            Ok(out) => Ok(out.map(|p| p.bytes)),
            Err(error) => Err(error),
        };
        if let Err(source) = self.fs.exchange(&temp.path, self.target) {
            temp.spare();
            return Err(SaveError::Failed {
                path: self.path.to_owned(),
                operation: Operation::Swap,
                source,
                aftermath: Aftermath::Displaced {
                    theirs: temp.path.clone(),
                },
            });
        }
        // Ours should have come out. If not, somebody saved over it: theirs is the newest version.
        let newest = match self.look_at(&temp.path) {
            Ok(Some(out)) if out.bytes == *self.new => None,
            Ok(out) => out.map(|p| p.bytes),
            Err(_) => {
                temp.spare();
                None
            }
        };
        if let Some(newest) = newest {
            temp.spare();
            let again = self.fs.exchange(&temp.path, self.target);
            again.map_err(self.failed(Operation::Swap))?;
            return Err(self.changed(Some(newest)));
        }
        match found {
            Ok(found) => Err(self.changed(found)),
            Err(Unreadable::NotAFile(kind)) => Err(SaveError::NotAFile {
                path: self.path.to_owned(),
                kind,
            }),
            Err(Unreadable::Failed(source)) => Err(self.failed(Operation::Swap)(source)),
        }
    }
}
