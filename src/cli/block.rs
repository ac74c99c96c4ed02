//! `stepdeck block`: what becomes of a block as a whole.

use std::cell::RefCell;

use clap::Subcommand;
use color_eyre::eyre::{Result, bail, eyre};

use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use crate::change::Change;
use crate::plan::id::BlockId;
use crate::plan::source::Role;
use crate::record::decision::Secretary;
use crate::record::decision::blocks::{BlockChange, BlockRequest, MANY_LINES};

/// Give a block another theme, retire it, merge it into another one, or restore it.
///
/// Each is one change: the block's row, the steps where they are concerned, and a decision note that
/// says why. A retired block keeps its steps and their statuses; those that are open are no longer
/// counted, ranked or due.
#[derive(clap::Args, Clone, Debug)]
pub struct Block {
    /// What becomes of it.
    #[command(subcommand)]
    deed: Deed,
}

/// What becomes of a block.
#[derive(Subcommand, Clone, Debug)]
enum Deed {
    /// Give it another theme; steps that repeat the old one get it too, and keep their dates.
    Retheme {
        #[command(flatten)]
        of: Of,
        /// The new theme.
        theme: String,
        #[command(flatten)]
        how: How,
    },
    /// Retire it: its open steps will not be done.
    Retire {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        how: How,
    },
    /// Merge it into another block: its open steps go to free numbers there, with their sub-steps;
    /// what is done stays.
    Merge {
        #[command(flatten)]
        of: Of,
        /// The block that takes them, e.g. B06.
        into: BlockId,
        #[command(flatten)]
        how: How,
    },
    /// Put a retired block into force again.
    Restore {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        how: How,
    },
}

/// Which block.
#[derive(clap::Args, Clone, Debug)]
struct Of {
    /// The block, e.g. B07.
    block: BlockId,
}

/// What goes with each of these.
#[derive(clap::Args, Clone, Debug)]
struct How {
    /// Why, for the decision note.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    /// Print what would change as a diff, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write even where more than 20 lines change.
    #[arg(long)]
    yes: bool,
}

impl Block {
    /// Makes the change, and says it with what follows from it.
    ///
    /// # Errors
    /// When there is no such block, it cannot be done, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let (of, how, request) = match &self.deed {
            Deed::Retheme { of, theme, how } => (of, how, BlockRequest::Retheme(theme.clone())),
            Deed::Retire { of, how } => (of, how, BlockRequest::Retire),
            Deed::Merge { of, into, how } => (of, how, BlockRequest::Merge(*into)),
            Deed::Restore { of, how } => (of, how, BlockRequest::Restore),
        };
        let who = invocation.person();
        let now = invocation.outside.now;
        let compose = |opened: &OpenPlan| -> Result<BlockChange> {
            let plan = &opened.plan;
            let block = plan.find_block(of.block);
            let block = block.ok_or_else(|| eyre!("there is no block {}", of.block))?;
            let secretary = Secretary {
                plan,
                now,
                who: &who,
                folder: opened.layout.papers.folder_of(Role::Decision),
            };
            secretary
                .decide_block(block, &request, &how.why)
                .map_err(refused)
        };
        if how.dry_run {
            let opened = invocation.open()?;
            let made = compose(&opened)?;
            invocation.print_change(opened.plan.files(), &made.change)?;
            say(invocation, &made)?;
            let label = &made.change.label;
            return invocation.say(&format!("dry run, nothing was written; otherwise: {label}"));
        }
        let seen = RefCell::new(None);
        let written = invocation.edit(|opened, _| -> Result<Change> {
            let made = compose(opened)?;
            if made.lines > MANY_LINES && !how.yes {
                bail!(
                    "this changes {} lines: look at them with --dry-run, then add --yes",
                    made.lines
                );
            }
            let change = made.change.clone();
            seen.replace(Some(made));
            Ok(change)
        })?;
        invocation.say(&written.label)?;
        match seen.into_inner() {
            Some(made) => say(invocation, &made),
            None => Ok(()),
        }
    }
}

/// Says what follows from a change.
fn say(invocation: &mut Invocation<'_, '_>, made: &BlockChange) -> Result<()> {
    for consequence in &made.consequences {
        invocation.say(consequence)?;
    }
    Ok(())
}
