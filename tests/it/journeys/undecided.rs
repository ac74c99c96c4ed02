//! Files that a merge left in conflict as a whole, on screen 8: every state that git knows, for every
//! kind of file of a plan, is said and decided, and the merge is concluded then.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::changes::{LINES, checkout, desk, git, write};
use super::merging::{may_refuse, parents};
use crate::history::repo::LOG;
use crate::support::desk::{Desk, rest};

/// A file of each kind, as the version of somebody has it.
const KINDS: [(&str, &str); 4] = [
    (
        "data/plans/other.jsonl",
        "{\"step_id\":\"0110\",\"title\":\"Of WHO\",\"status\":\"draft\"}\n",
    ),
    (
        "docs/more.md",
        "# More\n\n### Step 0002 — Review the schema\n\n- **Outcome:** Of WHO\n",
    ),
    (
        "docs/decisions/2026-11-20-engine.md",
        "# Engine\n\nIt is 0001, says WHO.\n",
    ),
    (
        "docs/checkpoints/CP01/burn-up.svg",
        "<svg>\n<!-- drawn by stepdeck -->\nof WHO\n</svg>\n",
    ),
];

fn version(text: &str, who: &str) -> String {
    text.replace("WHO", who)
}

/// A merge under way in which every file of [`KINDS`] is in this state, as git itself leaves it.
fn in_state(state: &str, there: Option<&str>) -> Option<TempDir> {
    let folder = checkout()?;
    let at = folder.path();
    git(at, &["switch", "-q", "-c", "side"]);
    write(at, "src/other.txt", "theirs\n");
    git(at, &["commit", "-q", "-a", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    let stages: &[(&str, &str)] = match state {
        "DD" => &[("1", "base")],
        "AU" => &[("2", "ours")],
        "UA" => &[("3", "theirs")],
        "UD" => &[("1", "base"), ("2", "ours")],
        "DU" => &[("1", "base"), ("3", "theirs")],
        "AA" => &[("2", "ours"), ("3", "theirs")],
        _ => &[("1", "base"), ("2", "ours"), ("3", "theirs")],
    };
    // What ours has is committed.
    for (path, text) in KINDS {
        if stages.contains(&("2", "ours")) {
            write(at, path, &version(text, "ours"));
        }
    }
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "--allow-empty", "-m", "Ours"]);
    assert!(may_refuse(
        at,
        &["merge", "-q", "--no-commit", "--no-ff", "side"]
    ));
    let mut lines = String::new();
    for (path, text) in KINDS {
        lines += &format!("0 {}\t{path}\n", "0".repeat(40));
        for (stage, who) in stages {
            write(at, path, &version(text, who));
            let hash = git(at, &["hash-object", "-w", path]);
            lines += &format!("100644 {} {stage}\t{path}\n", hash.trim());
        }
        let _ = std::fs::remove_file(at.join(path));
        if let Some(who) = there {
            write(at, path, &version(text, who));
        }
    }
    let mut update = Command::new("git")
        .args(["update-index", "--index-info"])
        .current_dir(at)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = update.stdin.take().unwrap();
    pipe.write_all(lines.as_bytes()).unwrap();
    drop(pipe);
    assert!(update.wait().unwrap().success());
    let told = git(at, &["status", "--porcelain", "--untracked-files=no"]);
    let unmerged = told.lines().filter(|line| line.starts_with(state));
    assert_eq!(unmerged.count(), KINDS.len(), "{told}");
    Some(folder)
}

fn go_to(desk: &mut Desk, path: &str) {
    desk.keys("g");
    for _ in 0..40 {
        let view = &desk.cockpit.model.changes;
        if view.selected().is_some_and(|line| line.name == path) {
            return;
        }
        desk.keys("j");
    }
    panic!("there is no row for {path}\n{}", desk.screen());
}

/// Waits until a file is no question any longer. What is said of it may be followed by news of the
/// file at once, so that it is not waited for.
fn wait_for_decision(desk: &mut Desk, path: &str) {
    desk.run_until(path, |desk| {
        let mut lines = desk.cockpit.model.changes.lines.iter();
        !lines.any(|line| line.is_conflict() && line.name == path)
    });
    desk.settle();
}

/// A key says something. News of a file that was decided before may come in once meanwhile.
fn answers(desk: &mut Desk, key: &str, words: &str) {
    for _ in 0..KINDS.len() {
        desk.keys(key);
        if desk.screen().contains(words) {
            return;
        }
    }
    panic!("{key} does not say {words}\n{}", desk.screen());
}

/// Decides each file with `key`, concludes, and tells what the merge commit has of each.
fn decided(state: &str, there: Option<&str>, words: &str, key: &str) -> Vec<Option<String>> {
    let folder = in_state(state, there).unwrap();
    let mut desk = desk(folder, 160, 48);
    for (path, _) in KINDS {
        answers(&mut desk, "C", &format!("{words}: ⏎ on it decides"));
        go_to(&mut desk, path);
        answers(&mut desk, "-", "⏎ on it decides");
        desk.keys("<Enter>");
        let screen = desk.screen();
        assert!(screen.contains(&format!("┌ {words}")), "{screen}");
        desk.keys(key);
        wait_for_decision(&mut desk, path);
    }
    desk.keys("C");
    desk.wait_for("Conclude the merge, with this message");
    desk.keys("<Enter>");
    let at = desk.folder().to_owned();
    desk.run_until("the merge is committed", |_| parents(&at) == 2);
    assert_eq!(git(&at, &["status", "--porcelain"]), "");
    let all = git(&at, &["ls-tree", "-r", "--name-only", "HEAD"]);
    let committed = |path: &str| {
        let is_there = all.lines().any(|line| line == path);
        is_there.then(|| git(&at, &["show", &format!("HEAD:{path}")]))
    };
    KINDS.iter().map(|(path, _)| committed(path)).collect()
}

fn all(who: &str) -> Vec<Option<String>> {
    let of = |(_, text): &(&str, &str)| Some(version(text, who));
    KINDS.iter().map(of).collect()
}

#[test]
fn what_one_side_does_not_have_is_kept_or_deleted() {
    if !crate::history::repo::has_git() {
        return;
    }
    let none = vec![None; KINDS.len()];
    for (state, there, words) in [
        ("UD", "ours", "ours changed it, theirs deleted it"),
        ("DU", "theirs", "theirs changed it, ours deleted it"),
        ("AU", "ours", "only ours has it: added or moved here"),
        ("UA", "theirs", "only theirs has it: added or moved here"),
    ] {
        assert_eq!(
            decided(state, Some(there), words, "k"),
            all(there),
            "{state}"
        );
        assert_eq!(decided(state, Some(there), words, "d"), none, "{state}");
    }
    // Somebody deleted it in the checkout, and keeps it after all.
    let words = "ours changed it, theirs deleted it";
    assert_eq!(decided("UD", None, words, "k"), all("ours"));
}

#[test]
fn what_no_side_has_is_deleted_or_comes_back() {
    if !crate::history::repo::has_git() {
        return;
    }
    let words = "gone on both sides: deleted, or moved elsewhere";
    assert_eq!(decided("DD", None, words, "d"), vec![None; KINDS.len()]);
    assert_eq!(decided("DD", None, words, "k"), all("base"));
}

#[test]
fn what_both_sides_have_and_the_checkout_has_not_is_picked() {
    if !crate::history::repo::has_git() {
        return;
    }
    let words = "both sides have it, and the checkout does not";
    assert_eq!(decided("UU", None, words, "t"), all("theirs"));
    assert_eq!(decided("AA", None, words, "m"), all("ours"));
    assert_eq!(decided("UU", None, words, "d"), vec![None; KINDS.len()]);
}

/// Real git: what ours moved and theirs deleted, and what each side moved to another place.
#[test]
fn what_was_moved_is_not_called_changed() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    let (moved, gone, split) = (
        "docs/decisions/2026-11-22-moved.md",
        "docs/decisions/2026-11-20-engine.md",
        "docs/decisions/2026-11-21-index.md",
    );
    let text = |what: &str| format!("# Note\n\nIt is about 0001: {what}.\n\nAnd it is so.\n");
    write(at, gone, &text("the engine"));
    write(at, split, &text("one index, or several, or none"));
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Papers"]);
    git(at, &["branch", "-q", "side"]);
    git(at, &["mv", gone, moved]);
    git(at, &["mv", split, "docs/decisions/ours.md"]);
    git(at, &["commit", "-q", "-m", "Ours"]);
    git(at, &["switch", "-q", "side"]);
    git(at, &["rm", "-q", gone]);
    git(at, &["mv", split, "docs/decisions/theirs.md"]);
    git(at, &["commit", "-q", "-m", "Theirs"]);
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    for path in [moved, "docs/decisions/ours.md", "docs/decisions/theirs.md"] {
        rest(&at.join(path));
    }
    let mut desk = desk(folder, 160, 48);
    for (path, words, key) in [
        (moved, "ours moved it here, theirs deleted it", "k"),
        (
            split,
            "gone on both sides: deleted, or moved elsewhere",
            "d",
        ),
        (
            "docs/decisions/ours.md",
            "only ours has it: added or moved here",
            "d",
        ),
        (
            "docs/decisions/theirs.md",
            "only theirs has it: added or moved here",
            "k",
        ),
    ] {
        go_to(&mut desk, path);
        assert!(desk.screen().contains(words), "{path}\n{}", desk.screen());
        desk.keys("<Enter>").keys(key);
        wait_for_decision(&mut desk, path);
    }
    desk.keys("C").keys("<Enter>");
    let at = desk.folder();
    assert_eq!(parents(at), 2, "{}", desk.screen());
    let papers = git(
        at,
        &["ls-tree", "-r", "--name-only", "HEAD", "docs/decisions"],
    );
    assert_eq!(papers, format!("{moved}\ndocs/decisions/theirs.md\n"));
}

/// Words that are in no version are not deleted with one.
#[test]
fn what_nobody_else_has_is_not_deleted() {
    let Some(folder) = in_state("UD", Some("ours")) else {
        return;
    };
    let (path, _) = KINDS[2];
    write(folder.path(), path, "# Engine\n\nIt is 0001, and 0002.\n");
    let mut desk = desk(folder, 160, 48);
    go_to(&mut desk, path);
    desk.keys("<Enter>").keys("d");
    desk.wait_for("was edited since the merge");
    assert_eq!(desk.file(path), "# Engine\n\nIt is 0001, and 0002.\n");
    desk.settle();
    desk.keys("<Enter>").keys("k");
    desk.wait_for(&format!("{path} is kept"));
    // The way back that is named.
    git(desk.folder(), &["update-index", "--unresolve", path]);
    let told = git(desk.folder(), &["status", "--porcelain", path]);
    assert_eq!(told, format!("UD {path}\n"));
}

/// A plan in a folder of a larger checkout, and a name with a blank.
#[test]
fn below_the_top_of_a_checkout_it_is_the_same() {
    if !crate::history::repo::has_git() {
        return;
    }
    let outer = TempDir::new().unwrap();
    let folder = TempDir::new_in(outer.path()).unwrap();
    let (top, at) = (outer.path(), folder.path().to_owned());
    let papers = ["docs/decisions/2026-11-20 a.md", "docs/decisions/b.md"];
    git(top, &["init", "-q", "-b", "main"]);
    git(top, &["config", "user.name", "Robin"]);
    git(top, &["config", "user.email", "robin@example.org"]);
    write(&at, LOG, LINES);
    for path in papers {
        write(&at, path, "# Note\n\nIt is 0001.\n");
    }
    git(top, &["add", "-A"]);
    git(top, &["commit", "-q", "-m", "Begin"]);
    for (branch, gone, kept) in [("side", 0, 1), ("main", 1, 0)] {
        if branch == "side" {
            git(top, &["switch", "-q", "-c", branch]);
        } else {
            git(top, &["switch", "-q", branch]);
        }
        git(&at, &["rm", "-q", papers[gone]]);
        write(&at, papers[kept], "# Note\n\nIt is 0001, after all.\n");
        git(top, &["commit", "-q", "-a", "-m", branch]);
    }
    assert!(!may_refuse(&at, &["merge", "-q", "side"]));
    for path in papers {
        rest(&at.join(path));
    }
    let mut desk = desk(folder, 160, 40);
    for (path, key) in papers.iter().zip(["d", "k"]) {
        go_to(&mut desk, path);
        desk.keys("<Enter>").keys(key);
        wait_for_decision(&mut desk, path);
    }
    desk.keys("C").keys("<Enter>");
    assert_eq!(parents(&at), 2, "{}", desk.screen());
    assert_eq!(git(top, &["status", "--porcelain"]), "");
    assert!(!at.join(papers[0]).exists() && at.join(papers[1]).exists());
}
