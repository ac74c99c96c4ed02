//! Steps as JSON, alone or with what happened to them.

use color_eyre::eyre::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Picked;
use crate::cli::invocation::{Invocation, json_text};
use crate::cli::log::document;
use crate::cli::past::followed;
use crate::cli::step_document::ListDocument;
use crate::history::landing::Landing;

/// Two documents that are known by themselves.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    plan: &'a RawValue,
    history: &'a RawValue,
}

/// `stepdeck/list@1`, or with history `stepdeck/export@1`.
///
/// # Errors
/// When standard error cannot be written.
pub(super) fn text(
    with_history: bool,
    invocation: &mut Invocation<'_, '_>,
    picked: Picked<'_>,
) -> Result<String> {
    let plan = &picked.opened.plan;
    let list = json_text(&ListDocument::new(plan, picked.steps))?;
    if !with_history {
        return Ok(list);
    }
    let mut past = invocation.past(picked.opened);
    let mut landings: Vec<Landing> = past.by_ref().collect();
    if let Some(mut steps) = followed(picked.query, plan, picked.steps) {
        for landing in &mut landings {
            steps.retain(&mut landing.events);
            // Ticks belong to stages, not to steps.
            landing.ticks.clear();
        }
    }
    invocation.say_unknown(&past)?;
    let history = document(invocation.paint(), &landings, &past);
    json_text(&Document {
        schema: "stepdeck/export@1",
        plan: serde_json::from_str(&list)?,
        history: serde_json::from_str(&history)?,
    })
}
