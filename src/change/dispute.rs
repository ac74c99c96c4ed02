//! Puts the resolution of a merge's conflict onto a file, or the conflict back.
//!
//! What is to be replaced is found by its text; of several stretches alike the one nearest to where
//! it was is meant.

use super::conflict::Obstacle;
use super::{Edit, Target};
use crate::document::Document;
use crate::document::splice::{self, Span, Splice};

/// The document with all of these resolutions, in one go, where each is right at its place: copying
/// and reading a long log once for each of hundreds takes minutes. Nothing where one is not, or there
/// is another edit among them.
pub(super) fn all_at_once(edits: &[&Edit], document: &Document) -> Option<Document> {
    let rope = document.rope();
    let bytes = rope.contiguous();
    let mut splices = Vec::with_capacity(edits.len());
    // So many lines more than in the edits there are above, as none of them is made yet.
    let mut more = 0;
    let (mut line, mut start) = (0, 0);
    for edit in edits {
        let Target::Dispute { line: expected, .. } = edit.target else {
            return None;
        };
        let (before, after) = (edit.before.as_deref()?, edit.after.as_deref()?);
        let ahead = expected.checked_add_signed(more)?.checked_sub(line)?;
        for _ in 0..ahead {
            start += memchr::memchr(b'\n', &bytes[start..])? + 1;
        }
        line += ahead;
        let end = start + before.len();
        if !before.ends_with(b"\n") || !bytes[start..].starts_with(before) {
            return None;
        }
        let lines = |text: &[u8]| memchr::memchr_iter(b'\n', text).count().cast_signed();
        more += lines(before) - lines(after);
        splices.push(Splice::replace(Span::new(start, end), after));
    }
    Some(match document {
        Document::Log(log) => Document::Log(log.reload(splice::apply(&bytes, &splices).ok()?)),
        Document::Markdown(markdown) => Document::Markdown(markdown.apply(&splices).ok()?),
    })
}

/// The splice that `edit` means in `bytes`; nothing where it is made already. `line` is counted
/// from 0.
///
/// # Errors
/// When what it replaces is gone.
pub(super) fn splice(edit: &Edit, bytes: &[u8], line: usize) -> Result<Option<Splice>, Obstacle> {
    let [before, after] =
        [&edit.before, &edit.after].map(|text| text.as_deref().unwrap_or_default());
    let at = line_start(bytes, line);
    if before.is_empty() {
        let is_there = !after.is_empty() && bytes[at..].starts_with(after);
        return Ok((!is_there).then(|| Splice::insert(at, after)));
    }
    let begins_line = |start: &usize| *start == 0 || bytes[start - 1] == b'\n';
    let ends_line = |start: &usize| {
        let end = start + before.len();
        before.ends_with(b"\n") || end == bytes.len() || bytes[end] == b'\n'
    };
    let found = memchr::memmem::find_iter(bytes, before);
    let found = found.filter(begins_line).filter(ends_line);
    match found.min_by_key(|start| start.abs_diff(at)) {
        Some(start) => {
            let span = Span::new(start, start + before.len());
            Ok(Some(Splice::replace(span, after)))
        }
        None if !after.is_empty() && bytes[at..].starts_with(after) => Ok(None),
        None => Err(Obstacle::Gone),
    }
}

fn line_start(bytes: &[u8], line: usize) -> usize {
    match line.checked_sub(1) {
        None => 0,
        Some(above) => {
            let mut ends = memchr::memchr_iter(b'\n', bytes).skip(above);
            ends.next().map_or(bytes.len(), |end| end + 1)
        }
    }
}
