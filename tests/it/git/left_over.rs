//! What a stopped merge leaves beside two versions of a line: files that one side deleted, a step that
//! counts once, and whose version is whose.

use super::{LOG, Repo, repo, set_up};
use crate::support::schema::valid;

const PAPER: &str = "docs/decisions/2026-11-20-engine.md";

/// Main deleted a paper that the branch edits; 0002 is in conflict as well.
fn deleted_and_changed() -> Option<Repo> {
    let repo = set_up()?;
    repo.write(PAPER, "# Engine\n\nIt is 0001.\n");
    repo.commit("paper");
    repo.diverge(
        |repo| {
            repo.edit("\"draft\"", "\"complete\"");
            repo.git(&["rm", "-q", PAPER]).ok();
        },
        |repo| {
            repo.edit("\"draft\"", "\"blocked\"");
            repo.write(PAPER, "# Engine\n\nIt is 0002.\n");
        },
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    Some(repo)
}

#[test]
fn a_file_that_one_side_deleted_is_left_to_decide() {
    let Some(repo) = deleted_and_changed() else {
        return;
    };
    let words = format!("{PAPER}: theirs changed it, ours deleted it");
    let run = repo.stepdeck(&["resolve"]);
    assert!(run.err.contains(&words), "{}", run.err);
    let run = repo.stepdeck(&["resolve", "--theirs"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(!run.err.contains("no conflict is left"), "{}", run.err);
    assert!(run.err.contains(&words), "{}", run.err);
    let how = format!("`git add {PAPER}` keeps it, `git rm {PAPER}` deletes it");
    assert!(run.err.contains(&how), "{}", run.err);
    // With no version left to pick it is still said, and found.
    let run = repo.stepdeck(&["resolve"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains(&how), "{}", run.err);
    assert!(!run.err.contains("no merge left"), "{}", run.err);
    let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
    assert_eq!(json["files"][0]["path"], PAPER);
    assert_eq!(json["left"], 0);
    repo.git(&["rm", "-q", PAPER]).ok();
    let run = repo.stepdeck(&["resolve"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
}

/// Markers in a file that is not the plan's keep git from going on, too.
#[test]
fn a_conflict_beside_the_plan_is_named() {
    let Some(repo) = set_up() else { return };
    repo.write("src/main.txt", "base\n");
    repo.commit("code");
    repo.diverge(
        |repo| {
            repo.edit("\"draft\"", "\"complete\"");
            repo.write("src/main.txt", "ours\n");
        },
        |repo| {
            repo.edit("\"draft\"", "\"blocked\"");
            repo.write("src/main.txt", "theirs\n");
        },
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let run = repo.stepdeck(&["resolve", "--ours"]);
    let words = "src/main.txt: both sides changed it";
    assert!(run.err.contains(words), "{}", run.err);
    assert!(!run.err.contains("no conflict is left"), "{}", run.err);
}

#[test]
fn a_step_in_conflict_counts_once_with_our_version() {
    let Some(repo) = repo() else { return };
    repo.commit("start");
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    assert!(repo.read(LOG).contains("<<<<<<<"));
    let json = valid("pr", &repo.stepdeck(&["pr", "HEAD~1", "--json"]).out);
    let steps = json["steps"].to_string();
    assert!(!steps.contains("\"added\",\"step_id\":\"0002\""), "{steps}");
    let run = repo.stepdeck(&["pr", "HEAD~1"]);
    assert!(!run.out.contains("added"), "{}", run.out);
    let run = repo.stepdeck(&["log"]);
    assert!(!run.out.contains("0002 added"), "{}", run.out);
    let json = valid("since", &repo.stepdeck(&["since", "HEAD~1", "--json"]).out);
    assert_eq!(json["added"].to_string(), "[]");
    assert_eq!(json["completed"].to_string(), "[\"0002\"]");
}

/// In a rebase, ours is what the others have.
#[test]
fn a_rebase_says_whose_version_is_ours() {
    let Some(repo) = set_up() else { return };
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    assert_eq!(repo.git(&["rebase", "side"]).code, Some(1));
    let run = repo.stepdeck(&["resolve"]);
    let words = "  ours (HEAD: side, which the rebase builds on)\n    status: \"blocked\"\n";
    assert!(run.out.contains(words), "{}", run.out);
    assert!(
        run.out.contains("(ours)"),
        "the commit's subject: {}",
        run.out
    );
}
