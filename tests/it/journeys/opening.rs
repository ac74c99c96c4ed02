//! Very long plans: the front is there at once, the rest comes in while one looks round.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::support::desk::Desk;
use crate::support::fixture::LOG;
use stepdeck::document::progress::Progress;
use stepdeck::store::locate::open::Front;
use stepdeck::tui::cockpit::{Event, Turn};
use stepdeck::tui::terminal::TerminalEvent;
use tempfile::TempDir;

/// The first lines of [`long`], as if they were a megabyte.
const FRONT: Front = Front {
    long: 1_000,
    long_markdown: 2_000,
    front: 2_000,
    ..MANY_PAPERS
};

/// Two papers, as if they were thousands.
const MANY_PAPERS: Front = Front {
    long: u64::MAX,
    long_markdown: u64::MAX,
    many: 1,
    front: 2_000,
};

/// A log of 300 steps, each of which waits for the one before.
fn long() -> String {
    let line = |number: u32| {
        let before = number - 1;
        let upstream = if before == 0 {
            String::new()
        } else {
            format!(r#""{before:04}""#)
        };
        format!(
            r#"{{"step_id": "{number:04}", "title": "Lay stone {number}", "status": "draft", "dependencies": [{upstream}]}}"#
        ) + "\n"
    };
    (1..=300).map(line).collect()
}

fn folder() -> TempDir {
    crate::support::fixture::folder_of(&[(LOG, &long())])
}

fn front() -> Desk {
    Desk::on_front(folder(), TempDir::new().unwrap(), FRONT)
}

fn shown(desk: &Desk, text: &str) -> bool {
    desk.screen().contains(text)
}

#[test]
fn the_front_is_looked_round_in_until_the_whole_plan_is_there() {
    let mut desk = front();
    assert!(shown(&desk, "opening 0%"), "{}", desk.screen());
    assert!(shown(&desk, "Lay stone 1"), "{}", desk.screen());
    let screen = desk.screen();
    let header = screen.lines().next().unwrap();
    assert!(
        !header.contains('/') && !header.contains("live"),
        "{header}"
    );
    let steps = desk.cockpit.model.plan.len();
    assert!(
        (5..100).contains(&steps),
        "the whole lines of the front: {steps}"
    );
    desk.keys("jjjj");
    desk.open_rest();
    assert_eq!(desk.cockpit.model.plan.len(), 300);
    let here = desk.cockpit.model.selected().unwrap();
    assert_eq!(here.0.to_string(), "0005", "whoever moved stays");
    assert!(!shown(&desk, "opening"), "{}", desk.screen());
    desk.keys("Gsb");
    assert_eq!(
        desk.diff()
            .lines()
            .filter(|line| line.starts_with(['-', '+']))
            .count(),
        2,
        "{}",
        desk.diff()
    );
    assert!(desk.diff().contains("Lay stone 300"), "{}", desk.diff());
}

/// Steps do not wait for what people wrote about them in years.
#[test]
fn many_papers_come_in_behind_the_first_frame() {
    let decision = |day: &str, step: &str| {
        format!(
            "# Lay it in {day}\n\n- **Date:** {day}\n- **Steps:** {step}\n\n## Why\n\nIt is dry.\n"
        )
    };
    let folder = crate::support::fixture::folder_of(&[
        (LOG, &long()),
        (
            "docs/decisions/0001-may.md",
            &decision("2026-05-01", "0003"),
        ),
        (
            "docs/decisions/0002-june.md",
            &decision("2026-06-01", "0300"),
        ),
    ]);
    let mut desk = Desk::on_front(folder, TempDir::new().unwrap(), MANY_PAPERS);
    assert!(shown(&desk, "opening 0%"), "{}", desk.screen());
    assert_eq!(desk.cockpit.model.plan.len(), 300, "all of the log");
    desk.keys(":0300<Enter>");
    assert!(shown(&desk, "Lay stone 300"), "{}", desk.screen());
    assert!(shown(&desk, "300 steps so far"), "{}", desk.screen());
    for (screen, says) in [
        ("0", "The day is gathered when"),
        ("9", "Papers are listed when"),
    ] {
        desk.keys(screen);
        assert!(shown(&desk, says), "{}", desk.screen());
        assert!(!shown(&desk, "never"), "{}", desk.screen());
    }
    assert_eq!(desk.cockpit.model.plan.files().len(), 1);
    desk.open_rest();
    assert_eq!(desk.cockpit.model.plan.files().len(), 3);
    desk.keys("9");
    desk.wait_for("Lay it in 2026-06-01");
}

#[test]
fn nothing_is_edited_or_found_wrong_before_the_whole_plan_is_there() {
    let mut desk = front();
    for keys in ["s", "x", "a", "o", "D", "E", "u"] {
        desk.keys(keys);
        assert!(desk.cockpit.model.overlays.is_empty(), "{keys}");
    }
    desk.keys("s");
    assert!(
        shown(&desk, "read-only until the plan is loaded"),
        "{}",
        desk.screen()
    );
    // The last line of the front is not a broken one, and the steps behind it are not missing.
    desk.keys("5");
    assert!(desk.cockpit.model.problems.found.is_empty());
    assert!(
        shown(&desk, "will be checked when the plan is loaded"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.diff(), "");
    desk.open_rest();
    let model = &desk.cockpit.model;
    assert_eq!(model.problems.generation, model.generation);
    assert!(!model.problems.found.is_empty(), "{}", desk.screen());
}

#[test]
fn one_can_leave_while_the_plan_is_being_opened() {
    let mut desk = front();
    desk.keys("q");
    assert_eq!(desk.turn, Turn::Quit);
    assert_eq!(desk.cockpit.close(), Vec::<String>::new());
}

#[test]
fn what_was_being_typed_is_offered_when_its_step_is_there() {
    let state = TempDir::new().unwrap();
    let mut desk = Desk::open(&[(LOG, &long())]);
    desk.keys(":0250<Enter>e<Enter> anew");
    assert!(desk.cockpit.model.draft().is_some());
    let kept = serde_json::to_string(&desk.cockpit.model.draft()).unwrap();
    // As a process that no longer exists has left it.
    let name = format!(
        "{}-{}.json",
        stepdeck::app::sync::draft::DRAFT,
        2_000_000_000
    );
    fs::write(state.path().join(name), kept).unwrap();
    let mut desk = Desk::on_front(folder(), state, FRONT);
    assert!(desk.cockpit.model.overlays.is_empty());
    desk.open_rest();
    assert!(shown(&desk, "you were typing this"), "{}", desk.screen());
}

#[test]
fn a_file_written_while_the_front_is_shown_is_seen() {
    let mut desk = front();
    let path = Path::new(LOG);
    let changed = long().replace("Lay stone 2\"", "Lay slab 2\"");
    fs::write(desk.folder().join(path), changed).unwrap();
    desk.open_rest();
    assert!(shown(&desk, "Lay slab 2"), "{}", desk.screen());
}

#[test]
fn checks_are_stopped_and_run_again_by_one_key() {
    let mut desk = Desk::open(&[(LOG, &long())]);
    desk.keys("5");
    let running = Arc::new(Progress::default());
    desk.cockpit.model.work.checking = Some(running.clone());
    for event in crate::support::keys::events("c") {
        desk.send(Event::Terminal(TerminalEvent::Key(event)));
    }
    desk.wait_for("checks stopped");
    assert!(running.is_stopped());
    desk.cockpit.model.work.checking = None;
    // As after an edit whose checks were stopped.
    desk.cockpit.model.problems.generation = 0;
    desk.keys("j");
    assert!(shown(&desk, "stopped, c runs them"), "{}", desk.screen());
    desk.cockpit.model.problems.checked_at = None;
    desk.keys("c");
    assert!(desk.cockpit.model.problems.checked_at.is_some());
}

/// So many documents of half a kilobyte, each with a step of its own.
fn documents(count: usize) -> Vec<(String, String)> {
    let document = |number: usize| {
        let filling = "Words that nobody looks for. ".repeat(16);
        let text = format!(
            "# Part {number}\n\n{filling}\n\n#### Step {number:04} — Set beam {number}\n\
             - **Outcome:** it holds\n- **Status:** Draft\n"
        );
        (format!("docs/part-{number:03}.md"), text)
    };
    (1..=count).map(document).collect()
}

#[test]
fn much_canon_is_opened_beside_the_keys_as_a_long_log_is() {
    let documents = documents(40);
    let files: Vec<(&str, &str)> = (documents.iter())
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = crate::support::fixture::folder_of(&files);
    let mut desk = Desk::on_front(folder, TempDir::new().unwrap(), FRONT);
    assert!(shown(&desk, "opening 0%"), "{}", desk.screen());
    let bytes: usize = (desk.cockpit.model.plan.files().iter())
        .map(|file| file.document.to_bytes().len())
        .sum();
    assert!((1..=2_000).contains(&bytes), "{bytes} of the front");
    desk.keys("s");
    assert!(
        shown(&desk, "read-only until the plan is loaded"),
        "{}",
        desk.screen()
    );
    desk.open_rest();
    assert_eq!(desk.cockpit.model.plan.len(), 40);
    desk.keys("Gsb");
    assert!(desk.diff().contains("Blocked") || desk.diff().contains("blocked"));
}

#[test]
fn canon_that_has_no_front_says_that_it_is_opened() {
    let long = format!("{}\n{}", documents(1)[0].1, "More words. ".repeat(400));
    let folder = crate::support::fixture::folder_of(&[("docs/plan.md", &long)]);
    let mut desk = Desk::on_front(folder, TempDir::new().unwrap(), FRONT);
    assert!(shown(&desk, "is long: opening 0%"), "{}", desk.screen());
    desk.keys("di");
    assert!(!shown(&desk, "no plan here"), "{}", desk.screen());
    desk.open_rest();
    assert!(shown(&desk, "Set beam 1"), "{}", desk.screen());
    assert_eq!(desk.diff(), "");
}
