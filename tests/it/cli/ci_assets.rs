//! What the repository offers for CI: the workflow runs the right commands, and the hook
//! lets a commit pass or refuses it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::fixture::{LINES, LOG};
use crate::support::run::Folder;

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets/ci")
        .join(name)
}

#[test]
fn the_workflow_installs_and_checks() {
    let text = fs::read_to_string(asset("stepdeck.yml")).unwrap();
    assert!(!text.contains('\t'), "YAML knows no tabs");
    let steps: Vec<&str> = (text.lines())
        .filter_map(|line| line.trim().strip_prefix("- "))
        .collect();
    assert_eq!(
        steps,
        [
            "uses: actions/checkout@v4",
            "run: rustup toolchain install stable --profile minimal",
            "run: cargo +stable install --locked --git \"$STEPDECK_REPOSITORY\" stepdeck",
            "run: stepdeck check --format github \
             ${GITHUB_BASE_REF:+--against \"origin/$GITHUB_BASE_REF\"}",
        ]
    );
    for key in ["on:", "permissions:", "jobs:", "  check:", "    steps:"] {
        assert!(text.lines().any(|line| line == key), "no {key}");
    }
}

#[test]
fn the_other_workflow_publishes_the_page_of_main() {
    let text = fs::read_to_string(asset("page.yml")).unwrap();
    assert!(!text.contains('\t'), "YAML knows no tabs");
    let command = "stepdeck export --format html -o site/index.html";
    for part in [
        command,
        "branches: [main]",
        "fetch-depth: 0",
        "path: site",
        "pages: write",
    ] {
        assert!(text.contains(part), "no {part}");
    }
    let folder = Folder::new(&[(LOG, LINES), ("site/README.md", "Pages.\n")]);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    folder.run(&words).ok();
    assert!(
        folder
            .read("site/index.html")
            .starts_with("<!DOCTYPE html>")
    );
}

/// A checkout with a plan and the hook.
struct Checkout {
    folder: Folder,
    path: String,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self {
            folder: Folder::new(&[(LOG, LINES)]),
            path: Self::path_with_stepdeck(),
        };
        checkout.git(&["init", "-q"]);
        let hook = checkout.folder.path().join(".git/hooks/pre-commit");
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::copy(asset("pre-commit"), hook).unwrap();
        checkout
    }

    fn path_with_stepdeck() -> String {
        let folder = Path::new(env!("CARGO_BIN_EXE_stepdeck")).parent().unwrap();
        format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
    }

    fn git(&self, arguments: &[&str]) -> Output {
        let home = self.folder.path();
        Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args(arguments)
            .current_dir(home)
            .env("PATH", &self.path)
            .env("HOME", home)
            .env("XDG_STATE_HOME", home.join(".git/state"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap()
    }

    /// Stages the log and commits. Answers whether it was let through, and what was said.
    fn commit(&self) -> (bool, String) {
        self.git(&["add", LOG]);
        self.commit_staged()
    }

    fn commit_staged(&self) -> (bool, String) {
        let run = self.git(&["commit", "-q", "-m", "plan"]);
        let said = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
        (run.status.success(), said)
    }
}

#[test]
fn the_hook_refuses_problems_and_lets_notes_pass() {
    let checkout = Checkout::new();
    assert!(checkout.commit().0);

    let wrong = LINES.replace("\"draft\"", "\"Draft\"");
    checkout.folder.write(LOG, &wrong);
    let (passed, said) = checkout.commit();
    assert!(!passed && said.contains("error[status-spelling]"), "{said}");
    assert!(said.contains("pre-commit: fix the plan"), "{said}");

    // What counts is what is staged: the fixed file is not yet.
    checkout.folder.write(LOG, LINES.replace("ops", "sre"));
    assert!(!checkout.commit_staged().0);
    let (passed, said) = checkout.commit();
    assert!(passed, "{said}");

    let old = LINES.replace("\"draft\"", "\"in progress\"");
    let old = old.replace("2026-11-01T00", "2020-11-01T00");
    checkout.folder.write(LOG, old);
    let (passed, said) = checkout.commit();
    assert!(passed && said.contains("note[stale]"), "{said}");
}

#[test]
fn the_hook_says_when_stepdeck_is_missing() {
    let mut checkout = Checkout::new();
    // A path with git on it, and nothing else.
    let bare = tempfile::TempDir::new().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("git"));
    let git = places.find(|git| git.is_file()).unwrap();
    std::os::unix::fs::symlink(git, bare.path().join("git")).unwrap();
    checkout.path = bare.path().display().to_string();
    let (passed, said) = checkout.commit();
    assert!(
        !passed && said.contains("stepdeck is not on the PATH"),
        "{said}"
    );
}
