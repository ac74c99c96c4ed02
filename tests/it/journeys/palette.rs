//! The palette: one place to find commands and everything in the plan.

use std::time::Duration;

use stepdeck::app::core::model::Model;
use stepdeck::app::overlays::Overlay;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

const DECISION: (&str, &str) = (
    "docs/decisions/0007-engine.md",
    "# 7. Postgres is the engine\n\nStep 0001 asked.\n",
);
const REVIEW: (&str, &str) = ("docs/reviews/2026-W46.md", "# Weekly Review 2026-W46\n");

fn desk() -> Desk {
    let files = [(LOG, LINES), (CANON, DOCUMENT), DECISION, REVIEW];
    Desk::sized(&files, 120, 30)
}

/// What the palette lists: what each row is called, and of what kind it is.
fn found(model: &Model) -> Vec<(String, String)> {
    let Some(Overlay::Chooser(chooser)) = model.overlays.last() else {
        panic!("{:?}", model.overlays);
    };
    let rows = chooser.rows.iter();
    rows.map(|row| (row.label.clone(), row.detail.clone()))
        .collect()
}

fn first(desk: &mut Desk, typed: &str) -> (String, String) {
    desk.keys("<Esc><Esc>:").keys(typed);
    found(&desk.cockpit.model).swap_remove(0)
}

#[test]
fn everything_is_found_by_its_name_and_says_what_it_is() {
    let mut desk = desk();
    for (typed, label, kind) in [
        ("load", "0003 Load test", "step"),
        ("2", "Go to 0002", "Review the schema"),
        ("b2", "B02 Move", "block"),
        (
            "move",
            "Move the step to another block, where it gets the next free number",
            "command",
        ),
        ("ground", "Ground", "stage"),
        ("grc", "grc", "owner · 1 step"),
        (
            "postgres",
            "7. Postgres is the engine",
            "decision · docs/decisions/0007-engine.md",
        ),
        (
            "w46",
            "Weekly Review 2026-W46",
            "paper · docs/reviews/2026-W46.md",
        ),
        ("copy step m", "Copy the step as Markdown", "command"),
        // Of a few letters, commands come first.
        (
            "so",
            "Sort the list by a column; the same again reverses it",
            "command",
        ),
        // One kind alone.
        ("@o", "ops", "owner · 2 steps"),
        ("#re", "0002 Review the schema", "step"),
        (">redr", "Redraw the screen", "command"),
    ] {
        let (found, detail) = first(&mut desk, typed);
        let detail = detail.split(" · nothing").next().unwrap_or_default();
        assert_eq!((&*found, detail), (label, kind), "{typed}");
    }
    assert!(desk.keys("<Esc>").diff().is_empty());
}

#[test]
fn enter_goes_to_what_was_found_and_the_box_says_so() {
    let mut desk = desk();
    desk.keys(":cut over");
    assert!(
        desk.screen().contains("⏎ go to the step"),
        "{}",
        desk.screen()
    );
    desk.keys("<Enter>");
    assert_eq!(desk.cockpit.model.step().unwrap().id().to_string(), "0101");
    // The way back is the jump list's.
    desk.keys("[");
    assert_eq!(desk.cockpit.model.step().unwrap().id().to_string(), "0001");
    desk.keys("5:b02<Enter>");
    assert_eq!(desk.cockpit.model.step().unwrap().id().to_string(), "0101");
    desk.keys(":@ops");
    assert!(desk.screen().contains("⏎ list their steps"));
    desk.keys("<Enter>");
    assert_eq!(desk.listed(), ["0001", "0101"]);
    desk.keys(":ground<Enter>");
    assert_eq!(desk.cockpit.model.screen.title, "Gates");
    desk.keys(":postgres<Enter>");
    assert_eq!(
        desk.cockpit.face.opened,
        ["./docs/decisions/0007-engine.md"]
    );
    // A command that cannot run here says why, and so does a number that nobody has.
    desk.keys(":accept the proposal<Enter>");
    assert!(desk.screen().contains("works on screen 3, Weekly review"));
    desk.keys("<Esc>:99<Enter>");
    assert!(desk.screen().contains("there is no step 0099"));
}

/// An owner whose name is no plain word is filtered by all the same.
#[test]
fn an_owner_is_listed_whatever_the_name_is() {
    let lines: String = ["Ops (EU), \"north\"", "ops (eu)", "-x OR y"]
        .iter()
        .enumerate()
        .map(|(at, owner)| {
            let owner = serde_json::to_string(owner).unwrap();
            format!(
                "{{\"step_id\": \"000{}\", \"title\": \"T\", \"owner\": {owner}}}\n",
                at + 1
            )
        })
        .collect();
    let mut desk = Desk::sized(&[(LOG, &lines)], 120, 30);
    for (typed, id) in [("@north", "0001"), ("@x OR", "0003")] {
        desk.keys(&format!("<Esc><Esc>:{typed}<Enter>"));
        assert!(
            desk.listed().contains(&id.to_owned()),
            "{typed}: {:?}",
            desk.listed()
        );
        assert!(desk.cockpit.model.overlays.is_empty(), "{}", desk.screen());
    }
}

/// On a long plan the rows come from beside the keys; Enter waits for them.
#[test]
fn on_a_long_plan_it_is_found_beside_the_keys() {
    let mut desk = desk();
    desk.cockpit.model.jobs.short = 0;
    for key in [":", "c", "u", "t", " ", "o"] {
        desk.keys(key);
    }
    assert_eq!(found(&desk.cockpit.model)[0].0, "0101 Cut over");
    // Keys on the heels of letters: what is chosen is what they find.
    desk.keys("<Esc>:load te<Enter>");
    assert_eq!(desk.cockpit.model.step().unwrap().id().to_string(), "0003");
    desk.keys(":load te");
    let _ = desk.cockpit.turn(Some(Duration::ZERO));
    desk.keys("<Esc>");
    assert!(desk.cockpit.model.overlays.is_empty());
    assert!(!desk.cockpit.model.jobs.is_busy());
}
