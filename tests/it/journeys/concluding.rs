//! What is left of a merge once a version is picked, and how it ends: what one side changed stays, what
//! is still open is named, and a hook that refuses changes nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::changes::{CANON, LINES, checkout, desk, git, write};
use super::merging::{diverged, may_refuse, parents, stopped, to_conflict};
use crate::history::repo::LOG;
use crate::support::desk::rest;
use crate::support::run::Folder;

/// That a key concludes the merge is said only where it does.
#[test]
fn what_else_is_open_is_named_once_the_versions_are_picked() {
    let Some(folder) = diverged() else { return };
    let at = folder.path();
    git(at, &["switch", "-q", "side"]);
    git(at, &["rm", "-q", CANON]);
    git(at, &["commit", "-q", "-m", "No canon"]);
    git(at, &["switch", "-q", "topic"]);
    let canon = fs::read_to_string(at.join(CANON)).unwrap();
    write(at, CANON, &canon.replace("An engine", "One engine"));
    git(at, &["commit", "-q", "-a", "-m", "One"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 200, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t");
    let screen = desk.screen();
    assert!(
        screen.contains("their version · 1 file left to decide on 8")
            && !screen.contains("concludes"),
        "{screen}"
    );
}

/// A merge that changes nothing of the plan waits for a file that is not the plan's.
#[test]
fn an_empty_list_names_what_keeps_the_merge_open() {
    let Some(folder) = diverged() else { return };
    let at = folder.path();
    git(at, &["switch", "-q", "side"]);
    write(at, LOG, LINES);
    git(at, &["commit", "-q", "-a", "-m", "Less"]);
    git(at, &["switch", "-q", "topic"]);
    write(at, "src/other.txt", "ours\n");
    git(at, &["commit", "-q", "-a", "-m", "Other"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let desk = desk(folder, 120, 40);
    let screen = desk.screen();
    assert!(
        screen.contains("Still in conflict for git: src/other.txt"),
        "{screen}"
    );
    assert!(!screen.contains("concludes"), "{screen}");
}

/// What a hook refused is as it was: nothing stays added, and the words are kept for the next time.
#[test]
fn a_hook_that_refuses_a_merge_leaves_the_index_as_it_was() {
    let Some(folder) = stopped() else { return };
    let at = folder.path().to_owned();
    write(
        &at,
        CANON,
        &format!("{}\nMore.\n", fs::read_to_string(at.join(CANON)).unwrap()),
    );
    let hook = at.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'the linter says no'\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t").keys("8");
    let index = || git(&at, &["ls-files", "--stage"]);
    let (before, log) = (index(), desk.file(LOG));
    desk.keys("C").keys("<C-e> My own words<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("the linter says no"), "{screen}");
    assert_eq!(index(), before);
    assert_eq!((desk.file(LOG), parents(&at)), (log.clone(), 1));
    desk.keys("<Esc>");
    desk.wait_for(&format!("resolved, not added yet: {LOG}"));
    fs::remove_file(&hook).unwrap();
    desk.keys("C");
    desk.wait_for("My own words");
    desk.keys("<Enter>");
    assert_eq!(parents(&at), 2, "{}", desk.screen());
    let message = git(&at, &["log", "-1", "--format=%s"]);
    assert_eq!(message, "Merge branch 'side' into topic My own words\n");
    assert_eq!(git(&at, &["show", &format!("HEAD:{LOG}")]), log);
    assert_eq!(git(&at, &["status", "--porcelain"]), "");
}

/// Git's own merge of a line is one conflict, whichever fields are in it.
fn fields_apart(ours: [(&str, &str); 2], theirs: [(&str, &str); 2]) -> Option<tempfile::TempDir> {
    let folder = checkout()?;
    let at = folder.path();
    let with = |edits: [(&str, &str); 2]| {
        let log = LINES.to_owned();
        edits
            .iter()
            .fold(log, |log, (from, to)| log.replacen(from, to, 1))
    };
    write(at, LOG, &with(ours));
    git(at, &["commit", "-q", "-a", "-m", "Ours"]);
    git(at, &["switch", "-q", "-c", "side", "main"]);
    write(at, LOG, &with(theirs));
    git(at, &["commit", "-q", "-a", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    Some(folder)
}

const OWNER: (&str, &str) = ("\"ops\"", "\"grc\"");
const TITLE: (&str, &str) = ("Pick the engine", "Pick one engine");

const STAMP: (&str, &str) = ("2026-11-01T", "2026-11-02T");

fn first_line(log: &str) -> &str {
    log.lines().next().unwrap()
}

#[test]
fn a_card_decides_only_what_both_sides_changed() {
    let ours = [("\"draft\"", "\"complete\""), OWNER];
    let theirs = [("\"draft\"", "\"blocked\""), TITLE];
    for (key, status) in [("m", "complete"), ("t", "blocked")] {
        let Some(folder) = fields_apart(ours, theirs) else {
            return;
        };
        let mut desk = desk(folder, 120, 40);
        to_conflict(&mut desk);
        desk.keys("<Enter>");
        desk.wait_for("either way owner: \"grc\"");
        let screen = desk.screen();
        assert!(
            screen.contains("either way title: \"Pick one engine\""),
            "{screen}"
        );
        let card = screen.matches("owner:").count();
        assert_eq!(card, 1, "only what is decided has two versions\n{screen}");
        desk.keys("b");
        assert!(
            desk.screen().contains("would be there twice"),
            "{}",
            desk.screen()
        );
        desk.keys(key);
        let side = if key == "m" { "our" } else { "their" };
        let said = format!("0001 status: {side} version");
        assert!(desk.screen().contains(&said), "{}", desk.screen());
        let log = desk.file(LOG);
        let expected = LINES.lines().next().unwrap();
        let expected = [OWNER, TITLE, ("draft", status)]
            .iter()
            .fold(expected.to_owned(), |line, (from, to)| {
                line.replacen(from, to, 1)
            });
        assert_eq!(first_line(&log), expected, "{key}");
        assert_eq!(log.lines().count(), LINES.lines().count());
    }
}

#[test]
fn what_each_side_changed_apart_is_kept_by_any_key() {
    let status = ("\"draft\"", "\"blocked\"");
    for key in ["m", "t", "b"] {
        let Some(folder) = fields_apart([OWNER, STAMP], [status, TITLE]) else {
            return;
        };
        let mut desk = desk(folder, 80, 24);
        to_conflict(&mut desk);
        desk.keys("<Enter>");
        desk.wait_for("the sides changed other things");
        desk.keys(key);
        let screen = desk.screen();
        assert!(screen.contains("the changes of both sides"), "{screen}");
        let log = desk.file(LOG);
        for value in ["\"grc\"", "\"blocked\"", "Pick one engine"] {
            assert!(first_line(&log).contains(value), "{key}: {log}");
        }
    }
    // So does the subcommand.
    let Some(folder) = fields_apart([OWNER, STAMP], [status, TITLE]) else {
        return;
    };
    let at = folder.path().display().to_string();
    let run = |arguments: &[&str]| Folder::new(&[]).run(&[&["-C", &at], arguments].concat());
    let listed = run(&["resolve"]).out;
    assert!(listed.contains("  either way owner: \"grc\"\n"), "{listed}");
    assert_eq!(run(&["resolve", "--ours"]).code, 0);
    rest(&folder.path().join(LOG));
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    for value in ["\"grc\"", "\"blocked\"", "Pick one engine"] {
        assert!(first_line(&log).contains(value), "{log}");
    }
}

/// Lines beside each other are one conflict for git: each step is merged by itself.
#[test]
fn neighbours_in_one_conflict_are_merged_each_by_itself() {
    let Some(folder) = fields_apart([OWNER, TITLE], [("Review the schema", "Review it"); 2]) else {
        return;
    };
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>");
    desk.wait_for("the sides changed other things");
    desk.keys("t");
    let log = desk.file(LOG);
    assert_eq!(log.lines().count(), LINES.lines().count(), "{log}");
    assert!(
        log.contains("Pick one engine") && log.contains("Review it"),
        "{log}"
    );
    assert!(first_line(&log).contains("\"grc\""), "{log}");
}

/// What a stash left in conflict is resolved and committed like anything else.
#[test]
fn a_stash_in_conflict_is_resolved_and_committed() {
    const PAPER: &str = "docs/decisions/2026-11-20-engine.md";
    let Some(folder) = checkout() else { return };
    let at = folder.path().to_owned();
    write(&at, PAPER, "# Engine\n\nIt is 0001.\n");
    git(&at, &["add", "-A"]);
    git(&at, &["commit", "-q", "-m", "Paper"]);
    write(&at, LOG, &LINES.replacen("draft", "blocked", 1));
    write(&at, PAPER, "# Engine\n\nIt is 0001, after all.\n");
    git(&at, &["stash", "-q"]);
    git(&at, &["rm", "-q", PAPER]);
    write(&at, LOG, &LINES.replacen("draft", "complete", 1));
    git(&at, &["commit", "-q", "-a", "-m", "More"]);
    assert!(!may_refuse(&at, &["stash", "pop", "-q"]));
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t");
    let screen = desk.screen();
    assert!(screen.contains("1 file left to decide on 8"), "{screen}");
    desk.keys("8G").keys("<Enter>k");
    desk.wait_for(&format!("{PAPER} is kept"));
    desk.settle();
    desk.keys("C");
    desk.wait_for("Commit all 2 changes");
    desk.keys("<Enter>");
    desk.wait_for("Everything is committed");
    assert_eq!(git(&at, &["status", "--porcelain"]), "");
    let log = git(&at, &["show", &format!("HEAD:{LOG}")]);
    assert_eq!(log, LINES.replacen("draft", "blocked", 1));
    let paper = git(&at, &["show", &format!("HEAD:{PAPER}")]);
    assert!(paper.contains("after all"), "{paper}");
}

/// In the canon, too: fields of a step beside each other, which git takes for one place.
#[test]
fn what_one_side_changed_in_the_canon_stays() {
    for style in ["merge", "diff3"] {
        for (key, owner) in [("m", "ours"), ("t", "theirs")] {
            let Some(folder) = checkout() else { return };
            let at = folder.path().to_owned();
            git(&at, &["config", "merge.conflictStyle", style]);
            let canon = fs::read_to_string(at.join(CANON)).unwrap();
            let with = |outcome: &str, owner: &str, status: &str| {
                let canon = canon.replace("Outcome:** An engine", &format!("Outcome:** {outcome}"));
                let canon = canon.replace("Owner:** ops", &format!("Owner:** {owner}"));
                canon.replace("Status:** draft", &format!("Status:** {status}"))
            };
            git(&at, &["switch", "-q", "-c", "side"]);
            write(&at, CANON, &with("An engine", "theirs", "blocked"));
            git(&at, &["commit", "-q", "-a", "-m", "Theirs"]);
            git(&at, &["switch", "-q", "topic"]);
            write(&at, CANON, &with("One engine", "ours", "draft"));
            git(&at, &["commit", "-q", "-a", "-m", "Ours"]);
            assert!(!may_refuse(&at, &["merge", "-q", "side"]));
            let mut desk = desk(folder, 120, 40);
            to_conflict(&mut desk);
            desk.keys("<Enter>").keys(key);
            assert_eq!(
                desk.file(CANON),
                with("One engine", owner, "blocked"),
                "{style}"
            );
        }
    }
}

/// What a merge commit has decided is not taken back: the markers would come back into the log.
#[test]
fn a_decision_that_is_committed_is_not_undone() {
    let Some(folder) = stopped() else { return };
    let at = folder.path().to_owned();
    let mut desk = desk(folder, 160, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t").keys("8").keys("C");
    desk.wait_for("Conclude the merge, with this message");
    desk.keys("<Enter>");
    desk.run_until("the merge is committed", |_| parents(&at) == 2);
    desk.settle();
    let log = desk.file(LOG);
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("the decision is committed by now"),
        "{screen}"
    );
    assert_eq!(desk.file(LOG), log);
    assert_eq!(git(&at, &["status", "--porcelain"]), "");
}
