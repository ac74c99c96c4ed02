//! `stepdeck report checkpoint`: a paper for each thousand that moved, each figure counted in another
//! way, a section a month, and the link from the row of the block that ends it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::naive::{Object, number, versions};
use super::repo::{LOG, Repo, line};
use super::reports::section;
use crate::support::run::Folder;
use crate::support::schema::valid;

const CANON: &str = "docs/plan.md";
const CP01: &str = "docs/checkpoints/CP01.md";
const CP02: &str = "docs/checkpoints/CP02.md";

/// The block table as the plan of the seeds has it: without a column for checkpoints.
const TABLE: &str = "# Plan\n\n## Blocks\n\n| Block | Step Range | Theme | Success Signal | Status |\n| --- | --- | --- | --- | --- |\n\
    | B01 | 0001–0100 | Base | It stands | Draft |\n| B02 | 0101–0200 | Walls | They hold | Retired |\n\
    | B10 | 0901–1000 | Roof | No rain | Draft |\n| B11 | 1001–1100 | Paint | It shines | Draft |\n\
    | B20 | 1901–2000 | Garden | It blooms | |\n";

/// A line with effort and cost as JSON.
fn with(id: &str, status: &str, effort: &str, cost: &str) -> String {
    let line = line(id, &format!("Step {id}"), status);
    let rest = format!(r#", "effort": {effort}, "cost": {cost}}}"#);
    format!("{}{rest}\n", line.strip_suffix('}').unwrap())
}

/// What each step is at first, and what it becomes in November.
const STEPS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "0001",
        "complete",
        "complete",
        r#"{"planned": 3, "actual": 4}"#,
        r#"{"planned": "1,000 €", "actual": "900 €"}"#,
    ),
    (
        "0002",
        "draft",
        "complete",
        r#"{"planned": 5, "actual": 5.5}"#,
        r#"{"planned": "500 €", "actual": "€ 600"}"#,
    ),
    ("0003", "draft", "blocked", r#"{"planned": 2}"#, "{}"),
    ("0150", "draft", "draft", r#"{"planned": 99}"#, "{}"),
    (
        "0901",
        "complete",
        "draft",
        r#"{"planned": "2 weeks"}"#,
        "{}",
    ),
    ("1001", "draft", "complete", "{}", "{}"),
    ("2001", "draft", "draft", "{}", "{}"),
];

fn log(of: impl Fn(&(&str, &str, &str, &str, &str)) -> String) -> String {
    let rows = STEPS.iter().map(|row| with(row.0, &of(row), row.3, row.4));
    rows.collect()
}

/// A plan of three thousands of which two moved after 2026-11-15.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    repo.write(LOG, &log(|row| row.1.to_owned()));
    repo.write(CANON, TABLE);
    repo.commit("start");
    repo.pass_days(75);
    repo.write(LOG, &log(|row| row.2.to_owned()));
    let scorecard = |week: &str, value: &str| {
        let text = format!(
            "# Scorecard {week}\n\n| Indicator | Value | Colour |\n| --- | --- | --- |\n| Shops | {value} | ● green |\n"
        );
        repo.write(&format!("docs/scorecards/{week}.md"), &text);
    };
    scorecard("2026-W42", "900");
    scorecard("2026-W47", "1,250");
    let risk = |name: &str, of: &str| {
        repo.write(
            &format!("docs/risks/{name}.md"),
            &format!("# {name}\n\n{of}\n"),
        );
    };
    risk(
        "2026-11-17-rain",
        "- **Status:** open\n- **Opened:** 2026-11-17\n- **Steps:** 0003",
    );
    risk(
        "2026-11-17-dust",
        "- **Status:** open\n- **Opened:** 2026-11-17\n- **Steps:** 1001",
    );
    risk(
        "2026-09-09-wind",
        "- **Status:** closed\n- **Closed:** 2026-11-18, Bo\n\n## Mitigation\n\nA wall.",
    );
    repo.commit("a month's work");
    Some(repo)
}

fn document(folder: &Folder, arguments: &[&str]) -> Value {
    let run = folder.run(&[&["report", "checkpoint", "--json"], arguments].concat());
    assert_eq!(run.code, 0, "{run:?}");
    valid("checkpoint", &run.out)
}

fn thousand(step: &Object) -> u32 {
    number(step).parse::<u32>().unwrap().div_ceil(1000)
}

#[test]
fn each_thousand_that_moved_is_counted_in_another_way() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let told = document(folder, &[]);
    let rows = told["checkpoints"].as_array().unwrap();
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["checkpoint"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["CP01", "CP02"]);
    let all = versions(repo.path());
    let [(_, old), (_, new)] = &all[..] else {
        panic!()
    };
    let before: BTreeMap<String, &Object> = old.iter().map(|step| (number(step), step)).collect();
    let is_retired = |step: &Object| (101..=200).contains(&number(step).parse::<u32>().unwrap());
    for (row, cp) in rows.iter().zip([1, 2]) {
        let here: Vec<&Object> = new.iter().filter(|step| thousand(step) == cp).collect();
        let counted: Vec<&&Object> = here.iter().filter(|step| !is_retired(step)).collect();
        let complete = |step: &Object| step["status"] == "complete";
        assert_eq!(row["total"], counted.len());
        assert_eq!(
            row["complete"],
            counted.iter().filter(|step| complete(step)).count()
        );
        let turned = |to: bool| -> Vec<&str> {
            let turned = here.iter().filter(|step| {
                let was = complete(before[&number(step)]);
                complete(step) == to && was != to
            });
            turned
                .map(|step| step["step_id"].as_str().unwrap())
                .collect()
        };
        assert_eq!(row["completed"], serde_json::json!(turned(true)), "{row:#}");
        assert_eq!(row["reopened"], serde_json::json!(turned(false)), "{row:#}");
        let sum = |of: &str, key: &str| -> f64 {
            let numbers = counted
                .iter()
                .filter_map(|step| step[of].get(key)?.as_f64());
            numbers.sum()
        };
        let found = row["effort"]["planned"]["by_unit"]
            .get("")
            .and_then(Value::as_f64);
        assert_eq!(found.unwrap_or(0.0), sum("effort", "planned"));
        let found = row["effort"]["actual"]["by_unit"]
            .get("")
            .and_then(Value::as_f64);
        assert_eq!(found.unwrap_or(0.0), sum("effort", "actual"));
    }
    let first = &rows[0];
    // 3 and 5 days of the complete steps were planned, 4 and 5.5 taken.
    assert_eq!(
        first["effort"]["spent_percent"],
        (4.0 + 5.5) / (3.0 + 5.0) * 100.0
    );
    assert_eq!(first["effort"]["planned"]["by_unit"]["weeks"], 2.0);
    assert_eq!(first["effort"]["planned"]["steps"], 4);
    assert_eq!(first["cost"]["planned"]["by_unit"]["€"], 1500.0);
    assert_eq!(first["cost"]["spent_percent"], 100.0);
    let risks = |row: &Value, key: &str| row[key].as_array().unwrap().len();
    assert_eq!(
        (risks(first, "risks_opened"), risks(first, "risks_closed")),
        (1, 1)
    );
    assert_eq!(
        (
            risks(&rows[1], "risks_opened"),
            risks(&rows[1], "risks_closed")
        ),
        (1, 1)
    );
    let shops = &told["indicators"][0];
    assert_eq!(
        (&shops["before"], &shops["delta"]),
        (&900.0.into(), &350.0.into())
    );
    // The weeks are those of the burn-up of the same thousand.
    let burn = folder.run(&["burn", "--filter", "id:0001..1000", "--json"]);
    if burn.code == 0 {
        let burn: Value = serde_json::from_str(&burn.out).unwrap();
        let weeks = first["weeks"].as_array().unwrap();
        assert_eq!(
            weeks.len(),
            burn["points"].as_array().unwrap().len(),
            "{first:#}"
        );
    }
    let last = first["weeks"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["done"], &last["date"]),
        (&first["complete"], &"2026-11-22".into())
    );
    let paper = folder.run(&["report", "checkpoint"]).ok();
    assert!(
        paper.contains("1 step completed and 1 step reopened. 2 of 4 steps are complete"),
        "{paper}"
    );
    assert!(
        paper.contains("| Effort, complete steps with both | 8 | 9.5 | 119% | 2 of 2 |"),
        "{paper}"
    );
    assert!(
        paper.contains("[2026-09-09-wind](../risks/2026-09-09-wind.md) (score 4): A wall."),
        "{paper}"
    );
    let nothing = folder.run(&["report", "checkpoint", "--since", "HEAD"]);
    assert!(
        nothing.code == 2 && nothing.err.contains("no step moved since"),
        "{nothing:?}"
    );
}

#[test]
fn a_month_has_a_section_of_its_own_and_its_row_a_link() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let write =
        |now: &str| folder.run_in(repo.path(), now, &["report", "checkpoint", "--write"], None);
    let first = "2026-11-21T09:30:00Z";
    let run = write(first);
    assert_eq!(
        run.err,
        format!(
            "stepdeck: written: Checkpoint CP01 · {CP01}\nstepdeck: written: Checkpoint CP02 · {CP02}\n"
        )
    );
    let canon = folder.read(CANON);
    let row = "| B10 | 0901–1000 | Roof | No rain | Draft · [CP01](checkpoints/CP01.md) |";
    assert!(canon.contains(row), "{canon}");
    assert!(
        canon.contains("| It blooms | [CP02](checkpoints/CP02.md) |"),
        "{canon}"
    );
    let up_to_date = format!("stepdeck: {CP01} is up to date\nstepdeck: {CP02} is up to date\n");
    assert_eq!(write(first).err, up_to_date);
    assert_eq!(folder.read(CANON), canon);
    let text = folder.read(CP01);
    let month = section(&text, "2026-11");
    assert!(month.contains("2 of 4 steps are complete (50%)"), "{text}");
    assert!(
        month.contains("**B10 Roof**, 1 step open: No rain"),
        "{text}"
    );
    let svg = folder.read("docs/checkpoints/CP01/burn-up.svg");
    assert!(
        svg.contains("Burn-up of CP01") && text.contains("](CP01/burn-up.svg)"),
        "{svg}"
    );
    repo.commit("the checkpoint");
    assert_eq!(write(first).err, up_to_date);
    // People add to it; a month later there is another section above.
    let noted = text
        .replace("## Notes\n", "## Notes\n\nAsk the board.\n")
        .replace("\n## Notes", "\nThe crane came late.\n\n## Notes");
    folder.write(CP01, &noted);
    repo.commit("notes");
    folder.run(&["set", "0003", "status=complete"]).ok();
    let run = write("2026-12-18T09:30:00Z");
    assert_eq!(
        run.err,
        format!("stepdeck: written: Checkpoint CP01 · {CP01}\n")
    );
    let later = folder.read(CP01);
    let places = [
        "## Burn-up",
        "## 2026-12",
        "## 2026-11",
        "The crane came late.",
        "## Notes",
    ];
    let places = places.map(|words| {
        later
            .find(words)
            .unwrap_or_else(|| panic!("{words}\n{later}"))
    });
    assert!(places.is_sorted(), "{later}");
    assert!(section(&later, "2026-12").contains("**0003**"), "{later}");
    assert!(!section(&later, "2026-12").contains("**0002**"), "{later}");
    assert!(section(&later, "2026-11").contains("**0002**") && later.contains("Ask the board."));
    // What is new since the checkpoint is known by that name.
    let since = folder.run_in(
        repo.path(),
        "2026-12-20T09:30:00Z",
        &["since", "checkpoint", "--json"],
        None,
    );
    let since: Value = serde_json::from_str(&since.ok()).unwrap();
    assert!(since.to_string().contains("checkpoint"), "{since:#}");
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("docs/checkpoints/"), "{check}");
}

#[test]
fn without_git_the_checkpoint_says_what_it_cannot_know() {
    let folder = Folder::new(&[(LOG, &log(|row| row.2.to_owned()))]);
    let run = folder.run(&["report", "checkpoint", "--since", "2026-08-01", "--json"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
    let told = valid("checkpoint", &run.out);
    assert_eq!(told["source"], "updated_at");
    let run = folder.run(&["report", "checkpoint", "--since", "2026-08-01", "--write"]);
    assert!(
        run.code == 0 && folder.read(CP01).contains("# Checkpoint CP01"),
        "{run:?}"
    );
}
