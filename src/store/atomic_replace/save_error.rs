//! Why a save did not happen, as data and in words. Nothing here touches a file.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use rustix::io::Errno;

use crate::document::rope::Rope;
use crate::store::fs::read_error::NotAFile;

/// The part of a save that failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operation {
    /// Following symlinks to the file itself.
    Resolve,
    /// Looking at, opening or reading the current version.
    Read,
    /// Creating the folders above a new file.
    CreateFolder,
    /// Creating a temporary file.
    CreateTemporary,
    /// Giving the new version the owner, mode and extended attributes of the old one.
    CopyAttributes,
    /// Writing the new version.
    Write,
    /// `fsync` of the new version.
    Sync,
    /// The rename that makes the new version visible.
    Swap,
    /// `fsync` of the folder.
    SyncFolder,
    /// Keeping the old version aside before writing in place.
    BackUp,
    /// Removing the file.
    Remove,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "following its symlinks",
            Self::Read => "reading the current version",
            Self::CreateFolder => "creating its folder",
            Self::CreateTemporary => "creating a temporary file beside it",
            Self::CopyAttributes => "copying its owner, mode and attributes",
            Self::Write => "writing the new version",
            Self::Sync => "flushing the new version to the disk",
            Self::Swap => "putting the new version in its place",
            Self::SyncFolder => "flushing its folder to the disk",
            Self::BackUp => "keeping a backup of the current version",
            Self::Remove => "removing it",
        })
    }
}

/// What the file holds after a failed save.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Aftermath {
    /// The old bytes; the save can be tried again.
    Old,
    /// The new bytes, though a power cut may still take them away.
    New,
    /// A part of each; the whole of both is in this file, from which the next start recovers it.
    Mixed { backup: PathBuf },
    /// The new bytes; what another program saved at the same moment is in this file.
    Displaced {
        /// The other program's version.
        theirs: PathBuf,
    },
}

/// Why a file was not replaced.
#[derive(Debug)]
pub enum SaveError {
    /// The bytes on disk are not those the edit was made on; nothing was written.
    Changed {
        /// The file.
        path: PathBuf,
        /// Its bytes now; `None` if it is gone.
        found: Option<Rope>,
    },
    /// The file may not be written; nothing was.
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Something other than a regular file is there; nothing was written.
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What it is instead.
        kind: NotAFile,
    },
    /// A system call failed.
    Failed {
        /// The file that was to be saved.
        path: PathBuf,
        /// What was being done.
        operation: Operation,
        /// What the system said.
        source: io::Error,
        /// What the file holds now.
        aftermath: Aftermath,
    },
}

impl SaveError {
    /// The file that was to be saved.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Changed { path, .. }
            | Self::ReadOnly { path }
            | Self::NotAFile { path, .. }
            | Self::Failed { path, .. } => path,
        }
    }

    /// Whether the file holds the new bytes all the same.
    pub(crate) fn holds_the_edit(&self) -> bool {
        matches!(
            self,
            Self::Failed {
                aftermath: Aftermath::New | Aftermath::Displaced { .. },
                ..
            }
        )
    }

    /// A failure that left the file as it was.
    pub(crate) fn failed(path: &Path, operation: Operation, source: io::Error) -> Self {
        Self::Failed {
            path: path.to_owned(),
            operation,
            source,
            aftermath: Aftermath::Old,
        }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        match self {
            Self::Changed { found: Some(_), .. } => write!(
                f,
                "{path} was changed by another program: the edit is applied to its new version"
            ),
            Self::Changed { found: None, .. } => write!(
                f,
                "{path} was removed by another program: restore it, or save the edit as a new file"
            ),
            Self::ReadOnly { .. } => write!(
                f,
                "{path} is read-only: allow writing (chmod u+w, or remount), then try again"
            ),
            Self::NotAFile { kind, .. } => write!(
                f,
                "{path} is {kind}, not a regular file: move it away, then try again"
            ),
            Self::Failed {
                operation,
                source,
                aftermath,
                ..
            } => {
                write!(f, "{path}: {operation} failed ({source}). ")?;
                match aftermath {
                    Aftermath::Old => write!(f, "The file is unchanged: {}", next_step(source)),
                    Aftermath::New => write!(
                        f,
                        "The file holds the edit, but a power cut may undo it: check the disk"
                    ),
                    Aftermath::Mixed { backup } => write!(
                        f,
                        "The file is half written: {}; both versions are complete in {}, and \
                         the next start recovers the file from there",
                        next_step(source),
                        backup.display()
                    ),
                    Aftermath::Displaced { theirs } => write!(
                        f,
                        "The file holds the edit; what another program saved in the meantime is \
                         in {}: merge it by hand",
                        theirs.display()
                    ),
                }
            }
        }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            _ => None,
        }
    }
}

fn next_step(source: &io::Error) -> &'static str {
    use io::ErrorKind as Kind;
    match source.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
            "free some space, then try again"
        }
        Kind::PermissionDenied => {
            "give yourself write permission on the file and its folder, then try again"
        }
        Kind::ReadOnlyFilesystem => "remount the disk for writing, then try again",
        Kind::NotFound | Kind::NotADirectory => {
            "check that its folder is still there, then try again"
        }
        _ if Errno::from_io_error(source) == Some(Errno::LOOP) => {
            "its symlinks form a loop: fix them, then try again"
        }
        _ => "check the disk or the mount, then try again",
    }
}
