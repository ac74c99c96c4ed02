//! What terms of a filter need to know of the plan as a whole: which steps a step reaches, which a
//! stage names. Worked out a stretch at a time for a cockpit, which cannot wait.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Query;
use super::past::PlanPast;
use super::terms::{Whole, of_workstream};
use super::value::TextTest;
use crate::plan::Plan;
use crate::plan::graph::Reach;
use crate::plan::id::StepId;

/// For each term that asks about the plan as a whole, what is known of it. Worked out once; a clone
/// shares them.
pub(crate) type Sets = Arc<[Known]>;

/// What a term had to know.
pub(crate) enum Known {
    /// By index, whether it holds for a step.
    Steps(Vec<bool>),
    /// Owners, folded.
    Owners(HashSet<String>),
}

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
        let none = || Gathered::Known(Known::Steps(vec![false; plan.len()]));
        let reached = |id: &StepId, up: bool| match plan.find(plan.meant(*id)) {
            Some(step) => Gathered::Reach(plan.graph().reach_of(step, up)),
            None => none(),
        };
        let of = |whole: &Whole| match whole {
            Whole::Upstream(id) => reached(id, true),
            Whole::Downstream(id) => reached(id, false),
            Whole::Stage(name) => Gathered::Known(Known::Steps(named_by(plan, name))),
            Whole::Mine => {
                let owners = self.me.owners(plan).into_iter();
                Gathered::Known(Known::Owners(owners.collect()))
            }
            Whole::Workstream(name) => Gathered::Known(Known::Owners(of_workstream(plan, name))),
            Whole::Past(test) => past.map_or_else(none, |past| {
                Gathered::Known(Known::Steps(test.set(plan, past, now)))
            }),
        };
        Gathering(self.whole.iter().map(of).collect())
    }
}

/// Which steps the checks name of stages with such a name.
fn named_by(plan: &Plan, name: &TextTest) -> Vec<bool> {
    let stages = plan.stages().iter();
    let named = stages.filter(|stage| name.holds(&stage.name));
    let checks = named.flat_map(|stage| &stage.checks);
    let ids = checks.flat_map(|check| &check.steps);
    let mut set = vec![false; plan.len()];
    ids.filter_map(|id| plan.find(*id))
        .for_each(|step| set[step] = true);
    set
}

/// [`Sets`] that are being worked out.
pub(crate) struct Gathering(Vec<Gathered>);

enum Gathered {
    Reach(Reach),
    Known(Known),
}

impl Gathering {
    /// Goes on along so many dependencies a term; answers whether all is known.
    pub(crate) fn go_on(&mut self, plan: &Plan, edges: usize) -> bool {
        let unfinished = |gathered: &mut Gathered| match gathered {
            Gathered::Reach(reach) => !plan.graph().reach_on(reach, edges),
            Gathered::Known(_) => false,
        };
        !self.0.iter_mut().any(unfinished)
    }

    /// What was worked out.
    pub(crate) fn into_sets(self) -> Sets {
        let known = |gathered| match gathered {
            Gathered::Reach(reach) => Known::Steps(reach.into_set()),
            Gathered::Known(known) => known,
        };
        self.0.into_iter().map(known).collect()
    }
}
