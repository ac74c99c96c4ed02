//! Values put into lines of a given width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Measure;
use crate::document::visible::{fit, visible, visible_line, width, wrap};
use crate::tui::theme::Theme;

/// A pane shows no more of a value than this many bytes.
const MOST: usize = 16 * 1024;

/// Text by the word, or one line of it in a low pane. Nothing is shown as a dash.
pub fn text(text: &str, theme: &Theme, style: Style, measure: Measure) -> Vec<Line<'static>> {
    let text = beginning(text).trim();
    if text.is_empty() {
        return vec![Line::styled("-", theme.dim)];
    }
    if measure.low {
        return vec![one_line(text, theme, style, measure.width)];
    }
    let rows = wrap_visible(text, measure.width);
    rows.into_iter()
        .map(|row| Line::styled(row, style))
        .collect()
}

/// As much of a text as fits into one line.
pub fn one_line(text: &str, theme: &Theme, style: Style, columns: usize) -> Line<'static> {
    let safe = visible_line(beginning(text));
    let fitting = fit(&safe, columns, theme.glyphs.ellipsis).into_owned();
    Line::styled(fitting, style)
}

/// Text behind a sign, its further lines indented below its first one.
pub fn behind(
    sign: Vec<Span<'static>>,
    text: &str,
    theme: &Theme,
    style: Style,
    measure: Measure,
) -> Vec<Line<'static>> {
    let used: usize = sign.iter().map(|span| width(&span.content)).sum();
    let room = measure.width.saturating_sub(used).max(1);
    let rows = match measure.low {
        true => vec![one_line(text, theme, style, room).to_string()],
        false => wrap_visible(beginning(text), room),
    };
    let mut sign = Some(sign);
    rows.into_iter()
        .map(|row| {
            let indent = || vec![Span::raw(" ".repeat(used))];
            let mut spans = sign.take().unwrap_or_else(indent);
            spans.push(Span::styled(row, style));
            Line::from(spans)
        })
        .collect()
}

/// The first of several entries in a low pane, with how many more there are.
pub fn first_of(
    mut entries: Vec<Vec<Line<'static>>>,
    theme: &Theme,
    measure: Measure,
) -> Vec<Line<'static>> {
    match entries.len() {
        0 => vec![Line::styled("-", theme.dim)],
        count if measure.low && count > 1 => {
            let more = format!(" +{}", count - 1);
            let first = entries.swap_remove(0).swap_remove(0);
            let room = measure.width.saturating_sub(width(&more));
            let mut line = cut(first, theme, room);
            line.spans.push(Span::styled(more, theme.dim));
            vec![line]
        }
        _ => entries.into_iter().flatten().collect(),
    }
}

/// A line of styled spans within `columns`.
fn cut(line: Line<'static>, theme: &Theme, columns: usize) -> Line<'static> {
    let mut room = columns;
    let mut spans = Vec::new();
    for span in line.spans {
        let fitting = fit(&span.content, room, theme.glyphs.ellipsis).into_owned();
        room -= width(&fitting).min(room);
        spans.push(Span::styled(fitting, line.style.patch(span.style)));
    }
    Line::from(spans)
}

fn wrap_visible(text: &str, columns: usize) -> Vec<String> {
    let safe = visible(text);
    wrap(&safe, columns)
        .into_iter()
        .map(ToOwned::to_owned)
        .collect()
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}
