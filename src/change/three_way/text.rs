//! Three versions of a prose file made into one, a line at a time.
//!
//! What both sides changed in one place is left to a person: where no markers may be in the result,
//! nothing is merged ([`merge_text`]), elsewhere each dispute stands by itself ([`merge_lines`]).
//! Pure: bytes in, bytes out.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::Versions;
use crate::document::log::split_pieces;

/// Lines of the base, and what a side puts in their place.
#[derive(PartialEq, Eq, Debug)]
struct Hunk<'a> {
    base: Range<usize>,
    lines: &'a [&'a [u8]],
}

/// A stretch of the result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stretch {
    /// What both sides leave or one side makes of it.
    Merged(Vec<u8>),
    /// What both sides made of the same lines.
    Disputed {
        /// Our lines.
        ours: Vec<u8>,
        /// Their lines.
        theirs: Vec<u8>,
    },
}

/// The base with the changes of both sides; nothing where they meet in one place.
pub fn merge_text(versions: Versions<'_>) -> Option<Vec<u8>> {
    let [base, ours, theirs]: [Vec<&[u8]>; 3] =
        [versions.base, versions.ours, versions.theirs].map(|bytes| split_pieces(bytes).collect());
    let mut merged = Vec::new();
    for stretch in merge_lines(&base, &ours, &theirs) {
        match stretch {
            Stretch::Merged(lines) => merged.extend(lines),
            Stretch::Disputed { .. } => return None,
        }
    }
    Some(merged)
}

/// The lines of the base with the changes of both sides, each dispute by itself.
pub(crate) fn merge_lines(base: &[&[u8]], ours: &[&[u8]], theirs: &[&[u8]]) -> Vec<Stretch> {
    let (ours, theirs) = (hunks(base, ours), hunks(base, theirs));
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    let mut stretches = Vec::new();
    let mut merged = Vec::new();
    let mut at = 0;
    loop {
        let next = match (ours.peek(), theirs.peek()) {
            (None, None) => break,
            (Some(_), None) => ours.next(),
            (None, Some(_)) => theirs.next(),
            (Some(our), Some(their)) if our == their => {
                theirs.next();
                ours.next()
            }
            (Some(our), Some(their)) if our.meets(their) => {
                let start = our.base.start.min(their.base.start);
                put(&mut merged, &base[at..start]);
                stretches.push(Stretch::Merged(std::mem::take(&mut merged)));
                let dispute = Meeting::of(&mut ours, &mut theirs);
                stretches.push(dispute.stretch(base, start));
                at = dispute.end;
                continue;
            }
            (Some(our), Some(their)) if our.base.start < their.base.start => ours.next(),
            _ => theirs.next(),
        };
        let Some(hunk) = next else { break };
        put(&mut merged, &base[at..hunk.base.start]);
        put(&mut merged, hunk.lines);
        at = hunk.base.end;
    }
    put(&mut merged, &base[at..]);
    stretches.push(Stretch::Merged(merged));
    stretches
}

type Hunks<'h, 'a> = std::iter::Peekable<std::slice::Iter<'h, Hunk<'a>>>;

/// Hunks of both sides of which each meets another.
struct Meeting<'h, 'a> {
    ours: Vec<&'h Hunk<'a>>,
    theirs: Vec<&'h Hunk<'a>>,
    end: usize,
}

impl<'h, 'a> Meeting<'h, 'a> {
    fn of(ours: &mut Hunks<'h, 'a>, theirs: &mut Hunks<'h, 'a>) -> Self {
        let mut meeting = Self {
            ours: ours.next().into_iter().collect(),
            theirs: theirs.next().into_iter().collect(),
            end: 0,
        };
        loop {
            let meets = |hunk: &&Hunk<'a>, met: &[&'h Hunk<'a>]| met.iter().any(|m| m.meets(hunk));
            if let Some(hunk) = ours.next_if(|hunk| meets(hunk, &meeting.theirs)) {
                meeting.ours.push(hunk);
            } else if let Some(hunk) = theirs.next_if(|hunk| meets(hunk, &meeting.ours)) {
                meeting.theirs.push(hunk);
            } else {
                break;
            }
        }
        let both = meeting.ours.iter().chain(&meeting.theirs);
        meeting.end = both.map(|hunk| hunk.base.end).max().unwrap_or(0);
        meeting
    }

    fn stretch(&self, base: &[&[u8]], start: usize) -> Stretch {
        let side = |hunks: &[&Hunk<'_>]| {
            let (mut lines, mut at) = (Vec::new(), start);
            for hunk in hunks {
                put(&mut lines, &base[at..hunk.base.start]);
                put(&mut lines, hunk.lines);
                at = hunk.base.end;
            }
            put(&mut lines, &base[at..self.end]);
            lines
        };
        Stretch::Disputed {
            ours: side(&self.ours),
            theirs: side(&self.theirs),
        }
    }
}

impl Hunk<'_> {
    /// Whether both change one line, or come between the same two.
    fn meets(&self, other: &Self) -> bool {
        let (one, two) = (&self.base, &other.base);
        match one.is_empty() || two.is_empty() {
            true => one.start <= two.end && two.start <= one.end,
            false => one.start < two.end && two.start < one.end,
        }
    }
}

fn hunks<'a>(base: &[&[u8]], side: &'a [&'a [u8]]) -> Vec<Hunk<'a>> {
    let ops = capture_diff_slices(Algorithm::Myers, base, side).into_iter();
    let ops = ops.map(|op| op.as_tag_tuple());
    ops.filter(|(tag, ..)| *tag != DiffTag::Equal)
        .map(|(_, base, new)| Hunk {
            base,
            lines: &side[new],
        })
        .collect()
}

fn put(merged: &mut Vec<u8>, lines: &[&[u8]]) {
    lines.iter().for_each(|line| merged.extend_from_slice(line));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
        let [base, ours, theirs] = &[base, ours, theirs].map(|text| text.as_bytes().into());
        merge_text(Versions { base, ours, theirs }).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn what_both_sides_changed_apart_is_all_there() {
        let both = merged("a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nnew\nc\nD");
        assert_eq!(both.as_deref(), Some("A\nb\nnew\nc\nD"));
        let beside = merged("a\nb\n", "A\nb\n", "a\nB\n");
        assert_eq!(beside.as_deref(), Some("A\nB\n"));
    }

    #[test]
    fn what_both_sides_changed_in_one_place_is_left_to_a_person() {
        assert_eq!(merged("a\nb\n", "A\nb\n", "x\nb\n"), None);
        assert_eq!(
            merged("a\nb\n", "a\n1\nb\n", "a\n2\nb\n"),
            None,
            "which first?"
        );
        assert_eq!(
            merged("a\nb\n", "a\n", "a\nB\n"),
            None,
            "removed and changed"
        );
        assert_eq!(merged("a\n", "b\n", "b\n").as_deref(), Some("b\n"));
    }

    proptest! {
        #[test]
        fn an_unchanged_side_leaves_the_other(base in "[ab\n]{0,20}", side in "[ab\n]{0,20}") {
            prop_assert_eq!(merged(&base, &base, &side), Some(side.clone()));
            prop_assert_eq!(merged(&base, &side, &base), Some(side.clone()));
            prop_assert_eq!(merged(&base, &side, &side), Some(side));
        }

        #[test]
        fn which_side_is_ours_makes_no_difference(
            base in "[ab\n]{0,20}", ours in "[ab\n]{0,20}", theirs in "[ab\n]{0,20}",
        ) {
            prop_assert_eq!(merged(&base, &ours, &theirs), merged(&base, &theirs, &ours));
        }
    }
}
