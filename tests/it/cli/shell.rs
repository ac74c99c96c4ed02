//! Subcommands in their surroundings: readers that leave early, completions, the manual page.

use std::process::{Command, Stdio};

use crate::support::fixture::LOG;
use crate::support::run::Folder;

/// With the built binary: the reader leaves after one line.
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
    // What all subcommands share comes once.
    assert!(!page[shared.len()..].contains("read\\-only"));
}
