//! Two steps with one `uid`.
//!
//! A uid says which step a line is, whatever its number. Where two lines have the same one, as
//! after a line was copied, it counts for neither: both are known by their IDs until one gives
//! it up. The fix removes it from the line that did not have it before, where git knows which
//! one that is. A step does without a uid.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "uid": "kqzhbwmtrnxa"}
//! {"step_id": "0002", "title": "Hold the audit", "uid": "kqzhbwmtrnxa"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "uid": "kqzhbwmtrnxa"}
//! {"step_id": "0002", "title": "Hold the audit", "uid": "vydpjscgoeul"}
//! {"step_id": "0003", "title": "Hold the party"}
//! ```

use super::{Context, Fix, Help, Pass, Plan, Problem, Reading, Rule, Severity, Spot};
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::uid::Uid;

/// The rule.
pub const RULE: Rule = Rule {
    code: "duplicate-uid",
    severity: Severity::Error,
    title: "two steps have the same uid",
    help: Help {
        keys: "{problem-go} goes to the step: `{problem-line}` here edits the line, to remove the uid from the one that was copied",
        commands: "remove `uid` from the line that was copied; the other keeps it",
    },
    passes: &[Pass::Groups(number, report)],
};

fn uid(step: StepRef<'_>) -> Option<Uid> {
    step.raw(Field::Uid).and_then(Uid::of_raw)
}

fn number(reading: &Reading<'_>) -> Option<u64> {
    Some(reading.raw(Field::Uid).and_then(Uid::of_raw)?.number())
}

fn report(plan: &Plan, context: &Context<'_>, groups: &[Vec<usize>], problems: &mut Vec<Problem>) {
    for steps in groups.iter().filter(|steps| steps.len() > 1) {
        let id = uid(plan.step(steps[0])).and_then(context.uid_holder);
        let mut held = steps.iter().filter(|at| Some(plan.step(**at).id()) == id);
        // A line that was copied with its ID tells nothing.
        let holder = held.next().filter(|_| held.next().is_none());
        let kept = *holder.unwrap_or(&steps[0]);
        for at in steps.iter().filter(|at| **at != kept) {
            let (step, kept) = (plan.step(*at), plan.step(kept));
            let place = kept.places().into_iter().next();
            let place = place.map_or(String::new(), |place| format!(" at {place}"));
            let message = format!("{} has the uid of {}{place}", step.id(), kept.id());
            let spot = Spot::field(plan, step, Field::Uid);
            let problem = RULE.problem(plan, spot, message).about(step);
            problems.push(match holder {
                Some(_) => problem.fixed_by(Fix::Uid(*at)),
                None => problem,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, in_context, plan, problems_in, step};
    use super::*;
    use crate::plan::id::StepId;

    const UID: (&str, &str) = ("uid", "\"kqzhbwmtrnxa\"");

    #[test]
    fn it_catches_a_line_with_the_uid_of_another() {
        let log = [
            step("0001", &[UID]),
            step("0002", &[]),
            step("0003", &[UID]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:3:258 [\"kqzhbwmtrnxa\"] 0003 has the uid of 0001 at \
              data/plans/plan.jsonl:1"
            ]
        );
    }

    #[test]
    fn the_fix_is_for_the_line_that_did_not_have_it_before() {
        let log = [
            step("0001", &[UID]),
            step("0003", &[UID]),
            step("0003", &[UID]),
        ]
        .concat();
        let plan = plan(&[(LOG, &log)]);
        let fixes = |holder: Option<u32>| {
            in_context(&[], |context| {
                let context = Context {
                    uid_holder: &|_| holder.map(StepId::new),
                    ..*context
                };
                let all = problems_in(&RULE, &plan, &context);
                all.iter().map(|problem| problem.fix).collect::<Vec<_>>()
            })
        };
        let both = [1, 2].map(|step_index| Some(Fix::Uid(step_index)));
        assert_eq!(fixes(Some(1)), both);
        assert_eq!(fixes(Some(3)), [None, None]);
        assert_eq!(fixes(None), [None, None]);
    }

    #[test]
    fn it_leaves_what_is_no_uid_alone() {
        let log = [
            step("0001", &[("uid", "\"x\"")]),
            step("0002", &[("uid", "\"x\"")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
        let wrong = found(&super::super::wrong_type::RULE, &[(LOG, &log)]);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].ends_with("`uid` of 0001 is text, not twelve letters a to z"));
    }
}
