//! A step as a row of its block: what is done, how it is, who has it, how it is proved, and what it
//! waits for. There are many: markup is kept short.

use std::borrow::Cow;

use maud::{Markup, html};

use super::super::counts::Look;
use super::super::parts::{line, text};
use super::super::{Shown, anchor};
use crate::plan::StepRef;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, Kind, fields};
use crate::plan::status::Status;

/// So much of an outcome is read at once.
const SHORT: usize = 280;

/// Fields that have a column of their own, or none at all.
const IN_COLUMNS: [&str; 14] = [
    "title",
    "status",
    "owner",
    "block",
    "theme",
    "outcome",
    "dependencies",
    "evidence.metric",
    "evidence.target",
    "evidence.actual",
    "evidence.link",
    "was",
    "updated_at",
    "uid",
];

/// The columns that may be left out.
struct Columns {
    owner: bool,
    evidence: bool,
    dependencies: bool,
}

impl Columns {
    fn of(shown: &Shown<'_>) -> Self {
        let redacted = shown.page.redacted;
        Self {
            owner: !redacted.hides(Field::Owner),
            evidence: !redacted.hides(Field::Target),
            dependencies: !redacted.hides(Field::Dependencies),
        }
    }
}

pub(super) fn head(shown: &Shown<'_>) -> Markup {
    let columns = Columns::of(shown);
    html! {
        thead { tr {
            th scope="col" { "Step" }
            th scope="col" { "What" }
            th scope="col" { "State" }
            @if columns.owner { th scope="col" { "Owner" } }
            @if columns.evidence { th scope="col" { "Evidence" } }
            @if columns.dependencies { th scope="col" { "Depends on" } }
        } }
    }
}

pub(super) fn row(shown: &Shown<'_>, step: StepRef<'_>) -> Markup {
    let columns = Columns::of(shown);
    let look = Look::of(step);
    let anchor = anchor::of_step(step);
    html! {
        tr id=(anchor) {
            th scope="row" { a href={ "#" (anchor) } { (step.id()) } }
            td { b { (line(&step.title())) } (outcome(shown, step)) (more(shown, step)) }
            td class=(look.class()) { (look.word()) }
            @if columns.owner { td { (line(&step.owner())) } }
            @if columns.evidence { td { (evidence(shown, step)) } }
            @if columns.dependencies { td { (dependencies(shown, step)) } }
        }
    }
}

/// A field's words, if the field is shown.
fn field<'s>(shown: &Shown<'_>, step: StepRef<'s>, name: &str) -> Option<Cow<'s, str>> {
    let field = Field::named(name)?;
    let words = step.text(field);
    (!words.trim().is_empty() && !shown.page.redacted.hides(field)).then_some(words)
}

fn outcome(shown: &Shown<'_>, step: StepRef<'_>) -> Markup {
    match field(shown, step, "outcome") {
        Some(words) => html! { p { (shortened(&without_marks(&line(&words)))) } },
        None => html! {},
    }
}

/// The beginning of a long text, up to the end of a word.
fn shortened(words: &str) -> String {
    match is_long(words) {
        false => words.to_owned(),
        true => {
            let cut: String = words.chars().take(SHORT).collect();
            let end = cut.rfind(' ').unwrap_or(cut.len());
            format!("{}…", cut[..end].trim_end_matches([',', ';', '.']))
        }
    }
}

/// Without the signs that headings begin with in Markdown, which say nothing in the middle of a line.
fn without_marks(words: &str) -> Cow<'_, str> {
    let is_mark = |word: &str| word.starts_with('#') && word.bytes().all(|byte| byte == b'#');
    match words.split(' ').any(is_mark) {
        false => words.into(),
        true => {
            let words = words.split(' ').filter(|word| !is_mark(word));
            words.collect::<Vec<_>>().join(" ").into()
        }
    }
}

fn is_long(words: &str) -> bool {
    words.chars().nth(SHORT).is_some()
}

/// What is read by those who want to know: the rest of a long outcome, and further fields.
fn more(shown: &Shown<'_>, step: StepRef<'_>) -> Markup {
    let mut rows: Vec<(&str, Markup)> = Vec::new();
    let long = field(shown, step, "outcome").filter(|words| is_long(&line(words)));
    if let Some(words) = long {
        rows.push(("Outcome", html! { (shown.prose(&words)) }));
    }
    let further = fields()
        .iter()
        .filter(|spec| !IN_COLUMNS.contains(&spec.name));
    for spec in further.filter(|spec| !shown.page.redacted.hides(spec.field)) {
        let shown = match spec.kind {
            Kind::List => {
                let entries = step.list(spec.field);
                if entries.is_empty() {
                    continue;
                }
                html! { @for (at, entry) in entries.iter().enumerate() {
                    @if at > 0 { ", " } (shown.linked(entry))
                } }
            }
            _ => {
                let words = step.text(spec.field);
                if words.trim().is_empty() {
                    continue;
                }
                shown.prose(&words)
            }
        };
        rows.push((spec.label, shown));
    }
    html! {
        @if !rows.is_empty() {
            details { summary { "More" } dl { @for (name, words) in rows { dt { (name) } dd { (words) } } } }
        }
    }
}

fn evidence(shown: &Shown<'_>, step: StepRef<'_>) -> Markup {
    let words = |name| {
        field(shown, step, name)
            .map(|words| line(&words))
            .unwrap_or_default()
    };
    let (metric, target) = (words("evidence.metric"), words("evidence.target"));
    let (actual, link) = (words("evidence.actual"), words("evidence.link"));
    let reached = match (actual.is_empty(), target.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("target {target}"),
        (false, true) => actual,
        (false, false) => format!("{actual} of {target}"),
    };
    let words = match (metric.is_empty(), reached.is_empty()) {
        (true, _) => reached,
        (_, true) => metric,
        _ => format!("{metric}: {reached}"),
    };
    match link.is_empty() {
        true => html! { (words) },
        false if words.is_empty() => shown.linked(&link),
        false => shown.leads(&words, &link),
    }
}

/// What a step depends on: links to steps, conditions in words, with a sign on what is not met.
fn dependencies(shown: &Shown<'_>, step: StepRef<'_>) -> Markup {
    let plan = shown.plan();
    let is_met = |at: usize| plan.step(at).status() == Some(Status::Complete);
    html! {
        @for dependency in step.dependencies() {
            @match dependency {
                Dependency::Step(id) => {
                    @let found = plan.find(id);
                    @if found.is_some_and(is_met) { (shown.step(id)) " " }
                    @else if found.is_some() { i { (shown.step(id)) } " " }
                    @else { i { (id) " (missing)" } " " }
                }
                Dependency::Condition { text: words, met: true } => { span { (text(&words)) } " " }
                Dependency::Condition { text: words, met: false } => { i { (text(&words)) } " " }
            }
        }
    }
}
