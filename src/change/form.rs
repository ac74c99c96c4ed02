//! A whole step as a text for `$EDITOR`: TOML, one key a field, read back into edits.

use super::Change;
use super::compose::{Composer, FieldRequest};
use super::value::{Refusal, refuse};
use crate::plan::field::{Field, Kind};
use crate::plan::{StepKey, StepRef};

/// A whole step in the hands of `$EDITOR`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    pub step: StepKey,
    /// What was first shown there: only what differs from it is wished for.
    pub seen: String,
    /// What is in the editor, or was when it was left.
    pub text: String,
}

/// Writes the step out. Unknown keys stay in the file and are not shown.
pub fn write(step: StepRef<'_>) -> String {
    let mut text = format!(
        "# Step {}. Save and close the editor to keep your changes; close it unchanged to \
         discard them.\n\
         # status: idea, draft, in progress, blocked or complete\n\n",
        step.id()
    );
    for spec in Field::all_editable() {
        let key = match spec.inner {
            Some(_) => format!("\"{}\"", spec.name),
            None => spec.name.to_owned(),
        };
        let value = match spec.kind {
            Kind::List => list(&step.list(spec.field)),
            _ => string(&step.text(spec.field)),
        };
        text += &format!("{key} = {value}\n");
    }
    text
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
    /// What an edited form asks for, as one change. A field that is not in the form, or
    /// reads as in the form that was `seen` first, is left alone.
    ///
    /// # Errors
    /// With line and column where the text is not TOML, and for the first value that its
    /// field cannot take.
    pub fn set_form(&self, step: usize, seen: &str, text: &str) -> Result<Change, Refusal> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let offset = error.span().map_or(0, |span| span.start);
            let before = &text[..offset.min(text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            Refusal(format!("line {line}, column {column}: {}", error.message()))
        })?;
        let seen: toml::Table = seen.parse().unwrap_or_default();
        let mut wishes = Vec::new();
        for (name, value) in &table {
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
        self.set_fields(step, &wishes)
    }
}

fn words(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
