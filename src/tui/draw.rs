//! One frame: header, body and footer, and on top of them what is open.
//!
//! The only entry point of drawing. What it draws follows from the model, the theme and
//! the size alone, except for how far lists are scrolled, which [`ScrollState`] remembers.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlays;
use super::theme::Theme;
use crate::app::core::model::{Model, Screen};
use crate::app::core::pointer::Target;
use crate::app::screens::plan::view::Pane;
use crate::tui::screens::plan::{blocks, chain, detail, layout, steps};
use crate::tui::screens::{gates, problems, review, standup, welcome};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{footer, frame, header};

/// Columns and rows below which nothing useful fits.
pub const SMALLEST: (u16, u16) = (40, 12);

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
    let top = Rect { height: 1, ..area };
    let bottom = Rect {
        y: area.bottom() - footer::HEIGHT,
        height: footer::HEIGHT,
        ..area
    };
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1 - footer::HEIGHT,
        ..area
    };
    sight.begin_frame();
    header::draw(frame.buffer_mut(), top, model, theme);
    match model.screen {
        _ if !model.has_plan() => welcome::draw(frame, body, model, theme),
        Screen::Plan => plan(frame.buffer_mut(), body, model, theme, sight),
        Screen::Gates => gates::draw(frame, body, model, theme, sight),
        Screen::Problems => problems::draw(frame, body, model, theme, sight),
        Screen::Review => review::draw(frame, body, model, theme, sight),
        Screen::Standup => standup::draw(frame, body, model, theme, sight),
    }
    footer::draw(frame.buffer_mut(), bottom, model, theme, sight);
    overlays::draw(frame, area, model, theme, sight, field);
}

fn plan(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    for (pane, area) in layout::panes(body, model.view.pane, model.view.zoomed) {
        sight.note(area, Target::Pane(pane.into()));
        match pane {
            Pane::Blocks => blocks::draw(buf, area, model, theme, sight),
            Pane::Steps => steps::draw(buf, area, model, theme, sight),
            Pane::Detail => detail::draw(buf, area, model, theme, sight),
            Pane::Chain => chain::draw(buf, area, model, theme, sight),
        }
    }
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
