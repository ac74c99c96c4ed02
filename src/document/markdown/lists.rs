//! Edits of the list that a labelled bullet holds, entry by entry: what stays keeps its bytes,
//! and so does everything around it.

use super::MarkdownDocument;
use super::blocks::{Check, CheckState};
use super::boxes::{odd_box, turned};
use super::entries::{Entry, EntryList, Form, is_nothing, parting, phrase, read};
use super::escape::{Place, markdown_for};
use super::refusal::{Refusal, Target};
use super::rewrite::comments;
use crate::document::sequence::{Sequence, Slot, Style};
use crate::document::splice::{Span, Splice};

/// An entry of the list to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntrySlot {
    /// One that is there.
    Kept {
        /// Its index.
        at: usize,
        /// What its checkbox is to say, if it is to change.
        tick: Option<bool>,
    },
    /// A new one, as Markdown on one line.
    New(String),
}

/// Entries in words as a list behind a label.
pub fn written_list<S: AsRef<str>>(entries: &[S]) -> String {
    let of = MarkdownDocument::load(&b"- **x:**"[..]);
    let list = read(b"", &[], 0);
    let news = entries
        .iter()
        .map(|entry| of.entry_source(&list, entry.as_ref()));
    let slots: Vec<EntrySlot> = news.map(EntrySlot::New).collect();
    let written = match slots.is_empty() {
        true => return "none".to_owned(),
        false => of.set_entries(0, &slots),
    };
    let value = written
        .ok()
        .and_then(|of| Some(of.source(of.label(0)?.value).into_owned()));
    value.unwrap_or_else(|| {
        entries
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(", ")
    })
}

impl MarkdownDocument {
    /// Markdown for an entry of `list` that reads as these words; `[x] ` before them is its
    /// checkbox.
    pub fn entry_source(&self, list: &EntryList, words: &str) -> String {
        let place = match list.form {
            Form::Nested(_) => Place::Item,
            Form::Inline { .. } => Place::Value,
        };
        let (mark, words) = match words.get(..4) {
            Some("[x] " | "[X] " | "[ ] ") => words.split_at(4),
            _ => ("", words),
        };
        let labels = &self.shared.outline.definitions;
        mark.to_owned() + &markdown_for(words, place, labels).join(" ")
    }

    /// Makes the list that an item holds that of `slots`.
    ///
    /// # Errors
    /// When there is no such item or no label, or when the file would not be read as wanted.
    pub fn set_entries(&self, item: usize, slots: &[EntrySlot]) -> Result<Self, Refusal> {
        let of = self.item(item)?;
        let line = self.line_of(of.span.start);
        let list = self.entries(item).ok_or(Refusal::NotLabelled { line })?;
        let changed = match &list.form {
            Form::Nested(items) => self.set_nested(item, items, slots)?,
            Form::Inline { sequence, .. } => {
                let tight = self.inline_source(item, &list, sequence, slots, "");
                let mut written = self.set_value(item, &tight, &list, slots);
                if written.is_err() {
                    // An address goes on up to a blank, and a backslash bears on what follows.
                    let apart = self.inline_source(item, &list, sequence, slots, " ");
                    written = self.set_value(item, apart.trim_end(), &list, slots);
                }
                if written.is_err() && slots.len() == 1 {
                    // One entry with a comma of its own needs a semicolon behind it.
                    written = self.set_value(item, &format!("{tight};"), &list, slots);
                }
                if written.is_err() {
                    // A sign that was alone may find a counterpart in another entry.
                    let slots: Vec<EntrySlot> = slots.iter().map(escaped_words).collect();
                    let source = self.inline_source(item, &list, sequence, &slots, "");
                    written = self.set_value(item, &source, &list, &slots).or(written);
                }
                written?
            }
        };
        self.read_back(item, &list, slots, &changed)?;
        Ok(changed)
    }

    fn set_value(
        &self,
        item: usize,
        source: &str,
        list: &EntryList,
        slots: &[EntrySlot],
    ) -> Result<Self, Refusal> {
        let changed = self.apply(&self.set_label_source(item, source)?)?;
        self.read_back(item, list, slots, &changed)?;
        Ok(changed)
    }

    /// Refuses a change that would not be read as wanted.
    fn read_back(
        &self,
        item: usize,
        list: &EntryList,
        slots: &[EntrySlot],
        changed: &Self,
    ) -> Result<(), Refusal> {
        let labels = &self.shared.outline.definitions;
        let wanted = slots.iter().map(|slot| match slot {
            EntrySlot::New(source) => {
                let alone = read(protected(source, labels, b",;").as_bytes(), labels, 0);
                let only = alone.entries.first();
                only.map_or_else(Default::default, |entry| said(entry, None))
            }
            EntrySlot::Kept { at, tick } => said(&list.entries[*at], *tick),
        });
        let wanted: Vec<(String, bool)> = wanted.collect();
        let found = changed
            .entries(item)
            .map_or(Vec::new(), |list| list.entries);
        let found: Vec<(String, bool)> = found.iter().map(|entry| said(entry, None)).collect();
        if found == wanted {
            return Ok(());
        }
        let words = |list: Vec<(String, bool)>| {
            let words: Vec<String> = list.into_iter().map(|(words, _)| words).collect();
            words.join(" · ")
        };
        Err(Refusal::NotReadBack {
            line: self.line_of(self.item(item)?.span.start),
            wanted: words(wanted),
            read: words(found),
        })
    }

    /// The value with these entries, `behind` put behind each that might go on over a sign.
    fn inline_source(
        &self,
        item: usize,
        list: &EntryList,
        sequence: &Sequence,
        slots: &[EntrySlot],
        behind: &str,
    ) -> String {
        let value = self
            .label(item)
            .map_or(Span::default(), |label| label.value);
        let text = &self.bytes()[value.range()];
        let labels = &self.shared.outline.definitions;
        let sign = chosen_sign(list, slots, labels);
        let escape: &[u8] = match (sign, slots.len()) {
            (b';', 2..) => b";",
            _ => b",;",
        };
        let kept = slots.iter().filter_map(|slot| match slot {
            EntrySlot::Kept { at, .. } => Some(at),
            EntrySlot::New(_) => None,
        });
        let moved = !kept.is_sorted();
        let slots: Vec<Slot> = slots
            .iter()
            .enumerate()
            .map(|(number, slot)| match slot {
                EntrySlot::New(source) => {
                    let source = protected(source, labels, escape);
                    let behind = if goes_on(source.as_bytes()) {
                        behind
                    } else {
                        ""
                    };
                    Slot::New((source + behind).into_bytes())
                }
                EntrySlot::Kept { at, tick: None } => {
                    let source = &self.bytes()[list.entries[*at].span.range()];
                    // What follows it as before is as far from it as before.
                    let next = slots.get(number + 1);
                    let other = match next {
                        Some(EntrySlot::Kept { at: next, .. }) => moved || *next != at + 1,
                        next => moved || next.is_some(),
                    };
                    match !behind.is_empty() && other && goes_on(source) {
                        true => Slot::Changed(*at, [source, behind.as_bytes()].concat()),
                        false => Slot::Kept(*at),
                    }
                }
                EntrySlot::Kept { at, tick: Some(to) } => {
                    Slot::Changed(*at, self.ticked(&list.entries[*at], *to))
                }
            })
            .collect();
        let separator = separator(text, sequence, sign);
        let mut source = if sequence.items.is_empty() && sequence.nothing.is_empty() {
            let news: Vec<&[u8]> = slots.iter().filter_map(new_source).collect();
            // What is there is a comment, or nothing.
            let blank: &[u8] = if news.is_empty() || text.is_empty() {
                b""
            } else {
                b" "
            };
            [&news.join(&separator[..]), blank, text].concat()
        } else {
            let style = Style {
                separator: &separator,
                nothing: b"none",
                comments: true,
            };
            sequence.arranged(text, &slots, style)
        };
        if slots.is_empty() && source.is_empty() {
            source.extend(b"none");
        }
        String::from_utf8_lossy(&source).into_owned()
    }

    /// The source of an entry with its checkbox saying `done`.
    fn ticked(&self, entry: &Entry, done: bool) -> Vec<u8> {
        let source = &self.bytes()[entry.span.range()];
        let sign = if done { b'x' } else { b' ' };
        match entry.check {
            // A box by hand is words here.
            Check::None => match odd_box(source) {
                Some(found) => {
                    let mark = turned(&String::from_utf8_lossy(&source[..found.len]), done);
                    [mark.as_bytes(), b" ", &source[found.len + found.blanks..]].concat()
                }
                None if done => [b"[x] ", source].concat(),
                None => source.to_vec(),
            },
            Check::Open(span) | Check::Done(span) => {
                let mut source = source.to_vec();
                source[span.start + 1 - entry.span.start] = sign;
                source
            }
            Check::Odd { span, .. } => {
                let behind = &source[span.end - entry.span.start..];
                let blank = if behind.starts_with(b" ") { "" } else { " " };
                let mark = turned(&self.source(span), done);
                [mark.as_bytes(), blank.as_bytes(), behind].concat()
            }
        }
    }

    /// The same for entries that are items below the label.
    fn set_nested(
        &self,
        item: usize,
        items: &[usize],
        slots: &[EntrySlot],
    ) -> Result<Self, Refusal> {
        if slots.is_empty() {
            let end = self.item(item)?.span.end;
            let tail = self.list_tail(item).unwrap_or(Span::empty(end));
            let comments = self.children(item).map(|child| self.comments_of(child));
            let none = std::iter::once("none".to_owned()).chain(comments);
            let none: String = none
                .filter(|part| !part.is_empty())
                .map(|part| format!(" {part}"))
                .collect();
            return Ok(self.apply(&[Splice::replace(tail, none)])?);
        }
        let all: Vec<usize> = self.children(item).collect();
        if all.iter().all(|child| self.items()[*child].ordered) {
            return self.set_numbered(item, items, slots);
        }
        let mut of = self.clone();
        let mut kept: Vec<usize> = Vec::new();
        for slot in slots {
            let EntrySlot::Kept { at, tick } = slot else {
                continue;
            };
            let child = items[*at];
            kept.push(child);
            let done = of.items()[child].check.state() == CheckState::Done;
            if let Some(to) = tick.filter(|to| *to != done) {
                let state = if to {
                    CheckState::Done
                } else {
                    CheckState::Open
                };
                of = of.apply(&of.set_check(child, state)?)?;
            }
        }
        of = of.reordered(&kept)?;
        // From the last one on, so that the places of those before stay.
        let mut places: Vec<usize> = kept.clone();
        places.sort_unstable();
        let (mut added, mut ahead) = (vec![0; all.len()], 0);
        let mut before = places.len();
        let is_new = |slot: &EntrySlot| matches!(slot, EntrySlot::New(_));
        for run in slots.chunk_by(|a, b| is_new(a) && is_new(b)).rev() {
            let news = run.iter().filter_map(|slot| match slot {
                EntrySlot::New(source) => Some(source),
                EntrySlot::Kept { .. } => None,
            });
            let news: Vec<&String> = news.collect();
            before -= run.len() - news.len();
            if before == 0 {
                for source in news.into_iter().rev() {
                    of = of.apply(&of.insert_item_after(all[0], source)?)?;
                    let two: Vec<usize> = of.children(item).take(2).collect();
                    of = of.reordered(&[two[1], two[0]])?;
                    ahead += 1;
                }
                continue;
            }
            let anchor = places[before - 1];
            let mut behind = anchor;
            for source in news {
                of = of.apply(&of.insert_item_after(behind, source)?)?;
                behind = of.children(item).find(|at| *at > behind).unwrap_or(behind);
                added[all.iter().position(|c| *c == anchor).unwrap_or(0)] += 1;
            }
        }
        let now: Vec<usize> = of.children(item).collect();
        let is_empty = |child: usize| is_nothing(&self.items()[child].text);
        let (mut gone, mut comments) = (Vec::new(), Vec::new());
        for (at, child) in all.iter().enumerate().rev() {
            let place = ahead + at + added[..at].iter().sum::<usize>();
            let known = items.contains(child) || is_empty(*child);
            if known && !kept.contains(child) {
                let Some(gone_now) = now.get(place) else {
                    return Err(Refusal::Missing(Target::Item(*child)));
                };
                let lines = of.whole_lines(of.items()[*gone_now].span);
                of = of.apply(&[Splice::remove(lines)])?;
                gone.push(place);
                comments.push((place, self.comments_of(*child)));
            }
        }
        // The comments of those that go stay with the entry before them.
        for (place, comment) in comments.into_iter().rev() {
            let before = place - gone.iter().filter(|gone| **gone < place).count();
            let anchor = of.children(item).nth(before.saturating_sub(1));
            if let Some(anchor) = anchor.filter(|_| !comment.is_empty()) {
                let end = of.items()[anchor].content.end;
                of = of.apply(&[Splice::insert(end, format!(" {comment}"))])?;
            }
        }
        Ok(of)
    }

    /// The comments among the words of an item.
    pub(super) fn comments_of(&self, item: usize) -> String {
        let words = self.source(self.items()[item].content);
        comments(&words, Place::Item, &self.shared.outline.definitions)
    }

    /// Puts items of one list into another order, with all that is nested in them.
    fn reordered(&self, order: &[usize]) -> Result<Self, Refusal> {
        let mut places = order.to_vec();
        places.sort_unstable();
        let moved = places
            .iter()
            .zip(order)
            .filter(|(place, item)| place != item);
        let splices: Vec<Splice> = moved
            .map(|(place, item)| {
                let source = self.bytes()[self.items()[*item].span.range()].to_vec();
                Splice::replace(self.items()[*place].span, source)
            })
            .collect();
        Ok(self.apply(&splices)?)
    }

    /// The lines that `span` is on, with the line end before them: what [`Self::insert_item_after`]
    /// puts in.
    pub fn whole_lines(&self, span: Span) -> Span {
        let bytes = self.bytes();
        let blanks = bytes[span.range()].iter().rev();
        let end = span.end - blanks.take_while(|b| b.is_ascii_whitespace()).count();
        let line = bytes[..span.start].iter().rposition(|b| *b == b'\n');
        let line = line.unwrap_or(0);
        let crlf = line > 0 && bytes[line - 1] == b'\r';
        Span::new(line - usize::from(crlf), end)
    }
}

fn new_source(slot: &Slot) -> Option<&[u8]> {
    match slot {
        Slot::New(source) => Some(source),
        _ => None,
    }
}

/// A new entry of plain words with a backslash before each sign that could be markup.
fn escaped_words(slot: &EntrySlot) -> EntrySlot {
    let EntrySlot::New(source) = slot else {
        return slot.clone();
    };
    let bare = |text: &str| text.replace('\\', "");
    if bare(source) != bare(&phrase(source).words) {
        return slot.clone();
    }
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        let signs = out.bytes().rev().take_while(|b| *b == b'\\').count();
        if "`*_~<>&!|".contains(c) && signs % 2 == 0 {
            out.push('\\');
        }
        out.push(c);
    }
    EntrySlot::New(out)
}

/// Whether a sign right behind this source might belong to it.
fn goes_on(source: &[u8]) -> bool {
    let is_bare = !source.ends_with(b">") && !source.ends_with(b")") && !source.ends_with(b"`");
    source.ends_with(b"\\") || is_bare && memchr::memmem::find(source, b"://").is_some()
}

/// The words of an entry, and whether it is ticked.
fn said(entry: &Entry, tick: Option<bool>) -> (String, bool) {
    let done = tick.unwrap_or(entry.check.state() == CheckState::Done);
    (entry.words.clone(), done)
}

/// The sign that parts entries: the one in use, else commas where no new entry has one.
fn chosen_sign(list: &EntryList, slots: &[EntrySlot], labels: &[String]) -> u8 {
    let Form::Inline { sign, parted, .. } = list.form else {
        return b',';
    };
    let has_comma = |slot: &EntrySlot| match slot {
        EntrySlot::New(source) => !parting(source, labels, b",").is_empty(),
        EntrySlot::Kept { .. } => false,
    };
    match !parted && slots.len() > 1 && slots.iter().any(has_comma) {
        true => b';',
        false => sign,
    }
}

/// What is between two entries: what is there already if it is everywhere the same.
fn separator(text: &[u8], sequence: &Sequence, sign: u8) -> Vec<u8> {
    let mut gaps = sequence
        .signs
        .iter()
        .zip(&sequence.items[1.min(sequence.items.len())..])
        .map(|(sign, next)| &text[sign.end..next.start]);
    let first = gaps
        .next()
        .filter(|gap| gap.iter().all(u8::is_ascii_whitespace));
    let blank = match first {
        Some(first) if gaps.all(|gap| gap == first) => first,
        _ => b" ",
    };
    [&[sign], blank].concat()
}

/// The source of one entry with a backslash before each of `signs` that would part it, and
/// before brackets that might find a counterpart in another entry.
fn protected(source: &str, labels: &[String], signs: &[u8]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    for at in parting(source, labels, signs) {
        out.push_str(&source[from..at]);
        out.push('\\');
        from = at;
    }
    out.push_str(&source[from..]);
    // The sign behind it is not escaped one.
    if out.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1 {
        out.push('\\');
    }
    out
}
