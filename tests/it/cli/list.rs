//! Reading for scripts and people: what `show` and `list` print.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::programme;
use crate::support::run::Folder;
use crate::support::schema::valid;
use serde_json::Value;

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
        (0, "", "stepdeck: none of 4 steps matches the filter\n")
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
            "stepdeck: cannot read the filter at “is:purple”: is: takes ready, waiting, \
             blocked, done, open, mine, drift, marked, cyclic, retired or unclear\n\
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
        "stepdeck: there is no step 0999; `stepdeck list` lists them all\n"
    );
    assert_eq!(folder().run(&["show", "x"]).code, 2);
}

/// On a terminal and into a pipe.
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
        // What goes to a file is data there.
        let is_data = command.contains(&"csv");
        for terminal in [None, Some(120)].into_iter().skip(usize::from(is_data)) {
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
