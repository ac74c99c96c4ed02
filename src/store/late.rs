//! Programs that append to a log which we have just replaced.
//!
//! `script >> log` keeps its file open: what it writes after our rename lands in the old,
//! nameless file. For a few seconds that file is asked after, and whole lines that stand
//! nowhere in the new one are handed on.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::save::Displaced;
use crate::document::json::Object;

/// How long a replaced file is asked after.
const LINGER: Duration = Duration::from_secs(5);
/// How often.
const STEP: Duration = Duration::from_millis(250);

/// Replaced files that may still be written to.
#[derive(Default)]
pub(super) struct Late {
    files: Vec<(PathBuf, Displaced, Instant)>,
    next: Option<Instant>,
}

impl Late {
    /// Asks after a replaced file from now on.
    pub(super) fn watch(&mut self, path: PathBuf, displaced: Displaced) {
        let now = Instant::now();
        self.files.push((path, displaced, now + LINGER));
        self.next.get_or_insert(now + STEP);
    }

    /// When to look the next time.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.next
    }

    /// The files that were written to after they had been replaced, with all their bytes.
    pub(super) fn gather(&mut self) -> Vec<(PathBuf, Vec<u8>)> {
        let now = Instant::now();
        if self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (path, file, _) in &mut self.files {
            if let Ok(Some(bytes)) = file.written_since() {
                found.push((path.clone(), bytes));
            }
        }
        self.files.retain(|(_, _, until)| *until > now);
        self.next = (!self.files.is_empty()).then(|| now + STEP);
        found
    }
}

/// `here` with the whole lines of `late` at its end that stand nowhere in it, neither byte
/// for byte nor by step ID; `None` if there are none.
pub(super) fn with_late_lines(here: &[u8], late: &[u8]) -> Option<Vec<u8>> {
    let known: HashSet<&[u8]> = here.split(|b| *b == b'\n').collect();
    let ids: HashSet<String> = known.iter().filter_map(|line| step_id(line)).collect();
    let missing: Vec<&[u8]> = late
        .split_inclusive(|b| *b == b'\n')
        .filter_map(|line| line.strip_suffix(b"\n"))
        .filter(|line| !line.is_empty() && !known.contains(line))
        .filter(|line| step_id(line).is_none_or(|id| !ids.contains(&id)))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut whole = here.to_vec();
    if !here.is_empty() && !here.ends_with(b"\n") {
        whole.push(b'\n');
    }
    for line in missing {
        whole.extend_from_slice(line);
        whole.push(b'\n');
    }
    Some(whole)
}

/// The raw ID of a log line, if it has one.
fn step_id(line: &[u8]) -> Option<String> {
    let object = Object::parse(std::str::from_utf8(line).ok()?).ok()?;
    object.get("step_id").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_new_lines_are_late() {
        let here = b"{\"step_id\":\"0001\",\"title\":\"edited\"}";
        let late = b"{\"step_id\":\"0001\",\"title\":\"old\"}\n{\"step_id\":\"0002\"}\n{\"step";
        let whole = with_late_lines(here, late).unwrap();
        assert_eq!(
            String::from_utf8(whole).unwrap(),
            "{\"step_id\":\"0001\",\"title\":\"edited\"}\n{\"step_id\":\"0002\"}\n"
        );
        assert_eq!(with_late_lines(here, here), None);
    }
}
