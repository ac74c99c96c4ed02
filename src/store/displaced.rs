//! What a save put aside: the former file, nameless, for as long as somebody may write to it.

use std::fs::File;
use std::io;

use super::read::Stamp;
use super::syscalls::{FileSystem, RealFs};
use crate::document::rope::Rope;

/// The version a save put aside, which another program may still be writing to.
///
/// `script >> log` keeps its file open: what it appends after our rename lands here, where
/// nobody would see it. Keep this for some seconds and ask now and then.
#[derive(Debug)]
pub struct Displaced {
    file: File,
    seen: Option<Stamp>,
    known: Rope,
}

impl Displaced {
    pub(super) fn new(file: File, known: Rope) -> Self {
        let seen = None;
        Self { file, seen, known }
    }

    /// How many bytes it is known to hold.
    pub fn size(&self) -> usize {
        self.known.len()
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
