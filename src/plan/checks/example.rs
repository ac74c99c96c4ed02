//! Plans small enough to read in a test, and what a rule says about them.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::super::Plan;
use super::super::source::{Role, SourceFile};
use super::{Context, Findings, Problem, Rule, line};
use crate::document::progress::Progress;

/// Where most examples keep their steps.
pub const LOG: &str = "data/plans/plan.jsonl";
/// Where most examples keep their canon.
pub const CANON: &str = "docs/plan.md";

/// A log line that nothing is wrong with, but for the keys given with their raw values;
/// an empty raw value leaves the key out.
pub fn step(id: &str, keys: &[(&str, &str)]) -> String {
    let number: u32 = id[..4].parse().unwrap_or(1);
    let quote = |text: &str| format!("\"{text}\"");
    let block = quote(&format!("B{:02}", number.div_ceil(100)));
    let id = quote(id);
    let mut entries = vec![
        ("step_id", &*id),
        ("block", &*block),
        ("title", "\"Hold it\""),
        ("theme", "\"Cadence\""),
        ("owner", "\"ops\""),
        ("status", "\"draft\""),
        ("outcome", "\"Held\""),
        ("dependencies", "[]"),
        ("artifacts", "[]"),
        ("evidence", "{\"metric\": \"held\", \"target\": 1}"),
        ("updated_at", "\"2026-05-30T00:00:00Z\""),
    ];
    for (key, raw) in keys {
        match entries.iter_mut().find(|(k, _)| k == key) {
            Some(entry) => entry.1 = raw,
            None => entries.push((key, raw)),
        }
    }
    let written: Vec<String> = entries
        .iter()
        .filter(|(_, raw)| !raw.is_empty())
        .map(|(key, raw)| format!("\"{key}\": {raw}"))
        .collect();
    format!("{{{}}}\n", written.join(", "))
}

/// A block table with these rows of ID, range and theme.
pub fn table(rows: &[(&str, &str, &str)]) -> String {
    let mut text = "| Block | Step Range | Working Theme |\n| --- | --- | --- |\n".to_owned();
    for (id, range, theme) in rows {
        text += &format!("| {id} | {range} | {theme} |\n");
    }
    text
}

/// Reads a plan: `.jsonl` is a log, `ROADMAP.md` the roadmap,
/// `review.md` in a folder the packet of a gate review, decisions and risks are in folders of these
/// names, the rest canon.
pub fn plan(files: &[(&str, &str)]) -> Plan {
    let file = |(path, text): &(&str, &str)| {
        let role = match path {
            path if path.ends_with(".jsonl") => Role::Log,
            path if path.ends_with("ROADMAP.md") => Role::Roadmap,
            path if path.ends_with("/review.md") => Role::GateReview,
            path if path.contains("/decisions/") => Role::Decision,
            path if path.contains("/risks/") => Role::Risk,
            _ => Role::Canon,
        };
        SourceFile::load(*path, role, text.as_bytes().to_vec())
    };
    Plan::read(files.iter().map(file).collect())
}

/// The instant of every example.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_272_000, 0).unwrap_or_default()
}

/// Calls `with` with a context in which the paths given exist and every rule is as severe
/// as by default.
pub fn in_context<T>(existing: &[&str], with: impl FnOnce(&Context<'_>) -> T) -> T {
    with(&Context {
        exists: &|path: &Path| existing.iter().any(|known| Path::new(known) == path),
        ..Context::at(now())
    })
}

/// What the rule finds.
pub fn problems(rule: &'static Rule, plan: &Plan, existing: &[&str]) -> Vec<Problem> {
    in_context(existing, |context| problems_in(rule, plan, context))
}

/// What the rule finds in a context.
pub fn problems_in(rule: &'static Rule, plan: &Plan, context: &Context<'_>) -> Vec<Problem> {
    let (rules, progress) = (std::slice::from_ref(rule), Progress::default());
    let found = Findings::of(rules, plan, context, usize::MAX, &progress).unwrap_or_default();
    found.problems(0..found.len(), plan).collect()
}

/// The same, each with its place and its words.
pub fn told_in(rule: &'static Rule, plan: &Plan, context: &Context<'_>) -> Vec<String> {
    let problems = problems_in(rule, plan, context).into_iter();
    problems
        .map(|problem| format!("{} {}", problem.place, problem.message))
        .collect()
}

/// What the rule finds, such as `path:line:column [the bytes under the caret] message`.
pub fn found(rule: &'static Rule, files: &[(&str, &str)]) -> Vec<String> {
    found_beside(rule, files, &[])
}

/// The same with some other files existing.
pub fn found_beside(rule: &'static Rule, files: &[(&str, &str)], existing: &[&str]) -> Vec<String> {
    let plan = plan(files);
    problems(rule, &plan, existing)
        .iter()
        .map(|problem| shown(&plan, problem))
        .collect()
}

/// A problem on one line.
pub fn shown(plan: &Plan, problem: &Problem) -> String {
    let source = line(plan, &problem.place.path, problem.place.line).unwrap_or_default();
    let marked = problem
        .span
        .map(|span| String::from_utf8_lossy(&source[span.range()]));
    let marked = marked.map_or(String::new(), |text| format!(" [{text}]"));
    format!("{}{marked} {}", problem.place, problem.message)
}
