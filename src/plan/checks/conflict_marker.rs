//! The markers of a git merge that nobody finished.
//!
//! Between the markers, two versions of the same lines follow each other, so steps appear twice and
//! a check may be both ticked and not. Keep one version, or both, and delete the markers. In
//! Markdown only a complete conflict counts, and never in a code fence, since a page may well
//! explain merging.
//!
//! ## Caught
//!
//! ```jsonl
//! <<<<<<< ours
//! {"step_id": "0001", "owner": "ops"}
//! =======
//! {"step_id": "0001", "owner": "grc"}
//! >>>>>>> theirs
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! Checklist
//! =======
//!
//! ## Base
//!
//! - Runbooks written
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot, logs};
use crate::document::log::{LineProblem, LogDocument};
use crate::document::splice::Span;
use crate::plan::LogPlace;
use crate::plan::source::SourceFile;

/// The rule.
pub const RULE: Rule = Rule {
    code: "conflict-marker",
    severity: Severity::Error,
    title: "a git merge was left unfinished",
    help: Help {
        keys: "{problem-go} shows both versions and keeps one; on a leftover marker it opens the line",
        commands: "`stepdeck resolve` shows both versions and keeps one",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (file, log) in logs(plan) {
        let conflicts = conflicts(markers(log));
        problems.extend(conflicts.into_iter().map(|conflict| {
            let line = conflict.first;
            RULE.problem(plan, Spot::line(LogPlace { file, line }), message(conflict))
        }));
    }
    let documents = plan.files().iter().enumerate();
    let documents = documents.filter_map(|(at, file)| Some((at, file.markdown()?)));
    for (file, document) in documents {
        for (conflict, place) in in_markdown(document.bytes()) {
            let spot = Spot::in_markdown(plan, file, place);
            problems.push(RULE.problem(plan, spot, message(conflict)));
        }
    }
}

/// The first line with a marker that a merge left in a file, counted from 1.
pub(crate) fn first_in(file: &SourceFile) -> Option<usize> {
    let line = match (file.log(), file.markdown()) {
        (Some(log), _) => first(log)?,
        (_, Some(document)) => in_markdown(document.bytes()).first()?.0.first,
        _ => return None,
    };
    Some(line + 1)
}

/// Whether a merge left two versions of something in a Markdown file.
pub(crate) fn is_conflict_in(file: &SourceFile) -> bool {
    let document = file.markdown();
    let found = document.map(|document| in_markdown(document.bytes()));
    (found.iter().flatten()).any(|(conflict, _)| conflict.whole)
}

/// What a merge left in Markdown, each with the place of its first line.
fn in_markdown(bytes: &[u8]) -> Vec<(Conflict, Span)> {
    let has = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    let marks = [&b"<<<<<<<"[..], b">>>>>>>", b"|||||||", b"======="];
    if !marks.into_iter().any(has) {
        return Vec::new();
    }
    let mut starts = Vec::new();
    let mut at = 0;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let content = lines.map(|line| {
        starts.push(Span::new(at, at + line.trim_ascii_end().len()));
        at += line.len();
        line.trim_ascii_end()
    });
    let marked = unfenced(content);
    let found = conflicts(marked.into_iter()).into_iter();
    let found = found.map(|conflict| {
        let place = starts[conflict.first];
        (conflict, place)
    });
    // A line of `=======` alone underlines a heading.
    let is_one = |(conflict, place): &(Conflict, Span)| {
        conflict.whole || bytes.get(place.start) != Some(&b'=')
    };
    found.filter(is_one).collect()
}

/// Lines from the first marker to the last, counted from 0.
struct Conflict {
    first: usize,
    last: usize,
    /// Whether it has all its markers.
    whole: bool,
}

fn message(conflict: Conflict) -> String {
    match conflict.whole {
        true => format!(
            "lines {} to {} are two versions that git could not merge",
            conflict.first + 1,
            conflict.last + 1
        ),
        false => "this marker is left over from a git merge".to_owned(),
    }
}

/// The first line of a log with a marker, counted from 0: no lines are to be moved then.
pub fn first(log: &LogDocument) -> Option<usize> {
    markers(log).next().map(|(line, _)| line)
}

fn markers(log: &LogDocument) -> impl Iterator<Item = (usize, u8)> {
    // Hardly ever is there a line to look at.
    let lines = (log.unreadable_lines() > 0).then(|| log.lines().enumerate());
    lines.into_iter().flatten().filter_map(|(line, content)| {
        if !matches!(content.problem(), Some(LineProblem::ConflictMarker)) {
            return None;
        }
        let first = content.bytes().get(content.body().start)?;
        Some((line, *first))
    })
}

/// The lines that look like markers, code fences left out.
fn unfenced<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<(usize, u8)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in lines.enumerate() {
        let indented = line.trim_ascii_start();
        if indented.starts_with(b"```") || indented.starts_with(b"~~~") {
            fenced = !fenced;
        }
        let marker = line == b"======="
            || [&b"<<<<<<< "[..], b"||||||| ", b">>>>>>> "]
                .iter()
                .any(|mark| line.starts_with(mark));
        if marker && !fenced {
            found.push((number, line[0]));
        }
    }
    found
}

/// Markers put together from `<` over `=` to `>`; what does not fit is alone.
fn conflicts(markers: impl Iterator<Item = (usize, u8)>) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = Vec::new();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let alone = |(line, _): (usize, u8)| Conflict {
        first: line,
        last: line,
        whole: false,
    };
    for marker in markers {
        match (marker.1, open.last().map(|(_, mark)| *mark)) {
            (b'<', _) => {
                conflicts.extend(open.drain(..).map(alone));
                open.push(marker);
            }
            (b'|', Some(b'<')) | (b'=', Some(b'<' | b'|')) => open.push(marker),
            (b'>', Some(b'=')) => {
                conflicts.push(Conflict {
                    first: open[0].0,
                    last: marker.0,
                    whole: true,
                });
                open.clear();
            }
            _ => conflicts.push(alone(marker)),
        }
    }
    conflicts.extend(open.into_iter().map(alone));
    conflicts
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_a_conflict_once_and_leftovers_one_by_one() {
        let (a, b) = (step("0001", &[]), step("0002", &[]));
        let log = format!("<<<<<<< ours\n{a}=======\n{b}>>>>>>> theirs\n>>>>>>> x\n");
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:1 lines 1 to 5 are two versions that git could not merge",
                "data/plans/plan.jsonl:6 this marker is left over from a git merge",
            ]
        );
        let canon = "# Plan\n\n<<<<<<< ours\n- a\n=======\n- b\n>>>>>>> theirs\n";
        assert_eq!(
            found(&RULE, &[(CANON, canon)]),
            [
                "docs/plan.md:3 [<<<<<<< ours] lines 3 to 7 are two versions that git could \
                 not merge"
            ]
        );
    }

    #[test]
    fn it_leaves_underlined_headings_and_code_alone() {
        let canon = "Merging\n=======\n\n```\n<<<<<<< ours\n=======\n>>>>>>> theirs\n```\n";
        assert!(found(&RULE, &[(CANON, canon)]).is_empty());
    }
}
