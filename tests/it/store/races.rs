//! Races: another program saves a file of the plan in place, by truncating, appending, renaming or
//! exchanging, at the moment we do. Whatever it writes is merged, or kept and named; no line is of
//! two versions.
//!
//! A few rounds run here; `tests/faults/13-motion.sh` runs hundreds of them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecursiveMode, Watcher};

use super::motion::{CONFIG, LOGS, naming};
use crate::support::LIMIT;
use crate::support::desk::rest;
use crate::support::fixture::{CANON, LOG, put};
use stepdeck::change::Change;
use stepdeck::change::compose::Composer;
use stepdeck::change::history::Event;
use stepdeck::change::places::LineHints;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::id::StepId;
use stepdeck::plan::source::SourceFile;
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::open;
use stepdeck::store::transaction::commit::{Committer, Outcome};
use stepdeck::store::transaction::one_shot::OneShot;
use stepdeck::store::worker::disk::Disk;
use stepdeck::store::worker::protocol::{DiskEvent, SaveJob, WorkerOptions};
use tempfile::TempDir;

/// How many rounds of each race are run.
const ROUNDS: &str = "STEPDECK_RACE_ROUNDS";
/// How many steps the plan of the races has: some 300 KB of log and of canon.
const STEPS: usize = 900;
/// What both edit and save are about.
const EDITED: usize = 7;

/// How another program saves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// Over the bytes that are there, as `rsync --inplace` and `dd conv=notrunc` do.
    InPlace,
    /// From an empty file on, as most editors do.
    Truncating,
    /// More lines through one handle, cut anywhere.
    Appending,
    /// A new file in the place of the old one.
    Renaming,
    /// Both names exchanged.
    Exchanging,
}

const WAYS: [Way; 5] = [
    Way::InPlace,
    Way::Truncating,
    Way::Appending,
    Way::Renaming,
    Way::Exchanging,
];

/// Who makes our edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Editor {
    Cockpit,
    Subcommand,
}

/// A log in which every outcome is of this version.
fn log(version: u32) -> String {
    let pad = "o".repeat(100);
    let line = |n| {
        format!(
            "{{\"step_id\": \"{n:04}\", \"title\": \"Step {n}\", \"status\": \"draft\", \
             \"outcome\": \"v{version} {pad}\", \"notes\": \"\", \
             \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n"
        )
    };
    (1..=STEPS).map(line).collect()
}

/// A canon whose first line is of this version.
fn canon(version: u32) -> String {
    let pad = "c".repeat(200);
    let section =
        |n| format!("#### Step {n:04} — Step {n}\n\n- **Outcome:** {pad}\n- **Notes:** none\n\n");
    let sections: String = (1..=STEPS).map(section).collect();
    format!("# Plan v{version}\n\n{sections}")
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }

    fn pause(&mut self, most_micros: u64) {
        std::thread::sleep(Duration::from_micros(self.below(most_micros)));
    }
}

/// Saves `new` over the file as another program would. Answers whether it wrote over the file that
/// was there at `first`, not over one that we had saved meanwhile.
fn save(path: &Path, way: Way, new: &[u8], (first, dice): (u64, &mut Dice)) -> bool {
    const CHUNK: usize = 1 << 14;
    let temp = path.with_extension("new");
    let written_to = match way {
        Way::InPlace => {
            let file = File::options().write(true).open(path).unwrap();
            for (at, chunk) in new.chunks(CHUNK).enumerate() {
                file.write_all_at(chunk, (at * CHUNK) as u64).unwrap();
                dice.pause(10_000);
            }
            file.set_len(new.len() as u64).unwrap();
            file.metadata().unwrap().ino()
        }
        Way::Truncating => {
            let mut file = File::create(path).unwrap();
            for chunk in new.chunks(CHUNK) {
                file.write_all(chunk).unwrap();
                dice.pause(2_000);
            }
            file.metadata().unwrap().ino()
        }
        Way::Appending => {
            let mut file = File::options().append(true).open(path).unwrap();
            for chunk in new.chunks(77) {
                file.write_all(chunk).unwrap();
                dice.pause(500);
            }
            file.metadata().unwrap().ino()
        }
        Way::Renaming | Way::Exchanging => {
            let renames = Renames::into(path);
            let found = fs::metadata(path).unwrap().ino();
            fs::write(&temp, new).unwrap();
            if way == Way::Renaming {
                fs::rename(&temp, path).unwrap();
            } else {
                let flags = rustix::fs::RenameFlags::EXCHANGE;
                let here = rustix::fs::CWD;
                rustix::fs::renameat_with(here, &temp, here, path, flags).unwrap();
            }
            let is_theirs_first = renames.first() == temp;
            if way == Way::Exchanging {
                fs::remove_file(&temp).unwrap();
            }
            return found == first && is_theirs_first;
        }
    };
    written_to == first
}

/// What is renamed into a file's place, in the order in which it was: a look at the file just
/// before a rename may be a rename too early.
struct Renames {
    path: PathBuf,
    events: Receiver<notify::Result<notify::Event>>,
    _watcher: notify::RecommendedWatcher,
}

impl Renames {
    fn into(path: &Path) -> Self {
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).unwrap();
        let folder = path.parent().unwrap();
        watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
        Self {
            path: path.to_owned(),
            events,
            _watcher: watcher,
        }
    }

    /// The name that the first of them had.
    fn first(&self) -> PathBuf {
        loop {
            let event = self.events.recv_timeout(LIMIT).unwrap().unwrap();
            if let EventKind::Modify(ModifyKind::Name(RenameMode::Both)) = event.kind
                && event.paths[1] == self.path
            {
                return event.paths[0].clone();
            }
        }
    }
}

/// The steps that a script appends.
fn more() -> String {
    let line = |n| format!("{{\"step_id\": \"{n}\", \"title\": \"Appended\"}}\n");
    (1001..1101).map(line).collect()
}

/// One race: somebody saves a file of the plan, and `editor` an edit of it at about that time.
fn race(round: u64, file: &str, way: Way, editor: Editor) {
    let mut dice = Dice(round * 7919 + 17);
    let folder = TempDir::new().unwrap();
    let log_file = if file == CANON { LOG } else { file };
    let config = naming(log_file);
    let files = [(log_file, &*log(1)), (CANON, &canon(1)), (CONFIG, &config)];
    put(folder.path(), &files);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let path = folder.path().join(file);
    [log_file, CANON]
        .iter()
        .for_each(|file| rest(&folder.path().join(file)));
    let first = fs::metadata(&path).unwrap().ino();
    let new = match (way, file) {
        (Way::Appending, _) => more(),
        (_, CANON) => canon(2),
        _ => log(2),
    };
    let (lead, lag) = (dice.below(60_000), dice.below(40_000));
    // Both begin when the edit is composed: what is opened later may be half of theirs already.
    let (composed, begin) = channel::<()>();
    let is_over_first = std::thread::scope(|scope| {
        let (path, new, dice) = (&path, &new, &mut dice);
        let writer = scope.spawn(move || {
            begin.recv().unwrap();
            std::thread::sleep(Duration::from_micros(lag));
            save(path, way, new.as_bytes(), (first, dice))
        });
        let lead = Duration::from_micros(lead);
        edit(folder.path(), editor, (composed, lead), || {
            writer.is_finished()
        });
        writer.join().unwrap()
    });
    let what = format!("round {round}: {way:?} of {file}, {editor:?}");
    check(folder.path(), file, (way, &new), is_over_first, &what);
}

/// Composes an edit and says so, makes it `after` so long, and stays until the other program has
/// saved and everything that came of it is written.
fn edit(
    folder: &Path,
    editor: Editor,
    (composed, after): (Sender<()>, Duration),
    is_over: impl Fn() -> bool,
) {
    let state = TempDir::new().unwrap();
    let mut opened = open(folder, &Overrides::default());
    let files: Vec<SourceFile> = std::mem::take(&mut opened.files);
    let plan = Plan::read(files);
    let change = change(&plan);
    assert_eq!(change.paths().len(), 2, "the step is in both files");
    composed.send(()).unwrap();
    if editor == Editor::Subcommand {
        std::thread::sleep(after);
        let committer = Committer::new(folder, state.path());
        match committer.commit_now(folder, &change, &mut OneShot::default()) {
            Outcome::Saved(_) => {}
            other => panic!("{other:?}"),
        }
        return;
    }
    let (sender, events) = channel();
    let options = WorkerOptions {
        start: folder.to_owned(),
        overrides: Overrides::default(),
        state: state.path().to_owned(),
        read_only: false,
    };
    let disk = Disk::start(options, opened, move |event| {
        let _ = sender.send(event);
    });
    std::thread::sleep(after);
    disk.save(SaveJob {
        ticket: 1,
        change: change.clone(),
        hints: LineHints::default(),
        event: Event::Made(change),
    });
    loop {
        match events.recv_timeout(LIMIT).unwrap() {
            DiskEvent::Saved { .. } => break,
            DiskEvent::Failed { reason, .. } => panic!("{reason}"),
            DiskEvent::Conflicts { conflicts, .. } => panic!("{conflicts:?}"),
            _ => {}
        }
    }
    let until = Instant::now() + LIMIT;
    while !is_over() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(1));
    }
    // Dropping it looks at the replaced files for the last time.
    drop(disk);
}

fn change(plan: &Plan) -> Change {
    let composer = Composer::new(plan, "2026-11-21T09:30:00Z".parse().unwrap());
    let step = plan.find(StepId::new(EDITED as u32)).unwrap();
    composer.set(step, Field::Notes, "ours").unwrap()
}

/// What must be there afterwards: every byte of theirs, merged or kept, and our edit unless they
/// saved over it. The other file of the plan holds our edit and nothing else is new in it.
fn check(folder: &Path, file: &str, (way, new): (Way, &str), must_be_edited: bool, what: &str) {
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let is_edited = |file: &str, text: &str| match file {
        CANON => text.matches("**Notes:** ours\n").count() == 1,
        _ => text.matches("\"notes\": \"ours\"").count() == 1,
    };
    let unedited = |file: &str, text: &str| match file {
        CANON => text.replace("**Notes:** ours\n", "**Notes:** none\n"),
        _ => text
            .replace("\"notes\": \"ours\"", "\"notes\": \"\"")
            .replace("2026-11-21T09:30:00Z", "2026-11-01T00:00:00Z"),
    };
    let other = if file == CANON { LOG } else { CANON };
    let first = |file: &str| if file == CANON { canon(1) } else { log(1) };
    assert!(is_edited(other, &read(other)), "{what}: no edit in {other}");
    assert!(
        unedited(other, &read(other)) == first(other),
        "{what}: {other}"
    );
    let text = read(file);
    let kept = folder.join(format!("{file}.theirs"));
    if way == Way::Appending {
        let mut lines: HashMap<&str, u32> = HashMap::new();
        text.lines()
            .for_each(|line| *lines.entry(line).or_default() += 1);
        for line in new.lines() {
            assert_eq!(lines.get(line), Some(&1), "{what}: {line}");
        }
        let without: String = (text.split_inclusive('\n'))
            .filter(|line| !new.contains(*line))
            .collect();
        assert!(
            unedited(file, &without) == first(file),
            "{what}: other lines"
        );
        assert!(is_edited(file, &text), "{what}: our edit is gone");
    } else if kept.exists() {
        assert!(
            fs::read_to_string(kept).unwrap() == new,
            "{what}: what was kept"
        );
    } else {
        assert!(
            unedited(file, &text) == new,
            "{what}: their version is gone or mixed"
        );
        let may_be_over = !must_be_edited;
        assert!(
            may_be_over || is_edited(file, &text),
            "{what}: our edit is gone"
        );
    }
    let mut names: Vec<PathBuf> = crate::support::desk::all_files(folder)
        .into_iter()
        .map(|f| f.0)
        .collect();
    names.retain(|name| {
        ![file, other, CONFIG]
            .iter()
            .any(|own| name == Path::new(own))
    });
    names.retain(|name| name.extension().is_none_or(|end| end != "theirs"));
    assert_eq!(names, Vec::<PathBuf>::new(), "{what}: left behind");
}

fn rounds() -> u64 {
    std::env::var(ROUNDS).map_or(1, |rounds| rounds.parse().unwrap())
}

#[test]
fn whoever_saves_the_log_meanwhile_loses_nothing() {
    for round in 0..rounds() {
        for way in WAYS {
            race(round, LOG, way, Editor::Cockpit);
            race(round, LOG, way, Editor::Subcommand);
        }
    }
}

#[test]
fn whoever_saves_a_log_of_another_name_meanwhile_loses_nothing() {
    for round in 0..rounds() {
        for way in WAYS {
            race(round, LOGS[1], way, Editor::Cockpit);
            race(round, LOGS[2], way, Editor::Subcommand);
        }
    }
}

#[test]
fn whoever_saves_the_canon_meanwhile_loses_nothing() {
    for round in 0..rounds() {
        for way in [Way::InPlace, Way::Truncating, Way::Renaming] {
            race(round, CANON, way, Editor::Cockpit);
            race(round, CANON, way, Editor::Subcommand);
        }
    }
}
