//! `stepdeck demo --history`: a repository with the same commits for everybody.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::run::Folder;
use crate::support::schema::valid;

/// Runs a program under a person's git configuration.
fn run(program: &str, folder: &Path, home: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", home)
        .env_remove("GIT_CONFIG_GLOBAL")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("XDG_CONFIG_HOME", home)
        .output()
        .unwrap()
}

#[test]
fn everybody_gets_the_same_commits_and_a_clean_checkout() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return;
    }
    let configurations = [
        "",
        "[core]\n\tautocrlf = true\n\tfsmonitor = touch seen\n[commit]\n\tgpgsign = true\n\
         [init]\n\tdefaultBranch = trunk\n\tdefaultObjectFormat = sha256\n\
         [user]\n\tname = Robin\n[fetch]\n\tfsckObjects = true\n[core]\n\thooksPath = /tmp\n",
    ];
    let heads = configurations.map(|configuration| {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".gitconfig"), configuration).unwrap();
        let folder = home.path().join("plan");
        let arguments = ["demo", "plan", "--steps", "90", "--history", "--untidy"];
        let program = env!("CARGO_BIN_EXE_stepdeck");
        // As in a hook of another repository, which stays as it is.
        let other = home.path().join("other");
        let wrote = Command::new(program)
            .args(arguments)
            .current_dir(home.path())
            .env("HOME", home.path())
            .env_remove("GIT_CONFIG_GLOBAL")
            .env("XDG_CONFIG_HOME", home.path())
            .env("GIT_DIR", &other)
            .output()
            .unwrap();
        assert!(wrote.status.success(), "{wrote:?}");
        assert!(!other.exists());
        let git = |arguments: &[&str]| {
            let arguments = [&["-c", "core.fsmonitor=false"], arguments].concat();
            let output = run("git", &folder, home.path(), &arguments);
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        assert!(!folder.join("seen").exists(), "a file monitor was started");
        assert_eq!(git(&["status", "--short"]), "");
        assert_eq!(git(&["fsck", "--strict"]), "");
        // Somebody's history is not overwritten.
        let again = run(program, home.path(), home.path(), &arguments);
        assert!(!again.status.success());
        git(&["rev-parse", "main"])
    });
    assert_eq!(heads[0], heads[1]);
}

/// The papers of the year beside the commits: listed by the days that they are of, and nothing is wrong
/// with them on any date.
#[test]
fn a_year_of_papers_is_listed_and_breaks_no_rule() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return;
    }
    let folder = Folder::new(&[]);
    for (seed, arguments, dates) in [
        (
            "1",
            &[][..],
            &["2026-11-21T09:30:00Z", "2031-05-01T06:00:00Z"][..],
        ),
        ("4", &["--steps", "300"], &["2027-02-28T23:00:00Z"]),
    ] {
        let name = format!("plan-{seed}");
        let demo = ["demo", &name, "--history", "--seed", seed];
        folder.run(&[&demo, arguments].concat()).ok();
        let plan = folder.path().join(&name);
        for now in dates {
            let run = folder.run_in(&plan, now, &["check"], None);
            let is_wrong = run.out.contains("error[") || run.out.contains("warning[");
            assert!(run.code == 0 && !is_wrong, "{seed} on {now}: {run:?}");
        }
        let run = folder.run_in(&plan, "2026-11-21T09:30:00Z", &["papers", "--json"], None);
        let papers = valid("papers", &run.ok());
        let kinds = papers["kinds"].as_array().unwrap();
        for (kind, least) in [
            ("reviews", 50),
            ("standups", 250),
            ("gates", 125),
            ("demos", 25),
            ("scorecards", 49),
            ("quarters", 4),
            ("retrospectives", 4),
            ("checkpoints", 1),
        ] {
            let kind = kinds.iter().find(|of| of["kind"] == kind);
            let kind = kind.unwrap_or_else(|| panic!("{kinds:?}"));
            let of = kind["papers"].as_array().unwrap();
            assert!(of.len() >= least, "{kind}");
            for paper in of {
                let path = paper["file"].as_str().unwrap();
                let text = std::fs::read_to_string(plan.join(path)).unwrap();
                let said = text.lines().find_map(|line| {
                    let said = line.strip_prefix("- **Date:** ");
                    said.or_else(|| line.strip_prefix("- **Posted:** "))
                });
                let said = said.unwrap_or_else(|| panic!("{path}\n{text}"));
                assert_eq!(paper["date"], said[..10], "{path}");
            }
        }
    }
    // Untidy plans get theirs as well.
    let demo = ["demo", "untidy", "--history", "--untidy", "--steps", "200"];
    folder.run(&demo).ok();
    let untidy = folder.path().join("untidy");
    let run = folder.run_in(&untidy, "2026-11-21T09:30:00Z", &["papers", "demos"], None);
    assert!(run.ok().contains("Demo 2026-11-06"));
}
