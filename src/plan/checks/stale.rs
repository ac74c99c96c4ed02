//! A step in progress that nobody has touched for 30 days.
//!
//! Perhaps it is blocked, or done, or was abandoned. Set its current status; any edit of the step
//! updates its date. In git, what counts is when its last change landed; without, its `updated_at`.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "in progress", "updated_at": "2026-10-01T00:00:00Z"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "in progress", "updated_at": "2026-11-01T00:00:00Z"}
//! {"step_id": "0002", "status": "draft", "updated_at": "2026-10-01T00:00:00Z"}
//! ```

use chrono::TimeDelta;

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::field::Field;
use crate::plan::last_change::LastChange;
use crate::plan::status::Status;

/// The rule.
pub const RULE: Rule = Rule {
    code: "stale",
    severity: Severity::Note,
    title: "a step in progress has not been touched for 30 days",
    help: Help {
        keys: "{problem-go} goes to the step: `{status}` sets its current status; any edit of the step updates its date",
        commands: "`stepdeck set STEP status=STATUS` sets its current status; any edit of the step updates its date",
    },
    passes: &[Pass::Step(step)],
};

/// After this many days without a change.
pub(crate) const DAYS: i64 = 30;

fn step(reading: &Reading<'_>, context: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if step.status() != Some(Status::InProgress) || !step.state().is_open() {
        return;
    }
    let Some(change) = LastChange::of(step, context.changes.map(|changes| &**changes)) else {
        return;
    };
    let idle = context.now.signed_duration_since(change.at());
    if idle < TimeDelta::days(DAYS) {
        return;
    }
    let field = match change {
        LastChange::Stamped(_) => Field::UpdatedAt,
        LastChange::Landed(_) | LastChange::LandedBefore(_) => Field::Status,
    };
    found.add(Spot::field(plan, step, field), |spot| {
        let message = match change {
            LastChange::Stamped(at) => format!(
                "{} is in progress, but has not been touched for {} days, since {}",
                step.id(),
                idle.num_days(),
                at.format("%Y-%m-%d")
            ),
            // How much longer is not looked up, so that the answer does not wait for all of the past.
            LastChange::Landed(_) | LastChange::LandedBefore(_) => format!(
                "{} is in progress, but no change of it has landed for {DAYS} days",
                step.id()
            ),
        };
        RULE.problem(plan, spot, message).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_a_step_idle_for_thirty_days() {
        let at = "\"2026-05-02T00:00:00Z\"";
        let log = step("0001", &[("status", "\"in progress\""), ("updated_at", at)]);
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:1:233 [\"2026-05-02T00:00:00Z\"] 0001 is in progress, \
                 but has not been touched for 30 days, since 2026-05-02"
            ]
        );
    }

    #[test]
    fn it_leaves_younger_steps_and_other_statuses_alone() {
        let log = [
            step(
                "0001",
                &[
                    ("status", "\"in progress\""),
                    ("updated_at", "\"2026-05-02T00:00:01Z\""),
                ],
            ),
            step("0002", &[("updated_at", "\"2020-01-01T00:00:00Z\"")]),
            step(
                "0003",
                &[("status", "\"in progress\""), ("updated_at", "\"soon\"")],
            ),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
