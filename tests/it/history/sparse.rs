//! A log that git has and that a sparse checkout leaves out.

use std::path::Path;

use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::{Front, open_front};

use super::repo::{LOG, Repo, line};
use crate::support::fixture::{CANON, DOCUMENT};

#[test]
fn a_log_that_is_left_out_is_missing_and_nothing_is_removed() {
    let Some(repo) = Repo::new() else { return };
    repo.write(CANON, DOCUMENT);
    repo.write(
        "data/plans/other.jsonl",
        &format!("{}\n", line("0102", "Other", "draft")),
    );
    let hash = repo.land(&[
        &line("0001", "One", "complete"),
        &line("0002", "Two", "draft"),
    ]);
    for left_out in ["/data", "/data/plans/10000_step_plan.jsonl"] {
        let pattern = format!("!{left_out}");
        repo.git(&["sparse-checkout", "set", "--no-cone", "/*", &pattern]);
        assert_eq!(repo.git(&["status", "--porcelain"]), "");
        for command in [
            &["since", &hash][..],
            &["log"],
            &["pr"],
            &["burn"],
            &["list"],
            &["check"],
            &["add", "title=X"],
        ] {
            let run = repo.folder.run(command);
            assert_ne!(run.code, 0, "{command:?}");
            assert!(
                run.err
                    .contains(&format!("{LOG} is in git but not in the working tree"))
                    || run
                        .err
                        .contains("other.jsonl is in git but not in the working tree"),
                "{command:?}: {}",
                run.err
            );
            assert!(!run.out.contains("removed"), "{command:?}: {}", run.out);
        }
    }
    repo.git(&["sparse-checkout", "disable"]);
    repo.folder.run(&["list"]).ok();
    // The same by hand.
    repo.git(&["update-index", "--skip-worktree", LOG]);
    std::fs::remove_file(repo.path().join(LOG)).unwrap();
    std::fs::remove_file(repo.path().join("data/plans/other.jsonl")).unwrap();
    let run = repo.folder.run(&["list"]);
    assert!(
        run.err.contains(&format!("{LOG} is in git but not")),
        "{}",
        run.err
    );
}

/// The cockpit shows what the opening says.
#[test]
fn opening_says_that_a_log_is_left_out() {
    let Some(repo) = Repo::new() else { return };
    repo.write(CANON, DOCUMENT);
    repo.land(&[&line("0001", "One", "complete")]);
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/data"]);
    let (opened, _) = open_front(repo.path(), &Overrides::default(), Front::default());
    let [(path, reason)] = opened.unreadable.as_slice() else {
        panic!("{:?}", opened.unreadable);
    };
    assert_eq!(path, Path::new(LOG));
    assert!(reason.contains("not in the working tree"), "{reason}");
}

/// The plan is read without the document, and that is said.
#[test]
fn a_canon_that_is_left_out_is_said() {
    let Some(repo) = Repo::new() else { return };
    repo.write(CANON, DOCUMENT);
    repo.write("docs/notes.md", "# Notes\n\nNothing of the plan.\n");
    repo.land(&[&line("0001", "One", "complete")]);
    assert!(
        !repo
            .folder
            .run(&["list"])
            .err
            .contains("not in the working tree")
    );
    repo.git(&[
        "sparse-checkout",
        "set",
        "--no-cone",
        "/*",
        "!/docs/*.md",
        &format!("!/{CANON}"),
    ]);
    let run = repo.folder.run(&["list"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let said = format!("{CANON} is in git but not in the working tree");
    assert!(run.err.contains(&said), "{}", run.err);
    assert!(!run.err.contains("notes.md"), "{}", run.err);
    let (opened, _) = open_front(repo.path(), &Overrides::default(), Front::default());
    assert_eq!(opened.left_out, [Path::new(CANON)]);
}
