//! What the subcommands about the past share: opening the plan's history, following the steps of a
//! filter through it, and finding moments in it.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, bail, eyre};

use super::invocation::{Invocation, OpenPlan};
use super::log::instant;
use super::tick::find_stage;
use crate::git::history::History;
use crate::git::output::Commit;
use crate::history::facts::{last_review, own_uid, uids};
use crate::history::follow::Followed;
use crate::history::landing::landed;
use crate::history::when::{When, end_of};
use crate::plan::Plan;
use crate::plan::query::Query;
use crate::store::as_of::AsOf;
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
        let When::Revision(revision) = when else {
            return Ok(Moment::At(self.instant(when, plan)?));
        };
        let Some(git) = past.git() else {
            bail!("“{revision}” is not a date or an age, and there is no history to look it up in");
        };
        let commit = named_commit(git, revision)?;
        Ok(Moment::Commit(git.since(&commit)?))
    }
}

impl Invocation<'_, '_> {
    /// Turns to the version of the plan that had landed at a moment, and its clock.
    ///
    /// # Errors
    /// When there is no git, nothing had landed by then, or the moment is still to come.
    pub(super) fn go_to(&mut self, when: &When) -> Result<()> {
        let start = self.start();
        let git = History::around(&start).map_err(|error| eyre!("--at needs git ({error})"))?;
        let mut now = self.outside.now;
        let listed = git.first_parents()?.commits;
        let commits: Vec<Arc<Commit>> = listed.into_iter().map(Arc::new).collect();
        let times = landed(&commits, now);
        let commit = match when {
            When::Revision(revision) => {
                let commit = named_commit(&git, revision)?;
                let place = commits.iter().position(|other| other.hash == commit);
                now = match place {
                    Some(place) => times[place],
                    None => git.committed(&commit)?.min(now),
                };
                commit
            }
            _ => {
                let plan = match when {
                    When::Review | When::Gate(_) => self.reopen()?.plan,
                    _ => Plan::default(),
                };
                let at = self.instant(when, &plan)?;
                if at > now {
                    bail!("--at: {} is still to come", instant(at));
                }
                now = at;
                let place = times.iter().position(|landed| *landed <= at);
                let commit = place.map(|place| commits[place].hash.clone());
                commit.ok_or_else(|| eyre!("--at: nothing was committed by {}", instant(at)))?
            }
        };
        let as_of = AsOf::lay_out(&start, &commit, self.overrides())
            .map_err(|error| eyre!("--at: {error}"))?;
        let missing = as_of.missing();
        self.as_of = Some(as_of);
        self.outside.now = now;
        match missing {
            0 => Ok(()),
            count => self.say(&format!(
                "{count} of the plan's files of that time are missing from this clone"
            )),
        }
    }

    /// The instant that `when` means, if it is not a revision.
    fn instant(&self, when: &When, plan: &Plan) -> Result<DateTime<Utc>> {
        let now = self.outside.now;
        match when {
            When::At(at) => Ok(*at),
            When::Ago(age) => Ok(now - *age),
            When::Review => last_review(plan, now)
                .ok_or_else(|| eyre!("no weekly review has been finished yet")),
            When::Gate(stage) => last_decision(plan, stage),
            When::Revision(revision) => bail!("“{revision}” is a revision"),
        }
    }
}

/// The full hash of the commit that a revision names.
fn named_commit(git: &History, revision: &str) -> Result<String> {
    git.commit(revision)?
        .ok_or_else(|| eyre!("“{revision}” is not a date (2026-11-20), an age (2w) or a revision"))
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
pub(super) fn followed(query: &Query, plan: &Plan, selected: &[usize]) -> Option<Followed> {
    if query.is_empty() {
        return None;
    }
    let uids = uids(plan);
    let mut followed = Followed::default();
    for index in selected {
        let step = plan.step(*index);
        followed.add(step.id(), own_uid(step, &uids), *index);
    }
    Some(followed)
}
