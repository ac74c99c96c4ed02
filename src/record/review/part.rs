//! A chapter of a record, taken apart into the lines of entries and the lines of people, changed,
//! and put together again. What a person wrote below an entry goes where the entry goes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::chapter::{self, Chapter};
use super::entry::{BY, OWNER, WHY, details, is_detail, labelled};
use super::{Entry, EntryKey, Line, Section};
use crate::change::{Edit, Target};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;

/// What tells an entry of a chapter from the others.
pub(super) type Place = (Section, EntryKey);

/// A piece of a chapter.
enum Piece {
    /// A line of somebody else, with its end; empty where something was taken out.
    Line(Vec<u8>),
    Entry(Own),
}

impl Piece {
    fn is_blank(&self) -> bool {
        matches!(self, Self::Line(line) if !line.is_empty() && line.trim_ascii().is_empty())
    }

    fn is_gone(&self) -> bool {
        matches!(self, Self::Line(line) if line.is_empty())
    }
}

/// An entry with its source, if that still says the same.
pub(super) struct Own {
    section: Section,
    pub(super) entry: Entry,
    source: Option<(Vec<u8>, String)>,
    /// What people wrote below it.
    pub(super) extra: Vec<u8>,
}

impl Own {
    fn place(&self) -> Place {
        (self.section, self.entry.key())
    }

    /// Where it stands among those of a chapter that is in order.
    fn order(&self) -> (EntryKey, Section) {
        (self.entry.key(), self.section)
    }
}

/// A chapter, taken apart.
pub(super) struct Part {
    /// Which one; nothing for the lines below the title.
    pub(super) chapter: Option<Chapter>,
    heading: String,
    nth: usize,
    /// Its source, if it is there.
    pub(super) before: Option<Vec<u8>>,
    newline: &'static str,
    pieces: Vec<Piece>,
    /// Where each entry is.
    index: HashMap<Place, usize>,
    /// What stands in the place of entries while there is none.
    nothing: &'static str,
    /// Entries that are to find their places in a chapter that is in order.
    added: BTreeMap<(EntryKey, Section), Own>,
    changed: bool,
}

impl Part {
    fn new(document: &MarkdownDocument, chapter: Option<Chapter>, heading: &str) -> Self {
        Self {
            chapter,
            heading: heading.to_owned(),
            nth: 0,
            before: None,
            newline: document.newline(),
            pieces: Vec::new(),
            index: HashMap::new(),
            nothing: chapter.map_or("", Chapter::nothing),
            added: BTreeMap::new(),
            changed: false,
        }
    }

    pub(super) fn read(
        document: &MarkdownDocument,
        heading: usize,
        chapter: Option<Chapter>,
    ) -> Self {
        let span = document.own_section(heading);
        let words = &document.headings()[heading].text;
        let same = |other: &&crate::document::markdown::Heading| other.text == *words;
        let mut part = Self {
            nth: document.headings()[..heading].iter().filter(same).count(),
            before: Some(document.bytes()[span.range()].to_vec()),
            ..Self::new(document, chapter, words)
        };
        let mut at = span.start;
        for (item, it) in document.items().iter().enumerate() {
            let entry = chapter
                .filter(|_| it.heading == Some(heading))
                .and_then(|chapter| Entry::read(document, item, chapter));
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

    pub(super) fn missing(document: &MarkdownDocument, chapter: Chapter) -> Self {
        let mut part = Self::new(document, Some(chapter), chapter.heading());
        let gap = match document.bytes() {
            [] => "",
            bytes if bytes.ends_with(b"\n") => part.newline,
            _ => &part.newline.repeat(2),
        };
        let text = format!("{gap}## {}{}", chapter.heading(), part.newline);
        part.push_lines(text.as_bytes());
        part
    }

    /// For a record whose title somebody took away: its lines come at the end.
    pub(super) fn untitled(document: &MarkdownDocument) -> Self {
        let mut part = Self::new(document, None, "");
        let gap = part.newline.repeat(2);
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
                Piece::Entry(own) => Some((own.place(), at)),
                Piece::Line(_) => None,
            })
            .collect();
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Entry(own) => Some(&own.entry),
            Piece::Line(_) => None,
        })
    }

    /// The entry at a place.
    fn own(&mut self, place: Place) -> Option<&mut Own> {
        if let Some(at) = self.index.get(&place) {
            return match &mut self.pieces[*at] {
                Piece::Entry(own) => Some(own),
                Piece::Line(_) => None,
            };
        }
        self.added.get_mut(&(place.1, place.0))
    }

    /// Whether there is an entry at a place below which people wrote nothing.
    pub(super) fn has_no_words(&mut self, place: Place) -> bool {
        self.own(place).is_some_and(|own| own.extra.is_empty())
    }

    /// Has the entry about the same thing say this; answers whether there is one.
    pub(super) fn replace(&mut self, (section, entry): (Section, &Entry)) -> bool {
        let Some(own) = self.own((section, entry.key())) else {
            return false;
        };
        // Its words may be a person's by now.
        let text = match own.entry.text.is_empty() {
            true => entry.text.clone(),
            false => own.entry.text.clone(),
        };
        let entry = Entry {
            text,
            ..entry.clone()
        };
        if own.entry != entry {
            own.entry = entry;
            own.source = None;
            self.changed = true;
        }
        true
    }

    /// Adds an entry: in its place where the chapter is in order, else behind the last one.
    pub(super) fn put(&mut self, (section, entry): (Section, Entry), extra: Vec<u8>) {
        self.changed = true;
        let own = Own {
            section,
            entry,
            source: None,
            extra,
        };
        if self.chapter.is_some_and(Chapter::is_spaced) {
            self.added.insert(own.order(), own);
            return;
        }
        let is_entry = |piece: &Piece| matches!(piece, Piece::Entry(_));
        let at = match self.pieces.iter().rposition(is_entry) {
            Some(last) => last + 1,
            None => {
                self.drop_nothing();
                self.behind_the_text()
            }
        };
        self.end_line_before(at);
        self.index.insert(own.place(), at);
        self.pieces.insert(at, Piece::Entry(own));
        if let Some(Piece::Line(next)) = self.pieces.get(at + 1)
            && !next.trim_ascii().is_empty()
        {
            let blank = self.newline.as_bytes().to_vec();
            self.pieces.insert(at + 1, Piece::Line(blank));
        }
    }

    /// Takes away the line that says that there is no entry.
    fn drop_nothing(&mut self) {
        let is_nothing =
            |piece: &Piece| matches!(piece, Piece::Line(line) if Chapter::is_nothing(line));
        self.pieces.retain(|piece| !is_nothing(piece));
    }

    /// Gives the entries that were added their places, a blank line between each two, and says so
    /// where none is left.
    pub(super) fn settle(&mut self) {
        if !self.chapter.is_some_and(Chapter::is_spaced) {
            return;
        }
        self.pieces.retain(|piece| !piece.is_gone());
        let added = std::mem::take(&mut self.added);
        let has_entries = self.entries().next().is_some();
        if !added.is_empty() {
            self.place(added, has_entries);
        } else if self.changed && !has_entries {
            let text = |piece: &Piece| !piece.is_blank();
            // Nothing but the heading.
            if self.pieces.iter().filter(|piece| text(piece)).count() <= 1 {
                let at = self.behind_the_text();
                let line = format!("{}{}", self.nothing, self.newline);
                self.pieces.insert(at, Piece::Line(line.into_bytes()));
                let end = self.newline.repeat(2);
                let before = self.before.as_deref().unwrap_or_default();
                // Another heading follows.
                if at + 1 == self.pieces.len() && before.ends_with(end.as_bytes()) {
                    self.push_blank();
                }
            }
        }
        self.find_entries();
    }

    /// Places entries among those that are there.
    fn place(&mut self, added: BTreeMap<(EntryKey, Section), Own>, has_entries: bool) {
        if !has_entries {
            self.drop_nothing();
            let at = self.behind_the_text();
            let rest = self.pieces.split_off(at);
            for (nth, own) in added.into_values().enumerate() {
                if nth > 0 {
                    self.push_blank();
                }
                self.pieces.push(Piece::Entry(own));
            }
            if rest.first().is_some_and(|piece| !piece.is_blank()) {
                self.push_blank();
            }
            self.pieces.extend(rest);
            return;
        }
        let pieces = std::mem::take(&mut self.pieces);
        let is_entry = |piece: &Piece| matches!(piece, Piece::Entry(_));
        let last = pieces.iter().rposition(is_entry).unwrap_or(0);
        let mut added = added.into_iter().peekable();
        for (at, piece) in pieces.into_iter().enumerate() {
            if let Piece::Entry(there) = &piece {
                while let Some((_, own)) = added.next_if(|(order, _)| *order < there.order()) {
                    self.pieces.push(Piece::Entry(own));
                    self.push_blank();
                }
            }
            self.pieces.push(piece);
            if at == last {
                for (_, own) in added.by_ref() {
                    self.end_line_before(self.pieces.len());
                    self.push_blank();
                    self.pieces.push(Piece::Entry(own));
                }
            }
        }
    }

    fn push_blank(&mut self) {
        let blank = self.newline.as_bytes().to_vec();
        self.pieces.push(Piece::Line(blank));
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

    /// Says from now on that there is no entry, where there is none.
    pub(super) fn close(&mut self) {
        self.nothing = chapter::NONE;
        self.changed = true;
        self.drop_nothing();
        self.find_entries();
    }

    /// Takes an entry out, and with it one of the blank lines around it where there are two.
    pub(super) fn take(&mut self, place: Place) -> Option<Own> {
        if let Some(own) = self.added.remove(&(place.1, place.0)) {
            return Some(own);
        }
        let at = self.index.remove(&place)?;
        self.changed = true;
        // The pieces behind it stay where they are until all is settled.
        let taken = std::mem::replace(&mut self.pieces[at], Piece::Line(Vec::new()));
        if self.chapter.is_some_and(Chapter::is_spaced) {
            let before = self.pieces[..at].iter().rposition(|piece| !piece.is_gone());
            let mut after = self.pieces[at + 1..].iter();
            let after = after.position(|piece| !piece.is_gone());
            let is_blank = |at: Option<usize>| at.filter(|at| self.pieces[*at].is_blank());
            let surplus = match (is_blank(before), after.map(|next| at + 1 + next)) {
                (Some(_), Some(next)) => is_blank(Some(next)),
                (before, None) => before,
                (None, Some(_)) => None,
            };
            if let Some(surplus) = surplus {
                self.pieces[surplus] = Piece::Line(Vec::new());
            }
        } else {
            self.pieces.remove(at);
            self.find_entries();
        }
        match taken {
            Piece::Entry(own) => Some(own),
            Piece::Line(_) => None,
        }
    }

    pub(super) fn swap(&mut self, a: Place, b: Place) {
        if let (Some(a), Some(b)) = (self.index.get(&a), self.index.get(&b)) {
            self.pieces.swap(*a, *b);
            self.changed = true;
            self.find_entries();
        }
    }

    pub(super) fn set(&mut self, line: Line, value: Option<String>) {
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

    /// The chapter as it is now.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut count = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Line(line) => bytes.extend_from_slice(line),
                Piece::Entry(own) => {
                    // Only chapters have entries.
                    let Some(chapter) = self.chapter else {
                        continue;
                    };
                    let marker = chapter.marker(count);
                    own.write(&mut bytes, (chapter, &marker), self.newline);
                    count += 1;
                }
            }
        }
        bytes
    }

    pub(super) fn edit(&self, path: &Path) -> Option<Edit> {
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
                None => Target::AT_END,
            },
            before: self.before.clone(),
            after: Some(after),
        })
    }
}

impl Own {
    fn write(&self, bytes: &mut Vec<u8>, (chapter, marker): (Chapter, &str), newline: &str) {
        if let Some((source, old)) = &self.source
            && old == marker.trim_end()
        {
            return bytes.extend_from_slice(source);
        }
        for line in self.entry.lines((chapter, self.section), marker) {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(newline.as_bytes());
        }
        bytes.extend_from_slice(&self.extra);
    }
}

/// An entry as it is: its own lines apart from those below it.
fn own(
    document: &MarkdownDocument,
    item: usize,
    whole: Span,
    (section, entry): (Section, Entry),
) -> Own {
    let it = &document.items()[item];
    let mut ours = vec![lines_of(document, Span::new(it.span.start, it.content.end))];
    for name in [OWNER, WHY, BY] {
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
        section,
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
pub(super) fn moved(from: Section, to: Section, extra: Vec<u8>) -> Vec<u8> {
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
