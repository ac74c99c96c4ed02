//! `stepdeck since`: what is different from a baseline, whatever happened in between.

use color_eyre::eyre::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use super::invocation::Invocation;
use crate::cli::past::{ComparedWith, source_of};
use crate::document::json;
use crate::document::progress::Progress;
use crate::history::events::Event;
use crate::history::since::Comparison;
use crate::history::when::{HELP, When};
use crate::history::words::instant;
use crate::plan::id::StepId;

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
        let Some(compared) = past.since(&self.baseline, &moment, &Progress::default()) else {
            return Ok(());
        };
        invocation.say_unknown(&past)?;
        match (self.json, self.markdown) {
            (true, _) => invocation.print_json(&Document::new(&compared))?,
            (_, true) => invocation.print(&compared.markdown())?,
            _ => invocation.print_signs(&compared.text())?,
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: &'a [String],
    baseline: ComparedWith<'a>,
    added: Vec<String>,
    removed: Vec<String>,
    completed: Vec<String>,
    reopened: Vec<String>,
    changed: Vec<Changed<'a>>,
    origins: Vec<StepOrigin<'a>>,
}

/// Where a step that came or went did so.
#[derive(Serialize)]
struct StepOrigin<'a> {
    step_id: String,
    #[serde(flatten)]
    origin: ChangeOrigin<'a>,
}

/// When a change landed, with which commit and by whom, as far as that is known.
#[derive(Serialize, Default)]
struct ChangeOrigin<'a> {
    landed: Option<String>,
    commit: Option<&'a str>,
    author: Option<&'a str>,
}

impl<'a> ChangeOrigin<'a> {
    fn of(compared: &'a Comparison, event: &Event) -> Self {
        let Some(origin) = compared.trail.origin(event) else {
            return Self::default();
        };
        let is_known = origin.commit.is_some() || !compared.baseline.has_history;
        Self {
            landed: is_known.then(|| instant(origin.at)),
            commit: origin.hash(),
            author: origin.commit.as_ref().map(|commit| &*commit.author),
        }
    }
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
    #[serde(flatten)]
    origin: ChangeOrigin<'a>,
}

impl<'a> Document<'a> {
    fn new(compared: &'a Comparison) -> Self {
        let Comparison { baseline, net, .. } = compared;
        let ids = |steps: &[StepId]| steps.iter().map(StepId::to_string).collect();
        let steps = |events: &[Event]| events.iter().map(|event| event.step.to_string()).collect();
        let field = |event: &'a Event| ChangedField {
            field: event.field.as_deref().unwrap_or_default(),
            before: raw(event.before.as_deref()),
            after: raw(event.after.as_deref()),
            origin: ChangeOrigin::of(compared, event),
        };
        let whole = net.added.iter().chain(&net.removed);
        let origins = whole.map(|event| StepOrigin {
            step_id: event.step.to_string(),
            origin: ChangeOrigin::of(compared, event),
        });
        let changed = net.changed.iter().map(|(step, events)| Changed {
            step_id: step.to_string(),
            fields: events.iter().map(field).collect(),
        });
        Self {
            schema: "stepdeck/since@1",
            source: source_of(baseline.has_history),
            notes: &compared.notes,
            baseline: ComparedWith::of(baseline),
            added: steps(&net.added),
            removed: steps(&net.removed),
            completed: ids(&net.completed),
            reopened: ids(&net.reopened),
            changed: changed.collect(),
            origins: origins.collect(),
        }
    }
}

/// A value as it is written, for readers of any kind.
fn raw(value: Option<&str>) -> Option<Box<RawValue>> {
    RawValue::from_string(json::well_formed(value?).into_owned()).ok()
}
