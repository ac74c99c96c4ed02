//! The order of the steps in a log, changed by moving whole lines.
//!
//! The edit names the steps that change places, in the old order and the new one, so it can
//! be inverted and still holds when other lines came or went. The lines that those steps
//! stand on are filled anew; a line's end and a byte order mark stay where they are, and so
//! does every other line.

use std::path::Path;

use super::conflict::Obstacle;
use super::places::step_lines;
use super::{Edit, Target};
use crate::document::log::LogDocument;
use crate::plan::id::StepId;

/// A step by its ID, and which of several lines with that ID.
type Name = (StepId, u32);

/// The edit that puts the steps into the order of their IDs, or nothing if they are.
pub(super) fn sorting(log: &LogDocument, path: &Path) -> Option<Edit> {
    let lines = step_lines(log);
    let mut now: Vec<Name> = lines.keys().copied().collect();
    let mut sorted = now.clone();
    now.sort_unstable_by_key(|name| lines[name]);
    sorted.sort_unstable();
    let pairs = now.into_iter().zip(sorted);
    let (before, after): (Vec<Name>, Vec<Name>) = pairs.filter(|(a, b)| a != b).unzip();
    if before.is_empty() {
        return None;
    }
    Some(Edit {
        path: path.to_owned(),
        target: Target::LogOrder,
        before: Some(written(&before)),
        after: Some(written(&after)),
    })
}

/// Moves the lines of the steps that the edit names from the old order into the new one.
///
/// # Errors
/// When a step is gone, or they stand in neither of the two orders.
pub(super) fn apply(edit: &Edit, log: &mut LogDocument) -> Result<(), Obstacle> {
    let before = read(edit.before.as_deref()).ok_or(Obstacle::Gone)?;
    let after = read(edit.after.as_deref()).ok_or(Obstacle::Gone)?;
    let lines = step_lines(log);
    let places = |names: &[Name]| -> Result<Vec<usize>, Obstacle> {
        let place = |name| lines.get(name).copied().ok_or(Obstacle::Gone);
        names.iter().map(place).collect()
    };
    let (slots, filled_from) = (places(&before)?, places(&after)?);
    if ascending(&filled_from) {
        return Ok(());
    }
    let mut wanted = filled_from.clone();
    wanted.sort_unstable();
    if !ascending(&slots) || wanted != slots {
        let mut found: Vec<Name> = before;
        found.sort_by_key(|name| lines.get(name));
        let found = Some(written(&found));
        return Err(Obstacle::Differs { found });
    }
    let contents: Vec<Vec<u8>> = filled_from
        .iter()
        .map(|line| log.line(*line))
        .map(|line| line.bytes()[line.body().range()].to_vec())
        .collect();
    for (slot, content) in slots.into_iter().zip(contents) {
        log.replace_line(slot, &content);
    }
    Ok(())
}

fn ascending(lines: &[usize]) -> bool {
    lines.windows(2).all(|pair| pair[0] < pair[1])
}

/// One step a line, as `0042`, or `0042 1` for the second of that ID.
fn written(names: &[Name]) -> Vec<u8> {
    let line = |(id, nth): &Name| match nth {
        0 => format!("{id}\n"),
        nth => format!("{id} {nth}\n"),
    };
    names.iter().map(line).collect::<String>().into_bytes()
}

fn read(text: Option<&[u8]>) -> Option<Vec<Name>> {
    let name = |line: &str| match line.split_once(' ') {
        Some((id, nth)) => Some((id.parse().ok()?, nth.parse().ok()?)),
        None => Some((line.parse().ok()?, 0)),
    };
    std::str::from_utf8(text?).ok()?.lines().map(name).collect()
}
