//! Editing steps and blocks.

use super::{PLAN, STEP, no_step, not_editable};
use crate::app::core::command::{Blocked, Command, Focus, Group, SCREENS, SCREENS_AND_LIST};
use crate::app::core::model::{Model, Repeat};
use crate::app::overlays::chooser::Source;
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::plan::edit_field::{MANY, SetRequest};
use crate::change::compose::named_in_title;
use crate::change::value::Refusal;
use crate::plan::StepKey;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, detail_fields};
use crate::plan::id::StepId;
use crate::plan::status::Status;

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
        title: "Edit a field of the step or block, the check, or the line",
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
        title: "Add a sub-step to the step, or the next one after a sub-step",
        run: add_sub_step,
        ..COMMON
    },
    Command {
        name: "remove",
        keys: &["D"],
        title: "Remove the step from the log",
        run: |model| {
            if let Some(step) = model.step() {
                let change = model.composer().remove(step.index());
                model.make(change, 1);
            }
        },
        ..COMMON
    },
    Command {
        name: "depend-on",
        keys: &["b"],
        title: "Make the step depend on another one",
        run: |model| {
            if let Some(step) = model.selected() {
                model.choose_from(Source::Upstream(step));
            }
        },
        ..COMMON
    },
    Command {
        name: "add-dependent",
        keys: &["B"],
        title: "Make another step depend on this one",
        run: |model| {
            if let Some(step) = model.selected() {
                model.choose_from(Source::Downstream(step));
            }
        },
        ..COMMON
    },
    Command {
        name: "edit-step",
        keys: &["E"],
        title: "Edit the whole step in $EDITOR",
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
                let request = SetRequest {
                    steps: subjects(model).into(),
                    field: repeat.field,
                    seen: None,
                };
                if let Err(refusal) = model.set_field(&request, &repeat.value) {
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

fn subjects(model: &Model) -> Vec<StepKey> {
    model
        .subjects()
        .into_iter()
        .map(|step| model.plan.step(step).key())
        .collect()
}

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
    match model.step().map(|step| (step.index(), step.id())) {
        // Of two versions that a merge left, one has to stay first.
        Some((_, id)) if model.open_merge_of(id) => {}
        Some((step, _)) => model.field_menu(step),
        None => model.refuse("no step is selected"),
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
    let Some(step) = model.step() else {
        return model.refuse("no step is selected");
    };
    let index = step.index();
    if let Some(field) = detail_fields().get(model.view.detail) {
        match field.spec().read_only {
            Some(reason) => model.refuse(reason),
            None => model.edit_field(index, *field),
        }
    }
}

fn complete(model: &mut Model) {
    let steps = model.subjects();
    if steps.len() > MANY {
        let repeat = Repeat {
            field: Field::Status,
            value: Status::Complete.word().to_owned(),
        };
        return model.set_many(subjects(model).into(), repeat, |step| {
            step.status() != Some(Status::Complete)
        });
    }
    let open: Vec<usize> = steps
        .into_iter()
        .filter(|step| model.plan.step(*step).status() != Some(Status::Complete))
        .collect();
    if open.is_empty() {
        let key = model.keymap.key_of("status");
        return model.say(format!("already complete · {key} sets another status"));
    }
    let change = model
        .composer()
        .set_all(&open, Field::Status, Status::Complete.word());
    model.make(change, open.len());
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
    match model.composer().next_free(from) {
        Some(id) => model.prompt(format!("New step {id}"), "", Purpose::Add(id)),
        None => model.refuse(format!("there is no free number after {from}")),
    }
}

fn add_sub_step(model: &mut Model) {
    let Some((id, _)) = model.selected() else {
        return;
    };
    // From a sub-step, the next one beside it.
    let id = id.parent().unwrap_or(id);
    match model.composer().next_child(id) {
        Some(child) => model.prompt(format!("New sub-step {child}"), "", Purpose::Add(child)),
        None => model.refuse(format!("{id} has no room for another sub-step")),
    }
}

fn no_drift(model: &Model) -> Blocked {
    model.is_locked().or_else(|| match model.step() {
        Some(step) if step.drift().is_empty() => Some("log and canon agree here".to_owned()),
        Some(_) => None,
        None => Some("no step is selected".to_owned()),
    })
}

fn reconcile(model: &mut Model, keep_log: bool) {
    if let Some(step) = model.step() {
        let change = model.composer().reconcile(step.index(), keep_log);
        model.make(change, 1);
    }
}

impl Model {
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
