//! The async standup as people hold it: keys in, screen and papers out. Stories run the real
//! loop with a clock that stands still; journeys run the built binary.

use std::path::{Path, PathBuf};

use crate::support::desk::{Desk, all_files, wait_for_text};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::{Launch, Pty};
use chrono::Utc;
use rustix::process::Signal;
use tempfile::TempDir;

/// The paper of the person at the desk.
const PAPER: &str = "docs/standups/2026-11-21/robin.md";

/// A second stage, so that there are two cards.
fn two_stages() -> String {
    let row = "Review with ≥95% checklist completion |\n";
    let two = DOCUMENT.replace(
        row,
        &format!("{row}| Summit | Later | The flag stands | Review |\n"),
    );
    assert_ne!(two, DOCUMENT);
    format!("{two}\n### Summit\n\n- The flag stands.\n")
}

fn desk() -> Desk {
    Desk::open(&[(LOG, LINES), (CANON, &two_stages())])
}

#[test]
fn nothing_is_written_by_looking_and_one_key_posts() {
    let mut desk = desk();
    desk.keys("4jk<Tab><Tab>");
    desk.wait_for("at risk · suggested");
    assert_eq!(desk.diff(), "");
    desk.keys("x");
    desk.wait_for("Ground: posted, at risk · 1 card is left");
    insta::assert_snapshot!(desk.file(PAPER));
    desk.keys("x");
    desk.wait_for("the card is posted · e edits it");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    desk.wait_for("at risk · suggested");
    desk.keys("U");
    assert!(desk.file(PAPER).contains("## Ground"));
}

/// A blocker does not sit well with “on track”: the status is proposed, one key takes it, and nobody
/// is overruled.
#[test]
fn a_blocker_proposes_at_risk() {
    let mut desk = desk();
    desk.keys("4stbThe vendor is silent<Enter>");
    desk.wait_for("proposed: there is a blocker");
    assert!(desk.file(PAPER).contains("The vendor is silent"));
    assert!(desk.file(PAPER).contains("on track"));
    desk.keys("<Esc>");
    assert!(desk.file(PAPER).contains("on track"));
    desk.keys("bThe room is taken<Enter><Enter>");
    desk.wait_for("Ground: at risk");
    assert!(!desk.file(PAPER).contains("on track"));
    desk.keys("bIt rains<Enter>");
    assert!(!desk.screen().contains("proposed"), "{}", desk.screen());
}

#[test]
fn each_edit_of_a_card_is_one_change() {
    let mut desk = desk();
    desk.keys("4sb");
    desk.wait_for("Ground: posted, blocked");
    desk.keys("bThe vendor is silent<Enter>");
    desk.wait_for("Ground: blocker +The vendor is silent");
    desk.keys("e2 since Monday<Enter>");
    desk.wait_for("blocker → The vendor is silent since Mon");
    desk.keys("jx");
    desk.wait_for("Summit: posted, no change · all cards are posted");
    let whole = desk.file(PAPER);
    insta::assert_snapshot!(whole);
    desk.keys("ke1<C-u><Enter>");
    desk.wait_for("blocker −0003 Load test");
    assert!(!desk.file(PAPER).contains("0003"));
    desk.keys("u");
    assert_eq!(desk.file(PAPER), whole);
    desk.keys("uuuu");
    assert_eq!(desk.diff(), "");
    desk.keys("UUUU");
    assert_eq!(desk.file(PAPER), whole);
}

#[test]
fn a_wrong_entry_is_refused_in_place() {
    let mut desk = desk();
    desk.keys("4atwo words<Enter>");
    desk.wait_for("is neither a URL");
    desk.wait_for("two words");
    assert_eq!(desk.diff(), "");
    desk.keys("<Esc>");
    desk.keys("b <Enter>");
    desk.wait_for("blocker cannot be empty");
    desk.keys("<Esc>");
    assert_eq!(desk.diff(), "");
}

#[test]
fn evidence_of_a_card_is_attached_to_its_check_with_one_key() {
    let mut desk = desk();
    desk.keys("4ahttps://example.org/drill<Enter>");
    desk.wait_for("a attaches the evidence to a check");
    assert!(
        desk.file(PAPER)
            .contains("  - <https://example.org/drill>\n")
    );
    desk.keys("a");
    desk.wait_for("Attach https://example.org/drill to");
    desk.keys("1");
    desk.wait_for("There is no roadmap yet");
    desk.keys("y");
    let roadmap = desk.file("docs/ROADMAP.md");
    assert!(
        roadmap.contains("- Runbooks cover deploy and rollback. — <https://example.org/drill> ("),
        "{roadmap}"
    );
    // It is attached now, so the key asks for the next link.
    desk.keys("a");
    desk.wait_for("Ground: new evidence link");
    desk.keys("<Esc>");
    // A stage with one check needs no choice.
    desk.keys("jahttps://example.org/flag<Enter>");
    desk.keys("a");
    desk.wait_for("has no entry for Summit");
    desk.keys("y");
    assert!(
        desk.file("docs/ROADMAP.md")
            .contains("- The flag stands. — <https://example.org/flag> (")
    );
    desk.keys("i");
    assert_eq!(desk.cockpit.face.opened, ["https://example.org/flag"]);
}

#[test]
fn two_persons_hold_a_standup_at_once_in_one_folder() {
    let mut robin = desk();
    let mut ann = robin.beside("Ann Lee", 160, 48);
    robin.keys("4");
    ann.keys("4");
    robin.keys("sr");
    robin.wait_for("Ground: posted, at risk");
    ann.wait_for("Robin");
    ann.wait_for("posted 09:30");
    ann.keys("bNo room for the drill<Enter>");
    ann.wait_for("Ground: posted, at risk · blocker +No room");
    robin.wait_for("Ann Lee  at risk: 0003 Load test: waits for 0002 (grc)");
    // Both at once, neither having seen the other's.
    robin.keys("jst");
    ann.keys("jsb");
    robin.wait_for("Ann Lee  blocked");
    ann.wait_for("2 posted");
    robin.keys("<Tab>");
    robin.wait_for("No room for the drill");
    let on_disk = |slug: &str| robin.file(&format!("docs/standups/2026-11-21/{slug}.md"));
    insta::assert_snapshot!(format!("{}\n~~~\n{}", on_disk("robin"), on_disk("ann-lee")));
    // What the one undoes, the other sees go.
    ann.keys("uu");
    robin.run_until("Ann's cards to go", |robin| {
        !robin.screen().contains("Ann Lee")
    });
    let left = all_files(&robin.folder().join("docs/standups"));
    assert_eq!(left.len(), 1);
}

#[test]
fn what_is_written_by_hand_meanwhile_stays() {
    let mut desk = desk();
    desk.keys("4x");
    let by_hand = desk.file(PAPER).replace(
        "- **Posted:** 2026-11-21 09:30 UTC\n\n",
        "- **Posted:** 2026-11-21 09:30 UTC\n\nI am in a train today.\n\n",
    ) + "\nMore on the drill:\n\n- it rained\n";
    desk.write_outside(PAPER, &by_hand);
    desk.run_until("the words by hand", |desk| {
        let files = desk.cockpit.model.plan.files().iter();
        let mut texts = files.map(|file| file.document.to_bytes());
        texts.any(|text| String::from_utf8_lossy(&text).contains("in a train"))
    });
    desk.keys("stbAnother<Enter>");
    desk.wait_for("blocker +Another");
    let edited = by_hand
        .replace("at risk", "on track")
        .replace("Board agrees\n", "Board agrees\n  - Another\n");
    assert_eq!(desk.file(PAPER), edited);
    desk.keys("<Esc>uu");
    assert_eq!(desk.file(PAPER), by_hand);
}

#[test]
fn the_day_is_copied_as_one_text() {
    let mut desk = desk();
    desk.keys("4Y");
    desk.wait_for("nobody posted on this day");
    desk.keys("xjstY");
    desk.wait_for("copied the standup of 2026-11-21");
    insta::assert_snapshot!(desk.cockpit.face.copied[0]);
}

#[test]
fn the_program_goes_on_where_it_was_left() {
    let mut desk = desk();
    desk.keys("4x");
    let mut desk = desk.reopen();
    desk.keys("4");
    desk.wait_for("1/2 posted");
    desk.keys("u");
    assert_eq!(desk.diff(), format!("{PAPER} is gone\n"));
}

// Journeys of the built binary.

fn plan() -> TempDir {
    crate::support::fixture::folder_of(&[(LOG, LINES), (CANON, &two_stages())])
}

fn open(folder: &TempDir, state: &Path, who: &str, size: (u16, u16)) -> Pty {
    let cockpit = Launch::stepdeck(&["--as", who])
        .in_folder(folder.path())
        .env("XDG_STATE_HOME", &state.display().to_string())
        .size(size.0, size.1)
        .start();
    cockpit.wait_for("quit");
    cockpit
}

/// The papers by name, with the day and the times left out.
fn papers(folder: &TempDir) -> String {
    let today = |path: &PathBuf| path.starts_with("docs/standups");
    let files = all_files(folder.path());
    let papers = files.iter().filter(|(path, _)| today(path));
    let text: String = papers
        .map(|(path, bytes)| format!("{}\n{}", path.display(), String::from_utf8_lossy(bytes)))
        .collect();
    let mut out = String::new();
    for line in text.lines() {
        let line = match line.split_once("**Posted:** ") {
            Some((before, _)) => format!("{before}**Posted:** DAY TIME"),
            None => line.replace(&Utc::now().date_naive().to_string(), "DAY"),
        };
        out += &format!("{line}\n");
    }
    out
}

fn journey(size: (u16, u16)) -> String {
    let (folder, state) = (plan(), TempDir::new().unwrap());
    let cockpit = open(&folder, state.path(), "Zoë", size);
    cockpit.type_keys("4");
    cockpit.wait_for("0/2 posted");
    cockpit.wait_for("x posts it as it is");
    cockpit.type_keys("x");
    cockpit.wait_for("Ground: posted");
    cockpit.type_keys("bThe vendor is silent<Enter>");
    cockpit.wait_for("blocker +The vendor");
    cockpit.type_keys("a");
    cockpit.wait_for("new evidence link");
    cockpit.type_keys("https://example.org/drill<Enter>");
    cockpit.wait_for("attaches the evidence");
    cockpit.type_keys("js");
    cockpit.wait_for("Status of Summit");
    cockpit.type_keys("t");
    cockpit.wait_for("all cards are posted");
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
    papers(&folder)
}

#[test]
fn a_standup_is_held_at_80_columns() {
    insta::assert_snapshot!("journey", journey((80, 24)));
}

#[test]
fn a_standup_is_held_at_160_columns() {
    insta::assert_snapshot!("journey", journey((160, 48)));
}

#[test]
fn a_standup_that_was_killed_and_left_goes_on() {
    let (folder, state) = (plan(), TempDir::new().unwrap());
    let cockpit = open(&folder, state.path(), "Zoë", (80, 24));
    cockpit.type_keys("4x");
    cockpit.wait_for("Ground: posted");
    cockpit.type_keys("bThe vendor is");
    cockpit.wait_for("The vendor is");
    // The draft is on disk once the file thread has taken it.
    wait_for_text(state.path(), "The vendor is");
    cockpit.kill(Signal::KILL);
    cockpit.wait_process_end();
    let cockpit = open_with_draft(&folder, state.path());
    cockpit.type_keys(" silent<Enter>");
    cockpit.wait_for("blocker +The vendor is silent");
    cockpit.type_keys("4");
    cockpit.wait_for("1/2 posted");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let cockpit = open(&folder, state.path(), "Zoë", (80, 24));
    cockpit.wait_for("1/2 posted");
    cockpit.type_keys("jx");
    cockpit.wait_for("all cards are posted");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let papers = papers(&folder);
    assert!(papers.contains("  - The vendor is silent\n"), "{papers}");
    assert!(papers.contains("## Summit\n"), "{papers}");
}

fn open_with_draft(folder: &TempDir, state: &Path) -> Pty {
    let cockpit = Launch::stepdeck(&["--as", "Zoë"])
        .in_folder(folder.path())
        .env("XDG_STATE_HOME", &state.display().to_string())
        .start();
    cockpit.wait_for("you were typing this");
    cockpit
}

#[test]
fn two_programs_show_each_others_cards_live() {
    let (folder, mine, theirs) = (plan(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let zoe = open(&folder, mine.path(), "Zoë", (80, 24));
    let bo = open(&folder, theirs.path(), "../Bo", (160, 48));
    zoe.type_keys("4");
    bo.type_keys("4");
    bo.wait_for("0/2 posted");
    zoe.type_keys("sb");
    zoe.wait_for("Ground: posted, blocked");
    bo.wait_for("Zoë");
    bo.type_keys("x");
    zoe.wait_for("../Bo  at risk");
    for cockpit in [&zoe, &bo] {
        cockpit.type_keys("q");
        cockpit.wait_exit();
    }
    let papers = papers(&folder);
    assert!(
        papers.contains("docs/standups/DAY/bo.md\n# Standup DAY — ../Bo\n"),
        "{papers}"
    );
    assert!(
        papers.contains("docs/standups/DAY/zoe.md\n# Standup DAY — Zoë\n"),
        "{papers}"
    );
}
