//! A change over two files: what a failure or a death at each system call leaves, and what
//! the next to come makes of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::faults::{Fault, FaultyFs};
use rustix::io::Errno;
use stepdeck::change::compose::Composer;
use stepdeck::change::history::Event;
use stepdeck::change::places::LineHints;
use stepdeck::change::{Change, Edit, Target};
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::store::atomic_replace::leftovers::clean_leftovers_of;
use stepdeck::store::fs::syscalls::RealFs;
use stepdeck::store::state::{HISTORY, State};
use stepdeck::store::transaction::commit::{Committer, Outcome};
use stepdeck::store::transaction::one_shot::OneShot;
use tempfile::TempDir;

const LOG: &str = "plan.jsonl";
const CANON: &str = "plan.md";
const OLD: (&str, &str) = (
    "{\"step_id\":\"0001\",\"title\":\"a\",\"status\":\"draft\",\"updated_at\":\"x\"}\n",
    "#### Step 0001 — a\n- **Outcome:** x\n- **Status:** draft\n",
);

struct Place {
    root: TempDir,
    state: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            root: TempDir::new().unwrap(),
            state: TempDir::new().unwrap(),
        };
        place.write((OLD.0, OLD.1));
        place
    }

    fn write(&self, (log, canon): (&str, &str)) {
        for (name, text) in [(LOG, log), (CANON, canon)] {
            let path = self.root.path().join(name);
            std::fs::write(&path, text).unwrap();
            let file = std::fs::File::options().write(true).open(path).unwrap();
            let long_ago = SystemTime::now() - Duration::from_secs(3600);
            file.set_modified(long_ago).unwrap();
        }
    }

    fn read(&self) -> (String, String) {
        let read = |name| std::fs::read_to_string(self.root.path().join(name)).unwrap();
        (read(LOG), read(CANON))
    }

    fn committer(&self) -> Committer {
        Committer::over(RealFs, self.root.path(), self.state.path())
    }

    /// What the next start does.
    fn recover(&self) -> Option<String> {
        for folder in [self.root.path(), &self.state.path().join("backups")] {
            clean_leftovers_of(folder, |_| true).unwrap();
        }
        let committer = self.committer();
        // A child that a neighbouring test forks holds what we have open until it runs its program.
        let mut lock = committer.lock(Duration::from_secs(30)).unwrap();
        committer
            .recover(self.root.path(), &mut lock, &mut OneShot::default())
            .expect("nothing stands in its way")
            .said
    }

    /// Files of interrupted saves that are still there.
    fn leftovers(&self) -> Vec<PathBuf> {
        let is_ours =
            |path: &PathBuf| stepdeck::store::atomic_replace::leftovers::is_leftover(path);
        let entries = std::fs::read_dir(self.root.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let journal = Some(self.state.path().join("journal.json"));
        let journal = journal.filter(|path| path.exists());
        paths.filter(is_ours).chain(journal).collect()
    }
}

fn change() -> Change {
    let files = vec![
        SourceFile::load(LOG, Role::Log, OLD.0.as_bytes().to_vec()),
        SourceFile::load(CANON, Role::Canon, OLD.1.as_bytes().to_vec()),
    ];
    let plan = Plan::read(files);
    let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
    let change = composer.set(0, Field::Status, "complete").unwrap();
    assert_eq!(change.paths().len(), 2);
    change
}

fn new() -> (String, String) {
    (
        OLD.0
            .replace("draft", "complete")
            .replace("\"x\"", "\"2026-11-21T09:30:00Z\""),
        OLD.1.replace("draft", "complete"),
    )
}

fn old() -> (String, String) {
    (OLD.0.to_owned(), OLD.1.to_owned())
}

/// Dead at any system call, each file is wholly old or wholly new, and the next
/// start makes both new, or leaves both old.
#[test]
fn a_death_at_each_call_leaves_both_files_old_or_both_new() {
    let (mut finished, mut untouched) = (0, 0);
    for at in 0.. {
        let place = Place::new();
        let (fs, calls) = FaultyFs::failing(at, Fault::Dead);
        let committer = Committer::over(fs, place.root.path(), place.state.path());
        let outcome = committer.commit(place.root.path(), &change(), &mut OneShot::default());
        if calls.load(Ordering::SeqCst) <= at {
            assert!(matches!(outcome, Outcome::Saved(None)), "{outcome:?}");
            assert_eq!(place.read(), new());
            break;
        }
        let (log, canon) = place.read();
        assert!(log == old().0 || log == new().0, "call {at}: {log}");
        assert!(canon == old().1 || canon == new().1, "call {at}: {canon}");
        let said = place.recover();
        let after = place.read();
        assert!(after == old() || after == new(), "call {at}: {after:?}");
        let half = (log == new().0) != (canon == new().1);
        if half {
            let said = said.expect("who mends says so");
            assert!(
                said.contains("finished an interrupted change: 0001 status"),
                "{said}"
            );
            assert_eq!(after, new());
        }
        finished += usize::from(half);
        untouched += usize::from(after == old());
        assert_eq!(place.leftovers(), [] as [PathBuf; 0], "call {at}");
        assert_eq!(place.recover(), None, "nothing is mended twice");
        assert_eq!(place.read(), after);
    }
    assert!(finished > 0 && untouched > 0, "{finished} {untouched}");
}

/// Two files: one failing call, and the edit is on disk as a whole, or not
/// at all and told.
#[test]
fn a_failure_at_each_call_leaves_both_files_old_or_both_new() {
    for errno in [Errno::NOSPC, Errno::IO] {
        for at in 0.. {
            let place = Place::new();
            let (fs, calls) = FaultyFs::failing(at, Fault::Once(errno));
            let committer = Committer::over(fs, place.root.path(), place.state.path());
            let outcome = committer.commit(place.root.path(), &change(), &mut OneShot::default());
            let reached = calls.load(Ordering::SeqCst) > at;
            match &outcome {
                Outcome::Saved(_) => assert_eq!(place.read(), new(), "call {at}"),
                Outcome::Failed(reason) => {
                    assert_eq!(place.read(), old(), "call {at}: {reason}");
                    assert!(!reason.is_empty());
                    // It can be tried again.
                    let again = place.committer();
                    let again = again.commit(place.root.path(), &change(), &mut OneShot::default());
                    assert!(matches!(again, Outcome::Saved(_)), "call {at}: {again:?}");
                    assert_eq!(place.read(), new());
                }
                other => panic!("call {at}: {other:?}"),
            }
            if !reached {
                break;
            }
        }
    }
}

/// Puts a journal there as a writer leaves it that dies behind its first file.
fn interrupted(place: &Place, change: &Change) {
    for at in 0.. {
        place.write((OLD.0, OLD.1));
        let (fs, _) = FaultyFs::failing(at, Fault::Dead);
        let committer = Committer::over(fs, place.root.path(), place.state.path());
        committer.commit(place.root.path(), change, &mut OneShot::default());
        let (log, canon) = place.read();
        if (log == new().0) != (canon == new().1) {
            return;
        }
        let _ = place.recover();
    }
}

#[test]
fn what_others_wrote_since_the_death_is_kept_when_a_change_is_finished() {
    let place = Place::new();
    interrupted(&place, &change());
    let (log, canon) = place.read();
    let (log, canon) = (
        format!("{log}{{\"later\":1}}\n"),
        format!("{canon}\nLater.\n"),
    );
    place.write((&log, &canon));
    assert!(place.recover().unwrap().starts_with("finished"));
    let (log, canon) = place.read();
    assert_eq!(log, format!("{}{{\"later\":1}}\n", new().0));
    assert_eq!(canon, format!("{}\nLater.\n", new().1));
}

/// A journal whose hashes nobody knows any more, such as that of an earlier version.
#[test]
fn a_change_is_finished_by_its_edits_where_the_hashes_of_its_journal_are_of_another_form() {
    let place = Place::new();
    interrupted(&place, &change());
    let path = place.state.path().join("journal.json");
    let journal = std::fs::read(&path).unwrap();
    let mut journal: serde_json::Value = serde_json::from_slice(&journal).unwrap();
    for file in journal["files"].as_array_mut().unwrap() {
        for state in ["before", "after"] {
            file[state]["hash"] = 7.into();
        }
    }
    std::fs::write(path, journal.to_string()).unwrap();
    assert!(place.recover().unwrap().starts_with("finished"));
    assert_eq!((place.read(), place.leftovers()), (new(), Vec::new()));
}

#[test]
fn a_change_that_cannot_be_finished_any_more_is_taken_back() {
    let place = Place::new();
    interrupted(&place, &change());
    // Whichever file is still old, somebody made something else of it.
    let (log, canon) = place.read();
    let mine = (
        log.replace("draft", "blocked"),
        canon.replace("draft", "blocked"),
    );
    place.write((&mine.0, &mine.1));
    let said = place.recover().unwrap();
    assert!(
        said.starts_with("undid an interrupted change: 0001 status"),
        "{said}"
    );
    let (log, canon) = place.read();
    assert!(
        !log.contains("complete") && !canon.contains("complete"),
        "{log}{canon}"
    );
    assert!(log.contains("blocked") || canon.contains("blocked"));
}

/// A passage put in twice would stand there twice: recovery looks first.
#[test]
fn evidence_is_not_attached_twice() {
    let place = Place::new();
    let passage = Edit {
        path: CANON.into(),
        target: Target::Passage {
            heading: None,
            nth: 0,
        },
        before: None,
        after: Some(b"\n- proof\n".to_vec()),
    };
    let mut both = change();
    both.edits.retain(|edit| edit.path.ends_with(LOG));
    // The passage is written first, then the log is in the way.
    both.edits.insert(0, passage);
    for at in 0.. {
        place.write((OLD.0, OLD.1));
        let (fs, calls) = FaultyFs::failing(at, Fault::Dead);
        let committer = Committer::over(fs, place.root.path(), place.state.path());
        committer.commit(place.root.path(), &both, &mut OneShot::default());
        let (log, canon) = place.read();
        // Somebody writes to both files before they are mended.
        place.write((&format!("{log}{{}}\n"), &format!("{canon}\nLater.\n")));
        place.recover();
        let proofs = place.read().1.matches("- proof").count();
        let complete = place.read().0.contains("complete");
        assert_eq!(proofs, usize::from(complete), "call {at}");
        if calls.load(Ordering::SeqCst) <= at {
            break;
        }
    }
}

#[test]
fn a_file_taken_away_must_still_hold_what_it_held() {
    let place = Place::new();
    let path = place.root.path().join("new.md");
    let edit = Edit {
        path: "new.md".into(),
        target: Target::File {
            role: Role::Roadmap,
        },
        before: None,
        after: Some(b"# Roadmap\n".to_vec()),
    };
    let make = Change {
        label: "made".to_owned(),
        edits: vec![edit],
    };
    let commit = |change: &Change| {
        let committer = place.committer();
        committer.commit_now(place.root.path(), change, &mut OneShot::default())
    };
    assert!(matches!(commit(&make), Outcome::Saved(None)));
    std::fs::write(&path, "# Roadmap\n\nTheirs.\n").unwrap();
    assert!(matches!(commit(&make.inverse()), Outcome::Conflicts(_)));
    assert!(path.exists());
    std::fs::write(&path, "# Roadmap\n").unwrap();
    assert!(matches!(commit(&make.inverse()), Outcome::Saved(None)));
    assert!(!path.exists());
}

/// The environment variable that makes a test process one that is killed while it edits.
const DOOMED: &str = "STEPDECK_TEST_DOOMED";

/// Not a test of its own: edits without end, for the test below.
#[test]
fn one_that_edits_until_it_is_killed() {
    let Ok(told) = std::env::var(DOOMED) else {
        return;
    };
    let (root, state) = told.split_once('\n').unwrap();
    let (root, committer) = (
        Path::new(root),
        Committer::new(Path::new(root), Path::new(state)),
    );
    let mut one_shot = OneShot::default();
    for edit in 0.. {
        let change = made_outside(root, Field::Notes, &format!("edit {edit}"));
        let event = Event::Made(change.clone());
        let known = (&LineHints::default(), Some(&event));
        let outcome = committer.commit_seen(root, &change, known, &mut one_shot);
        assert!(matches!(outcome, Outcome::Saved(_)), "{outcome:?}");
    }
}

/// A change composed on the files as they stand.
fn made_outside(root: &Path, field: Field, value: &str) -> Change {
    let load = |name: &str, role| {
        let bytes = std::fs::read(root.join(name)).unwrap();
        SourceFile::load(name, role, bytes)
    };
    let plan = Plan::read(vec![load(LOG, Role::Log), load(CANON, Role::Canon)]);
    let composer = Composer::new(&plan, "2026-11-21T09:30:00Z".parse().unwrap());
    composer.set(0, field, value).unwrap()
}

/// Whatever of its edits stands on disk, the last of them can be undone: where the writer did
/// not live to write the history, the next to come does.
#[test]
fn the_history_knows_each_edit_that_outlived_its_writer() {
    let places = [
        Place::new(),
        // The step stands in the log alone: no journal of several files is kept.
        {
            let place = Place::new();
            place.write((OLD.0, "# Nothing\n"));
            place
        },
    ];
    for (round, place) in places.iter().cycle().take(30).enumerate() {
        let (root, state) = (place.root.path(), place.state.path());
        let before = std::fs::read_to_string(root.join(LOG)).unwrap();
        let mut doomed = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "store::commit::one_that_edits_until_it_is_killed",
                "--exact",
            ])
            .env(DOOMED, format!("{}\n{}", root.display(), state.display()))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let begun = std::time::Instant::now();
        while std::fs::read_to_string(root.join(LOG)).unwrap() == before {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::yield_now();
        }
        // Anywhere in the edits that follow.
        std::thread::sleep(Duration::from_micros(round as u64 * 517 % 10_000));
        doomed.kill().unwrap();
        doomed.wait().unwrap();
        place.recover();
        let events: Vec<Event> = State::at(state).lines(HISTORY);
        let Some(Event::Made(last)) = events.last() else {
            panic!("round {round}: {events:?}");
        };
        let undone = Place::new();
        let (log, canon) = place.read();
        undone.write((&log, &canon));
        let (root, change) = (undone.root.path(), last.inverse());
        let outcome = undone
            .committer()
            .commit(root, &change, &mut OneShot::default());
        assert!(
            matches!(outcome, Outcome::Saved(_)),
            "round {round}: {outcome:?}"
        );
        assert_ne!(undone.read().0, log);
        let note = log
            .split("\"edit ")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let told = last.edits.iter().any(|edit| {
            let after = edit.after.as_deref().unwrap_or_default();
            String::from_utf8_lossy(after).contains(&format!("edit {note}"))
        });
        assert!(
            told,
            "round {round}: edit {note} is on disk, the history ends in {last:?}"
        );
        // Each is there once.
        let twice = events.windows(2).filter(|two| two[0] == two[1]).count();
        assert_eq!(twice, 0, "round {round}");
        assert_eq!(place.leftovers(), [] as [PathBuf; 0], "round {round}");
    }
}
