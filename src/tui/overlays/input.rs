//! The text of an open field, scrolled so that the cursor is in sight.
//!
//! A field holds what a person typed, so it is made safe like any other text; the cursor
//! stands where the safe text of everything before it ends. Only what is in sight is laid out:
//! a key in a long text costs what a key in a short one does.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::overlays::input::Input;
use crate::document::visible::{visible_line, width, wrap};
use crate::tui::theme::Theme;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;

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
    let (near, (cut_before, cut_behind), cursor) = around(line, cursor);
    let (before, behind) = split(near, cursor.unwrap_or(0));
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
    if first > 0 || cut_before {
        frame::text(buf, area.x, area.y, 1, more, theme.dim);
    }
    if long - first > room || cut_behind {
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
    let sight = Sight::around(&typed, cursor, area.width, usize::from(area.height));
    let (rows, at, first) = (sight.rows, sight.cursor, sight.first);
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
    sight.of_all
}

/// How many rows the lines take in a field of so many columns; no more than `most` are counted.
pub fn rows_of<'a>(lines: impl Iterator<Item = &'a str>, columns: u16, most: usize) -> usize {
    let mut rows = 0;
    for stretch in lines.flat_map(stretches) {
        rows += wrap(&visible_line(stretch), usize::from(columns)).len();
        if rows >= most {
            return most;
        }
    }
    rows
}

/// Bytes of a line that are laid out on their own, where it has many more: the next ones begin
/// a row.
const STRETCH: usize = 4 * 1024;
/// Up to this many bytes it is known how many rows a text has; of a longer one it is estimated.
const COUNTED: usize = 32 * 1024;

/// A line in stretches of about [`STRETCH`] bytes, broken at a blank where there is one.
fn stretches(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        if line.len() <= 2 * STRETCH {
            return rest.take();
        }
        let (from, to) = (
            line.floor_char_boundary(STRETCH),
            line.floor_char_boundary(2 * STRETCH),
        );
        let blank = line[from..to].find(' ').map(|at| from + at + 1);
        let (stretch, behind) = line.split_at(blank.unwrap_or(from));
        rest = Some(behind);
        Some(stretch)
    })
}

/// The rows of a text around the cursor.
struct Sight {
    rows: Vec<String>,
    /// Which of them is shown first.
    first: usize,
    /// The cursor's row among them, and its column.
    cursor: Option<(usize, usize)>,
    /// The first row shown and how many there are, counted or estimated over the whole text.
    of_all: (usize, usize),
}

impl Sight {
    /// Lays out as many rows before and after the cursor as can be in sight; all of a text that
    /// is short enough to count its rows.
    fn around(lines: &[&str], cursor: Option<(usize, usize)>, columns: u16, height: usize) -> Self {
        let is_short = lines.iter().map(|line| line.len() + 1).sum::<usize>() <= COUNTED;
        let enough = if is_short { usize::MAX } else { height };
        let (line, column) = cursor.unwrap_or_default();
        let here = lines.get(line).copied().unwrap_or_default();
        let at = byte_of(here, column);
        let (before, own, behind) = at_stretch(here, at);
        let begun = here.len() - own.len() - behind.len();

        let earlier = lines.iter().take(line).rev();
        let earlier =
            earlier.flat_map(|line| stretches(line).collect::<Vec<_>>().into_iter().rev());
        let above = laid_out(before.into_iter().rev().chain(earlier), columns, enough);
        let mut rows: Vec<String> = above.into_iter().rev().flatten().collect();
        let own_at = rows.len();
        let at_own = cursor.is_some().then_some(at - begun);
        let (own_rows, cursor) = broken(own, at_own, columns);
        let cursor = cursor.map(|(row, column)| (own_at + row, column));
        rows.extend(own_rows);
        let rest = (!behind.is_empty()).then_some(behind).into_iter();
        let later = rest
            .chain(lines.iter().skip(line + 1).copied())
            .flat_map(stretches);
        rows.extend(laid_out(later, columns, enough).into_iter().flatten());

        let middle = cursor.map_or(0, |(row, _)| row.saturating_sub(height / 2));
        let first = middle.min(rows.len().saturating_sub(height));
        let of_all = match is_short {
            true => (first, rows.len()),
            false => {
                let columns = usize::from(columns.max(1));
                let estimate = |lines: &[&str]| -> usize {
                    lines.iter().map(|line| line.len() / columns + 1).sum()
                };
                let count = estimate(lines).max(rows.len());
                let above = estimate(&lines[..line]) + at / columns;
                let shown_above = own_at.saturating_sub(first).min(height);
                let above = above.saturating_sub(shown_above);
                (above.min(count.saturating_sub(height)), count)
            }
        };
        Self {
            rows,
            first,
            cursor,
            of_all,
        }
    }
}

/// The byte at which the character with index `column` begins.
fn byte_of(line: &str, column: usize) -> usize {
    let found = line.char_indices().nth(column);
    found.map_or(line.len(), |(at, _)| at)
}

/// The stretches of a line before the one that has the byte `at`, that one, and what follows it.
fn at_stretch(line: &str, at: usize) -> (Vec<&str>, &str, &str) {
    let (mut before, mut begun) = (Vec::new(), 0);
    for stretch in stretches(line) {
        let end = begun + stretch.len();
        if at < end || end == line.len() {
            return (before, stretch, &line[end..]);
        }
        begun = end;
        before.push(stretch);
    }
    (before, "", "")
}

/// The rows of the stretches, each for itself, until there are enough of them.
fn laid_out<'a>(
    stretches: impl Iterator<Item = &'a str>,
    columns: u16,
    enough: usize,
) -> Vec<Vec<String>> {
    let (mut all, mut count) = (Vec::new(), 0);
    for stretch in stretches {
        if count >= enough {
            break;
        }
        let rows = broken(stretch, None, columns).0;
        count += rows.len();
        all.push(rows);
    }
    all
}

/// A stretch of a line as rows of at most so many columns; of the byte `at`, row and column.
fn broken(stretch: &str, at: Option<usize>, columns: u16) -> (Vec<String>, Option<(usize, usize)>) {
    let safe = visible_line(stretch);
    let pieces = wrap(&safe, usize::from(columns));
    // Pieces are slices of the stretch: how far each is into it tells where the cursor is.
    let start = |piece: &str| piece.as_ptr().addr() - safe.as_ptr().addr();
    let cursor = at.map(|at| {
        let before = visible_line(&stretch[..at]).len().min(safe.len());
        let piece = pieces.iter().rposition(|piece| start(piece) <= before);
        let piece = piece.unwrap_or(0);
        let from = pieces.get(piece).map_or(0, |piece| start(piece));
        (piece, safe.get(from..before).map_or(0, width))
    });
    (pieces.into_iter().map(str::to_owned).collect(), cursor)
}

/// What of a long line is near the cursor, whether something was cut before and behind it, and
/// the cursor in what is left.
fn around(line: &str, cursor: Option<usize>) -> (&str, (bool, bool), Option<usize>) {
    if line.len() <= 2 * STRETCH {
        return (line, (false, false), cursor);
    }
    let at = byte_of(line, cursor.unwrap_or(0));
    let from = line.floor_char_boundary(at.saturating_sub(STRETCH));
    let to = line.ceil_char_boundary((at + STRETCH).min(line.len()));
    let cursor = cursor.map(|_| line[from..at].chars().count());
    (&line[from..to], (from > 0, to < line.len()), cursor)
}

/// The safe text before the character with index `at`, and from it on.
fn split(line: &str, at: usize) -> (String, String) {
    let (before, behind) = line.split_at(byte_of(line, at));
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
    use proptest::prelude::*;

    fn sight(lines: &[&str], cursor: (usize, usize), height: usize) -> Sight {
        Sight::around(lines, Some(cursor), 8, height)
    }

    #[test]
    fn the_cursor_stands_behind_the_safe_text_before_it() {
        let at = |line: &str, column| sight(&[line], (0, column), 5).cursor;
        assert_eq!(at("one two three", 0), Some((0, 0)));
        assert_eq!(at("one two three", 8), Some((1, 0)));
        assert_eq!(at("one two three", 13), Some((1, 5)));
        assert_eq!(at("设计", 1), Some((0, 2)));
        assert_eq!(at("a\u{1b}b", 2), Some((0, 5)));
        assert_eq!(at("", 0), Some((0, 0)));
        let sight = sight(&["one", "", "two"], (2, 1), 5);
        assert_eq!((sight.rows.len(), sight.cursor), (3, Some((2, 1))));
    }

    /// A text of many lines, one of a single line, and one without a blank.
    fn long(size: usize) -> [String; 3] {
        [
            "some words in a line\n".repeat(size / 21),
            "some words \u{e9} ".repeat(size / 14),
            "x".repeat(size),
        ]
    }

    #[test]
    fn what_is_laid_out_does_not_grow_with_the_text() {
        for size in [200_000, 1_000_000] {
            for text in long(size) {
                let lines: Vec<&str> = text.split('\n').collect();
                let last = lines.len() - 1;
                for line in [0, last / 2, last] {
                    let letters = lines[line].chars().count();
                    for column in [0, letters / 2, letters] {
                        let sight = sight(&lines, (line, column), 20);
                        let work: usize = sight.rows.iter().map(String::len).sum();
                        assert!(work <= 3 * 2 * STRETCH, "{work} bytes");
                        let (row, _) = sight.cursor.unwrap();
                        assert!((sight.first..sight.first + 20).contains(&row));
                        let (first, count) = sight.of_all;
                        assert!(first + 20 <= count, "{first} of {count}");
                    }
                }
                let near = around(lines[last], Some(lines[last].len() / 2)).0;
                assert!(near.len() <= 2 * STRETCH + 8);
                assert_eq!(rows_of(lines.iter().copied(), 8, 30), 30);
            }
        }
    }

    #[test]
    fn of_a_long_line_the_letters_around_the_cursor_are_shown() {
        let line = format!("{}設{}", "a".repeat(10_000), "b".repeat(10_000));
        let (near, cut, cursor) = around(&line, Some(10_000));
        assert_eq!(cut, (true, true));
        assert_eq!(near.chars().nth(cursor.unwrap()), Some('設'));
        assert_eq!(around(&line, Some(0)).1, (false, true));
        assert_eq!(around(&line, Some(20_001)).1, (true, false));
        assert_eq!(around("short", Some(2)), ("short", (false, false), Some(2)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn stretches_are_the_line(line in "[ab é]{0,30}", times in 0usize..2_000) {
            let line = line.repeat(times);
            let parts: Vec<&str> = stretches(&line).collect();
            prop_assert_eq!(parts.concat(), line.clone());
            prop_assert!(parts.iter().all(|part| part.len() <= 2 * STRETCH));
        }

        /// The rows in sight are those that the whole text would show there.
        #[test]
        fn a_part_is_laid_out_as_the_whole_would_be(
            words in prop::collection::vec("[a-zé]{1,12}", 4..40),
            line in 0usize..4_000,
            column in 0usize..60,
        ) {
            let text = format!("{}\n", words.join(" "));
            let text = text.repeat(COUNTED / text.len() + 2);
            let lines: Vec<&str> = text.split('\n').collect();
            let line = line % lines.len();
            let column = column.min(lines[line].chars().count());
            let part = sight(&lines, (line, column), 9);
            let (row, at) = part.cursor.unwrap();
            let above: Vec<String> =
                lines[..line].iter().flat_map(|line| broken(line, None, 8).0).collect();
            let own = broken(lines[line], None, 8).0;
            let shown = &part.rows[part.first..(part.first + 9).min(part.rows.len())];
            let all: Vec<String> = above.iter().cloned().chain(own).chain(
                lines[line + 1..].iter().take(20).flat_map(|line| broken(line, None, 8).0)
            ).collect();
            let whole = all.windows(shown.len()).any(|rows| rows == shown);
            prop_assert!(whole && at <= 8 + 1, "{row} {at}");
        }
    }
}
