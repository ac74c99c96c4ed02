//! A sub-step whose parent is not in the plan.
//!
//! `0245.A` is part of `0245`. Without the parent it shows up on its own, and nothing says what the
//! parts add up to. Add the parent, or give the sub-step a number.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0002.A"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0002"}
//! {"step_id": "0002.A"}
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};

/// The rule.
pub const RULE: Rule = Rule {
    code: "orphan-sub-step",
    severity: Severity::Warning,
    title: "a sub-step has no parent",
    help: Help {
        keys: "{problem-go} goes to the step: `{add}` adds the parent; `{edit-step}` opens the sub-step to give it another ID",
        commands: "write the parent into the log, or give the sub-step another ID",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let Some(parent) = step.id().parent() else {
        return;
    };
    if plan.find(parent).is_none() {
        found.add(Spot::step(plan, step), |spot| {
            let id = step.id();
            let message = format!("{id} is a sub-step of {parent}, which does not exist");
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_a_part_without_its_whole() {
        let log = ["0001", "0002.A", "0001.B.1"].map(|id| step(id, &[]));
        assert_eq!(
            found(&RULE, &[(LOG, &log.concat())]),
            [
                "data/plans/plan.jsonl:3:13 [\"0001.B.1\"] 0001.B.1 is a sub-step of 0001.B, which \
                 does not exist",
                "data/plans/plan.jsonl:2:13 [\"0002.A\"] 0002.A is a sub-step of 0002, which does not \
                 exist",
            ]
        );
    }

    #[test]
    fn it_leaves_parts_beside_their_parent_alone() {
        let log = ["0001.A", "0001", "0001.A.1"].map(|id| step(id, &[]));
        assert!(found(&RULE, &[(LOG, &log.concat())]).is_empty());
    }
}
