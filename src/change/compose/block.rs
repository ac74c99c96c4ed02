//! Rows of the block table.

use super::{Change, Composer, Edit, Target};
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::canon::block_table::BlockColumn;

impl Composer<'_> {
    /// Sets one cell of a block's row to what was typed.
    ///
    /// # Errors
    /// When the block has no row or no such column, or the table cannot hold the text.
    pub fn set_block(
        &self,
        block: usize,
        column: BlockColumn,
        typed: &str,
    ) -> Result<Change, Refusal> {
        let id = self.plan.blocks()[block].id;
        let Some(row) = &self.plan.blocks()[block].row else {
            return refuse(format!("{id} has no row in a block table yet"));
        };
        let file = &self.plan.files()[row.file];
        let (Some(index), Some(document)) = (row.column(column), file.markdown()) else {
            return refuse(format!(
                "the block table has no column for {}",
                column.label().to_lowercase()
            ));
        };
        let text = typed.trim();
        let old = row.text(document, column);
        refuse_control(text, old)?;
        let label = format!(
            "{id} {}: {} → {}",
            column.label().to_lowercase(),
            super::shown(old),
            super::shown(text)
        );
        if old == text {
            return Ok(Change {
                label,
                edits: Vec::new(),
            });
        }
        let refused = |reason: String| Refusal(reason);
        let splices = document
            .set_cell(row.table, row.row, index, text)
            .map_err(|refusal| refused(refusal.to_string()))?;
        if splices.is_empty() {
            let edits = Vec::new();
            return Ok(Change { label, edits });
        }
        let changed = document
            .apply(&splices)
            .map_err(|error| refused(error.to_string()))?;
        let of = |document: &MarkdownDocument| document.tables()[row.table].rows[row.row].clone();
        let (old, new) = (of(document), of(&changed));
        let (target, before, after) = match old.cells.get(index) {
            Some(cell) => (
                Target::BlockCell { block: id, column },
                cell.outer,
                new.cells[index].outer,
            ),
            // A short row is extended by this cell and those before it.
            None => (Target::BlockRow { block: id }, old.span, new.span),
        };
        let source = |of: &MarkdownDocument, span: Span| Some(of.bytes()[span.range()].to_vec());
        super::reversible(
            file,
            Change {
                label,
                edits: vec![Edit {
                    path: file.path.clone(),
                    target,
                    before: source(document, before),
                    after: source(&changed, after),
                }],
            },
        )
    }
}
