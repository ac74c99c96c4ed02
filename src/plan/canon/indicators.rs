//! Tables of indicators: what a scorecard says week by week, and from where on it is yellow or red.

use super::{cell, column};
use crate::document::markdown::{MarkdownDocument, may_say};

/// A row of such a table, each cell as written.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct IndicatorRow {
    /// What the indicator is called.
    pub name: String,
    /// What is aimed at.
    pub target: String,
    /// What is counted.
    pub unit: String,
    /// Which way is good: up or down.
    pub better: String,
    /// From where on it is yellow.
    pub yellow: String,
    /// From where on it is red.
    pub red: String,
    /// Who answers for it.
    pub owner: String,
    /// Where its value is read.
    pub source: String,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the row, counted from 1.
    pub line: usize,
}

/// Every row of every table of indicators in `document`.
pub(crate) fn rows(document: &MarkdownDocument, file: usize) -> Vec<IndicatorRow> {
    let may_be = |line: &[u8]| may_say(line, "Indicator") && may_say(line, "Target");
    if !document.table_head_lines().any(may_be) {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (index, table) in document.tables().iter().enumerate() {
        let (Some(name), Some(target)) =
            (column(table, &["Indicator"]), column(table, &["Target"]))
        else {
            continue;
        };
        let others = [
            column(table, &["Unit"]),
            column(table, &["Better", "Direction", "Good"]),
            column(table, &["Yellow", "Amber", "Warn"]),
            column(table, &["Red", "Critical"]),
            column(table, &["Owner", "DRI"]),
            column(table, &["Source"]),
        ];
        for (row, source) in table.rows.iter().enumerate() {
            let text = |column| cell(document, index, row, column).trim().to_owned();
            let name = text(Some(name));
            if name.is_empty() {
                continue;
            }
            let [unit, better, yellow, red, owner, from] = others.map(text);
            rows.push(IndicatorRow {
                name,
                target: text(Some(target)),
                unit,
                better,
                yellow,
                red,
                owner,
                source: from,
                file,
                line: document.line_of(source.span.start),
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_in_whatever_order_the_columns_are() {
        let text = "# Indicators\n\n| Owner | Indicator | Red below | Target (Q4) | Source |\n\
            | --- | --- | --- | --- | --- |\n| ops | Uptime | 98 % | ≥ 99.5 % | `data/uptime.txt` |\n\
            | | | | 5 | |\n| | Calls |\n\n| Indicator | Note |\n| --- | --- |\n| No | table of ours |\n";
        let rows = rows(&MarkdownDocument::load(text.as_bytes().to_vec()), 2);
        let told = |row: &IndicatorRow| {
            let IndicatorRow {
                name,
                target,
                red,
                owner,
                source,
                line,
                ..
            } = row;
            format!("{line} {name} | {target} | {red} | {owner} | {source}")
        };
        assert_eq!(
            rows.iter().map(told).collect::<Vec<_>>(),
            [
                "5 Uptime | ≥ 99.5 % | 98 % | ops | data/uptime.txt",
                "7 Calls |  |  |  | "
            ]
        );
    }
}
