//! A repository with a plan, made by real git with fixed names and dates.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Duration, SecondsFormat, Utc};

use crate::support::run::{Folder, Run};
use crate::support::schema::valid;
use serde_json::Value;
use tempfile::TempDir;

/// Where the log is, at last.
pub const LOG: &str = "data/plans/10000_step_plan.jsonl";

/// A folder that is a checkout.
pub struct Repo {
    pub folder: Folder,
    /// Days from the first commit to the next.
    day: Cell<i64>,
}

/// A line of a log.
pub fn line(id: &str, title: &str, status: &str) -> String {
    format!(
        r#"{{"step_id": "{id}", "title": "{title}", "owner": "ops", "status": "{status}", "dependencies": [], "updated_at": "2026-08-31T00:00:00Z"}}"#
    )
}

/// The same with a uid at its end.
pub fn with_uid(line: &str, uid: &str) -> String {
    format!("{}, \"uid\": \"{uid}\"}}", line.strip_suffix('}').unwrap())
}

/// A log of these lines.
pub fn log_of(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Runs git in a folder and answers what it printed.
pub fn git_in(folder: &Path, at: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Robin",
            "-c",
            "user.email=robin@example.org",
        ])
        .args([
            "-c",
            "protocol.file.allow=always",
            "-c",
            "advice.detachedHead=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_DATE", at)
        .env("GIT_COMMITTER_DATE", at)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {err}");
    output.stdout
}

/// A clone of the repository in `folder` that has so many of the latest commits.
pub fn shallow_clone(folder: &Path, depth: usize) -> TempDir {
    let clone = TempDir::new().unwrap();
    let from = format!("file://{}", folder.display());
    let to = clone.path().display().to_string();
    let depth = depth.to_string();
    git_in(folder, "", &["clone", "-q", "--depth", &depth, &from, &to]);
    clone
}

/// Whether there is git; says so where there is none.
pub fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no git");
    }
    found
}

impl Repo {
    /// An empty one on the branch `main`; its first commit is of 2026-09-01.
    pub fn new() -> Option<Self> {
        let repo = has_git().then(|| Self {
            folder: Folder::new(&[]),
            day: Cell::new(0),
        })?;
        repo.git(&["init", "-q", "-b", "main"]);
        Some(repo)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let first: DateTime<Utc> = "2026-09-01T08:00:00Z".parse().unwrap();
        let at = first + Duration::days(self.day.get());
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        String::from_utf8(git_in(self.path(), &at, arguments)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        self.folder.write(path, text);
    }

    /// Moves the clock of the next commit.
    pub fn pass_days(&self, days: i64) {
        self.day.set(self.day.get() + days);
    }

    /// Commits all there is, a day after the last commit. Answers its hash.
    pub fn commit(&self, message: &str) -> String {
        self.pass_days(1);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    /// Writes the log and commits it.
    pub fn land(&self, lines: &[&str]) -> String {
        self.write(LOG, &log_of(lines));
        self.commit("work")
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Everything that happened, as `log --json` tells it, newest first.
    pub fn events(&self, arguments: &[&str]) -> Vec<Value> {
        events(&self.folder, arguments)
    }
}

/// The events that `log --json` tells with these arguments.
pub fn events(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let document = document(folder.run(&[&["log", "--json"], arguments].concat()));
    document["events"].as_array().unwrap().clone()
}

pub fn document(run: Run) -> Value {
    valid("log", &run.ok())
}

/// An event in short: `0002 changed status "draft" "complete"`.
pub fn short(event: &Value) -> String {
    let mut words = vec![event["step_id"].as_str().unwrap().to_owned()];
    words.push(event["kind"].as_str().unwrap().to_owned());
    if let Some(field) = event["field"].as_str() {
        words.push(format!("{field} {} {}", event["before"], event["after"]));
    }
    words.join(" ")
}

/// All of them in short.
pub fn shorts(events: &[Value]) -> Vec<String> {
    events.iter().map(short).collect()
}
