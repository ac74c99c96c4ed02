//! A gate review with the built binary in a pseudo-terminal, from opening to the paper on disk;
//! killed and resumed; and the walkthrough, whose screens are drawn here.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::desk::{Desk, wait_for_text};
use crate::support::programme::FILES;
use crate::support::pty::{Launch, Pty};
use tempfile::TempDir;

fn plan() -> TempDir {
    crate::support::fixture::folder_of(&FILES)
}

fn open(folder: &TempDir, (columns, rows): (u16, u16), state: &Path) -> Pty {
    let cockpit = Launch::stepdeck(&["--as", "Robin"])
        .in_folder(folder.path())
        .env("XDG_STATE_HOME", state.to_str().unwrap())
        .size(columns, rows)
        .start();
    cockpit.wait_for("stepdeck");
    cockpit
}

/// The packet on disk, whatever day it is, with the day of the stories in it.
fn packet(folder: &TempDir) -> String {
    let stage = folder.path().join("docs/milestone-reviews/pilot");
    let days: Vec<_> = fs::read_dir(stage)
        .unwrap()
        .map(|day| day.unwrap().path())
        .collect();
    assert_eq!(days.len(), 1);
    let name = days[0].file_name().unwrap().to_str().unwrap().to_owned();
    let day = format!("{}-{}-{}", &name[..4], &name[4..6], &name[6..]);
    let text = fs::read_to_string(days[0].join("review.md")).unwrap();
    text.replace(&day, "2026-11-21")
}

/// From opening to the paper on disk, in the size of a small and of a large terminal.
#[test]
fn the_built_binary_holds_a_review() {
    let mut papers = Vec::new();
    for size in [(80, 24), (160, 48)] {
        let folder = plan();
        let state = TempDir::new().unwrap();
        let cockpit = open(&folder, size, state.path());
        cockpit.type_keys("2P");
        cockpit.wait_for("Gate review: Pilot");
        cockpit.type_keys("x");
        cockpit.wait_for("criterion 1: met");
        cockpit.type_keys("j-e");
        cockpit.wait_for("Evidence for criterion 2");
        cockpit.type_keys("It rained.<Enter>");
        cockpit.wait_for("criterion 2: evidence written");
        cockpit.type_keys("<Tab>x");
        cockpit.wait_for("DRI Ops Lead signed");
        cockpit.type_keys("sg");
        cockpit.wait_for("write the waiver first");
        cockpit.type_keys("The date is fixed<Enter>");
        cockpit.wait_for("Pass the gate of Pilot");
        cockpit.type_keys("y");
        cockpit.wait_for("Rollout is now the current stage");
        cockpit.type_keys("q");
        cockpit.wait_exit();
        papers.push(packet(&folder));
    }
    assert_eq!(papers[0], papers[1]);
    insta::assert_snapshot!("paper_of_the_journey", papers[0]);
}

/// Killed in the middle of a sentence, opened again, finished.
#[test]
fn a_killed_review_goes_on_with_all_that_was_done() {
    for size in [(80, 24), (160, 48)] {
        let folder = plan();
        let state = TempDir::new().unwrap();
        let cockpit = open(&folder, size, state.path());
        cockpit.type_keys("2Px");
        cockpit.wait_for("criterion 1: met");
        wait_for_text(folder.path(), "- **Verdict:** met");
        cockpit.type_keys("eHalf a sen");
        cockpit.wait_for("Half a sen");
        wait_for_text(state.path(), "Half a sen");
        cockpit.kill(rustix::process::Signal::KILL);
        cockpit.wait_exit();
        assert!(packet(&folder).contains("- **Verdict:** met"));
        let cockpit = open(&folder, size, state.path());
        cockpit.wait_for("Half a sen");
        cockpit.type_keys("tence.<Enter>");
        cockpit.wait_for("criterion 1: evidence written");
        cockpit.type_keys("2P");
        cockpit.wait_for("Half a sentence.");
        // It goes on at the first criterion without a verdict.
        cockpit.type_keys("x");
        cockpit.wait_for("criterion 2: met");
        cockpit.type_keys("q");
        cockpit.wait_exit();
        let packet = packet(&folder);
        assert!(
            packet.contains("- **Evidence:** Half a sentence."),
            "{packet}"
        );
        assert_eq!(packet.matches("- **Verdict:** met").count(), 2);
    }
}

/// Keys, what they are for, and the words that must be on the screen afterwards.
const WALK: &[(&str, &str, &str)] = &[
    (
        "2",
        "Open the gates screen. The ladder shows how far each stage is, the checklist what its \
         gate asks for.",
        "Groundwork",
    ),
    (
        "P",
        "Hold the gate review. The packet is created at once, with nothing decided: the gate's \
         text with one criterion per row, the names of the owner matrix, the decision.",
        "Gate review: Groundwork",
    ),
    (
        "-",
        "The first criterion is not met. Every key press is saved in the packet at once, and \
         `u` undoes it.",
        "criterion 1: not met",
    ),
    ("j", "Down to the next criterion.", "▌ · undecided"),
    ("x", "This one is met.", "criterion 2: met"),
    (
        "e",
        "Add the evidence: a link or words.",
        "Evidence for criterion 2",
    ),
    (
        "https://evidence.example.org/close-october<Enter>",
        "Type it; Enter saves it in the packet.",
        "evidence written",
    ),
    ("<Tab>", "On to the sign-offs.", "▌ [ ] DRI"),
    (
        "x",
        "The first person named has signed.",
        "Booking Lead signed",
    ),
    (
        "s",
        "Decide. Decisions that are not possible yet say why.",
        "write the waiver first",
    ),
    (
        "g",
        "A go below the bar is refused, and the field of the waiver opens: why the gate may be \
         passed anyway.",
        "Waiver: why",
    ),
    (
        "The four open checks are owed by 15 December<Enter>",
        "The packet has it with date and name, and the decision goes on: passing a gate asks first, and \
         says what follows and what is still open.",
        "Pass the gate of Groundwork",
    ),
    (
        "y",
        "Only `y` passes it.",
        "Pilot Towns is now the current stage",
    ),
    (
        "<Esc>",
        "Back to the ladder, which shows the decision.",
        "go, waived 2026-11-21",
    ),
];

/// The walkthrough shows the real screens; `STEPDECK_BLESS=1` redraws them.
#[test]
fn the_walkthrough_is_what_happens() {
    let refresh = "STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_gate_review";
    let mut text = format!(
        "<!-- Drawn by tests/it/journeys/walkthrough_gate_review.rs; refresh it with `{refresh}`. -->\n\n# Holding a gate \
         review\n\nEach key of a review of the bundled plan, with the screen after it. There is \
         nothing to learn\nfirst: the last row of the screen shows the keys, and `?` lists them \
         all.\n"
    );
    let mut desk = Desk::bundled(80, 24);
    for (number, (keys, why, seen)) in (1..).zip(WALK) {
        desk.keys(keys);
        let screen = desk.screen();
        assert!(screen.contains(seen), "{keys}: no {seen} in\n{screen}");
        let shown = match keys.strip_suffix("<Enter>") {
            Some(typed) => format!("`{typed}` `Enter`"),
            None => format!("`{}`", keys.trim_matches(['<', '>'])),
        };
        let _ = write!(
            text,
            "\n## {number}. {shown}\n\n{why}\n\n```text\n{screen}```\n"
        );
    }
    let path = "data/milestone-reviews/groundwork/20261121/review.md";
    let _ = write!(
        text,
        "\n## The packet\n\n`{path}` now reads:\n\n````markdown\n{}````\n",
        desk.file(path)
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/walkthrough/gates.md");
    if fs::read_to_string(&file).ok().as_deref() == Some(&text) {
        return;
    }
    let blessed = std::env::var_os("STEPDECK_BLESS").is_some();
    assert!(blessed, "docs/walkthrough/gates.md is stale: {refresh}");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}
