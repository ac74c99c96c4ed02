//! Committing, branching, syncing and pushing from screen 8, with real git, its hooks, and a second
//! person.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use super::changes::{CANON, LINES, changed, checkout, desk, edit, git, write};
use crate::history::repo::{LOG, has_git};
use crate::support::desk::{Desk, all_files};
use crate::support::pty::Launch;

const PAPER: &str = "docs/decisions/2026-11-20-engine.md";

/// A hook of the repository that does what the script says.
fn hook(folder: &Path, name: &str, script: &str) {
    let path = folder.join(".git/hooks").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn tree(folder: &Path) -> String {
    git(folder, &["rev-parse", "HEAD^{tree}"])
}

#[test]
fn all_of_the_plan_is_committed_and_nothing_else() {
    let Some(folder) = changed() else { return };
    git(folder.path(), &["add", "src/other.txt"]);
    write(folder.path(), "notes.txt", "not tracked\n");
    let before = all_files(folder.path());
    hook(
        folder.path(),
        "pre-commit",
        "git diff --cached --name-only > \"$(git rev-parse --git-dir)/seen\"",
    );
    let mut desk = desk(folder, 120, 40);
    desk.keys("C");
    let screen = desk.screen();
    assert!(screen.contains("Commit all 7 changes"), "{screen}");
    assert!(screen.contains("0001 status: draft → complete"), "{screen}");
    // Whoever types something types a subject.
    desk.keys("<C-u>Pick<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Everything is committed"), "{screen}");
    let at = desk.folder();
    assert_eq!(all_files(at), before, "no file is touched");
    let plan = format!("{LOG}\n{PAPER}\n{CANON}\n");
    assert_eq!(git(at, &["show", "--name-only", "--format=", "HEAD"]), plan);
    assert_eq!(fs::read_to_string(at.join(".git/seen")).unwrap(), plan);
    let status = git(at, &["status", "--porcelain"]);
    assert_eq!(
        status, "M  src/other.txt\n?? notes.txt\n",
        "it is still staged"
    );
    let message = git(at, &["log", "-1", "--format=%B"]);
    assert!(
        message.starts_with("Pick\n\n- 0001 status: draft → complete\n"),
        "{message}"
    );
    assert!(message.contains("\n- 0003 owner: ops → grc\n"), "{message}");
}

/// Nobody commits a text that they could not read.
#[test]
fn the_text_of_papers_and_prose_is_shown_and_scrolls() {
    let Some(folder) = checkout() else { return };
    let at = folder.path().to_owned();
    let document = fs::read_to_string(at.join(CANON)).unwrap();
    let wordy = document.replace("# Plan\n", "# Plan\n\nWe begin with the engine.\n");
    write(&at, CANON, &wordy);
    let lines: String = (1..=40).map(|line| format!("Line {line}\n")).collect();
    write(&at, PAPER, &format!("# Engine\n\n{lines}"));
    let mut desk = desk(folder, 120, 24);
    desk.keys("n");
    let screen = desk.screen();
    assert!(screen.contains("+ We begin with the engine."), "{screen}");
    desk.keys("n");
    let screen = desk.screen();
    assert!(screen.contains("new file, 42 lines"), "{screen}");
    assert!(screen.contains("+ # Engine"), "{screen}");
    assert!(!screen.contains("Line 40"), "{screen}");
    desk.keys("<Tab>G");
    let screen = desk.screen();
    assert!(screen.contains("+ Line 40"), "{screen}");
    assert!(!screen.contains("+ # Engine"), "{screen}");
    // Where there is room for one pane, it is the one that has the keys.
    desk.resize(80, 14);
    desk.keys("G");
    let screen = desk.screen();
    assert!(screen.contains("+ Line 40"), "{screen}");
    desk.keys("<Esc>");
    let screen = desk.screen();
    assert!(!screen.contains("+ Line 40"), "{screen}");
    desk.resize(120, 24);
    desk.keys("C");
    let screen = desk.screen();
    assert!(
        screen.contains("Add the decision Engine, change 1 other thing"),
        "{screen}"
    );
}

#[test]
fn marked_changes_and_then_the_rest_are_the_same_tree_as_all_at_once() {
    let (Some(one), Some(other)) = (changed(), changed()) else {
        return;
    };
    let mut all = desk(one, 120, 40);
    all.keys("C<Enter>");
    let mut parts = desk(other, 120, 40);
    let before = all_files(parts.folder());
    // The owner of 0003, and the theme of B02.
    parts.keys("nn<Space>n<Space>");
    assert!(parts.screen().contains("2 marked"), "{}", parts.screen());
    parts.keys("C");
    assert!(
        parts.screen().contains("Commit 2 marked changes"),
        "{}",
        parts.screen()
    );
    parts.keys("<C-e> Twice<Enter>");
    let at = parts.folder().to_owned();
    let log = git(&at, &["show", &format!("HEAD:{LOG}")]);
    let line = LINES.lines().nth(2).unwrap();
    let given = line.replace(
        "\"Load test\",\"owner\":\"ops\"",
        "\"Load test\",\"owner\":\"grc\"",
    );
    assert_eq!(log, LINES.replace(line, &given));
    let canon = git(&at, &["show", &format!("HEAD:{CANON}")]);
    assert!(
        canon.contains("| Sea |") && !canon.contains("[x]"),
        "{canon}"
    );
    assert_eq!(all_files(&at), before, "no file is touched");
    assert!(parts.screen().contains("5 changes"), "{}", parts.screen());
    parts.keys("C<Enter>");
    assert_eq!(tree(&at), tree(all.folder()));
    assert_eq!(git(&at, &["status", "--porcelain"]), " M src/other.txt\n");
}

#[test]
fn a_hook_that_refuses_is_shown_and_nothing_is_lost() {
    let Some(folder) = changed() else { return };
    git(folder.path(), &["add", "src/other.txt"]);
    hook(
        folder.path(),
        "pre-commit",
        "echo 'the linter says no'; exit 1",
    );
    let before = all_files(folder.path());
    let head = git(folder.path(), &["rev-parse", "HEAD"]);
    let mut desk = desk(folder, 120, 40);
    desk.keys("C<C-u>My own words<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("the linter says no"), "{screen}");
    desk.keys("<Esc>");
    let at = desk.folder().to_owned();
    assert_eq!(git(&at, &["rev-parse", "HEAD"]), head);
    assert_eq!(all_files(&at), before);
    assert_eq!(
        git(&at, &["diff", "--cached", "--name-only"]),
        "src/other.txt\n"
    );
    assert!(desk.screen().contains("7 changes"), "{}", desk.screen());
    fs::remove_file(at.join(".git/hooks/pre-commit")).unwrap();
    desk.keys("C");
    assert!(desk.screen().contains("My own words"), "{}", desk.screen());
    desk.keys("<Enter>");
    assert_ne!(git(&at, &["rev-parse", "HEAD"]), head);
    // A file that somebody changed meanwhile is not committed as it was.
    assert!(
        desk.screen().contains("Everything is committed"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_a_hook_adds_is_committed_and_stays() {
    let Some(folder) = changed() else { return };
    git(folder.path(), &["add", "src/other.txt"]);
    hook(
        folder.path(),
        "pre-commit",
        "echo page > page.html; git add page.html",
    );
    let mut desk = desk(folder, 120, 40);
    desk.keys("C<Enter>");
    assert!(
        desk.screen().contains("Everything is committed"),
        "{}",
        desk.screen()
    );
    let status = git(desk.folder(), &["status", "--porcelain"]);
    assert_eq!(status, "M  src/other.txt\n");
}

#[test]
fn nothing_is_committed_past_another_git() {
    let Some(folder) = changed() else { return };
    let head = git(folder.path(), &["rev-parse", "HEAD"]);
    write(folder.path(), ".git/index.lock", "");
    let mut desk = desk(folder, 120, 40);
    desk.keys("C<C-u>Mine<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("another git is at work here"), "{screen}");
    let at = desk.folder().to_owned();
    assert_eq!(git(&at, &["rev-parse", "HEAD"]), head);
    fs::remove_file(at.join(".git/index.lock")).unwrap();
    desk.keys("C<Enter>");
    assert_eq!(git(&at, &["log", "-1", "--format=%s"]), "Mine\n");
    assert_eq!(git(&at, &["diff", "--cached", "--name-only"]), "");
}

#[test]
fn a_commit_that_could_not_be_staged_says_so() {
    let Some(folder) = changed() else { return };
    hook(
        folder.path(),
        "post-commit",
        ": > \"$(git rev-parse --git-dir)/index.lock\"",
    );
    let mut desk = desk(folder, 160, 40);
    desk.keys("C<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("the commit is made, but not staged"),
        "{screen}"
    );
}

#[test]
fn a_branch_is_begun_pushed_refused_and_synced() {
    let Some(folder) = changed() else { return };
    let remote = TempDir::new().unwrap();
    git(remote.path(), &["init", "-q", "--bare", "-b", "main"]);
    let address = remote.path().display().to_string();
    git(folder.path(), &["remote", "add", "origin", &address]);
    git(folder.path(), &["push", "-q", "origin", "main"]);
    git(folder.path(), &["checkout", "-q", "--", "src/other.txt"]);
    let mut desk = desk(folder, 120, 40);
    desk.cockpit.own_program = env!("CARGO_BIN_EXE_stepdeck").into();
    assert!(
        desk.screen().contains("on topic · never pushed"),
        "{}",
        desk.screen()
    );
    desk.keys("Breview<Enter>");
    assert!(
        desk.screen().contains("on review · never pushed"),
        "{}",
        desk.screen()
    );
    desk.keys("C<Enter>").keys("P");
    let screen = desk.screen();
    assert!(screen.contains("up to date with origin/review"), "{screen}");
    // A second person pushes to the branch, and to main.
    let second = TempDir::new().unwrap();
    let at = second.path();
    git(at, &["clone", "-q", "-b", "review", &address, "."]);
    write(at, "theirs.txt", "x\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Theirs"]);
    git(at, &["push", "-q", "origin", "review", "review:main"]);
    let log = desk.file(LOG).replace("\"idea\"", "\"draft\"");
    desk.write_outside(LOG, &log);
    desk.wait_for("2 changes");
    desk.settle();
    desk.keys("C<Enter>").keys("P");
    let screen = desk.screen();
    assert!(screen.contains("rejected"), "{screen}");
    desk.keys("<Esc>").keys("S");
    let screen = desk.screen();
    assert!(!screen.contains("exit code"), "{screen}");
    assert!(desk.file("theirs.txt").contains('x'));
    desk.keys("P");
    let screen = desk.screen();
    assert!(screen.contains("up to date with origin/review"), "{screen}");
}

/// A branch that was begun at the project's main goes to one's own fork, and is its own from then on.
#[test]
fn a_push_goes_where_git_push_would() {
    let Some(folder) = changed() else { return };
    let (project, fork) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let at = folder.path();
    for (name, remote) in [("origin", &project), ("fork", &fork)] {
        git(remote.path(), &["init", "-q", "--bare", "-b", "main"]);
        let address = remote.path().display().to_string();
        git(at, &["remote", "add", name, &address]);
    }
    git(at, &["push", "-q", "origin", "main"]);
    git(at, &["config", "remote.pushDefault", "fork"]);
    git(at, &["branch", "-q", "--set-upstream-to", "origin/main"]);
    let mut desk = desk(folder, 120, 40);
    desk.keys("C<Enter>").keys("P");
    let screen = desk.screen();
    assert!(screen.contains("up to date with fork/topic"), "{screen}");
    assert_eq!(git(project.path(), &["branch", "--list", "topic"]), "");
    assert!(git(fork.path(), &["branch", "--list", "topic"]).contains("topic"));
}

#[test]
fn what_stands_in_the_way_is_said() {
    let Some(folder) = changed() else { return };
    let at = folder.path().to_owned();
    let mut desk = desk(folder, 120, 40);
    let says = |desk: &mut Desk, keys: &str, words: &str| {
        desk.keys("18").keys(keys);
        let screen = desk.screen();
        assert!(screen.contains(words), "{words}\n{screen}");
    };
    says(&mut desk, "P", "there is no remote");
    says(&mut desk, "@", "Changes since the merge base with main");
    says(&mut desk, "C", "commits build on HEAD: @ compares with it");
    desk.keys("@");
    git(&at, &["checkout", "-q", "--detach"]);
    says(&mut desk, "S", "no branch is checked out: B creates one");
    says(&mut desk, "C", "no branch is checked out: B creates one");
    // A merge in progress, with a conflict.
    git(&at, &["add", "data", "docs", "src"]);
    git(&at, &["commit", "-q", "-m", "Mine"]);
    git(&at, &["switch", "-q", "-c", "theirs", "main"]);
    let theirs = LINES.replacen("\"draft\"", "\"blocked\"", 1);
    write(&at, LOG, &theirs);
    git(&at, &["commit", "-q", "-a", "-m", "Theirs"]);
    let merge = std::process::Command::new("git")
        .args([
            "-c",
            "user.name=R",
            "-c",
            "user.email=r@x",
            "merge",
            "-q",
            "HEAD@{2}",
        ])
        .current_dir(&at)
        .output();
    assert!(!merge.unwrap().status.success());
    desk.wait_for("conflict");
    says(&mut desk, "", "a merge is not finished");
    says(&mut desk, "", &format!("in conflict: {LOG}"));
    says(
        &mut desk,
        "C",
        &format!("1 conflict left in {LOG}:1: ⏎ on it keeps a version"),
    );
    says(
        &mut desk,
        "S",
        "a merge is not finished: 1 conflict left in",
    );
}

#[test]
fn an_unborn_branch_a_subfolder_ignored_files_and_a_worktree_are_each_right() {
    if !has_git() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    git(at, &["config", "user.name", "Robin"]);
    git(at, &["config", "user.email", "robin@example.org"]);
    write(at, "plan/data/plans/a.jsonl", LINES);
    write(at, "plan/data/plans/b.jsonl", &LINES.replace("\"0", "\"1"));
    write(
        at,
        "plan/docs/plan.md",
        "# P\n\n| Block | Step Range |\n| --- | --- |\n| B01 | 0001–0100 |\n",
    );
    write(at, "plan/.gitignore", "b.jsonl\n");
    write(at, "code.rs", "fn main() {}\n");
    git(at, &["add", "code.rs"]);
    let answer = crate::support::run::Folder::new(&[]);
    let plan = at.join("plan").display().to_string();
    let told = answer.run(&["-C", &plan, "diff"]).ok();
    assert!(
        told.starts_with("Against no commit yet: 2 changes\non main · no remote\n"),
        "{told}"
    );
    assert!(
        told.contains("data/plans/b.jsonl is ignored by git"),
        "{told}"
    );
    assert!(
        told.contains("data/plans/a.jsonl: new file, 4 lines"),
        "{told}"
    );
    // The first commit has the plan's files only.
    let sub = Sub::open(at);
    sub.commit();
    let names = git(at, &["ls-tree", "-r", "--name-only", "HEAD"]);
    assert_eq!(names, "plan/data/plans/a.jsonl\nplan/docs/plan.md\n");
    assert_eq!(git(at, &["diff", "--cached", "--name-only"]), "code.rs\n");
    // Another worktree of the repository.
    let other = TempDir::new().unwrap();
    let tree = other.path().join("tree");
    let path = tree.display().to_string();
    git(at, &["worktree", "add", "-q", "-b", "side", &path]);
    let log = "plan/data/plans/a.jsonl";
    write(&tree, log, &LINES.replacen("\"ops\"", "\"grc\"", 1));
    Sub::open(&tree).commit();
    assert!(git(&tree, &["show", "HEAD"]).contains("grc"));
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
}

/// The program in a terminal, in the folder `plan` of a checkout.
struct Sub(crate::support::pty::Pty);

impl Sub {
    fn open(checkout: &Path) -> Self {
        let pty = Launch::stepdeck(&[])
            .in_folder(&checkout.join("plan"))
            .size(80, 24)
            .start();
        pty.wait_for("● live");
        Self(pty)
    }

    fn commit(self) {
        let pty = self.0;
        pty.type_keys("8");
        pty.wait_for("Changes ");
        pty.wait_for("change");
        pty.type_keys("C");
        pty.wait_for("with this message");
        pty.send(b"\r");
        pty.wait_for("Everything is committed");
        pty.type_keys("q");
        pty.wait_exit();
    }
}

#[test]
fn a_hook_may_ask_at_the_terminal() {
    let Some(folder) = checkout() else { return };
    edit(folder.path());
    hook(
        folder.path(),
        "commit-msg",
        "printf 'ticket? ' > /dev/tty; read answer < /dev/tty; echo \"Ticket: $answer\" >> \"$1\"",
    );
    for (arguments, variable) in [(&["--ascii"][..], "NO_COLOR"), (&[], "X")] {
        let pty = Launch::stepdeck(arguments)
            .in_folder(folder.path())
            .size(80, 24)
            .env(variable, "1")
            .start();
        pty.wait_for("live");
        pty.type_keys("8");
        pty.wait_for("Changes since HEAD");
        pty.wait_for("changes");
        pty.type_keys("C");
        pty.wait_for("with this message");
        pty.send(b"\r");
        pty.wait_for("ticket?");
        pty.send(b"T-17\r");
        pty.wait_for("Everything is committed");
        pty.type_keys("q");
        pty.wait_exit();
        let message = git(folder.path(), &["log", "-1", "--format=%B"]);
        assert!(message.contains("Ticket: T-17"), "{message}");
        git(folder.path(), &["reset", "-q", "--soft", "HEAD~"]);
    }
}

/// A chart goes with its paper, whether this run wrote it or one before.
#[test]
fn a_paper_is_committed_with_its_chart() {
    for reopened in [false, true] {
        let Some(folder) = checkout() else { return };
        let at = folder.path();
        // A picture of somebody's own is not the plan's.
        write(at, "docs/checkpoints/CP01/team.svg", "<svg/>");
        write(at, LOG, &LINES.replacen("\"draft\"", "\"complete\"", 1));
        let mut first = desk(folder, 120, 40);
        first.keys("9");
        first.wait_for("stepdeck › Papers");
        first.keys("g");
        for _ in 0..40 {
            let crumbs = first.screen().lines().next().unwrap_or_default().to_owned();
            if crumbs.contains("› Checkpoints") {
                break;
            }
            first.keys("j");
        }
        first.keys("F");
        first.wait_for("One u undoes it all.");
        first.keys("y");
        first.wait_for("Checkpoint CP01 written");
        first.settle();
        let mut desk = match reopened {
            true => first.reopen(),
            false => first,
        };
        desk.keys("8");
        desk.wait_for("burn-up.svg");
        assert!(desk.screen().contains("new chart"), "{}", desk.screen());
        assert!(!desk.screen().contains("team.svg"), "{}", desk.screen());
        desk.keys("C").keys("<Enter>");
        let status = git(
            desk.folder(),
            &["status", "--porcelain", "--untracked-files=all"],
        );
        assert_eq!(
            status,
            "?? docs/checkpoints/CP01/team.svg\n",
            "{}",
            desk.screen()
        );
        // Undone, it is listed as gone.
        desk.keys("u");
        desk.wait_for("deleted");
    }
}

/// Who commits while git is still being asked waits for the answer, not for another try; what is then
/// another list than was seen is not committed.
#[test]
fn a_commit_waits_for_gits_answer() {
    for is_same in [true, false] {
        let Some(folder) = changed() else { return };
        let at = folder.path().to_owned();
        let mut desk = desk(folder, 120, 40);
        desk.keys("C");
        desk.wait_for("changes, with this message");
        if !is_same {
            let log = desk.file(LOG).replacen("\"idea\"", "\"blocked\"", 1);
            desk.write_outside(LOG, &log);
        }
        let before = git(&at, &["rev-parse", "HEAD"]);
        // As after news of files that are not listed yet.
        desk.cockpit.model.generation += 1;
        desk.keys("<Enter>");
        let words = match is_same {
            true => "committed",
            false => "nothing is committed: what differs changed meanwhile · C has your message",
        };
        desk.wait_for(words);
        assert_eq!(git(&at, &["rev-parse", "HEAD"]) == before, !is_same);
    }
}
