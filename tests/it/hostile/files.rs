//! Whole files of the corpus: read, checked, edited, drawn and edited beside.

use super::corpus;
use super::exercise::{exercise, problems};
use super::screen::walk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use stepdeck::plan::Plan;

/// Invalid UTF-8, NUL and whatever else a log may hold.
#[test]
fn every_hostile_log_is_kept_shown_and_edited_alone() {
    for (name, bytes) in corpus::files("jsonl") {
        let files = [(LOG, &bytes[..]), (CANON, DOCUMENT.as_bytes())];
        let outcome = exercise(&name, &files);
        assert!(outcome.made > 0, "{name}: {:?}", outcome.refused);
        walk(&name, &files);
    }
}

/// The same for the canon and the roadmap.
#[test]
fn every_hostile_document_is_kept_shown_and_edited_alone() {
    for (name, bytes) in corpus::files("md") {
        let files = [(LOG, LINES.as_bytes()), (CANON, &bytes[..])];
        let outcome = exercise(&name, &files);
        assert!(outcome.made > 0, "{name}: {:?}", outcome.refused);
        walk(&name, &files);
        let files = [
            (CANON, DOCUMENT.as_bytes()),
            ("docs/ROADMAP.md", &bytes[..]),
        ];
        exercise(&name, &files);
    }
}

/// A document alone, without any log, is a plan as well.
#[test]
fn every_hostile_document_is_edited_where_it_is_all_there_is() {
    for (name, bytes) in corpus::files("md") {
        exercise(&name, &[(CANON, &bytes[..])]);
    }
}

/// Beside any file of the corpus a script sets a field, and changes one line.
#[test]
fn a_script_edits_beside_every_hostile_file() {
    let beside = "data/plans/beside.jsonl";
    let mut all = corpus::files("jsonl");
    all.extend(corpus::files("md"));
    for (name, bytes) in all {
        let path = match name.ends_with(".md") {
            true => format!("docs/{name}"),
            false => format!("data/plans/{name}"),
        };
        let line = "{\"step_id\": \"0777\", \"title\": \"Beside\"}\n";
        let folder = Folder::with_bytes(&[(&path, &bytes), (beside, line.as_bytes())]);
        let run = folder.run_on(&["set", "0777", "title=Done"], Some(80));
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let expected = "{\"step_id\": \"0777\", \"title\": \"Done\", \
                        \"updated_at\": \"2026-11-21T09:30:00Z\"}\n";
        assert_eq!(folder.read(beside), expected, "{name}");
        let kept = std::fs::read(folder.path().join(&path)).unwrap();
        assert!(kept == bytes, "{name} was changed");
    }
}

/// Every rule finds its problems in a hostile plan of many files, each in its place.
#[test]
fn the_whole_corpus_is_one_plan() {
    let mut named: Vec<(String, Vec<u8>)> = corpus::files("jsonl");
    named.extend(corpus::files("md"));
    let files: Vec<(&str, &[u8])> = (named.iter())
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let plan = Plan::read(super::exercise::load(&files));
    let found = problems(&plan);
    for code in [
        "unreadable-line",
        "conflict-marker",
        "duplicate-id",
        "wrong-type",
        "malformed-id",
        "cycle",
    ] {
        assert!(found.iter().any(|problem| problem.code == code), "{code}");
    }
    walk("the whole corpus", &files);
}
