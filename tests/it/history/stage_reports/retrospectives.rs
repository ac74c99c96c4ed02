//! Retrospectives: what the history of a stage says, and the actions that become steps.

use std::collections::BTreeMap;

use super::{needed, plan, status, told};
use crate::history::naive::versions;
use crate::history::repo::LOG;
use crate::history::reports::section;

#[test]
fn a_retrospective_says_what_the_history_of_a_stage_says() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let retro = told(folder, &["retro"]);
    assert_eq!(
        (&retro["stage"], &retro["passed"]),
        (&"Ground".into(), &"2026-11-02".into())
    );
    let all = versions(repo.path());
    // A step is reopened where it is complete in one version and not in the next.
    let mut reopened: BTreeMap<String, u64> = BTreeMap::new();
    for pair in all.windows(2) {
        for id in needed(&["0001", "0003", "0102"]) {
            if status(&pair[0].1, &id) == "complete" && status(&pair[1].1, &id) != "complete" {
                *reopened.entry(id).or_default() += 1;
            }
        }
    }
    let found: BTreeMap<String, u64> = (retro["reopened"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["step_id"].as_str().unwrap().to_owned(),
                row["times"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, reopened);
    let whole = needed(&["0001", "0003", "0102"]);
    let complete = whole
        .iter()
        .filter(|id| status(&all.last().unwrap().1, id) == "complete")
        .count();
    assert_eq!(
        (&retro["steps"], &retro["complete"]),
        (&whole.len().into(), &complete.into())
    );
    let attempts: Vec<(&str, u64, u64)> = (retro["attempts"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["decision"].as_str().unwrap(),
                row["signed"].as_u64().unwrap(),
                row["sign_offs"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(attempts, [("no-go", 1, 2), ("go with conditions", 1, 2)]);
    let conditions: Vec<(&str, bool)> = (retro["conditions"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["condition"].as_str().unwrap(),
                row["met"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        conditions,
        [("A rota by 2026-11-10", false), ("Budget signed", true)]
    );
    // Each forecast that missed named a Sunday before the gate was passed, and was made before that.
    for row in retro["missed"].as_array().unwrap() {
        let (on, p85) = (row["on"].as_str().unwrap(), row["p85"].as_str().unwrap());
        assert!(on < p85 && p85 < "2026-11-02", "{row}");
    }
    assert!(
        retro["missed"].as_array().unwrap().len() as u64 <= retro["forecasts"].as_u64().unwrap()
    );
    let paper = folder.run(&["report", "retro"]).ok();
    assert!(
        section(&paper, "Conditions still open")
            .contains("A rota by 2026-11-10 (a check of Top), overdue"),
        "{paper}"
    );
    assert!(
        section(&paper, "Gate attempts").contains(
            "[go with conditions](../milestone-reviews/ground/20261102/review.md), 1 of 2 signed"
        ),
        "{paper}"
    );
}

#[test]
fn a_retrospective_is_linked_and_its_actions_become_steps() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let packet = "docs/milestone-reviews/top/20261121/review.md";
    folder.write(packet, "# Gate review: Top\n\n- **Stage:** Top\n- **Date:** 2026-11-21\n\n## Decision\n\n- **Decision:** undecided\n");
    folder.run(&["report", "retro", "--write"]).ok();
    let path = "docs/retrospectives/ground-2026-11-21.md";
    assert!(
        section(&folder.read(packet), "Papers")
            .contains("Retrospective of Ground: [docs/retrospectives/ground-2026-11-21.md]")
    );
    let none = folder.run(&["report", "retro", "--propose"]);
    assert!(
        none.code == 2 && none.err.contains("names no step"),
        "{none:?}"
    );
    let paper = folder.read(path);
    let actions = "## Actions\n\n- Film the *next* drill\n\n- [x] Thank the vendor\n\n- Sell more (Step 0102)\n\n- Buy a bell\n";
    folder.write(path, paper.replace("## Actions\n", actions));
    let before = folder.read(LOG);
    let run = folder.run(&["report", "retro", "--propose"]);
    assert_eq!(run.out, "0006\n0007\n", "{run:?}");
    let log = folder.read(LOG);
    // In the block that the stage's steps are in.
    let new: Vec<&str> = log.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(new.len(), 2);
    let new = new.concat();
    assert!(
        new.contains("\"title\": \"Film the next drill\"") && new.contains("\"status\": \"idea\""),
        "{new}"
    );
    let after = folder.read(path);
    assert!(
        after.contains("- Film the *next* drill (Step 0006)\n"),
        "{after}"
    );
    assert!(after.contains("- Buy a bell (Step 0007)\n"), "{after}");
    let again = folder.run(&["report", "retro", "--propose"]);
    assert!(again.code == 2, "{again:?}");
    // Written again, what people wrote is there.
    folder.run(&["report", "retro", "--write"]).ok();
    assert!(folder.read(path).contains("- Buy a bell (Step 0007)\n"));
}
