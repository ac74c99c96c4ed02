//! A step that depends on itself.
//!
//! It can never become ready. Usually a copying mistake: remove the entry, or write the ID that was
//! meant.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "dependencies": ["0001"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0001.A", "dependencies": ["0001"]}
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;

/// The rule.
pub const RULE: Rule = Rule {
    code: "self-dependency",
    severity: Severity::Error,
    title: "a step depends on itself",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the dependencies removes the entry",
        commands: "`stepdeck set STEP dependencies-=STEP` removes the entry",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    // IDs decide, not graph nodes: the second of two duplicates names itself as well.
    let itself = step.index() - step.nth() as usize;
    if !plan.graph().upstream(step.index()).any(|up| up == itself) {
        return;
    }
    let own = Dependency::Step(step.id());
    let Some(index) = step.dependencies().position(|entry| entry == own) else {
        return;
    };
    let spot = Spot::entry(plan, step, Field::Dependencies, index);
    found.add(spot, |spot| {
        let message = format!("{} depends on itself", step.id());
        RULE.problem(plan, spot, message).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_a_step_that_names_itself() {
        let log = [
            step("0001", &[]),
            step("0002", &[("dependencies", "[\"0001\", \"Step 0002\"]")]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            ["data/plans/plan.jsonl:2:156 [\"Step 0002\"] 0002 depends on itself"]
        );
    }

    #[test]
    fn it_leaves_sub_steps_alone() {
        let log = [
            step("0001", &[]),
            step("0001.A", &[("dependencies", "[\"0001\"]")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
