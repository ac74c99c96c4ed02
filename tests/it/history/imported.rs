//! A plan that came into git with its first commit: what that brought was done before, whenever its
//! steps say, and is nobody's work of this week.

use serde_json::Value;

use super::repo::{LOG, Repo, line, log_of};
use crate::support::run::{Folder, NOW};

/// Brought into git on 2026-11-20, the day before the clock's: one step complete since 2026-08-31,
/// one blocked since then, one whose stamp is younger than the commit. A canon came a day earlier.
fn plan() -> Option<Repo> {
    assert!(NOW.starts_with("2026-11-21"));
    let repo = Repo::new()?;
    repo.write(
        "docs/plan.md",
        "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | Base |\n",
    );
    repo.pass_days(78);
    repo.commit("canon");
    repo.land(&[
        &line("0001", "Done long ago", "complete"),
        &line("0002", "Waits", "blocked"),
        &line("0003", "Goes on", "in progress").replace("2026-08-31", "2026-11-21"),
    ]);
    Some(repo)
}

fn found(folder: &Folder, filter: &str) -> Vec<String> {
    let listed = folder.run(&["list", "--filter", filter]).ok();
    let ids = listed.lines().filter_map(|line| line.split('\t').next());
    ids.map(str::to_owned).collect()
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    serde_json::from_str(&folder.run(arguments).ok()).unwrap()
}

#[test]
fn its_steps_are_as_old_as_they_say() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    for (filter, ids) in [
        ("completed:<14d", &[][..]),
        ("completed:>60d", &["0001"]),
        ("blocked:>14d", &["0002"]),
        // A stamp that is younger than the commit is none of a change.
        ("changed:<14d", &["0003"]),
        ("changed:>60d", &["0001", "0002"]),
        ("added:<7d", &["0001", "0002", "0003"]),
    ] {
        assert_eq!(found(folder, filter), ids, "{filter}");
    }
    let listed = folder
        .run(&["list", "--columns", "id,age", "--filter", "is:open"])
        .ok();
    assert_eq!(
        listed,
        "0002\tblocked\t82d\tWaits\n0003\tin progress\t1d\tGoes on\n"
    );
}

#[test]
fn no_report_counts_what_was_there_before() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let demo = json(folder, &["report", "demo", "--since", "4w", "--json"]);
    assert_eq!(demo["steps"], serde_json::json!([]), "{demo}");
    assert_eq!(demo["since"]["label"], "the first commit", "{demo}");
    let card = json(folder, &["report", "scorecard", "--json"]);
    let value = |name: &str| {
        let mut all = card["indicators"].as_array().unwrap().iter();
        all.find(|it| it["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(value("Steps completed"), 0.0, "{card}");
    assert_eq!(value("Blocked over a week"), 1.0, "{card}");
    let told = folder.run(&["report", "demo", "--since", "4w"]);
    assert!(
        told.err.contains("the history begins on 2026-11-20"),
        "{}",
        told.err
    );
    // What is completed from there on counts.
    repo.write(
        LOG,
        &log_of(&[
            &line("0001", "Done long ago", "complete"),
            &line("0002", "Waits", "complete"),
        ]),
    );
    let demo = json(folder, &["report", "demo", "--since", "4w", "--json"]);
    let steps = demo["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 1, "{demo}");
    assert_eq!(steps[0]["step_id"], "0002");
}
