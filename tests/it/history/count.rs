//! A history with everything in it, against the naive reading of each of its versions.

use super::naive::{self, flat, history, of_json, replay, versions};
use super::repo::{LOG, Repo, line, log_of, shorts, with_uid};

const UID: &str = "aaaabbbbcccc";

/// Renames, merges, a revert, several logs, uids, clocks that run backwards, torn lines.
pub fn eventful() -> Option<Repo> {
    let repo = Repo::new()?;
    let [one, two, three] = ["1", "2", "3"].map(|n| line(&format!("000{n}"), n, "draft"));
    let old = "notes/list.jsonl";
    repo.write(old, &log_of(&[&one, &two, &three]));
    repo.commit("start");
    let two = two.replace("draft", "in progress");
    repo.write(old, &log_of(&[&one, &two, &three]));
    repo.commit("begin 2");
    // The spelling alone, and the stamp.
    let two = two
        .replace("\"ops\"", "\"\\u006fps\"")
        .replace("08-31", "09-02");
    let one = r#"{"status":"draft","owner":"ops","title":"1","step_id":"001","dependencies":[]}"#;
    repo.write(old, &log_of(&[one, &two, &three]));
    repo.commit("spell");
    std::fs::create_dir_all(repo.path().join("data/plans")).unwrap();
    repo.git(&["mv", old, LOG]);
    let four = with_uid(&line("0004", "Four", "idea"), UID);
    repo.write(LOG, &log_of(&[one, &two, &three, &four]));
    repo.commit("rename, and add 4");
    // On a branch 2 is finished, on main 3 gets another owner: both land with the merge or alone.
    repo.git(&["checkout", "-q", "-b", "side"]);
    let done = two.replace("in progress", "complete");
    repo.land(&[one, &done, &three, &four]);
    repo.git(&["checkout", "-q", "main"]);
    let three = three.replace("ops", "grc");
    repo.write("README.md", "A plan.\n");
    repo.commit("something else");
    repo.pass_days(1);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]);
    repo.pass_days(1);
    repo.git(&["revert", "-m", "1", "--no-edit", "HEAD"]);
    repo.land(&[one, &two, &three, &four]);
    // 4 becomes 2 and 2 becomes 5, which only the uid tells; the copy of a uid counts for nobody.
    let five = two.replace("\"0002\"", "\"0005\"");
    let four = four
        .replace("\"0004\"", "\"0002\"")
        .replace("idea", "draft");
    repo.land(&[one, &four, &three, &five]);
    let copy = four.replace("\"0002\"", "\"0006\"");
    repo.land(&[one, &four, &three, &five, &copy]);
    let copy = copy.replace(UID, "ddddeeeeffff");
    repo.land(&[one, &four, &three, &five, &copy]);
    // The clock of this one is wrong.
    repo.pass_days(-30);
    repo.land(&[&four, &three, "torn {", &five, &copy]);
    repo.pass_days(40);
    // To another log, and 1 comes back.
    repo.write("data/plans/more.jsonl", &log_of(&[&three, one]));
    repo.land(&[&four, &five, &copy]);
    let evidence = copy.replace(
        "\"dependencies\": []",
        r#""dependencies": ["0001", "Board"], "evidence": {"metric": "ms", "target": 12345678901234567890}, "x": null"#,
    );
    repo.land(&[&four, &five, &evidence]);
    let evidence = evidence.replace(r#""ms", "#, r#""s", "actual": 1.50, "#);
    repo.write(
        LOG,
        &log_of(&[&four.replace("draft", "blocked"), &evidence]),
    );
    Some(repo)
}

pub fn now(repo: &Repo) -> Vec<Vec<u8>> {
    let logs = [LOG, "data/plans/more.jsonl"].map(|log| repo.folder.read(log).into_bytes());
    logs.to_vec()
}

#[test]
fn the_events_are_those_of_a_naive_count() {
    let Some(repo) = eventful() else { return };
    let events = repo.events(&[]);
    assert_eq!(
        of_json(&events),
        history(&versions(repo.path()), &now(&repo))
    );
    let landed: Vec<&str> = events
        .iter()
        .map(|event| event["landed"].as_str().unwrap())
        .collect();
    assert!(
        landed.is_sorted_by(|newer, older| newer >= older),
        "{landed:?}"
    );
    let short = shorts(&events);
    for told in [
        r#"0002 changed status "draft" "blocked""#,
        r#"0006 changed evidence.actual null 1.5"#,
        r#"0006 changed dependencies [] ["0001","Board"]"#,
        r#"0002 renumbered step_id "0004" "0002""#,
        r#"0005 removed"#,
        r#"0002 changed status "complete" "in progress""#,
        "001 added",
    ] {
        assert!(
            short.contains(&told.to_owned()),
            "{told}\n{}",
            short.join("\n")
        );
    }
    assert!(
        !short
            .iter()
            .any(|told| told.contains("updated_at") || told.contains("0003 added "))
    );
}

#[test]
fn events_played_over_nothing_give_the_plan_of_today() {
    let Some(repo) = eventful() else { return };
    let replayed = replay(&repo.events(&[]));
    let today = naive::steps(&now(&repo));
    assert_eq!(replayed.len(), today.len());
    for step in today {
        let number = step["step_id"]
            .as_str()
            .unwrap()
            .trim_start_matches('0')
            .to_owned();
        assert_eq!(replayed[&number], flat(&step));
    }
}

#[test]
fn a_step_has_one_past_under_all_of_its_numbers() {
    let Some(repo) = eventful() else { return };
    let told = shorts(&repo.events(&["2"]));
    assert_eq!(
        told,
        [
            r#"0002 changed status "draft" "blocked""#,
            r#"0002 renumbered step_id "0004" "0002""#,
            r#"0002 changed status "idea" "draft""#,
            "0004 added",
        ]
    );
    let told = shorts(&repo.events(&["1"]));
    assert_eq!(
        told,
        ["001 added", "001 removed", "0001 added"],
        "it came back"
    );
    assert_eq!(repo.folder.run(&["log", "77"]).code, 2);
    let gone = shorts(&repo.events(&["5"]));
    assert_eq!(gone.first().map(String::as_str), Some("0005 removed"));
}
