//! Steps in a log that do not stand in the order of their IDs.
//!
//! A log in order reads like the plan, a new step has one obvious place, and two people's
//! additions merge without touching each other. Each line that stands behind a higher ID
//! than its own is reported. `f` moves the lines into order; headers, blank lines and lines
//! that are no steps stay where they are, and a log with an unfinished merge is left alone.

use super::{Context, Fix, Plan, Problem, Rule, Severity, Spot, conflict_marker, logs};
use crate::document::json;
use crate::document::log::LogDocument;
use crate::document::splice::Span;
use crate::plan::LogPlace;
use crate::plan::id::StepId;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unsorted",
    severity: Severity::Warning,
    title: "steps are not in the order of their IDs",
    help: "`f` moves the lines into order",
    run,
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (file, log) in logs(plan) {
        let steps: Vec<(usize, StepId)> = ids(log).collect();
        let unfinished = conflict_marker::first(log).is_some();
        for pair in steps.windows(2) {
            let [(_, before), (line, id)] = pair else {
                continue;
            };
            if before <= id {
                continue;
            }
            let place = LogPlace { file, line: *line };
            let span = log.line(*line).span("step_id").unwrap_or(Span::empty(0));
            let message = format!("{id} stands behind {before}");
            let problem = RULE.problem(plan, Spot::in_line(plan, place, span), message);
            let step = plan
                .find(*id)
                .into_iter()
                .flat_map(|first| first..plan.len())
                .map(|index| plan.step(index))
                .take_while(|step| step.id() == *id)
                .find(|step| step.log_place() == Some(place));
            let problem = match step {
                Some(step) => problem.about(step),
                None => problem,
            };
            problems.push(match unfinished {
                true => problem.with_help("finish the merge first; then `f` sorts the lines"),
                false => problem.mended_by(Fix::SortLog { file }),
            });
        }
    }
}

/// The lines that hold steps, with their IDs, in file order.
fn ids(log: &LogDocument) -> impl Iterator<Item = (usize, StepId)> {
    log.lines().enumerate().filter_map(|(line, content)| {
        Some((line, json::words(content.get("step_id")?).parse().ok()?))
    })
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
                "data/plans/plan.jsonl:3:13 [\"0003\"] 0003 stands behind 0005",
                "data/plans/plan.jsonl:5:13 [\"0002\"] 0002 stands behind 0004",
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
