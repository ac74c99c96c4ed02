//! A step under way that nobody owns.
//!
//! Nobody will report on it in the standup or be asked about it. Set the owner; any word will do: a
//! person, a team or "unassigned". Words that say that there is nobody, such as "none" or "n/a", are no
//! owner.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "in progress", "owner": ""}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "in progress", "owner": "ops"}
//! {"step_id": "0002", "status": "draft", "owner": ""}
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::field::Field;
use crate::plan::status::Status;

/// The rule.
pub const RULE: Rule = Rule {
    code: "in-progress-without-owner",
    severity: Severity::Warning,
    title: "a step is in progress and has no owner",
    help: Help {
        keys: "{problem-go} goes to the step: `{owner}` sets the owner",
        commands: "`stepdeck set STEP owner=NAME` sets the owner",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let owned = || step.owner().chars().any(char::is_alphanumeric);
    if step.status() != Some(Status::InProgress) || !step.state().is_open() || owned() {
        return;
    }
    found.add(Spot::field(plan, step, Field::Owner), |spot| {
        let message = format!("{} is in progress, but has no owner", step.id());
        RULE.problem(plan, spot, message).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_blanks_and_dashes() {
        let log = step("0001", &[("status", "\"in progress\""), ("owner", "\" \"")]);
        let canon = "### Step 0002 — a\n- **Owner:** —\n- **Status:** In Progress\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:86 [\" \"] 0001 is in progress, but has no owner",
                "docs/plan.md:2:14 [—] 0002 is in progress, but has no owner",
            ]
        );
    }

    #[test]
    fn it_leaves_owners_in_words_and_other_statuses_alone() {
        let owner = "\"unassigned\"";
        let log = [
            step("0001", &[("status", "\"in progress\""), ("owner", owner)]),
            step("0002", &[("owner", "\"\"")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
