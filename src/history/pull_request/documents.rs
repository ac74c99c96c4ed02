//! What a branch changes beside steps and blocks: people, the words of the canon, and papers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{CanonChange, Paper, PersonChange};
use crate::change::delta::{FileDelta, Part, Subject};
use crate::plan::Plan;
use crate::plan::people::{self, Person};
use crate::plan::source::{Role, SourceFile};

/// Who is in the tables of people that was not, or is told otherwise.
pub(super) fn people(before: &Plan, after: &Plan) -> Vec<PersonChange> {
    let [before, after] = [before, after].map(people::people);
    let of = |people: &'_ [Person], person: &Person| {
        let mut people = people.iter();
        people
            .find(|other| other.names.first() == person.names.first())
            .cloned()
    };
    let told = |person: &Person, how: &str| PersonChange {
        person: person.names.first().cloned().unwrap_or_default(),
        how: how.to_owned(),
    };
    let here = after.iter().filter_map(|person| match of(&before, person) {
        None => Some(told(person, "added")),
        Some(old) => (old != *person).then(|| told(person, "changed")),
    });
    let gone = before.iter().filter(|person| of(&after, person).is_none());
    let gone = gone.map(|person| told(person, "removed"));
    here.chain(gone).collect()
}

/// What the canon says otherwise, apart from what is told of steps and blocks, and of the checks
/// that are `told`.
pub(super) fn canon(before: &Plan, after: &Plan, told: &[String]) -> Vec<CanonChange> {
    let of = |plan: &'_ Plan| -> BTreeMap<PathBuf, Vec<u8>> {
        let files = plan.files().iter().filter(|file| file.role == Role::Canon);
        files
            .map(|file| (file.path.clone(), file.document.to_bytes()))
            .collect()
    };
    let [mut before, mut after] = [before, after].map(of);
    let paths: BTreeSet<PathBuf> = before.keys().chain(after.keys()).cloned().collect();
    let mut found = Vec::new();
    for path in paths {
        let (old, new) = (before.remove(&path), after.remove(&path));
        let Some(delta) = FileDelta::between(&path, Role::Canon, old, new) else {
            continue;
        };
        let is_told = |part: &&Part| match &part.subject {
            Subject::Step(..) | Subject::Field(..) | Subject::Cell(..) | Subject::Row(_) => true,
            Subject::Check(_, check) => told.contains(check),
            _ => false,
        };
        let rest = delta.parts.iter().filter(|part| !is_told(part));
        found.extend(rest.map(|part| CanonChange {
            path: path.display().to_string(),
            what: part.subject.to_string(),
            how: part.change(),
        }));
    }
    found
}

/// The papers beside log and canon that differ.
pub(super) fn papers(before: &Plan, after: &Plan) -> Vec<Paper> {
    let of = |plan: &'_ Plan| -> BTreeMap<String, Vec<u8>> {
        let is_paper = |file: &&SourceFile| !matches!(file.role, Role::Log | Role::Canon);
        let files = plan.files().iter().filter(is_paper);
        let name = |file: &SourceFile| file.path.display().to_string();
        files
            .map(|file| (name(file), file.document.to_bytes()))
            .collect()
    };
    let [before, after] = [before, after].map(of);
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = paths.into_iter().filter_map(|path| {
        let how = match (before.get(path), after.get(path)) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(old), Some(new)) if old != new => "changed",
            _ => return None,
        };
        Some(Paper {
            path: path.clone(),
            how: how.to_owned(),
        })
    });
    differ.collect()
}
