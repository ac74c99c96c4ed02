//! The git side of the log, with real git in temporary repositories: merge, rebase and
//! cherry-pick through the merge driver, and what people see in `git diff` and `git show`.

mod both_versions;
mod decisions;
mod demo_history;
mod landed;
mod left_over;
mod one_number;
mod layout;
mod papers;
mod pull_request;
mod quarter;
mod resolving;
mod same_step;
mod standups;
mod team;
mod two_papers;
mod several_steps;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::fixture::{LINES, LOG};
use tempfile::TempDir;

/// A repository with the plan of the fixture, of which nothing outside knows.
struct Repo {
    dir: TempDir,
    bin: TempDir,
}

/// What a program left.
struct Run {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Run {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            out: text(&output.stdout),
            err: text(&output.stderr),
            code: output.status.code(),
        }
    }

    fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }
}

/// `None`, and a word about it, where there is no git.
fn repo() -> Option<Repo> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return None;
    }
    let repo = Repo {
        dir: TempDir::with_prefix("a plan ").unwrap(),
        bin: TempDir::new().unwrap(),
    };
    symlink(
        env!("CARGO_BIN_EXE_stepdeck"),
        repo.bin.path().join("stepdeck"),
    )
    .unwrap();
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.write(LOG, LINES);
    Some(repo)
}

/// The same with the drivers set up and the plan committed.
fn set_up() -> Option<Repo> {
    let repo = repo()?;
    repo.stepdeck(&["git-setup"]).ok();
    repo.commit("start");
    Some(repo)
}

impl Repo {
    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn run(&self, program: &str, arguments: &[&str], path: &std::ffi::OsStr) -> Run {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.bin.path())
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.path().parent().unwrap())
            .env("GIT_AUTHOR_NAME", "Robin")
            .env("GIT_AUTHOR_EMAIL", "robin@example.org")
            .env("GIT_COMMITTER_NAME", "Robin")
            .env("GIT_COMMITTER_EMAIL", "robin@example.org")
            .env("GIT_AUTHOR_DATE", "2026-11-21T09:30:00Z")
            .env("GIT_COMMITTER_DATE", "2026-11-21T09:30:00Z")
            .env("GIT_EDITOR", "true")
            .env("GIT_PAGER", "cat")
            .output();
        Run::of(&output.unwrap())
    }

    fn with_stepdeck(&self) -> std::ffi::OsString {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let system = std::env::split_paths(&system);
        let bin = [self.bin.path().to_owned()];
        std::env::join_paths(bin.into_iter().chain(system)).unwrap()
    }

    fn without_stepdeck(&self) -> std::ffi::OsString {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&system)
            .filter(|folder| !folder.join("stepdeck").exists())
            .collect();
        std::env::join_paths(folders).unwrap()
    }

    fn git(&self, arguments: &[&str]) -> Run {
        self.run("git", arguments, &self.with_stepdeck())
    }

    fn stepdeck(&self, arguments: &[&str]) -> Run {
        let program = env!("CARGO_BIN_EXE_stepdeck");
        self.run(program, arguments, &self.with_stepdeck())
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a piece of the log that stands there once.
    fn edit(&self, from: &str, to: &str) {
        let text = self.read(LOG);
        assert_eq!(text.matches(from).count(), 1, "{from}");
        self.write(LOG, &text.replace(from, to));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]).ok();
        self.git(&["commit", "-q", "-m", message]).ok();
    }

    /// Makes one commit on a new branch `side` and one on `main`, and stands on `main`.
    fn diverge(&self, ours: impl Fn(&Self), theirs: impl Fn(&Self)) {
        self.git(&["checkout", "-q", "-b", "side"]).ok();
        theirs(self);
        self.commit("theirs");
        self.git(&["checkout", "-q", "main"]).ok();
        ours(self);
        self.commit("ours");
    }
}

const FIVE: &str = "{\"step_id\": \"0005\", \"title\": \"Five\"}\n";
const SEVEN: &str = "{\"step_id\": \"0007\", \"title\": \"Seven\"}\n";
const FOUR_IN_FILE: &str = "{\"step_id\": \"0101\"";

/// Neighbouring lines, two fields of one line, two new steps at one place: nothing that git
/// merges as text.
fn our_edits(repo: &Repo) {
    repo.edit("\"draft\"", "\"complete\"");
    repo.edit("[\"0002\", \"Board agrees\"]", "[\"0002\", \"0005\"]");
    repo.edit(FOUR_IN_FILE, &format!("{FIVE}{FOUR_IN_FILE}"));
}

fn their_edits(repo: &Repo) {
    repo.edit("\"grc\"", "\"sre\"");
    repo.edit(
        "[\"0002\", \"Board agrees\"]",
        "[\"0002\", \"Board agrees\", \"0007\"]",
    );
    repo.edit("\"blocked\"", "\"in progress\"");
    repo.edit(FOUR_IN_FILE, &format!("{SEVEN}{FOUR_IN_FILE}"));
}

fn both_edits() -> String {
    LINES
        .replace("\"draft\"", "\"complete\"")
        .replace("\"grc\"", "\"sre\"")
        .replace("\"blocked\"", "\"in progress\"")
        .replace("\"Board agrees\"]", "\"0005\", \"0007\"]")
        .replace(FOUR_IN_FILE, &format!("{FIVE}{SEVEN}{FOUR_IN_FILE}"))
}

fn line<'a>(text: &'a str, id: &str) -> &'a str {
    let wanted = format!("\"step_id\": \"{id}\"");
    text.lines().find(|line| line.contains(&wanted)).unwrap()
}

fn sorted_list(text: &str) -> String {
    text.replace("\"0007\", \"0005\"", "\"0005\", \"0007\"")
}

#[test]
fn git_merge_rebase_and_cherry_pick_put_both_sides_together() {
    for arguments in [
        &["merge", "-q", "side"][..],
        &["rebase", "-q", "side"],
        &["cherry-pick", "side"],
    ] {
        let Some(repo) = set_up() else { return };
        repo.diverge(our_edits, their_edits);
        repo.git(arguments).ok();
        assert_eq!(sorted_list(&repo.read(LOG)), both_edits(), "{arguments:?}");
        assert_eq!(repo.git(&["status", "--porcelain"]).ok(), "");
    }
}

#[test]
fn one_field_changed_on_both_sides_is_a_conflict_around_its_line() {
    let Some(repo) = set_up() else { return };
    repo.diverge(
        |repo| {
            repo.edit("\"draft\"", "\"complete\"");
            repo.edit("\"idea\"", "\"draft\"");
        },
        |repo| {
            repo.edit("\"draft\"", "\"blocked\"");
            repo.edit("Engine chosen", "Engine agreed");
        },
    );
    let run = repo.git(&["merge", "side"]);
    assert_eq!(run.code, Some(1));
    let two = line(LINES, "0002");
    let conflict = format!(
        "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> side\n",
        two.replace("\"draft\"", "\"complete\""),
        two.replace("\"draft\"", "\"blocked\""),
    );
    let expected = LINES
        .replace("\"idea\"", "\"later\"")
        .replace(&format!("{two}\n"), &conflict)
        .replace("\"later\"", "\"draft\"")
        .replace("Engine chosen", "Engine agreed");
    assert_eq!(repo.read(LOG), expected);
    let named = format!("stepdeck: {LOG}:3: 0002 status: both sides changed it\n");
    assert!(run.err.contains(&named), "{}", run.err);
    assert_eq!(
        repo.git(&["status", "--porcelain"]).ok(),
        format!("UU {LOG}\n")
    );
    let combined = repo.git(&["diff"]).ok();
    for part in [
        "++<<<<<<< HEAD\n +0002 block: B01\n",
        "\n +0002 status: complete\n",
        "\n+ 0002 status: blocked\n",
        "\n++>>>>>>> side\n",
    ] {
        assert!(combined.contains(part), "{combined}");
    }
    let cached = repo.git(&["diff", "--cached"]).ok();
    assert_eq!(cached, format!("{LOG}: not merged yet\n"));
}

#[test]
fn a_rebase_stops_at_a_conflict_and_goes_on_after_it() {
    let Some(repo) = set_up() else { return };
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    assert_eq!(repo.git(&["rebase", "side"]).code, Some(1));
    let text = repo.read(LOG);
    assert_eq!(text.matches("<<<<<<< ").count(), 1);
    let ours: String = text
        .split_inclusive('\n')
        .filter(|line| {
            line.starts_with('{') && !line.contains("\"blocked\", \"outcome\": \"Schema")
        })
        .collect();
    repo.write(LOG, &ours);
    repo.git(&["add", LOG]).ok();
    repo.git(&["rebase", "--continue"]).ok();
    assert_eq!(repo.read(LOG), LINES.replace("\"draft\"", "\"complete\""));
}

#[test]
fn a_log_added_on_both_sides_merges_without_a_base() {
    let Some(repo) = set_up() else { return };
    let other = "data/plans/other.jsonl";
    repo.diverge(
        |repo| repo.write(other, &format!("{{\"schema\": 1}}\n{SEVEN}")),
        |repo| repo.write(other, &format!("{{\"schema\": 1}}\n{FIVE}")),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    assert_eq!(
        repo.read(other),
        format!("{{\"schema\": 1}}\n{FIVE}{SEVEN}")
    );
}

#[test]
fn a_longer_marker_and_a_crlf_log_are_honoured() {
    let Some(repo) = set_up() else { return };
    repo.write(LOG, &LINES.replace('\n', "\r\n"));
    let attributes = repo.read(".gitattributes");
    repo.write(
        ".gitattributes",
        &format!("{attributes}*.jsonl conflict-marker-size=11\n"),
    );
    repo.commit("crlf");
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    assert_eq!(repo.git(&["merge", "side"]).code, Some(1));
    let text = repo.read(LOG);
    assert!(text.contains("\r\n<<<<<<<<<<< HEAD\r\n"), "{text}");
    assert!(!text.replace("\r\n", "").contains('\n'));
}

#[test]
fn where_stepdeck_cannot_run_the_log_merges_as_text() {
    let Some(repo) = set_up() else { return };
    repo.diverge(
        |repo| repo.edit("\"draft\"", "\"complete\""),
        |repo| repo.edit("\"draft\"", "\"blocked\""),
    );
    let run = repo.run("git", &["merge", "side"], &repo.without_stepdeck());
    assert_eq!(run.code, Some(1), "{}", run.err);
    let text = repo.read(LOG);
    assert!(
        text.contains("<<<<<<< ") && text.contains(">>>>>>> "),
        "{text}"
    );
}

#[test]
fn without_stepdeck_on_the_path_the_running_program_is_registered() {
    let Some(repo) = repo() else { return };
    let program = env!("CARGO_BIN_EXE_stepdeck");
    let copy = repo.bin.path().join("it's 100% mine");
    symlink(program, &copy).unwrap();
    let path = repo.without_stepdeck();
    // What runs is named, not the link to it.
    repo.run(copy.to_str().unwrap(), &["git-setup"], &path).ok();
    repo.commit("start");
    repo.diverge(our_edits, their_edits);
    repo.run("git", &["merge", "-q", "side"], &path).ok();
    assert_eq!(sorted_list(&repo.read(LOG)), both_edits());
    repo.edit("\"idea\"", "\"draft\"");
    let diff = repo.run("git", &["diff"], &path).ok();
    assert!(diff.contains("0101 status: idea → draft\n"), "{diff}");
}

#[test]
fn git_diff_tells_steps_and_fields() {
    let Some(repo) = set_up() else { return };
    repo.edit("\"draft\"", "\"complete\"");
    repo.edit("[\"0002\", \"Board agrees\"]", "[\"0002\", \"0007\"]");
    repo.edit("\"Load test\"", "\"Load \\u001b[31mtest\\u202e\"");
    repo.edit(FOUR_IN_FILE, &format!("{FIVE}torn {{\n{FOUR_IN_FILE}"));
    assert_eq!(
        repo.git(&["diff"]).ok(),
        format!(
            "{LOG}\n\
             0002 status: draft → complete\n\
             0003 title: Load test → Load \\x1b[31mtest\\u{{202e}}\n\
             0003 dependencies: +0007 −“Board agrees”\n\
             0005 added: Five\n\
             +torn {{\n"
        )
    );
    repo.git(&["checkout", "-q", "."]).ok();
    repo.write("data/plans/other.jsonl", FIVE);
    repo.git(&["add", "-A"]).ok();
    assert_eq!(
        repo.git(&["diff", "--cached"]).ok(),
        "data/plans/other.jsonl (new file)\n0005 added: Five\n"
    );
    repo.git(&["rm", "-qf", "data/plans/other.jsonl"]).ok();
    let renamed = "data/plans/a b.jsonl";
    repo.git(&["mv", LOG, renamed]).ok();
    repo.write(renamed, &LINES.replace("\"idea\"", "\"draft\""));
    repo.git(&["add", "-A"]).ok();
    assert_eq!(
        repo.git(&["diff", "--cached", "-M"]).ok(),
        format!("{LOG} → {renamed}\n0101 status: idea → draft\n")
    );
}

#[test]
fn git_show_and_git_log_tell_a_line_a_field() {
    let Some(repo) = set_up() else { return };
    repo.edit("\"draft\"", "\"complete\"");
    repo.commit("done");
    for arguments in [&["show", "-U1"][..], &["log", "-p", "-1", "-U1"]] {
        let text = repo.git(arguments).ok();
        let hunk = " 0002 owner: grc\n-0002 status: draft\n+0002 status: complete\n \
                    0002 outcome: Schema agreed\n";
        assert!(text.contains(hunk), "{text}");
    }
    let text = repo.git(&["show", "--ext-diff", "--format="]).ok();
    assert_eq!(text, format!("{LOG}\n0002 status: draft → complete\n"));
    // What is sent as a patch stays a patch.
    let patch = repo.git(&["format-patch", "-1", "--stdout"]).ok();
    assert!(
        patch.contains(&format!("+{}", line(&repo.read(LOG), "0002"))),
        "{patch}"
    );
}

#[test]
fn setting_up_adds_only_what_is_missing() {
    let Some(repo) = repo() else { return };
    repo.write(".gitattributes", "*.md text\r\n# end");
    let check = repo.stepdeck(&["git-setup", "--check"]);
    assert_eq!(
        (check.code, check.err.as_str()),
        (
            Some(1),
            "stepdeck: missing: git config merge.stepdeck.name\n\
             stepdeck: missing: git config merge.stepdeck.driver\n\
             stepdeck: missing: git config diff.stepdeck.command\n\
             stepdeck: missing: git config diff.stepdeck.textconv\n\
             stepdeck: missing: .gitattributes: data/plans/*.jsonl merge=stepdeck diff=stepdeck\n\
             stepdeck: missing: .gitattributes: data/**/*.md merge=stepdeck\n\
             stepdeck: missing: .gitattributes: docs/**/*.md merge=stepdeck\n\
             stepdeck: missing: .gitattributes: docs/milestone-reviews/**/*.svg merge=stepdeck\n\
             stepdeck: missing: .gitattributes: docs/checkpoints/**/*.svg merge=stepdeck\n\
             stepdeck: missing: .gitattributes: docs/scorecards/**/*.svg merge=stepdeck\n\
             stepdeck: `stepdeck git-setup` adds what is missing\n"
        )
    );
    assert_eq!(repo.read(".gitattributes"), "*.md text\r\n# end");
    let first = repo.stepdeck(&["git-setup"]);
    assert_eq!(first.err.matches("stepdeck: added: ").count(), 10);
    assert!(
        first.err.contains("`git add .gitattributes && git commit`"),
        "{}",
        first.err
    );
    assert_eq!(first.code, Some(0));
    let attributes = "*.md text\r\n# end\r\ndata/plans/*.jsonl merge=stepdeck diff=stepdeck\r\n\
        data/**/*.md merge=stepdeck\r\ndocs/**/*.md merge=stepdeck\r\n\
        docs/milestone-reviews/**/*.svg merge=stepdeck\r\n\
        docs/checkpoints/**/*.svg merge=stepdeck\r\ndocs/scorecards/**/*.svg merge=stepdeck\r\n";
    assert_eq!(repo.read(".gitattributes"), attributes);
    let config = repo.read(".git/config");
    for arguments in [&["git-setup"][..], &["git-setup", "--check"]] {
        let again = repo.stepdeck(arguments);
        assert_eq!(again.code, Some(0), "{}", again.err);
        assert_eq!(
            again.err,
            "stepdeck: git is set up to merge the plan's files and to show its logs\n"
        );
    }
    assert_eq!(repo.read(".gitattributes"), attributes);
    assert_eq!(repo.read(".git/config"), config);
    repo.write("data/plans/.gitattributes", "*.jsonl -diff\n");
    let overridden = repo.stepdeck(&["git-setup", "--check"]);
    assert_eq!(overridden.code, Some(1));
    assert!(
        overridden
            .err
            .starts_with(&format!("stepdeck: {LOG}: a later line"))
    );
}

#[test]
fn a_plan_below_the_root_with_spaces_in_its_path_is_found_by_git() {
    let Some(repo) = repo() else { return };
    let log = "my plan [1]/the logs/x.jsonl";
    repo.write(
        "my plan [1]/stepdeck.toml",
        "[paths]\nlog = \"the logs/*.jsonl\"\n",
    );
    repo.write(log, LINES);
    repo.stepdeck(&["-C", "my plan [1]", "git-setup"]).ok();
    assert_eq!(
        repo.read(".gitattributes"),
        "\"my plan \\\\[1]/the logs/*.jsonl\" merge=stepdeck diff=stepdeck\n\
         \"my plan \\\\[1]/data/**/*.md\" merge=stepdeck\n\
         \"my plan \\\\[1]/docs/**/*.md\" merge=stepdeck\n\
         \"my plan \\\\[1]/docs/milestone-reviews/**/*.svg\" merge=stepdeck\n\
         \"my plan \\\\[1]/docs/checkpoints/**/*.svg\" merge=stepdeck\n\
         \"my plan \\\\[1]/docs/scorecards/**/*.svg\" merge=stepdeck\n"
    );
    assert_eq!(
        repo.git(&["check-attr", "merge", "--", log]).ok(),
        format!("{log}: merge: stepdeck\n")
    );
}

#[test]
fn a_log_by_any_name_is_merged_step_by_step() {
    let Some(repo) = repo() else { return };
    fs::remove_file(repo.path().join(LOG)).unwrap();
    for log in ["logs/steps.ndjson", "steps.txt"] {
        repo.write(
            "stepdeck.toml",
            "[paths]\nlog = [\"logs/*.ndjson\", \"steps.txt\"]\n",
        );
        repo.write(log, LINES);
    }
    repo.stepdeck(&["git-setup"]).ok();
    repo.commit("start");
    let edit = |from: &str, to: &str| {
        for log in ["logs/steps.ndjson", "steps.txt"] {
            repo.write(log, &repo.read(log).replacen(from, to, 1));
        }
    };
    let ours = ("\"draft\", ", "\"draft\", \"ours\": 1, ");
    repo.diverge(
        |_| edit(ours.0, ours.1),
        |_| edit("\"draft\"", "\"complete\""),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    for log in ["logs/steps.ndjson", "steps.txt"] {
        let both = LINES.replacen("\"draft\", ", "\"complete\", \"ours\": 1, ", 1);
        assert_eq!(repo.read(log), both);
    }
}

#[test]
fn outside_of_git_one_sentence_says_what_to_do() {
    const SAID: &str = "the plan is not in a git repository: `git init` creates one; editing and undo \
                        work without\n";
    let folder = crate::support::run::Folder::new(&[(LOG, LINES)]);
    for (arguments, before) in [
        (&["diff"][..], ""),
        (&["diff", "--against", "main"], ""),
        (&["pr"], ""),
        (&["sync"], ""),
        (&["git-setup"], ""),
        (&["git-setup", "--check"], ""),
        (&["renumber", "--collisions"], ""),
        (&["list", "--at", "1w"], "--at: "),
        (&["check", "--against", "main"], "--against: "),
        (&["risk", "--since", "1w"], "--since: "),
    ] {
        let run = folder.run(arguments);
        assert_eq!(
            (run.code, run.err),
            (2, format!("stepdeck: {before}{SAID}")),
            "{arguments:?}"
        );
    }
    for arguments in [&["since", "HEAD"][..], &["burn", "--since", "HEAD"]] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err.ends_with(SAID), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_missing_version_to_merge_is_named() {
    let Some(repo) = repo() else { return };
    let run = repo.stepdeck(&["merge", LOG, "none.jsonl", LOG]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("none.jsonl does not exist"), "{}", run.err);
}

#[test]
fn a_copied_uid_is_removed_from_the_line_that_did_not_have_it() {
    let Some(repo) = repo() else { return };
    let held = "{\"step_id\": \"0002\", \"title\": \"Hold\", \"uid\": \"kqzhbwmtrnxa\"}\n";
    repo.write(LOG, held);
    repo.commit("start");
    // The copy comes first, so that only git knows which one was there before.
    repo.write(LOG, &format!("{}{held}", held.replace("0002", "0001")));
    repo.stepdeck(&["check", "--fix"]);
    let lines = repo.read(LOG);
    let with_uid: Vec<&str> = lines.lines().filter(|line| line.contains("uid")).collect();
    assert_eq!(with_uid.len(), 1, "{lines}");
    assert!(with_uid[0].contains("\"0002\""), "{lines}");
}
