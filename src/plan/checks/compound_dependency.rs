//! A dependency that names steps in a form that is not read as one.
//!
//! Several steps in one entry (`0001-0002`, `0001, 0002`, `1, 2`, `Step 0001 and Step 0002`), an ID
//! behind `#`, in brackets or before a remark: these are read as a condition in words, which nothing ever meets,
//! so the step waits forever. The fix writes one entry per step. A remark that only repeats the
//! step's status or title is dropped; one that says more has to be moved elsewhere by hand first.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002"}
//! {"step_id": "0003", "dependencies": ["0001-0002"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002", "dependencies": ["0001", "2027 budget", "[x] 0001 (agreed by phone)"]}
//! ```

use super::wording::quoted;
use super::{Context, Fix, Found, Help, Pass, Problem, Reading, Rule, Severity, Spot};
use crate::document::english::listed;
use crate::plan::StepRef;
use crate::plan::compound::Compound;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::step::Drift;

/// The rule.
pub const RULE: Rule = Rule {
    code: "compound-dependency",
    severity: Severity::Warning,
    title: "a dependency that names steps is read as a condition",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the dependencies writes one ID per entry",
        commands: "`stepdeck set STEP dependencies-=ENTRY dependencies+=ID` writes one ID per entry",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    // What is not read as a step counts as a condition, which is not met.
    if plan.graph().unmet_elsewhere(step.index()) == 0 {
        return;
    }
    let compounds: Vec<(usize, String, Compound)> = (step.dependencies().enumerate())
        .filter_map(|(index, entry)| match entry {
            Dependency::Condition { text, met: false } => {
                let compound = Compound::read(plan, &text)?;
                Some((index, text.into_owned(), compound))
            }
            _ => None,
        })
        .collect();
    let indexes: Vec<usize> = compounds.iter().map(|(index, ..)| *index).collect();
    let spots = Spot::entries(plan, step, Field::Dependencies, &indexes);
    for ((_, text, compound), spot) in compounds.iter().zip(spots) {
        found.add(spot, |spot| problem(step, text, compound, spot));
    }
}

fn problem(step: StepRef<'_>, text: &str, compound: &Compound, spot: Spot) -> Problem {
    let (plan, id, words) = (step.plan(), step.id(), quoted(text));
    let missing: Vec<String> = ids(&compound.missing(plan));
    let message = match (&compound.remark, &missing[..]) {
        (Some(remark), _) => format!(
            "{id} depends on {words}, which is read as a condition: {} with the remark {}",
            listed(&ids(&compound.steps)),
            quoted(remark)
        ),
        (None, []) => format!(
            "{id} depends on {words}, which is read as a condition, not as {}",
            listed(&ids(&compound.steps))
        ),
        (None, missing) => format!(
            "{id} depends on {words}, which is read as a condition; the plan has no {}",
            listed(missing)
        ),
    };
    let problem = RULE.problem(plan, spot, message).about(step);
    let disagrees = |drift: &Drift| drift.field == Field::Dependencies;
    match compound.remark.is_none() && missing.is_empty() && !step.drift().iter().any(disagrees) {
        true => problem.fixed_by(Fix::Dependencies(step.index())).with_help(
            "`{problem-fix}` writes one entry per step",
            "`stepdeck check --fix` writes one entry per step",
        ),
        false => problem,
    }
}

fn ids(steps: &[StepId]) -> Vec<String> {
    steps.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, plan, problems, step};
    use super::RULE;

    #[test]
    fn it_catches_several_steps_and_remarks_in_one_entry() {
        let entries = "[\"0002-0003\", \"#0002\", \"0003 (ask ops)\", \"0002, 0009\"]";
        let log = [
            step("0001", &[("dependencies", entries)]),
            step("0002", &[]),
            step("0003", &[]),
        ]
        .concat();
        let canon = "### Step 0004 — a\n- **Dependencies:** Step 0002 and Step 0003\n";
        let files = [(LOG, &*log), (CANON, canon)];
        assert_eq!(
            found(&RULE, &files),
            [
                "data/plans/plan.jsonl:1:148 [\"0002-0003\"] 0001 depends on “0002-0003”, which is \
                 read as a condition, not as 0002 and 0003",
                "data/plans/plan.jsonl:1:161 [\"#0002\"] 0001 depends on “#0002”, which is read as \
                 a condition, not as 0002",
                "data/plans/plan.jsonl:1:170 [\"0003 (ask ops)\"] 0001 depends on “0003 (ask ops)”, \
                 which is read as a condition: 0003 with the remark “ask ops”",
                "data/plans/plan.jsonl:1:188 [\"0002, 0009\"] 0001 depends on “0002, 0009”, which \
                 is read as a condition; the plan has no 0009",
                "docs/plan.md:2:21 [Step 0002 and Step 0003] 0004 depends on “Step 0002 and Step \
                 0003”, which is read as a condition, not as 0002 and 0003",
            ]
        );
        let fixable = problems(&RULE, &plan(&files), &[]);
        let fixable: Vec<bool> = fixable.iter().map(|p| p.fix.is_some()).collect();
        assert_eq!(fixable, [true, true, false, false, true]);
    }

    #[test]
    fn it_leaves_conditions_and_what_is_met_alone() {
        let entries = "[\"0002\", \"2026-11-28\", \"24/7 support\", \"[x] 0002-0003\"]";
        let log = [
            step("0001", &[("dependencies", entries)]),
            step("0002", &[]),
            step("0003", &[]),
        ];
        assert!(found(&RULE, &[(LOG, &log.concat())]).is_empty());
    }
}
