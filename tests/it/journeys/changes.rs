//! Screen 8 and `stepdeck diff`: what a checkout changes in the plan, in the real loop on
//! repositories made by real git.

use std::path::Path;

use tempfile::TempDir;

use crate::history::repo::{LOG, git_in, has_git};
use crate::support::desk::{Desk, rest};
use crate::support::run::Folder;
use crate::support::schema::valid;
use crate::support::screen::{ascii, draw, reversed, text};

const AT: &str = "2026-11-20T08:00:00Z";
pub const CANON: &str = "docs/plan.md";

pub const LINES: &str = r#"{"step_id":"0001","title":"Pick the engine","owner":"ops","status":"draft","updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0002","title":"Review the schema","owner":"ops","status":"draft","updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0003","title":"Load test","owner":"ops","status":"idea","updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0105","title":"Train operations","owner":"ops","status":"idea","updated_at":"2026-11-01T00:00:00Z"}
"#;

const DOCUMENT: &str = "\
# Plan

| Block | Step Range | Theme |
| --- | --- | --- |
| B01 | 0001–0100 | Ground |
| B02 | 0101–0200 | Air |

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | Everyone sees one plan | all |

## Readiness Checklists

### Ground

- The team is there.
- The vendor has signed.

## Steps

### Step 0001 — Pick the engine

- **Outcome:** An engine
- **Owner:** ops
- **Status:** draft
";

pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(git_in(folder, AT, arguments)).unwrap()
}

/// A checkout with one commit, on the branch `topic` of which nothing differs.
pub fn checkout() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    git(at, &["config", "user.name", "Robin"]);
    git(at, &["config", "user.email", "robin@example.org"]);
    write(at, LOG, LINES);
    write(at, CANON, DOCUMENT);
    write(at, "src/other.txt", "other\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Begin"]);
    git(at, &["switch", "-q", "-c", "topic"]);
    Some(folder)
}

/// What somebody wrote: a field in log and canon, two of another step, a new step, a tick, a theme, a
/// new paper; and a file that is not the plan's.
pub fn edit(folder: &Path) {
    let log = LINES
        .replacen(
            "\"draft\",\"updated_at\":\"2026-11-01",
            "\"complete\",\"updated_at\":\"2026-11-20",
            1,
        )
        .replace(
            "\"Load test\",\"owner\":\"ops\",\"status\":\"idea\"",
            "\"Load test\",\"owner\":\"grc\",\"status\":\"blocked\"",
        );
    let new = r#"{"step_id":"0106","title":"Hand over","status":"idea"}"#;
    write(folder, LOG, &format!("{log}{new}\n"));
    let canon = DOCUMENT
        .replace("**Status:** draft", "**Status:** complete")
        .replace("- The team", "- [x] The team")
        .replace("| Air |", "| Sea |");
    write(folder, CANON, &canon);
    write(
        folder,
        "docs/decisions/2026-11-20-engine.md",
        "# Engine\n\nIt is 0001.\n",
    );
    write(folder, "src/other.txt", "changed\n");
}

pub fn changed() -> Option<TempDir> {
    let folder = checkout()?;
    edit(folder.path());
    Some(folder)
}

pub fn desk(folder: TempDir, columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::on(folder, columns, rows);
    desk.keys("8");
    desk
}

#[test]
fn it_lists_by_block_step_and_field_what_is_not_committed() {
    let Some(folder) = changed() else { return };
    let mut desk = desk(folder, 80, 24);
    desk.keys("jj");
    let screen = |desk: &Desk| {
        let screen = desk.screen();
        let head = git(desk.folder(), &["rev-parse", "HEAD"]);
        screen.replace(&head[..8], "COMMIT..")
    };
    insta::assert_snapshot!(screen(&desk));
    desk.resize(160, 48);
    insta::assert_snapshot!(screen(&desk));
    let drawn = draw(&desk.cockpit.model, &ascii(), 80, 24);
    let head = git(desk.folder(), &["rev-parse", "HEAD"]);
    let drawn = text(&drawn) + &reversed(&drawn);
    insta::assert_snapshot!(drawn.replace(&head[..8], "COMMIT.."));
}

#[test]
fn enter_goes_to_the_step_and_the_base_is_that_of_a_pull_request() {
    let Some(folder) = changed() else { return };
    let mut desk = desk(folder, 120, 40);
    desk.keys("jj<Enter>");
    assert_eq!(desk.cockpit.model.screen.name, "plan");
    desk.keys("8");
    git(
        desk.folder(),
        &["commit", "-q", "-m", "All", "--", "data", "docs"],
    );
    // Git was used elsewhere: coming here looks.
    desk.keys("18");
    let screen = desk.screen();
    assert!(screen.contains("1 change"), "{screen}");
    assert!(screen.contains("new file, 3 lines"), "{screen}");
    desk.keys("@");
    let screen = desk.screen();
    assert!(
        screen.contains("Changes since the merge base with main"),
        "{screen}"
    );
    assert!(screen.contains("draft → complete"), "{screen}");
    assert_eq!(
        desk.cockpit.model.command_line().unwrap(),
        "stepdeck diff --against main"
    );
    desk.keys("Y");
    desk.run_until("it is copied", |desk| !desk.cockpit.face.copied.is_empty());
    let copied = desk.cockpit.face.copied.last().unwrap().clone();
    let at = desk.folder().display().to_string();
    let printed = Folder::new(&[]).run(&["-C", &at, "--as", "Robin", "pr", "--markdown"]);
    assert_eq!(copied, printed.ok());
    desk.keys("@");
    assert!(
        desk.screen().contains("Changes since HEAD"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_command_prints_what_the_screen_lists() {
    let Some(folder) = changed() else { return };
    let at = folder.path().display().to_string();
    let printed = Folder::new(&[]);
    let answer = printed.run(&["-C", &at, "diff"]);
    let desk = desk(folder, 160, 48);
    for line in answer
        .out
        .lines()
        .skip(2)
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let words = line.rsplit_once(": ").map_or(line, |(_, words)| words);
        assert!(desk.screen().contains(words), "{words}\n{}", desk.screen());
    }
    assert_eq!(desk.cockpit.model.command_line().unwrap(), "stepdeck diff");
    let answer = valid("diff", &printed.run(&["-C", &at, "diff", "--json"]).ok());
    assert_eq!(answer["branch"], "topic");
    let changes = answer["changes"].as_array().unwrap();
    let status = changes
        .iter()
        .find(|change| change["name"] == "status")
        .unwrap();
    assert_eq!(status["files"], serde_json::json!([LOG, CANON]));
    assert_eq!(status["words"], "draft → complete");
}

#[test]
fn without_git_it_says_so_and_what_works_all_the_same() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys("8");
    let screen = desk.screen();
    assert!(
        screen.contains("The plan is not in a git repository"),
        "{screen}"
    );
    assert!(screen.contains("6 shows what was edited"), "{screen}");
}

#[test]
fn a_change_is_reverted_to_the_bytes_of_head_and_undone() {
    let Some(folder) = changed() else { return };
    let mut desk = desk(folder, 120, 40);
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    // The status of 0001, in log and canon, with the stamp that came with it.
    desk.keys("n");
    assert!(desk.screen().contains("in data/plans"), "{}", desk.screen());
    desk.keys("-");
    let screen = desk.screen();
    assert!(screen.contains("0001 status: complete → draft"), "{screen}");
    assert_eq!(desk.file(LOG).lines().next(), LINES.lines().next());
    assert!(desk.file(CANON).contains("**Status:** draft"));
    assert!(desk.file(CANON).contains("- [x] The team"));
    desk.keys("u");
    assert_eq!(
        (desk.file(LOG), desk.file(CANON)),
        (log.clone(), canon.clone())
    );
    // All of it: the plan is that of HEAD, and nothing else is touched.
    desk.keys("8").keys("*-");
    assert!(
        desk.screen().contains("Everything is committed"),
        "{}",
        desk.screen()
    );
    let status = git(desk.folder(), &["status", "--porcelain"]);
    assert_eq!(status, " M src/other.txt\n");
    desk.keys("u");
    assert_eq!((desk.file(LOG), desk.file(CANON)), (log, canon));
    assert!(
        desk.file("docs/decisions/2026-11-20-engine.md")
            .contains("It is 0001")
    );
}

#[test]
fn a_commit_in_another_terminal_shows_at_once() {
    let Some(folder) = changed() else { return };
    let mut desk = desk(folder, 120, 40);
    git(desk.folder(), &["add", "data", "docs"]);
    git(
        desk.folder(),
        &["commit", "-q", "-m", "Elsewhere", "--", "data", "docs"],
    );
    desk.wait_for("Everything is committed");
    git(desk.folder(), &["switch", "-q", "-c", "other"]);
    desk.wait_for("on other");
}

#[test]
fn an_upstream_that_is_set_or_unset_elsewhere_is_seen() {
    let Some(folder) = checkout() else { return };
    let at = folder.path().to_owned();
    git(&at, &["branch", "-q", "--set-upstream-to", "main"]);
    let mut desk = desk(folder, 120, 30);
    desk.wait_for("up to date with main");
    git(&at, &["branch", "-q", "--unset-upstream"]);
    desk.run_until("the upstream is gone", |desk| {
        !desk.screen().contains("up to date with main")
    });
}

#[test]
fn before_the_first_commit_of_a_branch_the_heading_says_so() {
    let Some(folder) = checkout() else { return };
    git(folder.path(), &["checkout", "-q", "--orphan", "fresh"]);
    let desk = desk(folder, 120, 30);
    let screen = desk.screen();
    assert!(
        screen.contains("Changes before the first commit"),
        "{screen}"
    );
}
