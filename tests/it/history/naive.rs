//! The history counted without cleverness: every version of every log is read with `git show`,
//! every line parsed, every step compared with every other version's.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::repo::git_in;

/// An event in a form of its own: commit (none for what is not committed), step, uid, kind,
/// field, before, after.
pub type Told = (
    Option<String>,
    String,
    String,
    String,
    String,
    String,
    String,
);

/// A step's line as an object without its stamp.
pub type Object = Rc<Map<String, Value>>;

/// The steps of one version.
pub fn steps(logs: &[Vec<u8>]) -> Vec<Object> {
    thread_local! {
        /// Each line is parsed once: a test build takes its time.
        static PARSED: RefCell<HashMap<Vec<u8>, Option<Object>>> = RefCell::default();
    }
    let parse = |line: &[u8]| {
        let mut object = serde_json::from_slice::<Map<String, Value>>(line).ok()?;
        object.remove("updated_at");
        object.contains_key("step_id").then(|| Rc::new(object))
    };
    let lines = logs.iter().flat_map(|log| log.split(|byte| *byte == b'\n'));
    PARSED.with_borrow_mut(|parsed| {
        let steps = lines.filter_map(|line| {
            let known = parsed.entry(line.to_vec()).or_insert_with(|| parse(line));
            known.clone()
        });
        steps.collect()
    })
}

/// A commit, and the steps that the logs had in it.
pub type Version = (String, Vec<Object>);

/// What the logs said in every first-parent commit, oldest first.
pub fn versions(repo: &Path) -> Vec<Version> {
    let git = |arguments: &[&str]| git_in(repo, "2026-01-01T00:00:00Z", arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let commits = text(git(&["rev-list", "--first-parent", "--reverse", "HEAD"]));
    let version = |commit: &str| {
        let names = text(git(&["ls-tree", "-r", "--name-only", commit]));
        let logs = names.lines().filter(|name| name.ends_with(".jsonl"));
        let logs: Vec<_> = logs
            .map(|name| git(&["show", &format!("{commit}:{name}")]))
            .collect();
        (commit.to_owned(), steps(&logs))
    };
    commits.lines().map(version).collect()
}

pub fn number(step: &Object) -> String {
    let words = step["step_id"]
        .as_str()
        .map_or(step["step_id"].to_string(), str::to_owned);
    words.trim_start_matches('0').to_owned()
}

/// The uid of each step, if it stands once among them.
pub fn uids(steps: &[Object]) -> Vec<String> {
    let uid = |step: &Object| {
        step.get("uid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for step in steps {
        *counts.entry(uid(step)).or_default() += 1;
    }
    let own = steps.iter().map(uid);
    own.map(|uid| {
        if counts[&uid] == 1 {
            uid
        } else {
            String::new()
        }
    })
    .collect()
}

/// Top-level values, those of inner objects behind a dot.
pub fn flat(step: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for (key, value) in step
        .iter()
        .filter(|(key, value)| *key != "step_id" && !value.is_null())
    {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                for (within, value) in inner.iter().filter(|(_, value)| !value.is_null()) {
                    flat.insert(format!("{key}.{within}"), value.clone());
                }
            }
            _ => drop(flat.insert(key.clone(), value.clone())),
        }
    }
    flat
}

/// What happened between two versions; of a step that came or went, its status is told.
pub fn between(commit: Option<&str>, old: &[Object], new: &[Object]) -> Vec<Told> {
    let (old_uids, new_uids) = (uids(old), uids(new));
    let mut left: BTreeSet<usize> = (0..old.len()).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    for (at, pair) in pairs
        .iter_mut()
        .enumerate()
        .filter(|(at, _)| !new_uids[*at].is_empty())
    {
        *pair = old_uids.iter().position(|uid| *uid == new_uids[at]);
        if let Some(was) = pair {
            left.remove(was);
        }
    }
    let mut by_number: HashMap<String, Vec<usize>> = HashMap::new();
    for was in &left {
        by_number.entry(number(&old[*was])).or_default().push(*was);
    }
    for (at, pair) in pairs
        .iter_mut()
        .enumerate()
        .filter(|(_, pair)| pair.is_none())
    {
        let same = by_number.entry(number(&new[at])).or_default();
        let free = |was: &usize| {
            let both = !new_uids[at].is_empty() && !old_uids[*was].is_empty();
            left.contains(was) && !both
        };
        *pair = same.iter().copied().find(free);
        if let Some(was) = pair {
            left.remove(was);
        }
    }
    let mut told = Vec::new();
    let mut tell = |step: &Object, uid: String, kind: &str, field: &str, values: [String; 2]| {
        let [before, after] = values;
        let commit = commit.map(str::to_owned);
        told.push((
            commit,
            number(step),
            uid,
            kind.to_owned(),
            field.to_owned(),
            before,
            after,
        ));
    };
    let status = |step: &Object| step["status"].to_string();
    for (at, (step, pair)) in new.iter().zip(pairs).enumerate() {
        let Some(pair) = pair else {
            tell(
                step,
                new_uids[at].clone(),
                "added",
                "",
                [String::new(), status(step)],
            );
            continue;
        };
        let was = &old[pair];
        if step == was {
            continue;
        }
        let uid = [&new_uids[at], &old_uids[pair]]
            .into_iter()
            .find(|uid| !uid.is_empty());
        let uid = uid.cloned().unwrap_or_default();
        if number(step) != number(was) {
            let numbers = [was["step_id"].to_string(), step["step_id"].to_string()];
            tell(step, uid.clone(), "renumbered", "step_id", numbers);
        }
        let (before, after) = (flat(was), flat(step));
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            if before.get(key) != after.get(key) {
                let value = |fields: &BTreeMap<String, Value>| {
                    fields.get(key).map(Value::to_string).unwrap_or_default()
                };
                tell(
                    step,
                    uid.clone(),
                    "changed",
                    key,
                    [value(&before), value(&after)],
                );
            }
        }
    }
    for was in left {
        tell(
            &old[was],
            old_uids[was].clone(),
            "removed",
            "",
            [status(&old[was]), String::new()],
        );
    }
    told
}

/// Everything that happened, with what is on disk as the last version, in no order.
pub fn history(versions: &[Version], now: &[Vec<u8>]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut before: &[Object] = &[];
    for (commit, version) in versions {
        told.extend(between(Some(commit), before, version));
        before = version;
    }
    told.extend(between(None, before, &steps(now)));
    for (_, _, _, _, field, before, after) in &mut told {
        if field.is_empty() {
            before.clear();
            after.clear();
        }
    }
    told.sort();
    told
}

/// The same out of what `log --json` printed.
pub fn of_json(events: &[Value]) -> Vec<Told> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = events.iter().map(|event| {
        let values = match event["field"].is_null() {
            true => [String::new(), String::new()],
            false => ["before", "after"].map(|key| match &event[key] {
                Value::Null => String::new(),
                value => value.to_string(),
            }),
        };
        let [before, after] = values;
        let number = text(&event["step_id"]).trim_start_matches('0').to_owned();
        let (kind, field) = (text(&event["kind"]), text(&event["field"]));
        let commit = event["commit"].as_str().map(str::to_owned);
        (
            commit,
            number,
            text(&event["uid"]),
            kind,
            field,
            before,
            after,
        )
    });
    let mut told: Vec<Told> = told.collect();
    told.sort();
    told
}

/// Plays events, given newest first, over a plan without steps. Answers each step's values by
/// its number; only for histories in which no number stands twice.
pub fn replay(events: &[Value]) -> HashMap<String, BTreeMap<String, Value>> {
    let mut steps: HashMap<String, BTreeMap<String, Value>> = HashMap::new();
    let number = |value: &Value| value.as_str().unwrap().trim_start_matches('0').to_owned();
    let mut at = events.len();
    while at > 0 {
        // Numbers may be exchanged within a commit: all are taken away before any is given.
        let commit = &events[at - 1]["commit"];
        let from = events[..at]
            .iter()
            .rposition(|event| event["commit"] != *commit)
            .map_or(0, |at| at + 1);
        let mut came = Vec::new();
        for event in &events[from..at] {
            match event["kind"].as_str().unwrap() {
                "removed" => drop(steps.remove(&number(&event["step_id"])).unwrap()),
                "renumbered" => {
                    let step = steps.remove(&number(&event["before"])).unwrap();
                    came.push((number(&event["after"]), step));
                }
                "added" => {
                    let mut object = event["after"].as_object().unwrap().clone();
                    object.remove("updated_at");
                    came.push((number(&event["step_id"]), flat(&object)));
                }
                _ => {}
            }
        }
        steps.extend(came);
        for event in events[from..at]
            .iter()
            .filter(|event| event["kind"] == "changed")
        {
            let step = steps.get_mut(&number(&event["step_id"])).unwrap();
            let field = event["field"].as_str().unwrap();
            let before = step.remove(field).unwrap_or_default();
            assert_eq!(before, event["before"], "{event}");
            if !event["after"].is_null() {
                step.insert(field.to_owned(), event["after"].clone());
            }
        }
        at = from;
    }
    steps
}
