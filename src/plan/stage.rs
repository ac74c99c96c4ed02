//! Stages: the rungs of the ladder, each with its checklist, evidence, owners and notes.

use super::canon::alignment::{WorkstreamNote, names_stage};
use super::canon::checklist::{Check, Checklist};
use super::canon::ladder::Rung;
use super::canon::matrix::Assignment;
use super::canon::normalised;
use super::canon::roadmap::{Entry, Evidence};

/// One stage of the programme.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The stage's name, as on the ladder or else as the checklist heads it.
    pub name: String,
    /// Its row of the ladder; a checklist may stand without one.
    pub rung: Option<Rung>,
    /// The checks that must be ticked before the gate, in file order.
    pub checks: Vec<Check>,
    /// Evidence in the stage's roadmap entries.
    pub evidence: Vec<Evidence>,
    /// Who answers for what in this stage.
    pub owners: Vec<Assignment>,
    /// What the workstreams say of this stage.
    pub notes: Vec<WorkstreamNote>,
}

/// What one workstream has to do with a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workstream<'a> {
    /// Its name as first written.
    pub name: &'a str,
    /// Role and name of those who answer for it; the role is empty where none is named.
    pub people: Vec<(&'a str, &'a str)>,
    /// What it says of the stage.
    pub notes: Vec<&'a str>,
}

/// Where a stage stands on the ladder today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Its checklist reaches the gate's bar, and so do all before it.
    Met,
    /// The first whose bar is not met.
    Current,
    /// Behind the current one.
    Later,
}

impl Standing {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "bar met",
            Self::Current => "current",
            Self::Later => "later",
        }
    }
}

impl Stage {
    /// How many checks are ticked.
    pub fn ticked(&self) -> usize {
        self.checks.iter().filter(|check| check.done).count()
    }

    /// Index of the first check that is not ticked; 0 where all are.
    pub fn first_open(&self) -> usize {
        self.checks
            .iter()
            .position(|check| !check.done)
            .unwrap_or(0)
    }

    /// The share of ticked checks that the gate asks for, in percent; all where it is silent.
    pub fn threshold(&self) -> u8 {
        self.rung
            .as_ref()
            .and_then(|rung| rung.threshold)
            .unwrap_or(100)
    }

    /// Whether enough checks are ticked. An empty checklist proves nothing.
    pub fn is_met(&self) -> bool {
        let (ticked, total) = (self.ticked(), self.checks.len());
        total > 0 && ticked * 100 >= total * usize::from(self.threshold())
    }

    /// How many more checks must be ticked to reach the gate's bar.
    pub fn missing(&self) -> usize {
        let wanted = (self.checks.len() * usize::from(self.threshold())).div_ceil(100);
        wanted.saturating_sub(self.ticked())
    }

    /// Owners and notes by workstream: those of the matrix first, in its order.
    pub fn workstreams(&self) -> Vec<Workstream<'_>> {
        let mut streams: Vec<Workstream<'_>> = Vec::new();
        let owners = self.owners.iter().map(|cell| (&cell.workstream, Ok(cell)));
        let notes = self.notes.iter().map(|note| (&note.workstream, Err(note)));
        for (name, part) in owners.chain(notes) {
            let at = streams.iter().position(|stream| same(stream.name, name));
            let at = at.unwrap_or_else(|| {
                streams.push(Workstream {
                    name,
                    people: Vec::new(),
                    notes: Vec::new(),
                });
                streams.len() - 1
            });
            match part {
                Ok(cell) => {
                    let people = cell.people.iter();
                    let people = people.map(|(role, name)| (role.as_str(), name.as_str()));
                    streams[at].people.extend(people);
                }
                Err(note) => streams[at].notes.push(&note.text),
            }
        }
        streams
    }

    /// The evidence bullets that speak of a check.
    pub fn evidence_for<'a>(&'a self, check: &'a Check) -> impl Iterator<Item = &'a Evidence> {
        self.evidence.iter().filter(|e| e.is_for(&check.text))
    }
}

/// Where each stage stands: met up to the first whose bar is not, which is the current one.
pub fn standings(stages: &[Stage]) -> Vec<Standing> {
    let met = stages.iter().take_while(|stage| stage.is_met()).count();
    (0..stages.len())
        .map(|index| match index.cmp(&met) {
            std::cmp::Ordering::Less => Standing::Met,
            std::cmp::Ordering::Equal => Standing::Current,
            std::cmp::Ordering::Greater => Standing::Later,
        })
        .collect()
}

/// What the canon says about stages, before it is put together.
#[derive(Debug, Default)]
pub struct StageParts {
    /// Rows of the ladder.
    pub rungs: Vec<Rung>,
    /// Readiness checklists.
    pub checklists: Vec<Checklist>,
    /// Cells of the owner matrix.
    pub owners: Vec<Assignment>,
    /// Workstream notes.
    pub notes: Vec<WorkstreamNote>,
    /// Roadmap entries.
    pub roadmap: Vec<Entry>,
}

impl StageParts {
    /// The names of the stages in ladder order, then those that only a checklist has.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let rungs = self.rungs.iter().map(|rung| &rung.stage);
        for name in rungs.chain(self.checklists.iter().map(|list| &list.stage)) {
            if !names.iter().any(|known| same(known, name)) {
                names.push(name.clone());
            }
        }
        names
    }

    /// Puts the parts together, one stage a name.
    pub fn assemble(self) -> Vec<Stage> {
        let names = self.names();
        names
            .iter()
            .map(|name| Stage {
                name: name.clone(),
                rung: self
                    .rungs
                    .iter()
                    .find(|rung| same(&rung.stage, name))
                    .cloned(),
                checks: (self.checklists.iter())
                    .filter(|list| same(&list.stage, name))
                    .flat_map(|list| list.checks.iter().cloned())
                    .collect(),
                evidence: (self.roadmap.iter())
                    .filter(|entry| same(&entry.stage, name))
                    .flat_map(|entry| entry.evidence.iter().cloned())
                    .collect(),
                owners: (self.owners.iter())
                    .filter(|cell| same(&cell.stage, name) && !cell.people.is_empty())
                    .cloned()
                    .collect(),
                notes: (self.notes.iter())
                    .filter(|note| names_stage(&note.text, name, &names))
                    .cloned()
                    .collect(),
            })
            .collect()
    }
}

fn same(a: &str, b: &str) -> bool {
    normalised(a) == normalised(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_notes_meet_under_their_workstream() {
        let owner = |workstream: &str, name: &str| Assignment {
            workstream: workstream.to_owned(),
            stage: "Base".to_owned(),
            people: vec![("DRI".to_owned(), name.to_owned())],
            file: 0,
            line: 1,
        };
        let note = |workstream: &str, text: &str| WorkstreamNote {
            workstream: workstream.to_owned(),
            text: text.to_owned(),
            file: 0,
            line: 1,
        };
        let stage = Stage {
            name: "Base".to_owned(),
            rung: None,
            checks: Vec::new(),
            evidence: Vec::new(),
            owners: vec![owner("Platform & Tools", "Ada"), owner("Growth", "Bo")],
            notes: vec![note("Platform and tools", "x"), note("growth", "y")],
        };
        let streams = stage.workstreams();
        let names: Vec<&str> = streams.iter().map(|stream| stream.name).collect();
        assert_eq!(names, ["Platform & Tools", "Growth", "Platform and tools"]);
        assert_eq!(streams[1].people, [("DRI", "Bo")]);
        assert_eq!(streams[1].notes, ["y"]);
    }
}
