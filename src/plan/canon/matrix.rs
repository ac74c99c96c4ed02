//! The owner matrix: who answers for a workstream in each stage.

use super::{cell, normalised};
use crate::document::markdown::{MarkdownDocument, Table, may_say};

/// One workstream's owners in one stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    pub workstream: String,
    /// The stage's column header as written.
    pub stage: String,
    /// Role and name, such as `DRI` and `Platform Lead`; the role is empty where none is named.
    pub people: Vec<(String, String)>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the row, counted from 1.
    pub line: usize,
}

/// The cells of each table in `document` that looks like an owner matrix, row by row. Whether it
/// is one is told by the stages that it names.
pub(crate) fn matrices(document: &MarkdownDocument, file: usize) -> Vec<Vec<Assignment>> {
    if !document
        .table_head_lines()
        .any(|line| may_say(line, WORKSTREAM))
    {
        return Vec::new();
    }
    let tables = document.tables().iter().enumerate();
    let matrices = tables.filter(|(_, table)| is_matrix(table));
    matrices
        .map(|(index, table)| cells(document, file, index, table))
        .collect()
}

const WORKSTREAM: &str = "workstream";

fn cells(document: &MarkdownDocument, file: usize, index: usize, table: &Table) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    for (row, source) in table.rows.iter().enumerate() {
        for (column, stage) in table.header.cells.iter().enumerate().skip(1) {
            assignments.push(Assignment {
                workstream: cell(document, index, row, Some(0)).trim().to_owned(),
                stage: stage.text.trim().to_owned(),
                people: people(cell(document, index, row, Some(column))),
                file,
                line: document.line_of(source.span.start),
            });
        }
    }
    assignments
}

/// Whether a table has the shape of an owner matrix: its first column is headed "Workstream".
pub(crate) fn is_matrix(table: &Table) -> bool {
    let first = table.header.cells.first();
    first.is_some_and(|cell| normalised(&cell.text) == WORKSTREAM)
}

fn people(cell: &str) -> Vec<(String, String)> {
    cell.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once(':') {
            Some((role, name)) => (role.trim().to_owned(), name.trim().to_owned()),
            None => (String::new(), line.to_owned()),
        })
        .collect()
}
