//! Which moment in the past of a plan a person means: reviews and gates are looked up in its
//! papers, revisions in git.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::Past;
use super::review::seen_commit;
use crate::git::GitError;
use crate::git::history::History;
use crate::git::output::Commit;
use crate::history::landing::landed;
use crate::history::since::UNSHALLOW;
use crate::history::when::{KINDS, When, end_of};
use crate::history::words;
use crate::plan::Plan;
use crate::plan::source::Role;
use crate::plan::stage::named;
use crate::record::checkpoint::sections;
use crate::record::review::landed::LeftOff;
use crate::record::shelf::{Filed, filed};

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
            When::Demo => return Ok(Self::left_off(&last_demo(plan, now)?, past.git())),
            _ => return instant(when, plan, now).map(Self::At),
        };
        let git = past
            .needed_git()
            .map_err(|why| NoMoment(format!("“{revision}” is not {KINDS}: {why}")))?;
        Ok(Self::Commit(git.since(&named_commit(git, revision)?)?))
    }
}

/// A commit of the plan's past, with the clock to look at it by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    /// Its full hash.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// The clock: the moment that was meant, or that at which the commit landed.
    pub at: DateTime<Utc>,
}

impl Version {
    /// The version that had landed at the moment that `when` means, or that the last review saw;
    /// `plan` says when reviews were held and gates decided.
    ///
    /// # Errors
    /// When there is no such moment, it is still to come, or nothing had landed by then.
    pub(crate) fn find(
        when: &When,
        git: &History,
        plan: &Plan,
        now: DateTime<Utc>,
    ) -> Result<Self, NoMoment> {
        let commits = git.first_parents()?.commits.into_iter();
        let commits: Vec<Arc<Commit>> = commits.map(Arc::new).collect();
        let times = landed(&commits, now);
        if let When::Revision(revision) = when {
            let hash = named_commit(git, revision)?;
            let place = commits.iter().position(|other| other.hash == hash);
            if let Some(place) = place {
                return Ok(Self::of(&commits[place], times[place]));
            }
            let beside = git
                .one(&hash)?
                .ok_or_else(|| no_commit(git, revision, KINDS))?;
            let made = DateTime::from_timestamp(beside.time, 0).unwrap_or_default();
            return Ok(Self::of(&beside, made.min(now)));
        }
        let left_off = match when {
            When::Review => Some(last_review(plan, now)?),
            When::Demo => Some(last_demo(plan, now)?),
            _ => None,
        };
        if let Some(left_off) = left_off {
            let seen = seen_commit(&left_off, git).map(|seen| git.one(&seen));
            if let Some(seen) = seen.transpose()?.flatten() {
                return Ok(Self::of(&seen, left_off.held));
            }
        }
        let at = instant(when, plan, now)?;
        if at > now {
            return Err(NoMoment(format!("{} is still to come", words::instant(at))));
        }
        let place = times.iter().position(|landed| *landed <= at);
        let nothing = || {
            let cut_off = match git.is_shallow() {
                true => {
                    format!("; the clone is shallow, and its history may begin later: {UNSHALLOW}")
                }
                false => String::new(),
            };
            let at = words::instant(at);
            NoMoment(format!("nothing was committed by {at}{cut_off}"))
        };
        Ok(Self::of(&commits[place.ok_or_else(nothing)?], at))
    }

    fn of(commit: &Commit, at: DateTime<Utc>) -> Self {
        Self {
            commit: commit.hash.clone(),
            subject: commit.subject.clone(),
            at,
        }
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
        When::Demo => last_demo(plan, now).map(|left_off| left_off.held),
        When::Checkpoint => last_checkpoint(plan, now),
        When::Gate(stage) => last_decision(plan, stage),
        When::Revision(revision) => Err(NoMoment(format!("“{revision}” is a revision"))),
    }
}

/// The full hash of the commit that a revision names.
///
/// # Errors
/// When it names none, or git does not answer.
pub(crate) fn named_commit(git: &History, revision: &str) -> Result<String, NoMoment> {
    git.commit(revision)?
        .ok_or_else(|| no_commit(git, revision, KINDS))
}

/// The same where nothing but a revision can be meant.
///
/// # Errors
/// As [`named_commit`].
pub(crate) fn revision(git: &History, name: &str) -> Result<String, NoMoment> {
    let commit = git.commit(name)?;
    commit.ok_or_else(|| no_commit(git, name, "a revision"))
}

fn no_commit(git: &History, revision: &str, kinds: &str) -> NoMoment {
    let lacks = match git.is_shallow() {
        true => format!("; this clone is shallow and may lack it: {UNSHALLOW}"),
        false => String::new(),
    };
    NoMoment(format!("“{revision}” is not {kinds}{lacks}"))
}

fn last_review(plan: &Plan, now: DateTime<Utc>) -> Result<LeftOff, NoMoment> {
    let none = || NoMoment("no weekly review has been finished yet".to_owned());
    LeftOff::last(plan, now).ok_or_else(none)
}

/// The end of the day on which a checkpoint was written last.
fn last_checkpoint(plan: &Plan, now: DateTime<Utc>) -> Result<DateTime<Utc>, NoMoment> {
    let none = || NoMoment("no checkpoint has been written yet".to_owned());
    let day = sections(plan).filter(|day| *day <= now.date_naive()).max();
    day.map(|day| end_of(day).min(now)).ok_or_else(none)
}

/// Where the last demo left off.
fn last_demo(plan: &Plan, now: DateTime<Utc>) -> Result<LeftOff, NoMoment> {
    let today = now.date_naive();
    let is_past = |paper: &Filed| paper.date.is_some_and(|day| day <= today);
    let demo = filed(plan, Role::Demo).into_iter().find(is_past);
    let demo = demo.map(|demo| left_off(&demo, now));
    demo.ok_or_else(|| NoMoment("no demo has been held yet".to_owned()))
}

fn left_off(paper: &Filed, now: DateTime<Utc>) -> LeftOff {
    LeftOff {
        held: paper.date.map_or(now, |day| end_of(day).min(now)),
        seen: paper.seen.clone(),
    }
}

/// What a paper of a day saw: the commit that was checked out, if it says so, else all of its day.
pub(crate) fn seen_on(
    day: NaiveDate,
    seen: Option<String>,
    past: &Past,
    now: DateTime<Utc>,
) -> Moment {
    let held = end_of(day).min(now);
    Moment::left_off(&LeftOff { held, seen }, past.git())
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
