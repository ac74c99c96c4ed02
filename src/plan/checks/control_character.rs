//! A control character in a value.
//!
//! A NUL makes git take the whole file for binary, so that nobody can review its diff. An
//! escape acts on the terminal of whoever prints the file. `U+202E` reverses how the text after it
//! is displayed, and `U+2028` is a line break to some programs only. They arrive with text pasted
//! from a terminal or a web page. The cockpit's fields leave them out; delete those that are
//! already there. Tabs and line breaks are left alone.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold \u001b[1mthe\u0007 review"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review", "notes": "One:\ttab\nTwo: \\u001b"}
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, canon, in_lines};
use crate::document::control;
use crate::document::log::LineRef;
use crate::document::splice::Span;
use crate::plan::LogPlace;

/// The rule.
pub const RULE: Rule = Rule {
    code: "control-character",
    severity: Severity::Warning,
    title: "a value has a control character",
    help: Help::anywhere("delete the character in an editor, or set the value again without it"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    problems.extend(in_lines(plan, |place, content, problems| {
        problems.extend(in_line(plan, place, content));
    }));
    for (file, document) in canon(plan) {
        let mut found = control::found_in(document.bytes()).peekable();
        // One problem a line.
        while let Some((at, c)) = found.next() {
            let line = document.line(document.line_of(at));
            let end = line.map_or(at, |line| line.end);
            let mut here = vec![c];
            while let Some((_, c)) = found.next_if(|(next, _)| *next < end) {
                here.push(c);
            }
            let spot = Spot::in_markdown(plan, file, Span::new(at, at + c.len_utf8()));
            problems.extend(problem(plan, spot, here));
        }
    }
}

/// The problem of a line, if it has one. What cannot be read is a problem of its own, and said
/// there.
fn in_line(plan: &Plan, place: LogPlace, content: LineRef<'_>) -> Option<Problem> {
    if content.problem().is_some() {
        return None;
    }
    let body = content.body().range();
    let (from, bytes) = (body.start, &content.bytes()[body]);
    let raw = control::found_in(bytes).map(|(at, c)| (at, at + c.len_utf8(), c));
    let escape = |at: usize| if bytes[at + 1] == b'u' { 6 } else { 2 };
    let escaped = control::escaped_in(bytes).map(|(at, c)| (at, at + escape(at), c));
    let mut found: Vec<(usize, usize, char)> = raw.chain(escaped).collect();
    found.sort_unstable();
    let (start, end, _) = found.first()?;
    let span = Span::new(from + start, from + end);
    let spot = Spot::in_line(place, content, span);
    problem(plan, spot, found.iter().map(|(.., c)| *c))
}

fn problem(plan: &Plan, spot: Spot, found: impl IntoIterator<Item = char>) -> Option<Problem> {
    let names = control::listed(found)?;
    Some(RULE.problem(
        plan,
        spot,
        format!("this line has control characters: {names}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_them_raw_and_escaped_in_log_and_canon() {
        let log = [
            step("0001", &[("title", "\"a\\u0000b\\u202e\"")]),
            step("0002", &[("title", "\"a\u{202e}b\u{2028}\u{202e}\"")]),
        ]
        .concat();
        let canon = "# Plan\n\nfine\n\n#### Step 0003 — a\u{1b}[1mb\0\n\n- **Owner:** o\u{7}\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:48 [\\u0000] this line has control characters: NUL, \
                 U+202E",
                "data/plans/plan.jsonl:2:48 [\u{202e}] this line has control characters: U+202E, \
                 U+2028",
                "docs/plan.md:5:19 [\u{1b}] this line has control characters: ESC, NUL",
                "docs/plan.md:7:15 [\u{7}] this line has control characters: BEL",
            ]
        );
    }

    #[test]
    fn it_leaves_tabs_line_breaks_and_marks_of_scripts_alone() {
        let notes = (
            "notes",
            "\"a\\tb\\n\\r\\nnaïve \u{200f}\u{200d} \\\\u001b\"",
        );
        let canon = "# Plan\r\n\r\n#### Step 0003 — a\tb \u{200d}\r\n";
        assert!(found(&RULE, &[(LOG, &step("0001", &[notes])), (CANON, canon)]).is_empty());
    }
}
