//! Other programs that show the same log as a list, in the same pseudo-terminal.
//!
//! A peer is one entry. Nothing about it can fail the run: what is not installed, or not
//! understood, leaves its cells empty and a word on standard error.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use crate::process;
use crate::statistics::{median, milliseconds};
use crate::table::{NO_TARGET, Table, Unit};
use crate::terminal::Terminal;

/// The sizes that peers are asked to show.
const SIZES: [usize; 2] = [10_000, 100_000];
/// How often `j` is pressed.
const PRESSES: usize = 20;
/// How long nothing comes behind an answer that is complete.
const ANSWERED: Duration = Duration::from_millis(100);
/// How long nothing comes from a program that has read the whole file.
const READ: Duration = Duration::from_secs(1);
/// How much of a title is looked for: columns may be narrow.
const TITLE: usize = 12;

/// A program that shows the log as a list in which `j` moves down.
struct Peer {
    program: &'static str,
    /// What comes before the path of the log.
    words: &'static [&'static str],
    /// The rows: the start until a title is there, the same beside the cockpit's first rows,
    /// `j`, memory.
    start: &'static str,
    start_beside: &'static str,
    key: &'static str,
    memory: &'static str,
}

const PEERS: [Peer; 1] = [Peer {
    program: "vd",
    // Without the message of the day, which it asks a server for.
    words: &["--motd-url=", "-f", "jsonl"],
    start: "VisiData: start to the first title",
    start_beside: "start ÷ VisiData's",
    key: "VisiData: `j`, median",
    memory: "VisiData: peak memory",
}];

/// What a peer needed.
struct Needed {
    start: Duration,
    key: Option<f64>,
    memory: Option<u64>,
}

/// Measures all peers on a log, beside a cockpit that needed so many milliseconds for its
/// first rows.
pub fn measure(log: &Path, steps: usize, home: &Path, start: f64, table: &mut Table) {
    if !SIZES.contains(&steps) {
        return;
    }
    let Some(title) = first_title(log) else {
        return eprintln!("no title in {}", log.display());
    };
    for peer in &PEERS {
        let needed = peer.measure(log, &title, home);
        if let Err(reason) = &needed {
            eprintln!("{}: {reason}", peer.program);
        }
        let needed = needed.ok();
        let times = needed.as_ref().map(|needed| milliseconds(needed.start));
        let key = needed.as_ref().and_then(|needed| needed.key);
        let memory = needed.and_then(|needed| needed.memory);
        let memory = memory.map(|bytes| bytes as f64 / 1_048_576.0);
        let mut put = |name, unit, value| table.put(name, unit, NO_TARGET, value);
        put(peer.start, Unit::Milliseconds, times);
        let ratio = times.map(|peer| start / peer);
        put(peer.start_beside, Unit::Times, ratio);
        put(peer.key, Unit::Milliseconds, key);
        put(peer.memory, Unit::Mebibytes, memory);
    }
}

impl Peer {
    fn measure(&self, log: &Path, title: &str, home: &Path) -> Result<Needed, &'static str> {
        let mut words: Vec<&OsStr> = self.words.iter().map(OsStr::new).collect();
        words.push(log.as_os_str());
        let mut peer =
            Terminal::start(self.program, &words, home, home).ok_or("is not installed")?;
        let start = peer.appears(title).ok_or("does not show the first step")?;
        let key: Option<Vec<Duration>> = match peer.silence(READ) {
            true => (0..PRESSES).map(|_| peer.answer("j", ANSWERED)).collect(),
            false => None,
        };
        if key.is_none() {
            eprintln!("{}: does not come to rest, or not after `j`", self.program);
        }
        Ok(Needed {
            start,
            key: key.map(median),
            memory: process::peak_memory(peer.pid()),
        })
    }
}

/// The beginning of the title of the first step.
fn first_title(log: &Path) -> Option<String> {
    for line in BufReader::new(File::open(log).ok()?).lines() {
        let step: serde_json::Value = serde_json::from_str(&line.ok()?).ok()?;
        if let Some(title) = step["title"].as_str() {
            return Some(title.chars().take(TITLE).collect());
        }
    }
    None
}
