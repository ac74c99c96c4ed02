//! What has landed on the mainline: its numbers stay with their steps, and a merge that is not
//! concluded brings it.

use super::{Repo, set_up};
use crate::support::fixture::LOG;

impl Repo {
    /// Commits a step with this identity under the number that others take as well.
    fn brings(&self, uid: &str, title: &str) {
        let line = format!(
            "{{\"step_id\": \"0102\", \"title\": \"{title}\", \"status\": \"idea\", \"uid\": \"{uid}\"}}\n"
        );
        self.write(LOG, &(self.read(LOG) + &line));
        self.commit(title);
    }

    fn switch(&self, arguments: &[&str]) {
        self.git(&[&["switch", "-q"], arguments].concat()).ok();
    }
}

/// Ana's step is on `main`, Ben's on `ben`, from before; `release` has more than `main`.
fn ahead_of_main(ana: &str, ben: &str) -> Option<Repo> {
    let repo = set_up()?;
    repo.switch(&["-c", "ben"]);
    repo.brings(ben, "Ben's step");
    repo.switch(&["main"]);
    repo.brings(ana, "Ana's step");
    repo.switch(&["-c", "release"]);
    repo.write("notes.txt", "more\n");
    repo.commit("more");
    Some(repo)
}

#[test]
fn a_number_that_has_landed_stays_on_branches_ahead_of_the_mainline() {
    let ways: [(&str, &[&str]); 3] = [
        ("release", &["merge", "-q", "--no-edit", "ben"]),
        ("release", &["cherry-pick", "ben"]),
        ("ben", &["merge", "-q", "--no-edit", "release"]),
    ];
    for uids in [
        ["aaaaaaaaaaaa", "zzzzzzzzzzzz"],
        ["zzzzzzzzzzzz", "aaaaaaaaaaaa"],
    ] {
        for (on, way) in ways {
            let [ana, ben] = uids;
            let Some(repo) = ahead_of_main(ana, ben) else {
                return;
            };
            repo.switch(&[on]);
            repo.git(way).ok();
            assert_eq!(
                repo.field("0102", "title"),
                "Ana's step",
                "{on} {way:?} {uids:?}"
            );
            assert_eq!(
                repo.field("0103", "title"),
                "Ben's step",
                "{on} {way:?} {uids:?}"
            );
        }
    }
}

#[test]
fn what_a_merge_under_way_brings_is_not_the_branchs() {
    let Some(repo) = set_up() else { return };
    repo.switch(&["-c", "ben"]);
    repo.stepdeck(&["set", "1", "owner=ben"]).ok();
    repo.commit("ben");
    repo.switch(&["main"]);
    repo.stepdeck(&["set", "2", "owner=ana"]).ok();
    repo.stepdeck(&["set", "3", "owner=ana"]).ok();
    repo.commit("ana");
    repo.switch(&["ben"]);
    repo.git(&["merge", "-q", "--no-commit", "main"]).ok();
    let told = |concluded: &str| {
        let pr: serde_json::Value =
            serde_json::from_str(&repo.stepdeck(&["pr", "--json"]).ok()).unwrap();
        assert_eq!(pr["counts"]["changed"], 1, "{concluded}");
        let diff = repo.stepdeck(&["diff", "--against", "main"]).out;
        assert!(
            diff.contains("ben") && !diff.contains("ana"),
            "{concluded}: {diff}"
        );
    };
    told("under way");
    repo.commit("merge");
    told("concluded");
}

#[test]
fn a_shallow_clone_without_the_common_commit_says_so() {
    let Some(repo) = set_up() else { return };
    let origin = set_up().unwrap();
    let from = format!("file://{}", origin.path().display());
    repo.git(&["clone", "-q", "--depth", "1", &from, "clone"])
        .ok();
    let inside = |arguments: &[&str]| repo.git(&[&["-C", "clone"], arguments].concat());
    let stepdeck = |arguments: &[&str]| repo.stepdeck(&[&["-C", "clone"], arguments].concat());
    stepdeck(&["set", "1", "owner=here"]).ok();
    inside(&["commit", "-q", "-a", "-m", "here"]).ok();
    origin.stepdeck(&["set", "2", "owner=there"]).ok();
    origin.commit("there");
    inside(&["fetch", "-q", "--depth", "1"]).ok();
    for asked in [
        &["diff", "--against", "origin/main"] as &[&str],
        &["pr"],
        &["sync", "--no-fetch"],
    ] {
        let run = stepdeck(asked);
        assert!(
            run.code == Some(2) && run.err.contains("`git fetch --unshallow` gets it"),
            "{asked:?}: {}{}",
            run.out,
            run.err
        );
    }
}
