//! Two versions of one thing: how a person's edit becomes one that can still be made over
//! what others wrote, and what each answer does.

use super::edits::Pending;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::overlay::{Overlay, Purpose, SetRequest};
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::history::Event;
use crate::change::{Change, Edit, Target};
use crate::document::json::Object;
use crate::document::splice;
use crate::plan::StepKey;
use crate::plan::field::{Field, Kind, fields};
use crate::plan::id::StepId;

impl Model {
    /// A change that met somebody else's: shows both versions.
    pub(crate) fn conflicted(&mut self, pending: Pending, conflicts: Vec<Conflict>) {
        self.sync.history.drop_change(&pending.change);
        let change = self.over_theirs(pending.change, &conflicts, &pending.lines);
        let conflict = Overlay::Conflict {
            change,
            conflicts,
            scroll: 0,
        };
        match self.overlays.is_empty() {
            true => self.overlays.push(conflict),
            // Keys meant for what is open must not decide: it waits beneath.
            false => {
                self.overlays.insert(0, conflict);
                self.refuse(
                    "somebody changed the same thing; you will be asked when this is \
                 closed",
                );
            }
        }
    }

    /// The change as it is when made over what others wrote. A step that they took out is
    /// put back with it; a step added under an ID that they took gets the next free one.
    pub(crate) fn over_theirs(
        &self,
        mut change: Change,
        conflicts: &[Conflict],
        lines: &[(StepId, Vec<u8>)],
    ) -> Change {
        for conflict in conflicts {
            let Some(at) = change.edits.iter().position(|edit| *edit == conflict.edit) else {
                continue;
            };
            match (&conflict.obstacle, &conflict.edit.target) {
                (Obstacle::Differs { .. }, Target::LogStep { step, .. })
                    if conflict.edit.before.is_none() =>
                {
                    if let Some(moved) = self.under_free_id(&conflict.edit, *step) {
                        change.edits[at] = moved;
                    }
                }
                (Obstacle::Differs { found }, _) => change.edits[at].before.clone_from(found),
                (Obstacle::Gone, Target::LogValue { step, nth: 0, .. }) => {
                    put_back(&mut change, *step, lines);
                }
                _ => {}
            }
        }
        change
    }

    /// An added step under the next free ID.
    fn under_free_id(&self, edit: &Edit, step: StepId) -> Option<Edit> {
        let free = self.composer().next_free(step)?;
        let line = String::from_utf8(edit.after.clone()?).ok()?;
        let name = self.composer().spelling_of(free).raw(free);
        let splice = Object::parse(&line).ok()?.set("step_id", &name, &[]);
        let line = splice::apply(line.as_bytes(), &[splice]).ok()?;
        Some(Edit {
            target: Target::LogStep { step: free, nth: 0 },
            after: Some(line),
            ..edit.clone()
        })
    }

    /// Makes my version after all, over what stands there now.
    pub fn take_mine(&mut self, change: Change) {
        if !self.commit(change.clone()) {
            // There is nothing left to write it over; it is kept where redo finds it.
            self.shelve(change);
        }
    }

    /// Leaves what stands there, and keeps the other version where redo finds it.
    pub fn take_theirs(&mut self, change: Change) {
        self.shelve(change);
        let key = self.keymap.key_of("redo");
        self.say(format!("kept their version; {key} takes yours after all"));
    }

    fn shelve(&mut self, change: Change) {
        self.effects
            .push(Effect::Remember(Event::Shelved(change.clone())));
        self.sync.history.shelve(change);
    }

    /// Opens a field with my version of what the conflict is about, to be made one of both.
    pub fn edit_result(&mut self) {
        let Some(Overlay::Conflict { conflicts, .. }) = self.overlays.last() else {
            return;
        };
        let Some((step, field)) = self.contested(conflicts) else {
            return;
        };
        let about = |conflict: &&Conflict| field_of(&conflict.edit.target) == Some(field);
        let mine = conflicts.iter().find(about).map(|conflict| {
            let edit = &conflict.edit;
            edit.target.value_words(edit.after.as_deref())
        });
        let Some(index) = self.plan.find_nth(step.0, step.1) else {
            return;
        };
        let theirs = self.plan.step(index).text(field).into_owned();
        let label = format!("{} {}", step.0, field.label());
        let mut input = self.input(label, mine.unwrap_or_default());
        input.multiline = field.spec().kind == Kind::Text;
        let wish = SetRequest {
            steps: vec![step],
            field,
            seen: Some(theirs),
        };
        self.open_prompt(input, Purpose::Resolve(wish));
    }

    /// The one field of one step that the conflict on top is about, where a field for text
    /// can hold the result.
    pub fn contested_field(&self) -> Option<(StepKey, Field)> {
        match self.overlays.last() {
            Some(Overlay::Conflict { conflicts, .. }) => self.contested(conflicts),
            _ => None,
        }
    }

    fn contested(&self, conflicts: &[Conflict]) -> Option<(StepKey, Field)> {
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
            let about = (step, field_of(&conflict.edit.target)?);
            if found.is_some_and(|found| found != about) {
                return None;
            }
            found = Some(about);
        }
        let (step, field) = found?;
        let is_text = field.spec().kind != Kind::List;
        (is_text && self.plan.find_nth(step.0, step.1).is_some()).then_some((step, field))
    }
}

/// The field that a target holds.
fn field_of(target: &Target) -> Option<Field> {
    match target {
        Target::LogValue { key, inner, .. } => fields()
            .iter()
            .find(|spec| spec.key == *key && spec.inner == *inner)
            .map(|spec| spec.field),
        Target::SectionValue { field, .. } => Some(*field),
        Target::SectionTitle { .. } => Some(Field::Title),
        _ => None,
    }
}

/// Turns the edits of a step whose line is gone into one that puts the line back.
fn put_back(change: &mut Change, step: StepId, lines: &[(StepId, Vec<u8>)]) {
    let Some((_, line)) = lines.iter().find(|(id, _)| *id == step) else {
        return;
    };
    let is_its = |edit: &Edit| matches!(edit.target, Target::LogValue { step: id, nth: 0, .. } if id == step);
    let Some(first) = change.edits.iter().position(is_its) else {
        return;
    };
    let whole = Edit {
        path: change.edits[first].path.clone(),
        target: Target::LogStep { step, nth: 0 },
        before: None,
        after: Some(line.clone()),
    };
    change.edits.retain(|edit| !is_its(edit));
    change.edits.insert(first, whole);
}
