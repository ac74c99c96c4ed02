//! Subcommands on a plan, beside the tools that people would use instead, on the same files in the
//! same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::changing;
use crate::process;
use crate::statistics::median;
use crate::table::{NO_TARGET, Table, Targets, Unit};

/// What the checks may take beside `jq`, and the start, answers about fields, about the graph.
const CHECK: Targets = [Some(0.6); 4];
const START: Targets = [None, Some(0.25), None, None];
const FIELDS: Targets = [None, None, Some(0.1), Some(0.1)];
const GRAPH: Targets = [None, None, Some(0.3), Some(0.3)];
/// What comparing and merging may take beside `diff` and `git merge-file`.
const VERSIONS: Targets = [None, None, Some(1.5), Some(1.5)];

/// Programs that answer with something about a log.
struct Commands<'a> {
    folder: &'a Path,
    rounds: usize,
}

impl Commands<'_> {
    /// The median of several runs in milliseconds; nothing where one of them fails.
    fn time(&self, program: &str, arguments: &[&str]) -> Option<f64> {
        let runs = (0..self.rounds).map(|_| process::run(program, arguments, self.folder));
        runs.collect::<Option<Vec<Duration>>>().map(median)
    }
}

/// Measures them on the plan in `folder`, of which a cockpit needed so many milliseconds to show
/// the first rows.
pub fn measure(folder: &Path, log: &Path, rounds: usize, start: f64, table: &mut Table) {
    let commands = Commands { folder, rounds };
    let scratch = TempDir::new().expect("a temporary folder");
    let readable = readable(log, scratch.path());
    let path = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
    let (readable, log_path) = (path(&readable), path(log));
    let own = |arguments: &[&str]| commands.time(crate::PROGRAM, arguments);

    let jq = commands.time("jq", &["-c", ".title", &readable]);
    let mut put = |name: &str, targets, value: Option<f64>| {
        let beside = value.zip(jq).map(|(value, jq)| value / jq);
        table.put(name, Unit::Milliseconds, NO_TARGET, value);
        table.put(&format!("{name} ÷ `jq`"), Unit::Times, targets, beside);
    };
    put("start", START, Some(start));
    put("`stepdeck check`", CHECK, own(&["check"]));
    put("`stepdeck show 0042`", FIELDS, own(&["show", "0042"]));
    let filter = |filter: &str| own(&["list", "--filter", filter]);
    put(
        "`stepdeck list --filter owner:ops`",
        FIELDS,
        filter("owner:ops"),
    );
    put(
        "`stepdeck list --filter is:ready`",
        GRAPH,
        filter("is:ready"),
    );

    let mut put = |name, value| table.put(name, Unit::Milliseconds, NO_TARGET, value);
    put("`jq -c .title`", jq);
    put(
        "`rg -c title`",
        commands.time("rg", &["-c", "title", &log_path]),
    );
    put("`wc -l`", commands.time("wc", &["-l", &log_path]));
    let copies = (0..rounds).map(|_| changing::copy(log)).collect();
    put("the log copied, synced and renamed", Some(median(copies)));

    versions(&commands, log, scratch.path(), table);
}

/// `diff` and `merge` of versions in which one line of a hundred differs, other ones on each side.
fn versions(commands: &Commands<'_>, log: &Path, scratch: &Path, table: &mut Table) {
    let base = fs::read(log).expect("the log");
    let write = |name: &str, bytes: &[u8]| {
        let path = scratch.join(name);
        fs::write(&path, bytes).expect("a version");
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let theirs = write("theirs.jsonl", &edited(&base, 50));
    let ours = edited(&base, 0);
    let base = write("base.jsonl", &base);
    let edited = write("edited.jsonl", &ours);
    let mut beside = |name: &str, own: Option<f64>, other: &str, others: Option<f64>| {
        table.put(name, Unit::Milliseconds, NO_TARGET, own);
        table.put(other, Unit::Milliseconds, NO_TARGET, others);
        let ratio = own.zip(others).map(|(own, others)| own / others);
        let name = format!("{name} ÷ {other}");
        table.put(&name, Unit::Times, VERSIONS, ratio);
    };
    beside(
        "`stepdeck diff`, 1 % edited",
        commands.time(crate::PROGRAM, &["diff", &base, &edited]),
        "`diff`",
        commands.time("diff", &[&base, &edited]),
    );
    // Both write into their version, which therefore is made anew for each run.
    let merged = |program: &str, words: &[&str], order: [usize; 3]| {
        let runs = (0..commands.rounds).map(|_| {
            let ours = write("ours.jsonl", &ours);
            let versions = [&*base, &*ours, &*theirs];
            let mut arguments = words.to_vec();
            arguments.extend(order.map(|at| versions[at]));
            process::run(program, &arguments, commands.folder)
        });
        runs.collect::<Option<Vec<Duration>>>().map(median)
    };
    beside(
        "`stepdeck merge`, 1 % edited on each side",
        merged(crate::PROGRAM, &["merge"], [0, 1, 2]),
        "`git merge-file`",
        merged("git", &["merge-file", "-q"], [1, 0, 2]),
    );
}

/// The log without its lines that are not JSON, at which `jq` would stop.
fn readable(log: &Path, scratch: &Path) -> PathBuf {
    let bytes = fs::read(log).expect("the log");
    let is_json = |line: &&[u8]| serde_json::from_slice::<serde_json::Value>(line).is_ok();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(is_json);
    let path = scratch.join("readable.jsonl");
    fs::write(&path, lines.collect::<Vec<_>>().concat()).expect("a copy of the log");
    path
}

/// The log with another title in one line of a hundred, from the line `from` on.
fn edited(log: &[u8], from: usize) -> Vec<u8> {
    const KEY: &[u8] = br#""title": ""#;
    let mut new = Vec::with_capacity(log.len() + log.len() / 100);
    for (index, line) in log.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let title = memchr::memmem::find(line, KEY).filter(|_| index % 100 == from);
        let (before, after) = line.split_at(title.map_or(0, |at| at + KEY.len()));
        new.extend_from_slice(before);
        new.extend_from_slice(title.map_or(b"", |_| b"Edited: "));
        new.extend_from_slice(after);
    }
    new
}
