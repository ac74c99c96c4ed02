//! The subcommands, end to end: what they print, what they leave on disk, how they exit.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn stepdeck(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepdeck"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn init_starts_a_plan_and_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let first = stepdeck(folder.path(), &["init"]);
    assert_eq!(
        text(&first.stdout),
        "stepdeck.toml\ndata/plans/10000_step_plan.jsonl\ndocs/execution-plan.md\ndocs/milestones.md\n"
    );
    assert_eq!(first.status.code(), Some(0));
    let log = folder.path().join("data/plans/10000_step_plan.jsonl");
    fs::write(&log, "mine\n").unwrap();
    let second = stepdeck(folder.path(), &["init"]);
    assert_eq!(second.status.code(), Some(2));
    assert_eq!(
        text(&second.stderr),
        format!(
            "stepdeck: {} already exists, so nothing was written; name an empty folder, or move \
             the file away\n",
            folder.path().join("stepdeck.toml").display()
        )
    );
    assert_eq!(fs::read_to_string(log).unwrap(), "mine\n");
}

#[test]
fn demo_writes_the_same_bytes_for_the_same_seed() {
    let folder = TempDir::new().unwrap();
    for name in ["a", "b"] {
        let done = stepdeck(
            folder.path(),
            &["demo", name, "--steps", "60", "--seed", "7"],
        );
        assert_eq!(done.status.code(), Some(0));
    }
    let log = |name: &str| {
        fs::read(
            folder
                .path()
                .join(name)
                .join("data/plans/10000_step_plan.jsonl"),
        )
        .unwrap()
    };
    assert_eq!(log("a"), log("b"));
    assert_eq!(text(&log("a")).lines().count(), 61);
}

#[test]
fn wrong_use_is_told_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    for arguments in [
        &["fly"][..],
        &["demo"],
        &["demo", "x", "--steps", "0"],
        &["-C", "nowhere"],
    ] {
        let done = stepdeck(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(!done.stderr.is_empty());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
