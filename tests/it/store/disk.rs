//! The file thread on real files: several writers at once, and files that refuse.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::support::LIMIT;
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
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

/// One person: every edit is composed on the plan as they last heard of it.
fn edit_all(folder: &Path, who: &str, steps: &[usize]) {
    let mut opened = open(folder, &Overrides::default());
    let files: Vec<SourceFile> = std::mem::take(&mut opened.files);
    let state = TempDir::new().unwrap();
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
    let plan = Plan::read(files);
    let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
    for (ticket, step) in steps.iter().enumerate() {
        let change = composer.set(*step, Field::Notes, who).unwrap();
        disk.save(SaveJob {
            ticket: ticket as u64,
            change: change.clone(),
            hints: LineHints::default(),
            event: Event::Made(change),
        });
    }
    let mut open: HashSet<u64> = (0..steps.len() as u64).collect();
    while !open.is_empty() {
        match events.recv_timeout(LIMIT).unwrap() {
            DiskEvent::Saved { ticket, .. } => assert!(open.remove(&ticket)),
            DiskEvent::Failed { reason, .. } => panic!("{who}: {reason}"),
            DiskEvent::Conflicts { conflicts, .. } => panic!("{who}: {conflicts:?}"),
            _ => {}
        }
    }
}

/// Two people edit different steps of one log while a
/// script appends to it and an editor rewrites another line by rename.
#[test]
fn four_writers_lose_nothing() {
    const STEPS: usize = 60;
    let folder = TempDir::new().unwrap();
    let log = folder.path().join(LOG);
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    // The lock that all share is the checkout's.
    fs::create_dir(folder.path().join(".git")).unwrap();
    let line = |n: usize| {
        format!(
            "{{\"step_id\": \"{n:04}\", \"title\": \"Step\", \"notes\": \"\", \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n"
        )
    };
    fs::write(&log, (1..=STEPS).map(line).collect::<String>()).unwrap();
    let (odd, even): (Vec<usize>, Vec<usize>) = (0..STEPS).partition(|step| step % 2 == 1);
    std::thread::scope(|scope| {
        scope.spawn(|| edit_all(folder.path(), "odd", &odd));
        scope.spawn(|| edit_all(folder.path(), "even", &even));
        scope.spawn(|| {
            for n in 0..40 {
                // As `echo … >> log` does: opened by name for each line.
                let mut file = fs::File::options().append(true).open(&log).unwrap();
                writeln!(
                    file,
                    "{{\"step_id\": \"{}\", \"title\": \"Appended\"}}",
                    1001 + n
                )
                .unwrap();
            }
        });
    });
    let text = fs::read_to_string(&log).unwrap();
    let notes = |who: &str| text.matches(&format!("\"notes\": \"{who}\"")).count();
    assert_eq!(
        (notes("odd"), notes("even")),
        (STEPS / 2, STEPS / 2),
        "{text}"
    );
    for line in text.lines() {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok(),
            "{line}"
        );
    }
    let appended = (0..40)
        .filter(|n| text.contains(&format!("\"{}\"", 1001 + n)))
        .count();
    assert_eq!(appended, 40, "{text}");
}

/// A change over two files is made in both or in none.
#[test]
fn where_the_canon_refuses_the_log_is_put_back() {
    use std::os::unix::fs::PermissionsExt;
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let canon = desk.folder().join(CANON);
    fs::set_permissions(&canon, fs::Permissions::from_mode(0o444)).unwrap();
    for event in crate::support::keys::events("jsc") {
        use stepdeck::tui::cockpit::Event;
        use stepdeck::tui::terminal::TerminalEvent;
        desk.send(Event::Terminal(TerminalEvent::Key(event)));
    }
    desk.wait_for("not saved");
    assert_eq!(desk.diff(), "");
    fs::set_permissions(&canon, fs::Permissions::from_mode(0o644)).unwrap();
    desk.keys("R");
    assert!(desk.file(CANON).contains("- **Status:** Complete\n"));
    assert!(
        desk.file(LOG)
            .contains("\"status\": \"complete\", \"outcome\": \"Schema agreed\"")
    );
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

/// What was deleted outside is not brought back unasked.
#[test]
fn an_edit_of_a_step_that_is_gone_says_so() {
    let mut desk = Desk::open(&[(LOG, LINES)]);
    desk.keys("jjet!");
    let without: String = LINES
        .lines()
        .filter(|l| !l.contains("\"0003\", \"block\""))
        .map(|l| format!("{l}\n"))
        .collect();
    desk.write_outside(LOG, &without);
    desk.wait_for("changed on disk");
    desk.keys("<Enter>");
    assert_eq!(desk.file(LOG), without);
    desk.wait_for("no longer in the plan");
    assert!(
        desk.screen().contains("Load test!"),
        "the text is kept: {}",
        desk.screen()
    );
}

/// A hard link's other name sees the edit, and the mode stays.
#[test]
fn other_names_and_modes_survive_an_edit() {
    use std::os::unix::fs::PermissionsExt;
    let mut desk = Desk::open(&[(LOG, LINES)]);
    let path = desk.folder().join(LOG);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    desk.keys("jsc");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let other = desk.folder().join("other-name");
    fs::hard_link(&path, &other).unwrap();
    desk.keys("jsc");
    assert_eq!(fs::read(&other).unwrap(), fs::read(&path).unwrap());
    assert!(fs::read_to_string(&other).unwrap().contains(
        "\"title\": \"Load test\", \"theme\": \"Base\", \"owner\": \"\", \"status\": \"complete\""
    ));
}

/// A script that keeps the log open appends to the file that we replaced.
#[test]
fn a_line_appended_through_an_open_handle_arrives_and_nothing_taken_out_comes_back() {
    let mut desk = Desk::open(&[(LOG, LINES)]);
    let path = desk.folder().join(LOG);
    let mut script = fs::File::options().append(true).open(path).unwrap();
    // 0101 waits for it.
    desk.keys("jjDy");
    writeln!(script, "{{\"step_id\": \"0009\", \"title\": \"Late\"}}").unwrap();
    desk.wait_for("0009");
    let log = desk.file(LOG);
    assert!(
        log.ends_with("{\"step_id\": \"0009\", \"title\": \"Late\"}\n"),
        "{log}"
    );
    assert!(!log.contains("\"0003\", \"block\""), "{log}");
}

/// The environment variable that makes a test process one of four writers.
const WRITER: &str = "STEPDECK_TEST_WRITER";
const WRITERS: usize = 4;
const EDITS: usize = 500;

/// Not a test of its own: the body of each writer of the test below.
#[test]
fn one_of_four_writers() {
    let Ok(told) = std::env::var(WRITER) else {
        return;
    };
    let (number, folder) = told.split_once(' ').unwrap();
    let number: usize = number.parse().unwrap();
    let folder = Path::new(folder);
    let state = TempDir::new().unwrap();
    let committer = Committer::new(folder, state.path());
    let mut one_shot = OneShot::default();
    for edit in 0..EDITS {
        // Each writer has ten steps of its own and edits them in turn.
        let step = number * 10 + edit % 10;
        let opened = open(folder, &Overrides::default());
        let plan = Plan::read(opened.files);
        let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
        let notes = format!("writer {number} edit {edit}");
        let step = plan.find(StepId::new(step as u32 + 1)).unwrap();
        let change = composer.set(step, Field::Notes, &notes).unwrap();
        match committer.commit_now(folder, &change, &mut one_shot) {
            Outcome::Saved(_) => {}
            other => panic!("writer {number}, edit {edit}: {other:?}"),
        }
    }
}

/// Four processes with 500 edits each on one log, and a script that
/// appends 1,000 lines meanwhile, opening the log for each: nothing is lost.
#[test]
fn four_processes_and_a_script_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join(LOG);
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    // The lock that all share is the checkout's.
    fs::create_dir(folder.path().join(".git")).unwrap();
    let line = |n: usize| format!("{{\"step_id\": \"{n:04}\", \"notes\": \"\"}}\n");
    fs::write(&log, (1..=10 * WRITERS).map(line).collect::<String>()).unwrap();
    let mut writers: Vec<std::process::Child> = (0..WRITERS)
        .map(|number| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["store::disk::one_of_four_writers", "--exact"])
                .env(WRITER, format!("{number} {}", folder.path().display()))
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for n in 0..1000 {
        // As a script does that opens the log for each line.
        let mut script = fs::File::options().append(true).open(&log).unwrap();
        writeln!(script, "{{\"step_id\": \"{}\"}}", 1001 + n).unwrap();
    }
    for writer in &mut writers {
        assert!(writer.wait().unwrap().success());
    }
    let text = fs::read_to_string(&log).unwrap();
    let steps: Vec<serde_json::Value> = (text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let notes = |number: usize, step: usize| {
        let id = format!("{:04}", number * 10 + step + 1);
        let found = steps.iter().find(|value| value["step_id"] == id.as_str());
        found.unwrap()["notes"].as_str().unwrap().to_owned()
    };
    for number in 0..WRITERS {
        for step in 0..10 {
            let last = EDITS - 10 + step;
            assert_eq!(notes(number, step), format!("writer {number} edit {last}"));
        }
    }
    let appended = steps.iter().filter(|value| {
        let id = value["step_id"].as_str().unwrap();
        id.parse::<usize>().unwrap() > 1000
    });
    assert_eq!(appended.count(), 1000, "lines of the script are missing");
}

/// Not a test of its own: the process that dies with the lock in the test below.
#[test]
fn one_that_dies_with_the_lock() {
    let Ok(folder) = std::env::var("STEPDECK_TEST_HOLDER") else {
        return;
    };
    let state = TempDir::new().unwrap();
    let committer = Committer::new(Path::new(&folder), state.path());
    let _lock = committer.lock(Duration::from_secs(30)).unwrap();
    fs::write(Path::new(&folder).join("held"), "").unwrap();
    loop {
        std::thread::park();
    }
}

/// KILL while holding the lock, and another one saves at once.
#[test]
fn a_lock_dies_with_its_holder() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join(LOG);
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(&log, LINES).unwrap();
    let mut holder = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["store::disk::one_that_dies_with_the_lock", "--exact"])
        .env("STEPDECK_TEST_HOLDER", folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + LIMIT;
    while !folder.path().join("held").exists() {
        assert!(Instant::now() < until, "the lock is taken");
        std::thread::yield_now();
    }
    let state = TempDir::new().unwrap();
    let committer = Committer::new(folder.path(), state.path());
    assert!(committer.lock(Duration::ZERO).is_err(), "it is held");
    holder.kill().unwrap();
    holder.wait().unwrap();
    // At once: nobody waits for a dead one's lock to grow old.
    assert!(committer.lock(Duration::from_secs(1)).is_ok());
}
