//! What people are told of a change that was undone or made again: what is the case now; and which
//! steps it is about.

use std::collections::BTreeMap;

use super::{Change, Edit, NONE, Target};
use crate::change::compose::{shown, shown_pair};
use crate::document::json;
use crate::plan::StepKey;
use crate::plan::field::{Field, Kind, fields};
use crate::plan::id::StepId;

/// Which side of a change holds now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Target {
    /// The field that it holds, if it is one of a step.
    pub(crate) fn field(&self) -> Option<Field> {
        match self {
            Self::LogValue { key, inner, .. } => fields()
                .iter()
                .find(|spec| spec.key == *key && spec.inner == *inner)
                .map(|spec| spec.field),
            Self::SectionValue { field, .. } => Some(*field),
            Self::SectionTitle { .. } => Some(Field::Title),
            _ => None,
        }
    }
}

impl Edit {
    /// The step that it is about.
    pub(super) fn step(&self) -> Option<StepKey> {
        match &self.target {
            Target::LogValue { step, nth, .. } | Target::LogStep { step, nth, .. } => {
                Some((*step, *nth))
            }
            Target::SectionValue { step, .. } | Target::SectionTitle { step, .. } => {
                Some((*step, 0))
            }
            Target::LogText { .. } => {
                let line = self.before.as_ref().or(self.after.as_ref())?;
                let text = String::from_utf8_lossy(line);
                let object = json::Object::parse(&text).ok()?;
                Some((StepId::of_raw(object.get("step_id")?)?, 0))
            }
            _ => None,
        }
    }
}

impl Change {
    /// The steps that it is about, each once, in the order of IDs.
    pub(crate) fn steps(&self) -> Vec<StepKey> {
        let mut steps: Vec<StepKey> = self.edits.iter().filter_map(Edit::step).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    /// What a person is told when it was undone: `0042 is draft again`.
    pub(crate) fn undone(&self) -> String {
        self.now(Side::Before)
    }

    /// The same when it was made again.
    pub(crate) fn redone(&self) -> String {
        self.now(Side::After)
    }

    fn now(&self, side: Side) -> String {
        if let Some((what, value)) = self.labelled(side) {
            return is_again(what, value);
        }
        self.moved(side)
            .or_else(|| self.whole_steps(side))
            .or_else(|| self.values(side))
            .unwrap_or_else(|| match side {
                Side::Before => format!("undone: {}", self.label),
                Side::After => format!("redone: {}", self.label),
            })
    }

    /// The same change with a label that has the value which its edits replace. Put over what others
    /// wrote, that is theirs, and it is what comes back.
    pub(crate) fn over_others(mut self) -> Self {
        let is_told = |edit: &&Edit| edit.target.field() != Some(Field::UpdatedAt);
        let Some((edit, (what, _))) = self
            .edits
            .iter()
            .find(is_told)
            .zip(self.labelled(Side::After))
        else {
            return self;
        };
        let words = |source: &Option<Vec<u8>>| match edit.target.value_words(source.as_deref()) {
            words if words == "(nothing)" => String::new(),
            words => words,
        };
        let (before, after) = shown_pair(&words(&edit.before), &words(&edit.after));
        self.label = format!("{what}: {before} → {after}");
        self
    }

    /// What is set, and the value that it has now, where the label says so clearly.
    fn labelled(&self, side: Side) -> Option<(&str, &str)> {
        let is_value = |edit: &Edit| {
            matches!(
                edit.target,
                Target::LogValue { .. }
                    | Target::SectionValue { .. }
                    | Target::SectionTitle { .. }
                    | Target::BlockCell { .. }
                    | Target::BlockRow { .. }
            )
        };
        let (what, values) = self.label.split_once(": ")?;
        let (before, after) = values.split_once(" → ")?;
        let is_list = what.contains(" +") || what.contains(" −");
        let is_clear = !is_list && !after.contains(" → ") && self.edits.iter().all(is_value);
        is_clear.then_some(match side {
            Side::Before => (what, before),
            Side::After => (what, after),
        })
    }

    /// The same where steps got other numbers: the label says which.
    fn moved(&self, side: Side) -> Option<String> {
        let (what, rest) = self.label.split_once(" moved to ")?;
        match (rest.split_once(" as "), side) {
            (Some((_, name)), side) => {
                let (new, title) = name.split_once(": ")?;
                let (from, to) = match side {
                    Side::Before => (new, what),
                    Side::After => (what, new),
                };
                Some(format!("{from} is {to} again: {title}"))
            }
            (None, Side::Before) => Some(format!("{what} have their former IDs again")),
            (None, Side::After) => Some(format!("{what} are in {rest} again")),
        }
    }

    /// The same where it consists of steps that came or went, or of one tick.
    fn whole_steps(&self, side: Side) -> Option<String> {
        let is_line =
            |edit: &Edit| matches!(edit.target, Target::LogStep { .. } | Target::LogText { .. });
        let [edit] = self.edits.as_slice() else {
            let gone = |edit: &Edit| is_line(edit) && edit.after.is_none();
            let count = self.edits.len();
            return self.edits.iter().all(gone).then(|| match side {
                Side::Before => format!("{count} steps are back"),
                Side::After => format!("{count} steps are removed again"),
            });
        };
        let (what, name) = self.label.split_once(": ")?;
        let (what, verb) = what.rsplit_once(' ')?;
        let is_tick = matches!(edit.target, Target::CheckMark { .. });
        let again = match (verb, side) {
            ("added", Side::Before) if is_line(edit) => "is gone again",
            ("added", Side::After) | ("removed", Side::Before) if is_line(edit) => "is back",
            ("removed", Side::After) if is_line(edit) => "is removed again",
            ("ticked", Side::Before) | ("unticked", Side::After) if is_tick => "is unticked again",
            ("ticked", Side::After) | ("unticked", Side::Before) if is_tick => "is ticked again",
            _ => return None,
        };
        Some(match is_tick {
            true => format!("{what}: “{name}” {again}"),
            false => format!("{what} {again}: {name}"),
        })
    }

    /// The same where one field of steps was set.
    fn values(&self, side: Side) -> Option<String> {
        let mut known: BTreeMap<StepKey, String> = BTreeMap::new();
        let mut field = None;
        for edit in &self.edits {
            let of = edit.target.field()?;
            if of == Field::UpdatedAt {
                continue;
            }
            if *field.get_or_insert(of) != of {
                return None;
            }
            let source = match side {
                Side::Before => edit.before.as_deref(),
                Side::After => edit.after.as_deref(),
            };
            let words = edit.target.value_words(source);
            // The log spells values as stepdeck does; the canon has habits of its own.
            match edit.target.is_in_log() {
                true => drop(known.insert(edit.step()?, words)),
                false => drop(known.entry(edit.step()?).or_insert(words)),
            }
        }
        let field = field?;
        // Its label begins a sentence: `Depends on`.
        let name = match field {
            Field::Dependencies => field.spec().name.to_owned(),
            _ => field.label().to_lowercase(),
        };
        let is = match field.spec().kind {
            Kind::List => "are",
            _ => "is",
        };
        let mut values = known.values();
        let first = values.next()?;
        let is_same = values.all(|value| value == first);
        let steps = match known.keys().next() {
            Some((id, _)) if known.len() == 1 => id.to_string(),
            _ => format!("{} steps", known.len()),
        };
        match (is_same, known.len(), side) {
            (_, 1, Side::Before) => Some(format!("{steps} {name} {is} as before")),
            (true, count, _) if count > 1 => {
                let value = match first.as_str() {
                    "(nothing)" => NONE.to_owned(),
                    words => shown(words),
                };
                Some(match field {
                    Field::Status => format!("{steps} are {value} again"),
                    _ => is_again(&format!("{name} of {steps}"), &value),
                })
            }
            (false, _, Side::Before) => Some(format!("{name} of {steps} {is} as before")),
            _ => None,
        }
    }
}

/// `0042 owner is ops again`. A status goes without its name.
fn is_again(what: &str, value: &str) -> String {
    let what = what
        .strip_suffix(" status")
        .filter(|_| value != NONE)
        .unwrap_or(what);
    match value {
        NONE => format!("{what} is empty again"),
        value => format!("{what} is {value} again"),
    }
}
