//! What is to be expected of a plan and all its parts, beside the keys: first what the plan tells,
//! then the weeks of all scopes, then the dates that follow from them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::Past;
use super::background::PastInput;
use super::weeks::FullWeeks;
use crate::document::progress::Progress;
use crate::history::facts::Facts;
use crate::history::forecast::SEED;
use crate::history::landing::Landing;
use crate::history::outlook::{Dates, Outlook};
use crate::history::stamps::Stamps;
use crate::history::target::{Scope, Target};
use crate::history::weeks::{self, Snapshot, Week};
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
        let mut facts = Facts::of(then, at, self.has_history);
        let known = self.landings.iter().filter(|landing| landing.at <= at);
        known.for_each(|landing| facts.add(landing));
        facts.finish()
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

impl Past {
    /// What is to be expected of scopes of the plan as it stands. Passes over everything that landed.
    pub(crate) fn outlooks_of(&mut self, scopes: &[Scope<'_>], plan: &Plan) -> Vec<Outlook> {
        let weeks = self.weeks_of(scopes, plan);
        let outlook = |(scope, weeks): (&Scope<'_>, Vec<Week>)| {
            let mut outlook = Outlook::of(scope, plan, self.now);
            outlook.dates = Dates::of(&weeks, outlook.open.len(), SEED);
            outlook.weeks = weeks;
            outlook
        };
        scopes.iter().zip(weeks).map(outlook).collect()
    }

    /// The same of all steps of some targets.
    pub(crate) fn outlooks(mut self, targets: &[Target], plan: &Plan) -> Vec<Outlook> {
        let all = Query::default();
        let scopes: Vec<Scope<'_>> = (targets.iter())
            .map(|target| Scope {
                target: target.clone(),
                query: &all,
                past: &|_, _| None,
            })
            .collect();
        self.outlooks_of(&scopes, plan)
    }
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
            let stamps = Stamps::of(&self.plan, self.now);
            let scopes = scopes.iter();
            scopes
                .map(|scope| weeks::by_stamp(scope, &self.plan, &stamps, self.now))
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
    use chrono::{Days, NaiveDate};

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
