//! The table of rules as a table, and laws that hold for whatever a plan is made of.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use proptest::prelude::*;

use super::example::{CANON, LOG, in_context, plan, shown, step, table};
use super::*;
use crate::plan::id::BlockId;

#[test]
fn codes_are_unique_and_each_rule_is_a_file_with_its_two_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/checks");
    let mut codes = HashSet::new();
    for rule in RULES {
        assert!(codes.insert(rule.code), "{} stands twice", rule.code);
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.code.chars().all(kebab), "{}", rule.code);
        assert_eq!(find_rule(rule.code).map(|r| r.title), Some(rule.title));
        let file = folder
            .join(rule.code.replace('-', "_"))
            .with_extension("rs");
        let source = std::fs::read_to_string(&file).unwrap();
        assert!(source.starts_with("//! "), "{} has no page", rule.code);
        for example in ["#[test]\n    fn it_catches_", "#[test]\n    fn it_leaves_"] {
            assert!(source.contains(example), "{} lacks {example}", rule.code);
        }
    }
    let others = [
        "mod", "against", "findings", "fix", "found", "reading", "spot", "wording", "example",
        "tests",
    ];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = others.contains(&&*name) || codes.contains(&*name.replace('_', "-"));
        assert!(known, "{name}.rs is not in the table of rules");
    }
    for rule in RULES {
        let is_look = |pass: &&Pass| matches!(pass, Pass::Step(_) | Pass::Prepared(_));
        let looks = rule.passes.iter().filter(is_look).count();
        assert!(looks <= 1, "{} looks at each step twice", rule.code);
    }
    let severities: Vec<Severity> = RULES.iter().map(|rule| rule.severity).collect();
    assert!(severities.is_sorted(), "errors first, notes last");
}

#[test]
fn a_plan_in_order_has_no_problem() {
    let theme = |n: u32| (format!("B{n:02}"), BlockId(n).default_range());
    let rows: Vec<(String, String)> = (1..=100)
        .map(theme)
        .map(|(id, (from, to))| (id, format!("{from:04}–{to:04}")))
        .collect();
    let rows: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|(id, range)| (&**id, &**range, "Cadence"))
        .collect();
    let log = format!(
        "{{\"schema\": 1}}\n{}{}",
        step("0001", &[]),
        step("0002", &[])
    );
    let plan = plan(&[(LOG, &log), (CANON, &table(&rows))]);
    assert_eq!(in_context(&[], |context| check(&plan, context)), []);
}

#[test]
fn settings_change_severities_and_switch_rules_off() {
    let log = [
        step("0003", &[("status", "\"Draft\"")]),
        step("0001", &[("dependencies", "[\"0001\"]")]),
    ]
    .concat();
    let plan = plan(&[(LOG, &log)]);
    let word = |(code, word): (&str, &str)| (code.to_owned(), word.to_owned());
    let severities: BTreeMap<String, String> = [
        ("status-spelling", "note"),
        ("self-dependency", "off"),
        ("unsorted", "loud"),
        ("speling", "off"),
    ]
    .map(word)
    .into();
    let found = in_context(&[], |context| {
        let severities = &severities;
        check(
            &plan,
            &Context {
                severities,
                ..*context
            },
        )
    });
    let found: Vec<_> = found.iter().map(|p| (p.code, p.severity)).collect();
    assert_eq!(
        found,
        [
            ("gap-in-series", Severity::Warning),
            ("status-spelling", Severity::Note),
            ("unsorted", Severity::Warning),
        ]
    );
    assert_eq!(
        unknown_settings(&severities),
        [
            (
                "speling",
                "[checks] names speling, but no rule has that code"
            ),
            (
                "unsorted",
                "[checks] sets unsorted to “loud”: use error, warning, note or off"
            ),
        ]
        .map(|(code, message)| (code.to_owned(), message.to_owned()))
    );
}

#[test]
fn columns_count_characters_and_spans_count_bytes() {
    let log = format!(
        "\u{feff}{{\"title\": \"é→\", \"status\": \"Idea\"{}",
        &step("0001", &[])[1..]
    );
    let log = log
        .replace("\"status\": \"draft\", ", "")
        .replacen("Idea\"", "Idea\", ", 1);
    let plan = plan(&[(LOG, &log)]);
    let mut found = in_context(&[], |context| check(&plan, context));
    // The line has its title twice.
    found.retain(|problem| problem.code != duplicate_key::RULE.code);
    assert_eq!(
        found.iter().map(|p| shown(&plan, p)).collect::<Vec<_>>(),
        ["data/plans/plan.jsonl:1:27 [\"Idea\"] 0001 spells its status “Idea” instead of “idea”"]
    );
    assert_eq!(found[0].span, Some(Span::new(32, 38)));
}

#[test]
fn who_waits_sees_how_far_the_checks_are_and_may_end_them() {
    let log: String = (1..3_000).map(|n| step(&format!("{n:04}"), &[])).collect();
    let plan = plan(&[(LOG, &log)]);
    let progress = Progress::default();
    let check = || in_context(&[], |context| find_with(&plan, context, &progress));
    assert_eq!(check().map(|found| found.len()), Some(0));
    assert_eq!(progress.seen(), (2_999, 2_999));
    progress.stop();
    assert!(check().is_none());
    assert!(progress.seen().0 < 2_999);
}

/// What the rules say when each is asked by itself, and nothing is kept in between.
fn said(plan: &Plan, context: &Context<'_>) -> Vec<Problem> {
    let mut said = Vec::new();
    let reports = RULES.iter().flat_map(|rule| rule.passes);
    for pass in reports.clone() {
        if let Pass::Plan(run) = pass {
            run(plan, context, &mut said);
        }
    }
    let mut found = Found {
        in_words: true,
        ..Found::default()
    };
    for step in plan.steps() {
        for look in RULES.iter().filter_map(|rule| rule.look(plan)) {
            look(&reading::Reader::default().read(step), context, &mut found);
        }
    }
    said.append(&mut found.problems);
    for pass in reports {
        let Pass::Groups(key, report) = pass else {
            continue;
        };
        let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for step in plan.steps() {
            if let Some(key) = key(&reading::Reader::default().read(step)) {
                groups.entry(key).or_default().push(step.index());
            }
        }
        let groups: Vec<_> = groups.into_values().collect();
        report(plan, context, &groups, &mut said);
    }
    said.sort_by(Problem::order);
    said
}

fn check_in(found: &Findings, plan: &Plan) -> Vec<Problem> {
    found.problems(0..found.len(), plan).collect()
}

#[test]
fn a_path_that_many_steps_name_is_looked_for_once() {
    let keys = [
        ("status", "\"complete\""),
        ("artifacts", "[\"docs/a.md\", \"docs/b.md\"]"),
    ];
    let log: String = (1..50).map(|n| step(&format!("{n:04}"), &keys)).collect();
    let plan = plan(&[(LOG, &log)]);
    let asked = std::sync::Mutex::new(Vec::new());
    let exists = |path: &Path| {
        asked.lock().unwrap().push(path.to_owned());
        !path.ends_with("b.md")
    };
    let context = Context {
        exists: &exists,
        ..Context::at(example::now())
    };
    let found = check(&plan, &context);
    let missing = found.iter().filter(|p| p.code == "missing-artifact");
    assert_eq!(missing.count(), 49);
    let mut asked = asked.into_inner().unwrap();
    let count = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), count, "{asked:?}");
}

#[test]
fn problems_that_no_rule_looks_for_join_the_others() {
    let plan = plan(&[(LOG, &step("0001", &[("status", "\"Draft\"")]))]);
    let mut found = in_context(&[], |context| find(&plan, context));
    let mistake = |path: &str| {
        let place = Location::line(Path::new(path), 2);
        Problem::of_configuration(place, Severity::Note, "no such key".to_owned())
    };
    found.add(&[mistake("stepdeck.toml"), mistake("a.toml")]);
    let codes = |found: &Findings| -> Vec<_> {
        check_in(found, &plan)
            .iter()
            .map(|p| (p.place.path.clone(), p.code))
            .collect()
    };
    let expected = [
        ("a.toml", CONFIGURATION),
        (LOG, "status-spelling"),
        ("stepdeck.toml", CONFIGURATION),
    ];
    let expected = expected.map(|(path, code)| (path.into(), code));
    assert_eq!(codes(&found), expected);
    let counts = Severity::ALL.map(|severity| found.count(severity));
    assert_eq!(counts, [1, 0, 2]);
    let graved = codes(&found.gravest_first());
    assert_eq!(graved[0].1, "status-spelling");
}

fn any_log() -> impl Strategy<Value = String> {
    let id = prop_oneof!["000[0-9]", "000[1-5]\\.[AB]", "[0-9]{1,5}", "x"];
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("{\"metric\": 1}".to_owned()),
        "\"(draft|Complete|in progress|soon|2026-01-01|B0[1-3]|)\"",
        "\\[(\"000[1-9]\", )?\"(000[1-9]|57|docs/é.md|x y)\"\\]",
    ];
    let key = prop::sample::select(crate::plan::field::key_order()[1..].to_vec());
    let line = (id, prop::collection::vec((key, value), 0..4)).prop_map(|(id, keys)| {
        let id = format!("\"{id}\"");
        let mut all: Vec<(&str, &str)> = keys.iter().map(|(k, v)| (*k, v.as_str())).collect();
        all.push(("step_id", &id));
        step("0001", &all)
    });
    let other = "(<<<<<<< a|=======|>>>>>>> b|\\{\"é\": ,|é|)\r?\n";
    prop::collection::vec(prop_oneof![4 => line, 1 => other], 0..8).prop_map(|l| l.concat())
}

fn any_canon() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\| Block \\| Step Range \\| Theme \\|\n\\|-\\|-\\|-\\|\n(\\| B0[1-3] \\| 0[0-2]01–0[0-3]00 \\| é \\|\n){0,3}",
        "### Step 000[1-4] — é→\n- \\*\\*Status:\\*\\* (Draft|é)\r?\n- \\*\\*Dependencies:\\*\\* (0009, )?é\n",
        "# Readiness Checklists\n\n## (Base|é)\n- (\\[x\\] )?Step 000[1-4]\n  é\n",
        "\\| Stage \\| Stage-Gate Review \\|\n\\|-\\|-\\|\n\\| Base \\| é \\|\n",
        "\\| Workstream \\| Base \\| é \\|\n\\|-\\|-\\|-\\|\n\\| a \\| b \\| DRI: c \\|\n",
        "[<>=|`# é\r\n]{0,20}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.join("\n"))
}

proptest! {
    #[test]
    fn whatever_stands_in_a_plan_problems_are_in_order_and_point_into_their_line(
        log in any_log(),
        canon in any_canon(),
    ) {
        let plan = plan(&[(LOG, &log), (CANON, &canon)]);
        let found = in_context(&["docs"], |context| check(&plan, context));
        for problem in &found {
            let source = line(&plan, &problem.place.path, problem.place.line);
            prop_assert!(source.is_some(), "{problem:?}");
            if let Some(span) = problem.span {
                prop_assert!(!span.is_empty() && span.end <= source.unwrap_or_default().len());
            }
            prop_assert!(!problem.message.ends_with('.') && !problem.help.is_empty());
            prop_assert_eq!(problem.step, problem.step_index.map(|s| plan.step(s).id()));
            prop_assert!(find_rule(problem.code).is_some());
        }
        let ordered = found.is_sorted_by(|a, b| (&a.place, a.code) <= (&b.place, b.code));
        prop_assert!(ordered);
    }

    #[test]
    fn several_threads_find_what_one_finds(log in any_log(), canon in any_canon()) {
        let plan = plan(&[(LOG, &log), (CANON, &canon)]);
        let found = |share| in_context(&["docs"], |context| {
            let found = Findings::of(RULES, &plan, context, share, &Progress::default());
            found.map(|found| found.problems(0..found.len(), &plan).collect::<Vec<_>>())
        });
        prop_assert_eq!(found(usize::MAX), found(1));
    }

    #[test]
    fn a_problem_is_worded_as_its_rule_found_it(log in any_log(), canon in any_canon()) {
        let plan = plan(&[(LOG, &log), (CANON, &canon)]);
        let (said, worded) = in_context(&["docs"], |context| {
            (said(&plan, context), check(&plan, context))
        });
        prop_assert_eq!(said, worded);
    }

    #[test]
    fn of_an_edited_plan_a_problem_says_what_is_true_or_the_title_of_its_rule(
        log in any_log(),
        canon in any_canon(),
        other in any_log(),
    ) {
        let read = |log: &str| plan(&[(LOG, log), (CANON, &canon)]);
        let (before, after) = (read(&log), read(&other));
        let (found, now) = in_context(&["docs"], |context| {
            (find(&before, context), said(&after, context))
        });
        let kept = check_in(&found, &before);
        let worded = check_in(&found, &after);
        prop_assert_eq!(worded.len(), kept.len());
        for (worded, kept) in worded.iter().zip(&kept) {
            let is_title = find_rule(kept.code).is_some_and(|rule| rule.title == worded.message);
            let is_true = now.iter().any(|p| (p.code, &p.message) == (worded.code, &worded.message));
            prop_assert!(is_title || is_true || worded == kept, "{worded:?}");
            prop_assert_eq!((worded.code, worded.severity), (kept.code, kept.severity));
        }
    }

    #[test]
    fn no_bytes_make_a_rule_stumble(log: Vec<u8>, canon: Vec<u8>) {
        let files = [(LOG, Role::Log, log), (CANON, Role::Canon, canon)];
        let files = files.map(|(path, role, bytes)| {
            crate::plan::source::SourceFile::load(path, role, bytes)
        });
        let plan = Plan::read(files.into());
        for problem in in_context(&[], |context| check(&plan, context)) {
            prop_assert!(line(&plan, &problem.place.path, problem.place.line).is_some());
        }
    }
}
