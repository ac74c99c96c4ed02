//! The frame of a pane, and text put straight into the buffer.
//!
//! Owns the only two ways in which letters reach the buffer: as they are, for words of our
//! own, and made safe and cut to a width, for whatever comes from files. Nothing here
//! knows what it draws. No widget is used, so that only what is visible is ever worked on.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::document::visible::{fit, visible_line, width};
use crate::tui::theme::Theme;

/// Draws a pane's frame with its name at the left, and answers the area within. An area
/// too small for a frame stays as it is.
pub fn pane(buf: &mut Buffer, area: Rect, theme: &Theme, title: Line, focused: bool) -> Rect {
    pane_with(buf, area, theme, title, Line::default(), focused)
}

/// Like [`pane`], with a second part of the title at the right, which is left out where
/// both would not fit with a piece of the frame between them.
pub fn pane_with(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    title: Line,
    right: Line,
    focused: bool,
) -> Rect {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return Rect::ZERO;
    }
    border(buf, area, theme, focused);
    let (from, to) = (area.x + 1, area.right() - 1);
    let end = spans(buf, theme, (from, area.y), to - from, &title);
    let long = line_width(&right);
    if long > 0 && end + 1 + long <= to {
        spans(buf, theme, (to - long, area.y), long, &right);
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// The row of `area` at `y`.
pub fn row(area: Rect, y: u16) -> Rect {
    Rect::new(area.x, y, area.width, 1)
}

/// The area within a frame, a column of air left free at either side.
pub fn aired(inner: Rect) -> Rect {
    let width = inner.width.saturating_sub(2);
    Rect::new(inner.x + 1, inner.y, width, inner.height)
}

/// Puts the cursor on a row.
pub fn select(buf: &mut Buffer, row: Rect, theme: &Theme, focused: bool) {
    buf.set_style(row, theme.selection(focused));
    let style = theme.border(focused);
    text(buf, row.x, row.y, 1, theme.glyphs.cursor, style);
}

fn border(buf: &mut Buffer, area: Rect, theme: &Theme, focused: bool) {
    let (set, style) = (theme.border_set(focused), theme.border(focused));
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let mut put = |x: u16, y: u16, symbol: &'static str| {
        buf[(x, y)].set_symbol(symbol).set_style(style);
    };
    for x in area.x + 1..right {
        put(x, area.y, set.horizontal_top);
        put(x, bottom, set.horizontal_bottom);
    }
    for y in area.y + 1..bottom {
        put(area.x, y, set.vertical_left);
        put(right, y, set.vertical_right);
    }
    put(area.x, area.y, set.top_left);
    put(right, area.y, set.top_right);
    put(area.x, bottom, set.bottom_left);
    put(right, bottom, set.bottom_right);
}

/// Draws `text` as one row, made safe, cut hard at `width` columns and at the buffer's
/// edge. Answers how many columns it took.
pub fn text(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    put(buf, x, y, width, &visible_line(text), style)
}

/// Like [`text`], ending in the theme's ellipsis where something had to go.
pub fn fitted(
    buf: &mut Buffer,
    theme: &Theme,
    (x, y): (u16, u16),
    width: u16,
    text: &str,
    style: Style,
) -> u16 {
    let safe = visible_line(text);
    let fitting = fit(&safe, usize::from(width), theme.glyphs.ellipsis);
    put(buf, x, y, width, &fitting, style)
}

/// Draws the spans of a line one behind the other, each in its own style, with an ellipsis
/// where `width` ends before they do. Answers the column behind the last letter.
pub fn spans(buf: &mut Buffer, theme: &Theme, (x, y): (u16, u16), width: u16, line: &Line) -> u16 {
    let (mut at, end) = (x, x.saturating_add(width));
    for span in &line.spans {
        let style = line.style.patch(span.style);
        at += fitted(buf, theme, (at, y), end - at, &span.content, style);
    }
    at
}

/// Shows on a pane's right border which stretch of a list is in sight, where that is not
/// all of it.
pub fn scrollbar(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    shown: &Range<usize>,
    count: usize,
    focused: bool,
) {
    let area = area.intersection(buf.area);
    let track = usize::from(area.height.saturating_sub(2));
    if shown.len() >= count || track == 0 {
        return;
    }
    let thumb = (track * shown.len() / count).max(1);
    let way = count - shown.len();
    // Rounded, so that only the first and the last stretch touch the ends. A text may be scrolled
    // until its last line is the first in sight.
    let top = ((track - thumb) * shown.start.min(way) + way / 2) / way;
    let frame = theme.border_set(focused).vertical_right;
    let bar = match theme.is_ascii() {
        true => "#",
        // A thumb must not look like the frame that it runs in.
        false if frame == "┃" => "█",
        false => "┃",
    };
    for row in top..top + thumb {
        let y = area.y + 1 + u16::try_from(row).unwrap_or(0);
        buf[(area.right() - 1, y)]
            .set_symbol(bar)
            .set_style(theme.border(focused));
    }
}

/// Words of our own for a terminal that shows ASCII only: drawn signs become letters.
pub fn words<'a>(theme: &Theme, text: &'a str) -> Cow<'a, str> {
    if !theme.is_ascii() || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '→' => out.push_str("->"),
            '·' | '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            '“' | '”' => out.push('"'),
            '’' => out.push('\''),
            '•' => out.push('*'),
            '×' => out.push('x'),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            '⏎' => out.push_str("Enter"),
            '↑' => out.push_str("Up"),
            '↓' => out.push_str("Down"),
            '↻' => out.push('@'),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same of text in which words of our own stand beside those from files: these stay as they are.
pub fn signs<'a>(theme: &Theme, text: &'a str) -> Cow<'a, str> {
    if !theme.is_ascii() || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let between = [" → ", " · ", " × "];
    let plain = |text: String, sign: &&str| text.replace(sign, &words(theme, sign));
    Cow::Owned(between.iter().fold(text.to_owned(), plain))
}

/// Columns that a line takes once it is made safe.
pub fn line_width(line: &Line) -> u16 {
    let columns = |text: &str| columns(&visible_line(text));
    line.spans
        .iter()
        .map(|span| columns(&span.content))
        .fold(0, u16::saturating_add)
}

/// Columns of safe text, as the buffer counts them.
pub fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Puts safe text into the buffer.
fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let inside = buf.area.contains((x, y).into());
    if !inside || width == 0 {
        return 0;
    }
    let (end, _) = buf.set_stringn(x, y, text, usize::from(width), style);
    end - x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Background, ColorDepth};

    fn theme() -> Theme {
        Theme::new(ColorDepth::None, Background::Dark, false)
    }

    fn rows(buf: &Buffer) -> Vec<String> {
        buf.content
            .chunks(usize::from(buf.area.width))
            .map(|row| row.iter().map(|cell| cell.symbol()).collect())
            .collect()
    }

    #[test]
    fn a_frame_shows_both_titles_only_where_they_fit() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 14, 3));
        let inner = pane_with(
            &mut buf,
            Rect::new(0, 0, 14, 3),
            &theme(),
            "Steps".into(),
            "3 of 4".into(),
            false,
        );
        assert_eq!(inner, Rect::new(1, 1, 12, 1));
        assert_eq!(rows(&buf)[0], "┌Steps─3 of 4┐");
        let mut buf = Buffer::empty(Rect::new(0, 0, 13, 3));
        pane_with(
            &mut buf,
            Rect::new(0, 0, 13, 3),
            &theme(),
            "Steps".into(),
            "3 of 4".into(),
            false,
        );
        assert_eq!(rows(&buf)[0], "┌Steps──────┐");
    }

    #[test]
    fn text_from_files_is_safe_and_stays_within_its_width() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 2));
        assert_eq!(text(&mut buf, 1, 0, 5, "设计评", Style::new()), 4);
        assert_eq!(text(&mut buf, 0, 1, 90, "a\u{1b}[2J", Style::new()), 8);
        assert_eq!(text(&mut buf, 0, 7, 9, "below", Style::new()), 0);
        assert_eq!(rows(&buf)[1], "a\\x1b[2J");
        let at = fitted(&mut buf, &theme(), (0, 0), 4, "Load", Style::new());
        assert_eq!((at, &rows(&buf)[0][..4]), (4, "Load"));
        fitted(&mut buf, &theme(), (0, 0), 4, "Loads", Style::new());
        assert!(rows(&buf)[0].starts_with("Loa…"));
    }
}
