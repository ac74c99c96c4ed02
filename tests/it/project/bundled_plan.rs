//! The plan in the repository's `data/` is the demo plan, byte for byte.
//!
//! When the generator or its words change, refresh the files with
//! `STEPDECK_BLESS=1 cargo test --test it project::bundled_plan` and look at the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stepdeck::record::demo::plan;

/// Steps and seed of the bundled plan, the defaults of `stepdeck demo`.
const STEPS: usize = 480;
const SEED: u64 = 1;

const REFRESH: &str =
    "refresh it with `STEPDECK_BLESS=1 cargo test --test it project::bundled_plan`";

fn files_below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files_below(&path, found)
        } else {
            assert!(found.insert(path))
        }
    }
}

#[test]
fn the_repository_holds_the_demo_plan() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<(PathBuf, Vec<u8>)> = plan(STEPS, SEED)
        .into_iter()
        .map(|(path, bytes)| (root.join(path), bytes))
        .collect();
    if std::env::var_os("STEPDECK_BLESS").is_some() {
        for (path, bytes) in &files {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a writable file");
        }
    }
    for (path, bytes) in &files {
        let there = fs::read(path).unwrap_or_default();
        let line = there
            .split(|b| *b == b'\n')
            .zip(bytes.split(|b| *b == b'\n'));
        let same = line.take_while(|(a, b)| a == b).count();
        assert!(
            there == *bytes,
            "{}:{}: is stale; {REFRESH}",
            path.display(),
            same + 1
        );
    }
    let mut found = BTreeSet::new();
    files_below(&root.join("data"), &mut found);
    for (path, _) in &files {
        found.remove(path);
    }
    assert!(
        found.is_empty(),
        "not part of the demo plan, delete or move: {found:?}"
    );
}
