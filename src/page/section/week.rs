//! This week's ten steps with the reason for each, what became of last week's, and those of the weeks
//! before, so that a link to a week leads somewhere in later years too.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::super::counts::Look;
use super::super::parts::{line, nothing, section, state};
use super::super::{Shown, anchor};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::record::review::gather::{TEN, reason};
use crate::record::review::{Entry, Section, Week, Word};

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let review = shown.page.review;
    let ten = review.record.entries(Section::Ten);
    let fates = review.fates();
    let last = review.last.as_ref().and_then(|last| last.week);
    let done = fates.iter().filter(|fate| fate.word == Word::Complete);
    let done = done.count();
    let body = html! {
        h3 id=(anchor::week(review.week)) { "Week " (review.week) }
        @if !ten.is_empty() {
            p.lead { "The steps that the weekly review committed to, the first one first." }
            (committed(shown, ten))
        } @else if shown.page.next.is_empty() {
            (nothing("No step is ready to be taken up."))
        } @else {
            p.lead {
                "No steps have been committed to yet. These are ready and come first in the ranking."
            }
            (ranked(shown))
        }
        @if let Some(week) = last.filter(|_| !fates.is_empty()) {
            h3 id=(anchor::week(week)) { "Week " (week) }
            p.lead { (done) " of " (fates.len()) " are done." }
            (became(shown, &fates))
        }
        (earlier(shown, last.filter(|_| !fates.is_empty())))
    };
    Some(section("week", "This week", body))
}

/// The row of one of the ten: the step, who has it, and why it is there.
fn row(shown: &Shown<'_>, id: StepId, title: &str, owner: &str, why: &str) -> Markup {
    let look = shown
        .plan()
        .find(id)
        .map(|step| Look::of(shown.plan().step(step)));
    html! {
        li {
            p.step { (shown.titled(id, title)) }
            p.more {
                @if let Some(look) = look { (state(look)) }
                @if !owner.is_empty() && !shown.page.redacted.hides(Field::Owner) {
                    span.owner { (line(owner)) }
                }
                @if !why.is_empty() { span { (line(why)) } }
            }
        }
    }
}

fn committed(shown: &Shown<'_>, ten: &[Entry]) -> Markup {
    html! {
        ol.ten {
            @for entry in ten {
                (row(shown, entry.id, &entry.text, &entry.owner, &entry.why))
            }
        }
    }
}

fn ranked(shown: &Shown<'_>) -> Markup {
    html! {
        ol.ten {
            @for ranked in shown.page.next.iter().take(TEN) {
                @let step = shown.plan().step(ranked.step);
                (row(shown, step.id(), &step.title(), &step.owner(), &reason(ranked)))
            }
        }
    }
}

fn became(shown: &Shown<'_>, fates: &[Entry]) -> Markup {
    html! {
        ul.fates {
            @for fate in fates {
                li {
                    span class=(class(fate.word)) { (fate.word.words()) } " "
                    (shown.titled(fate.id, &fate.text))
                }
            }
        }
    }
}

/// The weeks before the last one, the latest first, with how the steps of each are today.
fn earlier(shown: &Shown<'_>, last: Option<Week>) -> Markup {
    let mut weeks: Vec<(Week, &[Entry])> = Vec::new();
    for record in shown.page.review.earlier() {
        let ten = record.entries(Section::Ten);
        let is_new = |week: &Week| Some(*week) != last && weeks.iter().all(|(of, _)| of != week);
        if let Some(week) = record.week.filter(is_new).filter(|_| !ten.is_empty()) {
            weeks.push((week, ten));
        }
    }
    weeks.sort_by_key(|(week, _)| Reverse(*week));
    html! {
        @if !weeks.is_empty() {
            h3 { "Weeks before" }
            div.weeks { @for (week, ten) in weeks { (before(shown, week, ten)) } }
        }
    }
}

fn before(shown: &Shown<'_>, week: Week, ten: &[Entry]) -> Markup {
    let plan = shown.plan();
    let look = |entry: &Entry| plan.find(entry.id).map(|step| Look::of(plan.step(step)));
    let done = ten.iter().filter(|entry| look(entry) == Some(Look::Done));
    html! {
        details id=(anchor::week(week)) {
            summary { "Week " (week) ": " (done.count()) " of " (ten.len()) " are done by now" }
            ul.fates { @for entry in ten {
                li {
                    @match look(entry) {
                        Some(look) => (state(look)),
                        None => span.x { "Gone" },
                    }
                    " " (shown.titled(entry.id, &entry.text))
                }
            } }
        }
    }
}

fn class(word: Word) -> &'static str {
    let look = match word {
        Word::Complete => Look::Done,
        Word::InProgress => Look::InProgress,
        Word::Blocked => Look::Blocked,
        Word::Waiting => Look::Waiting,
        Word::Gone => Look::Retired,
        _ => Look::Ready,
    };
    look.class()
}
