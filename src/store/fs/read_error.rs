//! Why a file could not be read, as data and in words. Nothing here touches a file.

use std::fs::Metadata;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// What is at a path instead of a regular file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAFile {
    /// A directory.
    Folder,
    /// A named pipe.
    Fifo,
    /// A character or block device.
    Device,
    Socket,
    /// None of the kinds above.
    Other,
}

impl NotAFile {
    /// `None` when `metadata` is that of a regular file.
    pub(crate) fn of(metadata: &Metadata) -> Option<Self> {
        let kind = metadata.file_type();
        if kind.is_file() {
            None
        } else if kind.is_dir() {
            Some(Self::Folder)
        } else if kind.is_fifo() {
            Some(Self::Fifo)
        } else if kind.is_socket() {
            Some(Self::Socket)
        } else if kind.is_block_device() || kind.is_char_device() {
            Some(Self::Device)
        } else {
            Some(Self::Other)
        }
    }
}

impl fmt::Display for NotAFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "a folder",
            Self::Fifo => "a named pipe",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Other => "a special file",
        })
    }
}

/// Why a file's bytes cannot be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// Something other than a regular file is there; it was not read.
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What it is instead.
        kind: NotAFile,
    },
    /// The system forbids reading it.
    Forbidden {
        /// Where.
        path: PathBuf,
    },
    /// It holds more than [`LARGEST_FILE`](super::read::LARGEST_FILE) bytes, or more than the memory there is.
    TooLarge {
        /// Where.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
    /// Any other failure of the system.
    Failed {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ReadError {
    /// The path that could not be read.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::NotAFile { path, .. }
            | Self::Forbidden { path }
            | Self::TooLarge { path, .. }
            | Self::Failed { path, .. } => path,
        }
    }

    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Forbidden { path },
            _ => Self::Failed { path, source },
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        match self {
            Self::NotAFile { kind, .. } => write!(
                f,
                "{path} is {kind}, not a regular file: move it away, or name another path in stepdeck.toml"
            ),
            Self::Forbidden { .. } => write!(
                f,
                "{path} may not be read by this user: give yourself read permission on it and on its folders"
            ),
            Self::TooLarge { size, .. } => write!(
                f,
                "{path} holds {size} bytes, more than can be opened: split it, or name another path in stepdeck.toml"
            ),
            Self::Failed { source, .. } => write!(
                f,
                "{path} could not be read ({source}): check the disk or the mount; it is read \
                 again when the file changes"
            ),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_where_and_what_to_do() {
        let denied = io::ErrorKind::PermissionDenied.into();
        assert_eq!(
            ReadError::from_io(Path::new("docs/a.md"), denied).to_string(),
            "docs/a.md may not be read by this user: give yourself read permission on it and on its folders"
        );
        let kind = NotAFile::Fifo;
        let path = PathBuf::from("p");
        assert_eq!(
            ReadError::NotAFile { path, kind }.to_string(),
            "p is a named pipe, not a regular file: move it away, or name another path in stepdeck.toml"
        );
    }
}
