//! What is decided about a block as a whole: its row, its steps and a decision note, as one change.

use serde::{Deserialize, Serialize};

use super::{NewDecision, Secretary};
use crate::change::compose::Composer;
use crate::change::compose::renumber::Reach;
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, apply};
use crate::document::markdown::escaped_cell;
use crate::plan::Plan;
use crate::plan::block::Block;
use crate::plan::canon::block_table::{BlockColumn, Retirement};
use crate::plan::id::{BlockId, StepId};
use crate::plan::status::State;

/// Above so many lines of log and canon a change is looked at first.
pub(crate) const MANY_LINES: usize = 20;

/// What is to become of a block.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) enum BlockRequest {
    /// It gets this theme.
    Retheme(String),
    /// Its open steps are not to be done.
    Retire,
    /// Its open steps go to this block.
    Merge(BlockId),
    /// It is in force again.
    Restore,
}

impl BlockRequest {
    /// What is done to a block, behind “Why”.
    pub(crate) fn in_words(&self, block: BlockId) -> String {
        match self {
            Self::Retheme(_) => format!("another theme for {block}"),
            Self::Retire => format!("retire {block}"),
            Self::Merge(into) => format!("merge {block} into {into}"),
            Self::Restore => format!("restore {block}"),
        }
    }

    /// The same as a question.
    pub(crate) fn question(&self, block: BlockId) -> String {
        match self {
            Self::Retheme(_) => format!("Give {block} another theme?"),
            Self::Retire => format!("Retire {block}?"),
            Self::Merge(into) => format!("Merge {block} into {into}?"),
            Self::Restore => format!("Restore {block}?"),
        }
    }
}

/// A change of a block that somebody may look at before it is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BlockChange {
    /// Row, steps and decision note.
    pub change: Change,
    /// What follows from it, a sentence each.
    pub consequences: Vec<String>,
    /// How many lines it changes in log and canon.
    pub lines: usize,
}

impl Secretary<'_> {
    /// The change that makes of a block what is requested, with the note that says why.
    ///
    /// # Errors
    /// When it is so already, or the files have no place for it.
    pub(crate) fn decide_block(
        &self,
        at: usize,
        request: &BlockRequest,
        why: &str,
    ) -> Result<BlockChange, Refusal> {
        let composer = Composer::new(self.plan, self.now);
        let block = &self.plan.blocks()[at];
        let name = named(self.plan, at);
        let (edits, title, label, consequences) = match request {
            BlockRequest::Retheme(theme) => {
                let theme = super::one_line(theme);
                let (edits, steps) = composer.retheme(at, &theme)?;
                let title = format!("Theme of {}: {theme}", block.id);
                let label = format!("{} theme → {theme}", block.id);
                let consequence = match steps {
                    0 => "No step repeats the theme.".to_owned(),
                    1 => "1 step repeats the theme; it keeps its date.".to_owned(),
                    _ => format!("{steps} steps repeat the theme; they keep their dates."),
                };
                (edits, title, label, vec![consequence])
            }
            BlockRequest::Retire => {
                let edits = composer.retire_row(at, Retirement::Retired)?;
                let label = format!("{} retired", block.id);
                (
                    edits,
                    format!("Retire {name}"),
                    label,
                    left(self.plan, block),
                )
            }
            BlockRequest::Merge(into) => return self.merge(at, *into, why),
            BlockRequest::Restore => {
                let edits = composer.restore_row(at)?;
                let label = format!("{} restored", block.id);
                let count = steps(block.tally.retired);
                let consequence = format!("{count} counted and ranked again.");
                (edits, format!("Restore {name}"), label, vec![consequence])
            }
        };
        self.with_note(at, edits, &title, label, why)
            .map(|change| BlockChange {
                lines: change.edits.len() - 1,
                change,
                consequences,
            })
    }

    /// The change that moves the open steps of a block to free numbers of another one. What is done
    /// stays, and so does its number.
    fn merge(&self, at: usize, into: BlockId, why: &str) -> Result<BlockChange, Refusal> {
        let (plan, composer) = (self.plan, Composer::new(self.plan, self.now));
        let block = &plan.blocks()[at];
        let other = match plan.find_block(into) {
            Some(other) if other != at => &plan.blocks()[other],
            Some(_) => return refuse(format!("{into} cannot be merged into itself")),
            None => return refuse(format!("there is no block {into}")),
        };
        if let Some(how) = other.retirement() {
            return refuse(format!("{into} is {} itself", how.in_a_sentence()));
        }
        let retired = composer.retire_row(at, Retirement::Merged(into))?;
        let is_open = |step: &usize| plan.graph().state(*step).is_open();
        let open: Vec<usize> = block.steps().filter(is_open).collect();
        // The others go along with an open step above them.
        let moving = composer.movable(&open);
        let numbers = composer.numbers();
        let free: Vec<StepId> = numbers.free_in(other.range).take(moving.len()).collect();
        if free.len() < moving.len() {
            return refuse(format!(
                "{} open {} of {} do not fit: {into} has {} free {}",
                moving.len(),
                if moving.len() == 1 { "step" } else { "steps" },
                block.id,
                free.len(),
                if free.len() == 1 { "number" } else { "numbers" },
            ));
        }
        let moves: Vec<(usize, StepId)> = moving.into_iter().zip(free).collect();
        // The row first: what names steps is rewritten line by line below it.
        let (label, edits) = (String::new(), retired);
        let mut files = plan.files().to_vec();
        let first = Change { label, edits };
        apply::change(&first, &mut files).map_err(|_| Refusal(format!("{into} has changed")))?;
        let merged = Plan::read(files);
        let renumbered = Composer::new(&merged, self.now).renumber(&moves, Reach::Open)?;
        let mut reasons = why.trim().to_owned();
        if !renumbered.steps.is_empty() {
            reasons += "\n\n| Was | Is | Step |\n| --- | --- | --- |";
        }
        for (old, new, title) in &renumbered.steps {
            let title = escaped_cell(&super::one_line(title));
            reasons += &format!("\n| {} | {} | {title} |", old.in_prose(), new.in_prose());
        }
        let mut edits = first.edits;
        edits.extend(renumbered.change.edits);
        let title = format!("Merge {} into {into}", named(plan, at));
        let label = format!("{} merged into {into}", block.id);
        let moved = match renumbered.steps.len() {
            0 => "No step of it is open.".to_owned(),
            1 => "1 step gets a number of its new block.".to_owned(),
            count => format!("{count} steps get numbers of their new block."),
        };
        let mut consequences = vec![moved];
        let mentions = renumbered.rewritten.len();
        if mentions > 0 {
            consequences.push(match mentions {
                1 => "1 place that names them follows.".to_owned(),
                _ => format!("{mentions} places that name them follow."),
            });
        }
        match renumbered.left.len() {
            0 => {}
            1 => {
                consequences.push("1 mention stays: a range, a year or a closed paper.".to_owned())
            }
            count => consequences.push(format!(
                "{count} mentions stay: ranges, years, or in closed papers."
            )),
        }
        let change = self.with_note(at, edits, &title, label, &reasons)?;
        Ok(BlockChange {
            lines: change.edits.len() - 1,
            change,
            consequences,
        })
    }

    /// These edits, with a note about the block.
    fn with_note(
        &self,
        at: usize,
        edits: Vec<Edit>,
        title: &str,
        label: String,
        why: &str,
    ) -> Result<Change, Refusal> {
        let block = &self.plan.blocks()[at];
        let (from, to) = block.range;
        let note = self.decide(&NewDecision {
            title,
            why,
            step_words: format!("{from:04}–{to:04}"),
            blocks: block.id.to_string(),
            ..NewDecision::default()
        })?;
        Ok(Change {
            label,
            edits: edits.into_iter().chain(note.edits).collect(),
        })
    }
}

/// A block with its theme.
fn named(plan: &Plan, at: usize) -> String {
    let theme = plan.block_text(at, BlockColumn::Theme);
    format!("{} {}", plan.blocks()[at].id, super::one_line(theme))
        .trim_end()
        .to_owned()
}

fn steps(count: usize) -> String {
    match count {
        1 => "1 step is".to_owned(),
        _ => format!("{count} steps are"),
    }
}

/// What becomes of the rest of the plan when the open steps of a block are left.
fn left(plan: &Plan, block: &Block) -> Vec<String> {
    let graph = plan.graph();
    let open = |step: usize| graph.state(step).is_open();
    let own = |step: usize| plan.step(step).block();
    let left: Vec<usize> = block.steps().filter(|step| open(*step)).collect();
    let Some(first) = left.first() else {
        return vec!["No step of it is open.".to_owned()];
    };
    let here = own(*first);
    let mut waiting: Vec<usize> = (left.iter())
        .flat_map(|step| graph.downstream(*step))
        .filter(|down| open(*down) && own(*down) != here)
        .collect();
    waiting.sort_unstable();
    waiting.dedup();
    let mut said = vec![format!(
        "{} no longer counted, ranked or due; no status changes.",
        steps(left.len())
    )];
    if !waiting.is_empty() {
        let names = waiting.iter().take(3).map(|step| plan.step(*step).id());
        let names: Vec<String> = names.map(|id| id.to_string()).collect();
        let more = match waiting.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (verb, problem) = match waiting.len() {
            1 => ("waits", "that is a problem"),
            _ => ("wait", "each is a problem"),
        };
        said.push(format!(
            "{}{more} {verb} for steps that nobody will do: {problem}.",
            names.join(", ")
        ));
    }
    let is_left = |step: usize| own(step) == here || graph.state(step) == State::Retired;
    let stages = plan.stages().iter();
    let checks = stages.flat_map(|stage| &stage.checks).filter(|check| {
        let mut named = check
            .steps
            .iter()
            .filter_map(|id| plan.find(*id))
            .peekable();
        let names_own = named.peek().is_some();
        names_own
            && !check.done
            && named.all(|step| graph.state(step) != State::Done && is_left(step))
    });
    match checks.count() {
        0 => {}
        1 => said.push("1 open check names only such steps.".to_owned()),
        count => said.push(format!("{count} open checks name only such steps.")),
    }
    said
}
