//! `stepdeck report`: each figure of a paper counted in another way, and papers that are written
//! again around what people wrote into them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::naive::{Object, versions};
use super::repo::{LOG, Repo, line, log_of};
use crate::support::run::Folder;
use crate::support::schema::valid;

const CANON: &str = "docs/plan.md";

fn ladder(ticks: &str) -> String {
    let ticks: Vec<String> = ticks
        .chars()
        .enumerate()
        .map(|(at, tick)| format!("- [{tick}] Check {at}"))
        .collect();
    format!(
        "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | Base |\n\n\
         | Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n| --- | --- | --- | --- |\n\
         | Ground | Weeks 0-8 | One plan | Review with ≥50% checklist completion |\n\n\
         ## Readiness Checklists\n\n### Ground\n\n{}\n",
        ticks.join("\n")
    )
}

/// A plan in which something of every kind happens after 2026-11-15. Its last commit is of
/// 2026-11-19.
pub fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let lines = |rows: &[(&str, &str, &str)]| {
        let rows = rows
            .iter()
            .map(|(id, title, status)| line(id, title, status));
        let rows: Vec<String> = rows.collect();
        log_of(&rows.iter().map(|row| &**row).collect::<Vec<_>>())
    };
    let start = [
        ("0001", "Pick", "complete"),
        ("0002", "Test", "draft"),
        ("0003", "Old", "draft"),
        ("0004", "Move *all*", "in progress"),
        ("0101", "Far", "draft"),
    ];
    repo.write(LOG, &lines(&start));
    repo.write(CANON, &ladder("x   "));
    repo.commit("start");
    repo.pass_days(76);
    let mut now = start;
    now[0].2 = "draft";
    now[1].2 = "complete";
    now[2] = ("0005", "New", "idea");
    now[4].2 = "complete";
    repo.write(LOG, &lines(&now).replace("\"ops\"", "\"grc\""));
    repo.write(CANON, &ladder(" xx "));
    repo.write(
        "docs/decisions/2026-11-18-use-one-index.md",
        "# Use one index\n\n- **Date:** 2026-11-18\n- **Steps:** 0002\n",
    );
    repo.write("docs/decisions/2026-11-10-old.md", "# Old\n");
    repo.write(
        "docs/risks/2026-11-17-parts.md",
        "# Parts get dear\n\n- **Status:** open\n- **Opened:** 2026-11-17\n",
    );
    repo.write(
        "docs/risks/2026-10-01-snow.md",
        "# Snow\n\n- **Status:** closed\n- **Closed:** 2026-11-19, Bo\n",
    );
    repo.commit("a week's work");
    Some(repo)
}

fn document(folder: &Folder, name: &str, arguments: &[&str]) -> Value {
    let run = folder.run(&[&["report", name, "--json"], arguments].concat());
    valid(name, &run.ok())
}

fn texts(value: &Value) -> BTreeSet<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The numbers of the steps of a version that are complete, or all of them.
fn numbers(steps: &[Object], complete_only: bool) -> BTreeSet<String> {
    let wanted = steps
        .iter()
        .filter(|step| !complete_only || step["status"] == "complete");
    wanted
        .map(|step| step["step_id"].as_str().unwrap().to_owned())
        .collect()
}

/// The text under a heading.
pub fn section<'t>(paper: &'t str, heading: &str) -> &'t str {
    let at = paper
        .find(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("{heading}\n{paper}"));
    let rest = &paper[at + 1..];
    let end = rest[1..].find("\n## ").map_or(rest.len(), |end| end + 2);
    &rest[..end]
}

#[test]
fn the_change_log_says_what_two_versions_differ_in() {
    let Some(repo) = plan() else { return };
    let told = document(&repo.folder, "changes", &[]);
    let all = versions(repo.path());
    let [(_, old), (_, new)] = &all[..] else {
        panic!()
    };
    let set = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    let (before, after) = (numbers(old, true), numbers(new, true));
    let completed: BTreeSet<String> = set(&after, &before);
    assert_eq!(texts(&told["completed"]), completed);
    assert_eq!(texts(&told["reopened"]), set(&before, &after));
    let (before, after) = (numbers(old, false), numbers(new, false));
    assert_eq!(texts(&told["added"]), set(&after, &before));
    assert_eq!(texts(&told["removed"]), set(&before, &after));
    assert_eq!(
        texts(&told["changed"]),
        before.intersection(&after).cloned().collect()
    );
    let stage = &told["stages"][0];
    let counts = ["before", "ticked", "total"].map(|key| stage[key].as_u64().unwrap());
    let ticks = |ticks: &str| ticks.matches('x').count() as u64;
    assert_eq!(counts, [ticks("x   "), ticks(" xx "), 4]);
    assert_eq!(
        texts(&told["decisions"]),
        ["docs/decisions/2026-11-18-use-one-index.md".to_owned()].into()
    );
    assert_eq!(
        texts(&told["risks_opened"]),
        ["docs/risks/2026-11-17-parts.md".to_owned()].into()
    );
    assert_eq!(
        texts(&told["risks_closed"]),
        ["docs/risks/2026-10-01-snow.md".to_owned()].into()
    );
    let paper = repo.folder.run(&["report", "changes"]).ok();
    for id in &completed {
        assert!(
            section(&paper, "Completed").contains(&format!("**{id}**")),
            "{paper}"
        );
    }
    assert!(
        section(&paper, "In short").contains("2 of 5 steps complete (40%)"),
        "{paper}"
    );
    assert!(
        section(&paper, "Stages")
            .contains("2 of 4 checks ticked, 1 before; the bar of 50% is reached")
    );
    assert!(
        section(&paper, "Changed").contains("owner: ops → grc"),
        "{paper}"
    );
    let slack = repo.folder.run(&["report", "changes", "--slack"]).ok();
    assert!(
        slack.contains("\n*Completed*\n") && slack.contains("• *0004* Move *all*: owner"),
        "{slack}"
    );
}

#[test]
fn the_file_of_a_week_is_written_again_around_what_people_wrote() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let path = "docs/changes/2026-W47.md";
    let write = || folder.run(&["report", "changes", "--write"]);
    assert_eq!(
        write().err,
        format!("stepdeck: written: Changes 2026-W47 · {path}\n")
    );
    assert_eq!(write().err, format!("stepdeck: {path} is up to date\n"));
    let text = folder.read(path);
    let edited = text.replace("## Notes\n", "## Notes\n\nAda joined.\n");
    folder.write(path, &edited);
    let set = folder.run(&["set", "0005", "status=complete"]);
    assert_eq!(set.code, 0, "{set:?}");
    let run = write();
    let again = folder.read(path);
    assert_eq!(
        run.err,
        format!("stepdeck: written: Changes 2026-W47 · {path}\n"),
        "{again}"
    );
    assert!(section(&again, "Notes").contains("Ada joined."));
    assert!(section(&again, "Completed").contains("**0005**"), "{again}");
    // A closed paper says what was true then.
    folder.write(
        path,
        again.replace("**Status:** open", "**Status:** closed"),
    );
    let run = write();
    assert!(run.code == 2 && run.err.contains("is closed"), "{run:?}");
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("changes"), "{check}");
}

#[test]
fn without_git_the_change_log_says_what_it_cannot_know() {
    let folder = Folder::new(&[(LOG, &log_of(&[&line("0001", "A", "complete")]))]);
    assert!(!Path::new(&folder.path().join(".git")).exists());
    let run = folder.run(&["report", "changes", "--since", "2026-08-01", "--json"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
    let told = valid("changes", &run.out);
    assert_eq!(told["source"], "updated_at");
}

/// A step with an outcome, an artifact and evidence, each as JSON.
fn shown(id: &str, status: &str, artifacts: &str, evidence: &str) -> String {
    let rest =
        format!(r#", "outcome": "Done {id}", "artifacts": {artifacts}, "evidence": {evidence}}}"#);
    let line = line(id, &format!("Step {id}"), status);
    format!("{}{rest}", line.strip_suffix('}').unwrap())
}

#[test]
fn a_demo_shows_what_was_completed_with_what_shows_it() {
    let Some(repo) = Repo::new() else { return };
    let folder = &repo.folder;
    let steps = [
        (
            "0001",
            "[\"docs/a.txt\", \"https://example.org/1\"]",
            r#"{"metric": "p95", "target": "≤200", "actual": 180}"#,
        ),
        (
            "0002",
            "[]",
            r#"{"metric": "p95", "target": "≤200", "actual": 300}"#,
        ),
        (
            "0003",
            "[\"docs/gone.txt\"]",
            r#"{"metric": "n", "target": 1, "actual": 1}"#,
        ),
        (
            "0004",
            "[\"../secret.txt\"]",
            r#"{"metric": "n", "target": 1}"#,
        ),
        ("0005", "[]", "{}"),
        ("0006", "[\"docs/a.txt\"]", "{}"),
    ];
    let log = |done: usize| {
        let status = |at| if at < done { "complete" } else { "draft" };
        let lines = steps.iter().enumerate();
        let lines = lines.map(|(at, (id, artifacts, evidence))| {
            shown(id, status(at), artifacts, evidence) + "\n"
        });
        lines.collect::<String>()
    };
    repo.write(LOG, &log(0));
    repo.write("docs/a.txt", "abc");
    repo.commit("start");
    repo.pass_days(72);
    repo.write(LOG, &log(5));
    repo.commit("done");
    let told = document(folder, "demo", &[]);
    let rows: Vec<(&str, &str)> = (told["steps"].as_array().unwrap().iter())
        .map(|row| {
            (
                row["step_id"].as_str().unwrap(),
                row["evidence"].as_str().unwrap(),
            )
        })
        .collect();
    // What lacks evidence comes first.
    assert_eq!(
        rows,
        [
            ("0003", "missing"),
            ("0005", "missing"),
            ("0001", "target met"),
            ("0002", "target missed"),
            ("0004", "linked"),
        ]
    );
    let all = versions(repo.path());
    let completed = numbers(&all[1].1, true);
    assert_eq!(
        rows.iter()
            .map(|(id, _)| (*id).to_owned())
            .collect::<BTreeSet<_>>(),
        completed
    );
    assert_eq!(
        texts(&told["missing"]),
        ["0003", "0005"].map(str::to_owned).into()
    );
    let file = &told["steps"][2]["artifacts"][0];
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        (file["size"].as_u64(), file["sha256"].as_str()),
        (Some(3), Some(abc))
    );
    assert_eq!(told["steps"][4]["artifacts"][0]["kind"], "refused");

    // The day is written, people add to it, and the next demo begins where it was.
    let write_demo = || {
        let demo = ["report", "demo", "--write"];
        let written = folder.run_in(repo.path(), "2026-11-16T10:00:00Z", &demo, None);
        written.ok();
    };
    write_demo();
    let path = "docs/demos/2026-11-16.md";
    let text = folder.read(path);
    assert!(
        text.contains(&format!("| docs/a.txt | 0001 | 3 | {abc} |")),
        "{text}"
    );
    assert!(
        section(&text, "In short").contains(
            "5 steps completed: 1 met its target, 1 missed its target, 1 has a link and 2 lack evidence."
        ),
        "{text}"
    );
    folder.write(
        path,
        text.replace("## Feedback\n", "## Feedback\n\n- Faster, please\n"),
    );
    write_demo();
    assert!(folder.read(path).contains("- Faster, please"));
    repo.pass_days(2);
    repo.commit("the demo");
    repo.write(LOG, &log(6));
    repo.commit("one more");
    repo.write("docs/a.txt", "abcd");
    let told = document(folder, "demo", &[]);
    assert_eq!(told["steps"].as_array().unwrap().len(), 1);
    assert_eq!(told["moved"][0]["artifact"], "docs/a.txt");
    assert_eq!(told["moved"][0]["was"], abc);
    let paper = folder.run(&["report", "demo"]).ok();
    assert!(section(&paper, "Changed since they were shown").contains("docs/a.txt has changed"));
    // Shown again, it is settled.
    folder.run(&["report", "demo", "--write"]).ok();
    let later = folder.run_in(
        repo.path(),
        "2026-11-25T10:00:00Z",
        &["report", "demo", "--json"],
        None,
    );
    assert_eq!(
        valid("demo", &later.ok())["moved"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // Whoever asks what changed since the demo starts where it was.
    assert_eq!(folder.run(&["since", "demo"]).code, 0);
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("demos"), "{check}");
}
