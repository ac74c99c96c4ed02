//! The blocks as a strip of two rows above the list: a cell a block, the selected one named
//! beside them.
//!
//! A row of the whole grid, ten blocks, stays together, with a gap behind it. Fewer blocks have
//! wider cells: two digits and a sign, one digit and a sign, or the one that matters more.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::blocks::{cell, page, percent};
use super::grid::{PAGE, ROW};
use crate::app::core::model::Model;
use crate::document::visible::{fit, visible_line, width, wrap};
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::status::Status;
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{key_of, split_columns};
use crate::tui::widgets::{fit_row, frame};

/// Columns that the name has at least.
const NAME: u16 = 23;
/// Columns between cells and name.
const GAP: u16 = 2;

/// How the cells of `blocks` are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Shape {
    /// Cells in a row.
    across: usize,
    /// Rows of cells.
    rows: u16,
    /// Columns of a cell.
    cell: u16,
}

impl Shape {
    fn of(blocks: usize, columns: u16) -> Self {
        let page = blocks.min(PAGE);
        let across = match page {
            0..=ROW => page,
            _ => page.div_ceil(2).next_multiple_of(ROW),
        };
        let mut shape = Self {
            across,
            rows: if page > across { 2 } else { 1 },
            cell: 3,
        };
        while shape.cell > 1 && shape.end() + NAME > columns {
            shape.cell -= 1;
        }
        shape
    }

    /// Where a cell of a row begins.
    fn column(self, at: usize) -> u16 {
        u16::try_from(at / ROW).unwrap_or(0) + self.cell * u16::try_from(at).unwrap_or(0)
    }

    /// Where the name begins: behind the cursor's column, the cells and a gap.
    fn end(self) -> u16 {
        1 + self.column(self.across.saturating_sub(1)) + self.cell + GAP
    }
}

/// Rows that the strip of so many blocks takes.
pub(super) fn height(blocks: usize) -> u16 {
    Shape::of(blocks, u16::MAX).rows
}

/// Draws the page of blocks that holds the selected one. Answers where each stands, and how many
/// stand in a row.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    focused: bool,
) -> (Vec<(Rect, usize)>, usize) {
    let (blocks, selected) = (model.plan.blocks(), model.view.block(&model.plan));
    let shape = Shape::of(blocks.len(), area.width);
    let first = selected.unwrap_or(0) / PAGE * PAGE;
    let mut places = Vec::new();
    for at in first..blocks.len().min(first + PAGE) {
        let (row, column) = ((at - first) / shape.across, (at - first) % shape.across);
        let place = Rect {
            x: area.x + 1 + shape.column(column),
            y: area.y + u16::try_from(row).unwrap_or(0),
            width: shape.cell,
            height: 1,
        };
        let cell = cell(model, theme, at);
        let digits = match shape.cell {
            3 => &*cell.text,
            2 => first_letter(&cell.text),
            _ => cell.sign.map_or(first_letter(&cell.text), |(sign, _)| sign),
        };
        let used = frame::text(buf, place.x, place.y, shape.cell, digits, cell.style);
        if let (2.., Some((sign, style))) = (shape.cell, cell.sign) {
            frame::text(buf, place.x + used, place.y, 1, sign, style);
        }
        if selected == Some(at) {
            let shown = Rect {
                width: used,
                ..place
            };
            buf.set_style(shown, theme.key.add_modifier(Modifier::REVERSED));
        }
        places.push((place, at));
    }
    if focused {
        for y in area.y..area.bottom() {
            frame::text(buf, area.x, y, 1, theme.glyphs.cursor, theme.border(true));
        }
    }
    let (_, beside) = split_columns(area, shape.end());
    match selected {
        Some(at) => name(buf, beside, model, theme, (at, focused)),
        None => {
            let text = "There are no blocks yet.";
            frame::fitted(
                buf,
                theme,
                (beside.x, beside.y),
                beside.width,
                text,
                theme.dim,
            );
        }
    }
    (places, shape.across)
}

fn first_letter(text: &str) -> &str {
    &text[..text.chars().next().map_or(0, char::len_utf8)]
}

/// `B03 Product measurement 55% !4`, in one row or in two, and behind it the key that unfolds the
/// grid.
fn name(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, (at, focused): (usize, bool)) {
    let block = &model.plan.blocks()[at];
    let text = format!(
        "{} {}",
        block.id,
        model.plan.block_text(at, BlockColumn::Theme)
    );
    let text = visible_line(text.trim()).into_owned();
    let mut standing = vec![Span::styled(percent(block), theme.text)];
    let blocked = block.tally.count(Status::Blocked);
    if blocked > 0 {
        let text = format!(" {}{blocked}", theme.glyphs.alert);
        standing.push(Span::styled(text, theme.error));
    }
    let style = if focused { theme.heading } else { theme.title };
    let taken = frame::line_width(&Line::from(standing.clone())) + 1;
    let room = usize::from(area.width.saturating_sub(taken));
    let breaks = area.height > 1 && width(&text) > room;
    let (mut x, mut y, mut rest) = (area.x, area.y, &*text);
    if breaks {
        let first = wrap(&text, usize::from(area.width))[0];
        frame::text(buf, x, y, area.width, first, style);
        rest = text[first.len()..].trim_start();
        y += 1;
    }
    let fitting = fit(rest, room, theme.glyphs.ellipsis);
    let used = frame::text(buf, x, y, area.width, &fitting, style);
    x += used + u16::from(used > 0);
    let end = frame::spans(
        buf,
        theme,
        (x, y),
        area.right().saturating_sub(x),
        &standing.into(),
    );
    let (x, y) = match area.height {
        _ if breaks => return,
        1 => (end + 3, y),
        _ => (area.x, y + 1),
    };
    let width = area.right().saturating_sub(x);
    let mut hints = hints(model, theme, at);
    fit_row::keep(&mut hints, width);
    frame::spans(buf, theme, (x, y), width, &fit_row::line(hints));
}

/// Which page of blocks is shown, if there are several, and what shows more of them.
fn hints<'a>(model: &Model, theme: &Theme, at: usize) -> Vec<RowPart<'a>> {
    let mut hints = vec![RowPart::new(
        0,
        Line::from(vec![
            Span::styled(key_of(model, theme, "unfold"), theme.key),
            Span::styled(" unfolds", theme.key_hint),
        ]),
    )];
    if let Some(page) = page(model, at) {
        hints.insert(0, RowPart::styled(1, page, theme.dim));
    }
    hints
}
