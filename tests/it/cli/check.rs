//! `stepdeck check`: what it prints in each format, what `--fix` writes, and its exit codes.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::demo::Kind;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;
use serde_json::json;

/// A block table with rows up to B100, so that it has no gap.
fn whole_table() -> String {
    let row = "| B02 | 0101–0200 | Move | Platform | Moved twice | Draft |\n";
    let rest = "| B03 | 0201–10000 | Rest | Platform | Done | Draft |\n";
    DOCUMENT.replace(row, &format!("{row}{rest}"))
}

/// The shared fixture, which nothing is wrong with once its table is whole, after
/// replacements in the log.
fn folder(replacements: &[(&str, &str)]) -> Folder {
    let mut log = LINES.to_owned();
    for (from, to) in replacements {
        assert!(log.contains(from), "{from}");
        log = log.replacen(from, to, 1);
    }
    Folder::new(&[(LOG, &log), (CANON, &whole_table())])
}

/// One fixable error, one drift, one error that needs a person, one note.
const WRONG: [(&str, &str); 4] = [
    ("\"status\": \"complete\"", "\"status\": \"Complete\""),
    ("\"owner\": \"grc\"", "\"owner\": \"ops\""),
    ("[\"0002\", \"Board agrees\"]", "[\"0002\", \"0900\"]"),
    (
        "\"status\": \"idea\", \"outcome\": \"Moved\", \"dependencies\": [\"0003\"], \"artifacts\": [], \"evidence\": {\"metric\": \"downtime\", \"target\": 0}, \"updated_at\": \"2026-11-01",
        "\"status\": \"in progress\", \"outcome\": \"Moved\", \"dependencies\": [\"0003\"], \"artifacts\": [], \"evidence\": {\"metric\": \"downtime\", \"target\": 0}, \"updated_at\": \"2026-10-01",
    ),
];

#[test]
fn a_plan_in_order_has_nothing_wrong() {
    let run = folder(&[]).run(&["check"]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (0, "✓ Nothing is wrong with the plan.\n", "")
    );
}

#[test]
fn people_read_the_line_the_reason_and_the_help() {
    let run = folder(&WRONG).run(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn a_narrow_terminal_gets_colours_and_rows_that_fit() {
    let run = folder(&WRONG).run_on(&["check"], Some(60));
    let plain = strip(&run.out);
    // A place is never cut: it is there to be copied.
    for row in plain.lines().filter(|row| !row.contains("[")) {
        assert!(stepdeck::document::visible::width(row) <= 60, "{row}");
    }
    insta::assert_snapshot!(run.out.replace('\u{1b}', "␛"));
    let ascii = folder(&WRONG).run(&["--ascii", "check"]);
    assert!(ascii.out.is_ascii(), "{}", ascii.out);
    let asked = folder(&WRONG).run(&["--color", "always", "check"]);
    assert!(asked.out.contains('\u{1b}'));
}

/// Text without the sequences that colour it.
fn strip(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

/// The column at which `what` stands in a line, both counted from 1.
fn column(text: &str, line: usize, what: &str) -> usize {
    let line = text.lines().nth(line - 1).unwrap();
    line[..line.find(what).unwrap()].chars().count() + 1
}

#[test]
fn scripts_get_one_document_by_the_schema() {
    let run = folder(&WRONG).run(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let document = valid("check", &run.out);
    assert_eq!(
        (
            &document["errors"],
            &document["warnings"],
            &document["notes"]
        ),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        document["problems"][0],
        json!({
            "code": "status-spelling",
            "severity": "error",
            "message": "0001 spells its status “Complete” instead of “complete”",
            "help": "`stepdeck check --fix` writes it in its standard spelling",
            "file": LOG,
            "line": 2,
            "column": column(LINES, 2, "\"complete\""),
            "step_id": "0001",
        })
    );
    let clean = folder(&[]).run(&["check", "--format", "json"]).ok();
    assert_eq!(valid("check", &clean)["problems"], json!([]));
}

/// Whatever is wrong: every rule's finding fits the schema, and so do places without a step.
#[test]
fn broken_files_fit_the_schema_too() {
    let log = b"\xef\xbb\xbf{\"step_id\": \"x\"}\r\n\xff\n<<<<<<< a\n{\"step_id\": \"0002.A\", \"title\": \"\x1b[2J\"}";
    let folder = Folder::with_bytes(&[(LOG, log), (CANON, DOCUMENT.as_bytes())]);
    let run = folder.run(&["check", "--format", "json"]);
    assert_eq!(run.code, 1);
    let document = valid("check", &run.out);
    let problems = document["problems"].as_array().unwrap();
    assert!(problems.iter().any(|problem| problem["step_id"].is_null()));
    let text = folder.run(&["check"]);
    assert!(
        !text.out.contains('\u{1b}') && text.out.contains("[2J"),
        "{}",
        text.out
    );
}

/// Exit codes: notes alone do not fail, severities can be set.
#[test]
fn errors_and_warnings_fail_notes_do_not() {
    let folder = folder(&WRONG);
    let code = |settings: &str, format| {
        folder.write("stepdeck.toml", settings);
        let run = folder.run(&["check", "--format", format]);
        (run.code, run.err)
    };
    let off = "[checks]\nstatus-spelling = \"off\"\nmissing-dependency = \"off\"\n";
    assert_eq!(code(off, "text"), (1, String::new()));
    for format in ["text", "json", "github"] {
        let notes = format!("{off}drift = \"note\"\n");
        assert_eq!(code(&notes, format), (0, String::new()), "{format}");
    }
    let strict = format!("{off}drift = \"off\"\nstale = \"warning\"\n");
    assert_eq!(code(&strict, "json").0, 1);
}

/// What is wrong in the configuration is among the problems, whoever knows that it is wrong.
#[test]
fn the_configuration_is_checked_too() {
    let folder = folder(&WRONG[..0]);
    assert_eq!(folder.run(&["check"]).code, 0);
    folder.write(
        "stepdeck.toml",
        "[checks]\nstatus-speling = \"off\"\ncycle = \"loud\"\n\
         [keys]\ncomplete = \"ctrl+q\"\nmark = \"?\"\nfly = \"f\"\n\
         [ranking]\nluck = 2\n[display]\ntheme = \"pink\"\n",
    );
    let run = folder.run(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    for said in [
        "warning[configuration] stepdeck.toml:2\n  [checks] names status-speling, but no rule \
         has that code",
        "stepdeck.toml:3\n  [checks] sets cycle to “loud”",
        "stepdeck.toml:5\n  [keys] complete: “ctrl+q” is not a key",
        "stepdeck.toml:6\n  [keys] mark: ? is taken by help; it stays on space",
        "stepdeck.toml:7\n  [keys] fly: there is no such command",
        "stepdeck.toml:9\n  [ranking] \"luck\" is not a term",
        "stepdeck.toml:11:9\n  theme must be",
        "7 warnings",
    ] {
        assert!(run.out.contains(said), "{said}: {}", run.out);
    }
    let json = folder.run(&["check", "--format", "json"]).out;
    assert_eq!(
        json.matches("\"code\": \"configuration\"").count(),
        7,
        "{json}"
    );
    let github = folder.run(&["check", "--format", "github"]).out;
    assert_eq!(
        github.matches("::warning file=stepdeck.toml,line=").count(),
        7,
        "{github}"
    );
    // A file that cannot be read at all is an error.
    folder.write("stepdeck.toml", "[keys\n");
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("error[configuration] stepdeck.toml:1:"),
        "{}",
        run.out
    );
}

/// One's own file is told of, by its full path, and never fails the check; what the shared file
/// does wrong is the same whoever runs it.
#[test]
fn ones_own_configuration_fails_nobody() {
    let folder = folder(&WRONG[..0]);
    let own = folder.own_config();
    let name = own.display();
    fs::write(
        &own,
        "mouse = \"yes\"\n[keys]\nmark = \"?\"\n[checks]\ncycle = \"off\"\n[cellar]\nx = \"y\"\n",
    )
    .unwrap();
    let run = folder.run(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for said in [
        format!("note[configuration] {name}:1:9\n  mouse must be true or false, not \"yes\""),
        format!("{name}:3\n  [keys] mark: ? is taken by help; it stays on space"),
        format!("{name}:4:2\n  checks belongs in the shared stepdeck.toml"),
        format!(
            "{name}:6:2\n  unknown entry \"cellar\": the entries here are keys, views, commands, "
        ),
        "4 notes".to_owned(),
    ] {
        assert!(run.out.contains(&said), "{said}: {}", run.out);
    }
    let json = folder.run(&["check", "--format", "json"]).ok();
    assert_eq!(
        valid("check", &json)["problems"][0]["file"],
        name.to_string()
    );
    // Not even when nothing in it can be read.
    fs::write(&own, "[keys\n").unwrap();
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("nothing in it is used"), "{}", run.out);
    // What a team asks for is judged without it.
    folder.write("stepdeck.toml", "mouse = true\n[keys]\nundo = \"alt-u\"\n");
    fs::write(&own, "[keys]\nredo = \"alt-u\"\n").unwrap();
    let run = folder.run(&["check"]);
    assert_eq!(run.code, 1);
    let said = "warning[configuration] stepdeck.toml:1\n  mouse belongs in your own config.toml";
    assert!(run.out.contains(said), "{}", run.out);
    assert!(!run.out.contains("[keys]"), "{}", run.out);
}

#[test]
fn what_cannot_be_read_or_done_exits_with_2() {
    let folder = folder(&WRONG);
    for (arguments, said) in [
        (&["check", "--format", "xml"][..], "invalid value"),
        (&["check", "--dry-run"], "--fix"),
        (&["check", "--prefer", "log"], "--fix"),
        (
            &["check", "--fix", "--dry-run", "--format", "json"],
            "--dry-run always prints a diff",
        ),
        (&["--read-only", "check", "--fix"], "--read-only"),
        (&["--log", "gone.jsonl", "check"], "gone.jsonl"),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(folder.diff(), "");
    let empty = Folder::new(&[]);
    assert_eq!(empty.run(&["check"]).code, 2);
}

#[test]
fn annotations_name_files_from_the_root_of_the_checkout() {
    let log = LINES
        .replace("\"complete\"", "\"100%: a,b\\nc\"")
        .replace("0002\", \"Board", "0900\", \"Board");
    let folder = Folder::new(&[
        ("plans: a,b/stepdeck.toml", "[checks]\ndrift = \"note\"\n"),
        (&format!("plans: a,b/{LOG}"), &log),
    ]);
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let run = folder.run(&["-C", "plans: a,b", "check", "--format", "github"]);
    assert_eq!(run.code, 1);
    let file = format!("plans%3A a%2Cb/{LOG}");
    assert_eq!(
        run.out,
        format!(
            "::error file={file},line=2,col={},title=unknown-status::0001 has the status \
             “100%25: a,b c”, which is not one of the five\n::error file={file},line=4,col={},\
             title=missing-dependency::0003 depends on 0900, which does not exist\n",
            column(&log, 2, "\"100%"),
            column(&log, 4, "\"0900\"")
        )
    );
    // Without a checkout, paths count from the plan's root.
    std::fs::remove_dir(folder.path().join(".git")).unwrap();
    let run = folder.run(&["-C", "plans: a,b", "check", "--format", "github"]);
    assert!(run.out.starts_with(&format!("::error file={LOG},")));
}

#[test]
fn fix_mends_what_is_safe_and_reports_what_is_left() {
    let folder = folder(&WRONG);
    let run = folder.run(&["check", "--fix"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "stepdeck: 0001 status: Complete → complete\n");
    assert!(run.out.contains("error[missing-dependency]"), "{}", run.out);
    assert!(run.out.contains("warning[drift]") && !run.out.contains("status-spelling"));
    let lines = folder.diff();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.contains("\n+") && lines.contains("\"status\": \"complete\""));

    let again = folder.run(&["check", "--fix", "--format", "json"]);
    assert_eq!(again.err, "stepdeck: nothing here can be fixed\n");
    assert_eq!(valid("check", &again.out)["errors"], json!(1));
    assert_eq!(folder.diff(), lines);
}

#[test]
fn drift_is_mended_towards_the_preferred_side() {
    let to_log = folder(&WRONG[1..2]);
    let run = to_log.run(&["check", "--fix", "--prefer", "log"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "✓ Nothing is wrong with the plan.\n")
    );
    assert_eq!(
        to_log.diff(),
        format!("{CANON}\n-- **Owner:** grc\n+- **Owner:** ops\n")
    );
    let to_canon = folder(&WRONG[1..2]);
    assert_eq!(
        to_canon.run(&["check", "--fix", "--prefer", "canon"]).code,
        0
    );
    let diff = to_canon.diff();
    assert!(diff.starts_with(LOG) && !diff.contains(CANON), "{diff}");
}

/// Everything at once: order, spellings, timestamps, themes, drift; bytes kept elsewhere.
#[test]
fn one_change_mends_all_and_nothing_else() {
    let folder = messy();
    let run = folder.run(&["check", "--fix", "--prefer", "canon"]);
    assert!(run.err.ends_with(" problems fixed\n"), "{}", run.err);
    let left = folder.run(&["check", "--fix", "--prefer", "canon"]);
    assert_eq!(left.err, "stepdeck: nothing here can be fixed\n");
    let bytes = std::fs::read(folder.path().join(LOG)).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf{\"schema\": 1}\r\n\xff\xfe kept\r\n"));
    assert!(
        !bytes.ends_with(b"\n"),
        "the last line has no line feed still"
    );
}

/// A byte order mark, carriage returns, bytes that are no text, a missing last line feed.
fn messy() -> Folder {
    let log = b"\xef\xbb\xbf{\"schema\": 1}\r\n\xff\xfe kept\r\n\
        {\"step_id\": \"0003\", \"status\": \"IDEA\", \"theme\": \"Bas\\u0065\", \"n\": 1.0}\r\n\
        {\"step_id\":\"0002\",\"owner\":\"ops\",\"status\":\"in_progress\",\"theme\":\"x\"}\n\
        {\"step_id\": \"0001\", \"updated_at\": \"2026-01-31\", \"x\": \"\xc3\xa9\"}";
    Folder::with_bytes(&[
        (LOG, log),
        (CANON, whole_table().replace('\n', "\r\n").as_bytes()),
    ])
}

#[test]
fn a_dry_run_prints_a_patch_that_git_applies() {
    let folder = messy();
    let arguments = ["check", "--fix", "--prefer", "canon", "--dry-run"];
    let binary = env!("CARGO_BIN_EXE_stepdeck");
    let run = Command::new(binary)
        .args(arguments)
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path().join(".state"))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert_eq!(folder.diff(), "", "a dry run writes nothing");
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("nothing was written"), "{said}");

    let patched = messy();
    for program in [
        &["git", "apply", "--whitespace=nowarn"][..],
        &["patch", "-p1", "--binary"],
    ] {
        let target = messy();
        let started = Command::new(program[0])
            .args(&program[1..])
            .current_dir(target.path())
            .env("GIT_CEILING_DIRECTORIES", target.path().parent().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        // `patch` is not everywhere; git is what the project lives in.
        let Ok(mut child) = started else {
            assert_ne!(program[0], "git");
            continue;
        };
        child.stdin.take().unwrap().write_all(&run.stdout).unwrap();
        assert!(child.wait().unwrap().success(), "{program:?}");
        patched.run(&["check", "--fix", "--prefer", "canon"]);
        for path in [LOG, CANON] {
            let bytes = |folder: &Folder| std::fs::read(folder.path().join(path)).unwrap();
            // The clock of the binary is the real one: instants of edits may differ.
            assert_eq!(
                undated(&bytes(&target)),
                undated(&bytes(&patched)),
                "{path}"
            );
        }
    }
    let watched = folder.run_on(&arguments, Some(80));
    assert!(watched.out.contains("\u{1b}[") && watched.out.contains('\u{fffd}'));
}

/// Bytes with every instant of this century's form blanked out.
fn undated(bytes: &[u8]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    let is_instant = |at: usize| {
        let form = b"0000-00-00T00:00:00Z";
        text.get(at..at + form.len()).is_some_and(|found| {
            found.iter().zip(form).all(|(a, b)| match b {
                b'0' => a.is_ascii_digit(),
                b => a == b,
            })
        })
    };
    let instants: Vec<usize> = (0..text.len()).filter(|at| is_instant(*at)).collect();
    for at in instants {
        text[at..at + 20].fill(b'#');
    }
    text
}

#[test]
fn a_dry_run_without_anything_to_fix_prints_nothing() {
    let folder = folder(&WRONG[2..3]);
    let run = folder.run(&["check", "--fix", "--dry-run"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert_eq!(run.err, "stepdeck: nothing here can be fixed\n");
}

/// What `--fix` says that it can do is what it says that it did, in problems.
#[test]
fn as_many_problems_are_fixed_as_was_promised() {
    let files = Kind::Untidy.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    let folder = Folder::with_bytes(&files);
    folder.run(&["check", "--fix"]);
    let promised = folder.run(&["check"]).out;
    let (_, promised) = promised.rsplit_once(" fixes ").unwrap();
    let count: usize = promised.split(' ').next().unwrap().parse().unwrap();
    let run = folder.run(&["check", "--fix", "--prefer", "log"]);
    assert!(
        run.err
            .contains(&format!("stepdeck: {count} problems fixed\n")),
        "{}",
        run.err
    );
}
