//! What follows from an edit of values: the files are changed in place, and only what depends on
//! them is derived again. A plan that was amended equals the plan read again; `tests/it/laws`
//! holds it to that.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::canon::block_table::BlockRow;
use super::graph::Node;
use super::id::{BlockId, StepId};
use super::source::{Role, SourceFile};
use super::status::Status;
use super::{Plan, index_steps, ladders};
use crate::document::markdown::MarkdownDocument;

impl Plan {
    /// Changes the files in place and derives again what follows, where it is known beforehand what
    /// the change concerns: the values of some steps, and whether Markdown is edited. Files, lines
    /// and the IDs on them stay as they are; if they do not after all, the plan is read again as a
    /// whole.
    ///
    /// # Errors
    /// What `edit` reports; it must leave the files as they were then.
    pub fn amend<T, E>(
        &mut self,
        steps: &[StepId],
        markdown: bool,
        edit: impl FnOnce(&mut Vec<SourceFile>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (count, lines) = (self.files.len(), self.log_lines());
        let before: Vec<_> = match markdown {
            true => (self.files.iter().map(|file| file.markdown().cloned())).collect(),
            false => Vec::new(),
        };
        let done = edit(&mut self.files)?;
        let mut same = count == self.files.len()
            && self.first_lines == index_steps::first_lines(&self.files)
            && self.log_lines() == lines;
        let mut other_rows = false;
        if markdown && same {
            match self.read_documents(&before) {
                Some(are_same_blocks) => other_rows = !are_same_blocks,
                None => same = false,
            }
            if self
                .decisions
                .get()
                .is_some_and(|read| !read.are_of(&self.files))
            {
                self.decisions = Arc::default();
            }
        }
        if !same {
            *self = Self::read(std::mem::take(&mut self.files));
            return Ok(done);
        }
        let mut steps: Vec<usize> = steps.iter().flat_map(|id| self.all_of(*id)).collect();
        steps.sort_unstable();
        steps.dedup();
        for step in &steps {
            self.restate(*step);
        }
        let nodes: Vec<(usize, Node)> =
            steps.iter().map(|step| (*step, self.node(*step))).collect();
        self.graph.amend(&nodes);
        if other_rows {
            self.gather_blocks();
        }
        Ok(done)
    }

    /// Reads those Markdown documents again that are not what they were `before`, and what follows
    /// from them. Answers whether the blocks are the same, by name and range; nothing where the
    /// steps are others, or others are retired.
    fn read_documents(&mut self, before: &[Option<MarkdownDocument>]) -> Option<bool> {
        let has_changed = |file: &usize| {
            let both = self.files[*file].markdown().zip(before[*file].as_ref());
            both.is_some_and(|(now, before)| !now.is_same(before))
        };
        let changed: Vec<usize> = (0..before.len()).filter(has_changed).collect();
        let (mut checklists, mut stages, mut rows) = (false, false, false);
        let mut are_same_blocks = true;
        for file in changed {
            match self.files[file].role {
                Role::Canon => {}
                Role::Roadmap | Role::GateReview => {
                    stages = true;
                    continue;
                }
                _ => continue,
            }
            let (former, now) = self.canon.read_again(&self.files, file)?;
            checklists |= former.has_checklists || now.has_checklists;
            stages |= former.bears_on_stages || now.bears_on_stages;
            rows |= !former.block_rows.is_empty();
            let facts = |row: &BlockRow| (row.id, row.range);
            let (old, new) = (&former.block_rows, &now.block_rows);
            // Other steps are open then, in a block and behind it.
            let retired = |row: &BlockRow| row.retirement;
            if !old.iter().map(retired).eq(new.iter().map(retired)) {
                return None;
            }
            are_same_blocks &= old.iter().map(facts).eq(new.iter().map(facts));
        }
        let taken = self.taken.clone();
        if stages {
            self.read_stages();
        }
        let are_same_taken = taken == self.taken;
        if checklists || !are_same_taken {
            // A new cell, whatever is known: a copy of the plan as it was may fill the old one.
            self.others = Arc::new(match self.others.get() {
                Some(before) => {
                    let before = if are_same_taken { &**before } else { &[] };
                    let (files, canon) = (&self.files, &self.canon);
                    OnceLock::from(ladders::others(files, canon, &self.taken, before))
                }
                None => OnceLock::new(),
            });
        }
        if rows && are_same_blocks {
            let rows = first_rows(self.canon.block_rows());
            for block in Arc::make_mut(&mut self.blocks) {
                block.row = rows.get(&block.id).map(|row| (*row).clone());
            }
        }
        Some(are_same_blocks)
    }

    /// Reads the status of a step again, and counts it where it counts.
    fn restate(&mut self, step: usize) {
        let (before, now) = (self.statuses[step], index_steps::own_status(self, step));
        if before == now {
            return;
        }
        self.statuses[step] = now;
        if self.is_repeated(step) {
            return;
        }
        let block = &mut Arc::make_mut(&mut self.blocks)[self.steps[step].block as usize];
        let is_retired = block.retirement().is_some();
        block.tally.turn(before, now, is_retired);
        self.tally.turn(before, now, is_retired);
    }

    pub(super) fn node(&self, index: usize) -> Node {
        let mut upstream = Vec::new();
        let entries = self.step(index).dependencies();
        let unmet_elsewhere =
            index_steps::resolve(index_steps::upstream(self, entries), &mut upstream);
        Node {
            upstream,
            unmet_elsewhere,
            complete: self.statuses[index] == Some(Status::Complete),
            blocked: self.statuses[index] == Some(Status::Blocked),
            retired: self.step(index).is_of_retired_block(),
        }
    }
}

/// Of each block the row that is first.
fn first_rows<'r>(rows: impl Iterator<Item = &'r BlockRow>) -> HashMap<BlockId, &'r BlockRow> {
    let mut first = HashMap::new();
    for row in rows {
        first.entry(row.id).or_insert(row);
    }
    first
}
