//! A few rows, each with the key that chooses it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{boxed, centred, hints, key_name, light, scrolled};
use crate::app::overlays::menu::{Choice, Menu, Row};
use crate::document::visible::{pad, visible_line, width};
use crate::plan::field::Field;
use crate::plan::status::Status;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{frame, status};

/// Widest a menu gets.
const WIDEST: usize = 84;

/// Draws a menu as large as its rows.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme, sight: &mut ScrollState, menu: &Menu) {
    let (title, rows) = (&menu.title, &menu.rows);
    let buf = frame.buffer_mut();
    let keys: Vec<String> = rows.iter().map(|row| key_name(&row.key, theme)).collect();
    let columns = |texts: &mut dyn Iterator<Item = &str>| {
        texts
            .map(|text| width(&visible_line(text)))
            .max()
            .unwrap_or(0)
    };
    let key = columns(&mut keys.iter().map(String::as_str));
    let label = columns(&mut rows.iter().map(|row| row.label.as_str()));
    let detail = columns(&mut rows.iter().map(|row| row.detail.as_str()));
    let wide = (key + label + detail + 13)
        .max(width(&visible_line(title)) + 8)
        .clamp(30, WIDEST);
    let wide = u16::try_from(wide).unwrap_or(u16::MAX);
    let high = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let area = centred(area, wide, high.saturating_add(2));
    let inner = boxed(buf, area, theme, title, Line::default());
    let keys_below = [("⏎".to_owned(), "choose"), ("Esc".to_owned(), "close")];
    hints(buf, area, theme, &keys_below);
    let shown = sight.overlay().show(menu.cursor, rows.len(), inner);
    scrolled(buf, inner, theme, shown.start, rows.len());
    for (y, at) in (inner.y..).zip(shown) {
        let row = &rows[at];
        if at == menu.cursor {
            light(buf, inner, y, theme);
        }
        let style = match row.blocked {
            Some(_) => theme.dim,
            None => theme.text,
        };
        let mut spans = Vec::new();
        if key > 0 {
            let text = pad(&keys[at], key + 2).into_owned();
            spans.push(Span::styled(text, theme.key));
        }
        if let Some(sign) = status_sign(row) {
            let text = format!("{} ", theme.glyph(sign));
            spans.push(Span::styled(text, theme.sign(sign)));
        }
        let text = visible_line(&row.label).into_owned();
        spans.push(Span::styled(pad(&text, label + 2).into_owned(), style));
        spans.push(Span::styled(frame::words(theme, &row.detail), theme.dim));
        frame::spans(buf, theme, (inner.x, y), inner.width, &spans.into());
    }
}

/// The sign of the status that a row would set.
fn status_sign(row: &Row) -> Option<Sign> {
    let Choice::Set(request, value) = &row.choice else {
        return None;
    };
    let read = Status::read(value).filter(|_| request.field == Field::Status);
    read.map(status::sign)
}
