//! Reading for scripts and people: what `show`, `list` and `export` print.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::fixture::{CANON, DOCUMENT, LINES, LOG};
use support::programme;
use support::run::Folder;
use support::schema::valid;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

/// A plan of these log lines alone.
fn log(lines: &str) -> Folder {
    Folder::new(&[(LOG, lines)])
}

fn ids(list: &Value) -> Vec<&str> {
    let steps = list["steps"].as_array().unwrap().iter();
    steps
        .map(|step| step["step_id"].as_str().unwrap())
        .collect()
}

/// Text from a file that would steer a terminal.
const HOSTILE: &str = r#"{"step_id":"0001","title":"a\u001b]52;c;eA==\u0007b\u202ec\u009bd\te","owner":"o\u001b[31mps","status":"\u001b[2Jx","outcome":"o\nn\u2066","dependencies":["\u001b[A"],"k\u001b[1m":"v\u202e"}
"#;

#[test]
fn a_pipe_gets_whole_rows_parted_by_tabs() {
    let out = folder().run(&["list"]).ok();
    assert_eq!(
        out,
        "0001\tcomplete\tdone\tops\tPick the engine\n\
         0002\tdraft\tready\tgrc\tReview the schema\n\
         0003\tblocked\twaiting\t\tLoad test\n\
         0101\tidea\twaiting\tops\tCut over\n"
    );
}

#[test]
fn a_terminal_gets_aligned_rows_cut_to_its_width() {
    let folder = Folder::new(&programme::FILES);
    let plain = ["--color", "never", "--ascii", "list"];
    let mut screens = String::new();
    for columns in [100, 60, 40] {
        let out = strip(&folder.run_on(&plain, Some(columns)).ok());
        for line in out.lines() {
            let wide = stepdeck::document::visible::width(line);
            assert!(wide <= columns, "{wide} of {columns}: {line}");
        }
        screens += &format!("{columns} columns\n{out}\n");
    }
    insta::assert_snapshot!(screens);
}

/// The text without SGR sequences: bold and dim stay where colours are not wanted.
fn strip(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let end = rest[at..].find('m').unwrap();
        rest = &rest[at + end + 1..];
    }
    plain + rest
}

#[test]
fn colours_come_when_asked_for_and_never_by_themselves_into_a_pipe() {
    let folder = folder();
    for command in [
        &["list"][..],
        &["show", "2"],
        &["export", "--format", "csv"],
    ] {
        assert!(!folder.run(command).ok().contains('\u{1b}'), "{command:?}");
    }
    let coloured = [&["--color", "always"][..], &["list"]].concat();
    let out = folder.run(&coloured).ok();
    assert!(out.contains("\u{1b}["), "{out}");
    assert_eq!(strip(&out), folder.run(&["list"]).ok());
}

#[test]
fn the_filter_is_that_of_the_cockpit() {
    let folder = folder();
    let out = folder.run(&["list", "--filter", "owner:ops -is:done"]).ok();
    assert_eq!(out, "0101\tidea\twaiting\tops\tCut over\n");
    let none = folder.run(&["list", "--filter", "owner:nobody"]);
    assert_eq!(
        (none.code, none.out.as_str(), none.err.as_str()),
        (0, "", "stepdeck: none of 4 steps passes the filter\n")
    );
}

#[test]
fn a_filter_that_makes_no_sense_is_pointed_at() {
    let folder = folder();
    for command in [&["list"][..], &["export", "--format", "csv"]] {
        let arguments = [command, &["--filter", "漢 is:purple x"]].concat();
        let run = folder.run(&arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert_eq!(
            run.err,
            "stepdeck: the filter makes no sense at “is:purple”: is: takes ready, waiting, \
             blocked, done, open, drift, marked or cyclic\n\
             \x20 漢 is:purple x\n\
             \x20    ^^^^^^^^^\n"
        );
    }
    let hostile = folder.run(&["list", "--filter", "x\u{1b}[31m is:\u{202e}"]);
    assert_eq!(hostile.code, 2);
    assert!(
        !hostile.err.contains(['\u{1b}', '\u{202e}']),
        "{}",
        hostile.err
    );
}

#[test]
fn a_list_document_counts_and_orders_its_steps() {
    let folder = folder();
    let list = valid("list", &folder.run(&["list", "--json"]).ok());
    assert_eq!(ids(&list), ["0001", "0002", "0003", "0101"]);
    let some = folder
        .run(&["list", "--json", "--filter", "is:waiting"])
        .ok();
    let some = valid("list", &some);
    assert_eq!(ids(&some), ["0003", "0101"]);
    assert_eq!((&some["count"], &some["total"]), (&2.into(), &4.into()));
    assert_eq!(
        folder.run(&["export", "--format", "json"]).ok(),
        folder.run(&["list", "--json"]).ok()
    );
}

#[test]
fn a_step_document_says_what_follows_and_where_it_is_written() {
    let printed = folder().run(&["show", "2", "--json"]).ok();
    insta::assert_snapshot!(printed);
    valid("step", &printed);
    let third = valid("step", &folder().run(&["show", "3", "--json"]).ok());
    assert_eq!(third["state"], "waiting");
    assert_eq!(
        third["waiting_on"],
        serde_json::json!(["0002", "Board agrees"])
    );
}

/// Odd numbers, escapes, other keys, wrong types: as written, and ours before theirs.
#[test]
fn a_step_document_hands_the_log_on_as_written() {
    let line = "{\"x\":12345678901234567890123,\t\"n\": [1,\r\t-0.10e+2],\"title\":\"a\\/b\\u0041\",\
                \"title\":\"last\",\"step_id\":\"0001\",\"state\":\"mine\",\"schema\":\"mine\",\
                \"drift\":7,\"owner\":{\"a\":1E400},\"status\":\"Draft\"}\n";
    let folder = log(line);
    let printed = folder.run(&["show", "1", "--json"]).ok();
    for part in [
        "\"x\": 12345678901234567890123",
        "-0.10e+2]",
        "\"title\": \"last\"",
        "\"owner\": {\"a\":1E400}",
        "\"state\": \"ready\"",
        "\"schema\": \"stepdeck/step@1\"",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    assert!(!printed.contains("mine"), "{printed}");
    assert!(!printed.contains(['\t', '\r']), "{printed}");
    let parsed: serde_json::Map<String, Value> =
        serde_json::from_str(&printed.replace("1E400", "1")).unwrap();
    assert_eq!(parsed["n"], serde_json::json!([1, -10.0]));
    let order = [
        "\"x\"",
        "\"n\"",
        "\"title\"",
        "\"step_id\"",
        "\"owner\"",
        "\"status\"",
    ];
    let places: Vec<_> = order.iter().map(|key| printed.find(key).unwrap()).collect();
    assert!(places.is_sorted(), "{printed}");
}

#[test]
fn bytes_that_are_no_text_break_no_document() {
    let files: [(&str, &[u8]); 2] = [
        (
            LOG,
            b"{\"step_id\":\"0001\",\"title\":\"\xff\"}\n{\"step_id\":\"0002\",\"title\":\"ok\"}\n",
        ),
        (
            CANON,
            b"# P\n\n### Step 0003 \xe2\x80\x94 Bad \xff\n- **Owner:** \xfe\n- **Inputs:** a, b\n",
        ),
    ];
    let folder = Folder::with_bytes(&files);
    let list = valid("list", &folder.run(&["list", "--json"]).ok());
    assert_eq!(ids(&list), ["0002", "0003"]);
    let canon = &list["steps"][1];
    assert_eq!(canon["inputs"], serde_json::json!(["a", "b"]));
    assert!(canon["title"].as_str().unwrap().starts_with("Bad "));
    assert_eq!(canon["sources"][0]["line"], 3);
}

/// The state is waiting exactly where something is waited for, circles included.
#[test]
fn a_circle_is_waited_for_even_where_its_next_step_is_complete() {
    let step = |id: &str, status: &str, on: &str| {
        format!("{{\"step_id\":\"{id}\",\"status\":\"{status}\",\"dependencies\":[{on}]}}\n")
    };
    let lines = [
        step("0001", "complete", "\"0002\""),
        step("0002", "draft", "\"0001\",\"Step 0001\""),
        step("0003", "draft", "\"0009\",\"[x] done\",\"0002\",\"0009\""),
    ];
    let list = valid("list", &log(&lines.concat()).run(&["list", "--json"]).ok());
    let waiting = |at: usize| list["steps"][at]["waiting_on"].clone();
    assert_eq!(waiting(0), serde_json::json!([]));
    assert_eq!(waiting(1), serde_json::json!(["0001"]));
    assert_eq!(waiting(2), serde_json::json!(["0009", "0002"]));
}

#[test]
fn show_tells_everything_about_a_step() {
    let folder = Folder::new(&[
        (LOG, LINES),
        (
            CANON,
            &DOCUMENT.replace("**Owner:** grc", "**Owner:** legal"),
        ),
    ]);
    insta::assert_snapshot!(format!(
        "{}\n{}",
        folder.run(&["show", "2"]).ok(),
        folder.run(&["show", "0003"]).ok()
    ));
    let drift = valid("step", &folder.run(&["show", "2", "--json"]).ok());
    assert_eq!(drift["drift"], serde_json::json!(["owner"]));
}

#[test]
fn an_id_that_several_steps_have_shows_each() {
    let lines =
        "{\"step_id\":\"0001\",\"title\":\"one\"}\n{\"step_id\":\"0001\",\"title\":\"other\"}\n";
    let folder = log(lines);
    let run = folder.run(&["show", "1"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "stepdeck: 2 steps have the ID 0001\n")
    );
    assert!(
        run.out.contains("one") && run.out.contains("other"),
        "{}",
        run.out
    );
    let printed = folder.run(&["show", "1", "--json"]).out;
    let stream = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
    let lines: Vec<Value> = stream
        .map(|step| valid("step", &step.unwrap().to_string())["sources"][0]["line"].clone())
        .collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn an_unknown_step_is_exit_code_2() {
    let run = folder().run(&["show", "0999"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(
        run.err,
        "stepdeck: there is no step 0999; `stepdeck list` shows all there are\n"
    );
    assert_eq!(folder().run(&["show", "x"]).code, 2);
}

/// Acceptance 36, on a terminal and into a pipe.
#[test]
fn nothing_from_a_file_steers_the_terminal() {
    let folder = log(HOSTILE);
    let formats = ["csv", "json", "markdown", "openmetrics"];
    let exports = formats.map(|format| vec!["export", "--format", format]);
    let mut commands = vec![
        vec!["list"],
        vec!["list", "--json"],
        vec!["show", "1"],
        vec!["show", "1", "--json"],
    ];
    commands.extend(exports);
    for command in commands {
        for terminal in [None, Some(120)] {
            let out = strip(&folder.run_on(&command, terminal).ok());
            let raw = ['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}', '\u{2066}'];
            assert!(!out.contains(raw), "{command:?}\n{out:?}");
        }
    }
    let shown = folder.run(&["show", "1"]).ok();
    assert!(
        shown.contains("\\x1b]52;c;eA==\\x07b\\u{202e}c\\u{9b}d"),
        "{shown}"
    );
}

/// Acceptance 39 and RFC 4180.
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
    let folder = Folder::new(&[(LOG, &broken), (CANON, &document)]);
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
    let some = ["export", "--format", "openmetrics", "--filter", "block:B02"];
    let some = folder.run(&some).ok();
    assert!(some.contains("stepdeck_steps{status=\"idea\",state=\"waiting\"} 1"));
    assert!(some.contains("stepdeck_block_steps{block=\"B01\",status=\"draft\"} 0"));
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
    for file in [
        LOG,
        CANON,
        "docs/../docs/plan.md",
        "link.csv",
        "docs/reviews/2026-W47.md",
        "docs/ROADMAP.md",
        "stepdeck.toml",
    ] {
        let run = export(file);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.err.contains("belongs to the plan"), "{}", run.err);
    }
    let locked = folder.run(&["--read-only", "export", "--format", "csv", "-o", "x.csv"]);
    assert_eq!(locked.code, 2);
    assert!(!folder.path().join("x.csv").exists());
    assert_eq!(folder.read(LOG), LINES);
    assert_eq!(folder.read(CANON), DOCUMENT);
    assert_eq!(folder.read("docs/reviews/2026-W47.md"), "# Review\n");
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::to_owned).collect()
}

/// Every line of the logs that are known to be good, and each of some that are not.
#[test]
fn the_schema_of_a_log_line_takes_good_lines_and_no_others() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = Vec::new();
    for (path, bytes) in stepdeck::record::demo::plan(300, 9) {
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            lines.extend(lines_of(&bytes));
        }
    }
    assert!(lines.len() > 300);
    let mut folders = vec![repository.join("data/plans")];
    match repository.join("../shared/plans") {
        shared if shared.is_dir() => folders.push(shared),
        _ => eprintln!("skipped: there is no ../shared/plans"),
    }
    for folder in folders {
        for entry in fs::read_dir(folder).unwrap() {
            lines.extend(lines_of(&fs::read(entry.unwrap().path()).unwrap()));
        }
    }
    lines.extend(lines_of(LINES.as_bytes()));
    let validator = log_line_validator();
    for line in &lines {
        let value: Value = serde_json::from_str(line).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{line}");
    }
    let good: Value = serde_json::from_str(LINES.lines().nth(1).unwrap()).unwrap();
    for (key, value) in [
        ("step_id", "\"1\""),
        ("step_id", "\"0000\""),
        ("step_id", "\"00245\""),
        ("step_id", "\"0245.\""),
        ("step_id", "42"),
        ("block", "\"37\""),
        ("title", "\" \""),
        ("status", "\"In Progress\""),
        ("status", "null"),
        ("dependencies", "\"0001\""),
        ("dependencies", "[1]"),
        ("artifacts", "{}"),
        ("evidence", "{\"metric\": \"m\"}"),
        ("evidence", "{\"metric\": 1, \"target\": 1}"),
        ("evidence", "\"m\""),
        ("evidence", "{\"metric\": \"m\", \"target\": []}"),
        ("updated_at", "\"yesterday\""),
        ("updated_at", "\"2026-01-31T12:00:00\""),
        ("notes", "[\"n\"]"),
        ("effort", "3"),
    ] {
        let mut line = good.clone();
        line[key] = serde_json::from_str(value).unwrap();
        assert!(!validator.is_valid(&line), "{key}: {value}");
    }
    for key in [
        "step_id",
        "block",
        "title",
        "status",
        "evidence",
        "updated_at",
    ] {
        let mut line = good.clone();
        line.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&line), "without {key}");
    }
    for broken in [
        "{}",
        "[]",
        "7",
        "{\"schema\": 1}",
        "{\"schema\": \"x\", \"step_id\": \"0001\"}",
    ] {
        let value = serde_json::from_str(broken).unwrap();
        assert!(!validator.is_valid(&value), "{broken}");
    }
    for odd in ["0245.A", "10000", "0245.A.1"] {
        let mut line = good.clone();
        line["step_id"] = odd.into();
        line["x-ticket"] = serde_json::json!({"any": [1]});
        assert!(validator.is_valid(&line), "{odd}");
    }
}

fn log_line_validator() -> jsonschema::Validator {
    let schema = schema("log-line");
    jsonschema::draft202012::options().build(&schema).unwrap()
}

fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let file = folder.join(format!("{name}.schema.json"));
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn the_schemas_agree_with_each_other_and_with_the_tables() {
    assert_eq!(schema("list")["$defs"], schema("step")["$defs"]);
    let line = &schema("log-line")["$defs"]["step"]["properties"];
    let known: Vec<&String> = line.as_object().unwrap().keys().collect();
    for key in stepdeck::plan::field::KEY_ORDER {
        assert!(known.iter().any(|known| *known == key), "{key}");
    }
    assert_eq!(known.len(), stepdeck::plan::field::KEY_ORDER.len());
    for keys in [
        r#"{"waiting_on": []}"#,
        r#"{"drift": ["x"]}"#,
        r#"{"sources": []}"#,
    ] {
        let mut step: Value =
            serde_json::from_str(&folder().run(&["show", "3", "--json"]).ok()).unwrap();
        let wrong: Value = serde_json::from_str(keys).unwrap();
        for (key, value) in wrong.as_object().unwrap() {
            step[key] = value.clone();
        }
        let validator = jsonschema::draft202012::options()
            .build(&schema("step"))
            .unwrap();
        assert!(!validator.is_valid(&step), "{keys}");
    }
}

/// The bundled and the generated plan, through `list --json`.
#[test]
fn whole_plans_list_as_the_schema_says() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<(String, Vec<u8>)> = stepdeck::record::demo::plan(300, 9)
        .into_iter()
        .map(|(path, bytes)| (path.to_string_lossy().into_owned(), bytes))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(p, b)| (p.as_str(), &b[..])).collect();
    let list = valid(
        "list",
        &Folder::with_bytes(&files).run(&["list", "--json"]).ok(),
    );
    assert_eq!(list["total"], 300);
    let bundled = fs::read_dir(repository.join("data/plans"))
        .unwrap()
        .next()
        .unwrap();
    let bundled = fs::read(bundled.unwrap().path()).unwrap();
    let folder = Folder::with_bytes(&[(LOG, &bundled)]);
    valid("list", &folder.run(&["list", "--json"]).ok());
}

/// Acceptance 35, with the built binary: the reader leaves after one line.
#[test]
fn output_closed_early_is_no_error() {
    let folder = Folder::new(&[]);
    let lines: String = (1..=10_000)
        .map(|n| format!("{{\"step_id\":\"{n:04}\",\"title\":\"Step number {n}\"}}\n"))
        .collect();
    folder.write(LOG, lines);
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["export", "--format", "csv"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepdeck"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        std::io::BufRead::read_line(&mut reader, &mut first).unwrap();
        assert!(!first.is_empty());
        drop(reader);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(
            (done.status.code(), said.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

fn subcommands() -> Vec<clap::Command> {
    use clap::CommandFactory as _;
    let command = stepdeck::cli::Arguments::command();
    command.get_subcommands().cloned().collect()
}

#[test]
fn every_shell_completes_every_subcommand() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.run(&["completions", shell]).ok();
        for subcommand in subcommands() {
            assert!(
                script.contains(subcommand.get_name()),
                "{shell}: {}",
                subcommand.get_name()
            );
        }
    }
    assert_eq!(folder.run(&["completions", "cmd"]).code, 2);
}

#[test]
fn the_manual_page_has_every_subcommand_and_option() {
    let page = Folder::new(&[]).run(&["man"]).ok();
    assert!(page.contains(".TH stepdeck 1"), "{page}");
    let has = |argument: &clap::Arg, text: &str| {
        let long = argument.get_long().map(|long| long.replace('-', "\\-"));
        long.is_none_or(|long| text.contains(&format!("\\-\\-{long}")))
    };
    for subcommand in subcommands() {
        let name = subcommand.get_name().to_uppercase();
        let (_, section) = page
            .split_once(&format!(".SH \"STEPDECK {name}\"\n"))
            .expect(&name);
        let section = section.split(".SH ").next().unwrap();
        for argument in subcommand.get_arguments() {
            assert!(has(argument, section), "{name}: {argument:?}");
        }
    }
    let shared = page.split(".SH \"STEPDECK").next().unwrap();
    for option in ["read\\-only", "canon", "color", "ascii", "log"] {
        let option = format!("\\fB\\-\\-{option}\\fR");
        assert!(shared.contains(&option), "{option}");
    }
    // What all subcommands share stands once.
    assert!(!page[shared.len()..].contains("read\\-only"));
}
