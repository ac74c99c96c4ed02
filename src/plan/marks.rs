//! Steps that a person marked, by name.
//!
//! Kept in the order of IDs, as the plan keeps its steps: to mark a whole plan, to find the marked
//! steps in it and to compare two sets is one walk along both.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Plan, StepKey};

/// A set of steps by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// Ascending, each once. Shared with those who go through them: they may be every step.
    keys: Arc<[StepKey]>,
}

impl Marks {
    /// The steps with these indexes.
    pub fn of(plan: &Plan, steps: &[usize]) -> Self {
        let keys = steps.iter().map(|step| plan.step(*step).key());
        Self::from_iter(keys)
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many are marked.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether a step is marked.
    pub fn contains(&self, key: &StepKey) -> bool {
        self.keys.binary_search(key).is_ok()
    }

    /// Marks a step, or takes its mark away.
    pub(crate) fn turn(&mut self, key: StepKey) {
        let mut keys = self.keys.to_vec();
        match keys.binary_search(&key) {
            Ok(at) => drop(keys.remove(at)),
            Err(at) => keys.insert(at, key),
        }
        self.keys = keys.into();
    }

    /// Marks these, too.
    pub(crate) fn add(&mut self, more: Self) {
        *self = self.keys().chain(more.keys()).collect();
    }

    /// Takes every mark away.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The marked steps.
    pub(crate) fn keys(&self) -> impl Iterator<Item = StepKey> {
        self.keys.iter().copied()
    }

    /// The same, to keep.
    pub(crate) fn shared(&self) -> Arc<[StepKey]> {
        self.keys.clone()
    }

    /// Indexes of the marked steps that the plan has, ascending.
    pub(crate) fn indexes(&self, plan: &Plan) -> Vec<usize> {
        indexes(&self.keys, plan)
    }

    /// Takes the marks of steps away that the plan does not have, and answers those.
    pub(crate) fn take_absent(&mut self, plan: &Plan) -> Self {
        let there = self.indexes(plan);
        if there.len() == self.keys.len() {
            return Self::default();
        }
        let there = Self::of(plan, &there);
        let all = std::mem::replace(self, there);
        let absent = all.keys().filter(|key| !self.contains(key));
        Self::from_iter(absent)
    }
}

impl FromIterator<StepKey> for Marks {
    fn from_iter<T: IntoIterator<Item = StepKey>>(keys: T) -> Self {
        let keys: Arc<[StepKey]> = keys.into_iter().collect();
        if keys.is_sorted_by(|a, b| a < b) {
            return Self { keys };
        }
        let mut keys = keys.to_vec();
        // Stable: runs that are in order are taken as they are.
        keys.sort();
        keys.dedup();
        Self { keys: keys.into() }
    }
}

/// Indexes of steps given by name, ascending where the names are; those that are gone are left out.
/// One walk along the plan as far as the names follow each other as its steps do.
pub(crate) fn indexes(keys: &[StepKey], plan: &Plan) -> Vec<usize> {
    /// Steps in between that are walked over before a name is looked up.
    const NEAR: usize = 8;
    let mut next = 0;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let near = next..plan.len().min(next + NEAR);
        let mut walked = near.map(|at| (at, plan.step(at).key().cmp(key)));
        let at = match walked.find(|(_, order)| order.is_ge()) {
            Some((at, Ordering::Equal)) => Some(at),
            _ => plan.find_nth(key.0, key.1),
        };
        next = at.map_or(next, |at| at + 1);
        found.extend(at);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(numbers: &[u32]) -> Plan {
        let line = |number: &u32| format!("{{\"step_id\":\"{number:04}\"}}\n");
        let log: String = numbers.iter().map(line).collect();
        Plan::read(vec![SourceFile::load(
            "plan.jsonl",
            Role::Log,
            log.into_bytes(),
        )])
    }

    proptest! {
        /// Whatever was marked on one plan is found on another as each name by itself would be.
        #[test]
        fn marks_are_found_again_as_each_name_is(
            before in prop::collection::vec(1_u32..60, 0..40),
            after in prop::collection::vec(1_u32..60, 0..40),
            turned in prop::collection::vec((1_u32..60, 0_u32..3), 0..9),
        ) {
            let (before, after) = (plan(&before), plan(&after));
            let all: Vec<usize> = (0..before.len()).rev().collect();
            let mut marks = Marks::of(&before, &all);
            let mut known: std::collections::BTreeSet<StepKey> =
                before.steps().map(|step| step.key()).collect();
            for (number, nth) in turned {
                let key = (crate::plan::id::StepId::new(number), nth);
                if !known.remove(&key) {
                    known.insert(key);
                }
                marks.turn(key);
            }
            prop_assert_eq!(&marks, &known.iter().copied().collect());
            let expected: Vec<usize> =
                known.iter().filter_map(|(id, nth)| after.find_nth(*id, *nth)).collect();
            prop_assert_eq!(marks.indexes(&after), expected);
            let absent = marks.take_absent(&after);
            for key in known {
                let there = after.find_nth(key.0, key.1).is_some();
                prop_assert_eq!((marks.contains(&key), absent.contains(&key)), (there, !there));
            }
        }
    }
}
