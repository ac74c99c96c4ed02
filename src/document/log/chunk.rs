//! Some lines of a log: a piece of its bytes with what is known of each line.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::LineProblem;
use super::lens::Lens;
use super::shape::{Found, LineShape, Shapes, length, number};
use crate::document::json;
use crate::document::rope::{Piece, Rope};
use crate::document::splice::Span;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A piece taken apart, never empty.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    piece: Piece,
    lines: Vec<Line>,
    /// The lengths of all values, object by object, as [`Lens`] reads them.
    lens: Vec<u8>,
    shapes: Vec<Arc<LineShape>>,
    problems: Vec<LineProblem>,
}

/// Where a line ends in the piece, and what it is. It begins where the one before ends.
#[derive(Clone, Copy, Debug)]
struct Line {
    end: u32,
    /// Its shape if it is an object, else one of the two numbers below.
    shape: u32,
    /// Where its lengths begin, or its problem.
    first: u32,
}

const BLANK: u32 = u32::MAX;
const UNREADABLE: u32 = u32::MAX - 1;

/// A line as it was read.
enum Read {
    Blank,
    Object,
    Unreadable(LineProblem),
}

impl Chunk {
    /// Takes a piece apart.
    ///
    /// # Panics
    /// When it holds 4 GiB or more; no file that large is opened.
    pub(super) fn read(piece: Piece, shapes: &mut Shapes) -> Self {
        let mut chunk = Self {
            lines: Vec::with_capacity(split(piece.as_bytes()).count()),
            lens: Vec::new(),
            shapes: Vec::new(),
            problems: Vec::new(),
            piece: piece.clone(),
        };
        let mut found = Vec::new();
        for line in split(piece.as_bytes()) {
            chunk.push(line, shapes, &mut found);
        }
        // What shrinks by less than half keeps its room.
        chunk.lens = chunk.lens.as_slice().to_vec();
        chunk.shapes = chunk.shapes.as_slice().to_vec();
        chunk
    }

    pub(super) fn piece(&self) -> &Piece {
        &self.piece
    }

    /// What was wrong with lines, those that were replaced since included.
    pub(super) fn problems(&self) -> &[LineProblem] {
        &self.problems
    }

    pub(super) fn shapes(&self) -> &[Arc<LineShape>] {
        &self.shapes
    }

    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Puts one line, or none, in the place of some lines.
    pub(super) fn replace(&mut self, range: Range<usize>, line: Option<&[u8]>) {
        let mut shapes = Shapes::knowing(&self.shapes);
        let bytes = self.start(range.start)..self.start(range.end);
        self.piece.replace(bytes, line.unwrap_or_default());
        let old = std::mem::take(&mut self.lines);
        let lens = std::mem::take(&mut self.lens);
        self.keep(&old[..range.start], 0, &lens);
        if let Some(line) = line {
            self.push(line, &mut shapes, &mut Vec::new());
        }
        let end = old[..range.end].last().map_or(0, |line| line.end);
        self.keep(&old[range.end..], end, &lens);
    }

    /// Takes the lines from `at` on away, as a chunk of their own.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let start = self.start(at);
        let bytes = self.piece.as_bytes();
        let (front, back) = (bytes[..start].to_vec(), bytes[start..].to_vec());
        let mut rest = self.clone();
        rest.piece = Piece::from(back);
        rest.lens.clear();
        rest.lines.clear();
        rest.keep(&self.lines[at..], start as u32, &self.lens);
        let first = |line: &Line| (line.shape < UNREADABLE).then_some(line.first as usize);
        let lens = self.lines[at..].iter().find_map(first);
        self.lens.truncate(lens.unwrap_or(self.lens.len()));
        self.lines.truncate(at);
        self.piece = Piece::from(front);
        rest
    }

    /// Appends lines that are known already, the first of which began at `start`.
    fn keep(&mut self, known: &[Line], start: u32, lens: &[u8]) {
        let mut from = start;
        let mut end = self.lines.last().map_or(0, |line| line.end);
        for line in known {
            end += line.end - from;
            from = line.end;
            let mut first = line.first;
            if line.shape < UNREADABLE {
                let values = self.shapes[line.shape as usize].keys().len();
                first = length(self.lens.len());
                let lens = &lens[line.first as usize..];
                let mut rest = Lens(lens);
                rest.by_ref().take(values).for_each(drop);
                let end = lens.len() - rest.0.len();
                self.lens.extend_from_slice(&lens[..end]);
            }
            let shape = line.shape;
            self.lines.push(Line { end, shape, first });
        }
    }

    /// Appends a line that is not known yet.
    fn push<'a>(&mut self, line: &'a [u8], shapes: &mut Shapes, found: &mut Vec<Found<'a>>) {
        let end = self.lines.last().map_or(0, |line| line.end);
        let end = length(end as usize + line.len());
        let (start, content) = (self.lens.len(), &line[..body(line).end]);
        if matches!(self.piece, Piece::Text(_))
            && let Some(shape) = shapes.guess(content, &mut self.lens)
        {
            let shape = number(shape, &mut self.shapes);
            let first = length(start);
            return self.lines.push(Line { end, shape, first });
        }
        found.clear();
        let read = read_line(line, |key, span| found.push((key, span)));
        let (shape, first) = match read {
            Read::Blank => (BLANK, 0),
            Read::Unreadable(problem) => {
                self.problems.push(problem);
                (UNREADABLE, length(self.problems.len() - 1))
            }
            Read::Object => {
                for (_, span) in found.iter() {
                    Lens::put(&mut self.lens, span.len());
                }
                let shape = shapes.of(found);
                shapes.learn(content, found, &shape);
                (number(&shape, &mut self.shapes), length(start))
            }
        };
        self.lines.push(Line { end, shape, first });
    }

    fn start(&self, line: usize) -> usize {
        self.lines[..line]
            .last()
            .map_or(0, |line| line.end as usize)
    }

    fn range(&self, line: usize) -> Range<usize> {
        self.start(line)..self.lines[line].end as usize
    }

    /// All bytes of a line.
    pub(super) fn bytes(&self, line: usize) -> &[u8] {
        &self.piece.as_bytes()[self.range(line)]
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.lines[line].shape == BLANK
    }

    pub(super) fn problem(&self, line: usize) -> Option<&LineProblem> {
        let line = &self.lines[line];
        (line.shape == UNREADABLE).then(|| &self.problems[line.first as usize])
    }

    /// The keys of a line and the lengths of its values, which those of other lines follow; nothing
    /// where it is not an object.
    pub(super) fn object(&self, line: usize) -> Option<(&LineShape, Lens<'_>)> {
        let line = &self.lines[line];
        let shape = (line.shape < UNREADABLE).then(|| &*self.shapes[line.shape as usize])?;
        Some((shape, Lens(&self.lens[line.first as usize..])))
    }

    /// The text at a span of a line, which is that of a value.
    pub(super) fn text(&self, line: usize, span: Span) -> &str {
        let start = self.start(line);
        let range = start + span.start..start + span.end;
        match &self.piece {
            // The line was read as JSON, and a value begins and ends with ASCII.
            Piece::Text(text) => text.get(range).unwrap_or_default(),
            Piece::Bytes(bytes) => std::str::from_utf8(&bytes[range]).unwrap_or_default(),
        }
    }
}

/// The lines of a file, each with its line end.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let bare = (!bytes.is_empty() && !bytes.ends_with(b"\n")).then_some(bytes.len());
    ends.chain(bare).map(move |end| {
        let line = &bytes[start..end];
        start = end;
        line
    })
}

/// The same of a file in pieces, which hold whole lines.
pub(crate) fn split_pieces(rope: &Rope) -> impl Iterator<Item = &[u8]> {
    let pieces = rope.pieces().iter();
    pieces.flat_map(|piece| split(piece.as_bytes()))
}

/// Where the content of a line is: without BOM and line end.
pub(crate) fn body(line: &[u8]) -> Span {
    let start = if line.starts_with(BOM) { BOM.len() } else { 0 };
    let end = line.strip_suffix(b"\n").unwrap_or(line);
    let end = end.strip_suffix(b"\r").unwrap_or(end);
    Span::new(start, end.len().max(start))
}

/// Reads lines that belong to no log, as it would read them.
#[derive(Default)]
pub(crate) struct LineReader {
    shapes: Shapes,
    lens: Vec<u8>,
}

impl LineReader {
    /// The raw values of some keys of a line; nothing where it is not an object. With duplicate keys
    /// the last one counts.
    pub(crate) fn values<'a, const N: usize>(
        &mut self,
        line: &'a [u8],
        keys: [&str; N],
    ) -> Option<[Option<&'a str>; N]> {
        let content = &line[..body(line).end];
        let text = std::str::from_utf8(content).ok()?;
        self.lens.clear();
        if let Some(shape) = self.shapes.guess(content, &mut self.lens) {
            return Some(keys.map(|key| Some(&text[shape.span(Lens(&self.lens), key)?.range()])));
        }
        let mut found = Vec::new();
        match read_line(line, |key, span| found.push((key, span))) {
            Read::Object => {}
            Read::Blank | Read::Unreadable(_) => return None,
        }
        let shape = self.shapes.of(&found);
        self.shapes.learn(content, &found, &shape);
        let of = |key: &str| found.iter().rfind(|(other, _)| *other == key);
        Some(keys.map(|key| Some(&text[of(key)?.1.range()])))
    }
}

/// Reads a line. Of an object `each` gets every key and the place of its value in the line; it may
/// get some of what turns out to be none.
fn read_line<'a>(line: &'a [u8], mut each: impl FnMut(Cow<'a, str>, Span)) -> Read {
    let body = body(line);
    let content = &line[body.range()];
    if content.trim_ascii().is_empty() {
        return Read::Blank;
    }
    if super::is_conflict_marker(content) {
        return Read::Unreadable(LineProblem::ConflictMarker);
    }
    let text = match std::str::from_utf8(content) {
        Ok(text) => text,
        Err(error) => {
            let offset = body.start + error.valid_up_to();
            return Read::Unreadable(LineProblem::NotUtf8 { offset });
        }
    };
    let read = json::visit(text, |key, span| {
        each(
            key,
            Span::new(body.start + span.start, body.start + span.end),
        );
    });
    match read {
        Ok(()) => Read::Object,
        Err(problem) => Read::Unreadable(LineProblem::NotJson {
            offset: body.start + problem.offset,
            reason: problem.reason,
        }),
    }
}
