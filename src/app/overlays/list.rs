//! The entries of a list field: dependencies, inputs, artifacts. Its keys are commands; each
//! change of the list is saved at once.
//!
//! Of several steps it shows every entry that one of them has, and by how many. What is added goes to
//! all of them, what is edited or removed, to those that have it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Overlay;
use super::chooser::Source;
use super::prompt::Purpose;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::change::compose::{Action, Assignment, StepRequest};
use crate::change::value::{Refusal, same_entry};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::{Plan, StepKey, marks};

impl Focus {
    /// The entries of a list field.
    pub(crate) const LIST: Self = Self::new(Extent::Beyond, "in an open list", "list");
}

const LIST: Places = Places::Only(&[Focus::LIST]);

/// An open list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryList {
    pub(crate) steps: Arc<[StepKey]>,
    pub(crate) field: Field,
    /// Which entry is selected.
    pub(crate) cursor: usize,
    /// What stands in the list.
    pub(crate) rows: Vec<ListRow>,
}

/// An entry, and how many of the steps have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ListRow {
    pub(crate) text: String,
    pub(crate) count: usize,
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
            if let Some((_, text)) = entry(model) {
                change_all(model, Action::Remove(text), |entries, at| {
                    entries.remove(at);
                    at
                });
            }
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
            if let Some((_, old)) = entry(model)
                && let Dependency::Condition { text, met } = Dependency::read(old.as_str().into())
            {
                let mark = if met { "" } else { "[x] " };
                let new = format!("{mark}{text}");
                let replace = Action::Replace(old, new.clone());
                change_all(model, replace, |entries, at| {
                    entries[at] = new;
                    at
                });
            }
        },
        ..COMMON
    },
    Command {
        name: "entry-down",
        keys: &["J"],
        title: "List: move the entry down",
        blocked: no_order,
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
        blocked: no_order,
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
        name: "entries-replace",
        keys: &["="],
        title: "List: replace all entries",
        blocked: |model| model.is_locked(),
        run: |model| {
            let entries = match open(model) {
                Some(list) if list.rows.iter().all(|row| row.count == list.steps.len()) => {
                    model.open_entries()
                }
                _ => Vec::new(),
            };
            let text = entries.join("; ");
            model.prompt(
                "All entries, separated by semicolons",
                text,
                Purpose::Entries,
            );
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

fn no_order(model: &Model) -> Blocked {
    no_entry(model).or_else(|| {
        let several = open(model)?.steps.len() > 1;
        several.then(|| "each step has an order of its own: move entries in one step".to_owned())
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
        Field::Dependencies => {
            let steps = list.steps.clone();
            model.choose_from(Source::Upstream(steps));
        }
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

/// The same in a list of one step; in one of several, `action` is done to those that have the entry.
fn change_all(
    model: &mut Model,
    action: Action,
    edit: impl FnOnce(&mut Vec<String>, usize) -> usize,
) {
    let Some(EntryList {
        steps, field, rows, ..
    }) = open(model)
    else {
        return;
    };
    let (Some((at, text)), field) = (entry(model), *field) else {
        return;
    };
    if steps.len() == 1 {
        return change(model, edit);
    }
    let has = rows.get(at).map_or(0, |row| row.count);
    let steps = match has == steps.len() {
        true => steps.clone(),
        false => having(&model.plan, steps, field, &text),
    };
    let request = StepRequest::Assign(vec![Assignment { field, action }]);
    if let Err(refusal) = model.change_steps(&steps, request) {
        model.refuse(refusal.to_string());
    }
    model.select_entry(at);
}

/// Those of the steps whose list has the entry.
fn having(plan: &Plan, steps: &[StepKey], field: Field, text: &str) -> Arc<[StepKey]> {
    let found = marks::indexes(steps, plan).into_iter().filter(|at| {
        let entries = plan.step(*at).list(field);
        entries.iter().any(|entry| same_entry(field, entry, text))
    });
    found.map(|at| plan.step(at).key()).collect()
}

impl EntryList {
    fn new(plan: &Plan, steps: Arc<[StepKey]>, field: Field) -> Self {
        let mut list = Self {
            steps,
            field,
            cursor: 0,
            rows: Vec::new(),
        };
        list.refresh(plan);
        list
    }

    /// Takes what stands in the plan by now, each entry where it comes first.
    pub(super) fn refresh(&mut self, plan: &Plan) {
        let mut rows: Vec<ListRow> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for step in marks::indexes(&self.steps, plan) {
            for entry in plan.step(step).list(self.field) {
                let same = match Dependency::read(entry.as_ref().into()) {
                    Dependency::Step(id) if self.field == Field::Dependencies => {
                        StepId::padded_to(id, 0).to_string()
                    }
                    _ => entry.to_string(),
                };
                let at = *known.entry(same).or_insert(rows.len());
                match rows.get_mut(at).filter(|_| self.steps.len() > 1) {
                    Some(row) => row.count += 1,
                    None => rows.push(ListRow {
                        text: entry.into(),
                        count: 1,
                    }),
                }
            }
        }
        // The cursor stays on its entry, wherever that stands now.
        let former = self.rows.get(self.cursor).map(|row| &row.text);
        let is_former = |row: &ListRow| Some(&row.text) == former;
        if !rows.get(self.cursor).is_some_and(is_former)
            && let Some(at) = rows.iter().position(is_former)
        {
            self.cursor = at;
        }
        self.rows = rows;
        self.cursor = moved(self.cursor, 0, self.rows.len());
    }

    pub(super) fn move_by(&mut self, by: isize) {
        self.cursor = moved(self.cursor, by, self.rows.len());
    }
}

impl Model {
    /// Opens a list field of steps.
    pub(crate) fn open_list(&mut self, steps: Arc<[StepKey]>, field: Field) {
        let list = EntryList::new(&self.plan, steps, field);
        self.overlays.push(Overlay::List(list));
    }

    /// The entries of the list that is open.
    pub(crate) fn open_entries(&self) -> Vec<String> {
        let rows = open(self).map_or(&[][..], |list| &list.rows);
        rows.iter().map(|row| row.text.clone()).collect()
    }

    /// Replaces the entries of the list of one step that is open.
    fn set_entries(&mut self, entries: &[String]) -> Result<(), Refusal> {
        let Some(EntryList { steps, field, .. }) = open(self) else {
            return Ok(());
        };
        let Some((id, nth)) = steps.first() else {
            return Ok(());
        };
        let Some(index) = self.plan.find_nth(*id, *nth) else {
            return Err(Refusal(format!("{id} is no longer in the plan")));
        };
        let change = self.composer().set_list(index, *field, entries)?;
        self.commit(change);
        Ok(())
    }

    /// Puts an entry into the list that is open, and saves it.
    pub(crate) fn put_entry(&mut self, old: Option<&str>, text: &str) -> Result<(), Refusal> {
        let Some(EntryList { steps, field, .. }) = open(self) else {
            return Ok(());
        };
        let (steps, field, text) = (steps.clone(), *field, text.to_owned());
        if steps.len() > 1 {
            let (steps, action) = match old {
                Some(old) => {
                    let steps = having(&self.plan, &steps, field, old);
                    (steps, Action::Replace(old.to_owned(), text))
                }
                None => (steps, Action::Add(text)),
            };
            let request = StepRequest::Assign(vec![Assignment { field, action }]);
            return self.change_steps(&steps, request);
        }
        let mut entries = self.open_entries();
        match old.map(|old| entries.iter_mut().find(|entry| *entry == old)) {
            Some(Some(entry)) => *entry = text,
            Some(None) => return Err(Refusal("the entry is no longer there".to_owned())),
            None => entries.push(text),
        }
        self.set_entries(&entries)?;
        if old.is_none() {
            self.select_entry(usize::MAX);
        }
        Ok(())
    }

    /// Has the steps of the open list hold these entries, separated by semicolons, and no others.
    pub(crate) fn replace_entries(&mut self, text: &str) -> Result<(), Refusal> {
        let Some(EntryList { steps, field, .. }) = open(self) else {
            return Ok(());
        };
        let (steps, request) = (steps.clone(), StepRequest::set(*field, text));
        self.change_steps(&steps, request)
    }

    /// Selects an entry of the list that is open, or the last one if there are fewer.
    pub(crate) fn select_entry(&mut self, at: usize) {
        if let Some(Overlay::List(list)) = self.overlays.last_mut() {
            list.cursor = at.min(list.rows.len().saturating_sub(1));
        }
    }

    /// Makes steps depend on others, or on a condition in words.
    pub(crate) fn depend(&mut self, steps: &Arc<[StepKey]>, on: &[String]) -> Result<(), Refusal> {
        let field = Field::Dependencies;
        let add = |entry: &String| Assignment {
            field,
            action: Action::Add(entry.clone()),
        };
        let assignments = on.iter().map(add).collect();
        self.change_steps(steps, StepRequest::Assign(assignments))?;
        self.select_entry(usize::MAX);
        Ok(())
    }
}
