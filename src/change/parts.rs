//! The parts of a change that are made or left each for itself: what is set in one field of one
//! step. Where somebody disputes one of them, the others need not wait for the answer.

use std::collections::BTreeSet;

use super::compose::{shown, shown_pair};
use super::conflict::Conflict;
use super::{Change, Edit, Key, Target};
use crate::document::english::counted;
use crate::plan::field::{Field, Kind};
use crate::plan::id::StepId;

/// A step and the key of its field, in the log and in the canon alike.
type Part = (StepId, Key);

const STAMP: &str = "updated_at";

impl Change {
    /// Parts what nobody disputes from what these conflicts are about. A step's stamp goes with
    /// both.
    ///
    /// Nothing where the change is one thing, such as a decision with its paper or a step under
    /// another number.
    pub(crate) fn parted(&self, conflicts: &[Conflict]) -> Option<(Self, Self)> {
        let parts = self.edits.iter().map(part);
        let parts: Vec<Part> = parts.collect::<Option<_>>()?;
        let disputed: BTreeSet<Part> =
            (conflicts.iter().map(|conflict| part(&conflict.edit))).collect::<Option<_>>()?;
        let is_stamp = |part: &&Part| part.1 == STAMP;
        let steps = |wanted: bool| -> BTreeSet<StepId> {
            let of = parts.iter().filter(|part| !is_stamp(part));
            let of = of.filter(|part| disputed.contains(part) == wanted);
            of.map(|(step, _)| *step).collect()
        };
        let (free, contested) = (steps(false), steps(true));
        let side = |wanted: bool| {
            let is_its = |part: &Part| match part.1 {
                STAMP if wanted => contested.contains(&part.0),
                STAMP => free.contains(&part.0) || !contested.contains(&part.0),
                _ => disputed.contains(part) == wanted,
            };
            let edits = self.edits.iter().zip(&parts);
            let edits = edits.filter(|(_, part)| is_its(part));
            let edits: Vec<Edit> = edits.map(|(edit, _)| edit.clone()).collect();
            let label = match edits.len() == self.edits.len() {
                true => self.label.clone(),
                false => label(&edits),
            };
            Self { label, edits }
        };
        Some((side(false), side(true)))
    }

    /// How many things there are to decide about, where each can be decided for itself.
    pub(crate) fn parts(&self) -> Option<usize> {
        let parts: Option<BTreeSet<Part>> = self.edits.iter().map(part).collect();
        Some(parts?.iter().filter(|part| part.1 != STAMP).count())
    }
}

/// What an edit belongs to, where it sets a field that people set.
pub(crate) fn part(edit: &Edit) -> Option<Part> {
    match &edit.target {
        Target::LogValue { step, key, .. } => {
            let is_known = *key == STAMP || Field::all_editable().any(|spec| spec.key == *key);
            is_known.then_some((*step, *key))
        }
        Target::SectionValue { step, field, .. } => Some((*step, field.spec().key)),
        Target::SectionTitle { step, .. } => Some((*step, Field::Title.spec().key)),
        _ => None,
    }
}

/// What people read of edits of fields: `0042 title: a → b`, `3 steps status → idea`.
fn label(edits: &[Edit]) -> String {
    let told: Vec<&Edit> = edits
        .iter()
        .filter(|edit| part(edit).is_some_and(|part| part.1 != STAMP))
        .collect();
    let mut steps: BTreeSet<StepId> = BTreeSet::new();
    let mut names: Vec<String> = Vec::new();
    for edit in &told {
        let Some((step, key)) = part(edit) else {
            continue;
        };
        let field = edit.target.field().map(|field| field.spec().label);
        let name = field.unwrap_or(key).to_lowercase();
        steps.insert(step);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |edit: &Edit, source: Option<&[u8]>| edit.target.value_words(source);
    let after = |edit: &Edit| value(edit, edit.after.as_deref());
    let only = steps.first().filter(|_| steps.len() == 1);
    match (only, &names[..], &told[..]) {
        (Some(step), [name], [edit, ..]) if edit.target.field().is_some_and(is_short) => {
            let before = value(edit, edit.before.as_deref());
            let (before, after) = shown_pair(&before, &after(edit));
            format!("{step} {name}: {before} → {after}")
        }
        (Some(step), names, _) => format!("{step} {}", names.join(", ")),
        (None, [name], [first, rest @ ..])
            if rest.iter().all(|edit| after(edit) == after(first)) =>
        {
            format!("{} steps {name} → {}", steps.len(), shown(&after(first)))
        }
        _ => format!("{} edited", counted(steps.len(), "step")),
    }
}

fn is_short(field: Field) -> bool {
    !matches!(field.spec().kind, Kind::Text | Kind::List)
}
