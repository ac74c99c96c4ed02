//! A key that is twice in one line of the log.
//!
//! JSON readers take the last one, and so does stepdeck; what the other says is seen by nobody, and an
//! edit does not change it. Remove the key that is not meant. Keys within `evidence` and the like are
//! not looked at.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "owner": "ops", "title": "Hold the audit"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "owner": "ops"}
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, logs};
use crate::document::json::{Object, words};
use crate::plan::LogPlace;

/// The rule.
pub const RULE: Rule = Rule {
    code: "duplicate-key",
    severity: Severity::Warning,
    title: "a line of the log has a key twice",
    help: Help {
        keys: "{problem-go} goes to the line: `{problem-line}` here edits it, to remove the key that is not meant",
        commands: "remove the key that is not meant from the line",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (file, log) in logs(plan) {
        for (line, content) in log.lines().enumerate() {
            if !content.repeats_a_key() {
                continue;
            }
            let body = content.body();
            let text = content.text();
            let Ok(object) = Object::parse(&text) else {
                continue;
            };
            for (key, span, raw) in object.overridden() {
                let spot =
                    Spot::in_line(LogPlace { file, line }, content, span.shifted(body.start));
                let message = format!(
                    "{} is in this line again, so {} is not read",
                    quoted(key),
                    quoted(&words(raw))
                );
                problems.push(RULE.problem(plan, spot, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found};
    use super::RULE;

    #[test]
    fn it_catches_the_key_that_is_not_read() {
        let log = "\u{feff}{\"schema\": 1, \"schema\": 2}\r\n\
                   {\"step_id\": \"0001\", \"title\": \"é\", \"x\": [1], \"titl\\u0065\": \"b\", \"title\": \"c\", \"x\": 2}\n";
        assert_eq!(
            found(&RULE, &[(LOG, log)]),
            [
                "data/plans/plan.jsonl:1:2 [\"schema\"] “schema” is in this line again, so “1” is not read",
                "data/plans/plan.jsonl:2:21 [\"title\"] “title” is in this line again, so “é” is not read",
                "data/plans/plan.jsonl:2:35 [\"x\"] “x” is in this line again, so “[1]” is not read",
                "data/plans/plan.jsonl:2:45 [\"titl\\u0065\"] “title” is in this line again, so “b” is not read",
            ]
        );
    }

    #[test]
    fn it_leaves_one_of_each_alone() {
        let log =
            "{\"step_id\": \"0001\", \"title\": \"a\", \"Title\": \"b\"}\nnot {\"a\":1,\"a\":1}\n";
        assert!(found(&RULE, &[(LOG, log)]).is_empty());
    }
}
