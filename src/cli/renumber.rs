//! `stepdeck renumber`: a step under another ID, or all steps that share one with the mainline's.

use std::cell::RefCell;

use color_eyre::eyre::{Result, bail, eyre};
use serde::Serialize;

use super::invocation::{Invocation, Name};
use super::open_plan::OpenPlan;
use crate::change::compose::Composer;
use crate::change::compose::renumber::Renumbered;
use crate::plan::id::StepId;
use crate::store::branch::ids::BranchIds;
use crate::store::renumbering::{RenumberInput, RenumberRequest};

/// Renumber a step with everything that mentions it, or all steps whose number the mainline uses.
///
/// Log, canon and open papers follow in one change; sub-steps go with their step. Decided packets and papers of past periods keep the old number, but for what this branch
/// itself added to them. Only what is surely a mention is rewritten: never a file name, an address
/// or a range. The step notes in `was` what it was.
///
/// With --collisions, steps of this branch give way: those whose number stands twice, those whose
/// number the mainline has given away meanwhile, and those that a merge renumbered already but that
/// are still mentioned under their old number. Only what this branch wrote is rewritten.
#[derive(clap::Args, Clone, Debug)]
pub struct Renumber {
    /// The step.
    #[arg(
        required_unless_present = "collisions",
        conflicts_with = "collisions",
        requires = "new"
    )]
    pub old: Option<Name>,
    /// Its new ID, which must be free.
    pub new: Option<Name>,
    /// Which one, where several steps have the ID: 2 is the second. Mentions stay with the first.
    #[arg(long, value_name = "N", conflicts_with = "collisions", value_parser = clap::value_parser!(u32).range(1..))]
    pub nth: Option<u32>,
    /// Renumber every step of this branch that shares its number with one of the mainline.
    #[arg(long)]
    pub collisions: bool,
    /// The mainline, instead of the team's main branch.
    #[arg(long, value_name = "REV", requires = "collisions")]
    pub against: Option<String>,
    /// Write nothing; print what would change.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON (assets/schema/renumber.schema.json).
    #[arg(long)]
    pub json: bool,
}

impl Renumber {
    /// Renumbers, and says what follows and what stays.
    ///
    /// # Errors
    /// When the new ID is not free, a revision names no commit, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let done = match self.dry_run {
            true => {
                let opened = invocation.open()?;
                let composer = Composer::new(&opened.plan, invocation.outside.now);
                self.compose(&opened, &composer)?
            }
            false => {
                let done = RefCell::new(None);
                invocation.edit(|opened, composer| {
                    let renumbered = self.compose(opened, composer)?;
                    let change = renumbered.change.clone();
                    done.replace(Some(renumbered));
                    Ok(change)
                })?;
                match done.into_inner() {
                    Some(done) => done,
                    None => bail!("nothing was renumbered"),
                }
            }
        };
        match self.json {
            true => invocation.print_json(&Document::of(&done, self.dry_run)),
            false => self.print(invocation, &done),
        }
    }

    fn compose(&self, opened: &OpenPlan, composer: &Composer<'_>) -> Result<Renumbered> {
        let request = match (&self.old, &self.new) {
            (Some(Name(old)), Some(Name(new))) => {
                let step = match self.nth {
                    Some(nth) => opened.find_nth(*old, nth)?,
                    None => opened.find_only(*old)?,
                };
                RenumberRequest::Step(opened.plan.step(step).key(), *new)
            }
            _ => RenumberRequest::Collisions,
        };
        renumbered(opened, composer, self.against.as_deref(), &request)
    }

    fn print(&self, invocation: &mut Invocation<'_, '_>, done: &Renumbered) -> Result<()> {
        let mut lines = String::new();
        for (old, new, title) in &done.steps {
            lines += &format!(
                "{old} → {new}  {}\n",
                crate::document::visible::visible(title)
            );
        }
        for (step, block) in &done.blocks {
            lines += &format!("{step} goes to {block}, the block of its number\n");
        }
        for mention in &done.rewritten {
            let path = mention.path.display().to_string();
            let (line, from, to) = (mention.line, mention.from, mention.to);
            let path = crate::document::visible::visible(&path);
            lines += &format!("{path}:{line}: {from} → {to}\n");
        }
        for left in &done.left {
            let left = left.to_string();
            lines += &format!("{}\n", crate::document::visible::visible(&left));
        }
        if done.change.edits.is_empty() {
            return match self.collisions {
                true => invocation.say("no step needs renumbering"),
                false => invocation.say("it already has this ID"),
            };
        }
        if self.dry_run {
            lines += "nothing was written (--dry-run)\n";
        }
        invocation.print_signs(&lines)
    }
}

/// What is asked for, composed with what git knows around the plan.
///
/// # Errors
/// As [`RenumberInput::compose`].
pub(super) fn renumbered(
    opened: &OpenPlan,
    composer: &Composer<'_>,
    against: Option<&str>,
    request: &RenumberRequest,
) -> Result<Renumbered> {
    let input = RenumberInput {
        root: &opened.layout.root,
        composer: Composer::new(&opened.plan, composer.now),
        main_branch: opened.layout.config.main_branch.as_deref(),
        against,
        branch_ids: &BranchIds::default(),
    };
    input.compose(request).map_err(|reason| eyre!(reason))
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    dry_run: bool,
    steps: Vec<StepLine<'a>>,
    rewritten: Vec<RewrittenLine>,
    left: Vec<LeftLine>,
}

#[derive(Serialize)]
struct StepLine<'a> {
    from: StepId,
    to: StepId,
    title: &'a str,
}

#[derive(Serialize)]
struct RewrittenLine {
    path: String,
    line: usize,
    from: StepId,
    to: StepId,
}

#[derive(Serialize)]
struct LeftLine {
    path: String,
    line: usize,
    id: StepId,
    why: &'static str,
}

impl<'a> Document<'a> {
    fn of(done: &'a Renumbered, dry_run: bool) -> Self {
        let steps = done.steps.iter().map(|(from, to, title)| StepLine {
            from: *from,
            to: *to,
            title,
        });
        let rewritten = done.rewritten.iter().map(|mention| RewrittenLine {
            path: mention.path.display().to_string(),
            line: mention.line,
            from: mention.from,
            to: mention.to,
        });
        let left = done.left.iter().map(|left| LeftLine {
            path: left.path.display().to_string(),
            line: left.line,
            id: left.id,
            why: left.why.words(),
        });
        Self {
            schema: "stepdeck/renumber@1",
            dry_run,
            steps: steps.collect(),
            rewritten: rewritten.collect(),
            left: left.collect(),
        }
    }
}
