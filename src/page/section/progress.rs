//! How the plan grew and was completed: burn-up, throughput and forecast.

use chrono::{Datelike, NaiveDate};
use maud::{Markup, PreEscaped, html};

use super::super::Shown;
use super::super::parts::{counted, line, nothing, numbers, section};
use crate::history::forecast::LEVELS;
use crate::history::outlook::Outlook;
use crate::history::series::Point;
use crate::plan::status::Status;
use crate::report::chart::{Band, Chart, Plot};

/// So many weeks have a bar.
const WEEKS: usize = 13;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let points = shown.page.series;
    let body = html! {
        @if points.len() < 2 { (nothing("Nothing is known of earlier weeks.")) }
        @else {
            div.charts { (burn_up(points)) (throughput(points)) }
        }
        (forecasts(shown))
        @for note in shown.page.notes { p.more { "Note: " (line(note)) "." } }
    };
    Some(section("progress", "Progress", body))
}

/// The steps of a point that nobody has begun.
fn not_started(point: &Point) -> usize {
    let counts = &point.counts;
    counts.with(Status::Draft) + counts.with(Status::Idea) + counts.other
}

fn burn_up(points: &[Point]) -> Markup {
    let band = |name, count: fn(&Point) -> usize| Band {
        name,
        counts: points.iter().map(count).collect(),
    };
    let dates: Vec<NaiveDate> = points.iter().map(|point| point.date).collect();
    let bands = [
        band("complete", |point| point.counts.with(Status::Complete)),
        band("in progress", |point| point.counts.with(Status::InProgress)),
        band("blocked", |point| point.counts.with(Status::Blocked)),
        band("not started", not_started),
    ];
    let (first, last) = (&points[0], &points[points.len() - 1]);
    let described = format!(
        "From {} to {}: {} became {}, and {} instead of {} are complete.",
        first.date,
        last.date,
        counted(first.counts.total(), "step"),
        last.counts.total(),
        last.counts.with(Status::Complete),
        first.counts.with(Status::Complete),
    );
    let chart = Chart {
        id: "burn-up",
        title: "Steps by status",
        description: &described,
        plot: Plot::Areas {
            dates: &dates,
            bands: &bands,
        },
    };
    let row = |point: &Point| {
        let counts = [
            point.counts.total(),
            point.counts.with(Status::Complete),
            point.counts.with(Status::InProgress),
            point.counts.with(Status::Blocked),
            not_started(point),
        ];
        let date = point.date.to_string();
        [date]
            .into_iter()
            .chain(counts.map(|count| count.to_string()))
            .collect()
    };
    let rows: Vec<Vec<String>> = points.iter().rev().map(row).collect();
    let heads = [
        "Week to",
        "Total",
        "Complete",
        "In progress",
        "Blocked",
        "Not started",
    ];
    figure(
        &chart,
        &numbers("Steps by status at the end of each week", &heads, &rows),
    )
}

fn throughput(points: &[Point]) -> Markup {
    let recent = &points[points.len().saturating_sub(WEEKS)..];
    let bar = |point: &Point| {
        let week = format!("W{:02}", point.date.iso_week().week());
        (week, point.completed as f64)
    };
    let bars: Vec<(String, f64)> = recent.iter().map(bar).collect();
    let completed: usize = recent.iter().map(|point| point.completed).sum();
    let described = format!(
        "{} completed in {}, this one included.",
        counted(completed, "step"),
        counted(recent.len(), "week"),
    );
    let chart = Chart {
        id: "throughput",
        title: "Completed per week",
        description: &described,
        plot: Plot::Bars { bars: &bars },
    };
    let row = |point: &Point| {
        let counts = [point.completed, point.reopened, point.added, point.removed];
        let date = point.date.to_string();
        [date]
            .into_iter()
            .chain(counts.map(|count| count.to_string()))
            .collect()
    };
    let rows: Vec<Vec<String>> = points.iter().rev().map(row).collect();
    let heads = ["Week to", "Completed", "Reopened", "Added", "Removed"];
    figure(
        &chart,
        &numbers("What happened in each week", &heads, &rows),
    )
}

fn figure(chart: &Chart<'_>, table: &Markup) -> Markup {
    html! {
        figure {
            (PreEscaped(chart.in_page()))
            figcaption { (chart.description) }
            (table)
        }
    }
}

fn forecasts(shown: &Shown<'_>) -> Markup {
    let outlooks = shown.page.outlooks;
    let Some(whole) = outlooks.first() else {
        return html! {};
    };
    html! {
        h3 { "Forecast" }
        p.lead {
            "Past weeks of the same steps, drawn at random 10,000 times until nothing is left. "
            @if let Some(rates) = whole.rates_in_words() { (rates) ". " }
            @if let Some(held) = whole.backtest_in_words() { (held) ". " }
        }
        div.scroll tabindex="0" role="region" aria-label="Forecast" {
            table.plain {
                caption.quiet { "When the plan and each stage are likely to be done" }
                thead { tr {
                    th scope="col" { "What" }
                    th.number scope="col" { "Open steps" }
                    @for level in LEVELS { th scope="col" { "P" (level) } }
                    th scope="col" { "Due" }
                } }
                tbody { @for outlook in outlooks { (forecast(shown, outlook)) } }
            }
        }
    }
}

fn forecast(shown: &Shown<'_>, outlook: &Outlook) -> Markup {
    let dates = outlook.dates();
    let is_late = outlook.is_late(shown.today()) == Some(true);
    html! {
        tr {
            th scope="row" { (line(&outlook.name(shown.plan()))) }
            td.number { (outlook.open.len()) }
            @if outlook.is_done() { td colspan="3" { (outlook.passed_in_words().unwrap_or_else(|| "nothing is open".to_owned())) } }
            @else if dates.iter().all(Option::is_none) {
                td colspan="3" { "no date: " (line(outlook.reason().unwrap_or("not known"))) }
            } @else {
                @for date in dates {
                    td.date { @if let Some(date) = date { (date) } @else { "–" } }
                }
            }
            td.date {
                @if let Some(due) = outlook.due { span.late[is_late] { (due) @if is_late { ", late" } } }
                @else { "–" }
            }
        }
    }
}
