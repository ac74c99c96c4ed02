//! Conflicts that a merge left, told and resolved.

use serde_json::Value;

use super::{LOG, Repo, repo, set_up};
use crate::support::schema::valid;

/// A merge that stops at the status of 0002 in the log, and at a row of the canon.
fn stopped() -> Option<Repo> {
    let repo = set_up()?;
    repo.write("docs/plan.md", "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | Base |\n");
    repo.stepdeck(&["git-setup"]).ok();
    repo.commit("canon");
    repo.diverge(
        |repo| {
            repo.edit("\"draft\"", "\"complete\"");
            repo.write(
                "docs/plan.md",
                &repo.read("docs/plan.md").replace("Base", "Ours"),
            );
        },
        |repo| {
            repo.edit("\"draft\"", "\"blocked\"");
            repo.write(
                "docs/plan.md",
                &repo.read("docs/plan.md").replace("Base", "Theirs"),
            );
        },
    );
    assert_eq!(repo.git(&["merge", "side"]).code, Some(1));
    Some(repo)
}

#[test]
fn conflicts_are_listed_with_what_they_are_about() {
    let Some(repo) = stopped() else { return };
    let run = repo.stepdeck(&["resolve"]);
    assert_eq!(run.code, Some(1));
    let expected = format!(
        "{LOG}:3 0002 status\n  ours (HEAD)\n    status: \"complete\"\n  theirs (side)\n    status: \"blocked\"\n\n\
         docs/plan.md:5 Plan: B01\n  ours (HEAD)\n    | B01 | 0001–0100 | Ours |\n  theirs (side)\n    \
         | B01 | 0001–0100 | Theirs |\n\n"
    );
    assert_eq!(run.out, expected);
    let json = valid("resolve", &repo.stepdeck(&["resolve", "2", "--json"]).out);
    assert_eq!(json["conflicts"][0]["step_ids"][0], "0002");
    assert_eq!(json["conflicts"][0]["fields"][0], "status");
    assert_eq!(
        (
            json["left"].as_u64(),
            json["conflicts"].as_array().unwrap().len()
        ),
        (Some(2), 1)
    );
}

#[test]
fn each_conflict_is_one_problem_and_a_step_in_one_says_so() {
    let Some(repo) = stopped() else { return };
    let run = repo.stepdeck(&["check", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).unwrap();
    let problems = json["problems"].as_array().unwrap();
    let errors = problems
        .iter()
        .filter(|problem| problem["severity"] == "error");
    let codes: Vec<&str> = errors
        .map(|problem| problem["code"].as_str().unwrap())
        .collect();
    // The small table has no row for the last step.
    let expected = ["conflict-marker", "unknown-block", "conflict-marker"];
    assert_eq!(codes, expected, "{problems:?}");
    let run = repo.stepdeck(&["set", "2", "owner=ops"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("unfinished merge"), "{}", run.err);
    assert!(run.err.contains("`stepdeck resolve 0002`"), "{}", run.err);
}

#[test]
fn a_side_is_kept_and_the_merge_goes_on() {
    let Some(repo) = stopped() else { return };
    let theirs = repo.read(LOG);
    let run = repo.stepdeck(&["resolve", "0002", "--theirs"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("1 conflict is left"), "{}", run.err);
    let expected: Vec<&str> = theirs
        .split_inclusive('\n')
        .filter(|line| {
            line.starts_with('{') && !line.contains("\"complete\", \"outcome\": \"Schema")
        })
        .collect();
    assert_eq!(repo.read(LOG), expected.concat());
    // Two rows of one block would claim one range.
    let run = repo.stepdeck(&["resolve", "docs/plan.md:5", "--both"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("B01 would be there twice"), "{}", run.err);
    let run = repo.stepdeck(&["resolve", "docs/plan.md:5", "--theirs"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err.contains("no conflict is left: `git add` the files"),
        "{}",
        run.err
    );
    assert!(
        repo.read("docs/plan.md")
            .ends_with("| --- | --- | --- |\n| B01 | 0001–0100 | Theirs |\n")
    );
    repo.git(&["add", "-A"]).ok();
    repo.git(&["commit", "-q", "--no-edit"]).ok();
    assert_eq!(repo.stepdeck(&["resolve"]).code, Some(0));
    assert_eq!(repo.stepdeck(&["resolve", "7", "--ours"]).code, Some(2));
}

/// Several conflicts in one block table: each is named by its row, and the rows below count.
#[test]
fn conflicts_in_the_block_table_are_the_only_problems_there() {
    let Some(repo) = set_up() else { return };
    let table = |themes: [&str; 4]| {
        let row = |(at, theme): (usize, &str)| {
            format!("| B0{} | 0{at}01–0{}00 | {theme} |\n", at + 1, at + 1)
        };
        let rows: String = themes.into_iter().enumerate().map(row).collect();
        format!(
            "# Plan\n\n## Blocks\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n{rows}\nWords.\n"
        )
    };
    repo.write("docs/plan.md", &table(["Base", "Rest", "More", "Last"]));
    repo.commit("canon");
    let write = |repo: &Repo, themes| repo.write("docs/plan.md", &table(themes));
    repo.diverge(
        |repo| write(repo, ["Ours", "Rest", "Our", "Last"]),
        |repo| write(repo, ["Theirs", "Rest", "Their", "Last"]),
    );
    assert_eq!(repo.git(&["merge", "side"]).code, Some(1));
    let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
    let conflicts = json["conflicts"].as_array().unwrap().iter();
    let about: Vec<_> = conflicts
        .map(|conflict| conflict["about"].as_str().unwrap())
        .collect();
    assert_eq!(about, ["Blocks: B01", "Blocks: B03"]);
    let run = repo.stepdeck(&["check", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).unwrap();
    let problems = json["problems"].as_array().unwrap().iter();
    let errors = problems.filter(|problem| problem["severity"] == "error");
    let codes: Vec<_> = errors
        .map(|problem| problem["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["conflict-marker", "conflict-marker"], "{}", run.out);
}

/// Two people move one step to different blocks: which block it is they decide, and are told how the
/// number follows.
#[test]
fn a_step_that_went_to_two_blocks_is_asked_about() {
    let Some(repo) = set_up() else { return };
    let row = |at: u32| format!("| B0{at} | 0{}01–0{at}00 | T{at} |\n", at - 1);
    let head = "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n";
    repo.write(
        "docs/plan.md",
        &format!("{head}{}{}{}", row(1), row(2), row(3)),
    );
    repo.commit("canon");
    repo.diverge(
        |repo| drop(repo.stepdeck(&["move", "0002", "--block", "B02"]).ok()),
        |repo| drop(repo.stepdeck(&["move", "0002", "--block", "B03"]).ok()),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
    let fields = json["conflicts"][0]["fields"].as_array().unwrap();
    assert!(fields.contains(&"block".into()), "{json}");
    let id = json["conflicts"][0]["step_ids"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let (other, side) = match &*id {
        "0102" => ("B03", "--theirs"),
        _ => ("B02", "--ours"),
    };
    let run = repo.stepdeck(&["resolve", side]);
    let how = format!("`stepdeck move {id} --block {other}`");
    assert!(run.err.contains(&how), "{}", run.err);
    repo.stepdeck(&["move", &id, "--block", other]).ok();
    let run = repo.stepdeck(&["check", "--format", "json"]);
    assert!(!run.out.contains("id-outside-block"), "{}", run.out);
    assert!(!repo.read(LOG).contains(&format!("\"step_id\": \"{id}\"")));
}

/// A block that both sides rethemed: one decision covers its row and all of its steps.
#[test]
fn the_conflicts_of_a_block_are_resolved_at_once() {
    let Some(repo) = set_up() else { return };
    let row = |theme: &str| {
        format!(
            "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | {theme} |\n\
             | B02 | 0101–0200 | Move |\n"
        )
    };
    repo.write("docs/plan.md", &row("Base"));
    repo.commit("canon");
    let write = |repo: &Repo, theme: &str, status: &str| {
        repo.write("docs/plan.md", &row(theme));
        let log = repo.read(LOG).replace("\"Base\"", &format!("\"{theme}\""));
        repo.write(LOG, &log.replace("\"idea\"", status));
    };
    repo.diverge(
        |repo| write(repo, "Ours", "\"complete\""),
        |repo| write(repo, "Theirs", "\"blocked\""),
    );
    assert_eq!(repo.git(&["merge", "side"]).code, Some(1));
    let run = repo.stepdeck(&["resolve", "B01", "--theirs"]);
    assert!(
        run.err.contains("4 conflicts: their version"),
        "{}",
        run.err
    );
    assert!(run.err.contains("1 conflict is left"), "{}", run.err);
    assert_eq!(repo.read("docs/plan.md"), row("Theirs"));
    assert_eq!(repo.read(LOG).matches("\"Theirs\"").count(), 3);
    repo.stepdeck(&["resolve", "B02", "--ours"]).ok();
    assert_eq!(repo.stepdeck(&["resolve"]).code, Some(0));
    let run = repo.stepdeck(&["resolve", "B07", "--ours"]);
    assert!(
        run.err.contains("no merge left a conflict about B07"),
        "{}",
        run.err
    );
}

/// What one side removed and the other renumbered: either can be picked.
#[test]
fn a_step_that_one_side_removed_and_the_other_moved_is_in_dispute() {
    for (side, is_there) in [("--ours", false), ("--theirs", true), ("--both", true)] {
        for is_plain in [false, true] {
            let Some(repo) = repo() else { return };
            if !is_plain {
                repo.stepdeck(&["git-setup"]).ok();
            }
            repo.commit("start");
            repo.diverge(
                |repo| drop(repo.stepdeck(&["remove", "0101"]).ok()),
                |repo| drop(repo.stepdeck(&["renumber", "0101", "0160"]).ok()),
            );
            assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
            let run = repo.stepdeck(&["resolve"]);
            assert!(run.out.contains("(nothing)"), "{}", run.out);
            let run = repo.stepdeck(&["resolve", side]);
            assert_eq!(run.code, Some(0), "{}", run.err);
            let log = repo.read(LOG);
            assert!(
                !log.contains("<<<<<<<") && !log.contains("\"step_id\": \"0101\""),
                "{log}"
            );
            assert_eq!(
                log.contains("\"step_id\": \"0160\""),
                is_there,
                "{side} {log}"
            );
        }
    }
}

/// A page that is no part of the plan lies where the driver merges, so what it left there is shown.
#[test]
fn a_conflict_in_any_page_that_the_driver_merges_is_resolved() {
    let Some(repo) = set_up() else { return };
    repo.write("docs/q.md", "# Q\n\nWe ship in May.\n");
    repo.stepdeck(&["git-setup"]).ok();
    repo.commit("page");
    let write = |repo: &Repo, month: &str| {
        repo.write("docs/q.md", &format!("# Q\n\nWe ship in {month}.\n"));
    };
    repo.diverge(|repo| write(repo, "June"), |repo| write(repo, "July"));
    let merge = repo.git(&["merge", "side"]);
    assert!(
        merge.err.contains("`stepdeck resolve` shows it"),
        "{}",
        merge.err
    );
    let run = repo.stepdeck(&["resolve"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.out.starts_with("docs/q.md:3 "), "{}", run.out);
    let run = repo.stepdeck(&["check"]);
    assert!(run.out.contains("docs/q.md:3"), "{}", run.out);
    let run = repo.stepdeck(&["resolve", "docs/q.md", "--ours"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(repo.read("docs/q.md"), "# Q\n\nWe ship in June.\n");
    assert_eq!(repo.stepdeck(&["resolve"]).code, Some(0));
}

/// Two versions of a step are no two steps: neither gets a number of its own, even where somebody
/// committed the markers.
#[test]
fn nothing_is_renumbered_before_a_version_is_kept() {
    let Some(repo) = stopped() else { return };
    let marked = repo.read(LOG);
    let refused = |arguments: &[&str]| {
        let run = repo.stepdeck(arguments);
        assert_eq!(run.code, Some(2), "{}", run.err);
        let said = format!("{LOG}:3: a merge left two versions here: `stepdeck resolve`");
        assert!(run.err.contains(&said), "{}", run.err);
        assert_eq!(repo.read(LOG), marked);
    };
    refused(&["renumber", "--collisions"]);
    repo.git(&["add", "-A"]).ok();
    repo.git(&["commit", "-q", "--no-edit"]).ok();
    refused(&["renumber", "--collisions"]);
    refused(&["sync", "side"]);
}

#[test]
fn two_versions_of_one_step_are_never_both_kept() {
    let Some(repo) = stopped() else { return };
    let before = repo.read(LOG);
    let run = repo.stepdeck(&["resolve", "0002", "--both"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains("0002 status would be there twice"),
        "{}",
        run.err
    );
    assert_eq!(repo.read(LOG), before);
}

#[test]
fn only_what_a_revision_does_not_have_fails_a_check_against_it() {
    let Some(repo) = set_up() else { return };
    // A plan with old problems, further down the file on the branch.
    repo.edit("\"idea\"", "\"Idea\"");
    repo.commit("old problem");
    assert_eq!(repo.stepdeck(&["check"]).code, Some(1));
    let text = repo.read(LOG);
    let (first, rest) = text.split_once('\n').unwrap();
    let new = "{\"step_id\": \"0000.A\", \"title\": \"x\"}";
    repo.write(LOG, &format!("{first}\n\n{rest}"));
    let run = repo.stepdeck(&["check", "--against", "HEAD"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.err.contains("that HEAD has too"), "{}", run.err);
    repo.write(LOG, &format!("{text}{new}\n"));
    let run = repo.stepdeck(&["check", "--against", "HEAD", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let json = valid("check", &run.out);
    let problems = json["problems"].as_array().unwrap();
    assert!(!problems.is_empty());
    let line = text.lines().count() as u64 + 1;
    assert!(
        problems
            .iter()
            .all(|problem| problem["line"].as_u64() == Some(line)),
        "{problems:?}"
    );
    assert!(json["left_out"].as_u64() > Some(0));
    let run = repo.stepdeck(&["check", "--against", "no-such-branch"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err
            .contains("--against: “no-such-branch” is not a revision\n"),
        "{}",
        run.err
    );
}

/// Who merges a commit by its hash reads the branch that it is, or whose it is.
#[test]
fn the_other_side_has_a_name() {
    for (plain, moves_on, name) in [
        (false, false, "side"),
        (false, true, "Ana"),
        (true, false, "side"),
        (true, true, "Ana"),
    ] {
        let Some(repo) = repo() else { return };
        if !plain {
            repo.stepdeck(&["git-setup"]).ok();
        }
        repo.commit("start");
        repo.diverge(
            |repo| repo.edit("\"draft\"", "\"complete\""),
            |repo| repo.edit("\"draft\"", "\"blocked\""),
        );
        let ana = [
            "-q",
            "--amend",
            "--no-edit",
            "--author=Ana <ana@example.org>",
        ];
        repo.git(&["checkout", "-q", "side"]).ok();
        repo.git(&[&["commit"], &ana[..]].concat()).ok();
        let hash = repo.git(&["rev-parse", "HEAD"]).ok();
        if moves_on {
            repo.write("more.txt", "more");
            repo.commit("more");
        }
        repo.git(&["checkout", "-q", "main"]).ok();
        assert_eq!(repo.git(&["merge", "-q", hash.trim()]).code, Some(1));
        let listed = repo.stepdeck(&["resolve"]).out;
        assert!(listed.contains(&format!("theirs ({name})")), "{listed}");
        let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
        assert_eq!(json["conflicts"][0]["their_label"], name);
        let marker = match plain {
            // Git's own.
            true => hash.trim(),
            false => name,
        };
        let text = repo.read(LOG);
        assert!(text.contains(&format!(">>>>>>> {marker}\n")), "{text}");
    }
}

#[test]
fn what_sync_merges_is_called_by_its_branch() {
    let Some(repo) = set_up() else { return };
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    repo.git(&["checkout", "-q", "side"]).ok();
    assert_eq!(repo.stepdeck(&["sync", "main"]).code, Some(1));
    let text = repo.read(LOG);
    assert!(text.contains(">>>>>>> main\n"), "{text}");
}
