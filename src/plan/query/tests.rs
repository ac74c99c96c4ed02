mod compared;

use proptest::prelude::*;

use super::terms::NO_PAIR;
use super::*;
use crate::plan::source::{Role, SourceFile};

fn plan() -> Plan {
    let line = |id: &str, title: &str, owner: &str, status: &str, rest: &str| {
        format!(
            r#"{{"step_id":"{id}","title":"{title}","owner":"{owner}","status":"{status}"{rest}}}"#
        )
    };
    let log = [
        line(
            "0001",
            "Pick the engine",
            "ops",
            "complete",
            r#","updated_at":"2026-01-01T00:00:00Z""#,
        ),
        line(
            "0002",
            "Gate review of indexes",
            "ops",
            "draft",
            r#","dependencies":["0001"],"updated_at":"2026-01-30T00:00:00Z""#,
        ),
        line(
            "0003",
            "Load test",
            "",
            "blocked",
            r#","dependencies":["0002"],"evidence":{"metric":"p95","target":1,"actual":2}"#,
        ),
        line(
            "0101",
            "Überprüfung",
            "grc",
            "idea",
            r#","dependencies":["0003","Board agrees"],"cost":{"planned":"1200 EUR"},"reviewer":"Ada","points":8"#,
        ),
    ];
    Plan::read(vec![SourceFile::load(
        "log.jsonl",
        Role::Log,
        log.join("\n").into_bytes(),
    )])
}

fn found(text: &str) -> Vec<String> {
    let plan = plan();
    let now = "2026-01-31T00:00:00Z".parse().unwrap();
    let marks = Marks::from_iter([("0003".parse().unwrap(), 0)]);
    let me = Identity {
        git_name: Some("GRC".to_owned()),
        ..Identity::default()
    };
    let query = Query::parse(text).unwrap().asked_by(&me);
    let ids = query.prepare(&plan, now, &marks).all();
    ids.into_iter()
        .map(|step| plan.step(step).id().to_string())
        .collect()
}

#[test]
fn every_term_of_the_language_is_understood() {
    for (text, ids) in [
        ("", vec!["0001", "0002", "0003", "0101"]),
        ("gate rev", vec!["0002"]),
        ("rev gate", vec!["0002"]),
        ("uberpruf", vec!["0101"]),
        ("owner:ops status:draft", vec!["0002"]),
        ("owner:none", vec!["0003"]),
        ("-owner:ops", vec!["0003", "0101"]),
        ("block:B02", vec!["0101"]),
        ("is:ready", vec!["0002"]),
        ("is:waiting", vec!["0003", "0101"]),
        ("is:blocked", vec!["0003"]),
        ("is:marked", vec!["0003"]),
        ("updated:>7d", vec!["0001"]),
        ("updated:<7d", vec!["0002"]),
        ("dep:2", vec!["0003"]),
        ("up:0003", vec!["0001", "0002"]),
        ("down:0001", vec!["0002", "0003", "0101"]),
        ("evidence:missing id:000", vec!["0001", "0002"]),
        ("-test -engine block:1", vec!["0002"]),
        ("is:mine", vec!["0101"]),
        ("-is:mine owner:ops", vec!["0001", "0002"]),
        ("owner:ops OR owner:grc", vec!["0001", "0002", "0101"]),
        ("owner:ops,grc", vec!["0001", "0002", "0101"]),
        ("-owner:ops,grc", vec!["0003"]),
        ("owner:ops, is:done", vec!["0001"]),
        ("owner=op", vec![]),
        ("owner=OPS", vec!["0001", "0002"]),
        ("-(owner:ops OR is:blocked)", vec!["0101"]),
        ("(load OR gate) -is:ready", vec!["0003"]),
        ("load OR gate -is:ready", vec!["0003"]),
        ("status:idea,draft", vec!["0002", "0101"]),
        ("status=draft", vec!["0002"]),
        ("block:B01-B02 is:waiting", vec!["0003", "0101"]),
        ("block:2..9", vec!["0101"]),
        ("block:1,2", vec!["0001", "0002", "0003", "0101"]),
        ("updated:2026-01", vec!["0001", "0002"]),
        ("updated:2025-12..2026-01-15", vec!["0001"]),
        ("updated:>2026-01-15", vec!["0002"]),
        ("updated>7d", vec!["0001"]),
        ("updated_at<2026-01-15", vec!["0001"]),
        ("title:gate", vec!["0002"]),
        ("title=\"load test\"", vec!["0003"]),
        ("has:owner -has:evidence", vec!["0001", "0002", "0101"]),
        ("has:reviewer", vec!["0101"]),
        ("has:log.reviewer", vec!["0101"]),
        ("log.reviewer:ada", vec!["0101"]),
        ("log.reviewer=ad", vec![]),
        ("log.points>5", vec!["0101"]),
        ("LOG.points:1..7", vec![]),
        ("cost.planned>500", vec!["0101"]),
        ("cost.planned:500..1200", vec!["0101"]),
        ("cost.planned:<1200", vec![]),
        ("evidence.actual=2", vec!["0003"]),
        ("dependencies>1", vec!["0101"]),
        ("dependencies:>0 -dependencies>1", vec!["0002", "0003"]),
        ("id:0002..0101", vec!["0002", "0003", "0101"]),
        ("p95>1", vec![]),
        ("OR", vec![]),
        ("(gate", vec![]),
        ("gate indexes", vec!["0002"]),
        ("\"gate indexes\"", vec![]),
        ("\"gate rev\"", vec!["0002"]),
        ("-\"gate indexes\" owner:ops", vec!["0001", "0002"]),
    ] {
        assert_eq!(found(text), ids, "{text}");
    }
}

/// Owners are seldom written as the matrix writes workstreams.
#[test]
fn a_workstream_is_found_by_a_word_of_its_name_and_by_its_row() {
    let canon = "# Ladder\n\n| Stage | North Star | Stage-Gate Review |\n| --- | --- | --- |\n| Base | It runs | A drill |\n\n\
                 | Workstream | Base |\n| --- | --- |\n| Platform & Infrastructure | DRI: Ada |\n\
                 | Growth and Community | DRI: Bo |\n\
                 | Field Infrastructure | DRI: Cleo |\n";
    let log = ["platform", "Ada", "growth", "and", "infrastructure"]
        .iter()
        .enumerate();
    let log =
        log.map(|(at, owner)| format!("{{\"step_id\":\"{:04}\",\"owner\":\"{owner}\"}}\n", at + 1));
    let plan = Plan::read(vec![
        SourceFile::load("a.jsonl", Role::Log, log.collect::<String>().into_bytes()),
        SourceFile::load("a.md", Role::Canon, canon.as_bytes().to_vec()),
    ]);
    let marks = Marks::default();
    for (filter, steps) in [
        ("workstream:\"Platform & Infrastructure\"", &[0, 1][..]),
        ("workstream:growth", &[2]),
    ] {
        let query = Query::parse(filter).unwrap();
        let now = "2026-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(query.prepare(&plan, now, &marks).all(), steps, "{filter}");
    }
}

#[test]
fn what_makes_no_sense_says_what_would() {
    let reason = |text: &str| Query::parse(text).err().map(|e| e.to_string());
    assert_eq!(
        reason("is:purple").as_deref(),
        Some(
            "“is:purple”: is: takes ready, waiting, blocked, done, open, mine, drift, marked, cyclic, retired or unclear"
        )
    );
    assert!(reason("colour:red").unwrap().contains("owner:"));
    assert!(reason("updated:7d").is_some());
    for (line, said) in [
        ("stage>foundation", "stage has no order"),
        ("title>x", "title is text"),
        ("cost.planned>much", "compared with a number"),
        ("updated_at>soon", "compared with a time"),
        ("block:B03-", "block:B03-B05"),
        ("is:ready,purple", "is: takes"),
        ("has:", "has: takes a field"),
    ] {
        let reason = reason(line).unwrap();
        assert!(reason.contains(said), "{reason}");
        assert!(reason.contains(line), "{reason}");
    }
    let place = |text: &str| Query::parse(text).err().map(|e| e.span);
    assert_eq!(place("gate -is:red x"), Some(Span::new(5, 12)));
    assert_eq!(place("é \"is:deep red\""), Some(Span::new(3, 16)));
    assert_eq!(reason("-"), None);
}

/// A comparison that nothing is known of would find nothing, and its negation everything.
#[test]
fn a_comparison_under_a_name_that_is_no_key_is_a_slip() {
    let plan = plan();
    let said = |text: &str| {
        let query = Query::parse(text).and_then(|query| query.known_to(&plan));
        query.err().map_or_else(String::new, |error| error.reason)
    };
    for (line, reason) in [
        (
            "age>30",
            "no such key; changed:>30d finds what changed last so long ago",
        ),
        (
            "-age:>30",
            "no such key; changed:>30d finds what changed last so long ago",
        ),
        (
            "unblocks>2",
            "no such key; it is a column, by which lists can be sorted",
        ),
        (
            "owner:ops priority>=2",
            "no such key; log.priority>=2 compares a key of the log, \"priority>=2\" finds text",
        ),
        (
            "effort>3",
            "no such key; use effort.planned or effort.actual",
        ),
        ("(is:ready", NO_PAIR),
        ("is:ready)", NO_PAIR),
        ("\"priority>2\"", ""),
        ("log.priority>2", ""),
        ("<2", ""),
        ("a->b", ""),
        ("p95>", ""),
    ] {
        assert_eq!(said(line), reason, "{line}");
    }
    // Words that stand in the plan are words.
    let log = b"{\"step_id\":\"0001\",\"title\":\"Keep p95>200 away\"}\n".to_vec();
    let plan = Plan::read(vec![SourceFile::load("log.jsonl", Role::Log, log)]);
    for (line, is_known) in [("p95>200", true), ("p95>300", false)] {
        let query = Query::parse(line).unwrap();
        assert_eq!(query.known_to(&plan).is_ok(), is_known, "{line}");
    }
}

#[test]
fn the_place_of_the_wrong_term_is_known() {
    for (text, wrong) in [
        ("is:purple", "is:purple"),
        ("  gate \u{fc}ber -colour:red  x", "-colour:red"),
        (
            "owner:\"field ops\" block:\"no number\" x",
            "block:\"no number\"",
        ),
    ] {
        let error = Query::parse(text).err().unwrap();
        assert_eq!(&text[error.span.range()], wrong);
    }
}

/// Terms of every kind, words among them.
const PARTS: [&str; 16] = [
    "gate",
    "load",
    "te",
    "owner:ops",
    "owner:none",
    "is:ready",
    "-is:done",
    "-gate",
    "up:0003",
    "status:draft,idea",
    "block:B01",
    "updated:>7d",
    "f(x)",
    "id:000",
    "\"load t\"",
    "has:owner",
];

fn line() -> impl Strategy<Value = String> {
    let part = prop::sample::select(PARTS.to_vec());
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join(" "))
}

fn without(ids: &[String]) -> Vec<String> {
    found("")
        .into_iter()
        .filter(|id| !ids.contains(id))
        .collect()
}

proptest! {
    #[test]
    fn operators_are_those_of_sets(a in line(), b in line()) {
        let (in_a, in_b) = (found(&a), found(&b));
        let both: Vec<String> = in_a.iter().filter(|id| in_b.contains(id)).cloned().collect();
        let neither = without(&[in_a.clone(), in_b.clone()].concat());
        prop_assert_eq!(found(&format!("{a} {b}")), both.clone());
        prop_assert_eq!(found(&format!("({a}) ({b})")), both);
        prop_assert_eq!(found(&format!("-({a} OR {b})")), neither.clone());
        prop_assert_eq!(found(&format!("-({a}) -({b})")), neither.clone());
        prop_assert_eq!(found(&format!("({a}) OR ({b})")), without(&neither));
    }

    /// What was written before there were operators means what it meant: all its terms.
    #[test]
    fn without_operators_every_term_must_hold(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..5)) {
        let mut all = found("");
        for part in &parts {
            let passing = found(part);
            all.retain(|id| passing.contains(id));
        }
        prop_assert_eq!(found(&parts.join(" ")), all);
    }

    #[test]
    fn any_line_is_understood_or_refused_at_a_place_in_it(line in "[-()\":<>=,.aO Rüé0-9wdbis]{0,24}") {
        if let Err(error) = Query::parse(&line) {
            prop_assert!(line.get(error.span.range()).is_some(), "{error:?}");
        }
    }
}
