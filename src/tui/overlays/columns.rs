//! The columns of the step list, each with a box that says whether it is shown.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{boxed, centred, hints, light, scrolled};
use crate::app::overlays::columns::ColumnList;
use crate::document::visible::{pad, visible_line, width};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::split_rows;
use crate::tui::widgets::scroll::ScrollState;

/// Widest the list gets.
const WIDEST: u16 = 84;

/// Draws the columns in the lower half of the screen: what becomes of the list is seen above.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    sight: &mut ScrollState,
    list: &ColumnList,
) {
    let buf = frame.buffer_mut();
    let high = u16::try_from(list.rows.len() + 2).unwrap_or(u16::MAX);
    let high = high.min((area.height / 2).max(6));
    let above = area.height.saturating_sub(high + 1);
    let (_, below) = split_rows(area, above);
    let area = centred(below, WIDEST, high);
    let shown = list.rows.iter().filter(|(_, is_shown)| *is_shown).count();
    let count = Line::styled(format!("{shown} shown"), theme.dim);
    let inner = boxed(buf, area, theme, "Columns", count);
    let keys = [
        ("space".to_owned(), "show or hide"),
        ("J K".to_owned(), "move"),
        ("r".to_owned(), "reset"),
        ("Esc".to_owned(), "close"),
    ];
    hints(buf, area, theme, &keys);
    let labels = list.rows.iter().map(|(column, _)| width(column.label()));
    let label = labels.max().unwrap_or(0).min(20);
    let window = sight.overlay();
    let in_sight = window.show(list.cursor, list.rows.len(), inner);
    scrolled(buf, inner, theme, in_sight.start, list.rows.len());
    for (y, at) in (inner.y..).zip(in_sight) {
        let (column, is_shown) = &list.rows[at];
        if at == list.cursor {
            light(buf, inner, y, theme);
        }
        let (tick, style) = match is_shown {
            true => (theme.ticked, theme.text),
            false => (theme.unticked, theme.dim),
        };
        let text = visible_line(column.label()).into_owned();
        let line = Line::from(vec![
            Span::styled(format!("{} ", theme.tick_box(*is_shown)), tick),
            Span::styled(pad(&text, label + 2).into_owned(), style),
            Span::styled(frame::words(theme, &column.about()).into_owned(), theme.dim),
        ]);
        frame::spans(buf, theme, (inner.x, y), inner.width, &line);
    }
}
