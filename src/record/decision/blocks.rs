//! What is decided about a block as a whole: its row, its steps and a decision note, as one change.

use super::{NewDecision, Secretary};
use crate::change::compose::Composer;
use crate::change::value::Refusal;
use crate::change::{Change, Edit};
use crate::plan::Plan;
use crate::plan::block::Block;
use crate::plan::canon::block_table::{BlockColumn, Retirement};
use crate::plan::status::State;

/// Above so many lines of log and canon a change is looked at first.
pub(crate) const MANY_LINES: usize = 20;

/// What is to become of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BlockRequest {
    /// It gets this theme.
    Retheme(String),
    /// Its open steps are not to be done.
    Retire,
    /// It is in force again.
    Restore,
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
                    0 => "Its steps take their theme from the row.".to_owned(),
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
        let verb = if waiting.len() == 1 { "waits" } else { "wait" };
        said.push(format!(
            "{}{more} {verb} for what nobody will do: a problem each.",
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
