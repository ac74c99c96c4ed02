//! Programs that append to a log which we have just replaced.
//!
//! `script >> log` keeps its file open: what it writes after our rename lands in the old,
//! nameless file. The last of these files stay open and are asked after, often at first, and
//! the whole lines that came to them are handed on.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::displaced::Displaced;
use super::settle::is_json;
use crate::document::rope::{Piece, Rope};

/// How many replaced files are asked after at the most: each is an open file.
const MOST: usize = 16;
/// How much of the disk replaced files may take together; the newest may take more.
const MOST_BYTES: usize = 1 << 28;
/// How long a replaced file is asked after often.
const FRESH: Duration = Duration::from_secs(5);
/// How often, then.
const OFTEN: Duration = Duration::from_millis(250);
/// How often later on, as long as the program runs.
const SELDOM: Duration = Duration::from_secs(5);

/// A replaced file.
struct Replaced {
    serial: u64,
    path: PathBuf,
    file: Displaced,
    since: Instant,
    /// What of it stands in the new file or has been handed on.
    known: Rope,
}

/// Lines that were appended to a replaced file.
pub(super) struct Appended {
    /// The file that they belong to.
    pub(super) path: PathBuf,
    /// Whole lines.
    pub(super) lines: Vec<u8>,
    file: u64,
}

/// Replaced files that may still be written to.
#[derive(Default)]
pub(super) struct Late {
    files: VecDeque<Replaced>,
    serial: u64,
    next: Option<Instant>,
}

impl Late {
    /// Asks after a replaced file, of which `known` bytes were taken over, from now on.
    pub(super) fn watch(&mut self, path: &Path, file: Displaced) {
        let now = Instant::now();
        let known = file.known().clone();
        self.make_room(known.len());
        self.serial += 1;
        self.files.push_front(Replaced {
            serial: self.serial,
            path: path.to_owned(),
            file,
            since: now,
            known,
        });
        let soon = now + OFTEN;
        self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
    }

    /// Lets the oldest files go, so that there is room for one of this size.
    fn make_room(&mut self, size: usize) {
        let mut bytes = size;
        let fits = |replaced: &&Replaced| {
            bytes += replaced.file.size();
            bytes <= MOST_BYTES
        };
        let kept = self.files.iter().take_while(fits).count();
        self.files.truncate(kept.min(MOST - 1));
    }

    /// When to look the next time.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.next
    }

    /// What was appended to files after they had been replaced, if it is time to look or
    /// there is no later. What is not [taken](Late::taken) comes again.
    pub(super) fn gather(&mut self, no_later: bool) -> Vec<Appended> {
        let now = Instant::now();
        if !no_later && self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for replaced in &mut self.files {
            // What was not taken the last time is still there.
            let now = match replaced.file.written_since() {
                Ok(_) if *replaced.file.known() != replaced.known => replaced.file.known(),
                _ => continue,
            };
            // Who writes anew what was there has another version in mind, not more lines.
            if !now.starts_with(&replaced.known) {
                continue;
            }
            let new = now.tail(replaced.known.len()).contiguous().into_owned();
            let lines = memchr::memrchr(b'\n', &new).map_or(0, |at| at + 1);
            let whole = match no_later && is_json(&new[lines..]) {
                true => new.len(),
                false => lines,
            };
            if whole > 0 {
                found.push(Appended {
                    path: replaced.path.clone(),
                    lines: new[..whole].to_vec(),
                    file: replaced.serial,
                });
            }
        }
        let fresh = self
            .files
            .iter()
            .any(|file| now.duration_since(file.since) < FRESH);
        let pause = if fresh { OFTEN } else { SELDOM };
        self.next = (!self.files.is_empty()).then(|| now + pause);
        found
    }

    /// The lines stand in the new file now.
    pub(super) fn taken(&mut self, appended: &Appended) {
        // Handing on replaces a file itself, so that places have moved.
        if let Some(replaced) = self.files.iter_mut().find(|f| f.serial == appended.file) {
            let more = [Piece::from(appended.lines.clone())];
            let known = replaced.known.pieces().iter().cloned().chain(more);
            replaced.known = Rope::of_pieces(known);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek, Write};

    use super::*;

    /// A replaced file that held `before`, still open to a script.
    fn replaced(before: &str) -> (tempfile::TempDir, File, Late) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, before).unwrap();
        let script = File::options().append(true).open(&path).unwrap();
        let known = Rope::from(before.as_bytes());
        let mut late = Late::default();
        late.watch(
            &path,
            Displaced::new(File::open(&path).unwrap(), known, None),
        );
        (dir, script, late)
    }

    fn lines(late: &mut Late) -> Vec<String> {
        let found = late.gather(true);
        let text = |appended: &Appended| String::from_utf8(appended.lines.clone()).unwrap();
        found.iter().map(text).collect()
    }

    #[test]
    fn lines_come_again_until_they_are_taken() {
        let (_dir, mut script, mut late) = replaced("{\"a\":1}\n");
        assert!(lines(&mut late).is_empty());
        script.write_all(b"{\"b\":1}\n{\"c").unwrap();
        assert_eq!(lines(&mut late), ["{\"b\":1}\n"]);
        let again = late.gather(true);
        assert_eq!(again.len(), 1, "the lock was busy");
        late.taken(&again[0]);
        assert!(lines(&mut late).is_empty(), "a line that is being written");
        script.write_all(b"\":1}").unwrap();
        assert_eq!(
            lines(&mut late),
            ["{\"c\":1}"],
            "whole, and there is no later"
        );
    }

    #[test]
    fn who_writes_the_file_anew_has_appended_nothing() {
        let (dir, _, mut late) = replaced("{\"a\":1}\n");
        let path = dir.path().join("log.jsonl");
        let mut anew = File::options().write(true).open(path).unwrap();
        anew.rewind().unwrap();
        anew.write_all(b"{\"a\":10}\n").unwrap();
        assert!(lines(&mut late).is_empty());
    }
}
