//! Two steps with one ID.
//!
//! Whoever depends on the ID can mean either, and an edit may land in the wrong one. Both
//! stay in the plan and can be reached; dependencies count the first. Give one of them another ID,
//! or remove the outdated line. Two versions that a merge left between markers are one problem,
//! that of the merge.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review"}
//! {"step_id": "0001", "title": "Hold the audit"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review"}
//! {"step_id": "0001.A", "title": "Invite the auditors"}
//! ```

use super::{Found, Help, Look, Pass, Plan, Reading, Rule, Severity, Spot};
use crate::plan::LogPlace;
use crate::plan::disputes::{Dispute, disputes};

/// The rule.
pub const RULE: Rule = Rule {
    code: "duplicate-id",
    severity: Severity::Error,
    title: "two steps have the same ID",
    help: Help {
        keys: "{problem-fix} gives this branch's step another ID where git knows which it is; {problem-go} goes to the step: `{remove}` removes an outdated one, `{renumber}` renumbers it",
        commands: "`stepdeck renumber --collisions` gives this branch's step another ID, `stepdeck renumber ID NEW --nth 2` the second one; remove an outdated one from its file",
    },
    passes: &[Pass::Prepared(prepare)],
};

fn prepare(plan: &Plan) -> Look<'_> {
    let disputes = disputes(plan);
    Box::new(move |reading, _, found| step(reading, &disputes, found))
}

fn step(reading: &Reading<'_>, disputes: &[Dispute], found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let holds = |place: LogPlace| {
        let mut disputes = disputes.iter();
        disputes.any(|dispute| dispute.file == place.file && dispute.holds(place.line + 1))
    };
    if step.nth() == 0 || step.log_place().is_some_and(holds) {
        return;
    }
    let first = plan.find(step.id()).map(|first| plan.step(first).places());
    let Some(first) = first.and_then(|places| places.into_iter().next()) else {
        return;
    };
    found.add(Spot::step(plan, step), |spot| {
        let message = format!("{} already exists at {first}", step.id());
        RULE.problem(plan, spot, message).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_the_second_of_two() {
        let log = [step("0001", &[]), step("0002", &[]), step("0001", &[])].concat();
        let canon = "### Step 0002 — a\n- **Owner:** a\n\n### Step 0002 — b\n- **Owner:** b\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:3:13 [\"0001\"] 0001 already exists at \
                 data/plans/plan.jsonl:1",
                "docs/plan.md:4:5 [Step 0002 — b] 0002 already exists at \
                 data/plans/plan.jsonl:2",
            ]
        );
    }

    #[test]
    fn it_leaves_two_versions_of_an_unfinished_merge_to_the_merge() {
        let (a, b) = (step("0001", &[]), step("0001", &[("owner", "\"grc\"")]));
        let log = format!("<<<<<<< ours\n{a}=======\n{b}>>>>>>> theirs\n");
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
        let again = format!("{log}{a}");
        assert_eq!(found(&RULE, &[(LOG, &again)]).len(), 1);
    }

    #[test]
    fn it_leaves_a_step_in_both_log_and_canon_alone() {
        let canon = "### Step 0001 — Hold it\n- **Owner:** ops\n";
        let log = [step("0001", &[]), step("0001.A", &[])].concat();
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
