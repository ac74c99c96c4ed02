//! Edits of several things of which somebody else changed one meanwhile: that one is asked about,
//! and the others are written whatever the answer is.

use super::keeping::line;
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LOG};

/// So many steps, all draft, without anything in the canon.
fn lines(count: usize) -> String {
    let line = |at: usize| {
        format!(
            r#"{{"step_id": "{at:04}", "block": "B01", "title": "Step number {at}", "theme": "Base", "owner": "ops", "status": "draft", "outcome": "", "dependencies": [], "artifacts": [], "evidence": {{"metric": "", "target": null}}, "updated_at": "2026-11-01T00:00:00Z"}}
"#
        )
    };
    (1..=count).map(line).collect()
}

fn desk() -> Desk {
    Desk::open(&[(LOG, &lines(30)), (CANON, DOCUMENT)])
}

/// The log with one value of a step's line replaced, as a colleague would.
fn theirs(log: &str, id: &str, from: &str, to: &str) -> String {
    let before = line(log, id);
    assert!(before.contains(from), "{before}");
    log.replace(before, &before.replace(from, to))
}

fn said(desk: &Desk) -> String {
    let notice = &desk.cockpit.model.notice;
    notice.as_ref().map_or(String::new(), |n| n.text.clone())
}

/// Writes the log outside, and waits until the cockpit has read it.
fn write_and_read(desk: &mut Desk, text: &str) {
    desk.write_outside(LOG, text);
    let expected = text.to_owned();
    desk.run_until("the log was read again", move |desk| {
        let files = desk.cockpit.model.plan.files();
        let log = files.iter().find(|file| file.path.ends_with(LOG)).unwrap();
        log.document.to_bytes() == expected.as_bytes()
    });
}

#[test]
fn marked_steps_keep_what_somebody_else_set_while_the_menu_was_open() {
    for (key, word) in [("t", "blocked"), ("m", "idea"), ("<Esc>", "blocked")] {
        let mut desk = desk();
        desk.keys("<Space><Space>s");
        let text = theirs(&lines(30), "0002", "\"draft\"", "\"blocked\"");
        write_and_read(&mut desk, &text);
        desk.keys("i");
        desk.wait_for("Two versions");
        // Who is not in dispute does not wait.
        assert!(line(&desk.file(LOG), "0001").contains("\"idea\""));
        assert!(line(&desk.file(LOG), "0002").contains("\"blocked\""));
        let screen = desk.screen();
        assert!(screen.contains("0002 status: blocked → idea"), "{screen}");
        assert!(!screen.contains("one by one"), "{screen}");
        desk.keys(key);
        assert!(!desk.screen().contains("Two versions"), "{}", desk.screen());
        assert!(line(&desk.file(LOG), "0001").contains("\"idea\""));
        let log = desk.file(LOG);
        assert!(line(&log, "0002").contains(word), "{key}: {log}");
        if key != "m" {
            desk.keys("U");
            assert!(line(&desk.file(LOG), "0002").contains("\"idea\""));
        }
    }
}

#[test]
fn an_owner_that_somebody_else_gave_is_asked_about_for_each_way_to_set_one() {
    // The chooser of owners, and the field of one line for several steps.
    for (keys, from, to) in [
        ("o", "\"ops\"", "\"legal\""),
        ("eO", "\"outcome\": \"\"", "\"outcome\": \"legal\""),
    ] {
        let mut desk = desk();
        desk.keys("<Space><Space><Space>").keys(keys);
        let text = theirs(&lines(30), "0001", from, to);
        write_and_read(&mut desk, &text);
        desk.keys("grc<Enter>");
        desk.wait_for("Two versions");
        desk.keys("t");
        let log = desk.file(LOG);
        assert!(line(&log, "0001").contains("\"legal\""), "{log}");
        assert_eq!(log.matches("\"grc\"").count(), 2, "{log}");
    }
}

#[test]
fn several_in_dispute_are_one_question_or_one_each() {
    let marked = |desk: &mut Desk| {
        desk.keys(&"<Space>".repeat(16)).keys("s");
        let text = theirs(&lines(30), "0003", "\"draft\"", "\"blocked\"");
        let text = theirs(&text, "0007", "\"draft\"", "\"complete\"");
        write_and_read(desk, &text);
        desk.keys("p");
        desk.wait_for("Two versions");
        assert_eq!(desk.file(LOG).matches("\"in progress\"").count(), 14);
    };
    let mut together = desk();
    marked(&mut together);
    together.keys("m");
    assert_eq!(together.file(LOG).matches("\"in progress\"").count(), 16);
    assert_eq!(said(&together), "2 steps status → in progress");
    together.keys("u");
    assert!(line(&together.file(LOG), "0007").contains("\"complete\""));
    let mut each = desk();
    marked(&mut each);
    each.keys("o");
    assert!(
        each.screen().contains("0003 status: blocked"),
        "{}",
        each.screen()
    );
    each.keys("m");
    assert!(
        each.screen().contains("0007 status: complete"),
        "{}",
        each.screen()
    );
    each.keys("t");
    assert!(line(&each.file(LOG), "0003").contains("\"in progress\""));
    assert!(line(&each.file(LOG), "0007").contains("\"complete\""));
}

#[test]
fn a_question_about_many_steps_is_asked_first_and_keeps_what_came_meanwhile() {
    // Changed before the value was chosen, and while the question was open.
    for early in [true, false] {
        let mut desk = desk();
        desk.keys(&"<Space>".repeat(25)).keys("s");
        let text = theirs(&lines(30), "0003", "\"draft\"", "\"blocked\"");
        if early {
            write_and_read(&mut desk, &text);
        }
        desk.keys("i");
        desk.wait_for("Change 25 steps at once?");
        if !early {
            write_and_read(&mut desk, &text);
        }
        assert_eq!(desk.file(LOG), text);
        desk.keys("y");
        desk.wait_for("Two versions");
        desk.keys("t");
        assert_eq!(desk.file(LOG).matches("\"idea\"").count(), 24, "{early}");
        assert!(line(&desk.file(LOG), "0003").contains("\"blocked\""));
    }
}

#[test]
fn a_marked_step_that_somebody_removed_is_named() {
    let mut desk = desk();
    desk.keys("<Space><Space><Space>s");
    let text = lines(30);
    let text = text.replace(&format!("{}\n", line(&text, "0003")), "");
    write_and_read(&mut desk, &text);
    desk.keys("i");
    let said = said(&desk);
    assert_eq!(
        said,
        "2 steps status → idea · 0003 is no longer in the plan"
    );
}

/// Gives `$EDITOR` these replacements, and does something while it is open.
fn edit(desk: &mut Desk, replace: &'static [(&str, &str)], meanwhile: impl Fn() + 'static) {
    desk.cockpit.face.editor = Box::new(move |text| {
        meanwhile();
        let mut text = text.to_owned();
        for (from, to) in replace {
            assert!(text.contains(from), "{from}\n{text}");
            text = text.replacen(from, to, 1);
        }
        Ok(text)
    });
}

#[test]
fn what_the_editor_changed_beside_a_conflict_is_written_whatever_the_answer() {
    const OF_BOTH: &[(&str, &str)] = &[
        ("title = \"Step number 1\"", "title = \"One\""),
        ("outcome = \"\"", "outcome = \"First\""),
        ("title = \"Step number 2\"", "title = \"Two\""),
        ("outcome = \"\"", "outcome = \"Second\""),
    ];
    for (marks, replace) in [("<Space><Space>", OF_BOTH), ("", &OF_BOTH[..2])] {
        for (key, title) in [("t", "Theirs"), ("<Esc>", "Theirs"), ("m", "One")] {
            let mut desk = desk();
            let path = desk.folder().join(LOG);
            let text = theirs(&lines(30), "0001", "Step number 1", "Theirs");
            edit(&mut desk, replace, move || {
                std::fs::write(&path, &text).unwrap()
            });
            desk.keys(marks).keys("E");
            desk.wait_for("Two versions");
            desk.keys(key);
            let log = desk.file(LOG);
            let first = line(&log, "0001");
            assert!(
                first.contains(&format!("\"title\": \"{title}\"")),
                "{key} {first}"
            );
            assert!(first.contains("\"outcome\": \"First\""), "{key} {first}");
            if !marks.is_empty() {
                let second = line(&log, "0002");
                assert!(second.contains("\"Two\""), "{second}");
                assert!(second.contains("\"Second\""), "{second}");
            }
            if key == "t" {
                desk.keys("U");
                assert!(line(&desk.file(LOG), "0001").contains("\"One\""));
            }
        }
    }
}

/// A text that the editor saved earlier, and that is written to the plan when others have gone on.
#[test]
fn a_text_saved_before_somebody_else_wrote_does_not_replace_what_they_did() {
    let mut desk = desk();
    edit(
        &mut desk,
        &[("status = \"draft\"", "status = \"nonsense\"")],
        || {},
    );
    desk.keys("E");
    let text = theirs(&lines(30), "0001", "Step number 1", "Theirs");
    write_and_read(&mut desk, &text);
    const MINE: &[(&str, &str)] = &[("\"nonsense\"", "\"complete\""), ("Step number 1", "Mine")];
    edit(&mut desk, MINE, || {});
    desk.keys("E");
    desk.wait_for("Two versions");
    desk.keys("t");
    let first = desk.file(LOG);
    assert!(line(&first, "0001").contains("\"Theirs\""), "{first}");
    assert!(line(&first, "0001").contains("\"complete\""), "{first}");
}

/// The canon's title waits with the log's, so that a step does not drift apart.
#[test]
fn a_dispute_over_one_file_of_a_step_parts_it_by_field_not_by_file() {
    let log = lines(3).replacen("Step number 2", "Review the schema", 1);
    let mut desk = Desk::open(&[(LOG, &log), (CANON, DOCUMENT)]);
    const REPLACE: &[(&str, &str)] = &[
        ("title = \"Review the schema\"", "title = \"Mine\""),
        ("owner = \"ops\"", "owner = \"legal\""),
    ];
    let path = desk.folder().join(LOG);
    let text = theirs(&log, "0002", "Review the schema", "Theirs");
    edit(&mut desk, REPLACE, move || {
        std::fs::write(&path, &text).unwrap()
    });
    desk.keys("jE");
    desk.wait_for("Two versions");
    desk.keys("t");
    assert!(
        desk.file(CANON)
            .contains("#### Step 0002 — Review the schema")
    );
    assert!(desk.file(CANON).contains("- **Owner:** legal"));
    assert!(line(&desk.file(LOG), "0002").contains("\"legal\""));
}

/// The log with step 0003 under the number 0033, as `stepdeck renumber` leaves it.
fn renumbered(log: &str) -> String {
    let before = line(log, "0003");
    let number = before.replace("\"0003\"", "\"0033\"");
    let after = number.strip_suffix('}').unwrap();
    log.replace(before, &format!("{after}, \"was\": [\"0003\"]}}"))
}

/// The marked steps 0003 and 0005 with other words in the editor, while somebody writes this log.
fn edited_meanwhile(log: String) -> Desk {
    let mut desk = desk();
    let path = desk.folder().join(LOG);
    desk.cockpit.face.editor = Box::new(move |text| {
        std::fs::write(&path, &log).unwrap();
        let text = text.replace("outcome = \"\"", "outcome = \"Known\"");
        Ok(text.replace("Step number 5", "Mine"))
    });
    desk.keys("jj<Space>j<Space>E");
    desk.wait_for("Two versions");
    desk
}

#[test]
fn an_edit_of_a_step_that_was_renumbered_meanwhile_goes_to_its_new_number() {
    let text = theirs(&lines(30), "0005", "Step number 5", "Theirs");
    let mut desk = edited_meanwhile(renumbered(&text));
    let screen = desk.screen();
    assert!(screen.contains("its number is 0033 now"), "{screen}");
    desk.keys("m");
    let log = desk.file(LOG);
    assert_eq!(log.matches("\"Step number 3\"").count(), 1, "{log}");
    assert!(
        line(&log, "0033").contains("\"outcome\": \"Known\""),
        "{log}"
    );
    assert!(line(&log, "0005").contains("\"title\": \"Mine\""), "{log}");
    desk.keys("u");
    assert!(line(&desk.file(LOG), "0033").contains("\"outcome\": \"\""));
    assert!(line(&desk.file(LOG), "0005").contains("\"title\": \"Theirs\""));
}

#[test]
fn that_mine_brings_a_step_back_is_said_before_it_does() {
    let text = lines(30);
    let mut desk = edited_meanwhile(text.replace(&format!("{}\n", line(&text, "0003")), ""));
    let screen = desk.screen();
    assert!(screen.contains("mine brings it back"), "{screen}");
    desk.keys("m");
    assert!(line(&desk.file(LOG), "0003").contains("\"outcome\": \"Known\""));
}

#[test]
fn an_open_field_follows_its_step_to_another_number() {
    for keys in ["jjetMine<Enter>", "jjsb", "jjoops two<Enter>"] {
        let mut desk = desk();
        let (open, rest) = keys.split_at(match keys {
            "jjetMine<Enter>" => 4,
            _ => 3,
        });
        desk.keys(open);
        write_and_read(&mut desk, &renumbered(&lines(30)));
        desk.keys(rest);
        let log = desk.file(LOG);
        let step = line(&log, "0033");
        let is_set = ["Mine", "\"blocked\"", "ops two"]
            .iter()
            .any(|word| step.contains(word));
        assert!(is_set, "{keys} {}\n{log}", said(&desk));
    }
}

/// A merge that git could not finish left several steps between two markers: each is a question.
#[test]
fn a_conflict_of_several_steps_is_asked_about_step_by_step() {
    let all = lines(3);
    let step: Vec<&str> = all.split_inclusive('\n').collect();
    let ours = [step[1].replace("draft", "idea"), step[2].to_owned()];
    let theirs = [
        step[1].replace("draft", "blocked"),
        step[2].replace("ops", "grc"),
    ];
    let marked = format!(
        "{}<<<<<<< HEAD\n{}=======\n{}>>>>>>> side\n",
        step[0],
        ours.concat(),
        theirs.concat()
    );
    let mut desk = Desk::open(&[(LOG, &marked), (CANON, DOCUMENT)]);
    desk.keys("5<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("0002 status") && !screen.contains("grc"),
        "{screen}"
    );
    desk.keys("t");
    let left = format!(
        "{}{}<<<<<<< HEAD\n{}=======\n{}>>>>>>> side\n",
        step[0], theirs[0], ours[1], theirs[1]
    );
    assert_eq!(desk.file(LOG), left);
    desk.keys("u");
    assert_eq!(desk.file(LOG), marked);
    desk.keys("U");
    desk.wait_for("lines 3 to 7");
    desk.keys("g<Enter>");
    assert!(desk.screen().contains("0003 owner"), "{}", desk.screen());
    desk.keys("m");
    assert_eq!(desk.file(LOG), [step[0], &theirs[0], &ours[1]].concat());
}
