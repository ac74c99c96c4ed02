//! Milestone reviews: what a stage needs, counted in another way, and how they stand beside the packet.

use serde_json::Value;

use super::{CANON, STEPS, needed, plan, status, texts, told};
use crate::history::naive::versions;
use crate::history::repo::{LOG, git_in};
use crate::history::reports::section;
use crate::support::run::Folder;
use crate::support::schema::valid;

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

/// A stage with two workstreams, one of which is called like the paper of a stage without any.
const TEAMS: &str = "# Plan\n\n| Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n\
    | --- | --- | --- | --- |\n| Base | Weeks 0-8 | It stands | A drill |\n\n\
    ## Readiness Checklists\n\n### Base\n\n- [ ] Dug out (Step 0001).\n- [ ] Poured (Step 0002)\n\
    - [ ] Dried (Step 0003)\n\n\
    ## Owner Matrix\n\n| Workstream | Base |\n| --- | --- |\n| Team | DRI: ada |\n| Growth | DRI: bo |\n";

#[test]
fn effort_left_is_added_up_by_unit_for_the_steps_of_each_workstream() {
    let step = |id: &str, owner: &str, planned: &str| {
        format!(
            "{{\"step_id\": \"{id}\", \"title\": \"x\", \"owner\": \"{owner}\", \"status\": \"draft\", \
             \"effort\": {{\"planned\": {planned}}}}}\n"
        )
    };
    let log = [
        step("0001", "ada", "\"5 days\""),
        step("0002", "ada", "\"2 weeks\""),
        step("0003", "bo", "\"3 days\""),
    ];
    let folder = Folder::new(&[(LOG, &log.concat()), (CANON, TEAMS)]);
    let told = told(&folder, &["milestone", "base", "--since", "2026-10-25"]);
    let rows = told["workstreams"].as_array().unwrap();
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["workstream"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Team", "Growth"]);
    let load = |row: usize| rows[row]["resourcing"][0].clone();
    assert_eq!(
        (&rows[0]["steps"], &rows[1]["steps"]),
        (&2.into(), &1.into())
    );
    assert_eq!(
        load(0)["effort"],
        Value::Null,
        "days and weeks are no one number"
    );
    assert_eq!(
        load(0)["effort_by_unit"],
        serde_json::json!({"days": 5.0, "weeks": 2.0})
    );
    assert_eq!(load(1)["effort"], 3.0);
    let paper = folder
        .run(&["report", "milestone", "base", "--workstream", "team"])
        .ok();
    assert!(
        paper.contains("| ada | DRI | 2 | 0 | 0 | 5 days + 2 weeks |"),
        "{paper}"
    );
    // What is said behind a check that ends in a stop.
    assert!(
        paper.contains("- Dug out (Step 0001): **open**\n"),
        "{paper}"
    );
    let whole = TEAMS.split("## Owner Matrix").next().unwrap();
    folder.write(CANON, whole);
    let paper = folder.run(&["report", "milestone", "base"]).ok();
    assert!(
        paper.starts_with("# Milestone review: Team of Base\n"),
        "{paper}"
    );
    assert!(
        paper.contains("Steps of the stage: 0 of 3 complete"),
        "{paper}"
    );
}
