//! Verbs on marked steps: each is one change to all of them, asked about where it is large, told
//! where a step refuses, and undone to the last byte. IDs of this plan are padded differently, one
//! step has sub-steps, and two have sections in the canon.

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, LOG};

const LINES: &str = r#"{"step_id": "00001", "block": "B01", "title": "Pick the engine", "owner": "ops", "status": "complete", "outcome": "", "dependencies": [], "artifacts": [], "evidence": {"metric": "", "target": null}, "updated_at": "2026-11-01T00:00:00Z"}
{"step_id": "2", "block": "B01", "title": "Review the schema", "owner": "grc", "status": "draft", "outcome": "Agreed", "dependencies": ["00001"], "inputs": ["brief.md"], "artifacts": [], "evidence": {"metric": "p95", "target": 200}, "updated_at": "2026-11-01T00:00:00Z", "x-ticket": "A-7"}
{"step_id": "2.A", "block": "B01", "title": "Read it", "owner": "grc", "status": "draft", "outcome": "", "dependencies": [], "artifacts": [], "evidence": {"metric": "", "target": null}, "updated_at": "2026-11-01T00:00:00Z"}
{"step_id":3,"block":"B01","title":"Load test","owner":"","status":"blocked","outcome":"Known","dependencies":[2,"Board agrees"],"artifacts":[],"evidence":{"metric":"rps","target":900},"updated_at":"2026-11-01T00:00:00Z"}
{"step_id": "0004", "block": "B01", "title": "Write the runbook", "owner": "ops", "status": "idea", "outcome": "", "dependencies": ["0003", "Board agrees"], "inputs": ["brief.md", "notes.md"], "artifacts": [], "evidence": {"metric": "", "target": null}, "updated_at": "2026-11-01T00:00:00Z"}
{"step_id": "0101", "block": "B02", "title": "Cut over", "owner": "ops", "status": "idea", "outcome": "Moved", "dependencies": ["0004"], "artifacts": [], "evidence": {"metric": "", "target": null}, "updated_at": "2026-11-01T00:00:00Z"}
"#;

const DOCUMENT: &str = "\
# Plan

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | Base | Ops Guild | Reviews held | Draft |
| B02 | 0101–0200 | Move | Platform | Moved twice | Draft |

#### Step 0002 — Review the schema
- **Owner:** grc
- **Dependencies:** 0001
- **Status:** Draft

#### Step 0101 — Cut over
- **Owner:** platform
- **Status:** Idea
";

fn desk() -> Desk {
    Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)])
}

/// Marks the second to the fifth step: 2, 2.A, 3 and 0004.
const FOUR: &str = "ggj<Space><Space><Space><Space>";

fn step(text: &str, id: &str) -> String {
    let spelled = [
        format!("\"step_id\": \"{id}\""),
        format!("\"step_id\":{id},"),
        format!("\"step_id\":\"{id}\""),
    ];
    let line = text
        .lines()
        .find(|line| spelled.iter().any(|id| line.contains(id)));
    line.unwrap_or_else(|| panic!("no {id} in\n{text}"))
        .to_owned()
}

fn said(desk: &Desk) -> String {
    let notice = &desk.cockpit.model.notice;
    notice.as_ref().map_or(String::new(), |n| n.text.clone())
}

/// Undo, redo and undo again: the first bytes, the changed ones, the first ones.
fn there_and_back(desk: &mut Desk) {
    let after = desk.diff();
    assert_ne!(after, "", "{}", said(desk));
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    desk.keys("U");
    assert_eq!(desk.diff(), after);
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    assert!(!desk.cockpit.model.sync.can_undo(), "it was one change");
}

#[test]
fn a_field_is_set_in_all_marked_steps_with_their_number_in_the_title() {
    let mut desk = desk();
    desk.keys(FOUR).keys("e");
    desk.wait_for("Edit 4 marked steps");
    desk.wait_for("different values");
    desk.keys("m");
    desk.wait_for("Metric of 4 marked steps");
    desk.keys("hours<Enter>");
    assert_eq!(desk.file(LOG).matches("\"hours\"").count(), 4);
    assert_eq!(said(&desk), "4 steps metric → hours");
    there_and_back(&mut desk);
    desk.keys("U").keys("eoplatform");
    desk.wait_for("Owner of 4 marked steps");
    desk.keys("<Enter>");
    assert_eq!(desk.file(LOG).matches("\"platform\"").count(), 4);
    assert_eq!(desk.file(CANON).matches("- **Owner:** platform").count(), 2);
}

#[test]
fn nothing_typed_over_different_values_is_asked_about_before_it_clears_them() {
    let mut desk = desk();
    desk.keys(FOUR).keys("eO<Enter>");
    desk.wait_for("the values differ: Enter again clears outcome of 4 marked");
    assert_eq!(desk.diff(), "");
    desk.keys("<Enter>");
    assert!(!desk.file(LOG).contains("Agreed"));
    there_and_back(&mut desk);
}

#[test]
fn an_entry_is_added_to_removed_from_and_replaced_in_all_lists() {
    let mut desk = desk();
    desk.keys(FOUR).keys("ei");
    desk.wait_for("4 marked steps: Inputs");
    desk.wait_for("2 of 4");
    desk.keys("aplan.md<Enter>");
    assert_eq!(desk.file(LOG).matches("\"plan.md\"").count(), 4);
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    desk.keys("gge<C-u>paper.md<Enter>");
    assert_eq!(desk.file(LOG).matches("\"paper.md\"").count(), 2);
    assert!(!desk.file(LOG).contains("brief.md"));
    desk.keys("u").keys("ggd");
    assert!(!desk.file(LOG).contains("brief.md"));
    assert_eq!(said(&desk), "2 steps inputs −brief.md");
    desk.keys("u").keys("J");
    desk.wait_for("each step has an order of its own");
    desk.keys("=one.md; two.md<Enter>");
    assert_eq!(desk.file(LOG).matches("\"one.md\"").count(), 4);
    desk.keys("<Esc>");
    there_and_back(&mut desk);
}

#[test]
fn a_condition_is_ticked_in_all_lists_that_have_it() {
    let mut desk = desk();
    desk.keys(FOUR).keys("ed");
    desk.wait_for("4 marked steps: Depends on");
    desk.keys("Gkx");
    assert_eq!(desk.file(LOG).matches("[x] Board agrees").count(), 2);
    desk.keys("<Esc>");
    there_and_back(&mut desk);
}

#[test]
fn all_marked_steps_depend_on_the_picked_one_as_each_line_spells_it() {
    let mut desk = desk();
    desk.keys(FOUR).keys("b");
    desk.wait_for("4 marked steps depend on");
    assert!(
        !desk.screen().contains("2.A Read it  "),
        "none of their own"
    );
    desk.keys("Cut over<Enter>");
    let log = desk.file(LOG);
    assert!(step(&log, "2").contains(r#"["00001", "0101"]"#), "{log}");
    assert!(
        step(&log, "3").contains(r#"[2,"Board agrees",101]"#),
        "{log}"
    );
    assert!(
        desk.file(CANON)
            .contains("- **Dependencies:** 0001, 0101\n")
    );
    assert!(
        said(&desk).contains("this creates a cycle"),
        "{}",
        said(&desk)
    );
    there_and_back(&mut desk);
}

#[test]
fn the_picked_step_depends_on_all_marked_ones() {
    let mut desk = desk();
    desk.keys("ggj<Space>j<Space>B");
    desk.wait_for("What depends on 2 marked steps");
    desk.keys("runbook<Enter>");
    let log = desk.file(LOG);
    assert!(
        step(&log, "0004").contains(r#"["0003", "Board agrees", "2"]"#),
        "{log}"
    );
    there_and_back(&mut desk);
}

#[test]
fn who_refuses_is_told_and_the_others_change() {
    let mut desk = desk();
    // 3 depends on 2 already, 2 cannot depend on itself: `.` repeats what was done to 3.
    desk.keys("ggjjjbread<Enter>").keys(FOUR).keys(".");
    assert!(
        said(&desk).starts_with("2 steps dependencies +2.A"),
        "{}",
        said(&desk)
    );
    assert!(
        said(&desk).contains("1 of 4 unchanged: 2.A cannot depend on itself"),
        "{}",
        said(&desk)
    );
    desk.keys("uu");
    assert_eq!(desk.diff(), "");
}

#[test]
fn each_marked_step_gets_a_sub_step_and_sub_steps_count_for_their_parent() {
    let mut desk = desk();
    // Of 2 and 2.A one is the other's parent.
    desk.keys(FOUR).keys("A");
    desk.wait_for("New sub-step of each of 3 marked steps");
    desk.keys("Test it<Enter>");
    let log = desk.file(LOG);
    for (id, beside) in [("2.B", "2.A"), ("3.A", "3")] {
        assert!(step(&log, id).contains("Test it"), "{log}");
        let at = |id: &str| log.find(&step(&log, id)).unwrap();
        assert!(at(id) > at(beside), "{log}");
    }
    assert_eq!(log.matches("Test it").count(), 3, "{log}");
    assert_eq!(log.matches("\"uid\"").count(), 3);
    assert_eq!(said(&desk), "3 sub-steps added: Test it");
    there_and_back(&mut desk);
}

/// The editor's text of the marked steps with what a person makes of it.
fn edits_in_editor(desk: &mut Desk, edit: impl Fn(&str) -> String + 'static) -> String {
    let (sender, seen) = std::sync::mpsc::channel();
    desk.cockpit.face.editor = Box::new(move |text| {
        sender.send(text.to_owned()).unwrap();
        Ok(edit(text))
    });
    desk.keys("E");
    seen.try_recv().unwrap()
}

#[test]
fn marked_steps_are_one_text_in_the_editor_and_what_differs_is_one_change() {
    let mut desk = desk();
    desk.keys(FOUR);
    let seen = edits_in_editor(&mut desk, |text| {
        // One table goes, which is no wish; one stays as it was.
        let end = text.find("[\"0004\"]").unwrap();
        text[..end]
            .replace("Review the schema", "Read the schema")
            .replace("owner = \"\"", "owner = \"grc\"")
    });
    for id in ["2", "2.A", "3", "0004"] {
        assert!(seen.contains(&format!("[\"{id}\"]")), "{seen}");
    }
    let log = desk.file(LOG);
    assert!(step(&log, "2").contains("Read the schema"), "{log}");
    assert!(step(&log, "3").contains("\"owner\":\"grc\""), "{log}");
    assert!(desk.file(CANON).contains("Step 0002 — Read the schema"));
    assert_eq!(said(&desk), "2 steps edited");
    there_and_back(&mut desk);
}

#[test]
fn a_text_of_several_steps_that_cannot_be_taken_changes_nothing_and_is_there_again() {
    let mut desk = desk();
    desk.keys(FOUR);
    let seen = edits_in_editor(&mut desk, |text| {
        let text = text.replace("Review the schema", "Read the schema");
        text.replacen("\"blocked\"", "\"stuck\"", 1)
    });
    assert!(said(&desk).starts_with("3: "), "{}", said(&desk));
    assert_eq!(desk.diff(), "");
    let again = edits_in_editor(&mut desk, |text| text.replace("stuck", "draft"));
    assert_eq!(
        again,
        seen.replace("Review the", "Read the")
            .replacen("\"blocked\"", "\"stuck\"", 1)
    );
    assert!(step(&desk.file(LOG), "3").contains("draft"));
    there_and_back(&mut desk);
    edits_in_editor(&mut desk, |text| text.replace("[\"3\"]", "[\"0077\"]"));
    assert!(said(&desk).starts_with("`0077` is not one of the steps in this text"));
    assert_eq!(desk.diff(), "");
}

fn marked(desk: &Desk) -> Vec<String> {
    let marks = &desk.cockpit.model.view.marks;
    let plan = &desk.cockpit.model.plan;
    let marked = plan.steps().filter(|step| marks.contains(&step.key()));
    marked.map(|step| step.id().to_string()).collect()
}

/// A mark is on a step, not on a number: it follows a move, its undo, and what others renumber.
#[test]
fn marks_follow_steps_that_move() {
    let mut desk = desk();
    desk.keys("ggjjj<Space><Space>");
    assert_eq!(marked(&desk), ["3", "0004"]);
    desk.keys("pB02<Enter>");
    desk.wait_for("Move 2 steps to B02?");
    desk.keys("y");
    assert_eq!(marked(&desk), ["102", "0103"]);
    desk.keys("u");
    assert_eq!(
        (marked(&desk), desk.diff().as_str()),
        (vec!["3".to_owned(), "0004".to_owned()], "")
    );
    // Another step takes the number of one that has a uid.
    let uid = |line: String, uid: &str| line.replace('}', &format!(", \"uid\": \"{uid}\"}}"));
    let old = r#"{"step_id": "0005", "title": "Mine", "status": "idea"}"#;
    let [mine, theirs] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb"].map(|id| uid(old.to_owned(), id));
    desk.write_outside(LOG, &format!("{LINES}{mine}\n"));
    desk.wait_for("Mine");
    desk.keys("<Esc>:5<Enter><Space>");
    let number = |line: &str| {
        line.replace("0005", "0006")
            .replace("Mine", "Mine all the same")
    };
    assert_eq!(marked(&desk), ["0005"]);
    desk.write_outside(LOG, &format!("{LINES}{theirs}\n{}\n", number(&mine)));
    desk.wait_for("Mine all the same");
    assert_eq!(marked(&desk), ["0006"]);
}

#[test]
fn drift_of_all_marked_steps_is_reconciled_as_one() {
    let mut desk = desk();
    desk.keys("*C");
    let log = desk.file(LOG);
    assert!(
        step(&log, "0101").contains("\"owner\": \"platform\""),
        "{log}"
    );
    there_and_back(&mut desk);
    desk.keys("L");
    assert!(desk.file(CANON).contains("- **Owner:** ops"));
    there_and_back(&mut desk);
    desk.keys("<Esc>ggL");
    assert_eq!(said(&desk), "log and canon agree here");
}

#[test]
fn removal_says_who_waits_and_which_steps_stay() {
    let mut desk = desk();
    desk.keys("ggjjjjD");
    desk.wait_for("Remove 0004?");
    desk.wait_for("1 step waits for it:");
    desk.wait_for("0101 Cut over");
    // The default is no.
    desk.keys("<Enter>");
    assert_eq!(desk.diff(), "");
    desk.keys("Dy");
    assert!(!desk.file(LOG).contains("runbook"));
    there_and_back(&mut desk);
    // Of marked steps, those outside: 2 has a section and stays, 0004 waits for 3.
    desk.keys("ggj<Space><Space><Space>D");
    desk.wait_for("Remove 2 steps?");
    desk.wait_for("1 of 3 unchanged: 2 has a section in docs/plan.md");
    desk.wait_for("0004 Write the runbook");
    desk.keys("y");
    assert_eq!(desk.file(LOG).lines().count(), 4);
    assert!(said(&desk).contains("1 of 3 unchanged"), "{}", said(&desk));
    there_and_back(&mut desk);
}

#[test]
fn more_than_twenty_steps_are_shown_before_they_change() {
    let line = |n: u32| {
        format!("{{\"step_id\": \"{n:04}\", \"title\": \"Step {n}\", \"status\": \"draft\"}}\n")
    };
    let log: String = (1..=30).map(line).collect();
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("*sb");
    desk.wait_for("Change 30 steps at once?");
    desk.wait_for("30 steps status → blocked.");
    desk.wait_for("One u undoes it all.");
    desk.wait_for("0001 status in");
    desk.wait_for("- \"draft\"");
    desk.wait_for("no (default)");
    assert!(!desk.screen().contains("0030"));
    desk.keys("G");
    desk.wait_for("0030 status in");
    desk.keys("<Home><PageDown><PageUp>")
        .press("ctrl-d")
        .press("ctrl-u");
    desk.wait_for("0001 status in");
    desk.keys("<Enter>");
    assert_eq!(desk.diff(), "");
    desk.keys("sby");
    assert_eq!(desk.file(LOG).matches("\"blocked\"").count(), 30);
    there_and_back(&mut desk);
    assert_eq!(said(&desk), "30 steps are draft again");
}

#[test]
fn completing_a_step_says_which_sub_steps_stay_open() {
    let mut desk = desk();
    desk.keys("ggjx");
    assert!(
        said(&desk).contains("2 status: draft → complete")
            && said(&desk).contains("its sub-step 2.A stays open"),
        "{}",
        said(&desk)
    );
    desk.keys("u").keys("j<Space>k<Space>x");
    assert!(!said(&desk).contains("open"), "{}", said(&desk));
}

#[test]
fn undo_goes_to_what_it_undid_and_says_what_is_the_case() {
    let mut desk = desk();
    let selected = |desk: &Desk| desk.cockpit.model.selected().unwrap().0.to_string();
    desk.keys("ggjsc").keys("G").keys("u");
    assert_eq!(
        (selected(&desk), said(&desk)),
        ("2".to_owned(), "2 is draft again".to_owned())
    );
    desk.keys("G").keys("U");
    assert_eq!(
        (selected(&desk), said(&desk)),
        ("2".to_owned(), "2 is complete again".to_owned())
    );
    // From another screen, to the step.
    desk.keys("2u");
    assert_eq!(
        (desk.cockpit.model.screen.name, selected(&desk)),
        ("plan", "2".to_owned())
    );
    // A filter that hides it stays, and it is said.
    desk.keys("U/cut<Enter>u");
    assert_eq!(said(&desk), "2 is draft again · the filter hides it");
    assert_eq!(desk.listed().len(), 1);
    desk.keys("<Esc>");
    // A block: its cell is in sight.
    desk.keys("gg<S-Tab>et, too<Enter><Tab>G").keys("u");
    assert_eq!(said(&desk), "B01 theme is Base again");
    assert!(desk.cockpit.model.view.block_detail);
    assert_eq!(desk.diff(), "");
}

#[test]
fn undo_stays_where_several_steps_include_the_selected_one() {
    let mut desk = desk();
    desk.keys(FOUR).keys("sc").keys("ggjju");
    let selected = desk.cockpit.model.selected().unwrap().0.to_string();
    assert_eq!(
        (selected.as_str(), said(&desk).as_str()),
        ("2.A", "status of 4 steps is as before")
    );
}

#[test]
fn a_step_moves_to_a_block_with_its_sub_steps_and_what_names_it_follows() {
    let mut desk = desk();
    desk.keys("ggjp");
    desk.wait_for("Move 2 to");
    desk.wait_for("99 free");
    desk.keys("B02<Enter>");
    desk.wait_for("Move 2 to B02?");
    desk.wait_for("2 becomes 102: Review the schema");
    desk.wait_for("2.A becomes 102.A: Read it");
    desk.keys("<Enter>");
    assert_eq!(desk.diff(), "");
    desk.keys("pB02<Enter>y");
    let log = desk.file(LOG);
    let moved = step(&log, "102");
    assert!(moved.contains("\"block\": \"B02\""), "{log}");
    assert!(moved.contains("\"was\": [\"2\"]"), "{log}");
    assert!(step(&log, "102.A").contains("\"was\": [\"2.A\"]"), "{log}");
    assert!(step(&log, "3").contains("[102,\"Board agrees\"]"), "{log}");
    assert!(
        desk.file(CANON)
            .contains("#### Step 0102 — Review the schema")
    );
    assert!(
        said(&desk).starts_with("2 moved to B02 as 102: Review the schema"),
        "{}",
        said(&desk)
    );
    there_and_back(&mut desk);
    assert_eq!(said(&desk), "102 is 2 again: Review the schema");
}

#[test]
fn marked_steps_move_together_or_the_block_says_that_they_do_not_fit() {
    let narrow = DOCUMENT.replace("0101–0200", "0101–0103");
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, &narrow)]);
    // 2.A goes with 2: two numbers are enough for 2, 2.A and 3.
    desk.keys("ggj<Space><Space><Space>pB02<Enter>");
    desk.wait_for("Move 2 steps to B02?");
    desk.keys("y");
    assert_eq!(
        said(&desk).split(" · ").next(),
        Some("2 steps moved to B02")
    );
    there_and_back(&mut desk);
    desk.keys("<Esc>gg<Space><Space>j<Space><Space>pB02");
    desk.wait_for("2 free numbers for 4 steps");
    desk.keys("<Enter>");
    assert_eq!(desk.diff(), "");
    desk.keys("<Esc><Esc>GpB02<Enter>");
    desk.wait_for("0101 is in B02 already");
}

/// Of several steps, those that somebody put back outside keep the stamp that is there.
#[test]
fn an_undo_of_several_leaves_alone_those_that_are_as_they_were() {
    let mut desk = desk();
    desk.keys(FOUR).keys("sp");
    desk.settle();
    let theirs = desk
        .file(LOG)
        .replace(&step(&desk.file(LOG), "2.A"), &step(LINES, "2.A"));
    desk.write_outside(LOG, &theirs);
    desk.wait_for("changed on disk");
    let stamped = step(LINES, "2.A").replace("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
    desk.write_outside(LOG, &theirs.replace(&step(LINES, "2.A"), &stamped));
    let is_read = |desk: &Desk| {
        let plan = &desk.cockpit.model.plan;
        let at = plan.find("2.A".parse().unwrap()).unwrap();
        String::from_utf8_lossy(plan.step(at).log_line().unwrap().bytes()).contains("11-02")
    };
    desk.run_until("the stamp is read", is_read);
    desk.keys("u");
    desk.settle();
    assert!(
        said(&desk).contains("1 step was undone already"),
        "{}",
        said(&desk)
    );
    assert_eq!(desk.file(LOG), LINES.replace(&step(LINES, "2.A"), &stamped));
}
