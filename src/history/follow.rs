//! Some steps, followed back through what happened: by uid, and by the number that each had at
//! the time.

use std::collections::HashMap;

use super::events::{Event, Kind};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};

/// The steps that are followed, each with what the caller calls it. Events are asked about from the
/// newest to the oldest.
#[derive(Clone, Default, Debug)]
pub struct Followed {
    uids: HashMap<Uid, usize>,
    /// Their numbers at the time, each with the uid of its step where that is known.
    numbers: HashMap<StepId, (Option<Uid>, usize)>,
}

impl Followed {
    /// Follows steps of today's plan, each called by its index.
    pub fn of<'a>(plan: &Plan, steps: impl Iterator<Item = StepRef<'a>>) -> Self {
        let uids = uids(plan);
        let mut followed = Self::default();
        steps.for_each(|step| followed.add(step.id(), own_uid(step, &uids), step.index()));
        followed
    }

    /// Follows the step that has this number today, or had it last.
    pub fn one(plan: &Plan, id: StepId) -> Self {
        let step = plan.find(id).map(|step| plan.step(step));
        let mut one = Self::of(plan, step.into_iter());
        if step.is_none() {
            one.add(id, None, 0);
        }
        one
    }

    /// Follows one more step, by what it is called now and what the caller calls it.
    pub fn add(&mut self, number: StepId, uid: Option<Uid>, name: usize) {
        self.uids.extend(uid.map(|uid| (uid, name)));
        self.numbers.insert(number, (uid, name));
    }

    /// Whether the event is about one of them.
    pub fn is_about(&mut self, event: &Event) -> bool {
        self.find(event).is_some()
    }

    /// Which of them the event is about.
    pub fn find(&mut self, event: &Event) -> Option<usize> {
        let own = self.numbers.get(&event.step).copied();
        let by_uid = event.uid.and_then(|uid| self.uids.get(&uid)).copied();
        let name = match (by_uid, event.uid, own) {
            (Some(name), _, _) => name,
            (None, Some(uid), Some((None, name))) => {
                self.add(event.step, Some(uid), name);
                name
            }
            (None, Some(_), _) => return None,
            (None, None, own) => own?.1,
        };
        if event.kind == Kind::Renumbered {
            // Where numbers are exchanged, another one may have it already.
            if self
                .numbers
                .get(&event.step)
                .is_some_and(|own| own.1 == name)
            {
                self.numbers.remove(&event.step);
            }
            let before = event.before.as_deref().and_then(StepId::of_raw);
            if let Some(before) = before {
                self.add(before, event.uid, name);
            }
        }
        Some(name)
    }
}

/// How many steps have each uid: one that two steps have identifies neither.
fn uids(plan: &Plan) -> HashMap<Uid, usize> {
    let mut uids = HashMap::new();
    for uid in plan.steps().filter_map(written_uid) {
        *uids.entry(uid).or_default() += 1;
    }
    uids
}

/// The uid of a step, if it is its alone.
fn own_uid(step: StepRef<'_>, uids: &HashMap<Uid, usize>) -> Option<Uid> {
    written_uid(step).filter(|uid| uids.get(uid) == Some(&1))
}

fn written_uid(step: StepRef<'_>) -> Option<Uid> {
    Uid::of_raw(step.raw(Field::Uid)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::events::between;

    const A: &str = r#"{"step_id": "0001", "uid": "aaaaaaaaaaaa", "title": "A"}"#;

    #[test]
    fn a_step_keeps_its_past_under_another_number_and_takes_nobody_elses() {
        let renumbered = A.replace("0001", "0007");
        let other = A.replace("aaaaaaaaaaaa", "bbbbbbbbbbbb");
        let plain = A.replace("\"uid\": \"aaaaaaaaaaaa\", ", "");
        let versions = [
            plain.clone(),
            A.to_owned(),
            renumbered.clone(),
            format!("{renumbered}\n{other}"),
        ];
        let mut of_seven = Followed::default();
        of_seven.add(StepId::new(7), Uid::of_raw("\"aaaaaaaaaaaa\""), 0);
        let mut of_one = Followed::default();
        of_one.add(StepId::new(1), Uid::of_raw("\"bbbbbbbbbbbb\""), 0);
        let mut told = [Vec::new(), Vec::new()];
        for pair in versions.windows(2).rev() {
            for event in between(pair[0].as_bytes(), pair[1].as_bytes()) {
                for (followed, told) in [&mut of_seven, &mut of_one].into_iter().zip(&mut told) {
                    if followed.is_about(&event) {
                        told.push((event.kind, event.field.clone().unwrap_or_default()));
                    }
                }
            }
        }
        let changed = |field: &str| (Kind::Changed, field.to_owned());
        let renumbered = (Kind::Renumbered, "step_id".to_owned());
        assert_eq!(told[0], [renumbered, changed("uid")]);
        assert_eq!(told[1], [(Kind::Added, String::new())]);
    }
}
