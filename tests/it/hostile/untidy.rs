//! The demo plan as people write it, through everything that the corpus goes through.

use super::exercise::exercise;
use super::screen::walk;
use crate::support::demo::{Kind, role};
use crate::support::run::Folder;

fn files(steps: usize, seed: u64) -> Vec<(String, Vec<u8>)> {
    let files = Kind::Untidy.plan(steps, seed).into_iter();
    let named = files.filter(|(path, _)| role(path).is_some());
    named
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes))
        .collect()
}

fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .map(|(path, bytes)| (path.as_str(), &bytes[..]))
        .collect()
}

#[test]
fn every_wish_on_an_untidy_plan_is_refused_with_a_reason_or_comes_undone() {
    for (steps, seed) in [(10, 1), (60, 4)] {
        let files = files(steps, seed);
        let name = format!("untidy plan of {steps} steps");
        let outcome = exercise(&name, &borrowed(&files));
        assert!(outcome.made > 60, "{name}: {} made", outcome.made);
    }
}

#[test]
fn an_untidy_plan_is_drawn_without_a_hidden_sign() {
    let files = files(120, 2);
    let seen = walk("untidy plan", &borrowed(&files));
    assert!(seen.contains("Operating cadence"));
}

/// Each answers, with whatever code, and leaves every byte as it was.
#[test]
fn subcommands_that_look_leave_an_untidy_plan_alone() {
    // In a plan of some length each oddity is at least once.
    let files = files(150, 3);
    let folder = Folder::with_bytes(&borrowed(&files));
    for words in [
        &["list"][..],
        &["list", "--json"],
        &["next"],
        &["check"],
        &["gates"],
        &["chain", "0020"],
        &["show", "0009"],
        &["export", "--format", "csv"],
        &["review"],
        &["standup"],
    ] {
        let run = folder.run(words);
        assert!(run.code <= 1, "{words:?}: {run:?}");
        assert!(!run.out.is_empty(), "{words:?}");
        if words.contains(&"--json") {
            let read = serde_json::from_str::<serde_json::Value>(&run.out);
            assert!(read.is_ok(), "{words:?}: {:?}", read.err());
        }
    }
    assert_eq!(folder.diff(), "");
}
