//! What the screen does with marked steps, from scripts: `set`, `remove` and `move` with several
//! steps, by name and by filter.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

#[test]
fn set_changes_several_steps_as_one() {
    let folder = folder();
    let run = folder.run(&["set", "1", "0002", "3", "owner=sre", "inputs+=brief.md"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "stepdeck: 3 steps owner → sre, inputs +brief.md\n")
    );
    assert_eq!(folder.read(LOG).matches("\"owner\": \"sre\"").count(), 3);
    assert_eq!(folder.read(LOG).matches("brief.md").count(), 3);
    assert!(folder.read(CANON).contains("- **Owner:** sre"));
}

#[test]
fn set_finds_the_steps_by_a_filter_and_says_who_was_left_out() {
    let folder = folder();
    let run = folder.run(&[
        "set",
        "--filter",
        "status:draft,blocked",
        "dependencies+=0002",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.err
            .contains("1 of 2 unchanged: 0002 cannot depend on itself"),
        "{run:?}"
    );
    let run = folder.run(&["set", "--filter", "status:draft,blocked", "status=complete"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "stepdeck: 2 steps status → complete\n")
    );
    let run = folder.run(&["set", "--filter", "status:draft", "status=complete"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            0,
            "stepdeck: no step matches the filter; nothing was changed\n"
        )
    );
}

#[test]
fn a_dry_run_prints_the_diff_and_writes_nothing() {
    let folder = folder();
    let run = folder.run(&[
        "set",
        "--filter",
        "owner:ops",
        "status=blocked",
        "--dry-run",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("\n-{\"step_id\": \"0001\""), "{run:?}");
    assert!(run.out.contains("\n+{\"step_id\": \"0101\""), "{run:?}");
    assert!(
        run.err
            .contains("dry run, nothing was written; otherwise: 2 steps status → blocked"),
        "{run:?}"
    );
    assert_eq!(folder.diff(), "");
}

#[test]
fn a_step_that_others_wait_for_is_removed_by_force_only() {
    let folder = folder();
    let run = folder.run(&["remove", "3"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("1 step waits for it: 0101 Cut over; nothing was removed, --force"),
        "{run:?}"
    );
    assert_eq!(folder.diff(), "");
    let run = folder.run(&["remove", "3", "101"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "stepdeck: 2 steps removed\n")
    );
    assert_eq!(folder.read(LOG).lines().count(), 3);
    let run = folder.run(&["remove", "1", "--force"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "stepdeck: 0001 removed: Pick the engine\n")
    );
    let run = folder.run(&["remove", "2"]);
    assert!(
        run.err.contains("0002 has a section in docs/plan.md"),
        "{run:?}"
    );
}

#[test]
fn steps_move_to_a_block_and_what_names_them_follows() {
    let folder = folder();
    let run = folder.run(&["move", "2", "--block", "B02"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            0,
            "stepdeck: 0002 moved to B02 as 0102: Review the schema\n"
        )
    );
    let log = folder.read(LOG);
    assert!(
        log.contains("\"dependencies\": [\"0102\", \"Board agrees\"]"),
        "{log}"
    );
    assert!(log.contains("\"was\": [\"0002\"]"), "{log}");
    assert!(
        folder
            .read(CANON)
            .contains("#### Step 0102 — Review the schema")
    );
    for (arguments, reason) in [
        (
            &["move", "2", "--block", "B02"][..],
            "there is no step 0002",
        ),
        (&["move", "101", "--block", "B02"], "0101 is in B02 already"),
        (&["move", "1", "--block", "B09"], "there is no block B09"),
        (&["move", "--block", "B02"], "name the steps"),
        (
            &["move", "1", "--filter", "x", "--block", "B02"],
            "not both",
        ),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(reason), "{run:?}");
    }
}

#[test]
fn a_stage_without_checks_has_none_to_tick() {
    let checks = "- Runbooks cover deploy\n  and rollback.\n- Step 0001 is complete.\n";
    let document = DOCUMENT.replace(checks, "Soon.\n");
    let folder = Folder::new(&[(LOG, LINES), (CANON, &document)]);
    let run = folder.run(&["tick", "ground", "1"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (2, "stepdeck: Ground has no checks\n"),
        "{run:?}"
    );
}

/// What names a step and does not follow it is listed, whichever command gives it its number.
#[test]
fn a_move_lists_the_ranges_that_it_leaves() {
    let step = |id: &str, up: &str| {
        format!("{{\"step_id\": \"{id}\", \"title\": \"T\", \"dependencies\": [{up}]}}\n")
    };
    let log = [
        step("0001", ""),
        step("0003", ""),
        step("0101", "\"Steps 0001–0003\", \"0001\""),
    ];
    let canon = "# Plan\n\n| Block | Step Range |\n|---|---|\n| B01 | 0001–0100 |\n| B02 | 0101–0200 |\n\n\
                 # Checklist\n\n## Alpha\n\n- [ ] a (Steps 0001–0003)\n";
    for arguments in [
        &["move", "0001", "--block", "B02"][..],
        &["renumber", "0001", "0050"],
    ] {
        let folder = Folder::new(&[
            ("data/plans/plan.jsonl", &log.concat()),
            ("docs/plan.md", canon),
        ]);
        let run = folder.run(arguments);
        let said = run.out + &run.err;
        for place in ["data/plans/plan.jsonl:3", "docs/plan.md:12"] {
            let left = format!("{place}: 0001 stays: part of a range");
            assert!(said.contains(&left), "{left} in {said}");
        }
        assert_eq!(said.matches("stays").count(), 2, "{said}");
    }
}
