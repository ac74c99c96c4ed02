//! Edits of table cells that leave the columns where they are while there is room.

use unicode_width::UnicodeWidthStr;

use super::MarkdownDocument;
use super::blocks::{Alignment, Cell, Row, Table};
use super::compare::Allowed;
use super::edit::reads_as;
use super::escape::{Place, markdown_for};
use super::inline::trimmed_end;
use super::refusal::{Refusal, Target};
use super::rewrite::rewrites;
use super::verify::try_out;
use crate::document::splice::{Span, Splice};

impl MarkdownDocument {
    /// Puts typed words into a cell of a row below the header. A pipe is escaped, a line
    /// break becomes `<br/>`; markup of words that stay is kept. Padding is used up before the cell grows, and a row too short
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
        if cells
            .cells
            .get(column)
            .is_some_and(|cell| cell.text == text.trim())
        {
            return Ok(Vec::new());
        }
        let definitions = &self.shared.outline.definitions;
        let kept = cells.cells.get(column);
        let kept =
            kept.and_then(|cell| std::str::from_utf8(&self.bytes()[cell.inner.range()]).ok());
        let sources = kept.map_or(Vec::new(), |source| {
            rewrites(source, text, Place::Cell, definitions)
        });
        for source in sources {
            if Some(&*source) == kept {
                return Ok(Vec::new());
            }
            let splices = self.cell_splices(of, cells, column, &source);
            if self.try_cell(target, cells, &splices, text).is_ok() {
                return Ok(splices);
            }
        }
        let source = markdown_for(text, Place::Cell, definitions).join("<br/>");
        let splices = self.cell_splices(of, cells, column, &source);
        self.try_cell(target, cells, &splices, text)?;
        Ok(splices)
    }

    fn cell_splices(&self, of: &Table, row: &Row, column: usize, source: &str) -> Vec<Splice> {
        let Some(cell) = row.cells.get(column) else {
            return self.extended(of, row, column, source);
        };
        let closed = self.bytes().get(cell.outer.end) == Some(&b'|');
        let outer = self.padded(of, column, cell, source, closed);
        vec![Splice::replace(cell.outer, outer)]
    }

    /// Tries new words for a cell: they must read as typed.
    fn try_cell(
        &self,
        target: Target,
        row: &Row,
        splices: &[Splice],
        text: &str,
    ) -> Result<(), Refusal> {
        let trial = try_out(self, splices, Allowed::Target(target))?;
        let read = trial.cell_text(target).unwrap_or_default();
        if reads_as(read, text) {
            return Ok(());
        }
        Err(Refusal::NotReadBack {
            line: self.line_of(row.span.start),
            wanted: text.to_owned(),
            read: read.to_owned(),
        })
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
            let kept = |span: Span| &self.bytes()[span.range()];
            let before = kept(Span::new(cell.outer.start, cell.inner.start));
            let after = kept(Span::new(cell.inner.end, cell.outer.end));
            (blanks(before), blanks(after))
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
        let end = trimmed_end(self.bytes(), row.span).end;
        let closed = self.bytes()[..end].ends_with(b"|")
            && row.cells.last().is_none_or(|last| last.outer.end < end);
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
                let right = of.alignments.get(at) == Some(&Alignment::Right);
                let (before, after) = if right {
                    (fill.as_str(), "")
                } else {
                    ("", fill.as_str())
                };
                added.extend([before, &cell, after, "|"]);
            } else {
                added.push_str(cell.trim_ascii_end());
            }
        }
        vec![Splice::insert(end, added)]
    }
}

/// The bytes around a cell's words are blanks, so they are UTF-8.
fn blanks(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or(" ")
}

fn first_blank(blanks: &str) -> &str {
    &blanks[..blanks.len().min(1)]
}
