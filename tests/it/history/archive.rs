//! An archive of one's own keeps what demos show: only where one's own configuration names it, only
//! when the demo is written, and never in place of something else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, has_git, line, log_of};
use crate::support::desk::Desk;
use crate::support::run::{Folder, Run};

const DEMO: &str = "docs/demos/2026-11-21.md";
const DAY: &str = "2026-11-20T08:00:00Z";

/// A step with artifacts.
fn with_artifacts(status: &str, artifacts: &[&str]) -> String {
    let line = line("0001", "Show it", status);
    let artifacts = serde_json::to_string(artifacts).unwrap();
    log_of(&[&format!(
        "{}, \"artifacts\": {artifacts}}}",
        line.strip_suffix('}').unwrap()
    )])
}

const ARTIFACTS: [&str; 6] = [
    "docs/a.txt",
    "docs/deck/a.txt",
    "docs/b.txt",
    "docs/out.txt",
    "docs/gone.txt",
    "https://example.org/deck",
];

/// A plan whose step was just completed, with two files that are the same, one that is another, one
/// that leads out of the plan and one that is not there.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    repo.write(LOG, &with_artifacts("draft", &ARTIFACTS));
    repo.commit("start");
    repo.pass_days(75);
    repo.write(LOG, &with_artifacts("complete", &ARTIFACTS));
    repo.write("docs/a.txt", "abc");
    repo.write("docs/deck/a.txt", "abc");
    repo.write("docs/b.txt", "b");
    std::os::unix::fs::symlink("/etc/hostname", repo.path().join("docs/out.txt")).unwrap();
    repo.commit("done");
    Some(repo)
}

/// What one's own configuration says.
fn configure(folder: &Folder, archive: &Path, more: &str) {
    let text = format!("[archive]\nfolder = \"{}\"\n{more}", archive.display());
    fs::write(folder.own_config(), text).unwrap();
}

fn write(folder: &Folder) -> Run {
    let run = folder.run(&["report", "demo", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(folder.path().join(DEMO).is_file(), "{run:?}");
    run
}

/// The files of an archive by name.
fn kept(archive: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(archive).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The copies of that plan: what is the same is there once.
fn copies() -> BTreeMap<String, String> {
    BTreeMap::from([
        ("ba7816bf8f01cfea-a.txt".to_owned(), "abc".to_owned()),
        ("3e23e8160039594a-b.txt".to_owned(), "b".to_owned()),
    ])
}

#[test]
fn only_ones_own_configuration_names_an_archive() {
    let Some(repo) = plan() else { return };
    let (folder, outside) = (&repo.folder, TempDir::new().unwrap());
    let archive = outside.path().join("kept");
    let run = write(folder);
    assert!(!run.err.contains("archive"), "{run:?}");
    // The shared file may be a stranger's.
    folder.write(
        "stepdeck.toml",
        format!("[archive]\nfolder = \"{}\"\n", archive.display()),
    );
    let run = write(folder);
    assert!(!run.err.contains("archived"), "{run:?}");
    assert!(!archive.exists());
    let check = folder.run(&["check"]).out;
    assert!(
        check.contains("archive belongs in your own config.toml"),
        "{check}"
    );
    // Where something is started from says nothing about a folder, so a path is a whole one.
    fs::write(folder.own_config(), "[archive]\nfolder = \"kept\"\n").unwrap();
    assert!(!write(folder).err.contains("archived"));
    let check = folder.run(&["check"]).out;
    assert!(check.contains("folder must be an absolute path"), "{check}");
}

#[test]
fn what_a_demo_shows_is_copied_when_it_is_written() {
    let Some(repo) = plan() else { return };
    let (folder, outside) = (&repo.folder, TempDir::new().unwrap());
    let archive = outside.path().join("kept");
    configure(folder, &archive, "");
    // A look copies nothing, and neither does another report.
    for look in [&["demo"][..], &["demo", "--json"], &["changes", "--write"]] {
        let run = folder.run(&[&["report"], look].concat());
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!archive.exists(), "{look:?}");
    }
    let run = write(folder);
    assert!(
        run.err.contains("archived: 2 files, 1 there already"),
        "{run:?}"
    );
    assert_eq!(kept(&archive), copies());
    let paper = folder.read(DEMO);
    for (name, _) in copies() {
        let (digest, _) = name.split_once('-').unwrap();
        assert!(paper.contains(digest), "{paper}");
    }
    // Written again, nothing is copied twice; a file that is another by now comes beside.
    let run = write(folder);
    assert!(run.err.contains("archived already: 3 files"), "{run:?}");
    folder.write("docs/b.txt", "bb");
    let run = write(folder);
    assert!(
        run.err.contains("archived: 1 file, 2 there already"),
        "{run:?}"
    );
    let mut all = copies();
    all.insert("3b64db95cb55c763-b.txt".to_owned(), "bb".to_owned());
    assert_eq!(kept(&archive), all);
}

#[test]
fn a_file_that_is_not_copied_is_said_and_stops_nothing() {
    let Some(repo) = plan() else { return };
    let (folder, outside) = (&repo.folder, TempDir::new().unwrap());
    let archive = outside.path().join("kept");
    folder.write("docs/b.txt", "b".repeat(1001));
    configure(folder, &archive, "limit = \"1 kB\"\n");
    let run = write(folder);
    assert!(
        run.err.contains("archived: 1 file, 1 there already"),
        "{run:?}"
    );
    assert!(
        run.err
            .contains("not archived: docs/b.txt is larger than the limit in [archive]"),
        "{run:?}"
    );
    assert_eq!(kept(&archive).len(), 1);
    // An archive in the checkout would end up in somebody's commit.
    let inside = folder.path().join("docs/kept");
    configure(folder, &inside, "");
    let run = write(folder);
    assert!(
        (run.err).contains("nothing was archived: the archive ")
            && (run.err).contains("lies in the plan's own checkout"),
        "{run:?}"
    );
    assert!(!inside.exists());
    // The system answers for a folder that cannot be written, whoever one is.
    configure(folder, Path::new("/proc"), "");
    let run = write(folder);
    assert!(
        run.err
            .contains("not archived: docs/a.txt could not be copied"),
        "{run:?}"
    );
}

/// What is wrong there is said by what would have heeded it, and by nothing else.
#[test]
fn a_limit_that_cannot_be_read_is_said_by_who_uses_it() {
    let Some(repo) = plan() else { return };
    let (folder, outside) = (&repo.folder, TempDir::new().unwrap());
    let archive = outside.path().join("kept");
    configure(folder, &archive, "limit = \"much\"\n");
    let run = write(folder);
    let own = folder.own_config();
    let said = format!("{}:3:9: limit must be a size", own.display());
    assert!(
        run.err.contains(&said) && run.err.contains("not \"much\": it is ignored"),
        "{run:?}"
    );
    let printed = folder.run(&["report", "demo"]);
    assert!(!printed.err.contains("limit"), "{printed:?}");
    assert!(!folder.run(&["list"]).err.contains("limit"));
    for limit in ["\"300 B\"", "\"300\"", "300", "\"1 TB\""] {
        configure(folder, &archive, &format!("limit = {limit}\n"));
        let run = write(folder);
        assert!(!run.err.contains("limit"), "{run:?}");
    }
}

/// The same by the key of screen 9: with the yes, not with the question.
#[test]
fn the_key_that_writes_a_demo_archives_what_it_shows() {
    if !has_git() {
        return;
    }
    let (dir, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let put = |path: &str, text: &str| {
        let path: PathBuf = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let commit = |at: &str| {
        git_in(dir.path(), at, &["add", "-A"]);
        git_in(dir.path(), at, &["commit", "-q", "-m", "work"]);
    };
    git_in(dir.path(), DAY, &["init", "-q", "-b", "main"]);
    put(LOG, &with_artifacts("draft", &ARTIFACTS[..3]));
    commit("2026-09-01T08:00:00Z");
    put(LOG, &with_artifacts("complete", &ARTIFACTS[..3]));
    for (path, text) in ARTIFACTS.iter().zip(["abc", "abc", "b"]) {
        put(path, text);
    }
    commit(DAY);
    let archive = outside.path().join("kept");
    let mut desk = Desk::on(dir, 160, 48);
    desk.cockpit.model.context.archive.folder = Some(archive.clone());
    desk.keys("9").settle();
    desk.wait_for("Demos");
    for _ in 0..20 {
        let screen = desk.screen();
        if screen.lines().next().unwrap().contains("› Demos") {
            break;
        }
        desk.keys("j");
    }
    desk.keys("F");
    desk.wait_for("One u undoes it all.");
    desk.keys("n");
    assert!(!archive.exists());
    desk.keys("F");
    desk.wait_for("One u undoes it all.");
    assert!(!archive.exists());
    desk.keys("y");
    desk.wait_for("archived: 2 files, 1 there already");
    assert!(desk.folder().join(DEMO).is_file());
    assert_eq!(kept(&archive), copies());
    // What cannot be copied is said, beside a paper that is there.
    desk.cockpit.model.context.archive.folder = Some("/proc".into());
    desk.keys("F");
    desk.wait_for("not archived: docs/a.txt could not be copied");
    let screen = desk.screen();
    assert!(screen.contains("is up to date · not archived"), "{screen}");
    assert!(screen.contains("and 2 more"), "{screen}");
    // An undo is about the plan.
    desk.keys("u");
    let demo = desk.folder().join(DEMO);
    desk.run_until("it is undone", |_| !demo.exists());
    assert_eq!(kept(&archive), copies());
}
