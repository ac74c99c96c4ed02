//! Files that another program is writing, or goes on writing after we replaced them.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::desk::{Desk, rest};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, put};
use crate::support::run::Folder;
use stepdeck::change::compose::Composer;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::id::StepId;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::open;
use stepdeck::store::transaction::commit::{Committer, Outcome};
use stepdeck::store::transaction::one_shot::OneShot;
use stepdeck::tui::cockpit::Event as CockpitEvent;
use stepdeck::tui::terminal::TerminalEvent;
use tempfile::TempDir;

/// What logs are called: what a log is, its role says, never its name.
pub const LOGS: [&str; 3] = [LOG, "data/plans/steps.ndjson", "steps.txt"];
pub const CONFIG: &str = "stepdeck.toml";

/// The configuration that names a log.
pub fn naming(log: &str) -> String {
    format!("[paths]\nlog = \"{log}\"\n")
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
        let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
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

/// Writes to a file in place, again and again, until this is dropped. Several threads do, since a
/// busy machine may let one of them wait for longer than a file takes to come to rest.
struct Restless {
    stops: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Restless {
    fn writes(path: &Path, versions: &[String; 2]) -> Self {
        let writer = |_| {
            let file = File::options().write(true).open(path).unwrap();
            let versions = versions.clone();
            let (stop, stopped) = channel::<()>();
            let thread = std::thread::spawn(move || {
                for turn in 0.. {
                    file.write_all_at(versions[turn % 2].as_bytes(), 0).unwrap();
                    let pause = stopped.recv_timeout(Duration::from_millis(10));
                    if pause != Err(RecvTimeoutError::Timeout) {
                        return file.write_all_at(versions[1].as_bytes(), 0).unwrap();
                    }
                }
            });
            (stop, thread)
        };
        let (stops, threads) = (0..4).map(writer).unzip();
        Self { stops, threads }
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        self.stops.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
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
    let restless = Restless::writes(&path, &versions());
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
    let restless = Restless::writes(&folder.path().join(LOG), &versions());
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
        let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
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
