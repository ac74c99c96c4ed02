//! `stepdeck report milestone|quarter|retro`: each figure counted in another way, what is written with
//! the paper, two people at once, untidy plans, and plans without git.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::naive::{Object, versions};
use super::repo::{LOG, Repo, git_in};
use super::reports::section;
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
fn a_milestone_review_counts_what_the_stage_needs() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let ground = told(folder, &["milestone", "ground", "--since", "2026-10-25"]);
    let all = versions(repo.path());
    let now = &all.last().unwrap().1;
    let whole = needed(&["0001", "0003", "0102"]);
    assert_eq!(
        (&ground["ticked"], &ground["total"], &ground["missing"]),
        (&3.into(), &4.into(), &0.into())
    );
    assert_eq!(ground["criteria"][0]["verdict"], "met", "{ground}");
    let teams: [(&str, &[&str]); 2] = [("Platform & Infra", &["ops", "qa"]), ("Growth", &["grc"])];
    for (row, (name, owners)) in ground["workstreams"].as_array().unwrap().iter().zip(teams) {
        let own: Vec<&str> = (STEPS.iter())
            .filter(|(id, owner, _)| whole.contains(*id) && owners.contains(owner))
            .map(|(id, ..)| *id)
            .collect();
        let complete = own
            .iter()
            .filter(|id| status(now, id) == "complete")
            .count();
        assert_eq!(row["workstream"], name);
        assert_eq!(
            (&row["steps"], &row["complete"]),
            (&own.len().into(), &complete.into()),
            "{name}"
        );
        for load in row["resourcing"].as_array().unwrap() {
            let of = |state: Option<&str>| {
                let own = own.iter().filter(|id| {
                    let owner = STEPS.iter().find(|(step, ..)| step == *id).unwrap().1;
                    let now = status(now, id);
                    owner == load["owner"]
                        && now != "complete"
                        && state.is_none_or(|state| state == now)
                });
                Value::from(own.count())
            };
            assert_eq!(load["open"], of(None), "{load}");
            assert_eq!(load["blocked"], of(Some("blocked")), "{load}");
        }
    }
    // The burndown: at the end of each week what its open checks need and is open, in the last version.
    let versions: Vec<(String, String, String)> = (all.iter())
        .map(|(commit, _)| {
            let show =
                |what: &str| String::from_utf8(git_in(repo.path(), "", &["show", what])).unwrap();
            let day = String::from_utf8(git_in(
                repo.path(),
                "",
                &["show", "-s", "--format=%cI", commit],
            ))
            .unwrap();
            (
                day[..10].to_owned(),
                show(&format!("{commit}:{LOG}")),
                show(&format!("{commit}:{CANON}")),
            )
        })
        .collect();
    let weeks = ground["burndown"].as_array().unwrap();
    assert!(weeks.len() > 8, "{weeks:?}");
    for week in &weeks[..weeks.len() - 1] {
        let sunday = week["date"].as_str().unwrap();
        let Some((_, log, canon)) = versions.iter().rev().find(|(day, ..)| &**day <= sunday) else {
            continue;
        };
        let list = canon
            .split("### Ground")
            .nth(1)
            .unwrap()
            .split("### Top")
            .next()
            .unwrap();
        let open = list.lines().filter(|line| line.starts_with("- [ ]"));
        let named: Vec<&str> = open
            .filter_map(|line| line.split("Step ").nth(1)?.get(..4))
            .collect();
        let is_open = |id: &String| {
            let line = log
                .lines()
                .find(|line| line.contains(&format!("\"step_id\": \"{id}\"")))
                .unwrap();
            !line.contains("\"status\": \"complete\"")
        };
        let expected = needed(&named).iter().filter(|id| is_open(id)).count();
        assert_eq!(week["open"], expected, "{sunday}");
    }
    // Risks: what two registers differ in, not only what their own days say.
    let risks = &ground["risks"];
    assert_eq!(risks["open"], 2);
    assert_eq!(texts(&risks["new"]), ["docs/risks/2026-11-01-rent.md"]);
    assert_eq!(texts(&risks["changed"]), ["docs/risks/2026-09-03-snow.md"]);
}

#[test]
fn milestone_reviews_are_written_beside_the_packet_that_lists_them() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let day = "docs/milestone-reviews/top/20261121";
    folder.write(&format!("{day}/review.md"), "# Gate review: Top\n\n- **Stage:** Top\n- **Date:** 2026-11-21\n\n## Decision\n\n- **Decision:** undecided\n");
    folder.write(&format!("{day}/deck.pdf"), "%PDF");
    folder.run(&["report", "milestone", "--write"]).ok();
    let paper = folder.read(&format!("{day}/platform-infra.md"));
    assert!(
        paper.contains("- **Milestone:** Top\n- **Workstream:** Platform & Infra\n"),
        "{paper}"
    );
    assert!(
        section(&paper, "Burndown").contains("](platform-infra-burndown.svg)"),
        "{paper}"
    );
    assert!(
        folder
            .read(&format!("{day}/platform-infra-burndown.svg"))
            .contains("<svg")
    );
    let packet = folder.read(&format!("{day}/review.md"));
    let listed = section(&packet, "Papers");
    for name in ["deck.pdf", "growth.md", "platform-infra.md"] {
        assert!(listed.contains(&format!("({name})")), "{name}\n{packet}");
    }
    assert!(!listed.contains("svg"), "{packet}");
    // What people write stays; nothing is new the second time.
    let edited = paper.replace(
        "## Customer signals\n",
        "## Customer signals\n\n- They want it blue.\n",
    );
    folder.write(&format!("{day}/platform-infra.md"), &edited);
    let again = folder.run(&["report", "milestone", "--write"]);
    assert!(again.err.contains("is up to date"), "{again:?}");
    assert_eq!(folder.read(&format!("{day}/platform-infra.md")), edited);
    // One workstream alone, and what is none.
    let one = folder
        .run(&["report", "milestone", "--workstream", "growth"])
        .ok();
    assert!(
        one.starts_with("# Milestone review: Growth of Top\n"),
        "{one}"
    );
    let none = folder.run(&["report", "milestone", "--workstream", "poets"]);
    assert!(
        none.code == 2 && none.err.contains("there are Platform & Infra, Growth"),
        "{none:?}"
    );
    // Neither is a packet, and no rule minds them.
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("milestone-reviews/top"), "{check}");
    let gates = valid("gates", &folder.run(&["gates", "top", "--json"]).ok());
    assert_eq!(gates["stages"][0]["decision"], Value::Null);
}

#[test]
fn a_quarter_says_what_became_of_each_block_and_what_rolls_forward() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let quarter = told(folder, &["quarter", "--since", "2026-10-01"]);
    assert_eq!(
        (&quarter["quarter"], &quarter["next"]),
        (&"2026-Q4".into(), &"2027-01-01".into())
    );
    let all = versions(repo.path());
    let now = &all.last().unwrap().1;
    let then = all.iter().rev().find(|(commit, _)| {
        let day = git_in(repo.path(), "", &["show", "-s", "--format=%cI", commit]);
        String::from_utf8(day).unwrap().as_str() < "2026-10-02"
    });
    let then = &then.unwrap().1;
    for row in quarter["blocks"].as_array().unwrap() {
        let block = row["block"].as_str().unwrap();
        let is_in =
            |id: &str| format!("B{:02}", (id.parse::<usize>().unwrap() - 1) / 100 + 1) == block;
        let own: Vec<&str> = STEPS
            .iter()
            .map(|(id, ..)| *id)
            .filter(|id| is_in(id))
            .collect();
        let done = |of: &[Object], id: &str| status(of, id) == "complete";
        let complete = own.iter().filter(|id| done(now, id)).count();
        let new = own
            .iter()
            .filter(|id| done(now, id) && !done(then, id))
            .count();
        // What is retired is neither done nor to be done.
        let total = if block == "B03" { 0 } else { own.len() };
        assert_eq!(
            (&row["complete"], &row["total"], &row["completed"]),
            (&complete.into(), &total.into(), &new.into()),
            "{row}"
        );
    }
    let became = |at: usize| quarter["blocks"][at]["became"].clone();
    assert_eq!(
        [became(0), became(1), became(2)],
        ["finished", "under way", "retired"]
    );
    // Objectives without a tick whose steps are not all done.
    assert_eq!(
        texts(&quarter["rolled_forward"]),
        ["The flag is up (Step 0103)", "Find a name"]
    );
    let begun = STEPS
        .iter()
        .map(|(id, ..)| *id)
        .filter(|id| status(now, id) == "in progress" && *id != "0201");
    assert_eq!(texts(&quarter["in_progress"]), begun.collect::<Vec<_>>());
    let threats = quarter["dependency_risks"].as_array().unwrap();
    assert_eq!(threats.len(), 1);
    // 0101 is blocked; 0102 and 0103 wait.
    assert_eq!(
        (&threats[0]["step_id"], &threats[0]["dependants"]),
        (&"0101".into(), &2.into())
    );
    assert_eq!(quarter["conditions"][0]["condition"], "Vendor signs");
    assert_eq!(quarter["focus"][0]["stage"], "Top");
    assert_eq!(quarter["focus"][0]["open_conditions"], 1);
}

#[test]
fn a_quarter_is_written_with_the_roadmap_in_one_change() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    folder.write(
        "docs/ROADMAP.md",
        "# Roadmap\n\n## Ground\n\nDone.\n\n## Top\n\nTo come.\n",
    );
    let write = [
        "report",
        "quarter",
        "--write",
        "--due",
        "2027-01-31",
        "--owner",
        "Ada Ruiz",
        "--owner",
        "Bo",
    ];
    folder.run(&write).ok();
    let paper = folder.read("docs/planning/2026-Q4.md");
    assert!(
        section(&paper, "Objectives")
            .contains("- [ ] The flag is up (Step 0103)\n\n- [ ] Find a name\n"),
        "{paper}"
    );
    assert!(
        section(&paper, "Stage focus").contains("due 2027-01-31")
            || section(&paper, "Stage focus").contains("Due 2027-01-31"),
        "{paper}"
    );
    let roadmap = folder.read("docs/ROADMAP.md");
    let expected = "## Top\n\n- **Due:** 2027-01-31\n\n- **Owner:** Ada Ruiz, Bo\n\n\
        - **Quarter:** [2026-Q4](planning/2026-Q4.md)\n\n- **Acknowledged:** Ada Ruiz, not yet (2026-Q4)\n\n\
        - **Acknowledged:** Bo, not yet (2026-Q4)\n\nTo come.\n";
    assert!(roadmap.ends_with(expected), "{roadmap}");
    // Two owners acknowledge on two branches: git merges that by itself.
    repo.commit("the plan of the quarter");
    for (branch, name) in [("ada", "Ada Ruiz"), ("bo", "Bo")] {
        repo.git(&["switch", "-q", "-c", branch, "main"]);
        let own = roadmap.replace(&format!("{name}, not yet"), &format!("2026-11-21, {name}"));
        folder.write("docs/ROADMAP.md", own);
        repo.commit(name);
    }
    repo.git(&["merge", "-q", "--no-edit", "ada"]);
    let gates = valid("gates", &folder.run(&["gates", "top", "--json"]).ok());
    let owners = gates["stages"][0]["owners"].as_array().unwrap();
    assert_eq!(owners.len(), 2);
    assert!(
        owners
            .iter()
            .all(|owner| owner["acknowledged"] == "2026-11-21"),
        "{owners:?}"
    );
    // Written again, nothing is asked of them again.
    let again = folder.run(&["report", "quarter", "2026-Q4", "--write"]);
    assert!(
        !folder.read("docs/ROADMAP.md").contains("not yet"),
        "{again:?}"
    );
    for (wrong, why) in [
        (
            &["report", "quarter", "2031-Q9"][..],
            "is not a quarter near today",
        ),
        (
            &[
                "report",
                "quarter",
                "--stage",
                "ground",
                "--stage",
                "top",
                "--due",
                "2027-01-01",
            ],
            "say with --stage",
        ),
    ] {
        let run = folder.run(wrong);
        assert!(run.code == 2 && run.err.contains(why), "{run:?}");
    }
}

#[test]
fn a_retrospective_says_what_the_history_of_a_stage_says() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let retro = told(folder, &["retro"]);
    assert_eq!(
        (&retro["stage"], &retro["passed"]),
        (&"Ground".into(), &"2026-11-02".into())
    );
    let all = versions(repo.path());
    // A step is reopened where it is complete in one version and not in the next.
    let mut reopened: BTreeMap<String, u64> = BTreeMap::new();
    for pair in all.windows(2) {
        for id in needed(&["0001", "0003", "0102"]) {
            if status(&pair[0].1, &id) == "complete" && status(&pair[1].1, &id) != "complete" {
                *reopened.entry(id).or_default() += 1;
            }
        }
    }
    let found: BTreeMap<String, u64> = (retro["reopened"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["step_id"].as_str().unwrap().to_owned(),
                row["times"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, reopened);
    let whole = needed(&["0001", "0003", "0102"]);
    let complete = whole
        .iter()
        .filter(|id| status(&all.last().unwrap().1, id) == "complete")
        .count();
    assert_eq!(
        (&retro["steps"], &retro["complete"]),
        (&whole.len().into(), &complete.into())
    );
    let attempts: Vec<(&str, u64, u64)> = (retro["attempts"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["decision"].as_str().unwrap(),
                row["signed"].as_u64().unwrap(),
                row["sign_offs"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(attempts, [("no-go", 1, 2), ("go with conditions", 1, 2)]);
    let conditions: Vec<(&str, bool)> = (retro["conditions"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["condition"].as_str().unwrap(),
                row["met"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        conditions,
        [("A rota by 2026-11-10", false), ("Budget signed", true)]
    );
    // Each forecast that missed named a Sunday before the gate was passed, and was made before that.
    for row in retro["missed"].as_array().unwrap() {
        let (on, p85) = (row["on"].as_str().unwrap(), row["p85"].as_str().unwrap());
        assert!(on < p85 && p85 < "2026-11-02", "{row}");
    }
    assert!(
        retro["missed"].as_array().unwrap().len() as u64 <= retro["forecasts"].as_u64().unwrap()
    );
    let paper = folder.run(&["report", "retro"]).ok();
    assert!(
        section(&paper, "Conditions still open")
            .contains("A rota by 2026-11-10 (a check of Top), overdue"),
        "{paper}"
    );
    assert!(
        section(&paper, "Gate attempts").contains(
            "[go with conditions](../milestone-reviews/ground/20261102/review.md), 1 of 2 signed"
        ),
        "{paper}"
    );
}

#[test]
fn a_retrospective_is_linked_and_its_actions_become_steps() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let packet = "docs/milestone-reviews/top/20261121/review.md";
    folder.write(packet, "# Gate review: Top\n\n- **Stage:** Top\n- **Date:** 2026-11-21\n\n## Decision\n\n- **Decision:** undecided\n");
    folder.run(&["report", "retro", "--write"]).ok();
    let path = "docs/retrospectives/ground-2026-11-21.md";
    assert!(
        section(&folder.read(packet), "Papers")
            .contains("Retrospective of Ground: [docs/retrospectives/ground-2026-11-21.md]")
    );
    let none = folder.run(&["report", "retro", "--propose"]);
    assert!(
        none.code == 2 && none.err.contains("names no step"),
        "{none:?}"
    );
    let paper = folder.read(path);
    let actions = "## Actions\n\n- Film the *next* drill\n\n- [x] Thank the vendor\n\n- Sell more (Step 0102)\n\n- Buy a bell\n";
    folder.write(path, paper.replace("## Actions\n", actions));
    let before = folder.read(LOG);
    let run = folder.run(&["report", "retro", "--propose"]);
    assert_eq!(run.out, "0202\n0203\n", "{run:?}");
    let log = folder.read(LOG);
    let new = log.strip_prefix(&*before).unwrap();
    assert_eq!(new.lines().count(), 2);
    assert!(
        new.contains("\"title\": \"Film the next drill\"") && new.contains("\"status\": \"idea\""),
        "{new}"
    );
    let after = folder.read(path);
    assert!(
        after.contains("- Film the *next* drill (Step 0202)\n"),
        "{after}"
    );
    assert!(after.contains("- Buy a bell (Step 0203)\n"), "{after}");
    let again = folder.run(&["report", "retro", "--propose"]);
    assert!(again.code == 2, "{again:?}");
    // Written again, what people wrote is there.
    folder.run(&["report", "retro", "--write"]).ok();
    assert!(folder.read(path).contains("- Buy a bell (Step 0203)\n"));
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
