//! The chain as an indented tree.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Link, draw_link};
use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::plan::chain::{TreeRow, tree};
use crate::plan::StepRef;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::ScrollState;

/// Indentation stops growing here, so that titles stay readable.
const DEEPEST: usize = 12;

/// Columns from which on each status is spelled out.
const WORDS: u16 = 60;

/// Draws the rows in sight: upstream, the step, downstream.
pub fn draw(
    buf: &mut Buffer,
    (area, body): (Rect, Rect),
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    step: StepRef<'_>,
) {
    let focused = model.view.pane == Focus::CHAIN;
    let rows = tree(&model.plan, step.index());
    let middle = rows.iter().position(|row| row.depth == 0).unwrap_or(0);
    let cursor = if focused { model.view.link } else { middle };
    let cursor = cursor.min(rows.len().saturating_sub(1));
    let window = sight.window(Focus::CHAIN);
    let shown = window.show(cursor, rows.len(), body);
    frame::scrollbar(buf, area, theme, &shown, rows.len(), focused);
    for (y, at) in (body.y..).zip(shown) {
        let row = frame::row(body, y);
        draw_row(buf, row, model, theme, &rows[at]);
        if focused && at == cursor {
            frame::select(buf, row, theme, true);
        }
    }
}

fn draw_row(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, row: &TreeRow) {
    let depth = row.depth.min(DEEPEST);
    let mut x = area.x + 1 + 2 * u16::try_from(depth.saturating_sub(1)).unwrap_or(0);
    if row.depth > 0 {
        let sign = match (row.upstream, theme.is_ascii()) {
            (true, false) => "┌",
            (true, true) => "+",
            (false, _) => theme.glyphs.branch_last,
        };
        x += frame::text(buf, x, area.y, 1, sign, theme.dim) + 1;
    }
    let note = match (row.cycle, row.repeated, row.upstream) {
        (true, ..) => format!(" {} closes a cycle", theme.glyphs.repeat),
        (_, true, true) => " (see below)".to_owned(),
        (_, true, false) => " (see above)".to_owned(),
        _ => String::new(),
    };
    let room = area.right().saturating_sub(x + 1);
    let room = room.saturating_sub(frame::columns(&note));
    let words = area.width >= WORDS;
    let link = Link::Step(row.step);
    let end = draw_link(buf, (x, area.y), (room, words), model, theme, &link);
    let style = if row.cycle { theme.warning } else { theme.dim };
    frame::text(buf, end, area.y, frame::columns(&note), &note, style);
    if row.depth == 0 {
        let room = Rect {
            x,
            width: end - x,
            ..area
        };
        buf.set_style(room, theme.title);
    }
}
