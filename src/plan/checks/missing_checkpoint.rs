//! A thousand steps complete and no checkpoint written.
//!
//! Every 1,000 steps the plan records what was reached, what it cost and what was learnt,
//! in `CP01.md` for 0001–1000 and so on. Later nobody remembers. Write it while it is
//! fresh, and link it from the block's row. A thousand counts as complete when all of its
//! numbers are in the plan and every step of them is complete.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete"}
//! …
//! {"step_id": "1000", "status": "complete"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete"}
//! …
//! {"step_id": "0999", "status": "complete"}
//! {"step_id": "1000", "status": "draft"}
//! ```

use super::wording::numbers;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::block::STEPS_PER_CHECKPOINT;
use crate::plan::status::State;

/// The rule.
pub const RULE: Rule = Rule {
    code: "missing-checkpoint",
    severity: Severity::Warning,
    title: "a thousand completed steps have no checkpoint",
    help: Help::anywhere(
        "write the checkpoint and link it from the block's row in the block table",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let thousand = |step: usize| (plan.step(step).id().number() - 1) / STEPS_PER_CHECKPOINT;
    let mut from = 0;
    while from < plan.len() {
        let number = thousand(from);
        let mut to = from;
        let (mut numbers_found, mut last, mut done) = (0, 0, true);
        while to < plan.len() && thousand(to) == number {
            let step = plan.step(to);
            numbers_found += u32::from(step.id().number() != last);
            last = step.id().number();
            done &= step.state() == State::Done;
            to += 1;
        }
        if done && numbers_found == STEPS_PER_CHECKPOINT {
            let path = (context.checkpoints).join(format!("CP{:02}.md", number + 1));
            if !(context.exists)(&path) {
                let step = plan.step(to - 1);
                let first = number * STEPS_PER_CHECKPOINT + 1;
                let message = format!(
                    "{} are complete, but there is no checkpoint {}",
                    numbers(first, first + STEPS_PER_CHECKPOINT - 1),
                    path.display()
                );
                let problem = RULE.problem(plan, Spot::step(plan, step), message);
                problems.push(problem.about(step));
            }
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, found_beside, step};
    use super::RULE;

    fn log(steps: std::ops::RangeInclusive<u32>) -> String {
        let line = |n| step(&format!("{n:04}"), &[("status", "\"complete\"")]);
        steps.map(line).collect()
    }

    #[test]
    fn it_catches_a_full_thousand_without_its_paper() {
        assert_eq!(
            found(&RULE, &[(LOG, &log(1..=1000))]),
            [
                "data/plans/plan.jsonl:1000:13 [\"1000\"] 0001–1000 are complete, but there is \
                 no checkpoint docs/checkpoints/CP01.md"
            ]
        );
    }

    #[test]
    fn it_leaves_unfinished_thousands_and_written_checkpoints_alone() {
        assert!(found(&RULE, &[(LOG, &log(1..=999))]).is_empty());
        assert!(found(&RULE, &[(LOG, &log(500..=1600))]).is_empty());
        let open = log(1..=1000) + &step("0500.A", &[]);
        assert!(found(&RULE, &[(LOG, &open)]).is_empty());
        let written = ["docs/checkpoints/CP01.md"];
        assert!(found_beside(&RULE, &[(LOG, &log(1..=1000))], &written).is_empty());
    }
}
