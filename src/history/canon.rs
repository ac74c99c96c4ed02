//! What is followed in the canon of one version: its step sections, written as lines that a log
//! could have, and which checks of its stages are ticked.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::document::json;
use crate::plan::Plan;
use crate::plan::canon::section::Section;
use crate::plan::field::{Field, Kind, fields};
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;

/// The canon of one version.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CanonVersion {
    sections: Vec<(StepId, String)>,
    checks: Vec<CheckMark>,
}

/// A check and whether it is ticked.
#[derive(Clone, PartialEq, Eq, Debug)]
struct CheckMark {
    stage: String,
    text: String,
    /// Its words without what spelling habits differ in, and which of several with them it is.
    words: (String, usize),
    is_ticked: bool,
}

/// A check that was ticked or unticked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tick {
    /// The stage.
    pub stage: String,
    /// The check's words.
    pub check: String,
    /// Whether it is ticked now.
    pub is_ticked: bool,
}

/// Indexes of the files of a plan that hold step sections, ladders or checklists of stages, or rows
/// of blocks, which say what is retired.
pub fn files(plan: &Plan) -> BTreeSet<usize> {
    let sections = plan.sections().map(|section| section.file);
    let rows = plan.block_rows().map(|row| row.file);
    sections.chain(rows).chain(files_of_stages(plan)).collect()
}

/// Indexes of those that hold ladders or checklists of stages.
pub(crate) fn files_of_stages(plan: &Plan) -> BTreeSet<usize> {
    let rungs = plan
        .stages()
        .iter()
        .filter_map(|stage| Some(stage.rung.as_ref()?.file));
    let checks = plan.stages().iter().flat_map(|stage| &stage.checks);
    let checks = checks.map(|check| check.file);
    rungs.chain(checks).collect()
}

impl CanonVersion {
    /// What these documents say; paths are relative to the plan's root.
    pub fn read(documents: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Self {
        let documents = documents.into_iter();
        let files = documents.map(|(path, bytes)| SourceFile::load(path, Role::Canon, bytes));
        let plan = Plan::read(files.collect());
        let mut named = BTreeSet::new();
        let sections = plan.sections().filter(|section| named.insert(section.id));
        let checks = plan.stages().iter().flat_map(|stage| {
            stage.checks.iter().map(|check| CheckMark {
                stage: stage.name.clone(),
                text: check.text.clone(),
                words: (check.words.clone(), check.nth),
                is_ticked: check.done,
            })
        });
        Self {
            sections: sections
                .map(|section| (section.id, line(&plan, section)))
                .collect(),
            checks: checks.collect(),
        }
    }

    /// Which sections stand for a step of their own, given how often each number stands in the
    /// logs: a step of both is the log's.
    pub(crate) fn shown(&self, in_log: &HashMap<StepId, usize>) -> Vec<bool> {
        let is_absent = |id| in_log.get(id).is_none_or(|count| *count == 0);
        self.sections.iter().map(|(id, _)| is_absent(id)).collect()
    }

    /// The lines of the sections that are shown.
    pub(crate) fn lines(&self, shown: &[bool]) -> Vec<&[u8]> {
        let shown = self.sections.iter().zip(shown).filter(|(_, shown)| **shown);
        shown.map(|((_, line), _)| line.as_bytes()).collect()
    }
}

/// The line that a section would be in a log, with the status as a log spells it.
fn line(plan: &Plan, section: &Section) -> String {
    let file = &plan.files()[section.file];
    let mut line = format!("{{\"step_id\": {}", json::quote(&section.id.to_string()));
    let Some(document) = file.markdown() else {
        return line + "}";
    };
    for spec in fields()
        .iter()
        .filter(|spec| spec.canon.is_some() || spec.field == Field::Title)
    {
        let raw = match spec.kind {
            Kind::List => section
                .list(document, &file.path, spec.field)
                .map(|entries| {
                    let entries = entries.iter().map(|(entry, _)| json::quote(&entry.text));
                    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
                }),
            Kind::Status => section.text(document, spec.field).map(|text| {
                let word = Status::read(&text).map(Status::word);
                json::quote(word.unwrap_or(&text))
            }),
            _ => section
                .text(document, spec.field)
                .map(|text| json::quote(&text)),
        };
        if let Some(raw) = raw {
            line.push_str(&format!(", {}: {raw}", json::quote(spec.key)));
        }
    }
    line + "}"
}

/// The checks whose ticks differ between two versions, in the order of the newer one. A check is
/// known by its words; one that was reworded by its place among those of its stage.
pub fn ticks(older: &CanonVersion, newer: &CanonVersion) -> Vec<Tick> {
    let key = |check: &CheckMark| (check.stage.clone(), check.words.clone());
    let mut before: HashMap<_, &CheckMark> = older
        .checks
        .iter()
        .map(|check| (key(check), check))
        .collect();
    let known: Vec<_> = newer
        .checks
        .iter()
        .map(|check| before.remove(&key(check)))
        .collect();
    let mut reworded: Vec<&CheckMark> = older
        .checks
        .iter()
        .filter(|check| before.contains_key(&key(check)))
        .collect();
    let mut ticks = Vec::new();
    for (check, was) in newer.checks.iter().zip(known) {
        let was = was.or_else(|| {
            let place = reworded
                .iter()
                .position(|other| other.stage == check.stage)?;
            Some(reworded.remove(place))
        });
        if check.is_ticked != was.is_some_and(|was| was.is_ticked) {
            ticks.push(Tick {
                stage: check.stage.clone(),
                check: check.text.clone(),
                is_ticked: check.is_ticked,
            });
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANON: &str = "\
#### Step 0002 — Review
- **Outcome:** Schema agreed
- **Dependencies:** 0001, Board agrees
- **Status:** In Progress

## Ladder

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | One plan | Review |

## Readiness Checklists

### Ground

- [x] Runbooks cover deploy.
- Step 0001 is complete.
- [ ] The board knows.
";

    fn read(text: &str) -> CanonVersion {
        CanonVersion::read([("docs/plan.md".into(), text.as_bytes().to_vec())])
    }

    #[test]
    fn a_section_is_a_line_and_gives_way_to_one_of_the_log() {
        let canon = read(CANON);
        let line = r#"{"step_id": "0002", "title": "Review", "status": "in progress", "outcome": "Schema agreed", "dependencies": ["0001", "Board agrees"]}"#;
        let shown = |in_log| canon.lines(&canon.shown(&in_log));
        assert_eq!(shown(HashMap::new()), [line.as_bytes()]);
        assert_eq!(shown([(StepId::new(2), 1)].into()), [] as [&[u8]; 0]);
    }

    #[test]
    fn ticks_are_told_by_words_and_rewording_is_none() {
        let told = |from: &str, to: &str| {
            let ticks = ticks(&read(CANON), &read(&CANON.replacen(from, to, 1))).into_iter();
            ticks
                .map(|tick| (tick.check, tick.is_ticked))
                .collect::<Vec<_>>()
        };
        let step = "Step 0001 is complete.".to_owned();
        assert_eq!(told("- Step", "- [x] Step"), [(step.clone(), true)]);
        assert_eq!(told("Runbooks cover deploy.", "Runbooks are there."), []);
        assert_eq!(
            told("[x] Runbooks cover deploy.", "Runbooks are there."),
            [("Runbooks are there.".to_owned(), false)]
        );
        assert_eq!(told("- [x] Runbooks cover deploy.\n", ""), []);
        let new = told("- Step", "- [x] It is new.\n- Step");
        assert_eq!(new, [("It is new.".to_owned(), true)]);
    }
}
