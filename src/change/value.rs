//! What may be typed into a field, and the raw JSON that it becomes.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::document::markdown::is_nothing;
use crate::document::{control, json};
use crate::plan::compound::Compound;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, Kind};
use crate::plan::id::{BlockId, StepId};
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};

/// Why a change is not made, in words for the person who asked for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Refuses for the reason given.
pub(crate) fn refuse<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(reason.into()))
}

/// The instant as the log spells it: RFC 3339 in UTC, whole seconds.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same with whatever fraction of a second it has.
pub(crate) fn exact_instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Refuses text with control characters, which no value of a plan should hold. Those that was in
/// `seen` already may stay.
///
/// # Errors
/// Names the characters.
pub(crate) fn refuse_control(typed: &str, seen: &str) -> Result<(), Refusal> {
    let new = |c: &char| control::is_control(*c) && !seen.contains(*c);
    match control::listed(typed.chars().filter(new)) {
        Some(names) => refuse(format!(
            "control characters are not allowed: remove {names}"
        )),
        None => Ok(()),
    }
}

/// Checks what was typed into a single-valued field and puts it into the one spelling
/// that stepdeck writes.
///
/// # Errors
/// When the field cannot take the value.
pub fn accept(plan: &Plan, field: Field, typed: &str) -> Result<String, Refusal> {
    if let Some(reason) = field.spec().read_only {
        return refuse(reason);
    }
    refuse_control(typed, "")?;
    let kind = field.spec().kind;
    let text = match kind {
        Kind::Text => typed.trim_end(),
        _ => typed.trim(),
    };
    if kind != Kind::Text && text.contains(['\n', '\r']) {
        return refuse(format!("{} must be one line", field.label()));
    }
    match kind {
        Kind::Status => match Status::read(text) {
            Some(status) => Ok(status.word().to_owned()),
            None => refuse(format!(
                "“{text}” is not a status: use idea, draft, in progress, blocked or complete"
            )),
        },
        Kind::Block => match text.parse::<BlockId>() {
            Ok(id) if plan.find_block(id).is_some() => Ok(id.to_string()),
            Ok(id) => refuse(no_block(plan, id)),
            Err(_) => refuse(format!(
                "“{text}” is not a block: write B and a number, such as B07"
            )),
        },
        _ if field == Field::Title && text.is_empty() => refuse("a step needs a title"),
        _ => Ok(text.to_owned()),
    }
}

/// That there is no such block, and where it would be.
pub(crate) fn no_block(plan: &Plan, block: BlockId) -> String {
    match plan.block_rows().next() {
        Some(_) => format!("there is no block {block} in the block table"),
        None => {
            format!("there is no block {block}: no step is in it, and the plan has no block table")
        }
    }
}

/// Checks the entries typed into a list field of `step`, and puts them into the spelling that
/// stepdeck writes, each once. What was `seen` there may stay, whatever a newcomer would be
/// told.
///
/// # Errors
/// When an entry is empty, or a dependency that cannot be.
pub(crate) fn accept_entries(
    plan: &Plan,
    step: StepRef<'_>,
    field: Field,
    seen: &[String],
    typed: &[String],
) -> Result<Vec<String>, Refusal> {
    if let Some(reason) = field.spec().read_only {
        return refuse(reason);
    }
    let mut entries: Vec<String> = Vec::new();
    for entry in typed {
        let accepted = match seen.contains(entry) {
            true => vec![entry.clone()],
            false => accept_entry(plan, step.id(), field, entry)?,
        };
        for entry in accepted {
            if !entries.iter().any(|known| same_entry(field, known, &entry)) {
                entries.push(entry);
            }
        }
    }
    Ok(entries)
}

/// Whether two entries of a list say the same: a dependency counts by the step that it names.
pub(crate) fn same_entry(field: Field, a: &str, b: &str) -> bool {
    a == b
        || field == Field::Dependencies && Dependency::read(a.into()) == Dependency::read(b.into())
}

/// What one entry typed into a list field becomes: several where it names several steps, none
/// where it says that there is nothing.
fn accept_entry(
    plan: &Plan,
    step: StepId,
    field: Field,
    typed: &str,
) -> Result<Vec<String>, Refusal> {
    refuse_control(typed, "")?;
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return refuse("an entry cannot be empty");
    }
    if is_nothing(&text) {
        return Ok(Vec::new());
    }
    if field != Field::Dependencies {
        return Ok(vec![text]);
    }
    let known = |id: StepId| match plan.find(plan.meant(id)) {
        Some(found) if plan.step(found).id() == step => {
            refuse(format!("{step} cannot depend on itself"))
        }
        _ if id == step => refuse(format!("{id} cannot depend on itself")),
        None => refuse(format!(
            "there is no step {id}; pick one, or describe a condition in words"
        )),
        // Spelled as its own line spells it.
        Some(found) => Ok(plan.step(found).id().to_string()),
    };
    let compound = match Dependency::read(text.as_str().into()) {
        Dependency::Step(id) => return Ok(vec![known(id)?]),
        Dependency::Condition { text, met: false } => Compound::read(plan, &text),
        Dependency::Condition { .. } => None,
    };
    match compound {
        None => Ok(vec![text]),
        Some(Compound {
            steps,
            remark: None,
        }) => steps.into_iter().map(known).collect(),
        Some(Compound {
            remark: Some(remark),
            ..
        }) => refuse(format!(
            "“{text}” would be read as a condition: write only the ID, and put “{remark}” in \
             its own entry or in the notes"
        )),
    }
}

/// The raw JSON of a single value. Numbers stay numbers where the field measures something.
pub(crate) fn raw(field: Field, text: &str) -> String {
    if field.spec().kind == Kind::Measure {
        if text.is_empty() {
            return "null".to_owned();
        }
        if serde_json::from_str::<serde_json::Number>(text).is_ok() {
            return text.to_owned();
        }
    }
    json::quote(text)
}

/// The raw JSON of a new entry of a list of `step`. Where IDs are without quotation marks, new ones
/// do so too.
pub(crate) fn raw_entry(step: StepRef<'_>, field: Field) -> impl Fn(&str) -> String {
    let known = step.raw(field).and_then(json::items).unwrap_or_default();
    let bare = |raw: &str| raw.starts_with(|c: char| c.is_ascii_digit());
    let as_number = field == Field::Dependencies
        && match known.iter().position(|raw| StepId::of_raw(raw).is_some()) {
            Some(first) => bare(known[first]),
            None => step
                .log_line()
                .and_then(|line| line.get("step_id"))
                .is_some_and(bare),
        };
    move |entry| match as_number.then(|| StepId::of_raw(entry)).flatten() {
        Some(id) if id.suffix().is_empty() => id.number().to_string(),
        _ => json::quote(entry),
    }
}
