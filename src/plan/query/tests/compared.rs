//! Every comparison, of every kind of value that a step has, against one that knows nothing of the
//! filter language.

use chrono::Duration;

use super::*;

/// What a log says of a step.
#[derive(Clone, Debug)]
struct Sample {
    dependencies: usize,
    artifacts: usize,
    cost: Said,
    /// What stands under a key that stepdeck does not know.
    points: Said,
    due: Option<u32>,
    /// Hours before now.
    updated: i64,
}

/// A value of the log that may be a number.
#[derive(Clone, Debug)]
enum Said {
    Nothing,
    Number(f64),
    Exponent(i8),
    WithUnit(u8),
    Words,
    List(usize),
}

impl Said {
    fn json(&self) -> String {
        match self {
            Self::Nothing => "null".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Exponent(power) => format!("2e{power}"),
            Self::WithUnit(number) => format!("\"{number} EUR\""),
            Self::Words => "\"a few\"".to_owned(),
            Self::List(count) => format!("[{}]", vec!["\"x y\""; *count].join(",")),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Nothing | Self::Words => None,
            Self::Number(number) => Some(*number),
            Self::Exponent(power) => Some(2.0 * 10_f64.powi(i32::from(*power))),
            Self::WithUnit(number) => Some(f64::from(*number)),
            Self::List(count) => Some(*count as f64),
        }
    }
}

impl Sample {
    fn line(&self, id: usize) -> String {
        let list = |count: usize, entry: &dyn Fn(usize) -> String| {
            (0..count).map(entry).collect::<Vec<_>>().join(",")
        };
        let due = self.due.map(|day| format!(",\"due\":\"2026-01-{day:02}\""));
        format!(
            "{{\"step_id\":\"{id:04}\",\"dependencies\":[{}],\"artifacts\":[{}],\"cost\":{{\"planned\":{}}},\
             \"points\":{}{},\"updated_at\":\"{}\"}}\n",
            list(self.dependencies, &|at| format!("\"{:04}\"", 900 + at)),
            list(self.artifacts, &|at| format!("\"docs/{at}.md\"")),
            self.cost.json(),
            self.points.json(),
            due.unwrap_or_default(),
            (now() - Duration::hours(self.updated)).to_rfc3339(),
        )
    }
}

fn now() -> DateTime<Utc> {
    "2026-01-31T00:00:00Z".parse().unwrap()
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let said = |with_lists: bool| {
        let lists = match with_lists {
            true => (0_usize..4).prop_map(Said::List).boxed(),
            false => Just(Said::Nothing).boxed(),
        };
        prop_oneof![
            Just(Said::Nothing),
            Just(Said::Words),
            (-3_i8..5).prop_map(|n| Said::Number(f64::from(n))),
            (0_i8..9).prop_map(|n| Said::Number(f64::from(n) / 2.0)),
            (-1_i8..2).prop_map(Said::Exponent),
            (0_u8..5).prop_map(Said::WithUnit),
            lists,
        ]
    };
    let sample = (
        0_usize..4,
        0_usize..4,
        said(false),
        said(true),
        prop::option::of(1_u32..5),
        0_i64..80,
    );
    let sample = sample.prop_map(
        |(dependencies, artifacts, cost, points, due, updated)| Sample {
            dependencies,
            artifacts,
            cost,
            points,
            due,
            updated,
        },
    );
    prop::collection::vec(sample, 1..6)
}

/// How a comparison is written, and what it says of a value and a limit or two.
type Way = (fn(&str, &str, &str) -> String, fn(f64, f64, f64) -> bool);

const WAYS: [Way; 13] = [
    (|key, a, _| format!("{key}>{a}"), |it, a, _| it > a),
    (|key, a, _| format!("{key}<{a}"), |it, a, _| it < a),
    (|key, a, _| format!("{key}>={a}"), |it, a, _| it >= a),
    (|key, a, _| format!("{key}<={a}"), |it, a, _| it <= a),
    (|key, a, _| format!("{key}:>{a}"), |it, a, _| it > a),
    (|key, a, _| format!("{key}:<={a}"), |it, a, _| it <= a),
    (|key, a, _| format!("{key}:>={a}"), |it, a, _| it >= a),
    (
        |key, a, b| format!("{key}:{a}..{b}"),
        |it, a, b| a.min(b) <= it && it <= a.max(b),
    ),
    (|key, a, _| format!("-{key}>={a}"), |it, a, _| it >= a),
    (|key, a, _| format!("{key}:{a}.."), |it, a, _| it >= a),
    (|key, a, _| format!("{key}:..{a}"), |it, a, _| it <= a),
    (|key, a, _| format!("{key}={a}"), |it, a, _| it == a),
    (
        |key, a, b| format!("{key}={a},{b}"),
        |it, a, b| it == a || it == b,
    ),
];
/// So many of them can be said of an age.
const OF_AGES: usize = 9;

/// What a step has under a key, where that can be compared.
type Of<'a> = (&'a str, &'a dyn Fn(&Sample) -> Option<f64>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_comparison_finds_what_it_says(
        samples in samples(),
        way in 0..WAYS.len(),
        a in 1_u32..5,
        b in 1_u32..5,
    ) {
        let lines = samples.iter().enumerate().map(|(at, sample)| sample.line(at + 1));
        let log = lines.collect::<String>().into_bytes();
        let plan = Plan::read(vec![SourceFile::load("log.jsonl", Role::Log, log)]);
        let marks = Marks::default();
        let (write, holds) = WAYS[way];
        let check = |(key, of): Of<'_>, limit: &dyn Fn(u32) -> String| {
            let filter = write(key, &limit(a), &limit(b));
            let query = Query::parse(&filter).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let (a, b) = (f64::from(a), f64::from(b));
            let is_held = |at: &usize| {
                let is_so = of(&samples[*at]).is_some_and(|value| holds(value, a, b));
                is_so != filter.starts_with('-')
            };
            let expected: Vec<usize> = (0..samples.len()).filter(is_held).collect();
            prop_assert_eq!(query.prepare(&plan, now(), &marks).all(), expected, "{}", filter);
            Ok(())
        };
        let number = |sample: &Sample| {
            let at = samples.iter().position(|other| std::ptr::eq(other, sample));
            at.map(|at| at as f64 + 1.0)
        };
        let numbers: [Of<'_>; 5] = [
            ("dependencies", &|sample| Some(sample.dependencies as f64)),
            ("Artifacts", &|sample| Some(sample.artifacts as f64)),
            ("cost.planned", &|sample| sample.cost.number()),
            ("log.points", &|sample| sample.points.number()),
            ("id", &number),
        ];
        for of in numbers {
            check(of, &|limit| limit.to_string())?;
        }
        check(("log.due", &|sample| sample.due.map(f64::from)), &|day| format!("2026-01-{day:02}"))?;
        if way < OF_AGES {
            check(("updated", &|sample| Some(sample.updated as f64)), &|hours| format!("{hours}h"))?;
            check(("updated_at", &|sample| Some(sample.updated as f64)), &|hours| format!("{hours}h"))?;
        }
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    for (line, said) in [
        (
            "log.priority>=abc",
            "log.priority is compared with a number or a time",
        ),
        (
            "log.priority:>abc",
            "log.priority is compared with a number or a time",
        ),
        (
            "log.priority:1..abc",
            "log.priority is compared with a number or a time",
        ),
        (
            "log.priority<",
            "log.priority is compared with a number or a time",
        ),
        (
            "dependencies>=0001",
            "dependencies is compared with how many there are",
        ),
        (
            "dependencies:0100..0250",
            "dependencies is compared with how many there are",
        ),
        (
            "dependencies:>x",
            "dependencies is compared with how many there are",
        ),
        (
            "dependencies>-1",
            "dependencies is compared with how many there are",
        ),
        (
            "cost.planned:>much",
            "cost.planned is compared with a number",
        ),
        (
            "cost.planned:1..much",
            "cost.planned is compared with a number",
        ),
        (
            "cost.planned>=inf",
            "cost.planned is compared with a number",
        ),
        ("updated_at=soon", "updated_at is compared with a time"),
        (
            "updated_at:2026..soon",
            "updated_at is compared with a time",
        ),
        ("updated>=soon", "write updated:>7d"),
        ("title>=x", "title is text"),
        ("id>=abc", "write id:0100..0250"),
        ("id>0144.A", "write id:0100..0250"),
        ("id=x", "write id:0100..0250"),
        ("status>=draft", "status has no order"),
        ("block>=x", "a block is B and a number"),
        ("reopened>=x", "write reopened:>0"),
        ("completed>=x", "write completed:<14d"),
    ] {
        let reason = Query::parse(line)
            .err()
            .unwrap_or_else(|| panic!("{line}"))
            .to_string();
        assert!(reason.contains(said), "{reason}");
    }
}

#[test]
fn what_is_no_number_or_time_is_text_where_there_may_be_text() {
    let line = r#"{"step_id":"0001","artifacts":["../notes.md"],"dependencies":["0042"],"evidence":{"target":">= 99%"},"risk":"a..b","at":"2026-01-05T12:30:00Z","labels":["x"]}"#;
    let log = line.as_bytes().to_vec();
    let plan = Plan::read(vec![SourceFile::load("log.jsonl", Role::Log, log)]);
    let marks = Marks::default();
    for (filter, is_found) in [
        ("artifacts:../notes", true),
        ("artifacts:..", true),
        ("artifacts=../notes.md", true),
        ("dependencies=0042", true),
        ("dependencies=0043", false),
        ("evidence.target:\">= 99\"", true),
        ("evidence.target=\">= 99%\"", true),
        ("evidence.target:99", true),
        ("log.risk:a..b", true),
        ("log.risk=a..b", true),
        ("log.risk:\">x\"", false),
        ("log.at=2026-01-05T12:30:00Z", true),
        ("log.at>=2026-01-05T12:30:00Z", true),
        ("log.at>2026-01-05T12:30:00Z", false),
        ("log.at>2026", false),
        ("log.at=2026", true),
        ("log.labels=1", true),
        ("log.labels:x", true),
        ("id=1", true),
        ("id=0001.A", false),
        ("block>=B01", true),
        ("block>B01", false),
        ("block:B03-B01", true),
    ] {
        let query = Query::parse(filter).expect(filter);
        let found = query.prepare(&plan, now(), &marks).all();
        assert_eq!(!found.is_empty(), is_found, "{filter}");
    }
}

/// Behind `=` stands all of a name.
#[test]
fn exactly_is_the_whole_name() {
    let canon = "# Ladder\n\n| Stage | North Star | Stage-Gate Review |\n| --- | --- | --- |\n| Base camp | It runs | Step 0001 |\n\n\
                 | Workstream | Base camp |\n| --- | --- |\n| Platform Works | DRI: Ada |\n";
    let plan = Plan::read(vec![
        SourceFile::load(
            "a.jsonl",
            Role::Log,
            b"{\"step_id\":\"0001\",\"owner\":\"Ada\"}\n".to_vec(),
        ),
        SourceFile::load("a.md", Role::Canon, canon.as_bytes().to_vec()),
    ]);
    let marks = Marks::default();
    for (filter, is_found) in [
        ("workstream:works", true),
        ("workstream=works", false),
        ("workstream=\"platform works\"", true),
        ("stage=base", false),
    ] {
        let query = Query::parse(filter).expect(filter);
        let found = query.prepare(&plan, now(), &marks).all();
        assert_eq!(!found.is_empty(), is_found, "{filter}");
    }
}
