//! Edits of table cells that leave the columns where they are while there is room.

use unicode_width::UnicodeWidthStr;

use super::MarkdownDocument;
use super::blocks::{Alignment, Cell, Row, Table};
use super::edit::reads_as;
use super::escape::{Place, markdown_for};
use super::verify::{Allowed, Refusal, Target, try_out};
use crate::document::splice::Splice;

impl MarkdownDocument {
    /// Puts typed words into a cell of a row below the header. A pipe is escaped, a line
    /// break becomes `<br/>`. Padding is used up before the cell grows, and a row too short
    /// to have the cell is extended; all other cells stay byte-identical.
    ///
    /// # Errors
    /// When there is no such row or column, or when the words would not be read as such.
    pub fn set_cell(
        &self,
        table: usize,
        row: usize,
        column: usize,
        text: &str,
    ) -> Result<Vec<Splice>, Refusal> {
        let target = Target::Cell(table, row, column);
        let (of, cells) = self.row(target, table, row, column)?;
        let lines = markdown_for(text, Place::Cell, &self.shared.outline.definitions);
        let source = lines.join("<br/>");
        let splices = match cells.cells.get(column) {
            Some(cell) => {
                let closed = self.bytes().get(cell.outer.end) == Some(&b'|');
                let outer = self.padded(of, column, cell, &source, closed);
                vec![Splice::replace(cell.outer, outer)]
            }
            None => self.extended(of, cells, column, &source),
        };
        let new = try_out(self, &splices, Allowed::Target(target))?;
        let read = cell_text(&new, table, row, column);
        if !reads_as(&read, text) {
            return Err(Refusal::NotReadBack {
                line: self.line_of(cells.span.start),
                wanted: text.to_owned(),
                read,
            });
        }
        Ok(splices)
    }

    /// Replaces everything between the pipes of a cell by Markdown as given, blanks too.
    ///
    /// # Errors
    /// When the row has no such cell, or when anything but the cell would change.
    pub fn set_cell_source(
        &self,
        table: usize,
        row: usize,
        column: usize,
        outer: &str,
    ) -> Result<Vec<Splice>, Refusal> {
        let target = Target::Cell(table, row, column);
        let (_, cells) = self.row(target, table, row, column)?;
        let cell = cells.cells.get(column).ok_or(Refusal::Missing(target))?;
        let splices = vec![Splice::replace(cell.outer, outer)];
        try_out(self, &splices, Allowed::Target(target))?;
        Ok(splices)
    }

    fn row(
        &self,
        target: Target,
        table: usize,
        row: usize,
        column: usize,
    ) -> Result<(&Table, &Row), Refusal> {
        let found = self
            .tables()
            .get(table)
            .and_then(|of| Some((of, of.rows.get(row)?)));
        found
            .filter(|(of, _)| column < of.alignments.len())
            .ok_or(Refusal::Missing(target))
    }

    /// The cell with `source` in it, as wide as before if that is wide enough.
    fn padded(&self, of: &Table, column: usize, cell: &Cell, source: &str, closed: bool) -> String {
        let old = self.source(cell.outer);
        let (mut before, mut after) = if cell.inner.is_empty() {
            let blank = if old.is_empty() {
                self.header_blank(of)
            } else {
                " "
            };
            (blank, blank)
        } else {
            let words = old.trim_ascii_start();
            let before = &old[..old.len() - words.len()];
            (before, &words[words.trim_ascii_end().len()..])
        };
        if !closed {
            // Nothing follows on the line: blanks would only be left over at its end.
            return format!("{before}{source}");
        }
        let width = old.width();
        let right = of.alignments.get(column) == Some(&Alignment::Right);
        if right {
            before = first_blank(before);
        } else {
            after = first_blank(after);
        }
        // A backslash right before the pipe would escape it.
        if after.is_empty() && source.ends_with('\\') {
            after = " ";
        }
        let fill = " ".repeat(width.saturating_sub((before.to_owned() + source + after).width()));
        if right {
            format!("{fill}{before}{source}{after}")
        } else {
            format!("{before}{source}{after}{fill}")
        }
    }

    /// The blank this table's author puts beside a pipe.
    fn header_blank(&self, of: &Table) -> &'static str {
        let spaced = |cell: &Cell| cell.inner.start > cell.outer.start;
        if of.header.cells.first().is_some_and(spaced) {
            " "
        } else {
            ""
        }
    }

    /// A short row with the cells up to `column` added, as wide as the header's.
    fn extended(&self, of: &Table, row: &Row, column: usize, source: &str) -> Vec<Splice> {
        let closed = self.is_closed(row);
        let mut added = String::new();
        for at in row.cells.len()..=column {
            if !closed {
                added.push_str(" |");
            }
            let words = if at == column { source } else { "" };
            let blank = if closed { self.header_blank(of) } else { " " };
            let slack = if words.ends_with('\\') && blank.is_empty() {
                " "
            } else {
                blank
            };
            let width = of
                .header
                .cells
                .get(at)
                .map_or(0, |c| self.source(c.outer).width());
            let cell = format!("{blank}{words}{slack}");
            let fill = " ".repeat(width.saturating_sub(cell.width()));
            if closed {
                added.push_str(&cell);
                added.push_str(&fill);
                added.push('|');
            } else {
                added.push_str(cell.trim_ascii_end());
            }
        }
        vec![Splice::insert(row.span.end, added)]
    }

    /// Whether a pipe ends the row.
    fn is_closed(&self, row: &Row) -> bool {
        let ends = self.bytes()[row.span.range()].ends_with(b"|");
        ends && row
            .cells
            .last()
            .is_none_or(|last| last.outer.end < row.span.end)
    }
}

fn first_blank(blanks: &str) -> &str {
    &blanks[..blanks.len().min(1)]
}

fn cell_text(of: &MarkdownDocument, table: usize, row: usize, column: usize) -> String {
    let row = of.tables().get(table).and_then(|t| t.rows.get(row));
    let cell = row.and_then(|r| r.cells.get(column));
    cell.map_or_else(String::new, |c| c.text.clone())
}
