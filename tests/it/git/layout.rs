//! Logs with a blank line between steps: what git makes of them without a driver, and that every
//! writer keeps to it.

use super::*;
use crate::support::schema::valid;

/// The lines without what is new in each run: uids and dates.
fn stable(text: &str) -> String {
    let line = |line: &str| {
        let Ok(mut step) = serde_json::from_str::<serde_json::Value>(line) else {
            return format!("{line}\n");
        };
        for key in ["uid", "updated_at"] {
            step.as_object_mut().unwrap().remove(key);
        }
        format!("{step}\n")
    };
    text.lines().map(line).collect()
}

/// A blank line between all lines.
fn spaced(text: &str) -> String {
    text.trim_end().replace('\n', "\n\n") + "\n"
}

#[test]
fn edits_of_neighbouring_steps_merge_without_a_driver_in_a_spaced_log() {
    for layout in ["plain", "spaced"] {
        let Some(repo) = repo() else { return };
        repo.stepdeck(&["layout", layout]).ok();
        repo.commit("start");
        repo.diverge(
            |repo| drop(repo.stepdeck(&["set", "2", "status=complete"]).ok()),
            |repo| drop(repo.stepdeck(&["set", "3", "status=complete"]).ok()),
        );
        let merge = repo.git(&["merge", "--no-edit", "side"]);
        let is_merged = layout == "spaced";
        assert_eq!(merge.code, Some(i32::from(!is_merged)), "{}", merge.out);
        if is_merged {
            let complete = "\"status\": \"complete\"";
            let log = repo.read(LOG);
            assert!(
                ["0002", "0003"]
                    .iter()
                    .all(|id| line(&log, id).contains(complete)),
                "{log}"
            );
        }
    }
}

#[test]
fn a_layout_is_previewed_written_and_taken_back() {
    let Some(repo) = repo() else { return };
    let run = repo.stepdeck(&["layout", "spaced", "--dry-run"]);
    assert!(run.err.contains("nothing was written"), "{}", run.err);
    assert_eq!(
        run.out.lines().filter(|line| *line == "+").count(),
        LINES.lines().count() - 1
    );
    assert_eq!(repo.read(LOG), LINES);
    let json = |arguments: &[&str]| {
        let run = repo.stepdeck(&[&["layout", "--json"], arguments].concat());
        valid("layout", &run.ok())
    };
    let told = json(&["spaced", "--dry-run"]);
    let blank = LINES.lines().count() - 1;
    let log = serde_json::json!(
        {"path": LOG, "before": "plain", "after": "spaced", "lines": blank}
    );
    assert_eq!((&told["logs"][0], &told["dry_run"]), (&log, &true.into()));
    assert_eq!(json(&[])["logs"][0]["after"], "plain");
    let run = repo.stepdeck(&["layout", "spaced"]);
    assert!(run.err.contains("layout spaced"), "{}", run.err);
    assert_eq!(repo.stepdeck(&["layout"]).ok(), format!("{LOG}: spaced\n"));
    assert_eq!(repo.read(LOG), spaced(LINES));
    let run = repo.stepdeck(&["layout", "spaced"]);
    assert!(run.err.contains("spaced already"), "{}", run.err);
    repo.stepdeck(&["layout", "plain"]).ok();
    assert_eq!(repo.read(LOG), LINES);
}

/// The same edits in a plain and in a spaced log: the spaced one is the plain one, spaced.
#[test]
fn commands_and_drivers_keep_a_spaced_log_spaced() {
    let (Some(plain), Some(wide)) = (set_up(), set_up()) else {
        return;
    };
    wide.stepdeck(&["layout", "spaced"]).ok();
    wide.commit("spaced");
    let same = |after: &str| {
        let found = stable(&wide.read(LOG));
        assert_eq!(found, spaced(&stable(&plain.read(LOG))), "{after}");
    };
    for command in [
        &["add", "title=New", "--id", "7"][..],
        &["add", "title=Newer", "--id", "4"],
        &["renumber", "4", "150"],
        &["remove", "7"],
        &["set", "2", "owner=ops"],
        &["check", "--fix"],
    ] {
        for repo in [&plain, &wide] {
            repo.stepdeck(command);
        }
        same(&command.join(" "));
    }
    for repo in [&plain, &wide] {
        repo.commit("edited");
        repo.diverge(
            |repo| drop(repo.stepdeck(&["add", "title=Ours", "--id", "5"]).ok()),
            |repo| {
                repo.stepdeck(&["add", "title=Theirs", "--id", "6"]).ok();
                repo.stepdeck(&["set", "1", "owner=them"]).ok();
            },
        );
        let merge = repo.git(&["merge", "--no-edit", "side"]);
        assert_eq!(merge.code, Some(0), "{}{}", merge.out, merge.err);
    }
    same("merge");
}

/// A log of one line has no layout, and takes the configured one; any other keeps its own.
#[test]
fn the_configured_layout_is_for_a_log_without_one() {
    let Some(repo) = repo() else { return };
    let first = LINES.split_inclusive('\n').next().unwrap();
    repo.write("stepdeck.toml", "[log]\nlayout = \"spaced\"\n");
    repo.write(LOG, first);
    repo.stepdeck(&["add", "title=New", "--id", "7"]).ok();
    let log = repo.read(LOG);
    assert!(log.starts_with(&format!("{first}\n{{")), "{log}");
    repo.write(LOG, LINES);
    repo.stepdeck(&["add", "title=New", "--id", "7"]).ok();
    assert_eq!(
        repo.read(LOG)
            .lines()
            .filter(|line| line.is_empty())
            .count(),
        0
    );
}
