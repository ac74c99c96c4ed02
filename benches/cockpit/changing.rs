//! Changes of the log: from outside, from the cockpit, and what the disk takes for them alone.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::statistics::median;
use crate::table::{NO_TARGET, Table, Unit};
use crate::terminal::{LIMIT, Terminal};

/// Longer than a row stays lit that somebody else changed.
pub const LIT: Duration = Duration::from_millis(1_800);

/// Another program writes one line, as editors do: a new file renamed over the old.
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
        fs::write(&new, retitled(&bytes, title)).expect("a new log");
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

/// One field of the last step is set and undone: the key to the file replaced.
pub fn commit(log: &Path, rounds: usize, cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(15.0), Some(100.0), Some(1_500.0)];
    cockpit.send("G");
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
    let name = "a field committed to the frame";
    table.put(name, Unit::Milliseconds, NO_TARGET, Some(median(frames)));
    let name = "a field committed to the file replaced";
    table.put(name, Unit::Milliseconds, limits, Some(median(files)));
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

/// Differs after a file was replaced or written.
fn version(path: &Path) -> Option<(u64, i64, i64)> {
    let data = fs::metadata(path).ok()?;
    Some((data.ino(), data.mtime(), data.mtime_nsec()))
}
