//! The text around a problem: its line, broken, with carets below the offending bytes.
//!
//! Of a line, which may be megabytes long, only the stretch that is shown is taken apart.

use std::ops::Range;

use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use crate::document::visible::{simple_letters, visible_line, width};
use crate::plan::Plan;
use crate::plan::checks::{Problem, line};
use crate::tui::theme::Theme;
use crate::tui::widgets::text_layout::TextLayout;

/// Rows that the line is broken into at most, where there is room for more than one.
const ROWS: usize = 4;
/// No letter is longer than this for each of its columns, in bytes.
const WIDEST_LETTER: usize = 4;

/// Adds the line of a problem to a sheet, with the lines before and after it if `roomy`.
pub fn excerpt(sheet: &mut TextLayout, plan: &Plan, problem: &Problem, theme: &Theme, roomy: bool) {
    let at = problem.place.line;
    let (around, most) = if roomy { (1, ROWS) } else { (0, 1) };
    let digits = (at + around).to_string().len();
    let bar = theme.glyphs.vertical;
    let room = usize::from(sheet.width()).saturating_sub(digits + 5).max(1);
    let gutter = |number: Option<usize>| {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        Span::styled(format!("  {number:>digits$} {bar} "), theme.dim)
    };
    for number in at.saturating_sub(around).max(1)..=at + around {
        let Some(bytes) = line(plan, &problem.place.path, number) else {
            continue;
        };
        if number != at {
            let text = safe(bytes, 0..boundary(bytes, room * WIDEST_LETTER));
            sheet.row(vec![gutter(Some(number)), Span::styled(text, theme.dim)]);
            continue;
        }
        let span = problem.span.map_or(0..0, |span| span.start..span.end);
        let rows = marked(bytes, span, (room, most), theme);
        for (index, row) in rows.into_iter().enumerate() {
            let lead = gutter((index == 0).then_some(number));
            sheet.row([vec![lead], row].concat());
        }
    }
}

/// The line in at most so many rows of so many columns, from shortly before the marked
/// bytes on, with carets below them.
fn marked(
    bytes: &[u8],
    span: Range<usize>,
    (room, most): (usize, usize),
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let (from, to) = (span.start.min(bytes.len()), span.end.min(bytes.len()));
    // A row of what comes before, if there are several; else what the marked bytes leave.
    let spare = room.saturating_sub(to - from + 2).max(room / 8);
    let lead = if most > 1 {
        room + room / 3
    } else {
        spare.min(room / 3)
    };
    let start = match to <= room || from <= room * (most - 1) {
        true => 0,
        false => boundary(bytes, from.saturating_sub(lead)),
    };
    let end = start + reach(&bytes[start..], room * most);
    let (from, to) = (from.clamp(start, end), to.clamp(start, end));
    let parts = [start..from, from..to.max(from), to.max(from)..end].map(|part| safe(bytes, part));
    let mut rows = Rows::new(room, most, theme);
    if start > 0 {
        rows.push(theme.glyphs.ellipsis, false);
    }
    for (part, is_marked) in parts.iter().zip([false, true, false]) {
        if !rows.push_all(part, is_marked) {
            rows.cut();
            return rows.finish();
        }
    }
    if end < bytes.len() {
        rows.cut();
    }
    rows.finish()
}

/// Rows of text as they fill up, each with its carets.
struct Rows<'a> {
    room: usize,
    most: usize,
    theme: &'a Theme,
    full: Vec<Vec<Span<'static>>>,
    spans: Vec<Span<'static>>,
    carets: String,
    used: usize,
    was_marked: Option<bool>,
    count: usize,
}

impl<'a> Rows<'a> {
    fn new(room: usize, most: usize, theme: &'a Theme) -> Self {
        Self {
            room,
            most,
            theme,
            full: Vec::new(),
            spans: Vec::new(),
            carets: String::new(),
            used: 0,
            was_marked: None,
            count: 0,
        }
    }

    /// Adds a text. Answers `false`, once there is no room for it.
    fn push_all(&mut self, mut text: &str, is_marked: bool) -> bool {
        if simple_letters(text).is_none() {
            return text
                .graphemes(true)
                .all(|letter| self.push(letter, is_marked));
        }
        while !text.is_empty() {
            if self.used >= self.room && !self.end_row() {
                return false;
            }
            let free = self.room - self.used;
            let end = match text.is_ascii() {
                true => free.min(text.len()),
                false => text
                    .char_indices()
                    .nth(free)
                    .map_or(text.len(), |(at, _)| at),
            };
            let (now, rest) = text.split_at(end);
            self.put(now, width(now), is_marked);
            text = rest;
        }
        true
    }

    /// Adds a letter. Answers `false`, once there is no room for it.
    fn push(&mut self, letter: &str, is_marked: bool) -> bool {
        let columns = width(letter);
        if self.used + columns > self.room && !self.end_row() {
            return false;
        }
        self.put(letter, columns, is_marked);
        true
    }

    fn put(&mut self, text: &str, columns: usize, is_marked: bool) {
        self.used += columns;
        let style = match is_marked {
            true => self.theme.warning,
            false => self.theme.text,
        };
        match self.spans.last_mut() {
            Some(span) if self.was_marked == Some(is_marked) => {
                span.content.to_mut().push_str(text);
            }
            _ => self.spans.push(Span::styled(text.to_owned(), style)),
        }
        self.was_marked = Some(is_marked);
        let below = if is_marked { "^" } else { " " };
        self.carets.push_str(&below.repeat(columns));
    }

    /// Puts the sign that there is more in the place of the last letters of the row.
    fn cut(&mut self) {
        let sign = self.theme.glyphs.ellipsis;
        while self.used + width(sign) > self.room
            && let Some(span) = self.spans.last_mut()
        {
            match span.content.grapheme_indices(true).next_back() {
                Some((at, letter)) => {
                    self.used -= width(letter);
                    span.content.to_mut().truncate(at);
                }
                None => drop(self.spans.pop()),
            }
        }
        if self.used + width(sign) <= self.room {
            self.spans.push(Span::styled(sign, self.theme.dim));
            self.used += width(sign);
        }
        // What is cut out of the marked bytes stays marked.
        let kept = self.carets.len().min(self.used);
        self.carets.truncate(kept);
    }

    /// Begins the next row. Answers `false` where there is none.
    fn end_row(&mut self) -> bool {
        if self.count + 1 == self.most {
            return false;
        }
        self.keep_row();
        true
    }

    fn keep_row(&mut self) {
        self.full.push(std::mem::take(&mut self.spans));
        let carets = std::mem::take(&mut self.carets);
        if carets.contains('^') {
            let carets = carets.trim_end().to_owned();
            self.full
                .push(vec![Span::styled(carets, self.theme.warning)]);
        }
        (self.used, self.was_marked) = (0, None);
        self.count += 1;
    }

    fn finish(mut self) -> Vec<Vec<Span<'static>>> {
        self.keep_row();
        self.full
    }
}

fn safe(bytes: &[u8], part: Range<usize>) -> String {
    visible_line(&String::from_utf8_lossy(&bytes[part])).into_owned()
}

/// How many bytes fill so many columns for sure, or all there are.
fn reach(bytes: &[u8], columns: usize) -> usize {
    let most = boundary(bytes, columns * WIDEST_LETTER);
    let text = std::str::from_utf8(&bytes[..most]).unwrap_or_default();
    // Letters of one column each fill them sooner. One more, so that there is more is seen.
    let sooner = text.char_indices().nth(columns + 1).map(|(at, _)| at);
    let is_simple = |at: &usize| simple_letters(&text[..*at]).is_some();
    sooner.filter(is_simple).unwrap_or(most)
}

/// The next byte at or behind `at` that begins a character, or the end of the line.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let continues = |byte: &&u8| **byte & 0xC0 == 0x80;
    let at = at.min(bytes.len());
    // No character has more than three bytes behind its first one.
    at + bytes[at..].iter().take(3).take_while(continues).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Background, ColorDepth};
    use proptest::prelude::*;

    fn rows(bytes: &[u8], span: Range<usize>, room: usize, most: usize) -> Vec<String> {
        let theme = Theme::new(ColorDepth::None, Background::Dark, true);
        let rows = marked(bytes, span, (room, most), &theme);
        rows.iter()
            .map(|row| row.iter().map(|span| &*span.content).collect())
            .collect()
    }

    #[test]
    fn carets_stand_below_the_marked_bytes() {
        assert_eq!(rows(b"abcdef", 2..4, 10, 4), ["abcdef", "  ^^"]);
        assert_eq!(rows(b"abcdef", 2..5, 4, 4), ["abcd", "  ^^", "ef", "^"]);
        assert_eq!(rows("设计x".as_bytes(), 6..7, 10, 4), ["设计x", "    ^"]);
        assert_eq!(rows(b"abc", 0..0, 10, 4), ["abc"]);
        assert_eq!(rows(b"0123456789abcdef", 12..13, 6, 1), ["~abcd~", "   ^"]);
        assert_eq!(
            rows(b"0123456789abcdef", 4..14, 8, 1),
            ["~345678~", "  ^^^^^^"]
        );
        assert_eq!(rows(b"abcdef", 0..1, 4, 1), ["abc~", "^"]);
    }

    proptest! {
        #[test]
        fn any_line_any_span_any_room(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            from in 0usize..250,
            long in 0usize..60,
            room in 1usize..40,
            most in 1usize..5,
        ) {
            let rows = rows(&bytes, from..from + long, room, most);
            prop_assert!(rows.len() <= 2 * most);
        }
    }
}
