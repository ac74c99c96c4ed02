//! When a file is at rest, in a table and as laws.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::*;

const OLD: &str = "{\"step_id\":\"0001\"}\n{\"step_id\":\"0002\"}\n";
/// The time of the last change in every stamp here, nanoseconds since the epoch.
const CHANGED: i128 = 1_764_000_000_123_000_000;

fn stamp(ino: u64, size: usize) -> Stamp {
    Stamp {
        dev: 1,
        ino,
        size: size as u64,
        mtime_ns: CHANGED,
        ctime_ns: CHANGED,
    }
}

fn at(millis_later: i64) -> SystemTime {
    let nanos = CHANGED + i128::from(millis_later) * 1_000_000;
    UNIX_EPOCH + Duration::from_nanos(u64::try_from(nanos).unwrap())
}

/// A text file seen so many milliseconds after its last change, which held `OLD` at rest.
fn seen(bytes: &str, ino: u64, millis: i64) -> Option<Duration> {
    let (old, bytes) = (Rope::from(OLD.as_bytes()), Rope::from(bytes.as_bytes()));
    let rest = Rest {
        stamp: Stamp {
            mtime_ns: 1,
            ctime_ns: 1,
            ..stamp(1, OLD.len())
        },
        bytes: &old,
    };
    let reading = Reading {
        stamp: stamp(ino, bytes.len()),
        bytes: &bytes,
        is_log: false,
        moved: false,
        is_ours: false,
    };
    assess(Some(rest), reading, Duration::ZERO, at(millis))
}

#[test]
fn whatever_stands_there_it_rests_a_while_after_the_last_change() {
    let cut = &OLD[..20];
    let mixed = OLD.replace('2', "3");
    for bytes in [cut, &mixed, OLD, "", "other\n"] {
        assert_eq!(
            seen(bytes, 1, 30),
            Some(Duration::from_millis(70)),
            "{bytes}"
        );
        assert_eq!(seen(bytes, 1, 100), None, "{bytes}");
        // A new inode in the same place, written to as well.
        assert_eq!(
            seen(bytes, 2, 30),
            Some(Duration::from_millis(70)),
            "{bytes}"
        );
    }
    // A clock behind that of the file server says nothing.
    assert_eq!(seen(cut, 1, -5_000), Some(QUIET));
}

#[test]
fn appended_lines_our_own_saves_and_files_renamed_into_place_are_at_rest() {
    assert_eq!(seen(&format!("{OLD}more\n"), 1, 0), None);
    assert_eq!(seen(&format!("{OLD}mo"), 1, 0), Some(QUIET));
    let bytes = Rope::from(b"new\n");
    let reading = Reading {
        stamp: stamp(2, 4),
        bytes: &bytes,
        is_log: true,
        moved: false,
        is_ours: false,
    };
    let now = |reading| assess(None, reading, Duration::ZERO, at(0));
    assert_eq!(now(reading), Some(QUIET));
    let ours = Reading {
        is_ours: true,
        ..reading
    };
    assert_eq!(now(ours), None);
    let mut renamed = reading;
    renamed.stamp.ctime_ns += 1;
    assert_eq!(now(renamed), None);
    let moved = Reading {
        moved: true,
        ..renamed
    };
    assert_eq!(now(moved), Some(QUIET), "two versions in one reading");
    // Where the clock does not tell, having looked for long enough does.
    assert_eq!(assess(None, reading, QUIET, at(-60_000)), None);
    // Truncating takes away the bytes first and moves the times afterwards.
    let (nothing, hour) = (Rope::default(), at(3_600_000));
    let emptied = Reading {
        bytes: &nothing,
        stamp: Stamp {
            size: 0,
            ..renamed.stamp
        },
        ..reading
    };
    assert_eq!(assess(None, emptied, Duration::ZERO, hour), Some(QUIET));
    assert_eq!(assess(None, emptied, QUIET, hour), None);
}

#[test]
fn a_new_mode_is_no_new_version() {
    let old = Rope::from(OLD.as_bytes());
    let rest = Rest {
        stamp: stamp(1, OLD.len()),
        bytes: &old,
    };
    let mut reading = Reading {
        stamp: stamp(1, OLD.len()),
        bytes: &old,
        is_log: true,
        moved: false,
        is_ours: false,
    };
    reading.stamp.ctime_ns += 5;
    assert_eq!(assess(Some(rest), reading, Duration::ZERO, at(0)), None);
}

proptest! {
    /// No content is believed sooner or later than another.
    #[test]
    fn only_the_time_decides(bytes in "[a{}\n]{0,30}", millis in 0i64..300, ino in 1u64..3) {
        let is_longer = bytes.starts_with(OLD) && bytes.ends_with('\n');
        prop_assume!(!is_longer);
        prop_assert_eq!(seen(&bytes, ino, millis).is_none(), millis >= 100);
    }
}
