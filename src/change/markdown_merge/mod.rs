//! Three versions of a Markdown file made into one, by what its pieces are.
//!
//! A file is a tree of units: sections by their heading, list items by label, number or words, rows of
//! tables by their key cell, cells within a row, and prose between blank lines. [`read`] takes a
//! version apart, [`keys`] says what a unit is known by, [`pair`] finds what is one thing, [`weave`]
//! in which order the things stand, [`merger`] what becomes of each, with [`heads`] and [`table`] for
//! what is inside one, and [`output`] writes. Before all that [`generated`] settles what stepdeck wrote
//! on both sides, [`facts`] what a record says of itself, [`verdicts`] brings together what two people
//! decided about one step, and [`ticks`] takes the tick along with a check that moved; at the end [`numbers`]
//! has numbered lists count as before. [`same_name`] tells
//! what can be there once only. Otherwise it knows no kind of paper: canon, roadmap and every record merge
//! alike.
//!
//! What one side alone touched is taken as its bytes; what both made of one thing is between markers.
//! Where a side made some units part of another thing, as by a heading in a list, [`crossing`] sees to it
//! that nothing is there or missing that lines would have otherwise.
//! The result is read again: unless it holds the very units that were put together, nothing is
//! answered, and git merges the lines. Pure: bytes in, bytes and conflicts out.

mod crossing;
mod facts;
mod generated;
mod heads;
mod keys;
mod merger;
mod numbers;
mod output;
mod pair;
mod read;
pub(super) mod same_name;
mod table;
#[cfg(test)]
mod tests;
mod ticks;
mod unit;
mod verdicts;
mod weave;

use std::borrow::Cow;

use crossing::is_as_lines;
pub use facts::CommonCommit;
pub(crate) use generated::parts_of_sections;
use merger::{Lists, merge_lists};
use output::Output;
use unit::Kind;

use super::three_way::text::Stretch;
use super::three_way::{Markers, Merged, Versions};
use crate::document::encoding::Encoding;
use crate::document::log::is_conflict_marker;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Merges three versions of a Markdown file; nothing where their structure is of no help.
pub fn merge(versions: Versions<'_>, markers: Markers<'_>) -> Option<MarkdownMerged> {
    merge_knowing(versions, markers, &|_, _| None)
}

/// The same for somebody who can ask git which of two commits both sides have.
pub fn merge_knowing(
    versions: Versions<'_>,
    markers: Markers<'_>,
    common: CommonCommit<'_>,
) -> Option<MarkdownMerged> {
    merge_with(versions, (markers, NewTicks::Disputed), common)
}

/// The same for somebody who wants what both sides have: of a check that both added, the tick.
pub(crate) fn merge_both(
    versions: Versions<'_>,
    markers: Markers<'_>,
    common: CommonCommit<'_>,
) -> Option<MarkdownMerged> {
    merge_with(versions, (markers, NewTicks::Hold), common)
}

/// What becomes of a check that both sides added, and one of them ticked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NewTicks {
    /// Somebody has to say which of the two it is.
    Disputed,
    /// It is ticked.
    Hold,
}

fn merge_with(
    versions: Versions<'_>,
    (markers, ticks): (Markers<'_>, NewTicks),
    common: CommonCommit<'_>,
) -> Option<MarkdownMerged> {
    let sources = [versions.base, versions.ours, versions.theirs].map(|rope| rope.contiguous());
    let [base, ours, theirs] = [&sources[0], &sources[1], &sources[2]].map(|bytes| &bytes[..]);
    // What one side left alone is the other's, whatever it is.
    if ours == theirs || base == theirs {
        return Some(clean(ours.to_vec()));
    }
    if base == ours {
        return Some(clean(theirs.to_vec()));
    }
    let frames = [Frame::of(base)?, Frame::of(ours)?, Frame::of(theirs)?];
    let frame = Frame::merged(&frames)?;
    let lines = [base, ours, theirs].map(|bytes| plain_lines(bytes, frame.converts));
    let lines = facts::settled(generated::settled(lines), common);
    let lines = ticks::followed(verdicts::faced(lines));
    let [base, ours, theirs] = [&lines[0], &lines[1], &lines[2]].map(|bytes| read::read(bytes));
    let mut output = Output::new(markers, ticks);
    merge_lists(
        Lists {
            base: &base.units,
            ours: &ours.units,
            theirs: &theirs.units,
        },
        &mut output,
    );
    let tail = match () {
        () if ours.tail == theirs.tail || base.tail == theirs.tail => ours.tail,
        () if base.tail == ours.tail => theirs.tail,
        () => std::cmp::max(ours.tail, theirs.tail),
    };
    output.bytes.extend_from_slice(tail);
    if output.conflicts.is_empty() && !reads_back(&output) {
        return None;
    }
    if output.conflicts.is_empty() {
        let versions = [&lines[0][..], &lines[1], &lines[2]];
        let together = output.lines_together(0);
        if !is_as_lines(versions, &output.bytes, &together)
            && let [Stretch::Merged(lines)] = &*heads::lines(versions[0], versions[1], versions[2])
        {
            output.bytes.clone_from(lines);
        }
    }
    let versions = [&lines[0][..], &lines[1], &lines[2]];
    let bytes = numbers::followed(versions, output.bytes);
    Some(MarkdownMerged {
        is_prose: output.prose == output.conflicts.len(),
        merged: Merged {
            bytes: frame.around(bytes),
            conflicts: output.conflicts,
            renumbered: Vec::new(),
        },
    })
}

/// What became of three versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MarkdownMerged {
    /// The result.
    pub merged: Merged,
    /// Whether what is in dispute is running text alone, which git merges as well.
    pub is_prose: bool,
}

fn clean(bytes: Vec<u8>) -> MarkdownMerged {
    MarkdownMerged {
        merged: Merged {
            bytes,
            conflicts: Vec::new(),
            renumbered: Vec::new(),
        },
        is_prose: false,
    }
}

/// Whether the result holds the units that were written, and no others.
fn reads_back(output: &Output<'_>) -> bool {
    let version = read::read(&output.bytes);
    let mut found: Vec<(Kind, &[u8])> = Vec::new();
    for unit in &version.units {
        unit.each(&mut |unit| found.push((unit.kind, unit.head)));
    }
    let written = output.written.iter();
    found
        .into_iter()
        .eq(written.map(|(kind, head)| (*kind, &head[..])))
}

/// What belongs to a file as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Frame {
    bom: bool,
    /// Whether lines end in `\r\n`: all, none, or some of them.
    crlf: Option<bool>,
    /// Whether the last line is ended.
    closed: bool,
    /// Whether line ends are made alike for the merge.
    converts: bool,
}

impl Frame {
    /// Nothing where the bytes are no text, or the merge before this one is not finished.
    fn of(bytes: &[u8]) -> Option<Self> {
        if Encoding::of_start(bytes).is_some() || bytes.contains(&0) {
            return None;
        }
        let (mut feeds, mut pairs) = (0, 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if is_conflict_marker(line.trim_ascii_end()) && line.trim_ascii_end() != b"=======" {
                return None;
            }
            feeds += usize::from(line.ends_with(b"\n"));
            pairs += usize::from(line.ends_with(b"\r\n"));
        }
        // A carriage return alone ends a line for Markdown, and for nobody else.
        if memchr::memchr_iter(b'\r', bytes).count() != pairs {
            return None;
        }
        Some(Self {
            bom: bytes.starts_with(BOM),
            crlf: match (feeds, pairs) {
                (_, 0) => Some(false),
                (feeds, pairs) if feeds == pairs => Some(true),
                _ => None,
            },
            closed: bytes.is_empty() || bytes.ends_with(b"\n"),
            converts: false,
        })
    }

    /// The frame that both sides' changes make.
    fn merged(frames: &[Self; 3]) -> Option<Self> {
        let [base, ours, theirs] = frames;
        let crlf = match frames.map(|frame| frame.crlf) {
            [Some(base), Some(ours), Some(theirs)] => Some(match base == ours {
                true => theirs,
                false => ours,
            }),
            _ => None,
        };
        Some(Self {
            bom: changed(base.bom, ours.bom, theirs.bom),
            closed: changed(base.closed, ours.closed, theirs.closed),
            converts: crlf.is_some(),
            crlf,
        })
    }

    fn around(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if !self.closed && bytes.ends_with(b"\n") {
            bytes.pop();
        }
        let mut framed = if self.bom { BOM.to_vec() } else { Vec::new() };
        match self.crlf {
            Some(true) => {
                for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                    match line.strip_suffix(b"\n") {
                        Some(line) => framed.extend([line, b"\r\n"].concat()),
                        None => framed.extend_from_slice(line),
                    }
                }
            }
            _ => framed.extend(bytes),
        }
        framed
    }
}

/// What is left of three states that one side at most changed, or both alike.
fn changed(base: bool, ours: bool, theirs: bool) -> bool {
    if base == ours { theirs } else { ours }
}

/// The lines of a version, all ended, without what belongs to the file as a whole.
fn plain_lines(bytes: &[u8], converts: bool) -> Cow<'_, [u8]> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let is_closed = bytes.is_empty() || bytes.ends_with(b"\n");
    if is_closed && !(converts && bytes.contains(&b'\r')) {
        return Cow::Borrowed(bytes);
    }
    let mut lines = Vec::with_capacity(bytes.len() + 1);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = body
            .strip_suffix(b"\r")
            .filter(|_| converts && body.len() < line.len());
        match body {
            Some(body) => lines.extend([body, b"\n"].concat()),
            None => lines.extend_from_slice(line),
        }
    }
    if !is_closed {
        lines.push(b'\n');
    }
    Cow::Owned(lines)
}
