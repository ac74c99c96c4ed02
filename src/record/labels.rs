//! Labelled bullets of a paper: one is set, and all else in the file stays as people wrote it.

use std::path::Path;

use crate::change::value::{Refusal, refuse};
use crate::change::{Edit, Target};
use crate::document::markdown::{MarkdownDocument, escaped};
use crate::document::splice::Splice;
use crate::plan::packet::label_at;
use crate::record::one_line;

/// Adds `- **Name:** text` to a paper that is being written.
pub(crate) fn bullet(out: &mut String, name: &str, text: &str) {
    source_bullet(out, name, &escaped(&one_line(text)));
}

/// The same with text that is Markdown already.
pub(crate) fn source_bullet(out: &mut String, name: &str, source: &str) {
    let line = format!("- **{name}:** {source}");
    *out += line.trim_end();
    out.push('\n');
}

/// The document with the value of a labelled bullet right under a heading set; the bullet is
/// added where there is none.
pub(crate) fn set_label(
    document: &MarkdownDocument,
    heading: usize,
    name: &str,
    text: &str,
) -> Result<MarkdownDocument, Refusal> {
    let added = match label_at(document, heading, name) {
        Some(_) => document.clone(),
        None => {
            let bullet = format!("- **{name}:**");
            let splices = document.append_to_section(heading, &bullet);
            applied(document, &splices.map_err(in_words)?)?
        }
    };
    let Some((item, _)) = label_at(&added, heading, name) else {
        return refuse(format!("the paper has no place for “{name}”"));
    };
    let splices = match text.is_empty() {
        true => added.set_label_source(item, ""),
        false => added.set_label_value(item, text),
    };
    applied(&added, &splices.map_err(in_words)?)
}

/// The document with one more bullet, as Markdown without its marker, behind the last labelled one
/// right under a heading; at the end of the section where there is none.
pub(crate) fn add_bullet(
    document: &MarkdownDocument,
    heading: usize,
    markdown: &str,
) -> Result<MarkdownDocument, Refusal> {
    let last = document.items().iter().rposition(|item| {
        item.heading == Some(heading)
            && item.parent.is_none()
            && item.label.is_some()
            && !item.quoted
    });
    let splices = match last {
        Some(last) => document.insert_item_after(last, markdown),
        None => document.append_to_section(heading, &format!("- {markdown}")),
    };
    applied(document, &splices.map_err(in_words)?)
}

pub(crate) fn in_words(refusal: crate::document::markdown::Refusal) -> Refusal {
    Refusal(refusal.to_string())
}

/// The document with these splices made.
pub(crate) fn applied(
    document: &MarkdownDocument,
    splices: &[Splice],
) -> Result<MarkdownDocument, Refusal> {
    let changed = document.apply(splices);
    changed.map_err(|error| Refusal(error.to_string()))
}

/// The sections that differ, an edit each.
pub(crate) fn section_edits(
    path: &Path,
    before: &MarkdownDocument,
    after: &MarkdownDocument,
) -> Result<Vec<Edit>, Refusal> {
    let words = |document: &MarkdownDocument| -> Vec<String> {
        let headings = document.headings().iter();
        headings.map(|heading| heading.text.clone()).collect()
    };
    let headings = words(before);
    if headings != words(after) {
        return refuse(format!("this would add a heading to {}", path.display()));
    }
    let source = |document: &MarkdownDocument, heading| {
        document.bytes()[document.own_section(heading).range()].to_vec()
    };
    let mut edits = Vec::new();
    for at in 0..headings.len() {
        let (old, new) = (source(before, at), source(after, at));
        if old != new {
            edits.push(Edit {
                path: path.to_owned(),
                target: Target::section(before, at),
                before: Some(old),
                after: Some(new),
            });
        }
    }
    Ok(edits)
}
