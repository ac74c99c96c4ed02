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

/// What is separated by commas or line breaks.
fn several(text: &str) -> Vec<String> {
    let parts = text.split([',', '\n']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
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
}
