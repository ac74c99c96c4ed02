//! Steps below a line that only looks like a heading: `**Step 0002 — Racks**` or `**Step 0002** — Racks`
//! as a paragraph, or `<h3>Step 0002 — Racks</h3>`.
//!
//! To Markdown their bullets are those of the section above. They are no step's here: what is
//! written into the step above must not land in them.

use super::section::{is_labelled, is_sure, labelled_field, may_be, read_heading};
use crate::document::markdown::{ListItem, Lookalike, MarkdownDocument};

/// The lines that are meant as headings of steps, with bullets of a step behind them.
pub(crate) fn lines(document: &MarkdownDocument) -> Vec<Lookalike> {
    let found = document.lookalikes(may_be);
    let named = |found: Lookalike| Some((read_heading(&found.text)?.0, found));
    let mut found: Vec<_> = found.into_iter().filter_map(named).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let mut fields = vec![Vec::new(); found.len()];
    for (index, item) in document.items().iter().enumerate() {
        let above = found.partition_point(|(_, line)| line.span.start < item.span.start);
        let Some(at) = above.checked_sub(1) else {
            continue;
        };
        let (id, line) = &found[at];
        // The bold name of the step below its own heading parts nothing.
        let heading = item.heading.map(|heading| &document.headings()[heading]);
        let is_own = heading.is_some_and(|heading| {
            let own = read_heading(&heading.text);
            heading.span.start > line.span.start || own.is_some_and(|(own, _)| own == *id)
        });
        if item.parent.is_none() && !is_own {
            fields[at].extend(labelled_field(document, index));
        }
    }
    let mut fields = fields.into_iter();
    found.retain(|(id, _)| {
        let fields = fields.next().unwrap_or_default();
        !fields.is_empty() && (is_sure(*id) || is_labelled(fields.into_iter()))
    });
    found.into_iter().map(|(_, line)| line).collect()
}

/// Whether one of `lines` parts an item from its heading.
pub(super) fn is_apart(document: &MarkdownDocument, lines: &[Lookalike], item: &ListItem) -> bool {
    let above = lines.partition_point(|line| line.span.start < item.span.start);
    let start = item
        .heading
        .map_or(0, |heading| document.headings()[heading].span.start);
    above > 0 && lines[above - 1].span.start >= start
}
