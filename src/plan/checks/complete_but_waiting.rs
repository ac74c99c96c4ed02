//! A complete step with a dependency that is not met.
//!
//! Either the step is not really done, or the dependency is done and nobody said so, or it was
//! never a dependency. Set the status of either, put `[x] ` before a condition that is met, or
//! remove the dependency.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "draft"}
//! {"step_id": "0002", "status": "complete", "dependencies": ["0001"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete"}
//! {"step_id": "0002", "status": "complete", "dependencies": ["0001", "[x] Budget signed"]}
//! ```

use super::wording::{quoted, with_status};
use super::{Context, Found, Help, Pass, Plan, Reading, Rule, Severity, Spot};
use crate::document::english::listed;
use crate::plan::StepRef;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::status::{State, Status};

/// The rule.
pub const RULE: Rule = Rule {
    code: "complete-but-waiting",
    severity: Severity::Warning,
    title: "a complete step has a dependency that is not met",
    help: Help {
        keys: "{problem-go} goes to the step: `{first-blocker}` goes to the dependency; `{status}` sets the status of either",
        commands: "`stepdeck set STEP status=STATUS` corrects the status; `dependencies-=ENTRY` removes what is not a dependency",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let graph = plan.graph();
    if graph.state(step.index()) != State::Done || graph.unmet(step.index()) == 0 {
        return;
    }
    let unmet = unmet(plan, step);
    let Some((index, _)) = unmet.first() else {
        return;
    };
    let spot = Spot::entry(plan, step, Field::Dependencies, *index);
    found.add(spot, |spot| {
        let words: Vec<&str> = unmet.iter().map(|(_, words)| words.as_str()).collect();
        let unmet = listed(&words);
        let message = format!("{} is complete, but depends on {unmet}", step.id());
        RULE.problem(plan, spot, message).about(step)
    });
}

/// Which entries are not met, and how.
fn unmet(plan: &Plan, step: StepRef<'_>) -> Vec<(usize, String)> {
    let words = |dependency| match dependency {
        Dependency::Step(id) => match plan.find(id).map(|found| plan.step(found)) {
            Some(step) if step.status() == Some(Status::Complete) => None,
            Some(step) => Some(with_status(step)),
            None => Some(format!("{id} (which does not exist)")),
        },
        Dependency::Condition { met: true, .. } => None,
        Dependency::Condition { text, .. } => Some(format!("{} (open)", quoted(&text))),
    };
    let entries = step.dependencies().enumerate();
    entries
        .filter_map(|(index, entry)| Some((index, words(entry)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_open_steps_and_conditions() {
        let entries = "[\"0002\", \"0001\", \"Budget signed\", \"0009\"]";
        let log = [
            step("0001", &[("status", "\"blocked\"")]),
            step("0002", &[("status", "\"complete\"")]),
            step(
                "0003",
                &[("status", "\"complete\""), ("dependencies", entries)],
            ),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:3:159 [\"0001\"] 0003 is complete, but depends on 0001 \
                 (blocked), “Budget signed” (open) and 0009 (which does not exist)"
            ]
        );
    }

    #[test]
    fn it_catches_a_status_that_is_none_of_the_five_as_it_is_written() {
        let log = [
            step("0001", &[("status", "\"zzz\"")]),
            step("0002", &[("status", "\"\"")]),
            step(
                "0003",
                &[
                    ("status", "\"complete\""),
                    ("dependencies", "[\"0001\", \"0002\"]"),
                ],
            ),
        ]
        .concat();
        let [only] = &found(&RULE, &[(LOG, &log)])[..] else {
            panic!()
        };
        let said = "depends on 0001 (“zzz”) and 0002 (without a status)";
        assert!(only.ends_with(said), "{only}");
    }

    #[test]
    fn it_leaves_open_steps_and_met_conditions_alone() {
        let log = [
            step(
                "0001",
                &[
                    ("status", "\"complete\""),
                    ("dependencies", "[\"[x] Signed\"]"),
                ],
            ),
            step("0002", &[("dependencies", "[\"0003\"]")]),
            step(
                "0003",
                &[("status", "\"complete\""), ("dependencies", "[\"0001\"]")],
            ),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
