//! Which steps a review asks about as proposals, told one by one.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::gather::Review;
use super::{Section, Word};
use crate::plan::StepRef;
use crate::plan::id::StepId;
use crate::plan::status::Status;

/// Whether a review has asked about a proposal before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Age {
    /// It is new, changed or deferred.
    Due,
    /// None has, ever.
    Older,
}

/// Tells the proposals among the steps, one by one.
pub(super) struct Sieve<'r> {
    review: &'r Review<'r>,
    /// Steps that an earlier review deferred.
    pub(super) deferred: HashSet<StepId>,
    settled: HashMap<StepId, (&'r Path, DateTime<Utc>)>,
    fixed: HashSet<StepId>,
    fixed_before: HashMap<StepId, (&'r Path, DateTime<Utc>)>,
}

impl Sieve<'_> {
    /// Whether a step is asked about, unless somebody has decided.
    fn asks_about(&self, step: StepRef<'_>) -> Option<Age> {
        self.age(step).filter(|_| is_open(step))
    }

    pub(super) fn age(&self, step: StepRef<'_>) -> Option<Age> {
        let (review, id) = (self.review, step.id());
        let settled = self.settled.get(&id).copied();
        let is_new = || {
            let known = settled.or_else(|| self.fixed_before.get(&id).copied());
            !self.fixed.contains(&id) && review.is_new(step, known)
        };
        let is_due = self.deferred.contains(&id) || is_open(step) && is_new();
        let is_older = review.everything && settled.is_none();
        match (is_due, is_older) {
            (true, _) => Some(Age::Due),
            (false, true) => Some(Age::Older),
            (false, false) => None,
        }
    }
}

/// Whether a step may be a proposal at all.
pub(super) fn is_open(step: StepRef<'_>) -> bool {
    matches!(step.status(), Some(Status::Idea | Status::Draft)) && step.state().is_open()
}

impl Review<'_> {
    /// What tells the proposals among the steps.
    pub(super) fn sieve(&self) -> Sieve<'_> {
        let mut deferred: HashSet<StepId> = HashSet::new();
        for entry in self
            .unsettled()
            .rev()
            .flat_map(|of| of.entries(Section::Proposals))
        {
            match entry.word {
                Word::Deferred => deferred.insert(entry.id),
                _ => deferred.remove(&entry.id),
            };
        }
        Sieve {
            review: self,
            deferred,
            settled: self.settled(),
            fixed: self.record.fixed_steps().collect(),
            fixed_before: self.fixed_before(),
        }
    }

    /// Which of these steps are proposals that nobody has decided about, and whether no review has asked
    /// about them before.
    pub(super) fn undecided_among(
        &self,
        steps: impl IntoIterator<Item = StepId>,
    ) -> HashMap<StepId, Age> {
        let sieve = self.sieve();
        let steps = steps.into_iter().filter_map(|id| {
            let step = self.plan.step(self.plan.find(id)?);
            let is_open = self.record.find(Section::Proposals, (id, None)).is_none();
            Some((id, sieve.asks_about(step).filter(|_| is_open)?))
        });
        steps.collect()
    }
}
