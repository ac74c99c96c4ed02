//! What may be typed into a field, and the raw JSON that it becomes.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::document::json;
use crate::plan::Plan;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, Kind};
use crate::plan::id::{BlockId, StepId};
use crate::plan::status::Status;

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
pub fn refuse<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(reason.into()))
}

/// The instant as the log spells it: RFC 3339 in UTC, whole seconds.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same with whatever fraction of a second it has.
pub fn exact_instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Checks what was typed into a single-valued field and puts it into the one spelling
/// that stepdeck writes.
///
/// # Errors
/// When the field cannot take the value.
pub fn accept(plan: &Plan, field: Field, typed: &str) -> Result<String, Refusal> {
    let kind = field.spec().kind;
    let text = match kind {
        Kind::Text => typed.trim_end(),
        _ => typed.trim(),
    };
    if kind != Kind::Text && text.contains(['\n', '\r']) {
        return refuse(format!("{} is one line", field.label()));
    }
    match kind {
        Kind::Status => match Status::read(text) {
            Some(status) => Ok(status.word().to_owned()),
            None => refuse(format!(
                "“{text}” is no status: use idea, draft, in progress, blocked or complete"
            )),
        },
        Kind::Block => match text.parse::<BlockId>() {
            Ok(id) if plan.find_block(id).is_some() => Ok(id.to_string()),
            Ok(id) => refuse(format!("there is no block {id} in the block table")),
            Err(_) => refuse(format!(
                "“{text}” is no block: write B and a number, as B07"
            )),
        },
        Kind::Instant => match DateTime::parse_from_rfc3339(text) {
            Ok(at) => Ok(instant(at.with_timezone(&Utc))),
            Err(_) => refuse(format!(
                "“{text}” is no time: write it as 2026-01-31T12:00:00Z"
            )),
        },
        _ if field == Field::Title && text.is_empty() => refuse("a step needs a title"),
        _ => Ok(text.to_owned()),
    }
}

/// Checks one entry typed into a list field of `step`.
///
/// # Errors
/// When it is empty, or a dependency that cannot be.
pub fn accept_entry(
    plan: &Plan,
    step: StepId,
    field: Field,
    typed: &str,
) -> Result<String, Refusal> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return refuse("an entry needs some words");
    }
    if field != Field::Dependencies {
        return Ok(text);
    }
    match Dependency::read(text.as_str().into()) {
        Dependency::Step(id) if id == step => refuse(format!("{id} cannot depend on itself")),
        Dependency::Step(id) if plan.find(id).is_none() => refuse(format!(
            "there is no step {id}; pick one, or describe a condition in words"
        )),
        Dependency::Step(id) => Ok(id.to_string()),
        Dependency::Condition { .. } => Ok(text),
    }
}

/// The raw JSON of a single value. Numbers stay numbers where the field measures something.
pub fn raw(field: Field, text: &str) -> String {
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
