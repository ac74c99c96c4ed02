//! The file that a save replaced: nameless, and open for as long as somebody may write to it.

use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::document::rope::{Piece, Rope};
use crate::store::fs::stamp::Stamp;
use crate::store::fs::syscalls::{FileSystem, RealFs};

/// The version a save put aside, which another program may still be writing to.
///
/// `script >> log` keeps its file open: what it appends after our rename lands here, where
/// nobody would see it. Keep this for some seconds and ask now and then.
#[derive(Debug)]
pub struct ReplacedFile {
    file: File,
    seen: Option<Stamp>,
    known: Rope,
}

impl ReplacedFile {
    /// The file, with what is known to be in it, and as of which stamp if nothing else does.
    pub(crate) fn new(file: File, known: Rope, seen: Option<Stamp>) -> Self {
        Self { file, seen, known }
    }

    /// What it is known to hold.
    pub(crate) fn known(&self) -> &Rope {
        &self.known
    }

    /// How many bytes it is known to hold.
    pub fn size(&self) -> usize {
        self.known.len()
    }

    /// Whole lines that were appended since the last call; none if it was changed in any other way.
    ///
    /// # Errors
    /// Those of `fstat` and `read`.
    pub(crate) fn lines_since(&mut self) -> io::Result<Option<Vec<u8>>> {
        let before = self.known.clone();
        let Some(now) = self.written_since()? else {
            return Ok(None);
        };
        let lines = lines_behind(&now, &before);
        // What is not forwarded, above all the beginning of a line, does not count as known.
        let pieces = before.pieces().iter().cloned();
        self.known = Rope::of_pieces(pieces.chain(lines.clone().map(Piece::from)));
        if self.known != now {
            self.seen = None;
        }
        Ok(lines)
    }

    /// How long ago somebody last wrote to it, by its modification time: being replaced moves its
    /// change time.
    pub(crate) fn unwritten_for(&self) -> Option<Duration> {
        let written = Stamp::from_metadata(&self.file.metadata().ok()?).mtime_ns;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        now.checked_sub(Duration::from_nanos(u64::try_from(written).ok()?))
    }

    /// Frees the system's cache of its bytes for the next version: they are read again only if
    /// somebody writes to it.
    pub(crate) fn uncache(&self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        // A hint: nothing follows if it is not taken.
        let _ = rustix::fs::fadvise(&self.file, 0, None, rustix::fs::Advice::DontNeed);
    }

    /// Lets go of its bytes, if nobody has written to it: they are read again when somebody does.
    /// Answers them.
    pub(crate) fn part(&mut self) -> Option<Rope> {
        let is_as_known = matches!(self.written_since(), Ok(None));
        is_as_known.then(|| std::mem::take(&mut self.known))
    }

    /// Forgets its last bytes, which are nowhere else yet.
    pub(crate) fn forget(&mut self, bytes: usize) {
        let known = self.known.len().saturating_sub(bytes);
        self.known = self.known.head(known);
        self.seen = None;
    }

    /// All bytes of the old file, if somebody wrote to it since the save or the last call.
    ///
    /// # Errors
    /// Those of `fstat` and `read`.
    pub fn written_since(&mut self) -> io::Result<Option<Rope>> {
        let stamp = Stamp::from_metadata(&self.file.metadata()?);
        if self.seen == Some(stamp) && !stamp.is_racy(std::time::SystemTime::now()) {
            return Ok(None);
        }
        let bytes = RealFs.read(&self.file, &self.known)?;
        self.seen = Some(stamp);
        let known = std::mem::replace(&mut self.known, bytes);
        Ok((known != self.known).then(|| self.known.clone()))
    }
}

/// The whole lines that `now` holds behind all of `before`, if there are any.
pub(crate) fn lines_behind(now: &Rope, before: &Rope) -> Option<Vec<u8>> {
    let mut lines = now.appended_to(before)?.contiguous().into_owned();
    lines.truncate(memchr::memrchr(b'\n', &lines)? + 1);
    Some(lines)
}
