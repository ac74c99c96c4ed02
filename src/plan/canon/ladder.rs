//! The stage ladder: the stages in order, each with the review that guards its gate.

use super::{cell, column};
use crate::document::markdown::{MarkdownDocument, may_say};

/// A row of the ladder.
#[derive(Clone, Debug)]
pub struct Rung {
    /// The stage's name.
    pub stage: String,
    /// The planning horizon in the author's words.
    pub horizon: String,
    /// The outcome that steers trade-offs.
    pub north_star: String,
    /// The text of the stage-gate review.
    pub review: String,
    /// The share of ticked checks that the review asks for, in percent, if it names one.
    pub threshold: Option<u8>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the row, counted from 1.
    pub line: usize,
}

/// How the column of gate reviews is headed.
const REVIEW: [&str; 2] = ["Stage-Gate Review", "Stage Gate Review"];

/// Every rung of every ladder in `document`.
pub(crate) fn rungs(document: &MarkdownDocument, file: usize) -> Vec<Rung> {
    let may_be = |line: &[u8]| may_say(line, "Stage") && may_say(line, "Review");
    if !document.table_head_lines().any(may_be) {
        return Vec::new();
    }
    let mut rungs = Vec::new();
    for (index, table) in document.tables().iter().enumerate() {
        let review = column(table, &REVIEW);
        let stage = table
            .header
            .cells
            .iter()
            .position(|cell| cell.text.trim().eq_ignore_ascii_case("stage"));
        if stage.is_none() || review.is_none() {
            continue;
        }
        let horizon = column(table, &["Horizon"]);
        let north_star = column(table, &["North-Star", "North Star"]);
        for (row, source) in table.rows.iter().enumerate() {
            let text = |column| cell(document, index, row, column).trim().to_owned();
            let name = text(stage);
            if !name.is_empty() {
                rungs.push(Rung {
                    stage: name,
                    horizon: text(horizon),
                    north_star: text(north_star),
                    threshold: threshold(&text(review)),
                    review: text(review),
                    file,
                    line: document.line_of(source.span.start),
                });
            }
        }
    }
    rungs
}

/// The percentage in a phrase such as "≥95% checklist completion".
pub(crate) fn threshold(review: &str) -> Option<u8> {
    for (at, _) in review.match_indices('%') {
        let before = review[..at].trim_end();
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let phrase = review[at..]
            .split([',', ';', '.'])
            .next()
            .unwrap_or_default();
        if phrase.to_lowercase().contains("checklist")
            && let Ok(percent) = before[before.len() - digits..].parse::<u8>()
            && percent <= 100
        {
            return Some(percent);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn only_a_percentage_of_the_checklist_is_the_bar() {
        assert_eq!(
            threshold("calm week, ≥95% checklist completion, green CI"),
            Some(95)
        );
        assert_eq!(threshold("90 % of the checklist ticked"), Some(90));
        assert_eq!(
            threshold("≥70% surplus reinvested, checklist reviewed"),
            None
        );
        assert_eq!(threshold("900% checklist"), None);
    }
}
