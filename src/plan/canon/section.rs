//! Step sections: a heading `Step 0057 — Title` with labelled bullets below it.

use std::borrow::Cow;

use crate::document::log::is_conflict_marker;
use crate::document::markdown::{ListItem, MarkdownDocument, may_say};
use crate::document::splice::Span;
use crate::plan::field::{FIELDS, Field, Kind};
use crate::plan::id::{StepId, USUAL_DIGITS};

/// A step as the canon words it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The step's name.
    pub id: StepId,
    /// Index of the file in the plan.
    pub file: usize,
    /// Index of the heading in the document.
    pub heading: usize,
    /// The words behind the dash.
    pub title: String,
    /// Where those words stand in the document's source.
    pub title_span: Span,
    /// Whether git's conflict markers stand in it: its words are those of two versions then.
    pub in_conflict: bool,
    bullets: Vec<(Field, usize)>,
}

impl Section {
    /// Index of the list item that holds `field`, if the section has one.
    pub fn bullet(&self, field: Field) -> Option<usize> {
        self.bullets
            .iter()
            .find(|(f, _)| *f == field)
            .map(|(_, item)| *item)
    }

    /// Index of the last labelled bullet.
    pub fn last_bullet(&self) -> Option<usize> {
        self.bullets.iter().map(|(_, item)| *item).max()
    }

    /// Whether its bullets are those of a step, and not one label by chance.
    fn is_labelled(&self) -> bool {
        let sure = [Field::Outcome, Field::Dependencies, Field::Status];
        self.bullets.len() > 1 || self.bullets.iter().any(|(field, _)| sure.contains(field))
    }

    /// The words of `field`, or `None` where the section is silent about it.
    pub fn text<'a>(&self, document: &'a MarkdownDocument, field: Field) -> Option<Cow<'a, str>> {
        if field == Field::Title {
            return Some(Cow::Owned(self.title.clone()));
        }
        let item = &document.items()[self.bullet(field)?];
        if field.spec().kind == Kind::List {
            return Some(Cow::Owned(self.list(document, field)?.join(", ")));
        }
        item.label.as_ref().map(|label| Cow::Borrowed(&*label.text))
    }

    /// The entries of a list field, or `None` where the section is silent about it.
    pub fn list<'a>(
        &self,
        document: &'a MarkdownDocument,
        field: Field,
    ) -> Option<Vec<Cow<'a, str>>> {
        let index = self.bullet(field)?;
        let label = document.items()[index].label.as_ref()?;
        if label.text.is_empty() {
            return Some(
                nested(document, index)
                    .map(|item| Cow::Borrowed(&*item.text))
                    .collect(),
            );
        }
        Some(split_list(&document.source(label.value)))
    }

    /// Whether a list field is written as nested bullets, which are read but not edited.
    pub fn is_nested(&self, document: &MarkdownDocument, field: Field) -> bool {
        self.bullet(field)
            .is_some_and(|index| nested(document, index).next().is_some())
    }
}

fn nested(document: &MarkdownDocument, parent: usize) -> impl Iterator<Item = &ListItem> {
    document.items()[parent + 1..]
        .iter()
        .take_while(move |item| item.parent.is_some_and(|p| p >= parent))
        .filter(move |item| item.parent == Some(parent))
}

/// Every step section of `document`, in file order.
pub fn sections(document: &MarkdownDocument, file: usize) -> Vec<Section> {
    let may_be = |line: &[u8]| line.iter().any(u8::is_ascii_digit) && may_say(line, "step");
    if !document.heading_lines().any(may_be) {
        return Vec::new();
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut of_heading = vec![None; document.headings().len()];
    for (index, heading) in document.headings().iter().enumerate() {
        // Offsets count in the file's own bytes, so what is no text ends what is read.
        let source = document.bytes()[heading.content.range()].utf8_chunks();
        let source = source.into_iter().next().map_or("", |chunk| chunk.valid());
        let Some((id, title_start)) = read_heading(source) else {
            continue;
        };
        of_heading[index] = Some(sections.len());
        sections.push(Section {
            id,
            file,
            heading: index,
            title: read_heading(&heading.text)
                .map_or("", |(_, start)| &heading.text[start..])
                .to_owned(),
            title_span: Span::new(heading.content.start + title_start, heading.content.end),
            in_conflict: false,
            bullets: Vec::new(),
        });
    }
    mark_conflicts(document, &mut sections);
    for (index, item) in document.items().iter().enumerate() {
        let section = item.heading.and_then(|heading| of_heading[heading]);
        let (Some(section), None, Some(label)) = (section, item.parent, &item.label) else {
            continue;
        };
        let field = FIELDS.iter().find(|spec| {
            spec.canon
                .is_some_and(|c| c.eq_ignore_ascii_case(&label.name))
        });
        if let Some(spec) = field
            && sections[section].bullet(spec.field).is_none()
        {
            sections[section].bullets.push((spec.field, index));
        }
    }
    // `Step 3` is a heading of many a document; it is a step's where its fields stand below.
    sections.retain(|s| s.id.digits() >= USUAL_DIGITS || s.is_labelled());
    sections
}

/// Marks the sections that a marker of an unfinished merge stands in. A line of `=======`
/// underlines a heading where no other marker is about.
fn mark_conflicts(document: &MarkdownDocument, sections: &mut [Section]) {
    let bytes = document.bytes();
    let begins = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    if !begins(b"<<<<<<< ") && !begins(b">>>>>>> ") {
        return;
    }
    let mut at = 0;
    let mut markers: Vec<usize> = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if is_conflict_marker(line.trim_ascii_end()) {
            markers.push(at);
        }
        at += line.len();
    }
    for section in sections {
        let own = document.own_section(section.heading);
        let first = markers.partition_point(|marker| *marker < own.start);
        section.in_conflict = markers.get(first).is_some_and(|marker| *marker < own.end);
    }
}

/// What may stand between the ID and the title in a heading.
pub const HEADING_DASHES: [char; 7] = ['—', '–', '-', ':', '‒', '―', '−'];

/// Splits `Step 0057 — Title` into the ID and where the title starts.
fn read_heading(text: &str) -> Option<(StepId, usize)> {
    let word = text.get(..5)?;
    if !word.eq_ignore_ascii_case("step ") {
        return None;
    }
    let id_start = 5 + (text[5..].len() - text[5..].trim_start().len());
    let rest = &text[id_start..];
    let id_end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .unwrap_or(rest.len());
    let id = rest[..id_end].parse().ok()?;
    let after = &rest[id_end..];
    let title = after
        .trim_start()
        .trim_start_matches(HEADING_DASHES)
        .trim_start();
    Some((id, text.len() - title.len()))
}

/// Takes a written list apart: at semicolons if it has any, else at commas, a separator
/// behind a backslash aside. Links stand for their target, code for its words; `none` and a
/// dash say that there is nothing.
pub fn split_list(source: &str) -> Vec<Cow<'static, str>> {
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let at_semicolons = split_at(&source, b';');
    let parts = match at_semicolons.len() {
        0 | 1 => split_at(&source, b','),
        _ => at_semicolons,
    };
    parts
        .into_iter()
        .map(|entry| plain_entry(entry.trim()))
        .filter(|entry| !entry.is_empty())
        .filter(|entry| !["none", "n/a", "-", "—", "–"].contains(&&*entry.to_lowercase()))
        .map(Cow::Owned)
        .collect()
}

fn split_at(source: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, byte) in source.bytes().enumerate() {
        if byte == separator && !escaped {
            parts.push(&source[start..at]);
            start = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(&source[start..]);
    parts
}

/// Joins entries, each already written as Markdown, so that [`split_list`] takes them apart
/// again: at commas, or at semicolons where an entry has a comma of its own.
pub fn join_list<S: AsRef<str>>(entries: &[S]) -> String {
    let has_comma = entries.iter().any(|entry| entry.as_ref().contains(','));
    let protected = entries
        .iter()
        .map(|entry| entry.as_ref().replace(';', "\\;"));
    match entries {
        [] => "none".to_owned(),
        [only] => only.as_ref().replace(';', "\\;").replace(',', "\\,"),
        _ if has_comma => protected.collect::<Vec<_>>().join("; "),
        _ => protected.collect::<Vec<_>>().join(", "),
    }
}

fn plain_entry(entry: &str) -> String {
    if let Some((_, target)) = entry
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]("))
    {
        return target.trim_end_matches(')').to_owned();
    }
    let bare = entry
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .or_else(|| {
            entry
                .strip_prefix('`')
                .and_then(|rest| rest.strip_suffix('`'))
        })
        .unwrap_or(entry);
    unescaped(bare)
}

/// Drops the backslash before ASCII punctuation, as Markdown does.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation) {
            continue;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_lists_are_read_as_people_mean_them() {
        assert_eq!(split_list("0003, Step 0010"), ["0003", "Step 0010"]);
        assert_eq!(
            split_list("0003; Board agrees, in writing"),
            ["0003", "Board agrees, in writing"]
        );
        assert_eq!(
            split_list("[the page](docs/a.md), `b.md`, <https://x.org>"),
            ["docs/a.md", "b.md", "https://x.org"]
        );
        assert!(split_list("None").is_empty());
        assert_eq!(
            join_list(&["Legal says yes, twice; v1.2"]),
            "Legal says yes\\, twice\\; v1.2"
        );
    }

    proptest! {
        #[test]
        fn joining_and_splitting_is_the_identity(
            entries in prop::collection::vec("[a-z0-9][a-z0-9,;:. ]{0,12}[a-z0-9]", 0..5),
        ) {
            let clean: Vec<String> = entries
                .iter()
                .map(|e| e.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            prop_assert_eq!(split_list(&join_list(&clean)), clean);
        }
    }
}
