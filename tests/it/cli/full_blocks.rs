//! `stepdeck add` where there is no number left, or none that fits.

use crate::history::repo::{Repo, line as repo_line, log_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

/// Behind the plan's blocks there is always one.
#[test]
fn add_after_says_that_the_blocks_are_full() {
    let line = |number: u32| format!("{{\"step_id\": \"{number:04}\", \"title\": \"x\"}}\n");
    let lines: String = (100..=200).map(line).collect();
    let folder = Folder::new(&[(LOG, &lines)]);
    let run = folder.run(&["add", "--after", "100", "title=x"]);
    let said = "no ID after 0100 is free in the plan's blocks: `stepdeck add` without --after takes the next one";
    assert!(run.err.contains(said), "{run:?}");
    assert_eq!(folder.run(&["add", "title=x"]).ok(), "0201\n");
}

#[test]
fn add_to_a_full_block_says_that_it_is_full() {
    let line = |number: u32| format!("{{\"step_id\": \"{number:04}\", \"title\": \"x\"}}\n");
    let log = |numbers: &[std::ops::RangeInclusive<u32>]| -> Folder {
        let lines: String = numbers.iter().cloned().flatten().map(line).collect();
        Folder::new(&[(LOG, &lines), (CANON, DOCUMENT)])
    };
    let folder = log(&[1..=100]);
    for (arguments, said) in [
        (
            &["add", "title=x", "block=B01"][..],
            "block B01 is full: all of 0001–0100 are used, here or on a branch; add the step to another block",
        ),
        (
            &["add", "title=x", "block=B01", "--after", "100"],
            "0101 is not in block B01, which is 0001–0100",
        ),
        (
            &["add", "title=x", "block=B01", "--id", "150"],
            "0150 is not in block B01, which is 0001–0100",
        ),
        (
            &["add", "title=x", "block=B02", "--under", "100"],
            "0100.A is not in block B02, which is 0101–0200",
        ),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{run:?}");
    }
    assert_eq!(folder.diff(), "");
    assert_eq!(folder.run(&["add", "title=x", "block=B02"]).ok(), "0101\n");
    let gap = log(&[1..=49, 51..=100]).run(&["add", "title=x", "block=B01"]);
    let said =
        "block B01 (0001–0100) has no free ID after its last step: `--id 0050` takes the first gap";
    assert!(gap.err.contains(said), "{gap:?}");
}

/// A number that something waits for is nobody's, and the block is full all the same.
#[test]
fn a_block_is_full_of_numbers_that_are_only_named_too() {
    let line = |number: u32| format!("{{\"step_id\": \"{number:04}\", \"title\": \"x\"}}\n");
    let lines: String = (1..=39).chain(45..=99).map(line).collect();
    let last = "{\"step_id\": \"0100\", \"title\": \"x\", \"dependencies\": [\"0040\", \"0041\", \"0042\", \"0043\", \"0044\"]}\n";
    let folder = Folder::new(&[(LOG, &(lines + last)), (CANON, DOCUMENT)]);
    let run = folder.run(&["add", "title=x", "block=B01"]);
    let said = "block B01 is full: all of 0001–0100 are used, here or on a branch, or named by \
        dependencies, checks or papers; `--id 0040` takes one that is only named, or add the step to another block";
    assert!(run.err.contains(said), "{run:?}");
    assert_eq!(
        folder
            .run(&["add", "title=x", "--id", "0040", "block=B01"])
            .ok(),
        "0040\n"
    );
}

/// Another branch has the block's last number.
#[test]
fn add_passes_over_the_end_of_a_block_that_a_branch_uses() {
    let Some(repo) = Repo::new() else { return };
    let steps: Vec<String> = (1..=99)
        .map(|n| repo_line(&format!("{n:04}"), "x", "idea"))
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    repo.land(&steps);
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.folder.run(&["add", "title=Theirs"]).ok();
    repo.git(&["commit", "-qam", "theirs"]);
    repo.git(&["checkout", "-q", "main"]);
    let full = repo.folder.run(&["add", "title=x", "block=B01"]);
    assert!(full.err.contains("block B01 is full"), "{full:?}");
    assert_eq!(repo.folder.run(&["add", "title=x"]).ok(), "0101\n");
}

#[test]
fn add_says_that_a_log_has_carriage_returns_for_line_ends() {
    let log = LINES.replace('\n', "\r");
    let folder = Folder::new(&[(LOG, &log), (CANON, DOCUMENT)]);
    let run = folder.run(&["add", "title=x"]);
    assert_eq!((run.code, folder.diff().as_str()), (2, ""), "{run:?}");
    let said = "its lines end with a carriage return alone: convert them to newlines first";
    assert!(run.err.contains(said), "{run:?}");
}

/// Two lines with one ID in a block without a free number: each can get one of another block.
#[test]
fn the_second_of_two_steps_with_one_id_leaves_a_full_block() {
    let Some(repo) = Repo::new() else { return };
    let steps: Vec<String> = (1..=100)
        .map(|n| repo_line(&format!("{n:04}"), "x", "idea"))
        .collect();
    let mut steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    repo.land(&steps);
    let again = repo_line("0076", "Again", "idea");
    steps.insert(76, &again);
    let log = log_of(&steps);
    repo.folder.write(LOG, &log);
    let check = repo.folder.run(&["check"]).out;
    let said = "stepdeck renumber ID NEW --nth 2";
    assert!(
        check
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(said),
        "{check}"
    );
    let refused = repo.folder.run(&["renumber", "76", "501"]);
    assert!(refused.err.contains("--nth 2"), "{refused:?}");
    let none = repo.folder.run(&["renumber", "76", "501", "--nth", "3"]);
    assert!(none.err.contains("2 steps have the ID 0076"), "{none:?}");
    let none = repo.folder.run(&["renumber", "76", "501", "--nth", "0"]);
    assert_eq!(none.code, 2, "{none:?}");
    repo.folder
        .run(&["renumber", "76", "501", "--nth", "2"])
        .ok();
    let after = repo.folder.read(LOG);
    assert!(after.lines().last().unwrap().contains("Again"));
    assert!(after.contains(r#""step_id": "0501""#));
    repo.folder.write(LOG, &log);
    let moved = repo.folder.run(&["renumber", "--collisions"]).ok();
    assert!(moved.contains("0076 → 0101  Again"), "{moved}");
    assert!(!repo.folder.run(&["check"]).out.contains("duplicate-id"));
}
