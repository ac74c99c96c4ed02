//! What panes share: how an area is split between them, their titles, keys as hints spell them, and
//! why one is empty.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit_row::RowPart;
use super::{fit_row, frame};
use crate::app::core::key::Key;
use crate::app::core::model::Model;
use crate::app::core::registry;
use crate::document::visible::{fit, visible, visible_line, wrap};
use crate::tui::theme::Theme;

/// The first so many columns of an area, and the rest.
pub(crate) fn split_columns(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    let (first, rest) = (area.x, area.x + left);
    let of = |x, width| Rect { x, width, ..area };
    (of(first, left), of(rest, area.width - left))
}

/// The first so many rows of an area, and the rest.
pub(crate) fn split_rows(area: Rect, top: u16) -> (Rect, Rect) {
    let top = top.min(area.height);
    let (first, rest) = (area.y, area.y + top);
    let of = |y, height| Rect { y, height, ..area };
    (of(first, top), of(rest, area.height - top))
}

/// Draws a pane's frame with its name at the left and parts of a title at the right, of which the
/// least important fall away. Answers the area within.
pub(crate) fn titled(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    title: Line<'_>,
    mut right: Vec<RowPart<'_>>,
    focused: bool,
) -> Rect {
    let taken = frame::line_width(&title).saturating_add(3);
    fit_row::keep(&mut right, area.width.saturating_sub(taken));
    frame::pane_with(buf, area, theme, title, fit_row::line(right), focused)
}

/// What a list is narrowed by, as a part of its title that stays before all others: it is cut where
/// it would take more than half of the pane.
pub(crate) fn filter_part<'a>(theme: &Theme, filter: &str, area: Rect) -> RowPart<'a> {
    let text = format!("filter: {}", visible_line(filter));
    let most = usize::from(area.width.saturating_sub(2) / 2);
    let text = fit(&text, most, theme.glyphs.ellipsis).into_owned();
    RowPart::styled(1, text, theme.accent)
}

/// A dot between two parts of a title.
pub(crate) fn dot<'a>(theme: &Theme) -> Span<'a> {
    Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim)
}

/// A key as hints spell it on this terminal.
pub fn key_name(theme: &Theme, key: Key) -> String {
    match theme.is_ascii() {
        true => key.ascii(),
        false => key.to_string(),
    }
}

/// The key that people are told to press for a command, here if it works here.
pub fn key_of(model: &Model, theme: &Theme, name: &str) -> String {
    let here = registry::named(name).map(|command| model.keymap.keys(model.place(), command));
    match here.as_deref() {
        Some([key, ..]) => key_name(theme, *key),
        _ => frame::words(theme, &model.keymap.key_of(name)).into_owned(),
    }
}

/// Says why a pane is empty and, below it, what to press.
pub fn empty(buf: &mut Buffer, inner: Rect, theme: &Theme, why: &str, press: &str) {
    let width = inner.width.saturating_sub(2);
    let mut y = inner.y + u16::from(inner.height > 4);
    for (text, style) in [(why, theme.text), (press, theme.dim)] {
        for row in wrap(&visible(text), usize::from(width)) {
            if y < inner.bottom() {
                frame::text(buf, inner.x + 1, y, width, row, style);
            }
            y += 1;
        }
    }
}
