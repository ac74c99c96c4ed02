//! What landed in the quarter, kept apart from the program: who set what of which step to what, in
//! the order in which it landed; and how the files at the end are read to compare.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A step, whatever its number is.
pub type Key = usize;

/// One thing that somebody did.
#[derive(Clone, Debug)]
pub enum Deed {
    Add(Key),
    Set(Key, &'static str, String),
    /// The second is a dependency of the first.
    Depend(Key, Key),
    Condition(Key, String),
    /// A sentence of its own in the notes; it may name a step.
    Note(Key, String, Option<Key>),
    Remove(Key),
    Move(Key),
    /// A section in the canon.
    Section(Key),
    /// A check by its words, with the link that proves it.
    Tick(String, String),
    /// A column of a block's row.
    Cell(usize, usize, String),
    /// A word that stands nowhere else, in a file below the folder; it may name a step.
    Paper(&'static str, String, Option<Key>),
}

/// What two people cannot both change: a field of a step, a cell, a step as a whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    Field(Key, &'static str),
    Cell(usize, usize),
    Whole(Key),
    None,
}

impl Deed {
    pub fn subject(&self) -> Subject {
        match self {
            Self::Set(step, field, _) => Subject::Field(*step, field),
            Self::Cell(block, column, _) => Subject::Cell(*block, *column),
            Self::Remove(step) => Subject::Whole(*step),
            Self::Move(step) => Subject::Field(*step, "step_id"),
            _ => Subject::None,
        }
    }

    fn step(&self) -> Option<Key> {
        match self {
            Self::Set(step, ..) | Self::Remove(step) | Self::Move(step) => Some(*step),
            _ => None,
        }
    }

    /// Whether no merge can honour both.
    pub fn disputes(&self, other: &Self) -> bool {
        let is_whole = |deed: &Self| matches!(deed, Self::Remove(_));
        if is_whole(self) != is_whole(other) {
            return self.step().is_some() && self.step() == other.step();
        }
        match (self, other) {
            (Self::Set(a, f, v), Self::Set(b, g, w)) => a == b && f == g && v != w,
            (Self::Cell(a, c, v), Self::Cell(b, d, w)) => a == b && c == d && v != w,
            // Main's move holds, and the driver says so.
            (Self::Move(_), Self::Move(_)) => false,
            _ => false,
        }
    }

    /// Whether a conflict, as the driver names it, may be about what this deed touched.
    pub fn may_stop_at(&self, conflict: &str) -> bool {
        const COLUMNS: [&str; 3] = ["working theme", "primary steward", "success signal"];
        match self {
            Self::Cell(block, column, _) => {
                conflict.contains(&format!("B{block:02} {}:", COLUMNS[column - 2]))
            }
            Self::Set(_, field, _) => {
                let is_heading = *field == "title" && conflict.contains(": Step ");
                let key = field.split('.').next().unwrap_or_default();
                let is_field = conflict.to_lowercase().contains(key);
                is_field || is_heading || conflict.contains(" removed it, ")
            }
            Self::Remove(_) => conflict.contains(" removed it, "),
            _ => false,
        }
    }
}

/// What a step must be at the end.
#[derive(Default, Debug)]
pub struct Known {
    pub title: String,
    pub uid: Option<String>,
    pub fields: BTreeMap<&'static str, String>,
    pub dependencies: BTreeSet<Key>,
    pub conditions: BTreeSet<String>,
    pub sentences: Vec<(String, Option<Key>)>,
    pub has_section: bool,
    pub is_there: bool,
}

/// All that landed.
#[derive(Default)]
pub struct Ledger {
    pub steps: Vec<Known>,
    pub cells: BTreeMap<(usize, usize), String>,
    pub ticks: BTreeMap<String, Vec<String>>,
    pub papers: Vec<(&'static str, String, Option<Key>)>,
    /// In turn, each with the branch that it came from.
    pub landed: Vec<(String, Deed)>,
}

impl Ledger {
    pub fn land(&mut self, branch: &str, deed: Deed) {
        match deed.clone() {
            Deed::Add(step) => self.steps[step].is_there = true,
            Deed::Set(step, field, value) => {
                let known = &mut self.steps[step];
                known.is_there = true;
                known.fields.insert(field, value);
            }
            Deed::Depend(step, on) => drop(self.steps[step].dependencies.insert(on)),
            Deed::Condition(step, words) => drop(self.steps[step].conditions.insert(words)),
            Deed::Note(step, words, names) => self.steps[step].sentences.push((words, names)),
            Deed::Remove(step) => self.steps[step].is_there = false,
            Deed::Move(step) => self.steps[step].is_there = true,
            Deed::Section(step) => self.steps[step].has_section = true,
            Deed::Tick(check, link) => self.ticks.entry(check).or_default().push(link),
            Deed::Cell(block, column, value) => drop(self.cells.insert((block, column), value)),
            Deed::Paper(folder, words, names) => self.papers.push((folder, words, names)),
        }
        self.landed.push((branch.to_owned(), deed));
    }

    /// The line of a step among those of a log.
    pub fn find<'l>(&self, step: Key, lines: &'l [Value]) -> Vec<&'l Value> {
        let known = &self.steps[step];
        let is_it = |line: &&Value| match &known.uid {
            Some(uid) => line["uid"] == **uid,
            None => line["uid"].is_null() && line["title"] == *known.title,
        };
        lines.iter().filter(is_it).collect()
    }

    /// What the files at the end say otherwise: `files` are those below `docs/`.
    pub fn differences(&self, log: &str, files: &BTreeMap<String, String>) -> Vec<String> {
        let mut wrong = Vec::new();
        let lines = lines_of(log);
        let id_of = |step: Key| -> String {
            let found = self.find(step, &lines);
            let id = found
                .first()
                .map(|line| line["step_id"].as_str().unwrap_or("?"));
            id.unwrap_or("gone").to_owned()
        };
        let ids: BTreeSet<&str> = lines.iter().filter_map(|l| l["step_id"].as_str()).collect();
        let there = self.steps.iter().filter(|step| step.is_there).count();
        if ids.len() != lines.len() || lines.len() != there {
            wrong.push(format!(
                "{} lines, {} numbers, {there} steps",
                lines.len(),
                ids.len()
            ));
        }
        let canon = &files["docs/plan.md"];
        for (key, known) in self.steps.iter().enumerate().filter(|(_, s)| s.is_there) {
            let found = self.find(key, &lines);
            let [line] = found[..] else {
                wrong.push(format!("{key} “{}”: {} lines", known.title, found.len()));
                continue;
            };
            let id = line["step_id"].as_str().unwrap_or("?");
            let mut told = |what: &str, is: &dyn std::fmt::Debug, should: &dyn std::fmt::Debug| {
                wrong.push(format!("{key} {id} {what}: {is:?} instead of {should:?}"));
            };
            for (field, value) in &known.fields {
                let is = match field.split_once('.') {
                    Some((outer, inner)) => &line[outer][inner],
                    None => &line[*field],
                };
                if is.as_str() != Some(value) {
                    told(field, is, value);
                }
            }
            let empty = Vec::new();
            let dependencies = line["dependencies"].as_array().unwrap_or(&empty);
            let mut is: Vec<&str> = dependencies.iter().filter_map(Value::as_str).collect();
            let ids = known.dependencies.iter().map(|on| id_of(*on));
            let mut should: Vec<String> = ids.chain(known.conditions.iter().cloned()).collect();
            is.sort_unstable();
            should.sort();
            if is != should {
                told("dependencies", &is, &should);
            }
            let notes = line["notes"].as_str().unwrap_or_default();
            for (words, names) in &known.sentences {
                let named = names.map_or(String::new(), |step| format!(" {}", id_of(step)));
                if notes.matches(&format!("{words}{named}.")).count() != 1 {
                    told("notes", &notes, &format!("{words}{named}."));
                }
            }
            if known.has_section {
                let title = known.fields.get("title").unwrap_or(&known.title);
                let heading = format!("\n### Step {id} — {title}\n");
                let Some((_, section)) = canon.split_once(&heading) else {
                    told("section", &"none", &heading);
                    continue;
                };
                let section = section.split("\n### ").next().unwrap_or_default();
                let bullets = [("Outcome", "outcome"), ("Owner", "owner")];
                for (label, field) in bullets {
                    if let Some(value) = known.fields.get(field)
                        && !section.contains(&format!("- **{label}:** {value}\n"))
                    {
                        told(label, &section, value);
                    }
                }
            }
        }
        for ((block, column), value) in &self.cells {
            let start = format!("| B{block:02} |");
            let rows: Vec<&str> = canon
                .lines()
                .filter(|line| line.starts_with(&start))
                .collect();
            let cell = rows.first().and_then(|row| row.split('|').nth(column + 1));
            if rows.len() != 1 || cell.map(str::trim) != Some(value) {
                wrong.push(format!("B{block:02} {column}: {rows:?} instead of {value}"));
            }
        }
        let roadmap = &files["docs/ROADMAP.md"];
        for (check, links) in &self.ticks {
            if canon.matches(&format!("- [x] {check}\n")).count() != 1 {
                wrong.push(format!("“{check}” is not ticked once"));
            }
            let bullet = roadmap
                .split("\n- ")
                .find(|bullet| bullet.starts_with(&**check));
            for link in links {
                if bullet.is_none_or(|bullet| bullet.matches(&**link).count() != 1) {
                    wrong.push(format!("“{check}”: {link} is not there once: {bullet:?}"));
                }
            }
        }
        for (folder, words, names) in &self.papers {
            let below = files.iter().filter(|(path, _)| path.starts_with(folder));
            // A risk is a file of its own, in which the step stands by itself.
            let is_whole = *folder == "docs/risks";
            let places: Vec<&str> = below
                .flat_map(|(_, text)| match is_whole {
                    true => vec![&**text],
                    false => text.lines().collect(),
                })
                .filter(|place| place.contains(&**words))
                .collect();
            let id = names.map(&id_of);
            // A closed paper keeps a former number as long as no other step has it.
            let former = names.filter(|_| *folder == "docs/reviews").map(|step| {
                let found = self.find(step, &lines);
                let was = found.first().and_then(|line| line["was"].as_array());
                let was = was.into_iter().flatten().filter_map(Value::as_str);
                was.filter(|id| !ids.contains(id)).collect::<Vec<_>>()
            });
            let mut numbers: Vec<&str> = former.into_iter().flatten().collect();
            numbers.extend(id.as_deref());
            let names_it = |place: &&str| numbers.iter().any(|number| place.contains(*number));
            let is_named = names.is_none() || places.iter().any(names_it);
            if places.is_empty() || !is_named {
                wrong.push(format!("{folder} {words} {numbers:?}: {places:?}"));
            }
        }
        wrong
    }
}

/// The steps of a log.
pub fn lines_of(log: &str) -> Vec<Value> {
    let lines = log.lines().map(serde_json::from_str::<Value>);
    let lines = lines.map(|line| line.unwrap_or_else(|error| panic!("{error}\n{log}")));
    lines.filter(|line| !line["step_id"].is_null()).collect()
}
