//! Two blocks that claim the same step numbers.
//!
//! A step in both is counted in one of them only, and its steward is a matter of luck.
//! Correct the step range in one of the rows. The same row in two documents is not an overlap.
//!
//! ## Caught
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0110 | Cadence |
//! | B02 | 0101–0200 | Controls |
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Cadence |
//! | B02 | 0101–0200 | Controls |
//! ```

use super::wording::numbers;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::canon::block_table::BlockRow;

/// The rule.
pub const RULE: Rule = Rule {
    code: "overlapping-blocks",
    severity: Severity::Error,
    title: "two blocks have step numbers in common",
    help: Help::anywhere("correct the step range of one of the two rows in the block table"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    let mut rows: Vec<(&BlockRow, (u32, u32))> = plan
        .block_rows()
        .filter_map(|row| Some((row, row.range?)))
        .collect();
    rows.sort_by_key(|(_, range)| *range);
    let mut widest: Option<(&BlockRow, (u32, u32))> = None;
    for (row, range) in rows {
        if let Some((other, taken)) = widest
            && range.0 <= taken.1
            && (row.id, range) != (other.id, taken)
        {
            let both = numbers(range.0, range.1.min(taken.1));
            let message = match row.id == other.id {
                true => format!(
                    "{} has two ranges, {} and {}",
                    row.id,
                    numbers(taken.0, taken.1),
                    numbers(range.0, range.1)
                ),
                false => format!("{} and {} both claim {both}", other.id, row.id),
            };
            problems.push(RULE.problem(plan, Spot::row(plan, row), message));
        }
        if widest.is_none_or(|(_, taken)| range.1 > taken.1) {
            widest = Some((row, range));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found, table};
    use super::RULE;

    #[test]
    fn it_catches_ranges_that_share_numbers() {
        let canon = table(&[
            ("B01", "0001–0110", "a"),
            ("B02", "0101–0200", "b"),
            ("B03", "0201–0300", "c"),
            ("B03", "0250–0300", "c"),
        ]);
        assert_eq!(
            found(&RULE, &[(CANON, &canon)]),
            [
                "docs/plan.md:4 [| B02 | 0101–0200 | b |] B01 and B02 both claim 0101–0110",
                "docs/plan.md:6 [| B03 | 0250–0300 | c |] B03 has two ranges, 0201–0300 and \
                 0250–0300",
            ]
        );
    }

    #[test]
    fn it_leaves_neighbours_and_copies_alone() {
        let canon = table(&[("B01", "0001–0100", "a"), ("B02", "0101–0200", "b")]);
        let files = [(CANON, &*canon), ("docs/b01.md", &*canon)];
        assert!(found(&RULE, &files).is_empty());
    }
}
