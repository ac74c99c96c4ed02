//! One Markdown file as bytes, with its headings, tables, list items and links located.
//!
//! Owns the meaning of Markdown and nothing else: it does not know what a step or a stage is, and
//! it never writes Markdown out again. pulldown-cmark says where things are; edits are splices
//! computed from those places, and every edit is tried on a copy first: unless the result reads as
//! the same document with only the wanted thing changed, it is refused with the reason.
//!
//! - `blocks`: the places, as plain data
//! - `boxes`: check boxes that Markdown takes for words
//! - `shadow`: what the parser reads in place of bytes it could not read
//! - `reader`, `inline`: parser events to places and words
//! - `phrase`, `letters`, `label`: a piece of running text taken apart once more, where asked for
//! - `sketch`: which lines may be headings and table headers, without a parse
//! - `lookalike`: lines that look like headings or bullets and are none
//! - `escape`: typed words to Markdown that reads as those words
//! - `rewrite`: the same, keeping what the old words and the new have in common
//! - `verify`, `compare`: whether an edit changes only what it should
//! - `refusal`: why one is not made
//! - `entries`: the entries of a list in a bullet
//! - `edit`, `cells`, `insert`, `lists`, `numbered`: the edits

mod anchors;
mod blocks;
mod boxes;
mod cells;
mod compare;
mod edit;
mod entries;
mod escape;
mod inline;
mod insert;
mod label;
mod letters;
mod lists;
mod lookalike;
mod numbered;
mod phrase;
mod prose;
mod reader;
mod refusal;
mod rewrite;
mod shadow;
mod sketch;
#[cfg(test)]
mod tests;
mod verify;

use std::borrow::Cow;
use std::cell::LazyCell;
use std::sync::{Arc, LazyLock, OnceLock};

use super::encoding::Encoding;
use super::rope::{Piece, Rope};
use super::splice::{self, Span, Splice, SpliceError};
use anchors::Anchors;
use blocks::Outline;
use sketch::Sketch;

pub(crate) use blocks::{Check, CheckState, Heading, Label, Link, ListItem, Row, Table};
pub(crate) use boxes::{box_before, is_tick, turned};
pub(crate) use entries::{Entry, EntryList, is_nothing, phrase};
pub(crate) use escape::{escaped, escaped_cell};
pub(crate) use lists::{EntrySlot, written_list};
pub(crate) use lookalike::{Lookalike, NestedHeading};
pub(crate) use prose::line_words;
pub(crate) use reader::DIALECT;
pub(crate) use refusal::Refusal;
pub(crate) use sketch::may_say;

/// A Markdown file. Cloning shares everything. It is parsed when its places are first asked for.
#[derive(Clone, Debug)]
pub struct MarkdownDocument {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    bytes: Piece,
    outline: LazyLock<Outline, Box<dyn FnOnce() -> Outline + Send>>,
    sketch: OnceLock<Sketch>,
    anchors: OnceLock<Anchors>,
    /// The first byte of each line.
    lines: OnceLock<Vec<usize>>,
}

impl MarkdownDocument {
    /// Reads any bytes. What is not Markdown is kept as it is and holds no places.
    pub fn load(bytes: impl Into<Rope>) -> Self {
        let bytes = bytes.into().into_piece();
        let source = bytes.clone();
        Self::with_outline(bytes, move || reader::read(source.as_bytes()))
    }

    /// Reads a part of a file that has link definitions for `labels` elsewhere.
    fn load_part(bytes: impl Into<Rope>, first: bool, labels: &[String]) -> Self {
        let bytes = bytes.into().into_piece();
        let (source, labels) = (bytes.clone(), labels.to_vec());
        Self::with_outline(bytes, move || {
            reader::read_part(source.as_bytes(), first, &labels)
        })
    }

    fn with_outline(bytes: Piece, read: impl FnOnce() -> Outline + Send + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                bytes,
                outline: LazyLock::new(Box::new(read)),
                sketch: OnceLock::new(),
                anchors: OnceLock::new(),
                lines: OnceLock::new(),
            }),
        }
    }

    /// Whether `other` is this very document, and not merely one with the same bytes.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The file, byte for byte as loaded.
    pub fn bytes(&self) -> &[u8] {
        self.shared.bytes.as_bytes()
    }

    /// What the file is encoded in, where that is surely not UTF-8.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        let bytes = self.bytes();
        Encoding::of_start(bytes).or_else(|| match &self.shared.bytes {
            Piece::Text(_) => None,
            Piece::Bytes(_) => Encoding::is_latin1(bytes).then_some(Encoding::Latin1),
        })
    }

    /// The same, sharing the bytes.
    pub(crate) fn rope(&self) -> Rope {
        Rope::from(self.shared.bytes.clone())
    }

    /// The raw source at `span`, for display: bytes that are not UTF-8 are shown as U+FFFD. A span
    /// that is outside the file is cut to it.
    pub(crate) fn source(&self, span: Span) -> Cow<'_, str> {
        let end = span.end.min(self.bytes().len());
        String::from_utf8_lossy(&self.bytes()[span.start.min(end)..end])
    }

    /// Parses it now rather than when its places are first asked for.
    pub fn parse(&self) {
        LazyLock::force(&self.shared.outline);
    }

    /// The sources of all lines and paragraphs that may be headings, and of others that merely
    /// look so; the file is not parsed for it.
    pub(crate) fn heading_lines(&self) -> impl Iterator<Item = &[u8]> {
        let found = self.sketch().headings.iter();
        found.map(|found| &self.bytes()[found.span.range()])
    }

    /// The same without those that seem to be in a code fence. What is left out may be a heading
    /// all the same.
    pub(crate) fn clear_heading_lines(&self) -> impl Iterator<Item = &[u8]> {
        let found = self.sketch().headings.iter();
        let clear = found.filter(|found| !found.fenced);
        clear.map(|found| &self.bytes()[found.span.range()])
    }

    /// The same as [`Self::heading_lines`], each with whether it is known for a heading of one line;
    /// the file is not parsed for it.
    pub(crate) fn known_headings(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let are_clear = LazyCell::new(|| !sketch::may_hide_headings(self.bytes()));
        let found = self.sketch().headings.iter();
        found.map(move |found| {
            let line = &self.bytes()[found.span.range()];
            (line, found.plain && *are_clear)
        })
    }

    /// The line of the first heading, counted from 1; the file is mostly not parsed for it.
    pub(crate) fn first_heading_line(&self) -> Option<usize> {
        let found = self.sketch().headings.first()?;
        let span = match found.plain && !sketch::may_hide_headings(self.bytes()) {
            true => found.span,
            false => self.headings().first()?.span,
        };
        Some(self.line_of(span.start))
    }

    /// The same as [`Self::heading_lines`] of the headers of tables.
    pub(crate) fn table_head_lines(&self) -> impl Iterator<Item = &[u8]> {
        let spans = self.sketch().table_heads.iter();
        spans.map(|span| &self.bytes()[span.range()])
    }

    fn sketch(&self) -> &Sketch {
        let shared = &self.shared;
        shared.sketch.get_or_init(|| Sketch::of(self.bytes()))
    }

    /// The headings that open sections, in file order.
    pub(crate) fn headings(&self) -> &[Heading] {
        &self.shared.outline.headings
    }

    /// The tables, in file order.
    pub fn tables(&self) -> &[Table] {
        &self.shared.outline.tables
    }

    /// The list items, in file order: an item comes before those nested in it.
    pub fn items(&self) -> &[ListItem] {
        &self.shared.outline.items
    }

    /// The links, in file order.
    pub(crate) fn links(&self) -> &[Link] {
        &self.shared.outline.links
    }

    /// The line that holds the byte at `offset`, counted from 1. Any of `\n`, `\r\n` and
    /// `\r` ends a line; an offset behind the end counts as the end.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines()
            .partition_point(|&start| start <= offset)
            .max(1)
    }

    /// The line with this number, counted from 1, without its line end.
    pub(crate) fn line(&self, number: usize) -> Option<Span> {
        let index = number.checked_sub(1)?;
        let start = *self.lines().get(index)?;
        let end = self.lines().get(number).copied();
        let whole = &self.bytes()[start..end.unwrap_or(self.bytes().len())];
        let content = whole.strip_suffix(b"\n").unwrap_or(whole);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        Some(Span::new(start, start + content.len()))
    }

    /// The line end this file uses: that of its first line, `\n` if it has but one.
    pub(crate) fn newline(&self) -> &'static str {
        newline_in(self.bytes()).unwrap_or("\n")
    }

    /// The section of a heading: from the start of its line to the next heading of the
    /// same or a higher level. Empty, at the end, if there is no such heading.
    pub fn section(&self, heading: usize) -> Span {
        self.section_until(heading, |of, next| next.level <= of.level)
    }

    /// The section of a heading without the sections nested in it: up to the next heading.
    pub(crate) fn own_section(&self, heading: usize) -> Span {
        self.section_until(heading, |_, _| true)
    }

    /// The document after `splices`, which may come in any order.
    ///
    /// # Errors
    /// When two overlap or one is outside the file.
    pub(crate) fn apply(&self, splices: &[Splice]) -> Result<Self, SpliceError> {
        Ok(Self::load(splice::apply(self.bytes(), splices)?))
    }

    fn section_until(&self, heading: usize, ends: impl Fn(&Heading, &Heading) -> bool) -> Span {
        let len = self.bytes().len();
        let Some(of) = self.headings().get(heading) else {
            return Span::empty(len);
        };
        let next = self.headings()[heading + 1..]
            .iter()
            .find(|next| ends(of, next));
        let end = next.map_or(len, |next| self.line_start(next.span.start));
        Span::new(self.line_start(of.span.start), end)
    }

    fn lines(&self) -> &[usize] {
        self.shared.lines.get_or_init(|| line_starts(self.bytes()))
    }

    fn line_start(&self, offset: usize) -> usize {
        self.lines()[self.line_of(offset) - 1]
    }

    /// Where the line at `offset` ends, its line end included.
    fn line_end(&self, offset: usize) -> usize {
        let next = self.lines().get(self.line_of(offset));
        next.copied().unwrap_or(self.bytes().len())
    }
}

fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            starts.push(at + 1);
        }
    }
    starts
}

/// The first line end in `bytes`.
fn newline_in(bytes: &[u8]) -> Option<&'static str> {
    let at = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
    Some(match &bytes[at..] {
        [b'\n', ..] => "\n",
        [_, b'\n', ..] => "\r\n",
        _ => "\r",
    })
}
