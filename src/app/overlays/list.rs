//! The entries of a list field: dependencies, inputs, artifacts. Its keys are commands; each
//! change of the list is saved at once.

use super::Overlay;
use super::chooser::Source;
use super::prompt::Purpose;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::change::value::Refusal;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::{Plan, StepKey};

impl Focus {
    /// The entries of a list field.
    pub(crate) const LIST: Self = Self::new(Extent::Beyond, "in an open list", "list");
}

const LIST: Places = Places::Only(&[Focus::LIST]);

/// An open list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryList {
    pub(crate) step: StepKey,
    pub(crate) field: Field,
    /// Which entry is selected.
    pub(crate) cursor: usize,
}

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Edit,
    places: LIST,
    blocked: no_entry,
    ..Command::BASE
};

/// Commands of an open list.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "entry-add",
        keys: &["a"],
        title: "List: add an entry",
        hint: "add",
        blocked: |model| model.is_locked(),
        run: add,
        ..COMMON
    },
    Command {
        name: "entry-edit",
        keys: &["e", "enter"],
        title: "List: edit the entry",
        hint: "edit",
        run: |model| {
            if let Some((_, text)) = entry(model) {
                let old = Some(text.clone());
                model.prompt("Entry", text, Purpose::Entry { old });
            }
        },
        ..COMMON
    },
    Command {
        name: "entry-remove",
        keys: &["d", "delete"],
        title: "List: remove the entry",
        hint: "remove",
        run: |model| {
            change(model, |entries, at| {
                entries.remove(at);
                at
            });
        },
        ..COMMON
    },
    Command {
        name: "entry-tick",
        keys: &["x"],
        title: "List: mark a condition as met, or as open again",
        hint: "tick",
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
        ..COMMON
    },
    Command {
        name: "entry-down",
        keys: &["J"],
        title: "List: move the entry down",
        run: |model| {
            change(model, |entries, at| {
                let to = (at + 1).min(entries.len() - 1);
                entries.swap(at, to);
                to
            });
        },
        ..COMMON
    },
    Command {
        name: "entry-up",
        keys: &["K"],
        title: "List: move the entry up",
        run: |model| {
            change(model, |entries, at| {
                let to = at.saturating_sub(1);
                entries.swap(at, to);
                to
            });
        },
        ..COMMON
    },
    Command {
        name: "entry-open",
        keys: &["i"],
        title: "List: go to the step, or open the link",
        hint: "open",
        group: Group::Find,
        run: |model| {
            let Some((_, text)) = entry(model) else {
                return;
            };
            if open(model).is_none_or(|list| list.field != Field::Dependencies) {
                return model.effects.push(Effect::Open(text));
            }
            match Dependency::read(text.as_str().into()) {
                Dependency::Step(id) => {
                    model.overlays.pop();
                    model.jump(id, 0);
                }
                Dependency::Condition { .. } => {
                    model.say("a condition in words has nothing to open")
                }
            }
        },
        ..COMMON
    },
];

/// The list that has the keys.
fn open(model: &Model) -> Option<&EntryList> {
    match model.overlays.last()? {
        Overlay::List(list) => Some(list),
        _ => None,
    }
}

fn entry(model: &Model) -> Option<(usize, String)> {
    let cursor = open(model)?.cursor;
    let text = model.open_entries().into_iter().nth(cursor)?;
    Some((cursor, text))
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
        let of_steps = open(model)?.field != Field::Dependencies;
        let is_step = matches!(Dependency::read(text.as_str().into()), Dependency::Step(_));
        (of_steps || is_step).then(|| "only a condition in words can be ticked off".to_owned())
    })
}

fn add(model: &mut Model) {
    let Some(list) = open(model) else { return };
    match list.field {
        Field::Dependencies => model.choose_from(Source::Upstream(list.step)),
        _ => model.prompt("New entry", "", Purpose::Entry { old: None }),
    }
}

/// Changes the entries and saves them; `edit` answers where the cursor goes.
fn change(model: &mut Model, edit: impl FnOnce(&mut Vec<String>, usize) -> usize) {
    let Some((at, _)) = entry(model) else { return };
    let mut entries = model.open_entries();
    let to = edit(&mut entries, at);
    match model.set_entries(&entries) {
        Ok(()) => model.select_entry(to),
        Err(refusal) => model.refuse(refusal.to_string()),
    }
}

impl EntryList {
    fn new(step: StepKey, field: Field) -> Self {
        Self {
            step,
            field,
            cursor: 0,
        }
    }

    /// What stands in the list.
    pub(crate) fn entries(&self, plan: &Plan) -> Vec<String> {
        let step = plan.find_nth(self.step.0, self.step.1);
        let entries = step.map(|step| plan.step(step).list(self.field));
        let entries = entries.unwrap_or_default().into_iter();
        entries.map(Into::into).collect()
    }

    pub(super) fn move_by(&mut self, plan: &Plan, by: isize) {
        self.cursor = moved(self.cursor, by, self.entries(plan).len());
    }
}

impl Model {
    /// Opens a list field of a step.
    pub(crate) fn open_list(&mut self, step: StepKey, field: Field) {
        let list = EntryList::new(step, field);
        self.overlays.push(Overlay::List(list));
    }

    /// The entries of the list that is open.
    pub(crate) fn open_entries(&self) -> Vec<String> {
        open(self).map_or_else(Vec::new, |list| list.entries(&self.plan))
    }

    /// Replaces the entries of the list that is open.
    fn set_entries(&mut self, entries: &[String]) -> Result<(), Refusal> {
        let Some(EntryList { step, field, .. }) = open(self).cloned() else {
            return Ok(());
        };
        let Some(index) = self.plan.find_nth(step.0, step.1) else {
            return Err(Refusal(format!("{} is no longer in the plan", step.0)));
        };
        let change = self.composer().set_list(index, field, entries)?;
        self.commit(change);
        Ok(())
    }

    /// Puts an entry into the list that is open, and saves it.
    pub(crate) fn put_entry(&mut self, old: Option<&str>, text: &str) -> Result<(), Refusal> {
        let mut entries = self.open_entries();
        match old.map(|old| entries.iter_mut().find(|entry| *entry == old)) {
            Some(Some(entry)) => *entry = text.to_owned(),
            Some(None) => return Err(Refusal("the entry is no longer there".to_owned())),
            None => entries.push(text.to_owned()),
        }
        self.set_entries(&entries)?;
        if old.is_none() {
            self.select_entry(usize::MAX);
        }
        Ok(())
    }

    /// Selects an entry of the list that is open, or the last one if there are fewer.
    pub(crate) fn select_entry(&mut self, at: usize) {
        if let Some(Overlay::List(list)) = self.overlays.last_mut() {
            let last = list.entries(&self.plan).len().saturating_sub(1);
            list.cursor = at.min(last);
        }
    }

    /// Adds an entry to the dependencies of a step.
    pub(crate) fn depend(&mut self, (id, nth): StepKey, entry: String) {
        let Some(index) = self.plan.find_nth(id, nth) else {
            return self.refuse(format!("{id} is no longer in the plan"));
        };
        let mut entries = EntryList::new((id, nth), Field::Dependencies).entries(&self.plan);
        entries.push(entry);
        let composer = self.composer();
        let change = composer.set_list(index, Field::Dependencies, &entries);
        self.make(change, 1);
        self.select_entry(usize::MAX);
    }
}
