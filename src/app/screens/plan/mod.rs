//! Screen 1: blocks, steps, detail and chain.

pub(crate) mod bulk;
pub(crate) mod chain;
pub(crate) mod decide;
pub(crate) mod edit;
pub mod edit_field;
pub(crate) mod find;
pub(crate) mod looks;
mod movement;
pub(crate) mod numbering;
pub(crate) mod relocate;
pub mod search;
pub mod view;
pub(crate) mod why;

use crate::app::core::command::{Blocked, Command, Extent, Focus, Places};
use crate::app::core::command_line::about;
use crate::app::core::model::Model;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::StepId;

numbered_screen!(1, "plan", "Plan", &PlanScreen);

impl Focus {
    /// The block grid.
    pub const BLOCKS: Self = Self::new(Extent::Pane, "plan", "blocks");
    /// The step list.
    pub const STEPS: Self = Self::new(Extent::Pane, "plan", "steps");
    /// Every field of the step, or of the block.
    pub const DETAIL: Self = Self::new(Extent::Pane, "plan", "detail");
    /// What the step waits for and what waits for it.
    pub const CHAIN: Self = Self::new(Extent::Pane, "plan", "chain");
}

/// Its panes in the order of Tab.
pub(crate) const PANES: &[Focus] = &[Focus::BLOCKS, Focus::STEPS, Focus::DETAIL, Focus::CHAIN];
/// Every pane.
const PLAN: Places = Places::Only(PANES);
/// The panes that have a step.
const STEP: Places = Places::Only(&[Focus::STEPS, Focus::DETAIL, Focus::CHAIN]);

struct PlanScreen;

impl Screen for PlanScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[
            edit::COMMANDS,
            decide::COMMANDS,
            relocate::COMMANDS,
            numbering::COMMANDS,
            find::COMMANDS,
            looks::COMMANDS,
            movement::COMMANDS,
        ]
    }

    fn views(&self) -> &'static [Command] {
        why::COMMANDS
    }

    fn focus(&self, model: &Model) -> Focus {
        model.view.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        movement::enter(model, pane);
    }

    fn step(&self, model: &mut Model, by: isize) {
        movement::step(model, by);
    }

    fn sideways(&self, model: &mut Model, by: isize) {
        movement::sideways(model, by);
    }

    /// Zoom, tree, range, filter, marks, and at last the pane: this screen is where the way ends.
    fn back(&self, model: &mut Model) -> bool {
        if model.unzoom() || movement::fold(model) || std::mem::take(&mut model.view.tree) {
            return true;
        }
        let view = &mut model.view;
        if view.range.take().is_some() {
        } else if !view.filter.is_empty() {
            let selected = model.selected();
            model.view.filter = Default::default();
            model.find(selected);
        } else if !view.marks.is_empty() {
            model.clear_marks();
        } else {
            let pane = std::mem::replace(&mut view.pane, Focus::STEPS);
            return std::mem::take(&mut view.block_detail) || pane != Focus::STEPS;
        }
        true
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        model.selected().map(|(id, _)| id)
    }

    /// The list, unless one is in a pane that is about the step.
    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let step = model.step().map(|step| step.id().to_string());
        match (model.view.pane, step) {
            (Focus::DETAIL, Some(step)) if !model.view.block_detail => Ok(about("show", &step)),
            (Focus::CHAIN, Some(step)) => Ok(about("chain", &step)),
            _ => Ok([vec!["list".to_owned()], model.look_arguments()?].concat()),
        }
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let step = model.step();
        let block = model.view.block(&model.plan).map(|block| Crumb {
            name: model.plan.block_text(block, BlockColumn::Theme).to_owned(),
            stays: step.is_none(),
            ..Crumb::new(model.plan.blocks()[block].id.to_string())
        });
        let step = step.map(|step| Crumb::last(step.id().to_string()));
        block.into_iter().chain(step).collect()
    }
}

/// Why a command on a step cannot run: no step is selected.
fn no_step(model: &Model) -> Blocked {
    match (model.step(), model.view.heading) {
        (Some(_), _) => None,
        (None, Some(_)) => Some("a heading is selected, not a step".to_owned()),
        (None, None) => Some("no step is selected".to_owned()),
    }
}

/// Why a command that edits steps cannot run.
fn not_editable(model: &Model) -> Blocked {
    (model.is_locked()).or_else(|| no_step(model).filter(|_| model.view.marks.is_empty()))
}
