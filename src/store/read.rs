//! What a path holds right now: its bytes and a stamp, or nothing.
//!
//! Never blocks on a FIFO or a device, never judges content. A stamp says "may have changed"
//! for the price of one `stat`; only bytes say "has changed".

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::OFlags;

/// Above this many bytes a file is not a plan but a mistake, and would take the memory of all.
pub const LARGEST_FILE: u64 = 1 << 30;

/// A file's identity and times: equal stamps mean "very probably unchanged".
///
/// The change time is part of it, because an edit of equal size whose modification time was set
/// back still moves that one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stamp {
    /// Device number.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
    /// Size in bytes.
    pub size: u64,
    /// Modification time, nanoseconds since the epoch.
    pub mtime_ns: i128,
    /// Change time, nanoseconds since the epoch.
    pub ctime_ns: i128,
}

impl Stamp {
    /// The stamp in `metadata`.
    pub fn from_metadata(metadata: &Metadata) -> Self {
        let nanos = |s: i64, ns: i64| i128::from(s) * 1_000_000_000 + i128::from(ns);
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
            size: metadata.size(),
            mtime_ns: nanos(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: nanos(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp of what `path` leads to, through symlinks; `None` if that cannot be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path)
            .ok()
            .map(|m| Self::from_metadata(&m))
    }

    /// Whether both are the same file or folder, changed or not.
    pub fn same_inode(&self, other: &Self) -> bool {
        (self.dev, self.ino) == (other.dev, other.ino)
    }

    /// Whether the last change is so near to `now` that a second one could bear the same times.
    ///
    /// Kernel clocks tick every 1–10 ms, and some file systems keep whole seconds only.
    pub fn is_racy(&self, now: SystemTime) -> bool {
        let whole_seconds = self.ctime_ns % 1_000_000_000 == 0;
        let tick = Duration::from_millis(if whole_seconds { 2_000 } else { 12 });
        let now = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos() as i128);
        now - self.ctime_ns < tick.as_nanos() as i128
    }
}

/// What was found at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileState {
    /// A regular file.
    Present {
        /// All of its bytes.
        bytes: Arc<[u8]>,
        /// Taken before the bytes, so that a change during the read moves it.
        stamp: Stamp,
    },
    /// Nothing is there, or a symlink leads nowhere.
    Missing,
}

impl FileState {
    /// The bytes, if the file is there.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Present { bytes, .. } => Some(bytes),
            Self::Missing => None,
        }
    }
}

/// What stands at a path instead of a regular file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAFile {
    /// A directory.
    Folder,
    /// A named pipe.
    Fifo,
    /// A character or block device.
    Device,
    /// A socket.
    Socket,
    /// None of the kinds above.
    Other,
}

impl NotAFile {
    /// `None` when `metadata` is that of a regular file.
    pub fn of(metadata: &Metadata) -> Option<Self> {
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
            Self::Other => "no regular file",
        })
    }
}

/// Why a file's bytes cannot be had.
#[derive(Debug)]
pub enum ReadError {
    /// Something else than a regular file stands there; it was not read.
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
    /// It holds more than [`LARGEST_FILE`] bytes, or more than the memory there is.
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
    pub fn path(&self) -> &Path {
        match self {
            Self::NotAFile { path, .. }
            | Self::Forbidden { path }
            | Self::TooLarge { path, .. }
            | Self::Failed { path, .. } => path,
        }
    }

    fn from_io(path: &Path, source: io::Error) -> Self {
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
                "{path} could not be read ({source}): check the disk or the mount, it is tried again when the file changes"
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

/// Reads the file that `path` leads to, through symlinks.
///
/// # Errors
/// When something else than a regular file stands there, when it may not be read, when it is
/// beyond any memory, or when the system fails. A missing file is no error.
pub fn read(path: &Path) -> Result<FileState, ReadError> {
    let refuse = |kind| ReadError::NotAFile {
        path: path.to_owned(),
        kind,
    };
    // Looked at before opening: opening alone can rewind a tape or wake a pipe's writer.
    match std::fs::metadata(path) {
        Ok(metadata) => NotAFile::of(&metadata).map_or(Ok(()), |kind| Err(refuse(kind)))?,
        Err(source) if is_missing(&source) => return Ok(FileState::Missing),
        Err(source) => return Err(ReadError::from_io(path, source)),
    }
    let mut file = match open_nonblocking(path) {
        Ok(file) => file,
        Err(source) if is_missing(&source) => return Ok(FileState::Missing),
        Err(source) => return Err(ReadError::from_io(path, source)),
    };
    let metadata = file
        .metadata()
        .map_err(|source| ReadError::from_io(path, source))?;
    if let Some(kind) = NotAFile::of(&metadata) {
        return Err(refuse(kind));
    }
    let stamp = Stamp::from_metadata(&metadata);
    let too_large = |size| ReadError::TooLarge {
        path: path.to_owned(),
        size,
    };
    if stamp.size > LARGEST_FILE {
        return Err(too_large(stamp.size));
    }
    let bytes = read_open(&mut file).map_err(|source| match source.kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::FileTooLarge => too_large(stamp.size),
        _ => ReadError::from_io(path, source),
    })?;
    Ok(FileState::Present {
        bytes: bytes.into(),
        stamp,
    })
}

/// Opens for reading, without waiting for a FIFO's writer or becoming a terminal's owner.
///
/// # Errors
/// Those of `open`.
pub fn open_nonblocking(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)
}

/// Reads an open file from where it stands to its end, [`LARGEST_FILE`] bytes at most.
///
/// # Errors
/// Those of `read`; `FileTooLarge` above the limit, `OutOfMemory` where memory ends first.
pub fn read_open(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let size = file.metadata()?.len().min(LARGEST_FILE);
    bytes.try_reserve_exact(size as usize + 1)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Whether the error says that nothing stands at the path.
pub fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_file_is_its_bytes_and_nothing_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        assert_eq!(read(&path).unwrap(), FileState::Missing);
        assert_eq!(read(&path.join("below")).unwrap(), FileState::Missing);
        std::fs::write(&path, b"\xff\0x").unwrap();
        assert_eq!(read(&path).unwrap().bytes(), Some(&b"\xff\0x"[..]));
        assert_eq!(read(&path.join("below")).unwrap(), FileState::Missing);
    }

    #[test]
    fn a_symlink_is_followed_and_a_dangling_one_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let (link, target) = (dir.path().join("link"), dir.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(read(&link).unwrap(), FileState::Missing);
        std::fs::write(&target, "x").unwrap();
        assert_eq!(read(&link).unwrap().bytes(), Some(&b"x"[..]));
    }

    #[test]
    fn folders_pipes_sockets_and_devices_are_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let socket = dir.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        for (path, expected) in [
            (dir.path(), NotAFile::Folder),
            (&fifo, NotAFile::Fifo),
            (&socket, NotAFile::Socket),
            (Path::new("/dev/null"), NotAFile::Device),
        ] {
            match read(path) {
                Err(ReadError::NotAFile { kind, .. }) => assert_eq!(kind, expected),
                other => panic!("{}: {other:?}", path.display()),
            }
        }
    }

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

    #[test]
    fn a_same_size_edit_dated_into_the_past_moves_the_stamp() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.md");
        std::fs::write(&path, "one").unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let before = Stamp::of(&path).unwrap();
        // The kernel's clock ticks: write until it has, as it would have for a person.
        let after = (0..)
            .map(|_| {
                std::fs::write(&path, "two").unwrap();
                let file = File::options().write(true).open(&path).unwrap();
                file.set_modified(modified).unwrap();
                Stamp::of(&path).unwrap()
            })
            .find(|after| after.ctime_ns != before.ctime_ns)
            .unwrap();
        assert_eq!((after.size, after.mtime_ns), (before.size, before.mtime_ns));
        assert_ne!(after, before);
    }
}
