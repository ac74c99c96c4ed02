//! `stepdeck forecast`: when the plan, a stage, a block or a checkpoint is likely to be done.

use chrono::{DateTime, NaiveDate, Utc};
use color_eyre::eyre::{Result, eyre};
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::filter::Filter;
use super::gates::StageOwner;
use super::invocation::Invocation;
use crate::cli::past::source_of;
use crate::cli::printer::Printer;
use crate::document::progress::Progress;
use crate::document::visible::{pad, width};
use crate::history::float::{Float, floats};
use crate::history::forecast::{Backtest, LEVELS, SEED};
use crate::history::outlook::{Dates, Outlook, ahead};
use crate::history::target::{Condition, Scope, Target};
use crate::history::weeks::Week;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::stage::{find, listed, several};
use crate::store::past::outlook::KnownBy;

/// Show when a stage, block, checkpoint or the whole plan is likely to be done.
///
/// Past weeks of the same steps are drawn at random, each with what was completed and what was
/// added in it, until nothing is left, 10,000 times. Half of these runs are done by the P50 date, 85
/// % by P85, 95 % by P95. The steps of a stage are those that its open checks name, and all that
/// they wait for. Dates do not know about blocked steps and open conditions; both are listed.
#[derive(clap::Args, Clone, Debug)]
pub struct Forecast {
    /// A stage (or enough of its name to be unique), a block such as B07, or a checkpoint such as
    /// CP03; without one, the whole plan.
    target: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Draw other random numbers.
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// List the open steps with their float: for how many steps' time each may wait before the
    /// longest chain of open steps grows. Those without float move the date.
    #[arg(long)]
    float: bool,
    /// Print JSON (stepdeck/forecast@1).
    #[arg(long)]
    json: bool,
}

impl Forecast {
    /// Prints the forecast.
    ///
    /// # Errors
    /// When there is no plan or no such target, or the filter makes no sense.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let (plan, now) = (&opened.plan, invocation.outside.now);
        let target = match &self.target {
            Some(name) => find_target(plan, name)?,
            None => Target::Plan,
        };
        let mut past = invocation.past(&opened);
        let has_history = past.git().is_some();
        let known = (query.asks_past()).then(|| KnownBy::of(invocation.past(&opened)));
        let past_by = |then: &Plan, at: DateTime<Utc>| Some(known.as_ref()?.at(then, at));
        let scope = Scope {
            target,
            query: &query,
            past: &past_by,
        };
        let mut outlook = Outlook::of(&scope, plan, now);
        outlook.weeks = past.weeks(scope, plan);
        outlook.dates = Dates::of(&outlook.weeks, outlook.open.len(), self.seed);
        invocation.say_unknown(&past)?;
        let float = (self.float).then(|| floats(plan, &outlook.open, &Progress::default()));
        let float = float.flatten();
        let today = now.date_naive();
        if self.json {
            let source = source_of(has_history);
            let notes = past.notes();
            return invocation.print_json(&Document::new(&outlook, float, source, notes, today));
        }
        let mut said = text(&outlook, &invocation.paint(), today);
        said.push_str(&float_text(
            &float.unwrap_or_default(),
            plan,
            &invocation.paint(),
        ));
        invocation.print(&said)
    }
}

/// The target that a name stands for; what is a block or a checkpoint is not looked for among the
/// stages.
fn find_target(plan: &Plan, name: &str) -> Result<Target> {
    if let Some(target) = Target::named(name, plan) {
        return Ok(target);
    }
    let stages = plan.stages();
    match find(stages, name) {
        Ok(stage) => Ok(Target::Stage(stages[stage].name.clone())),
        Err(0) => Err(eyre!(
            "“{name}” is not a block of this plan, a checkpoint or a stage: {}",
            listed(stages)
        )),
        Err(found) => Err(eyre!("{}", several(stages, name, found))),
    }
}

fn text(outlook: &Outlook, paint: &Printer, today: NaiveDate) -> String {
    let theme = &paint.theme;
    let filter = match outlook.filter.is_empty() {
        true => String::new(),
        false => format!(", filter {}", outlook.filter),
    };
    let are_open = match outlook.open.len() {
        1 => "1 step is open".to_owned(),
        count => format!("{count} steps are open"),
    };
    let mut text = paint.line(&Line::from(vec![
        Span::styled(outlook.target.to_string(), theme.title),
        Span::styled(format!("{filter}: {are_open}"), theme.text),
    ]));
    for (date, level) in outlook.dates().into_iter().zip(LEVELS) {
        let Some(date) = date else { continue };
        text.push_str(&paint.line(&Line::from(vec![
            Span::styled(format!("  P{level}  "), theme.dim),
            Span::styled(date.to_string(), theme.title),
            Span::styled(format!("  {}", ahead(date, today)), theme.dim),
        ])));
    }
    let line = |text: String, style| paint.line(&Line::styled(format!("  {text}"), style));
    if let Some(reason) = outlook.reason_in_words() {
        text.push_str(&line(format!("{reason}."), theme.text));
    }
    if let Some(due) = outlook.due_in_words(today) {
        let is_late = outlook.is_late(today) == Some(true);
        let style = if is_late { theme.warning } else { theme.text };
        text.push_str(&line(due, style));
    }
    if let Some(owners) = outlook.owners_in_words() {
        text.push_str(&line(owners, theme.text));
    }
    let rates = outlook.rates_in_words().into_iter();
    for said in rates.chain(outlook.backtest_in_words()) {
        text.push_str(&line(said, theme.text));
    }
    if !outlook.blocked.is_empty() {
        let ids: Vec<String> = outlook.blocked.iter().map(StepId::to_string).collect();
        text.push_str(&line(format!("Blocked: {}", ids.join(", ")), theme.text));
    }
    for Condition { step, text: words } in &outlook.conditions {
        text.push_str(&line(
            format!("Open condition of {step}: {words}"),
            theme.text,
        ));
    }
    text
}

/// The steps with their float, those that move the end first.
fn float_text(floats: &[Float], plan: &Plan, paint: &Printer) -> String {
    let theme = &paint.theme;
    let words = floats.iter().map(|float| width(&float.in_words()));
    let longest = words.max().unwrap_or_default();
    let lines = floats.iter().map(|float| {
        let style = match float.steps {
            Some(0) => theme.warning,
            _ => theme.dim,
        };
        let title = plan
            .find(float.step)
            .map(|step| plan.step(step).title().into_owned());
        paint.line(&Line::from(vec![
            Span::styled(format!("  {}  ", pad(&float.in_words(), longest)), style),
            Span::styled(format!("{}  ", float.step), theme.dim),
            Span::styled(title.unwrap_or_default(), theme.text),
        ]))
    });
    lines.collect()
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: Vec<String>,
    target: String,
    filter: &'a str,
    remaining: usize,
    weeks: usize,
    completed_per_week: Option<f64>,
    growth_per_week: Option<f64>,
    p50: Option<String>,
    p85: Option<String>,
    p95: Option<String>,
    reason: Option<&'a str>,
    due: Option<String>,
    late: Option<bool>,
    owners: Vec<StageOwner>,
    hit_rate: Option<f64>,
    backtests: usize,
    blocked: Vec<String>,
    conditions: Vec<ConditionEntry<'a>>,
    history: Vec<WeekEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    float: Option<Vec<FloatEntry>>,
}

#[derive(Serialize)]
struct WeekEntry {
    date: String,
    total: usize,
    complete: usize,
    completed: usize,
}

#[derive(Serialize)]
struct FloatEntry {
    step_id: String,
    float: Option<u32>,
}

#[derive(Serialize)]
struct ConditionEntry<'a> {
    step_id: String,
    condition: &'a str,
}

impl<'a> Document<'a> {
    fn new(
        outlook: &'a Outlook,
        float: Option<Vec<Float>>,
        source: &'static str,
        notes: Vec<String>,
        today: NaiveDate,
    ) -> Self {
        let spelled = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        let [p50, p85, p95] = outlook.dates().map(spelled);
        let rates = outlook.rates();
        let dates = outlook.dates.as_ref();
        let backtest = dates.map_or_else(Backtest::default, |dates| dates.backtest);
        let conditions = outlook.conditions.iter().map(|condition| ConditionEntry {
            step_id: condition.step.to_string(),
            condition: &condition.text,
        });
        let float_entry = |float: Float| FloatEntry {
            step_id: float.step.to_string(),
            float: float.steps,
        };
        Self {
            schema: "stepdeck/forecast@1",
            source,
            notes,
            target: outlook.target.to_string(),
            filter: &outlook.filter,
            remaining: outlook.open.len(),
            weeks: dates.map_or(0, |dates| dates.forecast.weeks),
            completed_per_week: rates.map(|(_, [completed, _])| completed),
            growth_per_week: rates.map(|(_, [_, growth])| growth),
            p50,
            p85,
            p95,
            reason: outlook.reason(),
            due: spelled(outlook.due),
            late: outlook.is_late(today),
            owners: outlook
                .owners
                .iter()
                .map(|(name, date)| StageOwner::of(name, *date))
                .collect(),
            hit_rate: backtest.hit_rate(),
            backtests: backtest.due,
            blocked: outlook.blocked.iter().map(StepId::to_string).collect(),
            conditions: conditions.collect(),
            history: outlook.weeks.iter().map(WeekEntry::of).collect(),
            float: float.map(|float| float.into_iter().map(float_entry).collect()),
        }
    }
}

impl WeekEntry {
    fn of(week: &Week) -> Self {
        Self {
            date: week.end.to_string(),
            total: week.open + week.done,
            complete: week.done,
            completed: week.completed,
        }
    }
}
