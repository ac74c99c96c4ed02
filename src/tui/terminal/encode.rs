//! A frame's cells as the fewest bytes that make a terminal show them.
//!
//! [`Encoder`] remembers what the terminal shows, as far as that is certain. So it leaves out
//! what would look the same, writes over a short gap when that takes fewer bytes than a jump,
//! and erases runs of blanks. A blank takes whatever ink the pen has: only its background is
//! seen. What needs a colour that takes many bytes to name is written together, row by row,
//! behind all that does not. Between two frames the pen is always the one that terminals begin with, so that
//! whatever else is sent to the terminal meets no colour of ours.
//!
//! Terminals disagree about the width of emoji, of letters with marks, and of signs that East
//! Asian fonts draw wide. The cursor's column is not believed after such a cell, and the next
//! one is placed absolutely: a terminal that measures otherwise draws one cell badly, never
//! the rest of the row. Blanks on a background of ours are written, never
//! erased, because not every terminal erases with the background's colour.
//!
//! Nothing here does I/O or asks the terminal anything.

use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::Size;
use unicode_width::UnicodeWidthChar;

use motion::{Cursor, counted};
use pen::Pen;
use runs::Runs;

mod motion;
mod pen;
mod runs;

/// A gap of more unchanged cells than this is jumped over without a trial.
const GAP: u16 = 8;

/// Writes cells for a terminal that shows what it wrote before.
#[derive(Debug, Default)]
pub struct Encoder {
    size: Size,
    /// What each cell shows; `None` where that is not certain.
    shown: Vec<Option<Glyph>>,
}

/// A cell of one column whose width every terminal agrees on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Glyph {
    letter: char,
    pen: Pen,
}

impl Glyph {
    fn blank() -> Self {
        Self {
            letter: ' ',
            pen: Pen::default(),
        }
    }

    fn is_plain_blank(self) -> bool {
        self.letter == ' ' && self.pen.is_plain()
    }
}

/// A cell that has to be written.
#[derive(Clone, Copy)]
struct Change<'a> {
    column: u16,
    text: &'a str,
    pen: Pen,
    /// Columns that ratatui has reserved for it.
    width: u16,
    /// Whether every terminal takes it for as wide.
    certain: bool,
}

/// Columns that a terminal may take at the most which draws each letter for itself.
fn most_columns(text: &str) -> u16 {
    let columns = |letter: char| letter.width_cjk().unwrap_or(0);
    u16::try_from(text.chars().map(columns).sum::<usize>()).unwrap_or(u16::MAX)
}

impl<'a> Change<'a> {
    fn of(column: u16, cell: &'a Cell) -> Self {
        let (mut text, mut pen) = (cell.symbol(), Pen::of(cell));
        // Most cells are of these, and measuring takes its time.
        let ascii = matches!(text.as_bytes(), [b' '..=b'~']);
        let mut width = if ascii { 1 } else { cell.cell_width() };
        if width == 0 {
            // Nothing is to be seen there; whatever has no width would join its neighbour.
            (text, width) = (" ", 1);
        }
        if text == " " && pen.is_plain() {
            pen = pen.paper();
        }
        Self {
            column,
            text,
            pen,
            width,
            certain: ascii || is_certain(text, width),
        }
    }

    /// What the terminal will show in its place, if that is certain.
    fn glyph(&self) -> Option<Glyph> {
        let letter = self.text.chars().next()?;
        let pen = self.pen;
        (self.certain && self.width == 1).then_some(Glyph { letter, pen })
    }

    fn is_erasable(&self) -> bool {
        self.glyph() == Some(Glyph::blank())
    }

    fn is_plain_blank(&self) -> bool {
        self.glyph().is_some_and(Glyph::is_plain_blank)
    }

    fn end(&self) -> u16 {
        self.column.saturating_add(self.width)
    }

    /// The column behind whatever a terminal may have drawn on.
    fn most_end(&self) -> u16 {
        match self.certain {
            true => self.end(),
            false => (self.column.saturating_add(most_columns(self.text))).max(self.end() + 1),
        }
    }
}

impl Encoder {
    /// Forgets what the terminal shows.
    pub fn forget(&mut self) {
        self.shown.fill(None);
    }

    /// The terminal was cleared, and has this size.
    pub fn cleared(&mut self, size: Size) {
        self.size = size;
        self.shown.clear();
        let blank = Some(Glyph::blank());
        self.shown.resize(size.area() as usize, blank);
    }

    /// Writes cells that may have changed; they come in rows from the top and from left to
    /// right. The terminal's pen is a reset one before and after.
    pub fn draw<'a>(
        &mut self,
        size: Size,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
        out: &mut Vec<u8>,
    ) {
        if self.size != size {
            self.cleared(size);
            self.forget();
        }
        let mut runs = Runs::default();
        let (mut row, mut first, mut changes) = (0, 0, Vec::<Change<'_>>::new());
        for (x, y, cell) in cells {
            let change = Change::of(x, cell);
            let last = changes[first..].last();
            if y != row || last.is_some_and(|last| x <= last.column) {
                runs.add_row(row, first, &changes);
                (row, first) = (y, changes.len());
            }
            let last = changes[first..].last();
            // What a wide letter covers cannot be written beside it.
            let covered = last.is_some_and(|last| x < last.end());
            let shown = self.shown(x, y);
            if !covered && (shown.is_none() || shown != change.glyph()) {
                changes.push(change);
            }
        }
        runs.add_row(row, first, &changes);
        let mut writer = Writer {
            encoder: self,
            out,
            pen: Pen::default(),
            cursor: Cursor::default(),
        };
        for run in runs.in_order() {
            writer.row(run.row, &changes[run.changes]);
        }
        writer.pen_to(Pen::default());
    }

    fn shown(&self, column: u16, row: u16) -> Option<Glyph> {
        self.shown[self.index(column, row)?]
    }

    fn index(&self, column: u16, row: u16) -> Option<usize> {
        let inside = column < self.size.width && row < self.size.height;
        inside.then(|| usize::from(row) * usize::from(self.size.width) + usize::from(column))
    }
}

/// One frame on its way.
struct Writer<'e, 'o> {
    encoder: &'e mut Encoder,
    out: &'o mut Vec<u8>,
    pen: Pen,
    cursor: Cursor,
}

impl Writer<'_, '_> {
    fn shown(&self, column: u16, row: u16) -> Option<Glyph> {
        self.encoder.shown(column, row)
    }

    fn show(&mut self, column: u16, row: u16, glyph: Option<Glyph>) {
        if let Some(index) = self.encoder.index(column, row) {
            self.encoder.shown[index] = glyph;
        }
    }

    /// Writes changes of one row.
    fn row(&mut self, row: u16, mut changes: &[Change<'_>]) {
        while let Some((change, rest)) = changes.split_first() {
            changes = match change.is_erasable() {
                true => self.blanks(row, changes),
                false => {
                    self.change(row, change);
                    rest
                }
            };
        }
    }

    /// Writes or erases the run of blanks at the head of `changes`, those between them that
    /// are there already included. Answers the changes behind it.
    fn blanks<'a, 'c>(&mut self, row: u16, changes: &'a [Change<'c>]) -> &'a [Change<'c>] {
        let start = changes[0].column;
        let (mut end, mut at, mut taken) = (start, start, 0);
        loop {
            match changes.get(taken) {
                Some(next) if next.column == at && next.is_erasable() => {
                    taken += 1;
                    end = at + 1;
                }
                Some(next) if next.column == at => break,
                _ if self.shown(at, row) == Some(Glyph::blank()) => {}
                _ => break,
            }
            at += 1;
        }
        self.reach(start, row, Glyph::blank());
        let (count, rest) = (end - start, &changes[taken..]);
        let from = self.out.len();
        self.out
            .extend(std::iter::repeat_n(b' ', usize::from(count)));
        let middle = self.out.len();
        match at == self.encoder.size.width {
            true => self.out.extend(b"\x1b[K"),
            false => counted(count, b'X', self.out),
        }
        let erase = self.out.len() - middle;
        // Whoever erases has to jump over what is erased.
        let jump = usize::from(!rest.is_empty()) * erase;
        if usize::from(count) <= erase + jump {
            self.out.truncate(middle);
            self.advance(start, count);
        } else {
            self.out.drain(from..middle);
        }
        for column in start..end {
            self.show(column, row, Some(Glyph::blank()));
        }
        rest
    }

    fn change(&mut self, row: u16, change: &Change<'_>) {
        let Change { column, width, .. } = *change;
        match change.glyph() {
            Some(glyph) => self.reach(column, row, glyph),
            None => self.reach_with(column, row, change.pen),
        }
        if !change.certain {
            return self.uncertain(row, change);
        }
        self.out.extend(change.text.as_bytes());
        self.advance(column, width);
        for at in column..change.end() {
            self.show(at, row, change.glyph());
        }
    }

    /// Writes, at the cursor's place, what terminals measure differently, so that none of them
    /// shows something old beside it.
    fn uncertain(&mut self, row: u16, change: &Change<'_>) {
        let Change { column, width, .. } = *change;
        let (end, most) = (change.end(), change.most_end());
        let blank = Glyph {
            letter: ' ',
            pen: change.pen,
        };
        if (column + 1..end).any(|at| self.shown(at, row) != Some(blank)) {
            // Who takes it for narrower would leave there what it shows now.
            let spaces = std::iter::repeat_n(b' ', usize::from(width));
            self.out.extend(spaces);
            self.cursor.column = None;
            self.cursor.go(column, row, self.out);
        }
        self.out.extend(change.text.as_bytes());
        self.cursor.column = None;
        if most > self.encoder.size.width {
            self.cursor.row = None;
        }
        let beside: Vec<Option<Glyph>> = (end..most).map(|at| self.shown(at, row)).collect();
        let single = change.text.chars().nth(1).is_none();
        let blank_beside = single
            && beside
                .iter()
                .all(|glyph| glyph.is_some_and(Glyph::is_plain_blank));
        let behind = if blank_beside { end } else { most };
        for at in column..behind {
            self.show(at, row, None);
        }
        if single {
            return;
        }
        // Who draws each letter for itself has written over what stands behind.
        for (at, glyph) in (end..most).zip(beside) {
            if let Some(glyph) = glyph {
                self.reach(at, row, glyph);
                self.write(glyph);
                self.advance(at, 1);
                self.show(at, row, Some(glyph));
            }
        }
    }

    /// Notes that cells were written at the cursor's place.
    fn advance(&mut self, column: u16, width: u16) {
        let end = column.saturating_add(width);
        // At the right edge terminals differ in where the cursor waits.
        self.cursor.column = (end < self.encoder.size.width).then_some(end);
    }

    /// Brings cursor and pen to where a glyph is to be written.
    fn reach(&mut self, column: u16, row: u16, glyph: Glyph) {
        let pen = self.pen_for(glyph);
        self.reach_with(column, row, pen);
    }

    fn reach_with(&mut self, column: u16, row: u16, pen: Pen) {
        let gap = match self.cursor {
            Cursor {
                row: Some(r),
                column: Some(from),
            } if r == row && from < column && column - from <= GAP => from..column,
            _ => column..column,
        };
        let known = |at| self.shown(at, row).is_some();
        let (start, before, width) = (self.out.len(), self.pen, gap.len());
        let rewritable = width > 0 && gap.clone().all(known);
        if rewritable {
            for at in gap {
                if let Some(glyph) = self.shown(at, row) {
                    self.write(glyph);
                }
            }
            self.pen_to(pen);
        }
        let middle = self.out.len();
        if rewritable {
            self.pen = before;
        }
        self.cursor.go(column, row, self.out);
        self.pen_to(pen);
        if rewritable {
            keep_shorter(self.out, start, middle);
        }
    }

    fn write(&mut self, glyph: Glyph) {
        self.pen_to(self.pen_for(glyph));
        let letter = &mut [0; 4];
        self.out.extend(glyph.letter.encode_utf8(letter).as_bytes());
    }

    /// The pen that shows a glyph as it is, and is next to the present one.
    fn pen_for(&self, glyph: Glyph) -> Pen {
        match glyph.is_plain_blank() {
            true => self.pen.on(glyph.pen),
            false => glyph.pen,
        }
    }

    fn pen_to(&mut self, pen: Pen) {
        self.pen.change(pen, self.out);
        self.pen = pen;
    }
}

/// Of two ways to say the same, `out[start..middle]` and `out[middle..]`, keeps the shorter
/// one, and the first if they are as long.
fn keep_shorter(out: &mut Vec<u8>, start: usize, middle: usize) {
    match out.len() - middle < middle - start {
        true => drop(out.drain(start..middle)),
        false => out.truncate(middle),
    }
}

/// Writes a number in digits, without memory of its own: a frame has hundreds of them.
fn decimal(number: u16, out: &mut Vec<u8>) {
    if number >= 10 {
        decimal(number / 10, out);
    }
    // Below 10, so that nothing is cut off.
    out.push(b'0' + (number % 10) as u8);
}

/// Whether every terminal takes `text` for `width` columns. Lines and blocks count as certain
/// although East Asian fonts may draw them wide: no terminal's frames would fit then.
fn is_certain(text: &str, width: u16) -> bool {
    let mut letters = text.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    let as_wide = |measured: Option<usize>| measured == Some(usize::from(width));
    match letter {
        ' '..='~' => width == 1,
        '\u{2500}'..='\u{259f}' => width == 1,
        '✓' | '✗' => true,
        // Signs of which some are drawn as emoji.
        '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' => false,
        '\u{1f000}'.. => false,
        _ if letter.is_alphabetic() => as_wide(letter.width()),
        _ => as_wide(letter.width()) && as_wide(letter.width_cjk()),
    }
}

#[cfg(test)]
mod tests;
