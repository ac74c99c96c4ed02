//! `stepdeck burn`: how many steps there were and how many were complete, over time.

use std::collections::HashMap;

use chrono::NaiveDate;
use clap::ValueEnum;
use color_eyre::eyre::Result;
use csv::{Terminator, WriterBuilder};
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::filter::Filter;
use super::invocation::{Invocation, json_text};
use super::past::{Moment, followed};
use crate::cli::past::source_of;
use crate::cli::printer::Printer;
use crate::history::events::Event;
use crate::history::follow::Followed;
use crate::history::landing::Landing;
use crate::history::series::{Counts, Period, Point, series};
use crate::history::when::{HELP, When, end_of};
use crate::plan::status::{State, Status};
use crate::plan::{Plan, StepRef};
use crate::report::chart::{Band, Chart, Plot};

/// Show how the plan grew and was completed, one row per week or day.
///
/// Each row has the state at the end of that ISO week or day, in UTC, and what happened in it; the
/// last one is still running. A step counts as completed when it becomes complete on the current branch, and as
/// reopened when it was complete and is there with another status.
///
/// A step that was removed and is put back is the same step: it counts as added, and as completed or
/// reopened only if it is not what it was when it went. So from row to row the total changes by added less
/// removed; done changes by completed less reopened, and by the complete steps that were removed or put
/// back, which --json counts apart. Open steps of retired blocks are left out of every row, of those before
/// the decision too, and counted beside them.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Burn {
    /// How long a row is.
    #[arg(long, value_name = "PERIOD", default_value = "week")]
    by: By,
    /// Only the rows that end after this time.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    #[command(flatten)]
    filter: Filter,
    /// What to write.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Print JSON (stepdeck/burn@1), as --format json does.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// What the rows mean where stamps are all that there is.
const GROWTH: &str =
    "a step counts as added when it was edited last: how the plan grew is not known";

/// How long a row is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum By {
    /// An ISO week.
    Week,
    /// A day.
    Day,
}

/// What the series can be written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    /// A table.
    Text,
    /// stepdeck/burn@1.
    Json,
    /// The properties of the JSON as columns, RFC 4180.
    Csv,
    /// A chart.
    Svg,
}

impl Burn {
    /// Prints the series.
    ///
    /// # Errors
    /// When there is no plan or no such time, or the filter makes no sense.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let (plan, now) = (&opened.plan, invocation.outside.now);
        let selected = invocation.selected(&query, &opened)?;
        let mut steps = followed(&query, plan, &selected);
        let mut past = invocation.past(&opened);
        let since = self.since.as_ref();
        let since = since
            .map(|when| invocation.moment(when, plan, &past))
            .transpose()?;
        let mut landings: Vec<Landing> = past.by_ref().collect();
        if let Some(steps) = &mut steps {
            for landing in &mut landings {
                steps.retain(&mut landing.events);
            }
        }
        landings.retain(|landing| !landing.events.is_empty());
        let has_history = past.git().is_some();
        let mut notes = past.notes();
        if !has_history {
            notes.push(GROWTH.to_owned());
        }
        notes.iter().try_for_each(|note| invocation.say(note))?;
        let steps = selected.iter().map(|step| plan.step(*step));
        let (retired, counted): (Vec<StepRef<'_>>, Vec<StepRef<'_>>) =
            steps.partition(|step| step.state() == State::Retired);
        let of_retired = taken_out(&mut landings, plan, &retired);
        let statuses = |steps: Vec<StepRef<'_>>| Counts::of(steps.into_iter().map(StepRef::status));
        let (counts, retired) = (statuses(counted), statuses(retired));
        let period = match self.by {
            By::Week => Period::Week,
            By::Day => Period::Day,
        };
        let mut points = series(&landings, counts, period, now, has_history);
        // What is retired is left out of all rows, and counted beside them.
        let retired = series(&of_retired, retired, period, now, has_history).into_iter();
        let retired: HashMap<NaiveDate, usize> = retired
            .map(|point| (point.date, point.counts.total()))
            .collect();
        if let Some(since) = since {
            points.retain(|point| is_since(&since, &landings, point));
        }
        let row = |point| Row::of(point, &retired);
        let rows: Vec<Row> = points.iter().map(row).collect();
        let text = match self.format {
            Format::Text if !self.json => table(&rows, &invocation.paint()),
            Format::Csv => csv(&rows)?,
            Format::Svg => svg(&rows, &points, self.filter.text()),
            Format::Text | Format::Json => json_text(&Document {
                schema: "stepdeck/burn@1",
                source: source_of(has_history),
                notes,
                points: rows,
            })?,
        };
        invocation.print(&text)?;
        Ok(())
    }
}

/// Takes what happened to these steps out of what landed.
fn taken_out(landings: &mut [Landing], plan: &Plan, steps: &[StepRef<'_>]) -> Vec<Landing> {
    if steps.is_empty() {
        return Vec::new();
    }
    let mut followed = Followed::of(plan, steps.iter().copied());
    let mut taken = Vec::new();
    for landing in landings {
        let mut found = followed.find(&landing.events).into_iter();
        let events = std::mem::take(&mut landing.events).into_iter();
        let is_own = |_: &Event| found.next().flatten().is_some();
        let (own, others): (Vec<_>, Vec<_>) = events.partition(is_own);
        landing.events = others;
        taken.push(Landing {
            events: own,
            ticks: Vec::new(),
            ..landing.clone()
        });
    }
    taken
}

/// Whether a point ends after a moment; a commit's is when the first one after it landed.
fn is_since(moment: &Moment, landings: &[Landing], point: &Point) -> bool {
    let end = end_of(point.date);
    match moment {
        Moment::At(at) => end > *at,
        Moment::Commit(_) => {
            let since = landings
                .iter()
                .take_while(|landing| moment.is_before(landing.at, landing.hash()));
            since.last().is_none_or(|first| end >= first.at)
        }
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    source: &'static str,
    notes: Vec<String>,
    points: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    date: String,
    total: usize,
    complete: usize,
    in_progress: usize,
    blocked: usize,
    draft: usize,
    idea: usize,
    other: usize,
    retired: usize,
    added: usize,
    removed: usize,
    completed: usize,
    reopened: usize,
    removed_complete: usize,
    returned_complete: usize,
}

impl Row {
    /// `retired` says how many steps of retired blocks there were, by the last day of a period.
    fn of(point: &Point, retired: &HashMap<NaiveDate, usize>) -> Self {
        let counts = &point.counts;
        Self {
            date: point.date.to_string(),
            total: counts.total(),
            complete: counts.with(Status::Complete),
            in_progress: counts.with(Status::InProgress),
            blocked: counts.with(Status::Blocked),
            draft: counts.with(Status::Draft),
            idea: counts.with(Status::Idea),
            other: counts.other,
            retired: retired.get(&point.date).copied().unwrap_or(0),
            added: point.added,
            removed: point.removed,
            completed: point.completed,
            reopened: point.reopened,
            removed_complete: point.removed_complete,
            returned_complete: point.returned_complete,
        }
    }
}

fn csv(rows: &[Row]) -> Result<String> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A chart of the steps by status, those that are complete at the bottom.
fn svg(rows: &[Row], points: &[Point], filter: &str) -> String {
    let band = |name, count: fn(&Row) -> usize| Band {
        name,
        counts: rows.iter().map(count).collect(),
    };
    let title = match filter.is_empty() {
        true => "Steps of the plan".to_owned(),
        false => format!("Steps of the plan: {filter}"),
    };
    let description = match rows {
        [first, .., last] => format!(
            "From {} to {}: {} steps became {}, and {} instead of {} are complete.",
            first.date, last.date, first.total, last.total, last.complete, first.complete
        ),
        [only] => format!(
            "On {}: {} steps, {} complete.",
            only.date, only.total, only.complete
        ),
        [] => "Nothing is known of that time.".to_owned(),
    };
    let dates: Vec<NaiveDate> = points.iter().map(|point| point.date).collect();
    let chart = Chart {
        id: "",
        title: &title,
        description: &description,
        plot: Plot::Areas {
            dates: &dates,
            bands: &[
                band("complete", |row| row.complete),
                band("in progress", |row| row.in_progress),
                band("blocked", |row| row.blocked),
                band("not started", not_started),
            ],
        },
    };
    chart.to_string()
}

fn not_started(row: &Row) -> usize {
    row.draft + row.idea + row.other
}

/// A column of the table: its heading, and its cell in a row.
type Column = (&'static str, fn(&Row) -> String);

/// The column that is only there where a block is retired.
const RETIRED: &str = "retired";

const COLUMNS: [Column; 12] = [
    ("to", |row| row.date.clone()),
    ("total", |row| row.total.to_string()),
    ("done", |row| row.complete.to_string()),
    ("%", |row| {
        (row.complete * 100 / row.total.max(1)).to_string()
    }),
    ("in progress", |row| row.in_progress.to_string()),
    ("blocked", |row| row.blocked.to_string()),
    ("not started", |row| not_started(row).to_string()),
    (RETIRED, |row| row.retired.to_string()),
    ("added", |row| flow('+', row.added)),
    ("removed", |row| flow('-', row.removed)),
    ("completed", |row| flow('+', row.completed)),
    ("reopened", |row| flow('-', row.reopened)),
];

/// Empty where nothing happened, so that what did happen stands out.
fn flow(sign: char, count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!("{sign}{count}"),
    }
}

fn table(rows: &[Row], paint: &Printer) -> String {
    let theme = &paint.theme;
    let has_retired = rows.iter().any(|row| row.retired > 0);
    let columns = COLUMNS.into_iter();
    let columns = columns.filter(|(heading, _)| has_retired || *heading != RETIRED);
    let columns: Vec<_> = columns
        .map(|(heading, cell)| {
            let widest = rows.iter().map(|row| cell(row).len()).max();
            (heading, cell, widest.unwrap_or(0).max(heading.len()))
        })
        .collect();
    let line = |cells: Vec<Span<'static>>| paint.line(&Line::from(cells));
    let heading = columns
        .iter()
        .map(|(heading, _, width)| Span::styled(format!("{heading:>width$}  "), theme.dim));
    let mut text = line(heading.collect());
    for row in rows {
        let cells = columns.iter().map(|(heading, cell, width)| {
            let style = if *heading == "done" {
                theme.title
            } else {
                theme.text
            };
            Span::styled(format!("{:>width$}  ", cell(row)), style)
        });
        text.push_str(&line(cells.collect()));
    }
    text
}
