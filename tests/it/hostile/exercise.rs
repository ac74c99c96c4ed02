//! Every edit that a person or a script could wish on some files, each held to the law: it is
//! refused with a reason, or it changes what it names alone and comes undone exactly.

use std::path::Path;

use chrono::{DateTime, Utc};
use stepdeck::change::compose::Composer;
use stepdeck::change::value::Refusal;
use stepdeck::change::{Change, Edit, Target, apply};
use stepdeck::document::Document;
use stepdeck::document::log::LogDocument;
use stepdeck::document::markdown::MarkdownDocument;
use stepdeck::document::splice::Span;
use stepdeck::plan::canon::block_table::{self, BlockColumn};
use stepdeck::plan::canon::{checklist, section};
use stepdeck::plan::checks::{Context, Problem, check, line};
use stepdeck::plan::field::{Field, Kind, fields};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::plan::{LogPlace, Plan};

/// So many steps, from all parts of the plan, and checks and rows of each file are edited.
const SOME: usize = 12;

/// How many wishes came true, and the reasons of those that did not.
#[derive(Default)]
pub struct Outcome {
    pub made: usize,
    pub refused: Vec<String>,
}

pub fn now() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().unwrap()
}

/// Files as the store hands them over.
pub fn load(files: &[(&str, &[u8])]) -> Vec<SourceFile> {
    let load = |(path, bytes): &(&str, &[u8])| {
        let role = match *path {
            path if path.ends_with(".jsonl") => Role::Log,
            "docs/ROADMAP.md" => Role::Roadmap,
            _ => Role::Canon,
        };
        SourceFile::load(*path, role, bytes.to_vec())
    };
    files.iter().map(load).collect()
}

pub fn problems(plan: &Plan) -> Vec<Problem> {
    check(plan, &Context::at(now()))
}

/// Reads the files as a plan, checks it and edits it in every way.
pub fn exercise(name: &str, files: &[(&str, &[u8])]) -> Outcome {
    let loaded = load(files);
    for (file, (path, bytes)) in loaded.iter().zip(files) {
        assert!(file.document.to_bytes() == *bytes, "{name}: {path}");
    }
    let plan = Plan::read(loaded.clone());
    let found = problems(&plan);
    for problem in &found {
        assert_inside(name, &plan, problem);
    }
    let mut outcome = Outcome::default();
    for wish in wishes(&plan, &found) {
        match wish {
            Ok(change) if change.edits.is_empty() => {}
            Ok(change) => {
                assert_law(name, &loaded, &change);
                outcome.made += 1;
            }
            Err(Refusal(reason)) => {
                assert!(
                    !reason.trim().is_empty(),
                    "{name}: refused without a reason"
                );
                outcome.refused.push(reason);
            }
        }
    }
    outcome
}

fn assert_inside(name: &str, plan: &Plan, problem: &Problem) {
    let Some(line) = line(plan, &problem.place.path, problem.place.line) else {
        // A file without any line has its problems on the first.
        assert_eq!(problem.place.line, 1, "{name}: {problem:?}");
        return;
    };
    let columns = String::from_utf8_lossy(line).chars().count();
    assert!(problem.place.column <= columns + 1, "{name}: {problem:?}");
    if let Some(span) = problem.span {
        assert!(span.end <= line.len(), "{name}: {problem:?}");
    }
    assert!(!problem.message.is_empty() && !problem.help.is_empty());
}

/// All that one could wish for, composed.
fn wishes(plan: &Plan, problems: &[Problem]) -> Vec<Result<Change, Refusal>> {
    let composer = Composer::new(plan, now());
    let mut wishes = Vec::new();
    for step in (0..plan.len()).step_by((plan.len() / SOME).max(1)) {
        for spec in fields() {
            wishes.push(match spec.kind {
                Kind::List => {
                    let mut entries: Vec<String> = plan
                        .step(step)
                        .list(spec.field)
                        .iter()
                        .map(|e| e.to_string())
                        .collect();
                    entries.push("Board agrees; a, b | *c*".to_owned());
                    composer.set_list(step, spec.field, &entries)
                }
                Kind::Status => composer.set(step, spec.field, "complete"),
                Kind::Text => composer.set(step, spec.field, "typed | *words*\nand more [x]"),
                Kind::Instant => composer.set(step, spec.field, "2026-11-20T00:00:00Z"),
                _ => composer.set(step, spec.field, "typed | *words*"),
            });
        }
        wishes.push(composer.set(step, Field::Title, ""));
        wishes.push(composer.reconcile(step, true));
        wishes.push(composer.reconcile(step, false));
        wishes.push(composer.remove(step));
    }
    for of in plan.stages() {
        wishes.extend(
            of.checks
                .iter()
                .take(SOME)
                .map(|check| composer.tick(check)),
        );
    }
    for block in 0..plan.blocks().len().min(SOME) {
        for column in BlockColumn::ALL {
            for typed in ["typed | 🙂 \\", "", "`a|b`"] {
                wishes.push(composer.set_block(block, column, typed));
            }
        }
    }
    let fixes: Vec<_> = problems.iter().filter_map(|problem| problem.fix).collect();
    for prefer_log in [true, false] {
        let all = composer.fix_all(&fixes, prefer_log);
        wishes.push(Ok(all.change));
        wishes.extend(all.refused.into_iter().map(|(_, refusal)| Err(refusal)));
    }
    for (file, source) in plan.files().iter().enumerate() {
        let Some(log) = source.log() else { continue };
        for number in 0..log.line_count().min(SOME) {
            let line = log.line(number);
            let seen = &line.bytes()[line.body().range()];
            for typed in ["{\"step_id\": \"0777\"}", ""] {
                let place = LogPlace { file, line: number };
                wishes.push(composer.set_line(place, seen, typed));
            }
        }
    }
    wishes
}

/// The change alters what it names alone, in memory as on disk, and its inverse takes every
/// byte of it back.
pub fn assert_law(name: &str, files: &[SourceFile], change: &Change) {
    let mut here = files.to_vec();
    let done = apply::change(change, &mut here);
    assert!(done.is_ok(), "{name}: {change:#?}\n{done:#?}");
    let after = bytes(&here);
    for ((path, old), (_, new)) in bytes(files).iter().zip(&after) {
        let edits: Vec<&Edit> = (change.edits.iter())
            .filter(|edit| edit.path == Path::new(path))
            .collect();
        assert_alone(name, of(files, path), (old, new), &edits);
    }
    let mut read_again: Vec<SourceFile> = (here.iter())
        .map(|file| SourceFile::load(&file.path, file.role, file.document.to_bytes()))
        .collect();
    for files in [&mut here, &mut read_again] {
        let undone = apply::change(&change.inverse(), files);
        assert!(undone.is_ok(), "{name}: undo of {change:#?}\n{undone:#?}");
    }
    let start = bytes(files);
    assert!(bytes(&here) == start, "{name}: undo of {change:#?}");
    assert!(
        bytes(&read_again) == start,
        "{name}: undo on disk of {change:#?}"
    );
}

fn bytes(files: &[SourceFile]) -> Vec<(String, Vec<u8>)> {
    let named = |file: &SourceFile| (file.path.display().to_string(), file.document.to_bytes());
    files.iter().map(named).collect()
}

fn of<'a>(files: &'a [SourceFile], path: &str) -> &'a Document {
    let file = files.iter().find(|file| file.path == Path::new(path));
    &file.expect("no edit takes a file away").document
}

fn assert_alone(name: &str, before: &Document, (old, new): (&[u8], &[u8]), edits: &[&Edit]) {
    assert_eq!(old != new, !edits.is_empty(), "{name}: {edits:#?}");
    if edits.is_empty() {
        return;
    }
    match before {
        Document::Log(log) => assert_lines_alone(name, log, new, edits),
        Document::Markdown(document) => {
            let (start, end) = changed(old, new);
            let named: Vec<Span> = edits.iter().map(|edit| range(document, edit)).collect();
            let from = named
                .iter()
                .map(|span| span.start)
                .min()
                .unwrap_or_default();
            let to = named.iter().map(|span| span.end).max().unwrap_or_default();
            let inside = from <= start && end <= to;
            assert!(
                inside,
                "{name}: {start}..{end} is not in {from}..{to}: {edits:#?}"
            );
        }
    }
}

/// Which bytes of `old` are not those of `new`, as one range.
fn changed(old: &[u8], new: &[u8]) -> (usize, usize) {
    let alike = |a: &mut dyn Iterator<Item = (&u8, &u8)>| a.take_while(|(a, b)| a == b).count();
    let front = alike(&mut old.iter().zip(new));
    let (rest, other) = (&old[front..], &new[front..]);
    let back = alike(&mut rest.iter().rev().zip(other.iter().rev()));
    (front, old.len() - back)
}

/// Lines that no edit names stand as they stood, in their order unless that is edited.
fn assert_lines_alone(name: &str, before: &LogDocument, new: &[u8], edits: &[&Edit]) {
    let sorts = |edit: &&Edit| edit.target == Target::LogOrder;
    let ordered = !edits.iter().any(sorts);
    // Line ends, and byte order marks where lines change places, belong to the place.
    let mark = b"\xef\xbb\xbf".as_slice();
    let bare = |line: &[u8]| match line.trim_ascii_end() {
        line if ordered => line.to_vec(),
        line => line.strip_prefix(mark).unwrap_or(line).to_vec(),
    };
    let named: Vec<usize> = (edits.iter().filter(|edit| !sorts(edit)))
        .map(|edit| number(before, edit))
        .collect();
    let lines = new.split_inclusive(|byte| *byte == b'\n');
    let mut rest: Vec<Vec<u8>> = lines.map(bare).collect();
    for number in (0..before.line_count()).filter(|number| !named.contains(number)) {
        let line = bare(before.line(number).bytes());
        let found = rest.iter().position(|other| *other == line);
        let found = found.unwrap_or_else(|| panic!("{name}: line {} is lost", number + 1));
        match ordered {
            true => drop(rest.drain(..=found)),
            false => drop(rest.remove(found)),
        }
    }
    let in_line = |edit: &&Edit| matches!(edit.target, Target::LogValue { .. });
    if edits.iter().all(in_line) {
        let lines = new.split_inclusive(|byte| *byte == b'\n').count();
        assert_eq!(lines, before.line_count(), "{name}");
    }
}

/// The line of the log that an edit names.
fn number(log: &LogDocument, edit: &Edit) -> usize {
    let (step, nth) = match edit.target {
        Target::LogText { line, .. } => return line,
        Target::LogValue { step, nth, .. } | Target::LogStep { step, nth, .. } => (step, nth),
        _ => panic!("{edit:?} is not for a log"),
    };
    let holds = |number: &usize| {
        let id = log.line(*number).get("step_id");
        id.and_then(|raw| stepdeck::document::json::words(raw).parse().ok()) == Some(step)
    };
    let mut numbers = (0..log.line_count()).filter(holds);
    numbers.nth(nth as usize).expect("the step has a line")
}

/// The bytes of the document that belong to what an edit names.
fn range(document: &MarkdownDocument, edit: &Edit) -> Span {
    match &edit.target {
        Target::SectionValue { step, nth, .. } | Target::SectionTitle { step, nth } => {
            let sections = section::sections(document, 0);
            let mut named = sections.iter().filter(|section| section.id == *step);
            document.section(named.nth(*nth).unwrap().heading)
        }
        Target::BlockCell { block, .. } | Target::BlockRow { block } => {
            let rows = block_table::rows(document, 0);
            let row = rows.iter().find(|row| row.id == *block).unwrap();
            document.tables()[row.table].rows[row.row].span
        }
        Target::CheckMark { stage, text, nth } => {
            let lists = checklist::lists(document, 0);
            let checks = lists.iter().filter(|list| list.heading == *stage);
            let mut named = checks.flat_map(|list| &list.checks);
            let check = named.find(|check| check.text == *text && check.nth == *nth);
            let item = &document.items()[check.unwrap().item];
            Span::new(item.marker.end, item.content.end.max(item.marker.end))
        }
        other => panic!("{other:?} was not wished for"),
    }
}
