//! Tables of people: who they are to git and to the host, which owners they stand for, and in
//! which weeks they are steward (design, "People").

use super::{cell, column};
use crate::document::markdown::{MarkdownDocument, may_say};

/// A row of such a table. One person may have several, in several documents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterRow {
    /// What the person is called.
    pub name: String,
    /// The team's name; empty where none is given.
    pub team: String,
    /// Names in git.
    pub git_names: Vec<String>,
    /// Mail addresses in git.
    pub mails: Vec<String>,
    /// Names with which the person logs in.
    pub logins: Vec<String>,
    /// Owners of steps that the person stands for.
    pub owners: Vec<String>,
    /// The weeks of stewardship, as written: ISO weeks or ranges of them.
    pub weeks: Vec<String>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the row, counted from 1.
    pub line: usize,
}

/// Every row of every table of people in `document`.
pub(crate) fn rows(document: &MarkdownDocument, file: usize) -> Vec<RosterRow> {
    let may_be = |line: &[u8]| may_say(line, "Person") && may_say(line, "Team");
    if !document.table_head_lines().any(may_be) {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (index, table) in document.tables().iter().enumerate() {
        let (Some(person), Some(team)) = (column(table, &["Person"]), column(table, &["Team"]))
        else {
            continue;
        };
        let columns = [
            column(table, &["Git name", "Git user"]),
            column(table, &["Git mail", "Git e", "Mail", "E-mail", "Email"]),
            column(table, &["Login"]),
            column(table, &["Owner"]),
            column(table, &["Steward"]),
        ];
        for (row, source) in table.rows.iter().enumerate() {
            let name = cell(document, index, row, Some(person)).trim().to_owned();
            if name.is_empty() {
                continue;
            }
            let [git_names, mails, logins, owners, weeks] =
                columns.map(|column| several(cell(document, index, row, column)));
            rows.push(RosterRow {
                name,
                team: cell(document, index, row, Some(team)).trim().to_owned(),
                git_names,
                mails,
                logins,
                owners,
                weeks,
                file,
                line: document.line_of(source.span.start),
            });
        }
    }
    rows
}

/// What is separated by commas or line breaks. Quotes keep a name together that has a comma.
fn several(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let begins_word = text[..at].ends_with([',', '\n', ' ']) || at == 0;
        match quoted(&text[at..]).filter(|_| begins_word) {
            Some(length) => at += length,
            None => {
                if matches!(c, ',' | '\n') {
                    parts.push(&text[start..at]);
                    start = at + c.len_utf8();
                }
                at += c.len_utf8();
            }
        }
    }
    parts.push(&text[start..]);
    let names = parts.into_iter().map(|part| unquoted(part.trim()));
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Pairs of quotes as people and word processors set them.
const QUOTES: [(char, char); 3] = [('"', '"'), ('“', '”'), ('„', '“')];

/// How long the text between quotes is that is at the beginning, with them, where a word ends with
/// it.
fn quoted(text: &str) -> Option<usize> {
    let (opening, closing) = QUOTES
        .iter()
        .find(|(opening, _)| text.starts_with(*opening))?;
    let ends = text.match_indices(*closing);
    let mut ends = ends.map(|(at, sign)| at + sign.len());
    ends.find(|end| {
        let is_word = text[*end..].is_empty() || text[*end..].starts_with([',', '\n', ' ']);
        *end > opening.len_utf8() && is_word
    })
}

/// A name without the quotes around all of it.
fn unquoted(name: &str) -> &str {
    match quoted(name) {
        Some(length) if length == name.len() => {
            let mut inner = name.chars();
            inner.next();
            inner.next_back();
            inner.as_str().trim()
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_whatever_else_the_table_says() {
        let text = "# Team\n\n| Team | Person | Room | E-Mail | Login | Owners (of steps) | Steward weeks |\n\
            | --- | --- | --- | --- | --- | --- | --- |\n\
            | Platform | Ada Byron | 7 | ada@example.org, <ada@home.example> | @ada | platform<br/>infra | 2026-W48, W50–W52 |\n\
            | Growth | | | | | | |\n| Growth | Bo |\n\n\
            | Team | Lead |\n| --- | --- |\n| Platform | Ada |\n";
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        let rows = rows(&document, 3);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].name, "Ada Byron");
        assert_eq!(rows[0].team, "Platform");
        assert_eq!(rows[0].mails[0], "ada@example.org");
        assert_eq!(rows[0].logins, ["@ada"]);
        assert_eq!(rows[0].owners, ["platform", "infra"]);
        assert_eq!(rows[0].weeks, ["2026-W48", "W50–W52"]);
        assert_eq!((rows[0].file, rows[0].line), (3, 5));
        assert_eq!((&*rows[1].name, &*rows[1].team), ("Bo", "Growth"));
    }

    #[test]
    fn quotes_keep_a_name_with_a_comma_together() {
        for (cell, names) in [
            ("\"Müller, Anna\", GRC", vec!["Müller, Anna", "GRC"]),
            ("ops, \"a, b\"", vec!["ops", "a, b"]),
            ("“Müller, Anna”, GRC", vec!["Müller, Anna", "GRC"]),
            (
                "Anna \"Ann, Annie\" Lee, Bo",
                vec!["Anna \"Ann, Annie\" Lee", "Bo"],
            ),
            ("5\" nails, ops", vec!["5\" nails", "ops"]),
            ("\"\", ops", vec!["ops"]),
        ] {
            assert_eq!(several(cell), names, "{cell}");
        }
    }
}
