//! Problems as one JSON document, by `assets/schema/check.schema.json`.

use serde::Serialize;

use super::count;
use crate::plan::checks::{Problem, Severity};

/// The document.
#[derive(Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    problems: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    file: String,
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
            file: place.path.to_string_lossy().into_owned(),
            line: place.line,
            column: place.column,
            step_id: problem.step.map(|step| step.to_string()),
        }
    }
}

/// The document that says what was found.
pub fn document(found: &[Problem]) -> Document<'_> {
    Document {
        schema: "stepdeck/check@1",
        problems: found.iter().map(Entry::of).collect(),
        errors: count(found, Severity::Error),
        warnings: count(found, Severity::Warning),
        notes: count(found, Severity::Note),
    }
}
