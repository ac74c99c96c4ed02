//! Programs that go on writing to a file which we have just replaced.
//!
//! `script >> log` keeps its file open, and so does whoever saves in place: what they write after
//! our rename lands in the old, nameless file. The last of these files stay open and are examined,
//! often at first. Whole lines that were appended are forwarded at once; any other version once it
//! rests.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::document::rope::{Piece, Rope};
use crate::plan::source::Role;
use crate::store::atomic_replace::replaced_file::{ReplacedFile, lines_behind};
use crate::store::watch::debounce::{is_json, is_torn};
use crate::store::watch::motion::QUIET;

/// At most this many replaced files are watched: each is an open file.
const MOST: usize = 32;
/// How much of the disk replaced files may take together; the newest may take more.
const MOST_BYTES: usize = 1 << 28;
/// How long a replaced file is examined often.
const FRESH: Duration = Duration::from_secs(5);
/// How often, then.
const OFTEN: Duration = Duration::from_millis(250);
/// How often later on, as long as the program runs.
const SELDOM: Duration = Duration::from_secs(5);

/// A replaced file.
struct Replaced {
    serial: u64,
    path: PathBuf,
    role: Role,
    file: ReplacedFile,
    since: Instant,
    /// Whether somebody was writing to it shortly before it was replaced.
    was_busy: bool,
    /// What of it stands in the new file or has been forwarded.
    known: Rope,
}

impl Replaced {
    /// Whether somebody is writing to it.
    fn is_busy(&self) -> bool {
        let is_watched = self.was_busy || *self.file.known() != self.known;
        is_watched && self.file.unwritten_for().is_some_and(|time| time < QUIET)
    }

    /// What was written to it since, as far as it can be forwarded now.
    fn news(&self, no_later: bool) -> Option<Written> {
        let now = self.file.known();
        if let Some(rest) = now.appended_to(&self.known) {
            let rest = rest.contiguous().into_owned();
            return match no_later && is_json(after_last_line(&rest)) {
                true => Some(Written::Lines(rest)),
                false => lines_behind(now, &self.known).map(Written::Lines),
            };
        }
        // Whoever has truncated it has written nothing yet that is nowhere else.
        let is_cut = now.len() < self.known.len() && self.known.starts_with(now);
        let is_whole = self.role != Role::Log || !is_torn(now);
        (!is_cut && !self.is_busy() && (is_whole || no_later)).then(|| Written::Version {
            base: self.known.clone(),
            theirs: now.clone(),
        })
    }
}

fn after_last_line(bytes: &[u8]) -> &[u8] {
    &bytes[memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1)..]
}

/// Something that somebody wrote to a replaced file.
pub(crate) struct Straggler {
    /// The file that it is meant for.
    pub(crate) path: PathBuf,
    /// What the plan looks for in it.
    pub(crate) role: Role,
    /// What was written.
    pub(crate) written: Written,
    file: u64,
}

/// What was written to a replaced file.
pub(crate) enum Written {
    /// Whole lines, appended.
    Lines(Vec<u8>),
    /// Another version of the whole.
    Version {
        /// What it held when it was replaced.
        base: Rope,
        /// What it holds now, at rest.
        theirs: Rope,
    },
}

/// Replaced files that may still be written to.
#[derive(Default)]
pub struct Stragglers {
    files: VecDeque<Replaced>,
    serial: u64,
    next: Option<Instant>,
}

impl Stragglers {
    /// Watches a replaced file, whose known bytes are in the new one, from now on; `was_busy` says
    /// that somebody had written to it a moment before.
    pub(crate) fn watch(&mut self, path: &Path, role: Role, file: ReplacedFile, was_busy: bool) {
        let now = Instant::now();
        let known = file.known().clone();
        self.make_room(known.len());
        self.serial += 1;
        self.files.push_front(Replaced {
            serial: self.serial,
            path: path.to_owned(),
            role,
            file,
            since: now,
            was_busy,
            known,
        });
        let soon = now + OFTEN;
        self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
    }

    /// Drops the oldest files, so that there is room for one of this size.
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
    pub(crate) fn next_look(&self) -> Option<Instant> {
        self.next
    }

    /// Whether somebody was writing to one of the files at the last look.
    pub(crate) fn is_busy(&self) -> bool {
        self.files.iter().any(Replaced::is_busy)
    }

    /// What was written to files after they were replaced, if it is time to look or there is no
    /// later. What is not [taken](Self::taken) is found again.
    pub(crate) fn gather(&mut self, no_later: bool) -> Vec<Straggler> {
        let now = Instant::now();
        if !no_later && self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let found = self.look(no_later);
        let is_fresh = |file: &Replaced| now.duration_since(file.since) < FRESH;
        let pause = match (self.is_busy(), self.files.iter().any(is_fresh)) {
            (true, _) => QUIET,
            (false, true) => OFTEN,
            (false, false) => SELDOM,
        };
        self.next = (!self.files.is_empty()).then(|| now + pause);
        found
    }

    /// The same, whenever the last look was.
    pub(crate) fn look(&mut self, no_later: bool) -> Vec<Straggler> {
        let mut found = Vec::new();
        for replaced in &mut self.files {
            // What was not taken the last time is still there.
            if replaced.file.written_since().is_err() || *replaced.file.known() == replaced.known {
                continue;
            }
            found.extend(replaced.news(no_later).map(|written| Straggler {
                path: replaced.path.clone(),
                role: replaced.role,
                written,
                file: replaced.serial,
            }));
        }
        found
    }

    /// What was written is in the new file now, or beside it.
    pub(crate) fn taken(&mut self, straggler: &Straggler) {
        // Forwarding replaces a file itself, so that places have moved.
        if let Some(replaced) = self.files.iter_mut().find(|f| f.serial == straggler.file) {
            replaced.known = match &straggler.written {
                Written::Version { theirs, .. } => theirs.clone(),
                Written::Lines(lines) => {
                    let more = [Piece::from(lines.clone())];
                    Rope::of_pieces(replaced.known.pieces().iter().cloned().chain(more))
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek, Write};

    use super::*;

    /// A replaced file that held `before`, still open to a script.
    fn replaced(before: &str) -> (tempfile::TempDir, File, Stragglers) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, before).unwrap();
        let script = File::options().append(true).open(&path).unwrap();
        let known = Rope::from(before.as_bytes());
        let mut stragglers = Stragglers::default();
        let file = ReplacedFile::new(File::open(&path).unwrap(), known, None);
        stragglers.watch(&path, Role::Log, file, false);
        (dir, script, stragglers)
    }

    fn text(straggler: &Straggler) -> String {
        match &straggler.written {
            Written::Lines(lines) => String::from_utf8(lines.clone()).unwrap(),
            Written::Version { theirs, .. } => {
                format!("version {}", String::from_utf8_lossy(&theirs.contiguous()))
            }
        }
    }

    fn found(stragglers: &mut Stragglers, no_later: bool) -> Vec<String> {
        stragglers.look(no_later).iter().map(text).collect()
    }

    /// As if nobody had written for long.
    fn rest(script: &File) {
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(60);
        script.set_modified(long_ago).unwrap();
    }

    #[test]
    fn lines_come_again_until_they_are_taken() {
        let (_dir, mut script, mut stragglers) = replaced("{\"a\":1}\n");
        assert!(found(&mut stragglers, true).is_empty() && !stragglers.is_busy());
        script.write_all(b"{\"b\":1}\n{\"c").unwrap();
        assert_eq!(found(&mut stragglers, true), ["{\"b\":1}\n"]);
        assert!(stragglers.is_busy(), "a line that is being written");
        let again = stragglers.look(true);
        assert_eq!(again.len(), 1, "the lock was busy");
        stragglers.taken(&again[0]);
        assert!(found(&mut stragglers, true).is_empty());
        script.write_all(b"\":1}").unwrap();
        assert!(found(&mut stragglers, false).is_empty());
        assert_eq!(
            found(&mut stragglers, true),
            ["{\"c\":1}"],
            "whole, and there is no later"
        );
    }

    #[test]
    fn another_version_is_forwarded_once_it_rests() {
        let (dir, _, mut stragglers) = replaced("{\"a\":1}\n");
        let path = dir.path().join("log.jsonl");
        let mut script = File::options().write(true).open(path).unwrap();
        script.set_len(0).unwrap();
        assert!(found(&mut stragglers, false).is_empty() && stragglers.is_busy());
        rest(&script);
        assert!(
            found(&mut stragglers, true).is_empty(),
            "nothing was written yet"
        );
        script.write_all(b"{\"a\":10}\n{\"b").unwrap();
        assert!(
            found(&mut stragglers, true).is_empty(),
            "it is being written"
        );
        rest(&script);
        assert!(
            found(&mut stragglers, false).is_empty(),
            "a line is not whole"
        );
        script.write_all(b"\":1}\n").unwrap();
        rest(&script);
        let came = stragglers.look(false);
        assert_eq!(text(&came[0]), "version {\"a\":10}\n{\"b\":1}\n");
        stragglers.taken(&came[0]);
        assert!(found(&mut stragglers, true).is_empty());
        script.rewind().unwrap();
        script.write_all(b"{\"a\":77}\n").unwrap();
        rest(&script);
        assert_eq!(
            found(&mut stragglers, true).len(),
            1,
            "and the next one, too"
        );
    }

    #[test]
    fn text_behind_a_last_line_without_its_end_is_another_version() {
        let (_dir, mut script, mut stragglers) = replaced("# A");
        script.write_all(b" plan\nmore\n").unwrap();
        rest(&script);
        assert_eq!(found(&mut stragglers, false), ["version # A plan\nmore\n"]);
    }
}
