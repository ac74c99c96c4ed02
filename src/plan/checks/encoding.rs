//! A file of the plan that is not UTF-8.
//!
//! A log or a canon document in UTF-16 cannot be read at all; one in Latin-1 or Windows-1252 cannot
//! be read where it has accented letters. Nothing is ever written to such a file. Convert it once;
//! git and other tools prefer UTF-8 too. A few stray bytes in a UTF-8 file do not make another
//! encoding: their lines are reported one by one.
//!
//! ## Caught
//!
//! ```jsonl latin1
//! {"step_id": "0001", "title": "Größe messen"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Größe messen"}
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::LogPlace;

/// The rule.
pub const RULE: Rule = Rule {
    code: "encoding",
    severity: Severity::Error,
    title: "a file is not UTF-8",
    help: Help::anywhere("convert the file to UTF-8"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (index, file) in plan.files().iter().enumerate() {
        let Some(encoding) = file.encoding() else {
            continue;
        };
        let path = file.path.display();
        let message = format!("{path} is {encoding}, not UTF-8: nothing is written to it");
        let place = LogPlace {
            file: index,
            line: 0,
        };
        let help = format!("convert it: {}", file.conversion(encoding));
        let problem = RULE.problem(plan, Spot::line(place), message);
        problems.push(problem.with_help(help.clone(), help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, in_context};
    use super::RULE;
    use crate::plan::Plan;
    use crate::plan::checks::{Problem, check};
    use crate::plan::source::{Role, SourceFile};

    fn problems(bytes: Vec<u8>) -> Vec<Problem> {
        let plan = Plan::read(vec![SourceFile::load(LOG, Role::Log, bytes)]);
        let mut problems = in_context(&[], |context| check(&plan, context));
        problems.retain(|problem| problem.severity == RULE.severity && problem.step.is_none());
        problems
    }

    #[test]
    fn it_catches_a_whole_file_and_no_line_of_it_besides() {
        let text = "{\"step_id\": \"0001\"}\n{\"step_id\": \"0002\", \"title\": \"Größe\"}\n";
        let utf16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for (bytes, name, iconv) in [
            (utf16, "UTF-16", "UTF-16"),
            (latin1, "Latin-1", "WINDOWS-1252"),
        ] {
            let found = problems(bytes);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].code, RULE.code);
            assert!(found[0].message.contains(&format!("is {name}, not UTF-8")));
            assert!(
                found[0]
                    .help
                    .contains(&format!("iconv -f {iconv} -t UTF-8 '{LOG}'"))
            );
        }
    }

    #[test]
    fn it_leaves_stray_bytes_to_their_lines() {
        for bytes in [
            &b"{\"step_id\": \"0001\", \"title\": \"\xff\"}\n"[..],
            b"{\"title\": \"Gr\xf6\xdfe\"}\n{\"title\": \"Gr\xc3\xb6\xc3\x9fe\"}\n",
            b"{\"step_id\": \"0001\"}\ntorn \xe9\n",
        ] {
            let found = problems(bytes.to_vec());
            assert!(found.iter().all(|p| p.code != RULE.code), "{found:?}");
            assert!(
                found.iter().any(|p| p.code == "unreadable-line"),
                "{found:?}"
            );
        }
    }
}
