//! Steps added by scripts: where they go, and what `add` prints and exits with.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

#[test]
fn add_prints_the_first_free_id() {
    let folder = folder();
    let added = [
        (&["add", "title=After all"][..], "0102"),
        (&["add", "title=In a block", "block=B01"], "0004"),
        (&["add", "title=Behind", "--after", "0001"], "0005"),
        (&["add", "title=Part", "--under", "3"], "0003.A"),
        (&["add", "title=Next part", "--under", "3"], "0003.B"),
    ];
    for (arguments, id) in added {
        assert_eq!(folder.run(arguments).ok(), format!("{id}\n"));
    }
    let ids: Vec<String> = (folder.read(LOG).lines())
        .filter_map(|line| {
            Some(
                line.split_once("\"step_id\": \"")?
                    .1
                    .split('"')
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    let order = [
        "0001", "0002", "0003", "0003.A", "0003.B", "0004", "0005", "0101", "0102",
    ];
    assert_eq!(ids, order);
}

#[test]
fn add_fills_in_the_fields_given() {
    let folder = folder();
    let run = folder.run(&[
        "add",
        "title=Warm up",
        "owner=sre",
        "status=in progress",
        "dependencies=0001; The vendor answers",
        "evidence.metric=p95_ms",
        "evidence.target=200",
    ]);
    assert_eq!(run.ok(), "0102\n");
    let new = "{\"step_id\": \"0102\", \"block\": \"B02\", \"title\": \"Warm up\", \"theme\": \
               \"Move\", \"owner\": \"sre\", \"status\": \"in progress\", \"outcome\": \"\", \
               \"dependencies\": [\"0001\", \"The vendor answers\"], \"artifacts\": [], \
               \"evidence\": {\"metric\": \"p95_ms\", \"target\": 200}, \"updated_at\": \
               \"2026-11-21T09:30:00Z\", \"uid\": \"jjlivdxtizkt\"}";
    assert_eq!(folder.diff(), format!("{LOG}\n+{new}\n"));
}

#[test]
fn an_add_that_cannot_be_adds_nothing() {
    let folder = folder();
    for (arguments, said) in [
        (&["add", "owner=x"][..], "a step needs a title"),
        (&["add", "title=x", "status=soon"], "“soon” is not a status"),
        (
            &["add", "title=x", "--under", "0900"],
            "there is no step 0900",
        ),
        (
            &["add", "title=x", "--under", "1", "--after", "2"],
            "cannot be used with",
        ),
        (&["--read-only", "add", "title=x"], "--read-only"),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(folder.diff(), "");
}

/// A canon by itself is a plan: its first step starts the log where it belongs.
#[test]
fn the_first_step_of_a_canon_starts_the_log() {
    let header = "{\"schema\": \"stepdeck/log@1\"}\n";
    for (config, log, gap) in [
        ("", LOG, ""),
        (
            "[paths]\nlog = \"plans/steps.jsonl\"\n",
            "plans/steps.jsonl",
            "",
        ),
        (
            "[paths]\nlog = [\"plans/*-steps.jsonl\"]\n",
            "plans/10000_step_plan-steps.jsonl",
            "",
        ),
        (
            "[paths]\nlog = \"plans\"\n",
            "plans/10000_step_plan.jsonl",
            "",
        ),
        ("[log]\nlayout = \"spaced\"\n", LOG, "\n"),
    ] {
        let folder = Folder::new(&[(CANON, DOCUMENT), ("stepdeck.toml", config)]);
        let run = folder.run(&["add", "title=Say it", "owner=grc"]);
        assert_eq!((run.code, run.out.as_str()), (0, "0003\n"), "{run:?}");
        let begin = format!("{header}{gap}{{\"step_id\": \"0003\", \"block\": \"B01\", ");
        let text = folder.read(log);
        assert!(
            text.starts_with(&begin) && text.contains("\"owner\": \"grc\""),
            "{text}"
        );
        let run = folder.run(&["add", "title=Again"]);
        assert_eq!((run.code, run.out.as_str()), (0, "0004\n"), "{run:?}");
        let again = folder.read(log);
        assert!(
            again.starts_with(&text) && again.len() > text.len(),
            "{again}"
        );
    }
    let nowhere = "[paths]\nlog = \"plans/[0-9].jsonl\"\n";
    let folder = Folder::new(&[(CANON, DOCUMENT), ("stepdeck.toml", nowhere)]);
    let run = folder.run(&["add", "title=Say it"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("there is no log to add to; "), "{run:?}");
    assert_eq!(folder.diff(), "");
}

/// The case of a suffix makes no other step: neither is added under it, nor moved to it.
#[test]
fn an_id_that_differs_in_case_alone_is_taken() {
    let line = |id: &str| format!("{{\"step_id\":\"{id}\",\"title\":\"Of {id}\"}}\n");
    let log = ["0207", "0207.a", "0207.C"].map(line).concat();
    let folder = Folder::new(&[(LOG, &log)]);
    for (arguments, said) in [
        (
            ["add", "title=New", "--id", "0207.A"],
            "there already is a step 0207.a",
        ),
        (
            ["add", "title=New", "--id", "207.c"],
            "there already is a step 0207.C",
        ),
    ] {
        let run = folder.run(&arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{run:?}");
    }
    let run = folder.run(&["renumber", "0207.C", "0207.A"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err
            .contains("0207.C cannot become 0207.A: that is “Of 0207.a”"),
        "{run:?}"
    );
    assert_eq!(folder.diff(), "");
    // The next free one is none of these, and a step may get capitals.
    let run = folder.run(&["add", "title=New", "--under", "0207"]);
    assert_eq!(run.out, "0207.B\n", "{run:?}");
    let run = folder.run(&["renumber", "0207.a", "0207.A"]);
    assert_eq!(run.code, 0, "{run:?}");
}
