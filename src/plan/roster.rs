//! Which steps a plan has, kept to compare it with a later state.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Plan, Step};

/// The steps of a plan in order. A pointer, as long as none of them comes, goes or moves.
#[derive(Clone, Debug)]
pub(crate) struct Roster(Arc<Vec<Step>>);

impl Plan {
    /// Which steps there are.
    pub(crate) fn roster(&self) -> Roster {
        Roster(self.steps.clone())
    }
}

impl Roster {
    /// The index here and that in `after` of each step that both have under the same ID; of several
    /// with one ID, the first goes with the first.
    pub(crate) fn shared_with(&self, after: &Plan) -> impl Iterator<Item = (usize, usize)> {
        let (old, new) = (&self.0, &after.steps);
        // After most edits nothing has to be compared.
        let is_same = Arc::ptr_eq(old, new);
        let (mut from, mut to) = (0, 0);
        std::iter::from_fn(move || {
            if is_same {
                from += 1;
                return (from <= old.len()).then(|| (from - 1, from - 1));
            }
            loop {
                let order = old.get(from)?.id.cmp(&new.get(to)?.id);
                let pair = (from, to);
                from += usize::from(order != Ordering::Greater);
                to += usize::from(order != Ordering::Less);
                if order == Ordering::Equal {
                    return Some(pair);
                }
            }
        })
    }
}
