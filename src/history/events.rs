//! What happened to steps from one version of the logs to the next.
//!
//! Versions are walked from the newest back. A step is followed by its uid, otherwise by the numbers
//! that it says it had (`was`) and by its number, however that is spelled; a uid that two lines of a
//! version have counts for neither.
//! Content counts, not `updated_at`, and not the order of keys or the spelling of JSON. Several
//! logs are one: a step that moves to another file is the same step, and so is one of log and
//! canon, of which the log counts.

mod same_step;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::canon::{self, CanonVersion, Tick};
use super::lines::{self, ChangedLines};
use super::value;
use crate::document::json::{self, Object};
use crate::plan::id::StepId;
use crate::plan::uid::Uid;
use same_step::match_up;

/// A stamp that anybody can set.
const STAMP: &str = "updated_at";
const ID: &str = "step_id";
const UID: &str = "uid";
const WAS: &str = "was";

/// What happened to a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// A field has another value.
    Changed,
    /// It has another number.
    Renumbered,
}

impl Kind {
    /// The word that `--json` uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renumbered => "renumbered",
        }
    }
}

/// One thing that happened to one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The step, spelled as in the newer version that has it.
    pub step: StepId,
    /// Its uid, if it has one that no other line has.
    pub uid: Option<Uid>,
    /// What happened.
    pub kind: Kind,
    /// The key that changed, such as `evidence.actual`; none where the whole step came or went.
    pub field: Option<String>,
    /// The raw JSON before: of the field, or of the removed step.
    pub before: Option<String>,
    /// The raw JSON after: of the field, or of the added step.
    pub after: Option<String>,
}

/// The way back through the versions of a plan.
#[derive(Clone, Default, Debug)]
pub struct Walk {
    /// How many lines of the logs of the version last seen have each uid.
    uids: HashMap<Uid, usize>,
    canon: Option<Canon>,
    names: Names,
}

/// What the version last seen has besides its logs.
#[derive(Clone, Default, Debug)]
struct Canon {
    version: CanonVersion,
    /// How many lines of the logs have each number.
    in_log: HashMap<StepId, usize>,
}

/// A line that holds a step.
struct Step<'a> {
    id: StepId,
    uid: Option<Uid>,
    text: &'a str,
    /// What it says, if it was parsed.
    object: Option<Object<'a>>,
}

/// Which step each line names that was parsed before, or that it names none: a line comes with one
/// version and goes with another, and of a step that comes or goes no more is asked.
#[derive(Clone, Debug)]
struct Names {
    /// Makes the hashes of lines our own, so that nobody can prepare two that are alike.
    seed: u64,
    by_hash: HashMap<u128, Option<(StepId, Option<Uid>)>>,
}

/// How many lines are known, at most; then all are forgotten.
const MOST_NAMES: usize = 1 << 18;

impl Default for Names {
    fn default() -> Self {
        Self {
            seed: RandomState::new().hash_one(0),
            by_hash: HashMap::new(),
        }
    }
}

impl Names {
    /// The steps in lines, without those that hold none.
    fn steps<'a>(&mut self, lines: &[&'a [u8]]) -> Vec<Step<'a>> {
        let steps = lines.iter().filter_map(|line| self.step(line));
        steps.collect()
    }

    fn step<'a>(&mut self, line: &'a [u8]) -> Option<Step<'a>> {
        let hash = xxh3_128_with_seed(line, self.seed);
        if let Some(known) = self.by_hash.get(&hash) {
            let (id, uid) = (*known)?;
            let (text, object) = (Step::text(line)?, None);
            return Some(Step {
                id,
                uid,
                text,
                object,
            });
        }
        if self.by_hash.len() >= MOST_NAMES {
            self.by_hash.clear();
        }
        let step = Step::read(line);
        let name = step.as_ref().map(|step| (step.id, step.uid));
        self.by_hash.insert(hash, name);
        step
    }
}

impl Walk {
    /// Starts at the newest version, given all of its logs.
    pub fn from_newest<'a>(logs: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut walk = Self::default();
        let lines = logs.into_iter().flat_map(lines::split);
        // Only lines that may have a uid are parsed.
        let with_uid = lines.filter(|line| memchr::memmem::find(line, b"\"uid\"").is_some());
        for uid in with_uid.filter_map(|line| Step::read(line)?.uid) {
            *walk.uids.entry(uid).or_default() += 1;
        }
        walk
    }

    /// With a canon, whose steps count unless a log has them. `in_log` are the numbers in the logs
    /// of the newest version.
    pub(crate) fn with_canon(
        mut self,
        version: CanonVersion,
        in_log: impl IntoIterator<Item = StepId>,
    ) -> Self {
        let mut canon = Canon {
            version,
            ..Canon::default()
        };
        for id in in_log {
            *canon.in_log.entry(id).or_default() += 1;
        }
        self.canon = Some(canon);
        self
    }

    /// The lines of the steps that only the canon of the version last seen has.
    pub(crate) fn canon_lines(&self) -> Vec<&[u8]> {
        let canon = self.canon.iter();
        let lines =
            canon.flat_map(|canon| canon.version.lines(&canon.version.shown(&canon.in_log)));
        lines.collect()
    }

    /// Goes back one version, whose logs differ from those of the version seen last as
    /// `changed` says, and its canon if one is given. Answers what happened to steps between the
    /// two, in their order, and which checks were ticked.
    pub(crate) fn back(
        &mut self,
        changed: &ChangedLines<'_>,
        older: Option<CanonVersion>,
    ) -> (Vec<Event>, Vec<Tick>) {
        let mut gone = self.names.steps(&changed.gone);
        let mut came = self.names.steps(&changed.came);
        let newer: Vec<usize> = came.iter().map(|step| self.count(step.uid)).collect();
        for uid in came.iter().filter_map(|step| step.uid) {
            self.add(uid, false);
        }
        for uid in gone.iter().filter_map(|step| step.uid) {
            self.add(uid, true);
        }
        for (step, count) in came.iter_mut().zip(newer) {
            step.uid = step.uid.filter(|_| count == 1);
        }
        for step in &mut gone {
            step.uid = step.uid.filter(|uid| self.count(Some(*uid)) == 1);
        }
        let Some(canon) = &mut self.canon else {
            return (events(&gone, &came), Vec::new());
        };
        let shown = canon.version.shown(&canon.in_log);
        for (steps, is_there) in [(&came, false), (&gone, true)] {
            for step in steps {
                let count = canon.in_log.entry(step.id).or_default();
                *count = if is_there {
                    *count + 1
                } else {
                    count.saturating_sub(1)
                };
            }
        }
        let mut ticks = Vec::new();
        let newer = older.map(|older| {
            ticks = canon::ticks(&older, &canon.version);
            std::mem::replace(&mut canon.version, older)
        });
        let mut lines = ChangedLines {
            gone: canon.version.lines(&canon.version.shown(&canon.in_log)),
            came: newer.as_ref().unwrap_or(&canon.version).lines(&shown),
        };
        lines.cancel();
        gone.extend(self.names.steps(&lines.gone));
        came.extend(self.names.steps(&lines.came));
        (events(&gone, &came), ticks)
    }

    fn count(&self, uid: Option<Uid>) -> usize {
        uid.and_then(|uid| self.uids.get(&uid))
            .copied()
            .unwrap_or(0)
    }

    fn add(&mut self, uid: Uid, is_there: bool) {
        let count = self.uids.entry(uid).or_default();
        *count = match is_there {
            true => *count + 1,
            false => count.saturating_sub(1),
        };
    }
}

/// What happened between two versions of a plan's logs, each given as all of them together.
pub fn between(older: &[u8], newer: &[u8]) -> Vec<Event> {
    Walk::from_newest([newer])
        .back(&lines::changed(older, newer), None)
        .0
}

/// The number of the step that a line holds, and its uid.
pub(crate) fn name_of_line(line: &[u8]) -> Option<(StepId, Option<Uid>)> {
    Step::read(line).map(|step| (step.id, step.uid))
}

/// Whether a line holds a step that says it had this number.
pub(crate) fn had_number(line: &[u8], id: StepId) -> bool {
    let is_told = memchr::memmem::find(line, b"\"was\"").is_some();
    is_told && Step::read(line).is_some_and(|step| step.former().contains(&id))
}

impl<'a> Step<'a> {
    fn read(line: &'a [u8]) -> Option<Self> {
        let text = Self::text(line)?;
        let object = Object::parse(text).ok()?;
        Some(Self {
            id: StepId::of_raw(object.get(ID)?)?,
            uid: object.get(UID).and_then(Uid::of_raw),
            text,
            object: Some(object),
        })
    }

    fn text(line: &'a [u8]) -> Option<&'a str> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        std::str::from_utf8(line).ok()
    }

    /// What it says.
    fn object(&self) -> Option<Cow<'_, Object<'a>>> {
        match &self.object {
            Some(object) => Some(Cow::Borrowed(object)),
            None => Object::parse(self.text).ok().map(Cow::Owned),
        }
    }

    /// The numbers that it says it had.
    fn former(&self) -> Vec<StepId> {
        if memchr::memmem::find(self.text.as_bytes(), b"\"was\"").is_none() {
            return Vec::new();
        }
        let object = self.object();
        let raw = object.as_ref().and_then(|object| object.get(WAS));
        let items = raw.and_then(json::items).unwrap_or_default();
        items.into_iter().filter_map(StepId::of_raw).collect()
    }

    fn title(&self) -> String {
        let object = self.object();
        let raw = object.as_ref().and_then(|object| object.get("title"));
        raw.map_or_else(String::new, |raw| json::words(raw).trim().to_owned())
    }

    /// What happened to the step, if this is what it was in the older version.
    fn events(&self, older: Option<&Self>) -> Vec<Event> {
        let event = |kind, field: Option<&str>, before: Option<&str>, after: Option<&str>| Event {
            step: self.id,
            uid: self.uid.or(older.and_then(|older| older.uid)),
            kind,
            field: field.map(str::to_owned),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let Some(older) = older else {
            return vec![event(Kind::Added, None, None, Some(self.text))];
        };
        let mut found = Vec::new();
        let [before, after] = [older, self].map(Self::object);
        let [before, after] = [before.as_deref(), after.as_deref()];
        if older.id != self.id {
            let [before, after] = [before, after].map(|object| object?.get(ID));
            found.push(event(Kind::Renumbered, Some(ID), before, after));
        }
        let mut differing = Vec::new();
        compare(before, after, "", &mut differing);
        let differing = differing.into_iter();
        found.extend(
            differing.map(|(key, before, after)| event(Kind::Changed, Some(&key), before, after)),
        );
        found
    }
}

/// What happened to the steps, all of them.
fn events(gone: &[Step<'_>], came: &[Step<'_>]) -> Vec<Event> {
    let was = match_up(gone, came);
    let mut is_taken = vec![false; gone.len()];
    was.iter().flatten().for_each(|at| is_taken[*at] = true);
    let mut events: Vec<Event> = Vec::with_capacity(came.len());
    for (step, was) in came.iter().zip(was) {
        events.extend(step.events(was.map(|at| &gone[at])));
    }
    let removed = gone.iter().zip(is_taken).filter(|(_, is_taken)| !is_taken);
    events.extend(removed.map(|(step, _)| Event {
        step: step.id,
        uid: step.uid,
        kind: Kind::Removed,
        field: None,
        before: Some(step.text.to_owned()),
        after: None,
    }));
    events.sort_by_key(|event| event.step);
    events
}

/// Adds each key whose values differ, with the raw values; those of inner objects behind a dot.
/// A key that is `null` says as much as one that is not there. `within` is the outer key and the
/// dot, or nothing.
fn compare<'a>(
    older: Option<&Object<'a>>,
    newer: Option<&Object<'a>>,
    within: &str,
    differing: &mut Vec<(String, Option<&'a str>, Option<&'a str>)>,
) {
    let is_top = within.is_empty();
    let value =
        |object: Option<&Object<'a>>, key: &str| object?.get(key).filter(|raw| *raw != "null");
    let inner = |raw: Option<&'a str>| {
        let raw = raw.filter(|raw| is_top && raw.starts_with('{'))?;
        Object::parse(raw)
            .ok()
            .filter(|object| object.entries().next().is_some())
    };
    let mut seen = HashSet::new();
    for (key, _) in newer.into_iter().chain(older).flat_map(Object::entries) {
        let counts = !(is_top && [ID, STAMP].contains(&key)) && seen.insert(key);
        let (before, after) = (value(older, key), value(newer, key));
        if !counts || before == after {
            continue;
        }
        let (in_before, in_after) = (inner(before), inner(after));
        let before = before.filter(|_| in_before.is_none());
        let after = after.filter(|_| in_after.is_none());
        let is_same = match (before, after) {
            (Some(before), Some(after)) => value::same(before, after),
            (before, after) => before == after,
        };
        if !is_same {
            differing.push((format!("{within}{key}"), before, after));
        }
        if in_before.is_some() || in_after.is_some() {
            compare(
                in_before.as_ref(),
                in_after.as_ref(),
                &format!("{key}."),
                differing,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    type Version = BTreeMap<u32, (Option<&'static str>, &'static str, u8, u32)>;

    /// Steps by number, with a uid that others may have too, a status, a measure, and a number that
    /// each had before, if not 0.
    fn version() -> impl Strategy<Value = Version> {
        let uids = vec!["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"];
        let uid = prop::option::of(prop::sample::select(uids));
        let status = prop::sample::select(vec!["draft", "complete"]);
        prop::collection::btree_map(1..6u32, (uid, status, 0..3u8, 0..6u32), 0..5)
    }

    /// The log of a version, in one of two ways to write it.
    fn log(version: &Version, is_odd: bool) -> String {
        type Fields<'a> = (Option<&'a str>, &'a str, u8, u32);
        let line = |(number, (uid, status, actual, was)): (&u32, &Fields<'_>)| {
            let uid = uid.map_or_else(String::new, |uid| format!(r#", "uid": "{uid}""#));
            let uid = match was {
                0 => uid,
                was => format!(r#"{uid}, "was": ["{was}"]"#),
            };
            match is_odd {
                false => format!(
                    r#"{{"step_id": "{number:04}", "status": "{status}", "evidence": {{"actual": {actual}}}{uid}}}"#
                ),
                true => format!(
                    r#"{{"updated_at":"x","evidence":{{ "actual":{actual}.0e0 }},"status":"{status}","owner":null,"step_id":{number}{uid}}}"#
                ),
            }
        };
        let mut lines: Vec<String> = version.iter().map(line).collect();
        if is_odd {
            lines.reverse();
        }
        lines.join("\n")
    }

    /// The fields of each step by number.
    fn fields(log: &str) -> BTreeMap<u32, BTreeMap<String, f64>> {
        let read = |line: &str| {
            let step: Value = serde_json::from_str(line).unwrap();
            let number = StepId::of_raw(&step["step_id"].to_string())
                .unwrap()
                .number();
            (number, of_object(&step))
        };
        log.lines().map(read).collect()
    }

    /// Numbers stand for words, so that the spelling of a value does not matter.
    fn of_object(step: &Value) -> BTreeMap<String, f64> {
        let number = |value: &Value| match value {
            Value::String(text) => text.bytes().map(f64::from).sum::<f64>() + 100.0,
            value => value.as_f64().unwrap(),
        };
        let was = step["was"][0].as_str().map(|was| was.parse().unwrap());
        let mut fields = BTreeMap::from([(
            "evidence.actual".to_owned(),
            number(&step["evidence"]["actual"]),
        )]);
        for key in ["status", "uid"] {
            if let Some(value) = step.get(key) {
                fields.insert(key.to_owned(), number(value));
            }
        }
        fields.extend(was.map(|was| ("was".to_owned(), was)));
        fields
    }

    fn replay(log: &str, events: &[Event]) -> BTreeMap<u32, BTreeMap<String, f64>> {
        let mut steps = fields(log);
        let value = |raw: &Option<String>| -> Value {
            serde_json::from_str(raw.as_deref().unwrap()).unwrap()
        };
        let mut came = Vec::new();
        for event in events {
            match event.kind {
                Kind::Removed => drop(steps.remove(&event.step.number()).unwrap()),
                Kind::Added => came.push((event.step.number(), of_object(&value(&event.after)))),
                Kind::Renumbered => {
                    let before = StepId::of_raw(event.before.as_deref().unwrap()).unwrap();
                    came.push((event.step.number(), steps.remove(&before.number()).unwrap()));
                }
                Kind::Changed => {}
            }
        }
        steps.extend(came);
        for event in events.iter().filter(|event| event.kind == Kind::Changed) {
            let step = steps.get_mut(&event.step.number()).unwrap();
            let field = event.field.clone().unwrap();
            let as_number = |raw: &Option<String>| {
                raw.as_ref().map(|_| match value(raw) {
                    Value::String(text) => text.bytes().map(f64::from).sum::<f64>() + 100.0,
                    Value::Array(was) => was[0].as_str().unwrap().parse().unwrap(),
                    value => value.as_f64().unwrap(),
                })
            };
            assert_eq!(step.remove(&field), as_number(&event.before), "{event:?}");
            step.extend(as_number(&event.after).map(|after| (field, after)));
        }
        steps
    }

    proptest! {
        #[test]
        fn events_replayed_over_the_older_version_give_the_newer(
            older in version(), newer in version(), odd in any::<[bool; 2]>()
        ) {
            let (older, newer) = (log(&older, odd[0]), log(&newer, odd[1]));
            let events = between(older.as_bytes(), newer.as_bytes());
            prop_assert_eq!(replay(&older, &events), fields(&newer), "{:?}", events);
        }

        #[test]
        fn another_spelling_is_no_event(version in version()) {
            let (plain, odd) = (log(&version, false), log(&version, true));
            prop_assert_eq!(between(plain.as_bytes(), odd.as_bytes()), []);
        }
    }

    #[test]
    fn a_uid_follows_a_step_unless_two_lines_have_it() {
        let line = |number: u32, uid: &str| {
            format!("{{\"step_id\": \"{number:04}\", \"uid\": \"{uid}\"}}\n")
        };
        let (a, b) = ("aaaaaaaaaaaa", "bbbbbbbbbbbb");
        let told = |older: &[(u32, &str)], newer: &[(u32, &str)]| {
            let [older, newer] = [older, newer].map(|lines| -> String {
                lines
                    .iter()
                    .map(|(number, uid)| line(*number, uid))
                    .collect()
            });
            let events = between(older.as_bytes(), newer.as_bytes());
            let kinds = events.iter().map(|event| (event.step.number(), event.kind));
            kinds.collect::<Vec<_>>()
        };
        let exchanged = [(1, Kind::Renumbered), (2, Kind::Renumbered)];
        assert_eq!(told(&[(1, a), (2, b)], &[(1, b), (2, a)]), exchanged);
        assert_eq!(told(&[(1, a)], &[(1, a), (2, a)]), [(2, Kind::Added)]);
        assert_eq!(told(&[(1, a), (2, a)], &[(2, a)]), [(1, Kind::Removed)]);
        assert_eq!(
            told(&[(1, a)], &[(1, b)]),
            [(1, Kind::Added), (1, Kind::Removed)]
        );
        assert_eq!(told(&[(1, a)], &[(1, "")]), [(1, Kind::Changed)]);
    }

    #[test]
    fn what_is_no_step_is_none() {
        let odd = "torn {\n{\"schema\": 1}\n{\"step_id\": \"x\"}\n[1]\n\u{feff}{\"step_id\": 7}\n";
        let events = between(b"\xff\n", odd.as_bytes());
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].step, StepId::new(7));
    }
}
