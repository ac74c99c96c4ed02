//! The ladder: each stage with its bar, when its gate is due and likely to be reached, its checks
//! with their evidence, and the decision about it.

use maud::{Markup, html};

use super::super::Shown;
use super::super::parts::{facts, line, section, share};
use crate::history::outlook::Outlook;
use crate::plan::canon::checklist::Check;
use crate::plan::charge::owners_in_words;
use crate::plan::packet::{Decision, Packet};
use crate::plan::stage::{Stage, Standing, standings};
use crate::record::gate_review::unstamped;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let (stages, ladders) = (shown.plan().stages(), shown.plan().ladders());
    if stages.is_empty() {
        return None;
    }
    let standings = standings(stages);
    let begins = |at: usize| at == 0 || stages[at].ladder != stages[at - 1].ladder;
    let body = html! {
        @for (at, stage) in stages.iter().enumerate() {
            @if ladders.len() > 1 && begins(at) {
                p.ladder { (line(&ladders[stage.ladder].title)) }
            }
            (gate(shown, at, stage, standings[at]))
        }
    };
    Some(section("gates", "Gates", body))
}

fn gate(shown: &Shown<'_>, at: usize, stage: &Stage, standing: Standing) -> Markup {
    let anchor = &shown.known.gates[at];
    // The first one is that of the whole plan.
    let outlook = shown.page.outlooks.get(at + 1);
    html! {
        article.gate id=(anchor) aria-labelledby={ "h-" (anchor) } {
            header {
                h3 id={ "h-" (anchor) } { (line(&stage.name)) }
                span class={ "standing " (class(standing)) } { (standing.word()) }
            }
            (share(stage.ticked(), stage.checks.len()))
            (facts(&figures(shown, stage, outlook)))
            @if let Some(rung) = &stage.rung {
                @if !rung.north_star.is_empty() { p.aim { (line(&rung.north_star)) } }
                @if !rung.review.is_empty() { p.more { b { "Gate: " } (line(&rung.review)) } }
            }
            @if let Some(packet) = stage.review() { (review(shown, packet)) }
            (checklist(shown, stage))
            @if !shown.page.redacted.hides_people() { (people(stage)) }
        }
    }
}

fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Passed | Standing::Met => "d",
        Standing::Current => "p",
        Standing::Later => "n",
    }
}

fn figures<'f>(
    shown: &Shown<'_>,
    stage: &Stage,
    outlook: Option<&Outlook>,
) -> Vec<(&'f str, Markup)> {
    let mut figures = Vec::new();
    if !stage.checks.is_empty() {
        let (ticked, all) = (stage.ticked(), stage.checks.len());
        let bar = format!(
            "{ticked} of {all} ticked, the bar is {}%",
            stage.threshold()
        );
        figures.push(("Checklist", html! { (bar) }));
    }
    if let Some(rung) = stage.rung.as_ref().filter(|rung| !rung.horizon.is_empty()) {
        figures.push(("Horizon", html! { (line(&rung.horizon)) }));
    }
    let owners = owners_in_words(stage.acknowledgements());
    let owners = owners.filter(|_| !shown.page.redacted.hides_people());
    figures.extend(owners.map(|owners| ("Owner", html! { (line(&owners)) })));
    let Some(outlook) = outlook.filter(|outlook| !outlook.is_done()) else {
        figures.extend(stage.due().map(|due| ("Due", html! { (due) })));
        return figures;
    };
    let is_late = outlook.is_late(shown.today()) == Some(true);
    if let Some(due) = outlook.due_in_words(shown.today()) {
        let due = due.strip_prefix("Due ").unwrap_or(&due).to_owned();
        figures.push(("Due", html! { span.late[is_late] { (due) } }));
    }
    let dates = outlook.dates();
    let likely = match (dates, outlook.reason()) {
        ([Some(half), Some(most), _], _) => format!("P50 {half}, P85 {most}"),
        (_, Some(reason)) => format!("no date: {reason}"),
        _ => return figures,
    };
    figures.push(("Forecast", html! { (line(&likely)) }));
    figures
}

fn review(shown: &Shown<'_>, packet: &Packet) -> Markup {
    let decided = packet.decision.map_or("not decided yet", Decision::words);
    let mut words = decided.to_owned();
    if let Some(day) = packet.decided_on() {
        words += &format!(", {day}");
    }
    // Whoever waived it stands behind the reason.
    let waiver = match shown.page.redacted.hides_people() {
        true => unstamped(&packet.waiver),
        false => &packet.waiver,
    };
    html! {
        p.decision {
            b { (shown.file(packet.file, "Gate review")) ": " } (line(&words))
            @if !packet.held_by.is_empty() && !shown.page.redacted.hides_people() {
                ", held by " (line(&packet.held_by))
            }
            @if !packet.conditions.is_empty() { ". Conditions: " (line(&packet.conditions)) }
            @if !waiver.is_empty() { ". Waiver: " (line(waiver)) }
        }
    }
}

fn checklist(shown: &Shown<'_>, stage: &Stage) -> Markup {
    let row = |check: &Check| {
        let links = stage
            .evidence_for(check)
            .flat_map(|evidence| &evidence.links);
        html! {
            li.below[check.depth > 0] class=(if check.done { "on" } else { "off" }) {
                span.mark { (if check.done { "Ticked" } else { "Open" }) }
                span {
                    (shown.naming(&line(&check.text), &check.steps))
                    @for link in links { " " span.evidence { (shown.leads("evidence", link)) } }
                }
            }
        }
    };
    html! {
        @if !stage.checks.is_empty() {
            ul.checks aria-label={ "Checklist of " (line(&stage.name)) } {
                @for check in &stage.checks { (row(check)) }
            }
        }
    }
}

fn people(stage: &Stage) -> Markup {
    let streams = stage.workstreams();
    let streams = streams.iter().filter(|stream| !stream.people.is_empty());
    let named = |(role, name): &(&str, &str)| match role.is_empty() {
        true => line(name),
        false => format!("{} {}", line(role), line(name)),
    };
    let streams = streams.map(|stream| {
        let people: Vec<String> = stream.people.iter().map(named).collect();
        (stream.name, people.join(", "))
    });
    let streams: Vec<(&str, String)> = streams.collect();
    html! {
        @if !streams.is_empty() {
            details.people {
                summary { "Who answers for what" }
                dl {
                    @for (name, people) in &streams { dt { (line(name)) } dd { (people) } }
                }
            }
        }
    }
}
