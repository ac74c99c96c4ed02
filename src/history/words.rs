//! What happened to steps, in words: the same for the subcommands and for the screens.

use chrono::{DateTime, SecondsFormat, Utc};

use super::events::{Event, Kind};
use crate::change::difference::{Difference, field};
use crate::document::json;

/// How many characters of a hash people see.
pub(crate) const SHORT_HASH: usize = 8;

/// An instant as JSON and pipes have it.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A hash as people are shown it.
pub(crate) fn short(hash: &str) -> &str {
    &hash[..hash.len().min(SHORT_HASH)]
}

/// The title of a step that came or went.
pub(crate) fn title(event: &Event) -> String {
    let line = event.after.as_ref().or(event.before.as_ref());
    let object = line.and_then(|line| json::Object::parse(line).ok());
    let title = object.and_then(|object| object.get("title").map(json::words));
    title.unwrap_or_default().into_owned()
}

/// What happened to a step, in the words of `stepdeck diff`.
pub(crate) fn told(event: &Event, has_history: bool) -> String {
    let name = event.step.to_string();
    let (before, after) = (event.before.as_deref(), event.after.as_deref());
    let words = |raw: Option<&str>| raw.map(json::words).unwrap_or_default().into_owned();
    match event.kind {
        Kind::Added => Difference::Added {
            name,
            title: title(event),
        }
        .to_string(),
        Kind::Removed => Difference::Removed {
            name,
            title: title(event),
        }
        .to_string(),
        Kind::Renumbered => format!("{name} renumbered: it was {}", words(before)),
        Kind::Changed if !has_history => format!("{name} last known: status {}", words(after)),
        Kind::Changed => {
            let key = event.field.as_deref().unwrap_or_default();
            field(&name, key, before, after).to_string()
        }
    }
}
