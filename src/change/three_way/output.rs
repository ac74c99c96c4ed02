//! The bytes of a merged log: line ends, byte order mark, a last line without newline, and
//! conflict markers in git's form.

use std::borrow::Cow;

use super::lines::{Line, Version};
use super::{Conflict, Dispute, Disputed, Markers, Merged, either};
use crate::document::log::LineLayout;

/// A line of the result.
pub struct Row<'a> {
    /// Whether a byte order mark is before it.
    pub bom: bool,
    /// The content.
    pub body: Cow<'a, [u8]>,
    /// The line end, where it is known.
    pub end: Option<&'a [u8]>,
}

impl<'a> From<&Line<'a>> for Row<'a> {
    fn from(line: &Line<'a>) -> Self {
        Self {
            bom: line.bom,
            body: Cow::Borrowed(line.body),
            end: line.end,
        }
    }
}

/// A piece of the result.
pub enum Piece<'a> {
    /// One line.
    Row(Row<'a>),
    /// Two versions between markers.
    Conflict {
        /// Our lines.
        ours: Vec<Row<'a>>,
        /// Their lines.
        theirs: Vec<Row<'a>>,
        /// What it is about.
        dispute: Dispute,
    },
}

/// What belongs to the file as a whole.
pub struct Frame<'a> {
    bom: bool,
    newline: &'a [u8],
    /// Whether every version has one line end for all its lines, so that the result has one too.
    is_alike: bool,
    closing: &'a [u8],
    layout: LineLayout,
}

impl<'a> Frame<'a> {
    /// The frame that both sides' changes make.
    pub fn of(
        base: &Version<'a>,
        ours: &Version<'a>,
        theirs: &Version<'a>,
        layout: LineLayout,
    ) -> Self {
        let (o, t) = (ours, theirs);
        let newline = either(
            base.newline,
            o.newline.or(t.newline),
            t.newline.or(o.newline),
        );
        let is_alike = |version: &&Version<'_>| {
            let mut lines = version.lines.iter();
            lines.all(|line| line.end == version.newline)
        };
        Self {
            is_alike: [base, ours, theirs].iter().all(is_alike),
            bom: either(base.bom, o.bom, t.bom),
            newline: newline.unwrap_or(b"\n"),
            closing: either(base.closing, o.closing, t.closing).unwrap_or(b"\n"),
            layout,
        }
    }
}

/// Writes the pieces, and says where the conflicts among them are.
pub fn write(frame: &Frame<'_>, pieces: Vec<Piece<'_>>, disputed: Disputed<'_>) -> Merged {
    let mut output = Output {
        frame,
        bytes: Vec::new(),
        lines: 0,
    };
    let mut conflicts = Vec::new();
    if frame.bom {
        output.bytes.extend_from_slice(BOM);
    }
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.into_iter().enumerate() {
        if at > 0 && frame.layout == LineLayout::Spaced {
            output.end(None);
        }
        match piece {
            Piece::Row(row) if at == last && frame.closing != b"\n" => {
                output.body(&row);
                output.bytes.extend_from_slice(frame.closing);
            }
            Piece::Row(row) => output.row(&row),
            Piece::Conflict {
                ours,
                theirs,
                dispute,
            } => {
                let line = output.lines + 1;
                let disputed = disputed.about(&dispute);
                conflicts.push(Conflict { line, dispute });
                match disputed {
                    Disputed::Marked(markers) => output.conflict(&ours, &theirs, markers),
                    Disputed::Ours => ours.iter().for_each(|row| output.row(row)),
                    Disputed::Theirs => theirs.iter().for_each(|row| output.row(row)),
                    Disputed::Both | Disputed::Of { .. } => {
                        ours.iter().for_each(|row| output.row(row));
                        let are_two = !ours.is_empty() && !theirs.is_empty();
                        if are_two && frame.layout == LineLayout::Spaced {
                            output.end(None);
                        }
                        theirs.iter().for_each(|row| output.row(row));
                    }
                }
            }
        }
    }
    Merged {
        bytes: output.bytes,
        conflicts,
        renumbered: Vec::new(),
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

struct Output<'f, 'a> {
    frame: &'f Frame<'a>,
    bytes: Vec<u8>,
    lines: usize,
}

impl Output<'_, '_> {
    fn body(&mut self, row: &Row<'_>) {
        if row.bom {
            self.bytes.extend_from_slice(BOM);
        }
        self.bytes.extend_from_slice(&row.body);
    }

    fn row(&mut self, row: &Row<'_>) {
        self.body(row);
        self.end(row.end);
    }

    fn end(&mut self, end: Option<&[u8]>) {
        let end = end.filter(|_| !self.frame.is_alike);
        let end = end.unwrap_or(self.frame.newline);
        self.bytes.extend_from_slice(end);
        self.lines += 1;
    }

    fn conflict(&mut self, ours: &[Row<'_>], theirs: &[Row<'_>], markers: Markers<'_>) {
        let end = ours.iter().chain(theirs).filter_map(|row| row.end).max();
        self.marker('<', markers.ours, markers.size, end);
        ours.iter().for_each(|row| self.row(row));
        self.marker('=', "", markers.size, end);
        theirs.iter().for_each(|row| self.row(row));
        self.marker('>', markers.theirs, markers.size, end);
    }

    fn marker(&mut self, sign: char, label: &str, size: usize, end: Option<&[u8]>) {
        let mut text: String = std::iter::repeat_n(sign, size).collect();
        if !label.is_empty() {
            text.push(' ');
            // A label is one line.
            text.extend(label.chars().map(|c| if c == '\n' { ' ' } else { c }));
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.end(end);
    }
}
