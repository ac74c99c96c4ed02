//! An open item of a stage's checklist that names only steps of retired blocks.
//!
//! No work that is left can tick it. Name the step that took over, reword the item, or tick it where
//! it holds all the same.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0101", "status": "draft"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Status |
//! | --- | --- | --- |
//! | B02 | 0101–0200 | Retired |
//!
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Runbooks written (Step 0101)
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "draft"}
//! {"step_id": "0101", "status": "draft"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Status |
//! | --- | --- | --- |
//! | B02 | 0101–0200 | Retired |
//!
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Runbooks written (Steps 0001 and 0101)
//! - [x] Drills held (Step 0101)
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::status::State;

/// The rule.
pub const RULE: Rule = Rule {
    code: "retired-check",
    severity: Severity::Warning,
    title: "an open item names only steps of retired blocks",
    help: Help {
        keys: "{problem-go} goes to the item: `{tick}` ticks it where it holds all the same; else reword it in the file",
        commands: "`stepdeck tick STAGE CHECK` ticks it where it holds all the same; else reword it in the file",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    let is_retired = |step: usize| plan.graph().state(step) == State::Retired;
    for check in plan.stages().iter().flat_map(|stage| &stage.checks) {
        let mut named = check.steps.iter().filter_map(|id| plan.find(*id));
        let Some(first) = named
            .next()
            .filter(|first| !check.done && is_retired(*first))
        else {
            continue;
        };
        if !named.all(is_retired) {
            continue;
        }
        let step = plan.step(first);
        let block = plan.blocks()[step.block()].id;
        let message = format!(
            "{} names only steps that are retired, such as {} with {block}",
            quoted(&check.text),
            step.id()
        );
        let problem = RULE.problem(plan, Spot::check(plan, check), message);
        problems.push(problem.about(step));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_items_that_nothing_left_to_do_can_tick() {
        let done = step("0102", &[("status", "\"complete\"")]);
        let log = [step("0101", &[]), done].concat();
        let canon = "| Block | Step Range | Status |\n|-|-|-|\n| B02 | 0101–0200 | retired |\n\n\
                     # Readiness Checklists\n\n## Base\n\n- [ ] Runbooks (0101)\n\
                     - [ ] Drills (0101–0102)\n- [ ] Nothing\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "docs/plan.md:9:7 [Runbooks (0101)] “Runbooks (0101)” names only steps that are \
                 retired, such as 0101 with B02"
            ]
        );
    }

    #[test]
    fn it_leaves_ticked_items_and_those_with_work_left_alone() {
        let log = [step("0001", &[]), step("0101", &[])].concat();
        let canon = "| Block | Step Range | Status |\n|-|-|-|\n| B02 | 0101–0200 | retired |\n\n\
                     # Readiness Checklists\n\n## Base\n\n- [x] Runbooks (0101)\n\
                     - [ ] Drills (0001, 0101)\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
