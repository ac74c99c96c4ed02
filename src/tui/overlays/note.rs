//! Something to read; any key closes it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{boxed, centred, hints, words};
use crate::tui::sheet::Sheet;
use crate::tui::theme::Theme;

/// Widest a note gets: longer lines are hard to read.
const WIDEST: u16 = 80;

/// Draws a note. Paragraphs that begin with a bullet hang under it.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme, title: &str, lines: &[String]) {
    let buf = frame.buffer_mut();
    let columns = area.width.min(WIDEST);
    let mut sheet = Sheet::new(theme, columns.saturating_sub(4));
    for line in lines {
        match line.strip_prefix("• ") {
            Some(item) => {
                let sign = Line::styled(format!("  {} ", theme.glyphs.dot), theme.dim);
                sheet.hanging(sign, &words(item, theme), theme.text);
            }
            None => sheet.text(&words(line, theme), theme.text),
        }
    }
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(area, columns, rows.saturating_add(2));
    let inner = boxed(buf, area, theme, &words(title, theme), Line::default());
    hints(buf, area, theme, &[("any key".to_owned(), "closes")]);
    sheet.shorten(usize::from(inner.height));
    sheet.draw(buf, inner, 0);
}
