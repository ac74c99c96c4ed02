//! The checks on real input: documents kept beside the repository, where they are.
//! Elsewhere these tests say that they skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use stepdeck::plan::Plan;
use stepdeck::plan::checks::{self, Context};
use stepdeck::plan::source::{Role, SourceFile};

const BLOCKS: (&str, Role) = ("seeds/execution-plan.md", Role::Canon);
const GATES: (&str, Role) = ("seeds/milestones.md", Role::Canon);

/// The folder with the documents, if `files` are all there.
fn shared(files: &[(&str, Role)]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    match files.iter().find(|(name, _)| !folder.join(name).is_file()) {
        None => Some(folder),
        Some((missing, _)) => {
            eprintln!("skipped: there is no ../shared/{missing}");
            None
        }
    }
}

/// How many problems of which rule there are on 2026-06-01.
fn counts(folder: &Path, files: &[(&str, Role)]) -> BTreeMap<&'static str, usize> {
    let read = |(name, role): &(&str, Role)| {
        SourceFile::load(*name, *role, std::fs::read(folder.join(name)).unwrap())
    };
    let plan = Plan::read(files.iter().map(read).collect());
    let context = Context {
        exists: &|_| false,
        ..Context::at(DateTime::from_timestamp(1_780_272_000, 0).unwrap())
    };
    let mut counts = BTreeMap::new();
    for problem in checks::check(&plan, &context) {
        *counts.entry(problem.code).or_default() += 1;
    }
    counts
}

#[test]
fn only_what_is_true_is_said_of_the_real_documents() {
    // Complete steps link to nothing (one does), some were finished before what they depend on,
    // others were left in progress.
    let logs: [(&str, usize, &[_]); 2] = [
        (
            "plans/real-463-steps.jsonl",
            463,
            &[("complete-without-evidence", 372), ("stale", 1)],
        ),
        (
            "plans/real-2294-steps.jsonl",
            2_294,
            &[
                ("complete-but-waiting", 28),
                ("complete-without-evidence", 2_190),
                ("stale", 13),
            ],
        ),
    ];
    for (name, steps, of_log) in logs {
        let log = (name, Role::Log);
        let Some(folder) = shared(&[log, BLOCKS, GATES]) else {
            continue;
        };
        let of_log: BTreeMap<_, _> = of_log.iter().copied().collect();
        assert_eq!(counts(&folder, &[log]), of_log, "{name}");
        let mut of_all = of_log;
        // The seed table has ten blocks, with themes of another programme than the log's.
        of_all.extend([("block-table-gap", 1), ("theme", steps.min(1_000))]);
        if steps > 1_000 {
            of_all.insert("unknown-block", steps.div_ceil(100) - 10);
        }
        assert_eq!(counts(&folder, &[log, BLOCKS, GATES]), of_all, "{name}");
    }
}

#[test]
fn nothing_is_wrong_with_the_real_canon_but_its_short_table() {
    let Some(folder) = shared(&[BLOCKS, GATES]) else {
        return;
    };
    let of_canon = [("block-table-gap", 1)];
    assert_eq!(counts(&folder, &[BLOCKS, GATES]), of_canon.into());
    assert_eq!(counts(&folder, &[GATES]), BTreeMap::new());
}
