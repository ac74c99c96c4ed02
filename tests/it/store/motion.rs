//! Other programs that save while we do: in place, by truncating, appending, renaming and
//! exchanging. Whatever they write is merged, or kept and named; no line is of two versions.
//!
//! The races run a few rounds here; `tests/faults/13-motion.sh` runs hundreds of them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::support::desk::{Desk, rest};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, put};
use crate::support::run::Folder;
use stepdeck::change::Change;
use stepdeck::change::compose::Composer;
use stepdeck::change::history::Event;
use stepdeck::change::places::LineHints;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::id::StepId;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::open;
use stepdeck::store::transaction::commit::{Committer, Outcome};
use stepdeck::store::transaction::one_shot::OneShot;
use stepdeck::store::worker::disk::Disk;
use stepdeck::store::worker::protocol::{DiskEvent, SaveJob, WorkerOptions};
use stepdeck::tui::cockpit::Event as CockpitEvent;
use stepdeck::tui::terminal::TerminalEvent;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// How many rounds of each race are run.
const ROUNDS: &str = "STEPDECK_RACE_ROUNDS";
/// How many steps the plan of the races has: some 300 KB of log and of canon.
const STEPS: usize = 900;
/// What both edit and save are about.
const EDITED: usize = 7;

/// What logs are called: what a log is, its role says, never its name.
const LOGS: [&str; 3] = [LOG, "data/plans/steps.ndjson", "steps.txt"];
const CONFIG: &str = "stepdeck.toml";

/// The configuration that names a log.
fn naming(log: &str) -> String {
    format!("[paths]\nlog = \"{log}\"\n")
}

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

/// Saves `new` over the file as another program would. Answers which inode it wrote to.
fn save(path: &Path, way: Way, new: &[u8], dice: &mut Dice) -> u64 {
    const CHUNK: usize = 1 << 14;
    let temp = path.with_extension("new");
    match way {
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
            let ino = fs::metadata(path).unwrap().ino();
            fs::write(&temp, new).unwrap();
            if way == Way::Renaming {
                fs::rename(&temp, path).unwrap();
            } else {
                let flags = rustix::fs::RenameFlags::EXCHANGE;
                let here = rustix::fs::CWD;
                rustix::fs::renameat_with(here, &temp, here, path, flags).unwrap();
                fs::remove_file(&temp).unwrap();
            }
            ino
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
    let written_to = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            std::thread::sleep(Duration::from_micros(lag));
            save(&path, way, new.as_bytes(), &mut dice)
        });
        edit(folder.path(), editor, Duration::from_micros(lead), || {
            writer.is_finished()
        });
        writer.join().unwrap()
    });
    let what = format!("round {round}: {way:?} of {file}, {editor:?}");
    check(folder.path(), file, (way, &new), written_to == first, &what);
}

/// Makes an edit `after` so long, and stays until the other program has saved and everything
/// that came of it is written.
fn edit(folder: &Path, editor: Editor, after: Duration, is_over: impl Fn() -> bool) {
    let state = TempDir::new().unwrap();
    let mut opened = open(folder, &Overrides::default());
    let files: Vec<SourceFile> = std::mem::take(&mut opened.files);
    let plan = Plan::read(files);
    let change = change(&plan);
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
    let disk = Disk::start(options, &opened, move |event| {
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
    let composer = Composer {
        plan,
        now: "2026-11-21T09:30:00Z".parse().unwrap(),
    };
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

/// Keeps a file open for writing, as a program does that saves in place.
fn open_handle(desk: &Desk, file: &str) -> File {
    let path = desk.folder().join(file);
    File::options().write(true).open(path).unwrap()
}

#[test]
fn what_came_to_a_replaced_log_is_merged() {
    for file in LOGS {
        let mut desk = Desk::open(&[(file, LINES), (CONFIG, &naming(file))]);
        let theirs = open_handle(&desk, file);
        desk.keys("jsc");
        let new = LINES.replace("Load test", "Theirs");
        theirs.set_len(0).unwrap();
        theirs.write_all_at(new.as_bytes(), 0).unwrap();
        desk.wait_for("Theirs");
        let log = desk.file(file);
        assert!(log.contains("\"title\": \"Theirs\""), "{log}");
        assert!(log.contains("\"status\": \"complete\", \"outcome\": \"Schema agreed\""));
        assert_eq!(log.lines().count(), LINES.lines().count());
        desk.keys("u");
        assert_eq!(desk.file(file), new, "undone, theirs stays");
    }
}

/// Two halves of a line, with a pause between them that is longer than that of a file in motion.
#[test]
fn half_a_line_of_a_log_is_neither_shown_nor_built_upon() {
    for file in LOGS {
        let mut desk = Desk::open(&[(file, LINES), (CONFIG, &naming(file))]);
        let path = desk.folder().join(file);
        let mut script = File::options().append(true).open(&path).unwrap();
        let shown = desk.screen();
        script
            .write_all(b"{\"step_id\": \"0990\", \"title\": \"Two ha")
            .unwrap();
        let half = Instant::now();
        while half.elapsed() < Duration::from_millis(300) {
            let pause = Instant::now() + Duration::from_millis(50);
            desk.run_until("a moment", |_| Instant::now() > pause);
            assert_eq!(desk.screen(), shown, "{file}");
        }
        let state = TempDir::new().unwrap();
        let plan = Plan::read(vec![SourceFile::load(
            file,
            Role::Log,
            LINES.as_bytes().to_vec(),
        )]);
        let composer = Composer {
            plan: &plan,
            now: "2026-11-21T09:30:00Z".parse().unwrap(),
        };
        let change = composer.set(0, Field::Notes, "ours").unwrap();
        let committer = Committer::new(desk.folder(), state.path());
        rest(&path);
        let outcome = committer.commit(desk.folder(), &change, &mut OneShot::default());
        assert!(matches!(outcome, Outcome::Later), "{file}: {outcome:?}");
        script.write_all(b"lves\"}\n").unwrap();
        desk.wait_for("0990");
        assert!(desk.file(file).ends_with("Two halves\"}\n"));
    }
}

#[test]
fn what_came_to_a_replaced_canon_is_merged() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let theirs = open_handle(&desk, CANON);
    desk.keys("jsc");
    let new = DOCUMENT.replace("# Plan", "# Plan of theirs");
    theirs.write_all_at(new.as_bytes(), 0).unwrap();
    let both = new.replace("- **Status:** Draft\n", "- **Status:** Complete\n");
    desk.run_until("both are there", |desk| desk.file(CANON) == both);
}

#[test]
fn what_cannot_be_merged_is_kept_beside_and_named() {
    for file in LOGS {
        let mut desk = Desk::sized(&[(file, LINES), (CONFIG, &naming(file))], 160, 48);
        for round in ["", "-2"] {
            let theirs = open_handle(&desk, file);
            desk.keys("jsc");
            let log = desk.file(file);
            let new = log.replace(
                "\"status\": \"complete\", \"outcome\": \"Schema agreed\"",
                &format!(
                    "\"status\": \"blocked\", \"x{round}\": 1, \"outcome\": \"Schema agreed\""
                ),
            );
            let new = new.replace("2026-11-21", "2026-11-20");
            assert_ne!(new, log);
            theirs.set_len(0).unwrap();
            theirs.write_all_at(new.as_bytes(), 0).unwrap();
            desk.wait_for(&format!("its version is in {file}.theirs{round}"));
            assert_eq!(desk.file(&format!("{file}.theirs{round}")), new);
            assert_eq!(desk.file(file), log, "ours stays");
            desk.keys("u");
            assert_eq!(desk.file(file), LINES);
            desk.keys("gg");
        }
    }
}

/// Writes to a file in place, again and again, until this is dropped.
struct Restless(Option<(std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>)>);

impl Restless {
    fn writes(path: &Path, versions: [String; 2]) -> Self {
        let file = File::options().write(true).open(path).unwrap();
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            for turn in 0.. {
                file.write_all_at(versions[turn % 2].as_bytes(), 0).unwrap();
                let pause = stopped.recv_timeout(Duration::from_millis(10));
                if pause != Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    return file.write_all_at(versions[1].as_bytes(), 0).unwrap();
                }
            }
        });
        Self(Some((stop, thread)))
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        let (stop, thread) = self.0.take().unwrap();
        drop(stop);
        let _ = thread.join();
    }
}

/// Two versions of the log of the same length, which is how they are written in place.
fn versions() -> [String; 2] {
    ["Load tess", "Load tests"].map(|title| {
        let version = LINES.replace("Load test", title);
        format!(
            "{}\n",
            version.trim_end().replace(
                "\"x-ticket\": \"A-7\"",
                &format!("\"x-ticket\": \"{}\"", "A".repeat(20 - title.len()))
            )
        )
    })
}

#[test]
fn a_file_that_does_not_rest_is_said_and_the_edit_waits_for_it() {
    let mut desk = Desk::sized(&[(LOG, &versions()[1])], 160, 48);
    let path = desk.folder().join(LOG);
    let before = desk.file(LOG);
    let restless = Restless::writes(&path, versions());
    for event in crate::support::keys::events("jsc") {
        desk.send(CockpitEvent::Terminal(TerminalEvent::Key(event)));
    }
    desk.wait_for("another program is writing");
    desk.wait_for("1 being written");
    assert!(desk.screen().contains("Load tests"), "{}", desk.screen());
    assert!(desk.screen().contains("1 edit waits"), "{}", desk.screen());
    assert!(
        !desk.file(LOG).contains("2026-11-21"),
        "nothing is written yet"
    );
    assert_eq!(desk.file(LOG).len(), before.len());
    drop(restless);
    desk.settle();
    let expected = versions()[1].replace("\"draft\"", "\"complete\"");
    let log = desk
        .file(LOG)
        .replace("2026-11-21T09:30:00Z", "2026-11-01T00:00:00Z");
    assert_eq!(log, expected);
    desk.run_until("at rest", |desk| !desk.screen().contains("being written"));
}

#[test]
fn a_subcommand_gives_up_on_a_file_that_does_not_rest() {
    let folder = Folder::new(&[(LOG, &versions()[1])]);
    let restless = Restless::writes(&folder.path().join(LOG), versions());
    for arguments in [&["set", "0002", "status=complete"][..], &["list"]] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{run:?}");
        assert_eq!(
            run.err,
            format!(
                "stepdeck: {LOG} is being written by another program: nothing was done, try \
                 again when it has finished\n"
            )
        );
        assert_eq!(run.out, "");
    }
    drop(restless);
    folder.run(&["set", "0002", "status=complete"]).ok();
    assert!(folder.read(LOG).contains("Load tests"));
}

/// Neither our own saves, nor those of other stepdecks, nor appended lines, nor a file renamed
/// into place make anybody wait: all of this together takes less than a pause would for each.
#[test]
fn saves_at_rest_are_not_waited_for() {
    const EDITS: u32 = 30;
    let folder = TempDir::new().unwrap();
    put(folder.path(), &[(LOG, LINES)]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let path = folder.path().join(LOG);
    rest(&path);
    let state = TempDir::new().unwrap();
    let edit = |note: &str| {
        let plan = Plan::read(open(folder.path(), &Overrides::default()).files);
        let composer = Composer {
            plan: &plan,
            now: "2026-11-21T09:30:00Z".parse().unwrap(),
        };
        let step = plan.find(StepId::new(2)).unwrap();
        let change = composer.set(step, Field::Notes, note).unwrap();
        let committer = Committer::new(folder.path(), state.path());
        let begun = Instant::now();
        let outcome = committer.commit_now(folder.path(), &change, &mut OneShot::default());
        assert!(matches!(outcome, Outcome::Saved(None)), "{outcome:?}");
        begun.elapsed()
    };
    let mut saves: Vec<Duration> = (0..EDITS)
        .map(|at| {
            if at % 3 == 2 {
                let temp = path.with_extension("new");
                fs::write(&temp, fs::read(&path).unwrap()).unwrap();
                rest(&temp);
                fs::rename(temp, &path).unwrap();
            }
            edit(&at.to_string())
        })
        .collect();
    saves.sort();
    // The middle one: a loaded machine may hold up any of them.
    assert!(
        saves[saves.len() / 2] < Duration::from_millis(100),
        "{saves:?}"
    );
}
