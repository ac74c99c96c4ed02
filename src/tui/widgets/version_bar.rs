//! The row below the header that says on every screen that a version of the past is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use crate::app::core::model::Model;
use crate::document::visible::visible_line;
use crate::history::words::short;
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::{fit_row, frame};

/// Rows that it takes: none in the present.
pub(crate) fn height(model: &Model) -> u16 {
    u16::from(model.context.as_of.is_some())
}

/// Draws it. What does not fit falls away whole: first what the header says, too,
/// then the commit's subject and its hash.
pub(crate) fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let Some(shown) = &model.context.as_of else {
        return;
    };
    let style = theme.warning.add_modifier(Modifier::REVERSED);
    let bold = style.add_modifier(Modifier::BOLD);
    buf.set_style(area, style);
    frame::text(
        buf,
        area.x,
        area.y,
        area.width,
        &" ".repeat(usize::from(area.width)),
        style,
    );
    let part = |rank, text: String, style| RowPart::styled(rank, text, style);
    let dot = || Span::styled(format!(" {} ", theme.glyphs.dot), style);
    let at = format!("As of {}", shown.at.format("%Y-%m-%d %H:%M"));
    let left = vec![
        part(0, at, bold),
        part(3, short(&shown.commit).to_owned(), style).after(dot()),
        part(4, visible_line(&shown.subject).into_owned(), style).after(dot()),
    ];
    let mut right = Vec::new();
    if let Some(alarm) = &shown.alarm {
        right.push(part(0, format!("now: {alarm}"), bold));
    }
    right.push(part(5, "read-only".to_owned(), style).after(Span::styled("  ", style)));
    let key = model.keymap.key_of("as-of");
    let back = format!("{key} returns to now");
    right.push(part(1, back, bold).after(dot()));
    fit_row::draw_both(buf, theme, area, left, right);
}
