//! The owner matrix: who answers for a workstream in each stage.

use super::{cell, normalised};
use crate::document::markdown::{MarkdownDocument, Table};

/// One workstream's owners in one stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// The workstream.
    pub workstream: String,
    /// The stage's column header as written.
    pub stage: String,
    /// Role and name, as `DRI` and `Platform Lead`; the role is empty where none is named.
    pub people: Vec<(String, String)>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the row, counted from 1.
    pub line: usize,
}

/// Every cell of every owner matrix in `document`, row by row.
pub fn assignments(document: &MarkdownDocument, file: usize) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    for (index, table) in document.tables().iter().enumerate() {
        let header = &table.header.cells;
        if !is_matrix(table) {
            continue;
        }
        for (row, source) in table.rows.iter().enumerate() {
            for (column, stage) in header.iter().enumerate().skip(1) {
                assignments.push(Assignment {
                    workstream: cell(document, index, row, Some(0)).trim().to_owned(),
                    stage: stage.text.trim().to_owned(),
                    people: people(cell(document, index, row, Some(column))),
                    file,
                    line: document.line_of(source.span.start),
                });
            }
        }
    }
    assignments
}

/// Whether a table is an owner matrix: its first column is headed "Workstream".
pub fn is_matrix(table: &Table) -> bool {
    let first = table.header.cells.first();
    first.is_some_and(|cell| normalised(&cell.text) == "workstream")
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
