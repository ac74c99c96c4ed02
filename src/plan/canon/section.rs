//! Step sections: a heading `Step 0057 — Title` with labelled bullets below it.

use std::borrow::Cow;

use crate::document::markdown::{ListItem, MarkdownDocument};
use crate::document::splice::Span;
use crate::plan::field::{FIELDS, Field, Kind};
use crate::plan::id::StepId;

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
    let mut sections: Vec<Section> = Vec::new();
    let mut of_heading = vec![None; document.headings().len()];
    for (index, heading) in document.headings().iter().enumerate() {
        let source = document.source(heading.content);
        let Some((id, title_start)) = read_heading(&source) else {
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
            bullets: Vec::new(),
        });
    }
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
    sections
}

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
        .trim_start_matches(['—', '–', '-', ':', '‒', '―', '−'])
        .trim_start();
    Some((id, text.len() - title.len()))
}

/// Takes a written list apart: at semicolons if it has any, else at commas. Links stand
/// for their target, code for its words; `none` and a dash say that there is nothing.
pub fn split_list(source: &str) -> Vec<Cow<'static, str>> {
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let separator = if source.contains(';') { ';' } else { ',' };
    source
        .split(separator)
        .map(|entry| plain_entry(entry.trim()))
        .filter(|entry| !entry.is_empty())
        .filter(|entry| !["none", "n/a", "-", "—", "–"].contains(&&*entry.to_lowercase()))
        .map(Cow::Owned)
        .collect()
}

/// Joins entries so that [`split_list`] takes them apart again.
pub fn join_list<S: AsRef<str>>(entries: &[S]) -> String {
    let entries: Vec<&str> = entries.iter().map(AsRef::as_ref).collect();
    match entries.as_slice() {
        [] => "none".to_owned(),
        [only] if only.contains(',') => format!("{only};"),
        entries if entries.iter().any(|entry| entry.contains(',')) => entries.join("; "),
        entries => entries.join(", "),
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
