//! A log that spells its IDs in several ways.
//!
//! `0057`, `00057`, `"57"` and the numbers `57` and `57.0` are one step, so nothing is broken, but
//! people and scripts that search for an ID as text find only some of the lines. stepdeck never respells a
//! line; new ones take the spelling of most lines.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002"}
//! {"step_id": "00003"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0001.A"}
//! {"step_id": "10000"}
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, logs};
use crate::plan::LogPlace;
use crate::plan::id::StepId;
use crate::plan::spelling::Spelling;

/// The rule.
pub const RULE: Rule = Rule {
    code: "id-spelling",
    severity: Severity::Note,
    title: "a log spells its IDs in several ways",
    help: Help::anywhere(
        "nothing has to be done: they all name the same steps; an editor can make them uniform",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (file, log) in logs(plan) {
        let (spelling, others) = Spelling::deviating(log);
        let Some(line) = others.first else {
            continue;
        };
        let content = log.line(line);
        let Some(raw) = content.get("step_id") else {
            continue;
        };
        let Some(id) = StepId::of_raw(raw) else {
            continue;
        };
        let (others, all) = (others.lines, others.of);
        let verb = if others == 1 { "is" } else { "are" };
        let message = format!(
            "{others} of {all} IDs {verb} spelled differently from the others: {raw} here would be \
             {}",
            spelling.raw(id)
        );
        let place = LogPlace { file, line };
        let spot = match content.span("step_id") {
            Some(span) => Spot::in_line(place, content, span),
            None => Spot::line(place),
        };
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_the_first_of_those_that_differ_once_a_log() {
        let log = [
            step("0001", &[]),
            step("0002", &[("step_id", "\"00002\"")]),
            step("0003", &[("step_id", "3")]),
            step("0004", &[]),
            step("0005", &[]),
        ];
        assert_eq!(
            found(&RULE, &[(LOG, &log.concat())]),
            [
                "data/plans/plan.jsonl:2:13 [\"00002\"] 2 of 5 IDs are spelled differently from \
                 the others: \"00002\" here would be \"0002\""
            ]
        );
    }

    #[test]
    fn it_leaves_longer_numbers_and_any_one_spelling_alone() {
        let wide = [
            "\"00001\"",
            "\"10000\"",
            "\"123456\"",
            "\"00001.A\"",
            "\"x\"",
        ];
        let bare = ["1", "57", "10000", "\"57.A\""];
        for ids in [&wide[..], &bare[..]] {
            let lines = ids.iter().map(|id| step("0001", &[("step_id", id)]));
            let log: String = lines.collect();
            assert!(found(&RULE, &[(LOG, &log)]).is_empty());
        }
    }
}
