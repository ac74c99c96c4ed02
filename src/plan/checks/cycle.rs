//! Steps that wait for each other in a cycle.
//!
//! None of them can ever become ready. However many cycles run through a group of steps, the group
//! is reported once, with a shortest cycle spelled out: each step depends on the next, the last one
//! on the first. Remove one of the dependencies.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "dependencies": ["0002"]}
//! {"step_id": "0002", "dependencies": ["0001"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002", "dependencies": ["0001"]}
//! {"step_id": "0003", "dependencies": ["0001", "0002"]}
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::english::counted;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;

/// The rule.
pub const RULE: Rule = Rule {
    code: "cycle",
    severity: Severity::Error,
    title: "steps depend on each other in a cycle",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the dependencies removes one of these; `{tree}` shows the chain",
        commands: "`stepdeck set STEP dependencies-=ID` removes one of these",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    let graph = plan.graph();
    // A step that depends on itself alone has a rule of its own.
    for group in graph.cycles().iter().filter(|group| group.len() > 1) {
        let start = group[0] as usize;
        let circle = graph.shortest_cycle(group);
        let (first, second) = (plan.step(start), circle.get(1).or(circle.first()));
        let ids: Vec<String> = circle
            .iter()
            .chain(circle.first())
            .map(|step| plan.step(*step).id().to_string())
            .collect();
        let others = match group.len().saturating_sub(circle.len()) {
            0 => String::new(),
            more => format!("; {} in the same cycle", counted(more, "other step")),
        };
        let message = format!(
            "{} wait for each other: {}{others}",
            counted(circle.len(), "step"),
            ids.join(" → ")
        );
        let next = second.map(|step| Dependency::Step(plan.step(*step).id()));
        let entry = first.dependencies().position(|d| Some(d) == next);
        let spot = match entry {
            Some(index) => Spot::entry(plan, first, Field::Dependencies, index),
            None => Spot::field(plan, first, Field::Dependencies),
        };
        let mut problem = RULE.problem(plan, spot, message);
        if let Some(second) = second {
            problem = problem.by_command(format!(
                "`stepdeck set STEP dependencies-={}` breaks the cycle here",
                plan.step(*second).id()
            ));
        }
        problems.push(problem.about(first));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_each_knot_once_with_a_shortest_circle() {
        let log = [
            step("0001", &[("dependencies", "[\"0002\"]")]),
            step("0002", &[("dependencies", "[\"0003\", \"0001\"]")]),
            step("0003", &[("dependencies", "[\"0001\"]")]),
            step("0005", &[("dependencies", "[\"0006\"]")]),
            step("0006", &[("dependencies", "[\"0005\"]")]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:1:148 [\"0002\"] 2 steps wait for each other: 0001 → 0002 \
                 → 0001; 1 other step in the same cycle",
                "data/plans/plan.jsonl:4:148 [\"0006\"] 2 steps wait for each other: 0005 → 0006 \
                 → 0005",
            ]
        );
    }

    #[test]
    fn it_leaves_diamonds_and_self_dependencies_alone() {
        let log = [
            step("0001", &[("dependencies", "[\"0001\"]")]),
            step("0002", &[("dependencies", "[\"0001\"]")]),
            step("0003", &[("dependencies", "[\"0001\"]")]),
            step("0004", &[("dependencies", "[\"0002\", \"0003\"]")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
