//! What a Markdown file holds, as places: headings, tables, list items and links with spans.
//!
//! Plain data. Every span is a byte range of the file; every `text` is what a reader of the
//! rendered page would see, with two deliberate differences: inline HTML is shown as it is (a
//! template's `<team / DRI>` is text to its author), and `<br>` is a newline.

use crate::document::splice::Span;

/// A heading outside of any quote, list or footnote: one that opens a section.
///
/// A heading inside a quote or a list item is part of that quote or item and is not listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The words, without markup.
    pub text: String,
    /// The heading with its `#` signs or its underline, without the last line end.
    pub span: Span,
    /// The text in the source, without `#` signs, underline or surrounding blanks.
    pub content: Span,
    /// The heading of the section around this one, as an index.
    pub parent: Option<usize>,
}

/// How the cells of a column are aligned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alignment {
    /// Left, or not said.
    Left,
    /// Centred.
    Center,
    /// Right, so padding is before the text.
    Right,
}

/// A table with its header row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// The heading it is under, as an index.
    pub heading: Option<usize>,
    /// Whether it is in a block quote.
    pub quoted: bool,
    /// From the header to the end of the last row.
    pub span: Span,
    /// One for each column.
    pub alignments: Vec<Alignment>,
    /// The first row.
    pub header: Row,
    /// The rows below the delimiter row.
    pub rows: Vec<Row>,
}

/// A table row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// The row without its line end.
    pub span: Span,
    /// The cells written in the row: a short row has fewer than the header, and what a
    /// long row has in excess is not listed.
    pub cells: Vec<Cell>,
}

/// A table cell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Everything between the pipes.
    pub outer: Span,
    /// The same without surrounding blanks.
    pub inner: Span,
    /// The words; `<br>` is a newline, `\|` a pipe.
    pub text: String,
}

/// Whether a list item carries a checkbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// A plain bullet.
    None,
    /// `[ ]`, with its span.
    Open(Span),
    /// `[x]` or `[X]`, with its span.
    Done(Span),
    /// A box as people make them by hand, which Markdown takes for words: `[-]`, `[✓]`, `[]`, `☑`,
    /// `✅`, or `[x]` without a blank behind it.
    Odd {
        /// The brackets with what is in them, or the one sign.
        span: Span,
        /// Whether it is meant as a tick.
        done: bool,
    },
}

impl Check {
    /// The brackets in the source.
    pub(crate) fn brackets(self) -> Option<Span> {
        match self {
            Self::None => None,
            Self::Open(span) | Self::Done(span) | Self::Odd { span, .. } => Some(span),
        }
    }

    /// The state without its place.
    pub(crate) fn state(self) -> CheckState {
        match self {
            Self::None => CheckState::Absent,
            Self::Open(_) | Self::Odd { done: false, .. } => CheckState::Open,
            Self::Done(_) | Self::Odd { done: true, .. } => CheckState::Done,
        }
    }
}

/// What a checkbox says, be it Markdown's or made by hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckState {
    /// There is none.
    Absent,
    /// `[ ]`.
    Open,
    /// `[x]`.
    Done,
}

/// A list item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListItem {
    /// The heading it is under, as an index.
    pub heading: Option<usize>,
    /// The item it is nested in, as an index.
    pub parent: Option<usize>,
    /// Whether it is in a block quote.
    pub quoted: bool,
    /// Whether its marker is a number.
    pub ordered: bool,
    /// From the marker to the end of the item, nested blocks included.
    pub span: Span,
    /// The `-`, `*`, `+`, `1.` or `1)`. Empty where it cannot be located.
    pub marker: Span,
    /// The checkbox.
    pub check: Check,
    /// The paragraph the item begins with, wrapped lines included, after marker and
    /// checkbox. Empty if the item begins with something else.
    pub content: Span,
    /// The words of that paragraph; a wrapped line goes on after a space.
    pub text: String,
    /// The `**Label:**` the paragraph begins with. Most items of a long document have none.
    pub label: Option<Box<Label>>,
}

/// A labelled bullet: `**Outcome:** value` or `**Outcome**: value`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The words in bold, without the colon.
    pub name: String,
    /// Where the label ends: behind the closing `**` or the colon.
    pub end: usize,
    /// The rest of the paragraph. Empty, at `end`, when there is none.
    pub value: Span,
    /// The words of the value.
    pub text: String,
}

/// A link, an autolink in angle brackets, or a bare `https://` address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Link {
    /// The heading it is under, as an index.
    pub heading: Option<usize>,
    /// Where it leads.
    pub url: String,
    /// The words one reads.
    pub text: String,
    /// The whole link in the source.
    pub span: Span,
}

/// The blocks there are, for telling whether an edit changed the structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BlockKind {
    Paragraph,
    Heading(u8),
    Quote,
    Code,
    Html,
    List { ordered: bool },
    Item,
    Table,
    Row,
    Footnote,
    Rule,
}

/// Everything read from one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    pub headings: Vec<Heading>,
    pub tables: Vec<Table>,
    pub items: Vec<ListItem>,
    pub links: Vec<Link>,
    /// Every block with its first byte, in file order.
    pub blocks: Vec<(BlockKind, usize)>,
    /// The labels of link definitions in lower case, and of footnotes as `^label`, sorted.
    pub definitions: Vec<String>,
}

impl Outline {
    /// An empty outline with room for what a plan of `bytes` usually holds, so that the
    /// large lists are not moved time and again while they grow.
    pub(crate) fn for_size(bytes: usize) -> Self {
        let room = |each: usize| (bytes / each).min(1 << 17);
        Self {
            headings: Vec::with_capacity(room(512)),
            items: Vec::with_capacity(room(64)),
            blocks: Vec::with_capacity(room(48)),
            ..Self::default()
        }
    }

    /// Gives back the room that was not needed: an outline is kept as long as its file.
    pub(crate) fn shrink(&mut self) {
        self.headings.shrink_to_fit();
        self.tables.shrink_to_fit();
        self.items.shrink_to_fit();
        self.links.shrink_to_fit();
        self.blocks.shrink_to_fit();
    }
}
