//! What is to be expected of a scope: how it went week by week, what is open, by when that is likely
//! to be done, and by when it is due. Screen 7 and `stepdeck forecast` say it in the same words.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};

use super::forecast::{Backtest, Forecast, LEVELS, backtest, forecast};
use super::target::{Condition, Scope, Target, blocked, conditions};
use super::weeks::Week;
use crate::document::english::{capitalised, counted};
use crate::document::markdown::escaped;
use crate::document::visible::visible_line;
use crate::plan::Plan;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::charge::owners_in_words;
use crate::plan::id::StepId;
use crate::plan::packet::Decision;
use crate::plan::stage::{Stage, Standing, standing_of};

/// What is to be expected of a scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// What shall be done.
    pub target: Target,
    /// Which steps of it count; empty for all of them.
    pub filter: String,
    /// Its open steps, in the order of numbers.
    pub open: Vec<StepId>,
    /// Those of them that are blocked.
    pub blocked: Vec<StepId>,
    /// What they wait for outside of the plan.
    pub conditions: Vec<Condition>,
    /// By when it is to be done, where the roadmap says so.
    pub due: Option<NaiveDate>,
    /// Who answers for it and since when, where the roadmap says so.
    pub owners: Vec<(String, Option<NaiveDate>)>,
    /// Why there can be no date, whatever the pace.
    obstacle: Option<String>,
    /// That the gate was passed, as a clause: nobody asks when its checks are ticked.
    passed: Option<String>,
    /// How it went, the earliest week first and the running one last; none until that is known.
    pub weeks: Vec<Week>,
    /// By when it is likely to be done, once that is known.
    pub dates: Option<Dates>,
}

/// What the past weeks say of the weeks to come, and how well they would have done so before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dates {
    /// When so many steps are done, if nothing else stands in the way.
    pub forecast: Forecast,
    /// How such dates held.
    pub backtest: Backtest,
}

impl Dates {
    /// Those of `open` steps after these weeks, of which the last one is running.
    pub fn of(weeks: &[Week], open: usize, seed: u64) -> Option<Self> {
        let (running, full) = weeks.split_last()?;
        Some(Self {
            forecast: forecast(full, open, running.end, seed),
            backtest: backtest(full, seed),
        })
    }
}

impl Outlook {
    /// As far as the plan as it stands tells.
    pub fn of(scope: &Scope<'_>, plan: &Plan, now: DateTime<Utc>) -> Self {
        let is_open = |step: &usize| plan.graph().state(*step).is_open();
        let steps: Vec<usize> = (scope.steps(plan, now).into_iter())
            .filter(is_open)
            .collect();
        let stage = match &scope.target {
            Target::Stage(name) => plan.stages().iter().find(|stage| stage.name == *name),
            _ => None,
        };
        let owners = stage.into_iter().flat_map(|stage| stage.acknowledgements());
        Self {
            target: scope.target.clone(),
            filter: scope.query.text().to_owned(),
            open: steps.iter().map(|step| plan.step(*step).id()).collect(),
            blocked: blocked(plan, &steps),
            conditions: conditions(plan, &steps),
            due: stage.and_then(|stage| stage.due()),
            owners: owners.map(|(name, date)| (name.to_owned(), date)).collect(),
            obstacle: scope.obstacle(plan, &steps),
            passed: stage.and_then(|stage| passed(stage, plan)),
            weeks: Vec::new(),
            dates: None,
        }
    }

    /// What people call the scope.
    pub fn name(&self, plan: &Plan) -> String {
        match &self.target {
            Target::Plan if self.filter.is_empty() => "Whole plan".to_owned(),
            Target::Plan => format!("Filter {}", self.filter),
            Target::Block(id) => {
                let block = plan.find_block(*id);
                let theme = block.map_or("", |block| plan.block_text(block, BlockColumn::Theme));
                format!("{id} {theme}").trim_end().to_owned()
            }
            target => target.to_string(),
        }
    }

    /// Whether nothing is left to do, as far as anybody can tell: the gate was passed, or nothing is
    /// open. Open checks that name no step are left.
    pub fn is_done(&self) -> bool {
        self.passed.is_some() || self.open.is_empty() && self.obstacle.is_none()
    }

    /// For each of [`LEVELS`] the Sunday by which it is likely to be done; none where there is a
    /// [`reason`](Self::reason).
    pub fn dates(&self) -> [Option<NaiveDate>; LEVELS.len()] {
        let obstacle = self.passed.as_ref().or(self.obstacle.as_ref());
        match (&self.dates, obstacle) {
            (Some(dates), None) => dates.forecast.dates,
            _ => Default::default(),
        }
    }

    /// The date that holds with 85 %.
    pub fn p85(&self) -> Option<NaiveDate> {
        self.dates()[1]
    }

    /// Why a date is missing, as a clause.
    pub fn reason(&self) -> Option<&str> {
        let reason = || self.dates.as_ref()?.forecast.reason.as_deref();
        let known = self.passed.as_deref().or(self.obstacle.as_deref());
        known.or_else(reason)
    }

    /// How many steps were completed a week and how many came, on average, over how many full
    /// weeks; nothing without one.
    pub fn rates(&self) -> Option<(usize, [f64; 2])> {
        let forecast = &self.dates.as_ref()?.forecast;
        let weeks = forecast.weeks;
        let rate = |count: f64| count / weeks as f64;
        let rates = [
            rate(forecast.completed as f64),
            rate(forecast.growth as f64),
        ];
        (weeks > 0).then_some((weeks, rates))
    }

    /// Whether it is late: due before the P85 date, or overdue. Nothing where that cannot be said.
    pub fn is_late(&self, today: NaiveDate) -> Option<bool> {
        let due = self.due?;
        match self.p85() {
            _ if self.is_done() => None,
            _ if due < today => Some(true),
            p85 => p85.map(|p85| p85 > due),
        }
    }

    /// That its gate was passed, in a sentence without its full stop.
    pub(crate) fn passed_in_words(&self) -> Option<String> {
        self.passed.as_deref().map(capitalised)
    }

    /// When it is due, and what that means.
    pub fn due_in_words(&self, today: NaiveDate) -> Option<String> {
        let due = self.due?;
        let said = match (self.p85(), self.is_late(today)) {
            (_, Some(_)) if due < today => {
                format!("{} ago, and not done", span((today - due).num_days()))
            }
            (Some(p85), Some(true)) => {
                format!("late, P85 is {} after it", span((p85 - due).num_days()))
            }
            (Some(p85), Some(false)) if p85 == due => "P85 is that day".to_owned(),
            (Some(p85), Some(false)) => {
                format!("P85 is {} before it", span((due - p85).num_days()))
            }
            _ => return Some(format!("Due {due}")),
        };
        Some(format!("Due {due}: {said}"))
    }

    /// Who answers for it, in a sentence without its full stop.
    pub fn owners_in_words(&self) -> Option<String> {
        let owners = self.owners.iter().map(|(name, date)| (&**name, *date));
        owners_in_words(owners).map(|owners| format!("Owner: {owners}"))
    }

    /// How it went, in a sentence.
    pub fn rates_in_words(&self) -> Option<String> {
        let (weeks, [completed, growth]) = self.rates()?;
        let weeks = counted(weeks, "full week");
        Some(format!(
            "{weeks}: {completed:.1} completed and {growth:+.1} added a week"
        ))
    }

    /// How the dates of before held, in a sentence, where there are enough to tell.
    pub fn backtest_in_words(&self) -> Option<String> {
        let backtest = self.dates.as_ref()?.backtest;
        let Backtest { due, held } = backtest;
        (backtest.hit_rate()).map(|_| format!("P85 held in {held} of {due} past weeks"))
    }

    /// That there is no date, or not each, in a sentence without its full stop.
    pub fn reason_in_words(&self) -> Option<String> {
        if let Some(passed) = self.passed_in_words() {
            return Some(passed);
        }
        let what = match self.dates()[0] {
            Some(_) => "No later date",
            None => "No date",
        };
        Some(format!("{what}: {}", self.reason()?))
    }
}

/// That the gate of a stage was passed, or that of a later one, as a clause.
fn passed(stage: &Stage, plan: &Plan) -> Option<String> {
    if standing_of(plan.stages(), stage) != Standing::Passed {
        return None;
    }
    let packet = stage.decided();
    let packet = packet.filter(|packet| packet.decision.is_some_and(Decision::passes));
    let Some(packet) = packet else {
        return Some("the gate of a later stage was passed".to_owned());
    };
    let day = packet.decided_on();
    let day = day.map_or_else(String::new, |day| format!(" on {day}"));
    let word = packet.decision.map_or("", Decision::words);
    let open = match stage.checks.len() - stage.ticked() {
        0 => String::new(),
        open => format!(", with {open} of {} checks open", stage.checks.len()),
    };
    Some(format!("its gate was passed{day}: {word}{open}"))
}

/// What is to be expected of everything that is not done, as a list in Markdown.
pub fn markdown(outlooks: &[Outlook], plan: &Plan, today: NaiveDate) -> String {
    let mut text = format!("## Outlook {today}\n\n");
    for outlook in outlooks.iter().filter(|outlook| !outlook.is_done()) {
        let dates = outlook.dates().into_iter().zip(LEVELS);
        let dates = dates.filter_map(|(date, level)| Some(format!("P{level} {}", date?)));
        let mut said = vec![format!("{} open", outlook.open.len())];
        said.extend(dates);
        said.extend(outlook.reason().map(|reason| format!("no date: {reason}")));
        said.extend(
            outlook
                .due_in_words(today)
                .map(|due| due.replacen("Due", "due", 1)),
        );
        let row = format!("{}: {}", outlook.name(plan), said.join(", "));
        let _ = writeln!(text, "- {}", escaped(&visible_line(&row)));
    }
    text
}

/// How far ahead the end of a week is, in words.
pub fn ahead(date: NaiveDate, today: NaiveDate) -> String {
    match ((date - today).num_days() + 6) / 7 {
        1 => "in 1 week".to_owned(),
        weeks => format!("in {weeks} weeks"),
    }
}

/// Some days in words, by the week where there are many.
fn span(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        ..14 => format!("{days} days"),
        days => format!("{} weeks", days / 7),
    }
}
