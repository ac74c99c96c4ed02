//! Statuses, types and evidence as people write them who know no schema: found, fixed where only
//! one thing can be meant, and never ranked as what they are not.

use chrono::DateTime;
use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::change::form::{self, Form};
use stepdeck::plan::Plan;
use stepdeck::plan::source::{Role, SourceFile};

use super::lists::{CANON, LOG};
use crate::support::run::Folder;

const STAMP: &str = "2026-11-20T10:00:00Z";

/// A log line with these keys over the usual ones.
fn step(id: &str, keys: &[(&str, &str)]) -> String {
    let mut all = [
        ("title", format!("\"T{id}\"")),
        ("owner", "\"ops\"".to_owned()),
        ("status", "\"draft\"".to_owned()),
        ("outcome", "\"o\"".to_owned()),
        ("dependencies", "[]".to_owned()),
        ("artifacts", "[]".to_owned()),
        ("evidence", "{\"metric\":\"m\",\"target\":1}".to_owned()),
        ("updated_at", format!("\"{STAMP}\"")),
    ];
    for (key, raw) in keys {
        let known = all.iter_mut().find(|(name, _)| name == key);
        known.unwrap().1 = (*raw).to_owned();
    }
    let keys: Vec<String> = all.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
    format!(
        "{{\"step_id\":\"{id}\",\"block\":\"B01\",{}}}\n",
        keys.join(",")
    )
}

fn log(lines: &[String]) -> Folder {
    Folder::new(&[(LOG, &lines.concat())])
}

fn statuses() -> Folder {
    let line = |id: &str, status: &str| step(id, &[("status", &format!("\"{status}\""))]);
    log(&[
        line("0001", "WIP"),
        line("0002", "done ✅"),
        line("0003", "draft"),
        line("0004", "WIP (soon)"),
        line("0005", "in review"),
    ])
}

fn ids(out: &str) -> Vec<&str> {
    let mut ids: Vec<&str> = out.lines().filter_map(|line| line.get(..4)).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_filter_finds_a_status_as_it_is_written() {
    let folder = statuses();
    let found = |query: &str| {
        let out = folder.run(&["list", "--filter", query]).ok();
        ids(&out).join(" ")
    };
    assert_eq!(found("status:WIP"), "0001 0004");
    assert_eq!(found("status=wip"), "0001");
    assert_eq!(found("  status:\"done ✅\""), "0002");
    assert_eq!(found("status:wip,draft"), "0001 0003 0004");
    assert_eq!(found("status:\"in review\""), "0005");
    assert_eq!(found("-status:wip"), "0002 0003 0005");
    // What nobody wrote is a slip.
    let run = folder.run(&["list", "--filter", "  owner:ops status:wipp"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        "stepdeck: cannot read the filter at “status:wipp”: a status is idea, draft, progress, \
         blocked or complete\n  owner:ops status:wipp\n            ^^^^^^^^^^^\n"
    );
}

#[test]
fn a_status_is_set_where_another_word_is() {
    let folder = statuses();
    let arguments = ["set", "--filter", "status:WIP", "status=in progress"];
    assert_eq!(folder.run(&arguments).code, 0);
    let log = folder.read(LOG);
    assert_eq!(log.matches("\"in progress\"").count(), 2, "{log}");
    assert!(!log.contains("WIP"));
}

#[test]
fn a_status_that_nobody_can_read_is_not_ranked_and_that_is_said() {
    let folder = statuses();
    let run = folder.run(&["next"]);
    assert!(
        run.out.contains("0003") && !run.out.contains("0001"),
        "{run:?}"
    );
    assert_eq!(
        ids(&folder.run(&["list", "--filter", "is:ready"]).out),
        ["0003"]
    );
    let shown = folder.run_on(&["next"], Some(100)).out;
    let counts = "1 ready, 0 waiting, 0 blocked, 0 done, 4 with a status that is none of the five";
    assert!(shown.contains(counts), "{shown}");
    let review = folder.run(&["review", "show"]).out + &folder.run(&["review"]).out;
    let said = "Only 1 step is ready: 4 have a status that is none of the five";
    assert!(review.contains(said), "{review}");
    // Whoever reads the state elsewhere counts the same.
    let unclear = ["0001", "0002", "0004", "0005"];
    let list = folder.run(&["list", "--filter", "is:unclear"]).out;
    assert_eq!(ids(&list), unclear);
    assert!(
        list.lines().all(|line| line.contains("\tunclear\t")),
        "{list}"
    );
    let json = folder.run(&["list", "--json"]).out;
    assert_eq!(json.matches("\"state\": \"unclear\"").count(), 4, "{json}");
    let csv = folder.run(&["export", "--format", "csv"]).out;
    assert_eq!(csv.matches(",unclear").count(), 4, "{csv}");
    let metrics = folder.run(&["export", "--format", "openmetrics"]).out;
    let counted = "stepdeck_steps{status=\"unknown\",state=\"unclear\"} 4";
    assert!(metrics.contains(counted), "{metrics}");
    let page = folder.run(&["export", "--format", "html"]).out;
    assert!(page.contains("<span class=\"u\">Unclear</span>"), "{page}");
    let shown = folder.run(&["show", "0001"]).out;
    let why = "0001 could be ready, but its status “WIP” is none of the five: set one.";
    assert!(shown.contains(why), "{shown}");
}

#[test]
fn a_value_that_can_only_mean_one_thing_gets_its_type() {
    for (key, wrong, right) in [
        ("dependencies", "\"0002\"", "[\"0002\"]"),
        ("dependencies", "2", "[\"0002\"]"),
        (
            "dependencies",
            "\"[Step 0002](steps.md#step-0002)\"",
            "[\"0002\"]",
        ),
        ("dependencies", "\"0002; 0003\"", "[\"0002\",\"0003\"]"),
        ("dependencies", "\"none\"", "[]"),
        ("dependencies", "\"Board agrees\"", "[\"Board agrees\"]"),
        ("artifacts", "\"\"", "[]"),
        ("artifacts", "\"docs/a b.md\"", "[\"docs/a b.md\"]"),
        (
            "artifacts",
            "\"https://x.org/a?p=1,2\"",
            "[\"https://x.org/a?p=1,2\"]",
        ),
        (
            "evidence",
            "\"https://x.org/a\"",
            "{\"link\":\"https://x.org/a\"}",
        ),
        ("evidence", "\"\"", "{}"),
        ("updated_at", "1763632800", "\"2025-11-20T10:00:00Z\""),
        ("updated_at", "1763632800000", "\"2025-11-20T10:00:00Z\""),
    ] {
        let lines = [
            step("0001", &[(key, wrong)]),
            step("0002", &[]),
            step("0003", &[]),
        ];
        let folder = log(&lines);
        let before = folder.read(LOG);
        folder.run(&["check", "--fix"]);
        let (from, to) = (format!("\"{key}\":{wrong}"), format!("\"{key}\":{right}"));
        // Nothing else changes, nor does the stamp.
        assert_eq!(folder.read(LOG), before.replace(&from, &to), "{wrong}");
    }
}

#[test]
fn a_value_that_may_mean_several_things_is_left_alone() {
    for (key, wrong) in [
        ("dependencies", "\"Board agrees, legal signs\""),
        ("dependencies", "2.5"),
        ("artifacts", "\"a.md, b.md\""),
        ("artifacts", "7"),
        ("evidence", "\"80 %\""),
        ("evidence", "\"12/15\""),
        ("updated_at", "45981"),
    ] {
        let folder = log(&[step("0001", &[(key, wrong)])]);
        let run = folder.run(&["check", "--fix"]);
        assert_eq!(run.err, "stepdeck: nothing here can be fixed\n", "{wrong}");
        assert!(run.out.contains(&format!("`{key}` of 0001 is")), "{run:?}");
        assert!(!run.out.contains("`stepdeck check --fix`"), "{run:?}");
        assert_eq!(folder.diff(), "");
    }
}

/// A fix of the spelling keeps the time of the last edit, the fixed one if that is fixed, too.
#[test]
fn fixes_of_spelling_keep_the_stamp() {
    let wrong = [
        ("dependencies", "[\"0002, 0003\"]"),
        ("artifacts", "\"a.md\""),
        ("status", "\"In_Progress\""),
        ("updated_at", "\"2026-11-02\""),
    ];
    let lines = [step("0001", &wrong), step("0002", &[]), step("0003", &[])];
    let folder = log(&lines);
    let before = folder.read(LOG);
    folder.run(&["check", "--fix"]);
    let after = before
        .replace("[\"0002, 0003\"]", "[\"0002\",\"0003\"]")
        .replace("\"artifacts\":\"a.md\"", "\"artifacts\":[\"a.md\"]")
        .replace("In_Progress", "in progress")
        .replace("\"2026-11-02\"", "\"2026-11-02T00:00:00Z\"");
    assert_eq!(folder.read(LOG), after);
}

#[test]
fn the_help_of_check_names_every_fix() {
    let help = log(&[]).run(&["check", "--help"]).out;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for fix in stepdeck::plan::checks::Fix::KINDS {
        assert!(help.contains(fix.words()), "{}: {help}", fix.words());
    }
}

/// One bad status holds nothing else back, and what was refused is not promised again.
#[test]
fn drift_is_fixed_field_by_field() {
    let canon = "# Step 0001 — Other title\n\n- **Outcome:** Signed\n- **Status:** WIP\n";
    let folder = Folder::new(&[(LOG, &step("0001", &[])), (CANON, canon)]);
    let run = folder.run(&["check", "--fix", "--prefer", "canon"]);
    let log = folder.read(LOG);
    assert!(
        log.contains("Other title") && log.contains("Signed"),
        "{log}"
    );
    assert_eq!(
        run.err,
        "stepdeck: not fixed: status of 0001 stays as it is: “WIP” is not a status: use idea, \
         draft, in progress, blocked or complete\nstepdeck: 0001 title, outcome as in the canon\n"
    );
    assert!(!run.out.contains("`stepdeck check --fix` with"), "{run:?}");
    let help = "the canon's is not a status: `stepdeck check --fix --prefer log`";
    assert!(run.out.contains(help), "{run:?}");
    let dry = folder.run(&["check", "--fix", "--prefer", "canon", "--dry-run"]);
    assert!(dry.err.contains("status of 0001 stays as it is"), "{dry:?}");

    // Where neither side is a status, nothing is promised at all.
    let line = step("0001", &[("status", "\"done ✅\"")]);
    let folder = Folder::new(&[(LOG, &line), (CANON, canon)]);
    let run = folder.run(&["check", "--fix", "--prefer", "canon"]);
    assert!(run.err.contains("status of 0001 stays as it is"), "{run:?}");
    let run = folder.run(&["check"]);
    assert!(run.out.contains("help: neither is a status"), "{run:?}");
    assert!(!run.out.contains("fixes"), "{run:?}");
}

/// As where a script fills the log from the canon.
#[test]
fn a_log_that_has_the_markdown_of_the_canon_does_not_drift_from_it() {
    let canon = "# Step 0001 — `pr-core` *first*\n\n- **Outcome:** [Signed](a.md), see\n  `x`\n";
    let keys = [
        ("title", "\"`pr-core` *first*\""),
        ("outcome", "\"[Signed](a.md), see `x`\""),
    ];
    let folder = Folder::new(&[(LOG, &step("0001", &keys)), (CANON, canon)]);
    let run = folder.run(&["check"]);
    assert!(!run.out.contains("drift"), "{run:?}");
    folder.run(&["check", "--fix", "--prefer", "log"]);
    assert_eq!(folder.diff(), "");
    let keys = [("title", "\"pr-core second\"")];
    let folder = Folder::new(&[(LOG, &step("0001", &keys)), (CANON, canon)]);
    assert!(folder.run(&["check"]).out.contains("drift"));
}

/// A paragraph right below the last bullet belongs to it in Markdown, and to nobody's status.
#[test]
fn a_status_with_a_paragraph_below_it_is_read_and_set_alone() {
    let canon = "# Step 0001 — T0001\n\n- **Outcome:** o\n- **Status:** Draft\nDefer to the \
                 [handbook](h.md).\n";
    let folder = Folder::new(&[(LOG, &step("0001", &[])), (CANON, canon)]);
    let run = folder.run(&["check"]);
    assert!(!run.out.contains("status"), "{run:?}");
    let run = folder.run(&["set", "0001", "status=in progress"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        folder.read(CANON),
        canon.replace("Draft", "In Progress"),
        "{run:?}"
    );
}

#[test]
fn evidence_without_an_object_is_shown() {
    let link = log(&[step("0001", &[("evidence", "\"https://x.org/a\"")])]);
    let shown = link.run(&["show", "0001"]).out;
    assert!(
        shown.contains("https://x.org/a (not in an object)"),
        "{shown}"
    );
    let words = log(&[step("0001", &[("evidence", "\"80 % covered\"")])]);
    let shown = words.run(&["show", "0001"]).out;
    assert!(
        shown.contains("Evidence  80 % covered (not in an object)"),
        "{shown}"
    );
    let effort = step("0001", &[]).replace("\"artifacts\"", "\"effort\":5,\"artifacts\"");
    let shown = log(&[effort]).run(&["show", "0001"]).out;
    assert!(shown.contains("5 planned (not in an object)"), "{shown}");
    for (folder, said) in [(&link, "https://x.org/a"), (&words, "80 % covered")] {
        let csv = folder.run(&["export", "--format", "csv"]).out;
        assert!(csv.contains(said), "{csv}");
        assert_eq!(folder.diff(), "");
    }
    assert_eq!(
        ids(&link.run(&["list", "--filter", "evidence:given"]).out),
        ["0001"]
    );
}

#[test]
fn an_edit_makes_an_object_that_keeps_what_was_there() {
    for (before, assignments, after) in [
        (
            "\"https://x.org/a\"",
            &["evidence.metric=m"][..],
            "{\"metric\":\"m\",\"link\":\"https://x.org/a\"}",
        ),
        (
            "\"https://x.org/a\"",
            &["evidence.link=docs/b.md"],
            "{\"link\":\"docs/b.md\"}",
        ),
        (
            "\"https://x.org/a\"",
            &[
                "evidence.link=docs/b.md",
                "evidence.target=5",
                "evidence.actual=4",
            ],
            "{\"target\":5,\"actual\":4,\"link\":\"docs/b.md\"}",
        ),
        (
            "\"80 % \\u00e9\"",
            &["evidence.link=docs/b.md"],
            "{\"metric\":\"80 % \\u00e9\",\"link\":\"docs/b.md\"}",
        ),
        (
            "\"\"",
            &["evidence.link=docs/b.md"],
            "{\"link\":\"docs/b.md\"}",
        ),
    ] {
        let folder = log(&[step("0001", &[("evidence", before)])]);
        let run = folder.run(&[&["set", "0001"], assignments].concat());
        assert_eq!(run.code, 0, "{run:?}");
        let log = folder.read(LOG);
        assert!(
            log.contains(&format!("\"evidence\":{after},")),
            "{after}: {log}"
        );
    }
}

#[test]
fn a_missing_artifact_with_a_blank_in_its_path_is_reported() {
    let artifacts = "[\"docs/b c.pdf\", \"Final report.pdf\", \"see docs/here.md\", \
                     \"the minutes, and plan.md\", \"Board of ops\", \"docs/here too.md\"]";
    let line = step(
        "0001",
        &[("status", "\"complete\""), ("artifacts", artifacts)],
    );
    let files = [
        (LOG, &*line),
        ("docs/here.md", ""),
        ("docs/here too.md", ""),
    ];
    let run = Folder::new(&files).run(&["check"]);
    for name in ["docs/b c.pdf", "Final report.pdf"] {
        let said = format!("names the artifact “{name}”, which does not exist");
        assert!(run.out.contains(&said), "{run:?}");
    }
    assert_eq!(run.out.matches("[missing-artifact]").count(), 2, "{run:?}");
}

/// What a person wrote into the text of the whole step is saved, whichever fields of the object.
#[test]
fn the_whole_step_can_be_edited_where_evidence_is_text() {
    for (typed, after) in [
        (
            "\"evidence.target\" = \"5\"",
            "{\"target\":5,\"link\":\"https://x.org/a\"}",
        ),
        (
            "\"evidence.link\" = \"docs/b.md\"\n\"evidence.target\" = \"5\"",
            "{\"target\":5,\"link\":\"docs/b.md\"}",
        ),
    ] {
        let line = step("0001", &[("evidence", "\"https://x.org/a\"")]);
        let file = SourceFile::load(LOG, Role::Log, line.into_bytes());
        let plan = Plan::read(vec![file]);
        let seen = form::write(&[plan.step(0)]);
        assert!(
            seen.contains("\"evidence.link\" = \"https://x.org/a\""),
            "{seen}"
        );
        let form = Form {
            steps: [plan.step(0).key()].into(),
            text: typed.to_owned(),
            seen,
        };
        let change = Composer::new(&plan, DateTime::UNIX_EPOCH).set_form(&form);
        let change = change.unwrap().change;
        let mut files = plan.files().to_vec();
        apply::change(&change, &mut files).unwrap();
        let log = String::from_utf8(files[0].document.to_bytes()).unwrap();
        assert!(log.contains(&format!("\"evidence\":{after},")), "{log}");
        apply::change(&change.inverse(), &mut files).unwrap();
        assert_eq!(
            files[0].document.to_bytes(),
            plan.files()[0].document.to_bytes()
        );
    }
}
