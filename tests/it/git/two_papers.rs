//! One paper that two people began, each on a branch: with the merge driver, and, where a host merged
//! lines, with `stepdeck resolve --both`.

use super::{Repo, repo};

const CANON: &str = "\
# Plan

| Block | Step Range | Theme |
| --- | --- | --- |
| B01 | 0001–0200 | Base |

## Indicators

| Indicator | Target |
| --- | --- |
| Uptime | ≥ 99 % |
| Calls | ≤ 10 |
";

/// A plan with indicators, and the drivers unless `plain`.
fn team(plain: bool) -> Option<Repo> {
    let repo = repo()?;
    repo.write("docs/plan.md", CANON);
    if !plain {
        repo.stepdeck(&["git-setup"]).ok();
    }
    repo.commit("start");
    Some(repo)
}

/// The only file of a folder.
fn only(repo: &Repo, folder: &str) -> String {
    let files = std::fs::read_dir(repo.path().join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names = names.filter(|name| name.ends_with(".md"));
    format!("{folder}/{}", names.next().unwrap())
}

/// Writes the scorecard, fills in values, and writes it again around them.
fn scorecard(repo: &Repo, values: &[(&str, &str)]) {
    repo.stepdeck(&["report", "scorecard", "--write"]).ok();
    let path = only(repo, "docs/scorecards");
    for (name, value) in values {
        let text = repo.read(&path);
        let line = format!("- **{name}:**\n");
        assert!(text.contains(&line), "{text}");
        repo.write(
            &path,
            &text.replace(&line, &format!("- **{name}:** {value}\n")),
        );
    }
    repo.stepdeck(&["report", "scorecard", "--write"]).ok();
}

fn marks(text: &str) -> usize {
    text.matches("<!-- stepdeck ").count()
}

#[test]
fn two_people_fill_different_indicators_of_one_new_scorecard() {
    for plain in [false, true] {
        let Some(repo) = team(plain) else { return };
        repo.diverge(
            |repo| scorecard(repo, &[("Uptime", "98.5 %")]),
            |repo| scorecard(repo, &[("Calls", "12")]),
        );
        let path = only(&repo, "docs/scorecards");
        let sections = marks(&repo.read(&path));
        let run = repo.git(&["merge", "-q", "side"]);
        match plain {
            false => drop(run.ok()),
            true => {
                assert_eq!(run.code, Some(1));
                let run = repo.stepdeck(&["resolve", "--both"]);
                assert_eq!(run.code, Some(0), "{}", run.err);
                assert!(run.err.contains("write the paper again"), "{}", run.err);
            }
        }
        let text = repo.read(&path);
        assert!(text.contains("- **Uptime:** 98.5 %\n"), "{text}");
        assert!(text.contains("- **Calls:** 12\n"), "{text}");
        assert_eq!(text.matches("**Uptime:**").count(), 1, "{text}");
        assert_eq!(text.matches("**Calls:**").count(), 1, "{text}");
        assert!(!text.contains("<<<<<<<"), "{text}");
        assert_eq!(marks(&text), sections, "{text}");
        // Written once more, it has both.
        repo.stepdeck(&["report", "scorecard", "--write"]).ok();
        let text = repo.read(&path);
        assert!(text.contains("| Uptime | 98.5 % |"), "{text}");
        assert!(text.contains("| Calls | 12 |"), "{text}");
    }
}

#[test]
fn two_values_of_one_indicator_are_in_dispute() {
    let Some(repo) = team(false) else { return };
    repo.diverge(
        |repo| scorecard(repo, &[("Uptime", "98.5 %"), ("Calls", "12")]),
        |repo| scorecard(repo, &[("Uptime", "97 %")]),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let text = repo.read(&only(&repo, "docs/scorecards"));
    let conflict =
        "<<<<<<< HEAD\n- **Uptime:** 98.5 %\n=======\n- **Uptime:** 97 %\n>>>>>>> side\n";
    assert!(text.contains(conflict), "{text}");
    assert_eq!(text.matches("<<<<<<<").count(), 1, "{text}");
    assert!(text.contains("\n\n- **Calls:** 12\n"), "{text}");
}

/// The row of an indicator in a table that people fill by hand.
#[test]
fn a_cell_that_one_side_filled_is_no_dispute() {
    let Some(repo) = team(false) else { return };
    let path = "docs/scorecards/2026-W40.md";
    let card = |uptime: &str, calls: &str| {
        format!(
            "# Scorecard 2026-W40\n\n| Indicator | Value | Note |\n| --- | --- | --- |\n\
             | Uptime | {uptime} |\n| Calls | {calls} |\n"
        )
    };
    repo.diverge(
        |repo| repo.write(path, &card("98 % | one outage", "– | ")),
        |repo| repo.write(path, &card("– | ", "12 | ")),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    let text = repo.read(path);
    let rows: Vec<String> = text
        .lines()
        .skip(4)
        .map(|row| row.replace(' ', ""))
        .collect();
    assert_eq!(rows, ["|Uptime|98%|oneoutage|", "|Calls|12||"], "{text}");
}

/// Somebody holds the review of the week, on top of a commit of their own.
fn review(repo: &Repo, who: &str) {
    repo.write(&format!("{who}.txt"), who);
    repo.commit(who);
    repo.stepdeck(&["review", "--write", "--as", who]).ok();
}

fn line<'t>(text: &'t str, label: &str) -> &'t str {
    let start = format!("- **{label}:** ");
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(&*start));
    let line = lines.next().unwrap();
    assert_eq!(lines.next(), None, "{text}");
    line
}

#[test]
fn two_reviews_of_one_week_name_both_stewards_and_what_both_saw() {
    for plain in [false, true] {
        let Some(repo) = team(plain) else { return };
        let start = repo.git(&["rev-parse", "HEAD"]).ok();
        repo.diverge(|repo| review(repo, "Robin"), |repo| review(repo, "Ana"));
        let run = repo.git(&["merge", "-q", "side"]);
        match plain {
            false => drop(run.ok()),
            true => {
                assert_eq!(run.code, Some(1));
                repo.stepdeck(&["resolve", "--both"]).ok();
            }
        }
        let text = repo.read(&only(&repo, "docs/reviews"));
        assert!(!text.contains("<<<<<<<"), "{text}");
        assert_eq!(line(&text, "Steward"), "Ana, Robin");
        assert_eq!(line(&text, "Seen"), start.trim());
        for label in ["Date", "Since", "Held"] {
            assert!(!line(&text, label).is_empty());
        }
    }
}

/// Of two commits on one line the older one was seen by both.
#[test]
fn of_two_reviews_that_saw_one_line_of_work_the_older_commit_holds() {
    let Some(repo) = team(false) else { return };
    let path = "docs/reviews/2026-W40.md";
    let older = repo.git(&["rev-parse", "HEAD"]).ok();
    repo.write("more.txt", "more");
    repo.commit("more");
    let newer = repo.git(&["rev-parse", "HEAD"]).ok();
    let record = |who: &str, seen: &str| {
        format!(
            "# Weekly review 2026-W40\n\n- **Date:** 2026-10-02\n- **Steward:** {who}\n\
             - **Held:** 2026-10-02T10:00:00Z\n- **Seen:** {}\n\n## Next ten\n\n- 0001\n",
            seen.trim()
        )
    };
    repo.diverge(
        |repo| repo.write(path, &record("Ana", &newer)),
        |repo| repo.write(path, &record("Robin", &older)),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    assert_eq!(repo.read(path), record("Ana, Robin", &older));
    // What git does not know stays in dispute, and both are one value.
    let Some(repo) = team(false) else { return };
    let [one, other] = ["1234567", "89abcde"];
    repo.diverge(
        |repo| repo.write(path, &record("Ana", one)),
        |repo| repo.write(path, &record("Robin", other)),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let run = repo.stepdeck(&["resolve", "--both"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("Seen: ours"), "{}", run.err);
    assert_eq!(repo.read(path), record("Ana, Robin", one));
}

/// Of a generated part one version stays, whatever people wrote around it.
#[test]
fn a_generated_part_is_never_there_twice() {
    let Some(repo) = team(true) else { return };
    repo.stepdeck(&["report", "scorecard", "--write"]).ok();
    repo.commit("paper");
    let again = |name: &'static str, note: &'static str| {
        move |repo: &Repo| {
            scorecard(repo, &[(name, "12")]);
            let path = only(repo, "docs/scorecards");
            let text = repo.read(&path);
            repo.write(&path, &format!("{text}\n{note}\n"));
        }
    };
    repo.diverge(again("Uptime", "Ours."), again("Calls", "Theirs."));
    let path = only(&repo, "docs/scorecards");
    let ours = repo.read(&path);
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let run = repo.stepdeck(&["resolve", "--both"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let text = repo.read(&path);
    assert!(
        run.err.contains("write the paper again"),
        "{}{text}",
        run.err
    );
    assert_eq!(marks(&text), marks(&ours), "{text}");
    assert!(text.contains("Ours.") && text.contains("Theirs."), "{text}");
    let run = repo.stepdeck(&["report", "scorecard", "--write"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let text = repo.read(&path);
    assert!(text.contains("Ours.") && text.contains("Theirs."), "{text}");
    assert!(
        text.contains("| Uptime | 12 % |") && text.contains("| Calls | 12 |"),
        "{text}"
    );
}

/// Two decisions about one stage: nobody can tell which holds if both stand there.
#[test]
fn two_decisions_of_one_gate_are_never_both_kept() {
    let packet = |who: &str, decision: &str, verdict: &str| {
        format!(
            "# Gate review: Base\n\n- **Stage:** Base\n- **Date:** 2026-11-21\n- **Held by:** {who}\n\n\
             ## Decision\n\n- **Decision:** {decision}\n- **Decided:** 2026-11-21, {who}\n\
             - **Conditions:** a bell for {who}\n\n## Criteria\n\n### 1. a drill\n\n\
             - **Verdict:** {verdict}\n- **Evidence:**\n"
        )
    };
    let path = "docs/gates/2026-11-21-base.md";
    for plain in [false, true] {
        let Some(repo) = team(plain) else { return };
        repo.diverge(
            |repo| repo.write(path, &packet("Robin", "go with conditions", "met")),
            |repo| repo.write(path, &packet("Ana", "hold", "not met")),
        );
        assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
        let marked = repo.read(path);
        let run = repo.stepdeck(&["resolve", "--both"]);
        assert_eq!(run.code, Some(2), "{}{}", run.err, repo.read(path));
        assert!(run.err.contains("would be there twice"), "{}", run.err);
        assert_eq!(repo.read(path), marked);
    }
}

/// Of what happened on one day, each is a row.
#[test]
fn two_rows_of_one_day_are_both_kept() {
    let Some(repo) = team(false) else { return };
    let path = "docs/log.md";
    let log = |row: &str| format!("# Log\n\n| Day | What |\n| --- | --- |\n{row}");
    repo.write(path, &log(""));
    repo.commit("log");
    repo.diverge(
        |repo| repo.write(path, &log("| 2026-11-20 | Drill |\n")),
        |repo| repo.write(path, &log("| 2026-11-20 | Audit |\n")),
    );
    if repo.git(&["merge", "-q", "side"]).code == Some(1) {
        repo.stepdeck(&["resolve", "--both"]).ok();
    }
    let text = repo.read(path);
    assert!(
        text.contains("Drill |\n") && text.contains("Audit |\n"),
        "{text}"
    );
}
