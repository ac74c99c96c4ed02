//! Places at which the configuration has a plan's files, and nothing is.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

fn folder(configuration: &str) -> Folder {
    Folder::new(&[
        (LOG, LINES),
        (CANON, DOCUMENT),
        ("docs/decisions/2026-11-01-x.md", "# X\n"),
        ("stepdeck.toml", configuration),
    ])
}

#[test]
fn a_place_without_a_file_is_said_where_it_is_configured() {
    for (entry, severity, said) in [
        (
            "log = \"data/plan/*.jsonl\"",
            "error",
            "log: no file matches data/plan/*.jsonl",
        ),
        (
            "log = \"data/none.jsonl\"",
            "error",
            "log: there is no data/none.jsonl",
        ),
        ("log = \"docs\"", "error", "log: docs has no .jsonl file"),
        (
            "log = [\"data/plans\", \"data/none.jsonl\"]",
            "warning",
            "log: there is no data/none.jsonl",
        ),
        ("canon = \"dcos\"", "warning", "canon: there is no dcos"),
        (
            "canon = [\"docs\", \"more/*.md\"]",
            "warning",
            "canon: no file matches more/*.md",
        ),
        (
            "roadmap = \"RAODMAP.md\"",
            "warning",
            "roadmap: there is no RAODMAP.md",
        ),
        (
            "decisions = \"docs/decsions\"",
            "warning",
            "decisions: there is no docs/decsions, but docs/decisions has files",
        ),
    ] {
        let folder = folder(&format!("[paths]\n{entry}\n"));
        let run = folder.run(&["check"]);
        assert!(run.out.contains(said), "{entry}: {}", run.out);
        assert!(
            run.out
                .contains(&format!("{severity}[configuration] stepdeck.toml:2")),
            "{entry}: {}",
            run.out
        );
        assert_eq!(run.code, 1, "{entry}: {}", run.out);
        let listed = folder.run(&["list"]);
        let said = said.split_once(": ").unwrap().1;
        assert!(
            listed.err.contains(said) && listed.err.contains("stepdeck.toml:2:1"),
            "{}",
            listed.err
        );
        assert!(!listed.err.contains("no steps yet"), "{}", listed.err);
    }
}

#[test]
fn what_may_still_come_is_not_missing() {
    let usual = "[paths]\nlog = \"data/plans\"\ncanon = \"docs\"\nroadmap = \"docs/ROADMAP.md\"\n\
                 standups = \"docs/standups\"\nrisks = \"data/risks\"\n";
    let run = folder(usual).run(&["check"]);
    assert!(!run.out.contains("[configuration]"), "{}", run.out);
}

#[test]
fn what_the_command_line_names_instead_is_not_looked_for() {
    let folder = folder("[paths]\nlog = \"data/none.jsonl\"\n");
    let run = folder.run(&["--log", LOG, "check"]);
    assert!(!run.out.contains("[configuration]"), "{}", run.out);
}
