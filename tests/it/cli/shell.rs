//! Subcommands in their surroundings: readers that leave early, completions, the manual page.

use std::path::Path;
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

/// A configuration with views, one of them with a space in its name.
const VIEWS: &str =
    "[views.\"by block\"]\ngroup = \"block\"\n\n[views.big]\nfilter = \"has:cost\"\n";

#[test]
fn the_views_are_listed_without_reading_the_plan() {
    let folder = Folder::new(&[(LOG, "not a log\n"), ("stepdeck.toml", VIEWS)]);
    let run = folder.run(&["list", "--views"]);
    let text = "all\tevery step\nmine\tis:mine · by state · shows whom, waiting_on\n\
        big\thas:cost\nby block\tevery step · grouped by block\n";
    assert_eq!((run.code, &*run.out, &*run.err), (0, text, ""));
    let shown = folder.run_on(&["list", "--views"], Some(80)).out;
    assert!(shown.contains("big       has:cost\n"), "{shown}");
    assert_eq!(folder.run(&["list", "--views", "--json"]).code, 2);
}

/// With the built binary and a real bash: what Tab offers behind `--view`.
#[test]
fn bash_completes_the_names_of_views() {
    if Command::new("bash").arg("--version").output().is_err() {
        return eprintln!("skipped: there is no bash");
    }
    let folder = Folder::new(&[(LOG, "{}\n"), ("stepdeck.toml", VIEWS)]);
    folder.write("script", folder.run(&["completions", "bash"]).ok());
    let bin = Path::new(env!("CARGO_BIN_EXE_stepdeck")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", bin.display());
    let offered = |from: &Path, words: &str, at: usize| {
        let script = format!(
            "source '{}/script'; COMP_WORDS=({words}); COMP_CWORD={at}; \
             _stepdeck_views stepdeck \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"; complete -p stepdeck",
            folder.path().display()
        );
        let run = Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(from)
            .env("PATH", &path)
            .env("XDG_CONFIG_HOME", folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        let (offered, how) = text.rsplit_once("complete ").unwrap();
        assert!(how.contains("-F _stepdeck_views"), "{how}");
        offered.trim_end().to_owned()
    };
    let here = folder.path();
    let all = "all\nmine\nbig\nby\\ block";
    assert_eq!(offered(here, "stepdeck list --view ''", 3), all);
    assert_eq!(offered(here, "stepdeck list --view = ''", 4), all);
    assert_eq!(offered(here, "stepdeck list --view =", 3), all);
    assert_eq!(
        offered(here, "stepdeck list --view b", 3),
        "big\nby\\ block"
    );
    assert_eq!(
        offered(here, r"stepdeck list --view 'by\ b'", 3),
        r"by\ block"
    );
    assert_eq!(offered(here, r#"stepdeck list --view \"by"#, 3), "by block");
    let there = format!("stepdeck -C {} list --view bi", here.display());
    assert_eq!(offered(Path::new("/"), &there, 5), "big");
    // Everything else is as clap has it.
    assert_eq!(offered(here, "stepdeck list --gr", 2), "--group");
}

#[test]
fn zsh_and_fish_ask_for_the_names_of_views() {
    let folder = Folder::new(&[]);
    let zsh = folder.run(&["completions", "zsh"]).ok();
    let option = zsh.lines().find(|line| line.contains("--view=["));
    assert!(option.unwrap().contains(":_stepdeck_views'"), "{option:?}");
    let places = ["\n_stepdeck_views() {", "\nif [ \"$funcstack"];
    let [function, call] = places.map(|text| zsh.find(text).unwrap());
    assert!(function < call, "{zsh}");
    let fish = folder.run(&["completions", "fish"]).ok();
    let option = fish.lines().find(|line| line.contains(" -l view "));
    let asks = "-f -a '(stepdeck list --views 2>/dev/null)'";
    assert!(option.unwrap().ends_with(asks), "{option:?}");
    for (shell, script) in [("zsh", zsh), ("fish", fish)] {
        if Command::new(shell).arg("--version").output().is_err() {
            eprintln!("skipped: there is no {shell}");
            continue;
        }
        folder.write("script", &script);
        let mut check = Command::new(shell);
        check.args(["-n", "script"]).current_dir(folder.path());
        assert!(check.status().unwrap().success(), "{shell}");
    }
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
    // Tables are hanging paragraphs, and what stands behind them begins at the margin again.
    assert!(
        page.contains(".TP\n\\fBunblocks\\fR\n\\&How many"),
        "{page}"
    );
    assert!(
        page.contains("The stages whose checks name it.\n.PP\nFilters: terms"),
        "{page}"
    );
    assert!(!page.lines().any(|line| line.starts_with("  ")), "{page}");
    // The version does not stand where a date would.
    assert!(page.contains(".TH stepdeck 1 \"\" \"stepdeck "), "{page}");
    // What all subcommands share comes once.
    assert!(!page[shared.len()..].contains("read\\-only"));
}
