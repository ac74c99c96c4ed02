//! Statuses that are none of the five in the cockpit: counted, found, and set for all steps that
//! have the same word by one key.

use crate::support::desk::Desk;

const LOG: &str = "data/plans/plan.jsonl";

fn log() -> String {
    let line = |id: u32, status: &str| {
        format!(
            "{{\"step_id\": \"{id:04}\", \"title\": \"Step {id}\", \"owner\": \"ops\", \"status\": \
             \"{status}\", \"evidence\": \"docs/a.md\", \"updated_at\": \"2026-11-02T08:00:00Z\"}}\n"
        )
    };
    let mut log = line(1, "Done");
    for id in 2..30 {
        log += &line(id, ["WIP", "draft", "wip", "on hold"][id as usize % 4]);
    }
    log
}

fn desk() -> Desk {
    Desk::sized(&[(LOG, &log())], 120, 40)
}

#[test]
fn the_block_says_how_many_have_another_status() {
    let mut desk = desk();
    desk.keys("1<Tab><Tab>");
    let mut screen = desk.screen();
    for _ in 0..3 {
        if screen.contains("Block B01") {
            break;
        }
        desk.keys("<Tab>");
        screen = desk.screen();
    }
    assert!(screen.contains("? 22 other"), "{screen}");
}

#[test]
fn the_filter_line_finds_what_is_written() {
    let mut desk = desk();
    desk.keys("1/status:on<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("Step 3") && !screen.contains("Step 2 "),
        "{screen}"
    );
    desk.keys("/<C-u>status:nowhere");
    let screen = desk.screen();
    assert!(screen.contains("a status is idea, draft"), "{screen}");
}

/// The list of problems is narrowed by what it shows: the rule's name and its title, too.
#[test]
fn a_rule_is_found_by_its_name_and_by_its_title() {
    for words in ["unknown-status", "not one of the five"] {
        let mut desk = desk();
        desk.keys(&format!("5/{words}<Enter>"));
        let screen = desk.screen();
        assert!(
            screen.contains("unknown-status") && !screen.contains("missing-field"),
            "{words}: {screen}"
        );
    }
}

/// On screen 5 one key sets the status of all steps that have the word of the selected one.
#[test]
fn one_key_sets_the_status_of_all_steps_with_the_same_word() {
    let mut desk = desk();
    desk.keys("5/rule:unknown-status<Enter>");
    // On the rule there are several words.
    desk.keys("gs");
    assert!(
        desk.screen().contains("3 different words"),
        "{}",
        desk.screen()
    );
    desk.keys("<Enter>jjs");
    let screen = desk.screen();
    assert!(screen.contains("Status of 14 steps"), "{screen}");
    desk.keys("p");
    let log = desk.file(LOG);
    assert_eq!(log.to_lowercase().matches("wip").count(), 0, "{log}");
    assert_eq!(log.matches("in progress").count(), 14, "{log}");
    assert!(log.contains("on hold") && log.contains("Done"));
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

/// The word is the one that the selected row shows, also where log and canon have different ones.
#[test]
fn the_word_of_the_selected_row_decides() {
    let log = log().replacen("Done", "WIP", 1);
    let canon = "# Plan\n\n### Step 0001 — Step 1\n\n- **Owner:** ops\n- **Status:** Cancelled\n";
    let mut desk = Desk::sized(&[(LOG, &log), ("docs/plan.md", canon)], 120, 40);
    desk.keys("5/rule:unknown-status<Enter>g<Enter>Gs");
    let screen = desk.screen();
    assert!(screen.contains("Status of 1 step "), "{screen}");
    desk.keys("c");
    assert!(!desk.file("docs/plan.md").contains("Cancelled"));
    assert_eq!(desk.file(LOG).matches("complete").count(), 1);
    assert!(desk.file(LOG).contains("WIP"));
}
