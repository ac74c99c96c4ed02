//! One frame: header, tabs, body and footer, and on top of them what is open.
//!
//! The only entry point of drawing. What it draws follows from the model, the theme and
//! the size alone, except for how far lists are scrolled, which [`ScrollState`] remembers.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlays;
use super::screens::{drawing, welcome};
use super::theme::Theme;
use crate::app::core::model::Model;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::split_rows;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{footer, frame, header, tabs};

/// Columns and rows below which nothing useful fits.
pub(crate) const SMALLEST: (u16, u16) = (40, 12);

/// Draws the whole screen. Notes in `sight` how many rows the list with the keys has, and what
/// stands where.
pub fn draw(
    frame: &mut Frame<'_>,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    field: Option<&Field>,
) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return too_small(frame.buffer_mut(), area, theme);
    }
    let (top, rest) = split_rows(area, 1);
    let (names, rest) = split_rows(rest, tabs::height(model, area.width));
    let (body, bottom) = split_rows(rest, rest.height - footer::HEIGHT);
    sight.begin_frame();
    header::draw(frame.buffer_mut(), top, model, theme);
    tabs::draw(frame.buffer_mut(), names, model, theme, sight);
    match model.has_plan() {
        true => drawing(model.screen)(frame.buffer_mut(), body, model, theme, sight),
        false => welcome::draw(frame.buffer_mut(), body, model, theme),
    }
    footer::draw(frame.buffer_mut(), bottom, model, theme, sight);
    overlays::draw(frame, area, model, theme, sight, field);
}

fn too_small(buf: &mut Buffer, area: Rect, theme: &Theme) {
    let (columns, rows) = SMALLEST;
    let (width, height) = (area.width, area.height);
    let text = format!("needs {columns}×{rows}, has {width}×{height}");
    let text = frame::words(theme, &text);
    let x = area.x + area.width.saturating_sub(frame::columns(&text)) / 2;
    let y = area.y + area.height.saturating_sub(1) / 2;
    frame::text(buf, x, y, area.width, &text, theme.warning);
}
