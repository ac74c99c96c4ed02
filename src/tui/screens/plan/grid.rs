//! Ten by ten cells of two letters each: the blocks of a plan, the steps of a block.
//!
//! Drawn straight into the buffer. A cell takes three columns; the third parts it from the
//! next one and has room for a sign, or for a bracket of the selection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::theme::Theme;
use crate::tui::widgets::frame;

/// Cells in a row.
pub const ROW: usize = 10;
/// Cells on a page.
pub const PAGE: usize = 100;
/// Columns that the grid takes.
pub const WIDTH: u16 = 31;
/// Rows that the grid takes.
pub const HEIGHT: u16 = 10;

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Two columns.
    pub text: String,
    /// Their look.
    pub style: Style,
    /// One column behind them.
    pub sign: Option<(&'static str, Style)>,
}

/// Draws the page of `count` cells that holds `selected`, or as many rows around it as
/// there is room for. Answers where each stands.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    count: usize,
    selected: Option<usize>,
    focused: bool,
    cell: impl Fn(usize) -> Cell,
) -> Vec<(Rect, usize)> {
    let mut places = Vec::new();
    let page = selected.unwrap_or(0) / PAGE * PAGE;
    let end = count.min(page + PAGE);
    let height = usize::from(area.height.min(HEIGHT));
    let at = selected.unwrap_or(0).saturating_sub(page) / ROW;
    let rows = end.saturating_sub(page).div_ceil(ROW);
    let top = at
        .saturating_sub(height / 2)
        .min(rows.saturating_sub(height));
    for index in page + top * ROW..end.min(page + (top + height) * ROW) {
        let (row, column) = ((index - page) / ROW - top, (index - page) % ROW);
        let x = area.x + 1 + 3 * u16::try_from(column).unwrap_or(0);
        let y = area.y + u16::try_from(row).unwrap_or(0);
        places.push((Rect::new(x, y, 3, 1), index));
        let Cell { text, style, sign } = cell(index);
        frame::text(buf, x, y, 2, &text, style);
        if selected == Some(index) {
            let style = theme.border(focused).patch(theme.key);
            frame::text(buf, x - 1, y, 1, "[", style);
            frame::text(buf, x + 2, y, 1, "]", style);
        } else if let Some((sign, style)) =
            sign.filter(|_| selected != Some(index + 1) || column + 1 == ROW)
        {
            frame::text(buf, x + 2, y, 1, sign, style);
        }
    }
    places
}
