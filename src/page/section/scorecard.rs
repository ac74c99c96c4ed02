//! The last scorecard on file: every indicator with value, change and colour, and how it went.

use maud::{Markup, PreEscaped, html};

use super::super::Shown;
use super::super::counts::Look;
use super::super::parts::{line, nothing, numbers, section};
use crate::plan::field::Field;
use crate::plan::indicator::Colour;
use crate::report::scorecard::change_in_words;
use crate::report::scorecard::filed::{FiledLine, FiledScorecard};

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let last = FiledScorecard::last(shown.plan())?;
    let title = shown.plan().files()[last.file].path.file_stem();
    let title = title.unwrap_or_default().to_string_lossy();
    let has_owners = !shown.page.redacted.hides(Field::Owner);
    let charts: Vec<Markup> = (last.lines.iter().enumerate())
        .filter_map(|(at, line)| chart(at, line))
        .collect();
    let body = html! {
        p.more {
            (shown.file(last.file, &format!("Scorecard {title}")))
            @if let Some(date) = last.date { ", up to " time { (date) } }
        }
        @if last.lines.is_empty() { (nothing("It names no indicator.")) }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Indicators" {
                table {
                    caption { "Indicators" }
                    thead { tr {
                        @for head in ["Indicator", "Value", "Change", "Target", "Colour"] {
                            th scope="col" { (head) }
                        }
                        @if has_owners { th scope="col" { "Owner" } }
                        th scope="col" { "Note" }
                    } }
                    tbody { @for of in &last.lines { (row(shown, of, has_owners)) } }
                }
            }
            div.charts { @for chart in charts { (chart) } }
        }
    };
    Some(section("scorecard", "Scorecard", body))
}

fn row(shown: &Shown<'_>, of: &FiledLine, has_owners: bool) -> Markup {
    let reading = &of.reading;
    let entry = of.entry.as_ref();
    let set = entry
        .and_then(|entry| entry.colour.as_ref())
        .filter(|(_, why)| !why.is_empty());
    html! {
        tr {
            th scope="row" { (line(&reading.name)) }
            td { (if reading.text.is_empty() { "–".to_owned() } else { line(&reading.text) }) }
            td { (of.delta().map(change_in_words).unwrap_or_default()) }
            td { (line(&of.indicator.target)) }
            td {
                @match reading.colour {
                    Some(colour) => span class={ "colour " (look(colour).class()) } { (colour.word()) },
                    None => "–",
                }
            }
            @if has_owners { td { (line(&of.indicator.owner)) } }
            td {
                @if let Some(entry) = entry { (shown.prose(&line(&entry.note))) }
                @if let Some((_, why)) = set {
                    @if entry.is_some_and(|entry| !entry.note.is_empty()) { "; " }
                    "set by hand: " (shown.prose(&line(why)))
                }
            }
        }
    }
}

fn look(colour: Colour) -> Look {
    match colour {
        Colour::Green => Look::Done,
        Colour::Yellow => Look::Waiting,
        Colour::Red => Look::Blocked,
    }
}

/// How an indicator went, where it has a past.
fn chart(at: usize, of: &FiledLine) -> Option<Markup> {
    let known = of
        .points
        .iter()
        .filter(|(_, value)| value.is_some())
        .count();
    let svg = of
        .picture()
        .in_page(&format!("indicator-{at}"))
        .filter(|_| known > 1)?;
    let row = |(date, value): &(chrono::NaiveDate, Option<f64>)| {
        let value = value.map_or_else(String::new, crate::report::chart::figure);
        vec![date.to_string(), value]
    };
    let rows: Vec<Vec<String>> = of.points.iter().map(row).collect();
    let caption = format!("{} by the end of each week", line(&of.reading.name));
    Some(html! {
        figure {
            (PreEscaped(svg))
            (numbers(&caption, &["Week up to", "Value"], &rows))
        }
    })
}
