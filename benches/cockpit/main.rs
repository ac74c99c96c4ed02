//! The whole program with a stopwatch beside it: start, keys, files, memory.
//!
//! `cargo bench --bench cockpit` writes demo plans, tidy ones and ones as people write them, opens
//! the release binary on them in a pseudo-terminal of 160×48, and prints tables. Beside the
//! program's own numbers are those of `jq`, `wc`, `diff` and others on the same file in the same
//! run, and of its peers where they are installed, so that a slow machine shows as such. Behind
//! `--`:
//!
//! * `--huge` adds plans of a million steps,
//! * `--size N` measures plans of that size only,
//! * `--tidy` and `--untidy` measure one of the two kinds only,
//! * `--crowded` measures only big canons, full drawers and long notes,
//! * `--history` measures only plans with a year of commits,
//! * `--page` measures only the plan as a page in a browser,
//! * `--build` also builds the release binary from nothing, into a folder of its own.

mod changing;
mod commands;
mod crowded;
mod history;
mod looking;
mod page;
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
use table::{NO_TARGET, SIZES, Table, Unit, thousands};
use tempfile::TempDir;
use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stepdeck");
const LOG: &str = "data/plans/10000_step_plan.jsonl";
/// How long the program is watched doing nothing, and what part of a minute that is.
const IDLE: Duration = Duration::from_secs(5);
const IDLE_IN_A_MINUTE: f64 = 12.0;
/// What an open plan may hold beside its log.
const BYTES_PER_STEP: u64 = 180;
const MEBIBYTES_ANYWAY: f64 = 12.0;
const HELD: &str = "memory held, opened and checked";

fn main() {
    let options = Options::read();
    let begun = Instant::now();
    let mut table = Table::default();
    for steps in &options.sizes {
        for untidy in &options.kinds {
            let name = match untidy {
                false => thousands(*steps),
                true => format!("{}, untidy", thousands(*steps)),
            };
            eprintln!("{name} …");
            table.column(name, *steps);
            let desk = Desk::new(*steps, *untidy);
            if !options.page {
                desk.measure(&mut table);
            }
            page::measure(desk.folder.path(), *steps, desk.rounds, &mut table);
        }
    }
    if !options.sizes.is_empty() {
        println!("{}", table.show());
    }
    if options.crowded {
        crowded::measure();
    }
    if options.history {
        history::measure();
    }
    let binary = fs::metadata(PROGRAM).expect("the program").len();
    println!("The binary: {}.", Unit::Mebibytes.show(mebibytes(binary)));
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
    /// Whether plans are untidy.
    kinds: Vec<bool>,
    crowded: bool,
    history: bool,
    /// Nothing but the page.
    page: bool,
    build: bool,
}

impl Options {
    fn read() -> Self {
        let mut options = Self {
            sizes: SIZES[..3].to_vec(),
            kinds: vec![false, true],
            crowded: true,
            history: true,
            page: false,
            build: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--huge" => options.sizes = SIZES.to_vec(),
                "--tidy" => options.kinds = vec![false],
                "--untidy" => options.kinds = vec![true],
                "--crowded" => {
                    options.sizes = Vec::new();
                    options.history = false;
                }
                "--history" => {
                    options.sizes = Vec::new();
                    options.crowded = false;
                }
                "--page" => {
                    options.page = true;
                    options.crowded = false;
                    options.history = false;
                }
                "--build" => options.build = true,
                "--size" => {
                    let size = words.next().and_then(|size| size.parse().ok());
                    options.sizes = vec![size.expect("--size N, N in steps")];
                    options.crowded = false;
                    options.history = false;
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
    untidy: bool,
    /// How often things are done that take as long as the plan is large.
    rounds: usize,
}

impl Desk {
    fn new(steps: usize, untidy: bool) -> Self {
        let desk = Self {
            folder: TempDir::new().expect("a temporary folder"),
            home: TempDir::new().expect("a temporary home"),
            steps,
            untidy,
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
        self.today(table);
        let mut cockpit = self.open();
        cockpit.first_frame();
        cockpit.whole_plan();
        looking::while_checking(&mut cockpit, table);
        self.memory(&mut cockpit, table);
        looking::keys(&mut cockpit, table);
        looking::filter(&mut cockpit, table);
        looking::whole_plan(&mut cockpit, self.steps, table);
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
        changing::keys_meanwhile(&self.log(), &mut cockpit, table);
        self.memory_later(&mut cockpit, table);
        drop(cockpit);
        let (folder, log) = (self.folder.path(), self.log());
        commands::measure(folder, &log, self.rounds, start, table);
        if !self.untidy {
            peers::measure(&log, self.steps, self.home.path(), start, table);
        }
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

    /// Opens the plan as somebody does who has configured nothing: with Today, which is gathered
    /// behind its first frame.
    fn today(&self, table: &mut Table) {
        let home = TempDir::new().expect("a temporary home");
        let (mut first, mut gathered) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let mut cockpit = Terminal::open_as_is(self.folder.path(), home.path());
            first.push(cockpit.first_frame().after);
            cockpit.whole_plan();
            gathered.push(cockpit.until("Rituals"));
        }
        let mut put = |name, times| {
            table.put(name, Unit::Milliseconds, NO_TARGET, Some(median(times)));
        };
        put("start with Today, to its first frame", first);
        put("start with Today, to its lines", gathered);
    }

    /// Memory of a plan that is open and checked.
    fn memory(&self, cockpit: &mut Terminal, table: &mut Table) {
        cockpit.settle(Duration::ZERO);
        let file = fs::metadata(self.log()).expect("the log").len();
        table.put("the log", Unit::Mebibytes, NO_TARGET, Some(mebibytes(file)));
        let peak = process::peak_memory(cockpit.pid()).map(mebibytes);
        table.put("peak memory, opened", Unit::Mebibytes, NO_TARGET, peak);
        std::thread::sleep(IDLE);
        let held = process::resident_memory(cockpit.pid()).map(mebibytes);
        let limit = mebibytes(file + BYTES_PER_STEP * self.steps as u64) + MEBIBYTES_ANYWAY;
        table.put_within(HELD, Unit::Mebibytes, Some(limit), held);
    }

    /// Memory after everything that has been done with the plan.
    fn memory_later(&self, cockpit: &mut Terminal, table: &mut Table) {
        cockpit.settle(IDLE);
        let file = mebibytes(fs::metadata(self.log()).expect("the log").len());
        let limit = table.value(HELD).map(|held| held * 1.3);
        let held = process::resident_memory(cockpit.pid()).map(mebibytes);
        let name = "memory held after checks, rewrites and edits";
        table.put_within(name, Unit::Mebibytes, limit, held);
        let peak = process::peak_memory(cockpit.pid()).map(|peak| mebibytes(peak) / file);
        let name = "peak memory of all that ÷ the log";
        table.put(name, Unit::Times, [None, None, Some(2.3), Some(2.3)], peak);
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
