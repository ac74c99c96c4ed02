//! A field on which log and canon disagree.
//!
//! The step is written in both, and one of them was edited by hand. Whoever reads the other
//! believes something else. A fix uses the log's or the canon's version for all fields of the step,
//! whichever you prefer, but for a field that this version has no value for, such as a status that
//! is not one of the five; an edit of the field is written to both at once. A field that only one of
//! the two has is not drift, and neither is another order of the sentences in the notes: where two people
//! appended one each, the canon does not know which came first.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "owner": "ops"}
//! ```
//!
//! ```markdown
//! #### Step 0001 — Hold the review
//!
//! - **Owner:** grc
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "owner": "ops", "status": "in progress"}
//! ```
//!
//! ```markdown
//! #### Step 0001 — Hold the review
//!
//! - **Status:** In Progress
//! ```

use super::wording::{contrasted, quoted};
use super::{Context, Fix, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::field::Field;
use crate::plan::status::Status;
use crate::plan::step::Drift;

/// The rule.
pub const RULE: Rule = Rule {
    code: "drift",
    severity: Severity::Warning,
    title: "log and canon disagree about a step",
    help: Help {
        keys: "`{problem-fix}` uses one side's version; `{edit}` writes the field in both",
        commands: "`stepdeck check --fix --prefer log` uses the log's version, `--prefer canon` the canon's; `stepdeck set STEP FIELD=VALUE` writes a field in both",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if reading.line.is_none() || step.section().is_none() {
        return;
    }
    for drift in step.drift() {
        found.add(Spot::field(plan, step, drift.field), |spot| {
            let place = Spot::section_field(plan, step, drift.field)
                .map(|spot| format!(" ({})", spot.place(plan)));
            let message = format!(
                "the {} of {} {}{}",
                name(drift.field),
                step.id(),
                difference(&drift),
                place.unwrap_or_default()
            );
            let mut problem = RULE.problem(plan, spot, message).about(step);
            let is_readable =
                |text: &String| drift.field != Field::Status || Status::read(text).is_some();
            let is_either = is_readable(&drift.log) || is_readable(&drift.canon);
            if is_either {
                problem = problem.fixed_by(Fix::Drift(step.index()));
            }
            problem = match (is_readable(&drift.log), is_readable(&drift.canon)) {
            (true, true) => problem,
            (true, false) => problem.with_help(
                "the canon's is not a status: `{problem-fix}` uses the log's version",
                "the canon's is not a status: `stepdeck check --fix --prefer log` uses the log's \
                 version",
            ),
            (false, true) => problem.with_help(
                "the log's is not a status: {problem-go} goes to the step, `{take-canon}` uses the \
                 canon's version",
                "the log's is not a status: `stepdeck check --fix --prefer canon` uses the canon's \
                 version",
            ),
            (false, false) => problem.with_help(
                "neither is a status: {problem-go} goes to the step, `{status}` sets one in both",
                "neither is a status: `stepdeck set STEP status=STATUS` sets one in both",
            ),
        };
            problem
        });
    }
}

/// How the two differ: of lists what only one of them has.
fn difference(drift: &Drift) -> String {
    let several = |entries: &Vec<String>| {
        let entries = entries.iter().map(|entry| quoted(entry));
        entries.collect::<Vec<_>>().join(", ")
    };
    let [log, canon] = &drift.only;
    match (log.is_empty(), canon.is_empty()) {
        (true, true) => {
            let (log, canon) = match drift.log == drift.canon {
                // Lists can differ in their entries and still read alike.
                true => (quoted(&drift.log), "other entries".to_owned()),
                false => contrasted(&drift.log, &drift.canon),
            };
            format!("is {log} in the log and {canon} in the canon")
        }
        (false, true) => format!("differ: only the log has {}", several(log)),
        (true, false) => format!("differ: only the canon has {}", several(canon)),
        (false, false) => format!(
            "differ: only the log has {}, only the canon has {}",
            several(log),
            several(canon)
        ),
    }
}

fn name(field: Field) -> &'static str {
    field.spec().name
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_each_field_that_differs() {
        let log = step("0001", &[("status", "\"draft\"")]);
        let canon = "### Step 0001 — Hold it\n- **Owner:** grc\n- **Status:** Complete\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:103 [\"draft\"] the status of 0001 is “draft” in the \
                 log and “Complete” in the canon (docs/plan.md:3:15)",
                "data/plans/plan.jsonl:1:86 [\"ops\"] the owner of 0001 is “ops” in the log and \
                 “grc” in the canon (docs/plan.md:2:14)",
            ]
        );
    }

    #[test]
    fn of_lists_it_says_what_only_one_side_has() {
        let entries = "[\"0002\", \"Budget signed\"]";
        let artifacts = "[\"docs/a.md\"]";
        let log = step(
            "0001",
            &[("dependencies", entries), ("artifacts", artifacts)],
        );
        let canon = "### Step 0001 — Hold it\n- **Dependencies:** Step 0003, Step 0002\n\
                     - **Artifacts:** [a](a.md), [b](b.md)\n";
        let found = found(&RULE, &[(LOG, &log), (CANON, canon)]);
        let words = [
            "the dependencies of 0001 differ: only the log has “Budget signed”, only the \
                      canon has “Step 0003” (docs/plan.md:2:21)",
            "the artifacts of 0001 differ: only the canon has “docs/b.md” (docs/plan.md:3:18)",
        ];
        for (found, words) in found.iter().zip(words) {
            assert!(found.ends_with(words), "{found}");
        }
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn it_leaves_spelling_order_and_silence_alone() {
        let entries = "[\"0002\", \"Budget signed\"]";
        let log = step(
            "0001",
            &[("dependencies", entries), ("status", "\"in progress\"")],
        );
        let canon = "### Step 0001 — Hold it\n- **Dependencies:** Budget signed, Step 0002\n\
                     - **Status:** In Progress\n- **Notes:** only here\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
