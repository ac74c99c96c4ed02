//! Whether newly read bytes are believed now or after a pause.
//!
//! Many programs save by truncating and writing again, or by removing and renaming. What is
//! seen in between is not somebody's edit, and must not empty the screen. This is a pure
//! decision: bytes and elapsed time in, a verdict out. It reads no clock and no file.

use std::time::Duration;

use serde::de::IgnoredAny;

use crate::document::rope::{Piece, Rope};

/// How long a state that looks half-saved must rest before it is believed.
pub const SETTLE_TIMEOUT: Duration = Duration::from_millis(700);

/// What a file's lines are, which decides whether a cut line can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileShape {
    /// One JSON value a line: a last line that does not parse was probably cut.
    JsonLines,
    /// Prose: any ending is as good as another.
    Text,
}

/// What to do with bytes just read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assessment {
    /// Show them.
    Accept,
    /// Keep showing the former ones and read again after this long.
    Wait(Duration),
}

/// Decides about `found`, given what was `accepted` last and how long ago the file last moved.
///
/// `None` stands for a missing file. The very first state is always accepted, whatever it is.
pub fn debounce(
    shape: FileShape,
    accepted: Option<&Rope>,
    found: Option<&Rope>,
    since_moved: Duration,
) -> Assessment {
    let Some(accepted) = accepted else {
        return Assessment::Accept;
    };
    let suspicious = match found {
        None => true,
        Some(found) => is_cut_off(shape, accepted, found),
    };
    match SETTLE_TIMEOUT.checked_sub(since_moved) {
        Some(left) if suspicious && !left.is_zero() => Assessment::Wait(left),
        _ => Assessment::Accept,
    }
}

/// Whether `found` looks like a part of a save that is still going on.
fn is_cut_off(shape: FileShape, accepted: &Rope, found: &Rope) -> bool {
    if found.len() < accepted.len() && accepted.starts_with(found) {
        return true;
    }
    shape == FileShape::JsonLines && accepted.ends_line() && is_torn(found)
}

/// Whether the last line of a log looks as if somebody were just writing it.
pub fn is_torn(log: &Rope) -> bool {
    !log.is_empty() && !log.ends_line() && !is_json(last_line(log))
}

fn last_line(bytes: &Rope) -> &[u8] {
    let last = bytes.pieces().last().map_or(&[][..], Piece::as_bytes);
    last.rsplit(|b| *b == b'\n').next().unwrap_or(last)
}

/// Whether these bytes are one JSON value.
pub(crate) fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Duration = Duration::ZERO;
    const OLD: &[u8] = b"{\"step_id\":\"0001\"}\n{\"step_id\":\"0002\"}\n";

    fn lines(accepted: Option<&[u8]>, found: Option<&[u8]>, since: Duration) -> Assessment {
        let [accepted, found] = [accepted, found].map(|bytes| bytes.map(Rope::from));
        debounce(
            FileShape::JsonLines,
            accepted.as_ref(),
            found.as_ref(),
            since,
        )
    }

    #[test]
    fn a_truncated_then_rewritten_log_is_never_shown_empty() {
        let pause = Duration::from_millis(300);
        assert_eq!(
            lines(Some(OLD), Some(b""), NOW),
            Assessment::Wait(SETTLE_TIMEOUT)
        );
        assert_eq!(
            lines(Some(OLD), Some(b""), pause),
            Assessment::Wait(SETTLE_TIMEOUT - pause)
        );
        let rewritten = b"{\"step_id\":\"0003\"}\n";
        assert_eq!(lines(Some(OLD), Some(rewritten), NOW), Assessment::Accept);
    }

    #[test]
    fn whoever_really_empties_or_removes_a_file_sees_it_after_the_pause() {
        assert_eq!(
            lines(Some(OLD), Some(b""), SETTLE_TIMEOUT),
            Assessment::Accept
        );
        assert_eq!(lines(Some(OLD), None, SETTLE_TIMEOUT), Assessment::Accept);
        assert_eq!(
            lines(Some(OLD), None, NOW),
            Assessment::Wait(SETTLE_TIMEOUT)
        );
    }

    #[test]
    fn the_first_state_and_an_emptiness_that_was_there_are_accepted() {
        assert_eq!(lines(None, None, NOW), Assessment::Accept);
        assert_eq!(lines(None, Some(b""), NOW), Assessment::Accept);
        assert_eq!(lines(Some(b""), Some(b""), NOW), Assessment::Accept);
    }

    #[test]
    fn a_cut_last_line_waits_and_a_whole_one_without_newline_does_not() {
        let cut = b"{\"step_id\":\"0009\"}\n{\"step_id\":\"00";
        let whole = b"{\"step_id\":\"0009\"}\n{\"step_id\":\"0010\"}";
        assert_eq!(
            lines(Some(OLD), Some(cut), NOW),
            Assessment::Wait(SETTLE_TIMEOUT)
        );
        assert_eq!(lines(Some(OLD), Some(whole), NOW), Assessment::Accept);
        let former_was_cut_too = b"{\"a\":1}\nnot json";
        assert_eq!(
            lines(Some(former_was_cut_too), Some(cut), NOW),
            Assessment::Accept
        );
        assert_eq!(
            debounce(
                FileShape::Text,
                Some(&b"# A\n".into()),
                Some(&b"# B".into()),
                NOW
            ),
            Assessment::Accept
        );
    }

    #[test]
    fn a_million_open_brackets_at_the_end_are_judged_without_a_crash() {
        let deep = vec![b'['; 1_000_000];
        assert_eq!(
            lines(Some(OLD), Some(&deep), NOW),
            Assessment::Wait(SETTLE_TIMEOUT)
        );
    }

    proptest! {
        #[test]
        fn each_strict_prefix_waits_and_never_longer_than_the_patience(
            cut in 0..OLD.len(), millis in 0..2_000_u64,
        ) {
            let since = Duration::from_millis(millis);
            let expected = match SETTLE_TIMEOUT.checked_sub(since) {
                Some(left) if !left.is_zero() => Assessment::Wait(left),
                _ => Assessment::Accept,
            };
            prop_assert_eq!(lines(Some(OLD), Some(&OLD[..cut]), since), expected);
        }

        #[test]
        fn growth_by_whole_lines_is_accepted_at_once(more in "[a-z{}]{0,40}") {
            let mut grown = OLD.to_vec();
            grown.extend_from_slice(more.as_bytes());
            grown.push(b'\n');
            prop_assert_eq!(lines(Some(OLD), Some(&grown), NOW), Assessment::Accept);
        }
    }
}
