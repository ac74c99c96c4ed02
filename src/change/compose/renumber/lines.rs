//! The lines of renumbered steps, and the edits that put them where they belong.

use std::collections::{BTreeMap, HashMap};

use crate::change::{Edit, Target};
use crate::document::log::{LineLayout, LogDocument};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::{self, Splice};
use crate::plan::id::StepId;
use crate::plan::source::SourceFile;

/// The edits for the lines of renumbered steps: in place where the order allows it or there is
/// none, else out of their place and into the new one.
pub(super) fn placed(
    file: &SourceFile,
    log: &LogDocument,
    lines: Vec<(usize, String, String, StepId)>,
) -> Vec<Edit> {
    if lines.is_empty() {
        return Vec::new();
    }
    let id_of = |line: usize| StepId::of_raw(log.line(line).get("step_id")?);
    let new: HashMap<usize, StepId> = lines.iter().map(|(at, .., new)| (*at, *new)).collect();
    let all: Vec<(usize, StepId)> = (0..log.line_count())
        .filter_map(|at| Some((at, id_of(at)?)))
        .collect();
    let was_sorted = all.is_sorted_by_key(|(_, id)| *id);
    let now = |(at, id): &(usize, StepId)| new.get(at).copied().unwrap_or(*id);
    let is_sorted = all.iter().map(now).is_sorted();
    let edit = |target, before, after: Option<Vec<u8>>| Edit {
        path: file.path.clone(),
        target,
        before,
        after,
    };
    if is_sorted || !was_sorted {
        let in_place = lines.into_iter().map(|(line, before, after, _)| {
            let spaced = false;
            edit(
                Target::LogText { line, spaced },
                Some(before.into_bytes()),
                Some(after.into_bytes()),
            )
        });
        return in_place.collect();
    }
    // From the last to the first, so that undo finds each line's number as it was.
    let mut edits: Vec<Edit> = (lines.iter().rev())
        .map(|(line, before, ..)| {
            let (line, spaced) = (*line, log.has_own_blank(*line));
            let before = before.clone().into_bytes();
            edit(Target::LogText { line, spaced }, Some(before), None)
        })
        .collect();
    let spaced = log.layout() == Some(LineLayout::Spaced);
    edits.extend(lines.into_iter().map(|(.., after, step)| {
        let target = Target::LogStep {
            step,
            nth: 0,
            spaced,
        };
        edit(target, None, Some(after.into_bytes()))
    }));
    edits
}

/// One edit for each line of a Markdown file that the splices change.
pub(super) fn by_line(
    file: &SourceFile,
    document: &MarkdownDocument,
    splices: Vec<Splice>,
) -> Vec<Edit> {
    let mut lines: BTreeMap<usize, Vec<Splice>> = BTreeMap::new();
    for splice in splices {
        let number = document.line_of(splice.span.start);
        lines.entry(number).or_default().push(splice);
    }
    let edit = |(number, splices): (usize, Vec<Splice>)| {
        let span = document.line(number)?;
        let before = document.bytes()[span.range()].to_vec();
        let own: Vec<Splice> = (splices.into_iter())
            .map(|mut splice| {
                splice.span = splice.span.counted_from(span.start);
                splice
            })
            .collect();
        let after = splice::apply(&before, &own).ok()?;
        Some(Edit {
            path: file.path.clone(),
            target: Target::TextLine { line: number - 1 },
            before: Some(before),
            after: Some(after),
        })
    };
    lines.into_iter().filter_map(edit).collect()
}
