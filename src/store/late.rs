//! Programs that append to a log which we have just replaced.
//!
//! `script >> log` keeps its file open: what it writes after our rename lands in the old,
//! nameless file. For a few seconds that file is asked after, and the whole lines
//! that came to it are handed on.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::save::Displaced;

/// How long a replaced file is asked after.
const LINGER: Duration = Duration::from_secs(5);
/// How often.
const STEP: Duration = Duration::from_millis(250);

/// A replaced file.
struct Replaced {
    path: PathBuf,
    file: Displaced,
    until: Instant,
    /// Bytes of it that stand in the new file or have been handed on.
    known: usize,
}

/// Replaced files that may still be written to.
#[derive(Default)]
pub(super) struct Late {
    files: Vec<Replaced>,
    next: Option<Instant>,
}

impl Late {
    /// Asks after a replaced file, of which `known` bytes were taken over, from now on.
    pub(super) fn watch(&mut self, path: PathBuf, file: Displaced, known: usize) {
        let now = Instant::now();
        self.files.push(Replaced {
            path,
            file,
            until: now + LINGER,
            known,
        });
        self.next.get_or_insert(now + STEP);
    }

    /// When to look the next time.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.next
    }

    /// The files that were appended to after they had been replaced, with the whole lines
    /// that came.
    pub(super) fn gather(&mut self) -> Vec<(PathBuf, Vec<u8>)> {
        let now = Instant::now();
        if self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for replaced in &mut self.files {
            let Ok(Some(bytes)) = replaced.file.written_since() else {
                continue;
            };
            let new = bytes.get(replaced.known..).unwrap_or_default();
            let whole = new.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            if whole > 0 {
                replaced.known += whole;
                found.push((replaced.path.clone(), new[..whole].to_vec()));
            }
        }
        self.files.retain(|replaced| replaced.until > now);
        self.next = (!self.files.is_empty()).then(|| now + STEP);
        found
    }
}

/// `here` with the lines of `late` at its end.
pub(super) fn with_late_lines(here: &[u8], late: &[u8]) -> Vec<u8> {
    let mut whole = here.to_vec();
    if !here.is_empty() && !here.ends_with(b"\n") {
        whole.push(b'\n');
    }
    whole.extend_from_slice(late);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_lines_begin_on_a_line_of_their_own() {
        assert_eq!(
            with_late_lines(b"{\"a\":1}", b"{\"b\":2}\n"),
            b"{\"a\":1}\n{\"b\":2}\n"
        );
        assert_eq!(with_late_lines(b"", b"x\n"), b"x\n");
    }
}
