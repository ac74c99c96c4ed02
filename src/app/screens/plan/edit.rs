//! Editing steps and blocks.

use std::sync::Arc;

use super::bulk::{MANY, reconcile, remove, subjects};
use super::{PLAN, STEP, no_step, not_editable};
use crate::app::core::command::{Blocked, Command, Focus, Group, SCREENS, SCREENS_AND_LIST};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::{StepRequest, named_in_title};
use crate::change::value::Refusal;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, detail_fields};
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::plan::uid::Uid;
use crate::plan::{StepKey, StepRef};

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Edit,
    places: STEP,
    blocked: |model| model.is_locked().or_else(|| no_step(model)),
    ..Command::BASE
};

/// Commands that change the plan.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "edit",
        keys: &["e"],
        title: "Edit a field of the step or block, or the line",
        hint: "edit",
        places: PLAN,
        blocked: |model| model.is_locked(),
        run: edit,
        ..COMMON
    },
    Command {
        name: "status",
        keys: &["s"],
        title: "Set the status",
        hint: "status",
        blocked: not_editable,
        run: |model| {
            let steps = subjects(model);
            model.status_menu(steps);
        },
        ..COMMON
    },
    Command {
        name: "complete",
        keys: &["x"],
        title: "Set the step complete",
        hint: "complete",
        blocked: not_editable,
        run: complete,
        ..COMMON
    },
    Command {
        name: "owner",
        keys: &["o"],
        title: "Set the owner",
        hint: "owner",
        blocked: not_editable,
        run: |model| {
            let steps = subjects(model);
            model.owner_chooser(steps);
        },
        ..COMMON
    },
    Command {
        name: "add",
        keys: &["a"],
        title: "Add a step",
        hint: "add",
        places: PLAN,
        blocked: |model| model.is_locked(),
        run: add,
        ..COMMON
    },
    Command {
        name: "add-sub-step",
        keys: &["A"],
        title: "Add a sub-step to the step, or the next one after a sub-step; to each marked step",
        blocked: not_editable,
        run: add_sub_step,
        ..COMMON
    },
    Command {
        name: "remove",
        keys: &["D"],
        title: "Remove the step from the log",
        blocked: not_editable,
        run: remove,
        ..COMMON
    },
    Command {
        name: "depend-on",
        keys: &["b"],
        title: "Make the step depend on another one",
        blocked: not_editable,
        run: |model| {
            let steps = subjects(model);
            model.choose_from(Source::Upstream(steps));
        },
        ..COMMON
    },
    Command {
        name: "add-dependent",
        keys: &["B"],
        title: "Make another step depend on this one",
        blocked: not_editable,
        run: |model| {
            let steps = subjects(model);
            model.choose_from(Source::Downstream(steps));
        },
        ..COMMON
    },
    Command {
        name: "edit-step",
        keys: &["E"],
        title: "Edit the whole step in $EDITOR; marked steps as one text",
        blocked: no_text,
        run: Model::edit_whole,
        ..COMMON
    },
    Command {
        name: "take-log",
        keys: &["L"],
        title: "Reconcile drift: write the log's version to the canon",
        blocked: no_drift,
        run: |model| reconcile(model, true),
        ..COMMON
    },
    Command {
        name: "take-canon",
        keys: &["C"],
        title: "Reconcile drift: write the canon's version to the log",
        blocked: no_drift,
        run: |model| reconcile(model, false),
        ..COMMON
    },
    Command {
        name: "repeat",
        keys: &["."],
        title: "Repeat the last edit on this step",
        blocked: |model| {
            not_editable(model).or_else(|| match &model.repeat {
                Some(_) => None,
                None => Some("no field has been set yet".to_owned()),
            })
        },
        run: |model| {
            if let Some(repeat) = model.repeat.clone() {
                let request = StepRequest::Assign(vec![repeat]);
                if let Err(refusal) = model.change_steps(&subjects(model), request) {
                    model.refuse(refusal.to_string());
                }
            }
        },
        ..COMMON
    },
    Command {
        name: "undo",
        keys: &["u"],
        title: "Undo the last change, on disk too",
        hint: "undo",
        places: SCREENS_AND_LIST,
        blocked: |model| {
            let nothing = !model.sync.can_undo();
            (model.is_past()).or_else(|| nothing.then(|| "nothing to undo".to_owned()))
        },
        run: Model::undo,
        ..COMMON
    },
    Command {
        name: "redo",
        keys: &["U"],
        title: "Redo the change that was undone",
        places: SCREENS_AND_LIST,
        blocked: |model| {
            let nothing = !model.sync.can_redo();
            (model.is_past()).or_else(|| nothing.then(|| "nothing to redo".to_owned()))
        },
        run: Model::redo,
        ..COMMON
    },
    Command {
        name: "retry-save",
        keys: &["R"],
        title: "Retry saving what could not be saved",
        hint: "retry",
        places: SCREENS,
        blocked: |model| {
            let nothing = model.sync.failed() == 0;
            nothing.then(|| "everything is saved".to_owned())
        },
        run: Model::retry_saves,
        ..COMMON
    },
];

fn edit(model: &mut Model) {
    if model.view.pane == Focus::DETAIL {
        return open_detail(model);
    }
    if model.view.pane == Focus::BLOCKS {
        return match model.view.block(&model.plan) {
            Some(block) => model.block_menu(block),
            None => model.refuse("no block is selected"),
        };
    }
    let steps = subjects(model);
    match &steps[..] {
        [] => model.refuse("no step is selected"),
        // Of two versions that a merge left, one has to stay first.
        [(id, _)] if model.open_merge_of(*id) => {}
        _ => model.field_menu(steps),
    }
}

/// Opens the editor for the selected row of the detail pane.
pub fn open_detail(model: &mut Model) {
    if let Some(reason) = model.is_locked() {
        return model.refuse(reason);
    }
    if model.view.block_detail {
        let block = model.view.block(&model.plan);
        if let (Some(block), Some(column)) = (block, BlockColumn::ALL.get(model.view.detail)) {
            model.edit_block(block, *column);
        }
        return;
    }
    let steps = subjects(model);
    if steps.is_empty() {
        return model.refuse("no step is selected");
    }
    if let Some(field) = detail_fields().get(model.view.detail) {
        match field.spec().read_only {
            Some(reason) => model.refuse(reason),
            None => model.edit_field_of(steps, *field),
        }
    }
}

fn complete(model: &mut Model) {
    let steps = model.subjects().into_iter();
    let steps = steps.map(|step| model.plan.step(step));
    let open = steps.filter(|step| step.status() != Some(Status::Complete));
    let open: Arc<[StepKey]> = open.map(StepRef::key).collect();
    if open.is_empty() {
        let key = model.keymap.key_of("status");
        return model.say(format!("already complete · {key} sets another status"));
    }
    let request = StepRequest::set(Field::Status, Status::Complete.word());
    if let Err(refusal) = model.change_steps(&open, request) {
        model.refuse(refusal.to_string());
    }
}

fn add(model: &mut Model) {
    let from = match (model.step(), model.view.block(&model.plan)) {
        (Some(step), _) if model.view.pane != Focus::BLOCKS => step.id(),
        (_, Some(block)) => {
            let block = &model.plan.blocks()[block];
            match block.steps().next_back() {
                Some(last) => model.plan.step(last).id(),
                None => StepId::new(block.range.0),
            }
        }
        (_, None) => StepId::new(1),
    };
    // Where the blocks of the table are full, one that is not in it yet goes on behind them.
    let last = model.plan.steps().next_back();
    let behind = || StepId::new(last.map_or(0, |step| step.id().number()) + 1);
    let composer = model.composer();
    let free = composer.next_free(from);
    match free.or_else(|| composer.next_free(behind())) {
        Some(id) => model.ask_title(id),
        None => model.refuse(format!("there is no free number after {from}")),
    }
}

fn add_sub_step(model: &mut Model) {
    let ids = model.subjects().into_iter();
    let ids = ids.map(|at| model.plan.step(at).id());
    // From a sub-step, the next one beside it.
    let mut parents: Vec<StepId> = ids.map(|id| id.parent().unwrap_or(id)).collect();
    parents.dedup();
    let id = match parents[..] {
        [] => return,
        [only] => only,
        _ => {
            model.ask_branches();
            let title = format!("New sub-step of each of {} marked steps", parents.len());
            return model.prompt(title, "", Purpose::AddUnder(parents.into()));
        }
    };
    match model.composer().next_child(id) {
        Some(child) => model.ask_title(child),
        None => model.refuse(format!("{id} has no room for another sub-step")),
    }
}

/// Why there is no text of what is selected or marked.
fn no_text(model: &Model) -> Blocked {
    not_editable(model).or_else(|| match model.subjects().len() {
        0..=MANY => None,
        count => {
            let edit = model.keymap.key_of("edit");
            Some(format!(
                "{count} marked steps are too many for one text; {edit} edits a field of all"
            ))
        }
    })
}

fn no_drift(model: &Model) -> Blocked {
    let agrees = |step: &usize| model.plan.step(*step).drift().is_empty();
    not_editable(model).or_else(|| {
        let all = model.subjects().iter().all(agrees);
        all.then(|| "log and canon agree here".to_owned())
    })
}

impl Model {
    /// Adds a sub-step with the same title to each of these steps, as one change.
    pub(crate) fn add_sub_steps(&mut self, parents: &[StepId], text: &str) -> Result<(), Refusal> {
        let uids: Vec<Uid> = parents.iter().map(|_| self.context.uids.take()).collect();
        let change = self.composer().add_under(parents, text, &uids)?;
        self.make(Ok(change), parents.len());
        Ok(())
    }

    /// Adds a step with a title, under the ID that the title begins with if there is one.
    pub(crate) fn add_step(&mut self, id: StepId, text: &str) -> Result<(), Refusal> {
        let (id, title) = named_in_title(text).unwrap_or((id, text));
        let uid = self.context.uids.take();
        let change = self.composer().add(id, title, uid)?;
        if self.commit(change) {
            let notice = self.notice.take();
            self.jump(id, 0);
            self.notice = notice;
        }
        Ok(())
    }
}
