//! Rows narrowed down by typing: palette, help, step and owner pickers.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::input::one_line;
use super::{boxed, centred, hints, key_name, light, scrolled};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::{Chooser, Source};
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::palette;
use crate::document::visible::{pad, visible_line, width};
use crate::plan::id::typed_id;
use crate::plan::query::words::Words;
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::status::Look;
use crate::tui::widgets::{frame, status};

/// Widest and highest a chooser gets.
const LARGEST: (u16, u16) = (100, 30);

/// Draws a chooser. The field stays where it is while the rows become fewer.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    chooser: &Chooser,
    field: Option<&Field>,
) {
    // A narrow terminal is better filled than its words cut.
    let columns = (area.width.saturating_sub(4)).clamp(area.width.min(60), LARGEST.0);
    let rows = (area.height * 3 / 4).clamp(area.height.min(12), LARGEST.1);
    let mut area = centred(area, columns, rows);
    // The upper edge stands still; the lower one follows the rows that are left.
    let shown = u16::try_from(chooser.rows.len().max(1)).unwrap_or(u16::MAX);
    let differing = match &chooser.source {
        Source::Owner(request) => model.differing(request),
        _ => None,
    };
    let below = u16::from(chooser.input.error.is_some()) + u16::from(differing.is_some());
    area.height = area.height.min(shown.saturating_add(4 + below));
    let buf = frame.buffer_mut();
    let inner = frame_around(buf, area, model, theme, chooser);
    let top = Rect { height: 1, ..inner };
    let sign = format!("{} ", theme.glyphs.crumb);
    frame::text(buf, top.x, top.y, 2, &sign, theme.accent);
    let (_, typing) = split_columns(top, 2);
    if chooser.input.text.is_empty() {
        let invitation = invitation(&chooser.source);
        let x = typing.x + 1;
        frame::fitted(buf, theme, (x, top.y), typing.width, invitation, theme.dim);
    }
    let line = theme.glyphs.line.repeat(usize::from(inner.width));
    if inner.height > 1 {
        frame::text(buf, inner.x, inner.y + 1, inner.width, &line, theme.border);
    }
    let (_, mut below) = split_rows(inner, 2);
    if let Some(error) = &chooser.input.error {
        below.height = below.height.saturating_sub(1);
        let at = (inner.x, below.bottom());
        let error = frame::words(theme, error);
        frame::fitted(buf, theme, at, inner.width, &error, theme.error);
    }
    if let Some(hint) = &differing {
        below.height = below.height.saturating_sub(1);
        let at = (inner.x, below.bottom());
        frame::fitted(buf, theme, at, inner.width, hint, theme.warning);
    }
    draw_rows(buf, below, model, theme, sight, chooser);
    one_line(frame, typing, theme, &chooser.input, field);
}

/// Title, position and keys.
fn frame_around(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    chooser: &Chooser,
) -> Rect {
    let count = match chooser.rows.len() {
        0 => "none".to_owned(),
        count => format!("{} of {count}", chooser.cursor + 1),
    };
    let count = Line::styled(count, theme.dim);
    let inner = boxed(buf, area, theme, &chooser.input.label, count);
    let verb = match (&chooser.source, chooser.rows.get(chooser.cursor)) {
        (Source::Palette, Some(row)) => palette::verb(&row.choice),
        (Source::Palette | Source::Help, _) => "run",
        _ => "choose",
    };
    let close = match chooser.source {
        Source::Help => model.keymap.key_of("help"),
        _ => "Esc".to_owned(),
    };
    let keys = [
        ("⏎".to_owned(), verb),
        ("↑ ↓".to_owned(), "select"),
        (close, "close"),
    ];
    hints(buf, area, theme, &keys);
    inner
}

/// What to type, while nothing is.
fn invitation(source: &Source) -> &'static str {
    match source {
        Source::Palette => "a command, a step's number or title, a block, stage, owner, paper",
        Source::Help => "a word or a key to look for",
        Source::Upstream(_) => "a number, words of the title, or a condition in words",
        Source::Downstream(_) => "a number or words of the title",
        Source::Owner(_) => "a name, new or known",
        Source::Block(_) => "a block or words of its theme",
        Source::Checks => "words of the check, its list or its document",
        Source::Sort => "a column, or a key of the log",
    }
}

fn draw_rows(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    chooser: &Chooser,
) {
    let rows = &chooser.rows;
    if rows.is_empty() {
        let text = match chooser.is_listing {
            true => frame::words(theme, "Listing…"),
            false => "Nothing matches. Backspace widens the search.".into(),
        };
        frame::fitted(buf, theme, (area.x, area.y), area.width, &text, theme.dim);
        return;
    }
    let shown = sight.overlay().show(chooser.cursor, rows.len(), area);
    scrolled(buf, area, theme, shown.start, rows.len());
    let keys: Vec<String> = rows.iter().map(|row| key_name(&row.key, theme)).collect();
    let column = keys.iter().map(|key| width(key)).max().unwrap_or(0).min(14);
    let found = Words::new(chooser.input.text.split_whitespace());
    let is_help = chooser.source == Source::Help;
    // What a column says is a sentence: it begins behind the longest name, as in a table.
    let name = match chooser.source {
        Source::Sort => rows.iter().map(|row| width(&row.label)).max(),
        _ => None,
    };
    for (y, at) in (area.y..).zip(shown.clone()) {
        let row = &rows[at];
        // In the help a group is named once for all of its rows in sight.
        let repeats = is_help && at > shown.start && rows[at - 1].detail == row.detail;
        let row_area = frame::row(area, y);
        let lit = at == chooser.cursor;
        if lit {
            light(buf, area, y, theme);
        }
        let drawn = Drawn {
            row,
            key: &keys[at],
            column,
            name,
            look: look(model, row, theme),
            detail: if repeats { "" } else { &row.detail },
        };
        draw_row(buf, row_area, theme, &found, &drawn);
    }
}

/// A row made ready.
struct Drawn<'a> {
    row: &'a Row,
    key: &'a str,
    /// Columns of the keys.
    column: usize,
    /// Columns of the names, where what is said of each begins behind them.
    name: Option<usize>,
    look: Option<Look>,
    detail: &'a str,
}

fn draw_row(buf: &mut Buffer, area: Rect, theme: &Theme, found: &Words, drawn: &Drawn<'_>) {
    let blocked = drawn.row.blocked.is_some();
    let style = if blocked { theme.dim } else { theme.text };
    let mut spans = Vec::new();
    if drawn.column > 0 {
        let key = pad(drawn.key, drawn.column + 2).into_owned();
        let style = if blocked { theme.dim } else { theme.key };
        spans.push(Span::styled(key, style));
    }
    if let Some(look) = &drawn.look {
        spans.push(Span::styled(format!("{} ", look.sign), look.style));
    }
    spans.extend(marked(
        &frame::words(theme, &drawn.row.label),
        found,
        style,
        theme,
    ));
    let detail = frame::words(theme, drawn.detail);
    let wanted = frame::columns(&visible_line(&detail));
    let left = frame::line_width(&Line::from(spans.clone()));
    // The label comes first; the detail gets what is left, but never nothing.
    let rest = area.width.saturating_sub(left + 2);
    let right = match drawn.name {
        Some(name) => area
            .width
            .saturating_sub(u16::try_from(name + 2).unwrap_or(0)),
        None => wanted.min(rest.max(area.width / 4)),
    };
    let room = area.width.saturating_sub(right + u16::from(right > 0) * 2);
    frame::spans(buf, theme, (area.x, area.y), room, &spans.into());
    let at = (area.right() - right, area.y);
    frame::fitted(buf, theme, at, right, &detail, theme.dim);
}

/// The label with the letters lit that were looked for.
fn marked(label: &str, found: &Words, style: Style, theme: &Theme) -> Vec<Span<'static>> {
    let safe = visible_line(label);
    let places = match found.is_empty() {
        true => Vec::new(),
        false => found.places(&safe),
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut was_lit = None;
    for (at, c) in safe.chars().enumerate() {
        let lit = places.binary_search(&at).is_ok();
        match (spans.last_mut(), was_lit == Some(lit)) {
            (Some(span), true) => span.content.to_mut().push(c),
            _ => {
                let style = if lit {
                    style.patch(theme.match_highlight)
                } else {
                    style
                };
                spans.push(Span::styled(c.to_string(), style));
            }
        }
        was_lit = Some(lit);
    }
    spans
}

/// How the step is shown that a row would choose.
fn look(model: &Model, row: &Row, theme: &Theme) -> Option<Look> {
    let id = match &row.choice {
        Choice::Jump(id, _) => *id,
        Choice::Depend(..) => typed_id(row.label.split_whitespace().next()?)?,
        _ => return None,
    };
    let step = model.plan.find(id)?;
    Some(status::look(model.plan.step(step), theme))
}
