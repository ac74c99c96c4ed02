//! Many conflicts of a merge decided at once: those that are marked, on screen 8 and on screen 5.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::changes::{CANON, LINES, checkout, desk, git, write};
use super::merging::{may_refuse, to_conflict};
use crate::history::repo::LOG;
use crate::support::desk::Desk;

/// Both sides gave 0001 another status and B01 another theme.
fn stopped() -> Option<TempDir> {
    let folder = checkout()?;
    let at = folder.path();
    let canon = fs::read_to_string(at.join(CANON)).unwrap();
    let side = |at: &Path, status: &str, theme: &str| {
        let status = format!("\"{status}\"");
        write(at, LOG, &LINES.replacen("\"draft\"", &status, 1));
        let row = "| B01 | 0001–0100 | ";
        let canon = canon.replace(&format!("{row}Ground"), &format!("{row}{theme}"));
        write(at, CANON, &canon);
        git(at, &["commit", "-q", "-a", "-m", theme]);
    };
    side(at, "complete", "Ours");
    git(at, &["switch", "-q", "-c", "side", "main"]);
    side(at, "blocked", "Theirs");
    git(at, &["switch", "-q", "topic"]);
    assert!(!may_refuse(at, &["merge", "-q", "side"]));
    Some(folder)
}

fn is_theirs(desk: &Desk) {
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    assert!(
        !log.contains("<<<<<<<") && log.contains("\"blocked\""),
        "{log}"
    );
    assert!(
        !canon.contains("<<<<<<<") && canon.contains("| Theirs |"),
        "{canon}"
    );
}

#[test]
fn one_decision_covers_all_marked_conflicts_on_screen_8() {
    let Some(folder) = stopped() else { return };
    let mut desk = desk(folder, 120, 40);
    let marked = [desk.file(LOG), desk.file(CANON)];
    desk.keys("g*");
    to_conflict(&mut desk);
    desk.keys("<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("and 1 more, as marked"), "{screen}");
    // A text stands for one of them only.
    desk.keys("e");
    let screen = desk.screen();
    assert!(screen.contains("one at a time"), "{screen}");
    desk.keys("t");
    is_theirs(&desk);
    desk.keys("u");
    assert_eq!([desk.file(LOG), desk.file(CANON)], marked);
}

#[test]
fn one_decision_covers_all_marked_conflicts_on_screen_5() {
    let Some(folder) = stopped() else { return };
    let mut desk = desk(folder, 120, 40);
    desk.keys("5/rule:conflict-marker<Enter>g");
    desk.wait_for("conflict-marker");
    desk.keys("*");
    let is_there = |desk: &Desk| {
        let view = &desk.cockpit.model.problems;
        view.selected().is_some_and(|at| view.is_marked(at))
    };
    for _ in 0..5 {
        if !is_there(&desk) {
            desk.keys("j");
        }
    }
    assert!(is_there(&desk), "{}", desk.screen());
    desk.keys("<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("and 1 more, as marked"), "{screen}");
    desk.keys("t");
    is_theirs(&desk);
}
