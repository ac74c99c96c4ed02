//! A JSONL log: one JSON object a line, each line kept byte for byte.
//!
//! The bytes are in a [`Rope`]; each of its pieces is taken apart once, at load, and kept together
//! with what is known of its lines. Versions of a log share the pieces that they have in common: a
//! snapshot is cheap, an edit costs one piece, and what changed on disk is found by comparing.
//! Values are decoded when somebody asks.

mod chunk;
mod layout;
mod lens;
mod shape;
mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::encoding::Encoding;
use super::json;
use super::progress::Progress;
use super::rope::{PIECE, Piece, Rope, first_piece, slice};
use super::splice::{self, Span, Splice, SpliceError};
use crate::document::parallel::in_parallel;
use chunk::Chunk;
pub(crate) use chunk::{LineReader, body, split_pieces};
pub use layout::LineLayout;
use shape::Shapes;

/// A chunk that has grown beyond so many bytes is split.
const LARGEST_CHUNK: usize = 4 * PIECE;

/// Why a line is not a JSON object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineProblem {
    /// A marker that an unfinished git merge leaves.
    ConflictMarker,
    /// The bytes are not UTF-8 from `offset` on.
    NotUtf8 {
        /// Byte offset in the line.
        offset: usize,
    },
    /// The text is not one JSON object.
    NotJson {
        /// Byte offset in the line.
        offset: usize,
        /// The reader's words.
        reason: String,
    },
}

impl LineProblem {}

/// A JSONL file, line by line. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct LogDocument {
    chunks: Vec<Arc<Chunk>>,
    /// The first line of each chunk.
    starts: Vec<usize>,
    line_count: usize,
    newline: &'static str,
}

impl LogDocument {
    /// Takes `bytes` apart. Nothing is refused, nothing is dropped.
    pub fn load(bytes: impl Into<Rope>) -> Self {
        let loaded = Self::load_with(bytes, &Progress::default());
        // Nobody else knows of the progress, so nobody stops it.
        loaded.unwrap_or_else(|| Self::of_chunks(Vec::new()))
    }

    /// The same for somebody who watches how far it is, in bytes, and may stop it; nothing where
    /// that was done.
    pub(crate) fn load_with(bytes: impl Into<Rope>, progress: &Progress) -> Option<Self> {
        let pieces = whole_lines(bytes.into());
        Some(Self::of_chunks(read(&pieces, &[], progress)?))
    }

    /// The log that `bytes` are, with what is known of the lines that are in this one already: only
    /// pieces between the first and the last that differ are read.
    pub fn reload(&self, bytes: impl Into<Rope>) -> Self {
        let pieces = whole_lines(bytes.into());
        let ends = (pieces.len(), self.chunks.len());
        let (new, old) = differing(ends, |new, old| pieces[new] == *self.chunks[old].piece());
        let near = new.start.saturating_sub(1)..(old.end + 1).min(ends.1);
        let unwatched = Progress::default();
        let read = read(&pieces[new.clone()], &self.chunks[near], &unwatched);
        let mut chunks = Vec::with_capacity(pieces.len());
        chunks.extend_from_slice(&self.chunks[..new.start]);
        chunks.extend(read.unwrap_or_default());
        chunks.extend_from_slice(&self.chunks[old.end..]);
        Self::of_chunks(chunks)
    }

    /// The lines from the first to the last that differ from those of `old`.
    pub fn changed_since(&self, old: &Self) -> Range<usize> {
        let ends = (self.chunks.len(), old.chunks.len());
        let same = |new: usize, at: usize| self.chunks[new].piece() == old.chunks[at].piece();
        let (new, at) = differing(ends, same);
        self.narrow(self.lines_of(new), old, old.lines_of(at))
    }

    fn of_chunks(chunks: Vec<Arc<Chunk>>) -> Self {
        let mut log = Self {
            newline: newline_of(&chunks),
            starts: Vec::new(),
            line_count: 0,
            chunks,
        };
        log.number();
        log
    }

    /// Counts the lines again.
    fn number(&mut self) {
        let mut count = 0;
        self.starts.clear();
        self.starts.extend(self.chunks.iter().map(|chunk| {
            let start = count;
            count += chunk.line_count();
            start
        }));
        self.line_count = count;
    }

    /// The lines of some chunks.
    fn lines_of(&self, chunks: Range<usize>) -> Range<usize> {
        let start = |chunk: usize| self.starts.get(chunk).copied().unwrap_or(self.line_count);
        start(chunks.start)..start(chunks.end)
    }

    /// The lines between the first and the last of `ours` that differ from `theirs` in `old`.
    fn narrow(&self, ours: Range<usize>, old: &Self, theirs: Range<usize>) -> Range<usize> {
        let same = |new: usize, at: usize| {
            self.line(ours.start + new).bytes() == old.line(theirs.start + at).bytes()
        };
        let (new, _) = differing((ours.len(), theirs.len()), same);
        ours.start + new.start..ours.start + new.end
    }

    /// What the file is encoded in, where that is surely not UTF-8: in a wide encoding, or in
    /// Latin-1 where every line that is not UTF-8 would be a JSON object. Costs next to nothing
    /// where all lines can be read.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        let broken = || self.chunks.iter().flat_map(|chunk| chunk.problems());
        broken().next()?;
        let first = self.chunks.first()?.piece().as_bytes();
        if let Some(wide) = Encoding::of_start(first) {
            return Some(wide);
        }
        if !broken().any(|problem| matches!(problem, LineProblem::NotUtf8 { .. })) {
            return None;
        }
        let foreign =
            |line: &LineRef<'_>| matches!(line.problem(), Some(LineProblem::NotUtf8 { .. }));
        let words_of_object = |line: LineRef<'_>| {
            let content = &line.bytes()[line.body().range()];
            let words = Encoding::latin1_words(content)?;
            let object = json::Object::parse(&Encoding::Latin1.decode(content)).is_ok();
            object.then_some(words)
        };
        let others_are_plain = || {
            let mut others = self.lines().filter(|line| !foreign(line));
            others.all(|line| line.bytes().is_ascii())
        };
        let words = self.lines().filter(foreign).map(words_of_object);
        let words = words.sum::<Option<usize>>().unwrap_or(0);
        (words > 0 && others_are_plain()).then_some(Encoding::Latin1)
    }

    /// Whether the file is one JSON array instead of an object a line. Only what begins as one is
    /// read for it.
    pub(crate) fn is_one_array(&self) -> bool {
        let mut lines = self.lines().filter(|line| !line.is_blank());
        let first = |line: LineRef<'_>| line.bytes().get(line.body().start).copied();
        if lines.next().and_then(first) != Some(b'[') {
            return false;
        }
        let rope = self.rope();
        let text = rope.contiguous();
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
        serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(text)
            .is_ok_and(|all| all.len() > 1 || self.line_count() > 1)
    }

    /// How many lines are neither blank nor a JSON object.
    pub(crate) fn unreadable_lines(&self) -> usize {
        let broken = self
            .chunks
            .iter()
            .filter(|chunk| !chunk.problems().is_empty());
        let lines =
            broken.flat_map(|chunk| (0..chunk.line_count()).map(|line| chunk.problem(line)));
        lines.flatten().count()
    }

    /// The whole file, sharing the bytes.
    pub fn rope(&self) -> Rope {
        Rope::of_pieces(self.chunks.iter().map(|chunk| chunk.piece().clone()))
    }

    /// The bytes at `span`, copied: no more of the file than that.
    pub(crate) fn slice(&self, span: Span) -> Vec<u8> {
        slice(self.chunks.iter().map(|chunk| chunk.piece()), span)
    }

    /// How many lines there are; a last line without newline counts.
    pub fn line_count(&self) -> usize {
        self.line_count
    }

    /// One line, counted from 0.
    ///
    /// # Panics
    /// When there is no such line.
    pub fn line(&self, index: usize) -> LineRef<'_> {
        let (chunk, line) = self.locate(index);
        assert!(line < self.chunks[chunk].line_count(), "no line {index}");
        LineRef {
            chunk: &self.chunks[chunk],
            line,
        }
    }

    /// Every line in file order.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = LineRef<'_>> {
        self.chunks
            .iter()
            .flat_map(|chunk| (0..chunk.line_count()).map(move |line| LineRef { chunk, line }))
    }

    /// Some of the lines, in file order.
    ///
    /// # Panics
    /// When there are no such lines.
    pub(crate) fn lines_within(&self, range: Range<usize>) -> impl Iterator<Item = LineRef<'_>> {
        assert!(range.end <= self.line_count, "no line {}", range.end);
        let (chunk, line) = match range.is_empty() {
            true => (self.chunks.len(), 0),
            false => self.locate(range.start),
        };
        let behind = self.chunks[chunk..].iter();
        let lines = behind
            .flat_map(|chunk| (0..chunk.line_count()).map(move |line| LineRef { chunk, line }));
        lines.skip(line).take(range.len())
    }

    /// In which chunk a line is, and as which of its lines. The place behind the last line is one
    /// in the last chunk.
    fn locate(&self, index: usize) -> (usize, usize) {
        let begins = |chunk: usize| self.starts.get(chunk).is_none_or(|start| *start > index);
        // Chunks have about as many lines each, so it is near where it would be then.
        let guess = index * self.starts.len() / self.line_count.max(1);
        let near = guess.saturating_sub(1)..(guess + 2).min(self.starts.len());
        let found = near.rev().find(|chunk| !begins(*chunk));
        let chunk = found.filter(|chunk| begins(chunk + 1)).unwrap_or_else(|| {
            let behind = self.starts.partition_point(|start| *start <= index);
            behind - 1
        });
        (chunk, index - self.starts[chunk])
    }

    /// Applies `splices`, whose offsets count from the start of the line, to one line.
    ///
    /// # Errors
    /// When the splices overlap or reach out of the line; nothing is changed then.
    pub(crate) fn splice_line(
        &mut self,
        index: usize,
        splices: &[Splice],
    ) -> Result<(), SpliceError> {
        let bytes = splice::apply(self.line(index).bytes(), splices)?;
        self.put(index, &bytes);
        Ok(())
    }

    /// Replaces the content of a line, its BOM and line end aside.
    pub(crate) fn replace_line(&mut self, index: usize, content: &[u8]) {
        let (old, body) = (self.line(index).bytes(), self.line(index).body());
        let bytes = [&old[..body.start], content, &old[body.end..]].concat();
        self.put(index, &bytes);
    }

    /// Puts a line with `content` before line `index`, or at the end. Where the last line
    /// has no newline, the new last line has none either.
    pub(crate) fn insert_line(&mut self, index: usize, content: &[u8]) {
        let newline = self.newline.as_bytes();
        let mut bytes = content.to_vec();
        if index == self.line_count && self.bare_end() {
            let before = [self.line(index - 1).bytes(), newline].concat();
            self.put(index - 1, &before);
        } else {
            bytes.extend_from_slice(newline);
        }
        if self.chunks.is_empty() {
            *self = Self::load(bytes);
            return;
        }
        let (at, line) = self.locate(index);
        let chunk = Arc::make_mut(&mut self.chunks[at]);
        chunk.replace(line..line, Some(&bytes));
        if chunk.piece().len() > LARGEST_CHUNK && chunk.line_count() > 1 {
            let rest = chunk.split_off(chunk.line_count() / 2);
            self.chunks.insert(at + 1, Arc::new(rest));
        }
        self.number();
    }

    /// Takes a line away, the inverse of [`LogDocument::insert_line`].
    pub(crate) fn remove_line(&mut self, index: usize) {
        let bare_end = index + 1 == self.line_count && self.bare_end();
        let (at, line) = self.locate(index);
        match self.chunks[at].line_count() {
            1 => drop(self.chunks.remove(at)),
            _ => Arc::make_mut(&mut self.chunks[at]).replace(line..line + 1, None),
        }
        self.number();
        if bare_end && index > 0 {
            let last = self.line(index - 1);
            let bytes = last.bytes()[..last.body().end].to_vec();
            self.put(index - 1, &bytes);
        }
    }

    fn bare_end(&self) -> bool {
        let last = self.chunks.last();
        last.is_some_and(|chunk| !chunk.piece().as_bytes().ends_with(b"\n"))
    }

    fn put(&mut self, index: usize, bytes: &[u8]) {
        let (at, line) = self.locate(index);
        Arc::make_mut(&mut self.chunks[at]).replace(line..line + 1, Some(bytes));
    }
}

/// Pieces as a log needs them: of whole lines, and none so large that an edit would be slow.
fn whole_lines(rope: Rope) -> Vec<Piece> {
    let fits = |piece: &Piece| {
        let bytes = piece.as_bytes();
        bytes.len() <= LARGEST_CHUNK || first_piece(bytes) == Some(bytes.len())
    };
    let pieces = rope.pieces();
    let (_, before) = pieces.split_last().unzip();
    let before: &[Piece] = before.unwrap_or_default();
    match before.iter().all(|piece| piece.as_bytes().ends_with(b"\n")) && pieces.iter().all(fits) {
        true => pieces.to_vec(),
        false => Rope::from(&*rope.contiguous()).pieces().to_vec(),
    }
}

/// Takes pieces apart. The lines are likely to look like those of the chunks `near` by. Nothing
/// where the work was stopped.
fn read(pieces: &[Piece], near: &[Arc<Chunk>], progress: &Progress) -> Option<Vec<Arc<Chunk>>> {
    /// So many pieces are worth a thread of their own.
    const SHARE: usize = 16;
    let parts = in_parallel(pieces.len(), SHARE, |range| {
        let mut shapes = Shapes::knowing(near.iter().flat_map(|chunk| chunk.shapes()));
        let mut strides = progress.strides();
        let mut chunks = Vec::with_capacity(range.len());
        for piece in &pieces[range] {
            chunks.push(Arc::new(Chunk::read(piece.clone(), &mut shapes)));
            if !strides.add(piece.len()) {
                return None;
            }
        }
        strides.end().then_some(chunks)
    });
    let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
    Some(parts.concat())
}

/// Of two sequences with so many items, what is left of each without the items that they have in
/// common at both ends.
fn differing(
    (new, old): (usize, usize),
    same: impl Fn(usize, usize) -> bool,
) -> (Range<usize>, Range<usize>) {
    let shorter = new.min(old);
    let front = (0..shorter).take_while(|at| same(*at, *at)).count();
    let back = (1..=shorter - front)
        .take_while(|from_end| same(new - from_end, old - from_end))
        .count();
    (front..new - back, front..old - back)
}

/// One line of a log.
#[derive(Clone, Copy)]
pub struct LineRef<'a> {
    chunk: &'a Chunk,
    line: usize,
}

impl<'a> LineRef<'a> {
    /// All bytes of the line, BOM and line end included.
    pub fn bytes(self) -> &'a [u8] {
        self.chunk.bytes(self.line)
    }

    /// Where the content is in the line: without BOM and line end.
    pub fn body(self) -> Span {
        chunk::body(self.bytes())
    }

    /// The content as text; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(&self.bytes()[self.body().range()])
    }

    /// Whether nothing but whitespace is there.
    pub fn is_blank(self) -> bool {
        self.chunk.is_blank(self.line)
    }

    /// Why the line is not a JSON object, if it is neither that nor blank.
    pub fn problem(self) -> Option<&'a LineProblem> {
        self.chunk.problem(self.line)
    }

    /// Whether the line is a JSON object.
    pub fn is_object(self) -> bool {
        self.chunk.object(self.line).is_some()
    }

    /// Whether the line is an object that has a key twice.
    pub(crate) fn repeats_a_key(self) -> bool {
        let object = self.chunk.object(self.line);
        object.is_some_and(|(shape, _)| shape.repeats())
    }

    /// Keys and raw values in source order; nothing where the line is not an object.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let object = self.chunk.object(self.line).into_iter();
        object.flat_map(move |(shape, lens)| {
            let mut before = 0;
            let places = shape.keys().iter().zip(lens).enumerate();
            places.map(move |(entry, (key, len))| {
                let span = shape.place(entry, before, len);
                before += len;
                (&**key, self.chunk.text(self.line, span))
            })
        })
    }

    /// The raw value of `key`; with duplicate keys the last one counts.
    pub fn get(self, key: &str) -> Option<&'a str> {
        Some(self.chunk.text(self.line, self.span(key)?))
    }

    /// Where the raw value of `key` is in the line.
    pub(crate) fn span(self, key: &str) -> Option<Span> {
        let (shape, lens) = self.chunk.object(self.line)?;
        shape.span(lens, key)
    }
}

fn newline_of(chunks: &[Arc<Chunk>]) -> &'static str {
    let first = chunks.first().map(|chunk| chunk.bytes(0));
    match first.is_some_and(|line| line.ends_with(b"\r\n")) {
        true => "\r\n",
        false => "\n",
    }
}

/// Whether a line, its end aside, is one of the four markers of an unfinished merge.
pub(crate) fn is_conflict_marker(content: &[u8]) -> bool {
    let named = |mark: &[u8]| {
        content
            .strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest[0] == b' ')
    };
    named(b"<<<<<<<") || named(b">>>>>>>") || named(b"|||||||") || content == b"======="
}

#[cfg(test)]
mod tests;
