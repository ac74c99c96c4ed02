//! Both versions of a conflict kept, of things that there can be one only: checks.

use std::fs;

use super::{LOG, Repo, repo};
use crate::support::fixture::DOCUMENT;
use crate::support::schema::valid;

const CANON: &str = "docs/plan.md";

fn list(checks: &str) -> String {
    format!("# Plan\n\n# Readiness Checklists\n\n## Alpha\n\n{checks}\n## Beta\n\n- [ ] last\n")
}

/// A merge by git alone of two versions of the checks of a stage, with its markers in this style.
fn merged([base, ours, theirs]: [&str; 3], style: &str) -> Option<Repo> {
    let repo = repo()?;
    repo.write(CANON, &list(base));
    repo.commit("start");
    let write = |repo: &Repo, checks: &str| repo.write(CANON, &list(checks));
    repo.diverge(|repo| write(repo, ours), |repo| write(repo, theirs));
    let style = format!("merge.conflictStyle={style}");
    assert_eq!(repo.git(&["-c", &style, "merge", "side"]).code, Some(1));
    Some(repo)
}

const TICKED: [&str; 3] = [
    "- [ ] one\n- [ ] two\n- [ ] three\n",
    "- [ ] one\n- [ ] two\n- [x] three\n",
    "- [ ] one\n- [x] two\n- [ ] three\n",
];

/// Whatever is known of what both started from: the markers show it, git does, or nobody.
#[test]
fn a_check_that_both_versions_have_is_kept_once() {
    for (style, knows_git) in [("merge", true), ("diff3", true), ("merge", false)] {
        let Some(repo) = merged(TICKED, style) else {
            return;
        };
        if !knows_git {
            fs::remove_dir_all(repo.path().join(".git")).unwrap();
        }
        let run = repo.stepdeck(&["resolve", "--both"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let expected = list("- [ ] one\n- [x] two\n- [x] three\n");
        assert_eq!(repo.read(CANON), expected, "{style}, git: {knows_git}");
    }
}

/// What is in dispute beside the checks leaves them alone: both texts are there, each check is once.
#[test]
fn a_dispute_beside_the_checks_makes_none_of_them_two() {
    let [base, ours, theirs] = TICKED;
    let versions = [
        base,
        &format!("{ours}\nRobin looks.\n"),
        &format!("{theirs}\nAda looks.\n"),
    ];
    for knows_git in [true, false] {
        let Some(repo) = merged(versions, "merge") else {
            return;
        };
        if !knows_git {
            fs::remove_dir_all(repo.path().join(".git")).unwrap();
        }
        let run = repo.stepdeck(&["resolve", "--both"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let canon = repo.read(CANON);
        for once in [
            "- [x] two\n",
            "- [x] three\n",
            "Robin looks.\n",
            "Ada looks.\n",
        ] {
            assert_eq!(canon.matches(once).count(), 1, "{once}{canon}");
        }
        assert_eq!(canon.matches("- [").count(), 4, "{canon}");
    }
}

/// What one side took out and the other left is gone; of a check with other words on both sides there
/// would be two.
#[test]
fn what_both_started_from_tells_which_check_is_which() {
    let removed = [
        "- [ ] one\n- [ ] two\n",
        "- [ ] two\n",
        "- [ ] one\n- [x] two\n",
    ];
    let Some(repo) = merged(removed, "diff3") else {
        return;
    };
    repo.stepdeck(&["resolve", "--both"]).ok();
    assert_eq!(repo.read(CANON), list("- [x] two\n"));
    let reworded = [
        "- [ ] The plan has a budget\n",
        "- [ ] The plan has a budget for May\n",
        "- [ ] The plan has a budget for June\n",
    ];
    let Some(repo) = merged(reworded, "merge") else {
        return;
    };
    let before = repo.read(CANON);
    let run = repo.stepdeck(&["resolve", "--both"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("would be there twice"), "{}", run.err);
    assert_eq!(repo.read(CANON), before);
}

/// A marker is nobody's words: the check before it ends there.
#[test]
fn a_check_ends_where_a_marker_begins() {
    let Some(repo) = merged(TICKED, "merge") else {
        return;
    };
    let run = repo.stepdeck(&["gates", "Alpha"]);
    let signs = ["<<<<<<<", "=======", ">>>>>>>"];
    assert!(
        !signs.iter().any(|sign| run.out.contains(sign)),
        "{}",
        run.out
    );
    let run = repo.stepdeck(&["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let problems = json["problems"].as_array().unwrap();
    let of_canon = problems.iter().filter(|problem| problem["path"] != LOG);
    for problem in of_canon {
        let message = problem["message"].as_str().unwrap();
        assert!(!message.contains("======="), "{message}");
    }
}

/// Two versions of a check are one check, as ours has it; that a merge is unfinished is said.
#[test]
fn checks_of_two_versions_count_once() {
    let Some(repo) = repo() else { return };
    let stage = |text: &str| {
        repo.write(CANON, text);
        let run = repo.stepdeck(&["gates", "--json"]);
        (valid("gates", &run.out)["stages"][0].clone(), run.err)
    };
    let (clean, said) = stage(DOCUMENT);
    assert_eq!(said, "");
    let lines = [
        "- Runbooks cover deploy\n  and rollback.\n",
        "- Step 0001 is complete.\n",
    ];
    let texts = |stage: &serde_json::Value| -> Vec<String> {
        let items = stage["items"].as_array().unwrap().iter();
        items
            .map(|item| format!("{} {}", item["done"], item["text"]))
            .collect()
    };
    for line in lines {
        let theirs = "- [x] Theirs is another\n";
        for (ours, base) in [(line, ""), (line, "||||||| base\n- [ ] It was\n")] {
            let marked = format!("<<<<<<< HEAD\n{ours}{base}=======\n{theirs}>>>>>>> side\n");
            let (found, said) = stage(&DOCUMENT.replace(ours, &marked));
            assert_eq!(texts(&found), texts(&clean), "{marked}");
            assert!(
                said.contains(
                    "a merge left two versions here: ours counts until `stepdeck resolve`"
                ),
                "{said}"
            );
        }
        // What only theirs has is not there yet, above an item or below it.
        let added = format!("<<<<<<< HEAD\n=======\n{theirs}>>>>>>> side\n");
        for marked in [format!("{line}{added}"), format!("{added}{line}")] {
            let (found, _) = stage(&DOCUMENT.replace(line, &marked));
            assert_eq!(texts(&found), texts(&clean), "{marked}");
        }
    }
}
