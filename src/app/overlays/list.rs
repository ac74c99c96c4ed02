//! The entries of a list field: dependencies, inputs, artifacts.

use crate::app::core::command::{Blocked, Command, Focus, Group};
use crate::app::core::model::Model;
use crate::app::overlays::overlay::{Overlay, Purpose, Source};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;

const LIST: &[Focus] = &[Focus::List];

/// Commands of an open list.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "entry-add",
        keys: &["a"],
        title: "List: add an entry",
        hint: "add",
        group: Group::Edit,
        places: LIST,
        blocked: |model| model.is_locked(),
        run: add,
    },
    Command {
        name: "entry-edit",
        keys: &["e", "enter"],
        title: "List: edit the entry",
        hint: "edit",
        group: Group::Edit,
        places: LIST,
        blocked: no_entry,
        run: |model| {
            if let Some((_, text)) = entry(model) {
                let old = Some(text.clone());
                model.prompt("Entry", text, Purpose::Entry { old });
            }
        },
    },
    Command {
        name: "entry-remove",
        keys: &["d", "delete"],
        title: "List: remove the entry",
        hint: "remove",
        group: Group::Edit,
        places: LIST,
        blocked: no_entry,
        run: |model| {
            change(model, |entries, at| {
                entries.remove(at);
                at
            });
        },
    },
    Command {
        name: "entry-tick",
        keys: &["x"],
        title: "List: mark a condition as met, or as open again",
        hint: "tick",
        group: Group::Edit,
        places: LIST,
        blocked: no_condition,
        run: |model| {
            change(model, |entries, at| {
                if let Dependency::Condition { text, met } =
                    Dependency::read(entries[at].as_str().into())
                {
                    let mark = if met { "" } else { "[x] " };
                    entries[at] = format!("{mark}{text}");
                }
                at
            });
        },
    },
    Command {
        name: "entry-down",
        keys: &["J"],
        title: "List: move the entry down",
        hint: "",
        group: Group::Edit,
        places: LIST,
        blocked: no_entry,
        run: |model| {
            change(model, |entries, at| {
                let to = (at + 1).min(entries.len() - 1);
                entries.swap(at, to);
                to
            });
        },
    },
    Command {
        name: "entry-up",
        keys: &["K"],
        title: "List: move the entry up",
        hint: "",
        group: Group::Edit,
        places: LIST,
        blocked: no_entry,
        run: |model| {
            change(model, |entries, at| {
                let to = at.saturating_sub(1);
                entries.swap(at, to);
                to
            });
        },
    },
    Command {
        name: "entry-open",
        keys: &["i"],
        title: "List: go to the step, or open the link",
        hint: "open",
        group: Group::Find,
        places: LIST,
        blocked: no_entry,
        run: |model| {
            let Some((_, text)) = entry(model) else {
                return;
            };
            match (open_field(model), Dependency::read(text.as_str().into())) {
                (Some(Field::Dependencies), Dependency::Step(id)) => {
                    model.overlays.pop();
                    model.jump(id, 0);
                }
                (Some(Field::Dependencies), Dependency::Condition { .. }) => {
                    model.say("a condition in words has nothing to open");
                }
                _ => model.effects.push(crate::app::Effect::Open(text)),
            }
        },
    },
];

fn open_field(model: &Model) -> Option<Field> {
    match model.overlays.last() {
        Some(Overlay::List { field, .. }) => Some(*field),
        _ => None,
    }
}

fn entry(model: &Model) -> Option<(usize, String)> {
    let Some(Overlay::List { cursor, .. }) = model.overlays.last() else {
        return None;
    };
    let text = model.open_entries().into_iter().nth(*cursor)?;
    Some((*cursor, text))
}

fn no_entry(model: &Model) -> Blocked {
    model.is_locked().or_else(|| {
        entry(model).is_none().then(|| {
            let key = model.keymap.key_of("entry-add");
            format!("the list is empty; {key} adds an entry")
        })
    })
}

fn no_condition(model: &Model) -> Blocked {
    no_entry(model).or_else(|| {
        let (_, text) = entry(model)?;
        let of_steps = open_field(model) != Some(Field::Dependencies);
        let is_step = matches!(Dependency::read(text.as_str().into()), Dependency::Step(_));
        (of_steps || is_step).then(|| "only a condition in words can be ticked off".to_owned())
    })
}

fn add(model: &mut Model) {
    let Some(Overlay::List { step, field, .. }) = model.overlays.last() else {
        return;
    };
    match *field {
        Field::Dependencies => {
            let step = *step;
            model.choose_from("Depends on", Source::Upstream(step));
        }
        _ => model.prompt("New entry", "", Purpose::Entry { old: None }),
    }
}

/// Changes the entries and saves them; `edit` answers where the cursor goes.
fn change(model: &mut Model, edit: impl FnOnce(&mut Vec<String>, usize) -> usize) {
    let Some((at, _)) = entry(model) else { return };
    let mut entries = model.open_entries();
    let to = edit(&mut entries, at);
    if let Err(refusal) = model.set_entries(&entries) {
        return model.refuse(refusal.to_string());
    }
    let last = model.open_entries().len().saturating_sub(1);
    if let Some(Overlay::List { cursor, .. }) = model.overlays.last_mut() {
        *cursor = to.min(last);
    }
}
