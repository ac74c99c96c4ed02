//! The history of a gate, in the real loop on a repository made by real git.

use std::path::Path;

use tempfile::TempDir;

use crate::history::repo::{LOG, git_in, has_git, line, log_of};
use crate::support::desk::{Desk, rest};

const CANON: &str = "docs/plan.md";
const ROADMAP: &str = "docs/ROADMAP.md";

fn canon(checks: &[&str]) -> String {
    let checks: String = checks.iter().map(|check| format!("- {check}\n")).collect();
    format!(
        "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | ≥50% checklist completion |\n\
         | Town | Review |\n\n## Readiness Checklist\n\n### Base\n\n{checks}\n### Town\n\n- [ ] Open\n"
    )
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

fn commit(folder: &Path, day: u32, author: &str, subject: &str) {
    let at = format!("2026-11-{day:02}T08:00:00Z");
    let author = format!("--author={author} <{}@example.org>", author.to_lowercase());
    git_in(folder, &at, &["add", "-A"]);
    git_in(folder, &at, &["commit", "-q", "-m", subject, &author]);
}

/// The gate of Base reaches its bar on the 5th and is turned back on the 14th, by two new checks; the
/// canon has another name since the 16th, and a tick is taken away that is not committed.
fn plan() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git_in(at, "2026-11-01T08:00:00Z", &["init", "-q", "-b", "main"]);
    write(
        at,
        LOG,
        &log_of(&[&line("0001", "Pick the engine", "draft")]),
    );
    write(
        at,
        "docs/canon.md",
        &canon(&["[ ] The engine is picked", "It runs"]),
    );
    write(at, ROADMAP, "# Roadmap\n\n## Base\n");
    commit(at, 2, "Ada", "Begin");
    write(
        at,
        "docs/canon.md",
        &canon(&["[x] The engine is picked", "It runs"]),
    );
    commit(at, 5, "Ben", "Tick the engine");
    write(
        at,
        ROADMAP,
        "# Roadmap\n\n## Base\n\n- The engine is picked: [notes](docs/notes.md)\n",
    );
    commit(at, 9, "Cleo", "Attach the notes");
    let four = [
        "[x] The engine is picked",
        "It runs",
        "It stops",
        "It can be repaired",
    ];
    write(at, "docs/canon.md", &canon(&four));
    commit(at, 14, "Dan", "Ask for repairs");
    std::fs::remove_file(at.join("docs/canon.md")).unwrap();
    write(at, CANON, &canon(&four));
    commit(at, 16, "Dan", "Rename the canon");
    let packet = "# Gate review\n\n- **Stage:** Base\n- **Date:** 2026-11-10\n- **Held by:** Ada\n\n\
                  ## Decision\n\n- **Decision:** no-go\n";
    write(at, "docs/milestone-reviews/Base/20261110/review.md", packet);
    let standup =
        "# Ben\n\n## Base\n\n- **Status:** at risk\n\n## Town\n\n- **Status:** on track\n";
    write(at, "docs/standups/2026-11-12/ben.md", standup);
    write(
        at,
        "docs/decisions/2026-11-06-keep.md",
        "# Keep\n\nBase waits for the engine, not the Baseline.\n",
    );
    commit(at, 17, "Ada", "Papers");
    let unticked = canon(&four).replace("[x]", "[ ]");
    write(at, CANON, &unticked);
    Some(folder)
}

#[test]
fn it_tells_which_commit_did_what_to_the_gate_and_which_turned_its_bar_back() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("2H");
    insta::assert_snapshot!(desk.screen());
    desk.resize(160, 48);
    insta::assert_snapshot!(desk.screen());
    let screen = desk.screen();
    assert!(
        screen.contains("bar turned back: 1 of 4 ticked, 50% needed · Ask for repairs"),
        "{screen}"
    );
    assert!(!screen.contains("on track"), "of another stage: {screen}");
}

#[test]
fn enter_goes_to_the_check_or_opens_the_paper_on_its_screen() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    let go_to = |desk: &mut Desk, text: &str| {
        desk.keys("2H");
        let screen = desk.screen();
        let row = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
        let first = row("not committed");
        desk.keys(&"j".repeat(row(text) - first)).keys("<Enter>");
    };
    go_to(&mut desk, "check added: It stops");
    assert_eq!(desk.cockpit.model.gates.check, 2);
    assert!(desk.cockpit.model.overlays.is_empty());
    go_to(&mut desk, "standup");
    assert_eq!(desk.cockpit.model.screen.name, "standup");
    let date = desk.cockpit.model.standup_view.date.unwrap();
    assert_eq!(date.to_string(), "2026-11-12");
    go_to(&mut desk, "no-go, held by Ada");
    let packet = "docs/milestone-reviews/Base/20261110/review.md";
    assert_eq!(desk.cockpit.face.opened, [packet]);
    // Another gate has another past.
    desk.keys("2<S-Tab>jH");
    let screen = desk.screen();
    assert!(
        screen.contains("History Town") && screen.contains("on track"),
        "{screen}"
    );
    assert!(
        screen.contains("stage added: 0 of 1 ticked, 100% needed"),
        "{screen}"
    );
}

#[test]
fn without_git_it_says_so_and_lists_the_papers() {
    let standup = "# Ben\n\n## Base\n\n- **Status:** at risk\n";
    let mut desk = Desk::open(&[
        (LOG, &log_of(&[&line("0001", "One", "draft")])),
        (CANON, &canon(&["[ ] The engine is picked"])),
        ("docs/standups/2026-11-12/ben.md", standup),
    ]);
    desk.keys("2H");
    let screen = desk.screen();
    assert!(
        screen.contains("no history (not in a git repository)"),
        "{screen}"
    );
    assert!(screen.contains("ben: at risk"), "{screen}");
}
