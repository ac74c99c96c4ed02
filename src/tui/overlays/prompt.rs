//! A field to fill in: one line, several lines, or the filter line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::{boxed, centred, entry, hints, scrolled};
use crate::app::core::model::Model;
use crate::app::overlays::overlay::Input;
use crate::document::visible::{visible_line, wrap};
use crate::tui::screens::plan::steps;
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;

/// Widest a field gets: longer lines are hard to read.
const WIDEST: u16 = 92;
/// Least rows of a field of several lines, where the screen has them.
const LEAST: usize = 5;

/// Draws a field in a box.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme, input: &Input, field: Option<&Field>) {
    let columns = (area.width * 4 / 5).clamp(area.width.min(60), WIDEST);
    let inside = columns.saturating_sub(4);
    let error = input
        .error
        .as_deref()
        .map(|error| frame::words(theme, error));
    let error: Vec<String> = error.map_or_else(Vec::new, |error| {
        let safe = visible_line(&error).into_owned();
        wrap(&safe, usize::from(inside))
            .into_iter()
            .take(3)
            .map(str::to_owned)
            .collect()
    });
    let text = match (field, input.multiline) {
        (_, false) => 1,
        // The box keeps the size of what was there, so that it does not jump at each word.
        (Some(field), true) => {
            let now = rows(
                field.lines().iter().map(String::as_str),
                inside,
                area.height,
            );
            now.max(rows(input.initial.split('\n'), inside, area.height))
        }
        (None, true) => rows(input.text.split('\n'), inside, area.height),
    };
    let errors = u16::try_from(error.len()).unwrap_or(0);
    let height = u16::try_from(text).unwrap_or(u16::MAX);
    // The hints below stay in sight where there is room.
    let most = match area.height > 12 {
        true => area.height - 2,
        false => area.height,
    };
    let height = height.saturating_add(2 + errors).min(most);
    let area = centred(area, columns, height);
    let buf = frame.buffer_mut();
    let inner = boxed(buf, area, theme, &input.label, Line::default());
    let errors = errors.min(inner.height.saturating_sub(1));
    let room = Rect {
        height: inner.height - errors,
        ..inner
    };
    for (y, line) in (room.bottom()..inner.bottom()).zip(&error) {
        frame::text(buf, inner.x, y, inner.width, line, theme.error);
    }
    let mut keys = vec![("⏎".to_owned(), "save"), ("Esc".to_owned(), "cancel")];
    if input.multiline {
        keys.insert(1, ("Alt-⏎".to_owned(), "new line"));
    }
    hints(buf, area, theme, &keys);
    match input.multiline {
        true => {
            let (first, count) = entry::several_lines(frame, room, theme, input, field);
            scrolled(frame.buffer_mut(), room, theme, first, count);
        }
        false => entry::one_line(frame, room, theme, input, field),
    }
}

/// The rows that a text takes, one more to type in, and no more than the screen has.
fn rows<'a>(lines: impl Iterator<Item = &'a str>, columns: u16, most: u16) -> usize {
    (entry::rows_of(lines, columns, usize::from(most)) + 1).max(LEAST)
}

/// Draws the filter line above the hints, so that the list it narrows stays in sight.
pub fn filter(
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
    entry::one_line(frame, text, theme, input, field);
}
