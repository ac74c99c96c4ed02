//! What units are known by, however else their words change: the number of a step, the label of a
//! bullet, the key cell of a row, the words of a check without its box.
//!
//! This is all that a merge knows of plans. A paper of another kind gets its identity here.

use std::collections::HashSet;

use super::unit::Key;
use crate::document::markdown::{Label, Row, Table};
use crate::plan::canon::{normalised, section};

/// Headers of the columns that name what a row is about; of a table without one it is the first.
const KEY_COLUMNS: [&str; 9] = [
    "block",
    "workstream",
    "person",
    "step",
    "stage",
    "indicator",
    "risk",
    "id",
    "check",
];

/// How many digits numbers are compared with.
const DIGITS: usize = 12;
/// How much of an item is quoted in a message.
const QUOTED: usize = 40;

/// A step's number is that of a section whatever its title becomes, but two sections that both sides
/// add under one number are two steps.
pub(super) fn of_heading(level: u8, text: &str) -> (Vec<Key>, Option<String>) {
    let words = plain(text);
    let Some((id, title)) = section::read_heading(text) else {
        let rank = ranked(text);
        return (vec![shared(format!("{level} {words}")), own(words)], rank);
    };
    let title = plain(&text[title..]);
    let number = id.padded_to(0).to_string();
    let keys = vec![
        shared(format!("step {number} {title}")),
        own(format!("step {number}")),
    ];
    (keys, Some(padded(&number)))
}

/// A labelled bullet is its label; another item is its words, the number or day that it begins with,
/// or what is before its first dash.
pub(super) fn of_item(text: &str, label: Option<&Label>) -> (Vec<Key>, Option<String>) {
    if let Some(label) = label {
        let own = shared(format!("label {}", plain(&label.name)));
        let verdict = verdict(&label.name).map(shared);
        return ([own].into_iter().chain(verdict).collect(), None);
    }
    let first = first_number(text);
    let mut keys = vec![shared(format!("words {}", plain(text)))];
    keys.extend(first.map(|first| shared(format!("number {first}"))));
    // What is behind the dash may come later, as evidence does behind a check.
    let (subject, proof) = text.split_once(" — ").unwrap_or((text, "http"));
    keys.push(Key {
        text: format!("subject {}", plain(subject)),
        // Both sides may write a check down, one of them with a link.
        joins: proof.starts_with("http"),
    });
    (keys, first.map(padded))
}

/// What a weekly review can decide about one thing; each excludes the others.
const VERDICTS: [&[&str]; 3] = [
    &[
        "accepted as draft",
        "accepted, still a draft",
        "deferred",
        "rejected",
    ],
    &["fixed", "mended", "left"],
    &["complete", "not this week"],
];

/// What a bullet such as `0002 deferred` decides about, whatever it decides.
pub(super) fn verdict(label: &str) -> Option<String> {
    let groups = VERDICTS.iter().enumerate();
    let mut words = groups.flat_map(|(group, words)| words.iter().map(move |word| (group, word)));
    let (group, about) =
        words.find_map(|(group, word)| Some((group, label.strip_suffix(word)?)))?;
    let about = about.trim();
    first_number(about).map(|_| format!("verdict {group} {}", plain(about)))
}

/// A row is its key cell, or else its first one.
pub(super) fn of_row(row: &Row, key: Option<usize>) -> Vec<Key> {
    let all: Vec<String> = row.cells.iter().map(|cell| plain(&cell.text)).collect();
    let mut keys = vec![shared(format!("row {}", all.join(" | ")))];
    keys.extend([key, Some(0)].map(|column| {
        let words = column.and_then(|column| all.get(column));
        let words = words.filter(|words| !words.is_empty());
        shared(words.map_or_else(String::new, |words| format!("name {words}")))
    }));
    keys
}

/// The label of a line that says what a link or a footnote refers to.
pub(super) fn definition(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let (label, _) = line.strip_prefix('[')?.split_once("]:")?;
    let is_label = !label.trim().is_empty() && !label.contains(['[', ']']);
    is_label.then_some(label)
}

/// A definition is its label, whatever its case and blanks.
pub(super) fn of_definition(label: &str) -> Vec<Key> {
    let words: Vec<String> = label.split_whitespace().map(str::to_lowercase).collect();
    vec![shared(format!("definition {}", words.join(" ")))]
}

/// A table is its header, or the column that it begins with.
pub(super) fn of_header(header: &[&str]) -> Vec<Key> {
    let words: Vec<String> = header.iter().map(|cell| plain(cell)).collect();
    let first = words.first().cloned().unwrap_or_default();
    vec![shared(words.join(" | ")), own(format!("first {first}"))]
}

/// The column that should name what a row is about.
pub(super) fn key_column(table: &Table) -> Option<usize> {
    let mut header = table.header.cells.iter();
    header.position(|cell| KEY_COLUMNS.contains(&&*plain(&cell.text)))
}

/// The column that people call a row by: that one, unless it says the same of two.
pub(super) fn name_column(table: &Table) -> usize {
    let mut seen = HashSet::new();
    let key = key_column(table).filter(|column| {
        let cells = table.rows.iter().filter_map(|row| row.cells.get(*column));
        let mut words = cells.map(|cell| plain(&cell.text));
        words.all(|words| words.is_empty() || seen.insert(words))
    });
    key.unwrap_or(0)
}

/// What an item is called in a message.
pub(super) fn item_name(text: &str, label: Option<&Label>) -> String {
    if let Some(label) = label {
        return label.name.clone();
    }
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("“{}…”", text[..at].trim_end()),
        None => format!("“{text}”"),
    }
}

/// The number or day that a text begins with: `0042`, `2026-11-20`, `B07`.
pub(super) fn first_number(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let word = word.trim_end_matches([':', '.', ',', ')']);
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_number = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (letters < 3 && digits > 1 && word.chars().all(is_number)).then_some(word)
}

fn shared(text: String) -> Key {
    Key { text, joins: true }
}

fn own(text: String) -> Key {
    Key { text, joins: false }
}

/// Words without what spelling habits differ in, if there are any.
pub(super) fn plain(text: &str) -> String {
    match normalised(text) {
        words if words.is_empty() => text.trim().to_owned(),
        words => words,
    }
}

pub(super) fn ranked(text: &str) -> Option<String> {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    has_digit.then(|| padded(text))
}

/// The text with its numbers as wide as they need to be to stand in order.
fn padded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        let number = &rest[at..at + digits];
        out.push_str(&rest[..at].to_lowercase());
        out.push_str(&format!("{number:0>DIGITS$}"));
        rest = &rest[at + digits..];
    }
    out + &rest.to_lowercase()
}
