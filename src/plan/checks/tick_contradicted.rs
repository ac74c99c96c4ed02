//! A ticked checklist item that names a step which is still open.
//!
//! The item says that the work is done, the step says that it is not. Set the step's status, or
//! untick the item. A year such as 2027 counts as a step only where the item mentions steps.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "draft"}
//! ```
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written (Step 0001)
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete"}
//! {"step_id": "2027", "status": "draft"}
//! ```
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written (Step 0001)
//! - [x] Budget of 2027 agreed
//! ```

use super::wording::{quoted, with_status};
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::english::listed;
use crate::plan::canon::checklist::Check;

/// The rule.
pub const RULE: Rule = Rule {
    code: "tick-contradicted",
    severity: Severity::Warning,
    title: "a ticked item names a step that is open",
    help: Help {
        keys: "{problem-go} goes to the item: `{tick}` unticks it; `{status}` on the step sets its status",
        commands: "`stepdeck set STEP status=complete` completes the step; `stepdeck tick STAGE CHECK --off` unticks the item",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for check in plan.stages().iter().flat_map(|stage| &stage.checks) {
        let open: Vec<(usize, String)> = open_steps(plan, check)
            .into_iter()
            .map(|index| (index, with_status(plan.step(index))))
            .collect();
        let Some((first, _)) = open.first() else {
            continue;
        };
        let words: Vec<&str> = open.iter().map(|(_, words)| words.as_str()).collect();
        let verb = if words.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} is ticked, but {} {verb} not complete",
            quoted(&check.text),
            listed(&words)
        );
        let problem = RULE.problem(plan, Spot::check(plan, check), message);
        problems.push(problem.about(plan.step(*first)));
    }
}

/// Indexes of the open steps that a ticked check names, ascending; none where it is not
/// ticked.
pub fn open_steps(plan: &Plan, check: &Check) -> Vec<usize> {
    if !check.done {
        return Vec::new();
    }
    let mut open: Vec<usize> = check
        .steps
        .iter()
        .filter_map(|id| plan.find(*id))
        .filter(|step| plan.step(*step).state().is_open())
        .collect();
    open.sort_unstable();
    open.dedup();
    open
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_a_tick_on_unfinished_work() {
        let log = [
            step("0001", &[]),
            step("0002", &[("status", "\"complete\"")]),
        ]
        .concat();
        let canon = "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written (0001–0002)\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "docs/plan.md:5:7 [Runbooks written (0001–0002)] “Runbooks written (0001–0002)” \
                 is ticked, but 0001 (draft) is not complete"
            ]
        );
    }

    #[test]
    fn it_leaves_open_items_complete_steps_and_years_alone() {
        let log = [
            step("0001", &[("status", "\"complete\"")]),
            step("2027", &[]),
        ]
        .concat();
        let canon = "# Readiness Checklists\n\n## Base\n\n- [x] Done in Step 0001\n- [ ] Step 2027\n\
                     - [x] Budget of 2027 agreed\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
