//! The papers that rituals leave: Markdown out of a plan, and back. Pure.

pub(crate) mod catalogue;
pub(crate) mod checkpoint;
pub(crate) mod decision;
pub mod demo;
pub(crate) mod filed;
pub(crate) mod gate_review;
pub(crate) mod labels;
pub(crate) mod naming;
pub mod review;
pub(crate) mod risk;
pub(crate) mod scorecard;
pub(crate) mod shelf;
pub mod standup;
pub mod start;
pub mod today;

use chrono::Duration;

use crate::document::markdown::{escaped, written_list};
use crate::plan::StepRef;
use crate::plan::field::{Kind, fields};
use crate::plan::waiting::Waiting;

/// Words in one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A stretch of time in hours and minutes; what is begun counts as a minute.
pub(crate) fn stretch(time: Duration) -> String {
    let minutes = time.num_seconds().max(0).div_euclid(60) + i64::from(time.num_seconds() % 60 > 0);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// An owner as it stands behind what is theirs; nothing where nobody is named.
fn by(owner: &str) -> String {
    match owner.trim() {
        "" => String::new(),
        owner => format!(" ({owner})"),
    }
}

/// What keeps a step waiting, each with who has it.
pub(crate) fn waits_for(step: StepRef<'_>) -> Vec<String> {
    let waits = step.unmet().into_iter().map(|waiting| match waiting {
        Waiting::Step(up) => format!("{}{}", up.id(), by(&up.owner())),
        Waiting::Missing(id) => format!("{id}, which is not in the plan"),
        Waiting::Condition(text) => text.into_owned(),
    });
    waits.collect()
}

/// Words as the source of a heading: signs at the end would be taken for its closing ones.
pub(crate) fn heading(words: &str) -> String {
    let source = escaped(words);
    let body = source.trim_end_matches('#');
    match body.len() < source.len() && !body.ends_with('\\') {
        true => format!("{body}\\{}", &source[body.len()..]),
        false => source,
    }
}

/// A step as a canon section, ready for a review or a message.
pub fn step_section(step: StepRef<'_>) -> String {
    let mut text = format!("#### Step {} — {}\n", step.id(), step.title());
    for spec in fields() {
        let Some(label) = spec.canon else { continue };
        let value = match spec.kind {
            Kind::List => written_list(&step.list(spec.field)),
            _ => step.text(spec.field).into_owned(),
        };
        if !value.is_empty() {
            text += &format!("- **{label}:** {}\n", value.replace('\n', "\n  "));
        }
    }
    text
}
