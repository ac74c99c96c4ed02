//! What one assignment asks of a field, such as `owner=ops` or `dependencies+=0042`: the same on
//! the command line and on the screen, of one step and of many.

use super::FieldRequest;
use crate::change::value::{Refusal, refuse};
use crate::plan::StepRef;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, Kind};
use crate::plan::id::typed_id;
use crate::plan::list_entry::ListEntry;

/// What one argument asks of one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// The field.
    pub(crate) field: Field,
    /// What becomes of it.
    pub(crate) action: Action,
}

/// What becomes of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// It holds this and nothing else: the entries of a list are separated by semicolons.
    Set(String),
    /// The list gets an entry, unless it has it.
    Add(String),
    /// The same of several, separated by semicolons.
    AddAll(String),
    /// The list loses an entry, or several that are separated by semicolons.
    Remove(String),
    /// Another entry stands in the place of the first.
    Replace(String, String),
}

impl Assignment {
    /// The assignment of a value.
    pub(crate) fn set(field: Field, value: impl Into<String>) -> Self {
        let action = Action::Set(value.into());
        Self { field, action }
    }
}

impl std::str::FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, value)) = text.split_once('=') else {
            let help = "write a field, =, += or -=, and a value, such as status=complete";
            return Err(help.to_owned());
        };
        let value = value.to_owned();
        let (name, action) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
            (Some(name), _) => (name, Action::AddAll(value)),
            (_, Some(name)) => (name, Action::Remove(value)),
            _ => (name, Action::Set(value)),
        };
        let field = Field::editable(name)?;
        if field.spec().kind != Kind::List && !matches!(action, Action::Set(_)) {
            return Err(format!("{name} is not a list: += and -= are for lists"));
        }
        Ok(Self { field, action })
    }
}

/// What the assignments make of the fields of a step, or of one that does not exist yet.
///
/// # Errors
/// When a field is set twice, or an entry to remove is not there.
pub(crate) fn requests(
    assignments: &[Assignment],
    step: Option<StepRef<'_>>,
) -> Result<Vec<(Field, FieldRequest)>, Refusal> {
    let mut requests: Vec<(Field, FieldRequest)> = Vec::new();
    for Assignment { field, action } in assignments {
        let at = requests.iter().position(|(known, _)| known == field);
        match action {
            Action::Set(_) if at.is_some() => {
                return refuse(format!("{} is set twice", field.spec().name));
            }
            Action::Set(value) if field.spec().kind == Kind::List => {
                requests.push((*field, FieldRequest::List(split(value))));
                continue;
            }
            Action::Set(value) => {
                requests.push((*field, FieldRequest::Value(value.clone())));
                continue;
            }
            _ => {}
        }
        let at = at.unwrap_or_else(|| {
            let seen = step.map_or(Vec::new(), |step| all_entries(step, *field));
            let entries = seen.clone();
            requests.push((*field, FieldRequest::Edited { seen, entries }));
            requests.len() - 1
        });
        let (FieldRequest::List(entries) | FieldRequest::Edited { entries, .. }) =
            &mut requests[at].1
        else {
            continue;
        };
        match action {
            Action::Add(item) => entries.push(item.trim().to_owned()),
            Action::AddAll(items) => entries.extend(split(items)),
            // An entry may have a semicolon in it.
            Action::Remove(items) => match found(entries, *field, items) {
                Ok(at) => drop(entries.remove(at)),
                Err(refusal) if !items.contains(';') => return Err(refusal),
                Err(_) => {
                    for item in split(items) {
                        entries.remove(found(entries, *field, &item)?);
                    }
                }
            },
            Action::Replace(old, new) => {
                let at = found(entries, *field, old)?;
                entries[at] = new.trim().to_owned();
            }
            Action::Set(_) => {}
        }
    }
    Ok(requests)
}

/// Where the entry is that was typed: a step in any spelling, other words as they are.
fn found(entries: &[String], field: Field, typed: &str) -> Result<usize, Refusal> {
    let id = typed_id(typed).filter(|_| field == Field::Dependencies);
    let words = id.map_or(typed.trim().to_owned(), |id| id.to_string());
    let plain = ListEntry::plain(words);
    let is_it = |entry: &String| ListEntry::plain(entry.as_str()).agrees(&plain, field);
    let exact = entries.iter().position(|entry| *entry == plain.text);
    // As people type suffixes, where nothing is written just so.
    let is_like_it = |entry: &String| {
        let other = match Dependency::read(entry.as_str().into()) {
            Dependency::Step(other) => other,
            Dependency::Condition { .. } => return false,
        };
        id.is_some_and(|id| other.in_capitals() == id.in_capitals())
    };
    let found = exact.or_else(|| entries.iter().position(is_it));
    match found.or_else(|| entries.iter().position(is_like_it)) {
        Some(at) => Ok(at),
        None => refuse(format!(
            "{} has no entry “{}”",
            field.spec().name,
            typed.trim()
        )),
    }
}

/// The entries of a list field, those that only the canon has last.
fn all_entries(step: StepRef<'_>, field: Field) -> Vec<String> {
    let mut entries: Vec<ListEntry> = step.log_list(field).unwrap_or_default();
    for (entry, _) in step.canon_list(field).unwrap_or_default() {
        if !entries.iter().any(|known| known.agrees(&entry, field)) {
            entries.push(entry);
        }
    }
    entries.into_iter().map(|entry| entry.text).collect()
}

/// The entries between semicolons; `\;` is one within an entry.
fn split(value: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    for part in value.split_inclusive(';') {
        let end = part.strip_suffix(';');
        let (text, is_end) = (end.unwrap_or(part), end.is_some());
        let escaped = text.strip_suffix('\\').filter(|_| is_end);
        let Some(entry) = entries.last_mut() else {
            break;
        };
        entry.push_str(escaped.unwrap_or(text));
        match escaped {
            Some(_) => entry.push(';'),
            None if is_end => entries.push(String::new()),
            None => {}
        }
    }
    let entries = entries.iter().map(|entry| entry.trim());
    entries
        .filter(|e| !e.is_empty())
        .map(str::to_owned)
        .collect()
}
