//! Something to read; any key closes it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{boxed, centred, hints};
use crate::app::overlays::note::Note;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Widest a note gets: longer lines are hard to read.
const WIDEST: u16 = 80;

/// Draws a note. Paragraphs that begin with a bullet hang under it.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme, note: &Note) {
    let buf = frame.buffer_mut();
    let columns = area.width.min(WIDEST);
    let mut sheet = TextLayout::new(theme, columns.saturating_sub(4));
    // The row at which the paragraph begins that is to be the first one shown.
    let mut first = 0;
    for (at, line) in note.lines.iter().enumerate() {
        if at == note.scroll {
            first = sheet.len();
        }
        match line.strip_prefix("• ") {
            Some(item) => {
                let sign = Line::styled(format!("  {} ", theme.glyphs.dot), theme.dim);
                sheet.hanging(sign, &frame::words(theme, item), theme.text);
            }
            None => sheet.text(&frame::words(theme, line), theme.text),
        }
    }
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(area, columns, rows.saturating_add(2));
    let title = frame::words(theme, &note.title);
    let inner = boxed(buf, area, theme, &title, Line::default());
    let most = sheet.len().saturating_sub(usize::from(inner.height));
    let close = ("any other key".to_owned(), "closes");
    let keys = match most {
        0 => vec![("any key".to_owned(), "closes")],
        _ => vec![("↑ ↓".to_owned(), "scroll"), close],
    };
    hints(buf, area, theme, &keys);
    let edge = Rect {
        width: inner.width + 1,
        ..inner
    };
    sheet.draw(buf, edge, first.min(most));
}
