//! Where the terminal's cursor is, as far as that is certain, and how it gets elsewhere.

use super::{decimal, keep_shorter};

/// Steps that are written one by one rather than counted.
const SINGLY: u16 = 3;

/// The place of the terminal's cursor, from 0. `None` where terminals differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Cursor {
    pub row: Option<u16>,
    pub column: Option<u16>,
}

impl Cursor {
    pub fn at(column: u16, row: u16) -> Self {
        Self {
            row: Some(row),
            column: Some(column),
        }
    }

    /// Moves the cursor to a place in the fewest bytes. Lines are fed only within the
    /// screen, so that it never scrolls.
    pub fn go(&mut self, column: u16, row: u16, out: &mut Vec<u8>) {
        let there = Self::at(column, row);
        if *self == there {
            return;
        }
        if self.row == Some(row) {
            horizontal(self.column, column, out);
            self.column = Some(column);
            return;
        }
        let start = out.len();
        out.extend(b"\x1b[");
        decimal(row + 1, out);
        if column > 0 {
            out.push(b';');
            decimal(column + 1, out);
        }
        out.push(b'H');
        if let Some(from) = self.row {
            let middle = out.len();
            vertical(from, row, out);
            horizontal(self.column, column, out);
            keep_shorter(out, start, middle);
        }
        *self = there;
    }
}

fn vertical(from: u16, to: u16, out: &mut Vec<u8>) {
    match to.checked_sub(from) {
        Some(down @ 0..=SINGLY) => out.extend(std::iter::repeat_n(b'\n', usize::from(down))),
        Some(down) => counted(down, b'B', out),
        None => counted(from - to, b'A', out),
    }
}

fn horizontal(from: Option<u16>, to: u16, out: &mut Vec<u8>) {
    if from == Some(to) {
        return;
    }
    if to == 0 {
        return out.push(b'\r');
    }
    let start = out.len();
    counted(to + 1, b'G', out);
    let Some(from) = from else { return };
    let middle = out.len();
    match to.checked_sub(from) {
        Some(right) => counted(right, b'C', out),
        None if from - to <= SINGLY => {
            out.extend(std::iter::repeat_n(b'\x08', usize::from(from - to)));
        }
        None => counted(from - to, b'D', out),
    }
    keep_shorter(out, start, middle);
}

/// `CSI count end`, for which 1 is the default.
pub(super) fn counted(count: u16, end: u8, out: &mut Vec<u8>) {
    out.extend(b"\x1b[");
    if count != 1 {
        decimal(count, out);
    }
    out.push(end);
}
