//! `stepdeck since`: what is different from a baseline, whatever happened in between.

use color_eyre::eyre::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use super::invocation::Invocation;
use super::log::{instant, raw, short, title, told};
use super::past::Moment;
use crate::document::markdown::escaped;
use crate::document::visible::visible_line;
use crate::history::events::{Event, between};
use crate::history::net::Net;
use crate::history::when::{HELP, When};
use crate::plan::id::StepId;
use crate::store::past::Past;

/// Show what is different from a baseline: steps added, removed, completed or changed since then.
///
/// What was changed and changed back is not shown. Without git, the steps edited since then are
/// listed, by their updated_at. The default baseline is the end of the last
/// weekly review.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Since {
    /// What to compare with.
    #[arg(value_name = "WHEN", default_value = "review")]
    baseline: String,
    /// Print Markdown, for a pull request or a message.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print JSON (stepdeck/since@1).
    #[arg(long)]
    json: bool,
}

impl Since {
    /// Prints the differences.
    ///
    /// # Errors
    /// When there is no plan, no history or no such time.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let when: When = self.baseline.parse()?;
        let opened = invocation.open()?;
        let mut past = invocation.past(&opened);
        let moment = invocation.moment(&when, &opened.plan, &past)?;
        let has_history = past.git().is_some();
        let now = past.logs();
        let mut edits = Vec::new();
        let mut is_changed = false;
        while past
            .upcoming()
            .is_some_and(|(at, commit)| moment.is_before(at, commit))
        {
            let landing = past.step_back();
            is_changed = true;
            edits.extend(landing.into_iter().flat_map(|landing| landing.events));
        }
        invocation.say_unknown(&past)?;
        let baseline = Baseline::new(&self.baseline, &past, &moment);
        let events = match (has_history, is_changed) {
            (true, true) => between(&past.logs(), &now),
            (true, false) => Vec::new(),
            (false, _) => {
                edits.sort_by_key(|event| event.step);
                edits
            }
        };
        let net = Net::of(events, has_history);
        match (self.json, self.markdown) {
            (true, _) => invocation.print_json(&Document::new(baseline, &net, past.notes()))?,
            (_, true) => invocation.print(&markdown(&baseline, &net))?,
            _ => invocation.print(&text(&baseline, &net))?,
        }
        Ok(())
    }
}

/// What today is compared with: the last commit that had landed by then.
#[derive(Serialize)]
struct Baseline<'a> {
    label: &'a str,
    commit: Option<String>,
    time: Option<String>,
    #[serde(skip)]
    has_history: bool,
}

impl<'a> Baseline<'a> {
    fn new(label: &'a str, past: &Past, moment: &Moment) -> Self {
        let has_history = past.git().is_some();
        let upcoming = past.upcoming().filter(|_| has_history);
        let commit = upcoming.and_then(|(_, commit)| commit);
        let time = match moment {
            Moment::At(at) if !has_history => Some(*at),
            _ => upcoming.map(|(at, _)| at),
        };
        Self {
            label,
            commit: commit.map(str::to_owned),
            time: time.map(instant),
            has_history,
        }
    }

    fn words(&self) -> String {
        match (&self.commit, &self.time) {
            (Some(commit), Some(time)) => format!("{} ({}, {time})", self.label, short(commit)),
            (None, Some(time)) if !self.has_history => format!("{} ({time})", self.label),
            (None, Some(_)) => format!("{} (now)", self.label),
            _ => format!("{} (before the first version)", self.label),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: Vec<String>,
    baseline: Baseline<'a>,
    added: Vec<String>,
    removed: Vec<String>,
    completed: Vec<String>,
    reopened: Vec<String>,
    changed: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    step_id: String,
    fields: Vec<ChangedField<'a>>,
}

#[derive(Serialize)]
struct ChangedField<'a> {
    field: &'a str,
    before: Option<Box<RawValue>>,
    after: Option<Box<RawValue>>,
}

impl<'a> Document<'a> {
    fn new(baseline: Baseline<'a>, net: &'a Net, notes: Vec<String>) -> Self {
        let ids = |steps: &[StepId]| steps.iter().map(StepId::to_string).collect();
        let steps = |events: &[Event]| events.iter().map(|event| event.step.to_string()).collect();
        let field = |event: &'a Event| ChangedField {
            field: event.field.as_deref().unwrap_or_default(),
            before: raw(event.before.as_deref()),
            after: raw(event.after.as_deref()),
        };
        let changed = net.changed.iter().map(|(step, events)| Changed {
            step_id: step.to_string(),
            fields: events.iter().map(field).collect(),
        });
        Self {
            schema: "stepdeck/since@1",
            source: match baseline.has_history {
                true => "git",
                false => "updated_at",
            },
            notes,
            baseline,
            added: steps(&net.added),
            removed: steps(&net.removed),
            completed: ids(&net.completed),
            reopened: ids(&net.reopened),
            changed: changed.collect(),
        }
    }
}

/// The headings, and what is listed under each.
fn groups(net: &Net, has_history: bool) -> [(&'static str, Vec<String>); 3] {
    let rows = |events: &[Event]| {
        let row = |event: &Event| format!("{} {}", event.step, title(event));
        events.iter().map(row).collect()
    };
    let changed = net.changed.iter().flat_map(|(_, events)| events);
    [
        ("Added", rows(&net.added)),
        ("Removed", rows(&net.removed)),
        (
            "Changed",
            changed.map(|event| told(event, has_history)).collect(),
        ),
    ]
}

/// How many steps are different, in one line.
fn summary(net: &Net) -> String {
    if net.is_empty() {
        return "no changes.".to_owned();
    }
    let counts = [
        (net.added.len(), "added"),
        (net.removed.len(), "removed"),
        (net.completed.len(), "completed"),
        (net.reopened.len(), "reopened"),
        (net.changed.len(), "changed"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("{}.", counts.join(", "))
}

fn text(baseline: &Baseline<'_>, net: &Net) -> String {
    let mut text =
        visible_line(&format!("Since {}: {}", baseline.words(), summary(net))).into_owned();
    text.push('\n');
    for (heading, rows) in groups(net, baseline.has_history)
        .iter()
        .filter(|(_, rows)| !rows.is_empty())
    {
        text.push_str(&format!("\n{heading}\n"));
        for row in rows {
            text.push_str(&format!("  {}\n", visible_line(row)));
        }
    }
    text
}

fn markdown(baseline: &Baseline<'_>, net: &Net) -> String {
    let safe = |text: &str| escaped(&visible_line(text));
    let mut text = format!("## Since {}\n\n{}\n", safe(&baseline.words()), summary(net));
    for (heading, rows) in groups(net, baseline.has_history)
        .iter()
        .filter(|(_, rows)| !rows.is_empty())
    {
        text.push_str(&format!("\n### {heading}\n\n"));
        for row in rows {
            text.push_str(&format!("- {}\n", safe(row)));
        }
    }
    text
}
