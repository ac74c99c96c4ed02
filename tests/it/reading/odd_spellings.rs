//! What other programs and hands write: entries with several steps, numbers as spreadsheets and data
//! frames have them, days, one JSON array for a log.

use crate::support::fixture::LOG;
use crate::support::run::Folder;

/// A log of steps with an ID as raw JSON and more fields each.
fn log(steps: &[(&str, &str)]) -> Folder {
    let line = |(id, more): &(&str, &str)| format!("{{\"step_id\":{id},\"title\":\"x\"{more}}}\n");
    let lines: String = steps.iter().map(line).collect();
    Folder::new(&[(LOG, &lines)])
}

fn last(folder: &Folder) -> String {
    folder.read(LOG).lines().last().unwrap().to_owned()
}

const PADDED: [(&str, &str); 2] = [("\"0001\"", ""), ("\"0002\"", "")];

#[test]
fn an_entry_of_short_numbers_names_steps_in_a_padded_plan() {
    for text in ["1, 2", "1 and 2", "1-2", "0001, 2", "#1; 2"] {
        let entry = format!(",\"dependencies\":[\"{text}\"]");
        let folder = log(&[PADDED[0], PADDED[1], ("\"0003\"", &entry)]);
        let check = folder.run(&["check"]).out;
        assert!(check.contains("warning[compound-dependency]"), "{check}");
        folder.run(&["check", "--fix"]);
        let after = last(&folder);
        assert!(
            after.contains(r#""dependencies":["0001","0002"]"#),
            "{after}"
        );
    }
    let folder = log(&[PADDED[0], PADDED[1], ("\"0003\"", "")]);
    folder.run(&["set", "3", "dependencies=1, 2"]).ok();
    let after = last(&folder);
    assert!(
        after.contains(r#""dependencies":["0001","0002"]"#),
        "{after}"
    );
}

#[test]
fn the_fix_leaves_an_entry_for_each_step_whatever_the_others_are() {
    for (entries, after) in [
        (r##"["#1","Step 2"]"##, r#"["1","Step 2"]"#),
        (r##"["#1","2027 budget","1"]"##, r#"["1","2027 budget"]"#),
    ] {
        let more = format!(",\"dependencies\":{entries}");
        let folder = log(&[("\"1\"", ""), ("\"2\"", ""), ("\"3\"", &more)]);
        let fix = folder.run(&["check", "--fix"]);
        assert!(!fix.err.contains("not fixed"), "{fix:?}");
        assert!(!fix.out.contains("compound-dependency"), "{fix:?}");
        assert!(last(&folder).contains(after), "{}", last(&folder));
    }
}

/// Data frames make a column of numbers with gaps one of fractions.
#[test]
fn a_number_with_a_point_and_a_zero_is_that_number() {
    let folder = log(&[
        ("1.0", ""),
        ("2.0", ",\"dependencies\":[1.0]"),
        ("3.0", ",\"dependencies\":[2.0,\"1.0\"]"),
    ]);
    let list = folder.run(&["list"]).out;
    assert!(list.contains("2\t") && !list.contains("2.0"), "{list}");
    let check = folder.run(&["check"]).out;
    assert!(
        !check.contains("orphan") && !check.contains("sub-step of 2"),
        "{check}"
    );
    // As text it is a sub-step.
    assert!(check.contains("3 depends on 1.0"), "{check}");
    folder.run(&["set", "2", "owner=ops"]).ok();
    let after = folder.read(LOG);
    assert!(
        after.contains(r#"{"step_id":2.0,"title":"x","owner":"ops","dependencies":[1.0],"#),
        "{after}"
    );
    folder.run(&["set", "2", "dependencies+=3"]).ok();
    let after = folder.read(LOG);
    assert!(after.contains(r#""dependencies":[1.0,3"#), "{after}");
    folder.run(&["renumber", "1", "7"]).ok();
    let after = folder.read(LOG);
    assert!(after.contains(r#""dependencies":[7"#), "{after}");
    assert!(after.contains(r#"{"step_id":7"#), "{after}");
}

#[test]
fn a_day_that_can_only_be_one_is_written_as_an_instant() {
    for (text, day) in [
        ("18.11.2026", Some("2026-11-18T00:00:00Z")),
        ("11/26/2026", Some("2026-11-26T00:00:00Z")),
        ("26/11/2026", Some("2026-11-26T00:00:00Z")),
        ("26-11-2026", Some("2026-11-26T00:00:00Z")),
        ("11/26/2026 14:30", Some("2026-11-26T14:30:00Z")),
        ("18.11.2026 14:30:05", Some("2026-11-18T14:30:05Z")),
        ("11/11/2026", Some("2026-11-11T00:00:00Z")),
        ("08/01/2026", None),
        ("11/26/26", None),
        ("26.13.2026", None),
        ("0026-11-2026", None),
    ] {
        let more = format!(",\"updated_at\":\"{text}\"");
        let folder = log(&[("\"0001\"", &more)]);
        folder.run(&["check", "--fix"]);
        let kept = format!("\"updated_at\":\"{}\"", day.unwrap_or(text));
        assert!(last(&folder).contains(&kept), "{text}: {}", last(&folder));
        if day.is_none() {
            let check = folder.run(&["check"]).out;
            assert!(
                check.contains("write the time it means as RFC 3339"),
                "{check}"
            );
        }
    }
}

#[test]
fn a_log_that_is_one_array_is_said_once_and_left_alone() {
    let array = "[\n  {\n    \"step_id\": \"0001\",\n    \"title\": \"x\"\n  },\n  {\n    \"step_id\": \"0002\"\n  }\n]\n";
    let compact = "[{\"step_id\":\"0001\"},{\"step_id\":\"0002\"}]";
    for text in [array, compact] {
        let folder = Folder::new(&[(LOG, text)]);
        let check = folder.run(&["check"]).out;
        assert_eq!(check.matches("unreadable-line").count(), 1, "{check}");
        assert!(check.contains("one JSON array"), "{check}");
        assert!(check.contains("jq -c '.[]'"), "{check}");
        let add = folder.run(&["add", "title=New"]);
        assert_ne!(add.code, 0, "{add:?}");
        assert!(add.err.contains("jq -c '.[]'"), "{add:?}");
        assert_eq!(folder.read(LOG), text);
    }
    // Lines that hold arrays are lines.
    let folder = Folder::new(&[(LOG, "[1]\n[2]\n")]);
    let check = folder.run(&["check"]).out;
    assert_eq!(check.matches("unreadable-line").count(), 2, "{check}");
}

#[test]
fn an_id_with_blanks_around_it_is_shown_with_them() {
    let folder = log(&[("\" 0007 \"", "")]);
    let check = folder.run(&["check"]).out;
    assert!(check.contains("“ 0007 ” is not a step ID"), "{check}");
    assert!(check.contains("has blanks around it"), "{check}");
}

#[test]
fn advice_on_a_foreign_status_of_two_words_has_quotes() {
    let folder = log(&[("\"0001\"", ",\"status\":\"in Arbeit\"")]);
    let check = folder.run(&["check"]).out;
    let check = check.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        check.contains(r#"--filter 'status:"WORD"' status=STATUS"#),
        "{check}"
    );
    folder
        .run(&["set", "--filter", r#"status:"in Arbeit""#, "status=draft"])
        .ok();
}
