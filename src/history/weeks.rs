//! How much of a scope was open at the end of each week, and how much of it was completed within
//! the week: the scope as it was then, not as it is today.

use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::series::Period;
use super::target::Scope;
use super::when::end_of;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};

/// A full week, as ISO 8601 counts them, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Week {
    /// Its Sunday.
    pub end: NaiveDate,
    /// How many steps of the scope were open at its end.
    pub open: usize,
    /// How many were complete at its end.
    pub done: usize,
    /// How many steps of the scope, as it was at its beginning or end, became complete in it.
    pub completed: usize,
}

impl Week {
    /// The last day of the last week that is over.
    pub fn last_full(now: DateTime<Utc>) -> Option<NaiveDate> {
        Self::before(Period::Week.last_day(now))
    }

    /// The last day of the week before the one that ends with `end`.
    pub fn before(end: NaiveDate) -> Option<NaiveDate> {
        end.checked_sub_days(Days::new(7))
    }
}

/// A scope at one moment: its steps, and which steps of the plan were complete.
#[derive(Clone, Default, Debug)]
pub struct Snapshot {
    scope: Names,
    complete: Names,
}

/// Steps, each by its uid and its number.
#[derive(Clone, Default, Debug)]
struct Names {
    names: Vec<(StepId, Option<Uid>)>,
    numbers: HashSet<StepId>,
    uids: HashSet<Uid>,
}

impl Names {
    fn of<'p>(steps: impl Iterator<Item = StepRef<'p>>) -> Self {
        let name = |step: StepRef<'_>| (step.id(), step.raw(Field::Uid).and_then(Uid::of_raw));
        let names: Vec<_> = steps.map(name).collect();
        Self {
            numbers: names.iter().map(|(number, _)| *number).collect(),
            uids: names.iter().filter_map(|(_, uid)| *uid).collect(),
            names,
        }
    }

    fn have(&self, (number, uid): &(StepId, Option<Uid>)) -> bool {
        uid.is_some_and(|uid| self.uids.contains(&uid)) || self.numbers.contains(number)
    }
}

impl Snapshot {
    /// The scope in a version of the plan.
    pub fn of(scope: &Scope<'_>, plan: &Plan, at: DateTime<Utc>) -> Self {
        let steps = scope.steps(plan, at).into_iter();
        let is_complete = |step: &StepRef<'_>| step.status() == Some(Status::Complete);
        Self {
            scope: Names::of(steps.map(|step| plan.step(step))),
            complete: Names::of(plan.steps().filter(is_complete)),
        }
    }

    /// The week that ends so and began like `start`.
    pub fn week(&self, start: &Self, end: NaiveDate) -> Week {
        let is_done = |name: &&(StepId, Option<Uid>)| self.complete.have(name);
        let done = self.scope.names.iter().filter(is_done);
        let left = start
            .scope
            .names
            .iter()
            .filter(|name| !self.scope.have(name));
        let completed = done.clone().chain(left.filter(is_done));
        let is_new = |name: &&(StepId, Option<Uid>)| !start.complete.have(name);
        let count = done.clone().count();
        Week {
            end,
            open: self.scope.names.len() - count,
            done: count,
            completed: completed.filter(is_new).count(),
        }
    }
}

/// The weeks as far as the steps themselves tell, the earliest first: each complete step since its
/// last edit. How the scope grew is not known then.
pub fn by_stamp(scope: &Scope<'_>, plan: &Plan, now: DateTime<Utc>) -> Vec<Week> {
    let steps = scope.steps(plan, now);
    let complete = steps
        .iter()
        .map(|step| plan.step(*step))
        .filter(|step| step.status() == Some(Status::Complete));
    let stamp = |step: StepRef<'_>| {
        let stamp = DateTime::parse_from_rfc3339(step.text(Field::UpdatedAt).trim());
        stamp.map_or(DateTime::UNIX_EPOCH, |at| at.to_utc().min(now))
    };
    let mut stamps: Vec<DateTime<Utc>> = complete.map(stamp).collect();
    stamps.sort_unstable();
    let known = stamps.iter().find(|at| **at > DateTime::UNIX_EPOCH);
    let Some(first) = known.map(|at| Period::Week.last_day(*at)) else {
        return Vec::new();
    };
    let done_by = |end: NaiveDate| stamps.partition_point(|at| *at <= end_of(end));
    let mut weeks = Vec::new();
    let mut end = Week::last_full(now);
    while let Some(sunday) = end.filter(|end| *end >= first) {
        let done = done_by(sunday);
        let before = Week::before(sunday);
        weeks.push(Week {
            end: sunday,
            open: steps.len() - done,
            done,
            completed: done - before.map_or(0, done_by),
        });
        end = before;
    }
    weeks.reverse();
    weeks
}
