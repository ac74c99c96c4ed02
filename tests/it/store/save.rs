//! Saving: what survives, what is refused, and what a failure at each system call leaves.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::faults::{Fault, FaultyFs};
use rustix::io::Errno;
use stepdeck::document::rope::Rope;
use stepdeck::store::atomic_replace::in_place::InPlace;
use stepdeck::store::atomic_replace::leftovers::Cleaned;
use stepdeck::store::atomic_replace::leftovers::clean_leftovers_of;
use stepdeck::store::atomic_replace::save::{How, Saver, replace};
use stepdeck::store::atomic_replace::save_error::Aftermath;
use stepdeck::store::atomic_replace::save_error::{Operation, SaveError};
use tempfile::TempDir;

const OLD: &[u8] = b"{\"step_id\":\"0001\",\"status\":\"draft\"}\n";
const NEW: &[u8] = b"{\"step_id\":\"0001\",\"status\":\"complete\"}\n";

fn plan() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log.jsonl");
    std::fs::write(&log, OLD).unwrap();
    (dir, log)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn clean(folder: &Path) -> Cleaned {
    clean_leftovers_of(folder, |_| true).unwrap()
}

#[test]
fn a_save_replaces_the_bytes_and_leaves_nothing_else() {
    let (dir, log) = plan();
    let saved = replace(&log, Some(OLD), NEW).unwrap();
    assert_eq!(saved.how, How::Replaced);
    assert_eq!(std::fs::read(&log).unwrap(), NEW);
    assert_eq!(names(dir.path()), ["log.jsonl"]);
    let on_disk = stepdeck::store::fs::stamp::Stamp::of(&log).unwrap();
    assert_eq!(saved.stamp, on_disk, "the next stat check must not echo it");
}

#[test]
fn saving_what_is_there_writes_nothing() {
    let (_dir, log) = plan();
    let before = stepdeck::store::fs::stamp::Stamp::of(&log).unwrap();
    let saved = replace(&log, Some(OLD), OLD).unwrap();
    assert_eq!((saved.how, saved.stamp), (How::Unchanged, before));
}

#[test]
fn other_bytes_than_expected_are_returned_and_kept() {
    let (dir, log) = plan();
    let found = |result| match result {
        Err(SaveError::Changed { found, .. }) => found,
        other => panic!("{other:?}"),
    };
    assert_eq!(found(replace(&log, Some(b"else"), NEW)), Some(OLD.into()));
    assert_eq!(found(replace(&log, None, NEW)), Some(OLD.into()));
    assert_eq!(std::fs::read(&log).unwrap(), OLD);
    std::fs::remove_file(&log).unwrap();
    assert_eq!(found(replace(&log, Some(OLD), NEW)), None);
    assert!(names(dir.path()).is_empty());
}

#[test]
fn a_new_file_is_created_with_its_folders() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("docs/standups/2030-01-02/ada.md");
    let saved = replace(&path, None, b"# Ada\n").unwrap();
    assert_eq!(saved.how, How::Created);
    assert_eq!(std::fs::read(&path).unwrap(), b"# Ada\n");
    assert_eq!(std::fs::metadata(&path).unwrap().nlink(), 1);
    assert_eq!(names(path.parent().unwrap()), ["ada.md"]);
}

/// Mode, owner and extended attributes are preserved.
#[test]
fn mode_owner_and_extended_attributes_survive() {
    let (_dir, log) = plan();
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        std::os::unix::fs::chown(&log, Some(4321), Some(8765)).unwrap();
    }
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o2640)).unwrap();
    let (name, none) = ("user.stepdeck.test", rustix::fs::XattrFlags::empty());
    let has_attributes = rustix::fs::setxattr(&log, name, b"kept\0", none).is_ok();
    let before = std::fs::metadata(&log).unwrap();

    let saved = replace(&log, Some(OLD), NEW).unwrap();

    assert_eq!(saved.how, How::Replaced);
    let after = std::fs::metadata(&log).unwrap();
    assert_ne!(after.ino(), before.ino());
    assert_eq!(after.mode(), before.mode());
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    if has_attributes {
        let mut value = [0; 16];
        let len = rustix::fs::getxattr(&log, name, &mut value).unwrap();
        assert_eq!(&value[..len], b"kept\0");
    }
}

#[test]
fn attributes_that_cannot_be_copied_lead_to_a_write_in_place() {
    let (dir, log) = plan();
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o640)).unwrap();
    let before = std::fs::metadata(&log).unwrap();
    let refused = (0..).find_map(|at| {
        let (fs, _) = FaultyFs::failing(at, Fault::Once(Errno::PERM));
        let saved = Saver::over(fs, None).replace(&log, Some(&OLD.into()), &NEW.into());
        match saved {
            Ok(saved) if saved.how == How::InPlace(InPlace::Attributes) => Some(saved),
            Ok(_) => {
                std::fs::write(&log, OLD).unwrap();
                None
            }
            Err(_) => None,
        }
    });
    assert!(refused.is_some());
    let after = std::fs::metadata(&log).unwrap();
    assert_eq!((after.mode(), after.uid()), (before.mode(), before.uid()));
    assert_eq!(std::fs::read(&log).unwrap(), NEW);
    assert_eq!(names(dir.path()), ["log.jsonl"]);
}

/// A symlink stays a symlink.
#[test]
fn symlinks_stay_symlinks_through_several_links() {
    let (dir, log) = plan();
    let (near, far) = (dir.path().join("near"), dir.path().join("sub/far"));
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    symlink("../log.jsonl", &far).unwrap();
    symlink("sub/far", &near).unwrap();
    replace(&near, Some(OLD), NEW).unwrap();
    assert!(near.is_symlink() && far.is_symlink());
    assert_eq!(std::fs::read(&log).unwrap(), NEW);

    std::fs::remove_file(&log).unwrap();
    replace(&near, None, OLD).unwrap();
    assert!(near.is_symlink());
    assert_eq!(std::fs::read(&log).unwrap(), OLD);
}

#[test]
fn symlinks_in_a_circle_are_an_error_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    symlink(&a, &b).unwrap();
    symlink(&b, &a).unwrap();
    let error = replace(&a, None, NEW).unwrap_err().to_string();
    assert!(error.contains("symlinks form a loop"), "{error}");
}

/// A hard link's other name sees the edit.
#[test]
fn the_other_name_of_a_hard_link_sees_the_edit() {
    let (dir, log) = plan();
    let other = dir.path().join("other.jsonl");
    std::fs::hard_link(&log, &other).unwrap();
    for (from, to) in [(OLD, NEW), (NEW, OLD)] {
        let saved = replace(&log, Some(from), to).unwrap();
        assert_eq!(saved.how, How::InPlace(InPlace::HardLinks));
        assert_eq!(std::fs::read(&other).unwrap(), to);
    }
    assert_eq!(names(dir.path()), ["log.jsonl", "other.jsonl"]);
}

#[test]
fn a_read_only_file_is_left_alone_even_for_root() {
    let (dir, log) = plan();
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o444)).unwrap();
    let error = replace(&log, Some(OLD), NEW).unwrap_err();
    assert!(matches!(error, SaveError::ReadOnly { .. }), "{error:?}");
    assert_eq!(
        error.to_string().replace(&log.display().to_string(), "log"),
        "log is read-only: allow writing (chmod u+w, or remount), then try again"
    );
    assert_eq!(std::fs::read(&log).unwrap(), OLD);
    assert_eq!(names(dir.path()), ["log.jsonl"]);
}

#[test]
fn what_another_program_saves_just_before_the_exchange_is_kept() {
    for by_rename in [true, false] {
        let (dir, log) = plan();
        let foreign = log.clone();
        let fs = FaultyFs::interfered(move |exchange| {
            if exchange == 0 && by_rename {
                let draft = foreign.with_extension("swp");
                std::fs::write(&draft, "theirs").unwrap();
                std::fs::rename(&draft, &foreign).unwrap();
            } else if exchange == 0 {
                std::fs::write(&foreign, "theirs").unwrap();
            }
        });
        match Saver::over(fs, None).replace(&log, Some(&OLD.into()), &NEW.into()) {
            Err(SaveError::Changed { found, .. }) => assert_eq!(found, Some(b"theirs".into())),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&log).unwrap(), b"theirs");
        assert_eq!(names(dir.path()), ["log.jsonl"]);
    }
}

#[test]
fn two_foreign_saves_around_one_exchange_are_both_on_disk_afterwards() {
    let (dir, log) = plan();
    let foreign = log.clone();
    let fs = FaultyFs::interfered(move |exchange| {
        let bytes = ["first", "second"].get(exchange);
        if let Some(bytes) = bytes {
            std::fs::write(foreign.with_extension("swp"), bytes).unwrap();
            std::fs::rename(foreign.with_extension("swp"), &foreign).unwrap();
        }
    });
    let result = Saver::over(fs, None).replace(&log, Some(&OLD.into()), &NEW.into());
    assert!(matches!(result, Err(SaveError::Changed { .. })));
    assert_eq!(std::fs::read(&log).unwrap(), b"second");
    let kept = clean(dir.path()).kept;
    assert_eq!(std::fs::read(&kept[0]).unwrap(), b"first");
}

#[test]
fn lines_appended_through_a_file_kept_open_are_not_lost() {
    let (_dir, log) = plan();
    let mut script = std::fs::File::options().append(true).open(&log).unwrap();
    let mut replaced = replace(&log, Some(OLD), NEW).unwrap().replaced.unwrap();
    assert_eq!(replaced.written_since().unwrap(), None);
    script.write_all(b"{}\n").unwrap();
    assert_eq!(
        replaced.written_since().unwrap(),
        Some([OLD, b"{}\n"].concat().into())
    );
    assert_eq!(replaced.written_since().unwrap(), None);
}

/// A script that appends without a pause does so between our last look and the
/// exchange, too.
#[test]
fn lines_appended_around_the_exchange_are_in_the_new_file_without_a_second_one() {
    let (dir, log) = plan();
    let foreign = log.clone();
    let exchanges = Arc::new(AtomicUsize::new(0));
    let counted = exchanges.clone();
    let fs = FaultyFs::interfered(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let mut script = std::fs::File::options()
            .append(true)
            .open(&foreign)
            .unwrap();
        // The last line is still being written.
        script
            .write_all(b"{\"late\":1}\n{\"late\":2}\n{\"la")
            .unwrap();
    });
    let saved = Saver::over(fs, None).replace(&log, Some(&OLD.into()), &NEW.into());
    let mut replaced = saved.unwrap().replaced.unwrap();
    assert_eq!(exchanges.load(Ordering::SeqCst), 1);
    let expected = [NEW, b"{\"late\":1}\n{\"late\":2}\n"].concat();
    assert_eq!(std::fs::read(&log).unwrap(), expected);
    assert_eq!(names(dir.path()), ["log.jsonl"]);
    // Whoever keeps the former file sees the rest of the line.
    assert_eq!(replaced.size(), OLD.len() + 22);
    let whole = [OLD, b"{\"late\":1}\n{\"late\":2}\n{\"la"].concat();
    assert_eq!(replaced.written_since().unwrap(), Some(whole.into()));
}

#[test]
fn without_the_exchange_call_a_save_is_a_plain_rename() {
    let (dir, log) = plan();
    let fs = FaultyFs::interfered(|_| {}).without_exchange();
    let saved = Saver::over(fs, None)
        .replace(&log, Some(&OLD.into()), &NEW.into())
        .unwrap();
    assert_eq!(saved.how, How::Replaced);
    assert!(saved.replaced.is_some());
    assert_eq!(std::fs::read(&log).unwrap(), NEW);
    assert_eq!(names(dir.path()), ["log.jsonl"]);
}

#[test]
fn a_folder_stands_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let error = replace(dir.path(), None, NEW).unwrap_err();
    assert!(matches!(error, SaveError::NotAFile { .. }), "{error:?}");
}

/// The kinds of save whose every system call is made to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Case {
    Replace,
    PlainRename,
    HardLink,
    Create,
}

/// Runs one save of `case` whose call number `at` meets `fault`; `None` when it has fewer calls.
fn save_with(case: Case, at: usize, fault: Fault) -> Option<Outcome> {
    let (dir, log) = plan();
    let expected = match case {
        Case::HardLink => {
            std::fs::hard_link(&log, dir.path().join("other")).unwrap();
            Some(OLD)
        }
        Case::Create => {
            std::fs::remove_file(&log).unwrap();
            None
        }
        Case::Replace | Case::PlainRename => Some(OLD),
    };
    let (mut fs, calls) = FaultyFs::failing(at, fault);
    if case == Case::PlainRename {
        fs = fs.without_exchange();
    }
    let result =
        Saver::over(fs, None).replace(&log, expected.map(Rope::from).as_ref(), &NEW.into());
    let outcome = Outcome {
        result: result.map(|saved| saved.how),
        before_cleaning: std::fs::read(&log).ok(),
        dir,
        log,
    };
    (calls.load(Ordering::SeqCst) > at).then_some(outcome)
}

struct Outcome {
    result: Result<How, SaveError>,
    before_cleaning: Option<Vec<u8>>,
    dir: TempDir,
    log: PathBuf,
}

fn is_whole(case: Case, bytes: Option<&[u8]>) -> bool {
    let old = (case != Case::Create).then_some(OLD);
    bytes == old || bytes == Some(NEW)
}

const CASES: [Case; 4] = [
    Case::Replace,
    Case::PlainRename,
    Case::HardLink,
    Case::Create,
];

#[test]
fn each_call_that_fails_leaves_a_whole_file_and_says_which() {
    for case in CASES {
        for errno in [Errno::NOSPC, Errno::IO, Errno::PERM] {
            let mut failures = 0;
            for at in 0.. {
                let Some(outcome) = save_with(case, at, Fault::Once(errno)) else {
                    break;
                };
                let context = format!("{case:?}, call {at}, {errno}: {:?}", outcome.result);
                let bytes = outcome.before_cleaning.as_deref();
                assert!(is_whole(case, bytes), "{context}: {bytes:?}");
                match &outcome.result {
                    Ok(_) => assert_eq!(bytes, Some(NEW), "{context}"),
                    Err(SaveError::Failed { aftermath, .. }) => {
                        failures += 1;
                        let new = *aftermath == Aftermath::New;
                        assert_eq!(new, bytes == Some(NEW), "{context}");
                    }
                    Err(SaveError::ReadOnly { .. }) => assert_ne!(bytes, Some(NEW), "{context}"),
                    Err(other) => panic!("{context}: {other}"),
                }
                assert!(clean(outcome.dir.path()).kept.is_empty(), "{context}");
                let again = std::fs::read(&outcome.log).ok();
                replace(&outcome.log, again.as_deref(), NEW).expect(&context);
            }
            assert!(failures > 5, "{case:?}: {failures} failures");
        }
    }
}

#[test]
fn a_kill_at_each_call_leaves_a_whole_file_after_the_next_start() {
    for case in CASES {
        for at in 0.. {
            let Some(outcome) = save_with(case, at, Fault::Dead) else {
                assert!(at >= 10, "{case:?} has only {at} calls");
                break;
            };
            let context = format!("{case:?}, killed at call {at}: {:?}", outcome.result);
            if case != Case::HardLink {
                let bytes = outcome.before_cleaning.as_deref();
                assert!(is_whole(case, bytes), "{context}: {bytes:?}");
            }
            assert!(clean(outcome.dir.path()).kept.is_empty(), "{context}");
            let bytes = std::fs::read(&outcome.log).ok();
            assert!(is_whole(case, bytes.as_deref()), "{context}: {bytes:?}");
            let left = names(outcome.dir.path());
            assert!(
                !left.iter().any(|n| n.starts_with('.')),
                "{context}: {left:?}"
            );
        }
    }
}

#[test]
fn a_failing_fsync_is_told_in_full() {
    let (_dir, log) = plan();
    let message = (0..)
        .find_map(|at| {
            let (fs, _) = FaultyFs::failing(at, Fault::Once(Errno::IO));
            match Saver::over(fs, None).replace(&log, Some(&OLD.into()), &NEW.into()) {
                Err(
                    error @ SaveError::Failed {
                        operation: Operation::Sync,
                        ..
                    },
                ) => Some(error.to_string()),
                _ => None,
            }
        })
        .unwrap();
    assert_eq!(
        message.replace(&log.display().to_string(), "log"),
        "log: flushing the new version to the disk failed (Input/output error (os error 5)). \
         The file is unchanged: check the disk or the mount, then try again"
    );
}
