//! Steps below a line that only looks like a heading: `**Step 0002 — Racks**` or `**Step 0002** — Racks`
//! as a paragraph, or `<h3>Step 0002 — Racks</h3>`.
//!
//! To Markdown their bullets are those of the section above. They are no step's here: what is
//! written into the step above must not land in them.
//!
//! And headings that mean a step by what is below them, however they word it; those in quotes and list
//! items, which open no section; and bullets that are none, such as `•`.

use super::checklist::Checklist;
use super::section::{
    Section, is_labelled, is_sure, labelled_field, may_be, named_field, read_heading,
};
use crate::document::markdown::{ListItem, Lookalike, MarkdownDocument, NestedHeading, phrase};
use crate::document::splice::Span;
use crate::plan::id::{StepId, USUAL_DIGITS, ids_in};

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

/// The headings with bullets of a step below them that mean one step: those that are read as such,
/// and others.
pub(crate) fn headings(document: &MarkdownDocument) -> impl Iterator<Item = usize> {
    let named = |line: &[u8]| {
        let mut runs = line.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
        may_be(line)
            || runs.any(|run| run[0].is_ascii_digit() && run.len() >= usize::from(USUAL_DIGITS))
    };
    let labels = match document.heading_lines().any(named) {
        true => step_labels(document),
        false => Vec::new(),
    };
    let labels = labels.into_iter().enumerate();
    let means_one =
        |heading: usize, labels| names_a_step(&document.headings()[heading].text, labels);
    labels.filter_map(move |(heading, labels)| means_one(heading, labels).then_some(heading))
}

/// Of each heading, how many of the labels of a step are below it.
fn step_labels(document: &MarkdownDocument) -> Vec<usize> {
    let mut counts = vec![0; document.headings().len()];
    for (index, item) in document.items().iter().enumerate() {
        let (Some(heading), None) = (item.heading, item.parent) else {
            continue;
        };
        counts[heading] += usize::from(labelled_field(document, index).is_some());
    }
    counts
}

/// Whether a heading means one step. A bare number takes two labels, and must be no year.
fn names_a_step(heading: &str, labels: usize) -> bool {
    let words = heading.to_lowercase();
    let mut words = words.split(|c: char| !c.is_alphanumeric());
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let after_word = words.any(|word| word == "step") && words.next().is_some_and(is_number);
    let is_year = |id: &StepId| (1900..2100).contains(&id.number());
    match labels {
        0 => false,
        1 => after_word,
        _ => after_word || matches!(&*ids_in(heading), [id] if !is_year(id)),
    }
}

/// The headings of steps in quotes and list items, with bullets of a step below them.
pub(crate) fn nested(document: &MarkdownDocument) -> Vec<(StepId, NestedHeading)> {
    let may_hold = |line: &[u8]| {
        let first = line.trim_ascii_start().first();
        first.is_some_and(|b| b">-*+".contains(b) || b.is_ascii_digit() || *b == b'#')
    };
    let mut lines = document.bytes().split(|byte| matches!(byte, b'\n' | b'\r'));
    if !lines.any(|line| may_hold(line) && may_be(line)) {
        return Vec::new();
    }
    let named = |heading: NestedHeading| Some((read_heading(&heading.text)?.0, heading));
    let found = document.nested_headings().into_iter().filter_map(named);
    let is_meant = |(id, heading): &(StepId, NestedHeading)| {
        let items = document.items();
        let from = items.partition_point(|item| item.span.start < heading.span.start);
        let below = (from..items.len()).take_while(|at| items[*at].span.start < heading.end);
        let own = below.filter(|at| is_below(document, heading, *at));
        let fields: Vec<_> = own.filter_map(|at| labelled_field(document, at)).collect();
        !fields.is_empty() && (is_sure(*id) || is_labelled(fields.into_iter()))
    };
    found.filter(is_meant).collect()
}

/// Whether an item is in the quote or the item that a heading before it is in.
fn is_below(document: &MarkdownDocument, heading: &NestedHeading, item: usize) -> bool {
    let items = document.items();
    if let Some(around) = heading.item {
        let parent = |at: &usize| items[*at].parent;
        return std::iter::successors(items[item].parent, parent).any(|at| at == around);
    }
    let between = document.source(Span::new(heading.span.end, items[item].span.start));
    // Behind the end of the heading's own line, and before the item.
    let mut lines = between.lines().skip(1);
    items[item].quoted && lines.all(|line| line.trim_start().starts_with('>'))
}

/// What people begin a list item with that is none to Markdown.
const BULLETS: [&str; 9] = ["•", "◦", "‣", "▪", "●", "·", "∙", "–", "—"];
/// The same of a check.
const BOXES: [&str; 3] = ["☐", "☑", "☒"];
const CHECKS: [&str; 10] = ["•", "◦", "‣", "▪", "●", "·", "∙", "☐", "☑", "☒"];

/// The lines that begin with such a sign and say something of a step: of each section the first.
pub(crate) fn bullets<'a>(
    document: &MarkdownDocument,
    sections: &'a [Section],
) -> Vec<(&'a Section, &'static str, Span)> {
    let lines = document.lines_after_sign(&BULLETS);
    let says_field = |(sign, span): &(&str, Span)| {
        let words = phrase(&document.source(*span)[sign.len()..]).words;
        let label = words.split_once(':').map(|(label, _)| label.trim());
        label.is_some_and(|label| named_field(label).is_some())
    };
    let lines: Vec<_> = lines.into_iter().filter(says_field).collect();
    let first = |section: &'a Section| {
        let own = document.own_section(section.heading);
        let from = lines.partition_point(|(_, span)| span.start < own.start);
        let (sign, span) = lines
            .get(from)
            .filter(|(_, span)| own.contains(span.start))?;
        Some((
            section,
            *sign,
            Span::new(span.start, span.start + sign.len()),
        ))
    };
    sections.iter().filter_map(first).collect()
}

/// The lines that begin with such a sign where checks are expected: of each list the first.
pub(crate) fn checks(
    document: &MarkdownDocument,
    lists: &[Checklist],
) -> Vec<(&'static str, Span)> {
    let lines = document.lines_after_sign(&CHECKS);
    let first = |list: &Checklist| {
        let own = document.own_section(list.at);
        let from = lines.partition_point(|(_, span)| span.start < own.start);
        let mut own = lines[from..]
            .iter()
            .take_while(|(_, span)| span.start < own.end);
        let (sign, span) = own.find(|(sign, span)| {
            let source = document.source(*span);
            let has_box = ["[ ]", "[x]", "[X]"].iter().any(|mark| {
                let words = source[sign.len()..].trim_start();
                words.starts_with(mark)
            });
            list.is_direct || has_box || BOXES.contains(sign)
        })?;
        Some((*sign, Span::new(span.start, span.start + sign.len())))
    };
    lists.iter().filter_map(first).collect()
}

/// Whether one of `lines` parts an item from its heading.
pub(super) fn is_apart(document: &MarkdownDocument, lines: &[Lookalike], item: &ListItem) -> bool {
    let above = lines.partition_point(|line| line.span.start < item.span.start);
    let start = item
        .heading
        .map_or(0, |heading| document.headings()[heading].span.start);
    above > 0 && lines[above - 1].span.start >= start
}
