//! The register of risks, the highest score first.

use maud::{Markup, html};

use super::super::Shown;
use super::super::counts::Look;
use super::super::parts::{line, nothing, section};
use crate::plan::field::Field;
use crate::plan::risk::{Level, Risk};
use crate::record::risk::register;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let risks = register(shown.plan());
    if risks.is_empty() {
        return None;
    }
    let (open, closed): (Vec<&Risk>, Vec<&Risk>) = risks.iter().partition(|risk| risk.is_open);
    let body = html! {
        @if open.is_empty() { (nothing("No risk is open.")) }
        div.cards { @for risk in open { (card(shown, risk)) } }
        @if !closed.is_empty() {
            details.closed {
                summary { "Closed: " (closed.len()) }
                ul { @for risk in closed {
                    li {
                        (shown.file(risk.file, &risk.title))
                        @if let Some(day) = risk.closed { ", closed " time { (day) } }
                    }
                } }
            }
        }
    };
    Some(section("risks", "Risks", body))
}

fn card(shown: &Shown<'_>, risk: &Risk) -> Markup {
    let level = |level: Option<Level>| level.map_or("unknown", Level::word);
    let look = match risk.score() {
        6.. => Look::Blocked,
        3..6 => Look::Waiting,
        _ => Look::Ready,
    };
    let is_late = risk.is_overdue(shown.today());
    html! {
        article.card {
            header { h3 { (shown.file(risk.file, &risk.title)) } }
            p {
                span class={ "level " (look.class()) } { "Score " (risk.score()) }
                " " (level(risk.likelihood)) " likelihood × " (level(risk.impact)) " impact"
            }
            div.body { @for part in risk.mitigation.split("\n\n") { p { (shown.prose(&line(part))) } } }
            p.more {
                @if !risk.owner.is_empty() && !shown.page.redacted.hides(Field::Owner) {
                    span.owner { (line(&risk.owner)) }
                }
                @if !risk.stage.is_empty() { span { (line(&risk.stage)) } }
                @if !risk.steps.is_empty() { span { "threatens " (shown.steps(&risk.steps)) } }
                @if let Some(by) = risk.review_by {
                    span.late[is_late] {
                        "review by " time { (by) } @if is_late { ", overdue" }
                    }
                }
            }
        }
    }
}
