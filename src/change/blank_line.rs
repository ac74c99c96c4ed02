//! A log line that comes and goes with a blank line, as in a spaced log.
//!
//! Its edit says so by a newline before the content, which no line has itself. So an undo restores
//! the bytes whatever the log looks like by then.

use std::borrow::Cow;

use super::{Change, Edit, Target};
use crate::document::log::LineLayout;
use crate::plan::Plan;

/// The content of a line for an edit, with a blank line or without.
pub(super) fn with(content: impl Into<Vec<u8>>, is_spaced: bool) -> Vec<u8> {
    let content = content.into();
    match is_spaced {
        true => [b"\n", &content[..]].concat(),
        false => content,
    }
}

/// The edit of the line alone, and whether a blank line goes with it.
pub(super) fn taken_out(edit: &Edit) -> (Cow<'_, Edit>, bool) {
    let sides = [&edit.before, &edit.after];
    let is_marked = |side: &&Option<Vec<u8>>| side.as_ref().is_some_and(|l| l.starts_with(b"\n"));
    if !sides.iter().any(is_marked) {
        return (Cow::Borrowed(edit), false);
    }
    let alone = |side: &Option<Vec<u8>>| {
        let line = side.as_deref()?;
        Some(line.strip_prefix(b"\n").unwrap_or(line).to_vec())
    };
    let edit = Edit {
        before: alone(&edit.before),
        after: alone(&edit.after),
        ..edit.clone()
    };
    (Cow::Owned(edit), true)
}

/// The change with its lines alone.
pub(super) fn none(change: &Change) -> Change {
    let edits = change.edits.iter();
    Change {
        label: change.label.clone(),
        edits: edits.map(|edit| taken_out(edit).0.into_owned()).collect(),
    }
}

impl Change {
    /// The same where logs that have no layout of their own yet are to have this one.
    pub(crate) fn laid_out(mut self, plan: &Plan, layout: LineLayout) -> Self {
        let has_none = |edit: &Edit| {
            let file = plan.files().iter().find(|file| file.path == edit.path);
            let log = file.and_then(|file| file.log());
            log.is_some_and(|log| log.layout().is_none())
        };
        for edit in &mut self.edits {
            let is_new = matches!(edit.target, Target::LogStep { .. }) && edit.before.is_none();
            if layout == LineLayout::Spaced && is_new && has_none(edit) {
                let line = edit.after.take();
                edit.after = line.map(|line| with(line, true));
            }
        }
        self
    }
}
