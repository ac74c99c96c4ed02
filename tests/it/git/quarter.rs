//! A quarter of five people who meet in pull requests, in random order, by merge and by squash, after
//! `stepdeck sync` or on a host that runs no driver, where a bot merges main into what does not merge
//! plainly. At the end the files say what the ledger says, and no merge has stopped unless two people
//! changed the same field of the same thing.

mod ledger;
mod people;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use ledger::{Deed, Ledger, Subject};

use crate::support::desk::rest;
use crate::support::fixture::LOG;
use crate::support::run::Folder;

const PEOPLE: [&str; 5] = ["ana", "ben", "cleo", "dan", "eva"];
/// How many pull requests land; `STEPDECK_QUARTER=SEED,COUNT` lands others, such as `7,125`.
const REQUESTS: usize = 36;
/// What the bot asks the host by: one pull request, and where comments go.
const HOST: &str = "#!/bin/sh\ncase $1 in pulls) printf '1\\t%s\\tyes\\n' \"$STEPDECK_BRANCH\" ;; *) cat >> \"$HOME/comments\" ;; esac\n";
/// The bot's script is run for each so many of its merges; the others are the command in it.
const SCRIPTED: usize = 4;
const JOURNAL: &str = "docs/journal.md";

/// Random numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A pull request.
struct Request {
    who: usize,
    branch: String,
    deeds: Vec<Deed>,
    /// How much had landed when its branch last met main.
    seen: usize,
    synced: bool,
}

#[derive(Default, Debug)]
struct Counts {
    requests: usize,
    merges: usize,
    squashes: usize,
    plain: usize,
    checks_failed: usize,
    by_bot: usize,
    by_script: usize,
    by_sync: usize,
    continued: usize,
    stopped: usize,
    renumbered: usize,
    reports: usize,
    deeds: usize,
}

struct Quarter {
    folder: Folder,
    dice: Dice,
    ledger: Ledger,
    open: Vec<Request>,
    counts: Counts,
    /// Minutes since the quarter began.
    minute: usize,
    words: usize,
    /// The branch that the bot works on.
    branch: String,
    /// Whether the last merge that the host made failed its check.
    is_red: bool,
    wrong: Vec<String>,
}

fn ok(output: Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

impl Quarter {
    fn begin(seed: u64) -> Self {
        let mut quarter = Self {
            folder: Folder::new(&[]),
            dice: Dice(seed),
            ledger: Ledger::default(),
            open: Vec::new(),
            counts: Counts::default(),
            minute: 0,
            words: 0,
            branch: String::new(),
            is_red: false,
            wrong: Vec::new(),
        };
        let bin = quarter.at("bin");
        fs::create_dir(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_stepdeck"), bin.join("stepdeck")).unwrap();
        let host = bin.join("host");
        fs::write(&host, HOST).unwrap();
        fs::set_permissions(&host, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(quarter.at("start")).unwrap();
        quarter.git("start", &["init", "-q", "-b", "main"]);
        quarter.write_plan();
        quarter.tool("start", &["git-setup"]);
        quarter.git("start", &["add", "-A"]);
        quarter.git("start", &["commit", "-q", "-m", "start"]);
        ok(quarter.program("git", ".", &["clone", "-q", "--bare", "start", "host.git"]));
        for clone in PEOPLE.iter().chain(&["bot", "ci"]) {
            ok(quarter.program("git", ".", &["clone", "-q", "host.git", clone]));
            for (key, value) in [
                ("user.name", *clone),
                ("user.email", "x@example.org"),
                ("gc.auto", "0"),
            ] {
                quarter.git(clone, &["config", key, value]);
            }
            if *clone != "ci" {
                quarter.tool(clone, &["git-setup"]);
            }
        }
        quarter
    }

    fn at(&self, clone: &str) -> PathBuf {
        self.folder.path().join(clone)
    }

    fn now(&self) -> String {
        let (day, minute) = (self.minute / 480, self.minute % 480);
        format!(
            "2026-{:02}-{:02}T{:02}:{:02}:00Z",
            10 + day / 30,
            1 + day % 30,
            8 + minute / 60,
            minute % 60
        )
    }

    fn program(&self, program: &str, clone: &str, arguments: &[&str]) -> Output {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let path = [self.at("bin")]
            .into_iter()
            .chain(std::env::split_paths(&system));
        Command::new(program)
            .args(arguments)
            .current_dir(self.at(clone))
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", clone)
            .env("GIT_AUTHOR_EMAIL", "x@example.org")
            .env("GIT_COMMITTER_NAME", clone)
            .env("GIT_COMMITTER_EMAIL", "x@example.org")
            .env("GIT_AUTHOR_DATE", self.now())
            .env("GIT_COMMITTER_DATE", self.now())
            .env("GIT_EDITOR", "true")
            .env("STEPDECK_REMOTE", self.at("host.git"))
            .env("STEPDECK_MAIN", "main")
            .env("STEPDECK_HOST", self.at("bin/host"))
            .env("STEPDECK_BRANCH", &self.branch)
            .output()
            .unwrap()
    }

    fn git(&self, clone: &str, arguments: &[&str]) -> String {
        ok(self.program("git", clone, arguments)).trim().to_owned()
    }

    fn tool(&self, clone: &str, arguments: &[&str]) -> String {
        ok(self.program(env!("CARGO_BIN_EXE_stepdeck"), clone, arguments))
    }

    /// Runs a subcommand within this process; it has to go well.
    fn stepdeck(&self, clone: &str, arguments: &[&str]) -> String {
        let folder = self.at(clone);
        let run = self.folder.run_in(&folder, &self.now(), arguments, None);
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.out, run.err);
        run.out.trim().to_owned()
    }

    fn read(&self, clone: &str, path: &str) -> String {
        fs::read_to_string(self.at(clone).join(path)).unwrap_or_default()
    }

    fn write(&self, clone: &str, path: &str, text: &str) {
        let path = self.at(clone).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        rest(&path);
    }

    fn open(&mut self) {
        let who = self.dice.below(5);
        let clone = PEOPLE[who];
        self.counts.requests += 1;
        let branch = format!("{clone}-{}", self.counts.requests);
        // Other branches are not fetched, so that numbers meet.
        self.git(clone, &["fetch", "-q", "origin", "main"]);
        self.git(clone, &["checkout", "-q", "-b", &branch, "origin/main"]);
        let mut deeds = Vec::new();
        let seen = self.ledger.landed.len();
        self.commits(who, &mut deeds);
        self.git(clone, &["push", "-q", "origin", &branch]);
        self.open.push(Request {
            who,
            branch,
            deeds,
            seen,
            synced: false,
        });
    }

    /// Which deeds of a request are in dispute with what landed since it met main.
    fn disputed(&self, request: &Request) -> Vec<usize> {
        let landed = &self.ledger.landed[request.seen..];
        let is = |at: &usize| {
            landed.iter().any(|(branch, other)| {
                *branch != request.branch && request.deeds[*at].disputes(other)
            })
        };
        (0..request.deeds.len()).filter(is).collect()
    }

    fn check_out(&self, clone: &str, branch: &str) {
        let there = format!("origin/{branch}");
        self.git(clone, &["checkout", "-q", "-B", branch, &there]);
    }

    /// Main merged into a branch with the drivers, by its author or by the bot; the author resolves
    /// what is in dispute.
    fn sync(&mut self, request: &mut Request, clone: &'static str) {
        self.git(clone, &["fetch", "-q", "origin", "main", &request.branch]);
        self.check_out(clone, &request.branch);
        let output = self.program(
            env!("CARGO_BIN_EXE_stepdeck"),
            clone,
            &["sync", "--no-fetch", "--push"],
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        self.counts.renumbered += said.matches(" is renumbered to ").count();
        let disputed = self.disputed(request);
        if !output.status.success() {
            self.counts.stopped += 1;
            let branch = request.branch.clone();
            let deeds: Vec<&Deed> = disputed.iter().map(|at| &request.deeds[*at]).collect();
            println!("{branch} stops at {deeds:?}");
            let is_conflict =
                |line: &&str| line.contains(" changed it") || line.contains(" added it, ");
            for line in said.lines().filter(is_conflict) {
                if !deeds.iter().any(|deed| deed.may_stop_at(line)) {
                    self.wrong.push(format!("{branch} by {clone}: {line}"));
                }
            }
            if disputed.is_empty() {
                self.wrong.push(format!(
                    "{branch} by {clone} stopped without a dispute:\n{said}{:?}\n{}",
                    request.deeds,
                    self.git(clone, &["diff"])
                ));
            }
            if self.git(clone, &["status", "--porcelain"]).is_empty() {
                let check = self.program(env!("CARGO_BIN_EXE_stepdeck"), clone, &["check"]);
                let found = String::from_utf8_lossy(&check.stdout);
                panic!("{branch}: {said}{found}");
            }
            let keeps_ours = self.dice.below(2) == 0;
            self.tool(
                clone,
                &["resolve", if keeps_ours { "--ours" } else { "--theirs" }],
            );
            self.git(clone, &["add", "-A"]);
            self.tool(clone, &["renumber", "--collisions"]);
            self.git(clone, &["commit", "-q", "-a", "--no-edit"]);
            self.git(clone, &["push", "-q", "origin", &request.branch]);
            if !keeps_ours {
                let subjects: Vec<Subject> = disputed
                    .iter()
                    .map(|at| request.deeds[*at].subject())
                    .collect();
                request.deeds.retain(|deed| {
                    deed.subject() == Subject::None || !subjects.contains(&deed.subject())
                });
            }
        } else if !disputed.is_empty() {
            let deeds: Vec<&Deed> = disputed.iter().map(|at| &request.deeds[*at]).collect();
            self.wrong.push(format!(
                "{} did not stop at {deeds:?}:\n{said}",
                request.branch
            ));
        }
        request.seen = self.ledger.landed.len();
        request.synced = true;
    }

    /// What the host makes of a branch with its own merge, which runs no driver; nothing where that
    /// conflicts, or where the check on the result fails.
    fn plain(&mut self, branch: &str) -> Option<String> {
        let output = self.program(
            "git",
            "host.git",
            &["merge-tree", "--write-tree", "main", branch],
        );
        let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(())?;
        let commit = self.git(
            "host.git",
            &[
                "commit-tree",
                &tree,
                "-p",
                "main",
                "-p",
                branch,
                "-m",
                branch,
            ],
        );
        if self.git("host.git", &["merge-base", "main", branch])
            == self.git("host.git", &["rev-parse", "main"])
        {
            return Some(commit);
        }
        self.git("host.git", &["update-ref", "refs/heads/queue", &commit]);
        self.git(
            "ci",
            &[
                "fetch",
                "-q",
                "origin",
                "+queue:queue",
                "+main:refs/remotes/origin/main",
            ],
        );
        self.git("ci", &["checkout", "-q", "--detach", "queue"]);
        self.at_rest("ci");
        let folder = self.at("ci");
        let run = self.folder.run_in(
            &folder,
            &self.now(),
            &["check", "--against", "origin/main"],
            None,
        );
        if run.code != 0 {
            self.counts.checks_failed += 1;
            self.is_red = true;
            return None;
        }
        Some(commit)
    }

    /// The bot merges main into a branch; what it cannot decide is its author's.
    fn bot(&mut self, request: &mut Request) {
        self.counts.by_bot += 1;
        let turn = self.counts.by_bot % SCRIPTED;
        if turn != 0 {
            return self.sync(request, "bot");
        }
        self.counts.by_script += 1;
        self.branch.clone_from(&request.branch);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/ci/stepdeck-merge.sh");
        let said = ok(self.program("sh", ".", &[script]));
        let is_merged = self.program(
            "git",
            "host.git",
            &["merge-base", "--is-ancestor", "main", &request.branch],
        );
        let disputed = self.disputed(request);
        match is_merged.status.success() {
            true if disputed.is_empty() => {
                request.seen = self.ledger.landed.len();
                request.synced = true;
            }
            true => self.wrong.push(format!(
                "the bot merged {} in spite of {disputed:?}",
                request.branch
            )),
            false => {
                if disputed.is_empty() {
                    self.wrong
                        .push(format!("the bot left {}: {said}", request.branch));
                }
                let clone = PEOPLE[request.who];
                self.sync(request, clone);
            }
        }
    }

    fn land(&mut self) {
        let at = self.dice.below(self.open.len());
        let mut request = self.open.swap_remove(at);
        let commit = match self.plain(&request.branch) {
            Some(commit) => {
                self.counts.plain += usize::from(!request.synced);
                let disputed = self.disputed(&request);
                if !disputed.is_empty() {
                    self.wrong.push(format!(
                        "the host merged {} in spite of {disputed:?}",
                        request.branch
                    ));
                }
                commit
            }
            None => {
                let is_red = std::mem::take(&mut self.is_red);
                match is_red {
                    // What merges plainly and fails the check is the author's.
                    true => {
                        let clone = PEOPLE[request.who];
                        self.sync(&mut request, clone)
                    }
                    false => self.bot(&mut request),
                }
                match self.plain(&request.branch) {
                    Some(commit) => commit,
                    None => panic!("{} does not merge after the bot", request.branch),
                }
            }
        };
        let is_squash = self.dice.below(3) == 0;
        let commit = match is_squash {
            false => commit,
            true => {
                self.counts.squashes += 1;
                self.git(
                    "host.git",
                    &[
                        "commit-tree",
                        &format!("{commit}^{{tree}}"),
                        "-p",
                        "main",
                        "-m",
                        "squash",
                    ],
                )
            }
        };
        self.git("host.git", &["update-ref", "refs/heads/main", &commit]);
        self.counts.merges += 1;
        self.counts.deeds += request.deeds.len();
        for deed in std::mem::take(&mut request.deeds) {
            self.ledger.land(&request.branch, deed);
        }
        self.minute += 20;
        // Some go on where they were.
        if is_squash && self.dice.below(2) == 0 {
            self.counts.continued += 1;
            self.counts.requests += 1;
            let clone = PEOPLE[request.who];
            self.git(clone, &["fetch", "-q", "origin", &request.branch]);
            self.check_out(clone, &request.branch);
            let mut deeds = Vec::new();
            self.commits(request.who, &mut deeds);
            self.git(clone, &["push", "-q", "origin", &request.branch]);
            self.open.push(Request {
                deeds,
                synced: false,
                ..request
            });
        }
    }

    fn run(&mut self, requests: usize) {
        while self.counts.merges < requests {
            match self.dice.below(5) {
                0 | 1 if self.open.len() < 9 => self.open(),
                2 if !self.open.is_empty() => {
                    let at = self.dice.below(self.open.len());
                    let mut request = self.open.swap_remove(at);
                    self.counts.by_sync += 1;
                    let clone = PEOPLE[request.who];
                    self.sync(&mut request, clone);
                    self.open.push(request);
                }
                _ if self.open.len() > 3 => self.land(),
                _ => {}
            }
        }
    }

    /// The files on main at the end.
    fn files(&self) -> BTreeMap<String, String> {
        self.git("ci", &["fetch", "-q", "origin", "main"]);
        self.git("ci", &["checkout", "-q", "--detach", "FETCH_HEAD"]);
        let paths = self.git("ci", &["ls-files", "docs"]);
        paths
            .lines()
            .map(|path| (path.to_owned(), self.read("ci", path)))
            .collect()
    }
}

#[test]
fn a_quarter_of_pull_requests_loses_no_edit_and_stops_only_at_disputes() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return;
    }
    let asked = std::env::var("STEPDECK_QUARTER").unwrap_or_default();
    let mut asked = asked.split(',').map(|number| number.parse().ok());
    let seed = asked.next().flatten().unwrap_or(16);
    let requests = asked.next().flatten();
    let mut quarter = Quarter::begin(u64::try_from(seed).unwrap());
    quarter.run(requests.unwrap_or(REQUESTS));
    let files = quarter.files();
    quarter.at_rest("ci");
    let wrong = quarter.ledger.differences(&quarter.read("ci", LOG), &files);
    println!("{:?}", quarter.counts);
    let all: Vec<String> = quarter.wrong.iter().chain(&wrong).cloned().collect();
    assert!(all.is_empty(), "{} wrong:\n{}", all.len(), all.join("\n"));
    let counts = &quarter.counts;
    assert!(counts.squashes > 2 && counts.by_bot > 4 && counts.by_sync > 4);
    assert!(counts.reports > 6);
}
