//! The names of places on the page. Links from mails and other pages rely on them: what an anchor
//! is made of never changes.

use crate::plan::id::{BlockId, StepId};
use crate::plan::{Plan, StepRef};
use crate::record::review::Week;
use crate::record::standup::slug;

/// The place of the first step with an ID: `step-0042`.
pub fn step(id: StepId) -> String {
    format!("step-{id}")
}

/// The place of a step, also where several have its ID.
pub fn of_step(step_ref: StepRef<'_>) -> String {
    let first = step(step_ref.id());
    match step_ref.nth() {
        0 => first,
        nth => format!("{first}-{}", nth + 1),
    }
}

/// The address of a step on a page that is published at `url`.
pub fn link(url: &str, step_ref: StepRef<'_>) -> String {
    let page = url.split('#').next().unwrap_or(url);
    format!("{page}#{}", of_step(step_ref))
}

/// The place of a block: `block-b03`.
pub fn block(id: BlockId) -> String {
    format!("block-{id}").to_lowercase()
}

/// The page of a block, in a folder of pages: `block-b03.html`.
pub(super) fn block_file(id: BlockId) -> String {
    format!("{}.html", block(id))
}

/// The place of a week: `week-2026-w48`.
pub fn week(week: Week) -> String {
    format!("week-{week}").to_lowercase()
}

/// The places of the stages, in their order: `gate-foundation`. Of names that differ in signs only,
/// the later ones get a number.
pub fn gates(plan: &Plan) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for stage in plan.stages() {
        let plain = format!("gate-{}", slug(&stage.name));
        let mut anchor = plain.clone();
        let mut number = 2;
        while anchors.contains(&anchor) {
            anchor = format!("{plain}-{number}");
            number += 1;
        }
        anchors.push(anchor);
    }
    anchors
}
