//! The papers that reports write in a pseudo-terminal, from opening to the file: shown and
//! killed, begun again and written, seen by somebody else, killed once more and undone.

use chrono::{Duration, SecondsFormat, Utc};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::desk::all_files;
use crate::support::fixture::folder_of;
use crate::support::programme::FILES;
use crate::support::pty::{Launch, Pty};

/// A kind of paper, and how one of them is known.
struct Kind {
    name: &'static str,
    folder: &'static str,
    /// How its title begins in the list.
    title: &'static str,
    /// Words that stand in its file.
    says: &'static str,
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "Checkpoints",
        folder: "checkpoints",
        title: "Checkpoint CP01",
        says: "of 3 steps are complete",
    },
    Kind {
        name: "Gate reviews",
        folder: "milestone-reviews/pilot",
        title: "Milestone review: O",
        says: "## Customer signals",
    },
    Kind {
        name: "Quarter plans",
        folder: "planning",
        title: "Plan of 20",
        says: "## Stage focus",
    },
    Kind {
        name: "Retrospectives",
        folder: "retrospectives",
        title: "Retrospective: P",
        says: "The gate has not been reviewed yet.",
    },
    Kind {
        name: "Demos",
        folder: "demos",
        title: "Demo 20",
        says: "## Feedback",
    },
    Kind {
        name: "Scorecards",
        folder: "scorecards",
        title: "Scorecard 20",
        says: "| Steps completed |",
    },
];

/// The programme, in which a step was touched yesterday, whatever day it is.
fn plan() -> TempDir {
    let yesterday = Utc::now() - Duration::days(1);
    let yesterday = yesterday.to_rfc3339_opts(SecondsFormat::Secs, true);
    let log = FILES[0].1.replace("2026-05-20T09:00:00Z", &yesterday);
    let files = FILES.map(|(path, text)| match path == FILES[0].0 {
        true => (path, &*log),
        false => (path, text),
    });
    folder_of(&files)
}

/// Where the cockpit says that it is; what else stands in that row comes and goes by itself.
fn place_in(screen: &vt100::Screen) -> String {
    let text = screen.contents();
    let row = text.lines().next().unwrap_or_default().trim_start();
    row.split("  ").next().unwrap_or_default().to_owned()
}

/// Goes to screen 9 and down to the row of a kind.
fn go_to(pty: &Pty, kind: &Kind) {
    pty.wait_for("Plan");
    pty.type_keys("9");
    pty.wait_for("Change logs");
    pty.type_keys("g");
    for _ in 0..40 {
        let place = pty.screen(place_in);
        if place.contains(&format!("› {}", kind.name)) {
            return;
        }
        pty.type_keys("j");
        pty.wait_until(|screen| place_in(screen) != place);
    }
    panic!("no {}\n{}", kind.name, pty.screen_text());
}

/// What there is of a kind, by path and text.
fn papers(folder: &TempDir, kind: &Kind) -> Vec<(String, String)> {
    let docs = folder.path().join("docs");
    let all = all_files(&docs).into_iter();
    let all = all.filter(|(path, _)| path.starts_with(kind.folder));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    all.map(|(path, bytes)| (path.display().to_string(), text(bytes)))
        .filter(|(path, _)| path.ends_with(".md"))
        .collect()
}

fn journey(kind: &Kind, (columns, rows): (u16, u16)) {
    let folder = plan();
    let state = folder.path().join("state").display().to_string();
    let start = |who: &str| {
        let launch = Launch::stepdeck(&["--as", who]).in_folder(folder.path());
        let launch = launch.size(columns, rows);
        launch.env("XDG_STATE_HOME", &state).start()
    };
    let before = all_files(&folder.path().join("docs"));
    let first = start("Ada");
    go_to(&first, kind);
    first.type_keys("F");
    first.wait_for("One u undoes it all.");
    first.kill(Signal::KILL);
    first.wait_process_end();
    assert!(papers(&folder, kind).is_empty(), "{}", kind.name);

    let (again, other) = (start("Ada"), start("Bo"));
    go_to(&other, kind);
    go_to(&again, kind);
    again.type_keys("F");
    again.wait_for("One u undoes it all.");
    again.type_keys("y");
    again.wait_for(&format!("✓ {}", kind.title));
    again.wait_for("saved ");
    // The other one sees it come.
    other.wait_for(kind.title);
    let written = papers(&folder, kind);
    assert!(!written.is_empty(), "{}", kind.name);
    for (path, text) in &written {
        assert!(text.contains(kind.says), "{path}\n{text}");
    }
    // What is already there says so, once all of its files have come.
    let (asks, is_there) = ("One u undoes it all.", "is up to date");
    other.type_keys("F");
    other.wait_until(|screen| {
        screen.contents().contains(asks) || screen.contents().contains(is_there)
    });
    while !other.screen_text().contains(is_there) {
        other.type_keys("\x1b");
        other.wait_until(|screen| !screen.contents().contains(asks));
        other.type_keys("F");
        other.wait_until(|screen| {
            screen.contents().contains(asks) || screen.contents().contains(is_there)
        });
    }
    other.type_keys("q");
    assert!(other.wait_exit().success());

    // Killed with all of it written; one key undoes it in the next run.
    again.kill(Signal::KILL);
    again.wait_process_end();
    assert_eq!(papers(&folder, kind), written);
    let last = start("Ada");
    last.wait_for("Plan");
    last.type_keys("9");
    last.wait_for(kind.title);
    last.type_keys("u");
    last.wait_for(&format!("undone: {}", kind.title));
    last.type_keys("q");
    assert!(last.wait_exit().success());
    assert_eq!(all_files(&folder.path().join("docs")), before);
}

#[test]
fn a_checkpoint_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[0], size);
    }
}

#[test]
fn a_milestone_review_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[1], size);
    }
}

#[test]
fn a_quarter_plan_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[2], size);
    }
}

#[test]
fn a_retrospective_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[3], size);
    }
}

#[test]
fn a_demo_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[4], size);
    }
}

#[test]
fn a_scorecard_from_opening_to_the_file() {
    for size in [(80, 24), (160, 48)] {
        journey(&KINDS[5], size);
    }
}
