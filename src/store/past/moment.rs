//! Which moment in the past of a plan a person means: reviews and gates are looked up in its
//! papers, revisions in git.

use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};

use super::Past;
use crate::git::GitError;
use crate::git::history::History;
use crate::history::when::{When, end_of};
use crate::plan::Plan;
use crate::plan::stage::named;
use crate::record::review::landed::LeftOff;

/// A moment in the past of a plan.
#[derive(Clone, Debug)]
pub enum Moment {
    /// By the clock.
    At(DateTime<Utc>),
    /// That of a commit: the commits since.
    Commit(HashSet<String>),
}

/// Why there is no such moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoMoment(String);

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoMoment {}

impl From<GitError> for NoMoment {
    fn from(error: GitError) -> Self {
        Self(error.to_string())
    }
}

impl Moment {
    /// Whether what landed then, with this commit if it was one, landed after the moment.
    pub fn is_before(&self, landed: DateTime<Utc>, commit: Option<&str>) -> bool {
        match self {
            Self::At(at) => landed > *at,
            Self::Commit(since) => commit.is_none_or(|commit| since.contains(commit)),
        }
    }

    /// The moment that `when` means in the past of `plan`, at `now`.
    ///
    /// # Errors
    /// When there is none; says why.
    pub fn find(
        when: &When,
        plan: &Plan,
        past: &Past,
        now: DateTime<Utc>,
    ) -> Result<Self, NoMoment> {
        let revision = match when {
            When::Revision(revision) => revision,
            When::Review => return Ok(Self::left_off(&last_review(plan, now)?, past.git())),
            _ => return instant(when, plan, now).map(Self::At),
        };
        let git = past.git().ok_or_else(|| {
            NoMoment(format!(
                "“{revision}” is not a date or an age, and there is no history to look it up in"
            ))
        })?;
        Ok(Self::Commit(git.since(&named_commit(git, revision)?)?))
    }
}

/// The instant that `when` means, if it is not a revision.
///
/// # Errors
/// When there is none; says why.
pub(crate) fn instant(
    when: &When,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, NoMoment> {
    match when {
        When::At(at) => Ok(*at),
        When::Ago(age) => Ok(now - *age),
        When::Review => last_review(plan, now).map(|left_off| left_off.held),
        When::Gate(stage) => last_decision(plan, stage),
        When::Revision(revision) => Err(NoMoment(format!("“{revision}” is a revision"))),
    }
}

/// The full hash of the commit that a revision names.
///
/// # Errors
/// When it names none, or git does not answer.
pub(crate) fn named_commit(git: &History, revision: &str) -> Result<String, NoMoment> {
    git.commit(revision)?.ok_or_else(|| {
        NoMoment(format!(
            "“{revision}” is not a date (2026-11-20), an age (2w) or a revision"
        ))
    })
}

fn last_review(plan: &Plan, now: DateTime<Utc>) -> Result<LeftOff, NoMoment> {
    let none = || NoMoment("no weekly review has been finished yet".to_owned());
    LeftOff::last(plan, now).ok_or_else(none)
}

/// The end of the day on which the gate of a stage was last decided.
fn last_decision(plan: &Plan, stage: &str) -> Result<DateTime<Utc>, NoMoment> {
    let stage = &plan.stages()[named(plan.stages(), stage).map_err(NoMoment)?];
    let decided = stage.decided().and_then(|packet| packet.decided_on());
    let undecided = || {
        NoMoment(format!(
            "the gate of {} has not been decided yet",
            stage.name
        ))
    };
    decided.map(end_of).ok_or_else(undecided)
}
