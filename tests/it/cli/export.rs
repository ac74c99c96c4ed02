//! What `export` writes: CSV, Markdown, OpenMetrics, to a pipe or into a file.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::history::repo::{self, Repo, line, log_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

/// A plan of these log lines alone.
fn log(lines: &str) -> Folder {
    Folder::new(&[(LOG, lines)])
}

/// RFC 4180, and no cell runs as a formula.
#[test]
fn csv_is_read_back_and_runs_nothing() {
    let lines = concat!(
        r#"{"step_id":"0001","title":"=HYPERLINK(\"http://x\",\"y\")","owner":"@ops","#,
        r#""outcome":"two\nlines, \"quoted\"","dependencies":["0002","+1"],"evidence":{"target":-3}}"#,
        "\n"
    );
    let out = log(lines).run(&["export", "--format", "csv"]).ok();
    assert!(out.ends_with("\r\n") && out.starts_with("step_id,state,title,status,"));
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let heading = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| &rows[0][heading.iter().position(|n| n == name).unwrap()];
    assert_eq!(cell("title"), "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(cell("owner"), "'@ops");
    assert_eq!(cell("outcome"), "two\nlines, \"quoted\"");
    assert_eq!(cell("dependencies"), "0002; +1");
    assert_eq!(cell("evidence.target"), "-3");
    assert_eq!(cell("state"), "waiting");
}

/// Only formulas are changed: a tab, an umlaut and a mark for the direction of writing are data.
/// As in the cockpit: what says that there is nothing is no entry.
#[test]
fn csv_has_an_empty_cell_for_a_list_of_nothing() {
    let run = |lists: &str| {
        let line = format!("{{\"step_id\": \"0001\", {lists}}}\n");
        log(&line).run(&["export", "--format", "csv"]).ok()
    };
    let some = run("\"artifacts\": [\"none\"], \"inputs\": [\"n/a\", \"a.md\", \"–\", \"b.md\"]");
    assert_eq!(
        some,
        run("\"artifacts\": [], \"inputs\": [\"a.md\", \"b.md\"]")
    );
    assert!(some.contains(",a.md; b.md,"), "{some}");
}

#[test]
fn csv_in_a_file_holds_what_the_plan_holds() {
    let lines =
        "{\"step_id\":\"0001\",\"title\":\"Größe\\tin m²\u{200f}\",\"owner\":\"\\u0007=x\"}\n";
    let folder = log(lines);
    let export = |more: &[&str]| folder.run(&[&["export", "--format", "csv"], more].concat());
    let plain = export(&[]).ok();
    assert!(plain.contains(",Größe\tin m²\u{200f},"), "{plain}");
    export(&["--bom", "-o", "steps.csv"]);
    assert_eq!(folder.read("steps.csv"), format!("\u{feff}{plain}"));
    let shown = folder
        .run_on(&["export", "--format", "csv"], Some(200))
        .ok();
    assert!(
        shown.contains("\\u{200f}") && !shown.contains(['\u{7}', '\u{200f}']),
        "{shown}"
    );
    let refused = folder.run(&["export", "--format", "json", "--bom"]);
    assert!(
        refused.code == 2 && refused.err.contains("--bom only works with --format csv"),
        "{refused:?}"
    );
}

#[test]
fn markdown_is_one_table_whatever_the_cells_say() {
    let lines = "{\"step_id\":\"0001\",\"title\":\"a | b <br> *c*\",\"owner\":\"x\\ny\",\"dependencies\":[\"p|q\"]}\n";
    let out = log(lines).run(&["export", "--format", "markdown"]).ok();
    assert_eq!(
        out,
        "| Step | Title              | Status | State   | Owner | Waits for |\n\
         | ---- | ------------------ | ------ | ------- | ----- | --------- |\n\
         | 0001 | a \\| b \\<br> \\*c\\* |        | waiting | x y   | p\\|q      |\n"
    );
}

/// What one line of OpenMetrics text says: a family's metadata, or a sample.
#[derive(Debug, PartialEq)]
enum Metric {
    Type(String, String),
    Help(String),
    Sample(String, Vec<(String, String)>, f64),
    End,
}

/// Reads one line by the rules of OpenMetrics 1.0, section 4 (ABNF).
fn metric(line: &str) -> Metric {
    if line == "# EOF" {
        return Metric::End;
    }
    if let Some(rest) = line.strip_prefix("# TYPE ") {
        let (name, kind) = rest.split_once(' ').unwrap();
        assert!(["gauge", "counter", "info", "stateset", "unknown"].contains(&kind));
        return Metric::Type(metric_name(name), kind.to_owned());
    }
    if let Some(rest) = line.strip_prefix("# HELP ") {
        let (name, help) = rest.split_once(' ').unwrap();
        unescaped(help);
        return Metric::Help(metric_name(name));
    }
    let (name, mut rest) = line.split_once('{').unwrap();
    let mut labels = Vec::new();
    while !rest.starts_with('}') {
        let (label, value) = rest.split_once("=\"").unwrap();
        let bytes = value.as_bytes();
        let is_end = |at: &usize| {
            let slashes = bytes[..*at].iter().rev().take_while(|b| **b == b'\\');
            bytes[*at] == b'"' && slashes.count() % 2 == 0
        };
        let end = (0..bytes.len()).find(is_end).expect("a label's value ends");
        labels.push((metric_name(label), unescaped(&value[..end])));
        rest = &value[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    let number = rest.strip_prefix("} ").expect("a space before the value");
    Metric::Sample(metric_name(name), labels, number.parse().unwrap())
}

fn metric_name(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    assert!(starts && name.chars().all(word), "{name}");
    name.to_owned()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some(c @ ('\\' | '"')) => c,
                other => panic!("{other:?} is no escape in {text}"),
            },
            '"' => panic!("a bare quote in {text}"),
            c => c,
        });
    }
    plain
}

#[test]
fn open_metrics_follow_the_rules_of_the_format() {
    let document = DOCUMENT.replace("Ground", "Gr\"ou\\nd");
    let broken = format!("{LINES}no step\n");
    let scorecard = "# Scorecard\n\n| Indicator | Value | Colour |\n| --- | --- | --- |\n\
        | Up \"time\" | 99.5 % | ▲ yellow |\n| Up \"time\" | 1 | ● green |\n| Mood | good | |\n";
    let folder = Folder::new(&[
        (LOG, &broken),
        (CANON, &document),
        ("docs/scorecards/2026-W47.md", scorecard),
    ]);
    let out = folder.run(&["export", "--format", "openmetrics"]).ok();
    assert!(out.ends_with("# EOF\n"));
    let metrics: Vec<Metric> = out.lines().map(metric).collect();
    assert_eq!(metrics.iter().filter(|m| **m == Metric::End).count(), 1);
    // Metadata first, samples of a family together, no series twice.
    let (mut families, mut series, mut described) = (Vec::new(), Vec::new(), false);
    for metric in &metrics {
        match metric {
            Metric::Type(name, _) => {
                assert!(!families.contains(name), "{name} is torn apart");
                families.push(name.clone());
                described = false;
            }
            Metric::Help(name) => {
                assert!(families.last() == Some(name) && !described);
                described = true;
            }
            Metric::Sample(name, labels, _) => {
                assert!(families.last() == Some(name) && described);
                let reserved = ["_total", "_created", "_count", "_sum", "_bucket", "_info"];
                assert!(!reserved.iter().any(|suffix| name.ends_with(suffix)));
                assert!(!series.contains(&(name, labels)), "{name} {labels:?} twice");
                series.push((name, labels));
            }
            Metric::End => {}
        }
    }
    let value = |family: &str, wanted: &[(&str, &str)]| -> f64 {
        let of = metrics.iter().filter_map(|metric| match metric {
            Metric::Sample(name, labels, value) if name == family => Some((labels, value)),
            _ => None,
        });
        let has = |labels: &&Vec<(String, String)>| {
            let has = |(n, v): &(&str, &str)| labels.contains(&((*n).into(), (*v).into()));
            wanted.iter().all(has)
        };
        of.filter(|(labels, _)| has(labels)).map(|(_, v)| v).sum()
    };
    assert_eq!(value("stepdeck_steps", &[]), 4.0);
    assert_eq!(
        value("stepdeck_steps", &[("status", "draft"), ("state", "ready")]),
        1.0
    );
    assert_eq!(value("stepdeck_steps", &[("state", "waiting")]), 2.0);
    assert_eq!(value("stepdeck_block_steps", &[("block", "B01")]), 3.0);
    let stage = stepdeck_stage(&folder);
    assert_eq!(value("stepdeck_checks", &[("stage", &stage)]), 2.0);
    assert_eq!(value("stepdeck_checks_ticked", &[("stage", &stage)]), 0.0);
    assert!(value("stepdeck_problems", &[("severity", "error")]) >= 1.0);
    // The rest of the four is done.
    let open = 4.0 - value("stepdeck_steps", &[("state", "done")]);
    assert_eq!(value("stepdeck_open_steps", &[("target", "plan")]), open);
    assert_eq!(value("stepdeck_open_risks", &[]), 0.0);
    // Each indicator once, and one colour of three.
    assert_eq!(value("stepdeck_indicator_value", &[]), 99.5);
    let uptime = ("indicator", "Up \"time\"");
    assert_eq!(
        value("stepdeck_indicator_colour", &[uptime, ("colour", "yellow")]),
        1.0
    );
    assert_eq!(value("stepdeck_indicator_colour", &[]), 1.0);
    let completed = [("week", "last"), ("event", "completed")];
    assert!(value("stepdeck_week_steps", &completed) >= 0.0);
    let some = ["export", "--format", "openmetrics", "--filter", "block:B02"];
    let some = folder.run(&some).ok();
    assert!(some.contains("stepdeck_steps{status=\"idea\",state=\"waiting\"} 1"));
    assert!(some.contains("stepdeck_block_steps{block=\"B01\",status=\"draft\"} 0"));
}

/// What is wrong in the shared configuration counts, too.
#[test]
fn an_export_has_the_problems_that_check_finds() {
    let folder = Folder::new(&[
        (LOG, &format!("{LINES}no step\n")),
        (CANON, DOCUMENT),
        ("stepdeck.toml", "[checks]\nno-such-rule = \"off\"\n"),
    ]);
    let check: serde_json::Value =
        serde_json::from_str(&folder.run(&["check", "--format", "json"]).out).unwrap();
    let problems = check["problems"].as_array().unwrap();
    let of_file = |problem: &&serde_json::Value| problem["file"] == "stepdeck.toml";
    assert_eq!(problems.iter().filter(of_file).count(), 1, "{check}");
    let out = folder.run(&["export", "--format", "openmetrics"]).ok();
    for severity in ["error", "warning", "note"] {
        let found = problems
            .iter()
            .filter(|problem| problem["severity"] == severity);
        let line = format!(
            "stepdeck_problems{{severity=\"{severity}\"}} {}\n",
            found.count()
        );
        assert!(out.contains(&line), "{line}\n{check}");
    }
}

/// The format's own tool reads it too, where it is installed.
#[test]
fn promtool_finds_nothing_to_say() {
    let document = DOCUMENT.replace("Ground", "Gr\"ou\\nd");
    let folder = Folder::new(&[(LOG, LINES), (CANON, &document)]);
    let out = folder.run(&["export", "--format", "openmetrics"]).ok();
    let tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut tool) = tool else {
        eprintln!("skipped: there is no promtool");
        return;
    };
    tool.stdin
        .take()
        .unwrap()
        .write_all(out.as_bytes())
        .unwrap();
    let told = tool.wait_with_output().unwrap();
    assert!(
        told.status.success() && told.stdout.is_empty() && told.stderr.is_empty(),
        "{told:?}"
    );
}

/// The list and the log as they are printed by themselves.
#[test]
fn json_with_history_is_the_list_and_the_log_of_its_steps() {
    let Some(repo) = Repo::new() else { return };
    let steps = |status| {
        let lines = [line("0001", "One", status), line("0002", "Two", "draft")];
        log_of(&lines.each_ref().map(String::as_str))
    };
    repo.write(repo::LOG, &steps("draft"));
    repo.commit("start");
    repo.write(repo::LOG, &steps("complete"));
    repo.commit("done");
    let run = |arguments: &[&str]| repo.folder.run(arguments).ok();
    for more in [&[][..], &["--filter", "0002"]] {
        let export = ["export", "--format", "json", "--with-history"];
        let document = valid("export", &run(&[&export[..], more].concat()));
        let list = valid("list", &run(&[&["list", "--json"], more].concat()));
        let log = valid("log", &run(&[&["log", "--json"], more].concat()));
        assert_eq!((&document["plan"], &document["history"]), (&list, &log));
        assert!(!log["events"].as_array().unwrap().is_empty());
    }
    let refused = repo
        .folder
        .run(&["export", "--format", "csv", "--with-history"]);
    assert!(
        refused.code == 2 && refused.err.contains("--format json"),
        "{refused:?}"
    );
}

/// The stage of the folder as the plan reads it, quotes and backslash and all.
fn stepdeck_stage(folder: &Folder) -> String {
    use stepdeck::plan::Plan;
    use stepdeck::plan::source::{Role, SourceFile};
    let file = SourceFile::load(CANON, Role::Canon, folder.read(CANON).into_bytes());
    let name = Plan::read(vec![file]).stages()[0].name.clone();
    assert!(name.contains(['"', '\\']), "{name}");
    name
}

#[test]
fn an_export_goes_into_a_file_but_never_into_the_plan() {
    let folder = folder();
    let export = |file: &str| folder.run(&["export", "--format", "csv", "-o", file]);
    folder.write("out/steps.csv", "old");
    let run = export("out/steps.csv");
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (0, "", "stepdeck: 4 steps written to out/steps.csv\n")
    );
    let printed = folder.run(&["export", "--format", "csv"]).ok();
    assert_eq!(folder.read("out/steps.csv"), printed);
    std::os::unix::fs::symlink(folder.path().join(LOG), folder.path().join("link.csv")).unwrap();
    folder.write("docs/reviews/2026-W47.md", "# Review\n");
    folder.write(".git/config", "[core]\n");
    folder.write(".git/hooks/README", "");
    std::os::unix::fs::symlink(".git", folder.path().join("git")).unwrap();
    for file in [
        LOG,
        CANON,
        "docs/../docs/plan.md",
        "link.csv",
        "docs/reviews/2026-W47.md",
        "docs/ROADMAP.md",
        "stepdeck.toml",
        ".gitattributes",
        ".git/config",
        ".git/hooks/pre-commit",
        "out/../.git/new",
        "git/config",
    ] {
        let run = export(file);
        assert_eq!(run.code, 2, "{file}");
        let whose = if file.contains("git") {
            "git"
        } else {
            "the plan"
        };
        let said = format!("belongs to {whose}");
        assert!(run.err.contains(&said), "{file}: {}", run.err);
    }
    let locked = folder.run(&["--read-only", "export", "--format", "csv", "-o", "x.csv"]);
    assert_eq!(locked.code, 2);
    assert!(!folder.path().join("x.csv").exists());
    assert_eq!(folder.read(LOG), LINES);
    assert_eq!(folder.read(CANON), DOCUMENT);
    assert_eq!(folder.read("docs/reviews/2026-W47.md"), "# Review\n");
    assert_eq!(folder.read(".git/config"), "[core]\n");
    let page = folder.run(&[
        "export",
        "--format",
        "html",
        "--worktree",
        "-o",
        ".git/site/",
    ]);
    assert!(
        page.code == 2 && page.err.contains("belongs to git"),
        "{page:?}"
    );
    assert!(!folder.path().join(".git/site").exists());
}

/// What is counted by stamps alone is said to be.
#[test]
fn metrics_without_a_history_say_how_they_know() {
    let run = folder().run(&["export", "--format", "openmetrics"]);
    let why = "dates come from updated_at";
    assert!(run.err.contains(why), "{run:?}");
    for name in ["stepdeck_week_steps", "stepdeck_forecast_timestamp_seconds"] {
        let begins = format!("# HELP {name} ");
        let help = run.out.lines().find(|line| line.starts_with(&begins));
        assert!(help.unwrap().contains(why), "{help:?}");
    }
}

/// `-` and the names of standard output are standard output; a device gets the bytes.
#[test]
fn an_export_to_standard_output_by_name_is_printed() {
    let folder = folder();
    let printed = folder.run(&["export", "--format", "csv"]).ok();
    for name in ["-", "/dev/stdout", "/dev/fd/1"] {
        let run = folder.run(&["--read-only", "export", "--format", "csv", "-o", name]);
        assert_eq!(
            (run.code, &*run.out, &*run.err),
            (0, &*printed, ""),
            "{name}"
        );
    }
    assert!(!folder.path().join("-").exists());
    let html = folder.run(&["export", "--format", "html", "-o", "-"]).ok();
    assert!(html.starts_with("<!"), "{html}");
    let run = folder.run_on(&["export", "--format", "xlsx", "-o", "-"], Some(80));
    assert!(run.err.contains("a workbook is a binary file"), "{run:?}");
    let run = folder.run(&["export", "--format", "csv", "-o", "/dev/null"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = folder.run(&["export", "--format", "csv", "-o", "/dev/full"]);
    assert_eq!((run.code, &*run.out), (2, ""));
    assert!(
        run.err.starts_with("stepdeck: /dev/full: No space left"),
        "{run:?}"
    );
}
