//! What the filter language asks about a step's past, as plain data: whoever knows a history fills
//! it in. Where a moment is not known, no term about it holds.

use std::collections::HashMap;
use std::ops::RangeBounds as _;

use chrono::{DateTime, Utc};

use super::terms::Operand;
use super::time::Interval;
use super::value::{Bounds, TextTest, bounds};
use crate::plan::status::Status;
use crate::plan::{Plan, StepKey};

/// What is known of the past of one step.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct StepPast {
    /// When it came into the plan for the first time.
    pub added: Option<DateTime<Utc>>,
    /// When something about it changed last.
    pub changed: Option<DateTime<Utc>>,
    /// Since when it is complete, if it is.
    pub completed: Option<DateTime<Utc>>,
    /// Since when it is open, if it is.
    pub open: Option<DateTime<Utc>>,
    /// Since when it is blocked, if it is.
    pub blocked: Option<DateTime<Utc>>,
    /// The status that it has, and since when.
    pub status: Option<HeldStatus>,
    /// How often it was complete, and then was not.
    pub reopened: u32,
    /// Who changed something about it, each once; as places in [`PlanPast::people`].
    pub people: Vec<u32>,
}

/// A status that a step has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeldStatus {
    /// Which.
    pub status: Status,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How that is known.
    pub told_by: ToldBy,
}

/// How it is known since when a step has its status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToldBy {
    /// It landed with a commit.
    Commit,
    /// No history goes back so far: the step's own stamp or a review says since when at the latest.
    Stamp,
    /// It is in the files, and not committed.
    Files,
}

/// What is known of the past of a plan.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PlanPast {
    /// The steps of which something is known.
    pub steps: HashMap<StepKey, StepPast>,
    /// Everybody who ever changed a step.
    pub people: Vec<String>,
    /// When the last weekly review was finished, if one was.
    pub review: Option<DateTime<Utc>>,
    /// Whether a history told it, and not the stamps of the steps.
    pub has_history: bool,
}

/// A moment in the past of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moment {
    Added,
    Changed,
    Completed,
    Open,
    Blocked,
}

/// A term about the past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum PastTest {
    /// The moment lies in this stretch of time.
    At(Moment, Interval),
    /// The moment lies after the last weekly review.
    SinceReview(Moment),
    /// Somebody with such a name changed it.
    By(TextTest),
    /// Reopened so often.
    Reopened(Bounds<u32>),
}

impl PastTest {
    /// Understands a term about the past.
    ///
    /// # Errors
    /// What would do instead.
    pub(super) fn read(of: &Operand<'_>) -> Result<Self, String> {
        let (sign, value) = of.signed();
        let key = of.key;
        let moment = match key {
            "added" => Moment::Added,
            "changed" => Moment::Changed,
            "completed" => Moment::Completed,
            "open" => Moment::Open,
            "blocked" => Moment::Blocked,
            "by" if value.is_empty() => return Err("by: takes a part of a name".to_owned()),
            "by" => return Ok(Self::By(of.text())),
            _ => {
                let test = bounds(sign, value, |text| text.parse().ok()).map(Self::Reopened);
                let help = "write reopened:>0 for more often, reopened:<2 for less";
                return test.ok_or_else(|| help.to_owned());
            }
        };
        if (sign, value) == (None, "review") {
            return Ok(Self::SinceReview(moment));
        }
        let time = Interval::read(sign, value).map(|time| Self::At(moment, time));
        time.ok_or_else(|| {
            format!("write {key}:<14d, {key}:>4w, {key}:2026-10 or {key}:review, since the last weekly review")
        })
    }

    /// For which steps of the plan it holds, by their indexes.
    pub(super) fn set(&self, plan: &Plan, past: &PlanPast, now: DateTime<Utc>) -> Vec<bool> {
        let is_named = |name: &String| match self {
            Self::By(test) => test.holds(name),
            _ => false,
        };
        let named: Vec<bool> = past.people.iter().map(is_named).collect();
        let holds = |step: &StepPast| match self {
            Self::At(moment, time) => step.at(*moment).is_some_and(|at| time.holds(at, now)),
            Self::SinceReview(moment) => {
                let is_since = |at| past.review.is_some_and(|review| at > review);
                step.at(*moment).is_some_and(is_since)
            }
            Self::By(_) => {
                let mut people = step.people.iter();
                people.any(|person| named.get(*person as usize) == Some(&true))
            }
            Self::Reopened(times) => times.contains(&step.reopened),
        };
        let known = plan.steps().map(|step| past.steps.get(&step.key()));
        known.map(|step| step.is_some_and(holds)).collect()
    }
}

impl StepPast {
    fn at(&self, moment: Moment) -> Option<DateTime<Utc>> {
        match moment {
            Moment::Added => self.added,
            Moment::Changed => self.changed,
            Moment::Completed => self.completed,
            Moment::Open => self.open,
            Moment::Blocked => self.blocked,
        }
    }
}
