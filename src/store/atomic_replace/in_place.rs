//! Writing into an existing file, where a new file cannot take its place.
//!
//! That is so for a file with several names, for a folder that refuses new files, and for
//! attributes that cannot be reproduced. Both versions are first laid down in an undo record, so
//! that a write cut short by a kill or a power cut is undone at the next start.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::leftovers::{self, Temp};
use super::save_error::{Aftermath, Operation, SaveError};
use crate::document::rope::{Piece, Rope};
use crate::store::fs::read::is_missing;
use crate::store::fs::syscalls::{FileSystem, RealFs, is_unsupported};

/// Why a file was written in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InPlace {
    /// It has other names, which must see the edit.
    HardLinks,
    /// Its folder does not let this user create files.
    FolderRefuses,
    /// Its owner, mode or extended attributes could not be given to a new file.
    Attributes,
}

impl fmt::Display for InPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HardLinks => "it has other names that must see the edit",
            Self::FolderRefuses => "its folder does not allow new files",
            Self::Attributes => "its owner or attributes could not be copied to a new file",
        })
    }
}

/// One write in place.
pub(crate) struct Overwrite<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    /// As the caller named the file.
    pub(crate) path: &'a Path,
    /// Where its symlinks end.
    pub(crate) target: &'a Path,
    pub(crate) old: &'a Rope,
    pub(crate) new: &'a Rope,
}

impl Overwrite<'_> {
    /// Writes, with the undo record in `backups` while it lasts, or in `beside` where that
    /// cannot be written.
    pub(crate) fn run(&self, backups: Option<&Path>, beside: &Path) -> Result<File, SaveError> {
        let failed = |operation| move |source| SaveError::failed(self.path, operation, source);
        let opened = self.fs.open_for_writing(self.target);
        let file = opened.map_err(failed(Operation::Read))?;
        let mut backup = match backups.map(|backups| self.back_up(backups)) {
            Some(Ok(backup)) => backup,
            _ => self.back_up(beside).map_err(failed(Operation::BackUp))?,
        };
        let written = self.write_over(&file, &backup.path);
        // The record outlives the call only if the next start needs it.
        if written.as_ref().is_err_and(needs_backup) {
            backup.spare();
        }
        written.map(|()| file)
    }

    fn write_over(&self, file: &File, backup: &Path) -> Result<(), SaveError> {
        let failed = |operation| move |source| SaveError::failed(self.path, operation, source);
        // Where space can be had beforehand, a full disk is found out before a byte is changed.
        match self.fs.reserve(file, self.new.len() as u64) {
            Err(error) if is_unsupported(&error) => {}
            result => result.map_err(failed(Operation::Write))?,
        }
        let found = self
            .fs
            .read(file, self.old)
            .map_err(failed(Operation::Read))?;
        if found != *self.old {
            return Err(SaveError::Changed {
                path: self.path.to_owned(),
                found: Some(found),
            });
        }
        let Err(source) = put(self.fs, file, self.new) else {
            return self.confirm(file, backup);
        };
        let aftermath = match put(self.fs, file, self.old) {
            Ok(()) => Aftermath::Old,
            Err(_) => Aftermath::Mixed {
                backup: backup.to_owned(),
            },
        };
        Err(SaveError::Failed {
            path: self.path.to_owned(),
            operation: Operation::Write,
            source,
            aftermath,
        })
    }

    /// Looks whether somebody else wrote to the file while we did: no call can keep them out.
    fn confirm(&self, file: &File, backup: &Path) -> Result<(), SaveError> {
        // What cannot be read now has been written and synced all the same.
        let found = self.fs.read(file, self.new);
        if found.map_or(true, |found| found.starts_with(self.new)) {
            return Ok(());
        }
        Err(SaveError::Failed {
            path: self.path.to_owned(),
            operation: Operation::Write,
            source: io::Error::other("another program wrote to it at the same moment"),
            aftermath: Aftermath::Mixed {
                backup: backup.to_owned(),
            },
        })
    }

    fn back_up(&self, folder: &Path) -> io::Result<Temp<'_>> {
        std::fs::create_dir_all(folder)?;
        let backup = Temp::create(self.fs, (leftovers::undo_path, folder), 0o600)?;
        let record = UndoRecord {
            target: self.target.to_owned(),
            old: self.old.clone(),
            new: self.new.clone(),
        };
        self.fs.write(&backup.file, &record.to_rope())?;
        self.fs.sync(&backup.file)?;
        self.fs.sync_folder(folder)?;
        Ok(backup)
    }
}

fn needs_backup(error: &SaveError) -> bool {
    let SaveError::Failed { aftermath, .. } = error else {
        return false;
    };
    matches!(aftermath, Aftermath::Mixed { .. })
}

fn put(fs: &dyn FileSystem, file: &File, bytes: &Rope) -> io::Result<()> {
    fs.write(file, bytes)?;
    fs.truncate(file, bytes.len() as u64)?;
    fs.sync(file)
}

/// Both versions of a file that is being written in place.
///
/// Its form: `stepdeck-undo 1 <path length> <old length> <new length>`, a newline, and those
/// three as raw bytes. A record of any other length is incomplete.
pub(crate) struct UndoRecord {
    pub(crate) target: PathBuf,
    old: Rope,
    new: Rope,
}

/// What [`UndoRecord::restore`] found.
pub(crate) enum Restoration {
    /// The target holds one version; the write had not begun, or was finished.
    Whole,
    /// The target held a mixture, and holds the old version again.
    Restored,
    /// Somebody else has written the target since, or it is gone: not ours to touch.
    Foreign,
}

impl UndoRecord {
    const MAGIC: &'static str = "stepdeck-undo 1";

    fn to_rope(&self) -> Rope {
        let path = self.target.as_os_str().as_bytes();
        let lengths = [path.len(), self.old.len(), self.new.len()];
        let [path_len, old_len, new_len] = lengths;
        let mut head = format!("{} {path_len} {old_len} {new_len}\n", Self::MAGIC).into_bytes();
        head.extend_from_slice(path);
        let versions = [&self.old, &self.new].into_iter().flat_map(Rope::pieces);
        Rope::of_pieces(std::iter::once(Piece::from(head)).chain(versions.cloned()))
    }

    /// The record in `bytes`, or `None` when it was cut short.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|b| *b == b'\n')?;
        let header = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lengths = header.strip_prefix(Self::MAGIC)?.split_whitespace();
        let mut rest = &bytes[end + 1..];
        let mut part = || {
            let (part, after) = rest.split_at_checked(lengths.next()?.parse().ok()?)?;
            rest = after;
            Some(part)
        };
        let (path, old, new) = (part()?, part()?, part()?);
        rest.is_empty().then(|| Self {
            target: PathBuf::from(OsStr::from_bytes(path)),
            old: old.into(),
            new: new.into(),
        })
    }

    /// Puts the old version back if the target is a mixture of both and of nothing else.
    pub(crate) fn restore(&self) -> io::Result<Restoration> {
        let file = match RealFs.open_for_writing(&self.target) {
            Err(error) if is_missing(&error) => return Ok(Restoration::Foreign),
            file => file?,
        };
        let found = RealFs.read(&file, &self.old)?;
        if found == self.old || found == self.new {
            return Ok(Restoration::Whole);
        }
        if !self.accounts_for(&found) {
            return Ok(Restoration::Foreign);
        }
        put(&RealFs, &file, &self.old)?;
        Ok(Restoration::Restored)
    }

    /// Whether each byte found is at the same place in one of the versions.
    fn accounts_for(&self, found: &Rope) -> bool {
        let [old, new, found] = [&self.old, &self.new, found].map(Rope::contiguous);
        let stands_in = |version: &[u8], at: usize, byte: &u8| version.get(at) == Some(byte);
        (found.iter().enumerate())
            .all(|(at, byte)| stands_in(&old, at, byte) || stands_in(&new, at, byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn restored(found: &[u8], old: &[u8], new: &[u8]) -> (Restoration, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("log");
        std::fs::write(&target, found).unwrap();
        let record = UndoRecord {
            target: target.clone(),
            old: old.into(),
            new: new.into(),
        };
        let result = record.restore().unwrap();
        (result, std::fs::read(target).unwrap())
    }

    #[test]
    fn somebody_elses_bytes_are_never_overwritten() {
        let (result, bytes) = restored(b"their version", b"old", b"new");
        assert!(matches!(result, Restoration::Foreign));
        assert_eq!(bytes, b"their version");
    }

    proptest! {
        #[test]
        fn a_write_cut_anywhere_ends_whole(
            old in "[a-c]{0,12}", new in "[a-c]{0,12}", cut in 0..=12_usize,
        ) {
            let (old, new) = (old.as_bytes(), new.as_bytes());
            let cut = cut.min(new.len());
            let mut found = new[..cut].to_vec();
            found.extend_from_slice(old.get(cut..).unwrap_or_default());
            let (result, bytes) = restored(&found, old, new);
            prop_assert!(!matches!(result, Restoration::Foreign));
            prop_assert!(bytes == old || bytes == new);
        }

        #[test]
        fn a_record_is_read_back_and_a_cut_one_is_not(
            old in prop::collection::vec(any::<u8>(), 0..20),
            new in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let target = PathBuf::from(OsStr::from_bytes(b"/plan/\xff\n.md"));
            let (old, new) = (Rope::from(old), Rope::from(new));
            let record = UndoRecord { target: target.clone(), old: old.clone(), new: new.clone() };
            let bytes = record.to_rope().contiguous().into_owned();
            let back = UndoRecord::parse(&bytes).unwrap();
            prop_assert_eq!((back.target, back.old, back.new), (target, old, new));
            for cut in 0..bytes.len() {
                prop_assert!(UndoRecord::parse(&bytes[..cut]).is_none());
            }
        }
    }
}
