//! A dependency on a step that is not in the plan.
//!
//! The step waits forever: nothing can complete what does not exist. The ID may be mistyped, or the
//! step was removed while others still named it. Correct the entry, or remove it.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0002", "dependencies": ["0001"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002", "dependencies": ["0001", "2027 budget signed"]}
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;

/// The rule.
pub const RULE: Rule = Rule {
    code: "missing-dependency",
    severity: Severity::Error,
    title: "a step depends on one that does not exist",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the dependencies corrects the ID or removes it; `{add}` with “Step ID: title” adds the missing step",
        commands: "`stepdeck set STEP dependencies-=ID` removes it, `dependencies+=ID` adds the right one, `stepdeck add --id ID title=…` adds it",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if plan.graph().unmet_elsewhere(step.index()) == 0 {
        return;
    }
    let missing: Vec<(usize, StepId)> = (step.dependencies().enumerate())
        .filter_map(|(index, dependency)| match dependency {
            Dependency::Step(id) => plan.find(id).is_none().then_some((index, id)),
            Dependency::Condition { .. } => None,
        })
        .collect();
    let indexes: Vec<usize> = missing.iter().map(|(index, _)| *index).collect();
    let spots = Spot::entries(plan, step, Field::Dependencies, &indexes);
    for ((_, id), spot) in missing.iter().zip(spots) {
        found.add(spot, |spot| {
            let message = format!("{} depends on {id}, which does not exist", step.id());
            let commands = format!(
                "`stepdeck set STEP dependencies-={id}` removes it, `dependencies+=ID` adds the \
                 right one, `stepdeck add --id {id} title=…` adds it"
            );
            let problem = RULE.problem(plan, spot, message);
            problem.by_command(commands).about(step)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_ids_that_nothing_has() {
        let log = step("0001", &[("dependencies", "[\"0001.A\", \"Step 9\"]")]);
        let canon = "### Step 0002 — a\n- **Dependencies:** Step 0001, 0007\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:148 [\"0001.A\"] 0001 depends on 0001.A, which does not \
                 exist",
                "data/plans/plan.jsonl:1:158 [\"Step 9\"] 0001 depends on 9, which does not \
                 exist",
                "docs/plan.md:2:32 [0007] 0002 depends on 0007, which does not exist",
            ]
        );
    }

    #[test]
    fn it_leaves_steps_and_conditions_alone() {
        let log = [
            step("0001", &[]),
            step("0002", &[("dependencies", "[\"0001\", \"2027 budget\"]")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
