//! Editing a record that people write into as well: the lines of an entry change, all else
//! stays byte for byte.
//!
//! `part` takes a chapter apart; here is which chapters an edit changes. What comes out is read
//! again before it is believed.

use std::collections::HashMap;
use std::path::Path;

use super::chapter::{self, Chapter, Form};
use super::part::{Part, Place, moved};
use super::{Entry, EntryKey, Line, Section};
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, apply};
use crate::document::markdown::MarkdownDocument;
use crate::plan::source::{Role, SourceFile};

/// One thing to change in a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Op {
    /// Puts an entry where the one about the same thing is, if that stands under the right
    /// heading, else among those of its heading.
    Put(Section, Entry),
    /// Takes an entry into another section, with what people wrote below it.
    Move(Section, Section, Entry),
    /// Takes an entry out, unless people wrote below it.
    Drop(Section, EntryKey),
    /// Lets two entries change places.
    Swap(Section, EntryKey, EntryKey),
    /// Sets a line below the title; nothing takes it away.
    Set(Line, Option<String>),
    /// Says that all is known that was not discussed.
    Close,
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
    let mut parts = Parts {
        document,
        form: Form::of(document),
        parts: Vec::new(),
    };
    for op in ops {
        match op {
            Op::Put(section, entry) => parts.put(section, section, entry),
            Op::Move(from, to, entry) => parts.put(from, to, entry),
            Op::Drop(section, key) => parts.remove(section, key),
            Op::Swap(section, a, b) => {
                for chapter in Chapter::holding(section) {
                    parts.swap(*chapter, (section, a), (section, b));
                }
            }
            Op::Set(line, value) => parts.title().set(line, value),
            Op::Close if parts.form == Form::Older => {}
            Op::Close => parts.part(Chapter::NotDiscussed).close(),
        }
    }
    let mut parts = parts.parts;
    // What comes at the end of the file would be a part of what is the last one now.
    parts.sort_by_key(|part| part.before.is_none());
    let mut edits = Vec::new();
    for part in &mut parts {
        part.settle();
        edits.extend(part.edit(path));
    }
    let expected = parts.iter().filter_map(|part| Some((part.chapter?, part)));
    let expected: Vec<(Chapter, Vec<Entry>)> = expected
        .map(|(chapter, part)| (chapter, part.entries().cloned().collect()))
        .collect();
    verified(document, path, edits, &expected)
}

/// Reads the record with `edits` made, and answers them if it says what it should.
fn verified(
    document: &MarkdownDocument,
    path: &Path,
    edits: Vec<Edit>,
    expected: &[(Chapter, Vec<Entry>)],
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
    let mut read: HashMap<Chapter, Vec<Entry>> = HashMap::new();
    for (_, chapter, _, entry) in files[0].markdown().into_iter().flat_map(chapter::entries) {
        read.entry(chapter).or_default().push(entry);
    }
    for (chapter, entries) in expected {
        if read.remove(chapter).unwrap_or_default() != *entries {
            return refuse(format!(
                "{}: something under “{}” keeps an entry from being read back, such as an \
                 unclosed fence or quote; fix it there",
                path.display(),
                chapter.heading()
            ));
        }
    }
    Ok(change.edits)
}

/// The chapters that are changed, each taken apart once.
struct Parts<'d> {
    document: &'d MarkdownDocument,
    form: Form,
    parts: Vec<Part>,
}

impl Parts<'_> {
    /// The part of a chapter, if the document has that one.
    fn existing(&mut self, chapter: Chapter) -> Option<&mut Part> {
        let parts = self.parts.iter();
        let at = parts
            .enumerate()
            .find_map(|(at, part)| (part.chapter == Some(chapter)).then_some(at));
        let at = match at {
            Some(at) => at,
            None => {
                let heading = chapter.heading_in(self.document)?;
                self.parts
                    .push(Part::read(self.document, heading, Some(chapter)));
                self.parts.len() - 1
            }
        };
        Some(&mut self.parts[at])
    }

    fn part(&mut self, chapter: Chapter) -> &mut Part {
        if self.existing(chapter).is_none() {
            self.parts.push(Part::missing(self.document, chapter));
        }
        let found = self.parts.iter_mut();
        let mut found = found.filter(|part| part.chapter == Some(chapter));
        // It was there, or has just been pushed.
        found.next().unwrap_or_else(|| unreachable!())
    }

    fn title(&mut self) -> &mut Part {
        let at = self.parts.iter().position(|part| part.chapter.is_none());
        let at = at.unwrap_or_else(|| {
            let document = self.document;
            let mut headings = document.headings().iter();
            self.parts
                .push(match headings.position(|heading| heading.level == 1) {
                    Some(heading) => Part::read(document, heading, None),
                    None => Part::untitled(document),
                });
            self.parts.len() - 1
        });
        &mut self.parts[at]
    }

    /// Puts an entry into a section, out of whatever place of `from` it has by now.
    fn put(&mut self, from: Section, to: Section, mut entry: Entry) {
        let chapter = Chapter::of(to, entry.word, self.form);
        let key = entry.key();
        if from == to && self.part(chapter).replace((to, &entry)) {
            return;
        }
        let mut extra = Vec::new();
        for chapter in Chapter::holding(from) {
            let taken = self
                .existing(*chapter)
                .and_then(|part| part.take((from, key)));
            let Some(own) = taken else { continue };
            if !own.entry.text.is_empty() {
                // Its words may be a person's by now.
                entry.text.clone_from(&own.entry.text);
            }
            extra = moved(from, to, own.extra);
        }
        let part = self.part(chapter);
        if !part.replace((to, &entry)) {
            part.put((to, entry), extra);
        }
    }

    fn remove(&mut self, section: Section, key: EntryKey) {
        for chapter in Chapter::holding(section) {
            if let Some(part) = self.existing(*chapter)
                && part.has_no_words((section, key))
            {
                part.take((section, key));
            }
        }
    }

    fn swap(&mut self, chapter: Chapter, a: Place, b: Place) {
        if let Some(part) = self.existing(chapter) {
            part.swap(a, b);
        }
    }
}
