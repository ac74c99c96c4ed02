//! `stepdeck forecast`: when the plan, a stage, a block or a checkpoint is likely to be done.

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, eyre};
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::filter::Filter;
use super::invocation::Invocation;
use super::tick::find_stage;
use crate::cli::printer::Printer;
use crate::history::facts::{Facts, last_review};
use crate::history::forecast::{Backtest, Forecast as Dates, LEVELS, SEED, backtest, forecast};
use crate::history::landing::Landing;
use crate::history::series::Period;
use crate::history::target::{Condition, Scope, Target, blocked, conditions};
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::status::State;

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
        let mut landings: Vec<Landing> = Vec::new();
        if query.asks_past() {
            landings.extend(invocation.past(&opened));
        }
        let past_by = |then: &Plan, at: DateTime<Utc>| {
            let review = last_review(plan, at);
            let mut facts = query
                .asks_past()
                .then(|| Facts::of(then, review, has_history))?;
            let known = landings.iter().filter(|landing| landing.at <= at);
            known.for_each(|landing| facts.add(landing));
            Some(facts.finish())
        };
        let scope = Scope {
            target,
            query: &query,
            past: &past_by,
        };
        let weeks = past.weeks(&scope, plan);
        invocation.say_unknown(&past)?;
        let steps = scope.steps(plan, now);
        let is_open = |step: &usize| plan.graph().state(*step) != State::Done;
        let steps: Vec<usize> = steps.into_iter().filter(is_open).collect();
        let sunday = Period::Week.last_day(now);
        let mut dates = forecast(&weeks, steps.len(), sunday, self.seed);
        if let Some(obstacle) = scope.obstacle(plan, &steps) {
            dates.dates = Default::default();
            dates.reason = Some(obstacle);
        }
        let answer = Answer {
            target: scope.target.to_string(),
            filter: &self.filter.query,
            remaining: steps.len(),
            dates,
            backtest: backtest(&weeks, self.seed),
            blocked: blocked(plan, &steps),
            conditions: conditions(plan, &steps),
        };
        if self.json {
            let source = if has_history { "git" } else { "updated_at" };
            return invocation.print_json(&Document::new(&answer, source, past.notes()));
        }
        let text = answer.text(&invocation.paint(), now);
        invocation.print(&text)
    }
}

/// The target that a name stands for; what is a block or a checkpoint is not looked for among the
/// stages.
fn find_target(plan: &Plan, name: &str) -> Result<Target> {
    if let Some(target) = Target::named(name, plan) {
        return Ok(target);
    }
    let stages = plan.stages();
    match find_stage(stages, name) {
        Ok(stage) => Ok(Target::Stage(stages[stage].name.clone())),
        Err(reason) => Err(eyre!(
            "“{name}” is not a block of this plan, a checkpoint or a stage: {reason}"
        )),
    }
}

/// All that is said about a target.
struct Answer<'a> {
    target: String,
    filter: &'a str,
    remaining: usize,
    dates: Dates,
    backtest: Backtest,
    blocked: Vec<StepId>,
    conditions: Vec<Condition>,
}

impl Answer<'_> {
    fn text(&self, paint: &Printer, now: DateTime<Utc>) -> String {
        let theme = &paint.theme;
        let line = |text: &str| paint.line(&Line::styled(text.to_owned(), theme.text));
        let filter = match self.filter.is_empty() {
            true => String::new(),
            false => format!(", filter {}", self.filter),
        };
        let are_open = match self.remaining {
            1 => "1 step is open".to_owned(),
            count => format!("{count} steps are open"),
        };
        let mut text = paint.line(&Line::from(vec![
            Span::styled(self.target.clone(), theme.title),
            Span::styled(format!("{filter}: {are_open}"), theme.text),
        ]));
        for (date, level) in self.dates.dates.into_iter().zip(LEVELS) {
            let Some(date) = date else { continue };
            let ahead = match ((date - now.date_naive()).num_days() + 6) / 7 {
                1 => "in 1 week".to_owned(),
                weeks => format!("in {weeks} weeks"),
            };
            text.push_str(&paint.line(&Line::from(vec![
                Span::styled(format!("  P{level}  "), theme.dim),
                Span::styled(date.to_string(), theme.title),
                Span::styled(format!("  {ahead}"), theme.dim),
            ])));
        }
        if let Some(reason) = &self.dates.reason {
            let what = match self.dates.dates[0] {
                Some(_) => "No later date",
                None => "No date",
            };
            text.push_str(&line(&format!("  {what}: {reason}.")));
        }
        if let Some([completed, growth]) = self.rates() {
            let weeks = self.dates.weeks;
            text.push_str(&line(&format!(
                "  {weeks} full weeks: {completed:.1} completed and {growth:+.1} added a week"
            )));
        }
        let Backtest { due, held } = self.backtest;
        if self.backtest.hit_rate().is_some() {
            text.push_str(&line(&format!("  P85 held in {held} of {due} past weeks")));
        }
        if !self.blocked.is_empty() {
            let ids: Vec<String> = self.blocked.iter().map(StepId::to_string).collect();
            text.push_str(&line(&format!("  Blocked: {}", ids.join(", "))));
        }
        for Condition { step, text: words } in &self.conditions {
            text.push_str(&line(&format!("  Open condition of {step}: {words}")));
        }
        text
    }

    /// How many steps were completed a week, and how many came.
    fn rates(&self) -> Option<[f64; 2]> {
        let weeks = self.dates.weeks;
        let rate = |count: f64| count / weeks as f64;
        let Dates {
            completed, growth, ..
        } = self.dates;
        (weeks > 0).then(|| [rate(completed as f64), rate(growth as f64)])
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: Vec<String>,
    target: &'a str,
    filter: &'a str,
    remaining: usize,
    weeks: usize,
    completed_per_week: Option<f64>,
    growth_per_week: Option<f64>,
    p50: Option<String>,
    p85: Option<String>,
    p95: Option<String>,
    reason: Option<&'a str>,
    hit_rate: Option<f64>,
    backtests: usize,
    blocked: Vec<String>,
    conditions: Vec<ConditionEntry<'a>>,
}

#[derive(Serialize)]
struct ConditionEntry<'a> {
    step_id: String,
    condition: &'a str,
}

impl<'a> Document<'a> {
    fn new(answer: &'a Answer<'a>, source: &'static str, notes: Vec<String>) -> Self {
        let [p50, p85, p95] = answer
            .dates
            .dates
            .map(|date| date.map(|date| date.to_string()));
        let rates = answer.rates();
        let conditions = answer.conditions.iter().map(|condition| ConditionEntry {
            step_id: condition.step.to_string(),
            condition: &condition.text,
        });
        Self {
            schema: "stepdeck/forecast@1",
            source,
            notes,
            target: &answer.target,
            filter: answer.filter,
            remaining: answer.remaining,
            weeks: answer.dates.weeks,
            completed_per_week: rates.map(|[completed, _]| completed),
            growth_per_week: rates.map(|[_, growth]| growth),
            p50,
            p85,
            p95,
            reason: answer.dates.reason.as_deref(),
            hit_rate: answer.backtest.hit_rate(),
            backtests: answer.backtest.due,
            blocked: answer.blocked.iter().map(StepId::to_string).collect(),
            conditions: conditions.collect(),
        }
    }
}
