//! `--at`: what a real checkout of the commit says with the same clock, in every subcommand that
//! reads; and nothing that writes.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory as _;
use stepdeck::cli::Arguments;
use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, has_git, line, log_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES};
use crate::support::run::{Folder, NOW};

/// Every reading subcommand, in as many ways as it has to answer.
const READING: &[&[&str]] = &[
    &["list"],
    &["list", "--json"],
    &["list", "--filter", "updated:<14d is:open"],
    &["show", "1"],
    &["show", "1", "--json"],
    &["next"],
    &["next", "--json"],
    &["chain", "3"],
    &["gates"],
    &["gates", "--json"],
    &["check"],
    &["check", "--format", "json"],
    &["layout"],
    &["layout", "--json"],
    &["review"],
    &["review", "--json"],
    &["standup"],
    &["standup", "--json"],
    &["today"],
    &["owners"],
    &["papers"],
    &["papers", "decisions", "--json"],
    &["risk"],
    &["risk", "--json"],
    &["log"],
    &["log", "--json", "--since", "4w"],
    &["log", "3"],
    &["since", "3w"],
    &["since", "HEAD~1", "--markdown"],
    &["since"],
    &["pr", "HEAD~1"],
    &["pr", "HEAD~1", "--json"],
    &["burn"],
    &["burn", "--json", "--by", "day", "--since", "2w"],
    &["forecast"],
    &["forecast", "--json", "CP01"],
    &["report", "changes", "--since", "4w"],
    &["report", "demo", "--since", "4w"],
    &["report", "demo", "--json"],
    &["report", "scorecard"],
    &["report", "scorecard", "--json"],
    &["report", "checkpoint", "--since", "2026-01-01"],
    &["report", "checkpoint", "--since", "2026-01-01", "--json"],
    &["report", "changes", "--json", "--since", "2w"],
    &["report", "milestone"],
    &["report", "milestone", "--json"],
    &["report", "quarter"],
    &["report", "quarter", "--json"],
    &["report", "retro"],
    &["report", "retro", "--json"],
    &["export", "--format", "csv"],
    &["export", "--format", "openmetrics"],
    &["export", "--format", "json", "--with-history"],
];

/// Some of them, for a plan with a long past.
const SHORT: [&[&str]; 6] = [
    &["list", "--json"],
    &["gates", "--json"],
    &["check"],
    &["review", "--json"],
    &["standup"],
    &["log", "--since", "4w"],
];

/// Those that write, each with arguments that would do.
const WRITING: [&[&str]; 24] = [
    &["set", "1", "owner=grc"],
    &["add", "title=New"],
    &["tick", "ground", "1"],
    &["remove", "1"],
    &["move", "1", "--block", "B02"],
    &["block", "retheme", "B01", "New"],
    &["decide", "New", "--steps", "1"],
    &["resolve", "--ours"],
    &["renumber", "1", "9"],
    &["layout", "spaced"],
    &["sync"],
    &["init", "new"],
    &["demo", "new"],
    &["merge", "a", "b", "c"],
    &["git-setup"],
    &["check", "--fix"],
    &["report", "changes", "--since", "4w", "--write"],
    &["report", "milestone", "--write"],
    &["report", "quarter", "--write"],
    &["report", "retro", "--propose"],
    &["report", "demo", "--write"],
    &["report", "scorecard", "--write"],
    &["report", "checkpoint", "--write"],
    &["export", "--format", "csv", "-o", "new.csv"],
];

/// Those that look at no plan.
const OTHER: [&str; 4] = ["completions", "man", "diff", "help"];

fn same_as_checkout(
    reading: &[&[&str]],
    repo: &Path,
    folder: &Folder,
    commit: &str,
    now: &str,
    at: &str,
) {
    let checkouts = TempDir::new().unwrap();
    let checkout = checkouts.path().canonicalize().unwrap().join("checkout");
    let path = checkout.display().to_string();
    git_in(
        repo,
        "",
        &["worktree", "add", "-q", "--detach", &path, commit],
    );
    for arguments in reading {
        let there = folder.run_in(&checkout, now, arguments, None);
        let here = folder.run_in(repo, NOW, &[*arguments, &["--at", at]].concat(), None);
        assert_eq!(
            (there.code, there.out, there.err),
            (here.code, here.out, here.err),
            "{arguments:?} at {at}"
        );
    }
    git_in(repo, "", &["worktree", "remove", "--force", &path]);
}

/// A plan whose configuration, log, canon, papers and artifacts all change.
fn plan() -> Option<(Repo, [String; 3])> {
    let repo = Repo::new()?;
    repo.write(LOG, LINES);
    repo.write(CANON, DOCUMENT);
    repo.write("stepdeck.toml", "[checks]\nstale = \"error\"\n");
    repo.write("docs/model.md", "Not canon.\n");
    let first = repo.commit("start");
    repo.pass_days(20);
    repo.write(LOG, &LINES.replace("\"draft\"", "\"complete\""));
    repo.write("docs/standups/2026-09-23/robin.md", "# Standup\n");
    let second = repo.commit("done");
    repo.pass_days(13);
    repo.git(&["mv", LOG, "plan.txt"]);
    repo.git(&["mv", CANON, "docs/canon.md"]);
    repo.write("stepdeck.toml", "[paths]\nlog = \"plan.txt\"\n");
    std::fs::remove_file(repo.path().join("docs/model.md")).unwrap();
    std::os::unix::fs::symlink("canon.md", repo.path().join("docs/link.md")).unwrap();
    let third = repo.commit("move");
    repo.pass_days(10);
    repo.write("plan.txt", &log_of(&[&line("0001", "One", "draft")]));
    repo.commit("shrink");
    repo.write("plan.txt", "");
    Some((repo, [first, second, third]))
}

#[test]
fn every_answer_is_that_of_a_checkout_with_the_same_clock() {
    let Some((repo, [first, second, third])) = plan() else {
        return;
    };
    let path = repo.path().canonicalize().unwrap();
    same_as_checkout(
        READING,
        &path,
        &repo.folder,
        &first,
        "2026-09-02T08:00:00Z",
        "HEAD~3",
    );
    let end = "2026-10-05T23:59:59.999999999Z";
    same_as_checkout(READING, &path, &repo.folder, &second, end, "2026-10-05");
    same_as_checkout(
        READING,
        &path,
        &repo.folder,
        &third,
        "2026-10-07T08:00:00Z",
        &third,
    );
}

/// Of what no plan is made it only matters that it exists: through folders, links and `..`, for
/// artifacts, evidence and checkpoints alike.
#[test]
fn artifacts_exist_as_in_a_checkout_though_none_of_them_is_laid_out() {
    let Some(repo) = Repo::new() else { return };
    let artifacts = [
        "out/report.pdf",
        "out/none.pdf",
        "latest",
        "latest/a.png",
        "pictures/a.png",
        "pictures/b.png",
        "out/../out/report.pdf",
        "gone",
        "out",
        "sub/x.bin",
        "README",
    ];
    let lines = artifacts.iter().enumerate().map(|(at, artifact)| {
        let line = line(&format!("{:04}", at + 1), "Made", "complete");
        line.replace('}', &format!(", \"artifacts\": [{artifact:?}]}}"))
    });
    let lines: Vec<String> = lines.collect();
    assert!(lines[0].contains("report.pdf"), "{}", lines[0]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    repo.write(LOG, &log_of(&lines));
    repo.write(CANON, DOCUMENT);
    for file in [
        "out/report.pdf",
        "out/deep/a.png",
        "README",
        "sub/x.bin",
        "sub/y.txt",
    ] {
        repo.write(file, "made\n");
    }
    for (link, leads_to) in [
        ("latest", "out/report.pdf"),
        ("pictures", "out/deep"),
        ("gone", "out/none.pdf"),
    ] {
        std::os::unix::fs::symlink(leads_to, repo.path().join(link)).unwrap();
    }
    let first = repo.commit("made");
    repo.pass_days(3);
    // A pattern that may match any name needs all names.
    repo.write("stepdeck.toml", "[paths]\nlog = \"plans/*\"\n");
    repo.git(&["mv", LOG, "moved.jsonl"]);
    std::fs::create_dir(repo.path().join("plans")).unwrap();
    repo.git(&["mv", "moved.jsonl", "plans/one"]);
    let second = repo.commit("any name");
    let path = repo.path().canonicalize().unwrap();
    let checks: [&[&str]; 3] = [&["check"], &["list", "--json"], &["gates"]];
    for (commit, now) in [
        (&first, "2026-09-01T08:00:00Z"),
        (&second, "2026-09-04T08:00:00Z"),
    ] {
        let time = git_in(&path, "", &["log", "-1", "--format=%cI", commit]);
        let time = String::from_utf8(time).unwrap();
        let now = if time.trim().is_empty() {
            now
        } else {
            time.trim()
        };
        same_as_checkout(&checks, &path, &repo.folder, commit, now, commit);
    }
    let laid_out =
        stepdeck::store::as_of::AsOf::lay_out(&path, &first, Default::default()).unwrap();
    let there = |name: &str| laid_out.start().join(name).symlink_metadata().is_ok();
    let plan = [LOG, CANON, "latest", "pictures", "out/deep", "sub"];
    assert!(plan.iter().all(|name| there(name)));
    let others = [
        "out/report.pdf",
        "out/deep/a.png",
        "README",
        "sub/x.bin",
        "sub/y.txt",
    ];
    assert!(!others.iter().any(|name| there(name)));
}

#[test]
fn a_year_of_a_demo_is_as_it_was() {
    if !has_git() {
        return;
    }
    let folder = Folder::new(&[]);
    folder
        .run(&["demo", "plan", "--history", "--steps", "120"])
        .ok();
    let path = folder.path().join("plan").canonicalize().unwrap();
    let hash = String::from_utf8(git_in(&path, "", &["rev-parse", "HEAD~60"])).unwrap();
    let time = git_in(
        &path,
        "",
        &[
            "log",
            "-1",
            "--format=%cd",
            "--date=format:%Y-%m-%dT%H:%M:%SZ",
            "HEAD~60",
        ],
    );
    let time = String::from_utf8(time).unwrap();
    same_as_checkout(&SHORT, &path, &folder, hash.trim(), time.trim(), "HEAD~60");
}

#[test]
fn what_writes_refuses_and_every_subcommand_is_one_or_the_other() {
    let Some((repo, _)) = plan() else { return };
    let before = repo.folder.diff();
    for arguments in WRITING {
        let run = repo
            .folder
            .run(&[arguments, &["--at", "2026-10-05"]].concat());
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert!(
            run.err.contains("run this without --at"),
            "{arguments:?}: {run:?}"
        );
    }
    assert_eq!(repo.folder.diff(), before);
    let tested = READING.iter().chain(&WRITING).map(|arguments| arguments[0]);
    let tested: BTreeSet<&str> = tested.chain(OTHER).collect();
    for subcommand in Arguments::command().get_subcommands() {
        assert!(
            tested.contains(subcommand.get_name()),
            "{}",
            subcommand.get_name()
        );
    }
}

#[test]
fn as_of_the_review_is_what_the_review_saw() {
    let Some(repo) = Repo::new() else { return };
    let [one, two] = ["0001", "0002"].map(|id| line(id, "Work", "draft"));
    repo.land(&[&one, &two]);
    // Ada looks at this while another branch lands; only then she finishes.
    let seen = repo.head();
    repo.land(&[&one.replace("draft", "complete"), &two]);
    let review = |seen: &str| {
        let held = "2026-09-03T12:00:00Z";
        repo.write(
            "docs/reviews/2026-W36.md",
            &format!("# Weekly review 2026-W36\n\n- **Held:** {held}\n- **Seen:** {seen}\n"),
        );
    };
    let complete = || {
        let asked = ["list", "--filter", "is:complete", "--at", "review"];
        repo.folder.run(&asked).out.lines().count()
    };
    review(&seen);
    let at_seen = complete();
    // Where that commit is gone, the time counts.
    review(&"0123456789".repeat(4));
    assert_eq!((at_seen, complete()), (0, 1));
    // What another branch had is not on this one: what both have in common is.
    repo.git(&["checkout", "-q", "-b", "side", &seen]);
    repo.write(LOG, &log_of(&[&two.replace("draft", "complete")]));
    let squashed = repo.commit("squashed later");
    repo.git(&["checkout", "-q", "main"]);
    review(&squashed);
    assert_eq!(complete(), 0);
}

#[test]
fn a_time_without_a_plan_says_so() {
    let Some((repo, _)) = plan() else { return };
    for (at, reason) in [
        ("2026-08-01", "nothing was committed by 2026-08-01"),
        ("2027-01-01", "is still to come"),
        ("nowhere", "or a revision"),
        ("review", "no weekly review has been finished yet"),
    ] {
        let run = repo.folder.run(&["list", "--at", at]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains(reason), "{at}: {run:?}");
    }
    // Before the cockpit asks for a terminal (`journeys::as_of` looks at what it shows).
    let run = repo.folder.run(&["--at", "nowhere"]);
    assert!(
        run.code == 2 && run.err.contains("or a revision"),
        "{run:?}"
    );
    let run = Folder::new(&[(LOG, LINES)]).run(&["list", "--at", "1w"]);
    assert!(
        run.code == 2
            && run
                .err
                .contains("--at: the plan is not in a git repository"),
        "{run:?}"
    );
}
