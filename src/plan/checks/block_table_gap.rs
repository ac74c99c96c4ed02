//! Step numbers up to 10000 that no row of the block table covers.
//!
//! The plan is 100 blocks of 100 steps. A step whose number falls into a gap has no theme, steward
//! or success signal, and a table that stops early hides how far the plan goes. Give each block a
//! row; a row may cover more than 100 steps where blocks were merged. A plan without any block
//! table is not reported.
//!
//! ## Caught
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Cadence |
//! | B03 | 0201–0300 | Controls |
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–5000 | Cadence |
//! | B51 | 5001–10000 | Controls |
//! ```

use std::collections::HashSet;

use super::wording::numbers;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::canon::block_table::BlockRow;
use crate::plan::id::BlockId;

/// The rule.
pub const RULE: Rule = Rule {
    code: "block-table-gap",
    severity: Severity::Warning,
    title: "the block table has a gap or fewer than 100 blocks",
    help: Help::anywhere("copy a row of the block table for each missing block, up to B100"),
    passes: &[Pass::Plan(run)],
};

/// How many blocks a plan has.
const BLOCKS: u32 = 100;

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    let mut rows: Vec<(&BlockRow, (u32, u32))> = Vec::new();
    for row in plan.block_rows() {
        let range = row.range.unwrap_or_else(|| {
            let usual = row.id.default_range();
            let message = format!(
                "the step range of {} cannot be read; {} is assumed",
                row.id,
                numbers(usual.0, usual.1)
            );
            let help = "write the first and the last number, such as 0101–0200";
            let problem = RULE.problem(plan, Spot::row(plan, row), message);
            problems.push(problem.with_help(help, help));
            usual
        });
        rows.push((row, range));
    }
    rows.sort_by_key(|(_, range)| *range);
    let mut covered = 0;
    for (row, range) in &rows {
        if range.0 > covered + 1 {
            let message = format!(
                "no block before {} covers {}",
                row.id,
                numbers(covered + 1, range.0 - 1)
            );
            problems.push(RULE.problem(plan, Spot::row(plan, row), message));
        }
        covered = covered.max(range.1);
    }
    let blocks: HashSet<BlockId> = rows.iter().map(|(row, _)| row.id).collect();
    let last = BlockId(BLOCKS).default_range().1;
    if let Some((row, _)) = rows.iter().max_by_key(|(_, range)| range.1)
        && covered < last
    {
        let message = format!(
            "the block table has {} of {BLOCKS} blocks and ends at {}: {} belong to none",
            blocks.len(),
            row.id,
            numbers(covered + 1, last)
        );
        problems.push(RULE.problem(plan, Spot::row(plan, row), message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step, table};
    use super::RULE;

    #[test]
    fn it_catches_holes_ends_and_ranges_that_cannot_be_read() {
        let canon = table(&[("B01", "0001–0100", "a"), ("B03", "third", "c")]);
        assert_eq!(
            found(&RULE, &[(CANON, &canon)]),
            [
                "docs/plan.md:4 [| B03 | third | c |] the step range of B03 cannot be read; \
                 0201–0300 is assumed",
                "docs/plan.md:4 [| B03 | third | c |] no block before B03 covers 0101–0200",
                "docs/plan.md:4 [| B03 | third | c |] the block table has 2 of 100 blocks and \
                 ends at B03: 0301–10000 belong to none",
            ]
        );
    }

    #[test]
    fn it_leaves_whole_tables_and_plans_without_one_alone() {
        let canon = table(&[("B01", "0001–9000", "merged"), ("B91", "9001–10000", "z")]);
        assert!(found(&RULE, &[(CANON, &canon)]).is_empty());
        assert!(found(&RULE, &[(LOG, &step("0001", &[])), (CANON, "# a\n")]).is_empty());
    }
}
