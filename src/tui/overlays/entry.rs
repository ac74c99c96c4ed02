//! The text of an open field, scrolled so that the cursor is in sight.
//!
//! A field holds what a person typed, so it is made safe like any other text; the cursor
//! stands where the safe text of everything before it ends.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::overlay::Input;
use crate::document::visible::{visible_line, width, wrap};
use crate::tui::field::Field;
use crate::tui::frame;
use crate::tui::theme::Theme;

/// Draws a field of one line into the first row of `area`, and the cursor if it is open.
pub fn one_line(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    input: &Input,
    field: Option<&Field>,
) {
    let (line, cursor) = match field {
        Some(field) => {
            let (row, column) = field.cursor();
            let line = field.lines().get(row).map_or("", String::as_str);
            (line, Some(column))
        }
        None => (input.text.as_str(), None),
    };
    let (before, behind) = split(line, cursor.unwrap_or(0));
    let at = width(&before);
    let safe = before + &behind;
    let room = usize::from(area.width);
    let long = width(&safe) + usize::from(cursor.is_some());
    let first = match long <= room {
        true => 0,
        false => at.saturating_sub(room / 2).min(long - room),
    };
    let buf = frame.buffer_mut();
    let mut column = 0;
    for letter in safe.graphemes(true) {
        let columns = width(letter);
        if column >= first && column + columns <= first + room {
            let x = area.x + to_u16(column - first);
            frame::text(buf, x, area.y, to_u16(columns), letter, theme.text);
        }
        column += columns;
    }
    let more = theme.glyphs.ellipsis;
    if first > 0 {
        frame::text(buf, area.x, area.y, 1, more, theme.dim);
    }
    if long - first > room {
        frame::text(buf, area.right() - 1, area.y, 1, more, theme.dim);
    }
    if cursor.is_some() && area.width > 0 {
        let x = area.x + to_u16(at - first).min(area.width - 1);
        frame.set_cursor_position(Position::new(x, area.y));
    }
}

/// Draws a field of several lines into `area`, broken at words, and the cursor if it is
/// open. Answers the number of the first row shown and of all rows.
pub fn several_lines(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    input: &Input,
    field: Option<&Field>,
) -> (usize, usize) {
    let typed: Vec<&str> = match field {
        Some(field) => field.lines().iter().map(String::as_str).collect(),
        None => input.text.split('\n').collect(),
    };
    let cursor = field.map(Field::cursor);
    let (rows, at) = broken(&typed, cursor, area.width);
    let height = usize::from(area.height);
    let middle = at.map_or(0, |(row, _)| row.saturating_sub(height / 2));
    let first = middle.min(rows.len().saturating_sub(height));
    let buf = frame.buffer_mut();
    for (y, row) in (area.y..area.bottom()).zip(&rows[first..]) {
        frame::text(buf, area.x, y, area.width, row, theme.text);
    }
    if let Some((row, column)) = at
        && area.width > 0
        && area.height > 0
    {
        let x = area.x + to_u16(column).min(area.width - 1);
        let y = area.y + to_u16(row - first).min(area.height - 1);
        frame.set_cursor_position(Position::new(x, y));
    }
    (first, rows.len())
}

/// How many rows `text` takes in a field of so many columns.
pub fn rows_of(text: &str, columns: u16) -> usize {
    let lines: Vec<&str> = text.split('\n').collect();
    broken(&lines, None, columns).0.len()
}

/// The lines as rows of at most so many columns, and the cursor's row and column.
fn broken(
    lines: &[&str],
    cursor: Option<(usize, usize)>,
    columns: u16,
) -> (Vec<String>, Option<(usize, usize)>) {
    let mut rows: Vec<String> = Vec::new();
    let mut at = None;
    for (index, line) in lines.iter().enumerate() {
        let safe = visible_line(line);
        let pieces = wrap(&safe, usize::from(columns));
        // Pieces are slices of the line: how far each is into it tells where the cursor is.
        let start = |piece: &str| piece.as_ptr().addr() - safe.as_ptr().addr();
        if let Some((_, column)) = cursor.filter(|(row, _)| *row == index) {
            let (before, _) = split(line, column);
            let before = before.len().min(safe.len());
            let piece = pieces.iter().rposition(|piece| start(piece) <= before);
            let piece = piece.unwrap_or(0);
            let from = pieces.get(piece).map_or(0, |piece| start(piece));
            let column = safe.get(from..before).map_or(0, width);
            at = Some((rows.len() + piece, column));
        }
        rows.extend(pieces.into_iter().map(str::to_owned));
    }
    (rows, at)
}

/// The safe text before the character with index `at`, and from it on.
fn split(line: &str, at: usize) -> (String, String) {
    let at = line.char_indices().nth(at).map_or(line.len(), |(at, _)| at);
    let (before, behind) = line.split_at(at);
    (
        visible_line(before).into_owned(),
        visible_line(behind).into_owned(),
    )
}

fn to_u16(columns: usize) -> u16 {
    u16::try_from(columns).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stands_behind_the_safe_text_before_it() {
        let at = |line: &str, column| broken(&[line], Some((0, column)), 8).1;
        assert_eq!(at("one two three", 0), Some((0, 0)));
        assert_eq!(at("one two three", 8), Some((1, 0)));
        assert_eq!(at("one two three", 13), Some((1, 5)));
        assert_eq!(at("设计", 1), Some((0, 2)));
        assert_eq!(at("a\u{1b}b", 2), Some((0, 5)));
        assert_eq!(at("", 0), Some((0, 0)));
        let (rows, at) = broken(&["one", "", "two"], Some((2, 1)), 8);
        assert_eq!((rows.len(), at), (3, Some((2, 1))));
    }
}
