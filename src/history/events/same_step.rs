//! Which steps of one version are which of the next.

use std::collections::HashMap;

use super::Step;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

/// For each of the newer steps the older one that it is: by uid, by a number that it says it had, if
/// that step had its title, by its own number, and at last by one that it says it had; by numbers
/// unless both have a uid of their own.
pub(super) fn match_up(gone: &[Step<'_>], came: &[Step<'_>]) -> Vec<Option<usize>> {
    let mut by_uid: HashMap<Uid, usize> = HashMap::new();
    for (at, step) in gone.iter().enumerate() {
        by_uid.extend(step.uid.map(|uid| (uid, at)));
    }
    let mut was: Vec<Option<usize>> = Vec::with_capacity(came.len());
    let mut is_taken = vec![false; gone.len()];
    for step in came {
        let at = step.uid.and_then(|uid| by_uid.get(&uid)).copied();
        was.push(at.inspect(|at| is_taken[*at] = true));
    }
    let renumbered = Renumbered::of(gone, came, &was);
    renumbered.find(gone, &mut was, &mut is_taken, true);
    let mut by_id: HashMap<StepId, Vec<usize>> = HashMap::new();
    for (at, step) in gone
        .iter()
        .enumerate()
        .rev()
        .filter(|(at, _)| !is_taken[*at])
    {
        by_id.entry(step.id).or_default().push(at);
    }
    for (step, was) in came.iter().zip(&mut was).filter(|(_, was)| was.is_none()) {
        let Some(same_id) = by_id.get_mut(&step.id) else {
            continue;
        };
        let fits = |at: &usize| step.uid.is_none() || gone[*at].uid.is_none();
        if let Some(place) = same_id.iter().rposition(fits) {
            let at = same_id.remove(place);
            is_taken[at] = true;
            *was = Some(at);
        }
    }
    renumbered.find(gone, &mut was, &mut is_taken, false);
    was
}

/// Steps without a uid that say which numbers they had, each with where the older steps are that had
/// one of them, the latest first.
struct Renumbered(Vec<(usize, String, Vec<usize>)>);

impl Renumbered {
    /// Those of the newer steps that were not found yet.
    fn of(gone: &[Step<'_>], came: &[Step<'_>], was: &[Option<usize>]) -> Self {
        let mut found = Self(Vec::new());
        let mut by_id: Option<HashMap<StepId, usize>> = None;
        for (at, step) in came.iter().enumerate() {
            let former = match (was[at], gone) {
                (None, [_, ..]) => step.former(),
                _ => Vec::new(),
            };
            if former.is_empty() {
                continue;
            }
            let places = || (0..).zip(gone).map(|(at, step)| (step.id, at)).collect();
            let by_id = by_id.get_or_insert_with(places);
            // What the line said before is nothing new.
            let before = by_id.get(&step.id).map(|at| gone[*at].former());
            let before = before.unwrap_or_default();
            let is_new = |id: &&StepId| **id != step.id && !before.contains(id);
            let places = former.iter().rev().filter(is_new);
            let places = places.filter_map(|id| by_id.get(id).copied());
            let fits = |at: &usize| step.uid.is_none() || gone[*at].uid.is_none();
            let places: Vec<usize> = places.filter(fits).collect();
            if !places.is_empty() {
                found.0.push((at, step.title(), places));
            }
        }
        found
    }

    /// Finds those whose older step is free, of the same title or of any.
    fn find(
        &self,
        gone: &[Step<'_>],
        was: &mut [Option<usize>],
        is_taken: &mut [bool],
        is_same_title: bool,
    ) {
        for (at, title, places) in &self.0 {
            let is_it =
                |at: &usize| !is_taken[*at] && (!is_same_title || gone[*at].title() == *title);
            if was[*at].is_none()
                && let Some(place) = places.iter().copied().find(is_it)
            {
                was[*at] = Some(place);
                is_taken[place] = true;
            }
        }
    }
}
