//! A plan, some keys, a screen and a file diff: what people do in the cockpit, through the
//! real loop and on real files.

use std::time::Duration;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::screen::problem_of;
use stepdeck::app::screens::plan::search::Pace;
use stepdeck::tui::cockpit::Event;
use stepdeck::tui::terminal::TerminalEvent;

fn desk() -> Desk {
    Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)])
}

fn line<'a>(text: &'a str, id: &str) -> &'a str {
    let wanted = format!("\"step_id\": \"{id}\"");
    text.lines().find(|line| line.contains(&wanted)).unwrap()
}

/// One field, one line; log and canon in one change; undo restores the bytes.
#[test]
fn a_status_set_from_the_menu_is_one_line_in_each_file() {
    let mut desk = desk();
    desk.keys("jsp");
    assert_eq!(
        desk.diff(),
        format!(
            "{LOG}\n-{}\n+{}\n{CANON}\n-- **Status:** Draft\n+- **Status:** In Progress\n",
            line(LINES, "0002"),
            line(LINES, "0002")
                .replace("\"draft\"", "\"in progress\"")
                .replace("2026-11-01T00:00:00Z", "2026-11-21T09:30:00Z"),
        )
    );
    desk.wait_for("0002 status: draft → in progress");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn completing_a_step_says_what_became_ready() {
    let mut desk = desk();
    desk.keys("jx");
    desk.wait_for("0002 status: draft → complete");
    // 0003 still waits for the board, so nothing became ready.
    assert!(!desk.screen().contains("became ready"));
    desk.keys("u").keys("je").keys("d");
    desk.wait_for("Board agrees");
    // The condition is ticked off in the list, then 0002 completed.
    desk.keys("jx<Esc>");
    assert!(desk.file(LOG).contains("[\"0002\", \"[x] Board agrees\"]"));
}

#[test]
fn a_typed_value_swallows_every_letter_and_a_wrong_one_is_refused_in_place() {
    let mut desk = desk();
    desk.keys("jet").keys(" q?:/u<Enter>");
    assert!(
        desk.file(LOG)
            .contains("\"title\": \"Review the schema q?:/u\"")
    );
    assert!(
        desk.file(CANON)
            .contains("#### Step 0002 — Review the schema q?:/u\n")
    );
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    desk.keys("et<C-u><Enter>");
    desk.wait_for("a step needs a title");
    assert_eq!(desk.diff(), "");
    desk.keys("<Esc>");
}

#[test]
fn marked_steps_change_together_and_come_back_together() {
    let mut desk = desk();
    desk.keys("<Space><Space><Space>sb");
    let statuses = |text: &str| text.matches("\"status\": \"blocked\"").count();
    assert_eq!(statuses(&desk.file(LOG)), 3);
    desk.wait_for("2 steps status → blocked");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_step_is_added_at_its_place_and_undone_without_a_trace() {
    let mut desk = desk();
    desk.keys("aWrite the runbook<Enter>");
    let log = desk.file(LOG);
    assert_eq!(log.lines().count(), 6);
    assert!(log.lines().nth(4).unwrap().starts_with(
        r#"{"step_id": "0004", "block": "B01", "title": "Write the runbook", "theme": "Base", "owner": "", "status": "idea""#
    ));
    desk.wait_for("0004 added: Write the runbook");
    desk.keys("AFirst draft<Enter>");
    assert!(
        desk.file(LOG)
            .lines()
            .nth(5)
            .unwrap()
            .contains("\"0004.A\"")
    );
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
}

/// Different fields of one step, inside and outside, are both kept.
#[test]
fn another_programs_edit_and_ours_are_both_kept() {
    let mut desk = desk();
    desk.keys("j");
    desk.write_outside(
        LOG,
        &LINES.replace("\"owner\": \"grc\"", "\"owner\": \"legal\""),
    );
    desk.keys("sc");
    desk.run_until("both edits", |desk| {
        let log = desk.file(LOG);
        let line = line(&log, "0002");
        line.contains("\"owner\": \"legal\"") && line.contains("\"status\": \"complete\"")
    });
    desk.wait_for("legal");
}

/// The same field twice shows both versions, and a person picks.
#[test]
fn the_same_field_changed_twice_is_a_persons_choice() {
    for (key, kept) in [("m", "ours"), ("t", "theirs")] {
        let mut desk = desk();
        desk.keys("jet<C-u>ours");
        desk.write_outside(LOG, &LINES.replace("Review the schema", "theirs"));
        desk.keys("<Enter>");
        desk.wait_for("theirs");
        desk.wait_for("ours");
        desk.keys(key);
        let log = desk.file(LOG);
        assert!(
            line(&log, "0002").contains(&format!("\"title\": \"{kept}\"")),
            "{log}"
        );
    }
}

/// Noticed while the field or the menu was still open.
#[test]
fn a_value_that_changed_under_an_open_field_is_not_overwritten_unasked() {
    let mut desk = desk();
    desk.keys("jet<C-u>ours");
    desk.write_outside(LOG, &LINES.replace("Review the schema", "theirs"));
    desk.wait_for("changed on disk");
    desk.keys("<Enter>");
    assert!(line(&desk.file(LOG), "0002").contains("theirs"));
    desk.keys("m");
    assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"ours\""));
    desk.keys("u");
    assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"theirs\""));

    let mut desk = self::desk();
    desk.keys("js");
    desk.write_outside(LOG, &LINES.replace("\"draft\"", "\"blocked\""));
    desk.wait_for("changed on disk");
    desk.keys("p");
    assert!(line(&desk.file(LOG), "0002").contains("\"blocked\""));
    desk.keys("t");
    assert!(line(&desk.file(LOG), "0002").contains("\"blocked\""));
}

#[test]
fn an_external_change_is_shown_in_place_with_the_open_field_kept() {
    let mut desk = desk();
    desk.keys("jet and more");
    desk.write_outside(LOG, &LINES.replace("Load test", "Soak test"));
    desk.wait_for("Soak test");
    assert!(desk.screen().contains("Review the schema and more"));
    desk.keys("<Enter>");
    assert!(
        desk.file(LOG)
            .contains("\"title\": \"Review the schema and more\"")
    );
    assert!(desk.file(LOG).contains("Soak test"));
}

/// And the gate's tick: the marker alone changes.
#[test]
fn a_check_is_ticked_in_the_canon() {
    let mut desk = desk();
    desk.keys("2x");
    assert_eq!(
        desk.diff(),
        format!("{CANON}\n-- Runbooks cover deploy\n+- [x] Runbooks cover deploy\n")
    );
    desk.keys("x");
    assert!(
        desk.file(CANON)
            .contains("- [ ] Runbooks cover deploy\n  and rollback.\n")
    );
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
}

#[test]
fn evidence_asks_before_it_makes_a_roadmap() {
    let mut desk = desk();
    desk.keys("2ahttps://example.org/run<Enter>");
    desk.wait_for("There is no roadmap yet");
    desk.keys("y");
    assert_eq!(
        desk.file("docs/ROADMAP.md"),
        "# Roadmap\n\n## Ground\n\n- Runbooks cover deploy and rollback. — \
         <https://example.org/run> (2026-11-21, Robin)\n\n- Step 0001 is complete.\n"
    );
    // It stands with its check, with its date and who added it.
    desk.wait_for("example.org/run");
    let screen = desk.screen();
    assert!(screen.contains("2026-11-21, Robin"), "{screen}");
    desk.keys("jahttps://example.org/two<Enter>");
    assert!(desk.file("docs/ROADMAP.md").ends_with(
        "Robin)\n\n- Step 0001 is complete. — <https://example.org/two> (2026-11-21, Robin)\n"
    ));
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_block_row_is_edited_in_its_table() {
    let mut desk = desk();
    desk.keys("<S-Tab>ew").keys("<C-u>Ops | Core<Enter>");
    assert!(
        desk.file(CANON)
            .contains("| B01 | 0001–0100 | Base | Ops \\| Core | Reviews held | Draft |")
    );
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn dependencies_are_picked_by_words_and_conditions_typed() {
    let mut desk = desk();
    desk.keys("jjjbpick eng<Enter>");
    assert!(desk.file(LOG).contains("[\"0003\", \"0001\"]"));
    desk.keys("bFreeze is over<Up><Enter>");
    assert!(
        desk.file(LOG)
            .contains("[\"0003\", \"0001\", \"Freeze is over\"]")
    );
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_whole_step_goes_through_the_editor_and_unknown_keys_stay() {
    let mut desk = desk();
    desk.cockpit.face.editor = Box::new(|text| {
        Ok(text
            .replace("owner = \"grc\"", "owner = \"legal\"")
            .replace("verification = \"\"", "verification = \"two reviewers\"")
            .replace("\"effort.planned\" = \"\"", "\"effort.planned\" = 3")
            .replace("\"effort.actual\" = \"\"", "\"effort.actual\" = 2"))
    });
    desk.keys("jE");
    let log = desk.file(LOG);
    let step = line(&log, "0002");
    assert!(step.contains("\"owner\": \"legal\""), "{step}");
    assert!(
        step.contains("\"verification\": \"two reviewers\", \"evidence\""),
        "{step}"
    );
    assert!(
        step.contains(r#""effort": {"planned": 3, "actual": 2}"#),
        "{step}"
    );
    assert!(step.ends_with("\"x-ticket\": \"A-7\"}"), "{step}");
    assert!(desk.file(CANON).contains("- **Owner:** legal\n"));
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_word_typed_with_no_field_open_loses_nothing() {
    let mut desk = desk();
    desk.keys("add<Enter>");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn the_filter_finds_words_in_any_order_and_escape_restores() {
    let mut desk = desk();
    desk.keys("j/sche rev");
    assert_eq!(desk.cockpit.model.view.list.len(), 1);
    desk.keys("<C-u>rev sche");
    assert_eq!(desk.cockpit.model.view.list.len(), 1);
    desk.keys("<Esc>");
    assert_eq!(desk.cockpit.model.view.list.len(), 4);
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0002");
    desk.keys("/zzzz<Enter>");
    assert!(desk.cockpit.model.view.list.is_empty());
    assert!(desk.screen().contains("Esc"), "{}", desk.screen());
}

/// A filter that is still looking keeps no key waiting, says that it looks, and Enter and Esc
/// do what they do otherwise.
#[test]
fn keys_are_answered_while_the_filter_looks() {
    let mut desk = desk();
    desk.keys("j");
    desk.cockpit.model.view.search.pace = Pace { first: 1, next: 1 };
    let queue = |desk: &Desk, keys: &str| {
        for key in crate::support::keys::events(keys) {
            desk.send(Event::Terminal(TerminalEvent::Key(key)));
        }
    };
    let turn = |desk: &mut Desk| desk.cockpit.turn(Some(Duration::ZERO)).unwrap();
    queue(&desk, "/e");
    turn(&mut desk);
    assert!(desk.cockpit.model.view.is_looking() && !desk.cockpit.is_quiet());
    queue(&desk, "<Esc>");
    turn(&mut desk);
    assert!(desk.screen().contains("1… of 4"), "{}", desk.screen());
    // Esc was taken before any other step was looked at.
    assert!(!desk.cockpit.model.view.is_looking());
    assert_eq!(desk.cockpit.model.view.list.len(), 4);
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0002");

    queue(&desk, "/e<Enter>j");
    turn(&mut desk);
    let model = &desk.cockpit.model;
    assert!(model.view.is_looking() && model.overlays.is_empty());
    assert_eq!(model.selected().unwrap().0.to_string(), "0002");
    queue(&desk, "*");
    turn(&mut desk);
    let notice = desk.cockpit.model.notice.clone().unwrap();
    assert!(notice.text.contains("still filtering"), "{}", notice.text);
    desk.settle();
    assert_eq!(desk.cockpit.model.view.list.len(), 4);
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0002");
    desk.keys("/zzzz<Enter>");
    let view = &desk.cockpit.model.view;
    assert!(view.list.is_empty() && !view.is_looking());
    assert!(desk.screen().contains("No step matches “ezzzz”."));
    // A step that the filter hides, and one that it shows but has not looked at yet.
    queue(&desk, "<Esc>/cut<Enter>:101<Enter>");
    turn(&mut desk);
    desk.settle();
    assert_eq!(desk.cockpit.model.view.list.len(), 1);
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0101");
}

#[test]
fn the_next_match_is_found_after_the_filter_is_gone() {
    let mut desk = desk();
    desk.keys("/owner:ops<Enter><Esc>");
    let here = |desk: &Desk| desk.cockpit.model.selected().unwrap().0.to_string();
    assert_eq!(here(&desk), "0001");
    desk.keys("n");
    assert_eq!(here(&desk), "0101");
    desk.keys("n");
    assert_eq!(here(&desk), "0001");
    desk.keys("N");
    assert_eq!(here(&desk), "0101");
}

#[test]
fn fifty_edits_fifty_undos_fifty_redos() {
    let mut desk = desk();
    for n in 0..50 {
        let key = ["i", "d", "p", "b", "c"][(n + 2) % 5];
        desk.keys(&format!("{}s{key}", if n % 2 == 0 { "j" } else { "k" }));
    }
    let after = desk.file(LOG);
    assert_ne!(after, LINES);
    desk.keys(&"u".repeat(50));
    assert_eq!(desk.diff(), "");
    desk.keys(&"U".repeat(50));
    assert_eq!(desk.file(LOG), after);
    desk.keys(&"u".repeat(50));
    assert_eq!(desk.diff(), "");
}

#[test]
fn escape_lands_on_the_plan_and_q_leaves_from_every_screen() {
    use stepdeck::tui::cockpit::Turn;
    for screen in ["1", "2", "5"] {
        let mut desk = desk();
        desk.keys(screen).keys("<Esc><Esc><Esc><Esc><Esc>");
        assert_eq!(desk.cockpit.model.screen.name, "plan");
        assert_eq!(desk.turn, Turn::On);
        desk.keys(screen).keys("q");
        assert_eq!(desk.turn, Turn::Quit);
    }
}

/// The lines of an unfinished merge are a problem, the rest works.
#[test]
fn unreadable_lines_are_shown_and_mended_in_place() {
    let torn = LINES.replace("{\"step_id\": \"0003\"", "oops {\"step_id\": \"0003\"");
    let mut desk = Desk::open(&[(LOG, &torn)]);
    desk.keys("5");
    desk.wait_for("step_plan.jsonl:4");
    let row = problem_of(&desk.cockpit.model, "unreadable-line");
    desk.cockpit.model.problems.select(row);
    desk.keys("e<Home><Del><Del><Del><Del><Del><Enter>");
    assert_eq!(desk.file(LOG), LINES);
}

#[test]
fn a_read_only_file_keeps_the_edit_and_can_be_retried() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let mut desk = desk();
    let path = desk.folder().join(LOG);
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    for event in crate::support::keys::events("sb") {
        use stepdeck::tui::cockpit::Event;
        use stepdeck::tui::terminal::TerminalEvent;
        desk.send(Event::Terminal(TerminalEvent::Key(event)));
    }
    desk.wait_for("not saved");
    assert_eq!(desk.diff(), "");
    // What was never written is undone without writing.
    desk.keys("u");
    assert!(desk.cockpit.model.sync.is_settled());
    for event in crate::support::keys::events("sb") {
        use stepdeck::tui::cockpit::Event;
        use stepdeck::tui::terminal::TerminalEvent;
        desk.send(Event::Terminal(TerminalEvent::Key(event)));
    }
    desk.wait_for("not saved");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    desk.keys("R");
    assert!(
        desk.file(LOG)
            .contains("\"status\": \"blocked\", \"outcome\": \"Engine chosen\"")
    );
}

#[test]
fn a_condition_with_commas_and_semicolons_is_one_in_both_files() {
    let mut desk = desk();
    desk.keys("jbLegal says yes, twice; v1.2<Enter>");
    assert!(
        desk.file(CANON)
            .contains("- **Dependencies:** 0001; Legal says yes, twice\\; v1.2\n")
    );
    assert!(desk.cockpit.model.step().unwrap().drift().is_empty());
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_line_break_in_a_field_of_one_line_runs_nothing() {
    let mut desk = desk();
    desk.keys("jet<A-Enter>sc<Esc>");
    assert_eq!(desk.diff(), "");
}

#[test]
fn verbs_act_on_the_range_that_is_open() {
    let mut desk = desk();
    desk.keys("vjjsb");
    assert_eq!(desk.file(LOG).matches("\"status\": \"blocked\"").count(), 3);
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_step_is_taken_out_and_comes_back_to_its_very_line() {
    let unsorted = LINES.replace("\"0101\"", "\"0001.A\"");
    let mut desk = Desk::open(&[(LOG, &unsorted)]);
    desk.keys("jD");
    desk.wait_for("0001.A removed");
    assert_eq!(desk.file(LOG).lines().count(), 4);
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    let mut desk = self::desk();
    desk.keys("jD");
    desk.wait_for("0002 has a section in docs/plan.md");
    assert_eq!(desk.diff(), "");
}

#[test]
fn sub_steps_are_added_beside_each_other() {
    let mut desk = desk();
    desk.keys("jAone<Enter>Atwo<Enter>");
    let log = desk.file(LOG);
    assert!(
        log.contains("\"0002.A\"") && log.contains("\"0002.B\""),
        "{log}"
    );
}

#[test]
fn the_owner_chooser_begins_with_the_present_owner() {
    let mut desk = desk();
    desk.keys("jo<Enter>");
    assert_eq!(desk.diff(), "");
}

#[test]
fn bookmarks_are_listed_with_what_they_are_on() {
    let mut desk = desk();
    let selected = |desk: &Desk| desk.cockpit.model.selected().unwrap().0.to_string();
    desk.keys("jmbGmx'");
    let screen = desk.screen();
    for row in ["b  0002 Review the schema", "x  0101 Cut over"] {
        let mut words = row.split_whitespace();
        let is_of = |line: &&str| words.clone().all(|word| line.contains(word));
        assert!(screen.lines().any(|line| is_of(&line)), "{row}\n{screen}");
        words.next();
    }
    desk.keys("b");
    assert_eq!(selected(&desk), "0002");
    desk.keys("'<Down><Enter>");
    assert_eq!(selected(&desk), "0101");
}

/// A merge left two versions of a step: one problem, one card, one key.
#[test]
fn what_a_merge_left_is_decided_in_a_card() {
    let two = line(LINES, "0002");
    let [base, other] =
        ["idea", "blocked"].map(|status| two.replace("\"draft\"", &format!("\"{status}\"")));
    let conflict =
        format!("<<<<<<< HEAD\n{two}\n||||||| base\n{base}\n=======\n{other}\n>>>>>>> side\n");
    let log = LINES.replace(&format!("{two}\n"), &conflict);
    let mut desk = Desk::open(&[(LOG, &log), (CANON, DOCUMENT)]);
    desk.keys("5");
    desk.wait_for("two versions that git could not merge");
    let problems = desk.screen();
    assert!(!problems.contains("already exists"), "{problems}");
    desk.keys("<Enter>");
    desk.wait_for("A merge left two versions");
    let card = desk.screen();
    assert!(card.contains("status: \"blocked\""), "{card}");
    assert!(card.contains("before"), "{card}");
    desk.keys("<Esc>");
    assert_eq!(desk.diff(), "");
    // Editing one of the two asks first, too.
    desk.keys("1je");
    desk.wait_for("A merge left two versions");
    // Of one step both cannot stay.
    desk.keys("b");
    assert_eq!(desk.diff(), "");
    desk.keys("t");
    desk.wait_for("0002 status: their version");
    assert_eq!(desk.file(LOG), LINES.replace(two, &other));
    desk.keys("u");
    desk.wait_for("both versions are there again");
    assert_eq!(desk.diff(), "");
    desk.keys("e");
    desk.wait_for("A merge left two versions");
    desk.keys("m");
    assert_eq!(desk.file(LOG), LINES);
}

/// A canon without a log: its first step starts one, and undo removes it.
#[test]
fn the_first_step_of_a_canon_starts_a_log_that_undo_removes() {
    let mut desk = Desk::open(&[(CANON, DOCUMENT)]);
    desk.keys("aSay it<Enter>");
    desk.wait_for("0003 added: Say it");
    desk.keys("aAgain<Enter>");
    desk.wait_for("0004 added: Again");
    let log = desk.file(LOG);
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(log.starts_with("{\"schema\": \"stepdeck/log@1\"}\n{\"step_id\": \"0003\""));
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
    desk.keys("U");
    desk.wait_for("0003 added: Say it");
    // A sub-step of a step that is in no log.
    let mut desk = Desk::open(&[(CANON, DOCUMENT)]);
    desk.keys("<Tab>AUnder it<Enter>");
    desk.wait_for("0002.A added: Under it");
    assert!(desk.file(LOG).contains("\"0002.A\""));
    // The same of several at once.
    let more = DOCUMENT.replace("## Ladder", "#### Step 0003 — Load test\n\n## Ladder");
    let mut desk = Desk::open(&[(CANON, &more)]);
    desk.keys("*A")
        .wait_for("New sub-step of each of 2 marked steps");
    desk.keys("Under it<Enter>");
    desk.wait_for("2 sub-steps added: Under it");
    let log = desk.file(LOG);
    assert!(
        log.contains("\"0002.A\"") && log.contains("\"0003.A\""),
        "{log}"
    );
    assert_eq!(log.lines().count(), 3, "{log}");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}
