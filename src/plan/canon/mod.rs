//! The structures that people write in the canon, recognised by content
//! (design, "The canon"). One file a structure; each only locates and reads.

pub mod alignment;
pub mod block_table;
pub mod checklist;
pub(crate) mod contents;
pub mod indicators;
pub mod ladder;
pub mod matrix;
pub(crate) mod meant;
pub(crate) mod names;
pub mod roadmap;
pub mod roster;
pub mod section;

use crate::document::markdown::{MarkdownDocument, Table, is_nothing};

/// Whether `document` holds any of the structures, or may hold checklists: those are read when
/// somebody asks for them. A document without any is searched and not parsed.
pub fn is_canon(document: &MarkdownDocument) -> bool {
    checklist::is_in(document)
        || !block_table::rows(document, 0).is_empty()
        || section::is_in(document)
        || !ladder::rungs(document, 0).is_empty()
        || !matrix::matrices(document, 0).is_empty()
        || !alignment::notes(document, 0).is_empty()
        || !roster::rows(document, 0).is_empty()
        || !indicators::rows(document, 0).is_empty()
        || !meant::lines(document).is_empty()
        || meant::headings(document).any(|at| section::is_sure_in(&document.headings()[at].text))
}

/// What a document is called: its first heading, else nothing.
pub(crate) fn title(document: &MarkdownDocument) -> &str {
    document
        .headings()
        .first()
        .map_or("", |heading| &heading.text)
}

/// What stands for a value that is not set yet, beside what says that there is nothing.
const UNSET: [&str; 3] = ["tbd", "tba", "open"];

/// Whether a value says anything.
pub(crate) fn is_set(text: &str) -> bool {
    let text = text.trim();
    text.contains(char::is_alphanumeric)
        && !is_nothing(text)
        && !UNSET.contains(&&*text.to_lowercase())
}

/// Words in a form in which spelling habits do not matter: letters and digits in lower
/// case, everything between them one space.
pub(crate) fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The first column whose header starts with one of `names`, whatever the case and whichever the
/// blanks and dashes between the words.
fn column(table: &Table, names: &[&str]) -> Option<usize> {
    let cells = &table.header.cells;
    names
        .iter()
        .find_map(|name| cells.iter().position(|cell| begins(&cell.text, name)))
}

fn begins(text: &str, name: &str) -> bool {
    let plain = |c: char| match c {
        c if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c.to_ascii_lowercase(),
    };
    let mut text = text.trim_start().chars().map(plain);
    name.chars().all(|c| text.next() == Some(plain(c)))
}

/// The text of a cell, or nothing where the row is too short.
fn cell(document: &MarkdownDocument, table: usize, row: usize, column: Option<usize>) -> &str {
    column
        .and_then(|column| document.tables()[table].rows[row].cells.get(column))
        .map_or("", |cell| cell.text.as_str())
}
