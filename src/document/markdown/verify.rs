//! Trying an edit on a copy before anything is changed.
//!
//! An edit that Markdown's rules would turn into something else (a tick that makes a
//! heading a paragraph, a value that opens a fence) is refused instead of written. Only the
//! sections around the edit are read again: a heading outside of any container begins with
//! nothing open, so if the heading behind the edit is still one, what follows it reads as
//! before. Link definitions are the one thing that acts at a distance: known labels are
//! taken into account, and where an edit touches sections with definitions in them, the
//! whole file is read.

use std::borrow::Cow;

use super::MarkdownDocument;
use super::blocks::{Heading, Label, ListItem};
use super::compare::{Allowed, first_difference};
use super::refusal::{Refusal, Target};
use crate::document::splice::{self, Span, Splice};

/// The part of a file an edit bears on, and what is before it.
#[derive(Clone, Copy, Debug)]
struct Window {
    span: Span,
    headings: usize,
    tables: usize,
    items: usize,
}

/// The edited part of a file, as it would read after the edit.
pub(super) struct Trial {
    part: MarkdownDocument,
    window: Window,
}

impl Trial {
    /// The heading with this index in the file.
    pub fn heading(&self, index: usize) -> Option<&Heading> {
        self.part
            .headings()
            .get(index.checked_sub(self.window.headings)?)
    }

    /// The item with this index in the file. Its places and relations are those of the part.
    pub fn item(&self, index: usize) -> Option<&ListItem> {
        self.part.items().get(index.checked_sub(self.window.items)?)
    }

    /// The label of the item with this index in the file.
    pub fn label(&self, index: usize) -> Option<Cow<'_, Label>> {
        self.part.label(index.checked_sub(self.window.items)?)
    }

    /// The words of a cell, if that is what the edit was aimed at.
    pub fn cell_text(&self, target: Target) -> Option<&str> {
        let Target::Cell(table, row, column) = target else {
            return None;
        };
        let tables = self.part.tables();
        let table = tables.get(table.checked_sub(self.window.tables)?)?;
        Some(&table.rows.get(row)?.cells.get(column)?.text)
    }

    /// How many of the blocks there are now begin behind the first byte of `inserted`.
    pub fn new_blocks(&self, inserted: Span) -> usize {
        let inserted = inserted.counted_from(self.window.span.start);
        let blocks = self.part.shared.outline.blocks.iter();
        let new = |start: usize| start > inserted.start && inserted.contains(start);
        blocks.filter(|(_, start)| new(*start)).count()
    }

    /// The parents of the items that begin in `inserted`, as indices in the file.
    pub fn new_parents(&self, inserted: Span) -> Vec<Option<usize>> {
        let inserted = inserted.counted_from(self.window.span.start);
        let items = self.part.items().iter();
        let new = items.filter(|i| inserted.contains(i.marker.start));
        new.map(|i| i.parent.map(|p| p + self.window.items))
            .collect()
    }
}

/// Tries `splices` on a copy of what is around them.
///
/// # Errors
/// When something else than `allowed` would change with them.
pub(super) fn try_out(
    old: &MarkdownDocument,
    splices: &[Splice],
    allowed: Allowed,
) -> Result<Trial, Refusal> {
    match try_in(old, splices, allowed, window(old, splices)) {
        Some(verdict) => verdict,
        None => try_whole(old, splices, allowed),
    }
}

/// The same on a copy of the whole file.
pub(super) fn try_whole(
    old: &MarkdownDocument,
    splices: &[Splice],
    allowed: Allowed,
) -> Result<Trial, Refusal> {
    let window = Window {
        span: Span::new(0, old.bytes().len()),
        headings: 0,
        tables: 0,
        items: 0,
    };
    let part = old.apply(splices)?;
    verdict(old, old, splices, allowed, Trial { part, window })
}

/// Tries `splices` in a part of the file; nothing if the part cannot be read by itself.
fn try_in(
    old: &MarkdownDocument,
    splices: &[Splice],
    allowed: Allowed,
    window: Option<Window>,
) -> Option<Result<Trial, Refusal>> {
    let window = window?;
    let from = window.span.start;
    let shifted: Vec<Splice> = splices
        .iter()
        .map(|s| Splice::replace(s.span.counted_from(from), s.text.as_slice()))
        .collect();
    let source = &old.bytes()[window.span.range()];
    let edited = splice::apply(source, &shifted).ok()?;
    let labels = &old.shared.outline.definitions;
    let before = MarkdownDocument::load_part(source, from == 0, labels);
    let part = MarkdownDocument::load_part(edited, from == 0, labels);
    let defines = |part: &MarkdownDocument| !part.shared.outline.definitions.is_empty();
    if defines(&before) || defines(&part) {
        return None;
    }
    let allowed = match allowed {
        Allowed::Target(Target::Heading(i)) => {
            Allowed::Target(Target::Heading(i.checked_sub(window.headings)?))
        }
        Allowed::Target(Target::Item(i)) => {
            Allowed::Target(Target::Item(i.checked_sub(window.items)?))
        }
        Allowed::Target(Target::Cell(table, row, column)) => {
            let table = table.checked_sub(window.tables)?;
            Allowed::Target(Target::Cell(table, row, column))
        }
        Allowed::Inserted(span) => Allowed::Inserted(span.counted_from(from)),
    };
    Some(verdict(
        old,
        &before,
        &shifted,
        allowed,
        Trial { part, window },
    ))
}

fn verdict(
    file: &MarkdownDocument,
    before: &MarkdownDocument,
    splices: &[Splice],
    allowed: Allowed,
    trial: Trial,
) -> Result<Trial, Refusal> {
    let from = trial.window.span.start;
    match first_difference(before, &trial.part, splices, allowed) {
        None => Ok(trial),
        Some((what, at)) => Err(Refusal::Disturbs {
            line: file.line_of(from + splices.first().map_or(0, |s| s.span.start)),
            what,
            at: file.line_of(from + at),
        }),
    }
}

/// From the heading before the one above the splices to the heading below them.
fn window(old: &MarkdownDocument, splices: &[Splice]) -> Option<Window> {
    let first = splices.iter().map(|s| s.span.start).min()?;
    let last = splices.iter().map(|s| s.span.end).max()?;
    let headings = old.headings();
    let above = headings.partition_point(|h| h.span.start <= first);
    let start = match above.checked_sub(2) {
        Some(index) => old.line_start(headings[index].span.start),
        None => 0,
    };
    let below = headings.partition_point(|h| old.line_start(h.span.start) <= last);
    let end = match headings.get(below) {
        Some(heading) => old.line_end(heading.span.end),
        None => old.bytes().len(),
    };
    Some(Window {
        span: Span::new(start, end),
        headings: above.saturating_sub(2),
        tables: old.tables().partition_point(|t| t.span.start < start),
        items: old.items().partition_point(|i| i.marker.start < start),
    })
}
