//! The content of many objects, read from one `git cat-file --batch` while the caller works on
//! those before; and which of many this clone lacks.

use std::collections::HashSet;
use std::io::{BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::{Git, GitError, TIME_LIMIT, output};

/// Larger files are not read, here as elsewhere: 1 GiB.
const LARGEST: u64 = 1 << 30;
/// How many objects are read ahead.
const AHEAD: usize = 2;

/// Objects in the order in which they were asked for. Git is stopped when this is dropped.
#[derive(Debug)]
pub struct Objects {
    child: Child,
    read: Receiver<Option<Vec<u8>>>,
}

impl Git {
    /// Asks for the content of objects by their hashes.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn objects(&self, hashes: &[&str]) -> Result<Objects, GitError> {
        let mut command = self.command(&["cat-file", "--batch", "--buffer"]);
        let piped = command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().map_err(GitError::NotStarted)?;
        let (sender, read) = mpsc::sync_channel(AHEAD);
        let asked = hashes.join("\n") + "\n";
        if let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) {
            // Where git has ended, its output has too: that is noticed there.
            thread::spawn(move || stdin.write_all(asked.as_bytes()));
            thread::spawn(move || {
                let mut stdout = BufReader::new(stdout);
                while let Ok(object) = output::object(&mut stdout, LARGEST)
                    && sender.send(object).is_ok()
                {}
            });
        }
        Ok(Objects { child, read })
    }
}

impl Git {
    /// Those of the objects with these hashes that this clone does not have. Reads none.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(super) fn missing(&self, hashes: &[&str]) -> Result<HashSet<String>, GitError> {
        let answer = self.asked(hashes)?;
        let missing = answer
            .lines()
            .filter_map(|line| line.strip_suffix(" missing"));
        Ok(missing.map(str::to_owned).collect())
    }

    /// The hashes of the objects with these names, such as `main:docs/a.md`, that this clone has,
    /// in the same order. Reads none.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn hashes(&self, names: &[&str]) -> Result<Vec<String>, GitError> {
        let answer = self.asked(names)?;
        let there = answer.lines().filter(|line| !line.contains(' '));
        Ok(there.map(str::to_owned).collect())
    }

    /// What git calls each of these objects, one a line; ` missing` is behind the name of one that
    /// is not there.
    fn asked(&self, hashes: &[&str]) -> Result<String, GitError> {
        let mut command = self.command(&["cat-file", "--batch-check=%(objectname)", "--buffer"]);
        let piped = command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().map_err(GitError::NotStarted)?;
        let asked = hashes.join("\n") + "\n";
        let mut answer = Vec::new();
        if let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) {
            thread::spawn(move || stdin.write_all(asked.as_bytes()));
            stdout
                .read_to_end(&mut answer)
                .map_err(GitError::NotStarted)?;
        }
        child.wait().map_err(GitError::NotStarted)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

impl Objects {
    /// The next object's bytes; `None` where this clone does not have it, or git does not
    /// answer any more.
    pub fn next_object(&mut self) -> Option<Vec<u8>> {
        self.read.recv_timeout(TIME_LIMIT).ok().flatten()
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
