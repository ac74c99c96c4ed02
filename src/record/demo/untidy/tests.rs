//! What holds for every untidy plan, read back from its bytes alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn file(files: &[(PathBuf, Vec<u8>)], name: &str) -> String {
    let found = files.iter().find(|(path, _)| path.as_os_str() == name);
    String::from_utf8(found.expect("the plan has it").1.clone()).expect("text")
}

/// The lines of the log behind the header: those that are steps, and how many are not.
fn steps(log: &str) -> (Vec<Value>, usize) {
    let lines: Vec<&str> = log.lines().skip(1).collect();
    // What serde does not take for a value may still be one to stepdeck: half a letter.
    let read = |line: &&str| {
        let line = line.replace("\\ud83d\"", "\"");
        serde_json::from_str(&line).ok()
    };
    let steps: Vec<Value> = lines.iter().filter_map(read).collect();
    let count = lines.len() - steps.len();
    (steps, count)
}

/// FNV-1a over all paths and bytes.
fn digest(files: &[(PathBuf, Vec<u8>)]) -> u64 {
    let names = files.iter().map(|(path, _)| path.to_str().expect("a name"));
    let parts = names.zip(files.iter().map(|(_, bytes)| bytes));
    parts
        .flat_map(|(name, bytes)| name.bytes().chain(bytes.iter().copied()))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// A plan that somebody measured, filed or quoted is written again byte for byte. Whoever
/// changes the words of one of the plans, on purpose, changes its number here.
#[test]
fn the_plans_are_the_same_bytes_on_every_machine() {
    let tidy = [(480, 1), (1_234, 5), (10_000, 1)]
        .map(|(n, seed)| digest(&crate::record::demo::plan(n, seed)));
    let untidy = [(10, 1), (480, 1), (10_000, 7)].map(|(n, seed)| digest(&plan(n, seed)));
    assert_eq!(
        tidy,
        [
            10_102_639_084_100_527_481,
            6_621_842_903_376_584_855,
            12_057_890_051_615_438_725
        ],
        "the tidy plan"
    );
    assert_eq!(
        untidy,
        [
            13_966_460_885_880_976_702,
            8_475_468_049_921_120_790,
            15_098_871_468_387_985_129
        ],
        "the untidy plan"
    );
}

#[test]
fn threads_do_not_mix_up_the_bytes() {
    let plans: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| plan(300, 3))).collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect()
    });
    assert!(plans.iter().all(|other| *other == plans[0]));
}

#[test]
fn a_plan_of_the_usual_size_has_every_habit_in_it() {
    let files = plan(480, 1);
    let log = file(&files, LOG);
    for piece in [
        r#""step_id": "0001""#,
        r#""step_id":"00"#,
        r#""step_id" : "#,
        r#""status": "In Progress""#,
        r#""status":"in_progress""#,
        r#""owner": "@"#,
        r#""artifacts":null"#,
        "+02:00",
        "\\/",
        "\\u0026",
        "12345678901234567890123",
        "cut in the middle of \\ud83d",
        "\"target\": NaN",
    ] {
        assert!(log.contains(piece), "{piece}");
    }
    let longest = log.lines().map(str::len).max().unwrap_or(0);
    assert!(longest > 40_000, "a note of many meetings");
    let (steps, _) = steps(&log);
    let most = steps
        .iter()
        .filter_map(|step| step["dependencies"].as_array());
    assert!(most.map(Vec::len).max() >= Some(300));
    let titles = || steps.iter().filter_map(|step| step["title"].as_str());
    assert!(titles().any(|title| title.chars().count() > 100));
    let other = titles().filter(|title| !title.is_ascii());
    assert!(other.count() >= 3);
    let canon =
        ["execution-plan", "workshops"].map(|name| file(&files, &format!("data/canon/{name}.md")));
    let canon = canon.concat();
    for piece in [
        "### **Step ",
        "#### Step ",
        "<a id=\"s0",
        "[[0",
        "Step&nbsp;",
        "](#step-0",
        "<!-- until May -->",
        "- Owner: ",
        "* **Owner**: ",
        "-   *Owner:* ",
    ] {
        assert!(canon.contains(piece), "{piece}");
    }
    let ended = file(&files, "data/canon/workshops.md");
    assert_eq!(ended.matches('\n').count(), ended.matches("\r\n").count());
    let others = files
        .iter()
        .filter(|(path, _)| !path.ends_with("workshops.md"));
    assert_eq!(
        others
            .filter(|(_, bytes)| bytes.windows(2).any(|two| two == b"\r\n"))
            .count(),
        0
    );
}

#[test]
fn circles_are_small_however_long_the_plan() {
    let log = file(&plan(20_000, 2), LOG);
    let (steps, _) = steps(&log);
    let ahead = steps.iter().filter_map(|step| {
        let own = step["step_id"].as_str()?.parse::<i64>().ok()?;
        let needs = step["dependencies"].as_array()?.iter();
        needs
            .filter_map(|need| need.as_str()?.parse::<i64>().ok())
            .filter(|need| *need <= 20_000)
            .map(|need| need - own)
            .max()
    });
    let ahead: Vec<i64> = ahead.filter(|ahead| *ahead > 0).collect();
    assert!(
        ahead.len() > 50 && ahead.iter().all(|ahead| *ahead <= 6),
        "{ahead:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_number_of_steps_gives_as_many_lines_and_the_same_twice(
        count in 1_usize..1_500, seed: u64,
    ) {
        let files = plan(count, seed);
        prop_assert!(files == plan(count, seed));
        let (steps, unreadable) = steps(&file(&files, LOG));
        prop_assert_eq!(steps.len(), count);
        prop_assert!((1..=UNREADABLE.len()).contains(&unreadable));
        let paths: BTreeSet<&PathBuf> = files.iter().map(|(path, _)| path).collect();
        prop_assert_eq!(paths.len(), files.len());
        for (path, bytes) in &files {
            prop_assert!(!String::from_utf8_lossy(bytes).contains("{{"), "{}", path.display());
        }
    }

    #[test]
    fn another_seed_is_another_plan(seed in 0_u64..u64::MAX) {
        prop_assert!(plan(60, seed) != plan(60, seed + 1));
    }
}
