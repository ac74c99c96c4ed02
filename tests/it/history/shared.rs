//! The history of a real plan, kept beside the repository where it is. Elsewhere these tests say
//! that they skipped.

use std::path::Path;

use tempfile::TempDir;

use super::naive::{history, of_json, versions};
use super::repo::{LOG, events, git_in, has_git};
use crate::support::run::Folder;

/// A clone of the bundle in a folder.
fn real_plan() -> Option<Folder> {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/history/real-plan.bundle");
    if !bundle.is_file() {
        eprintln!("skipped: there is no ../shared/history/real-plan.bundle");
        return None;
    }
    let folder = has_git().then(|| Folder::new(&[]))?;
    let clone = TempDir::new().unwrap();
    let to = clone.path().join("plan").display().to_string();
    let bundle = bundle.canonicalize().unwrap().display().to_string();
    git_in(clone.path(), "", &["clone", "-q", &bundle, &to]);
    for name in [".git", "data"] {
        std::fs::rename(
            clone.path().join("plan").join(name),
            folder.path().join(name),
        )
        .unwrap();
    }
    Some(folder)
}

#[test]
fn the_real_history_is_that_of_a_naive_count() {
    let Some(folder) = real_plan() else { return };
    let events = events(&folder, &[]);
    let now = folder.read(LOG).into_bytes();
    let versions = versions(folder.path());
    let naive = history(&versions, std::slice::from_ref(&now));
    assert!(
        of_json(&events) == naive,
        "{} events, {} counted",
        events.len(),
        naive.len()
    );
    let count = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    let today = super::naive::steps(std::slice::from_ref(&now));
    assert_eq!(count("added") - count("removed"), today.len());
    for by in ["week", "day"] {
        super::burn::assert_points(&folder, &versions, std::slice::from_ref(&now), by);
    }
    super::forecast::assert_counted(&folder, &versions, &[], &|_| true);
    let by_owner = ["--filter", "owner:e"];
    super::forecast::assert_counted(&folder, &versions, &by_owner, &|step| {
        step["owner"]
            .as_str()
            .is_some_and(|owner| owner.to_lowercase().contains('e'))
    });
}
