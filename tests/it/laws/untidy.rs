//! The laws on plans as people write them: five spellings of everything, links and comments in
//! the canon, lines that are not JSON, notes of forty kilobytes.

use super::*;
use crate::support::demo::{self, Kind as Demo};
use stepdeck::plan::StepRef;
use stepdeck::plan::query::Query;
use stepdeck::plan::status::{State, Status};

/// The plan's files where they are.
fn in_place(steps: usize, seed: u64) -> Vec<SourceFile> {
    let files = Demo::Untidy.plan(steps, seed).into_iter();
    files
        .filter_map(|(path, bytes)| {
            let file = SourceFile::load(&path, demo::role(&path)?, bytes.clone());
            assert!(file.document.to_bytes() == bytes, "{}", path.display());
            Some(file)
        })
        .collect()
}

/// The same, the main ones by the names that the laws know.
fn untidy(steps: usize, seed: u64) -> Vec<SourceFile> {
    let mut files = in_place(steps, seed);
    for file in &mut files {
        file.path = match (
            file.role,
            file.path.file_stem().and_then(|stem| stem.to_str()),
        ) {
            (Role::Log, _) => LOG.into(),
            (Role::Roadmap, _) => ROADMAP.into(),
            (_, Some("execution-plan")) => CANON.into(),
            _ => continue,
        };
    }
    files
}

/// Steps of every part of the plan, and all that the canon writes out.
fn sampled(plan: &Plan, every: usize) -> Vec<usize> {
    let is_sampled = |step: &StepRef<'_>| {
        step.index() % every == 0 || step.log_line().is_some() && step.section().is_some()
    };
    plan.steps()
        .filter(is_sampled)
        .map(StepRef::index)
        .collect()
}

/// What somebody types into each field, one more entry in a list.
fn typed(composer: &Composer<'_>, step: usize, field: Field) -> Result<Change, Refusal> {
    let text = match field.spec().kind {
        Kind::Status => "blocked",
        Kind::Instant => "2026-11-20T00:00:00Z",
        Kind::List => {
            let step = composer.plan.step(step);
            let mut entries: Vec<String> =
                step.list(field).iter().map(ToString::to_string).collect();
            entries.push("Landlord agrees".to_owned());
            return composer.set_list(step.index(), field, &entries);
        }
        _ => "Ask the *bench*",
    };
    composer.set(step, field, text)
}

/// The line numbers that differ, in files with as many lines; else those of the whole stretch.
fn changed(before: &[u8], after: &[u8]) -> std::ops::Range<usize> {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (before, after) = (lines(before), lines(after));
    let front = before
        .iter()
        .zip(&after)
        .take_while(|(a, b)| a == b)
        .count();
    let most = before.len().min(after.len()) - front;
    let back = before.iter().rev().zip(after.iter().rev());
    let back = back.take(most).take_while(|(a, b)| a == b).count();
    front..before.len() - back
}

/// The lines of the document that belong to the step's section.
fn section_lines(step: StepRef<'_>) -> Option<std::ops::Range<usize>> {
    let (section, document) = step.section()?;
    let bytes = document.bytes();
    let line = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    let span = document.section(section.heading);
    Some(line(span.start)..line(span.end.saturating_sub(1)) + 1)
}

#[test]
fn every_field_of_any_step_is_edited_alone_and_comes_undone() {
    let mut made = 0;
    for (steps, seed) in [(60, 1), (12, 2)] {
        let files = untidy(steps, seed);
        let start = bytes(&files);
        let plan = Plan::read(files.clone());
        let composer = Composer::new(&plan, now());
        for index in sampled(&plan, 12) {
            let step = plan.step(index);
            for spec in fields() {
                let Ok(change) = typed(&composer, index, spec.field) else {
                    continue;
                };
                if change.edits.is_empty() {
                    continue;
                }
                let mut after = files.clone();
                put(&change, &mut after);
                if let (Document::Log(old), Document::Log(new)) = (of(&files, LOG), of(&after, LOG))
                {
                    assert_only_values(&change, old, new);
                }
                for (old, new) in files.iter().zip(&after) {
                    let (before, after) = (old.document.to_bytes(), new.document.to_bytes());
                    let lines = changed(&before, &after);
                    let said = format!("{}: {change:#?}", old.path.display());
                    match (&old.document, section_lines(step)) {
                        _ if before == after => {}
                        (Document::Log(_), _) => assert_eq!(lines.len(), 1, "{said}"),
                        (_, Some(own)) => {
                            assert!(own.start <= lines.start && lines.end <= own.end, "{said}");
                        }
                        (_, None) => panic!("the step is not in {said}"),
                    }
                }
                put(&change.inverse(), &mut after);
                assert_eq!(bytes(&after), start, "undo of {change:#?}");
                made += 1;
            }
        }
    }
    assert!(made > 60, "only {made} edits were made");
}

#[test]
fn fixing_all_that_can_be_fixed_leaves_nothing_to_fix() {
    for (seed, prefer_log) in [(1, true), (2, false)] {
        let mut files = untidy(100, seed);
        let mut counts = Vec::new();
        for round in 0_i64.. {
            let plan = Plan::read(files.clone());
            let now = now() + TimeDelta::seconds(round);
            let found = problems(&plan, now);
            counts.push(found.len());
            let fixes: Vec<_> = found.iter().filter_map(|problem| problem.fix).collect();
            let composer = Composer::new(&plan, now);
            let change = composer.fix_all(&fixes, prefer_log).change;
            if change.edits.is_empty() {
                break;
            }
            assert!(round < 3, "still fixing: {counts:?} {change:#?}");
            let before = bytes(&files);
            let mut undone = {
                put(&change, &mut files);
                files.clone()
            };
            put(&change.inverse(), &mut undone);
            assert_eq!(bytes(&undone), before);
        }
        assert!(
            counts[0] > 60 && counts.is_sorted_by(|a, b| a >= b),
            "{counts:?}"
        );
    }
}

/// Whoever wrote a step in log and canon meant the same by both, but for what a section says of
/// status and owner (see the generator): links, emphasis, comments, nested lists and words for
/// nothing are not drift.
#[test]
fn two_spellings_of_one_thing_are_no_drift() {
    let plan = Plan::read(in_place(480, 1));
    let mut said = 0;
    for step in plan.steps() {
        for drift in step.drift() {
            let is_old = matches!(drift.field, Field::Status | Field::Owner);
            assert!(is_old, "{}: {drift:?}", step.id());
            said += 1;
        }
    }
    assert!(said > 0, "some sections are out of date");
}

/// A heading of every form is read, and none in a page that only looks alike.
#[test]
fn the_sections_are_those_that_people_wrote() {
    let files = untidy(480, 1);
    let plan = Plan::read(files.clone());
    let outcomes = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let bare = |line: &str| {
            line.trim_start_matches(['-', '*', ' '])
                .starts_with("Outcome")
        };
        // The template in the fence has one more.
        let lines = text
            .lines()
            .filter(|line| line.starts_with(['-', '*']) && bare(line));
        lines.count() - usize::from(text.contains("what is different afterwards"))
    };
    for (index, file) in files.iter().enumerate() {
        let read = plan
            .sections()
            .filter(|section| section.file == index)
            .count();
        match file.path.to_str().unwrap() {
            path if path == CANON || path.ends_with("workshops.md") => {
                let written = outcomes(&file.document.to_bytes());
                assert!(
                    0 < written && read == written,
                    "{path}: {read} of {written}"
                );
            }
            path => assert_eq!(read, 0, "{path}"),
        }
    }
}

/// Each test of the filter beside the question asked of one step after the other.
#[test]
fn the_filter_finds_what_asking_each_step_finds() {
    type Ask = fn(StepRef<'_>) -> bool;
    let asked: [(&str, Ask); 13] = [
        ("owner:ops", |step| {
            step.owner().to_lowercase().contains("ops")
        }),
        ("owner:none", |step| step.owner().trim().is_empty()),
        ("status:draft", |step| step.status() == Some(Status::Draft)),
        ("-status:complete", |step| {
            step.status() != Some(Status::Complete)
        }),
        ("status:progress", |step| {
            step.status() == Some(Status::InProgress)
        }),
        ("block:B03", |step| step.id().block_number() == 3),
        ("is:ready", |step| {
            let is_readable = step.status().is_some() || step.text(Field::Status).is_empty();
            step.state() == State::Ready && is_readable
        }),
        ("is:waiting", |step| step.state() == State::Waiting),
        ("is:open", |step| step.status() != Some(Status::Complete)),
        ("is:drift", |step| !step.drift().is_empty()),
        ("id:0018", |step| step.id().to_string().starts_with("0018")),
        ("theme:cadence", |step| {
            step.text(Field::Theme).to_lowercase().contains("cadence")
        }),
        ("note:meeting", |step| {
            step.text(Field::Notes).to_lowercase().contains("meeting")
        }),
    ];
    let plan = Plan::read(untidy(480, 1));
    let marks = stepdeck::plan::marks::Marks::default();
    for (line, ask) in asked {
        let query = Query::parse(line).unwrap();
        let mut found = query.prepare(&plan, now(), &marks).all();
        found.sort_unstable();
        let expected: Vec<usize> = plan
            .steps()
            .filter(|step| ask(*step))
            .map(StepRef::index)
            .collect();
        assert!(!expected.is_empty(), "{line} finds nothing");
        assert_eq!(found, expected, "{line}");
    }
    for step in plan.steps().step_by(7) {
        let title = step.title();
        let query = title
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let plain = query.chars().all(|letter| letter.is_ascii_lowercase());
        if !plain || query.len() < 3 {
            continue;
        }
        let found = Query::parse(&query)
            .unwrap()
            .prepare(&plan, now(), &marks)
            .all();
        assert!(found.contains(&step.index()), "{query} for {title}");
    }
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn any_edits_of_an_untidy_plan_come_undone_exactly(
        steps in 10_usize..40, seed: u64, wishes in prop::collection::vec(wish(), 1..8),
    ) {
        hold_edits(untidy(steps, seed), &wishes);
    }
}
