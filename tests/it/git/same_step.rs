//! Which steps are the same one, also where nothing but their number says so; and what goes along with
//! one that gives its number up.

use super::Repo;
use super::team::two_people;
use crate::support::fixture::LOG;

impl Repo {
    /// The branch as one commit on `main`, which has nothing of its own.
    fn squashed(&self) {
        self.git(&["checkout", "-q", "main"]).ok();
        self.git(&["merge", "-q", "--squash", "ben"]).ok();
        self.commit("Ben's work, squashed");
        self.git(&["checkout", "-q", "ben"]).ok();
    }

    fn set(&self, id: &str, field: &str) {
        self.stepdeck(&["set", id, field]).ok();
        self.commit(field);
    }

    fn needs_no_renumbering(&self) {
        let text = self.read(LOG);
        let run = self.stepdeck(&["renumber", "--collisions"]);
        let none = "no step needs renumbering";
        assert!(run.err.contains(none), "{}{}", run.out, run.err);
        assert_eq!(self.read(LOG), text);
    }
}

#[test]
fn a_step_without_a_uid_keeps_its_number_after_a_squash_whatever_its_title() {
    for first in ["title=Review all", "status=blocked"] {
        let Some(repo) = two_people() else { return };
        repo.set("0002", first);
        repo.squashed();
        repo.set("0002", "title=Review again");
        repo.needs_no_renumbering();
        let run = repo.stepdeck(&["sync"]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert_eq!(repo.field("0002", "title"), "Review again");
        assert_eq!(repo.read(LOG).lines().count(), 5);
        repo.needs_no_renumbering();
    }
}

#[test]
fn a_step_that_both_sides_retitle_is_one_step() {
    let Some(repo) = two_people() else { return };
    repo.set("0003", "title=Review all");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.set("0003", "title=Review some");
    repo.git(&["checkout", "-q", "ben"]).ok();
    repo.needs_no_renumbering();
    // Nor where lines were put together by somebody who knows of no steps.
    repo.write(".gitattributes", "*.jsonl merge=union\n");
    repo.commit("union");
    repo.git(&["merge", "-q", "--no-edit", "main"]).ok();
    let text = repo.read(LOG);
    assert!(
        text.contains("Review all") && text.contains("Review some"),
        "{text}"
    );
    repo.needs_no_renumbering();
}

#[test]
fn a_step_added_by_hand_is_the_one_that_landed() {
    let Some(repo) = two_people() else { return };
    let log = repo.read(LOG);
    repo.write(
        LOG,
        &format!("{log}{{\"step_id\": \"0102\", \"title\": \"By hand\"}}\n"),
    );
    repo.commit("by hand");
    repo.squashed();
    repo.set("0102", "title=By both hands");
    repo.needs_no_renumbering();
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(repo.field("0102", "title"), "By both hands");
    assert_eq!(repo.read(LOG).lines().count(), 6);
}
