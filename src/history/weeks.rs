//! How much of a scope was open at the end of each week, and how much of it was completed within
//! the week: the scope as it was then, not as it is today. Many scopes are counted in one walk.
//!
//! A step that comes back is the one that went, as in `series`: complete then and now, it was not
//! completed. So a week is counted in two parts: what its ends tell, in whatever order weeks are read,
//! and then, the earliest first, what of those that came is new.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::gone::{Gone, is_same};
use super::series::Period;
use super::stamps::Stamps;
use super::target::Scope;
use super::when::end_of;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};

/// A week as ISO 8601 counts them, in UTC.
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

/// Some scopes at one moment: the steps of each, and which steps of the plan were complete.
#[derive(Clone, Default, Debug)]
pub struct Snapshot {
    /// Every step of the plan, in the order of numbers.
    steps: Vec<Name>,
    /// Where in it a step with a uid is.
    by_uid: HashMap<Uid, u32>,
    /// Which of them were complete: of two steps with one number perhaps the one and not the other.
    is_complete: Vec<bool>,
    complete: Complete,
    /// For each scope where in it its steps are, ascending.
    scopes: Vec<Vec<u32>>,
}

/// What a step is known by in any version.
pub(crate) type Name = (StepId, Option<Uid>);

/// The steps that are complete.
#[derive(Clone, Default, Debug)]
struct Complete {
    numbers: HashMap<StepId, Option<Uid>>,
    uids: HashSet<Uid>,
}

impl Complete {
    fn has(&self, (number, uid): &Name) -> bool {
        let by_number = self.numbers.get(number);
        uid.is_some_and(|uid| self.uids.contains(&uid))
            || by_number.is_some_and(|other| is_same(*uid, *other))
    }
}

/// What the ends of a week tell.
#[derive(Debug)]
pub(crate) struct Turnover {
    /// For each scope the week, without those of it that came complete, and these.
    scopes: Vec<(Week, Vec<Name>)>,
    /// Steps of the plan that came.
    came: Vec<Name>,
    /// Steps that went, and whether they were complete.
    went: Vec<(Name, bool)>,
}

impl Turnover {
    /// The week of each scope, given which steps had gone before it, and from then on after it.
    pub(crate) fn weeks(self, gone: &mut Gone<bool>) -> Vec<Week> {
        let back = self
            .came
            .into_iter()
            .filter(|name| gone.take(*name) == Some(true));
        let mut back: Vec<Name> = back.collect();
        back.sort_unstable();
        self.went
            .into_iter()
            .for_each(|(name, is_complete)| gone.keep(name, is_complete));
        let is_new = |name: &&Name| back.binary_search(name).is_err();
        let weeks = self.scopes.into_iter().map(|(week, came)| Week {
            completed: week.completed + came.iter().filter(is_new).count(),
            ..week
        });
        weeks.collect()
    }
}

impl Snapshot {
    /// The scopes in a version of the plan.
    pub fn of(scopes: &[Scope<'_>], plan: &Plan, at: DateTime<Utc>) -> Self {
        let name = |step: StepRef<'_>| (step.id(), step.raw(Field::Uid).and_then(Uid::of_raw));
        let statuses = plan.statuses().iter();
        let is_complete = statuses.map(|status| *status == Some(Status::Complete));
        let scopes = scopes.iter().map(|scope| scope.steps(plan, at).into_iter());
        Self::from_parts(
            plan.steps().map(name).collect(),
            is_complete.collect(),
            scopes
                .map(|steps| steps.map(|step| step as u32).collect())
                .collect(),
        )
    }

    /// Every step of the plan in the order of numbers, which of them were complete, and for each
    /// scope where among them its steps are, ascending.
    pub(crate) fn parts(&self) -> (&[Name], &[bool], &[Vec<u32>]) {
        (&self.steps, &self.is_complete, &self.scopes)
    }

    /// The same again.
    pub(crate) fn from_parts(
        steps: Vec<Name>,
        is_complete: Vec<bool>,
        scopes: Vec<Vec<u32>>,
    ) -> Self {
        let by_uid = (0..).zip(&steps);
        let complete = steps.iter().zip(&is_complete);
        let complete: Vec<Name> = (complete.filter(|(_, is)| **is))
            .map(|(name, _)| *name)
            .collect();
        Self {
            by_uid: by_uid
                .filter_map(|(at, (_, uid))| Some(((*uid)?, at)))
                .collect(),
            complete: Complete {
                numbers: complete.iter().copied().collect(),
                uids: complete.iter().filter_map(|(_, uid)| *uid).collect(),
            },
            scopes,
            is_complete,
            steps,
        }
    }

    /// The week that ends so and began like `start`, which is of the same scopes.
    pub(crate) fn since(&self, start: &Self, end: NaiveDate) -> Turnover {
        let names = self.steps.iter().filter(|name| !start.has(name));
        let went = start.steps.iter().zip(&start.is_complete);
        let went = went.filter(|(name, _)| !self.has(name));
        Turnover {
            scopes: (0..self.scopes.len())
                .map(|scope| self.week(start, scope, end))
                .collect(),
            came: names.copied().collect(),
            went: went
                .map(|(name, is_complete)| (*name, *is_complete))
                .collect(),
        }
    }

    /// Whether the plan has a step.
    fn has(&self, (number, uid): &Name) -> bool {
        let by_uid = uid.is_some_and(|uid| self.by_uid.contains_key(&uid));
        let first = self.steps.partition_point(|(other, _)| other < number);
        let mut same = self.steps[first..]
            .iter()
            .take_while(|(other, _)| other == number);
        by_uid || same.any(|(_, other)| is_same(*uid, *other))
    }

    fn week(&self, start: &Self, scope: usize, end: NaiveDate) -> (Week, Vec<Name>) {
        let names = |of: &'_ Self| -> Vec<Name> {
            let steps = of.scopes[scope].iter();
            steps.map(|step| of.steps[*step as usize]).collect()
        };
        let (now, before) = (names(self), names(start));
        let done = self.scopes[scope].iter().map(|step| *step as usize);
        let done: Vec<&Name> = (done.filter(|step| self.is_complete[*step]))
            .map(|step| &self.steps[step])
            .collect();
        let left = before.iter().filter(|name| self.complete.has(name));
        let left = left.filter(|name| !self.is_in(scope, &now, name));
        let completed = done.iter().copied().chain(left);
        let completed = completed.filter(|name| !start.complete.has(name));
        let (known, came): (Vec<&Name>, Vec<&Name>) = completed.partition(|name| start.has(name));
        let week = Week {
            end,
            open: now.len() - done.len(),
            done: done.len(),
            completed: known.len(),
        };
        (week, came.into_iter().copied().collect())
    }

    /// Whether a step is in a scope, which has these.
    fn is_in(&self, scope: usize, names: &[Name], (number, uid): &Name) -> bool {
        let place = uid.and_then(|uid| self.by_uid.get(&uid));
        place.is_some_and(|place| self.scopes[scope].binary_search(place).is_ok())
            || names
                .binary_search_by_key(number, |(number, _)| *number)
                .is_ok()
    }
}

/// The weeks as far as [`Stamps`] tell, the earliest first and the running one last. How the scope
/// grew is not known then.
pub(crate) fn by_stamp(
    scope: &Scope<'_>,
    plan: &Plan,
    stamps: &Stamps,
    now: DateTime<Utc>,
) -> Vec<Week> {
    let steps = scope.steps(plan, now);
    let complete = steps
        .iter()
        .filter(|step| plan.statuses()[**step] == Some(Status::Complete));
    let stamp = |step: &usize| stamps.since(plan, *step).unwrap_or(DateTime::UNIX_EPOCH);
    let mut since: Vec<DateTime<Utc>> = complete.map(stamp).collect();
    since.sort_unstable();
    let known = since.iter().find(|at| **at > DateTime::UNIX_EPOCH);
    let running = Period::Week.last_day(now);
    let first = known.map_or(running, |at| Period::Week.last_day(*at));
    let done_by = |end: NaiveDate| since.partition_point(|at| *at <= end_of(end));
    let mut weeks = Vec::new();
    let mut end = Some(running);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::history::events::between;
    use crate::history::landing::Landing;
    use crate::history::series::{Counts, series};
    use crate::history::target::Target;
    use crate::plan::query::Query;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn of_two_steps_with_one_number_the_open_one_is_open() {
        let plan = |statuses: [&str; 2]| {
            let line = |status| format!("{{\"step_id\":\"0001\",\"status\":\"{status}\"}}\n");
            let log = statuses.map(line).concat();
            Plan::read(vec![SourceFile::load(
                "plan.jsonl",
                Role::Log,
                log.into_bytes(),
            )])
        };
        let scopes = [Scope {
            target: Target::Plan,
            query: &Query::default(),
            past: &|_, _| None,
        }];
        let at = DateTime::UNIX_EPOCH;
        let before = Snapshot::of(&scopes, &plan(["draft", "draft"]), at);
        let after = Snapshot::of(&scopes, &plan(["complete", "draft"]), at);
        let end = Period::Week.last_day(at);
        let weeks = after.since(&before, end).weeks(&mut Gone::default());
        let week = Week {
            end,
            open: 1,
            done: 1,
            completed: 1,
        };
        assert_eq!(weeks, [week]);
        let plan = plan(["complete", "draft"]);
        let weeks = by_stamp(&scopes[0], &plan, &Stamps::of(&plan, at), at);
        assert_eq!(
            weeks.last().map(|week| (week.open, week.done)),
            Some((1, 1))
        );
    }

    /// Steps by number: whether it has a uid, and which, and what its status is.
    type Version = BTreeMap<u32, (Option<char>, bool)>;

    fn version() -> impl Strategy<Value = Version> {
        let uid = prop::option::of(prop::sample::select(vec!['a', 'b']));
        prop::collection::btree_map(1..5u32, (uid, any::<bool>()), 0..5)
    }

    fn log_of(version: &Version) -> String {
        let line = |(number, (uid, is_complete)): (&u32, &(Option<char>, bool))| {
            // Nobody takes his uid to another number here.
            let uid = uid.map(|uid| {
                ["", "aaaa", "bbbb", "cccc", "dddd"][*number as usize].repeat(2)
                    + &String::from(uid).repeat(4)
            });
            let uid = uid.map_or_else(String::new, |uid| format!(r#", "uid": "{uid}""#));
            let status = if *is_complete { "complete" } else { "draft" };
            format!("{{\"step_id\": \"{number:04}\", \"status\": \"{status}\"{uid}}}\n")
        };
        version.iter().map(line).collect()
    }

    proptest! {
        /// Where one version lands a week, what it completed is the same, counted by the ends of weeks
        /// and by what happened.
        #[test]
        fn forecast_and_burn_count_the_same(versions in prop::collection::vec(version(), 1..8)) {
            let scopes = [Scope {
                target: Target::Plan,
                query: &Query::default(),
                past: &|_, _| None,
            }];
            let first: DateTime<Utc> = "2026-01-07T12:00:00Z".parse().unwrap();
            let at = |week: usize| first + Days::new(7 * week as u64);
            let (mut landings, mut weeks, mut gone) = (Vec::new(), Vec::new(), Gone::default());
            let mut before = (String::new(), Snapshot::of(&scopes, &Plan::read(Vec::new()), first));
            for (week, version) in versions.iter().enumerate() {
                let log = log_of(version);
                let file = SourceFile::load("plan.jsonl", Role::Log, log.clone().into_bytes());
                let snapshot = Snapshot::of(&scopes, &Plan::read(vec![file]), at(week));
                let end = Period::Week.last_day(at(week));
                weeks.extend(snapshot.since(&before.1, end).weeks(&mut gone));
                let parts = gone.parts();
                prop_assert_eq!(&Gone::from_parts(parts), &gone);
                landings.insert(0, Landing {
                    at: at(week),
                    commit: None,
                    events: between(before.0.as_bytes(), log.as_bytes()),
                    ticks: Vec::new(),
                    is_first: false,
                });
                before = (log, snapshot);
            }
            let last = versions.last().unwrap().values();
            let status = |is_complete: &bool| Some(if *is_complete { Status::Complete } else { Status::Draft });
            let counts = Counts::of(last.map(|(_, is_complete)| status(is_complete)));
            let points = series(&landings, counts, Period::Week, at(versions.len() - 1), true);
            let burn: BTreeMap<NaiveDate, usize> = points.iter().map(|point| (point.date, point.completed)).collect();
            for week in weeks {
                prop_assert_eq!(week.completed, burn.get(&week.end).copied().unwrap_or(0), "{:?}", week);
            }
        }
    }
}
