//! A step in a block that the block table does not have.
//!
//! Without a row there is no theme, no steward and no success signal for the step. Add a
//! row for the block, or correct the step's block. Each unknown block is reported once, at
//! its first step. A plan without any block table has a hundred steps per block, and only what is
//! not a block ID at all is reported.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0101", "block": "B02"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Cadence |
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0101", "block": "B02"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Cadence |
//! | B02 | 0101–0200 | Controls |
//! ```

use std::collections::HashSet;

use super::id_outside_block::{is_home, named_block};
use super::wording::quoted;
use super::{Context, Found, Help, Pass, Plan, Problem, Reading, Rule, Severity, Spot};
use crate::document::english::counted;
use crate::document::json;
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::id::BlockId;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unknown-block",
    severity: Severity::Error,
    title: "a step names a block that does not exist",
    help: Help {
        keys: "add a row for it to the block table, or `{edit}` on the block corrects the step",
        commands: "add a row for it to the block table, or correct the step: `stepdeck set STEP block=BLOCK`",
    },
    passes: &[Pass::Step(step), Pass::Groups(foreign, report)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if is_home(reading) || named_block(step).is_some() {
        return;
    }
    let Some(raw) = text(step) else {
        return;
    };
    found.add(Spot::field(plan, step, Field::Block), |spot| {
    let (id, words) = (step.id(), quoted(&json::words(raw)));
    let message = format!("{id} names {words} as its block, which is not a block");
    let keys = "{problem-go} goes to the step: `{edit}` on the block corrects it: write B and a number, such as B07";
    let commands = "`stepdeck set STEP block=BLOCK` corrects it: write B and a number, such as B07";
    let problem = RULE.problem(plan, spot, message);
    problem.with_help(keys, commands).about(step)
    });
}

/// The block that a step names, unless it surely has a row.
fn foreign(reading: &Reading<'_>) -> Option<u64> {
    let step = reading.step;
    let block = (!is_home(reading)).then(|| named_block(step))??;
    text(step).map(|_| block.0.into())
}

fn text(step: StepRef<'_>) -> Option<&str> {
    step.raw(Field::Block).filter(|raw| raw.starts_with('"'))
}

fn report(plan: &Plan, _: &Context<'_>, groups: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let known: HashSet<BlockId> = plan.block_rows().map(|row| row.id).collect();
    if known.is_empty() {
        return;
    }
    for steps in groups {
        let step = plan.step(steps[0]);
        let Some(block) = named_block(step).filter(|block| !known.contains(block)) else {
            continue;
        };
        let others = match steps.len() - 1 {
            0 => String::new(),
            more => format!(" (and {} too)", counted(more, "other step")),
        };
        let message = format!(
            "{} names block {block}{others}, but the block table has no row for it",
            step.id()
        );
        let spot = Spot::field(plan, step, Field::Block);
        problems.push(RULE.problem(plan, spot, message).about(step));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step, table};
    use super::RULE;

    #[test]
    fn it_catches_blocks_without_a_row_once_each() {
        let log = [
            step("0001", &[]),
            step("0101", &[]),
            step("0102", &[]),
            step("0103", &[("block", "\"next\"")]),
        ]
        .concat();
        let canon = table(&[("B01", "0001–0100", "a")]);
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, &canon)]),
            [
                "data/plans/plan.jsonl:4:30 [\"next\"] 0103 names “next” as its block, which is \
                 not a block",
                "data/plans/plan.jsonl:2:30 [\"B02\"] 0101 names block B02 (and 1 other step \
                 too), but the block table has no row for it",
            ]
        );
    }

    #[test]
    fn it_leaves_a_plan_without_a_block_table_alone() {
        let log = [step("0001", &[]), step("0101", &[])].concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
        assert!(found(&RULE, &[(LOG, &log), (CANON, "# Words\n")]).is_empty());
    }
}
