//! Several people on branches of one plan: numbers that meet, edits that follow their steps, and
//! `stepdeck sync`, with real git and the installed driver.

use super::{Repo, Run, line, set_up};
use crate::support::fixture::{CANON, DOCUMENT, LOG};
use crate::support::schema::valid;

/// The repository with a canon, standing on a new branch `ben`; on `main` Ana has added a step
/// under the number that Ben's gets.
pub(super) fn two_people() -> Option<Repo> {
    let repo = set_up()?;
    repo.write(CANON, DOCUMENT);
    repo.commit("canon");
    repo.git(&["checkout", "-q", "-b", "ben"]).ok();
    Some(repo)
}

impl Repo {
    pub(super) fn add(&self, id: &str, title: &str) {
        let title = format!("title={title}");
        self.stepdeck(&["add", "--id", id, &title]).ok();
        self.commit(&format!("add {id}"));
    }

    /// Commits Ana's step on `main`, and comes back to `ben`.
    pub(super) fn ana_adds(&self) {
        self.git(&["checkout", "-q", "main"]).ok();
        self.add("0102", "Ana's step");
        self.git(&["checkout", "-q", "ben"]).ok();
    }

    pub(super) fn field(&self, id: &str, key: &str) -> serde_json::Value {
        let text = self.read(LOG);
        let value: serde_json::Value = serde_json::from_str(line(&text, id)).unwrap();
        value[key].clone()
    }

    fn parents(&self) -> usize {
        let parents = self.git(&["log", "-1", "--format=%P"]).ok();
        parents.split_whitespace().count()
    }

    pub(super) fn errors(&self) -> Vec<String> {
        let run = self.stepdeck(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let problems = report["problems"].as_array().unwrap().iter();
        problems
            .filter(|problem| problem["severity"] == "error")
            .map(|problem| problem["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Ben adds, edits what he added, and lets another step wait for it, each in a commit.
fn ben_works(repo: &Repo) {
    repo.add("0102", "Ben's step");
    let link = "evidence.link=https://example.org/ben";
    repo.stepdeck(&["set", "0102", "status=complete", link])
        .ok();
    repo.commit("complete it");
    repo.stepdeck(&["set", "0101", "dependencies+=0102"]).ok();
    repo.commit("wait for it");
}

fn both_are_there(repo: &Repo) {
    assert_eq!(repo.field("0102", "title"), "Ana's step");
    assert_eq!(repo.field("0102", "status"), "idea");
    assert_eq!(repo.field("0103", "title"), "Ben's step");
    assert_eq!(repo.field("0103", "status"), "complete");
    assert_eq!(
        repo.field("0103", "evidence")["link"],
        "https://example.org/ben"
    );
    assert_eq!(repo.field("0103", "was"), serde_json::json!(["0102"]));
    let waits = serde_json::json!(["0003", "0103"]);
    assert_eq!(repo.field("0101", "dependencies"), waits);
    assert_eq!(repo.read(LOG).lines().count(), 7);
}

#[test]
fn an_edit_follows_its_step_through_a_rebase() {
    let Some(repo) = two_people() else { return };
    ben_works(&repo);
    repo.ana_adds();
    let run = repo.git(&["rebase", "main"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    both_are_there(&repo);
    assert_eq!(repo.git(&["status", "--porcelain"]).ok(), "");
}

#[test]
fn two_steps_under_one_number_are_kept_whichever_way_branches_merge() {
    for (on, other) in [("ben", "main"), ("main", "ben")] {
        let Some(repo) = two_people() else { return };
        ben_works(&repo);
        repo.ana_adds();
        repo.git(&["checkout", "-q", on]).ok();
        let run = repo.git(&["merge", "-q", "--no-edit", other]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let said =
            format!("{LOG}: both sides added a step 0102; “Ben's step” is renumbered to 0103");
        assert!(run.err.contains(&said), "{}", run.err);
        both_are_there(&repo);
    }
}

/// Ben writes about his step in the canon and in a check; Ana writes about hers.
fn both_write(repo: &Repo) {
    repo.write(
        CANON,
        &format!(
            "{DOCUMENT}\n\n#### Step 0102 — Ben's step\n\n- **Outcome:** It runs, see \
             docs/0102.md\n\n## Ben's words\n\nAfter Step 0102 we rest.\n"
        ),
    );
    repo.commit("write about it");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.write("docs/ana.md", "# Ana's words\n\nOnly 0102 counts.\n\n#### Step 0101 — Cut over\n\n- **Notes:** before 0102\n");
    repo.commit("hers");
    repo.git(&["checkout", "-q", "ben"]).ok();
}

#[test]
fn mentions_follow_the_step_of_the_branch_that_brought_them_in() {
    let Some(repo) = two_people() else { return };
    ben_works(&repo);
    repo.ana_adds();
    both_write(&repo);
    repo.git(&["merge", "-q", "--no-edit", "main"]).ok();
    let stale = "0102 here means the step renumbered to 0103";
    assert_eq!(repo.errors(), [stale, stale]);
    let before = repo.read(CANON);
    let dry = repo
        .stepdeck(&["renumber", "--collisions", "--dry-run"])
        .ok();
    assert!(
        dry.contains(&format!("{CANON}:")) && dry.contains("0102 → 0103"),
        "{dry}"
    );
    assert_eq!(repo.read(CANON), before);
    repo.stepdeck(&["renumber", "--collisions"]).ok();
    let expected = before
        .replace("Step 0102 — Ben", "Step 0103 — Ben")
        .replace("After Step 0102", "After Step 0103");
    assert_eq!(repo.read(CANON), expected);
    assert!(repo.read("docs/ana.md").contains("Only 0102 counts"));
    assert_eq!(repo.errors(), [] as [&str; 0]);
    // What is written afterwards, and means Ana's step, is nobody's mistake.
    repo.commit("renumber");
    repo.write("docs/more.md", "# More\n\nAna's 0102 is next.\n");
    repo.commit("more");
    let again = repo.stepdeck(&["renumber", "--collisions"]);
    assert!(
        again.err.contains("no step needs renumbering"),
        "{}",
        again.err
    );
    assert_eq!(repo.errors(), [] as [&str; 0]);
}

#[test]
fn a_branch_gives_way_before_it_is_merged() {
    let Some(repo) = two_people() else { return };
    ben_works(&repo);
    repo.ana_adds();
    both_write(&repo);
    let run = repo.stepdeck(&["renumber", "--collisions", "--against", "main", "--json"]);
    let told = valid("renumber", &run.ok());
    assert_eq!(told["steps"][0]["to"], "0103");
    assert_eq!(repo.field("0103", "title"), "Ben's step");
    assert!(repo.read(CANON).contains("After Step 0103"));
    repo.commit("give way");
    let run = repo.git(&["merge", "-q", "--no-edit", "main"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    both_are_there(&repo);
}

#[test]
fn sub_steps_that_give_way_get_a_letter_each() {
    let Some(repo) = two_people() else { return };
    let add_two = |who: &str| {
        for letter in ["A", "B"] {
            repo.add(&format!("0101.{letter}"), &format!("{who}'s {letter}"));
        }
    };
    add_two("Ben");
    repo.git(&["checkout", "-q", "main"]).ok();
    add_two("Ana");
    repo.git(&["checkout", "-q", "ben"]).ok();
    repo.stepdeck(&["renumber", "--collisions", "--against", "main"])
        .ok();
    let titles = ["0101.C", "0101.D"].map(|id| repo.field(id, "title"));
    assert_eq!(titles, ["Ben's A", "Ben's B"]);
}

#[test]
fn sync_merges_renumbers_and_commits_in_one_go() {
    let Some(repo) = two_people() else { return };
    ben_works(&repo);
    repo.ana_adds();
    both_write(&repo);
    let start = repo.git(&["rev-parse", "HEAD"]).ok();
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.err.contains("2 mentions follow"), "{}", run.err);
    both_are_there(&repo);
    assert!(repo.read(CANON).contains("After Step 0103"));
    assert_eq!(repo.git(&["status", "--porcelain"]).ok(), "");
    assert_eq!(repo.parents(), 2);
    assert_eq!(repo.errors(), [] as [&str; 0]);
    let kept = repo.git(&["rev-parse", "refs/stepdeck/sync/ben"]).ok();
    assert_eq!(kept, start);
    let again = repo.stepdeck(&["sync"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(repo.parents(), 2);
}

#[test]
fn a_branch_that_was_squashed_goes_on_clean() {
    let Some(repo) = two_people() else { return };
    ben_works(&repo);
    repo.ana_adds();
    repo.stepdeck(&["sync"]).ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--squash", "ben"]).ok();
    repo.commit("Ben's work, squashed");
    repo.stepdeck(&["set", "0103", "owner=ana"]).ok();
    repo.commit("hers");
    repo.git(&["checkout", "-q", "ben"]).ok();
    repo.stepdeck(&["set", "0103", "status=draft", "title=Ben's better step"])
        .ok();
    repo.commit("go on");
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(repo.field("0103", "status"), "draft");
    assert_eq!(repo.field("0103", "owner"), "ana");
    assert_eq!(repo.field("0103", "title"), "Ben's better step");
    assert_eq!(repo.read(LOG).lines().count(), 7);
    // What remains on the branch is what has not landed.
    let diff = repo.git(&["diff", "--stat", "main", "ben"]).ok();
    assert!(diff.contains("1 file changed"), "{diff}");
}

#[test]
fn what_two_append_to_notes_is_kept_in_order() {
    let Some(repo) = two_people() else { return };
    repo.stepdeck(&["set", "0003", "notes=Ask the vendor."])
        .ok();
    repo.commit("notes");
    repo.git(&["branch", "-f", "main", "ben"]).ok();
    repo.stepdeck(&["set", "0003", "notes=Ask the vendor. They are silent."])
        .ok();
    repo.edit(
        "They are silent.\", \"updated_at\": \"2",
        "They are silent.\", \"updated_at\": \"3",
    );
    repo.commit("ben");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stepdeck(&["set", "0003", "notes=Ask the vendor. Budget is there."])
        .ok();
    repo.commit("ana");
    let run = repo.git(&["merge", "-q", "--no-edit", "ben"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let both = "Ask the vendor. Budget is there. They are silent.";
    assert_eq!(repo.field("0003", "notes"), both);
}

/// The canon has no stamps, so that its order may be another one.
#[test]
fn what_two_append_to_notes_in_log_and_canon_is_no_drift() {
    let Some(repo) = two_people() else { return };
    let set = |notes: &str| {
        repo.stepdeck(&["set", "0002", &format!("notes={notes}")])
            .ok()
    };
    let status = "- **Status:** Draft\n";
    repo.write(
        CANON,
        &DOCUMENT.replace(status, &format!("{status}- **Notes:** Ask.\n")),
    );
    set("Ask the vendor.");
    repo.commit("notes");
    repo.git(&["branch", "-f", "main", "ben"]).ok();
    set("Ask the vendor.\nBudget is there");
    repo.edit(
        "Budget is there\", \"updated_at\": \"2",
        "Budget is there\", \"updated_at\": \"3",
    );
    repo.commit("ben");
    repo.git(&["checkout", "-q", "main"]).ok();
    set("Ask the vendor.\nThey are silent");
    repo.commit("ana");
    repo.git(&["merge", "-q", "--no-edit", "ben"]).ok();
    let both = "Ask the vendor.\nThey are silent\nBudget is there";
    assert_eq!(repo.field("0002", "notes"), both);
    let canon = repo.read(CANON);
    assert!(
        canon.contains("  Budget is there\n  They are silent\n"),
        "{canon}"
    );
    let checked = repo.stepdeck(&["check"]);
    assert!(!checked.out.contains("[drift]"), "{}", checked.out);
}

#[test]
fn sync_stops_before_anything_is_lost() {
    let Some(repo) = two_people() else { return };
    repo.stepdeck(&["set", "0002", "status=complete"]).ok();
    let said = |run: &Run, words: &str| assert!(run.err.contains(words), "{}", run.err);
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(2));
    said(
        &run,
        &format!("{LOG} and 1 more: not committed; `git commit` or `git stash` first"),
    );
    repo.commit("complete");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stepdeck(&["set", "0002", "status=blocked"]).ok();
    repo.commit("blocked");
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(2));
    said(&run, "main is the main branch and there is no remote");
    repo.git(&["checkout", "-q", "ben"]).ok();
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    said(&run, "0002 status: both sides changed it");
    said(&run, "`git merge --abort`");
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(2));
    said(&run, "a merge is not finished");
    repo.git(&["merge", "--abort"]).ok();
    let run = repo.stepdeck(&["sync", "nowhere"]);
    assert_eq!(run.code, Some(2));
    said(&run, "there is no branch nowhere");
    assert_eq!(repo.git(&["status", "--porcelain"]).ok(), "");
}

#[test]
fn sync_fetches_what_others_pushed_and_pushes_when_asked() {
    let Some(repo) = two_people() else { return };
    repo.git(&["init", "-q", "--bare", "-b", "main", "host.git"])
        .ok();
    repo.write(".git/info/exclude", "host.git\nana\n");
    repo.git(&["remote", "add", "origin", "./host.git"]).ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["clone", "-q", "host.git", "ana"]).ok();
    repo.stepdeck(&["-C", "ana", "git-setup"]).ok();
    repo.stepdeck(&["-C", "ana", "add", "--id", "0102", "title=Ana's step"])
        .ok();
    repo.git(&["-C", "ana", "commit", "-q", "-am", "hers"]).ok();
    repo.git(&["-C", "ana", "push", "-q", "origin", "main"])
        .ok();
    ben_works(&repo);
    let run = repo.stepdeck(&["sync"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.err.contains("fetched origin"), "{}", run.err);
    both_are_there(&repo);
    let refs = repo.git(&["ls-remote", "--heads", "origin"]).ok();
    assert!(!refs.contains("refs/heads/ben"), "{refs}");
    let run = repo.stepdeck(&["sync", "--push"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let refs = repo.git(&["ls-remote", "--heads", "origin"]).ok();
    assert!(refs.contains("refs/heads/ben"), "{refs}");
    // An ID that anybody's branch uses is not given again.
    repo.git(&["checkout", "-q", "-b", "third", "main"]).ok();
    let id = repo.stepdeck(&["add", "title=Third"]).ok();
    assert_eq!(id.trim(), "0104");
}

#[test]
fn one_step_is_renumbered_with_what_mentions_it() {
    let Some(repo) = two_people() else { return };
    let run = repo.stepdeck(&["renumber", "0002", "0150"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.out.starts_with("0002 → 0150  Review the schema\n"),
        "{}",
        run.out
    );
    assert_eq!(repo.field("0150", "block"), "B02");
    assert_eq!(repo.field("0150", "was"), serde_json::json!(["0002"]));
    assert!(
        repo.read(CANON)
            .contains("#### Step 0150 — Review the schema")
    );
    let waits = serde_json::json!(["0150", "Board agrees"]);
    assert_eq!(repo.field("0003", "dependencies"), waits);
    let run = repo.stepdeck(&["renumber", "0003", "0150"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err
            .contains("0003 cannot become 0150: that is “Review the schema”"),
        "{}",
        run.err
    );
}

impl Repo {
    /// A commit after a merge, so that what the merge brought in is nobody's own any more.
    pub(super) fn commit_nothing(&self) {
        self.git(&["commit", "-q", "--allow-empty", "-m", "go on"])
            .ok();
    }

    /// Whether neither `check` nor `renumber` minds a paper.
    fn is_left_alone(&self, path: &str, text: &str) {
        assert_eq!(self.errors(), [] as [&str; 0]);
        let run = self.stepdeck(&["renumber", "--collisions"]);
        let none = "no step needs renumbering";
        assert!(run.err.contains(none), "{}{}", run.out, run.err);
        assert_eq!(self.read(path), text);
    }
}

/// The record of a week that is over.
const RECORD: &str = "docs/reviews/2025-W40.md";

#[test]
fn a_closed_paper_keeps_a_number_that_a_step_had_between_two_moves() {
    let Some(repo) = two_people() else { return };
    repo.stepdeck(&["move", "0003", "--block", "B02"]).ok();
    let record = "# Weekly review 2025-W40\n\n## Proposals\n\n- [x] 0102 is good — accepted\n";
    repo.write(RECORD, record);
    repo.commit("move 0003 to 0102, and accept it");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.stepdeck(&["set", "0001", "owner=grc"]).ok();
    repo.commit("something else");
    repo.git(&["merge", "-q", "--no-edit", "ben"]).ok();
    assert_eq!(repo.field("0102", "title"), "Load test");
    repo.commit_nothing();
    // The second move leaves the closed record as it is; the merge brought 0102 in, and did not
    // take it away.
    repo.stepdeck(&["renumber", "0102", "0050"]).ok();
    repo.commit("move it on");
    assert_eq!(
        repo.field("0050", "was"),
        serde_json::json!(["0003", "0102"])
    );
    repo.is_left_alone(RECORD, record);
}

#[test]
fn a_closed_paper_of_somebody_else_keeps_the_number_of_a_moved_step_while_nobody_else_has_it() {
    for is_given_again in [false, true] {
        let Some(repo) = two_people() else { return };
        repo.stepdeck(&["move", "0003", "--block", "B02"]).ok();
        repo.commit("move 0003 to 0102");
        repo.git(&["checkout", "-q", "main"]).ok();
        let record = "# Weekly review 2025-W40\n\n## Proposals\n\n- [x] 0003 is good — accepted\n";
        repo.write(RECORD, record);
        repo.write(
            "docs/ana.md",
            "# Ana\n\nAfter 0003 we rest.\n\n#### Step 0101 — Cut over\n\n- **Notes:** x\n",
        );
        repo.commit("accept 0003");
        repo.git(&["checkout", "-q", "ben"]).ok();
        if is_given_again {
            repo.stepdeck(&["add", "--id", "0003", "title=Another step"])
                .ok();
            repo.commit("give the number again");
        }
        let run = repo.stepdeck(&["sync"]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert!(repo.read("docs/ana.md").contains("After 0102"));
        // Where another step has the number, the paper would say something else.
        let expected = match is_given_again {
            true => record.replace("0003", "0102"),
            false => record.to_owned(),
        };
        repo.is_left_alone(RECORD, &expected);
    }
}

/// A number that a step had is read through what the step says that it was, until another branch
/// gives it to a step of its own.
#[test]
fn a_closed_paper_names_the_same_step_after_its_former_number_came_to_another() {
    for is_squash in [false, true] {
        let Some(repo) = two_people() else { return };
        repo.git(&["branch", "cleo"]).ok();
        repo.git(&["checkout", "-q", "main"]).ok();
        repo.stepdeck(&["move", "0003", "--block", "B02"]).ok();
        repo.commit("move 0003 to 0102");
        repo.git(&["branch", "-f", "ben", "main"]).ok();
        repo.git(&["checkout", "-q", "cleo"]).ok();
        repo.stepdeck(&["renumber", "0003", "0060"]).ok();
        let record = "# Weekly review 2025-W40\n\n## Proposals\n\n- [x] 0060 is good — accepted\n";
        repo.write(RECORD, record);
        repo.commit("move 0003 to 0060, and accept it");
        repo.stepdeck(&["sync", "--no-fetch"]).ok();
        let was = serde_json::json!(["0003", "0060"]);
        assert_eq!(repo.field("0102", "was"), was);
        repo.is_left_alone(RECORD, record);
        repo.git(&["checkout", "-q", "main"]).ok();
        let how = if is_squash { "--squash" } else { "--no-ff" };
        repo.git(&["merge", "-q", how, "cleo"]).ok();
        if is_squash {
            repo.commit("cleo's work");
        }
        repo.git(&["checkout", "-q", "ben"]).ok();
        repo.add("0060", "Ben's step");
        let run = repo.stepdeck(&["sync", "--no-fetch"]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert_eq!(repo.field("0060", "title"), "Ben's step");
        repo.is_left_alone(RECORD, &record.replace("0060", "0102"));
    }
}

/// A paper is merged as its steps are called in the merged log: that both sides moved one is in no
/// dispute, nor that one side moved what the other side writes about.
#[test]
fn a_step_that_is_moved_is_the_same_in_papers() {
    let about = "docs/about.md";
    let words = |id: &str, more: &str| {
        format!(
            "# About\n\n- We rest after Step {id}{more}\n\n#### Step {id} — Load test\n\n- \
             **Outcome:** It holds\n"
        )
    };
    for (is_moved_twice, is_rebase) in [(true, false), (true, true), (false, false)] {
        let Some(repo) = two_people() else { return };
        repo.write(about, &words("0003", ""));
        repo.commit("write about it");
        repo.git(&["branch", "-f", "main", "ben"]).ok();
        let more = match is_moved_twice {
            true => {
                repo.stepdeck(&["renumber", "0003", "0060"]).ok();
                ""
            }
            false => {
                repo.write(about, &words("0003", ", all of us"));
                ", all of us"
            }
        };
        repo.commit("ben");
        repo.git(&["checkout", "-q", "main"]).ok();
        repo.stepdeck(&["move", "0003", "--block", "B02"]).ok();
        assert_eq!(repo.read(about), words("0102", ""));
        repo.commit("move 0003 to 0102");
        repo.git(&["checkout", "-q", "ben"]).ok();
        let run = match is_rebase {
            true => repo.git(&["rebase", "-q", "main"]),
            false => repo.git(&["merge", "-q", "--no-edit", "main"]),
        };
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert_eq!(repo.read(about), words("0102", more));
        assert_eq!(repo.errors(), [] as [&str; 0]);
    }
}

#[test]
fn the_same_step_twice_is_not_renumbered() {
    let Some(repo) = two_people() else { return };
    let log = repo.read(LOG);
    let line = line(&log, "0101").to_owned();
    let outdated = line.replace("\"idea\"", "\"draft\"");
    repo.write(LOG, &format!("{log}{outdated}\n"));
    repo.commit("a line twice");
    let text = repo.read(LOG);
    let run = repo.stepdeck(&["renumber", "--collisions"]);
    assert!(run.err.contains("no step needs renumbering"), "{}", run.err);
    assert_eq!(repo.read(LOG), text);
}

#[test]
fn a_move_passes_over_numbers_that_branches_use() {
    let Some(repo) = two_people() else { return };
    repo.ana_adds();
    repo.stepdeck(&["move", "0003", "--block", "B02"]).ok();
    assert_eq!(repo.field("0103", "title"), "Load test");
    let sub = repo
        .stepdeck(&["add", "title=Part", "--under", "0101"])
        .ok();
    assert_eq!(sub.trim(), "0101.A");
    repo.commit("mine");
    repo.git(&["checkout", "-q", "main"]).ok();
    let sub = repo
        .stepdeck(&["add", "title=Part", "--under", "0101"])
        .ok();
    assert_eq!(sub.trim(), "0101.B");
}
