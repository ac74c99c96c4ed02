//! The open steps of the selected scope, those first that move its date.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::document::visible::pad;
use crate::history::float::Float;
use crate::plan::field::Field;
use crate::tui::theme::Theme;
use crate::tui::widgets::pane::empty;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::thumb;
use crate::tui::widgets::{frame, status};

/// Columns of the longest usual word: `may wait 99 steps`.
const WORD: usize = 17;

/// Draws the list. Answers how many rows are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    focused: bool,
) -> usize {
    let floats = &model.outlook.floats;
    let moving = floats.iter().filter(|float| float.steps == Some(0)).count();
    let title = Line::styled("Float", theme.title);
    let right = match (moving, floats.len() - moving) {
        (0, 0) => String::new(),
        (1, others) => format!("1 moves the date, {others} may wait"),
        (moving, others) => format!("{moving} move the date, {others} may wait"),
    };
    let right = Line::styled(right, theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    if floats.is_empty() {
        let is_done = model
            .outlook
            .selected()
            .is_some_and(|outlook| outlook.open.is_empty());
        let why = match is_done {
            true => "No step is open.",
            false => "Measuring the chains…",
        };
        empty(buf, inner, theme, &frame::words(theme, why), "");
        return 0;
    }
    let cursor = model.outlook.float;
    let shown = (sight.window(Focus::FLOAT)).show(cursor, floats.len(), inner);
    thumb(buf, inner, theme, (shown.start, floats.len()), focused);
    for (y, at) in (inner.y..).zip(shown) {
        let row = frame::row(inner, y);
        if at == cursor {
            frame::select(buf, row, theme, focused);
        }
        let line = line(floats[at], model, theme);
        let width = row.width.saturating_sub(3);
        frame::spans(buf, theme, (row.x + 2, y), width, &line);
    }
    usize::from(inner.height)
}

fn line(float: Float, model: &Model, theme: &Theme) -> Line<'static> {
    let style = match float.steps {
        Some(0) | None => theme.warning,
        Some(_) => theme.dim,
    };
    let mut line = Line::from(vec![
        Span::styled(format!("{} ", pad(&float.in_words(), WORD)), style),
        Span::styled(format!("{} ", float.step), theme.dim),
    ]);
    // It may have been removed since.
    if let Some(step) = model.plan.find(float.step) {
        let step = model.plan.step(step);
        let look = status::look(step, theme);
        line.push_span(Span::styled(format!("{} ", look.sign), look.style));
        line.push_span(Span::styled(step.title().into_owned(), theme.text));
        let owner = step.text(Field::Owner);
        if !owner.trim().is_empty() {
            line.push_span(Span::styled(format!("  {}", owner.trim()), theme.dim));
        }
    }
    line
}
