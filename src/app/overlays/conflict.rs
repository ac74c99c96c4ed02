//! Two versions of one thing, of which a person picks one. Its keys are commands; whichever
//! version is not picked stays where redo finds it.

use super::Overlay;
use super::prompt::Purpose;
use crate::app::core::command::{Command, Extent, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::screens::plan::edit_field::{SeenText, SetRequest};
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::history::Event;
use crate::change::parts::part;
use crate::change::value::Refusal;
use crate::change::{Change, Edit, Target};
use crate::plan::StepKey;
use crate::plan::field::{Field, Kind};

impl Focus {
    /// The two versions of a conflict.
    pub(crate) const CONFLICT: Self = Self::new(Extent::Beyond, "in a conflict", "conflict");
}

const CONFLICT: Places = Places::Only(&[Focus::CONFLICT]);
/// Rows that one conflict takes at the most, about.
const ROWS_OF_A_CONFLICT: usize = 16;

/// A change that met somebody else's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenConflict {
    /// What the person wanted to do, made over what stands there now.
    pub change: Change,
    /// What stood in its way.
    pub conflicts: Vec<Conflict>,
    /// The first row shown.
    pub scroll: usize,
}

/// Commands of an open conflict.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "take-mine",
        keys: &["m"],
        title: "Conflict: write my version",
        hint: "mine",
        group: Group::Edit,
        places: CONFLICT,
        blocked: |_| None,
        run: |model| {
            if let Some(change) = answer(model)
                && !model.commit(change.clone())
            {
                // There is nothing left to write it over; it is kept where redo finds it.
                model.shelve(change);
            }
        },
    },
    Command {
        name: "take-theirs",
        keys: &["t", "esc"],
        title: "Conflict: keep their version",
        hint: "theirs",
        group: Group::Edit,
        places: CONFLICT,
        blocked: |_| None,
        run: |model| {
            if let Some(change) = answer(model) {
                model.shelve(change);
                let key = model.keymap.key_of("redo");
                model.say(format!("kept their version; {key} takes yours after all"));
            }
        },
    },
    Command {
        name: "merge-by-hand",
        keys: &["e"],
        title: "Conflict: merge both versions by hand",
        hint: "edit",
        group: Group::Edit,
        places: CONFLICT,
        blocked: |model| {
            let editable = model.contested_field().is_some();
            (!editable).then(|| "these versions cannot be merged as text: pick one".to_owned())
        },
        run: edit_result,
    },
    Command {
        name: "decide-each",
        keys: &["o"],
        title: "Conflict: decide one by one",
        hint: "one by one",
        group: Group::Edit,
        places: CONFLICT,
        blocked: |model| {
            let is_one = model.conflict_parts() < 2;
            is_one.then(|| "there is one thing to decide here".to_owned())
        },
        run: decide_each,
    },
];

/// Closes the conflict, and answers what the person wanted to do, on the steps as they are numbered
/// now.
fn answer(model: &mut Model) -> Option<Change> {
    match model.overlays.pop()? {
        Overlay::Conflict(OpenConflict {
            change, conflicts, ..
        }) => Some(model.following(change, &conflicts).over_others()),
        _ => None,
    }
}

/// Asks about each thing for itself, the first one on top.
fn decide_each(model: &mut Model) {
    let Some(Overlay::Conflict(OpenConflict {
        change, conflicts, ..
    })) = model.overlays.pop()
    else {
        return;
    };
    let about: Vec<_> = conflicts
        .iter()
        .map(|conflict| part(&conflict.edit))
        .collect();
    let mut parts = about.clone();
    parts.dedup();
    for wanted in parts.into_iter().rev() {
        let its = conflicts.iter().zip(&about);
        let its: Vec<Conflict> = its
            .filter(|(_, about)| **about == wanted)
            .map(|(conflict, _)| conflict.clone())
            .collect();
        if let Some((_, contested)) = change.parted(&its) {
            let conflict = OpenConflict::new(contested, its);
            model.overlays.push(Overlay::Conflict(conflict));
        }
    }
}

/// Opens a field with my version of what the conflict is about, to be made one of both.
fn edit_result(model: &mut Model) {
    let (Some(Overlay::Conflict(conflict)), Some(((id, nth), field))) =
        (model.overlays.last(), model.contested_field())
    else {
        return;
    };
    let mut edits = conflict.conflicts.iter().map(|conflict| &conflict.edit);
    let mine = edits
        .find(|edit| edit.target.field() == Some(field))
        .map(|edit| edit.target.value_words(edit.after.as_deref()));
    let Some(index) = model.plan.find_nth(id, nth) else {
        return;
    };
    let theirs = model.plan.step(index).text(field).into_owned();
    let label = format!("{id} {}", field.label());
    let mut input = model.input(label, mine.unwrap_or_default());
    input.multiline = field.spec().kind == Kind::Text;
    let request = SetRequest {
        steps: [(id, nth)].into(),
        field,
        seen: SeenText::One(theirs),
    };
    model.open_prompt(input, Purpose::Resolve(request));
}

impl OpenConflict {
    pub(crate) fn new(change: Change, conflicts: Vec<Conflict>) -> Self {
        Self {
            change,
            conflicts,
            scroll: 0,
        }
    }

    pub(super) fn scroll_by(&mut self, by: isize) {
        self.scroll = moved(self.scroll, by, self.conflicts.len() * ROWS_OF_A_CONFLICT);
    }
}

impl Model {
    /// Keeps a change that is not made where redo finds it.
    fn shelve(&mut self, change: Change) {
        let event = Event::Shelved(change.clone());
        self.effects.push(Effect::Remember(event));
        self.sync.history.shelve(change);
    }

    /// How many things the conflict on top is about that can be decided each for itself.
    pub(crate) fn conflict_parts(&self) -> usize {
        match self.overlays.last() {
            Some(Overlay::Conflict(open)) => open.change.parts().unwrap_or(1),
            _ => 0,
        }
    }

    /// The one field of one step that the conflict on top is about, where a field for text
    /// can hold the result, and nothing else waits for the answer.
    pub(crate) fn contested_field(&self) -> Option<(StepKey, Field)> {
        let Some(Overlay::Conflict(OpenConflict {
            change, conflicts, ..
        })) = self.overlays.last()
        else {
            return None;
        };
        if change.parts() != Some(1) {
            return None;
        }
        let mut found = None;
        for conflict in conflicts {
            let step = match conflict.edit.target {
                Target::LogValue {
                    key: "updated_at", ..
                } => continue,
                Target::LogValue { step, nth, .. } => (step, nth),
                Target::SectionValue { step, .. } | Target::SectionTitle { step, .. } => (step, 0),
                _ => return None,
            };
            let about = (step, conflict.edit.target.field()?);
            if found.is_some_and(|found| found != about) {
                return None;
            }
            found = Some(about);
        }
        let (step, field) = found?;
        let is_text = field.spec().kind != Kind::List;
        (is_text && self.plan.find_nth(step.0, step.1).is_some()).then_some((step, field))
    }

    /// Shows both versions of a block's cell that somebody else changed while a person, who saw
    /// `seen` there, was changing it.
    pub(crate) fn contest(&mut self, change: Change, seen: &str) {
        let cells = change
            .edits
            .iter()
            .filter(|edit| matches!(edit.target, Target::BlockCell { .. }));
        let over_seen = |edit: &Edit| Conflict {
            edit: Edit {
                before: Some(format!(" {seen} ").into_bytes()),
                ..edit.clone()
            },
            obstacle: Obstacle::Differs {
                found: edit.before.clone(),
            },
        };
        let conflicts = cells.map(over_seen).collect();
        let conflict = OpenConflict::new(change, conflicts);
        self.overlays.push(Overlay::Conflict(conflict));
    }

    /// Sets a field to what a person made of both versions. That answers the conflict below,
    /// unless it arose again.
    pub(crate) fn resolve(&mut self, request: &SetRequest, text: &str) -> Result<(), Refusal> {
        let answered = self.overlays.iter().rposition(Overlay::is_conflict);
        self.set_field(request, text)?;
        if let Some(at) = answered {
            self.overlays.remove(at);
        }
        Ok(())
    }
}
