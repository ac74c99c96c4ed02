//! Problems as one JSON document, by `assets/schema/check.schema.json`.

use std::borrow::Cow;

use color_eyre::eyre::{OptionExt, Result};
use serde::Serialize;

use crate::cli::invocation::{Invocation, json_text};
use crate::plan::Plan;
use crate::plan::checks::{Findings, Problem, Problems, Severity};

/// The document around the problems.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    problems: [(); 0],
    errors: usize,
    warnings: usize,
    notes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<usize>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    file: Cow<'a, str>,
    line: usize,
    column: usize,
    step_id: Option<String>,
}

impl<'a> Entry<'a> {
    fn of(problem: &'a Problem) -> Self {
        let place = &problem.place;
        Self {
            code: problem.code,
            severity: problem.severity.word(),
            message: &problem.message,
            help: &problem.command_help,
            file: place.path.to_string_lossy(),
            line: place.line,
            column: place.column,
            step_id: problem.step.map(|step| step.to_string()),
        }
    }
}

/// Prints what was found; `left_out` is how many problems the version compared with has too.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(
    invocation: &mut Invocation<'_, '_>,
    plan: &Plan,
    found: &Findings,
    left_out: Option<usize>,
) -> Result<()> {
    let around = json_text(&Document {
        schema: "stepdeck/check@1",
        problems: [],
        errors: found.count(Severity::Error),
        warnings: found.count(Severity::Warning),
        notes: found.count(Severity::Note),
        left_out,
    })?;
    if found.is_empty() {
        return invocation.print(&around);
    }
    let (before, after) = around.split_once("[]").ok_or_eyre("no list")?;
    invocation.print(before)?;
    let mut separator = "[";
    found.in_words(plan, entries, |entries| {
        invocation.print(separator)?;
        separator = ",";
        invocation.print(&entries?)
    })?;
    invocation.print("\n  ]")?;
    invocation.print(after)
}

/// Some entries of the list, indented as they are in the document.
fn entries(problems: Problems<'_>) -> Result<String> {
    let mut entries = String::new();
    for problem in problems {
        if !entries.is_empty() {
            entries.push(',');
        }
        for line in json_text(&Entry::of(&problem))?.lines() {
            entries.push_str("\n    ");
            entries.push_str(line);
        }
    }
    Ok(entries)
}
