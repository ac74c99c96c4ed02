//! `stepdeck forecast` against a count of its own: the weeks out of every version read whole, and
//! the dates out of all futures, each with its share, instead of drawn ones.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde_json::Value;

use super::count::eventful;
use super::naive::{Object, Version, number, versions};
use super::repo::{LOG, Repo, git_in, line, log_of};
use crate::support::fixture::{CANON, DOCUMENT};
use crate::support::run::{Folder, NOW};
use crate::support::schema::valid;

fn forecast(folder: &Folder, arguments: &[&str]) -> Value {
    let run = folder.run(&[&["forecast", "--json"], arguments].concat());
    valid("forecast", &run.ok())
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn sunday(at: DateTime<Utc>) -> NaiveDate {
    let day = at.date_naive();
    day + Days::new(6 - u64::from(day.weekday().num_days_from_monday()))
}

/// Open steps at the end of each full week since the first completion, and how many steps were
/// completed in the weeks after.
fn naive(
    folder: &Folder,
    versions: &[Version],
    is_in: &dyn Fn(&Object) -> bool,
) -> (Vec<i64>, usize) {
    let arguments = ["log", "--first-parent", "--format=%H %ct"];
    let times = String::from_utf8(git_in(folder.path(), "", &arguments)).unwrap();
    let times: HashMap<&str, i64> = times
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(hash, time)| (hash, time.parse().unwrap()))
        .collect();
    let mut latest = 0;
    let landed: Vec<i64> = versions
        .iter()
        .map(|(hash, _)| {
            latest = times[hash.as_str()].max(latest);
            latest
        })
        .collect();
    let (mut open, mut completed) = (Vec::new(), 0);
    // Which steps were in the set, which of the plan were complete, and which there were, a week before.
    let mut before: Option<[HashSet<String>; 3]> = None;
    // Of each step that there ever was, whether it was complete when it was there last.
    let mut last_seen: HashMap<String, bool> = HashMap::new();
    let mut end = sunday(DateTime::from_timestamp(landed[0], 0).unwrap());
    while end < sunday(now()) {
        let limit = (end + Days::new(1)).and_time(Default::default());
        let limit = limit.and_utc().timestamp();
        let at = landed.iter().rposition(|landed| *landed < limit).unwrap();
        let names = |is_asked: &dyn Fn(&Object) -> bool| -> HashSet<String> {
            let steps = versions[at].1.iter().filter(|step| is_asked(step));
            steps.map(name).collect()
        };
        let is_complete = |step: &Object| {
            step.get("status")
                .is_some_and(|status| status == "complete")
        };
        let (set, complete, all) = (names(is_in), names(&is_complete), names(&|_| true));
        if let Some([former, done, there]) = &before {
            let of_week = set.union(former).filter(|name| complete.contains(*name));
            let of_week = of_week.filter(|name| !done.contains(*name));
            // A step that comes back is the one that went.
            let is_back =
                |name: &String| !there.contains(name) && last_seen.get(name) == Some(&true);
            completed += of_week.filter(|name| !is_back(name)).count();
        }
        last_seen.extend(
            all.iter()
                .map(|name| (name.clone(), complete.contains(name))),
        );
        if before.is_some() || set.intersection(&complete).next().is_some() {
            open.push(set.difference(&complete).count() as i64);
            before = Some([set, complete, all]);
        }
        end = end + Days::new(7);
    }
    (open, completed)
}

/// What a step is known by.
fn name(step: &Object) -> String {
    let uid = step.get("uid").and_then(Value::as_str);
    uid.map_or_else(|| number(step), str::to_owned)
}

/// By which share of all futures the work is done after each of so many weeks.
fn futures(changes: &[i64], open: i64, weeks: usize) -> Vec<f64> {
    let mut left = HashMap::from([(open, 1.0)]);
    let mut done = 0.0;
    let mut shares = Vec::new();
    for _ in 0..weeks {
        let mut next = HashMap::new();
        for (left, share) in left {
            for change in changes {
                let share: f64 = share / changes.len() as f64;
                match left + change {
                    ..=0 => done += share,
                    left => *next.entry(left).or_default() += share,
                }
            }
        }
        left = next;
        shares.push(done);
    }
    shares
}

/// Holds an answer against the naive count.
pub fn assert_counted(
    folder: &Folder,
    versions: &[Version],
    arguments: &[&str],
    is_in: &dyn Fn(&Object) -> bool,
) {
    let told = forecast(folder, arguments);
    let (open, completed) = naive(folder, versions, is_in);
    let changes: Vec<i64> = open.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(told["weeks"], changes.len(), "{told}");
    if changes.is_empty() {
        return;
    }
    let weeks = changes.len() as f64;
    let net: i64 = changes.iter().sum();
    let is = |key: &str, count: f64| {
        let found = told[key].as_f64().unwrap();
        assert!(
            (found - count / weeks).abs() < 1e-9,
            "{key} {count}: {told}"
        );
    };
    is("completed_per_week", completed as f64);
    is("growth_per_week", net as f64 + completed as f64);
    let remaining = told["remaining"].as_i64().unwrap();
    if remaining == 0 || net >= 0 || changes.len() < 4 {
        assert!(
            told["p50"].is_null() && told["reason"].is_string(),
            "{told}"
        );
        return;
    }
    let shares = futures(&changes, remaining, 1_040);
    for (key, level) in [("p50", 0.5), ("p85", 0.85), ("p95", 0.95)] {
        let date: NaiveDate = told[key].as_str().unwrap().parse().unwrap();
        let week = ((date - sunday(now())).num_days() / 7) as usize;
        assert!(shares[week - 1] > level - 0.02, "{key} {told}");
        assert!(week < 2 || shares[week - 2] < level + 0.02, "{key} {told}");
    }
}

/// Work at a pace: from 40 steps three more are complete each week, and now and then one comes.
fn steady() -> Option<Repo> {
    let repo = Repo::new()?;
    for week in 0..11 {
        let mut log = String::new();
        for step in 1..=40 + week / 3 {
            let status = if step <= week * 3 {
                "complete"
            } else {
                "draft"
            };
            log.push_str(&line(&format!("{step:04}"), "Work", status));
            log.push('\n');
        }
        repo.write(LOG, &log);
        repo.commit("work");
        repo.pass_days(6);
    }
    Some(repo)
}

#[test]
fn weeks_and_dates_are_those_of_a_naive_count() {
    for repo in [eventful(), steady()].into_iter().flatten() {
        let versions = versions(repo.path());
        assert_counted(&repo.folder, &versions, &[], &|_| true);
        let is_in = |step: &Object| step["owner"] == "ops";
        assert_counted(&repo.folder, &versions, &["--filter", "owner:ops"], &is_in);
        let is_in = |step: &Object| number(step).parse::<u32>().unwrap() <= 1_000;
        assert_counted(&repo.folder, &versions, &["CP01"], &is_in);
    }
}

#[test]
fn a_steady_pace_has_dates_that_a_seed_repeats() {
    let Some(repo) = steady() else { return };
    let told = forecast(&repo.folder, &["--seed", "9"]);
    assert_eq!(told, forecast(&repo.folder, &["--seed", "9"]));
    assert_eq!(told["target"], "plan");
    assert_eq!(told["remaining"], 13);
    let dates = ["p50", "p85", "p95"].map(|key| told[key].as_str().unwrap().to_owned());
    assert!(dates.is_sorted(), "{dates:?}");
    insta::assert_snapshot!(repo.folder.run(&["forecast"]).ok());
}

/// Two stages: the checks of one name steps, the other's do not.
fn staged(dependencies: &str) -> Folder {
    let canon = DOCUMENT.split("## Readiness").next().unwrap().to_owned()
        + "## Readiness Checklists\n\n### Ground\n\n- [x] Done.\n- Step 0002 is complete.\n- The board knows.\n";
    let three = line("0003", "Three", "blocked").replace(
        "\"dependencies\": []",
        &format!("\"dependencies\": [{dependencies}]"),
    );
    let two = line("0002", "Two", "draft")
        .replace("\"dependencies\": []", "\"dependencies\": [\"0003\"]");
    let log = log_of(&[&line("0001", "One", "draft"), &two, &three]);
    Folder::new(&[(LOG, &log), (CANON, &canon)])
}

#[test]
fn a_stage_is_what_its_open_checks_need_and_has_a_date_only_if_they_name_steps() {
    let folder = staged("\"0001\", \"Board agrees\"");
    let told = forecast(&folder, &["ground"]);
    assert_eq!(told["target"], "Ground");
    assert_eq!(told["remaining"], 3, "{told}");
    assert_eq!(told["reason"], "1 of 2 open checks names no step");
    assert_eq!(told["blocked"], serde_json::json!(["0003"]));
    assert_eq!(told["conditions"][0]["condition"], "Board agrees");
    let reason = |folder: &Folder, arguments: &[&str]| {
        let told = forecast(folder, arguments);
        assert!(told["p95"].is_null());
        told["reason"].as_str().unwrap().to_owned()
    };
    let missing = staged("\"0077\"");
    assert_eq!(
        reason(&missing, &[]),
        "step 0003 depends on 0077, which does not exist"
    );
    let cyclic = staged("\"0002\"");
    assert_eq!(
        reason(&cyclic, &["CP01"]),
        "a cycle holds it up: 0002 → 0003"
    );
    assert_eq!(
        reason(&cyclic, &["--filter", "id:0001"]),
        "nothing completed in any full week",
        "what does not wait for the cycle is not held up by it"
    );
    let run = folder.run(&["forecast", "B77"]);
    assert_eq!(run.code, 2);
    let said = "“B77” is not a block of this plan, a checkpoint or a stage: the ";
    assert!(run.err.contains(said), "{run:?}");
}

#[test]
fn without_git_completions_are_those_of_the_stamps_and_the_answer_says_so() {
    let step = |id: u32| {
        let (status, day) = if id <= 10 {
            ("complete", id)
        } else {
            ("draft", 1)
        };
        let stamp = format!("2026-10-{:02}", (day * 3).min(30));
        line(&format!("{id:04}"), "Work", status).replace("2026-08-31", &stamp)
    };
    let lines: Vec<String> = (1..=14).map(step).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let folder = Folder::new(&[(LOG, &log_of(&lines))]);
    let told = forecast(&folder, &[]);
    assert_eq!(told["source"], "updated_at");
    assert!(
        told["notes"][0]
            .as_str()
            .unwrap()
            .contains("dates come from updated_at")
    );
    assert_eq!(
        [&told["remaining"], &told["weeks"]].map(|count| count.as_u64()),
        [Some(4), Some(6)]
    );
    assert_eq!(told["growth_per_week"], 0.0);
    assert!(told["p85"].is_string());
}

#[test]
fn without_git_papers_tell_that_a_step_was_complete_before_it_was_last_edited() {
    let step = |id: &str, status| line(id, "Work", status).replace("2026-08-31", "2026-11-02");
    let lines = [
        step("0001", "complete"),
        step("0002", "complete"),
        step("0003", "draft"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let review = "# Weekly review 2026-W40\n\n- **Date:** 2026-09-28\n- **Held:** 2026-09-28T10:00:00Z\n\n\
                  ## Last week's ten\n\n- **0001 complete:** Work\n- **0003 complete:** Work\n";
    let path = "docs/reviews/2026-W40.md";
    let demo =
        "# Demo 2026-10-09\n\n## Completed\n\n- **0002** Work\n\n## Actions\n\n- **0003** Work\n";
    let folder = Folder::new(&[
        (LOG, &log_of(&lines)),
        (path, review),
        ("docs/demos/2026-10-09.md", demo),
    ]);
    let run = folder.run(&["log"]);
    assert!(run.err.contains("updated_at and the papers"), "{run:?}");
    assert_eq!(
        run.ok(),
        "2026-11-02T00:00:00Z\t-\t-\t0003\tlast known: status draft\n\
         2026-10-09T23:59:59Z\t-\t-\t0002\tlast known: status complete\n\
         2026-09-28T10:00:00Z\t-\t-\t0001\tlast known: status complete\n"
    );
    // The week of the review, and those since.
    let told = forecast(&folder, &["--filter", "id:0001"]);
    assert_eq!(told["weeks"], 6);
}
