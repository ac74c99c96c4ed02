//! An unfinished merge on screen 8, with real git: a conflict is one row, nothing of it is reverted,
//! and the merge is concluded from there.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::changes::{CANON, LINES, checkout, desk, git, write};
use crate::history::repo::LOG;
use crate::support::desk::{Desk, rest};

const PAPER: &str = "docs/decisions/2026-11-20-engine.md";

/// What git answers where it may refuse; it commits as somebody.
pub fn may_refuse(at: &Path, arguments: &[&str]) -> bool {
    let mut command = std::process::Command::new("git");
    let who = ["-c", "user.name=R", "-c", "user.email=r@x"];
    command.args(who).args(arguments).current_dir(at);
    let output = command.env("GIT_EDITOR", "true").output().unwrap();
    for path in [LOG, CANON, PAPER] {
        let path = at.join(path);
        if path.exists() {
            rest(&path);
        }
    }
    output.status.success()
}

/// Both sides gave 0001 another status; theirs brought an owner of 0003, too.
pub fn diverged() -> Option<TempDir> {
    let folder = checkout()?;
    let at = folder.path();
    write(at, LOG, &LINES.replacen("\"draft\"", "\"complete\"", 1));
    git(at, &["commit", "-q", "-a", "-m", "Ours"]);
    git(at, &["switch", "-q", "-c", "side", "main"]);
    let theirs = LINES.replacen("\"draft\"", "\"blocked\"", 1).replace(
        "\"Load test\",\"owner\":\"ops\"",
        "\"Load test\",\"owner\":\"grc\"",
    );
    write(at, LOG, &theirs);
    write(at, "src/other.txt", "theirs\n");
    git(at, &["commit", "-q", "-a", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    Some(folder)
}

pub fn stopped() -> Option<TempDir> {
    let folder = diverged()?;
    assert!(!may_refuse(folder.path(), &["merge", "-q", "side"]));
    Some(folder)
}

/// Goes to the row of the conflict.
pub fn to_conflict(desk: &mut Desk) {
    let is_there = |desk: &Desk| {
        let view = &desk.cockpit.model.changes;
        view.selected()
            .is_some_and(|line| line.words.contains("two versions"))
    };
    for _ in 0..20 {
        if is_there(desk) {
            return;
        }
        desk.keys("j");
    }
    panic!("there is no row for the conflict\n{}", desk.screen());
}

#[test]
fn a_conflict_is_one_row_that_cannot_be_reverted() {
    let Some(folder) = stopped() else { return };
    let mut desk = desk(folder, 120, 40);
    let marked = desk.file(LOG);
    assert!(marked.contains("<<<<<<<"), "{marked}");
    let screen = desk.screen();
    assert_eq!(screen.matches("two versions").count(), 1, "{screen}");
    assert!(!screen.contains("lines that are not steps"), "{screen}");
    to_conflict(&mut desk);
    desk.keys("-");
    assert_eq!(desk.file(LOG), marked);
    let screen = desk.screen();
    assert!(
        screen.contains("0001 status is in conflict: ⏎ on it keeps a version"),
        "{screen}"
    );
    // Nor with the heading above it, nor with everything.
    for keys in ["g-", "*-"] {
        desk.keys(keys);
        assert_eq!(desk.file(LOG), marked, "{keys}");
    }
    desk.keys("*");
    to_conflict(&mut desk);
    desk.keys("<Enter>");
    assert_eq!(desk.cockpit.model.screen.name, "problems");
    let screen = desk.screen();
    assert!(
        screen.contains("blocked") && screen.contains("complete"),
        "{screen}"
    );
    desk.keys("t");
    assert!(!desk.file(LOG).contains("<<<<<<<"));
    assert!(desk.file(LOG).contains("\"blocked\""));
    assert!(desk.file(LOG).contains("\"grc\""));
}

/// On the card, too, a side that git calls by its hash has a name.
#[test]
fn the_card_names_the_sides() {
    let Some(folder) = diverged() else { return };
    let at = folder.path();
    let hash = git(at, &["rev-parse", "side"]);
    assert!(!may_refuse(at, &["merge", "-q", hash.trim()]));
    let mut desk = desk(folder, 120, 40);
    assert!(desk.file(LOG).contains(&format!(">>>>>>> {hash}")));
    to_conflict(&mut desk);
    desk.keys("<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("theirs (side)"), "{screen}");
}

/// What else the merge changed is reverted as ever.
#[test]
fn beside_a_conflict_changes_are_reverted() {
    let Some(folder) = stopped() else { return };
    let at = folder.path();
    let apart = fs::read_to_string(at.join(LOG)).unwrap();
    write(at, LOG, &apart.replace("Train operations", "Train all"));
    let mut desk = desk(folder, 120, 40);
    desk.keys("gnn");
    let is_title = |desk: &Desk| desk.cockpit.model.changes.selected().unwrap().name == "title";
    for _ in 0..9 {
        if !is_title(&desk) {
            desk.keys("n");
        }
    }
    desk.keys("-");
    assert_eq!(desk.file(LOG), apart);
}

/// A file that one side deleted and the other changed has no markers: reverting it would decide.
#[test]
fn what_one_side_deleted_is_not_reverted_either() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    write(at, PAPER, "# Engine\n\nIt is 0001.\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Paper"]);
    git(at, &["branch", "-q", "side"]);
    git(at, &["rm", "-q", PAPER]);
    git(at, &["commit", "-q", "-m", "Ours"]);
    git(at, &["switch", "-q", "side"]);
    write(at, PAPER, "# Engine\n\nIt is 0001, after all.\n");
    git(at, &["commit", "-q", "-a", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 120, 40);
    let there = desk.file(PAPER);
    desk.keys("g-");
    assert_eq!(desk.file(PAPER), there);
    let screen = desk.screen();
    let said = format!("{PAPER}: theirs changed it, ours deleted it: ⏎ on it decides");
    assert!(screen.contains(&said), "{screen}");
}

pub fn parents(at: &Path) -> usize {
    git(at, &["log", "-1", "--format=%P"])
        .split_whitespace()
        .count()
}

/// All of the cockpit: from the conflict to the merge commit, with its message and its hook.
#[test]
fn a_merge_is_concluded_from_screen_8() {
    let Some(folder) = stopped() else { return };
    let seen = folder.path().join(".git/seen");
    let hook = folder.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(
        &hook,
        format!(
            "#!/bin/sh\ngit diff --cached --name-only > '{}'\n",
            seen.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut desk = desk(folder, 120, 40);
    desk.keys("C");
    let screen = desk.screen();
    assert!(
        screen.contains(&format!("1 conflict left in {LOG}:1")),
        "{screen}"
    );
    to_conflict(&mut desk);
    desk.keys("<Enter>t");
    let screen = desk.screen();
    assert!(
        screen.contains("no conflict is left: 8 C concludes the merge"),
        "{screen}"
    );
    desk.keys("8");
    desk.wait_for(&format!("resolved, not added yet: {LOG}"));
    // What somebody left marked goes nowhere by itself.
    desk.keys("*C");
    assert!(
        desk.screen().contains("a merge is committed as a whole"),
        "{}",
        desk.screen()
    );
    desk.keys("*C");
    let screen = desk.screen();
    assert!(
        screen.contains("Conclude the merge, with this message"),
        "{screen}"
    );
    assert!(
        screen.contains("Merge branch 'side' into topic"),
        "{screen}"
    );
    assert!(!screen.contains("# Conflicts"), "{screen}");
    desk.keys("<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Everything is committed"), "{screen}");
    let at = desk.folder();
    assert_eq!(parents(at), 2);
    assert_eq!(
        git(at, &["log", "-1", "--format=%B"]),
        "Merge branch 'side' into topic\n\n"
    );
    assert_eq!(git(at, &["status", "--porcelain"]), "");
    assert_eq!(git(at, &["show", &format!("HEAD:{LOG}")]), desk.file(LOG));
    assert_eq!(git(at, &["show", "HEAD:src/other.txt"]), "theirs\n");
    assert!(fs::read_to_string(&seen).unwrap().contains(LOG));
}

/// Half of a marker that somebody overlooked is no version to commit.
#[test]
fn a_marker_that_is_left_over_keeps_the_merge_open() {
    let Some(folder) = stopped() else { return };
    let at = folder.path();
    let marked = fs::read_to_string(at.join(LOG)).unwrap();
    let (_, rest) = marked.split_once("=======\n").unwrap();
    write(at, LOG, rest);
    git(at, &["add", LOG]);
    let mut desk = desk(folder, 120, 40);
    desk.keys("C");
    let screen = desk.screen();
    assert!(
        screen.contains(&format!("{LOG}:2: a marker of the merge is left")),
        "{screen}"
    );
    desk.write_outside(LOG, &rest.replace(">>>>>>> side\n", ""));
    desk.wait_for("C commit");
    desk.settle();
    desk.keys("C").keys("<Enter>");
    assert_eq!(parents(desk.folder()), 2, "{}", desk.screen());
}

/// Ours is what `HEAD` has: no change is listed, and the merge is there all the same.
#[test]
fn a_merge_that_changes_nothing_is_concluded_too() {
    let Some(folder) = diverged() else { return };
    let at = folder.path();
    git(at, &["switch", "-q", "side"]);
    write(at, LOG, &LINES.replacen("\"draft\"", "\"blocked\"", 1));
    write(at, "src/other.txt", "other\n");
    git(at, &["commit", "-q", "-a", "-m", "Less"]);
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>m").keys("8");
    let screen = desk.screen();
    assert!(screen.contains("C concludes it"), "{screen}");
    desk.keys("C").keys("<Enter>");
    assert_eq!(parents(desk.folder()), 2, "{}", desk.screen());
    assert_eq!(git(desk.folder(), &["status", "--porcelain"]), "");
}

/// A file that is not the plan's is for the person to add.
#[test]
fn a_foreign_conflict_is_named() {
    let Some(folder) = diverged() else { return };
    let at = folder.path();
    write(at, "src/other.txt", "ours\n");
    git(at, &["commit", "-q", "-a", "-m", "Other"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t");
    let screen = desk.screen();
    let said = "the merge is not finished: still in conflict for git: src/other.txt";
    assert!(
        screen.contains(said) && !screen.contains("concludes"),
        "{screen}"
    );
    desk.keys("8").keys("S");
    let screen = desk.screen();
    assert!(!screen.contains("concludes"), "{screen}");
    desk.keys("C");
    let screen = desk.screen();
    assert!(
        screen.contains("still in conflict for git: src/other.txt"),
        "{screen}"
    );
    let at = desk.folder().to_owned();
    write(&at, "src/other.txt", "both\n");
    git(&at, &["add", "src/other.txt"]);
    desk.keys("18").keys("C").keys("<Enter>");
    assert_eq!(parents(&at), 2, "{}", desk.screen());
}

/// A page that is no part of the plan otherwise is one while a merge left two versions in it.
#[test]
fn a_conflict_in_a_page_is_resolved_and_concluded() {
    const PAGE: &str = "docs/q.md";
    let page = |month: &str| format!("# Q\n\nWe ship in {month}.\n");
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    write(at, PAGE, &page("May"));
    git(at, &["add", PAGE]);
    git(at, &["commit", "-q", "-m", "Page"]);
    git(at, &["branch", "side"]);
    write(at, PAGE, &page("June"));
    git(at, &["commit", "-q", "-a", "-m", "Ours"]);
    git(at, &["switch", "-q", "side"]);
    write(at, PAGE, &page("July"));
    git(at, &["commit", "-q", "-a", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t");
    assert_eq!(desk.file(PAGE), page("July"), "{}", desk.screen());
    desk.keys("18").keys("C").keys("<Enter>");
    assert_eq!(parents(desk.folder()), 2, "{}", desk.screen());
}

/// A rebase is ended by git, in the words that are said.
#[test]
fn a_rebase_is_refused_with_what_ends_it() {
    let Some(folder) = diverged() else { return };
    assert!(!may_refuse(folder.path(), &["rebase", "-q", "side"]));
    let mut desk = desk(folder, 160, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>t").keys("8").keys("C");
    let screen = desk.screen();
    assert!(screen.contains("a rebase is not finished"), "{screen}");
    let said = "`git add` the resolved files and `git rebase --continue`";
    assert!(screen.contains(said), "{screen}");
    let at = desk.folder();
    git(at, &["add", LOG]);
    assert!(may_refuse(at, &["rebase", "--continue"]));
    assert_eq!(git(at, &["status", "--porcelain"]), "");
}

/// So is what `stepdeck resolve` and `sync` say of a merge.
#[test]
fn what_is_said_of_a_merge_ends_it() {
    let Some(folder) = stopped() else { return };
    let at = folder.path();
    let run = |arguments: &[&str]| {
        let at = at.display().to_string();
        let all = [&["-C", &at], arguments].concat();
        crate::support::run::Folder::new(&[]).run(&all)
    };
    let said = "`git add` the resolved files and `git merge --continue`";
    assert!(run(&["sync"]).err.contains(said));
    let done = run(&["resolve", "--theirs"]);
    assert!(
        done.err
            .contains("`git add` the files and `git merge --continue`"),
        "{}",
        done.err
    );
    git(at, &["add", LOG]);
    assert!(may_refuse(at, &["merge", "--continue"]));
    assert_eq!(
        (parents(at), git(at, &["status", "--porcelain"])),
        (2, String::new())
    );
}

/// The plan is in a folder of a larger checkout, of which another file is in conflict.
#[test]
fn a_plan_in_a_folder_is_merged_with_all_around_it() {
    if !crate::history::repo::has_git() {
        return;
    }
    let outer = TempDir::new().unwrap();
    let (top, at) = (outer.path(), outer.path().join("plan"));
    git(top, &["init", "-q", "-b", "main"]);
    git(top, &["config", "user.name", "Robin"]);
    git(top, &["config", "user.email", "robin@example.org"]);
    let commit = |status: &str, code: &str| {
        write(&at, LOG, &LINES.replacen("\"draft\"", status, 1));
        write(top, "code.txt", code);
        git(top, &["add", "-A"]);
        git(top, &["commit", "-q", "-m", code]);
    };
    commit("\"draft\"", "begin\n");
    git(top, &["switch", "-q", "-c", "side"]);
    commit("\"blocked\"", "theirs\n");
    git(top, &["switch", "-q", "main"]);
    commit("\"complete\"", "ours\n");
    assert!(!may_refuse(top, &["merge", "-q", "side"]));
    let pty = crate::support::pty::Launch::stepdeck(&[])
        .in_folder(&at)
        .size(120, 30)
        .start();
    pty.wait_for("● live");
    pty.type_keys("8");
    pty.wait_for("two versions");
    pty.type_keys("n");
    pty.send(b"\r");
    pty.wait_for("which one stays?");
    pty.type_keys("t");
    pty.wait_for("their version");
    pty.type_keys("8");
    pty.wait_for("a merge is not finished");
    pty.wait_for("1 change");
    // Until git has answered, the key says that it is being asked.
    let told = "still in conflict for git: code.txt";
    while !pty.screen_text().contains(told) {
        pty.type_keys("n");
        pty.wait_gone("being asked");
        pty.type_keys("C");
        pty.wait_until(|screen| {
            let text = screen.contents();
            text.contains(told) || text.contains("being asked")
        });
    }
    write(top, "code.txt", "both\n");
    git(top, &["add", "code.txt"]);
    pty.type_keys("18");
    pty.wait_for("C commit");
    pty.type_keys("C");
    pty.wait_for("Conclude the merge");
    pty.send(b"\r");
    pty.wait_for("Everything is committed");
    pty.type_keys("q");
    pty.wait_exit();
    assert_eq!(parents(top), 2);
    assert_eq!(git(top, &["status", "--porcelain"]), "");
    assert!(git(top, &["show", &format!("HEAD:plan/{LOG}")]).contains("blocked"));
    assert_eq!(git(top, &["show", "HEAD:code.txt"]), "both\n");
}

/// Without the driver a chart has two versions as well: it is drawn once more, not picked.
#[test]
fn a_chart_that_both_sides_drew_is_drawn_again() {
    const CHART: &str = "docs/checkpoints/CP01/burn-up.svg";
    let drawn = |what: &str| format!("<svg>\n<!-- drawn by stepdeck -->\n{what}\n</svg>\n");
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    for (branch, from, what) in [("side", "topic", "theirs"), ("topic", "topic", "ours")] {
        if branch != from {
            git(at, &["switch", "-q", "-c", branch]);
        }
        write(at, CHART, &drawn(what));
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", what]);
        git(at, &["switch", "-q", "topic"]);
    }
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    let mut desk = desk(folder, 160, 40);
    let screen = desk.screen();
    assert!(screen.contains("drawn on both sides"), "{screen}");
    let marked = desk.file(CHART);
    for key in ["-", "<Enter>"] {
        desk.keys("g").keys(key);
        let screen = desk.screen();
        assert!(
            screen.contains("writing its paper again draws it once more"),
            "{screen}"
        );
        assert_eq!(desk.file(CHART), marked);
    }
    desk.keys("<Esc>C");
    let screen = desk.screen();
    assert!(
        screen.contains("draws it once more: ⏎ on it decides"),
        "{screen}"
    );
    write(desk.folder(), CHART, &drawn("both"));
    desk.keys("18").keys("C").keys("<Enter>");
    let at = desk.folder();
    assert_eq!(parents(at), 2, "{}", desk.screen());
    assert_eq!(git(at, &["status", "--porcelain"]), "");
}

/// What either of two reviews did not see counts as seen by neither, by the key as by the subcommand.
#[test]
fn both_reviews_have_seen_what_both_saw() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    let path = "docs/reviews/2026-W47.md";
    let record = |seen: &str, steward: &str| {
        format!(
            "# Weekly review 2026-W47\n\n- **Date:** 2026-11-20\n- **Steward:** {steward}\n\
             - **Held:** 2026-11-20T10:00:00Z\n- **Seen:** {seen}\n\n## Next ten\n"
        )
    };
    let hash = || git(at, &["rev-parse", "HEAD"]).trim().to_owned();
    let older = hash();
    git(at, &["branch", "-q", "side"]);
    write(at, "src/more.txt", "more\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "More"]);
    let newer = hash();
    for (branch, seen, steward) in [("topic", &newer, "Robin"), ("side", &older, "Ana")] {
        git(at, &["switch", "-q", branch]);
        write(at, path, &record(seen, steward));
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", "Review"]);
    }
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    rest(&at.join(path));
    let mut desk = desk(folder, 120, 40);
    to_conflict(&mut desk);
    desk.keys("<Enter>b");
    desk.wait_for("no conflict is left");
    assert_eq!(desk.file(path), record(&older, "Ana, Robin"));
}

/// A picture that somebody drew is theirs to add, and a note that git never saw stays out of the merge.
#[test]
fn only_what_is_the_plans_goes_into_a_merge() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    let (picture, note) = ("docs/scorecards/logo.svg", PAPER);
    for (branch, colour) in [("topic", "red"), ("side", "blue")] {
        if branch == "side" {
            git(at, &["switch", "-q", "-c", "side", "main"]);
        }
        write(
            at,
            picture,
            &format!("<svg><!-- mine --><path fill=\"{colour}\"/></svg>\n"),
        );
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", colour]);
    }
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    write(
        at,
        note,
        "# Keep one index\n\n- **Date:** 2026-11-20\n- **Steps:** 0001\n",
    );
    rest(&at.join(note));
    let head = git(at, &["rev-parse", "HEAD"]);
    let mut desk = desk(folder, 120, 40);
    desk.keys("C");
    desk.wait_for("still in conflict for git: docs/scorecards/logo.svg");
    let at = desk.folder().to_owned();
    assert_eq!(git(&at, &["rev-parse", "HEAD"]), head);
    assert!(desk.file(picture).contains("<<<<<<<"));
    write(&at, picture, "<svg/>\n");
    git(&at, &["add", picture]);
    desk.keys("08");
    desk.keys("C");
    desk.wait_for("Conclude the merge, with this message");
    desk.keys("<Enter>");
    desk.run_until("the merge is committed", |_| parents(&at) == 2);
    assert_eq!(
        git(&at, &["status", "--porcelain", "-uall"]),
        format!("?? {note}\n")
    );
}
