//! What the subcommands about the past share: opening the plan's history, following the steps of a
//! filter through it, and finding moments in it.

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use color_eyre::eyre::{Result, eyre};
use serde::Serialize;

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::document::progress::Progress;
use crate::git::history::History;
use crate::history::facts::Facts;
use crate::history::follow::Followed;
use crate::history::since::Baseline;
use crate::history::when::When;
use crate::history::words::instant;
use crate::plan::checks::stale;
use crate::plan::last_change::LastChanges;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;
use crate::plan::ranking::term::OLD_DAYS;
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};
use crate::store::as_of::AsOf;
use crate::store::past::Past;
pub(super) use crate::store::past::moment::Moment;
use crate::store::past::moment::Version;

/// What a plan is compared with, as JSON has it.
#[derive(Serialize)]
pub(super) struct ComparedWith<'a> {
    label: &'a str,
    commit: Option<&'a str>,
    time: Option<String>,
}

impl<'a> ComparedWith<'a> {
    pub(super) fn of(baseline: &'a Baseline) -> Self {
        Self {
            label: &baseline.label,
            commit: baseline.commit.as_deref(),
            time: baseline.time.map(instant),
        }
    }
}

/// Opens the past of plans.
pub(super) struct PastReader {
    as_configured: bool,
    now: DateTime<Utc>,
    cache: Option<PathBuf>,
}

impl PastReader {
    fn open(&self, opened: &OpenPlan) -> Past {
        Past::open(
            &opened.layout,
            &opened.plan,
            self.as_configured,
            self.now,
            self.cache.as_deref(),
        )
    }

    /// What is known of the past of each step.
    pub(super) fn facts(&self, opened: &OpenPlan) -> PlanPast {
        facts(&mut self.open(opened), &opened.plan, self.now)
    }
}

/// What a past tells of each step of a plan.
pub(super) fn facts(past: &mut Past, plan: &Plan, now: DateTime<Utc>) -> PlanPast {
    let mut facts = Facts::of(plan, now, past.git().is_some());
    past.for_each(|landing| facts.add(&landing));
    facts.finish()
}

impl Invocation<'_, '_> {
    /// The past of a plan that was opened.
    pub(super) fn past(&self, opened: &OpenPlan) -> Past {
        self.past_reader().open(opened)
    }

    /// What opens the past of plans.
    pub(super) fn past_reader(&self) -> PastReader {
        PastReader {
            as_configured: self.arguments.log.is_empty(),
            now: self.outside.now,
            cache: self.outside.cache.clone(),
        }
    }

    /// When the steps that are `wanted` were changed last, at most so many days ago; nothing where no
    /// history is known.
    pub(super) fn last_changes(
        &self,
        opened: &OpenPlan,
        wanted: fn(&StepRef<'_>) -> bool,
        days: i64,
    ) -> Option<Arc<LastChanges>> {
        let plan = &opened.plan;
        // Nothing is read for nobody.
        plan.steps().find(wanted)?;
        let since = self.outside.now - TimeDelta::days(days);
        // Nobody stops it but the end of the program.
        let mut past = Past::in_git(
            &opened.layout,
            plan,
            self.arguments.log.is_empty(),
            self.outside.now,
            self.outside.cache.as_deref(),
        )?;
        let changes = past.last_changes(plan, wanted, since, &Progress::default());
        changes.map(Arc::new)
    }

    /// The same for those in progress, as far as the checks ask.
    pub(super) fn stale_since(&self, opened: &OpenPlan) -> Option<Arc<LastChanges>> {
        let is_in_progress = |step: &StepRef<'_>| step.status() == Some(Status::InProgress);
        self.last_changes(opened, is_in_progress, stale::DAYS)
    }

    /// The same for those that are ready, as far as the ranking asks.
    pub(super) fn idle_since(&self, opened: &OpenPlan) -> Option<Arc<LastChanges>> {
        self.last_changes(opened, |step| step.is_ready(), OLD_DAYS.into())
    }

    /// Reports on standard error what is not known of the past.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(super) fn say_unknown(&mut self, past: &Past) -> Result<()> {
        past.notes().iter().try_for_each(|note| self.say(note))
    }

    /// Finds the moment that `when` means.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn moment(&self, when: &When, plan: &Plan, past: &Past) -> Result<Moment> {
        Ok(Moment::find(when, plan, past, self.outside.now)?)
    }

    /// Turns to the version of the plan that had landed at a moment, which an option asks for, and its
    /// clock.
    ///
    /// # Errors
    /// When there is no git, nothing had landed by then, or the moment is still to come.
    pub(super) fn go_to(&mut self, option: &str, when: &When) -> Result<()> {
        let (as_of, version) = self.lay_out(option, when)?;
        let missing = as_of.missing();
        self.as_of = Some(as_of);
        self.outside.now = version.at;
        match missing {
            0 => Ok(()),
            count => self.say(&format!(
                "{count} of the plan's files of that time are missing from this clone"
            )),
        }
    }

    /// Lays out the version of the plan that had landed at a moment, which an option asks for.
    ///
    /// # Errors
    /// As [`Invocation::go_to`].
    pub(super) fn lay_out(&mut self, option: &str, when: &When) -> Result<(AsOf, Version)> {
        let start = self.start();
        let git = History::around(&start).map_err(|error| eyre!("{option}: {}", error.answer()))?;
        let plan = match when {
            When::Review | When::Demo | When::Checkpoint | When::Gate(_) => self.reopen()?.plan,
            _ => ManuallyDrop::default(),
        };
        let version = Version::find(when, &git, &plan, self.outside.now);
        let version = version.map_err(|error| eyre!("{option}: {error}"))?;
        let as_of = AsOf::lay_out(&start, &version.commit, self.overrides());
        let as_of = as_of.map_err(|error| eyre!("{option}: {error}"))?;
        Ok((as_of, version))
    }
}

/// The steps that match, to be followed; `None` stands for every step that ever existed.
pub(super) fn followed(query: &Query, plan: &Plan, selected: &[usize]) -> Option<Followed> {
    if query.is_empty() {
        return None;
    }
    let steps = selected.iter().map(|index| plan.step(*index));
    let followed = Followed::of(plan, steps);
    Some(followed)
}

/// How JSON names where the times in an answer are from.
pub(super) fn source_of(has_history: bool) -> &'static str {
    match has_history {
        true => "git",
        false => "updated_at",
    }
}
