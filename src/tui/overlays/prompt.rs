//! A field to fill in: one line or several.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::filter::completions;
use super::input::{one_line, rows_of, several_lines};
use super::{boxed, centred, hints, scrolled};
use crate::app::core::model::Model;
use crate::app::overlays::prompt::{Prompt, Purpose};
use crate::document::visible::{visible_line, wrap};
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::split_rows;

/// Widest a field gets: longer lines are hard to read.
const WIDEST: u16 = 92;
/// Least rows of a field of several lines, where the screen has them.
const LEAST: usize = 5;

/// Draws a field in a box.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    prompt: &Prompt,
    field: Option<&Field>,
) {
    let input = &prompt.input;
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
    let differing = match &prompt.purpose {
        Purpose::Set(request) => model.differing(request),
        _ => None,
    };
    let hint = u16::from(differing.is_some());
    let errors = u16::try_from(error.len()).unwrap_or(0) + hint;
    let height = u16::try_from(text).unwrap_or(u16::MAX);
    // The hints below stay in sight where there is room.
    let most = match area.height > 12 {
        true => area.height - 2,
        false => area.height,
    };
    let height = height.saturating_add(2 + errors).min(most);
    let screen = area;
    let area = centred(area, columns, height);
    let buf = frame.buffer_mut();
    let inner = boxed(buf, area, theme, &input.label, Line::default());
    let errors = errors.min(inner.height.saturating_sub(1));
    let (room, _) = split_rows(inner, inner.height - errors);
    let mut below = room.bottom()..inner.bottom();
    if let (Some(hint), Some(y)) = (&differing, differing.as_ref().and_then(|_| below.next())) {
        frame::fitted(buf, theme, (inner.x, y), inner.width, hint, theme.warning);
    }
    for (y, line) in below.zip(&error) {
        frame::text(buf, inner.x, y, inner.width, line, theme.error);
    }
    let mut keys = vec![
        ("⏎".to_owned(), prompt.answer()),
        ("Esc".to_owned(), "cancel"),
        ("Tab".to_owned(), "complete"),
        ("Ctrl-o".to_owned(), "editor"),
    ];
    if input.multiline {
        keys.insert(1, ("Alt-⏎".to_owned(), "new line"));
    }
    hints(buf, area, theme, &keys);
    if let Some(completion) = &prompt.completion {
        let above = Rect {
            height: area.bottom() - screen.y,
            y: screen.y,
            ..inner
        };
        let below = Rect {
            height: (above.height + 1).min(screen.height),
            ..above
        };
        completions(buf, below, theme, completion);
    }
    match input.multiline {
        true => {
            let (first, count) = several_lines(frame, room, theme, input, field);
            scrolled(frame.buffer_mut(), room, theme, first, count);
        }
        false => one_line(frame, room, theme, input, field),
    }
}

/// The rows that a text takes, one more to type in, and no more than the screen has.
fn rows<'a>(lines: impl Iterator<Item = &'a str>, columns: u16, most: u16) -> usize {
    (rows_of(lines, columns, usize::from(most)) + 1).max(LEAST)
}
