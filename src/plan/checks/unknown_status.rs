//! A status that is not one of the five.
//!
//! The five are idea, draft, in progress, blocked and complete. A step with any other status is
//! counted under none of them and is never done, so its dependents wait forever; nor is it ranked as
//! ready. Set one of the five: for all steps with the same word at once, on screen 5 or by
//! `stepdeck set --filter 'status:WIP' status='in progress'`.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "done"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete"}
//! ```

use super::wording::quoted;
use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::field::Field;
use crate::plan::status::Status;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unknown-status",
    severity: Severity::Error,
    title: "a status is not one of the five",
    help: Help {
        keys: "`{problem-status}` sets one for all steps that have the same word: idea, draft, in progress, blocked or complete; {problem-go} goes to the step",
        commands: "`stepdeck set STEP status=STATUS` sets one: idea, draft, in progress, blocked or complete; `stepdeck set --filter 'status:\"WORD\"' status=STATUS` that of all steps with the same word",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if step.status().is_some() && step.section().is_none() {
        return;
    }
    let logged = reading
        .raw(Field::Status)
        .filter(|raw| raw.starts_with('"'));
    let section = step.section();
    let canon = section.and_then(|(section, document)| section.text(document, Field::Status));
    for (text, in_log) in [(logged.map(json::words), true), (canon, false)] {
        let Some(text) = text.filter(|text| Status::read(text).is_none()) else {
            continue;
        };
        let spot = match in_log {
            true => None,
            false => Spot::section_field(plan, step, Field::Status),
        };
        let spot = spot.unwrap_or_else(|| Spot::field(plan, step, Field::Status));
        found.add(spot, |spot| {
            let (id, words) = (step.id(), quoted(&text));
            let message = match text.trim().is_empty() {
                true => format!("{id} has an empty status"),
                false => format!("{id} has the status {words}, which is not one of the five"),
            };
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_words_that_are_no_status() {
        let log = [
            step("0001", &[("status", "\"done\"")]),
            step("0002", &[("status", "\"\"")]),
        ]
        .concat();
        let canon = "### Step 0003 — a\n- **Owner:** a\n- **Status:** Nearly\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:103 [\"done\"] 0001 has the status “done”, which is \
                 not one of the five",
                "data/plans/plan.jsonl:2:103 [\"\"] 0002 has an empty status",
                "docs/plan.md:3:15 [Nearly] 0003 has the status “Nearly”, which is not one of the five",
            ]
        );
    }

    #[test]
    fn it_leaves_other_spellings_of_the_five_alone() {
        let log = step("0001", &[("status", "\"In_Progress\"")]);
        let canon = "### Step 0001 — a\n- **Status:** In Progress\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
