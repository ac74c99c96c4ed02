//! Screen 5: what the checks find, and the selected problem with the text around it.
//!
//! Draws the visible rows only, whatever their number. Of a long line it takes apart only
//! the stretch that is shown.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::command::Place;
use crate::app::model::Model;
use crate::document::visible::{pad, visible_line, width};
use crate::plan::checks::{Problem, Severity, line};
use crate::plan::source;
use crate::tui::frame;
use crate::tui::sheet::{Sheet, thumb};
use crate::tui::theme::Theme;
use crate::tui::window::Sight;

/// From this many columns on the selected problem stands beside the list.
const BESIDE: u16 = 120;
/// Below this many rows the list has the screen for itself.
const LIST_ALONE: u16 = 9;
/// Lines shown before and after the one with the problem.
const AROUND: usize = 1;
/// Rows that the line with the problem is broken into at most.
const ROWS: usize = 4;
/// No letter is longer than this for each of its columns, in bytes.
const WIDEST_LETTER: usize = 4;

/// Draws the screen into `body`.
pub fn draw(frame: &mut Frame, body: Rect, model: &Model, theme: &Theme, sight: &mut Sight) {
    let buf = frame.buffer_mut();
    let found = &model.problems.found;
    if found.is_empty() {
        return nothing(buf, body, model, theme);
    }
    let (above, below) = places(body, found.len());
    list(buf, above, model, theme, sight);
    if let (Some(area), Some(problem)) = (below, found.get(model.problems.cursor)) {
        detail(buf, area, model, problem, theme);
    }
}

fn places(body: Rect, count: usize) -> (Rect, Option<Rect>) {
    if body.width >= BESIDE {
        let left = body.width * 3 / 5;
        let right = Rect {
            x: body.x + left,
            width: body.width - left,
            ..body
        };
        return (
            Rect {
                width: left,
                ..body
            },
            Some(right),
        );
    }
    if body.height < LIST_ALONE {
        return (body, None);
    }
    // A short list leaves its room to the problem.
    let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let top = wanted.clamp(4, (body.height / 2).max(4));
    let bottom = Rect {
        y: body.y + top,
        height: body.height - top,
        ..body
    };
    (
        Rect {
            height: top,
            ..body
        },
        Some(bottom),
    )
}

fn nothing(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Problems", theme.title);
    let inner = frame::pane(buf, body, theme, title, model.overlays.is_empty());
    let (sign, text, when) = match model.problems.checked_at {
        None => (theme.glyphs.ellipsis, "checking", String::new()),
        Some(at) => (
            theme.glyph(crate::tui::theme::Sign::Complete),
            "Nothing is wrong with the plan.",
            format!("Checked at {} UTC.", at.format("%H:%M")),
        ),
    };
    let style = match model.problems.checked_at {
        None => theme.dim,
        Some(_) => theme.ok,
    };
    let (x, y) = (inner.x + 1, inner.y + inner.height.min(2) / 2);
    let line = Line::from(vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(text, theme.text),
    ]);
    let room = inner.width.saturating_sub(1);
    frame::spans(buf, theme, (x, y), room, &line);
    if y + 1 < inner.bottom() {
        frame::fitted(buf, theme, (x + 2, y + 1), room, &when, theme.dim);
    }
}

/// How many problems of each severity, and whether the plan has changed since.
fn summary(model: &Model, theme: &Theme) -> Line<'static> {
    let found = &model.problems.found;
    let mut spans: Vec<Span<'static>> = Vec::new();
    for severity in Severity::ALL {
        // They are sorted by severity.
        let from = found.partition_point(|p| p.severity < severity);
        let to = found.partition_point(|p| p.severity <= severity);
        if to > from {
            if !spans.is_empty() {
                spans.push(Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim));
            }
            let plural = if to - from == 1 { "" } else { "s" };
            let text = format!("{} {}{plural}", to - from, severity.word());
            spans.push(Span::styled(text, look(severity, theme).1));
        }
    }
    if model.problems.generation != model.generation {
        spans.push(Span::styled(
            format!(" {} checking", theme.glyphs.dot),
            theme.dim,
        ));
    }
    spans.into()
}

fn look(severity: Severity, theme: &Theme) -> (&'static str, Style) {
    use crate::tui::theme::Sign;
    match severity {
        Severity::Error => (theme.glyph(Sign::Blocked), theme.error),
        Severity::Warning => (theme.glyphs.alert, theme.warning),
        Severity::Note => (theme.glyphs.dot, theme.accent),
    }
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut Sight) {
    let found = &model.problems.found;
    let title = Line::styled("Problems", theme.title);
    let focused = model.overlays.is_empty();
    let inner = frame::pane_with(buf, area, theme, title, summary(model, theme), focused);
    sight.page = usize::from(inner.height);
    let cursor = model.problems.cursor;
    let rows =
        (sight.window(Place::Problems)).follow(cursor, found.len(), usize::from(inner.height));
    thumb(buf, inner, theme, (rows.start, found.len()), focused);
    let places: Vec<String> = found[rows.clone()]
        .iter()
        .map(|p| short(&p.place))
        .collect();
    let longest = places.iter().map(|place| width(place)).max().unwrap_or(0);
    let column = longest.min(usize::from(inner.width / 4));
    for ((y, at), place) in (inner.y..).zip(rows).zip(&places) {
        let problem = &found[at];
        let (sign, style) = look(problem.severity, theme);
        let room = inner.width.saturating_sub(1);
        let mut spans = vec![Span::styled(
            format!("{sign} {} ", pad(problem.severity.word(), 7)),
            style,
        )];
        let fix = match problem.fix {
            Some(_) => model.keymap.key_of("problem-fix"),
            None => String::new(),
        };
        spans.push(Span::styled(
            format!("{} ", pad(&tail(place, column, theme), column)),
            theme.dim,
        ));
        spans.push(Span::styled(
            frame::words(theme, &problem.message),
            theme.text,
        ));
        let mark = frame::columns(&fix);
        let text = room.saturating_sub(mark + 2);
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        if at == cursor {
            buf.set_style(row, theme.selection(focused));
            frame::text(buf, inner.x, y, 1, theme.glyphs.cursor, theme.accent);
        }
        frame::spans(
            buf,
            theme,
            (inner.x + 2, y),
            text.saturating_sub(1),
            &spans.into(),
        );
        let x = inner.right().saturating_sub(mark + 1);
        frame::text(buf, x, y, mark, &fix, theme.key);
    }
}

fn short(place: &source::Place) -> String {
    format!(
        "{}:{}",
        visible_line(&place.path.to_string_lossy()),
        place.line
    )
}

/// The end of `text` in at most so many columns: of a path, the end says most.
fn tail(text: &str, columns: usize, theme: &Theme) -> String {
    let long = width(text);
    if long <= columns {
        return text.to_owned();
    }
    let cut = long + width(theme.glyphs.ellipsis) - columns.min(long);
    let start = text
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| width(&text[..*at]) >= cut)
        .unwrap_or(text.len());
    format!("{}{}", theme.glyphs.ellipsis, &text[start..])
}

fn detail(buf: &mut Buffer, area: Rect, model: &Model, problem: &Problem, theme: &Theme) {
    let title = Line::styled(problem.code, theme.title);
    let fix = model.keymap.key_of("problem-fix");
    let right = match problem.fix {
        Some(_) => Line::from(vec![
            Span::styled(fix, theme.key),
            Span::styled(" fixes it", theme.dim),
        ]),
        None => Line::default(),
    };
    let inner = frame::pane_with(buf, area, theme, title, right, false);
    let text = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let mut sheet = Sheet::new(theme, text.width);
    let (sign, style) = look(problem.severity, theme);
    sheet.hanging(
        Span::styled(format!("{sign} "), style),
        &frame::words(theme, &problem.message),
        theme.title,
    );
    sheet.hanging("  ", &frame::words(theme, &problem.help), theme.text);
    if text.height > 8 {
        sheet.blank();
    }
    let place = problem.place.to_string();
    sheet.row(Span::styled(
        format!(
            "  {}",
            tail(&visible_line(&place), usize::from(text.width) - 2, theme)
        ),
        theme.dim,
    ));
    // Where there is little room, it is for the line itself.
    let around = if text.height > 10 { AROUND } else { 0 };
    excerpt(&mut sheet, model, problem, theme, around);
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}

/// The line of the problem, broken, with the place itself marked below, and the lines
/// around it.
fn excerpt(sheet: &mut Sheet, model: &Model, problem: &Problem, theme: &Theme, around: usize) {
    let at = problem.place.line;
    let digits = (at + around).to_string().len();
    let bar = theme.glyphs.vertical;
    let room = usize::from(sheet.width()).saturating_sub(digits + 5).max(1);
    let gutter = |number: Option<usize>| {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        Span::styled(format!("  {number:>digits$} {bar} "), theme.dim)
    };
    for number in at.saturating_sub(around).max(1)..=at + around {
        let here = source::Place {
            line: number,
            ..problem.place.clone()
        };
        let Some(bytes) = line(&model.plan, &here) else {
            continue;
        };
        if number != at {
            let text = beginning(bytes, room);
            sheet.row(vec![gutter(Some(number)), Span::styled(text, theme.dim)]);
            continue;
        }
        let span = problem.span.map_or((0, 0), |span| (span.start, span.end));
        let most = if around > 0 { ROWS } else { 1 };
        let rows = broken(bytes, span, (room, most), theme);
        for (index, row) in rows.into_iter().enumerate() {
            let lead = gutter((index == 0).then_some(number));
            sheet.row([vec![lead], row].concat());
        }
    }
}

/// What fits of a line into so many columns and one more, made safe.
fn beginning(bytes: &[u8], room: usize) -> String {
    let end = boundary(bytes, (room * WIDEST_LETTER).min(bytes.len()));
    visible_line(&String::from_utf8_lossy(&bytes[..end])).into_owned()
}

/// The line in rows of so many columns, from shortly before the marked bytes on, with
/// carets below them.
fn broken(
    bytes: &[u8],
    (from, to): (usize, usize),
    (room, most): (usize, usize),
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let (from, to) = (from.min(bytes.len()), to.min(bytes.len()));
    let lead = match most {
        1 => room / 3,
        _ => room + room / 3,
    };
    let start = match to <= room || from <= room * (most - 1) {
        true => 0,
        false => boundary(bytes, from.saturating_sub(lead)),
    };
    let end = boundary(
        bytes,
        (start + room * most * WIDEST_LETTER).min(bytes.len()),
    );
    let (from, to) = (from.clamp(start, end), to.clamp(start, end));
    let part = |range: std::ops::Range<usize>| {
        visible_line(&String::from_utf8_lossy(&bytes[range])).into_owned()
    };
    let parts = [
        (part(start..from), false),
        (part(from..to), true),
        (part(to..end), false),
    ];
    let letters = parts
        .iter()
        .flat_map(|(text, marked)| text.graphemes(true).map(|letter| (letter, *marked)));
    let mut rows: Vec<(Vec<Span<'static>>, String)> = vec![Default::default()];
    let mut used = 0;
    if start > 0 {
        rows[0]
            .0
            .push(Span::styled(theme.glyphs.ellipsis, theme.dim));
        used = width(theme.glyphs.ellipsis);
        rows[0].1 = " ".repeat(used);
    }
    let mut was = None;
    for (letter, marked) in letters {
        let columns = width(letter);
        if used + columns > room {
            if rows.len() == most {
                break;
            }
            rows.push(Default::default());
            (used, was) = (0, None);
        }
        used += columns;
        let Some((spans, carets)) = rows.last_mut() else {
            break;
        };
        let style = if marked { theme.warning } else { theme.text };
        match spans.last_mut() {
            Some(span) if was == Some(marked) => span.content.to_mut().push_str(letter),
            _ => spans.push(Span::styled(letter.to_owned(), style)),
        }
        was = Some(marked);
        carets.push_str(&if marked { "^" } else { " " }.repeat(columns));
    }
    let mut out = Vec::new();
    for (spans, carets) in rows {
        out.push(spans);
        if carets.contains('^') {
            let carets = carets.trim_end().to_owned();
            out.push(vec![Span::styled(carets, theme.warning)]);
        }
    }
    out
}

/// The next byte at or behind `at` that begins a character.
fn boundary(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
        at += 1;
    }
    at.min(bytes.len())
}
