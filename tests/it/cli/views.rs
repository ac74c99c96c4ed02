//! What `next`, `chain` and `gates` print: for people, for scripts, and when asked for what
//! is not there.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::programme;
use crate::support::run::Folder;
use crate::support::schema::valid;
use serde_json::{Value, json};

/// Nine steps in two blocks: a hub, a chain, a cycle, a missing step, conditions, and words
/// that must not reach a terminal.
const STEPS: &str = r#"{"step_id":"0001","title":"Pick the engine","owner":"ops","status":"complete","dependencies":[],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0002","title":"Review the schema","owner":"grc","status":"in progress","dependencies":["0001","[x] Budget signed"],"updated_at":"2026-11-14T09:30:00Z"}
{"step_id":"0003","title":"Load test \u001b[31m\u202ered","owner":"","status":"draft","dependencies":["0002","Board agrees"],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0004","title":"Write the rollback note","owner":"sre","status":"draft","dependencies":["0002"],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0005","title":"Rehearse the cut-over","owner":"sre","status":"idea","dependencies":["0003","0004","0099","Room booked"],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0006","title":"Chicken","owner":"ops","status":"idea","dependencies":["0005","0007"],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0007","title":"Egg","owner":"ops","status":"nearly","dependencies":["0006"],"updated_at":"2026-11-01T00:00:00Z"}
{"step_id":"0101","title":"Tidy the wiki, every page of it, from the first one that anybody wrote to the last one that nobody reads","owner":"people","status":"idea","dependencies":[],"updated_at":"2026-06-01T00:00:00Z"}
{"step_id":"0102","title":"Call the vendor","owner":"ops","status":"blocked","dependencies":[],"updated_at":"2026-11-01T00:00:00Z"}
"#;

const GATE: &str = "\
# Gates

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | One plan | Review with ≥50% checklist completion |
| Sky | Later | Two plans | Go or no-go |

## Readiness Checklists

### Ground

- [x] The engine is picked (Step 0001).
- [ ] The cut-over is rehearsed (Step 0005).
- [ ] The wiki is tidy (Step 0101).

### Shed

- Nobody guards this
";

fn folder() -> Folder {
    Folder::new(&[(LOG, STEPS), (CANON, GATE)])
}

fn programme() -> Folder {
    Folder::new(&programme::FILES)
}

#[test]
fn next_is_a_table_of_ready_steps() {
    let folder = folder();
    insta::assert_snapshot!(folder.run(&["next"]).ok());
    insta::assert_snapshot!(
        folder
            .run_on(&["--color", "never", "next", "--explain"], Some(80))
            .ok()
    );
}

#[test]
fn next_prints_the_terms_as_json_and_they_add_up() {
    let folder = folder();
    let printed = valid("next", &folder.run(&["next", "--json", "-n", "1"]).ok());
    let [step] = &printed["steps"].as_array().unwrap()[..] else {
        panic!("{printed}");
    };
    assert_eq!(
        (&step["rank"], &step["step_id"]),
        (&json!(1), &json!("0002"))
    );
    assert_eq!(
        (&step["title"], &step["owner"]),
        (&json!("Review the schema"), &json!("grc"))
    );
    let points = |term: &Value| term["points"].as_i64().unwrap();
    let terms = step["terms"].as_array().unwrap();
    assert_eq!(
        terms.iter().map(points).sum::<i64>(),
        step["score"].as_i64().unwrap()
    );
    let why: Vec<&str> = terms
        .iter()
        .map(|term| term["why"].as_str().unwrap())
        .collect();
    assert_eq!(
        why,
        [
            "makes 0004 ready at once",
            "holds up a chain of 3 steps",
            "the gate of Ground waits for 0005, which waits for it",
            "no open check of Ground names it",
            "is in progress",
            "B01 is the first block with ready steps",
            "has not been touched for 7 days, by updated_at",
            "is not carried over from last week",
        ]
    );
}

/// A wrong name is said with its place and the names there are; the others hold.
#[test]
fn weights_come_from_the_configuration() {
    let folder = folder();
    folder.write(
        "stepdeck.toml",
        "[ranking]\nchain = 0\nluck = 7\nage = 100\n",
    );
    let run = folder.run(&["next", "--json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        run.err,
        "stepdeck: ROOT/stepdeck.toml:3:1: [ranking] \"luck\" is not a term: the terms are \
         unblocks, chain, stage, evidence, status, block, age, carried\n"
    );
    let printed = valid("next", &run.out);
    let first = &printed["steps"][0];
    assert_eq!(first["step_id"], "0101", "the oldest one goes first now");
    let names = first["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|term| &term["name"]);
    assert!(names.into_iter().all(|name| name != "chain"));
}

#[test]
fn where_nothing_is_ready_next_says_so() {
    let folder = Folder::new(&[(
        LOG,
        r#"{"step_id":"0001","status":"idea","dependencies":["0002"]}"#,
    )]);
    let run = folder.run(&["next"]);
    assert_eq!(
        run.ok(),
        "No step is ready: 0 ready, 1 waiting, 0 blocked, 0 done.\n"
    );
    let empty = valid("next", &folder.run(&["next", "--json"]).ok());
    assert_eq!(empty, json!({"schema": "stepdeck/next@1", "steps": []}));
}

#[test]
fn a_chain_is_listed_with_distance_and_status() {
    let folder = folder();
    insta::assert_snapshot!(folder.run(&["chain", "5"]).ok());
    insta::assert_snapshot!(
        folder
            .run_on(&["--color", "never", "--ascii", "chain", "0002"], Some(80))
            .ok()
    );
    let alone = folder.run(&["chain", "102"]).ok();
    assert_eq!(
        alone,
        "0102  ✗ blocked  Call the vendor\n\nUpstream  nothing\n\nDownstream  nothing\n"
    );
}

/// A step that nobody wrote belongs to what is waited for, with no status; a status that is not one
/// of the five is given as written; conditions are not steps.
#[test]
fn a_chain_as_json_has_missing_steps_and_cycles() {
    let folder = folder();
    let printed = valid("chain", &folder.run(&["chain", "0005", "--json"]).ok());
    let link = |id: &str, depth: u32, status: Option<&str>| json!({"step_id": id, "depth": depth, "status": status});
    assert_eq!(
        printed,
        json!({
            "schema": "stepdeck/chain@1",
            "step_id": "0005",
            "upstream": [
                link("0003", 1, Some("draft")),
                link("0004", 1, Some("draft")),
                link("0099", 1, None),
                link("0002", 2, Some("in progress")),
                link("0001", 3, Some("complete")),
            ],
            "downstream": [link("0006", 1, Some("idea")), link("0007", 2, Some("nearly"))],
            "cycles": [["0006", "0007"]],
            "longest_chain": ["0001", "0002", "0003", "0005", "0006"],
        })
    );
}

#[test]
fn the_gates_are_a_ladder_and_one_of_them_a_checklist() {
    insta::assert_snapshot!(folder().run(&["gates"]).ok());
    let programme = programme();
    insta::assert_snapshot!(
        programme
            .run_on(&["--color", "never", "gates", "pilot"], Some(80))
            .ok()
    );
    insta::assert_snapshot!(folder().run(&["gates", CANON]).ok());
}

#[test]
fn the_gates_as_json_have_items_evidence_and_places() {
    let programme = programme();
    let printed = valid("gates", &programme.run(&["gates", "--json"]).ok());
    let stages = printed["stages"].as_array().unwrap();
    let brief = |stage: &Value| {
        ["stage", "horizon", "ticked", "total", "threshold", "met"].map(|key| stage[key].clone())
    };
    let all: Vec<_> = stages.iter().map(brief).collect();
    assert_eq!(
        json!(all),
        json!([
            ["Pilot", "Weeks 1-6", 2, 4, 75, false],
            ["Rollout", "Weeks 7-20", 0, 1, 100, false],
        ])
    );
    assert_eq!(
        stages[0]["items"][0],
        json!({
            "number": 1,
            "text": "Pilot teams are picked and briefed (Step 0001).",
            "done": true,
            "condition": null,
            "evidence": ["https://wiki.example.org/pilot/teams"],
            "steps": ["0001"],
            "file": "docs/programme.md",
            "line": 12,
        })
    );
    let one = valid("gates", &programme.run(&["gates", "ROLL", "--json"]).ok());
    assert_eq!(one["stages"], json!([stages[1]]));
    let shed = valid("gates", &folder().run(&["gates", CANON, "--json"]).ok());
    assert_eq!(shed["stages"], json!([]));
    assert_eq!(shed["other"][0]["items"][0]["heading"], "Shed");
}

/// The numbers that `gates` prints are those that `tick` takes.
#[test]
fn an_item_is_ticked_by_its_number() {
    let folder = folder();
    assert_eq!(folder.run(&["tick", "ground", "3"]).code, 0);
    let printed = valid("gates", &folder.run(&["gates", "ground", "--json"]).ok());
    let stage = &printed["stages"][0];
    assert_eq!(
        (&stage["items"][2]["done"], &stage["met"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn what_is_not_there_is_an_error_with_the_way_on() {
    let folder = folder();
    for (arguments, said) in [
        (&["next", "-n", "0"][..], "give a whole number from 1"),
        (&["next", "-n", "many"], "give a whole number from 1"),
        (&["chain", "0900"], "there is no step 0900; `stepdeck list`"),
        (&["chain", "B01"], "write digits"),
        (
            &["gates", "moon"],
            "“moon” is not a stage: the stages are Ground, Sky",
        ),
        (&["-C", "nowhere", "next"], "is not a folder"),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
}

/// A pipe gets no escape sequence at all, whatever the files hold; a terminal gets ours only.
#[test]
fn output_is_plain_in_a_pipe_and_safe_everywhere() {
    let folder = folder();
    for arguments in [
        &["next", "--explain"][..],
        &["chain", "2"],
        &["gates"],
        &["gates", "ground"],
        &["chain", "2", "--json"],
        &["next", "--json"],
    ] {
        let run = folder.run(arguments).ok();
        assert!(!run.contains(['\u{1b}', '\u{202e}']), "{run}");
        assert!(run.lines().all(|line| line == line.trim_end()), "{run}");
    }
    let coloured = folder
        .run_on(&["next", "-n", "1", "--explain"], Some(80))
        .ok();
    insta::assert_snapshot!(coloured.replace('\u{1b}', "\\e"));
    let coloured = folder.run(&["--color", "always", "chain", "2"]).ok();
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert!(!coloured.contains("\u{1b}[31m\u{202e}"), "{coloured}");
    assert!(coloured.contains("\\x1b[31m\\u{202e}red"), "{coloured}");
}

/// They read, and leave everything as it is.
#[test]
fn a_plan_without_stages_or_ready_steps_is_no_error() {
    let folder = Folder::new(&[(LOG, LINES)]);
    assert!(
        folder
            .run(&["gates"])
            .ok()
            .starts_with("The plan has no stages.")
    );
    let none = valid("gates", &folder.run(&["gates", "--json"]).ok());
    assert_eq!(none["stages"], json!([]));
    folder.write(CANON, DOCUMENT);
    assert_eq!(folder.run(&["--read-only", "gates"]).code, 0);
    assert_eq!(folder.read(LOG), LINES);
}
