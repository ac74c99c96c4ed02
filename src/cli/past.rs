//! What the subcommands about the past share: opening the plan's history, following the steps of a
//! filter through it, and finding moments in it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, bail, eyre};

use super::filter::selected;
use super::invocation::{Invocation, OpenPlan};
use super::tick::find_stage;
use crate::history::follow::Followed;
use crate::history::when::{When, end_of};
use crate::plan::field::Field;
use crate::plan::query::Query;
use crate::plan::source::Role;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};
use crate::record::review::Record;
use crate::store::past::Past;

/// A moment in the past of a plan.
pub(super) enum Moment {
    /// By the clock.
    At(DateTime<Utc>),
    /// That of a commit: the commits since.
    Commit(HashSet<String>),
}

impl Moment {
    /// Whether what landed then, with this commit if it was one, landed after the moment.
    pub(super) fn is_before(&self, landed: DateTime<Utc>, commit: Option<&str>) -> bool {
        match self {
            Self::At(at) => landed > *at,
            Self::Commit(since) => commit.is_none_or(|commit| since.contains(commit)),
        }
    }
}

impl Invocation<'_, '_> {
    /// The past of a plan that was opened.
    pub(super) fn past(&self, opened: &OpenPlan) -> Past {
        let as_configured = self.arguments.log.is_empty();
        Past::open(
            &opened.layout,
            &opened.plan,
            as_configured,
            self.outside.now,
        )
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
        let now = self.outside.now;
        let revision = match when {
            When::At(at) => return Ok(Moment::At(*at)),
            When::Ago(age) => return Ok(Moment::At(now - *age)),
            When::Review => return Ok(Moment::At(last_review(plan, now)?)),
            When::Gate(stage) => return Ok(Moment::At(last_decision(plan, stage)?)),
            When::Revision(revision) => revision,
        };
        let Some(git) = past.git() else {
            bail!("“{revision}” is not a date or an age, and there is no history to look it up in");
        };
        let commit = git.commit(revision)?.ok_or_else(|| {
            eyre!("“{revision}” is not a date (2026-11-20), an age (2w) or a revision")
        })?;
        Ok(Moment::Commit(git.since(&commit)?))
    }
}

/// When the last weekly review was finished.
fn last_review(plan: &Plan, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let reviews = plan.files().iter().filter(|file| file.role == Role::Review);
    let held = reviews.filter_map(|file| Record::read(file.markdown()?).held);
    let last = held.filter(|held| *held <= now).max();
    last.ok_or_else(|| eyre!("no weekly review has been finished yet"))
}

/// The end of the day on which the gate of a stage was last decided.
fn last_decision(plan: &Plan, stage: &str) -> Result<DateTime<Utc>> {
    let stage = &plan.stages()[find_stage(plan.stages(), stage)?];
    let decided = stage.decided().and_then(|packet| packet.decided_on());
    let day =
        decided.ok_or_else(|| eyre!("the gate of {} has not been decided yet", stage.name))?;
    Ok(end_of(day))
}

/// The steps that match, to be followed; `None` stands for every step that ever existed.
pub(super) fn followed(query: &Query, plan: &Plan, now: DateTime<Utc>) -> Option<Followed> {
    if query.is_empty() {
        return None;
    }
    let uids = uids(plan);
    let mut followed = Followed::default();
    for step in selected(query, plan, now)
        .into_iter()
        .map(|step| plan.step(step))
    {
        followed.add(step.id(), own_uid(step, &uids));
    }
    Some(followed)
}

/// How many steps have each uid: one that two steps have identifies neither.
pub(super) fn uids(plan: &Plan) -> HashMap<Uid, usize> {
    let mut uids = HashMap::new();
    for uid in plan.steps().filter_map(written_uid) {
        *uids.entry(uid).or_default() += 1;
    }
    uids
}

/// The uid of a step, if it is its alone.
pub(super) fn own_uid(step: StepRef<'_>, uids: &HashMap<Uid, usize>) -> Option<Uid> {
    written_uid(step).filter(|uid| uids.get(uid) == Some(&1))
}

fn written_uid(step: StepRef<'_>) -> Option<Uid> {
    Uid::of_raw(step.raw(Field::Uid)?)
}
