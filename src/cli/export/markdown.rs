//! Steps as a Markdown table for a pull request or a note.

use std::borrow::Cow;

use crate::document::markdown::escaped_cell;
use crate::document::visible::{pad, visible_line, width};
use crate::plan::field::Field;
use crate::plan::status::Status;
use crate::plan::waiting::Waiting;
use crate::plan::{Plan, StepRef};

const HEADINGS: [&str; 6] = ["Step", "Title", "Status", "State", "Owner", "Waits for"];

/// Columns up to which cells are filled up, so that the source reads as a table too. Longer
/// ones stick out.
const WIDEST: usize = 48;

/// The table with its heading.
pub fn table(plan: &Plan, steps: &[usize]) -> String {
    let rows: Vec<[String; 6]> = steps.iter().map(|index| cells(plan.step(*index))).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width_of, cell) in widths.iter_mut().zip(row) {
            *width_of = (*width_of).max(width(cell).min(WIDEST));
        }
    }
    let mut text = line(&widths, HEADINGS.map(Cow::Borrowed));
    text.push_str(&line(
        &widths,
        widths.map(|width| Cow::Owned("-".repeat(width))),
    ));
    for row in &rows {
        text.push_str(&line(
            &widths,
            row.each_ref().map(|cell| Cow::Borrowed(cell.as_str())),
        ));
    }
    text
}

fn line(widths: &[usize; 6], cells: [Cow<'_, str>; 6]) -> String {
    let cells = cells.iter().zip(widths);
    let padded: Vec<_> = cells.map(|(cell, width)| pad(cell, *width)).collect();
    format!("| {} |\n", padded.join(" | "))
}

fn cells(step: StepRef<'_>) -> [String; 6] {
    let status = match step.status() {
        Some(status) => Cow::Borrowed(Status::word(status)),
        None => step.text(Field::Status),
    };
    [
        step.id().to_string(),
        cell(&step.title()),
        cell(&status),
        step.state().word().to_owned(),
        cell(&step.owner()),
        cell(&waits_for(step)),
    ]
}

fn waits_for(step: StepRef<'_>) -> String {
    let unmet: Vec<String> = step.unmet().iter().map(Waiting::marked).collect();
    unmet.join("; ")
}

/// Text as one cell that shows exactly it, HTML included.
fn cell(text: &str) -> String {
    let text = visible_line(text);
    if !text.contains('<') {
        return escaped_cell(&text);
    }
    // What is no longer HTML may be markup in its stead.
    let mut cell = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if "<\\`*_~[]&|".contains(c) {
            cell.push('\\');
        }
        cell.push(c);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown::MarkdownDocument;
    use proptest::prelude::*;

    fn read_back(text: &str) -> Vec<String> {
        let source = format!("| a | b |\n| - | - |\n| {} | x |\n", cell(text));
        let document = MarkdownDocument::load(source.into_bytes());
        let tables = document.tables();
        assert_eq!(tables.len(), 1);
        let row = &tables[0].rows[0];
        row.cells.iter().map(|cell| cell.text.to_string()).collect()
    }

    #[test]
    fn markup_in_a_cell_is_shown_as_typed() {
        for text in [
            "a | b",
            "a \\| b",
            "*not* __bold__ `code`",
            "<img src=x> & <br/>",
            "[a](b) ![c](d)",
            "back\\slash",
            "~<!a~>",
        ] {
            assert_eq!(read_back(text), [text, "x"], "{}", cell(text));
        }
        assert_eq!(cell("a <b> \\<"), "a \\<b> \\\\\\<");
        assert_eq!(cell("two\nlines\u{202e}"), "two lines\\u{202e}");
    }

    proptest! {
        #[test]
        fn a_cell_says_what_the_text_says(text in "[a-z|\\\\*_<>`&;\\[\\]()~!# -]{1,16}") {
            let cells = read_back(&text);
            prop_assert_eq!(cells.len(), 2);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&cells[0]), words(&text));
        }
    }
}
