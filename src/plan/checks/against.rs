//! Which problems of a plan another version of it does not have.
//!
//! A problem is the same if rule, step and words agree, line numbers aside: what stands above it may
//! have grown, and a file may have been renamed. Of several alike as many are old as there were.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Findings, Problem};
use crate::plan::Plan;
use crate::plan::id::StepId;

type Sameness = (&'static str, Option<StepId>, String);

fn sameness(problem: &Problem) -> Sameness {
    let words = without_lines(&problem.message);
    (problem.code, problem.step, words)
}

/// What was found in `plan` and not in `before`, with how many were.
pub(crate) fn only_new(
    found: Findings,
    plan: &Plan,
    before: &Findings,
    plan_before: &Plan,
) -> (Findings, usize) {
    // Those of one file are matched first, so that of two alike the moved one is the old one.
    let mut old: HashMap<Sameness, Vec<PathBuf>> = HashMap::new();
    for problem in before.problems(0..before.len(), plan_before) {
        old.entry(sameness(&problem))
            .or_default()
            .push(problem.place.path);
    }
    let mut is_new = vec![true; found.len()];
    for in_its_file in [true, false] {
        for (at, problem) in found.problems(0..found.len(), plan).enumerate() {
            if !is_new[at] {
                continue;
            }
            let Some(paths) = old.get_mut(&sameness(&problem)) else {
                continue;
            };
            let same = paths
                .iter()
                .position(|path| !in_its_file || *path == problem.place.path);
            if let Some(same) = same {
                paths.swap_remove(same);
                is_new[at] = false;
            }
        }
    }
    let count = is_new.iter().filter(|is_new| !**is_new).count();
    (found.only(|at| is_new[at]), count)
}

/// Words without the numbers of lines: `lines 3 to 7`, `docs/plan.md:12`.
fn without_lines(message: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut is_counting = false;
    for word in message.split(' ') {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        if is_counting && is_number {
            continue;
        }
        is_counting =
            matches!(bare, "line" | "lines") || is_counting && matches!(bare, "to" | "and" | "or");
        let place = word.find(':').filter(|at| {
            let behind = &word[at + 1..];
            word[..*at].contains('.') && behind.starts_with(|c: char| c.is_ascii_digit())
        });
        out.push(place.map_or(word, |at| &word[..at]));
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::without_lines;

    #[test]
    fn words_say_the_same_wherever_they_are_about() {
        for (a, b) in [
            (
                "lines 3 to 7 are two versions",
                "lines 13 to 17 are two versions",
            ),
            (
                "see docs/plan.md:12, line 4",
                "see docs/plan.md:13:7, line 99",
            ),
            ("lines 1, 2 and 3 are alike", "lines 4, 5 and 16 are alike"),
        ] {
            assert_eq!(without_lines(a), without_lines(b));
        }
        for (a, b) in [
            ("0042 waits for 0041", "0042 waits for 0040"),
            ("https://a.b:80/c is gone", "https://a.b:81/c is gone"),
            ("12 steps", "13 steps"),
        ] {
            assert_ne!(without_lines(a), without_lines(b), "{a}");
        }
    }
}
