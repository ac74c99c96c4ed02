//! Screen 8 in checkouts of other people: a submodule, several logs, other line ends, a log in Git
//! LFS, a part staged by hand, no git at all.

use std::path::Path;

use tempfile::TempDir;

use super::changes::{CANON, LINES, changed, checkout, desk, git, write};
use crate::history::repo::{LOG, has_git};
use crate::support::desk::all_files;
use crate::support::run::Folder;

fn status(folder: &Path) -> String {
    git(folder, &["status", "--porcelain"])
}

fn told(folder: &Path) -> String {
    let at = folder.display().to_string();
    Folder::new(&[]).run(&["-C", &at, "diff"]).ok()
}

#[test]
fn a_plan_in_a_submodule_is_compared_and_committed_there() {
    let Some(plan) = checkout() else { return };
    let outer = TempDir::new().unwrap();
    let at = outer.path();
    git(at, &["init", "-q", "-b", "main"]);
    let address = plan.path().display().to_string();
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        "-b",
        "main",
        &address,
        "plan",
    ];
    git(at, &add);
    git(
        at,
        &[
            "-c",
            "user.name=R",
            "-c",
            "user.email=r@x",
            "commit",
            "-q",
            "-m",
            "Begin",
        ],
    );
    let inner = at.join("plan");
    git(&inner, &["config", "user.name", "Robin"]);
    git(&inner, &["config", "user.email", "robin@example.org"]);
    write(&inner, LOG, &LINES.replacen("\"draft\"", "\"complete\"", 1));
    let answer = told(&inner);
    assert!(answer.contains("status: draft → complete"), "{answer}");
    assert!(
        answer.contains("on main · up to date with origin/main"),
        "{answer}"
    );
    // From outside, the plan is another repository's: nothing is said of it, and nothing broken.
    let pointer = git(at, &["ls-tree", "HEAD", "plan"]);
    let pty = crate::support::pty::Launch::stepdeck(&[])
        .in_folder(&inner)
        .size(80, 24)
        .start();
    pty.wait_for("● live");
    pty.type_keys("8");
    pty.wait_for("1 change");
    pty.type_keys("C");
    pty.wait_for("with this message");
    pty.send(b"\r");
    pty.wait_for("Everything is committed");
    pty.type_keys("q");
    pty.wait_exit();
    assert_eq!(status(&inner), "");
    assert!(git(&inner, &["show", "HEAD"]).contains("complete"));
    assert_eq!(git(at, &["ls-tree", "HEAD", "plan"]), pointer);
    assert_eq!(status(at), " M plan\n");
}

#[test]
fn of_two_logs_each_is_committed_by_itself() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    let other = "data/plans/2_more.jsonl";
    let more = LINES.replace("\"00", "\"02").replace("\"01", "\"03");
    write(at, other, &more);
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Two logs"]);
    let (one, two) = (
        LINES.replacen("\"draft\"", "\"complete\"", 1),
        more.replacen("\"idea\"", "\"blocked\"", 1),
    );
    write(at, LOG, &one);
    write(at, other, &two);
    let mut desk = desk(folder, 120, 40);
    let screen = desk.screen();
    assert!(screen.contains("2 changes"), "{screen}");
    assert!(screen.contains("0203"), "{screen}");
    desk.keys("n<Space>C<Enter>");
    let at = desk.folder().to_owned();
    assert_eq!(git(&at, &["show", &format!("HEAD:{LOG}")]), one);
    assert_eq!(git(&at, &["show", &format!("HEAD:{other}")]), more);
    assert_eq!(status(&at), format!(" M {other}\n"));
    desk.keys("C<Enter>");
    assert_eq!(status(&at), "");
}

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// A plan below a folder that git stores with `\n` and checks out with `\r\n`; a status and a title
/// are edited.
fn converted(below: &str) -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    git(at, &["config", "user.name", "Robin"]);
    git(at, &["config", "user.email", "robin@example.org"]);
    write(
        at,
        ".gitattributes",
        "*.jsonl text eol=crlf\n*.md text eol=crlf\n",
    );
    let log = format!("{below}{LOG}");
    write(at, &log, &crlf(LINES));
    let canon = "# P\n\n| Block | Step Range |\n| --- | --- |\n| B01 | 0001–0100 |\n";
    write(at, &format!("{below}{CANON}"), &crlf(canon));
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Begin"]);
    assert!(!git(at, &["show", &format!("HEAD:{log}")]).contains('\r'));
    write(at, &log, &edited());
    Some(folder)
}

fn edited() -> String {
    let status = crlf(LINES).replacen("\"draft\"", "\"complete\"", 1);
    status.replace("Load test", "Load tests")
}

#[test]
fn line_ends_that_git_converts_are_no_changes_and_are_kept() {
    let (Some(folder), Some(below)) = (converted(""), converted("plan/")) else {
        return;
    };
    for plan in [folder.path(), &below.path().join("plan")] {
        let answer = told(plan);
        assert!(answer.contains("2 changes\n"), "{answer}");
        assert!(answer.contains("status: draft → complete"), "{answer}");
    }
    let mut desk = desk(folder, 120, 40);
    let at = desk.folder().to_owned();
    desk.keys("n-");
    let back = edited().replacen("\"complete\"", "\"draft\"", 1);
    assert_eq!(desk.file(LOG), back, "the rest stays as it is");
    desk.keys("u").keys("8").keys("n<Space>C<Enter>");
    let head = git(&at, &["show", &format!("HEAD:{LOG}")]);
    assert_eq!(head, LINES.replacen("\"draft\"", "\"complete\"", 1));
    assert_eq!(desk.file(LOG), edited());
    // A file that is gone comes back as a checkout would have it.
    let canon = desk.file(CANON);
    std::fs::remove_file(at.join(CANON)).unwrap();
    desk.wait_for("deleted, 5 lines");
    desk.settle();
    desk.keys("*-");
    assert_eq!(desk.file(CANON), canon);
}

#[test]
fn a_log_in_git_lfs_is_said_to_be_there_and_left_alone() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    // What LFS does, without it: the clean filter makes a pointer, the smudge filter the content.
    let store = at.join(".git/store");
    std::fs::create_dir(&store).unwrap();
    let store = store.display();
    let clean = format!(
        "t=$(mktemp); cat > $t; h=$(sha256sum < $t | cut -d' ' -f1); cp $t {store}/$h; \
         printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n' $h $(wc -c < $t); rm $t"
    );
    let smudge = format!("h=$(sed -n 's/oid sha256://p'); cat {store}/$h");
    git(at, &["config", "filter.lfs.clean", &clean]);
    git(at, &["config", "filter.lfs.smudge", &smudge]);
    git(at, &["config", "filter.lfs.required", "true"]);
    write(at, ".gitattributes", "*.jsonl filter=lfs -text\n");
    git(at, &["add", "--renormalize", "."]);
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "To LFS"]);
    assert!(git(at, &["show", &format!("HEAD:{LOG}")]).starts_with("version https://git-lfs"));
    // Touched, but the same.
    write(at, LOG, LINES);
    let answer = told(at);
    assert!(
        answer.contains("no changes") && !answer.contains("LFS"),
        "{answer}"
    );
    write(at, LOG, &LINES.replacen("\"draft\"", "\"complete\"", 1));
    let canon = std::fs::read_to_string(at.join(CANON)).unwrap();
    write(at, CANON, &canon.replace("- The team", "- [x] The team"));
    let answer = told(at);
    let note = format!("{LOG} is in Git LFS: not compared, and left to `git commit`");
    assert!(
        answer.contains(&note) && answer.contains("1 change\n"),
        "{answer}"
    );
    let mut desk = desk(folder, 120, 40);
    assert!(desk.screen().contains("is in Git LFS"), "{}", desk.screen());
    desk.keys("C<Enter>");
    let at = desk.folder().to_owned();
    assert_eq!(
        git(&at, &["show", "--name-only", "--format=", "HEAD"]),
        format!("{CANON}\n")
    );
    assert_eq!(status(&at), format!(" M {LOG}\n"));
}

#[test]
fn a_log_of_which_only_the_pointer_is_here_says_what_to_do() {
    let Some(folder) = checkout() else { return };
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nsize 3\n";
    write(folder.path(), LOG, pointer);
    let at = folder.path().display().to_string();
    let run = Folder::new(&[]).run(&["-C", &at, "check"]);
    assert!(run.out.contains("git lfs pull"), "{}", run.out);
}

#[test]
fn what_is_staged_of_a_committed_file_stays_staged() {
    let Some(folder) = changed() else { return };
    let at = folder.path().to_owned();
    // As `git add -p` leaves it: of the log only that 0003 is blocked, an owner as it was in between,
    // and the canon as a whole.
    let staged = LINES.replace(
        "\"Load test\",\"owner\":\"ops\",\"status\":\"idea\"",
        "\"Load test\",\"owner\":\"sre\",\"status\":\"blocked\"",
    );
    let edited = std::fs::read_to_string(at.join(LOG)).unwrap();
    write(&at, LOG, &staged);
    git(&at, &["add", LOG, CANON]);
    write(&at, LOG, &edited);
    let canon = git(&at, &["show", &format!(":{CANON}")]);
    let before = all_files(&at);
    let mut desk = desk(folder, 120, 40);
    // The owner of 0003 alone.
    desk.keys("nn<Space>C<Enter>");
    let committed = LINES.replace(
        "\"Load test\",\"owner\":\"ops\"",
        "\"Load test\",\"owner\":\"grc\"",
    );
    assert_eq!(git(&at, &["show", &format!("HEAD:{LOG}")]), committed);
    let expected = staged.replace("\"sre\"", "\"grc\"");
    assert_eq!(git(&at, &["show", &format!(":{LOG}")]), expected);
    assert_eq!(git(&at, &["show", &format!(":{CANON}")]), canon);
    assert_eq!(all_files(&at), before, "no file is touched");
    // All the rest: nothing is left to be staged.
    desk.keys("C<Enter>");
    assert_eq!(status(&at), " M src/other.txt\n");
}
