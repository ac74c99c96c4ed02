//! One version of a stretch of canon or of a paper: where it is known what both sides started from, only
//! what the merge driver leaves in dispute is decided. What one side changed stays.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::both_papers::{Version, merged};
use crate::change::markdown_merge::CommonCommit;
use crate::document::markers::{MarkedConflict, conflicts};

/// What stays of the conflict `own` among `all` of a file, if its version of either side is kept.
/// `page` is the file that both sides started from, where the markers do not show it. Nothing where
/// that is not known, or the merge would change anything else.
pub(super) fn one(
    place: (usize, &[MarkedConflict]),
    bytes: &[u8],
    (page, is_ours): (Option<&[u8]>, bool),
    common: CommonCommit<'_>,
) -> Option<Vec<u8>> {
    let mut text = undecided(place, bytes, page, common)?;
    for conflict in conflicts(&text).into_iter().rev() {
        let kept = if is_ours {
            conflict.ours
        } else {
            conflict.theirs
        };
        let kept = text[kept.range()].to_vec();
        text.splice(conflict.whole.range(), kept);
    }
    Some(text)
}

/// The same with markers around what somebody has to decide: what both sides changed.
pub(super) fn undecided(
    (own, all): (usize, &[MarkedConflict]),
    bytes: &[u8],
    page: Option<&[u8]>,
    common: CommonCommit<'_>,
) -> Option<Vec<u8>> {
    let place = all.get(own)?;
    let base = match place.base {
        Some(base) => bytes[base.range()].to_vec(),
        None => started_from(page?, (own, all), bytes)?,
    };
    let [ours, theirs] = [place.ours, place.theirs].map(|span| &bytes[span.range()]);
    if [&base, ours, theirs]
        .iter()
        .any(|text| !conflicts(text).is_empty())
    {
        return None;
    }
    // Of the others, our version stands for what they will be.
    let with = |text: &[u8]| {
        Version::of(bytes, all, |at| match at == own {
            true => &[],
            false => &bytes[all[at].ours.range()],
        })
        .with(own, text.to_vec())
    };
    let [base, ours, theirs] = [&base, ours, theirs].map(with);
    let (text, _) = merged([&base, &ours, &theirs], own, common)?;
    Some(text)
}

/// The lines of `page` in the place of a conflict; nothing where both versions do not say the same.
fn started_from(
    page: &[u8],
    (own, all): (usize, &[MarkedConflict]),
    bytes: &[u8],
) -> Option<Vec<u8>> {
    let lines = |bytes: &'_ [u8]| -> Vec<Vec<u8>> {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let was = lines(page);
    let stretch = |version: &Version| -> Option<Range<usize>> {
        let number = |at: usize| memchr::memchr_iter(b'\n', &version.bytes[..at]).count();
        let place = &version.places[own];
        let (from, to) = (number(place.start), number(place.end));
        let ops = capture_diff_slices(Algorithm::Myers, &was, &lines(&version.bytes));
        let found = |at: usize, is_end: bool| {
            let places = ops.iter().filter_map(|op| base_line(op, at));
            match is_end {
                true => places.map(|(_, last)| last).max(),
                false => places.map(|(first, _)| first).min(),
            }
        };
        Some(found(from, false)?..found(to, true)?)
    };
    let ours = stretch(&Version::of(bytes, all, |at| &bytes[all[at].ours.range()]))?;
    let theirs = stretch(&Version::of(bytes, all, |at| {
        &bytes[all[at].theirs.range()]
    }))?;
    (ours == theirs && ours.start <= ours.end).then(|| was[ours].concat())
}

/// The first and the last place before lines of the base that a place before a line of the newer
/// version corresponds to; nothing where that is amid what was rewritten.
fn base_line(op: &DiffOp, at: usize) -> Option<(usize, usize)> {
    let (old, new) = (op.old_range(), op.new_range());
    match op {
        DiffOp::Equal { .. } if new.start <= at && at <= new.end => {
            let same = old.start + at - new.start;
            Some((same, same))
        }
        DiffOp::Equal { .. } => None,
        _ if new.is_empty() && at == new.start => Some((old.start, old.end)),
        _ if at == new.start => Some((old.start, old.start)),
        _ if at == new.end => Some((old.end, old.end)),
        _ => None,
    }
}
