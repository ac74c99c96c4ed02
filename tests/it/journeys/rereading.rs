//! What others write while the cockpit is open: read in the background, as one batch, each file
//! once, while keys go on; and what is away is waited for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::desk::{Desk, NOW, rest};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::model::SessionContext;
use stepdeck::app::sync::absent::Away;
use stepdeck::app::{DiskEvent, Effect, Message, Model, update};
use stepdeck::plan::Plan;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::open;
use stepdeck::store::worker::disk::Disk;
use stepdeck::store::worker::protocol::{Changed, WorkerOptions};
use stepdeck::tui::cockpit::Turn;
use tempfile::TempDir;

// ---- the file thread: one look, one batch ----

/// A document with a step of its own, in the words of some version.
fn document(number: usize, version: &str) -> String {
    format!(
        "# Part {number}\n\n#### Step {number:04} — Beam {number}, {version}\n- **Outcome:** holds\n"
    )
}

fn documents(folder: &Path, count: usize, version: &str) {
    fs::create_dir_all(folder).unwrap();
    for number in 1..=count {
        let path = folder.join(format!("part-{number:03}.md"));
        fs::write(path, document(number, version)).unwrap();
    }
}

fn watched(root: &Path, state: &Path) -> (Disk, Receiver<DiskEvent>) {
    let opened = open(root, &Overrides::default());
    let options = WorkerOptions {
        start: root.to_owned(),
        overrides: Overrides::default(),
        state: state.to_owned(),
        read_only: false,
    };
    let (sender, events) = channel();
    let disk = Disk::start(options, opened, move |event| {
        let _ = sender.send(event);
    });
    (disk, events)
}

/// What is told of files until each of these has been.
fn told(events: &Receiver<DiskEvent>, mut wanted: Vec<PathBuf>) -> Vec<Vec<Changed>> {
    let mut batches = Vec::new();
    while !wanted.is_empty() {
        let event = events.recv_timeout(Duration::from_secs(30)).unwrap();
        if let DiskEvent::Changed(files) = event {
            wanted.retain(|path| !files.iter().any(|file| file.path == *path));
            batches.push(files);
        }
    }
    batches
}

#[test]
fn a_folder_that_is_exchanged_is_told_as_one_batch_with_each_document_once() {
    const COUNT: usize = 120;
    let (folder, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let root = folder.path();
    documents(&root.join("docs/parts"), COUNT, "old");
    documents(&root.join("aside"), COUNT, "new");
    // Two that did not change, and one that is not there any more.
    for number in [7, 8] {
        fs::write(
            root.join(format!("aside/part-{number:03}.md")),
            document(number, "old"),
        )
        .unwrap();
    }
    fs::remove_file(root.join("aside/part-009.md")).unwrap();
    // What was just written would be waited for, each file for itself.
    for name in ["docs/parts", "aside"] {
        let files = fs::read_dir(root.join(name)).unwrap();
        files.for_each(|file| rest(&file.unwrap().path()));
    }
    let (disk, events) = watched(root, state.path());
    let is_watching = |event| matches!(event, DiskEvent::Watching { .. });
    assert!(is_watching(
        events.recv_timeout(Duration::from_secs(30)).unwrap()
    ));
    let (one, other) = (root.join("docs/parts"), root.join("aside"));
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
    let path = |number: usize| PathBuf::from(format!("docs/parts/part-{number:03}.md"));
    let differ = |number: &usize| ![7, 8].contains(number);
    let batches = told(&events, (1..=COUNT).filter(differ).map(path).collect());
    drop(disk);
    let others = events.try_iter().filter_map(|event| match event {
        DiskEvent::Changed(files) => Some(files),
        _ => None,
    });
    let batches: Vec<Vec<Changed>> = batches.into_iter().chain(others).collect();
    let mut times: BTreeMap<&Path, usize> = BTreeMap::new();
    for file in batches.iter().flatten() {
        *times.entry(&file.path).or_default() += 1;
    }
    assert_eq!(times.len(), COUNT - 2);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    // What is there at once, what is gone after the pause in which it could have come back; and
    // a look that was under way may have seen a part of it.
    assert!(batches.len() <= 4, "{} batches", batches.len());
}

// ---- the model: keys go on while a batch is read ----

fn model(files: &[(&str, Role, &str)]) -> Model {
    let load = |(path, role, text): &(&str, Role, &str)| {
        SourceFile::load(*path, *role, text.as_bytes().to_vec())
    };
    let files = files.iter().map(load).collect();
    let mut model = Model::new(
        files,
        SessionContext::default(),
        Keymap::default(),
        NOW.parse().unwrap(),
    );
    update(&mut model, Message::Clock(NOW.parse().unwrap()));
    model
}

fn changed(path: &str, role: Role, text: Option<&str>) -> Changed {
    Changed {
        path: path.into(),
        role,
        document: text.map(|text| SourceFile::load(path, role, text.as_bytes()).document),
        again: false,
    }
}

fn news(model: &mut Model, files: Vec<Changed>) -> Vec<Effect> {
    update(model, Message::Disk(DiskEvent::Changed(files)))
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ');
    keys.flat_map(|key| update(model, Message::Key(key.parse().unwrap())))
        .collect()
}

fn text(model: &Model, path: &str) -> String {
    let file = model
        .plan
        .files()
        .iter()
        .find(|file| file.path == Path::new(path));
    let bytes = file
        .map(|file| file.document.to_bytes())
        .unwrap_or_default();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn keys_and_edits_go_on_while_a_batch_is_read_and_the_next_gathers() {
    let mut model = model(&[(LOG, Role::Log, LINES), (CANON, Role::Canon, DOCUMENT)]);
    let log = LINES.replace("Load test", "Soak test");
    let canon = DOCUMENT.replace("Runbooks cover", "Handbooks cover");
    let effects = news(
        &mut model,
        vec![
            changed(LOG, Role::Log, Some(&log)),
            changed(CANON, Role::Canon, Some(&canon)),
        ],
    );
    assert_eq!(effects, [Effect::Reread]);
    let batch = model.next_batch().unwrap();
    assert!(model.next_batch().is_none(), "one at a time");
    // The batch is being read: keys move, an edit is made.
    press(&mut model, "j j");
    assert_eq!(model.selected().unwrap().0.to_string(), "0003");
    let effects = press(&mut model, "s c");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(_)))
    );
    // The same document is told twice more.
    let last = canon.replace("Handbooks cover", "Notebooks cover");
    for text in [&canon.replace("Handbooks", "Songbooks"), &last] {
        assert_eq!(
            news(&mut model, vec![changed(CANON, Role::Canon, Some(text))]),
            []
        );
    }
    let effects = update(&mut model, Message::Reread(Box::new(batch.read())));
    assert!(effects.contains(&Effect::Reread), "{effects:?}");
    assert!(text(&model, LOG).contains("Soak test"));
    assert!(
        text(&model, LOG).contains(r#""owner": "", "status": "complete""#),
        "the edit stays"
    );
    assert_eq!(text(&model, CANON), canon);
    assert_eq!(model.selected().unwrap().0.to_string(), "0003");
    let batch = model.next_batch().unwrap();
    let effects = update(&mut model, Message::Reread(Box::new(batch.read())));
    assert!(!effects.contains(&Effect::Reread), "{effects:?}");
    assert_eq!(text(&model, CANON), last);
    assert!(!model.work.rereading.is_busy());
    assert_eq!(
        model.plan.stages()[0].checks[0].text,
        "Notebooks cover deploy and rollback."
    );
}

#[test]
fn leaving_is_answered_at_once_while_a_batch_is_read() {
    let mut model = model(&[(LOG, Role::Log, LINES), (CANON, Role::Canon, DOCUMENT)]);
    news(&mut model, vec![changed(CANON, Role::Canon, None)]);
    let batch = model.next_batch().unwrap();
    assert!(press(&mut model, "q").contains(&Effect::Quit));
    drop(batch);
}

#[test]
fn a_document_that_is_none_of_the_plans_changes_nothing() {
    let mut model = model(&[(LOG, Role::Log, LINES), (CANON, Role::Canon, DOCUMENT)]);
    let generation = model.generation;
    news(
        &mut model,
        vec![
            changed("docs/hello.md", Role::Canon, Some("# Hello\n\nWords.\n")),
            changed("docs/gone.md", Role::Canon, None),
            changed(LOG, Role::Log, Some(LINES)),
        ],
    );
    let batch = model.next_batch().unwrap();
    update(&mut model, Message::Reread(Box::new(batch.read())));
    assert_eq!(model.generation, generation);
    // One that loses every structure is none of the plan's any more.
    news(
        &mut model,
        vec![changed(CANON, Role::Canon, Some("# Plan\n\nWords.\n"))],
    );
    let batch = model.next_batch().unwrap();
    update(&mut model, Message::Reread(Box::new(batch.read())));
    let files: Vec<_> = model.plan.files().iter().map(|file| file.role).collect();
    assert_eq!(files, [Role::Log]);
}

mod orders {
    use super::*;
    use proptest::prelude::*;
    use stepdeck::change::apply;

    /// What happens next to a log that a person and others edit.
    #[derive(Clone, Debug)]
    enum Action {
        /// The person sets the status of the n-th step.
        Own(usize),
        /// Others change the title of the n-th step, and more lines or fewer with it.
        Others(usize, usize),
        /// The oldest edit is written.
        Save,
        /// A batch begins to be read.
        Begin,
        /// The batch that is read is done.
        End,
    }

    fn deed() -> impl Strategy<Value = Action> {
        prop_oneof![
            (0..4_usize).prop_map(Action::Own),
            (0..4_usize, 0..3_usize).prop_map(|(step, more)| Action::Others(step, more)),
            Just(Action::Save),
            Just(Action::Begin),
            Just(Action::End),
        ]
    }

    /// The line that others add or take away again.
    const MORE: &str = "{\"step_id\": \"0300\", \"title\": \"Theirs\"}\n";

    proptest! {
        /// In whatever order edits, saves, news and readings come: in the end the plan is what
        /// the files say, and whenever nothing is read it is that with the edits under way on top.
        #[test]
        fn edits_and_news_meet_in_any_order(deeds in prop::collection::vec(deed(), 0..24)) {
            let mut model = model(&[(LOG, Role::Log, LINES)]);
            let mut disk = vec![SourceFile::load(LOG, Role::Log, LINES.as_bytes().to_vec())];
            let (mut queue, mut batch) = (Vec::new(), None);
            let mut version = 0;
            let settle = [Action::End, Action::Begin, Action::End];
            let saves = vec![Action::Save; deeds.len()];
            for deed in deeds.iter().cloned().chain(settle.clone()).chain(saves).chain(settle) {
                let effects = match deed {
                    Action::Own(step) => {
                        let keys = ["s c", "s b", "s d", "s p"][step];
                        model.view.go(step);
                        press(&mut model, keys)
                    }
                    Action::Others(step, more) => {
                        version += 1;
                        let bytes = disk[0].document.to_bytes();
                        let text = String::from_utf8(bytes).unwrap();
                        let mut lines: Vec<String> = text.lines().map(|l| format!("{l}\n")).collect();
                        let (front, back) = lines[step + 1].split_once("\"title\": \"").unwrap();
                        lines[step + 1] = format!("{front}\"title\": \"{version} {back}");
                        lines.retain(|line| line != MORE);
                        if more == 0 {
                            lines.push(MORE.to_owned());
                        }
                        let text = lines.concat();
                        disk = vec![SourceFile::load(LOG, Role::Log, text.as_bytes().to_vec())];
                        news(&mut model, vec![changed(LOG, Role::Log, Some(&text))])
                    }
                    Action::Save if queue.is_empty() => Vec::new(),
                    Action::Save => {
                        let (ticket, change) = queue.remove(0);
                        prop_assert!(apply::change(&change, &mut disk).is_ok());
                        let saved = DiskEvent::Saved { ticket, remark: None };
                        update(&mut model, Message::Disk(saved))
                    }
                    Action::Begin => {
                        batch = batch.or_else(|| model.next_batch());
                        Vec::new()
                    }
                    Action::End => match batch.take() {
                        Some(read) => {
                            let read: stepdeck::app::sync::reread::Batch = read;
                            update(&mut model, Message::Reread(Box::new(read.read())))
                        }
                        None => Vec::new(),
                    },
                };
                for effect in effects {
                    if let Effect::Save(job) = effect {
                        queue.push((job.ticket, job.change));
                    }
                }
                if !model.work.rereading.is_busy() {
                    let mut shown = disk.clone();
                    for (_, change) in &queue {
                        prop_assert!(apply::change(change, &mut shown).is_ok());
                    }
                    let shown = shown[0].document.to_bytes();
                    prop_assert_eq!(text(&model, LOG).into_bytes(), shown);
                }
            }
            prop_assert_eq!(text(&model, LOG).into_bytes(), disk[0].document.to_bytes());
            let read = Plan::read(disk);
            prop_assert_eq!(model.plan.statuses(), read.statuses());
            prop_assert_eq!(model.plan.graph().states(), read.graph().states());
        }
    }
}

// ---- the folder vanishes and comes back ----

/// Runs the loop until this much of the plan is away.
fn until_away(desk: &mut Desk, away: Option<Away>) {
    desk.run_until("the files noticed", |desk| {
        desk.cockpit.model.away() == away
    });
    desk.settle();
}

/// Takes everything of the plan away, and gives it back.
struct Aside(PathBuf, TempDir);

impl Aside {
    fn of(desk: &Desk) -> Self {
        let aside = TempDir::new_in(desk.folder().parent().unwrap()).unwrap();
        for entry in fs::read_dir(desk.folder()).unwrap() {
            let name = entry.unwrap().file_name();
            fs::rename(desk.folder().join(&name), aside.path().join(&name)).unwrap();
        }
        Self(desk.folder().to_owned(), aside)
    }

    fn back(self) {
        for entry in fs::read_dir(self.1.path()).unwrap() {
            let name = entry.unwrap().file_name();
            fs::rename(self.1.path().join(&name), self.0.join(&name)).unwrap();
        }
    }
}

#[test]
fn nothing_is_offered_or_written_while_the_plan_is_away_and_everything_is_found_again() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys(" jj j");
    let marks = desk.cockpit.model.view.marks.clone();
    assert_eq!(marks.len(), 2);
    let selected = desk.cockpit.model.selected();
    let aside = Aside::of(&desk);
    until_away(&mut desk, Some(Away::Everything));
    let screen = desk.screen();
    assert!(
        screen.contains("The plan's files are gone, waiting for them."),
        "{screen}"
    );
    let count = |desk: &Desk| crate::support::desk::all_files(desk.folder()).len();
    // Neither the keys of the first-run card, nor those of a plan, nor words.
    desk.keys("dixasDEouUw5234Z<Enter> <Tab>some words");
    assert_eq!(count(&desk), 0);
    assert!(desk.cockpit.model.overlays.is_empty(), "{}", desk.screen());
    for keys in ["?", ":"] {
        desk.keys(keys);
        assert!(!desk.screen().contains("demo plan"), "{}", desk.screen());
        desk.keys("<Esc>");
    }
    aside.back();
    until_away(&mut desk, None);
    assert_eq!(desk.cockpit.model.view.marks, marks);
    assert_eq!(desk.cockpit.model.selected(), selected);
    assert_eq!(desk.diff(), "");
    desk.keys("sb");
    assert!(desk.diff().contains("blocked"), "{}", desk.diff());
}

#[test]
fn one_can_leave_while_the_plan_is_away() {
    let mut desk = Desk::open(&[(LOG, LINES)]);
    let aside = Aside::of(&desk);
    until_away(&mut desk, Some(Away::Everything));
    desk.keys("q");
    assert_eq!(desk.turn, Turn::Quit);
    aside.back();
    let desk = desk.reopen();
    assert_eq!(desk.diff(), "");
}

#[test]
fn text_in_an_open_field_waits_for_the_plan() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys("je<Enter> anew");
    let aside = Aside::of(&desk);
    until_away(&mut desk, Some(Away::Everything));
    desk.keys(", twice<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("the plan's files are gone, waiting for them"),
        "{screen}"
    );
    assert!(screen.contains("Review the schema anew, twice"), "{screen}");
    assert_eq!(crate::support::desk::all_files(desk.folder()).len(), 0);
    aside.back();
    until_away(&mut desk, None);
    desk.keys("<Enter>");
    assert!(
        desk.file(LOG).contains("Review the schema anew, twice"),
        "{}",
        desk.diff()
    );
}

#[test]
fn empty_panes_offer_nothing_while_the_log_is_away() {
    let canon = "# Notes\n\n## Readiness Checklists\n\n### Ground\n\n- It stands\n";
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, canon)]);
    let log = desk.folder().join(LOG);
    let aside = desk.folder().join("aside");
    fs::rename(&log, &aside).unwrap();
    until_away(&mut desk, Some(Away::Log));
    let screen = desk.screen();
    assert!(screen.contains("The plan's log is gone."), "{screen}");
    assert!(!screen.contains("adds the first"), "{screen}");
    fs::rename(&aside, &log).unwrap();
    until_away(&mut desk, None);
    assert!(desk.screen().contains("Load test"), "{}", desk.screen());
}

#[test]
fn a_log_that_was_away_finds_selection_and_marks_by_id() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys(" jj jsb");
    desk.keys("k");
    let marks = desk.cockpit.model.view.marks.clone();
    let selected = desk.cockpit.model.selected();
    let log = desk.folder().join(LOG);
    let aside = desk.folder().join("aside");
    fs::rename(&log, &aside).unwrap();
    until_away(&mut desk, Some(Away::Log));
    assert!(
        desk.screen().contains("the plan's log is gone"),
        "{}",
        desk.screen()
    );
    // A step of the canon is still there to be looked at, and not to be edited.
    assert_eq!(desk.cockpit.model.plan.len(), 1);
    desk.keys("x");
    assert!(desk.cockpit.model.overlays.is_empty());
    // It comes back with a step before those that were chosen.
    let text = fs::read_to_string(&aside).unwrap();
    let more = "{\"step_id\": \"0001.A\", \"title\": \"In between\"}\n";
    fs::write(&aside, format!("{more}{text}")).unwrap();
    fs::rename(&aside, &log).unwrap();
    until_away(&mut desk, None);
    assert_eq!(desk.cockpit.model.plan.len(), 5);
    assert_eq!(desk.cockpit.model.view.marks, marks);
    assert_eq!(desk.cockpit.model.selected(), selected);
}

#[test]
fn who_moves_while_steps_are_away_stays_and_who_gives_marks_up_has_none() {
    let mut desk = Desk::open(&[(LOG, LINES)]);
    desk.keys("jj ");
    let without: String = (LINES.lines())
        .filter(|line| !line.contains("\"step_id\": \"0003\""))
        .map(|line| format!("{line}\n"))
        .collect();
    let steps = |count: usize| move |desk: &Desk| desk.cockpit.model.plan.len() == count;
    desk.write_outside(LOG, &without);
    desk.run_until("three steps", steps(3));
    assert!(desk.cockpit.model.view.marks.is_empty());
    desk.keys("gg**");
    desk.write_outside(LOG, LINES);
    desk.run_until("four steps", steps(4));
    desk.settle();
    assert!(desk.cockpit.model.view.marks.is_empty());
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0001");
}
