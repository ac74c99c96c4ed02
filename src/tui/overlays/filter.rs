//! The filter line.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::input::one_line;
use crate::app::core::model::Model;
use crate::app::overlays::completion::Completion;
use crate::app::overlays::filter::FilterLine;
use crate::document::visible::visible_line;
use crate::tui::screens::plan::steps;
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Draws the filter line above the hints, so that the list it narrows stays in sight.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    line: &FilterLine,
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
    let above = Rect {
        height: row.y - area.y,
        ..area
    };
    let input = &line.input;
    if let Some(error) = &input.error {
        refusal(buf, above, theme, error);
    } else if let Some(completion) = &line.completion {
        completions(buf, above, theme, completion);
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

/// Says above the line why its text was not taken, in as many rows as that needs.
fn refusal(buf: &mut Buffer, above: Rect, theme: &Theme, error: &str) {
    let mut sheet = TextLayout::new(theme, above.width.saturating_sub(2));
    sheet.text(&frame::words(theme, error), theme.error);
    let height = u16::try_from(sheet.len())
        .unwrap_or(u16::MAX)
        .min(above.height);
    let rows = Rect {
        y: above.bottom() - height,
        height,
        ..above
    };
    Clear.render(rows, buf);
    let text = Rect {
        x: rows.x + 1,
        width: sheet.width(),
        ..rows
    };
    sheet.draw(buf, text, 0);
}

/// The ways in which the line may go on in the row above it, as many as fit around the one that
/// stands in it.
pub(super) fn completions(buf: &mut Buffer, above: Rect, theme: &Theme, completion: &Completion) {
    if above.height == 0 {
        return;
    }
    let row = Rect {
        y: above.bottom() - 1,
        height: 1,
        ..above
    };
    Clear.render(row, buf);
    let texts: Vec<String> = completion
        .texts()
        .iter()
        .map(|text| visible_line(text).into())
        .collect();
    let more = frame::words(theme, "…");
    let room = row.width.saturating_sub(4);
    let long = |text: &String| frame::columns(text) + 2;
    let mut first = completion.cursor;
    let mut taken = long(&texts[first]);
    while first > 0 && taken + long(&texts[first - 1]) <= room {
        first -= 1;
        taken += long(&texts[first]);
    }
    let mut x = row.x + 1;
    if first > 0 {
        x = frame::text(buf, x, row.y, 2, &more, theme.dim) + 1;
    }
    for (at, text) in texts.iter().enumerate().skip(first) {
        let left = row.right().saturating_sub(x + 1);
        if long(text) > left && at > completion.cursor {
            frame::text(buf, x, row.y, left, &more, theme.dim);
            break;
        }
        let style = if at == completion.cursor {
            theme.heading
        } else {
            theme.dim
        };
        x = frame::text(buf, x, row.y, left, text, style) + 2;
    }
}
