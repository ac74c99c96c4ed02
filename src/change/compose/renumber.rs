//! Steps get other IDs, and everything that names them follows: log, canon and open papers in one
//! change. Sub-steps go with their step, and a renumbered step says what it was.
//!
//! The step keeps its `uid` and its stamp: it is the same step, and nobody worked on it. A line
//! that would be out of order goes to its place.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Composer, reversible, shown};
use crate::change::Change;
use crate::change::renumber::NewIds;
use crate::change::value::{Refusal, refuse};
use crate::plan::Plan;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::{BlockId, StepId};
use below::Below;
use follow::Job;

mod below;
mod follow;
mod lines;
#[cfg(test)]
mod tests;

/// Whether the mention of a step at a place of a text is the branch's own, and is to follow.
pub(crate) type Own<'a> = &'a dyn Fn(&MentioningText<'_>, StepId, &Range<usize>) -> bool;

/// A file that mentions steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MentioningText<'a> {
    /// The file, relative to the plan's root.
    pub path: &'a Path,
    /// What it says.
    pub text: &'a str,
    /// Whether it is still worked on, as log and canon always are.
    pub is_open: bool,
}

/// Which mentions of a renumbered step follow it.
#[derive(Clone, Copy)]
pub(crate) enum Reach<'a> {
    /// Those in log, canon and open papers.
    Open,
    /// These, and those that the branch itself brought into closed papers.
    OpenAndOwn(Own<'a>),
    /// Those alone that the branch itself brought in, wherever they are.
    Own(Own<'a>),
}

/// A change that renumbers steps, and what it does.
#[derive(Clone, Debug)]
pub struct Renumbered {
    /// The change.
    pub change: Change,
    /// Each step that gets another ID: the old one, the new one, and its title.
    pub steps: Vec<(StepId, StepId, String)>,
    /// The mentions that follow.
    pub rewritten: Vec<Rewritten>,
    /// The mentions that do not.
    pub left: Vec<Left>,
    /// Steps that had another number already, and are now in the block of that.
    pub blocks: Vec<(StepId, BlockId)>,
}

/// A step that was renumbered before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    /// Its index.
    pub step: usize,
    /// The ID that it had.
    pub old: StepId,
    /// Whether the branch added it, so that its line is the branch's to change.
    pub is_new: bool,
}

impl Before {
    /// The ID that it has once `steps` have theirs.
    fn now(&self, plan: &Plan, steps: &[(usize, StepId)]) -> StepId {
        let moved = steps.iter().find(|(at, _)| *at == self.step);
        moved.map_or(plan.step(self.step).id(), |(_, new)| *new)
    }
}

/// A mention that follows its step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewritten {
    /// The file, relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// As it was spelled.
    pub from: StepId,
    /// As it is spelled now.
    pub to: StepId,
}

/// A mention that stays as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The file, relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The ID.
    pub id: StepId,
    /// Why.
    pub why: Stays,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, line, id) = (self.path.display(), self.line, self.id);
        write!(f, "{path}:{line}: {id} stays: {}", self.why.words())
    }
}

/// Why a mention stays as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stays {
    /// It begins or ends a range, which means whatever steps are in it, or is in one and leaves it.
    Range,
    /// It is rather a year.
    Year,
    /// The paper is closed: it says what was true then.
    Closed,
}

impl Stays {
    /// All of them, in the order of `assets/schema/renumber.schema.json`.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 3] = [Self::Range, Self::Year, Self::Closed];

    /// What people read, and what JSON has.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Range => "part of a range",
            Self::Year => "may be a year",
            Self::Closed => "in a paper of record",
        }
    }
}

impl Composer<'_> {
    /// Renumbers these steps, each given by its index, in log, canon and papers, as one change.
    ///
    /// # Errors
    /// When an ID is taken by a step that keeps it, is given twice, or is that of a sub-step of
    /// something else; when a line cannot be edited, or undo could not restore a file.
    pub(crate) fn renumber(
        &self,
        steps: &[(usize, StepId)],
        reach: Reach<'_>,
    ) -> Result<Renumbered, Refusal> {
        self.renumber_with(steps, &[], reach)
    }

    /// The same, where what a renumbering left under the old number follows too: mentions, sub-steps
    /// that only the canon has, and the block of a step.
    ///
    /// # Errors
    /// As [`Composer::renumber`].
    pub(crate) fn renumber_with(
        &self,
        steps: &[(usize, StepId)],
        before: &[Before],
        reach: Reach<'_>,
    ) -> Result<Renumbered, Refusal> {
        let Below { steps, sections } = self.with_sub_steps(steps, before, reach)?;
        self.may_get(&steps)?;
        let earlier = before.iter().map(|it| (it.old, it.now(self.plan, &steps)));
        let ids: NewIds = (steps.iter())
            .map(|(step, new)| (self.plan.step(*step).id(), *new))
            .chain(sections)
            .chain(earlier)
            .collect();
        let mut job = Job {
            composer: self,
            steps: &steps,
            before,
            ids: &ids,
            reach,
            rewritten: Vec::new(),
            left: Vec::new(),
            blocks: Vec::new(),
        };
        let mut edits = Vec::new();
        for file in self.plan.files() {
            let more = match file.log() {
                Some(log) => job.in_log(file, log)?,
                None => job.in_page(file)?,
            };
            if more.is_empty() {
                continue;
            }
            if let Some(reason) = file.not_utf8() {
                return refuse(reason);
            }
            let change = Change {
                label: String::new(),
                edits: more,
            };
            edits.extend(reversible(file, change)?.edits);
        }
        let (rewritten, left, blocks) = (job.rewritten, job.left, job.blocks);
        let told = |(step, new): &(usize, StepId)| {
            let step = self.plan.step(*step);
            let is_line = step.log_line().is_some();
            let own = self.own_sections(reach, &|id| !is_line && id == step.id());
            let own = own.first().map(|section| section.title.clone());
            (
                step.id(),
                *new,
                own.unwrap_or_else(|| step.title().into_owned()),
            )
        };
        let steps: Vec<_> = steps.iter().map(told).collect();
        let label = match steps.as_slice() {
            [] => "nothing renumbered".to_owned(),
            [(old, new, title)] => format!("{old} renumbered to {new}: {}", shown(title)),
            [(old, new, _), ..] => {
                format!("{} steps renumbered, {old} to {new} first", steps.len())
            }
        };
        Ok(Renumbered {
            change: Change { label, edits },
            steps,
            rewritten,
            left,
            blocks,
        })
    }

    fn may_get(&self, steps: &[(usize, StepId)]) -> Result<(), Refusal> {
        let moving: HashSet<usize> = steps.iter().map(|(step, _)| *step).collect();
        let mut given = HashSet::new();
        for (step, new) in steps {
            let old = self.plan.step(*step).id();
            if !given.insert(*new) {
                return refuse(format!("two steps cannot both become {new}"));
            }
            let mut others = self.plan.alike(*new);
            if let Some(other) = others.find(|other| !moving.contains(other)) {
                let title = self.plan.step(other).title().into_owned();
                return refuse(format!(
                    "{old} cannot become {new}: that is “{}”",
                    shown(&title)
                ));
            }
            if let Some((path, line)) = self.unreadable_with(*new) {
                return refuse(format!(
                    "{new} is in {}:{line}, a line that cannot be read: fix that line, or use \
                     another ID",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// The name of the block that a step with this ID belongs to, and its theme.
    fn block_named(&self, id: StepId) -> (BlockId, &str) {
        let blocks = self.plan.blocks();
        let holds = |at: &usize| {
            let (first, last) = blocks[*at].range;
            (first..=last).contains(&id.number())
        };
        match (0..blocks.len()).find(holds) {
            Some(at) => (blocks[at].id, self.plan.block_text(at, BlockColumn::Theme)),
            None => (BlockId(id.block_number()), ""),
        }
    }
}
