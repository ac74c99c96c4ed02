//! Moving steps to another block: which one is picked from a list that says how much room each has,
//! and what would change is shown before it does.

use std::sync::Arc;

use super::bulk::{called, subjects};
use super::numbering::in_words;
use super::{STEP, not_editable};
use crate::app::core::command::{Command, Group};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::menu::{Choice, Row};
use crate::change::compose::{Composer, Relocated, no_room};
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::BlockId;
use crate::plan::query::words::Words;
use crate::plan::{Plan, StepKey, marks};

/// The command.
pub const COMMANDS: &[Command] = &[Command {
    name: "move-to-block",
    keys: &["p"],
    title: "Move the step to another block, where it gets the next free number",
    hint: "",
    group: Group::Edit,
    places: STEP,
    blocked: not_editable,
    run: |model| {
        let steps = subjects(model);
        model.ask_branches();
        model.choose_from(Source::Block(steps));
    },
}];

/// What the chooser of blocks is called.
pub(crate) fn title(steps: &[StepKey]) -> String {
    format!("Move {} to", called(steps))
}

/// The blocks that match, each with its room; one without enough says so, as does one that is retired.
pub(crate) fn block_rows(
    plan: &Plan,
    steps: &Arc<[StepKey]>,
    text: &str,
    progress: &Progress,
) -> Option<Vec<Row>> {
    let words = Words::new(text.split_whitespace());
    let composer = Composer::new(plan, chrono::DateTime::default());
    let mut strides = progress.strides();
    progress.expect(plan.blocks().len());
    let numbers = composer.numbers();
    let moving = composer.movable(&marks::indexes(steps, plan));
    let mut rows = Vec::new();
    for (at, block) in plan.blocks().iter().enumerate() {
        if !strides.add(1) {
            return None;
        }
        let name = plan.block_text(at, BlockColumn::Theme);
        if words.score(&format!("{} {name}", block.id), &[]).is_none() {
            continue;
        }
        let free = numbers.free_in(block.range).count();
        let count = moving
            .iter()
            .filter(|at| !composer.is_in(**at, block.range))
            .count();
        let retired = block.retirement().map(|how| how.in_a_sentence());
        let blocked = retired.or_else(|| (free < count).then(|| no_room(free, count)));
        let detail = blocked.clone().unwrap_or_else(|| format!("{free} free"));
        let choice = Choice::MoveTo(steps.clone(), block.id);
        let label = format!("{} {name}", block.id);
        rows.push(Row {
            blocked,
            ..Row::new("", label.trim_end(), detail, choice)
        });
    }
    Some(rows)
}

impl Model {
    /// Shows what moving steps to a block would change, and asks.
    ///
    /// # Errors
    /// When block or steps are gone, or they do not fit.
    pub(crate) fn move_to(&mut self, steps: &[StepKey], block: BlockId) -> Result<(), Refusal> {
        let gone = || Refusal(format!("block {block} no longer exists"));
        let at = self.plan.find_block(block).ok_or_else(gone)?;
        let indexes = self.indexes(steps);
        if indexes.is_empty() {
            return Err(Refusal("the step is no longer in the plan".to_owned()));
        }
        let Relocated { bulk, moved } = self.composer().relocated(&indexes, at)?;
        let question = match bulk.changed {
            1 => format!("Move {} to {block}?", moved.steps[0].0),
            count => format!("Move {count} steps to {block}?"),
        };
        let mut lines = in_words(&moved);
        let remark = bulk.remark();
        lines.extend(remark.clone());
        self.confirm_shown(question, lines, bulk.change);
        self.confirm_saying(remark.into_iter().collect());
        Ok(())
    }
}
