//! What a person saw in fields before they set them. Where something else stands there by the time
//! of the edit, it is somebody's word against theirs, and they are asked.

use std::collections::HashMap;

use super::{Change, Composer};
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::{Edit, Target, value};
use crate::document::markdown::escaped;
use crate::plan::field::Field;
use crate::plan::{StepKey, StepRef};

/// The values that a person saw, by step and field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SeenValues(HashMap<(StepKey, Field), String>);

impl SeenValues {
    /// Notes what stood in a field of a step.
    pub(crate) fn note(&mut self, step: StepKey, field: Field, text: impl Into<String>) {
        self.0.insert((step, field), text.into());
    }
}

impl<'a> Composer<'a> {
    /// The same composer for somebody who saw these values.
    pub(crate) fn having_seen(self, seen: &'a SeenValues) -> Self {
        Self {
            seen: Some(seen),
            ..self
        }
    }
}

impl Composer<'_> {
    /// Which edits of a step's fields would replace what the person has never seen.
    pub(in crate::change) fn disputed(
        &self,
        step: StepRef<'_>,
        fields: impl IntoIterator<Item = Field>,
        change: &Change,
    ) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for field in fields {
            let seen = self.seen.and_then(|seen| seen.0.get(&(step.key(), field)));
            let Some(seen) = seen.filter(|seen| step.text(field) != **seen) else {
                continue;
            };
            let about = change.edits.iter().filter(|edit| concerns(edit, field));
            let of_field = about.map(|edit| over_seen(edit, field, seen));
            let (news, same): (Vec<Conflict>, Vec<Conflict>) =
                of_field.partition(|conflict| conflict.obstacle != as_expected(conflict));
            // Where the other file still has what was seen, that is no second version of it.
            conflicts.extend(if news.is_empty() { same } else { news });
        }
        conflicts
    }
}

/// Whether an edit sets this field.
fn concerns(edit: &Edit, field: Field) -> bool {
    let spec = field.spec();
    match &edit.target {
        Target::LogValue { key, inner, .. } => {
            *key == spec.key && (inner.is_none() || *inner == spec.inner)
        }
        target => target.field() == Some(field),
    }
}

/// The edit as it is over what the person saw, and what stands there instead.
fn over_seen(edit: &Edit, field: Field, seen: &str) -> Conflict {
    let expected = match &edit.target {
        Target::LogValue { .. } => value::raw(field, seen),
        Target::SectionTitle { .. } => escaped(seen),
        _ => format!(" {}", escaped(seen)),
    };
    let found = edit.before.clone();
    let before = Some(expected.into_bytes());
    Conflict {
        edit: Edit {
            before,
            ..edit.clone()
        },
        obstacle: Obstacle::Differs { found },
    }
}

fn as_expected(conflict: &Conflict) -> Obstacle {
    let found = conflict.edit.before.clone();
    Obstacle::Differs { found }
}
