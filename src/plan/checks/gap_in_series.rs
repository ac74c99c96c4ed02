//! Step numbers that are missing inside a block.
//!
//! IDs stay serial so that everybody can see whether something was lost. A run of missing numbers
//! between two steps of a block is reported once, at the step after it. A block that is only filled
//! up to some number has no gap, nor has one whose step was renumbered and says so. Add the steps, or
//! write a line for a retired one that says so.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0004"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0005"}
//! {"step_id": "0006"}
//! {"step_id": "0101", "was": ["0008"]}
//! {"step_id": "0009"}
//! {"step_id": "0007"}
//! ```

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::wording::numbers;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::StepRef;
use crate::plan::id::BlockId;
use crate::plan::identity::former_numbers;

/// The rule.
pub const RULE: Rule = Rule {
    code: "gap-in-series",
    severity: Severity::Warning,
    title: "step numbers are missing inside a block",
    help: Help {
        keys: "{problem-go} goes to the step: `{add}` on the step before adds the next number; a retired step keeps its line",
        commands: "`stepdeck add title=TITLE --after ID` adds the next number; a retired step keeps its line",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    // What is in a line that cannot be read is not missing, nor is what got another number.
    let taken = LazyCell::new(|| {
        let unreadable = plan.unreadable_ids().map(|(id, _)| id);
        let renumbered = former_numbers(plan).map(|(was, _)| was);
        let known = unreadable.chain(renumbered);
        known.map(|id| id.number()).collect::<BTreeSet<u32>>()
    });
    for block in plan.blocks() {
        for (before, after) in block.steps().zip(block.steps().skip(1)) {
            let [before, after] = [before, after].map(|step| plan.step(step));
            let (mut from, to) = (before.id().number().saturating_add(1), after.id().number());
            if from >= to {
                continue;
            }
            for end in taken.range(from..to).copied().chain([to]) {
                if from < end {
                    problems.push(gap(plan, block.id, (from, end - 1), before, after));
                }
                from = end + 1;
            }
        }
    }
}

/// Numbers that are missing between two steps.
fn gap(
    plan: &Plan,
    block: BlockId,
    (first, last): (u32, u32),
    before: StepRef<'_>,
    after: StepRef<'_>,
) -> Problem {
    let verb = if first == last { "is" } else { "are" };
    let message = format!(
        "{} {verb} missing from {block}: {} follows {}",
        numbers(first, last),
        after.id(),
        before.id()
    );
    let commands = format!(
        "`stepdeck add title=TITLE --after {}` adds the next number; a retired step keeps its line",
        before.id()
    );
    let problem = RULE.problem(plan, Spot::step(plan, after), message);
    problem.by_command(commands).about(after)
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_each_run_of_missing_numbers_once() {
        let log = ["0001", "0003", "0003.A", "0010"].map(|id| step(id, &[]));
        assert_eq!(
            found(&RULE, &[(LOG, &log.concat())]),
            [
                "data/plans/plan.jsonl:2:13 [\"0003\"] 0002 is missing from B01: 0003 follows \
                 0001",
                "data/plans/plan.jsonl:4:13 [\"0010\"] 0004–0009 are missing from B01: 0010 \
                 follows 0003.A",
            ]
        );
    }

    #[test]
    fn it_leaves_numbers_of_steps_that_got_another_alone() {
        let log = [
            step("0001", &[]),
            step("0003", &[]),
            step("0150", &[("was", "[\"0002\"]")]),
        ];
        assert!(found(&RULE, &[(LOG, &log.concat())]).is_empty());
    }

    #[test]
    fn it_leaves_blocks_that_are_only_partly_filled_alone() {
        let log = ["0005", "0006", "0101", "0102", "0301"].map(|id| step(id, &[]));
        assert!(found(&RULE, &[(LOG, &log.concat())]).is_empty());
    }
}
