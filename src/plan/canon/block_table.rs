//! The block table: one row a block of 100 steps.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{cell, column};
use crate::document::markdown::{MarkdownDocument, may_say};
use crate::document::markers::{MarkedConflict, conflicts};
use crate::document::splice::Span;
use crate::plan::id::{BlockId, StepId};

/// A column of the block table that people edit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum BlockColumn {
    /// What the block is about.
    Theme,
    /// Who answers for it.
    Steward,
    /// How one sees that it worked.
    Signal,
    /// Where it is.
    Status,
}

impl BlockColumn {
    /// The editable columns in table order.
    pub const ALL: [Self; 4] = [Self::Theme, Self::Steward, Self::Signal, Self::Status];

    /// What people read.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Theme => "Theme",
            Self::Steward => "Steward",
            Self::Signal => "Success signal",
            Self::Status => "Status",
        }
    }

    /// Beginnings of the column's header, the surest first.
    fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Theme => &["Working Theme", "Theme"],
            Self::Steward => &["Primary Steward", "Steward"],
            Self::Signal => &["Success Signal", "Signal", "Success"],
            Self::Status => &["Status"],
        }
    }
}

/// Why the open steps of a block are not to be done any more, as the Status cell of its row says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retirement {
    /// It was dropped.
    Retired,
    /// Its steps went to another block.
    Merged(BlockId),
}

impl Retirement {
    /// What a cell begins with that says so.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Retired => "Retired".to_owned(),
            Self::Merged(into) => format!("Merged into {into}"),
        }
    }

    /// The same behind “is”.
    pub(crate) fn in_a_sentence(self) -> String {
        match self {
            Self::Retired => "retired".to_owned(),
            Self::Merged(into) => format!("merged into {into}"),
        }
    }

    /// Reads `Retired` or `Merged into B07`, in any case; what follows does not matter.
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().map(|word| {
            let is_letter = |c: char| c.is_alphanumeric();
            word.split(|c| !is_letter(c))
                .find(|part| !part.is_empty())
                .unwrap_or("")
        });
        match words.next()? {
            word if word.eq_ignore_ascii_case("retired") => Some(Self::Retired),
            word if word.eq_ignore_ascii_case("merged") => {
                words
                    .next()
                    .filter(|word| word.eq_ignore_ascii_case("into"))?;
                words.next()?.parse().ok().map(Self::Merged)
            }
            _ => None,
        }
    }
}

/// A row of a block table.
#[derive(Clone, Debug)]
pub struct BlockRow {
    /// The block's name.
    pub id: BlockId,
    /// First and last step number, if the range can be read.
    pub range: Option<(u32, u32)>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Index of the table in the document.
    pub table: usize,
    /// Index of the row in the table.
    pub row: usize,
    /// Whether its open steps are not to be done any more.
    pub retirement: Option<Retirement>,
    columns: [Option<usize>; 4],
}

impl BlockRow {
    /// Where the column is in the table, if it has one.
    pub(crate) fn column(&self, column: BlockColumn) -> Option<usize> {
        self.columns[column as usize]
    }

    /// The words of one cell.
    pub(crate) fn text<'a>(&self, document: &'a MarkdownDocument, column: BlockColumn) -> &'a str {
        cell(document, self.table, self.row, self.column(column))
    }
}

/// Every row of every block table in `document`.
pub fn rows(document: &MarkdownDocument, file: usize) -> Vec<BlockRow> {
    let may_be = |line: &[u8]| may_say(line, "Block") && may_say(line, "Range");
    if !document.table_head_lines().any(may_be) {
        return Vec::new();
    }
    let conflicts = conflicts(document.bytes());
    let mut ours = HashSet::new();
    let mut rows = Vec::new();
    for (index, table) in document.tables().iter().enumerate() {
        let (Some(block), Some(range)) =
            (column(table, &["Block"]), column(table, &["Step Range"]))
        else {
            continue;
        };
        let columns = BlockColumn::ALL.map(|c| column(table, c.headers()));
        for row in 0..table.rows.len() {
            if let Ok(id) = cell(document, index, row, Some(block)).trim().parse() {
                if is_other_version(&conflicts, (id, table.rows[row].span), &mut ours) {
                    continue;
                }
                rows.push(BlockRow {
                    id,
                    range: read_range(cell(document, index, row, Some(range))),
                    file,
                    table: index,
                    row,
                    retirement: Retirement::read(cell(
                        document,
                        index,
                        row,
                        columns[BlockColumn::Status as usize],
                    )),
                    columns,
                });
            }
        }
    }
    rows
}

/// Whether a row stands in a conflict that a merge left, behind another version of the same. `seen` are
/// those that stand in one.
fn is_other_version(
    conflicts: &[MarkedConflict],
    (id, row): (BlockId, Span),
    seen: &mut HashSet<(usize, BlockId)>,
) -> bool {
    let after = conflicts.partition_point(|conflict| conflict.whole.start <= row.start);
    let conflict = after.checked_sub(1).map(|at| &conflicts[at]);
    let is_in_one = conflict.is_some_and(|conflict| row.end <= conflict.whole.end);
    is_in_one && !seen.insert((after, id))
}

/// Reads `0101–0200`, with any dash or `to` between.
fn read_range(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(str::parse::<StepId>);
    let first = numbers.next()?.ok()?.number();
    let last = numbers.next()?.ok()?.number();
    (first <= last && numbers.next().is_none()).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_which_a_merge_left_two_versions_stands_once_and_those_below_stay() {
        let row = |at: u32, theme: &str| format!("| B0{at} | 0{at}01–0{at}99 | {theme} |\n");
        for base in ["", "||||||| base\n| B02 | 0201–0299 | x |\n"] {
            let table = format!(
                "| Block | Step Range | Theme |\n| --- | --- | --- |\n{}<<<<<<< HEAD\n{}{base}=======\n{}\
                 >>>>>>> side\n{}<<<<<<< HEAD\n=======\n{}>>>>>>> side\n{}\nWords.\n",
                row(1, "a"),
                row(2, "ours"),
                row(2, "theirs"),
                row(3, "b"),
                row(4, "new"),
                row(5, "c")
            );
            let document = MarkdownDocument::load(table.into_bytes());
            let rows = rows(&document, 0);
            let found = rows
                .iter()
                .map(|row| (row.id.0, row.text(&document, BlockColumn::Theme)));
            let expected = [(1, "a"), (2, "ours"), (3, "b"), (4, "new"), (5, "c")];
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_status_says_in_its_first_words_that_a_block_is_retired() {
        let seven = Some(Retirement::Merged(BlockId(7)));
        for (text, means) in [
            ("Retired", Some(Retirement::Retired)),
            ("retired (was in progress)", Some(Retirement::Retired)),
            ("Retired: see the note", Some(Retirement::Retired)),
            ("Merged into B07", seven),
            ("merged into B07 (was draft)", seven),
            ("Merged into B07.", seven),
            ("Merged", None),
            ("Merged into main", None),
            ("To be retired", None),
            ("Retiredness", None),
            ("", None),
        ] {
            assert_eq!(Retirement::read(text), means, "{text}");
        }
    }
}
