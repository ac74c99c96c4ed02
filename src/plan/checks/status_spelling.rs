//! A status in the log that is not in its standard spelling.
//!
//! Automation compares letter by letter: the log writes `idea`, `draft`, `in progress`,
//! `blocked` and `complete`, in lower case. stepdeck reads `In Progress` and `in_progress`
//! too, but a dashboard may not. The fix writes the standard spelling and changes nothing else. The
//! canon is for people and may write its statuses with capitals.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "In_Progress"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "in progress"}
//! ```
//!
//! ```markdown
//! #### Step 0001 — Hold the review
//!
//! - **Status:** In Progress
//! ```

use super::wording::quoted;
use super::{Context, Fix, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::field::Field;
use crate::plan::status::Status;

/// The rule.
pub const RULE: Rule = Rule {
    code: "status-spelling",
    severity: Severity::Error,
    title: "a status in the log is not lowercase",
    help: Help {
        keys: "`{problem-fix}` writes it in its standard spelling",
        commands: "`stepdeck check --fix` writes it in its standard spelling",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let written = step.status().map(Status::word);
    if written.is_some() && reading.plain(Field::Status) == written {
        return;
    }
    let Some(raw) = reading
        .raw(Field::Status)
        .filter(|raw| raw.starts_with('"'))
    else {
        return;
    };
    let text = json::words(raw);
    let Some(status) = Status::read(&text).filter(|status| status.word() != text) else {
        return;
    };
    found.add(Spot::field(plan, step, Field::Status), |spot| {
        let message = format!(
            "{} spells its status {} instead of {}",
            step.id(),
            quoted(&text),
            quoted(status.word())
        );
        let problem = RULE.problem(plan, spot, message);
        problem.fixed_by(Fix::Status(step.index())).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_capitals_and_underscores() {
        let log = [
            step("0001", &[("status", "\"Complete\"")]),
            step("0002", &[("status", "\"in_progress\"")]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:1:103 [\"Complete\"] 0001 spells its status “Complete” \
                 instead of “complete”",
                "data/plans/plan.jsonl:2:103 [\"in_progress\"] 0002 spells its status \
                 “in_progress” instead of “in progress”",
            ]
        );
    }

    #[test]
    fn it_leaves_the_canon_and_escapes_alone() {
        let log = step("0001", &[("status", r#""dr\u0061ft""#)]);
        let canon = "### Step 0002 — a\n- **Status:** In Progress\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
