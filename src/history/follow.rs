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

    /// Keeps the events that are about one of them, out of all that landed at once.
    pub fn retain(&mut self, events: &mut Vec<Event>) {
        let mut found = self.find(events).into_iter();
        events.retain(|_| found.next().flatten().is_some());
    }

    /// Which of them each event is about, out of all that landed at once.
    pub fn find(&mut self, events: &[Event]) -> Vec<Option<usize>> {
        let is_gone = |event: &Event| event.kind == Kind::Removed;
        let newer = |event| (!is_gone(event)).then(|| self.one_of(event)).flatten();
        let mut found: Vec<Option<usize>> = events.iter().map(newer).collect();
        // All of them at once: numbers may be exchanged.
        let renumbered = events.iter().zip(&found);
        let renumbered = renumbered.filter(|(event, _)| event.kind == Kind::Renumbered);
        let mut before = Vec::new();
        for (event, name) in renumbered {
            let number = event.before.as_deref().and_then(StepId::of_raw);
            before.extend(number.map(|number| (number, event.uid, *name)));
            if name.is_some() {
                self.numbers.remove(&event.step);
            }
        }
        // Whoever has such a number since, did not have it before.
        for (number, ..) in &before {
            self.numbers.remove(number);
        }
        for (number, uid, name) in before {
            if let Some(name) = name {
                self.add(number, uid, name);
            }
        }
        // What went is called what it was called then.
        for (event, name) in events.iter().zip(&mut found) {
            if is_gone(event) {
                *name = self.one_of(event);
            }
        }
        // A step that came with a uid of its own is not whoever had its number before.
        for (event, name) in events.iter().zip(&found) {
            let own = self.numbers.get(&event.step).map(|own| own.1);
            if event.kind == Kind::Added && event.uid.is_some() && own.is_some() && own == *name {
                self.numbers.remove(&event.step);
            }
        }
        found
    }

    fn one_of(&mut self, event: &Event) -> Option<usize> {
        let own = self.numbers.get(&event.step).copied();
        let by_uid = event.uid.and_then(|uid| self.uids.get(&uid)).copied();
        match (by_uid, event.uid, own) {
            (Some(name), _, _) => Some(name),
            (None, Some(uid), Some((None, name))) => {
                self.add(event.step, Some(uid), name);
                Some(name)
            }
            (None, Some(_), _) => None,
            (None, None, own) => own.map(|own| own.1),
        }
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
            for (followed, told) in [&mut of_seven, &mut of_one].into_iter().zip(&mut told) {
                told.extend(kinds(followed, &pair[0], &pair[1]));
            }
        }
        let changed = |field: &str| (Kind::Changed, field.to_owned());
        let renumbered = (Kind::Renumbered, "step_id".to_owned());
        assert_eq!(told[0], [renumbered, changed("uid")]);
        assert_eq!(told[1], [(Kind::Added, String::new())]);
    }

    /// What happened to the steps that are followed.
    fn kinds(followed: &mut Followed, older: &str, newer: &str) -> Vec<(Kind, String)> {
        let mut events = between(older.as_bytes(), newer.as_bytes());
        followed.retain(&mut events);
        let kinds = events.into_iter();
        let kinds = kinds.map(|event| (event.kind, event.field.unwrap_or_default()));
        kinds.collect()
    }

    #[test]
    fn a_step_that_came_with_a_uid_has_no_past_of_its_number() {
        let old = |status: &str| format!(r#"{{"step_id": "0001", "status": "{status}"}}"#);
        let new = r#"{"step_id": "0001", "uid": "aaaaaaaaaaaa", "status": "draft"}"#;
        let versions = [old("complete"), old("draft"), String::new(), new.to_owned()];
        let mut followed = Followed::default();
        followed.add(StepId::new(1), Uid::of_raw("\"aaaaaaaaaaaa\""), 0);
        let pairs = versions.windows(2).rev();
        let told: Vec<_> = pairs
            .flat_map(|pair| kinds(&mut followed, &pair[0], &pair[1]))
            .collect();
        assert_eq!(told, [(Kind::Added, String::new())]);
        // One that got it later is the same step.
        let versions = [old("complete"), old("draft"), new.to_owned()];
        let mut followed = Followed::default();
        followed.add(StepId::new(1), Uid::of_raw("\"aaaaaaaaaaaa\""), 0);
        let pairs = versions.windows(2).rev();
        let told = pairs.flat_map(|pair| kinds(&mut followed, &pair[0], &pair[1]));
        assert_eq!(told.count(), 2);
    }

    #[test]
    fn a_step_without_a_uid_is_followed_by_what_it_was() {
        let step = |id: u32, title: &str, owner: &str, was: &str| {
            format!(
                r#"{{"step_id": "{id:04}", "title": "{title}", "owner": "{owner}", "was": [{was}]}}"#
            )
        };
        let versions = [
            format!("{}\n{}", step(1, "A", "x", ""), step(2, "B", "x", "")),
            format!("{}\n{}", step(1, "A", "y", ""), step(2, "B", "z", "")),
            // The number that A had is given to a step that comes.
            [
                step(1, "C", "x", ""),
                step(2, "B", "z", ""),
                step(7, "A", "z", "\"0001\""),
            ]
            .join("\n"),
            // C and B exchange their numbers, and the one has another owner since.
            [
                step(1, "B", "z", "\"2\""),
                step(2, "C", "b", "\"0001\""),
                step(7, "A", "z", "\"0001\""),
            ]
            .join("\n"),
            // One is renamed in passing.
            [
                step(1, "B", "z", "\"2\""),
                step(3, "Cc", "b", "\"0001\", \"0002\""),
                step(7, "A", "c", "\"0001\""),
            ]
            .join("\n"),
        ];
        let told = |number: u32| {
            let mut followed = Followed::default();
            followed.add(StepId::new(number), None, 0);
            let mut told = Vec::new();
            for pair in versions.windows(2).rev() {
                told.push(kinds(&mut followed, &pair[0], &pair[1]));
            }
            told
        };
        let changed = |field: &str| (Kind::Changed, field.to_owned());
        let renumbered = || (Kind::Renumbered, "step_id".to_owned());
        let owner = || vec![changed("owner")];
        assert_eq!(
            told(7),
            [
                owner(),
                vec![],
                vec![renumbered(), changed("owner"), changed("was")],
                owner()
            ]
        );
        assert_eq!(
            told(3),
            [
                vec![renumbered(), changed("title"), changed("was")],
                vec![renumbered(), changed("owner"), changed("was")],
                vec![(Kind::Added, String::new())],
                vec![]
            ]
        );
        assert_eq!(
            told(1),
            [vec![], vec![renumbered(), changed("was")], vec![], owner()]
        );
    }
}
