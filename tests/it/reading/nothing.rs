//! Words that say that there is nothing: the same in the log as in the canon.

use super::lists::{CANON, LOG, step};
use crate::support::run::Folder;

/// A plan whose first step depends on this, in the log and in the canon.
fn folder(log: &str, canon: &str) -> Folder {
    let lines = [
        step("0001", &format!(",\"dependencies\":{log}")),
        step("0002", ""),
    ];
    let canon = format!("# Step 0001 — T0001\n\n- **Dependencies:** {canon}\n");
    Folder::new(&[(LOG, &lines.concat()), (CANON, &canon)])
}

const NOTHING: [&str; 13] = [
    r#"["none"]"#,
    r#"["n/a"]"#,
    r#"["-"]"#,
    r#"["None."]"#,
    r#"[""]"#,
    r#"["(none)", "–"]"#,
    "[null]",
    r#"["N.A.", "not applicable"]"#,
    r#"["nil"]"#,
    r#""none""#,
    r#"" N/A ""#,
    r#""""#,
    "null",
];

#[test]
fn nobody_waits_for_nothing_and_log_and_canon_agree_on_it() {
    for written in NOTHING {
        let folder = folder(written, "none");
        let shown = folder.run(&["show", "0001"]).out;
        assert!(shown.contains("0001 is ready"), "{written}: {shown}");
        assert!(shown.contains("Depends   -\n"), "{written}: {shown}");
        let checked = folder.run(&["check"]);
        assert!(!checked.out.contains("[drift]"), "{written}: {checked:?}");
        assert_eq!(folder.run(&["list", "--filter", "is:waiting"]).out, "");
        assert_eq!(folder.diff(), "");
    }
}

#[test]
fn what_is_not_known_yet_is_waited_for() {
    for written in [r#"["TBD"]"#, r#""TBD""#] {
        let folder = folder(written, "TBD");
        let shown = folder.run(&["show", "0001"]).out;
        assert!(shown.contains("• TBD (a condition"), "{written}: {shown}");
        assert!(!folder.run(&["check"]).out.contains("[drift]"));
    }
}

#[test]
fn nothing_is_written_as_an_empty_list() {
    for (written, canon) in [(r#"["0002"]"#, "Step 0002"), (r#"["none"]"#, "none")] {
        for nothing in ["none", "n/a", "Nothing", "", "-; None."] {
            let folder = folder(written, canon);
            let run = folder.run(&["set", "0001", &format!("dependencies={nothing}")]);
            assert_eq!(run.code, 0, "{nothing}: {run:?}");
            assert!(!run.err.contains("reordered"), "{run:?}");
            let line = folder.read(LOG);
            assert!(line.contains("\"dependencies\":[],"), "{nothing}: {line}");
            assert!(folder.read(CANON).ends_with("** none\n"));
        }
    }
    let folder = folder("[]", "none");
    assert_eq!(folder.run(&["add", "title=x", "inputs=none"]).code, 0);
    let added = folder.read(LOG).lines().last().unwrap().to_owned();
    assert!(added.contains("\"title\": \"x\"") || added.contains("\"title\":\"x\""));
    assert!(!added.contains("none"), "{added}");
}

/// The first entry comes in the place of the words; an edit of another field leaves them.
#[test]
fn the_words_stay_until_the_list_changes() {
    let folder = folder(r#"[ "none" ]"#, "none");
    assert_eq!(folder.run(&["set", "0001", "owner=grc"]).code, 0);
    assert!(folder.read(LOG).contains(r#"[ "none" ]"#));
    assert_eq!(folder.run(&["set", "0001", "dependencies+=none"]).code, 0);
    assert!(folder.read(LOG).contains(r#"[ "none" ]"#));
    assert_eq!(folder.run(&["set", "0001", "dependencies+=2"]).code, 0);
    assert!(folder.read(LOG).contains(r#"[ "0002" ]"#));
    assert!(folder.read(CANON).ends_with("** 0002\n"));
}

/// What a check points at is the entry that it is about.
#[test]
fn a_check_points_at_the_entry_behind_the_words() {
    let folder = folder(r#"["none","0900"]"#, "0900");
    let run = folder.run(&["check"]);
    let at = folder.read(LOG).find("\"0900\"").unwrap() + 1;
    let place = format!("[missing-dependency] {LOG}:1:{at}\n");
    assert!(run.out.contains(&place), "{run:?}");
}
