//! The jobs for hosts, end to end: real git, a bare repository for the host's, and a program that
//! answers for its API.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::fixture::{LINES, LOG};

/// Answers for the host: what it is told is kept in files.
const HOST: &str = "#!/bin/sh\ncase $1 in\n\
    pulls) cat \"$FAKE/pulls\" ;;\n\
    comment) cat >\"$FAKE/comment-$2-$3\" ;;\n\
    uncomment) rm -f \"$FAKE/comment-$2-$3\" ;;\n\
    approvals) cat \"$FAKE/approvals\" ;;\n\
    status) echo \"$2 $3\" >>\"$FAKE/status\" ;;\nesac\n";
const TEAM: &str = "| Person | Team | Login | Steward weeks |\n| --- | --- | --- | --- |\n\
    | Ada | Platform | ada | |\n| Bo | Growth | bo | W01–W53 |\n";

struct Host {
    dir: TempDir,
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

impl Host {
    /// A host with a plan on main, and a clone at `clone`. `None` where there is no git.
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git");
            return None;
        }
        let host = Self {
            dir: TempDir::new().unwrap(),
        };
        fs::create_dir(host.at("clone")).unwrap();
        fs::write(host.at("host"), HOST).unwrap();
        fs::set_permissions(host.at("host"), fs::Permissions::from_mode(0o755)).unwrap();
        for (name, text) in [("pulls", ""), ("approvals", "")] {
            fs::write(host.at(name), text).unwrap();
        }
        host.git(&["init", "-q", "--bare", "-b", "main", "../bare"]);
        host.git(&["init", "-q", "-b", "main"]);
        let remote = host.at("bare").display().to_string();
        host.git(&["remote", "add", "origin", &remote]);
        host.write(LOG, LINES);
        host.write("docs/people.md", TEAM);
        host.push("main", "start");
        Some(host)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at("clone").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let bin = Path::new(env!("CARGO_BIN_EXE_stepdeck")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOME", self.dir.path())
            .env("TMPDIR", self.dir.path())
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("FAKE", self.dir.path());
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        let person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let mut command = self.command("git", &self.at("clone"));
        let output = command.args(person).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn stepdeck(&self, arguments: &[&str]) {
        let program = env!("CARGO_BIN_EXE_stepdeck");
        let mut command = self.command(program, &self.at("clone"));
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    }

    /// Commits everything on a branch and pushes it; answers the commit.
    fn push(&self, branch: &str, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["push", "-q", "-f", "origin", &format!("HEAD:{branch}")]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn switch(&self, arguments: &[&str]) {
        self.git(&[&["switch", "-q"], arguments].concat());
    }

    fn script(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ci");
        let mut command = self.command("sh", self.dir.path());
        command
            .arg(assets.join(name))
            .args(arguments)
            .env("STEPDECK_HOST", self.at("host"))
            .env("STEPDECK_REMOTE", self.at("bare"))
            .env("STEPDECK_MAIN", "main")
            .envs(variables.iter().copied());
        command.output().unwrap()
    }

    fn merge(&self, pulls: &str) -> String {
        fs::write(self.at("pulls"), pulls).unwrap();
        let output = self.script("stepdeck-merge.sh", &[], &[]);
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    }

    fn on_host(&self, revision: &str) -> String {
        let bare = self.at("bare").display().to_string();
        self.git(&["--git-dir", &bare, "rev-parse", revision])
    }

    fn comment(&self, number: u32, marker: &str) -> Option<String> {
        fs::read_to_string(self.at(&format!("comment-{number}-{marker}"))).ok()
    }
}

/// Two branches and main that each add a step.
fn three_adds(host: &Host) {
    for branch in ["ben", "cy"] {
        host.switch(&["-c", branch, "main"]);
        host.stepdeck(&["add", &format!("title=By {branch}")]);
        host.push(branch, "add");
    }
    host.switch(&["main"]);
    // As somebody who had not fetched the others.
    host.git(&["branch", "-q", "-D", "ben", "cy"]);
    host.git(&["update-ref", "-d", "refs/remotes/origin/ben"]);
    host.git(&["update-ref", "-d", "refs/remotes/origin/cy"]);
    host.stepdeck(&["add", "title=By main"]);
    host.push("main", "add");
}

#[test]
fn what_a_host_cannot_merge_is_merged_renumbered_and_pushed() {
    let Some(host) = Host::new() else { return };
    three_adds(&host);
    host.switch(&["-c", "easy", "main~1"]);
    host.write("notes.txt", "x");
    let easy = host.push("easy", "note");
    let before = host.on_host("cy");
    // What an earlier run said.
    for number in [7, 8, 9] {
        fs::write(
            host.at(&format!("comment-{number}-stepdeck-merge")),
            "a dispute",
        )
        .unwrap();
    }
    let said = host.merge("7\tben\tyes\n8\teasy\tyes\n9\tno such\tyes\n");
    // Only those whose plain merge fails, and only those that are asked for.
    assert_eq!((host.on_host("easy"), host.on_host("cy")), (easy, before));
    assert_eq!(host.on_host("ben^2"), host.on_host("main"), "{said}");
    let comments = [7, 8, 9].map(|number| host.comment(number, "stepdeck-merge").is_some());
    assert_eq!(comments, [false, false, true], "{said}");
    host.git(&["fetch", "-q"]);
    let log = host.git(&["show", &format!("origin/ben:{LOG}")]);
    let id = |title: &str| {
        let line = log.lines().find(|line| line.contains(title)).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["step_id"].as_str().unwrap().to_owned()
    };
    assert_ne!(id("By ben"), id("By main"), "{log}");
    // A second run has nothing to do; after main has moved on, there is.
    let merged = host.on_host("ben");
    host.merge("7\tben\tyes\n");
    assert_eq!(host.on_host("ben"), merged);
    host.switch(&["main"]);
    host.stepdeck(&["add", "title=Again by main"]);
    host.push("main", "again");
    host.merge("7\tben\tyes\n");
    assert_eq!(host.on_host("ben^2"), host.on_host("main"));
}

#[test]
fn a_dispute_a_fork_and_changed_settings_get_a_comment() {
    let Some(host) = Host::new() else { return };
    three_adds(&host);
    host.switch(&["-c", "dispute", "main~1"]);
    host.stepdeck(&["set", "2", "title=Ours @all ::error::x"]);
    let dispute = host.push("dispute", "title");
    host.git(&["fetch", "-q"]);
    host.switch(&["-c", "settings", "origin/cy"]);
    host.write("stepdeck.toml", "[paths]\nlog = \"elsewhere\"\n");
    let settings = host.push("settings", "settings");
    host.switch(&["main"]);
    host.stepdeck(&["set", "2", "title=Theirs"]);
    host.push("main", "title");
    let cy = host.on_host("cy");
    let bare = host.at("bare").display().to_string();
    host.git(&["--git-dir", &bare, "update-ref", "refs/pull/3/head", &cy]);
    let said = host.merge("1\tdispute\tyes\n2\tsettings\tyes\n3\tcy\tno\n");
    for (branch, commit) in [("dispute", dispute), ("settings", settings), ("cy", cy)] {
        assert_eq!(
            host.on_host(branch),
            commit,
            "nothing is pushed to {branch}"
        );
    }
    let comment = host.comment(1, "stepdeck-merge").unwrap();
    assert!(comment.contains("without a decision"), "{comment}");
    assert!(comment.contains("Theirs"), "{comment}");
    // What the plan says is code in the comment, and no command in the log.
    let told = comment.lines().filter(|line| line.contains("@all"));
    assert!(told.clone().count() > 0, "{comment}");
    assert!(
        told.clone().all(|line| line.starts_with("    ")),
        "{comment}"
    );
    assert!(
        !said.lines().any(|line| line.trim_start().starts_with("::")),
        "{said}"
    );
    assert!(
        host.comment(2, "stepdeck-merge")
            .unwrap()
            .contains("settings")
    );
    let fork = host.comment(3, "stepdeck-merge").unwrap();
    assert!(fork.contains("stepdeck sync --push"), "{fork}");
}

#[test]
fn a_pull_request_is_told_in_one_comment_and_approved_by_a_steward() {
    let Some(host) = Host::new() else { return };
    host.switch(&["-c", "ada", "main"]);
    host.stepdeck(&[
        "add",
        "title=Call @everyone <b>now</b> https://evil.example",
    ]);
    // The branch cannot say who approves, nor what is run.
    host.write(
        "docs/people.md",
        &TEAM.replace("| ada | |", "| ada | W01–W53 |"),
    );
    host.write(".git-hook", "touch \"$FAKE/run\"");
    let head = host.push("ada", "mine");
    let bare = host.at("bare").display().to_string();
    host.git(&["--git-dir", &bare, "update-ref", "refs/pull/5/head", &head]);
    let variables = [("PR_NUMBER", "5"), ("PR_AUTHOR", "ada")];
    let computed = host.script("stepdeck-pr.sh", &["compute"], &variables);
    assert!(computed.status.success(), "{}", said(&computed));
    let data = String::from_utf8(computed.stdout).unwrap();
    // What is too large for the second job is told in brief, with the same status.
    let limited = [variables[0], variables[1], ("STEPDECK_LARGEST", "10")];
    let computed = host.script("stepdeck-pr.sh", &["compute"], &limited);
    let brief = String::from_utf8(computed.stdout).unwrap();
    fs::write(host.at("approvals"), "bo").unwrap();
    let run = host.script(
        "stepdeck-pr.sh",
        &["comment"],
        &[("PR_NUMBER", "5"), ("PR_DATA", &*brief)],
    );
    assert!(run.status.success(), "{}", said(&run));
    let comment = host.comment(5, "stepdeck-pr").unwrap();
    assert!(comment.contains("Steps: 1 differ."), "{comment}");
    assert!(!comment.contains("everyone"), "{comment}");
    let status = fs::read_to_string(host.at("status")).unwrap();
    assert_eq!(status, format!("{head} success\n"));
    for (approvals, state) in [("", "pending"), ("ada", "pending"), ("ada,bo", "success")] {
        fs::write(host.at("approvals"), approvals).unwrap();
        let variables = [("PR_NUMBER", "5"), ("PR_DATA", &*data)];
        let run = host.script("stepdeck-pr.sh", &["comment"], &variables);
        assert!(run.status.success(), "{}", said(&run));
        let status = fs::read_to_string(host.at("status")).unwrap();
        assert_eq!(status.lines().last(), Some(&*format!("{head} {state}")));
    }
    let comment = host.comment(5, "stepdeck-pr").unwrap();
    assert!(comment.contains("1 added"), "{comment}");
    for live in ["@everyone", " <b>", "https://"] {
        assert!(!comment.contains(live), "{comment}");
    }
}

#[test]
fn the_workflows_take_names_through_the_environment_and_pin_what_they_use() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ci");
    for name in ["stepdeck-merge.yml", "stepdeck-pr.yml"] {
        let text = fs::read_to_string(assets.join(name)).unwrap();
        assert!(!text.contains('\t'), "YAML knows no tabs");
        let mut in_script = None;
        for line in text.lines() {
            let depth = line.len() - line.trim_start().len();
            if in_script.is_some_and(|begin| depth <= begin && !line.trim().is_empty()) {
                in_script = None;
            }
            let is_script = line
                .trim_start()
                .trim_start_matches("- ")
                .starts_with("run:");
            if is_script {
                in_script = Some(depth);
            }
            assert!(
                in_script.is_none() || !line.contains("${{"),
                "{name}: {line}"
            );
            if let Some((_, action)) = line.split_once("- uses: ") {
                let commit = action.split(['@', ' ']).nth(1).unwrap();
                assert!(commit.len() == 40, "{name}: {line}");
            }
        }
        for wanted in ["persist-credentials: false", "permissions:", "concurrency:"] {
            assert!(text.contains(wanted), "{name}: no {wanted}");
        }
        assert!(
            !text.contains("head.ref") && !text.contains("head.sha"),
            "{name}"
        );
    }
}

/// Stands in for curl: answers some questions, refuses those about number 9, keeps all.
const CURL: &str = r#"#!/bin/sh
cat >/dev/null
for a in "$@"; do url=$a; done
printf '%s\n' "$*" >>"$FAKE/asked"
case $url in
*/pulls\?*) printf '%s\n' '[{"number":1,"head":{"ref":"a","repo":{"full_name":"o/r"}},"base":{"ref":"main"}},
    {"number":2,"head":{"ref":"b","repo":null},"base":{"ref":"main"}},
    {"number":3,"head":{"ref":"c","repo":{"full_name":"o/r"}},"base":{"ref":"x"}}]' ;;
*/7/comments\?*) printf '%s\n' '[{"id":5,"user":{"login":"eve"},"body":"<!-- m -->x"},
    {"id":6,"user":{"login":"github-actions[bot]"},"body":"<!-- m -->\nx"}]' ;;
*/8/comments\?*) printf '%s\n' '[]' ;;
*/reviews\?*) printf '%s\n' '[{"user":{"login":"bo"},"state":"APPROVED"},{"user":{"login":"cy"},"state":"APPROVED"},
    {"user":{"login":"cy"},"state":"CHANGES_REQUESTED"},{"user":{"login":"bo"},"state":"COMMENTED"}]' ;;
*/9/*) exit 22 ;;
esac
"#;

#[test]
fn the_host_is_asked_for_branches_reviews_and_our_own_comment() {
    let Some(host) = Host::new() else { return };
    if Command::new("jq").arg("--version").output().is_err() {
        eprintln!("skipped: there is no jq");
        return;
    }
    let curl = host.at("curl");
    fs::write(&curl, CURL).unwrap();
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        host.dir.path().display(),
        std::env::var("PATH").unwrap()
    );
    let ask = |arguments: &[&str]| {
        let variables = [
            ("PATH", &*path),
            ("GITHUB_API_URL", "https://host"),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_TOKEN", "secret"),
        ];
        let run = host.script("stepdeck-host.sh", arguments, &variables);
        (run.status.code(), String::from_utf8(run.stdout).unwrap())
    };
    assert_eq!(
        ask(&["pulls"]),
        (Some(0), "1\ta\tyes\n2\tb\tno\n".to_owned())
    );
    assert_eq!(ask(&["approvals", "4"]), (Some(0), "bo\n".to_owned()));
    assert_eq!(ask(&["comment", "7", "m"]).0, Some(0));
    assert_eq!(ask(&["comment", "8", "m"]).0, Some(0));
    // Who does not know what is there writes nothing.
    assert_ne!(ask(&["comment", "9", "m"]).0, Some(0));
    assert_eq!(ask(&["uncomment", "7", "m"]).0, Some(0));
    assert_eq!(ask(&["uncomment", "8", "m"]).0, Some(0));
    assert_eq!(ask(&["status", "abc", "success", "x"]).0, Some(0));
    let asked = fs::read_to_string(host.at("asked")).unwrap();
    let written: Vec<&str> = (asked.lines())
        .filter_map(|line| line.split_once("https://host/repos/o/r/"))
        .filter(|(options, _)| !options.contains("-X GET"))
        .map(|(_, path)| path)
        .collect();
    assert_eq!(
        written,
        [
            "issues/comments/6",
            "issues/8/comments",
            "issues/comments/6",
            "statuses/abc"
        ]
    );
    assert!(!asked.contains("secret"), "{asked}");
}
