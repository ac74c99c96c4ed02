//! A question that only a yes answers.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{boxed, centred};
use crate::app::overlays::confirm::Confirm;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::split_rows;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// Widest a question gets.
const WIDEST: u16 = 76;

/// Draws a question, what follows from a yes, and the two answers. Lines of the
/// consequence that begin with `- ` or `+ ` show what goes and what comes.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme, confirm: &Confirm) {
    let buf = frame.buffer_mut();
    let columns = area.width.min(WIDEST);
    let mut sheet = TextLayout::new(theme, columns.saturating_sub(4));
    sheet.text(&frame::words(theme, &confirm.question), theme.title);
    if !confirm.consequence.is_empty() {
        sheet.blank();
    }
    for line in confirm.consequence.lines() {
        let line = frame::words(theme, line);
        match (line.strip_prefix("- "), line.strip_prefix("+ ")) {
            (Some(gone), _) => sheet.hanging(Span::styled("- ", theme.error), gone, theme.error),
            (_, Some(new)) => sheet.hanging(Span::styled("+ ", theme.ok), new, theme.ok),
            _ => sheet.text(&line, theme.text),
        }
    }
    // The answers stay in sight however long the rest is.
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(area, columns, rows.saturating_add(4));
    let inner = boxed(buf, area, theme, "Confirm", Line::default());
    let (text, _) = split_rows(inner, inner.height.saturating_sub(2));
    let hidden = sheet.len().saturating_sub(usize::from(text.height));
    sheet.draw(buf, text, confirm.scroll.min(hidden));
    thumb(
        buf,
        text,
        theme,
        (confirm.scroll.min(hidden), sheet.len()),
        true,
    );
    let answers = Line::from(vec![
        Span::styled("y", theme.key),
        Span::styled(" yes", theme.text),
        Span::raw("     "),
        Span::styled("N", theme.key),
        Span::styled(" no (default)", theme.text),
    ]);
    let at = (inner.x, inner.bottom().saturating_sub(1));
    frame::spans(buf, theme, at, inner.width, &answers);
}
