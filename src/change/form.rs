//! Whole steps as a text for `$EDITOR`: TOML, one key a field, of several steps a table each, read
//! back into edits.

use std::sync::Arc;

use super::Change;
use super::brief::brief;
use super::compose::{BulkChange, Composer, FieldRequest, SeenValues};
use super::conflict::Conflict;
use super::value::{Refusal, refuse};
use crate::document::visible::visible_line;
use crate::plan::field::{Field, Kind};
use crate::plan::{StepKey, StepRef};

/// Whole steps in the hands of `$EDITOR`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    pub steps: Arc<[StepKey]>,
    /// What was first shown there: only what differs from it is wished for.
    pub seen: String,
    /// What is in the editor, or was when it was left.
    pub text: String,
}

impl Form {
    /// What people call the steps: the one by its ID, several by their number.
    pub(crate) fn called(&self) -> String {
        match &self.steps[..] {
            [(id, _)] => id.to_string(),
            steps => format!("{} steps", steps.len()),
        }
    }
}

/// The table of a step among several: its ID, and which one of that ID where there are several.
fn table_name((id, nth): StepKey) -> String {
    match nth {
        0 => id.to_string(),
        nth => format!("{id} ({})", nth + 1),
    }
}

/// Writes steps out. Unknown keys stay in the file and are not shown.
pub fn write(steps: &[StepRef<'_>]) -> String {
    let what = match steps {
        [only] => format!("Step {}.", only.id()),
        _ => format!(
            "{} steps, a table each; one that you delete here stays as it is.",
            steps.len()
        ),
    };
    let mut text = format!(
        "# {what} Save and close the editor to keep your changes; close it unchanged to \
         discard them.\n\
         # status: idea, draft, in progress, blocked or complete\n\n"
    );
    for (at, step) in steps.iter().enumerate() {
        if steps.len() > 1 {
            let between = if at == 0 { "" } else { "\n" };
            text += &format!("{between}[\"{}\"]\n", table_name(step.key()));
        }
        write_fields(*step, &mut text);
    }
    text
}

fn write_fields(step: StepRef<'_>, text: &mut String) {
    for spec in Field::all_editable() {
        let key = match spec.inner {
            Some(_) => format!("\"{}\"", spec.name),
            None => spec.name.to_owned(),
        };
        let value = match spec.kind {
            Kind::List => list(&step.list(spec.field)),
            _ => string(&step.text(spec.field)),
        };
        if let Some(drift) = step.drift_of(spec.field) {
            let words: Vec<&str> = drift.canon.split_whitespace().collect();
            let words = visible_line(&words.join(" ")).into_owned();
            *text += &format!("# the canon says: {}\n", brief(&words));
        }
        *text += &format!("{key} = {value}\n");
    }
}

fn string(text: &str) -> String {
    match text.contains('\n') && !text.contains('\r') {
        true => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"\"\"\n{escaped}\"\"\"")
        }
        false => toml::Value::String(text.to_owned()).to_string(),
    }
}

fn list(entries: &[std::borrow::Cow<'_, str>]) -> String {
    if entries.is_empty() {
        return "[]".to_owned();
    }
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| format!("  {},\n", toml::Value::String(entry.to_string())))
        .collect();
    format!("[\n{}]", lines.concat())
}

impl Composer<'_> {
    /// What an edited form asks for, as one change. A step or a field that is not in the form, or
    /// reads as in the form that was `seen` first, is left alone.
    ///
    /// # Errors
    /// With line and column where the text is not TOML, for a table that is none of these steps,
    /// and for the first value that its field cannot take.
    pub fn set_form(&self, form: &Form) -> Result<BulkChange, Refusal> {
        let table = parsed(&form.text)?;
        let seen: toml::Table = form.seen.parse().unwrap_or_default();
        let values = seen_values(&form.steps, &seen);
        let composer = self.having_seen(&values);
        let mut bulk = BulkChange {
            asked: form.steps.len(),
            ..BulkChange::default()
        };
        if let [only] = form.steps[..] {
            (bulk.change, bulk.disputed) = composer.set_table(only, &seen, &table)?;
            bulk.changed = usize::from(!bulk.change.edits.is_empty());
            return Ok(bulk);
        }
        for (name, value) in &table {
            if seen.get(name) == Some(value) {
                continue;
            }
            let mut steps = form.steps.iter();
            let (Some(key), toml::Value::Table(fields), Some(toml::Value::Table(before))) = (
                steps.find(|key| table_name(**key) == *name),
                value,
                seen.get(name),
            ) else {
                return refuse(format!("`{name}` is not one of the steps in this text"));
            };
            let change = composer.set_table(*key, before, fields);
            let (change, disputed) = change.map_err(|why| Refusal(format!("{name}: {why}")))?;
            bulk.disputed.extend(disputed);
            if !change.edits.is_empty() {
                bulk.changed += 1;
                bulk.change.edits.extend(change.edits);
                bulk.change.label = change.label;
            }
        }
        if bulk.changed != 1 {
            bulk.change.label = format!("{} steps edited", bulk.changed);
        }
        Ok(bulk)
    }

    fn set_table(
        &self,
        (id, nth): StepKey,
        seen: &toml::Table,
        table: &toml::Table,
    ) -> Result<(Change, Vec<Conflict>), Refusal> {
        let Some(step) = self.plan.find_nth(id, nth) else {
            return refuse(format!("{id} is no longer in the plan"));
        };
        let mut wishes = Vec::new();
        for (name, value) in table {
            if seen.get(name) == Some(value) {
                continue;
            }
            let field = Field::editable(name).map_err(Refusal)?;
            let wish = match (field.spec().kind, value) {
                (Kind::List, toml::Value::Array(entries)) => {
                    let entries = entries.iter().map(words).collect();
                    match seen.get(name) {
                        Some(toml::Value::Array(seen)) => FieldRequest::Edited {
                            seen: seen.iter().map(words).collect(),
                            entries,
                        },
                        _ => FieldRequest::List(entries),
                    }
                }
                (Kind::List, _) => return refuse(format!("`{name}` is a list: write [\"…\"]")),
                (_, value) => FieldRequest::Value(words(value)),
            };
            wishes.push((field, wish));
        }
        let change = self.set_fields(step, &wishes)?;
        let fields = wishes.iter().map(|(field, _)| *field);
        let disputed = self.disputed(self.plan.step(step), fields, &change);
        Ok((change, disputed))
    }
}

/// What a person saw in the fields of one value; lists are merged with what they hold now.
fn seen_values(steps: &[StepKey], seen: &toml::Table) -> SeenValues {
    let mut values = SeenValues::default();
    for key in steps {
        let table = match steps {
            [_] => Some(seen),
            _ => seen.get(&table_name(*key)).and_then(toml::Value::as_table),
        };
        for (name, value) in table.into_iter().flatten() {
            if let (Ok(field), false) = (Field::editable(name), value.is_array()) {
                values.note(*key, field, words(value));
            }
        }
    }
    values
}

fn parsed(text: &str) -> Result<toml::Table, Refusal> {
    text.parse().map_err(|error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Refusal(format!("line {line}, column {column}: {}", error.message()))
    })
}

fn words(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
