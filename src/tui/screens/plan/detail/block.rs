//! What there is to know of a block.

use ratatui::text::{Line, Span};

use super::{Fact, Facts, Measure, value};
use crate::app::core::model::Model;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::status::Status;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, status};

/// Columns for labels: `Steward`.
pub const LABELS: u16 = 9;

/// The block's cells, then its range, its steps by status, and its row's place.
pub fn facts(
    model: &Model,
    theme: &Theme,
    at: usize,
    measure: Measure,
    cursor: Option<usize>,
) -> Facts {
    let block = &model.plan.blocks()[at];
    let mut facts: Vec<Fact> = BlockColumn::ALL
        .into_iter()
        .enumerate()
        .map(|(row, column)| {
            let measure = measure.of_row(row, cursor);
            let text = model.plan.block_text(at, column);
            let label = match column {
                BlockColumn::Signal => "Signal",
                column => column.label(),
            };
            fact(label, value::text(text, theme, theme.text, measure))
        })
        .collect();
    let fields = facts.len();
    let (from, to) = block.range;
    let range = frame::words(theme, &format!("{from:04}–{to:04}")).into_owned();
    facts.push(fact("Range", vec![Line::styled(range, theme.text)]));
    let (done, total) = (block.tally.done(), block.tally.total);
    let done = match total {
        0 if block.tally.retired > 0 => "none left to do".to_owned(),
        0 => "none yet".to_owned(),
        _ => format!("{done} of {total} done, {}%", block.tally.percent()),
    };
    facts.push(fact("Steps", vec![Line::styled(done, theme.text)]));
    let present = Status::ALL.into_iter().rev();
    for status in present.filter(|status| block.tally.count(*status) > 0) {
        let sign = status::sign(status);
        let count = block.tally.count(status);
        let text = format!("{} {count} {}", theme.glyph(sign), status.word());
        let line = Line::from(Span::styled(text, theme.sign(sign)));
        facts.push(fact("", vec![line]));
    }
    if block.tally.others() > 0 {
        let text = format!("? {} other", block.tally.others());
        facts.push(fact("", vec![Line::styled(text, theme.warning)]));
    }
    if block.tally.retired > 0 {
        let text = format!("{} {} retired", theme.glyphs.line, block.tally.retired);
        facts.push(fact("", vec![Line::styled(text, theme.dim)]));
    }
    let written = match model.plan.block_place(at) {
        Some(place) => value::text(&place.to_string(), theme, theme.dim, measure),
        None => vec![Line::styled("not in a block table", theme.dim)],
    };
    facts.push(fact("Written", written));
    Facts {
        title: format!("Block {}", block.id),
        fields,
        facts,
    }
}

fn fact(label: &str, lines: Vec<Line<'static>>) -> Fact {
    Fact {
        label: label.to_owned(),
        lines,
        ..Fact::default()
    }
}
