//! What the filter language finds on the command line, where plans are not as neat as they should be.

use crate::support::fixture::{CANON, LOG};
use crate::support::run::Folder;

fn log(lines: &[&str]) -> Folder {
    Folder::new(&[(LOG, &(lines.join("\n") + "\n"))])
}

/// The IDs of what a filter finds.
fn found(folder: &Folder, filter: &str) -> String {
    folder.listed(&["--filter", filter])
}

/// Nobody waits through a step that is complete: the filters say the same as the review and `show`.
#[test]
fn what_waits_for_a_step_ends_at_complete_ones() {
    let folder = log(&[
        r#"{"step_id":"0001","status":"draft"}"#,
        r#"{"step_id":"0002","status":"complete","dependencies":["0001"]}"#,
        r#"{"step_id":"0003","status":"draft","dependencies":["0002","0004"]}"#,
        r#"{"step_id":"0004","status":"draft"}"#,
        r#"{"step_id":"0005","status":"draft","dependencies":["0003"]}"#,
        r#"{"step_id":"0006","status":"draft","dependencies":["0001"]}"#,
        r#"{"step_id":"0007","status":"complete"}"#,
        r#"{"step_id":"0008","status":"complete","dependencies":["0007"]}"#,
        r#"{"step_id":"0009","status":"draft","dependencies":["0008","0006"]}"#,
    ]);
    let review = folder.run(&["review"]).ok();
    assert!(review.contains("2 wait for 0001, 2 for 0004"), "{review}");
    for (filter, ids) in [
        ("down:0001 -is:done", "0006 0009"),
        ("down:0004 -is:done", "0003 0005"),
        ("up:0005", "0002 0003 0004"),
        // What led to a step stays with it.
        ("up:0009", "0001 0006 0007 0008"),
        ("down:0007", "0008 0009"),
    ] {
        assert_eq!(found(&folder, filter), ids, "{filter}");
    }
}

#[test]
fn a_key_with_nothing_in_it_has_nothing() {
    let folder = log(&[
        r#"{"step_id":"0001","labels":[],"artifacts":[]}"#,
        r#"{"step_id":"0002","labels":{ }}"#,
        r#"{"step_id":"0003","labels":["", null, "none"]}"#,
        r#"{"step_id":"0004","labels":null}"#,
        r#"{"step_id":"0005","labels":""}"#,
        r#"{"step_id":"0006","labels":["a"],"artifacts":["a"]}"#,
        r#"{"step_id":"0007","labels":{"a":1}}"#,
        r#"{"step_id":"0008","labels":0}"#,
    ]);
    assert_eq!(found(&folder, "has:labels"), "0006 0007 0008");
    assert_eq!(found(&folder, "has:artifacts"), "0006");
}

/// Words that say that there is none are no owner, in log and canon alike; between quotes they are
/// words.
#[test]
fn nobody_is_no_owner_and_quotes_are_literal() {
    let canon = "### Step 0004 — a\n- **Owner:** n/a\n- **Status:** In Progress\n\
        ### Step 0005 — b\n- **Owner:** none\n- **Status:** In Progress\n";
    let lines = [
        r#"{"step_id":"0001","owner":"","status":"in progress"}"#,
        r#"{"step_id":"0002","owner":"None","status":"in progress"}"#,
        r#"{"step_id":"0003","owner":"nonesuch","status":"in progress"}"#,
    ]
    .join("\n");
    let folder = Folder::new(&[(LOG, &lines), (CANON, canon)]);
    for (filter, ids) in [
        ("owner:none", "0001 0002 0004 0005"),
        ("owner=None", "0001 0002 0004 0005"),
        ("owner:n/a", "0001 0002 0004 0005"),
        ("owner:", "0001 0002 0004 0005"),
        ("owner:-", "0001 0002 0004 0005"),
        ("owner:none,nonesuch", "0001 0002 0003 0004 0005"),
        ("owner:\"none\"", "0002 0003 0005"),
        ("owner=\"none\"", "0002 0005"),
        ("has:owner", "0003"),
    ] {
        assert_eq!(found(&folder, filter), ids, "{filter}");
    }
    let check = folder.run(&["check"]).out;
    for id in ["0001", "0002", "0004", "0005"] {
        let said = format!("{id} is in progress, but has no owner");
        assert!(check.contains(&said), "{check}");
    }
    let owners = folder.run(&["owners"]).ok();
    assert!(
        !owners.contains("n/a") && !owners.contains("None"),
        "{owners}"
    );
}

/// People type suffixes in small letters.
#[test]
fn the_case_of_a_suffix_only_matters_where_a_plan_has_both() {
    let folder = log(&[
        r#"{"step_id":"0207","title":"a","status":"draft"}"#,
        r#"{"step_id":"0207.B","title":"b","status":"draft","dependencies":["0207"]}"#,
        r#"{"step_id":"0208","title":"c","status":"draft","dependencies":["0207.B"]}"#,
        r#"{"step_id":"0209.a","title":"d","status":"draft"}"#,
        r#"{"step_id":"0209.A","title":"e","status":"draft"}"#,
    ]);
    for (filter, ids) in [
        ("id=0207.b", "0207.B"),
        ("id:0207.b", "0207.B"),
        ("dep:207.b", "0208"),
        ("up:207.b", "0207"),
        ("down:207.b", "0208"),
        ("id=0209.a", "0209.a"),
        ("id=0209.A", "0209.A"),
    ] {
        assert_eq!(found(&folder, filter), ids, "{filter}");
    }
    assert!(folder.run(&["show", "0207.b"]).ok().contains("0207.B"));
    assert!(folder.run(&["chain", "207.b"]).ok().contains("0208"));
    let run = folder.run(&["set", "207.b", "owner=ops"]);
    assert_eq!(run.err, "stepdeck: 0207.B owner: (none) → ops\n");
    let run = folder.run(&["set", "0209.A", "dependencies+=207.b"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(folder.read(LOG).contains(r#"["0207.B"]"#) && run.err.contains("0207.B"));
    let run = folder.run(&["set", "0209.A", "dependencies-=207.b"]);
    assert!(run.code == 0 && run.err.contains("0207.B"), "{run:?}");
    let run = folder.run(&["show", "0207.c"]);
    assert!(run.err.contains("there is no step 0207.c"), "{run:?}");
}

#[test]
fn a_range_of_ids_begins_and_ends_with_its_suffix() {
    let ids = [
        "0207", "0207.A", "0207.B", "0207.B.1", "0207.C", "0208", "0209", "0209.A", "0210",
    ];
    let lines = ids.map(|id| format!("{{\"step_id\":\"{id}\"}}"));
    let folder = log(&lines.each_ref().map(String::as_str));
    for (filter, ids) in [
        ("id:0207.B..0208", "0207.B 0207.B.1 0207.C 0208"),
        ("id:0207.b..0208", "0207.B 0207.B.1 0207.C 0208"),
        // A step's sub-steps end it.
        ("id:0208..0209", "0208 0209 0209.A"),
        ("id:..0207.B", "0207 0207.A 0207.B 0207.B.1"),
        ("id:0209.A..", "0209.A 0210"),
        ("id:0208..0207.C", "0207.C 0208"),
        ("id>0207", "0208 0209 0209.A 0210"),
        ("id<=0207", "0207 0207.A 0207.B 0207.B.1 0207.C"),
        ("id<0208", "0207 0207.A 0207.B 0207.B.1 0207.C"),
        ("id>=0209", "0209 0209.A 0210"),
    ] {
        assert_eq!(found(&folder, filter), ids, "{filter}");
    }
}

#[test]
fn two_minus_signs_are_told_what_they_are() {
    let folder = log(&[r#"{"step_id":"0001"}"#]);
    for filter in [
        "--is:done",
        "--(is:done)",
        "is:open --owner:ops",
        "(--is:done OR a)",
    ] {
        let run = folder.run(&["list", &format!("--filter={filter}")]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("one - negates a term"), "{run:?}");
        assert!(!run.err.contains("parenthes"), "{run:?}");
    }
}
