//! What the canon, the roadmap and the other papers said at a moment, worked out backwards from
//! what they say today: a section is there when its step is, a status is that of its line, a
//! check is ticked in the week in which the last step that it names was complete.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};

use super::{DAY, START, day, year};
use crate::plan::status::Status;
use crate::record::demo::canon::block_status;
use crate::record::demo::walk::BLOCK;

/// How the roadmap begins the line that links the plan of a quarter.
const QUARTER: &str = "- **Quarter:** ";

/// The statuses of the steps that are there, by ID as the canon spells it.
type Statuses<'a> = HashMap<&'a str, Status>;

/// How far the documents are.
pub(super) struct Documents<'a> {
    /// The words of checks that are ticked today.
    ticked_today: HashSet<String>,
    /// The words of checks that are ticked now.
    ticked: HashSet<String>,
    /// The steps that a section describes.
    sections: HashSet<&'a str>,
    /// Papers that arrive some time after the beginning, with the second at which they do.
    arrivals: HashMap<&'a Path, i64>,
    now: i64,
    is_finished: bool,
}

impl<'a> Documents<'a> {
    /// Of the files of today.
    pub fn read(files: &'a [(PathBuf, Vec<u8>)]) -> Self {
        let mut ticked_today = HashSet::new();
        let mut sections = HashSet::new();
        let mut arrivals = HashMap::new();
        let start = day(START);
        for (at, (path, bytes)) in (0..).zip(files) {
            if let Ok(text) = std::str::from_utf8(bytes) {
                sections.extend(text.lines().filter_map(step_of_heading));
                for item in items(text) {
                    ticked_today.extend(item.words.filter(|_| item.is_ticked));
                }
            }
            // Charts are in a folder of their paper's.
            let mut folders = path.ancestors().skip(1);
            let folder =
                folders.find(|folder| folder.parent().is_some_and(|up| up.ends_with("data")));
            let folder = folder.and_then(Path::file_name);
            let folder = folder.and_then(|folder| folder.to_str());
            let arrival = match folder {
                None | Some("canon" | "plans") => continue,
                Some("artifacts") => start + (8 + at * 3).min(50) * 7 * DAY,
                Some(_) => match std::str::from_utf8(bytes).ok().and_then(day_said) {
                    Some(on) => on,
                    // A chart comes with the paper that shows it, in the end.
                    None if path.extension().is_some_and(|end| end == "svg") => i64::MAX,
                    None => start + 50 * 7 * DAY,
                },
            };
            arrivals.insert(path.as_path(), arrival);
        }
        Self {
            ticked_today,
            ticked: HashSet::new(),
            sections,
            arrivals,
            now: start,
            is_finished: false,
        }
    }

    /// Whether the canon describes a step.
    pub fn has_section(&self, id: &str) -> bool {
        self.sections.contains(id)
    }

    /// A week ends: checks are ticked, papers arrive.
    pub fn review(&mut self, now: i64, statuses: &Statuses<'_>) {
        self.now = now;
        let is_complete = |id: &String| statuses.get(id.as_str()) == Some(&Status::Complete);
        let ticked = self.ticked_today.iter().filter(|words| {
            let named = named(words);
            self.now > day(START) + 7 * DAY && named.iter().all(is_complete)
        });
        self.ticked = ticked.cloned().collect();
    }

    /// Everything is as it is today.
    pub fn finish(&mut self) {
        self.is_finished = true;
    }

    /// What a file holds now; nothing where it is not there yet.
    pub fn text(&self, path: &Path, today: &[u8], statuses: &Statuses<'_>) -> Option<Vec<u8>> {
        let is_there = self.arrivals.get(path).is_none_or(|at| *at <= self.now);
        match std::str::from_utf8(today) {
            _ if self.is_finished => Some(today.to_vec()),
            _ if !is_there => None,
            Ok(text) if path.extension().is_some_and(|end| end == "md") => {
                Some(self.rewind(text, statuses).into_bytes())
            }
            _ => Some(today.to_vec()),
        }
    }

    /// The line of the roadmap that links the plan of the latest quarter there is.
    fn quarter(&self) -> Option<String> {
        let quarters = year::quarters(self.now).into_iter().rev();
        let mut there = quarters.filter(|name| {
            let path = format!("data/planning/{name}.md");
            let arrival = self.arrivals.get(Path::new(&path));
            arrival.is_none_or(|at| *at <= self.now)
        });
        let name = there.next()?;
        Some(format!("{QUARTER}[{name}](planning/{name}.md)\n"))
    }

    fn rewind(&self, today: &str, statuses: &Statuses<'_>) -> String {
        let mut out = String::with_capacity(today.len());
        let mut item_starts: HashMap<usize, Item> = items(today)
            .into_iter()
            .map(|item| (item.line, item))
            .collect();
        let mut section: Option<Option<Status>> = None;
        let (mut has_evidence, mut is_fenced, mut was_dropped) = (true, false, false);
        for (at, line) in today.split_inclusive('\n').enumerate() {
            let is_blank_behind = std::mem::take(&mut was_dropped) && line == "\n";
            if line.starts_with(QUARTER) || is_blank_behind {
                let quarter = self.quarter().filter(|_| !is_blank_behind);
                was_dropped = quarter.is_none() && !is_blank_behind;
                out.extend(quarter);
                continue;
            }
            is_fenced ^= line.starts_with("```");
            if line.starts_with('#') && !is_fenced {
                section = step_of_heading(line).map(|id| statuses.get(id).copied());
                has_evidence = true;
            }
            let item = item_starts.remove(&at);
            match section {
                Some(None) => continue,
                Some(Some(status)) if line.starts_with("- **Status:** ") => {
                    out.push_str(&format!("- **Status:** {}\n", status.word()));
                    continue;
                }
                _ => {}
            }
            if let Some((words, _)) = line.strip_prefix("- ").and_then(evidence) {
                if self.ticked.contains(words) {
                    out.push_str(line);
                } else if std::mem::take(&mut has_evidence) && self.ticked.is_empty() {
                    out.push_str("Nothing to show yet.\n");
                }
                continue;
            }
            let is_open = item.is_some_and(|item| {
                item.is_ticked
                    && item
                        .words
                        .is_some_and(|words| !self.ticked.contains(&words))
            });
            match line.strip_prefix("- [x] ").filter(|_| is_open) {
                Some(rest) => {
                    out.push_str("- [ ] ");
                    out.push_str(rest);
                }
                None => out.push_str(&row(line, statuses).unwrap_or_else(|| line.to_owned())),
            }
        }
        out
    }
}

/// The second at which the day begins that a paper says it is of.
fn day_said(text: &str) -> Option<i64> {
    let said = text.lines().take(12).find_map(|line| {
        let said = line.strip_prefix("- **Date:** ");
        said.or_else(|| line.strip_prefix("- **Opened:** "))
    })?;
    let date: NaiveDate = said.get(..10)?.parse().ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// A row of the block table, with the status that the block has now.
fn row(line: &str, statuses: &Statuses<'_>) -> Option<String> {
    let cells: Vec<&str> = line.split('|').collect();
    let number: usize = cells.get(1)?.trim().strip_prefix('B')?.parse().ok()?;
    let at = cells
        .iter()
        .rposition(|cell| Status::read(cell.trim()).is_some())?;
    let mut tally = [0; 5];
    let first = (number - 1) * BLOCK + 1;
    for step in first..first + BLOCK {
        if let Some(status) = statuses.get(format!("{step:04}").as_str()) {
            tally[*status as usize] += 1;
        }
    }
    let status = format!(" {} ", block_status(&tally).word());
    let mut cells = cells;
    cells[at] = &status;
    Some(cells.join("|"))
}

/// The step that a heading such as `#### Step 0101 — Title` begins.
fn step_of_heading(line: &str) -> Option<&str> {
    let words = line.strip_prefix('#')?.trim_start_matches('#').trim_start();
    let id = words.strip_prefix("Step ")?.split_whitespace().next()?;
    id.starts_with(|c: char| c.is_ascii_digit()).then_some(id)
}

/// An item of a list with a box.
struct Item {
    /// Index of its first line.
    line: usize,
    is_ticked: bool,
    /// Its words in one line, where they name steps.
    words: Option<String>,
}

fn items(text: &str) -> Vec<Item> {
    let lines: Vec<&str> = text.lines().collect();
    let mut items = Vec::new();
    for (line, start) in lines.iter().enumerate() {
        let Some(rest) = start.strip_prefix("- [") else {
            continue;
        };
        let Some((mark, first)) = rest.split_once("] ") else {
            continue;
        };
        let more = lines[line + 1..]
            .iter()
            .take_while(|line| line.starts_with("  "));
        let words = more.fold(first.to_owned(), |words, line| {
            format!("{words} {}", line.trim())
        });
        items.push(Item {
            line,
            is_ticked: mark == "x",
            words: (!named(&words).is_empty()).then_some(words),
        });
    }
    items
}

/// A line of evidence on the roadmap: the check's words, and the rest.
fn evidence(line: &str) -> Option<(&str, &str)> {
    line.split_once(" [evidence](")
}

/// The steps that a check names at its end, as in `(Step 0004, Step 0009).` or
/// `(Steps 0001–0004).`
fn named(words: &str) -> Vec<String> {
    let Some((_, inside)) = words.trim_end_matches(").").rsplit_once("(Step") else {
        return Vec::new();
    };
    let number = |text: &str| {
        let digits = text.trim().trim_start_matches("Step").trim();
        digits.parse::<usize>().ok()
    };
    let inside = inside.trim_start_matches('s');
    match inside.split_once('–') {
        Some((first, last)) => match (number(first), number(last)) {
            (Some(first), Some(last)) => (first..=last).map(|n| format!("{n:04}")).collect(),
            _ => Vec::new(),
        },
        None => inside
            .split(',')
            .filter_map(number)
            .map(|n| format!("{n:04}"))
            .collect(),
    }
}
