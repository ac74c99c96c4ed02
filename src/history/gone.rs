//! Steps that went, with what was last known of each: one that comes back is the one that went.

use std::collections::HashMap;

use super::weeks::Name;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

/// By uid, and by the number that each had; two that both have a uid are never the same for their
/// number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gone<T> {
    by_uid: HashMap<Uid, (StepId, T)>,
    by_number: HashMap<StepId, (Option<Uid>, T)>,
}

impl<T> Default for Gone<T> {
    fn default() -> Self {
        Self {
            by_uid: HashMap::new(),
            by_number: HashMap::new(),
        }
    }
}

impl<T: Copy> Gone<T> {
    /// A step went.
    pub(crate) fn keep(&mut self, (number, uid): Name, known: T) {
        self.by_uid.extend(uid.map(|uid| (uid, (number, known))));
        self.by_number.insert(number, (uid, known));
    }

    /// A step came; what was known of it when it went, if it did.
    pub(crate) fn take(&mut self, (number, uid): Name) -> Option<T> {
        let by_uid = uid.and_then(|uid| self.by_uid.remove(&uid));
        let at_number = self.by_number.get(&number);
        let is_same = at_number.is_some_and(|(other, _)| is_same(uid, *other));
        let by_number = is_same.then(|| self.by_number.remove(&number)).flatten();
        by_uid
            .map(|(_, known)| known)
            .or(by_number.map(|(_, known)| known))
    }

    /// What is known by uid, and what by number.
    pub(crate) fn parts(&self) -> [Vec<(Name, T)>; 2] {
        let by_uid = self.by_uid.iter();
        let by_number = self.by_number.iter();
        [
            (by_uid.map(|(uid, (number, known))| ((*number, Some(*uid)), *known))).collect(),
            (by_number.map(|(number, (uid, known))| ((*number, *uid), *known))).collect(),
        ]
    }

    /// The same again.
    pub(crate) fn from_parts([by_uid, by_number]: [Vec<(Name, T)>; 2]) -> Self {
        let by_uid = by_uid.into_iter();
        let by_number = by_number.into_iter();
        Self {
            by_uid: by_uid
                .filter_map(|((number, uid), known)| Some((uid?, (number, known))))
                .collect(),
            by_number: by_number
                .map(|((number, uid), known)| (number, (uid, known)))
                .collect(),
        }
    }
}

/// Whether two steps of one number may be the same.
pub(crate) fn is_same(uid: Option<Uid>, other: Option<Uid>) -> bool {
    uid.is_none() || other.is_none() || uid == other
}
