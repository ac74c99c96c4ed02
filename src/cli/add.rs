//! `stepdeck add`: a new step in the log.

use color_eyre::eyre::{Result, bail, eyre};

use super::invocation::{Invocation, Name, refused};
use super::open_plan::OpenPlan;
use crate::change::compose::{Assignment, Composer, FieldRequest, requests};
use crate::change::value::no_block;
use crate::plan::Plan;
use crate::plan::checks::numbers;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};

/// Add a step to the log and print its ID.
///
/// The ID is the next free one: after the last step of the block given with block=B07, after the
/// step given with --after, or the first free sub-step of the step given with --under; by default,
/// after the last step of the plan that is in no retired block. IDs that a local or a fetched branch uses are passed over. An ID that a dependency, a check or a paper still names is only
/// used if --id asks for it. New lines spell IDs the way most lines of the log do.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = super::set::fields_help())]
pub struct Add {
    /// Fields of the step; title=… is required.
    #[arg(required = true, value_name = "FIELD=VALUE")]
    pub fields: Vec<Assignment>,
    /// Use this ID, if it is free.
    #[arg(long, value_name = "ID", conflicts_with_all = ["after", "under"])]
    pub id: Option<Name>,
    /// Use the first free ID after this step.
    #[arg(long, value_name = "ID", conflicts_with = "under")]
    pub after: Option<Name>,
    /// Use the first free sub-step ID of this step.
    #[arg(long, value_name = "ID")]
    pub under: Option<Name>,
}

impl Add {
    /// Writes the step and prints its ID.
    ///
    /// # Errors
    /// When a value does not fit, no ID is free, or the log cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let mut wishes = requests(&self.fields, None).map_err(refused)?;
        let titled = wishes.iter().position(|(field, _)| *field == Field::Title);
        let Some((_, FieldRequest::Value(title))) = titled.map(|at| wishes.remove(at)) else {
            bail!("a step needs a title: write title=…");
        };
        let uid = invocation.outside.uids.take();
        let added = std::cell::Cell::new(None);
        let change = invocation.edit(|opened, composer| {
            let id = match self.id {
                Some(Name(id)) => composer.spelling_of(id).spell(id),
                None => {
                    // What is on a branch will come here, too.
                    let branches = opened.branch_ids();
                    self.free_id(opened, &composer.passing_over(branches.ids()), &wishes)?
                }
            };
            if let Some((block, (first, last))) = named_block(&opened.plan, &wishes)?
                && !(first..=last).contains(&id.number())
            {
                let numbers = numbers(first, last);
                bail!("{id} is not in block {block}, which is {numbers}: leave out block=, or choose another ID");
            }
            added.set(Some(id));
            composer.add_with(id, &title, uid, &wishes).map_err(refused)
        })?;
        invocation.say(&change.label)?;
        let id = added.get().ok_or_else(|| eyre!("no step was added"))?;
        invocation.print(&format!("{id}\n"))
    }

    fn free_id(
        &self,
        opened: &OpenPlan,
        composer: &Composer<'_>,
        wishes: &[(Field, FieldRequest)],
    ) -> Result<StepId> {
        let plan = &opened.plan;
        if let Some(Name(parent)) = &self.under {
            let parent = plan.step(opened.find(*parent)?).id();
            let child = composer.next_child(parent);
            return child.ok_or_else(|| eyre!("{parent} has no free sub-step ID left"));
        }
        if let Some(Name(id)) = &self.after {
            let id = plan.step(opened.find(*id)?).id();
            let next = StepId::new(id.number().saturating_add(1));
            return composer.next_free(next).ok_or_else(|| {
                eyre!(
                    "no ID after {id} is free in the plan's blocks: `stepdeck add` without --after takes the next one"
                )
            });
        }
        if let Some(block) = named_block(plan, wishes)? {
            return free_in(plan, composer, block);
        }
        let mut counted = plan
            .steps()
            .rev()
            .filter(|step| !step.is_of_retired_block());
        let last = counted.next().or_else(|| plan.steps().next_back());
        let last = last.map(|step| step.id().number());
        let from = last.map_or(1, |number| number.saturating_add(1));
        let free = composer.next_free_of_all(from);
        free.ok_or_else(|| eyre!("there is no free ID from {} on", StepId::new(from)))
    }
}

/// A block, and the numbers that belong to it.
type Block = (BlockId, (u32, u32));

/// The block that is asked for.
///
/// # Errors
/// When the block table does not have it.
fn named_block(plan: &Plan, wishes: &[(Field, FieldRequest)]) -> Result<Option<Block>> {
    let named = wishes.iter().find_map(|(field, wish)| match (field, wish) {
        (&Field::Block, FieldRequest::Value(block)) => block.trim().parse::<BlockId>().ok(),
        _ => None,
    });
    let Some(block) = named else {
        return Ok(None);
    };
    let known = plan.find_block(block);
    if known.is_none() && plan.block_rows().next().is_some() {
        bail!(no_block(plan, block))
    }
    let range = known.map_or(block.default_range(), |index| plan.blocks()[index].range);
    Ok(Some((block, range)))
}

/// The first free ID behind the last step of a block.
///
/// # Errors
/// When it has none, with the gap before that where there is one.
fn free_in(plan: &Plan, composer: &Composer<'_>, (block, range): Block) -> Result<StepId> {
    let (first, last) = range;
    let is_inside = |number: &u32| (first..=last).contains(number);
    let free_from = |number: u32| {
        let free = composer.next_free(StepId::new(number));
        free.filter(|id| is_inside(&id.number()))
    };
    let used = plan.steps().map(|step| step.id().number());
    let behind = (used.filter(is_inside).max()).map_or(first, |number| number.saturating_add(1));
    if let Some(free) = free_from(behind) {
        return Ok(free);
    }
    let numbers = numbers(first, last);
    match free_from(first) {
        Some(gap) => bail!(
            "block {block} ({numbers}) has no free ID after its last step: `--id {gap}` takes the first gap"
        ),
        None => match composer.first_named(range) {
            None => bail!(
                "block {block} is full: all of {numbers} are used, here or on a branch; add the step to another block"
            ),
            Some(named) => bail!(
                "block {block} is full: all of {numbers} are used, here or on a branch, or named by dependencies, checks or papers; `--id {named}` takes one that is only named, or add the step to another block"
            ),
        },
    }
}
