//! Plans of which the log is the small part: big canons, years of papers, notes as long as books.
//!
//! Each is the demo plan of [`STEPS`] steps with files added, beside the same plan without them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{Datelike as _, Days, NaiveDate};
use tempfile::TempDir;

use crate::changing;
use crate::process;
use crate::statistics::{greatest, median, milliseconds, slowest};
use crate::table::{NO_TARGET, Table, Unit};
use crate::terminal::Terminal;
use crate::{LOG, PROGRAM, mebibytes};

const STEPS: usize = 10_000;
/// How often things are done.
const ROUNDS: usize = 7;
const PRESSES: usize = 100;

/// What is added to the log, and what it may cost beside the log alone.
struct Crowd {
    name: &'static str,
    add: fn(&Path),
    /// How many times as long the start and `set` may take.
    start: Option<f64>,
    set: Option<f64>,
    /// How many times its files it may take in memory.
    memory: Option<f64>,
}

const ALONE: Crowd = Crowd {
    name: "the log alone",
    add: |_| {},
    start: None,
    set: None,
    memory: None,
};

const CROWDS: [Crowd; 4] = [
    ALONE,
    Crowd {
        name: "100 canon files of 100 sections",
        add: sections,
        start: Some(2.0),
        set: Some(1.5),
        ..ALONE
    },
    Crowd {
        name: "200 canon files of 1 MB",
        add: books,
        memory: Some(2.0),
        ..ALONE
    },
    Crowd {
        name: "1,000 decisions, 1,000 standups, 150 reviews, 500 packets",
        add: drawers,
        start: Some(2.0),
        ..ALONE
    },
];

/// Measures all of them and prints their tables.
pub fn measure() {
    let mut table = Table::default();
    let mut alone = None;
    for crowd in &CROWDS {
        eprintln!("{} …", crowd.name);
        table.column(crowd.name, STEPS);
        let measured = crowd.measure(alone, &mut table);
        alone = alone.or(Some(measured));
    }
    println!("{}", table.show());
    let mut table = Table::default();
    for (name, letters) in [("200 KB", 200_000), ("1 MB", 1_000_000)] {
        eprintln!("a note of {name} …");
        table.column(format!("a note of {name}"), STEPS);
        note(letters, &mut table);
    }
    println!("{}", table.show());
}

/// What a plan needs that others are held against, in milliseconds.
#[derive(Clone, Copy)]
struct Needed {
    start: f64,
    set: Option<f64>,
}

impl Crowd {
    fn measure(&self, alone: Option<Needed>, table: &mut Table) -> Needed {
        let (folder, home) = desk();
        (self.add)(folder.path());
        let log = folder.path().join(LOG);
        let open = || Terminal::open(folder.path(), home.path());
        let (mut first, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let mut cockpit = open();
            first.push(cockpit.first_frame().after);
            whole.push(cockpit.whole_plan());
        }
        let start = median(first);
        let within = |times: Option<f64>, of: fn(Needed) -> Option<f64>| {
            times.zip(alone.and_then(of)).map(|(times, of)| times * of)
        };
        let mut put = |name, limit, value| {
            table.put_within(name, Unit::Milliseconds, limit, value);
        };
        let limit = within(self.start, |needed| Some(needed.start));
        put("start to the first rows", limit, Some(start));
        put("start to the whole plan", None, Some(median(whole)));
        let set = (0..ROUNDS).map(|round| {
            let value = format!("owner=bench-{round}");
            process::run(PROGRAM, &["set", "0042", &value], folder.path())
        });
        let set = set.collect::<Option<Vec<_>>>().map(median);
        put("`stepdeck set`", within(self.set, |needed| needed.set), set);

        let mut cockpit = open();
        cockpit.first_frame();
        let mut keys = Vec::new();
        while cockpit.says("opening") {
            keys.push(cockpit.key("j").after);
        }
        let keys = keys.into_iter().map(milliseconds).collect();
        put(
            "a key while it is opened, slowest",
            Some(10.0),
            greatest(keys),
        );
        cockpit.settle(Duration::ZERO);
        let peak = process::peak_memory(cockpit.pid());
        let down = (0..PRESSES).map(|_| cockpit.key("j").after).collect();
        put("`j`, 99th percentile", Some(4.0), Some(slowest(down)));
        let (frame, file) = changing::commits(&log, ROUNDS, &mut cockpit);
        put("a field committed to the frame", Some(3.0), Some(frame));
        let name = "a field committed to the file replaced";
        put(name, Some(15.0), Some(file));
        let held = size(folder.path());
        let peak = peak.map(|bytes| bytes as f64);
        let files = Some(mebibytes(held));
        table.put("its files", Unit::Mebibytes, NO_TARGET, files);
        let name = "peak memory, opened ÷ its files";
        let times = peak.map(|peak| peak / held as f64);
        table.put_within(name, Unit::Times, self.memory, times);
        Needed { start, set }
    }
}

/// A demo plan, and a person's home.
fn desk() -> (TempDir, TempDir) {
    let new = || TempDir::new().expect("a temporary folder");
    let (folder, home) = (new(), new());
    let steps = STEPS.to_string();
    let words = ["demo", ".", "--steps", &steps];
    process::run(PROGRAM, &words, folder.path()).expect("the demo is written");
    (folder, home)
}

/// Letters typed into a note of this length: where it opens, and at its beginning.
fn note(letters: usize, table: &mut Table) {
    let (folder, home) = desk();
    let note = "A note that somebody kept for years. ".repeat(letters / 37);
    let log = folder.path().join(LOG);
    let text = fs::read_to_string(&log).expect("the log");
    // A key that stands twice counts once, and the last one wins: so the note goes last.
    let note = format!(", \"notes\": {}}}\n", serde_json::json!(note));
    let (first, rest) = text.split_once("}\n").expect("a first step");
    fs::write(
        &log,
        [first, "}\n", &rest.replacen("}\n", &note, 1)].concat(),
    )
    .expect("a log");
    let mut cockpit = Terminal::open(folder.path(), home.path());
    cockpit.first_frame();
    cockpit.settle(Duration::ZERO);
    for key in ["g", "e", "n"] {
        cockpit.key_or_nothing(key);
    }
    let limit = Some(if letters > 200_000 { 10.0 } else { 5.0 });
    let mut put = |name, keys: [&str; 2], cockpit: &mut Terminal| {
        let press = |at: usize| cockpit.key(keys[at % 2]).after;
        let times: Vec<Duration> = (0..PRESSES).map(press).collect();
        table.put_within(name, Unit::Milliseconds, limit, Some(median(times)));
    };
    put("a letter where it opens", ["x", "y"], &mut cockpit);
    put("a letter deleted and typed", ["\x7f", "z"], &mut cockpit);
    cockpit.key("\x1b[H");
    put("a letter at the beginning", ["x", "y"], &mut cockpit);
}

/// Bytes of the files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let sizes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size(&entry.path()),
        _ => entry.metadata().map_or(0, |data| data.len()),
    });
    sizes.sum()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

/// Every step in the canon as well, a hundred in each document.
fn sections(folder: &Path) {
    let log = fs::read_to_string(folder.join(LOG)).expect("the log");
    let steps = log.lines().filter_map(|line| {
        let step: serde_json::Value = serde_json::from_str(line).ok()?;
        Some((step["step_id"].as_str()?.to_owned(), step))
    });
    let steps: Vec<_> = steps.collect();
    for (number, steps) in steps.chunks(100).enumerate() {
        let mut text = format!("# Canon {number:03}\n");
        for (id, step) in steps {
            let field = |key: &str| step[key].as_str().unwrap_or("-");
            let _ = write!(
                text,
                "\n### Step {id} — {}\n\n- **Outcome:** {}\n- **Owner:** {}\n- **Status:** {}\n",
                field("title"),
                field("outcome"),
                field("owner"),
                field("status")
            );
        }
        write(folder, &format!("data/canon/part-{number:03}.md"), &text);
    }
}

/// Documents of a megabyte each that hold a few steps among much else.
fn books(folder: &Path) {
    for book in 0..200 {
        let mut text = format!("# Handbook {book:03}\n");
        for chapter in 0.. {
            if text.len() > 1_000_000 {
                break;
            }
            let _ = write!(
                text,
                "\n## Chapter {chapter}\n\n{}\n\n- see [the other chapter](#chapter-{chapter})\n- \
                 *never* without `{book}-{chapter}`\n",
                "What everybody has always done is written down here, at some length. ".repeat(12)
            );
            if chapter % 100 == 0 {
                let id = 20_000 + book * 20 + chapter / 100;
                let _ = write!(
                    text,
                    "\n### Step {id} — Read chapter {chapter}\n\n- **Owner:** ops\n- **Status:** draft\n"
                );
            }
        }
        write(folder, &format!("data/canon/book-{book:03}.md"), &text);
    }
}

/// Years of papers.
fn drawers(folder: &Path) {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date");
    let id = |number: usize| 1 + number * 9 % 4_000;
    for number in 0..1_000 {
        let (a, b) = (id(number), id(number + 7));
        let text = format!(
            "# Decision {number}\n\n- **Date:** 2025-03-01\n- **Steps:** {a:04}, {b:04}\n\n## Why\n\n\
             It was cheaper than the other way.\n"
        );
        write(
            folder,
            &format!("data/decisions/{number:04}-cheaper.md"),
            &text,
        );
    }
    for number in 0..1_000 {
        let day = first + Days::new(number / 5);
        let person = ["ada", "bo", "cleo", "dan", "eve"][number as usize % 5];
        let text = format!(
            "# Standup {day} — {person}\n\n- **Posted:** {day} 09:00 UTC\n\n## Foundation\n\n\
             - **Status:** at risk\n- **Blockers:**\n  - 0042 waits for the vendor\n- **Done:** 0041\n\
             - **Posted:** {day} 09:00 UTC\n"
        );
        write(folder, &format!("data/standups/{day}/{person}.md"), &text);
    }
    for number in 0..150 {
        let day = first + Days::new(number * 7);
        let week = format!("{}-W{:02}", day.iso_week().year(), day.iso_week().week());
        let mut text = format!(
            "# Weekly review {week}\n\n- **Date:** {day}\n- **Steward:** Ada\n- **Held:** \
             {day}T10:00:00Z\n\n## Next ten\n\n"
        );
        for place in 1..=10 {
            let id = id(number as usize * 10 + place);
            let _ = writeln!(text, "{place}. **{id:04} committed:** Do it");
        }
        write(folder, &format!("data/reviews/{week}.md"), &text);
    }
    for number in 0..500 {
        let day = (first + Days::new(number)).format("%Y%m%d");
        let stage = ["foundation", "pilot", "launch", "scale"][number as usize % 4];
        let text = format!(
            "# Gate review: {stage}\n\n- **Stage:** {stage}\n\n## Criteria\n\n### 1. It works\n\n- **Verdict:** met\n- \
             **Evidence:** docs/run.md\n\n## Decision\n\n- **Decision:** no-go\n- **Decided:** \
             2025-01-01, Ada\n"
        );
        let path = format!("data/milestone-reviews/{stage}/{day}/review.md");
        write(folder, &path, &text);
    }
}
