//! `stepdeck burn`: each figure counted in another way, and series that add up.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde_json::Value;

use super::count::{eventful, now};
use super::naive::{Object, Version, between, steps, versions};
use super::repo::{LOG, Repo, git_in, line};
use crate::support::run::{Folder, NOW};
use crate::support::schema::valid;

const COUNTS: [&str; 6] = [
    "complete",
    "in_progress",
    "blocked",
    "draft",
    "idea",
    "other",
];

fn points(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let run = folder.run(&[&["burn", "--json"], arguments].concat());
    valid("burn", &run.ok())["points"]
        .as_array()
        .unwrap()
        .clone()
}

/// The last day of the period that an instant lies in.
fn last_day(at: DateTime<Utc>, by: &str) -> NaiveDate {
    let day = at.date_naive();
    match by {
        "day" => day,
        _ => day + Days::new(6 - u64::from(day.weekday().num_days_from_monday())),
    }
}

fn status(step: &Object) -> &str {
    let status = step
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match status {
        "in progress" => "in_progress",
        "complete" | "blocked" | "draft" | "idea" => status,
        _ => "other",
    }
}

/// What each period has to say: the state at its end out of the version that was the last then,
/// and what happened within it out of each version and the one before.
fn naive(
    folder: &Folder,
    versions: &[Version],
    on_disk: &[Vec<u8>],
    by: &str,
) -> Vec<HashMap<String, usize>> {
    let times = git_in(
        folder.path(),
        "",
        &["log", "--first-parent", "--format=%H %ct"],
    );
    let times = String::from_utf8(times).unwrap();
    let times: HashMap<&str, i64> = times
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(hash, time)| (hash, time.parse().unwrap()))
        .collect();
    let mut all: Vec<(i64, Vec<Object>)> = versions
        .iter()
        .map(|(commit, steps)| (times[&**commit], steps.clone()))
        .collect();
    let today: DateTime<Utc> = NOW.parse().unwrap();
    all.push((today.timestamp(), steps(on_disk)));
    let mut latest = i64::MIN;
    let mut rows: Vec<(NaiveDate, HashMap<String, usize>)> = Vec::new();
    let mut gone: HashMap<String, String> = HashMap::new();
    let mut before: &[Object] = &[];
    for (time, version) in &all {
        latest = latest.max(*time);
        let day = last_day(DateTime::from_timestamp(latest, 0).unwrap(), by);
        while rows.last().is_none_or(|(last, _)| *last < day) {
            let next = rows.last().map_or(day, |(last, _)| *last + Days::new(1));
            let next = next.max(last_day(next.and_hms_opt(0, 0, 0).unwrap().and_utc(), by));
            rows.push((next, HashMap::new()));
            let row = &mut rows.last_mut().unwrap().1;
            for step in before {
                *row.entry(status(step).to_owned()).or_default() += 1;
            }
        }
        let row = &mut rows.last_mut().unwrap().1;
        row.retain(|name, _| !COUNTS.contains(&&**name));
        for step in version {
            *row.entry(status(step).to_owned()).or_default() += 1;
        }
        for told in between(None, before, version) {
            let (_, number, uid, kind, field, was, is) = told;
            // A step that comes back is the one that went.
            let keys = [uid, number].into_iter().filter(|key| !key.is_empty());
            let (was, is) = match (&*kind, &*field) {
                ("changed", "status") => (was, is),
                ("added", _) => {
                    let known: Vec<_> = keys.map(|key| gone.remove(&key)).collect();
                    (known.into_iter().flatten().next().unwrap_or_default(), is)
                }
                ("removed", _) => {
                    gone.extend(keys.map(|key| (key, was.clone())));
                    Default::default()
                }
                _ => Default::default(),
            };
            let mut count = |name: &str, holds: bool| {
                *row.entry(name.to_owned()).or_default() += usize::from(holds);
            };
            count("added", kind == "added");
            count("removed", kind == "removed");
            count("completed", is == "\"complete\"" && was != is);
            count(
                "reopened",
                was == "\"complete\"" && was != is && !is.is_empty(),
            );
        }
        before = version;
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Holds every figure against the naive count.
pub fn assert_points(folder: &Folder, versions: &[Version], on_disk: &[Vec<u8>], by: &str) {
    let points = points(folder, &["--by", by]);
    let naive = naive(folder, versions, on_disk, by);
    assert_eq!(points.len(), naive.len());
    for (point, naive) in points.iter().zip(&naive) {
        for name in COUNTS
            .iter()
            .chain(&["added", "removed", "completed", "reopened"])
        {
            let counted = naive.get(*name).copied().unwrap_or(0);
            assert_eq!(point[*name], counted, "{name} {point}");
        }
    }
    add_up(&points);
}

fn add_up(points: &[Value]) {
    let (mut before, mut done) = (0, 0);
    for point in points {
        let number = |name: &str| point[name].as_i64().unwrap();
        assert_eq!(
            number("total"),
            before + number("added") - number("removed"),
            "{point}"
        );
        assert_eq!(
            number("total"),
            COUNTS.iter().map(|name| number(name)).sum::<i64>(),
            "{point}"
        );
        before = number("total");
        done += number("completed") - number("reopened");
        done += number("returned_complete") - number("removed_complete");
        assert_eq!(number("complete"), done, "{point}");
    }
}

#[test]
fn every_figure_is_that_of_a_naive_count() {
    let Some(repo) = eventful() else { return };
    for by in ["day", "week"] {
        assert_points(&repo.folder, &versions(repo.path()), &now(&repo), by);
    }
}

/// Two steps: 1 is completed in the second week and reopened on disk, 2 comes then.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let [one, two] = ["1", "2"].map(|n| line(&format!("000{n}"), n, "draft"));
    repo.land(&[&one]);
    repo.pass_days(7);
    repo.land(&[&one.replace("draft", "complete"), &two]);
    repo.git(&["tag", "second"]);
    repo.pass_days(60);
    repo.land(&[
        &one.replace("draft", "complete"),
        &two.replace("ops", "grc"),
    ]);
    repo.write(LOG, &format!("{one}\n{two}\n"));
    Some(repo)
}

#[test]
fn people_and_spreadsheets_read_it() {
    let Some(repo) = plan() else { return };
    insta::assert_snapshot!(repo.folder.run(&["burn", "--since", "2026-11-01"]).ok());
    insta::assert_snapshot!(
        repo.folder
            .run(&["burn", "--since", "2026-11-01", "--format", "csv"])
            .ok()
    );
}

#[test]
fn a_filter_has_a_series_of_its_own_and_since_cuts_it() {
    let Some(repo) = plan() else { return };
    let one = points(&repo.folder, &["--filter", "id:0001"]);
    let two = points(&repo.folder, &["--filter", "id:0002"]);
    add_up(&one);
    add_up(&two);
    assert_eq!(one.len(), 12);
    assert_eq!(two.len(), 11, "it begins when the step came");
    assert_eq!(one[1]["completed"], 1);
    assert_eq!(one[11]["reopened"], 1);
    let all = points(&repo.folder, &[]);
    assert_eq!(points(&repo.folder, &["--since", "second"]), all[10..]);
    assert_eq!(points(&repo.folder, &["--since", "2026-09-13"]), all[2..]);
}

#[test]
fn without_git_a_step_counts_from_its_last_edit_on() {
    let log = line("0001", "One", "complete");
    let folder = Folder::new(&[(LOG, &log)]);
    let points = points(&folder, &["--by", "day"]);
    assert_eq!(points[0]["date"], "2026-08-31");
    assert_eq!(points[0]["completed"], 1);
    add_up(&points);
    let said = folder.run(&["burn"]).err;
    assert!(said.contains("dates come from updated_at"), "{said}");
    let growth = "a step counts as added when it was edited last: how the plan grew is not known";
    assert!(said.contains(growth), "{said}");
    let json: Value = serde_json::from_str(&folder.run(&["burn", "--json"]).ok()).unwrap();
    assert_eq!(json["notes"][1], growth);
}

#[test]
fn a_chart_is_plain_svg_with_the_figures_in_words() {
    let Some(repo) = plan() else { return };
    let svg = repo
        .folder
        .run(&["burn", "--format", "svg", "--filter", "-\"x<y\""])
        .ok();
    assert!(svg.starts_with("<svg ") && svg.contains("prefers-color-scheme: dark"));
    assert!(svg.contains("x&lt;y"), "{svg}");
    let last = points(&repo.folder, &[]).pop().unwrap();
    assert!(
        svg.contains(&format!("steps became {}", last["total"])),
        "{svg}"
    );
    assert!(!svg.contains("<script") && !svg.contains("href"));
}

/// One that is put back is the same step, whatever it is by then.
#[test]
fn a_step_that_is_put_back_is_what_it_was_when_it_went() {
    let Some(repo) = Repo::new() else { return };
    let [one, two] = ["1", "2"].map(|n| line(&format!("000{n}"), n, "complete"));
    for version in [&[&*one, &two][..], &[&two], &[&one, &two], &[&two]] {
        repo.land(version);
        repo.pass_days(1);
    }
    repo.land(&[&one.replace("complete", "draft"), &two]);
    let points = points(&repo.folder, &["--by", "day"]);
    add_up(&points);
    let flows: Vec<String> = points
        .iter()
        .take(9)
        .map(|point| {
            let of = |name: &str| point[name].to_string();
            ["added", "removed", "completed", "reopened"]
                .map(of)
                .join("")
        })
        .collect();
    let flows: Vec<&str> = flows
        .iter()
        .map(|flow| &**flow)
        .filter(|flow| *flow != "0000")
        .collect();
    assert_eq!(flows, ["2020", "0100", "1000", "0100", "1001"]);
    assert!(
        repo.folder
            .run(&["burn", "--help"])
            .ok()
            .contains("put back is the same step")
    );
}
