//! A text laid down for another program, and read back: what `$EDITOR` works on.

use std::io::{self, Write};
use std::path::Path;

use tempfile::TempPath;

/// A temporary file that goes away with this value.
#[derive(Debug)]
pub struct Scratch(TempPath);

impl Scratch {
    /// Lays `text` down in a new file readable by this person only, with this suffix.
    ///
    /// # Errors
    /// When no temporary file can be written.
    pub fn new(text: &str, suffix: &str) -> io::Result<Self> {
        let mut named = tempfile::Builder::new();
        named.prefix("stepdeck-").suffix(suffix);
        // TMPDIR may name a folder that is gone.
        let elsewhere = ["/tmp", "/var/tmp", "/dev/shm"].iter();
        let mut file = elsewhere.fold(named.tempfile(), |made, folder| {
            made.or_else(|error| named.tempfile_in(folder).map_err(|_| error))
        })?;
        file.write_all(text.as_bytes())?;
        // Closed before the editor starts: many editors replace the file.
        Ok(Self(file.into_temp_path()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What stands in it now.
    ///
    /// # Errors
    /// When it is gone or is no text any more.
    pub fn read(&self) -> io::Result<String> {
        std::fs::read_to_string(&self.0)
    }
}
