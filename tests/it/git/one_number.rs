//! Two new steps under one number, where git alone merged: both can be kept.

use super::{Repo, repo};
use crate::support::fixture::LOG;
use crate::support::schema::valid;

const FIRST: &str = "{\"step_id\": \"0040\", \"title\": \"Start\", \"owner\": \"ops\", \"status\": \"draft\", \"uid\": \"aaaaaaaaaaaa\"}\n";

fn first(status: &str) -> String {
    FIRST.replace("draft", status)
}

fn step(who: &str, uid: &str) -> String {
    format!(
        "{{\"step_id\": \"0041\", \"title\": \"{who}'s step\", \"owner\": \"{who}\", \"status\": \"idea\", \"uid\": \"{uid}\"}}\n"
    )
}

fn bens() -> String {
    step("ben", "bbbbbbbbbbbb")
}

fn anas() -> String {
    step("ana", "cccccccccccc")
}

/// Ben merged Ana's branch; both added a step, and each gave the step above that status.
fn stopped(ben: &str, ana: &str) -> Option<Repo> {
    let repo = repo()?;
    repo.write(LOG, FIRST);
    repo.commit("start");
    repo.diverge(
        |repo| repo.write(LOG, &(first(ben) + &bens())),
        |repo| repo.write(LOG, &(first(ana) + &anas())),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    Some(repo)
}

#[test]
fn they_are_told_apart_and_both_stay() {
    let Some(repo) = stopped("draft", "draft") else {
        return;
    };
    let json = valid("resolve", &repo.stepdeck(&["resolve", "--json"]).out);
    let conflict = &json["conflicts"][0];
    assert_eq!(conflict["about"], "0041, two steps under one number");
    assert_eq!(conflict["fields"].as_array().unwrap().len(), 0);
    let run = repo.stepdeck(&["resolve"]);
    assert!(run.out.contains(&format!("    {}", bens())), "{}", run.out);
    assert!(run.out.contains(&format!("    {}", anas())), "{}", run.out);
    let run = repo.stepdeck(&["resolve", "--both"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err.contains("`stepdeck renumber --collisions`"),
        "{}",
        run.err
    );
    assert_eq!(repo.read(LOG), [FIRST, &bens(), &anas()].concat());
    repo.commit("merged");
    repo.stepdeck(&["renumber", "--collisions"]).ok();
    let text = repo.read(LOG);
    for (title, uid) in [("ben's", "bbbbbbbbbbbb"), ("ana's", "cccccccccccc")] {
        assert!(text.contains(title) && text.contains(uid), "{text}");
    }
    assert_eq!(text.matches("\"step_id\": \"0041\"").count(), 1, "{text}");
}

/// What drops a step says which.
#[test]
fn the_one_that_is_left_out_is_named() {
    for (side, kept, lost) in [
        ("--ours", bens(), "ana's step"),
        ("--theirs", anas(), "ben's step"),
    ] {
        let Some(repo) = stopped("draft", "draft") else {
            return;
        };
        let run = repo.stepdeck(&["resolve", side]);
        let words = format!("without “{lost}”, a step of its own");
        assert!(run.err.contains(&words), "{}", run.err);
        assert_eq!(repo.read(LOG), FIRST.to_owned() + &kept);
    }
}

/// Beside a step that both changed, in one conflict: each is decided by itself, in either order.
#[test]
fn they_stay_beside_a_step_that_both_sides_changed() {
    for order in [["0040", "0041"], ["0041", "0040"]] {
        let Some(repo) = stopped("complete", "blocked") else {
            return;
        };
        let run = repo.stepdeck(&["resolve"]);
        for about in ["0040 status\n", "0041, two steps under one number\n"] {
            assert!(run.out.contains(about), "{}", run.out);
        }
        for id in order {
            let side = if id == "0040" { "--theirs" } else { "--both" };
            let run = repo.stepdeck(&["resolve", id, side]);
            assert_eq!(run.code, Some(0), "{}", run.err);
        }
        let expected = [first("blocked"), bens(), anas()].concat();
        assert_eq!(repo.read(LOG), expected, "{order:?}");
    }
    // Of 0040 there can be one only.
    let Some(repo) = stopped("complete", "blocked") else {
        return;
    };
    let text = repo.read(LOG);
    let run = repo.stepdeck(&["resolve", "--both"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("0040 would be there twice"), "{}", run.err);
    assert_eq!(repo.read(LOG), text);
}

/// A step that one side renumbered is not kept under both numbers.
#[test]
fn a_step_with_two_numbers_is_one_step() {
    let Some(repo) = repo() else { return };
    let moved = bens().replace("0041", "0042").replace("idea", "draft");
    repo.write(LOG, FIRST);
    repo.commit("start");
    repo.diverge(
        |repo| repo.write(LOG, &(FIRST.to_owned() + &bens())),
        |repo| repo.write(LOG, &(FIRST.to_owned() + &anas() + &moved)),
    );
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    let text = repo.read(LOG);
    for what in [&["resolve", "--both"][..], &["resolve", "0041", "--both"]] {
        let run = repo.stepdeck(what);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("would be there twice"), "{}", run.err);
        assert_eq!(repo.read(LOG), text);
    }
}
