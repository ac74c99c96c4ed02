//! The first screen: how much is done, where the plan is on its ladder, and when it is likely to be
//! done.

use maud::{Markup, html};

use super::super::Shown;
use super::super::counts::{Counts, Look};
use super::super::parts::{counted, grouped, mix, state};
use crate::history::outlook::Outlook;
use crate::plan::StepRef;
use crate::plan::stage::current;
use crate::plan::status::State;
use crate::record::risk::register;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let plan = shown.plan();
    let steps = || shown.page.steps.iter().map(|step| plan.step(*step));
    let counts = Counts::of(steps());
    // `is:waiting` finds these, too.
    let waits_elsewhere =
        |step: StepRef<'_>| step.state() == State::Waiting && Look::of(step) != Look::Waiting;
    let elsewhere = steps().filter(|step| waits_elsewhere(*step)).count();
    let legend = Look::ALL.iter().filter(|look| counts.with(**look) > 0);
    Some(html! {
        section #overview aria-label="Overview" {
            div.tiles {
                div.tile {
                    p.name { "Done" }
                    p.figure { (counts.percent()) "%" }
                    p.more { (grouped(counts.done())) " of " (counted(counts.total(), "step")) }
                }
                (gate(shown))
                (forecast(shown))
                (risks(shown))
            }
            (mix(&counts))
            ul.legend {
                @for look in legend {
                    li { (state(*look)) " " b { (grouped(counts.with(*look))) } }
                }
            }
            @if elsewhere > 0 {
                p.more {
                    (grouped(elsewhere)) " of those in progress or blocked "
                    (if elsewhere == 1 { "waits" } else { "wait" }) " for something, too."
                }
            }
        }
    })
}

fn gate(shown: &Shown<'_>) -> Markup {
    let stages = shown.plan().stages();
    let Some(at) = current(stages) else {
        let words = match stages.is_empty() {
            true => return html! {},
            false => "All passed",
        };
        return html! { div.tile { p.name { "Next gate" } p.figure.words { (words) } } };
    };
    let stage = &stages[at];
    html! {
        div.tile {
            p.name { "Next gate" }
            p.figure.words { a href={ "#" (shown.known.gates[at]) } { (stage.name) } }
            p.more {
                (stage.ticked()) " of " (counted(stage.checks.len(), "check")) " ticked"
                @if let Some(due) = stage.due() { ", due " (due) }
            }
        }
    }
}

fn forecast(shown: &Shown<'_>) -> Markup {
    let Some(outlook) = shown.page.outlooks.first() else {
        return html! {};
    };
    let figure = match (outlook.is_done(), outlook.p85()) {
        (true, _) => "Nothing is open".to_owned(),
        (_, Some(date)) => date.to_string(),
        _ => "No date".to_owned(),
    };
    html! {
        div.tile {
            p.name { "Likely done by" }
            p.figure.words { (figure) }
            p.more { (likely(outlook)) }
        }
    }
}

/// What the date is worth, in a few words.
fn likely(outlook: &Outlook) -> String {
    match (outlook.p85(), outlook.reason()) {
        _ if outlook.is_done() => String::new(),
        (Some(_), _) => "if the weeks go on as they went, 85%".to_owned(),
        (None, Some(reason)) => reason.to_owned(),
        (None, None) => String::new(),
    }
}

fn risks(shown: &Shown<'_>) -> Markup {
    let risks = register(shown.plan());
    if risks.is_empty() {
        return html! {};
    }
    let open = risks.iter().filter(|risk| risk.is_open);
    let high = open.clone().filter(|risk| risk.score() >= 6).count();
    html! {
        div.tile {
            p.name { "Open risks" }
            p.figure { a href="#risks" { (open.count()) } }
            p.more { (counted(high, "high risk")) }
        }
    }
}
