//! Writes a result into a file of a person's choice, in one step and never into the plan.
//!
//! What was there before is replaced: the person named it. What is guarded is told apart by
//! inode as well as by name, so that a link to the log is the log.

use std::fmt;
use std::fs::{self, File, FileType};
use std::io::{self, Write as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use super::save::Saver;
use super::save_error::SaveError;
use crate::document::rope::Rope;
use crate::store::fs::read::read;
use crate::store::fs::read_error::ReadError;
use crate::store::fs::stamp::Stamp;

/// How often the file may change between our look and our rename.
const TRIES: usize = 10;

/// Why a result was not written.
#[derive(Debug)]
pub enum OverwriteError {
    /// The file is one of those guarded.
    Guarded(PathBuf),
    /// It is one of git's own files.
    OfGit(PathBuf),
    /// The folder it should be in is not a folder.
    NoFolder(PathBuf),
    /// What is there cannot be read, so it is not replaced either.
    Read(ReadError),
    /// It could not be written.
    Save(SaveError),
    /// It is a device or a pipe, and took not all of it.
    Pass(PathBuf, io::Error),
}

impl fmt::Display for OverwriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guarded(path) => write!(
                f,
                "{} belongs to the plan, so nothing was written; name another file",
                path.display()
            ),
            Self::OfGit(path) => write!(
                f,
                "{} belongs to git, so nothing was written; name another file",
                path.display()
            ),
            Self::NoFolder(folder) => write!(
                f,
                "there is no folder {}: create it, or name a file in another one",
                folder.display()
            ),
            Self::Read(ReadError::NotAFile { path, kind }) => write!(
                f,
                "{} is {kind}, not a regular file: name another one, or - for standard output",
                path.display()
            ),
            Self::Read(error) => error.fmt(f),
            Self::Pass(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Save(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OverwriteError {}

/// Makes `path` hold `bytes`, whatever was there before, unless it leads to one of
/// `guarded`. Readers see the old bytes or the new, never a part; a device or a pipe is written to.
///
/// # Errors
/// As the variants say; a file is then untouched.
pub fn overwrite(path: &Path, guarded: &[PathBuf], bytes: &[u8]) -> Result<(), OverwriteError> {
    let stamp = Stamp::of(path);
    let is_same = |other: &PathBuf| {
        let found = stamp.zip(Stamp::of(other));
        path == other || found.is_some_and(|(a, b)| a.same_inode(&b))
    };
    if guarded.iter().any(is_same) {
        return Err(OverwriteError::Guarded(path.to_owned()));
    }
    if is_of_git(path) {
        return Err(OverwriteError::OfGit(path.to_owned()));
    }
    // A folder that is not there is a slip of the keyboard.
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        return Err(OverwriteError::NoFolder(folder.to_owned()));
    }
    let takes_bytes = |kind: FileType| kind.is_fifo() || kind.is_char_device();
    if fs::metadata(path).is_ok_and(|metadata| takes_bytes(metadata.file_type())) {
        let file = File::options().write(true).open(path);
        let passed = file.and_then(|mut file| file.write_all(bytes));
        return passed.map_err(|error| OverwriteError::Pass(path.to_owned(), error));
    }
    let (saver, new) = (Saver::new(None), Rope::from(bytes));
    let mut tries = 1;
    loop {
        let present = read(path).map_err(OverwriteError::Read)?;
        match saver.replace(path, present.bytes(), &new) {
            Ok(_) => return Ok(()),
            Err(SaveError::Changed { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(OverwriteError::Save(error)),
        }
    }
}

/// What git reads in a checkout, beside its own folder.
const OF_GIT: [&str; 4] = [".git", ".gitattributes", ".gitignore", ".gitmodules"];

/// Whether a path is one of git's own files, or leads into its folder, whether or not something is
/// there. A checkout may be below that folder: what is in it is not git's.
pub(super) fn is_of_git(path: &Path) -> bool {
    let is_named = |path: &Path, names: &[&str]| {
        let name = path.file_name();
        name.is_some_and(|name| names.iter().any(|own| name.eq_ignore_ascii_case(own)))
    };
    let is_below = |path: &Path| {
        for above in path.ancestors() {
            if is_named(above, &OF_GIT[..1]) {
                return true;
            }
            if above.join(OF_GIT[0]).exists() {
                return false;
            }
        }
        false
    };
    let folder = path.parent().map(fs::canonicalize);
    let ends = [Some(fs::canonicalize(path)), folder];
    let mut ends = ends.into_iter().flatten().filter_map(Result::ok);
    is_named(path, &OF_GIT) || ends.any(|end| is_named(&end, &OF_GIT) || is_below(&end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_result_replaces_what_was_there_but_never_the_plan_under_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (log, out) = (at("log.jsonl"), at("out.csv"));
        fs::write(&log, "log").unwrap();
        overwrite(&out, std::slice::from_ref(&log), b"one").unwrap();
        overwrite(&out, std::slice::from_ref(&log), b"two").unwrap();
        assert_eq!(fs::read(&out).unwrap(), b"two");
        symlink(&log, at("soft")).unwrap();
        fs::hard_link(&log, at("hard")).unwrap();
        for name in ["log.jsonl", "soft", "hard"] {
            let refused = overwrite(&at(name), std::slice::from_ref(&log), b"x");
            assert!(matches!(refused, Err(OverwriteError::Guarded(_))), "{name}");
        }
        assert_eq!(fs::read(&log).unwrap(), b"log");
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(overwrite(folder.path(), &[], b"x").is_err());
    }
}
