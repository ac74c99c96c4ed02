//! `stepdeck review`: what it prints and writes, and that `next` says the same.

use crate::support::review::{LAST, LAST_PAPER, LOG, PAPER, log};
use crate::support::run::Folder;
use crate::support::schema::valid;

fn folder() -> Folder {
    Folder::new(&[(LOG, &log()), (LAST_PAPER, LAST)])
}

#[test]
fn the_review_is_told_in_five_tables() {
    insta::assert_snapshot!(folder().run(&["review"]).ok());
    let narrow = folder()
        .run_on(&["review", "--color", "never"], Some(60))
        .ok();
    assert!(
        narrow.lines().all(|line| line.chars().count() <= 60),
        "{narrow}"
    );
}

#[test]
fn json_says_the_same_and_keeps_to_its_schema() {
    let folder = folder();
    let review = valid("review", &folder.run(&["review", "--json"]).ok());
    assert_eq!(review["week"], "2026-W47");
    assert_eq!(review["record"], serde_json::Value::Null);
    assert_eq!(review["since"], "2026-11-13T09:30:00Z");
    assert_eq!(review["proposals"].as_array().unwrap().len(), 3);
    assert_eq!(review["last_ten"][1]["fate"], "in progress");
    let next = valid("next", &folder.run(&["next", "--json"]).ok());
    for (ranked, step) in review["ranked"]
        .as_array()
        .unwrap()
        .iter()
        .zip(next["steps"].as_array().unwrap())
    {
        for key in ["rank", "step_id", "title", "owner", "score", "terms"] {
            assert_eq!(ranked[key], step[key]);
        }
    }
    let first = &next["steps"][0];
    assert_eq!(first["step_id"], "0002");
    let carried = first["terms"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == "carried");
    assert_eq!(carried.unwrap()["points"], 12);
}

#[test]
fn write_finishes_the_review_and_leaves_a_decided_ten_alone() {
    let folder = folder();
    let run = folder.run(&["--as", "Robin", "review", "--write"]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (
            0,
            "",
            "stepdeck: the review is finished: 10 decided, 0 skipped, 6 not discussed · \
             docs/reviews/2026-W47.md\n"
        )
    );
    insta::assert_snapshot!(folder.read(PAPER));
    assert!(!folder.diff().contains(LOG));
    let again = folder.run(&["--as", "Robin", "review", "--write"]);
    assert!(!again.err.trim_end().ends_with('·'), "{again:?}");
    let review = valid("review", &folder.run(&["review", "--json"]).ok());
    assert_eq!(review["ten"].as_array().unwrap().len(), 10);
    assert_eq!(review["held"], "2026-11-21T09:30:00Z");
    // By hand, one of them goes.
    let paper = folder.read(PAPER);
    let from = paper.find("10. **").unwrap();
    let to = paper.find("\n## Decided").unwrap();
    let nine = paper[..from].to_owned() + &paper[to..];
    folder.write(PAPER, &nine);
    folder.run(&["--as", "Robin", "review", "--write"]).ok();
    assert_eq!(folder.read(PAPER), nine);
    let run = folder.run(&["review", "--week", "2026-W48", "--write"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("2026-W48 has not started yet"),
        "{}",
        run.err
    );
    // A week later that is last week's ten, and what was left undecided comes back.
    let later = valid(
        "review",
        &folder.run(&["review", "--week", "2026-W48", "--json"]).ok(),
    );
    assert_eq!(later["last_ten"].as_array().unwrap().len(), 9);
    assert_eq!(later["proposals"].as_array().unwrap().len(), 3);
}

#[test]
fn a_rejected_proposal_is_no_next_step() {
    let folder = folder();
    let rejected = "# Weekly review 2026-W47\n\n## Proposals\n\n- **0004 rejected:** No\n";
    folder.write(PAPER, rejected);
    let next = folder.run(&["next", "-n", "100"]).ok();
    assert!(!next.contains("0004") && next.contains("0023"), "{next}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = folder();
    let run = folder.run(&["review", "--week", "2026-W54"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("that year has no such week"),
        "{}",
        run.err
    );
    let run = folder.run(&["--read-only", "review", "--write"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (2, "stepdeck: --read-only: nothing is written\n")
    );
    let fence = "# Weekly review 2026-W47\n\n## Dependencies\n\n```\nopen\n";
    folder.write(PAPER, fence);
    let run = folder.run(&["review", "--write"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("docs/reviews/2026-W47.md: something under “Dependencies”"),
        "{}",
        run.err
    );
    assert_eq!(folder.read(PAPER), fence);
}
