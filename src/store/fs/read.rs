//! What a path holds right now: its bytes and a stamp, or nothing.
//!
//! Never blocks on a FIFO or a device, never assesses content, and shares in memory what several
//! versions of a file have in common.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::buffer::spare_capacity;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::read_error::{NotAFile, ReadError};
use super::stamp::Stamp;
use crate::document::parallel::in_parallel;
use crate::document::progress::Progress;
use crate::document::rope::{PIECE, Piece, Rope, first_piece};

/// A larger file is a mistake, not a plan, and would use up the memory.
pub(crate) const LARGEST_FILE: u64 = 1 << 30;

/// What was found at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileState {
    /// A regular file.
    Present {
        /// All of its bytes.
        bytes: Rope,
        /// Taken before the bytes, so that a change during the read moves it.
        stamp: Stamp,
        /// Whether every later change moves the stamp.
        is_reliable: bool,
        /// Whether somebody changed the file while it was read.
        moved: bool,
    },
    /// Nothing is there, or a symlink leads nowhere.
    Missing,
}

impl FileState {
    /// The bytes, if the file is there.
    pub(crate) fn into_bytes(self) -> Option<Rope> {
        match self {
            Self::Present { bytes, .. } => Some(bytes),
            Self::Missing => None,
        }
    }

    /// The stamp that the file had with these bytes, if every later change moves it.
    pub(crate) fn as_of(&self) -> Option<Stamp> {
        match self {
            Self::Present {
                stamp, is_reliable, ..
            } => is_reliable.then_some(*stamp),
            Self::Missing => None,
        }
    }

    /// The stamp, if the file is there.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Present { stamp, .. } => Some(*stamp),
            Self::Missing => None,
        }
    }

    /// Whether somebody changed the file while it was read, so that its bytes may be those of
    /// two versions.
    pub(crate) fn moved(&self) -> bool {
        matches!(self, Self::Present { moved: true, .. })
    }

    /// The bytes, if the file is there.
    pub(crate) fn bytes(&self) -> Option<&Rope> {
        match self {
            Self::Present { bytes, .. } => Some(bytes),
            Self::Missing => None,
        }
    }
}

/// Reads the file that `path` leads to, through symlinks.
///
/// # Errors
/// As [`read_like`].
pub(crate) fn read(path: &Path) -> Result<FileState, ReadError> {
    read_like(path, &Rope::default())
}

/// The same, sharing memory with what the file held before, `like`, as far as it still does.
///
/// # Errors
/// As [`read_with`].
pub(crate) fn read_like(path: &Path, like: &Rope) -> Result<FileState, ReadError> {
    read_with(path, like, u64::MAX, &Progress::default())
}

/// The same for somebody who knows what the file held `as_of` a stamp that every later change
/// moves: it is read only if its stamp is another one.
///
/// # Errors
/// As [`read_with`].
pub(crate) fn read_since(
    path: &Path,
    known: &Rope,
    as_of: Option<Stamp>,
) -> Result<FileState, ReadError> {
    match as_of {
        Some(stamp) if Stamp::of(path) == as_of => Ok(FileState::Present {
            bytes: known.clone(),
            stamp,
            is_reliable: true,
            moved: false,
        }),
        _ => read_like(path, known),
    }
}

/// The same, of the whole lines among the first `most` bytes, with its progress in bytes. It
/// cannot be stopped.
///
/// # Errors
/// When something other than a regular file is there, when it may not be read, when it does not
/// fit into memory, or when the system fails. A missing file is not an error.
pub(crate) fn read_with(
    path: &Path,
    like: &Rope,
    most: u64,
    progress: &Progress,
) -> Result<FileState, ReadError> {
    // Looked at before opening: opening alone can rewind a tape or wake a pipe's writer.
    match std::fs::metadata(path) {
        Ok(metadata) => NotAFile::of(&metadata).map_or(Ok(()), |kind| Err(refuse(path, kind)))?,
        Err(source) if is_missing(&source) => return Ok(FileState::Missing),
        Err(source) => return Err(ReadError::from_io(path, source)),
    }
    read_seen(path, like, most, progress)
}

fn refuse(path: &Path, kind: NotAFile) -> ReadError {
    let path = path.to_owned();
    ReadError::NotAFile { path, kind }
}

/// The same of a path at which a regular file was seen a moment ago.
///
/// # Errors
/// As [`read_with`].
pub(crate) fn read_seen(
    path: &Path,
    like: &Rope,
    most: u64,
    progress: &Progress,
) -> Result<FileState, ReadError> {
    let file = match open_nonblocking(path) {
        Ok(file) => file,
        Err(source) if is_missing(&source) => return Ok(FileState::Missing),
        Err(source) => return Err(ReadError::from_io(path, source)),
    };
    let now = SystemTime::now();
    let metadata = file
        .metadata()
        .map_err(|source| ReadError::from_io(path, source))?;
    if let Some(kind) = NotAFile::of(&metadata) {
        return Err(refuse(path, kind));
    }
    let stamp = Stamp::from_metadata(&metadata);
    let too_large = |size| ReadError::TooLarge {
        path: path.to_owned(),
        size,
    };
    if stamp.size > LARGEST_FILE {
        return Err(too_large(stamp.size));
    }
    let read = match most < stamp.size {
        true => read_front(&file, most),
        false => read_sized(&file, stamp.size, like, progress),
    };
    let bytes = read.map_err(|source| match source.kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::FileTooLarge => too_large(stamp.size),
        _ => ReadError::from_io(path, source),
    })?;
    let after = (file.metadata()).map_err(|source| ReadError::from_io(path, source))?;
    // Being replaced or renamed does not change the bytes.
    let moved = !Stamp::from_metadata(&after).has_bytes_of(&stamp);
    let is_reliable = !moved && !stamp.is_racy(now);
    Ok(FileState::Present {
        bytes,
        stamp,
        is_reliable,
        moved,
    })
}

/// Opens for reading, without waiting for a FIFO's writer or becoming a terminal's owner.
///
/// # Errors
/// Those of `open`.
pub(crate) fn open_nonblocking(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)
}

/// Reads an open file from its start, [`LARGEST_FILE`] bytes at most. Memory is shared with
/// `like` at both ends of the file as far as its bytes are the same, wherever they stand.
///
/// # Errors
/// Those of `read`; `FileTooLarge` above the limit, `OutOfMemory` where memory ends first.
pub(crate) fn read_open(file: &File, like: &Rope, progress: &Progress) -> io::Result<Rope> {
    match file.metadata()?.len() {
        size if size > LARGEST_FILE => Err(io::ErrorKind::FileTooLarge.into()),
        size => read_sized(file, size, like, progress),
    }
}

/// The same of a file that has so many bytes.
fn read_sized(file: &File, size: u64, like: &Rope, progress: &Progress) -> io::Result<Rope> {
    let mut buffer = Vec::new();
    let mut holds = |piece: &Piece, at: u64| -> io::Result<bool> {
        buffer.resize(piece.len(), 0);
        match file.read_exact_at(&mut buffer, at) {
            // Somebody is truncating it.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            result => result.map(|()| buffer == piece.as_bytes()),
        }
    };
    let known = like.pieces();
    let (mut front, mut start) = (0, 0);
    while let Some(piece) = known.get(front)
        && start + piece.len() as u64 <= size
        && holds(piece, start)?
    {
        start += piece.len() as u64;
        front += 1;
    }
    // A piece holds whole lines, also where another one follows now.
    while front > 0 && start < size && !known[front - 1].as_bytes().ends_with(b"\n") {
        front -= 1;
        start -= known[front].len() as u64;
    }
    let (mut back, mut end) = (known.len(), size);
    while back > front
        && let Some(before) = end.checked_sub(known[back - 1].len() as u64)
        && before >= start
        && holds(&known[back - 1], before)?
    {
        end = before;
        back -= 1;
    }
    // Many small appends make few pieces: what is short goes on.
    if start < end
        && let Some(last) = known[..front].last().filter(|last| last.len() < PIECE / 2)
    {
        start -= last.len() as u64;
        front -= 1;
    }
    let mut told = progress.strides();
    told.add((size - (end - start)) as usize);
    told.end();
    let mut fresh = read_between(file, start..end, progress)?;
    while let Some(last) = fresh.last_mut()
        && !last.as_bytes().ends_with(b"\n")
        && let Some(next) = known.get(back)
    {
        last.replace(last.len()..last.len(), next.as_bytes());
        back += 1;
    }
    let shared = |pieces: &[Piece]| pieces.to_vec();
    let pieces = shared(&known[..front]).into_iter().chain(fresh);
    Ok(Rope::of_pieces(pieces.chain(shared(&known[back..]))))
}

/// The whole lines among the first `most` bytes of a file.
fn read_front(file: &File, most: u64) -> io::Result<Rope> {
    let mut pieces = read_between(file, 0..most, &Progress::default())?;
    if let Some(last) = pieces.last_mut() {
        let whole = memchr::memrchr(b'\n', last.as_bytes()).map_or(0, |at| at + 1);
        last.replace(whole..last.len(), b"");
    }
    Ok(Rope::of_pieces(pieces))
}

/// Read at once: enough that a piece seldom has to wait for the rest of its last line.
const BLOCK: u64 = 4 * PIECE as u64;

/// The bytes between two places of a file, cut into pieces; fewer where it ends before. What
/// comes to its end meanwhile belongs to the next reading.
fn read_between(file: &File, range: Range<u64>, progress: &Progress) -> io::Result<Vec<Piece>> {
    /// So many blocks are worth a thread of their own.
    const SHARE: usize = 32;
    let Range { start, end } = range;
    let blocks = usize::try_from((end - start).div_ceil(BLOCK)).unwrap_or(usize::MAX);
    let parts = in_parallel(blocks, SHARE, |part| {
        // A piece holds whole lines, whoever reads them.
        let cut = |block: usize| match block {
            0 => Ok(start),
            block => line_start(file, start + block as u64 * BLOCK, end),
        };
        read_part(file, cut(part.start)?..cut(part.end)?, progress)
    });
    let parts = parts.into_iter().collect::<io::Result<Vec<_>>>()?;
    Ok(parts.into_iter().flatten().collect())
}

/// Where the first line starts from a place in a file on; its end where none does.
fn line_start(file: &File, from: u64, end: u64) -> io::Result<u64> {
    let mut buffer = vec![0; PIECE];
    let mut at = from - 1;
    while at < end {
        match file.read_at(&mut buffer, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) => break,
            got => {
                let got = got?;
                if let Some(found) = memchr::memchr(b'\n', &buffer[..got]) {
                    return Ok(end.min(at + found as u64 + 1));
                }
                at += got as u64;
            }
        }
    }
    Ok(end)
}

/// The same on one thread.
fn read_part(file: &File, range: Range<u64>, progress: &Progress) -> io::Result<Vec<Piece>> {
    let Range { start, end } = range;
    let mut told = progress.strides();
    let mut pieces = Vec::new();
    let mut rest: Vec<u8> = Vec::new();
    let mut at = start;
    while at < end {
        let block = BLOCK.min(end - at) as usize;
        let known = rest.len();
        rest.try_reserve_exact(block)?;
        let got = match rustix::io::pread(file, spare_capacity(&mut rest), at) {
            Err(Errno::INTR) => 0,
            Ok(0) => break,
            // The buffer may have room for what is behind the end.
            got => got?.min((end - at) as usize),
        };
        rest.truncate(known + got);
        told.add(got);
        at += got as u64;
        let mut cut = 0;
        while let Some(piece) = first_piece(&rest[cut..])
            && cut + piece < rest.len()
        {
            pieces.push(Piece::from(rest[cut..cut + piece].to_vec()));
            cut += piece;
        }
        rest.drain(..cut);
    }
    told.end();
    rest.shrink_to_fit();
    pieces.extend((!rest.is_empty()).then(|| Piece::from(rest)));
    Ok(pieces)
}

/// Whether the error says that nothing is at the path.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_file_is_its_bytes_and_nothing_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        assert_eq!(read(&path).unwrap(), FileState::Missing);
        assert_eq!(read(&path.join("below")).unwrap(), FileState::Missing);
        std::fs::write(&path, b"\xff\0x").unwrap();
        assert_eq!(read(&path).unwrap().bytes(), Some(&b"\xff\0x".into()));
        assert_eq!(read(&path.join("below")).unwrap(), FileState::Missing);
    }

    #[test]
    fn a_symlink_is_followed_and_a_dangling_one_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let (link, target) = (dir.path().join("link"), dir.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(read(&link).unwrap(), FileState::Missing);
        std::fs::write(&target, "x").unwrap();
        assert_eq!(read(&link).unwrap().bytes(), Some(&b"x".into()));
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

    proptest! {
        /// Whatever a file held before, what it holds now is read; and what did not change is
        /// one memory with it.
        #[test]
        fn a_file_is_read_like_what_it_held(
            front in "[a\n]{0,60}", old in "[b\n]{0,30}", new in "[c\n]{0,30}", back in "[d\n]{0,60}",
        ) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("log");
            let [old, new] = [old, new].map(|middle| [&*front, &*middle, &*back].concat());
            std::fs::write(&path, &new).unwrap();
            let like = Rope::from(old.as_bytes());
            let read = read_open(&File::open(&path).unwrap(), &like, &Progress::default()).unwrap();
            prop_assert!(read == *new.as_bytes());
            let (_, pieces) = read.pieces().split_last().unzip();
            let pieces: &[Piece] = pieces.unwrap_or_default();
            prop_assert!(pieces.iter().all(|piece| piece.as_bytes().ends_with(b"\n")));
            let again = read_open(&File::open(&path).unwrap(), &read, &Progress::default()).unwrap();
            prop_assert_eq!(again.pieces().len(), read.pieces().len());
            let same = |(a, b): (&Piece, &Piece)| a.is_same(b);
            prop_assert!(again.pieces().iter().zip(read.pieces()).all(same));
        }
    }

    #[test]
    fn a_line_that_changed_costs_one_piece() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let line = |at: usize, end: &str| format!("{{\"at\":{at}}}{end}\n");
        let old: String = (0..200).map(|at| line(at, "")).collect();
        let like = Rope::from(old.as_bytes());
        std::fs::write(&path, old.replace(&line(100, ""), &line(100, " "))).unwrap();
        let read = read_open(&File::open(&path).unwrap(), &like, &Progress::default()).unwrap();
        let shared = |piece: &&Piece| like.pieces().iter().any(|known| known.is_same(piece));
        let shared = read.pieces().iter().filter(shared).count();
        assert_eq!(
            (shared, read.pieces().len()),
            (like.pieces().len() - 1, like.pieces().len())
        );
    }

    #[test]
    fn what_has_the_stamp_still_is_not_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "one").unwrap();
        let stamp = Stamp::of(&path);
        let known = Rope::from(b"what is known");
        let state = read_since(&path, &known, stamp).unwrap();
        assert_eq!((state.bytes(), state.as_of()), (Some(&known), stamp));
        std::fs::write(&path, "longer").unwrap();
        let state = read_since(&path, &known, stamp).unwrap();
        assert_eq!(state.bytes(), Some(&b"longer".into()));
        assert_eq!(state.as_of(), None, "written a moment ago");
        assert_eq!(
            read_since(&path, &known, None).unwrap().bytes(),
            Some(&b"longer".into())
        );
    }
}
