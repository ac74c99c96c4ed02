//! The filter line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::input::one_line;
use crate::app::core::model::Model;
use crate::app::overlays::input::Input;
use crate::tui::screens::plan::steps;
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;

/// Draws the filter line above the hints, so that the list it narrows stays in sight.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    input: &Input,
    field: Option<&Field>,
) {
    let row = Rect {
        y: area.bottom().saturating_sub(2).max(area.y),
        height: area.height.min(1),
        ..area
    };
    let buf = frame.buffer_mut();
    Clear.render(row, buf);
    let count = format!("{} ", steps::count(model, theme));
    let style = match model.view.list.is_empty() {
        true => theme.warning,
        false => theme.dim,
    };
    if let Some(error) = input.error.as_deref().filter(|_| row.y > area.y) {
        let above = Rect {
            y: row.y - 1,
            ..row
        };
        Clear.render(above, buf);
        let at = (above.x + 1, above.y);
        let error = frame::words(theme, error);
        frame::fitted(
            buf,
            theme,
            at,
            above.width.saturating_sub(2),
            &error,
            theme.error,
        );
    }
    let right = Line::styled(count, style);
    let long = frame::line_width(&right).min(row.width / 2);
    let x = row.right() - long;
    frame::spans(buf, theme, (x, row.y), long, &right);
    let label = Line::from(vec![
        Span::raw(" "),
        Span::styled(input.label.clone(), theme.heading),
    ]);
    let from = frame::spans(buf, theme, (row.x, row.y), row.width, &label);
    let text = Rect {
        x: from,
        width: x.saturating_sub(from + 1),
        ..row
    };
    one_line(frame, text, theme, input, field);
}
