//! The decision notes, the newest first.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::super::Shown;
use super::super::parts::section;
use crate::plan::decision::{DecisionNote, all};
use crate::plan::id::StepId;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let mut notes: Vec<DecisionNote> = all(shown.plan()).collect();
    if notes.is_empty() {
        return None;
    }
    notes.sort_by_key(|note| Reverse((note.date, note.file)));
    let body = html! {
        ul.decisions { @for note in &notes { (row(shown, note)) } }
    };
    Some(section("decisions", "Decisions", body))
}

fn row(shown: &Shown<'_>, note: &DecisionNote) -> Markup {
    let ids: Vec<StepId> = note.steps.iter().map(|(id, _)| *id).collect();
    html! {
        li {
            p.step { (shown.file(note.file, &note.title)) }
            p.more {
                @if let Some(date) = note.date { span { (date) } }
                @if !ids.is_empty() { span { "about " (shown.steps(&ids)) } }
                @if !note.superseded_by.is_empty() { span { "superseded" } }
            }
        }
    }
}
