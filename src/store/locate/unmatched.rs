//! Places of the configuration at which nothing is: a slip in `[paths]` would look like a plan
//! without steps.
//!
//! A folder of papers may not be there yet, and neither may what has its usual place.

use std::path::Path;

use super::discover::Layout;
use super::glob;
use crate::plan::checks::{Problem, Severity};
use crate::plan::paper::{Kept, PaperSpec};
use crate::plan::source::Role;
use crate::store::fs::walk::has_file_below;

/// What is wrong with the entry of a paper of which these places have no file.
pub(super) fn problems(layout: &Layout, paper: &PaperSpec, places: &[String]) -> Vec<Problem> {
    let Some(entry) = layout.config.paths.get(paper.key) else {
        return Vec::new();
    };
    let is_log = paper.role == Role::Log;
    let is_whole = places.len() == entry.value.len();
    let severity = match is_log && is_whole {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let is_usual = |place: &String| paper.default.contains(&place.trim_end_matches('/'));
    let problem = |place: &String| {
        let at = match glob::is_pattern(place) {
            true => format!("no file matches {place}"),
            false if !layout.root.join(place).exists() => format!("there is no {place}"),
            false => format!("{place} has no .{} file", paper.extension),
        };
        let elsewhere = usual(layout, paper);
        let message = match elsewhere.filter(|_| paper.kept == Kept::Folder) {
            Some(usual) => format!("{}: {at}, but {usual} has files", paper.key),
            None if paper.kept == Kept::Folder => return None,
            None => format!("{}: {at}, so nothing is read there", paper.key),
        };
        let mut problem = Problem::of_configuration(entry.place.clone(), severity, message);
        let help = "correct the path, or put the file there";
        (problem.help, problem.command_help) = (help.into(), help.into());
        Some(problem)
    };
    let places = places.iter().filter(|place| is_log || !is_usual(place));
    places.filter_map(problem).collect()
}

/// The folder that such papers have unless configured, where it has any.
fn usual(layout: &Layout, paper: &PaperSpec) -> Option<&'static str> {
    let is_paper = |name: &std::ffi::OsStr| {
        let ending = Path::new(name).extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case(paper.extension))
    };
    let mut usual = paper.default.iter();
    let has_any = |place: &&&str| has_file_below(&layout.root.join(place), &layout.root, is_paper);
    usual.find(has_any).copied()
}
