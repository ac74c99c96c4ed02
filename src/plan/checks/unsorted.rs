//! Steps in a log that are not in ID order.
//!
//! A sorted log reads like the plan, a new step has one obvious place, and two people's additions
//! merge without touching each other. Each line that comes after a higher ID than its own is
//! reported. The fix sorts the lines; headers, blank lines and lines that are not steps stay where
//! they are, and a log with an unfinished merge is left alone.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0002"}
//! {"step_id": "0001"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0001.A"}
//! {"step_id": "0002"}
//! ```

use super::{Context, Fix, Help, Pass, Plan, Problem, Rule, Severity, Spot, conflict_marker};
use crate::plan::{LogPlace, StepRef};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unsorted",
    severity: Severity::Warning,
    title: "steps are not in ID order",
    help: Help {
        keys: "`{problem-fix}` sorts the lines",
        commands: "`stepdeck check --fix` sorts the lines",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    if plan.lines_are_in_order() {
        return;
    }
    let mut steps: Vec<(LogPlace, StepRef<'_>)> = plan
        .steps()
        .filter_map(|step| Some((step.log_place()?, step)))
        .collect();
    steps.sort_by_key(|(place, _)| (place.file, place.line));
    let unfinished: Vec<bool> = plan
        .files()
        .iter()
        .map(|file| file.log().and_then(conflict_marker::first).is_some())
        .collect();
    for pair in steps.windows(2) {
        let [(above, before), (place, step)] = pair else {
            continue;
        };
        if above.file != place.file || before.id() <= step.id() {
            continue;
        }
        let file = place.file;
        let message = format!("{} comes after {}", step.id(), before.id());
        let problem = RULE.problem(plan, Spot::step(plan, *step), message);
        let problem = match unfinished[file] {
            true => problem.with_help(
                "resolve the merge first; then `{problem-fix}` sorts the lines",
                "resolve the merge first; then `stepdeck check --fix` sorts the lines",
            ),
            false => problem.fixed_by(Fix::SortLog { file }),
        };
        problems.push(problem.about(*step));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fix;
    use super::super::example::{LOG, found, plan, problems, step};
    use super::RULE;

    #[test]
    fn it_catches_a_line_behind_a_higher_id() {
        let log = ["0001", "0005", "0003", "0004", "0002"].map(|id| step(id, &[]));
        let log = log.concat();
        let files = [(LOG, &*log)];
        assert_eq!(
            found(&RULE, &files),
            [
                "data/plans/plan.jsonl:3:13 [\"0003\"] 0003 comes after 0005",
                "data/plans/plan.jsonl:5:13 [\"0002\"] 0002 comes after 0004",
            ]
        );
        let fixes = problems(&RULE, &plan(&files), &[]);
        assert!(
            fixes
                .iter()
                .all(|p| p.fix == Some(Fix::SortLog { file: 0 }))
        );
    }

    #[test]
    fn it_leaves_suffixes_duplicates_and_other_logs_alone() {
        let log = ["0002", "0002.B", "0002.AA", "0003", "0003"].map(|id| step(id, &[]));
        let log = log.concat();
        let other = step("0001", &[]);
        assert!(found(&RULE, &[(LOG, &log), ("data/plans/z.jsonl", &other)]).is_empty());
    }

    #[test]
    fn a_log_with_an_unfinished_merge_is_not_sorted() {
        let log = format!("{}{}<<<<<<< x\n", step("0002", &[]), step("0001", &[]));
        assert_eq!(problems(&RULE, &plan(&[(LOG, &log)]), &[])[0].fix, None);
    }
}
