//! What a standup says is done: what became complete, and not what was only edited.

use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, line, log_of};
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT};

const POST: [&str; 5] = ["standup", "post", "Ground", "--status", "on-track"];

fn stamped(line: &str, at: &str) -> String {
    line.replace("2026-08-31T00:00:00Z", at)
}

/// Steps that became complete in September, yesterday, and today without a commit. The first was
/// edited today; of the last two nobody touched the stamp.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let [one, two, three] = [("0001", "Old"), ("0002", "Landed"), ("0003", "Here")]
        .map(|(id, title)| line(id, title, "draft"));
    let complete = |line: &str| line.replace("draft", "complete");
    repo.write(CANON, DOCUMENT);
    repo.land(&[&complete(&one), &two, &three]);
    // Now it is 2026-11-20.
    repo.pass_days(78);
    repo.land(&[&complete(&one), &complete(&two), &three]);
    let fixed = stamped(&complete(&one), "2026-11-21T08:00:00Z").replace("Old", "Old one");
    repo.write(LOG, &log_of(&[&fixed, &complete(&two), &complete(&three)]));
    Some(repo)
}

#[test]
fn a_card_says_done_of_what_became_complete_and_not_of_what_was_edited() {
    let Some(repo) = plan() else { return };
    for who in ["Ana", "Cai"] {
        let arguments = [&["--as", who][..], &POST].concat();
        repo.folder.run(&arguments).ok();
        let paper = repo.folder.read(&format!(
            "docs/standups/2026-11-21/{}.md",
            who.to_lowercase()
        ));
        assert!(!paper.contains("0001"), "{paper}");
        let done = paper.split("**Done:**").nth(1).unwrap_or_default();
        assert!(
            done.contains("0002 Landed") && done.contains("0003 Here"),
            "{paper}"
        );
    }
}

#[test]
fn without_git_the_stamps_tell() {
    let Some(repo) = plan() else { return };
    std::fs::remove_dir_all(repo.path().join(".git")).unwrap();
    let arguments = [&["--as", "Ana"][..], &POST].concat();
    repo.folder.run(&arguments).ok();
    let paper = repo.folder.read("docs/standups/2026-11-21/ana.md");
    let done = paper.split("**Done:**").nth(1).unwrap_or_default();
    assert!(
        done.contains("0001 Old one") && !done.contains("0002"),
        "{paper}"
    );
}

#[test]
fn the_cockpit_suggests_the_same_once_the_history_is_read() {
    let Some(repo) = plan() else { return };
    let folder = TempDir::new().unwrap();
    let from = repo.path().display().to_string();
    git_in(folder.path(), "", &["clone", "-q", &from, "."]);
    let log = repo.folder.read(LOG);
    std::fs::write(folder.path().join(LOG), log).unwrap();
    crate::support::desk::rest(&folder.path().join(LOG));
    let mut desk = Desk::on(folder, 120, 30);
    desk.keys("4");
    desk.run_until("the history is read", |desk| {
        desk.screen().contains("0003 Here")
    });
    assert!(!desk.screen().contains("0001 Old"), "{}", desk.screen());
}
