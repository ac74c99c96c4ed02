//! Steps that stay the same ones while their numbers change: by `uid`, else by what `was` tells.

use std::collections::HashMap;

use super::field::Field;
use super::id::{StepId, typed_id};
use super::uid::Uid;
use super::{Plan, StepKey, StepRef};
use crate::document::log::LineRef;

/// Some steps of a plan, and what tells who they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identities(Vec<Identity>);

#[derive(Clone, Copy, Debug)]
struct Identity {
    key: StepKey,
    uid: Option<Uid>,
    /// The number before this one.
    was: Option<StepId>,
}

fn uid(step: StepRef<'_>) -> Option<Uid> {
    step.raw(Field::Uid).and_then(Uid::of_raw)
}

/// The number that a step had before the one that it has.
fn last_number(step: StepRef<'_>) -> Option<StepId> {
    step.raw(Field::Was)?;
    step.list(Field::Was).last().and_then(|id| typed_id(id))
}

/// All numbers that steps of the plan had before those that they have, with these.
pub(crate) fn former_numbers(plan: &Plan) -> impl Iterator<Item = (StepId, StepId)> {
    let key = memchr::memmem::Finder::new("\"was\"");
    // Few lines have the key: most are looked through without being read.
    let may = move |step: &StepRef<'_>| {
        let line = step.log_line();
        line.is_some_and(|line| key.find(line.bytes()).is_some())
    };
    plan.steps().filter(may).flat_map(|step| {
        let was = step.list(Field::Was).into_iter();
        was.filter_map(move |id| Some((typed_id(&id)?, step.id())))
    })
}

/// The number that a step has by now.
pub(crate) fn renumbered(plan: &Plan, id: StepId) -> Option<StepId> {
    former_numbers(plan).find_map(|(was, now)| (was == id).then_some(now))
}

impl Identities {
    /// Those of these steps, as far as they are in the plan.
    pub(crate) fn of(plan: &Plan, keys: impl IntoIterator<Item = StepKey>) -> Self {
        let identity = |key: StepKey| {
            let step = plan.find_nth(key.0, key.1).map(|at| plan.step(at));
            Identity {
                key,
                uid: step.and_then(uid),
                was: step.and_then(last_number),
            }
        };
        Self(keys.into_iter().map(identity).collect())
    }

    /// The step of a log line that may be in no plan.
    pub(crate) fn of_line(key: StepKey, line: &LineRef<'_>) -> Self {
        let raw = |field: Field| line.get(field.spec().key);
        Self(vec![Identity {
            key,
            uid: raw(Field::Uid).and_then(Uid::of_raw),
            was: None,
        }])
    }

    /// What each of them is called in another version of the plan. One that is not in it keeps its
    /// name.
    pub(crate) fn names_in(&self, plan: &Plan) -> Vec<StepKey> {
        let is_there = |known: &Identity| {
            let at = plan.find_nth(known.key.0, known.key.1);
            at.is_some_and(|at| known.uid.is_none() || uid(plan.step(at)) == known.uid)
        };
        let moved: Vec<&Identity> = self.0.iter().filter(|known| !is_there(known)).collect();
        let moved = Moved::find(&moved, plan);
        let name = |known: &Identity| {
            let found = match known.uid {
                Some(uid) => moved.by_uid.get(&uid).copied().flatten(),
                None => moved.by_number.get(&known.key.0).copied(),
            };
            // Undone, the step has its former number again and says nothing of another one.
            let back = || {
                let at = plan.find(known.was?)?;
                (known.uid.is_none() && !is_there(known)).then(|| plan.step(at).key())
            };
            found.or_else(back).unwrap_or(known.key)
        };
        self.0.iter().map(name).collect()
    }
}

/// Steps of a plan that had another number once.
#[derive(Default)]
struct Moved {
    /// A uid that stands twice counts for none.
    by_uid: HashMap<Uid, Option<StepKey>>,
    by_number: HashMap<StepId, StepKey>,
}

impl Moved {
    /// Those that may be one of these, in one pass over the plan.
    fn find(wanted: &[&Identity], plan: &Plan) -> Self {
        let mut found = Self::default();
        if wanted.is_empty() {
            return found;
        }
        let uids: HashMap<Uid, ()> = (wanted.iter())
            .filter_map(|known| Some((known.uid?, ())))
            .collect();
        let numbers: HashMap<StepId, ()> = (wanted.iter())
            .filter(|known| known.uid.is_none() && known.key.1 == 0)
            .map(|known| (known.key.0, ()))
            .collect();
        for step in plan.steps() {
            if let Some(uid) = uid(step).filter(|uid| uids.contains_key(uid)) {
                let key = Some(step.key());
                found
                    .by_uid
                    .entry(uid)
                    .and_modify(|known| *known = None)
                    .or_insert(key);
            }
            if let Some(number) = last_number(step).filter(|id| numbers.contains_key(id)) {
                found.by_number.insert(number, step.key());
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(lines: &[&str]) -> Plan {
        let log = lines.join("\n") + "\n";
        let role = Role::Log;
        Plan::read(vec![SourceFile::load("plan.jsonl", role, log.into_bytes())])
    }

    /// What every step of one version is called in another.
    fn names(before: &[&str], after: &[&str]) -> String {
        let (before, after) = (plan(before), plan(after));
        let known = Identities::of(&before, before.steps().map(StepRef::key));
        let names = known.names_in(&after).into_iter();
        let names: Vec<String> = names.map(|(id, _)| id.to_string()).collect();
        names.join(" ")
    }

    #[test]
    fn a_step_is_followed_by_its_uid_to_wherever_it_went() {
        let [mine, theirs] = [
            r#"{"step_id":"0001","uid":"aaaaaaaaaaaa"}"#,
            r#"{"step_id":"0001","uid":"bbbbbbbbbbbb"}"#,
        ];
        let moved = r#"{"step_id":"0002","uid":"aaaaaaaaaaaa","was":["0001"]}"#;
        assert_eq!(names(&[mine], &[theirs, moved]), "0002");
        assert_eq!(names(&[moved], &[mine]), "0001");
        assert_eq!(names(&[mine], &[theirs]), "0001");
        // Twice, it says nothing.
        let copied = r#"{"step_id":"0003","uid":"aaaaaaaaaaaa"}"#;
        assert_eq!(names(&[mine], &[moved, copied]), "0001");
    }

    #[test]
    fn a_step_without_uid_is_followed_by_the_number_that_it_had() {
        let [first, second] = [r#"{"step_id":"0001"}"#, r#"{"step_id":"0002"}"#];
        let moved = r#"{"step_id":"0007","was":["0009","0001"]}"#;
        assert_eq!(names(&[first, second], &[second, moved]), "0007 0002");
        assert_eq!(names(&[second, moved], &[first, second]), "0002 0001");
        assert_eq!(
            names(&[first, second], &[first, second, moved]),
            "0001 0002"
        );
    }
}
