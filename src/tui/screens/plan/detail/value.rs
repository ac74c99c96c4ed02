//! Values put into lines of a given width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Measure;
use crate::document::visible::{fit, visible, visible_line, width, wrap};
use crate::tui::theme::Theme;

/// A pane shows no more of a value than this many bytes.
const MOST: usize = 16 * 1024;

/// Text by the word in as many lines as it may have. Nothing is shown as a dash.
pub fn text(text: &str, theme: &Theme, style: Style, measure: Measure) -> Vec<Line<'static>> {
    let text = beginning(text).trim();
    if text.is_empty() {
        return vec![Line::styled("-", theme.dim)];
    }
    let rows = rows(text, theme, measure.width, measure.rows);
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
    let rows = rows(beginning(text), theme, room, measure.rows);
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

/// The first of `count` entries in as many lines as they may have all together, with how many
/// more there are.
pub fn entries(
    entries: Vec<Vec<Line<'static>>>,
    count: usize,
    theme: &Theme,
    measure: Measure,
) -> Vec<Line<'static>> {
    let (mut lines, mut shown) = (Vec::new(), 0);
    for entry in entries {
        if shown > 0 && lines.len() + entry.len() > measure.rows {
            break;
        }
        lines.extend(entry);
        shown += 1;
    }
    match (count, count - shown, lines.pop()) {
        (0, ..) | (.., None) => vec![Line::styled("-", theme.dim)],
        (_, 0, Some(last)) => {
            lines.push(last);
            lines
        }
        (_, hidden, Some(last)) => {
            let more = format!(" +{hidden}");
            let room = measure.width.saturating_sub(width(&more));
            let mut last = cut(last, theme, room);
            last.spans.push(Span::styled(more, theme.dim));
            lines.push(last);
            lines
        }
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

/// The rows of a text, at most `most` of them; the last one says if there are more.
fn rows(text: &str, theme: &Theme, columns: usize, most: usize) -> Vec<String> {
    if most <= 1 {
        return vec![one_line(text, theme, Style::new(), columns).to_string()];
    }
    let safe = visible(text);
    let all = wrap(&safe, columns);
    let mut rows: Vec<String> = all.iter().take(most).map(|row| (*row).to_owned()).collect();
    if let Some(last) = rows.last_mut().filter(|_| all.len() > most) {
        let ellipsis = theme.glyphs.ellipsis;
        let room = columns.saturating_sub(width(ellipsis) + 1);
        *last = format!("{} {ellipsis}", fit(last, room, "").trim_end());
    }
    rows
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}
