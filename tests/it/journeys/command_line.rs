//! `$`: the command line that prints what the screen shows, run by a shell.

use std::path::Path;
use std::process::Command;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

/// Presses `$` and answers what was copied.
#[track_caller]
fn copied(desk: &mut Desk) -> String {
    desk.keys("$");
    let line = desk.cockpit.face.copied.last().cloned().unwrap_or_default();
    let shown = desk.screen();
    assert!(shown.contains("What prints this screen"), "{shown}");
    desk.keys("<Esc>");
    line
}

/// What a shell makes of a line in the plan's folder: how it ended, and what it printed.
fn run(line: &str, folder: &Path) -> (Option<i32>, String, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_stepdeck"));
    let path = std::env::var("PATH").unwrap_or_default();
    let bin = program.parent().unwrap().display();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", format!("{bin}:{path}"))
        .env("XDG_CONFIG_HOME", folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (said, error) = (text(output.stdout), text(output.stderr));
    (output.status.code(), said, error)
}

#[test]
fn each_screen_has_one_and_it_succeeds() {
    let mut desk = Desk::bundled(160, 40);
    let folder = desk.folder().to_owned();
    for (keys, line, says) in [
        ("1:226<Enter>", "stepdeck list", "0226"),
        ("<Tab>", "stepdeck show 0226", "0226"),
        ("<Tab>", "stepdeck chain 0226", "0226"),
        (
            "<Esc>1/owner:ops status:blocked<Enter>",
            "stepdeck list --filter 'owner:ops status:blocked'",
            "",
        ),
        ("<Esc><Esc>2", "stepdeck gates Groundwork", "Groundwork"),
        ("h", "stepdeck gates", "Groundwork"),
        ("<Esc>3", "stepdeck review", ""),
        ("4", "stepdeck standup --date 2026-11-21", "2026-11-21"),
        ("5", "stepdeck check", ""),
        ("6@<C-u>2w<Enter>", "stepdeck since 2w", ""),
        ("7", "stepdeck forecast", ""),
        ("<Tab>", "stepdeck burn", ""),
        ("<Tab>", "stepdeck forecast --float", ""),
        ("0", "stepdeck today", ""),
    ] {
        desk.keys(keys);
        let copied = copied(&mut desk);
        assert_eq!(copied, line, "{keys}\n{}", desk.screen());
        let (code, said, error) = run(&copied, &folder);
        // Problems are no failure of the command that lists them.
        let most = i32::from(line == "stepdeck check");
        assert!(
            code.is_some_and(|code| code <= most),
            "{line}: {code:?} {error}"
        );
        assert!(said.contains(says), "{line}: {said}");
    }
}

/// The rows are those of the screen, whatever the filter is spelled like.
#[test]
fn a_filter_is_quoted_as_a_shell_reads_it() {
    let mut desk = Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], 120, 30);
    let folder = desk.folder().to_owned();
    for filter in [
        "-owner:ops",
        "owner:\"ops\"",
        "it's",
        "$(touch x) OR `touch x`",
        "(status:draft OR status:idea) -block:B02",
        "!; #~*",
    ] {
        desk.keys("<Esc><Esc>1/").paste(filter).keys("<Enter>");
        let listed = desk.listed();
        let line = copied(&mut desk);
        let (code, said, error) = run(&line, &folder);
        assert_eq!(code, Some(0), "{line}: {error}");
        let printed: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(printed, listed, "{line}");
        assert!(!folder.join("x").exists());
    }
    desk.keys("<Esc><Esc><Space>/is:marked<Enter>$");
    assert!(
        desk.screen().contains("marks, which only the cockpit has"),
        "{}",
        desk.screen()
    );
}

/// View, order, columns and groups are those of the screen, and so are the rows.
#[test]
fn the_list_is_printed_as_it_looks() {
    let config = "[views.-late]\nfilter = \"is:open\"\nsort = \"-id\"\ncolumns = [\"age\", \"whom\"]\n\
                  group = \"owner\"\n";
    let files = [(LOG, LINES), (CANON, DOCUMENT), ("stepdeck.toml", config)];
    let mut desk = Desk::sized(&files, 120, 30);
    let folder = desk.folder().to_owned();
    let late = "stepdeck list '--view=-late'";
    for (keys, line) in [
        ("V3", late.to_owned()),
        ("So", format!("{late} --sort owner")),
        ("SoSi", format!("{late} --sort id")),
        ("=n", format!("{late} --sort id --group none")),
        (
            "|r<Esc>",
            format!("{late} --sort id --columns owner --group none"),
        ),
        (
            "/<C-u>owner:ops<Enter>",
            format!("{late} --filter owner:ops --sort id --columns owner --group none"),
        ),
        (
            "<Esc>",
            format!("{late} --filter '' --sort id --columns owner --group none"),
        ),
        ("V1", "stepdeck list".to_owned()),
        (
            "Su=s",
            "stepdeck list --sort -updated_at --group status".to_owned(),
        ),
        (
            "|<Space><Esc>",
            "stepdeck list --sort -updated_at --columns '' --group status".to_owned(),
        ),
    ] {
        desk.keys(keys);
        let listed = desk.listed();
        let copied = copied(&mut desk);
        assert_eq!(copied, line, "{keys}\n{}", desk.screen());
        let (code, said, error) = run(&copied, &folder);
        assert_eq!(code, Some(0), "{line}: {error}");
        let printed = said.lines().filter_map(|line| line.split('\t').next());
        assert_eq!(printed.collect::<Vec<_>>(), listed, "{line}");
    }
}

/// A stage is a name that others chose.
#[test]
fn a_stage_is_one_argument_whatever_it_is_called() {
    for name in ["--json", "It's $(touch x)", "Two  Words"] {
        let document = DOCUMENT.replace("Ground", name);
        let mut desk = Desk::sized(&[(LOG, LINES), (CANON, &document)], 120, 30);
        let folder = desk.folder().to_owned();
        desk.keys("2");
        let line = copied(&mut desk);
        let (code, said, error) = run(&line, &folder);
        assert_eq!(code, Some(0), "{line}: {error}");
        assert!(said.contains("Runbooks cover deploy"), "{line}: {said}");
        assert!(!folder.join("x").exists());
    }
}
