//! What the filter language asks about a step's past, as plain data: whoever knows a history fills
//! it in. Where a moment is not known, no term about it holds.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::words::fold;
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
    /// How often it was complete, and then was not.
    pub reopened: u32,
    /// Who changed something about it, each once; as places in [`PlanPast::people`].
    pub people: Vec<u32>,
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
    /// The moment lies longer ago than this, or not so long.
    Age(Moment, Age),
    /// The moment lies after the last weekly review.
    SinceReview(Moment),
    /// Somebody with a name that contains this changed it.
    By(String),
    /// Reopened more often than this, or less often.
    Reopened { more: bool, than: u32 },
}

/// `>7d` or `<2w`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Age {
    pub(super) older: bool,
    pub(super) than: Duration,
}

impl Age {
    /// Reads a sign, a number and a unit.
    pub(super) fn read(value: &str) -> Option<Self> {
        let (older, rest) = sign(value)?;
        let unit = rest.chars().next_back()?;
        let count: i64 = rest[..rest.len() - unit.len_utf8()].parse().ok()?;
        let than = match unit {
            'h' => Duration::try_hours(count),
            'd' => Duration::try_days(count),
            'w' => Duration::try_weeks(count),
            _ => None,
        }?;
        Some(Self { older, than })
    }

    /// Whether that is how long ago the instant lies.
    pub(super) fn holds(self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        (now - at > self.than) == self.older
    }
}

fn sign(value: &str) -> Option<(bool, &str)> {
    let more = value.strip_prefix('>').map(|rest| (true, rest));
    more.or_else(|| value.strip_prefix('<').map(|rest| (false, rest)))
}

impl PastTest {
    /// Reads the value of a key; nothing where the key does not ask about the past.
    pub(super) fn read(key: &str, value: &str) -> Option<Result<Self, String>> {
        let moment = match key {
            "added" => Moment::Added,
            "changed" => Moment::Changed,
            "completed" => Moment::Completed,
            "open" => Moment::Open,
            "blocked" => Moment::Blocked,
            "by" if value.is_empty() => return Some(Err("by: takes a part of a name".to_owned())),
            "by" => return Some(Ok(Self::By(fold(value).into_owned()))),
            "reopened" => {
                let count = sign(value).and_then(|(more, rest)| {
                    let than = rest.parse().ok()?;
                    Some(Self::Reopened { more, than })
                });
                let help = || "write reopened:>0 for more often, reopened:<2 for less".to_owned();
                return Some(count.ok_or_else(help));
            }
            _ => return None,
        };
        if value == "review" {
            return Some(Ok(Self::SinceReview(moment)));
        }
        let age = Age::read(value).map(|age| Self::Age(moment, age));
        Some(age.ok_or_else(|| {
            format!("write {key}:<14d, {key}:>4w or {key}:review, since the last weekly review")
        }))
    }

    /// For which steps of the plan it holds, by their indexes.
    pub(super) fn set(&self, plan: &Plan, past: &PlanPast, now: DateTime<Utc>) -> Vec<bool> {
        let is_named = |name: &String| match self {
            Self::By(part) => fold(name).contains(&**part),
            _ => false,
        };
        let named: Vec<bool> = past.people.iter().map(is_named).collect();
        let holds = |step: &StepPast| match self {
            Self::Age(moment, age) => step.at(*moment).is_some_and(|at| age.holds(at, now)),
            Self::SinceReview(moment) => {
                let is_since = |at| past.review.is_some_and(|review| at > review);
                step.at(*moment).is_some_and(is_since)
            }
            Self::By(_) => {
                let mut people = step.people.iter();
                people.any(|person| named.get(*person as usize) == Some(&true))
            }
            Self::Reopened { more: true, than } => step.reopened > *than,
            Self::Reopened { more: false, than } => step.reopened < *than,
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
