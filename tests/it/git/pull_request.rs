//! `stepdeck pr`: what a branch changes, and who has to approve it.

use super::{Repo, set_up};
use crate::support::fixture::LOG;
use crate::support::schema::valid;

const TEAM: &str = "# Team\n\n\
    | Person | Team | Mail | Login | Steward weeks |\n| --- | --- | --- | --- | --- |\n\
    | Ada | Platform | ada@example.org | ada | W01–W20 |\n\
    | Bo | Growth | bo@example.org | bo | W21–W53 |\n| Mallory | Platform | m@example.org | mallory | |\n";
const STAGES: &str = "# Stages\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | all ticked |\n\n\
    # Readiness Checklists\n\n## Base\n\n- [ ] Step 0001 is done.\n\n- [ ] Stone is laid.\n";
const REVIEW: &str = "# Weekly review 2026-W47\n\n- **Date:** 2026-11-20\n- **Steward:** Bo\n\n\
    ## Next ten\n\n1. **0001 committed:** One\n";

/// A plan with people and a gate on main, and a branch to change it on.
fn team() -> Option<Repo> {
    let repo = set_up()?;
    repo.write("docs/people.md", TEAM);
    repo.write("docs/stages.md", STAGES);
    repo.write("docs/reviews/2026-W47.md", REVIEW);
    repo.commit("team");
    repo.git(&["switch", "-q", "-c", "ada"]).ok();
    Some(repo)
}

fn pr(repo: &Repo, arguments: &[&str]) -> super::Run {
    repo.stepdeck(&[&["--as", "ada", "pr"], arguments].concat())
}

#[test]
fn a_branch_is_told_by_block_with_gates_problems_and_the_ten() {
    let Some(repo) = team() else { return };
    // What happens on main meanwhile is not the branch's.
    repo.git(&["switch", "-q", "main"]).ok();
    repo.stepdeck(&["set", "2", "owner=elsewhere"]).ok();
    repo.commit("meanwhile");
    repo.git(&["switch", "-q", "ada"]).ok();
    repo.stepdeck(&["set", "1", "owner=someone"]).ok();
    repo.stepdeck(&["tick", "Base", "2"]).ok();
    repo.stepdeck(&["add", "title=Ping @everyone <b>now</b>"])
        .ok();
    repo.write("docs/decisions/2026-11-21-x.md", "# X\n");
    let json = valid("pr", &pr(&repo, &["--json"]).ok());
    assert!(json["uncommitted"] == true && json["head"].is_null());
    repo.commit("work");
    let json = valid("pr", &pr(&repo, &["--json"]).ok());
    assert_eq!(json["uncommitted"], false);
    assert_eq!(json["counts"]["added"], 1);
    assert_eq!(
        json["counts"]["changed"], 1,
        "main's edit is not the branch's"
    );
    assert_eq!(json["ten"][0]["step_id"], "0001");
    assert_eq!(json["gates"][0]["before"]["ticked"], 0);
    assert_eq!(json["gates"][0]["after"]["ticked"], 1);
    assert_eq!(json["checks"][0]["check"], "Stone is laid.");
    assert_eq!(json["papers"][0]["path"], "docs/decisions/2026-11-21-x.md");
    let codes: Vec<&str> = (json["problems"].as_array().unwrap().iter())
        .map(|problem| problem["code"].as_str().unwrap())
        .collect();
    assert!(codes == ["tick-without-evidence"], "{codes:?}");
    // Counted in another way: the lines of the log that differ.
    let lines = repo
        .git(&["diff", "--numstat", "main...ada", "--", LOG])
        .ok();
    assert_eq!(lines.split('\t').take(2).collect::<Vec<_>>(), ["2", "1"]);
    let markdown = pr(&repo, &["--markdown"]).ok();
    assert!(
        !markdown.contains("@everyone") && markdown.contains(r"\<b\>now"),
        "{markdown}"
    );
    // Only what moves is said.
    assert!(
        markdown.contains("- Base: 0/2 → 1/2 ticked, 2 → 1 short of its bar\n"),
        "{markdown}"
    );
    // The same out of the document, without a plan, and of a commit that is not checked out.
    let document = pr(&repo, &["--json"]).ok();
    repo.write("pr.json", &document);
    assert_eq!(
        pr(&repo, &["--from", "pr.json", "--markdown"]).ok(),
        markdown
    );
    repo.git(&["switch", "-q", "main"]).ok();
    assert_eq!(
        pr(&repo, &["main", "--head", "ada", "--markdown"]).ok(),
        markdown
    );
}

#[test]
fn a_gate_that_is_passed_is_told_with_its_waiver_and_long_values_are_cut() {
    let Some(repo) = team() else { return };
    repo.write(
        "docs/milestone-reviews/base/20261120/review.md",
        "# Gate review: Base\n\n- **Stage:** Base\n- **Date:** 2026-11-20\n\n## Decision\n\n\
         - **Decision:** go\n- **Waiver:** The board says so\n",
    );
    let notes = "long words ".repeat(60);
    repo.stepdeck(&["set", "1", &format!("notes={notes}and an end")])
        .ok();
    repo.commit("work");
    let text = pr(&repo, &[]).ok();
    let passed = "  Base passed: go, with 2 of 2 checks open, waiver: The board says so\n";
    assert!(text.contains(passed), "{text}");
    assert!(text.contains("notes: ") && text.contains("…"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() < 250),
        "{text}"
    );
    let json = valid("pr", &pr(&repo, &["--json"]).ok());
    assert_eq!(
        json["gates"][0]["after"]["waiver"], "The board says so",
        "{json}"
    );
    assert!(json.to_string().contains("and an end"), "{json}");
    // Nothing is forecast for a gate that is passed.
    let forecast = repo.stepdeck(&["forecast", "Base"]).ok();
    assert!(
        forecast.contains("Its gate was passed on 2026-11-20: go, with 2 of 2 checks open."),
        "{forecast}"
    );
    assert!(!forecast.contains("No date"), "{forecast}");
}

#[test]
fn people_words_of_the_canon_and_removed_rows_are_told_and_each_step_counts_once() {
    let Some(repo) = team() else { return };
    repo.write(
        "docs/plan.md",
        "# Plan\n\n| Block | Step Range | Working Theme |\n| --- | --- | --- |\n\
         | B01 | 0001–0100 | Base |\n| B07 | 0601–0700 | Far |\n\n## Why\n\nIt has to be.\n",
    );
    repo.commit("plan");
    repo.git(&["branch", "-f", "main", "ada"]).ok();
    let text = repo.read("docs/plan.md");
    let text = text.replace("| B07 | 0601–0700 | Far |\n", "");
    repo.write(
        "docs/plan.md",
        &text.replace("It has to be.", "It has to be, and soon."),
    );
    repo.write(
        "docs/people.md",
        &TEAM
            .replace("| Mallory | Platform |", "| Mallory | Risk |")
            .replace("| Bo |", "| Bea |"),
    );
    repo.stepdeck(&["set", "2", "status=complete", "owner=someone"])
        .ok();
    repo.stepdeck(&["set", "3", "owner=someone"]).ok();
    repo.commit("work");
    let json = valid("pr", &pr(&repo, &["--json"]).ok());
    let people: Vec<String> = (json["people"].as_array().unwrap().iter())
        .map(|one| format!("{} {}", one["person"], one["how"]).replace('"', ""))
        .collect();
    assert_eq!(people, ["Bea added", "Mallory changed", "Bo removed"]);
    let canon: Vec<String> = (json["canon"].as_array().unwrap().iter())
        .map(|one| format!("{} {}", one["path"], one["what"]).replace('"', ""))
        .collect();
    assert!(
        canon.contains(&"docs/plan.md “Why”".to_owned()),
        "{canon:?}"
    );
    let block = &json["blocks"][1];
    assert!(
        block["block"] == "B07" && block["removed"] == true,
        "{json}"
    );
    let text = pr(&repo, &[]).ok();
    // Two steps: the completed one is changed, too.
    assert!(
        text.starts_with("Against main: Steps: 1 completed, 1 changed.\n"),
        "{text}"
    );
    assert!(text.contains("\nB07 Far\n  row removed\n"), "{text}");
    let brief = pr(&repo, &["--brief", "--markdown"]).ok();
    assert!(
        brief.contains("Steps: 2 differ.") && brief.contains("the steps that differ"),
        "{brief}"
    );
    assert!(!brief.contains("someone"), "{brief}");
}

#[test]
fn approval_is_by_a_steward_of_another_team_as_main_has_it() {
    let Some(repo) = team() else { return };
    repo.stepdeck(&["set", "1", "owner=grc"]).ok();
    // The branch makes its author a steward of another team, and itself the main branch.
    repo.write(
        "docs/people.md",
        &TEAM.replace("| Mallory | Platform |", "| Mallory | Risk |"),
    );
    repo.write(
        "stepdeck.toml",
        "[team]\nmain = \"ada\"\nstewards = [\"Mallory\"]\n",
    );
    repo.commit("mine");
    for (logins, code) in [("", 1), ("mallory", 1), ("ada", 1), ("Bo,mallory", 0)] {
        let run = pr(&repo, &["main", "--approved-by", logins]);
        assert_eq!(run.code, Some(code), "{logins}: {}{}", run.out, run.err);
    }
    let json = valid("pr", &pr(&repo, &["main", "--json"]).ok());
    assert_eq!(json["approval"]["stewards"][0]["name"], "Bo");
    assert_eq!(json["approval"]["author_teams"][0], "Platform");
    // Once main says so, it counts.
    repo.git(&["switch", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--no-edit", "ada"]).ok();
    repo.git(&["switch", "-q", "-c", "next"]).ok();
    let run = pr(&repo, &["--approved-by", "mallory"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
}

#[test]
fn without_a_commit_to_compare_with_it_says_so() {
    let Some(repo) = team() else { return };
    let run = pr(&repo, &["nowhere"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains("there is no branch or commit nowhere"),
        "{}",
        run.err
    );
    repo.write("not.json", "{\"schema\": 7}");
    assert_eq!(pr(&repo, &["--from", "not.json"]).code, Some(2));
}

/// Who names the local main branch, which is older than what was fetched, is told that the branch has
/// other people's work in it then.
#[test]
fn a_local_branch_that_is_behind_is_told_where_it_matters() {
    let Some(repo) = team() else { return };
    repo.git(&["switch", "-q", "main"]).ok();
    repo.stepdeck(&["set", "2", "owner=elsewhere"]).ok();
    repo.commit("meanwhile");
    for (key, value) in [
        ("remote.origin.url", "nowhere"),
        ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
        ("branch.main.remote", "origin"),
        ("branch.main.merge", "refs/heads/main"),
    ] {
        repo.git(&["config", key, value]).ok();
    }
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"])
        .ok();
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]).ok();
    repo.git(&["switch", "-q", "ada"]).ok();
    repo.stepdeck(&["set", "1", "owner=someone"]).ok();
    repo.commit("work");
    let read = |arguments: &[&str]| {
        let json = valid("pr", &pr(&repo, &[arguments, &["--json"]].concat()).ok());
        (json["counts"]["changed"].clone(), json["notes"].clone())
    };
    let none = serde_json::json!([]);
    assert_eq!(read(&["main"]), (1.into(), none.clone()));
    repo.git(&["merge", "-q", "origin/main"]).ok();
    let note = "main is 1 commit behind origin/main, and what this branch has of that counts as its own: compare \
                with origin/main";
    assert_eq!(read(&["main"]), (2.into(), serde_json::json!([note])));
    assert!(pr(&repo, &["main"]).ok().contains(note));
    assert_eq!(read(&["origin/main"]), (1.into(), none.clone()));
    assert_eq!(read(&[]), (1.into(), none));
}
