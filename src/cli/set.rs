//! `stepdeck set`: changes fields of one step.

use color_eyre::eyre::{Result, bail};

use super::Ending;
use super::invocation::{Invocation, Name, OpenPlan, refused};
use crate::change::compose::FieldRequest;
use crate::plan::StepRef;
use crate::plan::field::{Field, Kind};
use crate::plan::id::typed_id;
use crate::plan::list_entry::ListEntry;

/// Change fields of a step, in the log and in the canon.
///
/// FIELD=VALUE sets a field; separate the entries of a list with semicolons. FIELD+=ITEM adds an
/// entry to a list, FIELD-=ITEM removes one. All assignments are one change: if one is refused,
/// nothing is written.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = fields_help())]
pub struct Set {
    /// The step.
    pub id: Name,
    /// What to change, such as status=complete or dependencies+=0042.
    #[arg(required = true, value_name = "FIELD=VALUE")]
    pub fields: Vec<Assignment>,
}

impl Set {
    /// Writes the change and says it.
    ///
    /// # Errors
    /// When there is no such step, a value does not fit, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let change = invocation.edit(|opened: &OpenPlan, composer| {
            let step = opened.find_only(self.id.0)?;
            let wishes = wishes(&self.fields, Some(opened.plan.step(step)))?;
            composer.set_fields(step, &wishes).map_err(refused)
        })?;
        match change.edits.is_empty() {
            true => invocation.say(&format!("{} already has these values", self.id.0))?,
            false => invocation.say(&change.label)?,
        }
        Ok(Ending::Done)
    }
}

/// What one argument asks of one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    field: Field,
    deed: Action,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Action {
    Set(String),
    Add(String),
    Remove(String),
}

impl std::str::FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, value)) = text.split_once('=') else {
            let help = "write a field, =, += or -=, and a value, such as status=complete";
            return Err(help.to_owned());
        };
        let value = value.to_owned();
        let (name, deed) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
            (Some(name), _) => (name, Action::Add(value)),
            (_, Some(name)) => (name, Action::Remove(value)),
            _ => (name, Action::Set(value)),
        };
        let field = Field::editable(name)?;
        if field.spec().kind != Kind::List && !matches!(deed, Action::Set(_)) {
            return Err(format!("{name} is not a list: += and -= are for lists"));
        }
        Ok(Self { field, deed })
    }
}

/// What the assignments make of the fields of a step, or of one that does not exist yet.
///
/// # Errors
/// When a field is set twice, or an entry to remove is not there.
pub(crate) fn wishes(
    assignments: &[Assignment],
    step: Option<StepRef<'_>>,
) -> Result<Vec<(Field, FieldRequest)>> {
    let mut wishes: Vec<(Field, FieldRequest)> = Vec::new();
    for Assignment { field, deed } in assignments {
        let at = wishes.iter().position(|(known, _)| known == field);
        if at.is_some() && matches!(deed, Action::Set(_)) {
            bail!("{} is set twice", field.spec().name);
        }
        if field.spec().kind != Kind::List {
            if let Action::Set(value) = deed {
                wishes.push((*field, FieldRequest::Value(value.clone())));
            }
            continue;
        }
        if let Action::Set(value) = deed {
            wishes.push((*field, FieldRequest::List(split(value))));
            continue;
        }
        let at = at.unwrap_or_else(|| {
            let seen = step.map_or(Vec::new(), |step| all_entries(step, *field));
            let entries = seen.clone();
            wishes.push((*field, FieldRequest::Edited { seen, entries }));
            wishes.len() - 1
        });
        let (FieldRequest::List(entries) | FieldRequest::Edited { entries, .. }) =
            &mut wishes[at].1
        else {
            continue;
        };
        match deed {
            Action::Add(item) => entries.push(item.trim().to_owned()),
            Action::Remove(item) => {
                let id = typed_id(item).filter(|_| *field == Field::Dependencies);
                let words = id.map_or(item.trim().to_owned(), |id| id.to_string());
                let typed = ListEntry::plain(words);
                let is_it =
                    |entry: &String| ListEntry::plain(entry.as_str()).agrees(&typed, *field);
                let exact = entries.iter().position(|entry| *entry == typed.text);
                let Some(found) = exact.or_else(|| entries.iter().position(is_it)) else {
                    bail!("{} has no entry “{}”", field.spec().name, item.trim());
                };
                entries.remove(found);
            }
            Action::Set(_) => {}
        }
    }
    Ok(wishes)
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

fn split(value: &str) -> Vec<String> {
    let entries = value.split(';').map(str::trim);
    entries
        .filter(|e| !e.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The names that assignments know.
pub(crate) fn fields_help() -> String {
    let names: Vec<&str> = Field::all_editable().map(|spec| spec.name).collect();
    format!("Fields: {}", names.join(", "))
}
