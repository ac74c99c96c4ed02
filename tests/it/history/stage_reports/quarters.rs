//! Quarter plans: what became of each block, and the roadmap that changes with them.

use super::{STEPS, plan, status, texts, told};
use crate::history::naive::{Object, versions};
use crate::history::repo::git_in;
use crate::history::reports::section;
use crate::support::schema::valid;

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
