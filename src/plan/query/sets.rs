//! What terms of a filter need to know of the plan as a whole: which steps a step reaches, which a
//! stage names. Worked out a stretch at a time for a cockpit, which cannot wait.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::past::PlanPast;
use super::words::fold;
use super::{Query, Test};
use crate::plan::Plan;
use crate::plan::graph::Reach;
use crate::plan::id::StepId;

/// For each test that asks about the plan as a whole, which steps it holds for, by index.
/// Worked out once; a clone shares them.
pub(crate) type Sets = Arc<[Option<Vec<bool>>]>;

impl Query {
    /// Works out, in one pass over the plan a term, what the terms need. Terms about a past that is
    /// not known hold for no step.
    pub(super) fn sets(&self, plan: &Plan, now: DateTime<Utc>, past: Option<&PlanPast>) -> Sets {
        let mut gathering = self.gather(plan, now, past);
        gathering.go_on(plan, usize::MAX);
        gathering.into_sets()
    }

    /// The beginning of the same for somebody who cannot wait.
    pub(crate) fn gather(
        &self,
        plan: &Plan,
        now: DateTime<Utc>,
        past: Option<&PlanPast>,
    ) -> Gathering {
        let reached = |id: &StepId, up: bool| match plan.find(*id) {
            Some(step) => Gathered::Reach(plan.graph().reach_of(step, up)),
            None => Gathered::Set(vec![false; plan.len()]),
        };
        let named = |stage: &str| {
            let stages = plan.stages().iter();
            let named = stages.filter(|s| fold(&s.name).contains(stage));
            let checks = named.flat_map(|stage| &stage.checks);
            let ids = checks.flat_map(|check| &check.steps);
            let mut set = vec![false; plan.len()];
            ids.filter_map(|id| plan.find(*id))
                .for_each(|step| set[step] = true);
            Gathered::Set(set)
        };
        let of = |(_, test): &(bool, Test)| match test {
            Test::Upstream(id) => Some(reached(id, true)),
            Test::Downstream(id) => Some(reached(id, false)),
            Test::Stage(stage) => Some(named(stage)),
            Test::Past(test) => {
                let none = || vec![false; plan.len()];
                let set = past.map_or_else(none, |past| test.set(plan, past, now));
                Some(Gathered::Set(set))
            }
            _ => None,
        };
        Gathering(self.tests.iter().map(of).collect())
    }
}

/// [`Sets`] that are being worked out.
pub(crate) struct Gathering(Vec<Option<Gathered>>);

enum Gathered {
    Reach(Reach),
    Set(Vec<bool>),
}

impl Gathering {
    /// Goes on along so many dependencies a term; answers whether all is known.
    pub(crate) fn go_on(&mut self, plan: &Plan, edges: usize) -> bool {
        let unfinished = |gathered: &mut Gathered| match gathered {
            Gathered::Reach(reach) => !plan.graph().reach_on(reach, edges),
            Gathered::Set(_) => false,
        };
        !self.0.iter_mut().flatten().any(unfinished)
    }

    /// What was worked out.
    pub(crate) fn into_sets(self) -> Sets {
        let set = |gathered| match gathered {
            Gathered::Reach(reach) => reach.into_set(),
            Gathered::Set(set) => set,
        };
        self.0
            .into_iter()
            .map(|gathered| gathered.map(set))
            .collect()
    }
}
