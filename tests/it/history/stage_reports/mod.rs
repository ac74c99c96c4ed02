//! `stepdeck report milestone|quarter|retro`: each figure counted in another way, what is written with
//! the paper, two people at once, untidy plans, and plans without git.

mod milestones;
mod quarters;
mod retrospectives;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::history::naive::Object;
use crate::history::repo::{LOG, Repo};
use crate::support::run::Folder;
use crate::support::schema::valid;

const CANON: &str = "docs/plan.md";
const PACKETS: &str = "docs/milestone-reviews/ground";

fn canon(ground: &str, top: &str) -> String {
    let list = |name: &str, ticks: &str, steps: &[&str]| {
        let items = ticks
            .chars()
            .zip(steps)
            .map(|(tick, words)| format!("- [{tick}] {words}\n"));
        format!("### {name}\n\n{}\n", items.collect::<String>())
    };
    format!(
        "# Plan\n\n| Block | Step Range | Theme | Status |\n| --- | --- | --- | --- |\n\
         | B01 | 0001–0100 | Base | Draft |\n| B02 | 0101–0200 | Reach | Draft |\n\
         | B03 | 0201–0300 | Toys | Retired (was Draft) |\n\n\
         | Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n| --- | --- | --- | --- |\n\
         | Ground | Weeks 0-8 | One plan | Review with ≥50% checklist completion, and a drill |\n\
         | Top | Weeks 9-16 | A flag | Review of the view |\n\n\
         ## Readiness Checklists\n\n{}{}\n\
         ## Owner Matrix\n\n| Workstream | Ground | Top |\n| --- | --- | --- |\n\
         | Platform & Infra | DRI: ops<br/>QA: qa | DRI: ops |\n| Growth | DRI: grc | DRI: grc |\n",
        list(
            "Ground",
            ground,
            &[
                "Picked (Step 0001)",
                "Tested (Step 0003)",
                "Sold (Step 0102)",
                "Filmed"
            ]
        ),
        list(
            "Top",
            top,
            &[
                "Flag is up (Step 0103)",
                "A rota by 2026-11-10 (condition of Ground, 2026-11-02)",
                "Budget signed (condition of Ground, 2026-11-02)",
            ]
        ),
    )
}

/// The steps: number, owner, what it waits for. 0005 is in nobody's way, 0201 is retired.
const STEPS: [(&str, &str, &[&str]); 9] = [
    ("0001", "ops", &[]),
    ("0002", "ops", &["0001"]),
    ("0003", "qa", &["0002"]),
    ("0004", "grc", &[]),
    ("0005", "", &[]),
    ("0101", "grc", &["0004"]),
    ("0102", "grc", &["0101", "Vendor signs"]),
    ("0103", "ops", &["0102"]),
    ("0201", "ops", &[]),
];

fn log(statuses: &BTreeMap<&str, &str>) -> String {
    let line = |(id, owner, up): &(&str, &str, &[&str])| {
        let up: Vec<String> = up.iter().map(|up| format!("\"{up}\"")).collect();
        let status = statuses.get(id).copied().unwrap_or("draft");
        let effort = if *id == "0102" {
            ", \"effort\": {\"planned\": 5, \"actual\": null}"
        } else {
            ""
        };
        format!(
            "{{\"step_id\": \"{id}\", \"title\": \"Step {id}\", \"owner\": \"{owner}\", \"status\": \"{status}\", \
             \"dependencies\": [{}]{effort}, \"updated_at\": \"2026-08-31T00:00:00Z\"}}\n",
            up.join(", ")
        )
    };
    STEPS.iter().map(line).collect()
}

fn packet(day: &str, decision: &str, rest: &str) -> String {
    format!(
        "# Gate review: Ground\n\n- **Stage:** Ground\n- **Date:** {day}\n- **Held by:** Ada\n- **Gate:** Review\n\n\
         ## Decision\n\n- **Decision:** {decision}\n- **Decided:** {day}, Ada\n{rest}\n\
         ## Criteria\n\n### 1. a drill\n\n- **Verdict:** met\n- **Evidence:**\n\n\
         ## Sign-offs\n\n### Platform & Infra\n\n- [x] **DRI:** ops ({day}, Ada)\n\n- [ ] **QA:** qa\n"
    )
}

/// Twelve weeks: a step is reopened, a gate is missed and then passed with two conditions, of which one
/// is met. The last commit is of 2026-11-17.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let mut statuses = BTreeMap::new();
    let commit = |statuses: &BTreeMap<&str, &str>, ticks: (&str, &str)| {
        repo.write(LOG, &log(statuses));
        repo.write(CANON, &canon(ticks.0, ticks.1));
        repo.commit("a week's work");
        repo.pass_days(6);
    };
    repo.write(
        "docs/risks/2026-09-03-snow.md",
        "# Snow\n\n- **Likelihood:** low\n- **Impact:** low\n- **Status:** open\n- **Opened:** 2026-09-03\n",
    );
    repo.write("docs/planning/2026-Q3.md", "# Plan of 2026-Q3\n\n- **Date:** 2026-07-01\n\n## Objectives\n\n\
        - [ ] Ground is passed (Step 0003)\n\n- [ ] The flag is up (Step 0103)\n\n- [x] People are hired\n\n- Find a name\n");
    commit(&statuses, ("    ", " "));
    let weeks: [&[(&str, &str)]; 10] = [
        &[("0001", "complete")],
        &[("0002", "complete"), ("0005", "in progress")],
        &[("0002", "draft")],
        &[("0002", "complete")],
        &[("0003", "complete")],
        &[("0004", "complete")],
        &[],
        &[("0101", "blocked")],
        &[("0005", "complete"), ("0201", "in progress")],
        &[("0103", "in progress")],
    ];
    for (at, week) in weeks.iter().enumerate() {
        statuses.extend(week.iter().copied());
        if at == 4 {
            repo.write(
                &format!("{PACKETS}/20261005/review.md"),
                &packet("2026-10-05", "no-go", ""),
            );
        }
        if at == 8 {
            let conditions = "- **Conditions:** A rota by 2026-11-10; Budget signed\n";
            let text = packet("2026-11-02", "go with conditions", conditions);
            repo.write(&format!("{PACKETS}/20261102/review.md"), &text);
            repo.write(
                "docs/risks/2026-09-03-snow.md",
                "# Snow\n\n- **Likelihood:** high\n- **Impact:** low\n- **Status:** open\n- **Opened:** 2026-09-03\n",
            );
            repo.write("docs/risks/2026-11-01-rent.md", "# Rent\n\n- **Likelihood:** low\n- **Impact:** high\n- **Status:** open\n- **Opened:** 2026-11-01\n");
        }
        let ground = match at {
            0..4 => "x   ",
            4..8 => "xx  ",
            _ => "xx x",
        };
        commit(&statuses, (ground, if at < 8 { " " } else { "  x" }));
    }
    Some(repo)
}

fn told(folder: &Folder, arguments: &[&str]) -> Value {
    let run = folder.run(&[&["report"], arguments, &["--json"]].concat());
    valid(arguments[0], &run.ok())
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// What the steps wait for, however far: every way, until nothing is added.
fn needed(from: &[&str]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = from.iter().map(|id| (*id).to_owned()).collect();
    loop {
        let more = STEPS.iter().filter(|(id, ..)| all.contains(*id));
        let more: Vec<String> = more
            .flat_map(|(.., up)| up.iter().map(|up| (*up).to_owned()))
            .collect();
        let before = all.len();
        all.extend(more.into_iter().filter(|id| id.starts_with('0')));
        if all.len() == before {
            return all;
        }
    }
}

fn status<'s>(steps: &'s [Object], id: &str) -> &'s str {
    let found = steps.iter().find(|step| step["step_id"] == id);
    found.map_or("", |step| step["status"].as_str().unwrap())
}

#[test]
fn without_git_and_on_an_untidy_plan_they_say_what_they_know() {
    let folder = Folder::new(&[
        (LOG, &log(&BTreeMap::from([("0001", "complete")]))),
        (CANON, &canon("x   ", " ")),
    ]);
    for report in ["milestone", "quarter", "retro"] {
        let told = told(&folder, &[report]);
        assert_eq!(told["source"], "updated_at", "{report}");
        folder.run(&["report", report, "--write"]).ok();
        let slack = folder.run(&["report", report, "--slack"]).ok();
        assert!(slack.starts_with('*'), "{slack}");
    }
    let untidy = Folder::new(&[]);
    untidy
        .run(&["demo", ".", "--untidy", "--steps", "400"])
        .ok();
    for report in ["milestone", "quarter", "retro"] {
        untidy.run(&["report", report, "--json"]).ok();
        untidy.run(&["report", report, "--write"]).ok();
    }
    let empty = Folder::new(&[(LOG, "")]);
    let run = empty.run(&["report", "milestone"]);
    assert!(
        run.code == 2 && run.err.contains("the plan has no stages"),
        "{run:?}"
    );
    assert_eq!(empty.run(&["report", "quarter"]).code, 0);
}
