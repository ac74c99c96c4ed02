//! What holds for every demo plan, read back from its bytes alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::document::generated::{self, Generated};

/// The lines of a plan's log behind the header, with the text of its other files.
struct Read {
    steps: Vec<Value>,
    files: BTreeMap<String, String>,
}

impl Read {
    fn new(steps: usize, seed: u64) -> Self {
        let mut files: BTreeMap<String, String> = plan(steps, seed)
            .into_iter()
            .map(|(path, bytes)| {
                (
                    path.display().to_string(),
                    String::from_utf8(bytes).expect("text"),
                )
            })
            .collect();
        let log = files.remove(LOG).expect("a log");
        let mut lines = log
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let header: Value = lines.next().expect("a header");
        assert!(header.get("schema").is_some() && header.get("step_id").is_none());
        Self {
            steps: lines.collect(),
            files,
        }
    }

    fn statuses(&self) -> BTreeMap<&str, &str> {
        self.steps
            .iter()
            .map(|step| (text(step, "step_id"), text(step, "status")))
            .collect()
    }

    fn file(&self, path: &str) -> &str {
        &self.files[path]
    }
}

fn text<'a>(step: &'a Value, key: &str) -> &'a str {
    step[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {step}"))
}

fn list<'a>(step: &'a Value, key: &str) -> Vec<&'a str> {
    let items = step[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} of {step}"));
    items
        .iter()
        .map(|item| item.as_str().expect("a string"))
        .collect()
}

/// Number and suffix, which order the log.
fn order(id: &str) -> (usize, &str) {
    let (number, suffix) = id.split_once('.').unwrap_or((id, ""));
    (number.parse().expect("a number"), suffix)
}

fn is_step(need: &str) -> bool {
    need.starts_with(|c: char| c.is_ascii_digit())
}

/// Every law of a valid plan that its log can show.
fn hold_log_laws(read: &Read, steps: usize) {
    assert_eq!(read.steps.len(), steps);
    let statuses = read.statuses();
    assert_eq!(statuses.len(), steps, "IDs are unique");
    let mut before = (0, "");
    for step in &read.steps {
        let id = text(step, "step_id");
        let here = order(id);
        assert!(here > before, "{id} ascends");
        let block = here.0.div_ceil(100);
        let runs_on = here.0 == before.0 + 1 || !here.1.is_empty();
        assert!(
            runs_on || here.0 == (block - 1) * 100 + 1,
            "{id} leaves no gap"
        );
        assert!(
            here.1.is_empty() || here.0 == before.0,
            "{id} follows its parent"
        );
        before = here;
        assert_eq!(text(step, "block"), format!("B{block:02}"));
        assert!(!text(step, "title").is_empty() && !text(step, "outcome").is_empty());
        assert!(!text(step, "owner").is_empty());
        assert!(chrono::DateTime::parse_from_rfc3339(text(step, "updated_at")).is_ok());
        hold_dependencies(step, &statuses);
        hold_evidence(step, read);
    }
}

fn hold_dependencies(step: &Value, statuses: &BTreeMap<&str, &str>) {
    let (id, status) = (text(step, "step_id"), text(step, "status"));
    let needs = list(step, "dependencies");
    assert_eq!(
        needs.iter().collect::<BTreeSet<_>>().len(),
        needs.len(),
        "{id} repeats a need"
    );
    let met = |need: &&str| match is_step(need) {
        true => statuses.get(need) == Some(&"complete"),
        false => need.starts_with("[x] "),
    };
    for need in needs.iter().filter(|need| is_step(need)) {
        assert!(
            statuses.contains_key(need),
            "{id} needs {need}, which does not exist"
        );
        assert!(order(need) < order(id), "{id} needs {need}");
    }
    let open = needs.iter().filter(|need| !met(need)).count();
    match status {
        "complete" | "in progress" => assert_eq!(open, 0, "{id} is {status}"),
        "blocked" => assert!(open > 0, "{id} is blocked by nothing"),
        other => assert!(matches!(other, "draft" | "idea"), "{id} is {other}"),
    }
}

fn hold_evidence(step: &Value, read: &Read) {
    let (id, evidence) = (text(step, "step_id"), &step["evidence"]);
    assert!(evidence["metric"].is_string(), "{id}");
    assert!(
        evidence["target"].is_number() || text(evidence, "target").starts_with('≤'),
        "{id}"
    );
    let artifacts = list(step, "artifacts");
    if text(step, "status") == "complete" {
        assert!(
            evidence["actual"].is_number() && !artifacts.is_empty(),
            "{id}"
        );
        assert!(text(evidence, "link").starts_with("https://"), "{id}");
    }
    for artifact in artifacts {
        let there = artifact.starts_with("https://") || read.files.contains_key(artifact);
        assert!(there, "{id} names {artifact}");
    }
}

/// The cells of each row of the block table.
fn block_rows(execution_plan: &str) -> Vec<Vec<&str>> {
    execution_plan
        .lines()
        .filter(|line| line.starts_with("| B") && line.as_bytes()[3].is_ascii_digit())
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

fn hold_canon_laws(read: &Read) {
    let document = read.file("data/canon/execution-plan.md");
    assert!(!document.contains("{{"), "a placeholder is left");
    let rows = block_rows(document);
    assert!(rows.len() >= 100);
    let themes: BTreeMap<&str, &str> = rows.iter().map(|row| (row[0], row[2])).collect();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row[0], format!("B{:02}", at + 1));
        assert_eq!(row[1], format!("{:04}–{:04}", at * 100 + 1, (at + 1) * 100));
    }
    for step in &read.steps {
        assert_eq!(themes.get(text(step, "block")), Some(&text(step, "theme")));
    }
    for section in document
        .split("# Step ")
        .skip(1)
        .filter(|text| !text.starts_with("0000"))
    {
        hold_section(section, read);
    }
}

fn hold_section(section: &str, read: &Read) {
    let (heading, rest) = section.split_once('\n').expect("a heading line");
    let (id, title) = heading.split_once(" — ").expect("a dash");
    let step = read
        .steps
        .iter()
        .find(|step| text(step, "step_id") == id)
        .expect("in the log");
    let bullets: BTreeMap<&str, &str> = rest
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once(":** "))
        .take(8)
        .collect();
    assert_eq!(title, text(step, "title"));
    assert_eq!(bullets["Outcome"], text(step, "outcome"));
    assert_eq!(bullets["Owner"], text(step, "owner"));
    assert_eq!(
        bullets["Dependencies"],
        list(step, "dependencies").join(", ")
    );
    assert_eq!(bullets["Inputs"], list(step, "inputs").join(", "));
    assert_eq!(bullets["Artifacts"], list(step, "artifacts").join(", "));
    assert_eq!(bullets["Verification"], text(step, "verification"));
    assert_eq!(bullets["Status"], text(step, "status"));
    assert_eq!(bullets["Notes"], text(step, "notes"));
    assert!(bullets.values().all(|value| !value.is_empty()), "{id}");
}

/// The checks of each stage as `(mark, words)`, wrapped lines joined.
fn checks(milestones: &str) -> Vec<(String, String, String)> {
    let start = milestones
        .find("### Readiness Checklists")
        .expect("checklists");
    let end = milestones
        .find("## Workstream Alignment")
        .expect("an alignment");
    let mut stage = String::new();
    let mut found: Vec<(String, String, String)> = Vec::new();
    for line in milestones[start..end].lines() {
        if let Some(name) = line.strip_prefix("#### ") {
            stage = name.to_owned();
        } else if let Some(item) = line.strip_prefix("- ") {
            let (mark, words) = match item.get(..4) {
                Some(mark @ ("[x] " | "[ ] ")) => (mark, &item[4..]),
                _ => ("", item),
            };
            found.push((stage.clone(), mark.trim().to_owned(), words.to_owned()));
        } else if let (Some(words), Some(last)) = (line.strip_prefix("  "), found.last_mut()) {
            last.2.push(' ');
            last.2.push_str(words);
        }
    }
    found
}

fn hold_gate_laws(read: &Read) {
    let statuses = read.statuses();
    let roadmap = read.file("data/ROADMAP.md");
    for (stage, mark, words) in checks(read.file("data/canon/milestones.md")) {
        let ids: Vec<&str> = words
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| digits.len() >= 4)
            .collect();
        for id in &ids {
            assert!(statuses.contains_key(id), "{words}");
            assert!(mark != "[x]" || statuses[id] == "complete", "{words}");
        }
        let entry = roadmap
            .split("\n## ")
            .find(|part| part.starts_with(&stage))
            .expect("a stage");
        assert_eq!(
            entry.contains(&format!("- {words} [evidence](")),
            mark == "[x]",
            "{words}"
        );
    }
}

fn hold_checkpoint_laws(read: &Read) {
    let statuses = read.statuses();
    let highest = statuses.keys().map(|id| order(id).0).max().unwrap_or(0);
    let document = read.file("data/canon/execution-plan.md");
    for thousand in 1..=highest / 1000 {
        let numbers = (thousand - 1) * 1000 + 1..=thousand * 1000;
        let complete = numbers
            .map(|number| format!("{number:04}"))
            .all(|id| statuses.get(id.as_str()) == Some(&"complete"));
        let path = format!("data/checkpoints/CP{thousand:02}.md");
        // The bundled plan shows what one looks like on the way.
        let is_there = read.files.contains_key(&path);
        let is_bundled = thousand == 1 && read.steps.len() == 480;
        assert!(is_there == complete || is_bundled && is_there, "{path}");
        let row = format!("| B{:02} |", thousand * 10);
        let row = document
            .lines()
            .find(|line| line.starts_with(&row))
            .expect("a row");
        assert_eq!(
            row.contains(&format!("(../checkpoints/CP{thousand:02}.md)")),
            is_there
        );
    }
}

fn hold_all_laws(steps: usize, seed: u64) -> Read {
    let read = Read::new(steps, seed);
    hold_log_laws(&read, steps);
    hold_canon_laws(&read);
    hold_gate_laws(&read);
    hold_checkpoint_laws(&read);
    read
}

#[test]
fn a_single_step_is_a_whole_plan() {
    let read = hold_all_laws(1, 1);
    assert_eq!(text(&read.steps[0], "step_id"), "0001");
}

#[test]
fn the_bundled_size_spans_twelve_blocks_and_every_status() {
    let read = hold_all_laws(480, 1);
    let blocks: BTreeSet<&str> = read.steps.iter().map(|step| text(step, "block")).collect();
    assert_eq!(blocks.len(), 12);
    let statuses: BTreeSet<&str> = read.statuses().into_values().collect();
    assert_eq!(statuses.len(), 5);
    let titles: BTreeSet<&str> = read.steps.iter().map(|step| text(step, "title")).collect();
    assert_eq!(titles.len(), 480, "no title comes twice");
}

#[test]
fn the_bundled_plan_tells_why_the_funnel_is_blocked() {
    let read = Read::new(480, 1);
    let statuses = read.statuses();
    let needs = |id: &str| {
        let step = read
            .steps
            .iter()
            .find(|step| text(step, "step_id") == id)
            .expect("a step");
        list(step, "dependencies")
    };
    let chain = ["0226", "0219", "0214", "0121"];
    assert!(
        chain
            .windows(2)
            .all(|pair| needs(pair[0]).contains(&pair[1]))
    );
    assert_eq!(
        chain.map(|id| statuses[id]),
        ["blocked", "draft", "blocked", "in progress"],
        "walked upstream, the chain ends at work that is under way"
    );
}

#[test]
fn the_first_stage_leaves_checks_to_tick() {
    let read = Read::new(480, 1);
    let statuses = read.statuses();
    let first: Vec<_> = checks(read.file("data/canon/milestones.md"))
        .into_iter()
        .filter(|(stage, ..)| stage == "Groundwork")
        .collect();
    let marks: BTreeSet<&str> = first.iter().map(|(_, mark, _)| mark.as_str()).collect();
    assert_eq!(marks, BTreeSet::from(["", "[ ]", "[x]"]));
    let ready = first
        .iter()
        .any(|(_, mark, words)| mark == "[ ]" && words.contains("0010"));
    assert!(ready && statuses["0010"] == "complete" && statuses["0011"] == "complete");
}

#[test]
fn ten_thousand_steps_fill_a_hundred_blocks() {
    let read = hold_all_laws(10_000, 1);
    let blocks: BTreeSet<&str> = read.steps.iter().map(|step| text(step, "block")).collect();
    assert_eq!(blocks.len(), 100);
    assert_eq!(
        read.statuses().into_values().collect::<BTreeSet<_>>().len(),
        5
    );
    assert!(read.files.contains_key("data/checkpoints/CP03.md"));
}

#[test]
fn more_steps_run_on_into_further_blocks() {
    let read = hold_all_laws(12_345, 9);
    let last = read.steps.last().expect("a step");
    assert_eq!(text(last, "block"), "B124");
    assert!(text(last, "theme").ends_with(", round 2"));
}

#[test]
fn nothing_in_progress_has_lain_untouched_for_thirty_days() {
    let (year, month, day) = calendar::TODAY;
    let today = chrono::NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    for step in &Read::new(10_000, 1).steps {
        let at = chrono::DateTime::parse_from_rfc3339(text(step, "updated_at")).expect("a time");
        let days = (today - at.date_naive()).num_days();
        assert!(days > 0, "nothing is updated in the future");
        assert!(days < 30 || text(step, "status") != "in progress");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_plan_obeys_the_laws_and_comes_out_the_same_twice(
        steps in 0_usize..1_500, seed: u64,
    ) {
        hold_all_laws(steps, seed);
        prop_assert!(plan(steps, seed) == plan(steps, seed));
    }

    #[test]
    fn another_seed_is_another_plan(seed in 0_u64..u64::MAX) {
        prop_assert!(plan(60, seed) != plan(60, seed + 1));
    }
}

/// What the demo's papers have in generated sections is what stepdeck would take for its own.
#[test]
fn generated_sections_of_papers_are_as_they_were_generated() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            for section in String::from_utf8_lossy(&text).split("\n## ") {
                let found = generated::find(section.as_bytes());
                assert_ne!(found, Generated::Edited, "{}: {section}", path.display());
            }
        }
    }
}
