//! A plan in a repository of its own life: one ladder among hundreds of documents with
//! checklists, tables and ladders that are none of ours.

use std::fmt::Write as _;

use crate::support::desk::Desk;
use crate::support::run::Folder;
use serde_json::Value;
use stepdeck::plan::Plan;
use stepdeck::plan::source::{Role, SourceFile};

const LOG: &str =
    "{\"step_id\":\"0001\",\"block\":\"B01\",\"title\":\"Dig\",\"status\":\"draft\"}\n";

const MILESTONES: &str = "\
# Harbour milestones

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Quay | Spring | Ships moor | Harbour review, ≥50% checklist completion |
| Crane | Summer | Ships unload | Load review |
| Rail | Autumn | Goods leave | Line review |

### Stage Readiness Checklists

#### Quay

- Piles are driven
- [x] Depth is sounded

#### Crane

- Test load is lifted

#### Rail

- Points are set

## Workstream Alignment

### Works

- Pour the Quay before frost.
- Bolt the Crane down.

### Owner Matrix

| Workstream | Quay | Crane | Rail |
| --- | --- | --- | --- |
| Works | DRI: Ada | DRI: Bo | QA: Cy |
";

const ROADMAP: &str = "\
# Public roadmap

## Backlog

- A tide table

## In Progress

- Paint for the sheds

## Shipped

- _Nothing shipped yet._

### Quay lamps

- Lamps hung (PR #7)
";

/// A document that has nothing to do with the plan, of one of ten kinds.
fn foreign(at: usize) -> String {
    let mut text = format!("# Note {at} on ropes & nets\n\n");
    let _ = match at % 10 {
        // A tenth each: lists with boxes, plain lists, both below a heading with "Checklist".
        0 => write!(
            text,
            "## Net mending checklist\n\n### Table of Contents\n\n- Knots\n- Needles\n\n\
             ### Quayside kiosk\n\n- [x] Stock twine {at}\n- [ ] Count floats {at}\n"
        ),
        1 => write!(
            text,
            "## Before sailing\n\n- [ ] Not a checklist by its heading\n"
        ),
        2 => write!(
            text,
            "| Stage | Key question | Output |\n| --- | --- | --- |\n| Bait | Which? | List |\n"
        ),
        3 => write!(
            text,
            "| Workstream | Lead team | Due date |\n| --- | --- | --- |\n| Ropes | Loft | May |\n"
        ),
        4 => write!(
            text,
            "## Step 1 — Install\n\nRun it.\n\n## Step 2: Define input\n\n- **Notes:** see above\n"
        ),
        5 => write!(
            text,
            "| Block | Responsibilities |\n| --- | --- |\n| Pulley | Lifts |\n"
        ),
        6 => write!(
            text,
            "## Workstream alignment meeting\n\n### Loft\n\n- Bring the ledger\n"
        ),
        7 => write!(
            text,
            "```\n# Checklist\n## Quay\n- [ ] only an example\n```\n"
        ),
        8 => write!(
            text,
            "Long words about rope.\n{}",
            "Twist and lay. ".repeat(40)
        ),
        _ => write!(text, "## Crane songs\n\n- Heave\n- Ho\n"),
    };
    text
}

/// Five hundred of them, fifty with a checklist, around a plan of our own.
fn tree() -> Vec<(String, String)> {
    let mut files = vec![
        ("data/plans/plan.jsonl".to_owned(), LOG.to_owned()),
        ("docs/milestones.md".to_owned(), MILESTONES.to_owned()),
        ("docs/ROADMAP.md".to_owned(), ROADMAP.to_owned()),
    ];
    let folder = |at: usize| {
        if at.is_multiple_of(3) {
            "data/notes"
        } else {
            "docs"
        }
    };
    files.extend((0..500).map(|at| (format!("{}/a{at:03}.md", folder(at)), foreign(at))));
    files
}

fn folder() -> Folder {
    let files = tree();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    Folder::new(&files)
}

fn plan(files: &[(&str, &str)]) -> Plan {
    let load = |(path, text): &(&str, &str)| {
        let role = match path.ends_with("ROADMAP.md") {
            true => Role::Roadmap,
            false => Role::Canon,
        };
        SourceFile::load(*path, role, text.as_bytes().to_vec())
    };
    Plan::read(files.iter().map(load).collect())
}

fn stages(plan: &Plan) -> Vec<(&str, Vec<&str>)> {
    let stages = plan.stages().iter();
    stages
        .map(|s| (&*s.name, s.checks.iter().map(|c| &*c.text).collect()))
        .collect()
}

#[test]
fn only_the_ladders_rows_are_stages_and_every_other_checklist_stands_apart() {
    let folder = folder();
    let gates: Value = serde_json::from_str(&folder.run(&["gates", "--json"]).ok()).unwrap();
    let names: Vec<&Value> = gates["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["stage"])
        .collect();
    assert_eq!(names, ["Quay", "Crane", "Rail"]);
    assert_eq!(gates["stages"][0]["total"], 2);
    let other = gates["other"].as_array().unwrap();
    let total = |of: &Value| of["total"].as_u64().unwrap();
    // Fifty documents with two lists of two each.
    assert_eq!(
        (other.len(), other.iter().map(total).sum::<u64>()),
        (50, 200)
    );
    let text = folder.run(&["gates"]).ok();
    assert_eq!(
        text.lines().filter(|line| line.contains('%')).count(),
        3,
        "{text}"
    );
    let standup: Value = serde_json::from_str(&folder.run(&["standup", "--json"]).ok()).unwrap();
    let text = standup.to_string();
    assert!(
        !text.contains("Quayside") && !text.contains("Table of Contents"),
        "{text}"
    );
    // Nothing but the stages' own ticks is asked for evidence, and no foreign step is one.
    let check = folder.run(&["check"]).out;
    assert_eq!(check.matches("tick-without-evidence").count(), 1, "{check}");
    assert!(
        !check.contains("docs/a") && !check.contains("data/notes"),
        "{check}"
    );
    assert_eq!(folder.run(&["list"]).ok().lines().count(), 1);
    assert_eq!(folder.diff(), "", "looking changes nothing");
}

#[test]
fn other_checks_are_found_and_ticked_by_document() {
    let folder = folder();
    let found = folder.run(&["gates", "--other", "floats 120"]).ok();
    assert!(
        found.contains("a120.md") && found.contains("4 [ ] Count floats 120"),
        "{found}"
    );
    let shown = folder.run(&["gates", "a120.md"]).ok();
    assert!(
        shown.contains("Quayside kiosk") && shown.contains("1 of 4 ticked"),
        "{shown}"
    );
    let said = folder.run(&["tick", "a120.md", "count floats"]);
    assert_eq!(
        (said.code, &*said.err),
        (0, "stepdeck: Quayside kiosk ticked: Count floats 120\n")
    );
    assert_eq!(folder.run(&["tick", "docs/a010.md", "3", "--off"]).code, 0);
    let diff = folder.diff();
    assert!(
        diff.contains("-- [ ] Count floats 120") && diff.contains("+- [x] Count floats 120"),
        "{diff}"
    );
    assert!(diff.contains("+- [ ] Stock twine 10"), "{diff}");
    let refused = folder.run(&["tick", "a120.md", "1", "--evidence", "https://x.org"]);
    assert!(
        refused.code != 0 && refused.err.contains("belongs to no gate"),
        "{refused:?}"
    );
}

#[test]
fn screen_2_has_a_place_for_them() {
    let files = tree();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let mut desk = Desk::sized(&files, 100, 30);
    desk.keys("2").wait_for("Other checklists");
    desk.keys("/").wait_for("Find a check");
    desk.keys("floats 120").press("enter");
    desk.wait_for("[ ] Count floats 120").keys("x");
    desk.run_until("the tick on disk", |desk| {
        desk.file("data/notes/a120.md")
            .contains("[x] Count floats 120")
    });
    desk.keys("u");
    desk.run_until("the tick taken back", |desk| {
        desk.file("data/notes/a120.md") == foreign(120)
    });
}

#[test]
fn a_stage_without_a_list_at_home_takes_one_elsewhere() {
    let ladder =
        "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | a |\n| Top | b |\n";
    let home = format!("{ladder}\n## Checklists\n\n### Base\n\n- at home\n");
    let away =
        "# Away\n\n## Gate checklist\n\n### Base\n\n- not this\n\n### Stage 2: Top\n\n- this\n";
    let unrelated = "# X\n\n## Shop checklist\n\n### Top shelf\n\n- jam\n";
    let plan = plan(&[
        ("docs/a.md", &home),
        ("docs/b.md", away),
        ("docs/c.md", unrelated),
    ]);
    assert_eq!(
        stages(&plan),
        [("Base", vec!["at home"]), ("Top", vec!["this"])]
    );
    let others: Vec<&str> = (plan.other_checklists().iter())
        .flat_map(|other| other.checks().map(|check| &*check.text))
        .collect();
    assert_eq!(others, ["not this", "jam"]);
}

#[test]
fn without_a_ladder_only_checklists_that_say_so_make_stages() {
    let text = "# Shop\n\n## Release checklist\n\n### Before\n\n- a\n\n\
                ## Readiness Checklists\n\n### Base\n\n- b\n\n## Launch checklist\n\n### Stage 2\n\n- c\n";
    let plan = plan(&[("docs/a.md", text)]);
    assert_eq!(stages(&plan), [("Base", vec!["b"]), ("Stage 2", vec!["c"])]);
    assert_eq!(plan.other_checklists().len(), 1);
}

#[test]
fn two_ladders_stand_one_after_the_other_with_what_is_theirs() {
    let ladder = |title: &str, owner: &str| {
        format!(
            "# {title}\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | x |\n| {title} top | y |\n\n\
             ## Stage checklists\n\n### Base\n\n- {title} base\n\n\
             | Workstream | Base |\n| --- | --- |\n| Ops | DRI: {owner} |\n"
        )
    };
    let (one, two) = (ladder("Harbour", "Ada"), ladder("Airport", "Bo"));
    let files = [("docs/a.md", &*one), ("docs/b.md", &*two)];
    let plan = plan(&files);
    assert_eq!(
        stages(&plan),
        [
            ("Base", vec!["Harbour base"]),
            ("Harbour top", vec![]),
            ("Base (Airport)", vec!["Airport base"]),
            ("Airport top", vec![]),
        ]
    );
    assert_eq!(plan.stages()[0].owners[0].people[0].1, "Ada");
    assert_eq!(plan.stages()[2].owners[0].people[0].1, "Bo");
    let folder = Folder::new(&[("data/plans/plan.jsonl", LOG), files[0], files[1]]);
    let shown = folder.run(&["gates"]).ok();
    let at = |words: &str| {
        shown
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {shown}"))
    };
    assert!(at("\nHarbour\n") < at("Harbour top") && at("Harbour top") < at("\nAirport\n"));
    // Each has a current stage of its own.
    assert_eq!(shown.matches("current").count(), 2, "{shown}");
}

#[test]
fn evidence_stands_outside_of_the_parts_that_a_program_keeps() {
    let folder = folder();
    folder
        .run(&[
            "tick",
            "Quay",
            "1",
            "--evidence",
            "https://example.org/piles",
        ])
        .ok();
    let roadmap = folder.read("docs/ROADMAP.md");
    assert!(roadmap.starts_with(ROADMAP), "{roadmap}");
    assert!(
        roadmap[ROADMAP.len()..].starts_with("\n## Quay\n\n- Piles are driven"),
        "{roadmap}"
    );
    // The program puts a line at the head of its part, and drops what was there for none.
    let rewritten = roadmap
        .replace(
            "## Shipped\n\n- _Nothing shipped yet._\n",
            "## Shipped\n- Nets (PR #9)\n",
        )
        .replace("- A tide table\n", "");
    folder.write("docs/ROADMAP.md", &rewritten);
    folder
        .run(&["tick", "Quay", "2", "--evidence", "docs/depth.md"])
        .ok();
    let after = folder.read("docs/ROADMAP.md");
    assert!(after.starts_with(rewritten.trim_end()), "{after}");
    let shown = folder.run(&["gates", "Quay"]).ok();
    assert!(
        shown.contains("https://example.org/piles") && shown.contains("docs/depth.md"),
        "{shown}"
    );
}

#[test]
fn boxes_made_by_hand_are_read_and_replaced() {
    let canon = "# Readiness checklists\n\n## Base\n\n- [-] dropped\n- [x]no blank\n- [✓] by hand\n\
                 - [/] half\n1. [] numbered\n- ☐ a sign\n- [a link](x.md) stays\n";
    let folder = Folder::new(&[("data/plans/plan.jsonl", LOG), ("docs/a.md", canon)]);
    let gates: Value = serde_json::from_str(&folder.run(&["gates", "--json"]).ok()).unwrap();
    let items = gates["stages"][0]["items"].as_array().unwrap();
    let read: Vec<(&str, bool)> = (items.iter())
        .map(|item| {
            (
                item["text"].as_str().unwrap(),
                item["done"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("dropped", false),
            ("no blank", true),
            ("by hand", true),
            ("half", false),
            ("numbered", false),
            ("a sign", false),
            ("a link stays", false),
        ]
    );
    for number in ["1", "4", "5", "6"] {
        folder.run(&["tick", "Base", number]).ok();
    }
    for number in ["2", "3"] {
        folder.run(&["tick", "Base", number, "--off"]).ok();
    }
    assert_eq!(
        folder.read("docs/a.md"),
        "# Readiness checklists\n\n## Base\n\n- [x] dropped\n- [ ] no blank\n- [ ] by hand\n\
         - [x] half\n1. [x] numbered\n- ☑ a sign\n- [a link](x.md) stays\n"
    );
}
