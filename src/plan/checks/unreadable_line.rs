//! A line of the log that is not one JSON object.
//!
//! Nobody sees what the line was meant to say: the step is missing from lists, its dependents wait
//! for nothing, and a dashboard may stop at it. The bytes are kept as they are. Fix the line in
//! place. Where the whole file is one JSON array, `jq -c '.[]'` writes its objects one a line.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review",}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"schema": "stepdeck/log@1"}
//!
//! {"step_id": "0001", "title": "Hold the review"}
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, logs};
use crate::document::encoding::Encoding;
use crate::document::log::LineProblem;
use crate::document::pointer::LfsPointer;
use crate::document::splice::Span;
use crate::plan::LogPlace;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unreadable-line",
    severity: Severity::Error,
    title: "a line of the log is not a JSON object",
    help: Help {
        keys: "{problem-go} opens the line as text; it is kept byte for byte until then",
        commands: "fix the line in an editor; it is kept byte for byte until then",
    },
    passes: &[Pass::Plan(run)],
};

/// What helps where lines end as they did on old Macs.
const CONVERT: &str =
    "a carriage return alone does not end a line: convert it to a newline where it is meant to";

/// What helps where all steps are in one array.
const UNPACK: &str = "`jq -c '.[]' FILE` writes the objects one a line: put that in its place";

/// Lines of a pointer at most.
const POINTER: usize = 8;

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (file, log) in logs(plan) {
        // Of a file in another encoding that is said once.
        let encoding = log.encoding();
        if encoding.is_some_and(|encoding| encoding != Encoding::Latin1) {
            continue;
        }
        if log.line_count() <= POINTER && LfsPointer::read(&log.rope().contiguous()).is_some() {
            let spot = Spot::in_line(LogPlace { file, line: 0 }, log.line(0), log.line(0).body());
            let message = "this is a pointer of Git LFS, not the log: `git lfs pull` gets that";
            problems.push(RULE.problem(plan, spot, message.to_owned()));
            continue;
        }
        if log.is_one_array() {
            let line = (log.lines().position(|line| !line.body().is_empty())).unwrap_or_default();
            let content = log.line(line);
            let spot = Spot::in_line(LogPlace { file, line }, content, content.body());
            let message = "this file is one JSON array, not one object a line".to_owned();
            problems.push(RULE.problem(plan, spot, message).with_help(UNPACK, UNPACK));
            continue;
        }
        for (line, content) in log.lines().enumerate() {
            let (offset, message) = match content.problem() {
                Some(LineProblem::NotUtf8 { .. }) if encoding.is_some() => continue,
                Some(LineProblem::NotUtf8 { offset }) => {
                    (*offset, "this line has bytes that are not UTF-8".to_owned())
                }
                Some(LineProblem::NotJson { offset, reason }) => {
                    (*offset, format!("this line is not a JSON object: {reason}"))
                }
                Some(LineProblem::ConflictMarker) | None => continue,
            };
            let rest = String::from_utf8_lossy(&content.bytes()[offset..]);
            let width = rest.chars().next().map_or(1, |c| match c {
                char::REPLACEMENT_CHARACTER => 1,
                c => c.len_utf8(),
            });
            let span = Span::new(offset, offset + width);
            let spot = Spot::in_line(LogPlace { file, line }, content, span);
            let problem = RULE.problem(plan, spot, message);
            problems.push(
                match memchr::memchr(b'\r', &content.bytes()[content.body().range()]) {
                    Some(_) => problem.with_help(CONVERT, CONVERT),
                    None => problem,
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::super::example::{LOG, found, in_context, plan, step};
    use super::RULE;

    #[test]
    fn it_catches_a_line_that_breaks_off() {
        let log = format!("{}{{\"step_id\": \"0002\", }}\n[1]\n", step("0001", &[]));
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:2:21 [}] this line is not a JSON object: trailing comma",
                "data/plans/plan.jsonl:3 [[] this line is not a JSON object: invalid type: \
                 sequence, expected a JSON object",
            ]
        );
    }

    #[test]
    fn it_catches_lines_that_end_with_a_carriage_return_alone() {
        let log = step("0001", &[]).replace('\n', "\r").repeat(2);
        let plan = plan(&[(LOG, &log)]);
        let found = in_context(&[], |context| check(&plan, context));
        assert_eq!(found[0].code, RULE.code);
        assert!(found[0].help.contains("carriage return"), "{:?}", found[0]);
    }

    #[test]
    fn it_leaves_blank_lines_and_the_header_alone() {
        let log = format!("\u{feff}{{\"schema\": 1}}\r\n\r\n{}\n", step("0001", &[]));
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
