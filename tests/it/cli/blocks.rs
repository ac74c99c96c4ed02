//! What becomes of blocks, and decisions: what `block` and `decide` print, leave in the files, and
//! what the rest of the plan makes of it.

use crate::support::run::{Folder, Run};

const LOG: &str = "data/plans/plan.jsonl";
const CANON: &str = "docs/plan.md";

/// Two blocks, each with something done; one waits for the other, and a check names it alone.
fn folder() -> Folder {
    let step = |id: &str, block: &str, theme: &str, status: &str, up: &str| {
        format!(
            "{{\"step_id\": \"{id}\", \"block\": \"{block}\", \"title\": \"Step | {id}\"{theme}, \
             \"owner\": \"ops\", \"status\": \"{status}\", \"outcome\": \"o\", \
             \"dependencies\": [{up}], \"artifacts\": [\"a.md\"], \
             \"evidence\": {{\"metric\": \"m\", \"target\": 1}}, \
             \"updated_at\": \"2026-11-20T00:00:00Z\"}}\n"
        )
    };
    let old = ", \"theme\": \"Field & loops\"";
    let log = [
        step("0001", "B01", "", "draft", "\"0101\""),
        step("0002", "B01", "", "complete", ""),
        step("0101", "B02", old, "draft", ""),
        step("0102", "B02", old, "complete", ""),
        step("0103", "B02", "", "in progress", "\"0101\""),
        step("0103.A", "B02", old, "complete", ""),
    ]
    .concat();
    let canon = "# Plan\n\n| Block | Step Range | Working Theme | Status | Signal |\n\
                 |---|---|---|---|---|\n\
                 | B01 | 0001–0100 | Base | Draft | x |\n\
                 | B02 | 0101–0200 | Field &amp; *loops* | In progress<br/>see [it](x.md) |  y|\n\n\
                 | Stage | Stage-Gate Review |\n|---|---|\n| Base | all |\n\n\
                 # Readiness Checklists\n\n## Base\n\n- [ ] Loops run (Step 0101)\n";
    Folder::new(&[(LOG, &log), (CANON, canon)])
}

fn counts(folder: &Folder) -> String {
    let run = folder.run(&["next"]);
    run.out + &run.err
}

fn codes(folder: &Folder) -> Vec<String> {
    let run = folder.run(&["check", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let codes = found["problems"].as_array().unwrap().iter();
    codes
        .map(|problem| problem["code"].as_str().unwrap().to_owned())
        .filter(|code| !["missing-artifact", "block-table-gap"].contains(&&**code))
        .collect()
}

fn said(run: &Run) -> Vec<&str> {
    let lines = run.err.lines();
    lines
        .filter_map(|line| line.strip_prefix("stepdeck: "))
        .collect()
}

#[test]
fn a_retired_block_is_out_of_everything_and_comes_back_to_the_byte() {
    let folder = folder();
    let (log, canon) = (folder.read(LOG), folder.read(CANON));
    let ready = |folder: &Folder| folder.run(&["list", "--filter", "is:ready"]).out;
    assert!(ready(&folder).contains("0101"));
    assert_eq!(codes(&folder), [] as [&str; 0]);
    let preview = folder.run(&["--as", "Ada", "block", "retire", "B02", "--dry-run"]);
    assert!(preview.out.contains("+| B02 | 0101–0200 | Field &amp; *loops* | Retired (was In progress<br/>see [it](x.md)) |  y|\n"));
    assert_eq!(folder.diff(), "");
    let run = folder.run(&[
        "--as",
        "Ada",
        "block",
        "retire",
        "B02",
        "--why",
        "Nobody asked.",
    ]);
    assert_eq!(
        (run.code, said(&run)),
        (
            0,
            vec![
                "B02 retired",
                "2 steps are no longer counted, ranked or due; no status changes.",
                "0001 waits for steps that nobody will do: that is a problem.",
                "1 open check names only such steps.",
            ]
        )
    );
    assert_eq!(folder.read(LOG), log);
    let note = "docs/decisions/2026-11-21-retire-b02-field-loops.md";
    assert_eq!(
        folder.read(note),
        "# Retire B02 Field & loops\n\n- **Date:** 2026-11-21\n- **Blocks:** B02\n\
         - **Steps:** 0101–0200\n- **People:** Ada\n\nNobody asked.\n"
    );
    assert_eq!(codes(&folder), ["retired-dependency", "retired-check"]);
    assert!(!ready(&folder).contains("0101"));
    let run = folder.run(&["add", "title=Late", "block=B02"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("B02 is retired, so the step would count for nothing"),
        "{run:?}"
    );
    let retired = folder.run(&["list", "--filter", "is:retired"]).out;
    assert_eq!(retired.lines().count(), 2, "{retired}");
    let burn = folder.run(&["burn", "--json"]).out;
    let burn: serde_json::Value = serde_json::from_str(&burn).unwrap();
    let last = burn["points"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["total"], &last["complete"], &last["retired"]),
        (&4.into(), &3.into(), &2.into())
    );
    let table = folder.run(&["burn"]).out;
    let mut rows = table
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>());
    let heading = rows.next().unwrap();
    let at = heading.iter().position(|cell| *cell == "retired").unwrap();
    // “in progress” and “not started” are two words each.
    assert_eq!(rows.next_back().unwrap()[at - 2], "2", "{table}");
    assert!(counts(&folder).contains("2 retired") || retired.contains("0101"));
    // The check can be ticked all the same, and then it is no problem.
    assert_eq!(folder.run(&["tick", "Base", "1"]).code, 0);
    assert_eq!(
        codes(&folder),
        ["retired-dependency", "tick-without-evidence"]
    );
    assert_eq!(folder.run(&["tick", "Base", "1", "--off"]).code, 0);
    let again = folder.run(&["block", "retire", "B02"]);
    assert_eq!(
        (again.code, said(&again)),
        (2, vec!["B02 is retired already"])
    );
    let restored = folder.run(&["block", "restore", "B02"]);
    assert_eq!(
        said(&restored),
        ["B02 restored", "2 steps are counted and ranked again."]
    );
    assert_eq!((folder.read(LOG), folder.read(CANON)), (log, canon));
    assert_eq!(codes(&folder), [] as [&str; 0]);
}

#[test]
fn merging_moves_open_steps_with_their_sub_steps_and_leaves_what_is_done() {
    let folder = folder();
    let run = folder.run(&[
        "--as",
        "Ada",
        "block",
        "merge",
        "B02",
        "B01",
        "--why",
        "One team.",
    ]);
    assert_eq!(
        (run.code, said(&run)[0]),
        (0, "B02 merged into B01"),
        "{run:?}"
    );
    let log = folder.read(LOG);
    let ids: Vec<&str> = log
        .lines()
        .map(|line| line.split('"').nth(3).unwrap())
        .collect();
    assert_eq!(ids, ["0001", "0002", "0003", "0004", "0004.A", "0102"]);
    assert!(log.contains("\"step_id\": \"0003\", \"block\": \"B01\""));
    assert!(log.contains("\"was\": [\"0101\"]") && log.contains("\"was\": [\"0103.A\"]"));
    assert!(
        log.lines()
            .next()
            .unwrap()
            .contains("\"dependencies\": [\"0003\"]")
    );
    let canon = folder.read(CANON);
    assert!(canon.contains("Merged into B01 (was In progress<br/>see [it](x.md))"));
    assert!(canon.contains("- [ ] Loops run (Step 0003)"));
    let note = folder.read("docs/decisions/2026-11-21-merge-b02-field-loops-into-b01.md");
    assert!(note.contains("| 0101 | 0003 | Step \\| 0101 |\n"), "{note}");
    assert_eq!(codes(&folder), [] as [&str; 0]);
    let itself = folder.run(&["block", "merge", "B01", "B01"]);
    assert_eq!(said(&itself), ["B01 cannot be merged into itself"]);
    let gone = folder.run(&["block", "merge", "B01", "B02"]);
    assert_eq!(said(&gone), ["B02 is merged into B01 itself"]);
}

#[test]
fn what_does_not_fit_is_refused_with_both_counts() {
    let folder = folder();
    let narrow = folder.read(CANON).replace("0001–0100", "0001–0003");
    folder.write(CANON, narrow);
    let run = folder.run(&["block", "merge", "B02", "B01", "--dry-run"]);
    assert_eq!(
        (run.code, said(&run)),
        (
            2,
            vec!["2 open steps of B02 do not fit: B01 has 1 free number"]
        )
    );
}

#[test]
fn another_theme_keeps_the_dates_of_those_that_repeat_it() {
    let folder = folder();
    let run = folder.run(&["block", "retheme", "B02", "Proofs"]);
    assert_eq!(
        said(&run),
        [
            "B02 theme → Proofs",
            "3 steps repeat the theme; they keep their dates."
        ]
    );
    let log = folder.read(LOG);
    assert_eq!(log.matches("\"theme\": \"Proofs\"").count(), 3);
    assert_eq!(log.matches("2026-11-20T00:00:00Z").count(), 6);
    // The two that are silent have the theme of their rows.
    let listed = |theme: &str| folder.run(&["list", "--filter", theme]).out.lines().count();
    assert_eq!((listed("theme:proofs"), listed("theme:base")), (4, 2));
    assert_eq!(codes(&folder), [] as [&str; 0]);
    let same = folder.run(&["block", "retheme", "B02", "Proofs"]);
    assert_eq!(said(&same), ["the theme of B02 is “Proofs” already"]);
}

#[test]
fn many_lines_are_looked_at_first() {
    let folder = folder();
    let line = folder.read(LOG).lines().nth(2).unwrap().to_owned();
    let more = (104..130).map(|number| line.replace("0101", &format!("{number:04}")) + "\n");
    let log = folder.read(LOG) + &more.collect::<String>();
    folder.write(LOG, log);
    let run = folder.run(&["block", "retheme", "B02", "Proofs"]);
    assert_eq!(
        (run.code, said(&run)),
        (
            2,
            vec!["this changes 30 lines: look at them with --dry-run, then add --yes"]
        )
    );
    assert_eq!(
        folder
            .run(&["block", "retheme", "B02", "Proofs", "--yes"])
            .code,
        0
    );
}

#[test]
fn a_decision_names_steps_and_what_it_supersedes_and_is_named_back() {
    let folder = folder();
    folder.write(
        "docs/decisions/0001-old.md",
        "# 0001: Old\n\n- **Steps:** 0001\n",
    );
    let run = folder.run(&[
        "--as",
        "Ada",
        "decide",
        "Keep one: the new",
        "--steps",
        "0101,2",
        "--supersedes",
        "0001-old",
        "--why",
        "It is *cheaper*.",
    ]);
    let path = "docs/decisions/2026-11-21-keep-one-the-new.md";
    assert_eq!(said(&run), [format!("decided: Keep one: the new · {path}")]);
    assert_eq!(
        folder.read(path),
        "# Keep one: the new\n\n- **Date:** 2026-11-21\n- **Steps:** 0101, 0002\n\
         - **People:** Ada\n- **Supersedes:** [0001: Old](0001-old.md)\n\nIt is *cheaper*.\n"
    );
    assert_eq!(
        folder.read("docs/decisions/0001-old.md"),
        "# 0001: Old\n\n- **Steps:** 0001\n\
         - **Superseded by:** [Keep one: the new](2026-11-21-keep-one-the-new.md)\n"
    );
    assert_eq!(codes(&folder), [] as [&str; 0]);
    std::fs::remove_file(folder.path().join("docs/decisions/0001-old.md")).unwrap();
    assert_eq!(codes(&folder), ["dangling-decision"]);
    let missing = folder.run(&["decide", "x", "--steps", "0999"]);
    assert_eq!(
        (missing.code, said(&missing)),
        (2, vec!["0999 is not in the plan"])
    );
}

/// Where `add` adds nothing, nothing is moved to either, whichever command would.
#[test]
fn no_step_goes_to_a_retired_block() {
    let folder = folder();
    folder.run(&["block", "retire", "B02", "--why", "x"]).ok();
    let (log, canon) = (folder.read(LOG), folder.read(CANON));
    for (arguments, other) in [
        (
            ["move", "0001", "--block", "B02"],
            "move the step to another one",
        ),
        (
            ["renumber", "0001", "0150", "--dry-run"],
            "use a number of another one",
        ),
        (
            ["renumber", "0001", "0150", "--json"],
            "use a number of another one",
        ),
    ] {
        let run = folder.run(&arguments);
        assert_eq!(run.code, 2, "{run:?}");
        let said = format!(
            "B02 is retired, so the step would count for nothing: restore the block first, or {other}"
        );
        assert!(run.err.contains(&said), "{run:?}");
    }
    assert_eq!((folder.read(LOG), folder.read(CANON)), (log, canon));
    // Out of it, and within it, a step can go all the same.
    folder.run(&["renumber", "0103", "0105"]).ok();
    folder.run(&["move", "0101", "--block", "B01"]).ok();
}

/// The last step is in a retired block: the next one follows the last that counts.
#[test]
fn a_new_step_goes_to_the_last_block_that_is_not_retired() {
    let folder = folder();
    folder.run(&["block", "retire", "B02", "--why", "x"]).ok();
    assert_eq!(folder.run(&["add", "title=z"]).ok(), "0003\n");
    let run = folder.run(&["add", "title=z", "--after", "0103"]);
    assert!(run.err.contains("B02 is retired"), "{run:?}");
    folder.run(&["block", "restore", "B02"]).ok();
    assert_eq!(folder.run(&["add", "title=z"]).ok(), "0104\n");
    // Where the block is full, what is retired is passed over.
    folder.run(&["block", "retire", "B02", "--why", "x"]).ok();
    folder.run(&["add", "title=z", "--id", "0100"]).ok();
    assert_eq!(folder.run(&["add", "title=z"]).ok(), "0201\n");
}
