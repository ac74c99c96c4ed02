//! What stepdeck brings along has no error and no warning, whatever day it is: what becomes true by time
//! alone is a note.

use stepdeck::record::{demo, start};

use crate::support::run::Folder;

/// From the day on which the bundled plan is current to many years later, among them ends of months,
/// quarters and years, and a leap day.
const DATES: [&str; 11] = [
    "2026-11-20T00:00:00Z",
    "2026-11-22T23:59:59Z",
    "2026-12-31T23:59:59Z",
    "2027-01-01T00:00:00Z",
    "2027-04-15T12:00:00Z",
    "2028-02-29T09:00:00Z",
    "2029-10-05T15:00:01Z",
    "2030-12-30T08:00:00Z",
    "2032-06-30T23:00:00Z",
    "2037-03-31T10:00:00Z",
    "2055-08-08T08:08:08Z",
];

fn assert_in_order(name: &str, folder: &Folder) {
    for date in DATES {
        let run = folder.run_in(folder.path(), date, &["check"], None);
        let is_wrong = run.out.contains("error[") || run.out.contains("warning[");
        assert!(run.code == 0 && !is_wrong, "{name} on {date}: {run:?}");
    }
}

fn folder(files: &[(std::path::PathBuf, Vec<u8>)]) -> Folder {
    let files = files.iter();
    let files: Vec<(&str, &[u8])> = files
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    Folder::with_bytes(&files)
}

#[test]
fn the_bundled_plan_is_in_order_on_any_date() {
    assert_in_order("the bundled plan", &folder(&demo::plan(480, 1)));
}

#[test]
fn other_demo_plans_and_a_fresh_one_are_in_order_on_any_date() {
    assert_in_order("a small plan", &folder(&demo::plan(39, 2)));
    assert_in_order("a larger plan", &folder(&demo::plan(1_200, 3)));
    let fresh = Folder::new(&[]);
    fresh.run(&["init"]).ok();
    assert_in_order("a fresh plan", &fresh);
    let files: Vec<_> = start::plan().into_iter().map(|(path, _)| path).collect();
    assert!(files.iter().all(|path| fresh.path().join(path).is_file()));
}
