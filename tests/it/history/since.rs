//! `stepdeck since`: net differences from a baseline.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::count::{eventful, now};
use super::naive::{between, steps, versions};
use super::repo::{LOG, Repo, line, log_of};
use crate::support::run::Folder;
use crate::support::schema::valid;

fn since(repo: &Repo, baseline: &str) -> Value {
    valid(
        "since",
        &repo.folder.run(&["since", baseline, "--json"]).ok(),
    )
}

/// The fields of changed steps in short: number, field.
fn changed(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().trim_start_matches('0').to_owned();
    let steps = document["changed"].as_array().unwrap().iter();
    let fields = steps.flat_map(|step| {
        let fields = step["fields"].as_array().unwrap().iter();
        fields.map(|field| (text(&step["step_id"]), text(&field["field"])))
    });
    let mut fields: Vec<_> = fields.collect();
    fields.sort();
    fields
}

/// From every version to what is on disk, against the naive comparison of the two.
#[test]
fn it_is_the_difference_of_two_versions_whatever_lies_between() {
    let Some(repo) = eventful() else { return };
    let today = steps(&now(&repo));
    for (commit, version) in versions(repo.path()) {
        let document = since(&repo, &commit);
        let mut told: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for (_, number, _, kind, field, ..) in between(None, &version, &today) {
            let kind = if kind == "renumbered" {
                "changed"
            } else {
                &*kind
            };
            let kind = ["added", "removed", "changed"]
                .into_iter()
                .find(|k| *k == kind);
            told.entry(kind.unwrap()).or_default().push((number, field));
        }
        let mut expected = told.remove("changed").unwrap_or_default();
        expected.sort();
        assert_eq!(changed(&document), expected, "{commit}");
        for kind in ["added", "removed"] {
            let ids = document[kind].as_array().unwrap().iter();
            let ids = ids.map(|id| id.as_str().unwrap().trim_start_matches('0').to_owned());
            let expected = told.remove(kind).unwrap_or_default().into_iter();
            let expected: Vec<String> = expected.map(|(number, _)| number).collect();
            let mut ids: Vec<String> = ids.collect();
            ids.sort();
            let mut sorted = expected;
            sorted.sort();
            assert_eq!(ids, sorted, "{kind} {commit}");
        }
    }
}

/// Step 1 is completed, 2 reopened, 3 goes, 4 comes, 5 changes and changes back.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let step = |n: &str, status| line(&format!("000{n}"), &format!("Step *{n}*"), status);
    let (one, two, three) = (step("1", "draft"), step("2", "complete"), step("3", "idea"));
    let (four, five) = (step("4", "complete"), step("5", "draft"));
    repo.land(&[&one, &two, &three, &five]);
    repo.git(&["tag", "base"]);
    repo.land(&[&one, &two, &three, &five.replace("draft", "blocked")]);
    let done = one.replace("draft", "complete").replace("ops", "grc");
    repo.write(
        LOG,
        &log_of(&[&done, &two.replace("complete", "draft"), &four, &five]),
    );
    Some(repo)
}

#[test]
fn people_messages_and_scripts_are_told_what_is_different() {
    let Some(repo) = plan() else { return };
    insta::assert_snapshot!(repo.folder.run(&["since", "base"]).ok());
    insta::assert_snapshot!(repo.folder.run(&["since", "2026-09-02", "--markdown"]).ok());
    let document = since(&repo, "2026-09-02");
    assert_eq!(
        document["baseline"],
        json!({
            "label": "2026-09-02",
            "commit": repo.git(&["rev-parse", "base"]).trim(),
            "time": "2026-09-02T08:00:00Z",
        })
    );
    assert_eq!(document["completed"], json!(["0001", "0004"]));
    assert_eq!(document["reopened"], json!(["0002"]));
    // Each change says where it came from; what is not committed, that it came from nowhere.
    let unknown = json!([null, null, null]);
    let origin = |of: &Value| json!([of["landed"], of["commit"], of["author"]]);
    assert_eq!(origin(&document["changed"][0]["fields"][0]), unknown);
    repo.commit("done");
    let document = since(&repo, "2026-09-02");
    let head = repo.head();
    let known = json!(["2026-09-04T08:00:00Z", head, "Robin"]);
    assert_eq!(origin(&document["changed"][0]["fields"][0]), known);
    let origins = document["origins"].as_array().unwrap().iter();
    let steps: Vec<&Value> = origins
        .inspect(|of| assert_eq!(origin(of), known))
        .map(|of| &of["step_id"])
        .collect();
    assert_eq!(steps, ["0004", "0003"]);
}

#[test]
fn a_baseline_may_be_before_everything_or_now() {
    let Some(repo) = plan() else { return };
    let all = since(&repo, "2020-01-01");
    assert_eq!(all["added"].as_array().unwrap().len(), 4);
    assert_eq!(all["baseline"]["commit"], Value::Null);
    let nothing = repo.folder.run(&["since", "2026-11-21"]).ok();
    assert_eq!(nothing, "Since 2026-11-21 (now): no changes.\n");
    let run = repo.folder.run(&["since"]);
    assert_eq!(run.code, 2, "there was no review yet: {run:?}");
    assert!(run.err.contains("no weekly review has been finished yet"));
    let run = repo.folder.run(&["since", "nowhere"]);
    let said =
        "a date (2026-11-20), an age (2w), review, demo, checkpoint, gate:STAGE or a revision";
    assert!(run.err.contains(said), "{run:?}");
}

#[test]
fn without_git_the_last_edits_are_told_and_the_answer_says_so() {
    let later = |line: String| line.replace("2026-08-31", "2026-11-10");
    let log = log_of(&[
        &line("0001", "One", "complete"),
        &later(line("0002", "Two", "complete")),
        &later(line("0003", "Three", "draft")),
    ]);
    let folder = Folder::new(&[(LOG, &log)]);
    let document = valid("since", &folder.run(&["since", "2w", "--json"]).ok());
    assert_eq!(document["source"], "updated_at");
    assert!(
        document["notes"][0]
            .as_str()
            .unwrap()
            .contains("dates come from updated_at")
    );
    assert_eq!(document["completed"], json!(["0002"]));
    assert_eq!(document["added"], json!([]));
    assert_eq!(document["baseline"]["time"], "2026-11-07T09:30:00Z");
    let field = &document["changed"][0]["fields"][0];
    assert_eq!(field["landed"], "2026-11-10T00:00:00Z");
    assert_eq!(
        (&field["commit"], &field["author"]),
        (&json!(null), &json!(null))
    );
    let run = folder.run(&["since", "2w"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
    assert_eq!(
        run.ok(),
        "Since 2w (2026-11-07T09:30:00Z): 1 completed, 1 changed.\n\nChanged\n  \
         0002 last known: status complete\n  0003 last known: status draft\n"
    );
}

/// A morning has a few lines; a removed step is called what it was called.
#[test]
fn today_lists_a_few_of_what_is_new_and_says_how_to_see_all() {
    let Some(repo) = Repo::new() else { return };
    let text = "# Weekly review 2026-W36\n\n- **Held:** 2026-09-02T12:00:00Z\n";
    repo.write("docs/reviews/2026-W36.md", text);
    repo.land(&[&line("0001", "Gone", "draft")]);
    let lines: Vec<String> = (2..=20)
        .map(|number| line(&format!("{number:04}"), &format!("Step {number}"), "draft"))
        .collect();
    repo.land(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let today = repo.folder.run(&["today"]).ok();
    let new = today.split("New to you: ").nth(1).unwrap();
    let new: Vec<&str> = new.lines().take_while(|line| !line.is_empty()).collect();
    assert!(new[0].starts_with("20 since review ("), "{today}");
    assert_eq!(new[1], "0001 Gone  removed", "{today}");
    assert_eq!(new.len(), 10, "{today}");
    assert_eq!(new[9], "… and 12 more: `stepdeck since review`", "{today}");
    let json = valid("today", &repo.folder.run(&["today", "--json"]).ok());
    assert_eq!(json["new"][0]["title"], "Gone");
    assert_eq!(json["new"].as_array().unwrap().len(), 20);
}
