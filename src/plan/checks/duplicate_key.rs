//! A key that is twice in one line of the log.
//!
//! JSON readers take the last one, and so does stepdeck; what the other says is seen by nobody, and an
//! edit does not change it. Remove the key that is not meant. Keys within an object such as `evidence`
//! are looked at as well.
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
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, in_lines};
use crate::document::json::{Object, plain_entries, words};
use crate::document::log::LineRef;
use crate::document::splice::Span;
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
    problems.extend(in_lines(plan, |place, content, problems| {
        let repeats =
            content.repeats_a_key() || content.entries().any(|(_, raw)| repeats_a_key(raw));
        if repeats {
            in_line(plan, place, content, problems);
        }
    }));
}

fn in_line(plan: &Plan, place: LogPlace, content: LineRef<'_>, problems: &mut Vec<Problem>) {
    let start = content.body().start;
    let text = content.text();
    let Ok(object) = Object::parse(&text) else {
        return;
    };
    let mut add = |at: Span, message: String| {
        let spot = Spot::in_line(place, content, at.shifted(start));
        problems.push(RULE.problem(plan, spot, message));
    };
    for (key, at, raw) in object.overridden() {
        let (key, raw) = (quoted(key), quoted(&words(raw)));
        add(
            at,
            format!("{key} is in this line again, so {raw} is not read"),
        );
    }
    for (outer, raw) in object.entries().filter(|(_, raw)| repeats_a_key(raw)) {
        // The value that is read, if the outer key is there twice.
        let (Some(at), Some(object)) = (object.span(outer), Object::of_value(raw)) else {
            continue;
        };
        if &text[at.range()] != raw {
            continue;
        }
        for (key, inner, raw) in object.overridden() {
            let [key, raw] = [quoted(key), quoted(&words(raw))];
            let outer = quoted(outer);
            let message = format!("{key} is in {outer} again, so {raw} is not read");
            add(inner.shifted(at.start), message);
        }
    }
}

/// Whether a raw value is an object that has a key twice.
fn repeats_a_key(raw: &str) -> bool {
    if !raw.starts_with('{') {
        return false;
    }
    match plain_entries(raw) {
        Some(entries) => {
            let mut keys: Vec<&str> = entries.map(|(key, _)| key).collect();
            keys.sort_unstable();
            keys.windows(2).any(|two| two[0] == two[1])
        }
        None => Object::of_value(raw).is_some_and(|object| object.overridden().next().is_some()),
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
    fn it_catches_one_within_an_object() {
        let log = "{\"step_id\": \"0001\", \"evidence\": {\"metric\": \"a\", \"target\": 1, \
                   \"metric\": \"b\"}, \"x\": {\"a\\\"\": {\"b\": 1}, \"a\\\"\": 2}}\n";
        assert_eq!(
            found(&RULE, &[(LOG, log)]),
            [
                "data/plans/plan.jsonl:1:34 [\"metric\"] “metric” is in “evidence” again, so “a” is not read",
                "data/plans/plan.jsonl:1:84 [\"a\\\"\"] “a\"” is in “x” again, so “{\"b\": 1}” is not read",
            ]
        );
    }

    #[test]
    fn it_catches_one_among_many() {
        let keys = |range: std::ops::Range<usize>| -> Vec<String> {
            range.map(|at| format!("\"k{at}\": {at}")).collect()
        };
        for (count, again) in [(3, 2), (12, 0), (13, 12), (40, 0), (40, 39)] {
            let mut all = keys(0..count);
            let line = |all: &[String]| {
                let all = all.join(", ");
                format!("{{\"step_id\": \"0001\", \"x\": {{{all}}}}}\n")
            };
            assert!(found(&RULE, &[(LOG, &line(&all))]).is_empty());
            all.extend(keys(again..again + 1));
            assert_eq!(
                found(&RULE, &[(LOG, &line(&all))]).len(),
                1,
                "{count} {again}"
            );
        }
    }

    #[test]
    fn it_leaves_one_of_each_alone() {
        let log = "{\"step_id\": \"0001\", \"title\": \"a\", \"Title\": \"b\", \"evidence\": {\"title\": [{\"a\": 1}, {\"a\": 1}]}}\nnot {\"a\":1,\"a\":1}\n";
        assert!(found(&RULE, &[(LOG, log)]).is_empty());
    }
}
