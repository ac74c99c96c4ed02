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

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::id_outside_block::{is_home, named_block};
use super::wording::{counted, quoted};
use super::{Context, Help, Judge, Pass, Plan, Problem, Reading, Rule, Severity, Spot};
use crate::document::json;
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
    passes: &[Pass::Prepared(prepare)],
};

fn prepare<'a>(plan: &'a Plan, _: &'a Context<'a>) -> Box<dyn Judge + 'a> {
    Box::new(Unknown {
        plan,
        known: plan.block_rows().map(|row| row.id).collect(),
        steps: Mutex::default(),
    })
}

struct Unknown<'a> {
    plan: &'a Plan,
    known: HashSet<BlockId>,
    /// For each unknown block the first of the steps that name it, and how many do.
    steps: Mutex<BTreeMap<BlockId, (usize, usize)>>,
}

impl Unknown<'_> {
    fn steps(&self) -> MutexGuard<'_, BTreeMap<BlockId, (usize, usize)>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Judge for Unknown<'_> {
    fn step(&self, reading: &Reading<'_>, problems: &mut Vec<Problem>) {
        let (step, plan) = (reading.step, self.plan);
        if is_home(reading) {
            return;
        }
        let text = step.raw(Field::Block).filter(|raw| raw.starts_with('"'));
        match (text, named_block(step)) {
            (Some(_), Some(block)) if !self.known.is_empty() && !self.known.contains(&block) => {
                let mut steps = self.steps();
                let (first, count) = steps.entry(block).or_insert((step.index(), 0));
                *first = step.index().min(*first);
                *count += 1;
            }
            (Some(raw), None) => {
                let words = quoted(&json::words(raw));
                let message = format!(
                    "{} names {words} as its block, which is not a block",
                    step.id()
                );
                let spot = Spot::field(plan, step, Field::Block);
                let keys = "{problem-go} goes to the step: `{edit}` on the block corrects it: write B and a number, such as B07";
                let commands = "`stepdeck set STEP block=BLOCK` corrects it: write B and a number, such as B07";
                let problem = RULE.problem(plan, spot, message).with_help(keys, commands);
                problems.push(problem.about(step));
            }
            _ => {}
        }
    }

    fn end(&self, problems: &mut Vec<Problem>) {
        let plan = self.plan;
        for (block, (first, count)) in self.steps().iter() {
            let step = plan.step(*first);
            let others = match count - 1 {
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
