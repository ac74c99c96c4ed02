//! `stepdeck log`: for people, for scripts, and between two moments.

use serde_json::Value;

use super::repo::{LOG, Repo, document, line, log_of, shorts};
use crate::support::fixture::{CANON, DOCUMENT};

/// Two steps; one a day is worked on from 2026-09-02.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let [one, two] = ["1", "2"].map(|n| line(&format!("000{n}"), &format!("Step {n}"), "draft"));
    repo.land(&[&one, &two]);
    repo.git(&["tag", "v1"]);
    let done = one.replace("draft", "complete");
    repo.land(&[&done, &two]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.land(&[&done, &two.replace("Step 2", "Two \\u001b[31m\\u202e")]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("other.txt", "x\n");
    repo.commit("something else");
    repo.pass_days(1);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    repo.write(LOG, &repo.folder.read(LOG).replace("[]", r#"["0002"]"#));
    Some(repo)
}

fn told(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    shorts(&repo.events(arguments))
}

#[test]
fn people_and_pipes_read_it_row_by_row() {
    let Some(repo) = plan() else { return };
    insta::assert_snapshot!(repo.folder.run(&["log"]).ok());
    let terminal = ["--color", "never", "log"];
    insta::assert_snapshot!(repo.folder.run_on(&terminal, Some(72)).ok());
}

#[test]
fn moments_bound_what_is_told() {
    let Some(repo) = plan() else { return };
    let all = told(&repo, &[]);
    assert_eq!(all.len(), 6);
    // 2026-09-02: both added; 09-03: one complete; 09-06: the merge.
    assert_eq!(told(&repo, &["--since", "2026-09-02"]), all[..4]);
    assert_eq!(told(&repo, &["--since", "v1"]), all[..4]);
    assert_eq!(told(&repo, &["--until", "v1"]), all[4..]);
    assert_eq!(
        told(&repo, &["--since", "2026-09-02", "--until", "2026-09-03"]),
        all[3..4]
    );
    assert_eq!(told(&repo, &["--until", "2026-09-03T07:59:59Z"]), all[4..]);
    assert_eq!(
        told(&repo, &["--since", "1h"]),
        all[..2],
        "what is not committed is now"
    );
    // What is on the branch is on main since the merge, and not since it was written.
    assert_eq!(told(&repo, &["--since", "side"]), all[..3]);
    assert_eq!(told(&repo, &["--since", "HEAD"]), all[..2]);
    repo.git(&["branch", "7d"]);
    assert_eq!(
        told(&repo, &["--since", "rev:7d"]),
        all[..2],
        "an age wins over a name"
    );
    assert_eq!(told(&repo, &["--filter", "id:0002"]).len(), 3);
    for (when, reason) in [
        ("nowhere", "is not a date"),
        ("review", "no weekly review"),
        ("--output=x", "is not a date"),
        ("visit", "not recorded yet"),
    ] {
        let run = repo.folder.run(&["log", &format!("--since={when}")]);
        assert_eq!(run.code, 2, "{when}");
        assert!(run.err.contains(reason), "{when}: {}", run.err);
    }
    assert!(!repo.path().join("x").exists());
}

#[test]
fn a_review_and_a_decided_gate_are_moments() {
    let Some(repo) = plan() else { return };
    repo.write(CANON, DOCUMENT);
    repo.write(
        "docs/reviews/2026-W36.md",
        "# Weekly review 2026-W36\n\n- **Held:** 2026-09-02T12:00:00Z\n",
    );
    repo.write(
        "docs/milestone-reviews/ground/20260903/review.md",
        "# Gate review\n\n- **Stage:** Ground\n- **Date:** 2026-09-03\n\n## Decision\n\n- **Decision:** Go\n- **Decided:** 2026-09-03, Ada\n",
    );
    let all = told(&repo, &[]);
    assert_eq!(told(&repo, &["--since", "review"]), all[..4]);
    assert_eq!(told(&repo, &["--since", "gate:ground"]), all[..3]);
    assert_eq!(repo.folder.run(&["log", "--since", "gate:Nowhere"]).code, 2);
}

#[test]
fn an_event_says_who_when_and_with_which_commit() {
    let Some(repo) = plan() else { return };
    let document = document(repo.folder.run(&["log", "--json"]));
    assert_eq!(document["source"], "git");
    assert_eq!(document["notes"], serde_json::json!([]));
    let events = document["events"].as_array().unwrap();
    assert_eq!(events[0]["commit"], Value::Null);
    assert_eq!(events[0]["landed"], "2026-11-21T09:30:00Z");
    let merge = &events[2];
    assert_eq!(merge["commit"], repo.head());
    assert_eq!(merge["author"], "Robin");
    assert_eq!(merge["landed"], "2026-09-06T08:00:00Z");
    assert_eq!(events[5]["after"]["title"], "Step 2");
}

#[test]
fn a_plan_below_the_top_has_the_past_of_its_own_logs() {
    let Some(repo) = Repo::new() else { return };
    let one = line("0001", "One", "draft");
    let place = format!("teams/[a]/{LOG}");
    repo.write(
        &format!("teams/b/{LOG}"),
        &log_of(&[&line("0009", "Nine", "draft")]),
    );
    repo.write(&place, &log_of(&[&one]));
    repo.commit("start");
    repo.write(&place, &log_of(&[&one.replace("draft", "complete")]));
    repo.commit("done");
    repo.write(&format!("teams/b/{LOG}"), "");
    repo.commit("the others stop");
    // The whole folder under another name.
    repo.git(&["mv", "teams", "groups"]);
    repo.commit("move");
    let run = repo.folder.run(&["-C", "groups/[a]", "log", "--json"]);
    let events = document(run)["events"].as_array().unwrap().clone();
    assert_eq!(
        shorts(&events),
        [r#"0001 changed status "draft" "complete""#, "0001 added"]
    );
}

#[test]
fn without_git_the_stamps_tell_and_it_says_so() {
    let folder = crate::support::run::Folder::new(&[(LOG, &line("0001", "One", "draft"))]);
    let run = folder.run(&["log"]);
    assert!(
        run.err.contains("dates come from updated_at"),
        "{}",
        run.err
    );
    assert_eq!(
        run.ok(),
        "2026-08-31T00:00:00Z\t-\t-\t0001\tlast known: status draft\n"
    );
    let document = document(folder.run(&["log", "--json"]));
    assert_eq!(document["source"], "updated_at");
    assert_eq!(document["events"][0]["commit"], Value::Null);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let Some(repo) = Repo::new() else { return };
    repo.write(LOG, &log_of(&[&line("0001", "One", "draft")]));
    let run = repo.folder.run(&["log"]);
    assert!(run.err.contains("nothing is committed yet"), "{}", run.err);
    assert_eq!(
        run.ok(),
        "2026-11-21T09:30:00Z\t-\t(uncommitted)\t0001\tadded: One\n"
    );
}

#[test]
fn that_nothing_happened_is_said() {
    let Some(repo) = Repo::new() else { return };
    repo.land(&[&line("0001", "One", "draft")]);
    let run = repo.folder.run(&["log", "--since", "3d"]);
    assert_eq!((run.code, &*run.out), (0, ""));
    assert_eq!(
        run.err,
        "stepdeck: nothing happened since 2026-11-18T09:30:00Z\n"
    );
    let run = repo.folder.run(&["log", "--since", "HEAD"]);
    assert_eq!(run.err, "stepdeck: nothing happened since that commit\n");
}
