//! What papers say of steps, days and other papers: Markdown of one line each.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use crate::document::markdown::escaped;
use crate::document::visible::visible_line;
use crate::history::when::end_of;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::StepId;
use crate::plan::link;
use crate::plan::{Plan, StepRef};
use crate::record::one_line;

/// Text of the plan as Markdown of one line; nothing in it acts on a terminal.
pub(crate) fn plain(text: &str) -> String {
    escaped(&visible_line(&one_line(text)))
}

/// The same without the stop at its end, for more to be said of it.
pub(crate) fn clause(text: &str) -> String {
    plain(text.trim_end().trim_end_matches(['.', ';', ':', ',']))
}

/// So many things.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

/// A step with its number and title.
pub(crate) fn named(id: StepId, title: &str) -> String {
    format!("**{id}** {}", plain(title)).trim_end().to_owned()
}

/// A step with its owner.
pub(crate) fn step(step: StepRef<'_>) -> String {
    let owner = step.owner();
    let owner = match owner.trim() {
        "" => String::new(),
        owner => format!(" ({})", plain(owner)),
    };
    format!("{}{owner}", named(step.id(), &step.title()))
}

/// The block of a step with its theme, as people call it.
pub(crate) fn block(step: StepRef<'_>) -> String {
    block_named(step.plan(), step.block())
}

/// A block with its theme, given by its place.
pub(crate) fn block_named(plan: &Plan, at: usize) -> String {
    let theme = plan.block_text(at, BlockColumn::Theme).trim();
    format!("{} {}", plan.blocks()[at].id, plain(theme))
        .trim_end()
        .to_owned()
}

/// Items of a list, with a blank line between, so that two people who change neighbours do not
/// meet in git.
pub(crate) fn items(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("- {item}")).collect();
    items.join("\n\n")
}

/// A table with this header, and with its columns to the left or the right (`l r`); nothing where it
/// has no rows.
pub(crate) fn table(
    header: &str,
    columns: &str,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let row = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| in_cell(cell)).collect();
        format!("\n| {} |", cells.join(" | "))
    };
    let rows: String = rows.into_iter().map(row).collect();
    let columns: Vec<&str> = (columns.split(' '))
        .map(|column| if column == "r" { "---:" } else { "---" })
        .collect();
    match rows.is_empty() {
        true => rows,
        false => format!("{header}\n| {} |{rows}", columns.join(" | ")),
    }
}

/// Markdown of one line as the source of a cell: a bar would end it.
fn in_cell(markdown: &str) -> String {
    let mut out = String::new();
    let mut is_escaped = false;
    for c in markdown.chars() {
        if c == '|' && !is_escaped {
            out.push('\\');
        }
        is_escaped = c == '\\' && !is_escaped;
        out.push(c);
    }
    out
}

/// A share in whole percent, rounded down; 0 of nothing.
pub(crate) fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0)
}

/// Paragraphs, without empty ones.
pub(crate) fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Markdown for a link in the paper at `from` to a file of the plan.
pub(crate) fn linked(title: &str, to: &Path, from: &Path) -> String {
    link::titled(&one_line(title), to, from)
}

/// Whether a day is not over yet at a moment, or comes after it.
pub(crate) fn is_since(day: NaiveDate, since: Option<DateTime<Utc>>) -> bool {
    since.is_none_or(|since| end_of(day) > since)
}
