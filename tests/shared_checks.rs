//! The checks on real input: documents kept beside the repository, where they are.
//! Elsewhere these tests say that they skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use stepdeck::plan::Plan;
use stepdeck::plan::checks::{self, Context};
use stepdeck::plan::source::{Role, SourceFile};

const LOG: (&str, Role) = ("plans/real-272-steps.jsonl", Role::Log);
const BLOCKS: (&str, Role) = ("seeds/execution-plan.md", Role::Canon);
const GATES: (&str, Role) = ("seeds/milestones.md", Role::Canon);

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if folder.join("seeds").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there is no ../shared");
    None
}

/// How many problems of which rule there are on 2026-06-01.
fn counts(folder: &Path, files: &[(&str, Role)]) -> BTreeMap<&'static str, usize> {
    let read = |(name, role): &(&str, Role)| {
        SourceFile::load(*name, *role, std::fs::read(folder.join(name)).unwrap())
    };
    let plan = Plan::read(files.iter().map(read).collect());
    let context = Context {
        now: DateTime::from_timestamp(1_780_272_000, 0).unwrap(),
        exists: &|_| false,
        severities: &BTreeMap::new(),
        checkpoints: Path::new("docs/checkpoints"),
    };
    let mut counts = BTreeMap::new();
    for problem in checks::check(&plan, &context) {
        *counts.entry(problem.code).or_default() += 1;
    }
    counts
}

#[test]
fn only_what_is_true_is_said_of_the_real_documents() {
    let Some(folder) = shared() else { return };
    // 197 complete steps link to nothing, two of them were finished before what they
    // depend on, six knots of steps wait for each other, nine steps were left in progress.
    let of_log = [
        ("complete-but-waiting", 2),
        ("complete-without-evidence", 197),
        ("cycle", 6),
        ("stale", 9),
    ];
    assert_eq!(counts(&folder, &[LOG]), of_log.into());
    // The seed table has ten blocks, with themes of another programme than the log's.
    let of_canon = [("block-table-gap", 1)];
    assert_eq!(counts(&folder, &[BLOCKS, GATES]), of_canon.into());
    assert_eq!(counts(&folder, &[GATES]), BTreeMap::new());
    let mut of_all: BTreeMap<_, _> = of_log.into();
    of_all.extend(of_canon);
    of_all.insert("theme", 272);
    assert_eq!(counts(&folder, &[LOG, BLOCKS, GATES]), of_all);
}
