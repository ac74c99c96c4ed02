//! A version of a Markdown file taken apart into units.
//!
//! Headings make sections, list items and tables are what the parser says they are, and everything
//! else is parted by blank lines. What is in a quote is prose. Nothing is dropped: leads, heads and
//! the end of the file put together are the file.

use super::keys;
use super::unit::{Kind, Parts, Unit};
use crate::document::markdown::{CheckState, ListItem, MarkdownDocument, Row, Table};
use crate::document::splice::Span;

/// One version.
#[derive(Debug)]
pub(super) struct Version<'a> {
    pub units: Vec<Unit<'a>>,
    /// The blank lines at its end.
    pub tail: &'a [u8],
}

/// Takes `bytes` apart. Lines end with a line feed, the last one too.
pub(super) fn read(bytes: &[u8]) -> Version<'_> {
    let document = MarkdownDocument::load(bytes.to_vec());
    let mut reader = Reader {
        bytes,
        document: &document,
        at: 0,
    };
    let top = document.headings().iter().enumerate();
    let top: Vec<usize> = top
        .filter(|(_, heading)| heading.parent.is_none())
        .map(|(at, _)| at)
        .collect();
    let units = reader.sections(0, &top, bytes.len());
    Version {
        units,
        tail: &bytes[reader.at..],
    }
}

struct Reader<'a, 'd> {
    bytes: &'a [u8],
    document: &'d MarkdownDocument,
    /// The end of the last unit.
    at: usize,
}

/// A block that is no prose.
#[derive(Clone, Copy)]
enum Block {
    Item(usize),
    Table(usize),
}

impl<'a> Reader<'a, '_> {
    /// What is from `start` on: text, then the sections of `headings` up to `end`.
    fn sections(&mut self, start: usize, headings: &[usize], end: usize) -> Vec<Unit<'a>> {
        let starts = |heading: usize| {
            let span = self.document.headings()[heading].span;
            self.line_start(span.start)
        };
        let bounds: Vec<usize> = headings.iter().map(|at| starts(*at)).chain([end]).collect();
        let mut units = Vec::new();
        self.body(start, bounds[0], None, &mut units);
        for (number, heading) in headings.iter().enumerate() {
            units.push(self.section(*heading, bounds[number], bounds[number + 1]));
        }
        units
    }

    fn section(&mut self, heading: usize, start: usize, end: usize) -> Unit<'a> {
        let of = &self.document.headings()[heading];
        let (lead, head) = self.head(start, self.line_end(of.span.end).min(end));
        let later = self.document.headings().iter().enumerate();
        let later = later.skip(heading + 1);
        let later = later.take_while(|(_, next)| next.level > of.level);
        let inner: Vec<usize> = later
            .filter(|(_, next)| next.parent == Some(heading))
            .map(|(at, _)| at)
            .collect();
        let children = self.sections(self.at, &inner, end);
        let (keys, rank) = keys::of_heading(of.level, &of.text);
        Unit {
            kind: Kind::Section,
            name: of.text.clone(),
            keys,
            rank,
            lead,
            whole: &self.bytes[start..self.at],
            head,
            parts: Parts::Whole,
            children,
        }
    }

    /// The lines from `start` to `end`, which are in the item `parent` or in none.
    fn body(&mut self, start: usize, end: usize, parent: Option<usize>, units: &mut Vec<Unit<'a>>) {
        let mut from = start;
        for (at, block) in self.blocks(start, end, parent) {
            if at < from {
                continue;
            }
            self.prose(from, at, units);
            let unit = match block {
                Block::Item(item) => self.item(item, at, end),
                Block::Table(table) => self.table(table, at, end),
            };
            units.push(unit);
            from = self.at;
        }
        self.prose(from, end, units);
    }

    /// The items and tables there, each with the start of its line. Only what begins its line is
    /// one.
    fn blocks(&self, start: usize, end: usize, parent: Option<usize>) -> Vec<(usize, Block)> {
        let begins = |at: usize| {
            let line = self.line_start(at);
            let is_first = self.bytes[line..at].trim_ascii().is_empty();
            (is_first && line >= start).then_some(line)
        };
        let items = self.document.items();
        let first = items.partition_point(|item| item.span.start < start);
        let items = items.iter().enumerate().skip(first);
        let items = items.take_while(|(_, item)| item.span.start < end);
        let items = items
            .filter(|(_, item)| item.parent == parent && !item.quoted && !item.marker.is_empty());
        let items =
            items.filter_map(|(at, item)| Some((begins(item.span.start)?, Block::Item(at))));
        let tables = self.document.tables();
        let first = tables.partition_point(|table| table.span.start < start);
        let tables = tables.iter().enumerate().skip(first);
        let tables = tables.take_while(|(_, table)| table.span.start < end);
        let tables = tables.filter(|(_, table)| !table.quoted);
        let tables =
            tables.filter_map(|(at, table)| Some((begins(table.span.start)?, Block::Table(at))));
        let mut blocks: Vec<(usize, Block)> = items.chain(tables).collect();
        blocks.sort_by_key(|(at, _)| *at);
        blocks
    }

    fn item(&mut self, item: usize, start: usize, limit: usize) -> Unit<'a> {
        let of = &self.document.items()[item];
        let written = self.bytes[start..of.span.end.min(limit)].trim_ascii_end();
        let end = self.line_end(start + written.len()).min(limit);
        let own = match of.content.is_empty() {
            true => of.marker.end,
            false => of.content.end,
        };
        let (lead, head) = self.head(start, self.line_end(own).min(end));
        let mut children = Vec::new();
        self.body(self.at, end, Some(item), &mut children);
        self.at = self.at.max(end);
        let (keys, rank) = keys::of_item(&of.text, of.label.as_deref());
        Unit {
            kind: Kind::Item,
            name: keys::item_name(&of.text, of.label.as_deref()),
            keys,
            rank,
            lead,
            whole: &self.bytes[start..self.at],
            head,
            parts: item_parts(of, start, head.len()),
            children,
        }
    }

    fn table(&mut self, table: usize, start: usize, limit: usize) -> Unit<'a> {
        let of = &self.document.tables()[table];
        let first = of.rows.first().map(|row| self.line_start(row.span.start));
        let own = first.unwrap_or_else(|| self.line_end(of.span.end));
        let (lead, head) = self.head(start, own.min(limit));
        let (key, column) = (keys::key_column(of), keys::name_column(of));
        let mut children = Vec::new();
        for row in &of.rows {
            let start = self.at;
            let end = self.line_end(row.span.end).min(limit);
            let (lead, head) = self.head(start, end);
            let name = row.cells.get(column).map_or("", |cell| &cell.text);
            children.push(Unit {
                kind: Kind::Row,
                name: name.to_owned(),
                keys: keys::of_row(row, key),
                rank: keys::ranked(name),
                lead,
                whole: head,
                head,
                parts: cells(row, start),
                children: Vec::new(),
            });
        }
        Unit {
            kind: Kind::Table,
            name: of
                .header
                .cells
                .get(column)
                .map_or("", |cell| &cell.text)
                .to_owned(),
            keys: table_keys(of),
            rank: None,
            lead,
            whole: &self.bytes[start..self.at],
            head,
            parts: cells(&of.header, start),
            children,
        }
    }

    /// The lines from `start` to `end` that are nothing else, parted by blank ones outside of code.
    fn prose(&mut self, start: usize, end: usize, units: &mut Vec<Unit<'a>>) {
        let (mut at, mut first) = (start, None);
        let mut is_defined = false;
        let mut fence: Option<&[u8]> = None;
        while at < end {
            let next = self.line_end(at + 1).min(end);
            let line = self.bytes[at..next].trim_ascii();
            match (fence, fence_of(line)) {
                (None, Some(mark)) => fence = Some(mark),
                (Some(open), Some(mark)) if line == mark && mark.starts_with(open) => fence = None,
                _ => {}
            }
            let is_blank = line.is_empty() && fence.is_none();
            // A definition ends where the next one begins, a paragraph does not.
            let begins = (first.is_none() || is_defined) && keys::definition(line).is_some();
            if is_blank || begins {
                units.extend(first.take().map(|first| self.paragraph(first, at)));
            }
            if !is_blank && first.is_none() {
                (first, is_defined) = (Some(at), begins);
            }
            at = next;
        }
        // Blank lines at the end of code that is never closed are the file's.
        let written = self.bytes[start..end].trim_ascii_end().len();
        let last = (written > 0).then(|| self.line_end(start + written).min(end));
        let last = first.zip(last).filter(|(first, last)| last > first);
        units.extend(last.map(|(first, last)| self.paragraph(first, last)));
    }

    fn paragraph(&mut self, start: usize, end: usize) -> Unit<'a> {
        let (lead, head) = self.head(start, end);
        let label = keys::definition(
            head.trim_ascii_start()
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default(),
        );
        Unit {
            kind: label.map_or(Kind::Prose, |_| Kind::Definition),
            name: label.map_or_else(String::new, |label| format!("[{label}]")),
            keys: label.map_or_else(Vec::new, keys::of_definition),
            rank: None,
            lead,
            whole: head,
            head,
            parts: Parts::Whole,
            children: Vec::new(),
        }
    }

    /// The lead and the lines of a unit's own, behind which the next one is looked for.
    fn head(&mut self, start: usize, end: usize) -> (&'a [u8], &'a [u8]) {
        let lead = &self.bytes[self.at..start];
        self.at = end;
        (lead, &self.bytes[start..end])
    }

    fn line_start(&self, at: usize) -> usize {
        memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |at| at + 1)
    }

    /// Behind the line feed of the line with the last byte before `end`.
    fn line_end(&self, end: usize) -> usize {
        let from = match self.bytes.get(end.wrapping_sub(1)) {
            Some(b'\n') => return end,
            _ => end.min(self.bytes.len()),
        };
        let rest = &self.bytes[from..];
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |at| from + at + 1)
    }
}

fn fence_of(line: &[u8]) -> Option<&[u8]> {
    let sign = *line.first().filter(|sign| matches!(sign, b'`' | b'~'))?;
    let length = line.iter().take_while(|byte| **byte == sign).count();
    (length >= 3).then(|| &line[..length])
}

fn cells(row: &Row, start: usize) -> Parts {
    let cells = row.cells.iter();
    Parts::Cells(cells.map(|cell| cell.inner.counted_from(start)).collect())
}

fn item_parts(of: &ListItem, start: usize, length: usize) -> Parts {
    let text = of.content.start.checked_sub(start);
    let Some(text) = text.filter(|at| *at <= length && !of.content.is_empty()) else {
        return Parts::Whole;
    };
    let from = of.check.brackets().map_or(text, |span| span.start - start);
    Parts::Item {
        check: Span::new(from.min(text), text),
        is_done: of.check.state() == CheckState::Done,
    }
}

fn table_keys(of: &Table) -> Vec<super::unit::Key> {
    let header = of.header.cells.iter().map(|cell| cell.text.as_str());
    keys::of_header(&header.collect::<Vec<_>>())
}
