//! What both files may say, and what becomes of what they may not.

use super::*;
use crate::plan::paper::PAPERS;
use proptest::prelude::*;

fn said(problem: &Problem) -> String {
    let Location { path, line, column } = &problem.place;
    format!("{}:{line}:{column}: {}", path.display(), problem.message)
}

fn read(text: impl AsRef<[u8]>) -> (Config, Vec<Problem>) {
    let mut config = Config::default();
    let path = Path::new("stepdeck.toml");
    let problems = config.read(ConfigFile::Shared, path, text.as_ref(), PAPERS);
    (config, problems)
}

fn parse(text: &str) -> (Config, Vec<String>) {
    let (config, problems) = read(text);
    (config, problems.iter().map(said).collect())
}

#[test]
fn a_path_that_leaves_the_plan_is_ignored_with_a_word() {
    for wrong in [
        "log = \"/etc/passwd\"",
        "log = [\"a.jsonl\", \"../b.jsonl\"]",
        "canon = \"docs/../../x\"",
        "roadmap = \"../ROADMAP.md\"",
        "gates = \"/tmp\"",
    ] {
        let toml = format!("[paths]\n{wrong}\n");
        let (config, problems) = read(toml);
        assert_eq!(config, Config::default(), "{wrong}");
        assert_eq!(problems.len(), 1, "{wrong}");
        let said = said(&problems[0]);
        assert!(said.starts_with("stepdeck.toml:2:"), "{said}");
        assert!(said.contains("leads out of the plan's folder"), "{said}");
    }
    let (config, problems) = read("[paths]\nlog = [\"./a/*.jsonl\", \"..b.jsonl\"]\n");
    assert_eq!(problems, []);
    assert_eq!(config.paths["log"].value, ["./a/*.jsonl", "..b.jsonl"]);
}

#[test]
fn each_section_is_read_and_keeps_its_places() {
    let (config, problems) = parse(concat!(
        "[paths]\nlog = [\"plan/*.jsonl\", \"extra.jsonl\"]\ncanon = \"canon\"\nroadmap = \"R.md\"\n",
        "[keys]\nquit = \"q\"\nundo = [\"u\", \"ctrl-z\"]\n",
        "[checks]\nmissing-dependency = \"error\"\n",
        "[ranking]\nage = 2\nunblocks = 0.5\n",
        "[display]\ntheme = \"light\"\nascii = true\n",
    ));
    assert_eq!(problems, [] as [String; 0]);
    assert_eq!(config.paths["log"].value, ["plan/*.jsonl", "extra.jsonl"]);
    assert_eq!(config.paths["canon"].value, ["canon"]);
    assert_eq!(config.paths["roadmap"].value, ["R.md"]);
    let gates = PAPERS.iter().find(|paper| paper.key == "gates").unwrap();
    assert_eq!(config.places(gates), ["docs/milestone-reviews"]);
    assert_eq!(config.keys["undo"].value, ["u", "ctrl-z"]);
    assert_eq!(
        config.keys["undo"].place,
        Location::line(Path::new("stepdeck.toml"), 7)
    );
    assert_eq!(config.checks["missing-dependency"].value, "error");
    assert_eq!(config.ranking["age"].value, 2.0);
    assert_eq!(config.ranking["unblocks"].value, 0.5);
    assert_eq!(config.display.theme, Theme::Light);
    assert!(config.display.ascii);
}

#[test]
fn what_is_unknown_or_of_another_kind_is_a_warning_at_its_place() {
    let (config, problems) = parse(
        concat!(
            "colour = 1\n[paths]\n  lag = \"x\"\ndecisions = 3\ncanon = [\"a\", 1]\n",
            "[ranking]\nage = \"much\"\nfar = inf\n[display]\ntheme = \"é\"; \n",
        )
        .replace("; ", "")
        .as_str(),
    );
    assert_eq!(config, Config::default());
    let keys: Vec<&str> = PAPERS.iter().map(|paper| paper.key).collect();
    let keys = keys.join(", ");
    let lag = format!("stepdeck.toml:3:3: unknown entry \"lag\": the entries here are {keys}");
    assert_eq!(
        problems,
        [
            "stepdeck.toml:1:1: unknown entry \"colour\": the entries here are paths, keys, checks, ranking, views, rituals, page, display, log, team",
            &lag,
            "stepdeck.toml:4:13: decisions must be a path, not 3: it is ignored",
            "stepdeck.toml:5:9: canon must be a path or a list of paths, not this array: it is ignored",
            "stepdeck.toml:7:7: age must be a finite number, not \"much\": it is ignored",
            "stepdeck.toml:8:7: far must be a finite number, not inf: it is ignored",
            "stepdeck.toml:10:9: theme must be \"auto\", \"dark\" or \"light\", not \"é\": it is ignored",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_yields_the_defaults_and_one_error() {
    for (text, start) in [
        (
            &b"[paths]\nlog = \"a\nroadmap = \"b\"\n"[..],
            "stepdeck.toml:2:",
        ),
        (
            b"[paths]\nlog = \"\xff\"\n",
            "stepdeck.toml:2:8: this byte is not UTF-8",
        ),
        (b"# \xc3\xa9\n= 1", "stepdeck.toml:2:1: "),
    ] {
        let (config, problems) = read(text);
        assert_eq!(config, Config::default());
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].severity, Severity::Error);
        let message = said(&problems[0]);
        assert!(message.starts_with(start), "{message}");
    }
}

/// Each entry of the table, with a value that is not the default.
fn sample(entry: &Entry) -> String {
    let value = match (entry.section, entry.name) {
        ("paths", _) => "\"elsewhere\"",
        ("keys", _) => "[\"f1\"]",
        ("checks", _) => "\"off\"",
        ("ranking", _) => "7.5",
        ("views", _) => "{ group = \"owner\" }",
        ("sources", _) => "\"date\"",
        (_, "folder") => "\"/srv/shown\"",
        (_, "limit") => "\"1.5 GB\"",
        (_, "run" | "key" | "where" | "title") => "\"make\"",
        (_, "theme") => "\"dark\"",
        (_, "colors") => "\"16\"",
        (_, "start") => "\"last\"",
        (_, "standup") => "\"14:30\"",
        (_, "demo" | "milestone" | "scorecard" | "checkpoint") => "\"3w\"",
        (_, "from") => "\"2026-01-05\"",
        (_, "quarter_starts") => "\"02-01\"",
        (_, "url") => "\"https://plan.example.org/\"",
        ("log", _) => "\"spaced\"",
        (_, "source") => "\"https://code.example.org/tree/main/\"",
        ("team", _) => "\"trunk\"",
        _ => "true",
    };
    let name = entry.name.trim_matches(['<', '>']);
    match entry.section {
        "" => format!("{name} = {value}\n"),
        section => {
            let section = section.replace(['<', '>'], "");
            format!("[{section}]\n{name} = {value}\n")
        }
    }
}

#[test]
fn an_entry_counts_in_its_own_file_and_is_a_problem_in_the_other() {
    for entry in entries::all(PAPERS) {
        let text = sample(&entry);
        for file in [ConfigFile::Shared, ConfigFile::Own] {
            let mut config = Config::default();
            let problems = config.read(file, Path::new("c"), text.as_bytes(), PAPERS);
            if entry.files.contains(&file) {
                assert_eq!(problems, [], "{text}");
                assert_ne!(config, Config::default(), "{text}");
                continue;
            }
            assert_eq!(config, Config::default(), "{text}");
            let other = entry.files[0].words();
            assert_eq!(problems.len(), 1, "{text}");
            let message = &problems[0].message;
            assert!(
                message.contains(&format!("belongs in {other}")),
                "{message}"
            );
        }
    }
}

#[test]
fn ones_own_file_wins_and_its_mistakes_are_notes() {
    let (mut config, _) =
        parse("[display]\ntheme = \"light\"\nascii = true\n[keys]\nundo = \"u\"\n");
    let own = "mouse = true\n[display]\ntheme = \"dark\"\n[keys]\nundo = \"f2\"\n\
               [paths]\nlog = \"x\"\n[checks]\ncycle = \"off\"\n[attic]\n";
    let path = Path::new("/home/ada/.config/stepdeck/config.toml");
    let problems = config.read(ConfigFile::Own, path, own.as_bytes(), PAPERS);
    assert!(config.mouse && config.display.ascii);
    assert_eq!(config.display.theme, Theme::Dark);
    assert_eq!(config.keys["undo"].value, ["u"]);
    assert_eq!(config.own_keys["undo"].value, ["f2"]);
    assert!(config.paths.is_empty() && config.checks.is_empty());
    assert!(
        problems
            .iter()
            .all(|problem| problem.severity == Severity::Note)
    );
    let all: Vec<String> = problems.iter().map(said).collect();
    assert_eq!(
        all,
        [
            "/home/ada/.config/stepdeck/config.toml:6:2: paths belongs in the shared stepdeck.toml: \
             in your own config.toml it is ignored",
            "/home/ada/.config/stepdeck/config.toml:8:2: checks belongs in the shared stepdeck.toml: \
             in your own config.toml it is ignored",
            "/home/ada/.config/stepdeck/config.toml:10:2: unknown entry \"attic\": the entries here are \
             keys, views, commands, sources, archive, display, mouse",
        ]
    );
    // A broken one changes nothing.
    let before = config.clone();
    let problems = config.read(ConfigFile::Own, path, b"[keys\n", PAPERS);
    assert_eq!((config, problems.len()), (before, 1));
    assert!(problems[0].message.ends_with("nothing in it is used"));
}

#[test]
fn a_view_that_is_wrong_in_a_part_is_not_there_and_each_mistake_has_its_place() {
    let (mut config, problems) = parse(concat!(
        "[views.late]\nfilter = \"updated:>14d\"\nsort = \"-age,owner\"\n",
        "columns = [\"age\", \"log.reviewer\", \"title\"]\ngroup = \"stage\"\n",
        "[views.\"a b\"]\ncolour = 1\n[views.x]\nfilter = \"is:purple\"\n",
        "sort = [\"owner\", \"-mood\"]\n  columns = [\"age\",\n   \"luck\"]\ngroup = \"id\"\n",
        "[views]\ny = 3\nz = { filter = 3 }\n",
    ));
    let late = &config.views["late"];
    assert_eq!(
        late.in_words(),
        "updated:>14d · by -age,owner · grouped by stage · shows age, log.reviewer"
    );
    let names: Vec<&String> = config.views.keys().collect();
    assert_eq!(names, ["a b", "late"], "{problems:#?}");
    let heads: Vec<String> = problems
        .iter()
        .map(|problem| problem.split(": use").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        heads,
        [
            "stepdeck.toml:7:1: views a b: unknown entry \"colour\": the entries of a view are \
             filter, sort, columns, group",
            "stepdeck.toml:9:10: views x: filter: “is:purple”: is: takes ready, waiting, blocked, \
             done, open, mine, drift, marked, cyclic, retired or unclear; the view is ignored",
            "stepdeck.toml:10:18: views x: sort: “mood” is not a column",
            "stepdeck.toml:12:4: views x: columns: “luck” is not a column",
            "stepdeck.toml:13:9: views x: group: steps are not grouped by “id”",
            "stepdeck.toml:15:5: y must be a table with filter, sort, columns, group, not 3: \
             it is ignored",
            "stepdeck.toml:16:16: views z: filter: it must be text, not this integer; the view is ignored",
        ]
    );
    // One's own view takes the place of the shared one.
    let own = Path::new("config.toml");
    let own = config.read(ConfigFile::Own, own, b"[views.late]\n", PAPERS);
    assert_eq!(own, []);
    assert_eq!(config.views["late"].in_words(), "every step");
}

#[test]
fn a_view_is_read_as_it_was_written() {
    let (config, _) = parse(concat!(
        "[views.\"a \\\"b\\\" \\u007F\"]\nfilter = 'title:\"x y\" OR \\d'\nsort = \"-id\"\n",
        "columns = []\ngroup = \"theme\"\n",
    ));
    let view = config.views.values().next().unwrap();
    let (again, problems) = parse(&view.to_toml());
    assert_eq!(problems, [] as [String; 0], "{}", view.to_toml());
    assert_eq!(again.views, config.views, "{}", view.to_toml());
}

#[test]
fn a_byte_order_mark_and_crlf_do_no_harm() {
    let (config, problems) = parse("\u{feff}[display]\r\nascii = true\r\n");
    assert_eq!(problems, [] as [String; 0]);
    assert!(config.display.ascii);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let (_, problems) = read(&bytes);
        prop_assert!(problems.iter().all(|p| p.place.line > 0 && p.place.column > 0));
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]a-c.=\"'{}1é#\n \u{feff}]{0,40}") {
        let (_, problems) = parse(&text);
        prop_assert!(problems.iter().all(|p| p.starts_with("stepdeck.toml:")));
    }
}
