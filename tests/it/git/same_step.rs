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

/// In which way a branch comes by another number for what it added.
#[derive(Clone, Copy, Debug)]
enum Way {
    Sync,
    MergeThenRenumber,
    RenumberThenMerge,
    WithoutDriver,
}

const WAYS: [Way; 4] = [
    Way::Sync,
    Way::MergeThenRenumber,
    Way::RenumberThenMerge,
    Way::WithoutDriver,
];

impl Repo {
    fn gives_way(&self, way: Way) {
        let renumber = ["renumber", "--collisions", "--against", "main"];
        match way {
            Way::Sync => {
                let run = self.stepdeck(&["sync"]);
                assert_eq!(
                    run.code,
                    Some(0),
                    "{}{}{:?}",
                    run.out,
                    run.err,
                    self.errors()
                );
            }
            Way::MergeThenRenumber | Way::WithoutDriver => {
                if matches!(way, Way::WithoutDriver) {
                    self.write(".gitattributes", "*.jsonl merge=union\n");
                    self.commit("union");
                }
                self.git(&["merge", "-q", "--no-edit", "main"]).ok();
                self.stepdeck(&renumber[..2]).ok();
            }
            Way::RenumberThenMerge => {
                self.stepdeck(&renumber).ok();
                self.commit("give way");
                self.git(&["merge", "-q", "--no-edit", "main"]).ok();
            }
        }
    }
}

#[test]
fn sub_steps_of_the_canon_go_with_a_step_that_gives_way() {
    let (mine, hers) = ("docs/ben.md", "docs/ana.md");
    let words = |who: &str, id: &str| {
        format!(
            "# {who}\n\n#### Step {id}.A — Part of {who}\n\n- **Owner:** ops\n- **Status:** Draft\n- **Outcome:** Done\n- **Dependencies:** {id}\n\n\
             ## Order\n\nStep {id}.A comes after Step {id}.\n"
        )
    };
    for way in WAYS {
        let Some(repo) = two_people() else { return };
        repo.add("0102", "Ben's step");
        repo.write(mine, &words("Ben", "0102"));
        repo.commit("a part of it");
        repo.ana_adds();
        repo.git(&["checkout", "-q", "main"]).ok();
        repo.write(hers, &words("Ana", "0102"));
        repo.commit("a part of hers");
        repo.git(&["checkout", "-q", "ben"]).ok();
        if matches!(way, Way::MergeThenRenumber) {
            repo.git(&["merge", "-q", "--no-edit", "main"]).ok();
            let stale = "0102.A here means the step renumbered to 0103.A";
            assert_eq!(repo.errors().iter().filter(|it| *it == stale).count(), 2);
            repo.stepdeck(&["renumber", "--collisions"]).ok();
        } else {
            repo.gives_way(way);
        }
        assert_eq!(repo.field("0102", "title"), "Ana's step", "{way:?}");
        assert_eq!(repo.field("0103", "title"), "Ben's step", "{way:?}");
        let was = "- **Dependencies:** 0103\n- **Notes:** (was 0102.A)\n";
        let expected = words("Ben", "0103").replace("- **Dependencies:** 0103\n", was);
        assert_eq!(repo.read(mine), expected, "{way:?}");
        assert_eq!(repo.read(hers), words("Ana", "0102"), "{way:?}");
        assert_eq!(repo.errors(), [] as [&str; 0], "{way:?}");
        repo.git(&["add", "-A"]).ok();
        repo.commit_nothing();
        repo.needs_no_renumbering();
    }
}

#[test]
fn a_step_that_gives_way_into_another_block_is_one_of_that_block() {
    for way in WAYS {
        let Some(repo) = two_people() else { return };
        repo.add("0100", "Ben's step");
        assert_eq!(repo.field("0100", "theme"), "Base");
        repo.git(&["checkout", "-q", "main"]).ok();
        repo.add("0100", "Ana's step");
        repo.git(&["checkout", "-q", "ben"]).ok();
        repo.gives_way(way);
        assert_eq!(repo.field("0100", "block"), "B01", "{way:?}");
        assert_eq!(repo.field("0102", "title"), "Ben's step", "{way:?}");
        assert_eq!(repo.field("0102", "block"), "B02", "{way:?}");
        assert_eq!(repo.field("0102", "theme"), "Move", "{way:?}");
        assert_eq!(repo.errors(), [] as [&str; 0], "{way:?}");
        repo.git(&["add", "-A"]).ok();
        repo.commit_nothing();
        repo.needs_no_renumbering();
    }
}
