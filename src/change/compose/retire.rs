//! What becomes of a block as a whole: another theme, retired, in force again.
//!
//! A block is retired by its row alone: no step's own status changes. What the Status cell held
//! stays in it, in parentheses, so that restoring the block gives the old bytes back.

use super::{Composer, Edit, Target};
use crate::change::value::{Refusal, refuse};
use crate::document::json;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::block::Block;
use crate::plan::canon::block_table::{BlockColumn, BlockRow, Retirement};
use crate::plan::canon::normalised;
use crate::plan::field::Field;
use crate::plan::source::SourceFile;

/// Around what the cell held before the block was retired.
const WAS: (&str, &str) = (" (was ", ")");

impl Composer<'_> {
    /// The edits of a block's row that retire it, or merge it into another block.
    ///
    /// # Errors
    /// When it is retired already, or has no row with a status.
    pub(crate) fn retire_row(&self, at: usize, how: Retirement) -> Result<Vec<Edit>, Refusal> {
        let block = &self.plan.blocks()[at];
        if let Some(already) = block.retirement() {
            let already = already.in_a_sentence();
            return refuse(format!("{} is {already} already", block.id));
        }
        let (row, file, document) = self.row_of(block)?;
        let (outer, inner) = match cell(block, row, document)? {
            Some(cell) => cell,
            // A short row is extended as by any other edit.
            None => {
                let words = how.words();
                return Ok(self.set_block(at, BlockColumn::Status, &words)?.edits);
            }
        };
        let held = inner.trim();
        let words = match held {
            "" => how.words(),
            held => format!("{}{}{held}{}", how.words(), WAS.0, WAS.1),
        };
        // In an empty cell behind its first blank.
        let lead = match held {
            "" => outer.len().min(1),
            _ => outer.len() - outer.trim_start().len(),
        };
        let trail = &outer[lead + held.len()..];
        let after = format!("{}{words}{trail}", &outer[..lead]);
        self.status_edit(block, file, outer, after)
    }

    /// The edit of a block's row that puts it into force again: with the very bytes that its status
    /// had before.
    ///
    /// # Errors
    /// When it is not retired, or somebody else wrote what its status says.
    pub(crate) fn restore_row(&self, at: usize) -> Result<Vec<Edit>, Refusal> {
        let block = &self.plan.blocks()[at];
        let Some(how) = block.retirement() else {
            return refuse(format!("{} is not retired", block.id));
        };
        let (row, file, document) = self.row_of(block)?;
        let by_hand = || {
            let status = row.text(document, BlockColumn::Status);
            Refusal(format!(
                "the status of {} says “{status}”, from which nothing can be restored: edit the cell",
                block.id
            ))
        };
        let (outer, inner) = cell(block, row, document)?.ok_or_else(by_hand)?;
        let words = inner.trim();
        let rest = words.strip_prefix(&how.words()).ok_or_else(by_hand)?;
        let was = match rest {
            "" => "",
            rest => {
                let was = rest
                    .strip_prefix(WAS.0)
                    .and_then(|rest| rest.strip_suffix(WAS.1));
                was.ok_or_else(by_hand)?
            }
        };
        if was.is_empty()
            && let Some(short) = without_last(row, document)
        {
            let source = |span: Span| document.bytes()[span.range()].to_vec();
            let whole = document.tables()[row.table].rows[row.row].span;
            let edit = Edit {
                path: file.path.clone(),
                target: Target::BlockRow { block: block.id },
                before: Some(source(whole)),
                after: Some(source(short)),
            };
            return Self::reversed(file, edit);
        }
        let after = outer.replacen(words, was, 1);
        self.status_edit(block, file, outer, after)
    }

    /// The edits that give a block another theme: its row, and the steps that repeat the old one,
    /// without a new date. Answers how many steps these are.
    ///
    /// # Errors
    /// When the block has no row with a theme, or the theme is empty or the same.
    pub(crate) fn retheme(&self, at: usize, theme: &str) -> Result<(Vec<Edit>, usize), Refusal> {
        let theme = theme.split_whitespace().collect::<Vec<_>>().join(" ");
        let block = &self.plan.blocks()[at];
        if theme.is_empty() {
            return refuse(format!("{} needs a theme", block.id));
        }
        let old = normalised(self.plan.block_text(at, BlockColumn::Theme));
        let mut edits = self.set_block(at, BlockColumn::Theme, &theme)?.edits;
        if edits.is_empty() {
            return refuse(format!("the theme of {} is “{theme}” already", block.id));
        }
        let mut count = 0;
        let spec = Field::Theme.spec();
        for step in block.steps().map(|step| self.plan.step(step)) {
            let Some(raw) = step.raw(Field::Theme).filter(|raw| raw.starts_with('"')) else {
                continue;
            };
            let repeated = normalised(&json::words(raw));
            if repeated == old && json::words(raw) != theme {
                count += 1;
                let after = json::quote(&theme);
                edits.push(self.log_edit(step, spec.key, spec.inner, Some(raw), &after));
            }
        }
        Ok((edits, count))
    }

    fn row_of<'b>(
        &self,
        block: &'b Block,
    ) -> Result<(&'b BlockRow, &SourceFile, &MarkdownDocument), Refusal> {
        let no_row = || Refusal(format!("{} has no row in a block table yet", block.id));
        let row = block.row.as_ref().ok_or_else(no_row)?;
        let file = &self.plan.files()[row.file];
        Ok((row, file, file.markdown().ok_or_else(no_row)?))
    }

    fn status_edit(
        &self,
        block: &Block,
        file: &SourceFile,
        before: &str,
        after: String,
    ) -> Result<Vec<Edit>, Refusal> {
        let edit = Edit {
            path: file.path.clone(),
            target: Target::BlockCell {
                block: block.id,
                column: BlockColumn::Status,
            },
            before: Some(before.as_bytes().to_vec()),
            after: Some(after.into_bytes()),
        };
        Self::reversed(file, edit)
    }

    fn reversed(file: &SourceFile, edit: Edit) -> Result<Vec<Edit>, Refusal> {
        let (label, edits) = (String::new(), vec![edit]);
        Ok(super::reversible(file, super::Change { label, edits })?.edits)
    }
}

/// What is left of a row that ends with its Status cell, without that: where no pipe closes the row,
/// an empty cell is none.
fn without_last(row: &BlockRow, document: &MarkdownDocument) -> Option<Span> {
    let whole = &document.tables()[row.table].rows[row.row];
    let [.., before, last] = &whole.cells[..] else {
        return None;
    };
    let is_status = row.column(BlockColumn::Status)? + 1 == whole.cells.len();
    let is_open = last.outer.end == whole.span.end;
    (is_status && is_open).then(|| Span::new(whole.span.start, before.inner.end))
}

/// The source of the Status cell in a block's row, with its blanks and without; nothing where the
/// row is too short to have it.
fn cell<'d>(
    block: &Block,
    row: &BlockRow,
    document: &'d MarkdownDocument,
) -> Result<Option<(&'d str, &'d str)>, Refusal> {
    let Some(column) = row.column(BlockColumn::Status) else {
        return refuse(format!(
            "the block table has no Status column, which says that {} is retired: add one",
            block.id
        ));
    };
    let Some(cell) = document.tables()[row.table].rows[row.row].cells.get(column) else {
        return Ok(None);
    };
    let source = |span: Span| {
        let text = std::str::from_utf8(&document.bytes()[span.range()]);
        text.map_err(|_| Refusal(format!("the status of {} is not UTF-8", block.id)))
    };
    Ok(Some((source(cell.outer)?, source(cell.inner)?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::change::{Change, apply};
    use crate::plan::Plan;
    use crate::plan::id::BlockId;
    use crate::plan::source::Role;

    fn files(status: &str, log: &str) -> Vec<SourceFile> {
        let canon = format!(
            "| Block | Step Range | Theme | Status | More |\n|---|---|---|---|---|\n\
             | B01 | 0001–0100 | Base &amp; *more* |{status}| x |\n"
        );
        vec![
            SourceFile::load("plan.md", Role::Canon, canon.into_bytes()),
            SourceFile::load("plan.jsonl", Role::Log, log.as_bytes().to_vec()),
        ]
    }

    fn edited(
        files: &[SourceFile],
        edit: impl Fn(&Composer<'_>) -> Result<Vec<Edit>, Refusal>,
    ) -> Result<Vec<SourceFile>, Refusal> {
        let plan = Plan::read(files.to_vec());
        let edits = edit(&Composer::new(&plan, chrono::DateTime::default()))?;
        let (label, mut files) = (String::new(), files.to_vec());
        apply::change(&Change { label, edits }, &mut files).unwrap();
        Ok(files)
    }

    fn text(files: &[SourceFile], at: usize) -> String {
        String::from_utf8(files[at].document.to_bytes()).unwrap()
    }

    const LOG: &str = "{\"step_id\":\"0001\",\"theme\":\"Base & more\",\"updated_at\":\"x\"}\n\
                       {\"step_id\":\"0002\",\"updated_at\":\"x\"}\n\
                       {\"step_id\":\"0003\",\"theme\":\"Own\",\"updated_at\":\"x\"}\n";

    proptest! {
        /// Whatever a cell holds: restoring what was retired gives its bytes back.
        #[test]
        fn what_is_retired_and_restored_has_its_old_bytes(
            status in "( {0,3}(Draft|in progress|\\*\\*Live\\*\\*|a<br/>b|\\[x\\]\\(y.md\\)|é \\(z\\)|`c`)?){1,2} {0,3}",
            into in prop::option::of(2..90u32),
        ) {
            let before = files(&status, LOG);
            prop_assume!(Plan::read(before.clone()).blocks()[0].retirement().is_none());
            let how = into.map_or(Retirement::Retired, |into| Retirement::Merged(BlockId(into)));
            let retired = edited(&before, |with| with.retire_row(0, how)).unwrap();
            let plan = Plan::read(retired.clone());
            prop_assert_eq!(plan.blocks()[0].retirement(), Some(how));
            prop_assert_eq!((plan.tally().total, plan.tally().retired), (0, 3));
            let restored = edited(&retired, |with| with.restore_row(0)).unwrap();
            prop_assert_eq!(text(&restored, 0), text(&before, 0));
        }
    }

    #[test]
    fn a_short_row_without_a_pipe_at_its_end_is_short_again() {
        for row in ["| B01 | 1 – 100 | Base", "B01 | 1 – 100 | Base"] {
            let canon = format!(
                "| Block | Step Range | Theme | Status |\n|---|---|---|---|\n{row}\n\nEnd.\n"
            );
            let canon = SourceFile::load("plan.md", Role::Canon, canon.into_bytes());
            let before = vec![canon, files("", LOG).remove(1)];
            let retired = edited(&before, |with| with.retire_row(0, Retirement::Retired)).unwrap();
            assert_eq!(
                Plan::read(retired.clone()).blocks()[0].retirement(),
                Some(Retirement::Retired)
            );
            let restored = edited(&retired, |with| with.restore_row(0)).unwrap();
            assert_eq!(text(&restored, 0), text(&before, 0));
        }
    }

    #[test]
    fn the_cell_says_what_it_held() {
        for (status, wanted) in [
            (" Draft ", "| Retired (was Draft) |"),
            ("  ", "| Retired |"),
            (" ", "| Retired|"),
            ("", "|Retired|"),
            (" a<br/>[b](c)   ", "| Retired (was a<br/>[b](c))   |"),
        ] {
            let retired = edited(&files(status, ""), |with| {
                with.retire_row(0, Retirement::Retired)
            });
            let text = text(&retired.unwrap(), 0);
            assert!(text.contains(wanted), "{text}");
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_left_to_people() {
        let reason = |status: &str, edit: fn(&Composer<'_>) -> Result<Vec<Edit>, Refusal>| {
            edited(&files(status, ""), edit).unwrap_err().0
        };
        assert_eq!(
            reason(" Retired: see the note ", |with| with.restore_row(0)),
            "the status of B01 says “Retired: see the note”, from which nothing can be restored: \
             edit the cell"
        );
        assert_eq!(
            reason(" Draft ", |with| with.restore_row(0)),
            "B01 is not retired"
        );
        assert_eq!(
            reason(" merged into B07 ", |with| with
                .retire_row(0, Retirement::Retired)),
            "B01 is merged into B07 already"
        );
    }

    #[test]
    fn a_theme_is_passed_on_to_steps_that_repeat_it_with_their_dates() {
        let before = files(" Draft ", LOG);
        let rethemed = edited(&before, |with| {
            let (edits, count) = with.retheme(0, " Proofs |  tests ")?;
            assert_eq!(count, 1);
            Ok(edits)
        });
        let rethemed = rethemed.unwrap();
        assert_eq!(
            text(&rethemed, 1),
            LOG.replace("Base & more", "Proofs | tests")
        );
        assert!(text(&rethemed, 0).contains("| Proofs \\| tests "));
        let plan = Plan::read(rethemed);
        let themes = plan
            .steps()
            .map(|step| step.text(Field::Theme).into_owned());
        assert_eq!(
            themes.collect::<Vec<_>>(),
            ["Proofs | tests", "Proofs | tests", "Own"]
        );
    }
}
