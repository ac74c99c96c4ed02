//! Steps that the canon describes, and the checks of its stages, over time.

use serde_json::{Value, json};

use super::repo::{LOG, Repo, shorts};
use crate::support::fixture::{CANON, DOCUMENT, LINES};

const SECTION: &str = "
#### Step 0050 — Only here
- **Outcome:** Written down
- **Dependencies:** 0001
- **Status:** Draft
";

/// Four steps in the log, one of them in the canon too, and one in the canon alone.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let canon = DOCUMENT.replacen("\n## Ladder", &format!("{SECTION}\n## Ladder"), 1);
    repo.write(LOG, LINES);
    repo.write(CANON, &canon);
    repo.commit("start");
    // What the log has, it says: the section of 0002 does not count.
    let canon = canon.replace("Schema agreed", "Schema known");
    let begun = canon.replace(
        "Dependencies:** 0001\n- **Status:** Draft\n\n## Ladder",
        "Dependencies:** 0001\n- **Status:** in  progress\n\n## Ladder",
    );
    assert_ne!(canon, begun);
    repo.write(CANON, &begun);
    repo.commit("begin");
    let ticked = begun.replace("- Runbooks", "- [x] Runbooks");
    repo.write(CANON, &ticked);
    repo.commit("tick");
    repo.git(&["mv", CANON, "docs/canon.md"]);
    repo.commit("rename");
    let moved = LINES
        .lines()
        .last()
        .unwrap()
        .replace("0101", "0050")
        .replace("Cut over", "Only here");
    let moved = moved
        .replace("\"idea\"", "\"complete\"")
        .replace("Moved", "Written down");
    let moved = moved.replace("[\"0003\"]", "[\"0001\"]");
    repo.write(LOG, &format!("{LINES}{moved}\n"));
    repo.commit("move to the log");
    repo.write(
        "docs/canon.md",
        &ticked.replace(SECTION.split_once("- **Status").unwrap().0, ""),
    );
    repo.commit("and out of the canon");
    repo.write(
        "docs/canon.md",
        &repo
            .folder
            .read("docs/canon.md")
            .replace("[x] Runbooks cover", "[ ] Runbooks serve"),
    );
    Some(repo)
}

#[test]
fn a_step_of_log_and_canon_is_one_and_ticks_follow_the_events() {
    let Some(repo) = plan() else { return };
    let events = repo.events(&[]);
    let (ticks, events): (Vec<Value>, Vec<Value>) = events
        .into_iter()
        .partition(|event| event.get("check").is_some());
    let told = shorts(&events);
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let start = [
        "0001 added",
        "0002 added",
        "0003 added",
        "0050 added",
        "0101 added",
    ];
    assert_eq!(told[told.len() - 5..], start);
    assert_eq!(
        told[told.len() - 6],
        r#"0050 changed status "draft" "in progress""#
    );
    let moved = &told[..told.len() - 6];
    assert_eq!(
        moved.first(),
        Some(&r#"0050 changed block null "B02""#),
        "{moved:?}"
    );
    assert!(
        moved.contains(&r#"0050 changed status "in progress" "complete""#),
        "{moved:?}"
    );
    assert!(
        moved.iter().all(|told| told.starts_with("0050 changed")),
        "{moved:?}"
    );
    let told: Vec<Value> = ticks
        .iter()
        .map(|tick| json!([tick["kind"], tick["stage"], tick["check"], tick["landed"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!([
                "unticked",
                "Ground",
                "Runbooks serve deploy and rollback.",
                "2026-11-21T09:30:00Z"
            ]),
            json!([
                "ticked",
                "Ground",
                "Runbooks cover deploy and rollback.",
                "2026-09-04T08:00:00Z"
            ]),
        ]
    );
    assert!(
        repo.folder
            .run(&["log"])
            .ok()
            .contains("\tGround\tticked: Runbooks cover")
    );
    assert!(!repo.folder.run(&["log", "50"]).ok().contains("Ground"));
}

#[test]
fn the_last_point_is_the_plan_of_today() {
    let Some(repo) = plan() else { return };
    let list: Value = serde_json::from_str(&repo.folder.run(&["list", "--json"]).ok()).unwrap();
    let burn: Value = serde_json::from_str(&repo.folder.run(&["burn", "--json"]).ok()).unwrap();
    let points = burn["points"].as_array().unwrap();
    assert_eq!(points.last().unwrap()["total"], list["total"]);
    assert_eq!(points[0]["total"], 5);
    assert_eq!(points[0]["added"], 5);
    let since = repo.folder.run(&["since", "HEAD~4", "--json"]).ok();
    let since: Value = serde_json::from_str(&since).unwrap();
    assert_eq!(since["completed"], json!(["0050"]));
    assert_eq!(since["added"], json!([]));
}
