//! Laws of editing, held against generated plans and generated edits of every kind.
//!
//! An edit that is undone leaves no trace; it touches nothing but its own value; it survives
//! whatever somebody else did elsewhere; and no bytes whatever make it panic.

mod layout;
mod lists;
mod plans;
mod untidy;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use stepdeck::change::compose::{Attachment, Composer, StepRequest};
use stepdeck::change::form::{self, Form};
use stepdeck::change::value::Refusal;
use stepdeck::change::{Change, Target, apply};
use stepdeck::document::Document;
use stepdeck::document::log::LogDocument;
use stepdeck::plan::Plan;
use stepdeck::plan::canon::block_table::BlockColumn;
use stepdeck::plan::checks::{Context, Problem, check};
use stepdeck::plan::field::{Field, Kind, fields};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::plan::uid::Uids;
use stepdeck::plan::waiting::Waiting;

const LOG: &str = "data/plans/plan.jsonl";
const CANON: &str = "docs/plan.md";
const ROADMAP: &str = "docs/ROADMAP.md";

/// What a person may ask for; indexes are taken modulo what there is.
#[derive(Clone, Debug)]
enum Wish {
    Set(Index, Index, String),
    SetAll(Index, String),
    Each(Vec<Index>, &'static str),
    Move(Vec<Index>, Index),
    SetList(Index, Index, Vec<String>),
    Add(&'static str, String),
    AddChild(Index, String),
    SetBlock(Index, Index, String),
    Tick(Index, Index),
    Attach(Index, String),
    SetLine(Index, String),
    SetForm(Index, Index, String),
    Reconcile(Index, bool),
    Fix(Index, bool),
    FixAll(bool),
}

/// What may be done with several steps at once.
const EACH: &[&str] = &[
    "remove",
    "take-log",
    "take-canon",
    "owner=ops",
    "status=complete",
    "outcome=",
    "dependencies+=0001",
    "dependencies-=0001",
    "dependencies+=Board agrees",
    "inputs=a.md; b.md",
    "evidence.target=3",
];

fn wish() -> impl Strategy<Value = Wish> {
    let at = any::<Index>;
    let marks = || prop::collection::vec(any::<Index>(), 1..5);
    let words = plans::words;
    let status = select(vec!["draft", "in progress", "complete", "blocked"]);
    let typed = prop_oneof![3 => words(), 1 => status.clone().prop_map(str::to_owned)];
    let line = select(vec![
        r#"{"step_id": "0007", "title": "typed"}"#,
        r#"{"step_id": "0001"}"#,
        "torn {",
        "",
        "\u{feff}{}",
        "=======",
    ]);
    let link = select(vec!["https://example.org/run", "docs/a_b.md", "a>b", "x"]);
    prop_oneof![
        6 => (at(), at(), typed).prop_map(|(a, b, text)| Wish::Set(a, b, text)),
        2 => (at(), status).prop_map(|(a, text)| Wish::SetAll(a, text.to_owned())),
        3 => (marks(), select(EACH)).prop_map(|(marks, what)| Wish::Each(marks, what)),
        1 => (marks(), at()).prop_map(|(marks, block)| Wish::Move(marks, block)),
        3 => (at(), at(), prop::collection::vec(words(), 0..4))
            .prop_map(|(a, b, entries)| Wish::SetList(a, b, entries)),
        2 => (plans::id(), words()).prop_map(|(id, title)| Wish::Add(id, title)),
        1 => (at(), words()).prop_map(|(a, title)| Wish::AddChild(a, title)),
        2 => (at(), at(), words()).prop_map(|(a, b, text)| Wish::SetBlock(a, b, text)),
        2 => (at(), at()).prop_map(|(a, b)| Wish::Tick(a, b)),
        1 => (at(), link).prop_map(|(a, link)| Wish::Attach(a, link.to_owned())),
        2 => (at(), line).prop_map(|(a, line)| Wish::SetLine(a, line.to_owned())),
        2 => (at(), at(), words()).prop_map(|(a, b, text)| Wish::SetForm(a, b, text)),
        1 => (at(), any::<bool>()).prop_map(|(a, side)| Wish::Reconcile(a, side)),
        2 => (at(), any::<bool>()).prop_map(|(a, side)| Wish::Fix(a, side)),
        1 => any::<bool>().prop_map(Wish::FixAll),
    ]
}

impl Wish {
    /// The change that it becomes, or `None` where it is refused or there is nothing to do.
    fn compose(&self, plan: &Plan, now: DateTime<Utc>) -> Option<Change> {
        let composer = Composer::new(plan, now);
        let uid = Uids::new(plan.len() as u64).take();
        let step = |at: &Index| (!plan.is_empty()).then(|| at.index(plan.len()));
        let change = match self {
            Self::Set(at, field, text) => {
                composer.set(step(at)?, fields()[field.index(fields().len())].field, text)
            }
            Self::SetAll(from, text) => {
                let steps: Vec<usize> = (step(from)?..plan.len()).collect();
                composer.set_all(&steps, Field::Status, text)
            }
            Self::Each(marks, what) => {
                let request = match *what {
                    "remove" => StepRequest::Remove,
                    "take-log" => StepRequest::Reconcile { keep_log: true },
                    "take-canon" => StepRequest::Reconcile { keep_log: false },
                    assignment => StepRequest::Assign(vec![assignment.parse().unwrap()]),
                };
                composer
                    .each(&marked(plan, marks)?, &request)
                    .map(|bulk| bulk.change)
            }
            Self::Move(marks, block) => {
                let blocks = plan.blocks().len();
                let block = (blocks > 0).then(|| block.index(blocks))?;
                composer.relocate(&marked(plan, marks)?, block)
            }
            Self::SetList(at, field, entries) => {
                let lists = [Field::Dependencies, Field::Inputs, Field::Artifacts];
                composer.set_list(step(at)?, lists[field.index(lists.len())], entries)
            }
            Self::Add(id, title) => composer.add(id.parse().unwrap(), title, uid),
            Self::AddChild(at, title) => {
                let id = plan.step(step(at)?).id();
                composer.add(composer.next_child(id)?, title, uid)
            }
            Self::SetBlock(at, column, text) => {
                let count = plan.blocks().len();
                let block = (count > 0).then(|| at.index(count))?;
                composer.set_block(block, BlockColumn::ALL[column.index(4)], text)
            }
            Self::Tick(stage, at) => {
                let (stage, check) = some_check(plan, stage, at)?;
                composer.tick(&plan.stages()[stage].checks[check])
            }
            Self::Attach(at, link) => {
                let (stage, check) = some_check(plan, at, at)?;
                match composer.attach(stage, check, link, "Robin", Path::new(ROADMAP)) {
                    Ok(Attachment::Ready(change) | Attachment::Creates { change, .. }) => {
                        Ok(change)
                    }
                    Err(refusal) => Err(refusal),
                }
            }
            Self::SetLine(at, text) => {
                let log = plan.files().first().and_then(SourceFile::log)?;
                let count = log.line_count();
                let line = (count > 0).then(|| at.index(count))?;
                {
                    let log = plan.files()[0].log().unwrap().line(line);
                    let seen = log.bytes()[log.body().range()].to_vec();
                    composer.set_line(stepdeck::plan::LogPlace { file: 0, line }, &seen, text)
                }
            }
            Self::SetForm(at, field, text) => {
                let step = step(at)?;
                set_form(
                    &composer,
                    step,
                    fields()[field.index(fields().len())].field,
                    text,
                )
            }
            Self::Reconcile(at, keep_log) => composer.reconcile(step(at)?, *keep_log),
            Self::Fix(at, side) => {
                let fixes: Vec<_> = problems(plan, now).iter().filter_map(|p| p.fix).collect();
                let fix = (!fixes.is_empty()).then(|| fixes[at.index(fixes.len())])?;
                composer.fix(&fix, *side)
            }
            Self::FixAll(side) => {
                let fixes: Vec<_> = problems(plan, now).iter().filter_map(|p| p.fix).collect();
                Ok(composer.fix_all(&fixes, *side).change)
            }
        };
        change.ok().filter(|change| !change.edits.is_empty())
    }
}

/// Marked steps: each once, in the order of IDs.
fn marked(plan: &Plan, marks: &[Index]) -> Option<Vec<usize>> {
    let steps = marks.iter().map(|at| at.index(plan.len().max(1)));
    let steps: std::collections::BTreeSet<usize> = steps.collect();
    (!plan.is_empty()).then(|| steps.into_iter().collect())
}

fn some_check(plan: &Plan, stage: &Index, at: &Index) -> Option<(usize, usize)> {
    let stages = plan.stages();
    let stage = (!stages.is_empty()).then(|| stage.index(stages.len()))?;
    let checks = stages[stage].checks.len();
    (checks > 0).then(|| (stage, at.index(checks)))
}

/// A form in which one field was rewritten.
fn set_form(
    composer: &Composer<'_>,
    step: usize,
    field: Field,
    text: &str,
) -> Result<Change, Refusal> {
    let step = composer.plan.step(step);
    let form = form::write(&[step]);
    let mut table: toml::Table = form.parse().expect("the form that we write is TOML");
    let quoted = toml::Value::String(text.to_owned());
    if field != Field::UpdatedAt {
        let value = match field.spec().kind {
            Kind::List => toml::Value::Array(vec![quoted]),
            _ => quoted,
        };
        table.insert(field.spec().name.to_owned(), value);
    }
    let form = Form {
        steps: [step.key()].into(),
        seen: String::new(),
        text: toml::to_string(&table).unwrap(),
    };
    Ok(composer.set_form(&form)?.change)
}

fn problems(plan: &Plan, now: DateTime<Utc>) -> Vec<Problem> {
    check(plan, &Context::at(now))
}

type Files = Vec<(&'static str, Role, plans::Text)>;

fn files() -> impl Strategy<Value = Files> {
    (plans::log(), plans::canon(), plans::roadmap()).prop_map(|(log, canon, roadmap)| {
        let mut files = vec![(LOG, Role::Log, log), (CANON, Role::Canon, canon)];
        files.extend(roadmap.map(|bytes| (ROADMAP, Role::Roadmap, bytes)));
        files
    })
}

fn load(files: &Files) -> Vec<SourceFile> {
    let load = |(path, role, bytes): &(&str, Role, plans::Text)| {
        SourceFile::load(*path, *role, bytes.0.clone())
    };
    files.iter().map(load).collect()
}

/// The same files as read from disk, which is what the file thread works on.
fn reload(files: &[SourceFile]) -> Vec<SourceFile> {
    let load =
        |file: &SourceFile| SourceFile::load(&file.path, file.role, file.document.to_bytes());
    files.iter().map(load).collect()
}

fn bytes(files: &[SourceFile]) -> BTreeMap<String, String> {
    let text = |file: &SourceFile| file.document.to_bytes().escape_ascii().to_string();
    let name = |file: &SourceFile| file.path.display().to_string();
    files.iter().map(|file| (name(file), text(file))).collect()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().unwrap()
}

/// Applies a change to the files as the cockpit holds them and as the disk does, and asks
/// that both come out alike.
fn put(change: &Change, files: &mut Vec<SourceFile>) {
    assert_derived_alike(change, files);
    let mut on_disk = reload(files);
    let here = apply::change(change, files);
    let there = apply::change(change, &mut on_disk);
    assert_eq!(here, there, "{change:#?}");
    assert!(here.is_ok(), "{change:#?}\n{here:#?}\n{:#?}", bytes(files));
    assert_eq!(
        bytes(files),
        bytes(&on_disk),
        "screen and disk: {change:#?}"
    );
}

/// What is derived again of a plan that a change is made in is what the changed files mean.
fn assert_derived_alike(change: &Change, files: &[SourceFile]) {
    let Some(scope) = change.scope() else {
        return;
    };
    let mut amended = Plan::read(files.to_vec());
    let edit = |files: &mut Vec<SourceFile>| apply::change(change, files);
    if amended.amend(&scope.steps, scope.markdown, edit).is_err() {
        return;
    }
    let read = Plan::read(reload(amended.files()));
    assert_eq!(meaning(&amended), meaning(&read), "{change:#?}");
}

/// All that is derived from the files.
fn meaning(plan: &Plan) -> Vec<String> {
    let graph = plan.graph();
    let steps = plan.steps().map(|step| {
        let at = step.index();
        let edges = (
            graph.upstream(at).collect::<Vec<_>>(),
            graph.downstream(at).collect::<Vec<_>>(),
        );
        let chain = (
            graph.unmet(at),
            graph.cycle(at),
            graph.height(at),
            graph.depth(at),
        );
        let facts = (
            step.key(),
            step.status(),
            step.state(),
            step.block(),
            step.places(),
        );
        let unmet: Vec<String> = step.unmet().iter().map(Waiting::marked).collect();
        format!(
            "{facts:?} {edges:?} {chain:?} {unmet:?} {:?}",
            step.circle()
        )
    });
    let blocks = plan.blocks().iter().map(|block| format!("{block:?}"));
    let stages = plan.stages().iter().map(|stage| format!("{stage:?}"));
    let sections = plan.sections().map(|section| format!("{section:?}"));
    steps.chain(blocks).chain(stages).chain(sections).collect()
}

/// The raw values of a line with the text between them.
fn anatomy(log: &LogDocument, line: usize) -> (Vec<String>, Vec<String>) {
    let line = log.line(line);
    let (text, base) = (line.bytes(), line.bytes().as_ptr() as usize);
    let (mut gaps, mut raws, mut from) = (Vec::new(), Vec::new(), 0);
    for (_, raw) in line.entries() {
        let start = raw.as_ptr() as usize - base;
        gaps.push(text[from..start].escape_ascii().to_string());
        raws.push(raw.to_owned());
        from = start + raw.len();
    }
    gaps.push(text[from..].escape_ascii().to_string());
    (gaps, raws)
}

/// Where only values of log lines were edited, whatever else the log holds stands as before.
fn assert_only_values(change: &Change, before: &LogDocument, after: &LogDocument) {
    let edits = change
        .edits
        .iter()
        .filter(|edit| edit.path == Path::new(LOG));
    let mut keys = Vec::new();
    for edit in edits {
        match edit.target {
            Target::LogValue { key, .. } if edit.before.is_some() => keys.push(key),
            _ => return,
        }
    }
    assert_eq!(before.line_count(), after.line_count());
    for line in 0..before.line_count() {
        if before.line(line).bytes() == after.line(line).bytes() {
            continue;
        }
        let ((gaps, old), (new_gaps, new)) = (anatomy(before, line), anatomy(after, line));
        assert_eq!(gaps, new_gaps, "{change:#?}");
        let names: Vec<&str> = before.line(line).entries().map(|(key, _)| key).collect();
        for (at, name) in names.iter().enumerate() {
            let counts = !names[at + 1..].contains(name);
            assert!(
                old[at] == new[at] || counts && keys.contains(name),
                "{change:#?}"
            );
        }
    }
}

/// Where cells, ticks and titles were edited, the lines beside theirs stand as before.
fn assert_few_lines(change: &Change, before: &[u8], after: &[u8]) {
    let one_line = |target: &Target| {
        matches!(
            target,
            Target::BlockCell { .. }
                | Target::BlockRow { .. }
                | Target::CheckMark { .. }
                | Target::SectionTitle { .. }
        )
    };
    let edits: Vec<_> = change
        .edits
        .iter()
        .filter(|e| e.path == Path::new(CANON))
        .collect();
    if !edits.iter().all(|edit| one_line(&edit.target)) {
        return;
    }
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (before, after) = (lines(before), lines(after));
    assert_eq!(before.len(), after.len(), "{change:#?}");
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
    assert!(changed <= edits.len(), "{change:#?}");
}

fn of<'a>(files: &'a [SourceFile], path: &str) -> &'a Document {
    let file = files.iter().find(|file| file.path == Path::new(path));
    &file.expect("it is never taken away").document
}

/// What two changes must not share if they are to be independent of one another.
fn things(change: &Change) -> Vec<String> {
    let name = |target: &Target| match target {
        Target::LogValue { step, .. } | Target::LogStep { step, .. } => format!("log {step}"),
        Target::SectionValue { step, .. } | Target::SectionTitle { step, .. } => {
            format!("section {step}")
        }
        Target::BlockCell { block, column } => format!("cell {block} {column:?}"),
        Target::CheckMark { stage, text, nth } => format!("check {stage} {text} {nth}"),
        _ => "anything".to_owned(),
    };
    change.edits.iter().map(|edit| name(&edit.target)).collect()
}

fn independent(a: &Change, b: &Change) -> bool {
    let (a, b) = (things(a), things(b));
    a.iter()
        .all(|thing| thing != "anything" && !b.contains(thing))
        && b.iter().all(|thing| thing != "anything")
}

/// Makes the wishes one after the other, takes all of them back, makes them again and takes them
/// back once more.
fn hold_edits(mut files: Vec<SourceFile>, wishes: &[Wish]) {
    let mut states = vec![bytes(&files)];
    let mut done = Vec::new();
    for (at, wish) in wishes.iter().enumerate() {
        let plan = Plan::read(files.clone());
        let now = now() + TimeDelta::seconds(at as i64);
        let Some(change) = wish.compose(&plan, now) else {
            continue;
        };
        let old = files.clone();
        put(&change, &mut files);
        if let (Document::Log(before), Document::Log(after)) = (of(&old, LOG), of(&files, LOG))
            && !change
                .edits
                .iter()
                .any(|e| matches!(e.target, Target::LogStep { .. }))
        {
            assert_only_values(&change, before, after);
        }
        assert_few_lines(
            &change,
            &of(&old, CANON).to_bytes(),
            &of(&files, CANON).to_bytes(),
        );
        done.push(change);
        states.push(bytes(&files));
    }
    for _ in 0..2 {
        for (at, change) in done.iter().enumerate().rev() {
            put(&change.inverse(), &mut files);
            assert_eq!(&bytes(&files), &states[at], "undo of {:#?}", change);
        }
        for (at, change) in done.iter().enumerate() {
            put(change, &mut files);
            assert_eq!(&bytes(&files), &states[at + 1], "redo of {:#?}", change);
        }
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn edits_touch_their_value_alone_and_come_undone_exactly(
        first in files(), wishes in prop::collection::vec(wish(), 1..12),
    ) {
        hold_edits(load(&first), &wishes);
    }

    #[test]
    fn edits_of_different_things_do_not_know_of_each_other(
        first in files(), mine in wish(), theirs in wish(), above in any::<bool>(),
    ) {
        let files = load(&first);
        let plan = Plan::read(files.clone());
        let (Some(mine), Some(theirs)) =
            (mine.compose(&plan, now()), theirs.compose(&plan, now() + TimeDelta::seconds(1)))
        else {
            return Ok(());
        };
        prop_assume!(independent(&mine, &theirs));
        let mut files = files;
        if above {
            // Somebody else adds a line and a section above everything.
            for file in &mut files {
                let more: &[u8] = match file.role {
                    Role::Log => b"{\"step_id\": \"0500\", \"title\": \"theirs\"}\n",
                    _ => b"# Before\n\nA paragraph, and\n\n- a list\n\n",
                };
                let text = [more, &file.document.to_bytes()].concat();
                *file = SourceFile::load(&file.path, file.role, text);
            }
        }
        let (mut a, mut b, mut both) = (files.clone(), files.clone(), files.clone());
        put(&mine, &mut a);
        put(&theirs, &mut b);
        put(&theirs, &mut both);
        put(&mine, &mut both);
        let mut other_way = a.clone();
        put(&theirs, &mut other_way);
        prop_assert_eq!(bytes(&both), bytes(&other_way));
        let mut back = both.clone();
        put(&mine.inverse(), &mut back);
        prop_assert_eq!(bytes(&back), bytes(&b));
        put(&theirs.inverse(), &mut both);
        prop_assert_eq!(bytes(&both), bytes(&a));
    }

    #[test]
    fn what_was_typed_is_what_is_read(
        first in files(), at: Index, field: Index, text in plans::words(),
    ) {
        let mut files = load(&first);
        let plan = Plan::read(files.clone());
        prop_assume!(!plan.is_empty());
        let step = plan.step(at.index(plan.len()));
        let field = fields()[field.index(fields().len())].field;
        prop_assume!(field.spec().kind != Kind::List);
        // Typed as Markdown has it, a line break stays one.
        prop_assume!(!text.contains("<br"));
        let composer = Composer::new(&plan, now());
        let Ok(accepted) = stepdeck::change::value::accept(&plan, field, &text) else {
            return Ok(());
        };
        let Ok(change) = composer.set(step.index(), field, &text) else { return Ok(()) };
        put(&change, &mut files);
        let after = Plan::read(files);
        let index = after.find_nth(step.id(), step.nth());
        prop_assert!(index.is_some(), "{change:#?}");
        prop_assert_eq!(after.len(), plan.len());
        let now = after.step(index.unwrap_or_default()).text(field).into_owned();
        // Where the canon alone holds it, a line break is read as the space that it means there.
        let same = now == accepted || step.log_line().is_none() && now.split_whitespace().eq(accepted.split_whitespace());
        prop_assert!(same, "{now:?} for {accepted:?}: {change:#?}");
    }

    #[test]
    fn no_bytes_make_anything_panic(
        log in plans::anything(), canon in plans::anything(), roadmap in plans::anything(),
        wishes in prop::collection::vec(wish(), 1..5), swapped: bool,
    ) {
        let (log, canon) = if swapped { (canon, log) } else { (log, canon) };
        let first = vec![
            (LOG, Role::Log, log), (CANON, Role::Canon, canon), (ROADMAP, Role::Roadmap, roadmap),
        ];
        let mut files = load(&first);
        let start = bytes(&files);
        prop_assert_eq!(&bytes(&reload(&files)), &start);
        let mut done = Vec::new();
        for wish in &wishes {
            let plan = Plan::read(files.clone());
            problems(&plan, now());
            if let Some(change) = wish.compose(&plan, now()) {
                put(&change, &mut files);
                done.push(change);
            }
        }
        for change in done.iter().rev() {
            put(&change.inverse(), &mut files);
        }
        prop_assert_eq!(bytes(&files), start);
    }
}
