//! Editing a record that people write into as well: the lines of an entry change, all else
//! stays byte for byte.
//!
//! A section is taken apart into the lines of entries and the lines of people; what a person
//! wrote below an entry goes where the entry goes. What comes out is read again before it is
//! believed.

use std::collections::HashMap;
use std::path::Path;

use super::{
    Entry, EntryKey, Line, NONE, OWNER, Record, Section, WHY, details, heading_of, is_detail,
    labelled, marker,
};
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target, apply};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::source::{Role, SourceFile};

/// One thing to change in a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Op {
    /// Puts an entry where the one about the same thing is, else behind the last one.
    Put(Section, Entry),
    /// Takes an entry into another section, with what people wrote below it.
    Move(Section, Section, Entry),
    /// Lets two entries change places.
    Swap(Section, EntryKey, EntryKey),
    /// Sets a line below the title; nothing takes it away.
    Set(Line, Option<String>),
}

/// The edits that `ops` come to in the record at `path`.
///
/// # Errors
/// When what people wrote there would keep an entry from being read back.
pub(super) fn amend(
    document: &MarkdownDocument,
    path: &Path,
    ops: Vec<Op>,
) -> Result<Vec<Edit>, Refusal> {
    let mut parts: Vec<Part> = Vec::new();
    for op in ops {
        match op {
            Op::Put(section, entry) => part(&mut parts, document, section).put(entry, Vec::new()),
            Op::Move(from, to, mut entry) => {
                let taken = part(&mut parts, document, from).take(entry.key());
                let Some(Own {
                    entry: old, extra, ..
                }) = taken
                else {
                    continue;
                };
                if !old.text.is_empty() {
                    // Its words may be a person's by now.
                    entry.text = old.text;
                }
                part(&mut parts, document, to).put(entry, moved(from, to, extra));
            }
            Op::Swap(section, a, b) => part(&mut parts, document, section).swap(a, b),
            Op::Set(line, value) => title(&mut parts, document).set(line, value),
        }
    }
    let mut edits = Vec::new();
    for part in &parts {
        edits.extend(part.edit(path));
    }
    let expected: Vec<(Section, Vec<Entry>)> = (parts.iter())
        .filter_map(|part| Some((part.section?, part.entries().cloned().collect())))
        .collect();
    verified(document, path, edits, &expected)
}

/// Reads the record with `edits` made, and answers them if it says what it should.
fn verified(
    document: &MarkdownDocument,
    path: &Path,
    edits: Vec<Edit>,
    expected: &[(Section, Vec<Entry>)],
) -> Result<Vec<Edit>, Refusal> {
    let change = Change {
        label: String::new(),
        edits,
    };
    let file = SourceFile::load(path, Role::Review, document.bytes().to_vec());
    let mut files = vec![file];
    if let Err(conflicts) = apply::change(&change, &mut files) {
        let why = conflicts
            .first()
            .map(|conflict| conflict.obstacle.to_string());
        return refuse(format!("{}: {}", path.display(), why.unwrap_or_default()));
    }
    let read = files[0].markdown().map(Record::read).unwrap_or_default();
    for (section, entries) in expected {
        if read.entries(*section) != entries.as_slice() {
            return refuse(format!(
                "{}: something under “{}” keeps an entry from being read back, such as an \
                 unclosed fence or quote; fix it there",
                path.display(),
                section.heading()
            ));
        }
    }
    Ok(change.edits)
}

/// A piece of a section.
enum Piece {
    /// A line of somebody else, with its end.
    Line(Vec<u8>),
    Entry(Own),
}

/// An entry with its source, if that still says the same.
struct Own {
    entry: Entry,
    source: Option<(Vec<u8>, String)>,
    /// What people wrote below it.
    extra: Vec<u8>,
}

/// A section, taken apart.
struct Part {
    /// What it holds; nothing for the lines below the title.
    section: Option<Section>,
    heading: String,
    nth: usize,
    /// Its source, if it is there.
    before: Option<Vec<u8>>,
    newline: &'static str,
    pieces: Vec<Piece>,
    /// Where each entry is.
    index: HashMap<EntryKey, usize>,
    changed: bool,
}

fn part<'p>(
    parts: &'p mut Vec<Part>,
    document: &MarkdownDocument,
    section: Section,
) -> &'p mut Part {
    let at = parts.iter().position(|part| part.section == Some(section));
    let at = at.unwrap_or_else(|| {
        parts.push(match heading_of(document, section) {
            Some(heading) => Part::read(document, heading, Some(section)),
            None => Part::missing(document, section),
        });
        parts.len() - 1
    });
    &mut parts[at]
}

fn title<'p>(parts: &'p mut Vec<Part>, document: &MarkdownDocument) -> &'p mut Part {
    let at = parts.iter().position(|part| part.section.is_none());
    let at = at.unwrap_or_else(|| {
        let title = document
            .headings()
            .iter()
            .position(|heading| heading.level == 1);
        parts.push(match title {
            Some(heading) => Part::read(document, heading, None),
            None => Part::untitled(document),
        });
        parts.len() - 1
    });
    &mut parts[at]
}

impl Part {
    fn read(document: &MarkdownDocument, heading: usize, section: Option<Section>) -> Self {
        let span = document.own_section(heading);
        let words = &document.headings()[heading].text;
        let same = |other: &&crate::document::markdown::Heading| other.text == *words;
        let mut part = Self {
            section,
            heading: words.clone(),
            nth: document.headings()[..heading].iter().filter(same).count(),
            before: Some(document.bytes()[span.range()].to_vec()),
            newline: document.newline(),
            pieces: Vec::new(),
            index: HashMap::new(),
            changed: false,
        };
        let mut at = span.start;
        for (item, it) in document.items().iter().enumerate() {
            let entry = section
                .filter(|_| it.heading == Some(heading))
                .and_then(|section| Entry::read(document, item, section));
            if let Some(entry) = entry {
                let whole = lines_of(document, it.span);
                part.push_lines(&document.bytes()[at..whole.start]);
                part.pieces
                    .push(Piece::Entry(own(document, item, whole, entry)));
                at = whole.end;
            }
        }
        part.push_lines(&document.bytes()[at..span.end]);
        part.find_entries();
        part
    }

    fn missing(document: &MarkdownDocument, section: Section) -> Self {
        let mut part = Self {
            section: Some(section),
            heading: section.heading().to_owned(),
            nth: 0,
            before: None,
            newline: document.newline(),
            pieces: Vec::new(),
            index: HashMap::new(),
            changed: false,
        };
        let gap = match document.bytes() {
            [] => "",
            bytes if bytes.ends_with(b"\n") => part.newline,
            _ => &part.newline.repeat(2),
        };
        let text = format!("{gap}## {}{}", section.heading(), part.newline);
        part.push_lines(text.as_bytes());
        part
    }

    /// For a record whose title somebody took away: its lines come at the end.
    fn untitled(document: &MarkdownDocument) -> Self {
        let mut part = Self::missing(document, Section::Proposals);
        let gap = part.newline.repeat(2);
        part.section = None;
        part.pieces.clear();
        part.push_lines(format!("{gap}# Weekly review{}", part.newline).as_bytes());
        part
    }

    fn push_lines(&mut self, bytes: &[u8]) {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        self.pieces
            .extend(lines.map(|line| Piece::Line(line.to_vec())));
    }

    fn find_entries(&mut self) {
        let pieces = self.pieces.iter().enumerate();
        self.index = pieces
            .filter_map(|(at, piece)| match piece {
                Piece::Entry(own) => Some((own.entry.key(), at)),
                Piece::Line(_) => None,
            })
            .collect();
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Entry(own) => Some(&own.entry),
            Piece::Line(_) => None,
        })
    }

    fn put(&mut self, entry: Entry, extra: Vec<u8>) {
        let known = self.index.get(&entry.key()).copied();
        if let Some(Piece::Entry(own)) = known.map(|at| &mut self.pieces[at]) {
            // Its words may be a person's by now.
            let text = match own.entry.text.is_empty() {
                true => entry.text.clone(),
                false => own.entry.text.clone(),
            };
            let entry = Entry { text, ..entry };
            if own.entry != entry {
                own.entry = entry;
                own.source = None;
                self.changed = true;
            }
            return;
        }
        self.changed = true;
        let is_none = |piece: &Piece| matches!(piece, Piece::Line(line) if line.trim_ascii() == NONE.as_bytes());
        let at = match self
            .pieces
            .iter()
            .rposition(|p| matches!(p, Piece::Entry(_)))
        {
            Some(last) => last + 1,
            None => {
                self.pieces.retain(|piece| !is_none(piece));
                self.behind_the_text()
            }
        };
        self.end_line_before(at);
        self.index.insert(entry.key(), at);
        let own = Own {
            entry,
            source: None,
            extra,
        };
        self.pieces.insert(at, Piece::Entry(own));
        if let Some(Piece::Line(next)) = self.pieces.get(at + 1)
            && !next.trim_ascii().is_empty()
        {
            let blank = self.newline.as_bytes().to_vec();
            self.pieces.insert(at + 1, Piece::Line(blank));
        }
    }

    /// Where the first entry goes: behind what people wrote, with a blank line between.
    fn behind_the_text(&mut self) -> usize {
        let text =
            |piece: &Piece| matches!(piece, Piece::Line(line) if !line.trim_ascii().is_empty());
        let at = self
            .pieces
            .iter()
            .rposition(text)
            .map_or(0, |last| last + 1);
        self.end_line_before(at);
        if at < self.pieces.len() {
            return at + 1;
        }
        let blank = self.newline.as_bytes().to_vec();
        self.pieces.insert(at, Piece::Line(blank));
        at + 1
    }

    /// Ends the line before a piece where the file ends without one.
    fn end_line_before(&mut self, at: usize) {
        let newline = self.newline.as_bytes();
        let end = |bytes: &mut Vec<u8>| {
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.extend_from_slice(newline);
            }
        };
        match at.checked_sub(1).map(|last| &mut self.pieces[last]) {
            Some(Piece::Line(line)) => end(line),
            Some(Piece::Entry(own)) => {
                end(&mut own.extra);
                if let Some((source, _)) = &mut own.source {
                    end(source);
                }
            }
            None => {}
        }
    }

    /// Takes an entry out.
    fn take(&mut self, key: EntryKey) -> Option<Own> {
        let at = self.index.get(&key).copied()?;
        self.changed = true;
        let taken = self.pieces.remove(at);
        self.find_entries();
        match taken {
            Piece::Entry(own) => Some(own),
            Piece::Line(_) => None,
        }
    }

    fn swap(&mut self, a: EntryKey, b: EntryKey) {
        if let (Some(a), Some(b)) = (self.index.get(&a), self.index.get(&b)) {
            self.pieces.swap(*a, *b);
            self.changed = true;
            self.find_entries();
        }
    }

    fn set(&mut self, line: Line, value: Option<String>) {
        let start = format!("- **{}:**", line.name());
        let own = |piece: &Piece| matches!(piece, Piece::Line(line) if line.starts_with(start.as_bytes()));
        let at = self.pieces.iter().position(own);
        let text = value.map(|value| labelled("- ", line.name(), &value) + self.newline);
        self.changed = true;
        match (at, text) {
            (Some(at), Some(text)) => self.pieces[at] = Piece::Line(text.into_bytes()),
            (Some(at), None) => {
                self.pieces.remove(at);
            }
            (None, Some(text)) => {
                let bullet =
                    |piece: &Piece| matches!(piece, Piece::Line(line) if line.starts_with(b"- **"));
                let at = match self.pieces.iter().rposition(bullet) {
                    Some(last) => last + 1,
                    None => self.behind_the_text(),
                };
                self.end_line_before(at);
                self.pieces.insert(at, Piece::Line(text.into_bytes()));
            }
            (None, None) => {}
        }
    }

    /// The section as it is now.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut count = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Line(line) => bytes.extend_from_slice(line),
                Piece::Entry(own) => {
                    let marker = self.section.map(|section| marker(section, count));
                    own.write(&mut bytes, &marker.unwrap_or_default(), self.newline);
                    count += 1;
                }
            }
        }
        bytes
    }

    fn edit(&self, path: &Path) -> Option<Edit> {
        let after = self.bytes();
        if !self.changed || self.before.as_deref() == Some(&after) {
            return None;
        }
        Some(Edit {
            path: path.to_owned(),
            target: match self.before {
                Some(_) => Target::Section {
                    heading: self.heading.clone(),
                    nth: self.nth,
                },
                None => Target::Passage {
                    heading: None,
                    nth: 0,
                },
            },
            before: self.before.clone(),
            after: Some(after),
        })
    }
}

impl Own {
    fn write(&self, bytes: &mut Vec<u8>, marker: &str, newline: &str) {
        if let Some((source, old)) = &self.source
            && old == marker.trim_end()
        {
            return bytes.extend_from_slice(source);
        }
        for line in self.entry.lines(marker) {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(newline.as_bytes());
        }
        bytes.extend_from_slice(&self.extra);
    }
}

/// An entry as it is: its own lines apart from those below it.
fn own(document: &MarkdownDocument, item: usize, whole: Span, entry: Entry) -> Own {
    let it = &document.items()[item];
    let mut ours = vec![lines_of(document, Span::new(it.span.start, it.content.end))];
    for name in [OWNER, WHY] {
        let found = details(document, item).find(|(_, detail)| is_detail(detail, name));
        ours.extend(found.map(|(_, detail)| {
            lines_of(document, Span::new(detail.span.start, detail.content.end))
        }));
    }
    ours.sort_by_key(|span| span.start);
    let (mut extra, mut at) = (Vec::new(), whole.start);
    for span in ours {
        extra.extend_from_slice(&document.bytes()[at.min(span.start)..span.start]);
        at = span.end;
    }
    extra.extend_from_slice(&document.bytes()[at.min(whole.end)..whole.end]);
    // Blanks alone are nobody's words.
    if extra.trim_ascii().is_empty() {
        extra.clear();
    }
    let source = document.bytes()[whole.range()].to_vec();
    let marker = document.source(it.marker).into_owned();
    Own {
        entry,
        source: Some((source, marker)),
        extra,
    }
}

/// The lines that a span is on, blank ones at its end left out, with their ends.
fn lines_of(document: &MarkdownDocument, span: Span) -> Span {
    let text = document.bytes()[span.range()].trim_ascii_end();
    let last = document.line_of(span.start + text.len().saturating_sub(1));
    let start = document.line(document.line_of(span.start));
    let end = document.line(last + 1).map(|next| next.start);
    Span::new(
        start.map_or(span.start, |line| line.start),
        end.unwrap_or(document.bytes().len()),
    )
}

/// What is below an entry, indented as the list of another section asks for.
fn moved(from: Section, to: Section, extra: Vec<u8>) -> Vec<u8> {
    let (deep, to_deep) = (from == Section::Ten, to == Section::Ten);
    let mut moved = Vec::with_capacity(extra.len());
    for line in extra.split_inclusive(|byte| *byte == b'\n') {
        match (deep, to_deep) {
            (true, false) => moved.extend_from_slice(line.strip_prefix(b"  ").unwrap_or(line)),
            (false, true) if !line.trim_ascii().is_empty() => {
                moved.extend_from_slice(b"  ");
                moved.extend_from_slice(line);
            }
            _ => moved.extend_from_slice(line),
        }
    }
    moved
}
