//! Several fields of one step in one change, and a new step with its fields filled in.

use super::{Change, Composer, Edit, Target};
use crate::change::apply;
use crate::change::value::{Refusal, refuse};
use crate::document::json::Object;
use crate::document::splice;
use crate::plan::Plan;
use crate::plan::field::{Field, Kind, inner_order};
use crate::plan::id::StepId;
use crate::plan::source::SourceFile;
use crate::plan::uid::Uid;

/// What a field is to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldRequest {
    /// A single value, as typed.
    Value(String),
    /// The entries of a list, and nothing else.
    List(Vec<String>),
    /// A list as somebody saw it, and with what they changed in it.
    Edited {
        /// The entries they saw.
        seen: Vec<String>,
        /// The entries they want.
        entries: Vec<String>,
    },
}

impl Composer<'_> {
    /// Sets several fields of one step. What holds the wished value already stays untouched.
    ///
    /// # Errors
    /// As [`Composer::set`] and [`Composer::set_list`], for the first field that refuses.
    pub fn set_fields(
        &self,
        step: usize,
        wishes: &[(Field, FieldRequest)],
    ) -> Result<Change, Refusal> {
        if let [(field, wish)] = wishes {
            return self.set_field(step, *field, wish);
        }
        let mut edits: Vec<Edit> = Vec::new();
        let mut labels = Vec::new();
        for (field, wish) in wishes {
            let change = self.set_field(step, *field, wish)?;
            if !change.edits.is_empty() {
                labels.push(field.label().to_lowercase());
            }
            for edit in change.edits {
                add(&mut edits, edit);
            }
        }
        Ok(Change {
            label: format!("{} {}", self.plan.step(step).id(), labels.join(", ")),
            edits,
        })
    }

    fn set_field(&self, step: usize, field: Field, wish: &FieldRequest) -> Result<Change, Refusal> {
        match (field.spec().kind, wish) {
            (Kind::List, FieldRequest::List(entries)) => self.replace_list(step, field, entries),
            (Kind::List, FieldRequest::Edited { seen, entries }) => {
                self.edit_list(step, field, seen, entries)
            }
            (Kind::List, FieldRequest::Value(_)) => refuse(format!("{} is a list", field.label())),
            (_, FieldRequest::List(_) | FieldRequest::Edited { .. }) => {
                refuse(format!("{} is not a list", field.label()))
            }
            (_, FieldRequest::Value(typed)) if *typed == self.plan.step(step).text(field) => {
                Ok(Change {
                    label: format!("{} {}", self.plan.step(step).id(), field.label()),
                    edits: Vec::new(),
                })
            }
            (_, FieldRequest::Value(typed)) => self.set(step, field, typed),
        }
    }

    /// Adds a step called `title` under `id` with these fields set.
    ///
    /// # Errors
    /// As [`Composer::add`] and [`Composer::set_fields`].
    pub fn add_with(
        &self,
        id: StepId,
        title: &str,
        uid: Uid,
        wishes: &[(Field, FieldRequest)],
    ) -> Result<Change, Refusal> {
        let mut change = self.add(id, title, uid)?;
        if wishes.is_empty() {
            return Ok(change);
        }
        let obstacle = || Refusal(format!("{id} cannot be added with these fields"));
        let mut files: Vec<SourceFile> = self.plan.files().to_vec();
        apply::change(&change, &mut files).map_err(|_| obstacle())?;
        let plan = Plan::read(files);
        let step = plan.find(id).ok_or_else(obstacle)?;
        let there = Composer::new(&plan, self.now);
        let filled = there.set_fields(step, wishes)?;
        let mut files = plan.files().to_vec();
        apply::change(&filled, &mut files).map_err(|_| obstacle())?;
        let plan = Plan::read(files);
        let line = plan.find(id).and_then(|step| plan.step(step).log_line());
        let line = line.ok_or_else(obstacle)?;
        let is_added =
            |edit: &Edit| matches!(edit.target, Target::LogStep { .. } | Target::File { .. });
        change.edits.retain(is_added);
        for edit in &mut change.edits {
            edit.after = match edit.target {
                Target::File { .. } => {
                    let mut files = plan.files().iter();
                    let log = files.find(|file| file.path == edit.path);
                    log.map(|log| log.document.to_bytes())
                }
                _ => Some(line.bytes()[line.body().range()].to_vec()),
            };
        }
        Ok(change)
    }
}

/// Adds an edit. Two that put one object in, each with a key of its own, become one; a second stamp
/// of the same step is not a second edit.
pub(super) fn add(edits: &mut Vec<Edit>, edit: Edit) {
    let Some(known) = edits.iter_mut().find(|e| e.target == edit.target) else {
        return edits.push(edit);
    };
    let text =
        |edit: &Edit| String::from_utf8(edit.after.clone().unwrap_or_default()).unwrap_or_default();
    let (mut whole, more) = (text(known), text(&edit));
    let (Ok(more), Target::LogValue { key, .. }) = (Object::parse(&more), &known.target) else {
        return;
    };
    let order = inner_order(key);
    for (key, raw) in more.entries() {
        let Ok(object) = Object::parse(&whole) else {
            return;
        };
        // What stood in the place of the object is only kept where nobody replaced it.
        let is_kept = edit.before.as_deref() == Some(raw.as_bytes());
        if is_kept && object.get(key).is_some() {
            continue;
        }
        let splice = object.set(key, raw, &order);
        if let Ok(bytes) = splice::apply(whole.as_bytes(), &[splice]) {
            whole = String::from_utf8(bytes).unwrap_or_default();
        }
    }
    known.after = Some(whole.into_bytes());
}
