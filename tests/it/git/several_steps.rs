//! A merge without drivers: a conflict that spans several steps is resolved step by step.

use super::{Repo, repo};
use crate::support::fixture::LOG;
use crate::support::schema::valid;

fn log(values: [[&str; 2]; 5]) -> String {
    let line = |(at, [owner, status]): (usize, [&str; 2])| {
        format!(
            "{{\"step_id\": \"000{}\", \"title\": \"T{0}\", \"owner\": \"{owner}\", \"status\": \"{status}\"}}\n",
            at + 1
        )
    };
    values.into_iter().enumerate().map(line).collect()
}

const BASE: [[&str; 2]; 5] = [["ops", "draft"]; 5];
/// Of 0003 the owner, of 0002 and 0005 the status.
const OURS: [[&str; 2]; 5] = [
    ["ops", "draft"],
    ["ops", "blocked"],
    ["sre", "draft"],
    ["ops", "draft"],
    ["ops", "idea"],
];
/// Of 0004 the owner, of 0002 and 0005 the status.
const THEIRS: [[&str; 2]; 5] = [
    ["ops", "draft"],
    ["ops", "complete"],
    ["ops", "draft"],
    ["grc", "draft"],
    ["ops", "blocked"],
];

/// Git alone merged; one stretch of four steps is in conflict.
fn stopped() -> Option<Repo> {
    let repo = repo()?;
    repo.write(LOG, &log(BASE));
    repo.commit("start");
    repo.diverge(
        |repo| repo.write(LOG, &log(OURS)),
        |repo| repo.write(LOG, &log(THEIRS)),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    assert_eq!(repo.read(LOG).matches("<<<<<<<").count(), 1);
    Some(repo)
}

/// The same where git does not know any longer what both sides started from.
fn committed() -> Option<Repo> {
    let repo = stopped()?;
    repo.git(&["add", "-A"]).ok();
    repo.git(&["commit", "-q", "--no-edit"]).ok();
    Some(repo)
}

fn merged(second: &str, fifth: &str) -> String {
    log([BASE[0], ["ops", second], OURS[2], THEIRS[3], ["ops", fifth]])
}

#[test]
fn one_step_of_a_stretch_is_resolved_and_what_one_side_changed_needs_no_question() {
    let Some(repo) = stopped() else { return };
    let run = repo.stepdeck(&["resolve"]);
    let about: Vec<&str> = (run.out.lines())
        .filter(|line| line.starts_with(LOG))
        .collect();
    assert_eq!(
        about,
        [
            format!("{LOG}:2 0002 status"),
            format!("{LOG}:2 0005 status")
        ]
    );
    assert!(
        run.out.contains(
            "  ours (HEAD)\n    status: \"blocked\"\n  theirs (side)\n    status: \"complete\"\n"
        ),
        "{}",
        run.out
    );
    let run = repo.stepdeck(&["resolve", "0002", "--theirs"]);
    assert_eq!(
        run.err,
        "stepdeck: 0002 status: their version\nstepdeck: 1 conflict is left; `stepdeck resolve` shows it\n"
    );
    let expected = merged("complete", "idea");
    let (rest, fifth) = expected.split_at(expected.find("{\"step_id\": \"0005\"").unwrap());
    let expected = format!(
        "{rest}<<<<<<< HEAD\n{fifth}=======\n{}>>>>>>> side\n",
        fifth.replace("idea", "blocked")
    );
    assert_eq!(repo.read(LOG), expected);
    let run = repo.stepdeck(&["resolve", "0005", "--ours"]);
    assert!(run.err.contains("no conflict is left"), "{}", run.err);
    assert_eq!(repo.read(LOG), merged("complete", "idea"));
}

#[test]
fn a_step_that_one_side_changed_is_settled_by_either() {
    for side in ["--ours", "--theirs"] {
        let Some(repo) = stopped() else { return };
        let run = repo.stepdeck(&["resolve", "4"]);
        assert!(run.out.contains("either way owner: \"grc\""), "{}", run.out);
        let run = repo.stepdeck(&["resolve", "4", side]);
        assert!(
            run.err.contains("0004 owner: the changes of both sides"),
            "{}",
            run.err
        );
        assert!(run.err.contains("2 conflicts are left"), "{}", run.err);
        let text = repo.read(LOG);
        assert!(text.contains(log(THEIRS).lines().nth(3).unwrap()));
        assert_eq!(text.matches("<<<<<<<").count(), 2, "{text}");
        let run = repo.stepdeck(&["resolve", "0002", "0005", "--theirs"]);
        assert!(
            run.err.contains("2 conflicts: their version"),
            "{}",
            run.err
        );
        assert_eq!(repo.read(LOG), merged("complete", "blocked"));
    }
}

/// Several steps of a stretch by their names, and all that there are by none.
#[test]
fn several_steps_of_a_stretch_are_resolved_at_once() {
    for what in [
        &["0002", "0005", "--theirs"][..],
        &["--theirs"],
        &["B01", "--theirs"],
    ] {
        let Some(repo) = stopped() else { return };
        let run = repo.stepdeck(&[&["resolve"], what].concat());
        assert!(run.err.contains("no conflict is left"), "{}", run.err);
        assert_eq!(repo.read(LOG), merged("complete", "blocked"));
    }
}

/// Without what both sides started from, every step that differs is a question of its own.
#[test]
fn where_no_base_is_known_each_step_that_differs_is_asked_about() {
    let Some(repo) = committed() else { return };
    let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
    let about = json["conflicts"].as_array().unwrap().iter();
    let about: Vec<&str> = about.map(|one| one["about"].as_str().unwrap()).collect();
    assert_eq!(
        about,
        ["0002 status", "0003 owner", "0004 owner", "0005 status"]
    );
    assert_eq!(json["left"], 4);
    assert_eq!(
        json["conflicts"][1]["ours"],
        log(OURS).split_inclusive('\n').nth(2).unwrap()
    );
    let run = repo.stepdeck(&["resolve", "0002", "--theirs"]);
    assert!(run.err.contains("3 conflicts are left"), "{}", run.err);
    let text = repo.read(LOG);
    for version in [OURS, THEIRS] {
        for at in 2..5 {
            assert!(
                text.contains(log(version).lines().nth(at).unwrap()),
                "{text}"
            );
        }
    }
    repo.stepdeck(&["resolve", "0004", "--theirs"]).ok();
    repo.stepdeck(&["resolve", "0003", "0005", "--ours"]).ok();
    assert_eq!(repo.read(LOG), merged("complete", "idea"));
}

/// A step that only one version has was added there, or removed on the other side.
#[test]
fn a_step_that_one_version_lacks_is_asked_about_where_no_base_is_known() {
    let Some(repo) = repo() else { return };
    let lines = log(OURS);
    let lines: Vec<&str> = lines.split_inclusive('\n').collect();
    let other = lines[1].replace("blocked", "complete");
    let marked = format!(
        "{}<<<<<<< a\n{}{}=======\n{other}>>>>>>> b\n{}",
        lines[0], lines[1], lines[2], lines[3]
    );
    repo.write(LOG, &marked);
    let run = repo.stepdeck(&["resolve", "0002", "--theirs"]);
    assert!(run.err.contains("1 conflict is left"), "{}", run.err);
    let expected = format!(
        "{}{other}<<<<<<< a\n{}=======\n>>>>>>> b\n{}",
        lines[0], lines[2], lines[3]
    );
    assert_eq!(repo.read(LOG), expected);
    repo.stepdeck(&["resolve", "3", "--theirs"]).ok();
    assert_eq!(repo.read(LOG), format!("{}{other}{}", lines[0], lines[3]));
}

/// The version that is kept of a whole stretch takes the other side's edits with it where nobody knows
/// which they are, and that is said.
#[test]
fn a_whole_stretch_without_a_base_says_what_goes() {
    let Some(repo) = committed() else { return };
    let run = repo.stepdeck(&["resolve", &format!("{LOG}:2"), "--theirs"]);
    assert!(
        run.err.contains("0002, 0003, 0004, 0005: their version · what both sides started from is not known: no edit of the other version is kept"),
        "{}",
        run.err
    );
    assert_eq!(repo.read(LOG), log(THEIRS));
}
