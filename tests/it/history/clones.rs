//! Checkouts that lack a part of the history, are one of several, or mean harm.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, line, log_of, shorts};
use crate::support::schema::valid;
use serde_json::Value;

/// Three versions of one step: draft, in progress, complete.
pub fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let one = line("0001", "One", "draft");
    for status in ["draft", "in progress", "complete"] {
        repo.land(&[&one.replace("draft", status)]);
    }
    Some(repo)
}

fn clone(repo: &Repo, arguments: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let url = format!("file://{}", repo.path().display());
    let to = folder.path().join("clone").display().to_string();
    let clone = [&["clone", "-q"], arguments, &[&*url, &*to]].concat();
    git_in(folder.path(), "2026-09-09T00:00:00Z", &clone);
    folder
}

/// What `log --json` says in a folder.
fn log(folder: &Path) -> (Vec<String>, Vec<String>) {
    let plan = crate::support::run::Folder::new(&[]);
    let run = plan.run(&["-C", &folder.display().to_string(), "log", "--json"]);
    let document: Value = valid("log", &run.ok());
    let notes = document["notes"].as_array().unwrap().iter();
    let notes = notes
        .map(|note| note.as_str().unwrap().to_owned())
        .collect();
    (shorts(document["events"].as_array().unwrap()), notes)
}

#[test]
fn a_shallow_clone_says_where_its_past_begins() {
    let Some(repo) = plan() else { return };
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let shallow = clone(&repo, &["--depth", "2"]);
    let (told, notes) = log(&shallow.path().join("clone"));
    assert_eq!(told, [r#"0001 changed status "in progress" "complete""#]);
    let second = repo.git(&["rev-parse", "HEAD~1"]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("shallow") && notes[0].contains(&second[..10]),
        "{notes:?}"
    );
    let newest = clone(&repo, &["--depth", "1"]);
    let (told, notes) = log(&newest.path().join("clone"));
    assert_eq!(
        (told, notes.len()),
        (Vec::new(), 1),
        "all of it is committed"
    );
    let whole = clone(&repo, &["--depth", "3"]);
    let (told, notes) = log(&whole.path().join("clone"));
    assert_eq!(
        (told.len(), notes),
        (3, Vec::new()),
        "nothing is cut off there"
    );
}

/// What landed before is not known, which is something else than that nothing did.
#[test]
fn a_shallow_clone_never_says_that_nothing_changed_before_it() {
    let Some(repo) = plan() else { return };
    let text = "# Weekly review 2026-W36\n\n- **Held:** 2026-09-01T12:00:00Z\n";
    repo.write("docs/reviews/2026-W36.md", text);
    repo.commit("Review");
    let newest = clone(&repo, &["--depth", "1"]);
    let folder = newest.path().join("clone").display().to_string();
    let run = |arguments: &[&str]| {
        let plan = crate::support::run::Folder::new(&[]);
        plan.run(&[&["-C", &folder], arguments].concat())
    };
    let since = run(&["since", "review"]);
    let begins = "review (before this clone’s history, which begins 2026-09-";
    assert!(since.out.contains(begins), "{since:?}");
    let rest = "no changes since it begins; `git fetch --unshallow` gets the rest.";
    assert!(since.out.contains(rest), "{since:?}");
    let log = run(&["log"]);
    assert!(
        log.err.contains("what was before is not in this clone"),
        "{log:?}"
    );
    let today = run(&["today"]);
    assert!(
        today
            .out
            .contains("New to you: the history before 2026-09-")
            && today.out.contains("nothing since then"),
        "{today:?}"
    );
    assert!(!today.out.contains("everything"), "{today:?}");
    // What is not before the clone's history is known.
    let head = run(&["since", "HEAD"]);
    assert!(head.out.starts_with("Since HEAD ("), "{head:?}");
    assert!(head.out.ends_with("): no changes.\n"), "{head:?}");
    let gone = run(&["since", "v1"]);
    assert!(
        gone.err
            .contains("gate:STAGE or a revision; this clone is shallow"),
        "{gone:?}"
    );
}

#[test]
fn a_partial_clone_fetches_nothing_and_says_what_is_missing() {
    let Some(repo) = plan() else { return };
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = clone(&repo, &["--filter=blob:none"]);
    let folder = partial.path().join("clone");
    let objects = || git_in(&folder, "", &["count-objects", "-v"]);
    let before = objects();
    let (told, notes) = log(&folder);
    assert_eq!(told, [] as [String; 0]);
    assert!(
        notes[0].contains("2 versions of the plan's files are missing"),
        "{notes:?}"
    );
    assert_eq!(objects(), before);
    // One of them is there: what lies between is told with what is known.
    git_in(&folder, "", &["show", &format!("HEAD~2:{LOG}")]);
    let (told, notes) = log(&folder);
    assert_eq!(
        told,
        [r#"0001 changed status "draft" "complete""#, "0001 added"]
    );
    assert!(
        notes[0].contains("1 version of the plan's files is missing"),
        "{notes:?}"
    );
}

#[test]
fn an_object_that_is_damaged_is_said_and_costs_no_more_than_itself() {
    let Some(repo) = plan() else { return };
    let blob = repo.git(&["rev-parse", &format!("HEAD~1:{LOG}")]);
    let (front, rest) = blob.trim().split_at(2);
    std::fs::remove_file(repo.path().join(".git/objects").join(front).join(rest)).unwrap();
    let (told, notes) = log(repo.path());
    assert_eq!(
        told,
        [r#"0001 changed status "draft" "complete""#, "0001 added"]
    );
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn another_work_tree_has_the_past_of_its_own_branch() {
    let Some(repo) = plan() else { return };
    let other = TempDir::new().unwrap();
    let tree = other.path().join("tree");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        &tree.display().to_string(),
        "HEAD~1",
    ]);
    assert_eq!(
        log(&tree).0,
        [r#"0001 changed status "draft" "in progress""#, "0001 added"]
    );
}

#[test]
fn line_ends_that_the_checkout_converts_are_no_change() {
    let Some(repo) = plan() else { return };
    repo.write(LOG, &repo.folder.read(LOG).replace('\n', "\r\n"));
    assert_eq!(log(repo.path()).0.len(), 3);
}

/// A plan in a checkout that has git run `trap` for everything that it could be made to run while it looks
/// at a history, and whose second version of the log only a lazy remote has. What it runs it tells in
/// the file `sprung` of the folder.
pub fn hostile(repo: &Repo) -> TempDir {
    let traps = TempDir::new().unwrap();
    let sprung = traps.path().join("sprung");
    let trap = traps.path().join("trap");
    std::fs::write(
        &trap,
        format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", sprung.display()),
    )
    .unwrap();
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    let trap = trap.display().to_string();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.log",
        "pager.cat-file",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "credential.helper",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "gpg.program",
        "gpg.ssh.program",
        "interactive.diffFilter",
        "uploadpack.packObjectsHook",
        "alias.log",
    ] {
        repo.git(&["config", key, &trap]);
    }
    repo.git(&["config", "alias.log", &format!("!{trap}")]);
    for (key, value) in [
        ("log.showSignature", "true"),
        ("log.diffMerges", "remerge"),
        ("log.follow", "true"),
        ("log.showRoot", "false"),
        ("diff.renames", "copies"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("core.hooksPath", &traps.path().display().to_string()),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &format!("ext::{trap}")),
        ("protocol.ext.allow", "always"),
    ] {
        repo.git(&["config", key, value]);
    }
    repo.write(".gitattributes", "* diff=trap filter=trap\n");
    for hook in [
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
    ] {
        std::fs::copy(&trap, repo.path().join(".git/hooks").join(hook)).unwrap();
    }
    // The lazy remote is asked for this one, if anybody is.
    let blob = repo.git(&["rev-parse", &format!("HEAD~1:{LOG}")]);
    let (front, rest) = blob.trim().split_at(2);
    std::fs::remove_file(repo.path().join(".git/objects").join(front).join(rest)).unwrap();
    let _ = std::fs::remove_file(&sprung);
    traps
}

#[test]
fn a_hostile_checkout_runs_nothing() {
    let Some(repo) = plan() else { return };
    let traps = hostile(&repo);
    let sprung = traps.path().join("sprung");
    repo.write(LOG, &log_of(&[&line("0001", "Uno", "complete")]));
    let _ = std::fs::remove_file(&sprung);
    let (told, notes) = log(repo.path());
    assert_eq!(
        told,
        [
            r#"0001 changed title "One" "Uno""#,
            r#"0001 changed status "draft" "complete""#,
            "0001 added"
        ]
    );
    assert_eq!(notes.len(), 1, "{notes:?}");
    for arguments in [
        &["diff"][..],
        &["diff", "--against", "HEAD~1"],
        &["pr", "HEAD~1"],
        &["standup"],
        &["forecast"],
        &["list", "--filter", "by:robin"],
        &["check", "--at", "HEAD"],
        &["log", "--at", "HEAD"],
        &["gates", "--at", "HEAD~1"],
        &["since", "HEAD~1", "--at", "1w"],
    ] {
        let run = repo.folder.run(arguments);
        assert!(run.code < 3, "{arguments:?}: {run:?}");
    }
    assert!(
        !sprung.exists(),
        "{}",
        std::fs::read_to_string(&sprung).unwrap()
    );
    // The traps work: looking in an ordinary way springs them.
    git_in(repo.path(), "", &["status"]);
    assert!(sprung.exists());
}

/// Nor does a merge under way, whose sides are named by hashes.
#[test]
fn a_merge_in_a_hostile_checkout_runs_nothing() {
    let Some(repo) = plan() else { return };
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.write(LOG, &log_of(&[&line("0001", "Theirs", "complete")]));
    repo.commit("theirs");
    let theirs = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["switch", "-q", "-"]);
    repo.write(LOG, &log_of(&[&line("0001", "Ours", "complete")]));
    repo.commit("ours");
    let merge = std::process::Command::new("git")
        .args(["merge", "-q", theirs.trim()])
        .current_dir(repo.path())
        .output();
    assert!(!merge.unwrap().status.success());
    let marked = std::fs::read(repo.path().join(LOG)).unwrap();
    let traps = hostile(&repo);
    let sprung = traps.path().join("sprung");
    std::fs::write(repo.path().join(LOG), marked).unwrap();
    let _ = std::fs::remove_file(&sprung);
    for arguments in [&["diff"][..], &["resolve"], &["resolve", "--json"]] {
        let run = repo.folder.run(arguments);
        assert!(run.code < 3, "{arguments:?}: {run:?}");
        assert!(!sprung.exists(), "{arguments:?}");
    }
}
