//! From the parser's events to the places in [`Outline`], in one pass.
//!
//! The reader only listens: it keeps the stack of open containers, the section one is in
//! and the run of words being collected. It never looks at more than one event at a time.

use pulldown_cmark::{BrokenLink, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::blocks::{
    Alignment, BlockKind, Cell, Check, Heading, Link, ListItem, Outline, Row, Table,
};
use super::boxes::odd_box;
use super::inline::{Run, Source, bare_address, is_blank, trimmed, trimmed_end};
use super::shadow::Shadow;
use crate::document::log::is_conflict_marker;
use crate::document::splice::Span;

/// GitHub's dialect: that is where plans are read and reviewed.
pub(crate) const DIALECT: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_GFM);

/// Reads a whole file.
pub(super) fn read(bytes: &[u8]) -> Outline {
    read_shadow(bytes, &Shadow::of(bytes), &[])
}

/// Reads a part of a file: whether it is the beginning, and the sorted labels that have a
/// link definition somewhere in the file.
pub(super) fn read_part(bytes: &[u8], first: bool, labels: &[String]) -> Outline {
    let shadow = if first {
        Shadow::of(bytes)
    } else {
        Shadow::of_part(bytes)
    };
    read_shadow(bytes, &shadow, labels)
}

fn read_shadow(bytes: &[u8], shadow: &Shadow<'_>, labels: &[String]) -> Outline {
    let mut reader = Reader::new(Source { bytes, shadow });
    let elsewhere = |link: BrokenLink<'_>| {
        let label = link.reference.to_lowercase();
        let known = labels.binary_search_by(|l| l.as_str().cmp(&label)).is_ok();
        known.then(|| (CowStr::from(""), CowStr::from("")))
    };
    let elsewhere = (!labels.is_empty()).then_some(elsewhere);
    let parser = Parser::new_with_broken_link_callback(&shadow.text, DIALECT, elsewhere);
    let mut events = parser.into_offset_iter();
    for (event, range) in events.by_ref() {
        let start = shadow.base + range.start;
        let end = shadow.base + range.end.max(range.start);
        reader.event(event, Span::new(start, end));
    }
    let definitions = events.reference_definitions();
    let mut labels: Vec<String> = definitions
        .iter()
        .map(|(label, _)| label.to_lowercase())
        .collect();
    labels.append(&mut reader.outline.definitions);
    labels.sort_unstable();
    reader.outline.definitions = labels;
    reader.outline.shrink();
    reader.outline
}

/// An open block that holds blocks.
enum Container {
    Quote,
    List { ordered: bool },
    Item { index: usize, lead: Lead },
    Footnote,
}

/// Whether the paragraph an item begins with has been read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Expected,
    Open,
    Past,
}

/// Where the words being read belong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sink {
    Heading,
    Cell,
    Lead(usize),
}

struct Reader<'a> {
    source: Source<'a>,
    outline: Outline,
    containers: Vec<Container>,
    quotes: usize,
    /// The headings of the sections one is in, outermost first.
    path: Vec<usize>,
    sink: Option<Sink>,
    run: Run,
    /// Where the words of the run begin: behind a box that the parser takes for some of them.
    run_start: usize,
    /// Open blocks whose words belong to nothing: code, HTML, headings in containers.
    muted: usize,
    link: Option<Link>,
    /// Where the last address without brackets ended.
    bare_end: usize,
}

impl<'a> Reader<'a> {
    fn new(source: Source<'a>) -> Self {
        Self {
            source,
            outline: Outline::for_size(source.bytes.len()),
            containers: Vec::new(),
            quotes: 0,
            path: Vec::new(),
            sink: None,
            run: Run::default(),
            run_start: 0,
            muted: 0,
            link: None,
            bare_end: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(ref tag) => match block_kind(tag) {
                Some(kind) => self.open_block(kind, tag, span),
                None => self.inline(event, span),
            },
            Event::End(tag) => match tag {
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Image => {
                    self.inline(event, span);
                }
                TagEnd::Link => {
                    self.inline(event, span);
                    self.outline.links.extend(self.link.take());
                }
                _ => self.close_block(tag, span),
            },
            Event::Rule => {
                self.end_lead();
                self.outline.blocks.push((BlockKind::Rule, span.start));
            }
            Event::TaskListMarker(done) => self.checkbox(done, span),
            _ => self.inline(event, span),
        }
    }

    fn heading(&self) -> Option<usize> {
        self.path.last().copied()
    }

    fn open_block(&mut self, kind: BlockKind, tag: &Tag<'_>, span: Span) {
        if !matches!(tag, Tag::TableCell) {
            self.outline.blocks.push((kind, span.start));
        }
        if !matches!(
            tag,
            Tag::Paragraph | Tag::TableRow | Tag::TableHead | Tag::TableCell
        ) {
            self.end_lead();
        }
        match tag {
            Tag::Heading { level, .. } => self.open_heading(*level, span),
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                self.containers.push(Container::Quote);
            }
            Tag::List(first) => self.containers.push(Container::List {
                ordered: first.is_some(),
            }),
            Tag::Item => self.open_item(span),
            Tag::FootnoteDefinition(label) => {
                self.outline.definitions.push(format!("^{label}"));
                self.containers.push(Container::Footnote);
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock => self.muted += 1,
            Tag::Table(alignments) => self.outline.tables.push(Table {
                heading: self.heading(),
                quoted: self.quotes > 0,
                span: without_line_end(self.source.bytes, span),
                alignments: alignments.iter().map(|a| alignment(*a)).collect(),
                header: Row::default(),
                rows: Vec::new(),
            }),
            Tag::TableHead | Tag::TableRow => self.open_row(matches!(tag, Tag::TableHead), span),
            Tag::TableCell => self.open_cell(span),
            _ => {}
        }
    }

    fn close_block(&mut self, tag: TagEnd, span: Span) {
        match tag {
            TagEnd::Paragraph => self.end_lead(),
            TagEnd::Heading(_) => self.close_heading(),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => self.muted -= 1,
            TagEnd::TableCell => self.close_cell(span),
            TagEnd::Item => {
                self.end_lead();
                self.containers.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.quotes -= 1;
                self.containers.pop();
            }
            TagEnd::List(_) | TagEnd::FootnoteDefinition => {
                self.containers.pop();
            }
            _ => {}
        }
    }

    fn open_heading(&mut self, level: HeadingLevel, span: Span) {
        if !self.containers.is_empty() {
            self.muted += 1;
            return;
        }
        let level = level as u8;
        let headings = &self.outline.headings;
        while self
            .path
            .last()
            .is_some_and(|&i| headings[i].level >= level)
        {
            self.path.pop();
        }
        let parent = self.heading();
        self.path.push(headings.len());
        self.outline.headings.push(Heading {
            level,
            text: String::new(),
            span: trimmed_end(self.source.bytes, span),
            content: Span::empty(span.start),
            parent,
        });
        self.sink = Some(Sink::Heading);
    }

    fn close_heading(&mut self) {
        if self.sink != Some(Sink::Heading) {
            self.muted -= 1;
            return;
        }
        self.sink = None;
        let bytes = self.source.bytes;
        if let Some(heading) = self.outline.headings.last_mut() {
            let signs = bytes[heading.span.range()]
                .iter()
                .take_while(|b| **b == b'#');
            let behind = heading.span.start + signs.count();
            let (text, content, _) = std::mem::take(&mut self.run).finish(behind, bytes);
            heading.text = text.replace('\n', " ");
            heading.content = content;
            if let Some(at) = attributes(&heading.text)
                && let Some(from) = attributes(&String::from_utf8_lossy(&bytes[content.range()]))
            {
                heading.text.truncate(heading.text[..at].trim_end().len());
                let words = Span::new(content.start, content.start + from);
                heading.content = trimmed_end(bytes, words);
            }
        }
    }

    fn open_item(&mut self, span: Span) {
        let bytes = self.source.bytes;
        let ordered = matches!(
            self.containers.last(),
            Some(Container::List { ordered: true })
        );
        let parent = self.containers.iter().rev().find_map(|c| match c {
            Container::Item { index, .. } => Some(*index),
            _ => None,
        });
        let marker = marker(bytes, span);
        let index = self.outline.items.len();
        self.outline.items.push(ListItem {
            heading: self.heading(),
            parent,
            quoted: self.quotes > 0,
            ordered,
            span: Span::new(
                marker.start,
                item_end(bytes, span, self.quotes > 0).max(marker.end),
            ),
            marker,
            check: Check::None,
            content: Span::empty(marker.end),
            text: String::new(),
            label: None,
        });
        self.containers.push(Container::Item {
            index,
            lead: Lead::Expected,
        });
    }

    fn checkbox(&mut self, done: bool, span: Span) {
        // The parser counts blanks before the brackets in.
        let brackets = Span::new(span.end.saturating_sub(3).max(span.start), span.end);
        if let Some(Container::Item { index, .. }) = self.containers.last() {
            let item = &mut self.outline.items[*index];
            item.check = if done {
                Check::Done(brackets)
            } else {
                Check::Open(brackets)
            };
            item.content = Span::empty(brackets.end);
        }
    }

    /// A paragraph of an item is over, or something else begins in it.
    fn end_lead(&mut self) {
        if let Some(Container::Item { lead, .. }) = self.containers.last_mut() {
            *lead = Lead::Past;
        }
        if let Some(Sink::Lead(index)) = self.sink {
            self.sink = None;
            let item = &mut self.outline.items[index];
            let run = std::mem::take(&mut self.run);
            let (text, content, label) = run.finish(item.content.start, self.source.bytes);
            (item.text, item.content, item.label) = (text, content, label.map(Box::new));
            item.text.shrink_to_fit();
        }
    }

    fn open_row(&mut self, head: bool, span: Span) {
        if let Some(table) = self.outline.tables.last_mut() {
            let row = Row {
                span: without_line_end(self.source.bytes, span),
                cells: Vec::new(),
            };
            if head {
                table.header = row;
            } else {
                table.rows.push(row);
            }
        }
    }

    fn open_cell(&mut self, span: Span) {
        let bytes = self.source.bytes;
        let Some(row) = self.outline.tables.last_mut().map(Table::last_row_mut) else {
            return;
        };
        // Cells the parser adds to a short row come after it.
        if span.start < row.span.end {
            row.cells.push(Cell {
                outer: span,
                inner: trimmed(bytes, span),
                text: String::new(),
            });
            self.sink = Some(Sink::Cell);
        }
    }

    fn close_cell(&mut self, span: Span) {
        if self.sink == Some(Sink::Cell) {
            self.sink = None;
            let run = std::mem::take(&mut self.run);
            let (text, ..) = run.finish(span.start, self.source.bytes);
            let row = self.outline.tables.last_mut().map(Table::last_row_mut);
            if let Some(cell) = row.and_then(|row| row.cells.last_mut()) {
                cell.text = text;
            }
        }
    }

    fn inline(&mut self, event: Event<'_>, span: Span) {
        self.follow_link(&event, span);
        if self.muted > 0 {
            return;
        }
        if self.sink.is_none()
            && let Some(Container::Item { index, lead }) = self.containers.last_mut()
            && *lead == Lead::Expected
        {
            *lead = Lead::Open;
            let index = *index;
            self.sink = Some(Sink::Lead(index));
            self.begin_lead(index, &event, span);
        }
        if matches!(self.sink, Some(Sink::Lead(_))) && self.is_before_marker(&event, span) {
            return self.end_lead();
        }
        if self.sink.is_some()
            && let Some((event, span)) = self.behind_box(event, span)
        {
            self.run.push(&event, span, self.source);
        }
    }

    /// Whether the next line is a marker of an unfinished merge: to Markdown it goes on with the words
    /// before it, and it is nobody's.
    fn is_before_marker(&self, event: &Event<'_>, span: Span) -> bool {
        if !matches!(event, Event::SoftBreak | Event::HardBreak) {
            return false;
        }
        let rest = &self.source.bytes[span.start..];
        let Some(feed) = memchr::memchr(b'\n', rest) else {
            return false;
        };
        let next = rest[feed + 1..].split(|byte| *byte == b'\n').next();
        next.is_some_and(|line| is_conflict_marker(line.trim_ascii()))
    }

    /// Reads the box that an item begins with, where it is one that Markdown does not know.
    fn begin_lead(&mut self, index: usize, event: &Event<'_>, span: Span) {
        let item = &mut self.outline.items[index];
        let bytes = self.source.bytes;
        let is_escaped = span.start > 0 && bytes[span.start - 1] == b'\\';
        let start = span.start - usize::from(is_escaped);
        let lead = &bytes[item.marker.end.min(start)..start];
        let is_first_line = !lead.iter().any(|b| matches!(b, b'\n' | b'\r'));
        let is_words = matches!(event, Event::Text(_)) && is_first_line;
        if item.check != Check::None || !is_words {
            return;
        }
        let line = &self.source.bytes[start..item.span.end.max(start)];
        if let Some(found) = odd_box(line) {
            let span = Span::new(start, start + found.len);
            item.check = Check::Odd {
                span,
                done: found.done,
            };
            self.run_start = span.end + found.blanks;
            item.content = Span::empty(self.run_start);
        }
    }

    /// The part of an event that comes after such a box.
    fn behind_box<'e>(&self, event: Event<'e>, span: Span) -> Option<(Event<'e>, Span)> {
        if span.start >= self.run_start {
            return Some((event, span));
        }
        match event {
            Event::Text(text) if span.end > self.run_start => {
                let rest = text.get(self.run_start - span.start..)?.to_owned();
                let span = Span::new(self.run_start, span.end);
                Some((Event::Text(rest.into()), span))
            }
            _ => None,
        }
    }

    fn follow_link(&mut self, event: &Event<'_>, span: Span) {
        match (event, &mut self.link) {
            (Event::Start(Tag::Link { dest_url, .. }), _) => {
                self.link = Some(Link {
                    heading: self.heading(),
                    url: dest_url.to_string(),
                    text: String::new(),
                    span,
                });
            }
            (Event::Text(words) | Event::Code(words), Some(link)) => link.text.push_str(words),
            (Event::SoftBreak | Event::HardBreak, Some(link)) => link.text.push(' '),
            (Event::Text(words), None) if self.muted == 0 => self.bare_links(words, span),
            _ => {}
        }
    }

    /// Addresses written without brackets, which GitHub links too. One may run on over
    /// several text events, as underscores part them.
    fn bare_links(&mut self, words: &str, span: Span) {
        if !words.contains("://") || !self.source.is_verbatim(words, span) {
            return;
        }
        let Shadow { text, base } = self.source.shadow;
        let mut from = span.start.max(self.bare_end) - base;
        while let Some((start, end)) = bare_address(text, from, span.end - base) {
            self.outline.links.push(Link {
                heading: self.heading(),
                url: text[start..end].to_owned(),
                text: text[start..end].to_owned(),
                span: Span::new(base + start, base + end),
            });
            from = end;
            self.bare_end = base + end;
        }
    }
}

impl Table {
    fn last_row_mut(&mut self) -> &mut Row {
        self.rows.last_mut().unwrap_or(&mut self.header)
    }
}

/// `span` without the line end it closes with.
fn without_line_end(bytes: &[u8], span: Span) -> Span {
    let line = &bytes[span.range()];
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Span::new(span.start, span.start + line.len())
}

/// The list marker of the item at `span`. The parser counts the columns of a tab as bytes,
/// so the item may begin a little further on than it says.
fn marker(bytes: &[u8], span: Span) -> Span {
    let item = &bytes[span.range()];
    let lead = |b: &&u8| is_blank(**b) || **b == b'>';
    let start = span.start + item.iter().take_while(lead).count();
    let rest = &bytes[start..span.end.max(start)];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    match rest.get(digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => Span::new(start, start + 1),
        Some(b'.' | b')') if digits > 0 => Span::new(start, start + digits + 1),
        _ => Span::empty(start),
    }
}

/// Where the item at `span` ends: without blank lines behind it, nor quoted blank lines.
fn item_end(bytes: &[u8], span: Span, quoted: bool) -> usize {
    let kept = trimmed_end(bytes, span).end;
    if !quoted {
        return kept;
    }
    let signs = bytes[span.start..kept].iter().rev();
    let from = kept - signs.take_while(|b| is_blank(**b) || **b == b'>').count();
    let blank_line = bytes[from..kept]
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r'));
    blank_line.map_or(kept, |at| {
        trimmed_end(bytes, Span::new(span.start, from + at)).end
    })
}

fn alignment(of: pulldown_cmark::Alignment) -> Alignment {
    match of {
        pulldown_cmark::Alignment::None | pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

/// Where the attributes begin that Pandoc, kramdown and Hugo let one write behind a heading's words:
/// `{#step-0041 .wide}`. Other braces are words.
fn attributes(heading: &str) -> Option<usize> {
    let inner = heading.strip_suffix('}')?;
    let at = inner.rfind('{')?;
    let is_apart = at == 0 || inner[..at].ends_with(char::is_whitespace);
    (is_apart && inner[at + 1..].starts_with(['#', '.'])).then_some(at)
}

fn block_kind(tag: &Tag<'_>) -> Option<BlockKind> {
    Some(match tag {
        Tag::Paragraph => BlockKind::Paragraph,
        Tag::Heading { level, .. } => BlockKind::Heading(*level as u8),
        Tag::BlockQuote(_) => BlockKind::Quote,
        Tag::CodeBlock(_) => BlockKind::Code,
        Tag::HtmlBlock => BlockKind::Html,
        Tag::List(first) => BlockKind::List {
            ordered: first.is_some(),
        },
        Tag::Item => BlockKind::Item,
        Tag::FootnoteDefinition(_) => BlockKind::Footnote,
        Tag::Table(_) => BlockKind::Table,
        Tag::TableHead | Tag::TableRow | Tag::TableCell => BlockKind::Row,
        _ => return None,
    })
}
