//! The plan as people write it, through the whole program: what its screens show, what an edit
//! of it looks like in a pull request, and how much of it `stepdeck check` finds.
//!
//! Run with `INSTA_UPDATE=always` to write the screens again, and read each of them.

use std::fs;
use std::process::Command;

use crate::support::demo::Kind;
use crate::support::desk::Desk;
use crate::support::run::Folder;
use tempfile::TempDir;

/// The folder that `stepdeck demo --untidy` writes.
fn folder(steps: usize, seed: u64) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, bytes) in Kind::Untidy.plan(steps, seed) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The same, for subcommands.
fn plan_folder(steps: usize, seed: u64) -> Folder {
    let files = Kind::Untidy.plan(steps, seed);
    let named = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &bytes[..]));
    Folder::with_bytes(&named.collect::<Vec<_>>())
}

#[test]
fn the_screens_of_an_untidy_plan() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = Desk::on(folder(480, 1), columns, rows);
        for (screen, keys) in [
            ("plan", "jjjjjjjjjjjjjjjjj"),
            ("gates", "2"),
            ("problems", "5"),
        ] {
            desk.keys(keys);
            insta::assert_snapshot!(format!("{screen}_{columns}x{rows}"), desk.screen());
        }
        assert_eq!(desk.diff(), "");
    }
}

/// What `check` counts: eight problems in ten steps, in any long plan.
#[test]
fn eight_steps_of_ten_have_a_problem() {
    for (steps, seed) in [(480, 1), (2_000, 2), (10_000, 3)] {
        let run = plan_folder(steps, seed).run(&["check", "--format", "json"]);
        let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let found = found["problems"].as_array().unwrap().len();
        let rate = found as f64 / steps as f64;
        assert!(
            (0.7..=1.0).contains(&rate),
            "{found} problems in {steps} steps"
        );
    }
}

/// Whatever the line looks like, and wherever else the step is written.
#[test]
fn one_field_is_one_line_of_a_diff_in_each_file_that_says_it() {
    if Command::new("git").arg("--version").output().is_err() {
        return eprintln!("skipped: there is no git");
    }
    let folder = plan_folder(240, 5);
    let git = |words: &[&str]| {
        let settings = [
            "-c",
            "user.name=Robin",
            "-c",
            "user.email=robin@example.org",
            "-c",
            "core.autocrlf=false",
        ];
        let run = Command::new("git")
            .current_dir(folder.path())
            .args(settings)
            .args(words)
            .output();
        let run = run.unwrap();
        assert!(run.status.success(), "{words:?}: {run:?}");
        String::from_utf8(run.stdout).unwrap()
    };
    git(&["init", "-q"]);
    git(&["add", "--all"]);
    git(&["commit", "-q", "-m", "The plan"]);
    let mut edited = 0;
    for number in (1..240).step_by(9) {
        let id = format!("{:04}", (number / 40) * 100 + number % 40);
        for words in ["owner=crew", "status=draft", "title=Ask at the counter"] {
            let run = folder.run(&["set", &id, words]);
            let stat = git(&["diff", "--numstat"]);
            for line in stat.lines() {
                assert!(line.starts_with("1\t1\t"), "{id} {words}: {stat}{run:?}");
            }
            edited += usize::from(!stat.is_empty());
            git(&["checkout", "-q", "."]);
        }
    }
    assert!(edited > 55, "only {edited} edits were made");
}
