//! The whole program with a stopwatch beside it: start, keys, files, memory.
//!
//! `cargo bench --bench cockpit` writes demo plans, opens the release binary on them in a
//! pseudo-terminal of 160×48, and prints a table. Beside the program's own numbers are those of `wc
//! -l` and `jq -c .title` on the same file in the same run, and of its peers where they are
//! installed, so that a slow machine shows as such. Behind `--`:
//!
//! * `--huge` adds a plan of a million steps,
//! * `--size N` measures plans of that size only,
//! * `--untidy` takes the plans as people write them,
//! * `--build` also builds the release binary from nothing, into a folder of its own.

mod changing;
mod looking;
mod peers;
mod process;
mod statistics;
mod table;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use changing::LIT;
use statistics::{median, milliseconds};
use table::{NO_TARGET, SIZES, Table, Unit};
use tempfile::TempDir;
use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stepdeck");
const LOG: &str = "data/plans/10000_step_plan.jsonl";
/// How long the program is watched doing nothing, and what part of a minute that is.
const IDLE: Duration = Duration::from_secs(5);
const IDLE_IN_A_MINUTE: f64 = 12.0;

fn main() {
    let options = Options::read();
    let begun = Instant::now();
    let mut table = Table::default();
    for steps in &options.sizes {
        eprintln!("{steps} steps …");
        table.column(*steps);
        Desk::new(*steps, options.untidy).measure(&mut table);
    }
    print!("{}", table.show());
    let binary = fs::metadata(PROGRAM).expect("the program").len();
    println!("\nThe binary: {}.", Unit::Mebibytes.show(mebibytes(binary)));
    if options.build {
        match build() {
            Some(time) => println!("A release build from nothing: {:.0} s.", time.as_secs_f64()),
            None => eprintln!("cargo did not build it"),
        }
    }
    eprintln!("took {:.0} s", begun.elapsed().as_secs_f64());
}

/// What is asked for. `cargo bench` adds `--bench`; what is not known is passed over.
struct Options {
    sizes: Vec<usize>,
    untidy: bool,
    build: bool,
}

impl Options {
    fn read() -> Self {
        let mut options = Self {
            sizes: SIZES[..3].to_vec(),
            untidy: false,
            build: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--huge" => options.sizes = SIZES.to_vec(),
                "--untidy" => options.untidy = true,
                "--build" => options.build = true,
                "--size" => {
                    let size = words.next().and_then(|size| size.parse().ok());
                    options.sizes = vec![size.expect("--size N, N in steps")];
                }
                _ => {}
            }
        }
        options
    }
}

/// How long the binary takes to build with nothing built before.
fn build() -> Option<Duration> {
    let target = TempDir::new().expect("a temporary target folder");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let folder = target.path().to_str().expect("a path in UTF-8");
    let words = ["build", "--release", "--locked", "--target-dir", folder];
    process::run(&cargo, &words, Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// A plan of some size, and a person's home.
struct Desk {
    folder: TempDir,
    home: TempDir,
    steps: usize,
    /// How often things are done that take as long as the plan is large.
    rounds: usize,
}

impl Desk {
    fn new(steps: usize, untidy: bool) -> Self {
        let desk = Self {
            folder: TempDir::new().expect("a temporary folder"),
            home: TempDir::new().expect("a temporary home"),
            steps,
            rounds: if steps > 100_000 { 3 } else { 7 },
        };
        let steps = steps.to_string();
        let mut arguments = vec!["demo", ".", "--steps", &steps];
        arguments.extend(untidy.then_some("--untidy"));
        process::run(PROGRAM, &arguments, desk.folder.path()).expect("the demo is written");
        // Else the disk would still be at it while the first measurements run.
        let log = fs::File::open(desk.log()).expect("the log");
        log.sync_all().expect("the log on the disk");
        desk
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    fn open(&self) -> Terminal {
        Terminal::open(self.folder.path(), self.home.path())
    }

    fn measure(&self, table: &mut Table) {
        let start = self.start(table);
        let mut cockpit = self.open();
        cockpit.first_frame();
        cockpit.whole_plan();
        cockpit.settle(Duration::ZERO);
        let opened = process::peak_memory(cockpit.pid());
        looking::keys(&mut cockpit, table);
        looking::filter(&mut cockpit, table);
        looking::echo(self.home.path(), table);
        changing::outside(&self.log(), self.rounds, &mut cockpit, table);
        changing::commit(&self.log(), self.rounds, &mut cockpit, table);
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
        peers::measure(&self.log(), self.steps, self.home.path(), start, table);
    }

    /// Opens the plan over and over. Answers the time to the first rows, in milliseconds.
    fn start(&self, table: &mut Table) -> f64 {
        let rows = [None, Some(30.0), Some(250.0), Some(300.0)];
        let all = [None, Some(30.0), Some(250.0), Some(2_500.0)];
        let (mut first, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let mut cockpit = self.open();
            first.push(cockpit.first_frame().after);
            whole.push(cockpit.whole_plan());
        }
        let (first, whole) = (median(first), median(whole));
        let mut put = |name, limits, value| table.put(name, Unit::Milliseconds, limits, value);
        put("start to the first rows", rows, Some(first));
        put("start to the whole plan", all, Some(whole));
        first
    }

    fn memory(&self, opened: Option<u64>, peak: Option<u64>, table: &mut Table) {
        let file = fs::metadata(self.log()).expect("the log").len();
        let times = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / file as f64);
        let mut put = |name, unit, limits, value| table.put(name, unit, limits, value);
        put("the log", Unit::Mebibytes, NO_TARGET, Some(mebibytes(file)));
        put(
            "peak memory, opened",
            Unit::Mebibytes,
            [None, Some(25.0), None, None],
            opened.map(mebibytes),
        );
        put(
            "peak memory, opened ÷ the log",
            Unit::Times,
            [None, None, Some(2.5), Some(2.0)],
            times(opened),
        );
        let name = "peak memory, after all the edits";
        put(name, Unit::Mebibytes, NO_TARGET, peak.map(mebibytes));
        let name = "peak memory, after all the edits ÷ the log";
        put(name, Unit::Times, NO_TARGET, times(peak));
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
        let log = self.log();
        let copies = (0..self.rounds).map(|_| changing::copy(&log)).collect();
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
            [None, Some(0.25), None, None],
            ratio(Some(start), jq),
        );
    }
}

/// Processor time while nothing happens, in milliseconds a minute.
fn idle(cockpit: &mut Terminal) -> Option<f64> {
    cockpit.settle(LIT);
    let before = process::cpu(cockpit.pid())?;
    std::thread::sleep(IDLE);
    let after = process::cpu(cockpit.pid())?;
    Some(milliseconds(after.abs_diff(before)) * IDLE_IN_A_MINUTE)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
