//! Programs that go on writing to a file which we have just replaced.
//!
//! `script >> log` keeps its file open, and so does whoever saves in place: what they write after
//! our rename lands in the old, nameless file. The last of these files stay open and are examined,
//! often at first. Whole lines that were appended are forwarded at once; any other version once it
//! rests.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::document::rope::{PIECE, Piece, Rope};
use crate::plan::source::Role;
use crate::store::atomic_replace::replaced_file::{ReplacedFile, lines_behind};
use crate::store::fs::fingerprint::fingerprint;
use crate::store::watch::debounce::{is_json, is_torn};
use crate::store::watch::motion::QUIET;

/// At most this many replaced files are watched: each is an open file.
const MOST: usize = 32;
/// How much of the disk replaced files may take together; the newest may take more.
const MOST_BYTES: usize = 1 << 28;
/// Of less than so much that was let go of nobody would notice: it stays, to be merged with.
const NOTICED: usize = 16 * PIECE;
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
    known: Known,
}

/// Bytes of a replaced file.
enum Known {
    /// Most of which the present version shares.
    Shared(Rope),
    /// Of which it has hardly any: how many there are, and their hash.
    Parted(usize, u64),
}

impl Replaced {
    /// Whether it holds anything else than what is known.
    fn has_changed(&self) -> bool {
        match &self.known {
            Known::Shared(known) => self.file.known() != known,
            Known::Parted(..) => !self.file.known().is_empty(),
        }
    }

    /// Keeps no more than a hash, if the present version, which consists of these `pieces`, has
    /// hardly any of its bytes.
    fn part(&mut self, pieces: &HashSet<*const u8>) {
        let Known::Shared(known) = &self.known else {
            return;
        };
        let is_shared = |piece: &&Piece| pieces.contains(&piece.as_bytes().as_ptr());
        let shared = known.pieces().iter().filter(is_shared);
        let shared: usize = shared.map(Piece::len).sum();
        if known.len() > NOTICED
            && shared < known.len() / 2
            && !self.has_changed()
            && let Some(known) = self.file.part()
        {
            self.known = Known::Parted(known.len(), fingerprint(&known));
        }
    }

    /// Takes what was parted with from what has been read again, if it is still there.
    fn recall(&mut self) {
        if let Known::Parted(len, hash) = self.known {
            let front = self.file.known().head(len);
            if front.len() == len && fingerprint(&front) == hash {
                self.known = Known::Shared(front);
            }
        }
    }

    /// Whether somebody is writing to it.
    fn is_busy(&self) -> bool {
        let is_watched = self.was_busy || self.has_changed();
        is_watched && self.file.unwritten_for().is_some_and(|time| time < QUIET)
    }

    /// What was written to it since, as far as it can be forwarded now.
    fn news(&self, no_later: bool) -> Option<Written> {
        let now = self.file.known();
        let base = match &self.known {
            Known::Shared(known) => Some(known),
            Known::Parted(..) => None,
        };
        if let Some((known, rest)) = base.and_then(|known| Some((known, now.appended_to(known)?))) {
            let rest = rest.contiguous().into_owned();
            return match no_later && is_json(after_last_line(&rest)) {
                true => Some(Written::Lines(rest)),
                false => lines_behind(now, known).map(Written::Lines),
            };
        }
        // Whoever has truncated it has written nothing yet that is nowhere else.
        let is_cut = base.is_some_and(|known| now.len() < known.len() && known.starts_with(now));
        let is_whole = self.role != Role::Log || !is_torn(now);
        (!is_cut && !self.is_busy() && (is_whole || no_later)).then(|| Written::Version {
            base: base.cloned(),
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
        /// What it held when it was replaced; nothing where that was parted with.
        base: Option<Rope>,
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
            known: Known::Shared(known),
        });
        let soon = now + OFTEN;
        self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
    }

    /// Others have written another version of a file: where it is another one throughout, what
    /// stood in its replaced files is not kept in memory for as long as the program runs.
    pub(crate) fn part(&mut self, path: &Path, now: &Rope) {
        let pieces = now.pieces().iter().map(|piece| piece.as_bytes().as_ptr());
        let pieces: HashSet<*const u8> = pieces.collect();
        let replaced = self.files.iter_mut().filter(|file| file.path == path);
        replaced.for_each(|replaced| replaced.part(&pieces));
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
            if replaced.file.written_since().is_err() || !replaced.has_changed() {
                continue;
            }
            replaced.recall();
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
            replaced.known = Known::Shared(match (&straggler.written, &replaced.known) {
                (Written::Lines(lines), Known::Shared(known)) => {
                    let more = [Piece::from(lines.clone())];
                    Rope::of_pieces(known.pieces().iter().cloned().chain(more))
                }
                (Written::Version { theirs, .. }, _) => theirs.clone(),
                // Parted with again meanwhile: all of it is in the new file.
                (Written::Lines(_), Known::Parted(..)) => replaced.file.known().clone(),
            });
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

    /// Others rewrote the log after we had replaced it: its former bytes are let go of, and lines
    /// that a script still appends to them are forwarded all the same.
    #[test]
    fn what_a_rewrite_left_nothing_of_is_not_kept_in_memory() {
        let before = "{\"a\":1}\n".repeat(99);
        let (dir, mut script, mut stragglers) = replaced(&before);
        let path = dir.path().join("log.jsonl");
        rest(&script);
        assert!(found(&mut stragglers, false).is_empty());
        let same = stragglers.files[0].file.known().clone();
        stragglers.part(&path, &same);
        assert_eq!(stragglers.files[0].file.size(), before.len());
        let [Piece::Text(piece), ..] = same.pieces() else {
            panic!("{:?}", same.pieces());
        };
        let piece = std::sync::Arc::downgrade(piece);
        drop(same);
        stragglers.part(&path, &Rope::from(b"another version throughout\n"));
        assert_eq!(piece.strong_count(), 0);
        assert!(found(&mut stragglers, true).is_empty() && !stragglers.is_busy());
        script.write_all(b"{\"b\":1}\n").unwrap();
        let came = stragglers.look(false);
        assert_eq!(text(&came[0]), "{\"b\":1}\n");
        stragglers.taken(&came[0]);
        rest(&script);
        assert!(found(&mut stragglers, true).is_empty());
        stragglers.part(&path, &Rope::from(b"another version throughout\n"));
        script.set_len(0).unwrap();
        script.write_all(b"{\"a\":10}\n").unwrap();
        rest(&script);
        let came = stragglers.look(false);
        let [
            Straggler {
                written: Written::Version { base, .. },
                ..
            },
        ] = &came[..]
        else {
            panic!("{} came", came.len());
        };
        assert_eq!(*base, None, "a person merges it");
    }

    #[test]
    fn text_behind_a_last_line_without_its_end_is_another_version() {
        let (_dir, mut script, mut stragglers) = replaced("# A");
        script.write_all(b" plan\nmore\n").unwrap();
        rest(&script);
        assert_eq!(found(&mut stragglers, false), ["version # A plan\nmore\n"]);
    }
}
