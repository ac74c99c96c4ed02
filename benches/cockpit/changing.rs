//! Changes of the log: from outside, from the cockpit, and what the disk takes for them alone.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process;
use crate::statistics::{greatest, median, milliseconds};
use crate::table::{NO_TARGET, Table, Unit};
use crate::terminal::{LIMIT, Terminal};

/// Longer than a row stays lit that somebody else changed.
pub const LIT: Duration = Duration::from_millis(1_800);

/// Between two keys that are pressed while something goes on.
const KEY_PAUSE: Duration = Duration::from_millis(4);
/// The program has done nothing but answer keys for so long: it has nothing left to do. Longer than
/// a changed file is left at rest before it is read.
const REST: Duration = Duration::from_millis(1_500);

/// Another program writes one line, as editors do: a new file, synced and renamed over the old. One
/// that is renamed within the same tick of the clock as its last byte was written is not seen to be
/// new, and waited for until it rests.
pub fn outside(log: &Path, rounds: usize, cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(60.0), Some(250.0), Some(2_000.0)];
    cockpit.send("g");
    cockpit.settle(Duration::ZERO);
    let mut times = Vec::new();
    for round in 0..rounds {
        // Every letter differs from what was there, so that all of them are drawn.
        let title = ["QQQQQQQQ", "ZZZZZZZZ"][round % 2];
        let bytes = fs::read(log).expect("the log");
        let new = log.with_extension("new");
        let mut file = fs::File::create(&new).expect("a new log");
        (file.write_all(&retitled(&bytes, title))).expect("a new log");
        file.sync_all().expect("a new log on disk");
        cockpit.forget();
        let begun = Instant::now();
        fs::rename(new, log).expect("the log replaced");
        times.push(cockpit.frame(begun, title.as_bytes()).after);
        cockpit.settle(Duration::ZERO);
    }
    cockpit.settle(LIT);
    let name = "a line rewritten outside to the frame";
    table.put(name, Unit::Milliseconds, limits, Some(median(times)));
}

/// Another program appends a thousand lines, then writes the whole log with another title in each
/// line: the slowest of the keys that are pressed from the change to the frame that shows it.
pub fn keys_meanwhile(log: &Path, cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(10.0), Some(10.0), Some(10.0)];
    let before = fs::read(log).expect("the log");
    cockpit.send("G");
    cockpit.settle(Duration::ZERO);
    let begun = Instant::now();
    let mut file = fs::File::options().append(true).open(log).expect("the log");
    file.write_all(&more_steps()).expect("lines appended");
    let name = "a key while 1,000 lines are appended, slowest";
    let slowest = pressed_until_rest(begun, cockpit);
    table.put(name, Unit::Milliseconds, limits, slowest);

    let new = log.with_extension("new");
    fs::write(&new, retitled_throughout(&before)).expect("a new log");
    let begun = Instant::now();
    fs::rename(&new, log).expect("the log replaced");
    let name = "a key while all lines are rewritten, slowest";
    let slowest = pressed_until_rest(begun, cockpit);
    table.put(name, Unit::Milliseconds, limits, slowest);
    fs::write(&new, &before).expect("a new log");
    fs::rename(new, log).expect("the log replaced");
    cockpit.settle(LIT);
}

/// Presses keys while the program works on what changed at `begun`, and until it has shown it:
/// the slowest key, in milliseconds.
fn pressed_until_rest(begun: Instant, cockpit: &mut Terminal) -> Option<f64> {
    let mut keys = Vec::new();
    let mut idle_since = Instant::now();
    while begun.elapsed() < LIMIT && idle_since.elapsed() < REST {
        let before = process::cpu(cockpit.pid())?;
        let frame = cockpit.key_or_nothing(["k", "j"][keys.len() % 2]);
        keys.push(milliseconds(
            frame.map_or(Duration::ZERO, |frame| frame.after),
        ));
        std::thread::park_timeout(KEY_PAUSE);
        let busy = process::cpu(cockpit.pid())?.abs_diff(before);
        if busy > KEY_PAUSE / 2 {
            idle_since = Instant::now();
        }
    }
    greatest(keys)
}

/// The lines of a thousand steps of no block.
fn more_steps() -> Vec<u8> {
    let line = |number: usize| {
        format!(
            "{{\"step_id\": \"{}\", \"title\": \"Appended {number}\", \"status\": \"draft\"}}\n",
            9_000_000 + number
        )
    };
    (0..1_000).map(line).collect::<String>().into_bytes()
}

/// One field of a step near the end is set and undone: the key to the frame, and to the file
/// replaced.
pub fn commit(log: &Path, rounds: usize, cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(15.0), Some(100.0), Some(1_500.0)];
    let (frame, file) = commits(log, rounds, cockpit);
    let name = "a field committed to the frame";
    table.put(name, Unit::Milliseconds, NO_TARGET, Some(frame));
    let name = "a field committed to the file replaced";
    table.put(name, Unit::Milliseconds, limits, Some(file));
}

/// The same in milliseconds: to the frame, and to the file.
pub fn commits(log: &Path, rounds: usize, cockpit: &mut Terminal) -> (f64, f64) {
    cockpit.send(&format!(":{}\r", near_end(log)));
    cockpit.settle(Duration::ZERO);
    let (mut files, mut frames) = (Vec::new(), Vec::new());
    for round in 0..rounds + 1 {
        let before = version(log);
        cockpit.forget();
        let sent = Instant::now();
        cockpit.send(["x", "u"][round % 2]);
        while version(log) == before {
            assert!(sent.elapsed() < LIMIT, "the log is not replaced");
            std::thread::park_timeout(Duration::from_micros(200));
        }
        files.push(sent.elapsed());
        frames.push(cockpit.frame(sent, b"").after);
        cockpit.settle(Duration::ZERO);
    }
    (median(frames), median(files))
}

/// The number of a step near the end of a log.
fn near_end(log: &Path) -> String {
    let log = fs::read_to_string(log).expect("the log is read");
    let mut numbers = log.lines().rev().filter_map(|line| {
        let (_, rest) = line.split_once("\"step_id\": \"")?;
        rest.split('"').next()
    });
    numbers.nth(10).expect("a step").to_owned()
}

/// What the disk alone needs to replace the log safely.
pub fn copy(log: &Path) -> Duration {
    let bytes = fs::read(log).expect("the log");
    let new = log.with_extension("new");
    let begun = Instant::now();
    let mut file = fs::File::create(&new).expect("a new file");
    file.write_all(&bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(new, log))
        .expect("the log copied");
    begun.elapsed()
}

/// The log with another title in its first step.
fn retitled(log: &[u8], title: &str) -> Vec<u8> {
    const KEY: &[u8] = br#""title": ""#;
    let start = memchr::memmem::find(log, br#"{"step_id""#).expect("a step");
    let from = memchr::memmem::find(&log[start..], KEY).expect("a title") + start + KEY.len();
    let len = memchr::memchr(b'"', &log[from..]).expect("its end");
    [&log[..from], title.as_bytes(), &log[from + len..]].concat()
}

/// The log with another title in all its steps.
fn retitled_throughout(log: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = br#""title": ""#;
    let (mut new, mut rest) = (Vec::with_capacity(log.len() * 11 / 10), log);
    while let Some(at) = memchr::memmem::find(rest, KEY) {
        let (before, after) = rest.split_at(at + KEY.len());
        new.extend_from_slice(before);
        new.extend_from_slice(b"Again: ");
        rest = after;
    }
    new.extend_from_slice(rest);
    new
}

/// Differs after a file was replaced or written.
fn version(path: &Path) -> Option<(u64, i64, i64)> {
    let data = fs::metadata(path).ok()?;
    Some((data.ino(), data.mtime(), data.mtime_nsec()))
}
