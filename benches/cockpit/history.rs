//! Plans with a year of commits: everything that happened, the weeks, one step, each once with
//! nothing known from an earlier run and once again. Beside it git prints the same differences.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::looking::put_times;
use crate::statistics::median;
use crate::table::{NO_TARGET, Table, Unit, thousands};
use crate::terminal::{Frame, Terminal};
use crate::{LOG, PROGRAM, process};

/// Steps of the plans, and what everything that happened may take beside `git log -p -U0`.
const PLANS: [(usize, f64); 2] = [(480, 1.0), (10_000, 0.8)];
/// How often things are done.
const ROUNDS: usize = 3;
/// How often a key is pressed, and at most while the history is read.
const PRESSES: usize = 200;
const MOST_PRESSES: usize = 20_000;

/// A question, and how many milliseconds it may take: with nothing known, and again.
struct Question {
    name: &'static str,
    words: &'static [&'static str],
    limits: [Option<f64>; 2],
}

const ALL: Question = Question {
    name: "`stepdeck log --json`",
    words: &["log", "--json"],
    limits: [None; 2],
};

const QUESTIONS: [Question; 5] = [
    ALL,
    Question {
        name: "`stepdeck burn`",
        words: &["burn"],
        limits: [None, Some(150.0)],
    },
    Question {
        name: "`stepdeck forecast`, a version a week",
        words: &["forecast"],
        limits: [Some(2_000.0), Some(150.0)],
    },
    Question {
        name: "`stepdeck log 0042`",
        words: &["log", "0042"],
        limits: [None, Some(300.0)],
    },
    Question {
        name: "`stepdeck check`, with ages",
        words: &["check"],
        limits: [None; 2],
    },
];

/// Measures all of them and prints the table.
pub fn measure() {
    let mut table = Table::default();
    for (steps, share) in PLANS {
        eprintln!("{} steps with a history …", thousands(steps));
        table.column(format!("{} steps", thousands(steps)), steps);
        let folder = TempDir::new().expect("a temporary folder");
        let folder = folder.path();
        let count = steps.to_string();
        let words = ["demo", ".", "--history", "--steps", &count];
        process::run(PROGRAM, &words, folder).expect("the demo is written");
        let words = ["log", "-p", "-U0", "-m", "--first-parent", "--", LOG];
        let git = timed(|| process::run("git", &words, folder));
        table.put("`git log -p -U0`", Unit::Milliseconds, NO_TARGET, git);
        for question in &QUESTIONS {
            let Question { name, words, .. } = question;
            let ask = |cache: &Path| run(folder, cache, words);
            let cold = timed(|| ask(TempDir::new().ok()?.path()));
            let kept = TempDir::new().expect("a temporary folder");
            ask(kept.path());
            let again = timed(|| ask(kept.path()));
            let [cold_limit, again_limit] = question.limits;
            table.put_within(name, Unit::Milliseconds, cold_limit, cold);
            let name = format!("{name}, again");
            table.put_within(&name, Unit::Milliseconds, again_limit, again);
        }
        let first = timed(|| one_step(folder));
        let name = "`H` on a step, to its first events";
        table.put_within(name, Unit::Milliseconds, Some(300.0), first);
        keys(folder, &mut table);
        let ratio = table.value(ALL.name).zip(git).map(|(all, git)| all / git);
        let name = format!("{} ÷ `git log -p -U0`", ALL.name);
        table.put_within(&name, Unit::Times, Some(share), ratio);
    }
    println!("{}", table.show());
}

/// How long after its key what happened to a step begins to be there, with nothing known.
fn one_step(folder: &Path) -> Option<Duration> {
    let home = TempDir::new().ok()?;
    let mut cockpit = Terminal::open(folder, home.path());
    cockpit.first_frame();
    cockpit.whole_plan();
    cockpit.key(":");
    cockpit.key("0012\r");
    let sent = Instant::now();
    cockpit.send("H");
    while !cockpit.says("status:") {
        cockpit.frame(sent, b"");
    }
    Some(sent.elapsed())
}

/// Moving in the cockpit while it reads the history beside the keys for the first time, until the detail
/// pane says since when the step has its status; and moving in the same cockpit afterwards.
fn keys(folder: &Path, table: &mut Table) {
    let home = TempDir::new().expect("a temporary folder");
    let mut cockpit = Terminal::open(folder, home.path());
    cockpit.first_frame();
    cockpit.whole_plan();
    let row = |press: usize| ["j", "k"][press / 5 % 2];
    let mut reading = Vec::new();
    while reading.is_empty() || reading.len() < MOST_PRESSES && !cockpit.says("since 20") {
        reading.push(cockpit.key(row(reading.len())));
    }
    cockpit.settle(Duration::ZERO);
    let known: Vec<Frame> = (0..PRESSES).map(|press| cockpit.key(row(press))).collect();
    let names = ["median", "99th percentile"];
    let while_read = names.map(|name| format!("`j` while the history is read, {name}"));
    let when_known = names.map(|name| format!("`j` when it is known, {name}"));
    put_times(table, while_read.each_ref().map(String::as_str), &reading);
    put_times(table, when_known.each_ref().map(String::as_str), &known);
}

fn timed(run: impl FnMut() -> Option<Duration>) -> Option<f64> {
    let times: Option<Vec<Duration>> = std::iter::repeat_with(run).take(ROUNDS).collect();
    times.map(median)
}

/// How long the program takes, which keeps what it finds in this folder.
fn run(folder: &Path, cache: &Path, words: &[&str]) -> Option<Duration> {
    let mut command = Command::new(PROGRAM);
    process::took(
        command
            .args(words)
            .current_dir(folder)
            .env("XDG_CACHE_HOME", cache),
    )
}
