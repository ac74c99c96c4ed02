//! A complete step that shows nothing for it.
//!
//! An entry under `artifacts`, a measured `evidence.actual` or an `evidence.link` counts; a metric
//! and its target say what was to be reached, not that it was. In the weekly review nobody can tell
//! such a step from a wish. Attach an artifact or a link, or enter the value that was measured.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete", "evidence": {"metric": "held", "target": 1}}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete", "evidence": {"metric": "held", "target": 1, "actual": 1}}
//! {"step_id": "0002", "status": "complete", "artifacts": ["https://example.org/minutes"]}
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::status::State;

/// The rule.
pub const RULE: Rule = Rule {
    code: "complete-without-evidence",
    severity: Severity::Warning,
    title: "a complete step has neither artifact nor evidence",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the artifacts or the evidence adds what shows the result",
        commands: "`stepdeck set STEP artifacts+=PATH`, or `evidence.link=URL`, adds what shows the result",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if step.state() != State::Done || shows_artifact(reading) {
        return;
    }
    if shows_something(step) {
        return;
    }
    found.add(Spot::field(plan, step, Field::Status), |spot| {
        let message = format!(
            "{} is complete, but has no artifact, no measured value and no evidence link",
            step.id()
        );
        RULE.problem(plan, spot, message).about(step)
    });
}

/// Whether the log surely names an artifact.
fn shows_artifact(reading: &Reading<'_>) -> bool {
    let worded = |item: &str| {
        item.as_bytes()
            .get(1)
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    let items = reading.items(Field::Artifacts);
    items.is_some_and(|mut items| items.any(|item| item.starts_with('"') && worded(item)))
}

fn shows_something(step: StepRef<'_>) -> bool {
    let filled = |field| !step.text(field).trim().is_empty();
    filled(Field::Actual)
        || filled(Field::Link)
        || (step.list(Field::Artifacts).iter()).any(|entry| !entry.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_complete_steps_with_nothing_but_a_target() {
        let log = step("0001", &[("status", "\"complete\"")]);
        let canon = "### Step 0002 — a\n- **Artifacts:** none\n- **Status:** Complete\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:103 [\"complete\"] 0001 is complete, but has no \
                 artifact, no measured value and no evidence link",
                "docs/plan.md:3:15 [Complete] 0002 is complete, but has no artifact, no measured \
                 value and no evidence link",
            ]
        );
    }

    #[test]
    fn it_leaves_open_steps_and_any_kind_of_evidence_alone() {
        let done = ("status", "\"complete\"");
        let actual = "{\"metric\": \"m\", \"target\": 1, \"actual\": 0}";
        let link = "{\"metric\": \"m\", \"target\": 1, \"link\": \"https://example.org\"}";
        let log = [
            step("0001", &[]),
            step("0002", &[done, ("artifacts", "[\"docs/a.md\"]")]),
            step("0003", &[done, ("evidence", actual)]),
            step("0004", &[done, ("evidence", link)]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
