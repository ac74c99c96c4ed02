//! Whether what was just read is trusted now, or after a pause.
//!
//! A [`Debounce`] remembers what was seen of one file until it rests: it waits while the file is
//! in [`motion`], and while its bytes look like a part of a save that goes on. Many programs save
//! by truncating and writing again, or by removing and renaming; what is seen in between is
//! nobody's edit, and must not empty the screen.

use std::time::{Duration, Instant, SystemTime};

use serde::de::IgnoredAny;

use super::motion::{self, Reading, Rest, is_appended_to};
use crate::document::rope::{Piece, Rope};
use crate::plan::source::Role;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;

/// How long a state that looks half-saved must rest before it is trusted.
const PARTIAL_TIMEOUT: Duration = Duration::from_millis(700);

/// A file is being written, or looks half-written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotYet;

/// What was seen of one file since it last stood at rest.
#[derive(Default, Debug)]
pub(crate) struct Debounce {
    /// The stamp under which the bytes that are known stood at rest.
    rest: Option<Stamp>,
    open: Option<Open>,
    /// Whether what looks like a part of a save is believed, once it rests.
    takes_parts: bool,
}

/// A version that is not trusted yet.
#[derive(Debug)]
struct Open {
    stamp: Option<Stamp>,
    bytes: Option<Rope>,
    /// Since when it has been seen like this.
    since: Instant,
    /// Since when the file has not been at rest.
    begun: Instant,
    /// When to look again.
    due: Instant,
}

impl Debounce {
    /// For somebody who only reads: of what rests, every version is as good as another.
    pub(crate) fn of_reader() -> Self {
        Self {
            takes_parts: true,
            ..Self::default()
        }
    }

    /// Whether what was `found` is to be believed, where `known` was believed last. Whoever
    /// knows nothing yet passes `None`.
    ///
    /// # Errors
    /// Where the file is in motion, or looks like a part of a save that goes on.
    pub(crate) fn assess(
        &mut self,
        role: Role,
        known: Option<&Rope>,
        found: &FileState,
        is_ours: bool,
    ) -> Result<(), NotYet> {
        let (bytes, stamp) = (found.bytes(), found.stamp());
        let now = Instant::now();
        let is_log = role == Role::Log;
        let (since, begun) = self.seen_since(known, bytes, stamp, (now, is_log));
        let rest = self.rest.zip(known);
        let rest = rest.map(|(stamp, bytes)| Rest { stamp, bytes });
        let moving = stamp.zip(bytes).and_then(|(stamp, bytes)| {
            let reading = Reading {
                stamp,
                bytes,
                is_log,
                moved: found.moved(),
                is_ours,
            };
            motion::assess(rest, reading, now - since, SystemTime::now())
        });
        let partial = match self.takes_parts || bytes == known {
            true => None,
            false => assess_partial(is_log, known, bytes, now - since),
        };
        let Some(wait) = moving.max(partial) else {
            self.open = None;
            self.rest = stamp;
            return Ok(());
        };
        self.open = Some(Open {
            stamp,
            bytes: bytes.cloned(),
            since,
            begun,
            due: now + wait,
        });
        Err(NotYet)
    }

    /// Since when the file has stood like this, and since when it has not been at rest.
    fn seen_since(
        &self,
        known: Option<&Rope>,
        bytes: Option<&Rope>,
        stamp: Option<Stamp>,
        (now, is_log): (Instant, bool),
    ) -> (Instant, Instant) {
        let Some(open) = &self.open else {
            return (now, now);
        };
        let is_same = open.stamp == stamp && open.bytes.as_ref() == bytes;
        // Who appends without a pause is not waited for without end.
        let same_inode = open.stamp.zip(stamp);
        let is_growing = same_inode.is_some_and(|(a, b)| a.same_inode(&b))
            && (known.or(open.bytes.as_ref()).zip(bytes))
                .is_some_and(|(base, bytes)| is_appended_to(bytes, base, is_log));
        match is_same || is_growing {
            true => (open.since, open.begun),
            false => (now, open.begun),
        }
    }

    /// We left the file like this ourselves; nothing where somebody wrote to it meanwhile.
    pub(crate) fn left(&mut self, stamp: Option<Stamp>) {
        self.rest = stamp;
        self.open = None;
    }

    /// Nothing is to be seen of the file for now.
    pub(crate) fn forget(&mut self) {
        self.open = None;
    }

    /// When to look again, while the file is not at rest.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.open.as_ref().map(|open| open.due)
    }

    /// For how long the file has not been at rest.
    pub(crate) fn lasts(&self) -> Option<Duration> {
        self.open.as_ref().map(|open| open.begun.elapsed())
    }
}

/// How long to wait because `found` looks like a part of a save that goes on, given what was
/// `known` before and for how long the file has been `unchanged`; `None` stands for no file.
fn assess_partial(
    is_log: bool,
    known: Option<&Rope>,
    found: Option<&Rope>,
    unchanged: Duration,
) -> Option<Duration> {
    let is_partial = match (known, found) {
        (None, None) => false,
        // A log that nobody saw before may end in a line that somebody is just writing.
        (None, Some(found)) => is_log && is_torn(found),
        (Some(_), None) => true,
        (Some(known), Some(found)) => {
            (found.len() < known.len() && known.starts_with(found))
                || (is_log && known.ends_line() && is_torn(found))
        }
    };
    let left = PARTIAL_TIMEOUT.checked_sub(unchanged)?;
    (is_partial && !left.is_zero()).then_some(left)
}

/// Whether the last line of a log looks as if somebody were just writing it.
pub(crate) fn is_torn(log: &Rope) -> bool {
    let last = log.pieces().last().map_or(&[][..], Piece::as_bytes);
    let line = memchr::memrchr(b'\n', last).map_or(last, |end| &last[end + 1..]);
    !line.is_empty() && !is_json(line)
}

/// Whether these bytes are one JSON value.
pub(crate) fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::read::read;
    use crate::store::watch::motion::QUIET;
    use proptest::prelude::*;
    use std::path::PathBuf;

    const NOW: Duration = Duration::ZERO;
    const OLD: &[u8] = b"{\"step_id\":\"0001\"}\n{\"step_id\":\"0002\"}\n";

    fn lines(known: Option<&[u8]>, found: Option<&[u8]>, since: Duration) -> Option<Duration> {
        let [known, found] = [known, found].map(|bytes| bytes.map(Rope::from));
        assess_partial(true, known.as_ref(), found.as_ref(), since)
    }

    #[test]
    fn a_truncated_then_rewritten_log_is_never_shown_empty() {
        let pause = Duration::from_millis(300);
        assert_eq!(lines(Some(OLD), Some(b""), NOW), Some(PARTIAL_TIMEOUT));
        assert_eq!(
            lines(Some(OLD), Some(b""), pause),
            Some(PARTIAL_TIMEOUT - pause)
        );
        let rewritten = b"{\"step_id\":\"0003\"}\n";
        assert_eq!(lines(Some(OLD), Some(rewritten), NOW), None);
    }

    #[test]
    fn whoever_really_empties_or_removes_a_file_sees_it_after_the_pause() {
        assert_eq!(lines(Some(OLD), Some(b""), PARTIAL_TIMEOUT), None);
        assert_eq!(lines(Some(OLD), None, PARTIAL_TIMEOUT), None);
        assert_eq!(lines(Some(OLD), None, NOW), Some(PARTIAL_TIMEOUT));
    }

    #[test]
    fn the_first_state_and_an_emptiness_that_was_there_are_accepted() {
        assert_eq!(lines(None, None, NOW), None);
        assert_eq!(lines(None, Some(b""), NOW), None);
        assert_eq!(lines(Some(b""), Some(b""), NOW), None);
    }

    #[test]
    fn a_cut_last_line_waits_and_a_whole_one_without_newline_does_not() {
        let cut = b"{\"step_id\":\"0009\"}\n{\"step_id\":\"00";
        let whole = b"{\"step_id\":\"0009\"}\n{\"step_id\":\"0010\"}";
        assert_eq!(lines(Some(OLD), Some(cut), NOW), Some(PARTIAL_TIMEOUT));
        assert_eq!(lines(Some(OLD), Some(whole), NOW), None);
        let former_was_cut_too = b"{\"a\":1}\nnot json";
        assert_eq!(lines(Some(former_was_cut_too), Some(cut), NOW), None);
        assert_eq!(
            assess_partial(false, Some(&b"# A\n".into()), Some(&b"# B".into()), NOW),
            None
        );
    }

    #[test]
    fn a_million_open_brackets_at_the_end_are_judged_without_a_crash() {
        let deep = vec![b'['; 1_000_000];
        assert_eq!(lines(Some(OLD), Some(&deep), NOW), Some(PARTIAL_TIMEOUT));
    }

    /// A file in a folder of its own, and what is known of it.
    struct Bench {
        _dir: tempfile::TempDir,
        path: PathBuf,
        debounce: Debounce,
        known: Option<Rope>,
    }

    impl Bench {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("plan");
            std::fs::write(&path, OLD).unwrap();
            let mut bench = Self {
                _dir: dir,
                path,
                debounce: Debounce::default(),
                known: None,
            };
            let begun = Instant::now();
            while !bench.look(Role::Log) {
                assert!(begun.elapsed() < Duration::from_secs(30));
                std::thread::sleep(Duration::from_millis(1));
            }
            bench
        }

        fn look(&mut self, role: Role) -> bool {
            let found = read(&self.path).unwrap();
            let known = self.known.as_ref();
            let believed = self.debounce.assess(role, known, &found, false).is_ok();
            if believed {
                self.known = found.into_bytes();
            }
            believed
        }
    }

    #[test]
    fn a_file_written_in_place_is_believed_when_its_writer_pauses_and_not_before() {
        use std::os::unix::fs::FileExt;
        let mut bench = Bench::new();
        let file = std::fs::File::options()
            .write(true)
            .open(&bench.path)
            .unwrap();
        for at in 0..5 {
            let written = Instant::now();
            file.write_all_at(b"x", at).unwrap();
            let believed = bench.look(Role::Log);
            assert!(!believed || written.elapsed() >= QUIET, "byte {at}");
            std::thread::sleep(Duration::from_millis(10));
        }
        let begun = Instant::now();
        while !bench.look(Role::Log) {
            let due = bench.debounce.due().unwrap();
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            assert!(begun.elapsed() < Duration::from_secs(30));
        }
        assert!(bench.debounce.lasts().is_none());
        assert!(bench.known.unwrap() == *[b"xxxxx", &OLD[5..]].concat());
    }

    #[test]
    fn lines_that_are_appended_without_a_pause_are_believed_at_once() {
        use std::io::Write;
        let mut bench = Bench::new();
        let mut file = std::fs::File::options()
            .append(true)
            .open(&bench.path)
            .unwrap();
        for _ in 0..50 {
            file.write_all(b"{}\n").unwrap();
            assert!(bench.look(Role::Log));
        }
        let size = bench.known.as_ref().map(Rope::len);
        file.write_all(b"{\"torn").unwrap();
        assert!(!bench.look(Role::Log), "the beginning of a line is not");
        assert_eq!(bench.known.as_ref().map(Rope::len), size);
    }

    proptest! {
        #[test]
        fn each_strict_prefix_waits_and_never_longer_than_the_timeout(
            cut in 0..OLD.len(), millis in 0..2_000_u64,
        ) {
            let since = Duration::from_millis(millis);
            let expected = match PARTIAL_TIMEOUT.checked_sub(since) {
                Some(left) if !left.is_zero() => Some(left),
                _ => None,
            };
            prop_assert_eq!(lines(Some(OLD), Some(&OLD[..cut]), since), expected);
        }

        #[test]
        fn growth_by_whole_lines_is_accepted_at_once(more in "[a-z{}]{0,40}") {
            let mut grown = OLD.to_vec();
            grown.extend_from_slice(more.as_bytes());
            grown.push(b'\n');
            prop_assert_eq!(lines(Some(OLD), Some(&grown), NOW), None);
        }
    }
}
