//! `stepdeck report scorecard`: each figure counted in another way, values and colours that people
//! write, sources that are run only by those who asked, and two people's versions of one week.

use serde_json::Value;

use super::repo::{LOG, Repo, line, log_of};
use super::reports::section;
use crate::support::run::Folder;
use crate::support::schema::valid;

const CANON: &str = "docs/plan.md";
const PAPER: &str = "docs/scorecards/2026-W47.md";

/// A canon with a ladder and a table of indicators as people write one.
const TABLES: &str = "# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | Base |\n\n\
    | Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n| --- | --- | --- | --- |\n\
    | Ground | Weeks 0-8 | One plan | Review with ≥75% checklist completion |\n| Roof | Months 3-6 | x | Review |\n\n\
    ## Readiness Checklists\n\n### Ground\n\n- [x] One\n- [x] Two\n- [ ] Three (0003)\n- [x] Four\n\n### Roof\n\n- [ ] Tiles\n\n\
    ## Indicators\n\n| Indicator | Unit | Better | Target | Yellow | Red | Owner | Source |\n\
    | --- | --- | --- | --- | --- | --- | --- | --- |\n\
    | Uptime | % | | ≥ 99.5 % | 99.5 | 98,0 | ops | `data/metrics/uptime.csv#rate` |\n\
    | Shops \\| active | shops | up | 1,000 | 800 | 500 | growth | – |\n\
    | Refund time | | | at most 5 days | | > 10 days | | cmd:refunds |\n\
    | Mood | | | good | | | | |\n\
    | Runway | | | | | below € 1.5M | Fin | |\n\
    | Ten kept | | | ≥ 90 % | | < 50 % | pmo | |\n\
    | | | | | | | | |\n";

fn review(week: &str, held: &str, ten: &[&str], last: &str) -> String {
    let ten: Vec<String> = (ten.iter().enumerate())
        .map(|(at, id)| format!("{}. **{id} committed:** A step\n", at + 1))
        .collect();
    format!(
        "# Weekly review {week}\n\n- **Held:** {held}\n\n## Next ten\n\n{}\n## Last week's ten\n\n{last}",
        ten.concat()
    )
}

/// A plan whose week 47 has something for every indicator; its last commit is of 2026-11-18.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let lines = |rows: &[(&str, &str)]| {
        let rows: Vec<String> = (rows.iter())
            .map(|(id, status)| line(id, &format!("Step {id}"), status))
            .collect();
        log_of(&rows.iter().map(|row| &**row).collect::<Vec<_>>())
    };
    let start = [
        ("0001", "draft"),
        ("0002", "draft"),
        ("0003", "blocked"),
        ("0004", "draft"),
        ("0005", "complete"),
    ];
    repo.write(LOG, &lines(&start));
    repo.write(CANON, TABLES);
    repo.write(
        "docs/ROADMAP.md",
        "# Roadmap\n\n## Ground\n\n- **Due:** 2026-12-06\n",
    );
    repo.commit("start");
    repo.pass_days(75);
    let now = [
        ("0001", "complete"),
        ("0002", "complete"),
        ("0003", "blocked"),
        ("0004", "blocked"),
        ("0005", "complete"),
    ];
    repo.write(LOG, &lines(&now));
    repo.write(
        "data/metrics/uptime.csv",
        "week,rate\n46,99.9 %\n47,98.7 %\n",
    );
    repo.write(
        "docs/reviews/2026-W45.md",
        &review(
            "2026-W45",
            "2026-11-06T10:00:00Z",
            &["0001", "0002", "0003"],
            "",
        ),
    );
    repo.write(
        "docs/reviews/2026-W46.md",
        &review(
            "2026-W46",
            "2026-11-13T10:00:00Z",
            &["0001", "0002", "0003", "0004"],
            "- **0001 in progress:** x\n- **0002 in progress:** x\n- **0003 blocked:** x\n    - **Why:** no vendor\n",
        ),
    );
    repo.write(
        "docs/scorecards/2026-W46.md",
        "# Scorecard\n\n- **Date:** 2026-11-14\n\n| Indicator | Value | Colour |\n| --- | --- | --- |\n\
         | Uptime | 99.9 % | ● green |\n| shops active | 1.100,0 | ● green |\n| Ten kept | 0 % | ■ red |\n",
    );
    repo.write(
        "docs/decisions/2026-11-18-one-index.md",
        "# Keep one index\n\n- **Date:** 2026-11-18\n- **Steps:** 0002\n",
    );
    repo.write(
        "docs/decisions/2026-11-13-old.md",
        "# Last week's\n\n- **Date:** 2026-11-13\n",
    );
    repo.write(
        "docs/risks/2026-11-17-parts.md",
        "# Parts get dear\n\n- **Status:** open\n- **Opened:** 2026-11-17\n",
    );
    repo.commit("a week's work");
    Some(repo)
}

fn document(folder: &Folder, arguments: &[&str]) -> Value {
    let run = folder.run(&[&["report", "scorecard", "--json"], arguments].concat());
    assert_eq!(run.code, 0, "{run:?}");
    valid("scorecard", &run.out)
}

/// An indicator by the beginning of its name.
fn indicator<'v>(document: &'v Value, name: &str) -> &'v Value {
    let all = document["indicators"].as_array().unwrap();
    let found = all
        .iter()
        .find(|row| row["name"].as_str().unwrap().starts_with(name));
    found.unwrap_or_else(|| panic!("{name}\n{document:#}"))
}

fn value(document: &Value, name: &str) -> Option<f64> {
    indicator(document, name)["value"].as_f64()
}

#[test]
fn each_indicator_has_its_value_and_colour_by_another_count() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let told = document(folder, &[]);
    assert_eq!(told["week"], "2026-W47");
    // From a file, with the last scorecard beside it.
    let uptime = indicator(&told, "Uptime");
    assert_eq!(
        (&uptime["value"], &uptime["colour"]),
        (&98.7.into(), &"yellow".into())
    );
    let moved = 98.7 - 99.9;
    assert!((uptime["delta"].as_f64().unwrap() - moved).abs() < 1e-9);
    assert_eq!(indicator(&told, "Shops | active")["previous"], 1100.0);
    assert!(indicator(&told, "Mood")["better"].is_null());
    // The ten of week 46: steps 1 and 2 are complete.
    let kept = indicator(&told, "Ten kept");
    assert_eq!(
        (kept["value"].as_f64(), kept["delta"].as_f64()),
        (Some(50.0), Some(50.0))
    );
    assert_eq!(
        (&kept["owner"], &kept["colour"]),
        (&"pmo".into(), &"yellow".into())
    );
    assert_eq!(told["last_ten"]["kept"], 2);
    let missed = told["last_ten"]["missed"].as_array().unwrap();
    assert_eq!(missed.len(), 2);
    // Completed since the last scorecard, as the versions of the log say it.
    let complete = |version: &str| {
        let log = repo.git(&["show", &format!("{version}:{LOG}")]);
        log.matches("\"status\": \"complete\"").count() as f64
    };
    assert_eq!(
        value(&told, "Steps completed"),
        Some(complete("HEAD") - complete("HEAD~1"))
    );
    // Step 3 is blocked since September, step 4 since this week.
    assert_eq!(value(&told, "Blocked over a week"), Some(1.0));
    assert!(
        indicator(&told, "Blocked over a week")["remark"]
            .as_str()
            .unwrap()
            .contains("of 2 blocked steps")
    );
    // Three of four checks: the bar is reached, and the next stage is at its beginning.
    let ground = indicator(&told, "Checks ticked, Ground");
    assert_eq!(
        (ground["value"].as_f64(), &ground["colour"]),
        (Some(75.0), &"green".into())
    );
    assert_eq!(value(&told, "Checks ticked, Roof"), Some(0.0));
    // The forecast is that of its command.
    let late = indicator(&told, "Forecast after due, Ground");
    let forecast: Value =
        serde_json::from_str(&folder.run(&["forecast", "Ground", "--json"]).ok()).unwrap();
    assert_eq!(
        late["value"].is_null(),
        forecast["dates"]["p85"].is_null(),
        "{forecast:#}"
    );
    assert_eq!(
        told["decisions"],
        serde_json::json!(["docs/decisions/2026-11-18-one-index.md"])
    );
    assert_eq!(told["risks_opened"].as_array().unwrap().len(), 1);
    // The paper says the same, in signs and words.
    let paper = folder.run(&["report", "scorecard"]).ok();
    let row = "| Uptime | 98.7 % | −1.2 | ≥ 99.5 % | ▲ yellow | ops |  |";
    assert!(section(&paper, "Indicators").contains(row), "{paper}");
    assert!(
        section(&paper, "Indicators").contains("| Shops \\| active | – |"),
        "{paper}"
    );
    let ten = section(&paper, "Last ten");
    assert!(
        ten.contains("2 of the 4 picked in 2026-W46 were completed."),
        "{paper}"
    );
    assert!(ten.contains("Over 2 weeks it is 2 of 7 (28%)."), "{paper}");
    assert!(
        section(&paper, "Decisions").contains("Keep one index"),
        "{paper}"
    );
    let colours = told["indicators"].as_array().unwrap().iter();
    let yellow = colours.filter(|row| row["colour"] == "yellow").count();
    assert!(
        section(&paper, "In short").contains(&format!("{yellow} yellow")),
        "{paper}"
    );
    let slack = folder.run(&["report", "scorecard", "--slack"]).ok();
    assert!(slack.contains("Uptime · 98.7 % · −1.2"), "{slack}");
}

#[test]
fn what_people_write_is_kept_and_a_colour_needs_a_reason() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let write = || folder.run(&["report", "scorecard", "--write"]);
    assert_eq!(
        write().err,
        format!("stepdeck: written: Scorecard 2026-W47 · {PAPER}\n")
    );
    assert_eq!(write().err, format!("stepdeck: {PAPER} is up to date\n"));
    repo.commit("the scorecard");
    assert_eq!(write().err, format!("stepdeck: {PAPER} is up to date\n"));
    let text = folder.read(PAPER);
    // What has no source waits to be typed; what the plan counts does not.
    let entries = section(&text, "Values and notes");
    for name in ["Shops | active", "Refund time", "Mood", "Runway"] {
        let bullet = format!("- **{}:**\n", name.replace('|', "\\|"));
        let plain = format!("- **{name}:**\n");
        assert!(
            entries.contains(&bullet) || entries.contains(&plain),
            "{entries}"
        );
    }
    assert!(
        !entries.contains("Ten kept") && !entries.contains("Uptime"),
        "{entries}"
    );
    let typed = text
        .replace("active:**\n", "active:** 1 250\n  - **Note:** two new towns\n")
        .replace("Runway:**\n", "Runway:** €1,2M\n  - **Colour:** green\n")
        .replace("Mood:**\n", "Mood:** quite good\n")
        .replace(
            "## Notes\n",
            "- **Uptime:**\n  - **Colour:** green — the outage was announced\n\n## Notes\n\nWell done.\n",
        );
    folder.write(PAPER, &typed);
    write();
    let again = folder.read(PAPER);
    let table = section(&again, "Indicators");
    assert!(
        table.contains("| 1 250 shops | +150 | 1,000 | ● green | growth | two new towns |"),
        "{again}"
    );
    assert!(
        table.contains("● green, set by hand (its value is ▲ yellow)")
            && table.contains("Green because: the outage was announced"),
        "{again}"
    );
    // A colour without a reason does not count, and that is said.
    assert!(
        table.contains(
            "| €1,2M |  |  | ■ red | Fin | a colour set by hand is ignored without a reason"
        ),
        "{again}"
    );
    assert!(
        table.contains("| quite good |") && table.contains("not a number"),
        "{again}"
    );
    assert!(again.contains("Well done.") && again.contains("- **Colour:** green — the outage"));
    // It stays through every further version.
    assert_eq!(write().err, format!("stepdeck: {PAPER} is up to date\n"));
    folder.run(&["set", "0004", "status=draft"]);
    write();
    let third = folder.read(PAPER);
    assert!(
        third.contains("set by hand (its value is ▲ yellow)"),
        "{third}"
    );
    let told = document(folder, &[]);
    let uptime = indicator(&told, "Uptime");
    assert_eq!(
        (&uptime["colour"], &uptime["computed_colour"]),
        (&"green".into(), &"yellow".into())
    );
    assert_eq!(uptime["reason"], "the outage was announced");
    // A chart an indicator, and the picture in the paper leads to it.
    let chart = folder.read("docs/scorecards/2026-W47/uptime.svg");
    assert!(
        chart.contains(">98.7</text>") && chart.contains("target, yellow 99.5"),
        "{chart}"
    );
    assert!(third.contains("](2026-W47/uptime.svg)"), "{third}");
    // The next week starts from here.
    let run = folder.run_in(
        repo.path(),
        "2026-11-25T10:00:00Z",
        &["report", "scorecard", "--json"],
        None,
    );
    let next = valid("scorecard", &run.ok());
    assert_eq!(next["week"], "2026-W48");
    assert_eq!(indicator(&next, "Shops")["previous"], 1250.0);
    assert!(
        next["since"]["label"]
            .as_str()
            .unwrap()
            .contains("2026-11-21")
    );
    let check = folder.run(&["check"]).out;
    assert!(!check.contains("scorecards"), "{check}");
}

#[test]
fn a_program_runs_only_where_ones_own_configuration_names_it_and_one_asks() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    let ran = folder.path().join("ran");
    let touch = format!("sh -c 'echo 4 days; touch {}'", ran.display());
    // The shared file is somebody else's: it names no program.
    folder.write(
        "stepdeck.toml",
        format!("[sources]\nrefunds = \"{touch}\"\n"),
    );
    let run = folder.run(&["report", "scorecard", "--json", "--run-sources"]);
    assert!(run.err.contains("sources") && run.code == 0, "{run:?}");
    assert!(!ran.exists());
    let refunds = |run: &str| -> (Option<f64>, String, Value) {
        let told = valid("scorecard", run);
        let row = indicator(&told, "Refund time");
        (
            row["value"].as_f64(),
            row["remark"].as_str().unwrap().to_owned(),
            row["colour"].clone(),
        )
    };
    assert!(
        refunds(&run.out)
            .1
            .contains("is not in [sources] of your configuration")
    );
    std::fs::remove_file(folder.path().join("stepdeck.toml")).unwrap();
    std::fs::write(
        folder.own_config(),
        format!("[sources]\nrefunds = \"{touch}\"\n"),
    )
    .unwrap();
    let run = folder.run(&["report", "scorecard", "--json"]);
    assert!(
        refunds(&run.out)
            .1
            .contains("was not run: --run-sources does"),
        "{run:?}"
    );
    assert!(!ran.exists());
    let run = folder.run(&["report", "scorecard", "--json", "--run-sources"]);
    assert_eq!(
        refunds(&run.out),
        (Some(4.0), String::new(), "green".into())
    );
    assert!(ran.exists());
    // What was written with it stays where it is not run again.
    folder.run(&["report", "scorecard", "--write", "--run-sources"]);
    let written = folder.read(PAPER);
    assert!(written.contains("| Refund time | 4 days |"), "{written}");
    let run = folder.run(&["report", "scorecard", "--write"]);
    assert_eq!(run.err, format!("stepdeck: {PAPER} is up to date\n"));
}

#[test]
fn without_git_and_on_an_untidy_plan_it_says_what_it_can() {
    let folder = Folder::new(&[
        (
            LOG,
            &(log_of(&[&line("0001", "A", "blocked"), "not JSON"]) + &line("0002", "B", "Done")),
        ),
        (CANON, &TABLES.replace('\n', "\r\n")),
    ]);
    let run = folder.run(&["report", "scorecard", "--json"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
    let told = valid("scorecard", &run.out);
    assert_eq!(told["source"], "updated_at");
    assert_eq!(value(&told, "Blocked over a week"), Some(1.0));
    assert!(
        indicator(&told, "Uptime")["remark"]
            .as_str()
            .unwrap()
            .contains("is not there")
    );
    let empty = Folder::new(&[(LOG, &log_of(&[&line("0001", "A", "draft")]))]);
    let run = empty.run(&["report", "scorecard", "--write"]);
    assert!(
        run.code == 0 && empty.read(PAPER).contains("Blocked over a week"),
        "{run:?}"
    );
    let check = empty.run(&["check"]).out;
    assert!(!check.contains("scorecards"), "{check}");
}

#[test]
fn two_people_who_write_one_week_merge_without_a_conflict() {
    let Some(repo) = plan() else { return };
    let folder = &repo.folder;
    folder.run(&["git-setup"]).ok();
    let attributes = folder.read(".gitattributes");
    assert!(
        attributes.contains("docs/scorecards/**/*.svg merge=stepdeck"),
        "{attributes}"
    );
    let driver = env!("CARGO_BIN_EXE_stepdeck");
    let merge = format!("{driver} merge --path=%P --marker-size=%L -- %O %A %B");
    repo.git(&["config", "merge.stepdeck.driver", &merge]);
    let write = |step: &str, status: &str, note: &str| {
        folder.run(&["set", step, status]).ok();
        folder.run(&["report", "scorecard", "--write"]).ok();
        let text = folder.read(PAPER);
        folder.write(
            PAPER,
            text.replace("## Notes\n", &format!("## Notes\n\n{note}\n")),
        );
        repo.commit(note);
    };
    repo.commit("setup");
    repo.git(&["branch", "other"]);
    write("0004", "status=complete", "- Ours joined.");
    repo.git(&["switch", "-q", "other"]);
    write("0005", "status=draft", "- Theirs, too.");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-edit", "other"]);
    let text = folder.read(PAPER);
    assert!(
        text.contains("Ours joined.") && text.contains("Theirs, too."),
        "{text}"
    );
    // Written once more it is true for both.
    folder.run(&["report", "scorecard", "--write"]).ok();
    let told = document(folder, &[]);
    assert_eq!(value(&told, "Steps completed"), Some(3.0));
    let text = folder.read(PAPER);
    assert!(text.contains("| Steps completed | 3 |"), "{text}");
    assert!(
        text.contains("Ours joined.") && text.contains("Theirs, too."),
        "{text}"
    );
}
