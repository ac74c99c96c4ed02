use std::path::Path;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::amend::{Op, amend};
use super::causes::{Shortage, by_cause};
use super::chapter::{Chapter, Form};
use super::entry::OLD_WORDS;
use super::gather::Review;
use super::*;
use crate::change::{Change, apply};
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};
use crate::plan::{Plan, StepRef};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn words() -> impl Strategy<Value = String> {
    let plain = "[ -~]{0,24}";
    let rough = proptest::collection::vec(
        prop_oneof![
            Just("**"),
            Just("<br>"),
            Just("`"),
            Just("[x]"),
            Just("# "),
            Just("é漢"),
            Just("- "),
            Just("\\"),
            Just("|"),
            Just("&amp;"),
            Just("_a_"),
            Just("1. "),
            Just("<!--"),
            Just(":"),
            Just("https://x.org"),
            Just("word"),
            Just("\u{202e}"),
            Just("→"),
            Just("~~"),
            Just(" "),
        ],
        0..7,
    );
    prop_oneof![
        plain.prop_map(|s| one_line(&s)),
        rough.prop_map(|s| one_line(&s.concat()))
    ]
}

fn entry(section: Section) -> impl Strategy<Value = Entry> {
    let word = proptest::sample::select(section.takes());
    let id = (1u32..12_000).prop_map(StepId::new);
    let other = (1u32..12_000).prop_map(StepId::new);
    (id, other, word, words(), words(), words(), words()).prop_map(
        move |(id, other, word, text, owner, why, by)| Entry {
            other: match section {
                Section::Dependencies => Some(other),
                Section::Open => other.number().is_multiple_of(2).then_some(other),
                _ => None,
            },
            id,
            word,
            text,
            owner,
            why,
            by,
        },
    )
}

fn entries(section: Section) -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(entry(section), 0..12).prop_map(|entries| {
        let mut seen = std::collections::HashSet::new();
        entries
            .into_iter()
            .filter(|entry| seen.insert(entry.key()))
            .collect()
    })
}

prop_compose! {
    fn record()(
        steward in words(),
        undecided in 0usize..3,
        held in proptest::option::of(0i64..2_000_000_000),
        sections in [
            entries(Section::Proposals).boxed(), entries(Section::Dependencies).boxed(),
            entries(Section::Ten).boxed(), entries(Section::Aside).boxed(),
            entries(Section::LastTen).boxed(), entries(Section::Open).boxed(),
        ],
        everything in any::<bool>(),
    ) -> Record {
        let mut record = Record {
            week: "2026-W07".parse().ok(),
            date: NaiveDate::from_ymd_opt(2026, 2, 13),
            steward,
            since: Some(at("2026-02-06T10:00:00Z")),
            held: held.and_then(|held| DateTime::from_timestamp(held, 0)),
            undecided,
            everything,
            ..Record::default()
        };
        for (section, mut entries) in Section::ALL.into_iter().zip(sections) {
            // In the order of the file: what was decided stands before what was skipped.
            entries.sort_by_key(|entry| Chapter::of(section, entry.word, Form::Present));
            for entry in entries {
                record.push(section, entry);
            }
        }
        record
    }
}

fn read(bytes: &[u8]) -> Record {
    Record::read(&MarkdownDocument::load(bytes.to_vec()))
}

fn applied(text: &[u8], ops: Vec<Op>) -> Result<(Vec<u8>, Change), String> {
    let path = Path::new("docs/reviews/2026-W07.md");
    let document = MarkdownDocument::load(text.to_vec());
    let edits = amend(&document, path, ops).map_err(|refusal| refusal.0)?;
    let change = Change {
        label: String::new(),
        edits,
    };
    let mut files = vec![SourceFile::load(path, Role::Review, text.to_vec())];
    apply::change(&change, &mut files).map_err(|conflicts| format!("{conflicts:?}"))?;
    Ok((files[0].document.to_bytes(), change))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(record in record()) {
        let text = record.write();
        prop_assert_eq!(read(text.as_bytes()), record, "{}", text);
    }

    /// What people write between, below and around our lines outlives every edit, and every
    /// edit is undone to the byte.
    #[test]
    fn hand_written_text_outlives_every_edit(
        record in record(),
        picks in proptest::collection::vec((0usize..40, 0usize..3), 0..6),
        ten in entries(Section::Ten),
        proposals in entries(Section::Proposals),
        crlf in any::<bool>(),
    ) {
        let text = record.write();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut hand = Vec::new();
        for (number, (at, kind)) in picks.iter().enumerate() {
            let note = format!("note {number} by hand");
            // Below a line of a list it is a nested note, before a heading a paragraph.
            let entries: Vec<usize> = (0..lines.len())
                .filter(|at| lines[*at].contains("**") && lines[*at].starts_with(|c: char| c == '-' || c.is_ascii_digit()))
                .collect();
            let headings: Vec<usize> =
                (0..lines.len()).filter(|at| lines[*at].starts_with("## ")).collect();
            match kind {
                0 if !entries.is_empty() => {
                    lines.insert(entries[at % entries.len()] + 1, format!("    - {note}"));
                }
                1 => {
                    let at = headings[at % headings.len()];
                    lines.insert(at + 1, String::new());
                    lines.insert(at + 2, format!("A {note}."));
                }
                _ => lines.push(format!("\nA {note}.")),
            }
            hand.push(note);
        }
        let newline = if crlf { "\r\n" } else { "\n" };
        let text = lines.join(newline) + newline;
        let mut now = text.clone().into_bytes();
        let mut done = Vec::new();
        let mut ops: Vec<Vec<Op>> = Vec::new();
        for entry in ten {
            let aside = record.find(Section::Aside, entry.key()).is_some();
            ops.push(vec![match aside {
                true => Op::Move(Section::Aside, Section::Ten, entry),
                false => Op::Put(Section::Ten, entry),
            }]);
        }
        ops.extend(proposals.into_iter().map(|entry| vec![Op::Put(Section::Proposals, entry)]));
        if let [first, .., last] = record.entries(Section::Ten) {
            ops.push(vec![Op::Swap(Section::Ten, first.key(), last.key())]);
            let aside = Entry { word: Word::Deferred, ..first.clone() };
            if record.find(Section::Aside, first.key()).is_none() {
                ops.push(vec![Op::Move(Section::Ten, Section::Aside, aside)]);
            }
        }
        ops.push(vec![Op::Set(Line::Held, Some("2026-02-13T12:00:00Z".to_owned()))]);
        for ops in ops {
            // A refusal leaves everything as it was, and is not a loss.
            let Ok((after, change)) = applied(&now, ops) else { continue };
            done.push((now, change));
            now = after;
            let text = String::from_utf8_lossy(&now);
            for note in &hand {
                prop_assert_eq!(text.matches(note.as_str()).count(), 1, "{}", text);
            }
        }
        for (before, change) in done.into_iter().rev() {
            let path = Path::new("docs/reviews/2026-W07.md");
            let mut files = vec![SourceFile::load(path, Role::Review, now)];
            apply::change(&change.inverse(), &mut files).unwrap();
            now = files[0].document.to_bytes();
            prop_assert_eq!(String::from_utf8_lossy(&now), String::from_utf8_lossy(&before));
        }
    }
}

#[test]
fn words_of_earlier_versions_are_still_read() {
    for (word, old) in OLD_WORDS {
        let section = match word {
            Word::Fixed => Section::Dependencies,
            _ => Section::LastTen,
        };
        let other = if word == Word::Fixed { "→ 0002 " } else { "" };
        for spelling in [old, word.words()] {
            let heading = Chapter::of(section, word, Form::Older).heading();
            let text = format!("## {heading}\n\n- **0001 {other}{spelling}:** A\n");
            let record = read(text.as_bytes());
            assert_eq!(record.entries(section)[0].word, word, "{spelling}");
        }
        // The schema's values are those of the first version.
        assert_eq!(serde_json::to_string(&word).unwrap(), format!("\"{old}\""));
    }
}

#[test]
fn weeks_are_those_of_iso_8601() {
    assert_eq!(Week::of(at("2027-01-03T12:00:00Z")).to_string(), "2026-W53");
    assert_eq!(Week::of(at("2026-11-21T12:00:00Z")).to_string(), "2026-W47");
    let monday = Week::of(at("2025-12-29T12:00:00Z"));
    assert_eq!("2026-W01".parse::<Week>().unwrap(), monday);
    for wrong in [
        "2026-W54", "2027-W53", "2026-W00", "2026W07", "26-W07", "2026-W7",
    ] {
        assert!(wrong.parse::<Week>().is_err(), "{wrong}");
    }
}

const HAND: &str = "# Weekly review 2026-W07\n\n- **Date:** 2026-02-13\n- **Steward:** Ada\n\nWe met \
at ten.\n\n## Next ten\n\nBudget first.\n\n1. **0002 committed:** Two\n    - **Why:** first\n    - \
  asked Bo\n2. **0003 committed:** Three, see the thread\n\nAfter the list.\n\n## Set aside\n\nNone.\n";

#[test]
fn an_entry_takes_along_what_was_written_below_it() {
    let aside = Entry::new(StepId::new(2), Word::Deferred, "Two").because("no people");
    let op = Op::Move(Section::Ten, Section::Aside, aside);
    let (text, _) = applied(HAND.as_bytes(), vec![op]).unwrap();
    let text = String::from_utf8(text).unwrap();
    let expected = HAND
        .replace(
            "1. **0002 committed:** Two\n    - **Why:** first\n    - asked Bo\n2. ",
            "1. ",
        )
        .replace(
            "None.\n",
            "- **0002 deferred:** Two\n  - **Why:** no people\n  - asked Bo\n",
        );
    assert_eq!(text, expected);
}

#[test]
fn a_section_that_was_taken_out_comes_back_at_the_end() {
    let entry = Entry::new(StepId::new(9), Word::AsDraft, "Nine");
    let (text, _) = applied(HAND.as_bytes(), vec![Op::Put(Section::Proposals, entry)]).unwrap();
    let added = "\n## Proposals\n\n- **0009 accepted as draft:** Nine\n";
    assert_eq!(String::from_utf8(text).unwrap(), format!("{HAND}{added}"));
}

const DECIDED: &str = "# Weekly review 2026-W07\n\n## Next ten\n\nNone.\n\n## Decided\n\n- **0003 \
accepted as draft:** Three\n  - asked Bo\n\n- **0003 → 0090 fixed:** 0090 is not in the plan\n\n- **0009 \
rejected:** Nine\n\n## Skipped\n\nNone.\n\n## Not discussed\n\nWritten when the review is finished.\n\n## \
Last week's ten\n\nNone.\n";

/// An entry has its place by step, and blank lines part it from the others; one that changes its
/// kind goes under the other heading with what people wrote below it.
#[test]
fn entries_find_their_place_and_their_heading() {
    let put = |text: &str, section, entry| {
        let (text, _) = applied(text.as_bytes(), vec![Op::Put(section, entry)]).unwrap();
        String::from_utf8(text).unwrap()
    };
    let five = Entry::new(StepId::new(5), Word::StillDraft, "Five");
    let grown = put(DECIDED, Section::Proposals, five);
    let placed = DECIDED.replace(
        "- **0009",
        "- **0005 accepted, still a draft:** Five\n\n- **0009",
    );
    assert_eq!(grown, placed);
    let three = Entry::new(StepId::new(3), Word::Deferred, "Three");
    let moved = put(&grown, Section::Proposals, three);
    let expected = placed
        .replace("- **0003 accepted as draft:** Three\n  - asked Bo\n\n", "")
        .replace(
            "## Skipped\n\nNone.\n",
            "## Skipped\n\n- **0003 deferred:** Three\n  - asked Bo\n",
        );
    assert_eq!(moved, expected);
    let back = Entry::new(StepId::new(3), Word::AsDraft, "Three");
    assert_eq!(put(&moved, Section::Proposals, back), placed);
    // A ready step that is put off stands beside a proposal that is.
    let aside = Entry::new(StepId::new(3), Word::Deferred, "Three");
    let both = put(&moved, Section::Aside, aside);
    assert!(
        both.contains("  - asked Bo\n\n- **0003 not this week:** Three\n"),
        "{both}"
    );
    let record = read(both.as_bytes());
    for section in [Section::Proposals, Section::Aside] {
        let found = record.find(section, (StepId::new(3), None));
        assert_eq!(found.map(|entry| entry.word), Some(Word::Deferred));
    }
}

#[test]
fn what_is_decided_after_all_is_no_longer_listed_as_not_discussed() {
    let open = Entry::new(StepId::new(7), Word::NotDiscussed, "Seven");
    let ops = vec![Op::Put(Section::Open, open), Op::Close];
    let (finished, _) = applied(DECIDED.as_bytes(), ops).unwrap();
    let text = String::from_utf8(finished.clone()).unwrap();
    let listed = "## Not discussed\n\n- **0007 not discussed:** Seven\n\n## Last";
    assert!(text.contains(listed), "{text}");
    let ops = vec![Op::Drop(Section::Open, (StepId::new(7), None)), Op::Close];
    let (again, _) = applied(&finished, ops).unwrap();
    let text = String::from_utf8(again).unwrap();
    assert!(
        text.contains("## Not discussed\n\nNone.\n\n## Last"),
        "{text}"
    );
}

#[test]
fn an_unclosed_fence_refuses_the_entry() {
    let text = "# Weekly review\n\n## Proposals\n\n```\nopen\n";
    let entry = Entry::new(StepId::new(9), Word::AsDraft, "Nine");
    let refused = applied(text.as_bytes(), vec![Op::Put(Section::Proposals, entry)]);
    assert!(refused.unwrap_err().contains("under “Proposals”"));
}

fn plan(files: &[(&str, Role, &str)]) -> Plan {
    let load = |(path, role, text): &(&str, Role, &str)| {
        SourceFile::load(*path, *role, text.as_bytes().to_vec())
    };
    Plan::read(files.iter().map(load).collect())
}

fn step(id: &str, status: &str, dependencies: &str, updated: &str) -> String {
    format!(
        "{{\"step_id\":\"{id}\",\"title\":\"T{id}\",\"status\":\"{status}\",\"dependencies\":\
         [{dependencies}],\"updated_at\":\"2026-02-{updated}T00:00:00Z\"}}\n"
    )
}

const FOLDER: &str = "docs/reviews";

/// What the last review left decides what this one asks about.
#[test]
fn proposals_are_what_nobody_has_decided_since() {
    let log = [
        step("0001", "idea", "", "12"),
        step("0002", "draft", "", "01"),
        step("0003", "idea", "", "05"),
        step("0004", "idea", "", "05"),
        step("0005", "idea", "", "05"),
        step("0006", "in progress", "", "12"),
    ]
    .concat();
    let last = "# Weekly review 2026-W06\n\n- **Date:** 2026-02-06\n- **Since:** \
                2026-01-30T00:00:00Z\n- **Held:** 2026-02-06T00:00:00Z\n\n## Proposals\n\n- \
                **0003 deferred:** T0003\n- **0004 rejected:** T0004\n";
    let ids = |last: &str| {
        let plan = plan(&[
            ("a.jsonl", Role::Log, &log),
            ("docs/reviews/2026-W06.md", Role::Review, last),
        ]);
        let week = "2026-W07".parse().unwrap();
        let review = Review::of(&plan, Path::new(FOLDER), week, at("2026-02-13T00:00:00Z"));
        let found = review.proposals().into_iter();
        found
            .map(|p| p.id.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(ids(last), "0001 0003");
    // What was left undecided is asked about again; so is all that an open record leaves.
    let left = last.replace("\n\n## Prop", "\n- **Undecided:** 1 proposal\n\n## Prop");
    assert_eq!(ids(&left), "0001 0002 0003 0005");
    let open = last.replace("- **Held:** 2026-02-06T00:00:00Z\n", "");
    assert_eq!(ids(&open), "0001 0002 0003 0005");
}

/// The ten are those of the last review that came to choosing them, and what it deferred comes back.
#[test]
fn a_review_that_nobody_finished_takes_nothing_from_the_one_before() {
    let log = [
        step("0001", "in progress", "", "01"),
        step("0002", "idea", "", "01"),
    ];
    let finished = "# Weekly review 2026-W05\n\n- **Held:** 2026-01-30T00:00:00Z\n\n## Proposals\n\n\
                    - **0002 deferred:** T0002\n\n## Next ten\n\n1. **0001 committed:** T0001\n";
    let begun = "# Weekly review 2026-W06\n\n- **Since:** 2026-01-30T00:00:00Z\n";
    let plan = plan(&[
        ("a.jsonl", Role::Log, &log.concat()),
        ("docs/reviews/2026-W05.md", Role::Review, finished),
        ("docs/reviews/2026-W06.md", Role::Review, begun),
    ]);
    let week = "2026-W07".parse().unwrap();
    let review = Review::of(&plan, Path::new(FOLDER), week, at("2026-02-13T00:00:00Z"));
    let ten = review.fates().into_iter().map(|fate| fate.id.to_string());
    assert_eq!(ten.collect::<Vec<_>>(), ["0001"]);
    let proposals = review.proposals();
    let [deferred] = &proposals[..] else {
        panic!("{proposals:?}")
    };
    assert!(deferred.id.to_string() == "0002" && deferred.comes_back);
}

#[test]
fn each_wrong_dependency_is_told_once_by_what_is_worst_about_it() {
    let log = [
        step("0001", "draft", "\"0099\"", "12"),
        step("0002", "draft", "\"0003\",\"0004\"", "12"),
        step("0003", "draft", "\"0002\"", "12"),
        step("0004", "blocked", "", "12"),
        step("0005", "draft", "\"0006\",\"0005.A\",\"0007\"", "12"),
        step("0005.A", "draft", "", "12"),
        step("0006", "draft", "", "12"),
        step("0007", "complete", "\"0098\"", "12"),
    ]
    .concat();
    let plan = plan(&[("a.jsonl", Role::Log, &log)]);
    let week = "2026-W07".parse().unwrap();
    let review = Review::of(&plan, Path::new(FOLDER), week, at("2026-02-13T00:00:00Z"));
    let tangles = review.tangles();
    let told: Vec<String> = tangles
        .iter()
        .map(|t| format!("{} {} {}: {}", t.step, t.trouble.word(), t.other, t.words))
        .collect();
    assert_eq!(
        told,
        [
            "0001 missing 0099: 0099 is not in the plan",
            "0003 cyclic 0002: they wait for each other: 0002 → 0003 → 0002",
            "0002 on a blocked step 0004: waits for 0004, which is blocked",
            "0005 later 0006: waits for 0006, which comes later",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each wrong dependency is in exactly one group, with others of its cause.
    #[test]
    fn every_dependency_has_one_cause(
        steps in proptest::collection::vec((0usize..4, proptest::collection::vec(1u32..24, 0..4)), 1..20),
    ) {
        let log = some_log(&steps);
        let plan = plan(&[("a.jsonl", Role::Log, &log)]);
        let week = "2026-W07".parse().unwrap();
        let review = Review::of(&plan, Path::new(FOLDER), week, at("2026-02-13T00:00:00Z"));
        let tangles = review.tangles();
        let groups = by_cause(&tangles);
        let mut rows: Vec<usize> = groups.iter().flat_map(|(_, rows)| rows.clone()).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, (0..tangles.len()).collect::<Vec<_>>());
        for (cause, rows) in &groups {
            for row in rows {
                let of = (tangles[*row].trouble, tangles[*row].other);
                prop_assert_eq!(of, (cause.trouble, cause.step));
            }
        }
        let causes: std::collections::HashSet<_> = groups.iter().map(|(cause, _)| *cause).collect();
        prop_assert_eq!(causes.len(), groups.len());
    }

    /// What would free most is counted again by completing each step in turn.
    #[test]
    fn nothing_frees_more_than_what_is_said_to_free_most(
        steps in proptest::collection::vec((0usize..4, proptest::collection::vec(1u32..24, 0..3)), 1..16),
    ) {
        let log = some_log(&steps);
        let plan_of = |log: &str| plan(&[("a.jsonl", Role::Log, log)]);
        let ready = |plan: &Plan| {
            let states = plan.graph().states().iter();
            states.filter(|state| **state == crate::plan::status::State::Ready).count()
        };
        let before = plan_of(&log);
        let Some(shortage) = Shortage::of(&before, ready(&before).min(9)) else { return Ok(()) };
        let freed_by = |id: StepId| {
            let step = before.find(id).unwrap();
            let lines: Vec<String> = log.lines().map(str::to_owned).collect();
            let complete = |line: &String| {
                let is_it = line.contains(&format!("\"step_id\":\"{id}\""));
                let statuses = ["idea", "draft", "blocked"];
                let done = |line: String, status: &&str| {
                    line.replace(&format!("\"status\":\"{status}\""), "\"status\":\"complete\"")
                };
                if is_it { statuses.iter().fold(line.clone(), done) } else { line.clone() }
            };
            let after = plan_of(&lines.iter().map(|line| complete(line) + "\n").collect::<String>());
            let own = usize::from(before.graph().states()[step] == crate::plan::status::State::Ready);
            ready(&after) + own - ready(&before)
        };
        let is_workable = |step: &StepRef<'_>| matches!(
            step.state(), crate::plan::status::State::Ready | crate::plan::status::State::Blocked
        );
        let most = before.steps().filter(is_workable).map(|step| freed_by(step.id())).max();
        let said = shortage.frees.map_or(0, |(_, freed)| freed);
        prop_assert_eq!(said, most.unwrap_or(0), "{}", log);
        if let Some((step, freed)) = shortage.frees {
            prop_assert_eq!(freed_by(step), freed);
        }
    }

    /// Whatever was decided: decided, skipped and not discussed make all there is.
    #[test]
    fn a_finished_review_accounts_for_everything(
        steps in proptest::collection::vec((0usize..4, proptest::collection::vec(1u32..24, 0..3)), 1..16),
        picks in proptest::collection::vec((0usize..7, 0usize..40), 0..12),
    ) {
        let log = some_log(&steps);
        let mut files = vec![SourceFile::load("a.jsonl", Role::Log, log.into_bytes())];
        let week = "2026-W07".parse().unwrap();
        let now = at("2026-02-13T00:00:00Z");
        let mut touched = std::collections::HashSet::new();
        let mut known = Vec::new();
        for (kind, at) in picks {
            let plan = Plan::read(files.clone());
            let review = Review::of(&plan, Path::new(FOLDER), week, now);
            let (proposals, tangles) = (review.proposals(), review.tangles());
            known = tangles.clone();
            let ids: Vec<StepId> = proposals.get(at % proposals.len().max(1)).map(|p| p.id).into_iter().collect();
            let tangle = tangles.get(at % tangles.len().max(1)).cloned();
            let step = [plan.step(at % plan.len()).id()];
            let is_about_step = kind >= 5 || kind >= 3 && tangle.is_none();
            let change = match (kind, tangle) {
                (0, _) => review.accept(&ids, "Ada"),
                (1, _) => review.defer(&ids, "", "Ada"),
                (2, _) => review.reject(&ids, "no", "Ada"),
                (3, Some(tangle)) => review.leave(&[tangle], "", "Ada"),
                (4, Some(tangle)) => {
                    let drop = decide::Resolution::Drop(tangle.step, tangle.other);
                    review.fix(&[(tangle, drop)], "Ada")
                }
                (5, _) => review.commit(&[(step[0], String::new())], "Ada"),
                _ => review.set_aside(&step, "", "Ada"),
            };
            let Ok(change) = change else { continue };
            if is_about_step {
                touched.insert(step[0]);
            }
            apply::change(&change, &mut files).unwrap();
        }
        let plan = Plan::read(files.clone());
        let review = Review::of(&plan, Path::new(FOLDER), week, now);
        let change = review.finish(&known, None, "Ada").unwrap();
        let said = change.label.clone();
        apply::change(&change, &mut files).unwrap();
        let plan = Plan::read(files);
        let review = Review::of(&plan, Path::new(FOLDER), week, now);
        let wrong: std::collections::HashSet<EntryKey> =
            review.tangles().iter().map(|t| (t.step, Some(t.other))).collect();
        let settled = review.record.entries(Section::Dependencies).iter();
        let settled = settled.filter(|entry| !wrong.contains(&entry.key())).count();
        let all = review.proposals().len() + wrong.len() + settled + touched.len();
        let older = review.proposals().iter().filter(|p| p.is_older && p.verdict.is_none()).count();
        let mut tally = review.record.tally();
        // Counted in the record, and not listed.
        tally.not_discussed += older;
        prop_assert_eq!(tally.decided + tally.skipped + tally.not_discussed, all, "{}", said);
        prop_assert!(said.ends_with(&tally.to_string()), "{} {}", said, tally);
    }
}

/// Steps 1, 2, … with these statuses and dependencies.
fn some_log(steps: &[(usize, Vec<u32>)]) -> String {
    let statuses = ["idea", "draft", "blocked", "complete"];
    let line = |(at, (status, upstream)): (usize, &(usize, Vec<u32>))| {
        let upstream: Vec<String> = upstream.iter().map(|n| format!("\"{n:04}\"")).collect();
        let status = statuses[*status];
        step(&format!("{:04}", at + 1), status, &upstream.join(","), "01")
    };
    steps.iter().enumerate().map(line).collect()
}
