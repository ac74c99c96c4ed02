//! What is to be expected: the weeks of many scopes, read in one walk back, and the dates that follow
//! from them. Screen 7 and `stepdeck forecast` share it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};

use super::Past;
use super::background::PastInput;
use crate::document::progress::Progress;
use crate::history::facts::{Facts, last_review};
use crate::history::forecast::SEED;
use crate::history::landing::Landing;
use crate::history::outlook::{Dates, Outlook};
use crate::history::series::Period;
use crate::history::target::{Scope, Target};
use crate::history::weeks::{self, Snapshot, Week};
use crate::history::when::end_of;
use crate::plan::Plan;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;

/// Dates are told as they are found, this often.
const TOLD_EVERY: Duration = Duration::from_millis(80);

/// What was known of the past of a plan by a moment of it, for queries that ask.
pub(crate) struct KnownBy {
    landings: Vec<Landing>,
    has_history: bool,
}

impl KnownBy {
    /// Out of a past that was only opened for it.
    pub(crate) fn of(past: Past) -> Self {
        Self {
            has_history: past.git().is_some(),
            landings: past.collect(),
        }
    }

    /// What was known of a version of the plan by then.
    pub(crate) fn at(&self, then: &Plan, at: DateTime<Utc>) -> PlanPast {
        let mut facts = Facts::of(then, last_review(then, at), self.has_history);
        let known = self.landings.iter().filter(|landing| landing.at <= at);
        known.for_each(|landing| facts.add(landing));
        facts.finish()
    }
}

/// The full weeks of some scopes. Edits change nothing in them: they hold until something lands, or
/// the running week is over.
#[derive(Debug)]
pub(crate) struct FullWeeks {
    of: WeeksKey,
    /// For each scope the full weeks as far back as is known, the earliest first.
    weeks: Vec<Vec<Week>>,
    /// The scopes at the end of the last one, if there is one.
    last: Option<Snapshot>,
}

/// What the weeks depend on.
#[derive(PartialEq, Eq, Debug)]
struct WeeksKey {
    newest: Option<String>,
    end: Option<NaiveDate>,
    files: usize,
    scopes: Vec<(Target, String)>,
}

impl FullWeeks {
    /// With the running week, as the plan stands now: for each of the scopes all weeks, the running
    /// one last.
    pub(crate) fn with_running(&self, now: &Snapshot, at: DateTime<Utc>) -> Vec<Vec<Week>> {
        let start = self.last.as_ref().unwrap_or(now);
        let running = now.weeks(start, Period::Week.last_day(at));
        let scopes = self.weeks.iter().zip(running);
        let weeks = scopes.map(|(full, running)| full.iter().copied().chain([running]).collect());
        weeks.collect()
    }
}

impl Past {
    fn weeks_key(&self, scopes: &[Scope<'_>]) -> WeeksKey {
        let newest = self.commits.last().map(|(commit, _)| commit.hash.clone());
        let name = |scope: &Scope<'_>| (scope.target.clone(), scope.query.text().to_owned());
        WeeksKey {
            newest,
            end: Week::last_full(self.now),
            files: self.logs.len() + self.canon.len(),
            scopes: scopes.iter().map(name).collect(),
        }
    }

    /// What the scopes were at the end of each full week, as far back as is known: steps back over
    /// everything that landed, unless that was done `before`. `None` where it was stopped.
    pub(crate) fn full_weeks(
        &mut self,
        scopes: &[Scope<'_>],
        before: Option<Arc<FullWeeks>>,
        progress: &Progress,
    ) -> Option<Arc<FullWeeks>> {
        let of = self.weeks_key(scopes);
        if let Some(before) = before.filter(|before| before.of == of) {
            return Some(before);
        }
        progress.expect(self.commits.len() + 1);
        let mut weeks: Vec<Vec<Week>> = vec![Vec::new(); scopes.len()];
        let mut push = |of_week: &mut dyn Iterator<Item = Week>| {
            (weeks.iter_mut().zip(of_week)).for_each(|(weeks, week)| weeks.push(week));
        };
        // A filter may ask for the time.
        let may_repeat = scopes.iter().all(|scope| scope.query.is_empty());
        let mut last = None;
        let mut newer: Option<(NaiveDate, Arc<Snapshot>)> = None;
        let mut is_same = false;
        let mut sunday = of.end;
        while let Some(end) = sunday {
            while self.upcoming().is_some_and(|(at, _)| at > end_of(end)) {
                if progress.is_stopped() {
                    return None;
                }
                self.step_back();
                progress.advance(1);
                is_same = false;
            }
            if self.upcoming().is_none() {
                break;
            }
            let snapshot = match &newer {
                Some((_, snapshot)) if is_same && may_repeat => snapshot.clone(),
                _ => Arc::new(Snapshot::of(scopes, &self.plan(), end_of(end))),
            };
            match &newer {
                Some((end, newer)) => push(&mut newer.weeks(&snapshot, *end)),
                None => last = Some(snapshot.clone()),
            }
            newer = Some((end, snapshot));
            is_same = true;
            sunday = Week::before(end);
        }
        // Of the first one nothing is known before its end.
        if let Some((end, first)) = newer {
            push(&mut first.weeks(&first, end));
        }
        weeks.iter_mut().for_each(|weeks| weeks.reverse());
        Some(Arc::new(FullWeeks {
            of,
            weeks,
            last: last.map(Arc::unwrap_or_clone),
        }))
    }

    /// All weeks of a scope of the plan as it stands, the running one last.
    pub(crate) fn weeks(&mut self, scope: Scope<'_>, today: &Plan) -> Vec<Week> {
        let scopes = [scope];
        if self.git.is_none() {
            return weeks::by_stamp(&scopes[0], today, self.now);
        }
        let now = Snapshot::of(&scopes, today, self.now);
        let full = self.full_weeks(&scopes, None, &Progress::default());
        let weeks = full.map(|full| full.with_running(&now, self.now));
        weeks.into_iter().flatten().next().unwrap_or_default()
    }
}

/// A part of what is to be expected, in the order in which it becomes known.
#[derive(Debug)]
pub enum LookAhead {
    /// As far as the plan tells: itself, the steps that pass the filter where there is one, its
    /// stages, blocks and checkpoints.
    Scopes(Vec<Outlook>),
    /// The weeks of each of them, and what is not known.
    Weeks {
        /// All weeks of each scope, the running one last.
        weeks: Vec<Vec<Week>>,
        /// What is not known, and why.
        notes: Vec<String>,
    },
    /// The dates of some of them, by place.
    Dates(Vec<(usize, Dates)>),
    /// That was all, or it was stopped.
    End,
}

/// What holds from one look ahead to the next.
#[derive(Default, Debug)]
pub(crate) struct Remembered {
    full: Option<Arc<FullWeeks>>,
    /// Dates, with the weeks and the number of open steps that they follow from.
    dates: HashMap<(Target, String), (Vec<Week>, usize, Dates)>,
}

impl PastInput {
    /// What is to be expected of the plan and all its parts, and of the steps that pass `filter`,
    /// given to `tell` as it is found. Dates are worked out outwards from the place `nearest`,
    /// which may move meanwhile.
    pub(crate) fn look_ahead(
        self,
        filter: &str,
        remembered: &mut Remembered,
        nearest: &AtomicUsize,
        progress: &Progress,
        mut tell: impl FnMut(LookAhead),
    ) {
        let (query, all) = (Query::parse(filter).unwrap_or_default(), Query::default());
        let mut past = self.open();
        let known = (query.asks_past()).then(|| KnownBy::of(self.open()));
        let past_by = |then: &Plan, at: DateTime<Utc>| Some(known.as_ref()?.at(then, at));
        let scope = |target, query| Scope {
            target,
            query,
            past: &past_by,
        };
        let targets = Target::all(&self.plan).into_iter();
        let mut scopes: Vec<Scope<'_>> = targets.map(|target| scope(target, &all)).collect();
        if !query.is_empty() {
            scopes.insert(1, scope(Target::Plan, &query));
        }
        let expected = scopes
            .iter()
            .map(|scope| Outlook::of(scope, &self.plan, self.now));
        let expected: Vec<Outlook> = expected.collect();
        let open: Vec<usize> = expected.iter().map(|outlook| outlook.open.len()).collect();
        tell(LookAhead::Scopes(expected));
        let weeks = if past.git().is_none() {
            let scopes = scopes.iter();
            scopes
                .map(|scope| weeks::by_stamp(scope, &self.plan, self.now))
                .collect()
        } else {
            let today = Snapshot::of(&scopes, &self.plan, self.now);
            // An edit need not copy what nobody reads any more.
            drop(self.plan);
            let Some(full) = past.full_weeks(&scopes, remembered.full.take(), progress) else {
                return;
            };
            remembered.full = Some(full.clone());
            full.with_running(&today, self.now)
        };
        tell(LookAhead::Weeks {
            weeks: weeks.clone(),
            notes: past.notes(),
        });
        let names = scopes.into_iter();
        let names = names.map(|scope| (scope.target, scope.query.text().to_owned()));
        let inputs = names.zip(weeks).zip(open);
        let inputs = inputs.map(|((name, weeks), open)| Input { name, weeks, open });
        remembered.foresee(&inputs.collect::<Vec<_>>(), nearest, progress, tell);
    }
}

/// What dates follow from.
struct Input {
    name: (Target, String),
    weeks: Vec<Week>,
    open: usize,
}

impl Remembered {
    /// Tells the dates of each input: first all that are known, then the others.
    fn foresee(
        &mut self,
        inputs: &[Input],
        nearest: &AtomicUsize,
        progress: &Progress,
        mut tell: impl FnMut(LookAhead),
    ) {
        let mut before = std::mem::take(&mut self.dates);
        let mut found = Vec::new();
        let mut pending = BTreeSet::new();
        for (at, input) in inputs.iter().enumerate() {
            match before.remove_entry(&input.name) {
                Some((name, known)) if known.0 == input.weeks && known.1 == input.open => {
                    found.push((at, known.2.clone()));
                    self.dates.insert(name, known);
                }
                _ => drop(pending.insert(at)),
            }
        }
        progress.expect(pending.len());
        let mut told_at = Instant::now();
        while !progress.is_stopped()
            && let Some(at) = next_to(&pending, nearest.load(Ordering::Relaxed))
        {
            pending.remove(&at);
            let Input { name, weeks, open } = &inputs[at];
            if let Some(dates) = Dates::of(weeks, *open, SEED) {
                found.push((at, dates.clone()));
                (self.dates).insert(name.clone(), (weeks.clone(), *open, dates));
            }
            progress.advance(1);
            if told_at.elapsed() >= TOLD_EVERY {
                tell(LookAhead::Dates(std::mem::take(&mut found)));
                told_at = Instant::now();
            }
        }
        tell(LookAhead::Dates(found));
    }
}

/// Which of the places is the next to this one.
fn next_to(places: &BTreeSet<usize>, place: usize) -> Option<usize> {
    let above = places.range(..place).next_back();
    let below = places.range(place..).next();
    let both = above.into_iter().chain(below);
    both.min_by_key(|at| at.abs_diff(place)).copied()
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn dates_are_worked_out_outwards_and_kept_while_nothing_changes() {
        let week = |at: u64| Week {
            end: "2026-01-04".parse::<NaiveDate>().unwrap() + Days::new(7 * at),
            open: 30 - at as usize,
            done: at as usize + 1,
            completed: 1,
        };
        let input = |number: u32, open: usize| Input {
            name: (Target::Checkpoint(number), String::new()),
            weeks: (0..9).map(week).collect(),
            open,
        };
        let mut inputs: Vec<Input> = (1..=5).map(|number| input(number, 9)).collect();
        let mut remembered = Remembered::default();
        let nearest = AtomicUsize::new(3);
        let mut told = |inputs: &[Input], progress: &Progress| {
            let mut places = Vec::new();
            remembered.foresee(inputs, &nearest, progress, |part| {
                if let LookAhead::Dates(found) = part {
                    places.extend(found.into_iter().map(|(place, _)| place));
                }
            });
            (places, progress.seen().1)
        };
        assert_eq!(
            told(&inputs, &Progress::default()),
            (vec![3, 2, 4, 1, 0], 5)
        );
        inputs[1].open = 8;
        assert_eq!(
            told(&inputs, &Progress::default()),
            (vec![0, 2, 3, 4, 1], 1)
        );
        let stopped = Progress::default();
        stopped.stop();
        inputs[4].weeks.pop();
        assert_eq!(told(&inputs, &stopped).0, [0, 1, 2, 3]);
    }
}
