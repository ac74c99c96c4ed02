//! The whole program with a stopwatch beside it: start, keys, files, memory.
//!
//! `cargo bench --bench cockpit` writes demo plans, opens the release binary on them in a
//! pseudo-terminal of 160×48, and prints a table. `cargo bench --bench cockpit -- --huge` adds
//! a plan of a million steps. Beside the program's own numbers stand those of `wc -l` and
//! `jq -c .title` on the same file in the same run, so that a slow machine shows as such.

mod process;
mod table;
mod terminal;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use table::{SIZES, Table, Unit};
use tempfile::TempDir;
use terminal::{Frame, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_stepdeck");
const LOG: &str = "data/plans/10000_step_plan.jsonl";
const NO_TARGET: [Option<f64>; 4] = [None; 4];
const KEY: [Option<f64>; 4] = [None, Some(4.0), Some(5.0), Some(10.0)];
/// How often a key is pressed.
const PRESSES: usize = 50;
/// How long the program is watched doing nothing, and what part of a minute that is.
const IDLE: Duration = Duration::from_secs(5);
const IDLE_IN_A_MINUTE: f64 = 12.0;
/// Longer than a row stays lit that somebody else changed.
const LIT: Duration = Duration::from_millis(1_800);
/// How long a file may take to be replaced.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    // `cargo bench` adds `--bench`; nothing else is known.
    let huge = std::env::args().any(|argument| argument == "--huge");
    let begun = Instant::now();
    let mut table = Table::default();
    for steps in &SIZES[..if huge { 4 } else { 3 }] {
        eprintln!("{steps} steps …");
        table.column(*steps);
        Desk::new(*steps).measure(&mut table);
    }
    print!("{}", table.show());
    eprintln!("took {:.0} s", begun.elapsed().as_secs_f64());
}

/// A plan of some size, and a person's home.
struct Desk {
    folder: TempDir,
    home: TempDir,
    /// How often things are done that take as long as the plan is large.
    rounds: usize,
}

impl Desk {
    fn new(steps: usize) -> Self {
        let desk = Self {
            folder: TempDir::new().expect("a temporary folder"),
            home: TempDir::new().expect("a temporary home"),
            rounds: if steps > 100_000 { 3 } else { 7 },
        };
        let steps = steps.to_string();
        let arguments = ["demo", ".", "--steps", &steps];
        process::run(PROGRAM, &arguments, desk.folder.path()).expect("the demo is written");
        desk
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    fn open(&self) -> Terminal {
        Terminal::open(self.folder.path(), self.home.path())
    }

    fn measure(&self, table: &mut Table) {
        let limits = [None, Some(30.0), Some(250.0), Some(2_500.0)];
        let starts = (0..self.rounds).map(|_| self.open().first_frame().after);
        let start = median(starts.collect());
        table.put(
            "start to the first frame",
            Unit::Milliseconds,
            limits,
            Some(start),
        );
        let mut cockpit = self.open();
        cockpit.first_frame();
        cockpit.settle(Duration::ZERO);
        let opened = process::peak_memory(cockpit.pid());
        keys(&mut cockpit, table);
        filter(&mut cockpit, table);
        self.outside(&mut cockpit, table);
        self.commit(&mut cockpit, table);
        let idle = idle(&mut cockpit);
        table.put(
            "idle, processor time a minute",
            Unit::Milliseconds,
            [Some(50.0); 4],
            idle,
        );
        self.memory(opened, process::peak_memory(cockpit.pid()), table);
        drop(cockpit);
        self.beside(start, table);
    }

    /// Another program writes one line, as editors do: a new file renamed over the old.
    fn outside(&self, cockpit: &mut Terminal, table: &mut Table) {
        let limits = [None, Some(60.0), Some(250.0), Some(2_000.0)];
        cockpit.send("g");
        cockpit.settle(Duration::ZERO);
        let mut times = Vec::new();
        for round in 0..self.rounds {
            // Every letter differs from what stood there, so that all of them are drawn.
            let title = ["QQQQQQQQ", "ZZZZZZZZ"][round % 2];
            let bytes = fs::read(self.log()).expect("the log");
            let new = self.log().with_extension("new");
            fs::write(&new, retitled(&bytes, title)).expect("a new log");
            cockpit.forget();
            let begun = Instant::now();
            fs::rename(new, self.log()).expect("the log replaced");
            times.push(cockpit.frame(begun, title.as_bytes()).after);
            cockpit.settle(Duration::ZERO);
        }
        cockpit.settle(LIT);
        let time = Some(median(times));
        table.put(
            "a line rewritten outside to the frame",
            Unit::Milliseconds,
            limits,
            time,
        );
    }

    /// One field of the last step is set and taken back: the key to the file replaced.
    fn commit(&self, cockpit: &mut Terminal, table: &mut Table) {
        let limits = [None, Some(15.0), Some(100.0), Some(1_500.0)];
        cockpit.send("G");
        cockpit.settle(Duration::ZERO);
        let (mut files, mut frames) = (Vec::new(), Vec::new());
        for round in 0..self.rounds + 1 {
            let before = version(&self.log());
            cockpit.forget();
            let sent = Instant::now();
            cockpit.send(["x", "u"][round % 2]);
            while version(&self.log()) == before {
                assert!(sent.elapsed() < LIMIT, "the log is not replaced");
                std::thread::park_timeout(Duration::from_micros(200));
            }
            files.push(sent.elapsed());
            frames.push(cockpit.frame(sent, b"").after);
            cockpit.settle(Duration::ZERO);
        }
        let (file, frame) = (Some(median(files)), Some(median(frames)));
        table.put(
            "a field committed to the frame",
            Unit::Milliseconds,
            NO_TARGET,
            frame,
        );
        table.put(
            "a field committed to the file replaced",
            Unit::Milliseconds,
            limits,
            file,
        );
    }

    fn memory(&self, opened: Option<u64>, peak: Option<u64>, table: &mut Table) {
        let mebibytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1_048_576.0);
        let file = fs::metadata(self.log()).expect("the log").len();
        let times = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / file as f64);
        let most = [None, Some(25.0), None, None];
        table.put("the log", Unit::Mebibytes, NO_TARGET, mebibytes(Some(file)));
        table.put(
            "peak memory, opened",
            Unit::Mebibytes,
            most,
            mebibytes(opened),
        );
        let most = [None, None, Some(2.5), Some(2.0)];
        table.put(
            "peak memory, opened ÷ the log",
            Unit::Times,
            most,
            times(opened),
        );
        let name = "peak memory, after all the edits";
        table.put(name, Unit::Mebibytes, NO_TARGET, mebibytes(peak));
    }

    /// What the disk alone needs to replace the log safely.
    fn copy(&self) -> Duration {
        let bytes = fs::read(self.log()).expect("the log");
        let new = self.log().with_extension("new");
        let begun = Instant::now();
        let mut file = fs::File::create(&new).expect("a new file");
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(new, self.log()))
            .expect("the log copied");
        begun.elapsed()
    }

    /// The subcommand, and what others need for the same file.
    fn beside(&self, start: f64, table: &mut Table) {
        let time = |program: &str, arguments: &[&str]| {
            let times: Option<Vec<Duration>> = (0..self.rounds)
                .map(|_| process::run(program, arguments, self.folder.path()))
                .collect();
            times.map(median)
        };
        let check = time(PROGRAM, &["check"]);
        let jq = time("jq", &["-c", ".title", LOG]);
        let wc = time("wc", &["-l", LOG]);
        let ratio = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a / b);
        let mut put = |name, unit, limits, value| table.put(name, unit, limits, value);
        put("`stepdeck check`", Unit::Milliseconds, NO_TARGET, check);
        put("`jq -c .title`", Unit::Milliseconds, NO_TARGET, jq);
        put("`wc -l`", Unit::Milliseconds, NO_TARGET, wc);
        let copies = (0..self.rounds).map(|_| self.copy()).collect();
        let name = "the log copied, synced and renamed";
        put(name, Unit::Milliseconds, NO_TARGET, Some(median(copies)));
        put(
            "`stepdeck check` ÷ `jq`",
            Unit::Times,
            [Some(0.75); 4],
            ratio(check, jq),
        );
        put(
            "start ÷ `jq`",
            Unit::Times,
            NO_TARGET,
            ratio(Some(start), jq),
        );
    }
}

/// Keys that only look around, each to the last byte of its frame.
fn keys(cockpit: &mut Terminal, table: &mut Table) {
    let mut down = Vec::new();
    for _ in 0..PRESSES {
        down.push(cockpit.key("j"));
    }
    let bytes = down.iter().map(|frame| frame.bytes as f64).collect();
    put_times(table, ["`j`, median", "`j`, 99th percentile"], &down);
    table.put(
        "`j`, bytes sent",
        Unit::Bytes,
        [Some(1_500.0); 4],
        Some(middle(bytes)),
    );

    let page = |press: usize| ["\x1b[6~", "\x1b[5~"][press / 10 % 2];
    let pages: Vec<Frame> = (0..PRESSES).map(|at| cockpit.key(page(at))).collect();
    put_times(table, ["page, median", "page, 99th percentile"], &pages);

    let mut opened = Vec::new();
    for _ in 0..PRESSES {
        opened.push(cockpit.key("\r"));
        cockpit.key("\x1b[Z");
    }
    put_times(table, ["open, median", "open, 99th percentile"], &opened);

    cockpit.key("\x1b[Z");
    let row = |press: usize| ["j", "k"][press / 5 % 2];
    let moves: Vec<Frame> = (0..PRESSES).map(|at| cockpit.key(row(at))).collect();
    put_times(table, ["grid, median", "grid, 99th percentile"], &moves);
    cockpit.key("\t");
    cockpit.settle(Duration::ZERO);
}

/// Letters typed into the filter line, each narrowing the list.
fn filter(cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(8.0), Some(30.0), None];
    let mut letters = Vec::new();
    cockpit.key("/");
    for _ in 0..5 {
        for letter in ["r", "e", "v", "i", "e", "w"] {
            // On the largest plan the letter before may still be looking for steps.
            cockpit.settle(Duration::ZERO);
            letters.push(cockpit.key(letter).after);
        }
        for _ in 0..6 {
            cockpit.key("\x7f");
        }
    }
    cockpit.key("\x1b");
    cockpit.settle(Duration::ZERO);
    let median = Some(median(letters));
    table.put(
        "a letter of the filter, median",
        Unit::Milliseconds,
        limits,
        median,
    );
}

fn put_times(table: &mut Table, names: [&'static str; 2], frames: &[Frame]) {
    let mut times: Vec<f64> = frames.iter().map(|f| milliseconds(f.after)).collect();
    times.sort_by(f64::total_cmp);
    let slow = times[(times.len() * 99).div_ceil(100) - 1];
    table.put(
        names[0],
        Unit::Milliseconds,
        KEY,
        Some(times[times.len() / 2]),
    );
    table.put(names[1], Unit::Milliseconds, NO_TARGET, Some(slow));
}

/// Processor time while nothing happens, in milliseconds a minute.
fn idle(cockpit: &mut Terminal) -> Option<f64> {
    cockpit.settle(LIT);
    let before = process::cpu(cockpit.pid())?;
    std::thread::sleep(IDLE);
    let after = process::cpu(cockpit.pid())?;
    Some(milliseconds(after.abs_diff(before)) * IDLE_IN_A_MINUTE)
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

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn median(times: Vec<Duration>) -> f64 {
    middle(times.into_iter().map(milliseconds).collect())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
