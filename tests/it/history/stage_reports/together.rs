//! Two people write the same papers on the same day in two clones, and git merges them.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::history::repo::git_in;
use crate::support::desk::rest;
use crate::support::run::NOW;

/// A report, its paper of that day, and the heading below which people write.
const PAPERS: [(&str, &str, &str); 4] = [
    ("checkpoint", "docs/checkpoints/CP01.md", "## Notes\n"),
    (
        "milestone",
        "docs/milestone-reviews/top/20261121/growth.md",
        "## Customer signals\n",
    ),
    ("quarter", "docs/planning/2026-Q4.md", "## Notes\n"),
    (
        "retro",
        "docs/retrospectives/ground-2026-11-21.md",
        "## Keep\n",
    ),
];

#[test]
fn words_of_both_are_kept_without_a_conflict() {
    let Some(repo) = plan() else { return };
    let (folder, other) = (&repo.folder, TempDir::new().unwrap());
    folder.run(&["git-setup"]).ok();
    repo.commit("setup");
    let clone = other.path().join("plan");
    let paths = [repo.path(), clone.as_path()].map(|path| path.to_str().unwrap());
    repo.git(&["clone", "-q", paths[0], paths[1]]);
    let driver = env!("CARGO_BIN_EXE_stepdeck");
    let merge = format!("{driver} merge --path=%P --marker-size=%L -- %O %A %B");
    for path in paths {
        let config = ["config", "merge.stepdeck.driver", &merge];
        git_in(Path::new(path), NOW, &config);
    }
    let run = |path: &Path, arguments: &[&str]| {
        let run = folder.run_in(path, NOW, arguments, None);
        assert_eq!(run.code, 0, "{arguments:?} {run:?}");
        run
    };
    let write = |path: &Path, step: &str, who: &str| {
        run(path, &["set", step, "status=complete"]);
        for (report, paper, heading) in PAPERS {
            run(path, &["report", report, "--write"]);
            let paper = path.join(paper);
            let text = fs::read_to_string(&paper).unwrap();
            assert_eq!(text.matches(heading).count(), 1, "{text}");
            let said = format!("{heading}\n- {who} on the {report}\n");
            fs::write(&paper, text.replace(heading, &said)).unwrap();
            rest(&paper);
        }
        git_in(path, NOW, &["add", "-A"]);
        git_in(path, NOW, &["commit", "-q", "-m", who]);
    };
    write(&clone, "0103", "Bo");
    write(repo.path(), "0101", "Ada");
    repo.git(&["fetch", "-q", paths[1], "main"]);
    // It stops at nothing.
    repo.git(&["merge", "-q", "--no-edit", "FETCH_HEAD"]);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    for (report, paper, _) in PAPERS {
        let text = folder.read(paper);
        for who in ["Ada", "Bo"] {
            let said = format!("- {who} on the {report}\n");
            assert_eq!(text.matches(&said).count(), 1, "{report} {who}\n{text}");
        }
        // Written once more it is true for both, and keeps their words.
        run(repo.path(), &["report", report, "--write"]);
        let text = folder.read(paper);
        assert!(text.contains(&format!("- Ada on the {report}\n")), "{text}");
        assert!(text.contains(&format!("- Bo on the {report}\n")), "{text}");
        let again = run(repo.path(), &["report", report, "--write"]);
        assert!(again.err.contains("is up to date"), "{report} {again:?}");
    }
    // What the first hundred have, counted in the log.
    let log = folder.read(LOG);
    let block = |line: &&str| line.contains("\"step_id\": \"01");
    let complete = log
        .lines()
        .filter(block)
        .filter(|line| line.contains("\"complete\""));
    let row = format!("| B02 | Reach | {} of 3 |", complete.count());
    let quarter = folder.read(PAPERS[2].1);
    assert!(quarter.contains(&row), "{row}\n{quarter}");
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("conflict"), "{check}");
}
