//! Quarter plans: what became of each block, and the roadmap that changes with them.

use std::collections::BTreeMap;

use super::{CANON, STEPS, canon, log, plan, status, texts, told};
use crate::history::naive::{Object, versions};
use crate::history::repo::{LOG, git_in};
use crate::history::reports::section;
use crate::support::run::Folder;
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

/// Whatever day a plan was last written on: what the plan of the quarter before saw is where this one
/// starts.
#[test]
fn a_quarter_starts_from_the_plan_of_the_quarter_before_as_last_written() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let on = |day: &str, arguments: &[&str]| {
        let now = format!("{day}T10:00:00Z");
        let report = [&["report", "quarter"], arguments].concat();
        let run = folder.run_in(repo.path(), &now, &report, None);
        run.ok()
    };
    let label = |day: &str, arguments: &[&str]| {
        let json = on(day, &[arguments, &["--json"]].concat());
        let since = valid("quarter", &json)["since"].clone();
        since["label"].as_str().unwrap().to_owned()
    };
    let path = "docs/planning/2026-Q3.md";
    let late = folder.read(path).replace("2026-07-01", "2026-10-01");
    folder.write(path, late);
    // Written twice, it starts where it did.
    let third = "the plan of 2026-Q3 (written 2026-10-01)";
    for day in ["2026-11-18", "2026-12-10"] {
        assert_eq!(label(day, &["2026-Q4"]), third);
        on(day, &["2026-Q4", "--write"]);
        repo.commit("the plan of the quarter");
        let log = folder.read(LOG);
        folder.write(LOG, log.replacen("\"draft\"", "\"in progress\"", 1));
        repo.commit("a step is begun");
    }
    assert_eq!(label("2026-12-11", &["2026-Q4"]), third);
    let fourth = "the plan of 2026-Q4 (written 2026-12-10)";
    // The next one before it begins, and in it.
    for day in ["2026-12-18", "2027-01-04", "2027-02-01"] {
        assert_eq!(label(day, &[]), fourth, "{day}");
    }
    // What that plan saw is not counted again.
    let log = folder.read(LOG);
    folder.write(
        LOG,
        log.replace("\"status\": \"in progress\"", "\"status\": \"complete\""),
    );
    repo.commit("a step is done");
    let paper = on("2027-01-04", &[]);
    let short = section(&paper, "In short");
    assert!(
        short.contains(" steps completed since the plan of 2026-Q4 (written 2026-12-10)."),
        "{short}"
    );
    // One that does not say when it was written was written when its quarter began.
    let path = "docs/planning/2026-Q4.md";
    let written = folder.read(path);
    folder.write(path, written.replace("- **Date:**", "- **Day:**"));
    assert_eq!(
        label("2027-01-04", &[]),
        "the plan of 2026-Q4 (begins 2026-10-01)"
    );
    // A plan that is named otherwise counts where no quarter before has one.
    for name in ["2026-Q3", "2026-Q4"] {
        std::fs::remove_file(repo.path().join(format!("docs/planning/{name}.md"))).unwrap();
    }
    let plan = |day: &str| format!("# Our plan\n\n- **Date:** {day}\n");
    folder.write("docs/planning/autumn.md", plan("2026-10-02"));
    folder.write("docs/planning/winter.md", plan("2026-12-30"));
    assert_eq!(label("2027-01-04", &[]), "the plan of 2026-10-02");
}

/// Links, emphasis and code come along, on one line.
#[test]
fn objectives_that_roll_forward_keep_their_markdown() {
    let folder = Folder::new(&[
        (LOG, &log(&BTreeMap::new())),
        (CANON, &canon("    ", " ")),
        (
            "docs/planning/2026-Q3.md",
            "# Plan of 2026-Q3\n\n- **Date:** 2026-07-01\n\n## Objectives\n\n\
             - [ ] Sign [the OKR](https://example.org/okr) with **bold**\n\n\
             - Rename `a|b` to\n  <https://example.org/c>, see [the note][n]\n\n\
             - [ ] Wrap at\\\n  a *hard* break\n    - with a part\n\n\
             [n]: https://example.org/n\n",
        ),
    ]);
    folder
        .run(&["report", "quarter", "2026-Q4", "--write"])
        .ok();
    let paper = folder.read("docs/planning/2026-Q4.md");
    let wanted = [
        "Sign [the OKR](https://example.org/okr) with **bold**",
        // Its link would lead nowhere here.
        "Rename a|b to https://example.org/c, see the note",
        "Wrap at a *hard* break",
    ];
    let objectives = wanted.map(|words| format!("- [ ] {words}")).join("\n\n");
    let objectives = format!("## Objectives\n\n{objectives}");
    assert_eq!(section(&paper, "Objectives").trim(), objectives);
    let rolled = wanted.map(|words| format!("- {words}")).join("\n\n");
    let again = section(&paper, "Rolled forward").trim();
    assert!(again.ends_with(&rolled), "{again}");
    // Scripts get the words.
    let told = told(&folder, &["quarter", "2026-Q4"]);
    assert_eq!(
        texts(&told["rolled_forward"]),
        [
            "Sign the OKR with bold",
            "Rename a|b to https://example.org/c, see the note",
            "Wrap at a hard break",
        ]
    );
    // Written again and rolled on, they say the same.
    let next = folder.run(&["report", "quarter", "2027-Q1"]).ok();
    let next = section(&next, "Rolled forward").trim();
    assert_eq!(next, format!("## Rolled forward\n\n{rolled}"));
}
