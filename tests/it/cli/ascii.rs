//! `--ascii` and a locale without UTF-8: no sign of our own needs more, in results and messages. What
//! people wrote stays as it is.

use clap::CommandFactory as _;

use crate::history::repo::{LOG, Repo};
use crate::support::fixture::{CANON, DOCUMENT, LINES};
use crate::support::run::NOW;

/// Every subcommand that prints for people, on a plan with a past that is written in ASCII.
#[test]
fn no_sign_of_our_own_needs_more_than_ascii() {
    let Some(repo) = Repo::new() else { return };
    let document = DOCUMENT.replace(['–', '—'], "-").replace('≥', "");
    repo.write(LOG, LINES);
    repo.write(CANON, &document);
    repo.commit("start");
    repo.write(LOG, &LINES.replace("\"draft\"", "\"in progress\""));
    repo.commit("next");
    repo.write(LOG, &LINES.replace("Cut over", "Cut it over"));
    let told = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = (repo.folder).run_told(repo.path(), (NOW, variables), arguments, Some(100));
        let all = format!("{}{}", run.out, run.err);
        assert!(!all.contains("unexpected argument"), "{arguments:?}: {all}");
        all
    };
    let mut leaks = Vec::new();
    let risk = [
        "risk",
        "add",
        "They leave",
        "--likelihood",
        "high",
        "--impact",
        "low",
    ];
    for arguments in [
        &risk[..],
        &["risk"],
        &["set", "0002", "status=blocked"],
        &["set", "0002", "status=purple"],
        &["list", "--filter", "is:purple"],
        &["list"],
        &["list", "--views"],
        &["list", "--group", "block", "--sort", "-age"],
        &["show", "0002"],
        &["chain", "0002"],
        &["today"],
        &["next", "--explain"],
        &["gates"],
        &["gates", "Ground"],
        &["check"],
        &["owners"],
        &["papers"],
        &["review"],
        &["standup"],
        &["diff"],
        &["log"],
        &["log", "0002"],
        &["since", "2026-09-03"],
        &["burn"],
        &["forecast", "--float"],
        &["renumber", "0101", "0150", "--dry-run"],
        &["pr"],
        &["add", "title=Another one"],
        &["resolve"],
        &["git-setup"],
    ] {
        for all in [
            told(&[&["--ascii"], arguments].concat(), &[]),
            told(arguments, &[("LC_ALL", "C")]),
        ] {
            for line in all.lines().filter(|line| !line.is_ascii()) {
                leaks.push(format!("{arguments:?}: {line}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    let log = told(&["--ascii", "log", "0002"], &[]);
    assert!(log.contains("status: draft -> in progress"), "{log}");
}

#[test]
fn help_does_not_either_and_what_people_wrote_stays() {
    let command = stepdeck::cli::Arguments::command();
    let names = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned());
    let folder = crate::support::run::Folder::new(&[(
        LOG,
        &LINES
            .replace("Cut over", "Cut – over → there")
            .replace("\"idea\"", "\"draft\""),
    )]);
    for name in names.filter(|name| name != "help") {
        for arguments in [&["--ascii", "--help"][..], &["--ascii", &name, "--help"]] {
            let help = folder.run(arguments).ok();
            assert!(help.is_ascii(), "{name}: {help}");
        }
    }
    let list = folder.run(&["--ascii", "list"]).ok();
    assert!(list.contains("Cut – over → there"), "{list}");
}
