//! `export --format html`: which version is shown, with which figures, and what is left out.

use serde_json::Value;

use crate::history::repo::{LOG, Repo, git_in, line, log_of};
use crate::support::demo::Kind;
use crate::support::fixture::{self, CANON, DOCUMENT, LINES};
use crate::support::review;
use crate::support::run::Folder;

const HTML: [&str; 3] = ["export", "--format", "html"];

/// The demo plan in a folder of its own.
fn demo() -> Folder {
    let files = Kind::Tidy.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    Folder::with_bytes(&files)
}

fn page(folder: &Folder, more: &[&str]) -> String {
    folder.run(&[&HTML, more].concat()).ok()
}

/// What stands between the first `from` and the next `to` after it.
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let at = page.find(from).unwrap_or_else(|| panic!("no {from}")) + from.len();
    &page[at..at + page[at..].find(to).unwrap()]
}

#[test]
fn a_commit_gives_the_same_bytes_whenever_and_whatever_is_not_committed() {
    let Some(repo) = Repo::new() else { return };
    repo.write(LOG, &log_of(&[&line("0001", "One", "draft")]));
    repo.write(CANON, DOCUMENT);
    repo.commit("start");
    let run = |now: &str, more: &[&str]| {
        let arguments = [&HTML, more].concat();
        repo.folder.run_in(repo.path(), now, &arguments, None).ok()
    };
    let first = run("2027-01-01T00:00:00Z", &[]);
    repo.write(LOG, &log_of(&[&line("0001", "Uncommitted", "draft")]));
    assert_eq!(run("2028-05-05T00:00:00Z", &[]), first);
    assert!(first.contains("<b>One</b>") && !first.contains("Uncommitted"));
    let files = run("2028-05-05T00:00:00Z", &["--worktree"]);
    assert!(
        files.contains("<b>Uncommitted</b>"),
        "the files as they are"
    );
    repo.pass_days(7);
    repo.commit("next");
    assert!(run("2028-05-05T00:00:00Z", &[]).contains("<b>Uncommitted</b>"));
    let past = run(
        "2028-05-05T00:00:00Z",
        &["--at", "HEAD~1", "-o", "past.html"],
    );
    assert_eq!(past, "");
    assert_eq!(
        repo.folder.read("past.html"),
        first,
        "--at shows the version of then"
    );
    let both = repo
        .folder
        .run(&[&HTML[..], &["--worktree", "--at", "HEAD"]].concat());
    assert_eq!(both.code, 2);
}

/// Builds that are told a time take it instead of the commit's.
#[test]
fn the_time_of_a_build_is_the_clock_where_one_is_told() {
    let Some(repo) = Repo::new() else { return };
    repo.write(LOG, &log_of(&[&line("0001", "One", "draft")]));
    repo.commit("start");
    let run = |now: &str, epoch: &str| {
        let told = (now, &[("SOURCE_DATE_EPOCH", epoch)][..]);
        repo.folder.run_told(repo.path(), told, &HTML, None)
    };
    let first = run("2027-01-01T00:00:00Z", "1800000000").ok();
    assert_eq!(run("2028-05-05T00:00:00Z", "1800000000").ok(), first);
    assert!(first.contains("datetime=\"2027-01-15T08:00:00Z\""));
    let refused = run("2027-01-01T00:00:00Z", "yesterday");
    assert!(
        refused.code == 2 && refused.err.contains("SOURCE_DATE_EPOCH is “yesterday”"),
        "{refused:?}"
    );
}

/// Whoever cloned it, wherever to, and whenever it is exported.
#[test]
fn two_clones_of_a_commit_give_the_same_bytes() {
    let Some(repo) = Repo::new() else { return };
    repo.write(LOG, &log_of(&[&line("0001", "One", "draft")]));
    repo.commit("start");
    repo.write(LOG, &log_of(&[&line("0001", "One", "complete")]));
    repo.pass_days(7);
    repo.commit("done");
    let places = tempfile::TempDir::new().unwrap();
    let made = ["here", "somewhere-else"].map(|name| {
        let clone = places.path().join(name);
        let (from, to) = (
            repo.path().display().to_string(),
            clone.display().to_string(),
        );
        git_in(places.path(), "", &["clone", "-q", &from, &to]);
        let now = format!("20{}-01-01T00:00:00Z", 30 + name.len());
        let run = |arguments: &[&str]| repo.folder.run_in(&clone, &now, arguments, None).ok();
        run(&[&HTML[..], &["-o", "plan.html"]].concat());
        run(&[&HTML[..], &["-o", "site/"]].concat());
        run(&["export", "--format", "xlsx", "-o", "plan.xlsx"]);
        let read = |name: &str| std::fs::read(clone.join(name)).unwrap();
        [
            "plan.html",
            "site/index.html",
            "site/block-b01.html",
            "plan.xlsx",
        ]
        .map(read)
    });
    assert!(made[0] == made[1]);
    let page = String::from_utf8(made[0][0].clone()).unwrap();
    assert!(!page.contains("somewhere") && page.contains("<title>Plan</title>"));
}

#[test]
fn a_plan_in_a_repository_that_does_not_have_it_yet_is_not_an_empty_page() {
    let Some(repo) = Repo::new() else { return };
    repo.write("README.md", "Soon.\n");
    repo.commit("start");
    repo.write(LOG, &log_of(&[&line("0001", "One", "draft")]));
    let run = repo.folder.run(&HTML);
    assert!(run.code == 2 && run.err.contains("--worktree"), "{run:?}");
}

/// The figures of the page beside those of other subcommands.
#[test]
fn the_page_counts_as_the_others_do() {
    let folder = demo();
    let page = page(&folder, &["--worktree"]);
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&folder.run(arguments).ok()).unwrap()
    };
    let list = json(&["list", "--json"]);
    let steps = list["steps"].as_array().unwrap();
    let rows = page.matches("<tr id=\"step-").count();
    assert_eq!(rows, steps.len());
    let of_state = |state: &str| steps.iter().filter(|step| step["state"] == state).count();
    let tile = between(&page, "<p class=\"figure\">", "</div>");
    let (done, all) = (of_state("done"), steps.len() - of_state("retired"));
    assert!(
        tile.contains(&format!("{}%", done * 100 / all))
            && tile.contains(&format!("{done} of {all}")),
        "{tile}"
    );
    let legend = between(&page, "<ul class=\"legend\">", "</ul>");
    assert!(
        legend.contains(&format!("Done</span> <b>{done}</b>")),
        "{legend}"
    );
    for stage in json(&["gates", "--json"])["stages"].as_array().unwrap() {
        let name = stage["stage"].as_str().unwrap();
        let article = between(&page, &format!("\">{name}</h3>"), "</article>");
        let said = format!("{} of {} ticked", stage["ticked"], stage["total"]);
        assert!(article.contains(&said), "{name}: {said}");
    }
    for risk in json(&["risk", "--json"])["risks"].as_array().unwrap() {
        assert!(page.contains(risk["title"].as_str().unwrap()));
    }
    // The indicators of the scorecard on file, each with its chart where it has a past.
    let scorecard = folder.read("data/scorecards/2026-W47.md");
    let scorecard = between(&scorecard, "## Indicators", "## Decisions");
    let section = between(&page, "<section id=\"scorecard\"", "</section>");
    let rows: Vec<&str> = scorecard
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    assert_eq!(
        section.matches("<th scope=\"row\">").count(),
        rows.len() - 2
    );
    for row in &rows[2..] {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert!(
            section.contains(&format!("<td>{}</td>", cells[2])),
            "{row}\n{section}"
        );
    }
    let hidden = folder
        .run(&[&HTML[..], &["--worktree", "--redact", "owner"]].concat())
        .ok();
    let hidden = between(&hidden, "<section id=\"scorecard\"", "</section>");
    assert!(section.contains("<td>revenue</td>") && !hidden.contains("revenue"));
    let burn = json(&["burn", "--json"]);
    let last = burn["points"].as_array().unwrap().last().unwrap().clone();
    let row = between(
        &page,
        "Steps by status at the end of each week</caption>",
        "</tbody>",
    );
    let first = between(row, "<tbody>", "</tr>");
    for key in ["date", "total", "complete", "in_progress", "blocked"] {
        let said = last[key]
            .as_str()
            .map_or_else(|| last[key].to_string(), str::to_owned);
        assert!(
            first.contains(&format!(">{said}<")),
            "{key} {said}: {first}"
        );
    }
}

#[test]
fn nothing_that_a_plan_says_is_markup_or_leads_astray() {
    let hostile = r#"<script>alert(1)</script><img src=x onerror=alert(1)>\" ' </style></title>"#;
    let line = format!(
        r#"{{"step_id":"0001","title":"{hostile}","owner":"{hostile}","status":"draft","outcome":"{hostile}","dependencies":["{hostile}","[x] javascript:alert(1)"],"artifacts":["javascript:alert(1)","[x](data:text/html,1)","https://example.org/\"><script>"],"evidence":{{"metric":"{hostile}","target":"{hostile}","link":"javascript:alert(1)"}},"notes":"{hostile} \u202e https://example.org/a.","updated_at":"x"}}"#
    );
    let canon = format!(
        "# {hostile}\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | {hostile} |\n"
    );
    let folder = Folder::new(&[(fixture::LOG, &format!("{line}\n")), (CANON, &canon)]);
    let page = page(&folder, &["--title", hostile]);
    for bad in [
        "<img",
        "alert(1)</script><",
        "href=\"javascript",
        "href=\"data:text",
        "\u{202e}",
    ] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("href=\"https://example.org/a\""));
}

#[test]
fn what_is_redacted_is_nowhere() {
    let folder = Folder::new(&[(fixture::LOG, LINES), (CANON, DOCUMENT)]);
    let steps: Value = serde_json::from_str(&folder.run(&["list", "--json"]).ok()).unwrap();
    let owners = steps["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["owner"].as_str());
    let owners: Vec<String> = owners
        .filter(|owner| !owner.is_empty())
        .map(str::to_owned)
        .collect();
    assert!(!owners.is_empty());
    let all = page(&folder, &[]);
    let less = page(&folder, &["--redact", "owner,notes"]);
    for owner in &owners {
        let cell = format!("<td>{owner}</td>");
        assert!(all.contains(&cell) && !less.contains(&cell), "{owner}");
    }
    assert!(less.contains("Left out: owner, notes") && less.contains("Free text was not searched"));
    let refused = folder.run(&[&HTML[..], &["--redact", "owner,titel"]].concat());
    assert!(
        refused.code == 2 && refused.err.contains("“titel”"),
        "{refused:?}"
    );
}

#[test]
fn a_page_replaces_no_file_of_the_plan_and_other_formats_have_no_page() {
    let folder = Folder::new(&[(fixture::LOG, LINES)]);
    let run = folder.run(&[&HTML[..], &["-o", fixture::LOG]].concat());
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(folder.read(fixture::LOG), LINES);
    let run = folder.run(&["export", "--format", "csv", "--redact", "owner"]);
    assert!(
        run.code == 2 && run.err.contains("--format html"),
        "{run:?}"
    );
    let run = folder.run(&[&HTML[..], &["--read-only", "-o", "x.html"]].concat());
    assert_eq!(run.code, 2);
}

/// The filter says what is on the page, and no link leads to a step that is not.
#[test]
fn every_link_within_the_page_leads_somewhere() {
    let folder = demo();
    for more in [
        &["--worktree"][..],
        &["--worktree", "--filter", "owner:ops"],
    ] {
        let page = page(&folder, more);
        let ids: std::collections::HashSet<&str> = page
            .split(" id=\"")
            .skip(1)
            .map(|rest| &rest[..rest.find('"').unwrap()])
            .collect();
        let count = page.split(" id=\"").count() - 1;
        assert_eq!(ids.len(), count, "ids are unique");
        for link in page.split("href=\"#").skip(1) {
            let link = &link[..link.find('"').unwrap()];
            assert!(ids.contains(link), "#{link}");
        }
    }
}

/// A gate's forecast beside the day on which it is due, with the dates of `forecast`.
#[test]
fn the_forecast_of_a_gate_stands_beside_its_due_date() {
    let Some(repo) = Repo::new() else { return };
    let canon = "# Plan\n\n## Ladder\n\n\
                 | Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n| --- | --- | --- | --- |\n\
                 | Ground | 2026 | Moved | Review with ≥95% checklist completion |\n\n\
                 ## Readiness Checklists\n\n### Ground\n\n- [ ] All are moved (Step 0009)\n";
    repo.write(CANON, canon);
    repo.write(
        "docs/ROADMAP.md",
        "# Roadmap\n\n## Ground\n\n- **Due:** 2026-10-01\n",
    );
    let steps = |done: usize| -> String {
        let line = |number: usize| {
            let status = if number <= done { "complete" } else { "draft" };
            let waits = match number {
                1 => String::new(),
                number => format!("\"{:04}\"", number - 1),
            };
            let line = line(&format!("{number:04}"), "Move", status);
            line.replace(
                "\"dependencies\": []",
                &format!("\"dependencies\": [{waits}]"),
            ) + "\n"
        };
        (1..=9).map(line).collect()
    };
    for done in 0..8 {
        repo.write(LOG, &steps(done));
        repo.commit("a week");
        repo.pass_days(6);
    }
    let told = repo
        .folder
        .run(&["forecast", "Ground", "--json", "--at", "HEAD"])
        .ok();
    let told: Value = serde_json::from_str(&told).unwrap();
    let date = |key: &str| {
        told[key]
            .as_str()
            .unwrap_or_else(|| panic!("{told}"))
            .to_owned()
    };
    let page = page(&repo.folder, &[]);
    let gate = between(
        &page,
        "<article class=\"gate\" id=\"gate-ground\"",
        "</article>",
    );
    assert!(
        gate.contains(&format!("P50 {}, P85 {}", date("p50"), date("p85"))),
        "{gate}"
    );
    assert!(gate.contains("<span class=\"late\">2026-10-01"), "{gate}");
    let row = between(&page, "<th scope=\"row\">Ground</th>", "</tr>");
    for key in ["p50", "p85", "p95"] {
        assert!(row.contains(&date(key)), "{key}: {row}");
    }
    assert!(row.contains("2026-10-01, late"), "{row}");
}

/// A link to a week leads somewhere in later years too.
#[test]
fn every_week_that_was_reviewed_has_its_place() {
    let log = review::log();
    let mut files = vec![(review::LOG.to_owned(), log)];
    for week in ["2025-W50", "2026-W45", "2026-W46"] {
        let record = review::LAST.replace("2026-W46", week);
        files.push((format!("docs/reviews/{week}.md"), record));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let page = page(&Folder::new(&files), &[]);
    for week in ["2025-w50", "2026-w45", "2026-w46", "2026-w47"] {
        assert_eq!(
            page.matches(&format!("id=\"week-{week}\"")).count(),
            1,
            "{week}"
        );
    }
    let before = between(&page, "id=\"week-2026-w45\"", "</details>");
    assert!(before.contains("1 of 2 are done by now"), "{before}");
    assert!(
        before.contains("<a href=\"#step-0001\">0001</a> Agree the measures"),
        "{before}"
    );
}

/// With its lists and links, without marks of ours, and steps in bold lead to the step.
#[test]
fn the_latest_demo_is_shown_as_it_was_written() {
    let demo = "# Demo\n\n- **Date:** 2026-11-20\n\n## In short\n\n<!-- stepdeck 01234567 -->\n\nOne & all\n\n\
                - **0001** done, [proof](<https://example.org/a?b&c>)\n  - <b>not bold</b>\n\n\
                | Artifact | Bytes |\n| --- | ---: |\n| a\\|b.md | 1024 |\n";
    let files = [
        (fixture::LOG, LINES),
        ("docs/demos/2026-11-20.md", demo),
        ("docs/demos/2026-10-20.md", "# Demo\n\nAn older one.\n"),
        ("docs/demos/2027-01-20.md", "# Demo\n\nStill to come.\n"),
    ];
    let folder = Folder::new(&files);
    let page_text = page(&folder, &[]);
    let shown = between(&page_text, "<section id=\"demo\"", "</section>");
    for part in [
        "Demo, 2026-11-20",
        "<h3>In short</h3>",
        "<p>One &amp; all</p>",
        "<b><a href=\"#step-0001\">0001</a></b> done, \
         <a href=\"https://example.org/a?b&amp;c\" rel=\"noopener noreferrer\">proof</a>",
        "&lt;b&gt;not bold&lt;/b&gt;",
        "<th scope=\"col\">Artifact</th>",
        "<td>a|b.md</td><td>1024</td>",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("stepdeck 0123") && !shown.contains("<h1") && !shown.contains("older"));
    let less = page(&folder, &["--redact", "evidence"]);
    let shown = between(&less, "<section id=\"demo\"", "</section>");
    assert!(
        !shown.contains("One &amp; all"),
        "what a demo quotes may be left out: {shown}"
    );
}

/// The page counts each step once; `is:waiting` finds those in progress and blocked, too.
#[test]
fn waiting_steps_of_the_page_and_of_the_filter_add_up() {
    let folder = demo();
    let page = page(&folder, &[]);
    let legend = between(&page, "<ul class=\"legend\">", "</ul>");
    let waiting = legend.split_once("Waiting</span> <b>").unwrap().1;
    let waiting: usize = waiting.split_once('<').unwrap().0.parse().unwrap();
    let note = between(
        &page,
        "</ul><p class=\"more\">",
        " of those in progress or blocked",
    );
    let found = folder.run(&["list", "--filter", "is:waiting"]).ok();
    let elsewhere: usize = note.parse().unwrap();
    assert_eq!(waiting + elsewhere, found.lines().count());
    let others = ["list", "--filter", "is:waiting status:progress,blocked"];
    assert_eq!(elsewhere, folder.run(&others).ok().lines().count());
}
