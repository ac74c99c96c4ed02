//! What people do in their clones: the plan they begin with, and the work of a branch.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::ledger::{Deed, Known, lines_of};
use super::{JOURNAL, PEOPLE, Quarter};
use crate::support::desk::rest;
use crate::support::fixture::{CANON, LOG};

const FIELDS: [&str; 6] = [
    "owner",
    "outcome",
    "verification",
    "status",
    "evidence.metric",
    "title",
];
/// The reports that branches write in turn, where their papers lie, and the heading below which people
/// add to them.
const REPORTS: [(&str, &str, &str); 6] = [
    ("demo", "docs/demos", "## Feedback\n"),
    ("scorecard", "docs/scorecards", "## Notes\n"),
    (
        "milestone",
        "docs/milestone-reviews",
        "## Customer signals\n",
    ),
    ("checkpoint", "docs/checkpoints", "## Notes\n"),
    ("quarter", "docs/planning", "## Notes\n"),
    ("retro", "docs/retrospectives", "## Keep\n"),
];
/// One branch of so many writes a paper.
const REPORTING: usize = 3;
const STATUSES: [&str; 4] = ["idea", "draft", "in progress", "complete"];

impl Quarter {
    /// Four blocks of twelve steps, every second with a uid, every sixth with a section; two stages.
    pub(super) fn write_plan(&mut self) {
        let mut log = "{\"schema\": \"stepdeck/log@1\"}\n".to_owned();
        let mut sections = String::new();
        for key in 0..48 {
            let id = key / 12 * 100 + key % 12 + 1;
            let letters = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
            let uid = format!("basesteps{}{}q", letters(key / 26), letters(key));
            let has_uid = key % 2 == 0;
            let title = format!("Base {key} stands");
            write!(log, "{{\"step_id\": \"{id:04}\", \"block\": \"B{:02}\", \"title\": \"{title}\", \"owner\": \"ops\", \"status\": \"draft\", \"outcome\": \"Out {key}\", \"dependencies\": [], \"artifacts\": [], \"evidence\": {{\"metric\": \"m\", \"target\": \"1\"}}, \"updated_at\": \"2026-09-01T00:00:00Z\"", key / 12 + 1).unwrap();
            log += &if has_uid {
                format!(", \"uid\": \"{uid}\"}}\n")
            } else {
                "}\n".to_owned()
            };
            let has_section = key % 6 == 0;
            if has_section {
                write!(sections, "### Step {id:04} — {title}\n\n- **Outcome:** Out {key}\n- **Owner:** ops\n- **Status:** Draft\n\n").unwrap();
            }
            self.ledger.steps.push(Known {
                title,
                uid: has_uid.then_some(uid),
                fields: [
                    ("owner", "ops".to_owned()),
                    ("outcome", format!("Out {key}")),
                ]
                .into(),
                has_section,
                is_there: true,
                ..Known::default()
            });
        }
        let mut canon = "# Plan\n\n| Block | Step Range | Working Theme | Primary Steward | Success Signal |\n| --- | --- | --- | --- | --- |\n".to_owned();
        for block in 1..=4 {
            let first = (block - 1) * 100 + 1;
            writeln!(canon, "| B{block:02} | {first:04}–{:04} | Theme {block} | Steward {block} | Signal {block} |", first + 99).unwrap();
        }
        canon += "\n## Ladder\n\n| Stage | Horizon | North-Star Outcome | Stage-Gate Review |\n| --- | --- | --- | --- |\n| Ground | Q1 | One plan | ≥95% checklist completion |\n| Summit | Q2 | All done | ≥95% checklist completion |\n\n## Readiness Checklists\n\n";
        for stage in ["Ground", "Summit"] {
            writeln!(canon, "### {stage}\n").unwrap();
            for check in 0..8 {
                writeln!(canon, "- {stage} check number {check} holds").unwrap();
            }
            canon += "\n";
        }
        canon += "## Steps\n\n";
        canon += sections.trim_end();
        canon += "\n";
        self.write("start", LOG, &log);
        self.write("start", CANON, &canon);
        self.write(
            "start",
            "docs/ROADMAP.md",
            "# Roadmap\n\n## Ground\n\n## Summit\n",
        );
        self.write("start", JOURNAL, "# Journal\n\n| Person | Team |\n| --- | --- |\n| Ana | Core |\n\n## Entries\n\n- It begins.\n");
    }

    /// Makes files that git has just written look at rest.
    pub(super) fn at_rest(&self, clone: &str) {
        fn visit(folder: &Path) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let data = entry.metadata().unwrap();
                let age = SystemTime::now().duration_since(data.modified().unwrap());
                match data.is_dir() {
                    true => visit(&path),
                    false if age.unwrap_or_default() < Duration::from_secs(600) => rest(&path),
                    false => {}
                }
            }
        }
        ["data", "docs"]
            .iter()
            .for_each(|folder| visit(&self.at(clone).join(folder)));
    }

    fn word(&mut self) -> String {
        self.words += 1;
        format!("word{:04}x", self.words)
    }

    fn id(&self, clone: &str, step: usize) -> Option<String> {
        let lines = lines_of(&self.read(clone, LOG));
        let found = self.ledger.find(step, &lines);
        Some(found.first()?["step_id"].as_str()?.to_owned())
    }

    /// A step that the clone has and that no removal is aimed at.
    fn any_step(&mut self, clone: &str) -> (usize, String) {
        loop {
            let step = self.dice.below(self.ledger.steps.len());
            if step % 12 != 11
                && let Some(id) = self.id(clone, step)
            {
                return (step, id);
            }
        }
    }

    fn add(&mut self, clone: &str, deeds: &mut Vec<Deed>) -> (usize, String) {
        let title = format!("Added {}", self.word());
        let block = self.dice.below(4) + 1;
        let owner = self.dice.one_of(&PEOPLE);
        let id = self.stepdeck(
            clone,
            &[
                "add",
                &format!("block=B{block:02}"),
                &format!("title={title}"),
                "status=draft",
                &format!("outcome=Out of {title}"),
                &format!("owner={owner}"),
            ],
        );
        let lines = lines_of(&self.read(clone, LOG));
        let line = lines.iter().find(|line| line["step_id"] == *id).unwrap();
        self.ledger.steps.push(Known {
            uid: Some(line["uid"].as_str().unwrap().to_owned()),
            fields: [
                ("owner", owner.to_owned()),
                ("outcome", format!("Out of {title}")),
            ]
            .into(),
            title,
            ..Known::default()
        });
        let step = self.ledger.steps.len() - 1;
        deeds.push(Deed::Add(step));
        (step, id)
    }

    fn write_section(&mut self, clone: &str, step: usize, id: &str, deeds: &mut Vec<Deed>) {
        let known = &self.ledger.steps[step];
        let section = format!(
            "### Step {id} — {}\n\n- **Outcome:** {}\n- **Owner:** {}\n- **Status:** Draft\n",
            known.title, known.fields["outcome"], known.fields["owner"]
        );
        let canon = self.read(clone, CANON);
        let later = canon
            .match_indices("### Step ")
            .find(|(at, found)| canon[at + found.len()..][..4] > *id);
        let text = match later {
            Some((at, _)) => format!("{}{section}\n{}", &canon[..at], &canon[at..]),
            None => format!("{canon}\n{section}"),
        };
        self.write(clone, CANON, &text);
        deeds.push(Deed::Section(step));
    }

    fn note(
        &mut self,
        clone: &str,
        step: usize,
        id: &str,
        names: Option<(usize, &str)>,
        deeds: &mut Vec<Deed>,
    ) {
        let words = format!("We saw {}", self.word());
        let lines = lines_of(&self.read(clone, LOG));
        let line = lines.iter().find(|line| line["step_id"] == *id).unwrap();
        let before = line["notes"].as_str().unwrap_or_default();
        let named = names.map_or(String::new(), |(_, id)| format!(" {id}"));
        let notes = format!("notes={} {words}{named}.", before.trim());
        self.stepdeck(clone, &["set", id, notes.replace("= ", "=").trim()]);
        deeds.push(Deed::Note(step, words, names.map(|(step, _)| step)));
    }

    /// Something that a person does in a clone.
    fn work(&mut self, clone: &'static str, deeds: &mut Vec<Deed>) {
        let (step, id) = self.any_step(clone);
        match self.dice.below(16) {
            0..=3 => {
                let has_uid = self.ledger.steps[step].uid.is_some();
                let field = FIELDS[self.dice.below(if has_uid { 6 } else { 5 })];
                let value = match field {
                    "status" => self.dice.one_of(&STATUSES).to_owned(),
                    _ => format!("New {}", self.word()),
                };
                self.stepdeck(clone, &["set", &id, &format!("{field}={value}")]);
                deeds.push(Deed::Set(step, field, value));
            }
            4 | 5 => {
                let (new, new_id) = self.add(clone, deeds);
                self.stepdeck(clone, &["set", &id, &format!("dependencies+={new_id}")]);
                deeds.push(Deed::Depend(step, new));
                self.stepdeck(clone, &["set", &new_id, "verification=Somebody looks"]);
                deeds.push(Deed::Set(new, "verification", "Somebody looks".to_owned()));
                let word = self.word();
                let journal = self.read(clone, JOURNAL);
                self.write(
                    clone,
                    JOURNAL,
                    &format!("{journal}\n- The {word} needs Step {new_id} first.\n"),
                );
                deeds.push(Deed::Paper(JOURNAL, word, Some(new)));
                if self.dice.below(2) == 0 {
                    self.write_section(clone, new, &new_id, deeds);
                }
                if self.dice.below(2) == 0 {
                    self.note(clone, step, &id, Some((new, &new_id)), deeds);
                }
            }
            6 => drop(self.add(clone, deeds)),
            7 => {
                let words = format!("The {} agrees", self.word());
                self.stepdeck(clone, &["set", &id, &format!("dependencies+={words}")]);
                deeds.push(Deed::Condition(step, words));
            }
            8 => self.note(clone, step, &id, None, deeds),
            9 => {
                let stage = self.dice.one_of(&["Ground", "Summit"]);
                let check = format!("{stage} check number {} holds", self.dice.below(8));
                let link = format!("https://example.org/{}", self.word());
                self.stepdeck(
                    clone,
                    &["tick", stage, &check, "--evidence", &link, "--as", clone],
                );
                deeds.push(Deed::Tick(check, link));
            }
            10 => {
                let (block, column) = (self.dice.below(4) + 1, 2 + self.dice.below(3));
                let value = format!("Cell {}", self.word());
                let canon = self.read(clone, CANON);
                let start = format!("| B{block:02} |");
                let row = canon.lines().find(|line| line.starts_with(&start)).unwrap();
                let mut cells: Vec<&str> = row.split('|').collect();
                let cell = format!(" {value} ");
                cells[column + 1] = &cell;
                self.write(clone, CANON, &canon.replace(row, &cells.join("|")));
                deeds.push(Deed::Cell(block, column, value));
            }
            11 => {
                let word = self.word();
                let card = [
                    "standup",
                    "post",
                    "Ground",
                    "--status",
                    "at-risk",
                    "--blocker",
                    &word,
                    "--as",
                    clone,
                ];
                self.stepdeck(clone, &card);
                deeds.push(Deed::Paper("docs/standups", word, None));
            }
            12 => {
                let (new, new_id) = self.add(clone, deeds);
                let word = self.word();
                let (title, why) = (
                    format!("Decide {word}"),
                    format!("Since {word} needs Step {new_id}."),
                );
                self.stepdeck(
                    clone,
                    &[
                        "decide", &title, "--steps", &id, "--why", &why, "--as", clone,
                    ],
                );
                deeds.push(Deed::Paper("docs/decisions", word, Some(new)));
            }
            13 => {
                let word = self.word();
                self.stepdeck(
                    clone,
                    &[
                        "risk",
                        "add",
                        &format!("Risk {word}"),
                        "--steps",
                        &id,
                        "--as",
                        clone,
                    ],
                );
                deeds.push(Deed::Paper("docs/risks", word, Some(step)));
            }
            14 => {
                let word = self.word();
                let path = format!("docs/reviews/2026-W{:02}.md", 40 + self.minute / 480 / 7);
                let mut record = self.read(clone, &path);
                if record.is_empty() {
                    record = format!("# Weekly review {}\n\n## Proposals\n", &path[13..21]);
                }
                write!(
                    record,
                    "\n- [x] {id} {word} — accepted ({}, {clone})\n",
                    &self.now()[..10]
                )
                .unwrap();
                self.write(clone, &path, &record);
                deeds.push(Deed::Paper("docs/reviews", word, Some(step)));
            }
            _ => self.remove_or_move(clone, deeds),
        }
    }

    /// Removes a step that nobody waits for, or moves one that only few touch.
    fn remove_or_move(&mut self, clone: &str, deeds: &mut Vec<Deed>) {
        let doomed = 12 * self.dice.below(4) + 11;
        if let Some(id) = self.id(clone, doomed) {
            match self.dice.below(2) {
                0 => {
                    self.stepdeck(clone, &["remove", &id]);
                    deeds.push(Deed::Remove(doomed));
                }
                _ => {
                    // Never what it says already: that would be no edit.
                    let owner = self.word();
                    self.stepdeck(clone, &["set", &id, &format!("owner={owner}")]);
                    deeds.push(Deed::Set(doomed, "owner", owner));
                }
            }
            return;
        }
        let step = 12 * self.dice.below(4) + 2;
        if let Some(id) = self.id(clone, step) {
            let block = format!("B{:02}", self.dice.below(4) + 1);
            if (id.parse::<usize>().unwrap() - 1) / 100 + 1 != block[1..].parse::<usize>().unwrap()
            {
                self.stepdeck(clone, &["move", &id, "--block", &block]);
                deeds.push(Deed::Move(step));
            }
        }
    }

    /// Writes the paper of a ritual, with words of one's own in it.
    fn report(&mut self, clone: &str, deeds: &mut Vec<Deed>) {
        let turn = self.counts.requests / REPORTING;
        let (report, folder, heading) = REPORTS[turn % REPORTS.len()];
        self.stepdeck(clone, &["report", report, "--write"]);
        self.git(clone, &["add", "-A"]);
        let changed = self.git(clone, &["diff", "--cached", "--name-only", "--", folder]);
        for path in changed.lines().filter(|path| path.ends_with(".md")) {
            let (text, word) = (self.read(clone, path), self.word());
            let said = format!("{heading}\n- It was {word}\n");
            self.write(clone, path, &text.replacen(heading, &said, 1));
            deeds.push(Deed::Paper(folder, word, None));
        }
        self.counts.reports += 1;
    }

    /// One to three commits on a branch.
    pub(super) fn commits(&mut self, who: usize, deeds: &mut Vec<Deed>) {
        let clone = PEOPLE[who];
        self.at_rest(clone);
        for _ in 0..=self.dice.below(3) {
            for _ in 0..=self.dice.below(2) {
                self.work(clone, deeds);
            }
            self.git(clone, &["add", "-A"]);
            self.git(clone, &["commit", "-q", "--allow-empty", "-m", "work"]);
            self.minute += 1;
        }
        if self.counts.requests.is_multiple_of(REPORTING) {
            self.report(clone, deeds);
            self.git(clone, &["add", "-A"]);
            self.git(clone, &["commit", "-q", "--allow-empty", "-m", "paper"]);
        }
    }
}
