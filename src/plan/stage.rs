//! Stages: the rungs of the ladder, each with its checklist, evidence, owners, notes and the
//! packets of its gate reviews.

use chrono::NaiveDate;

use super::canon::alignment::WorkstreamNote;
use super::canon::checklist::Check;
use super::canon::ladder::Rung;
use super::canon::matrix::Assignment;
use super::canon::normalised;
use super::canon::roadmap::{Due, Evidence};
use super::charge::Acknowledgement;
use super::packet::{Decision, Packet};

/// One stage of the programme.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The stage's name, as on the ladder or else as the checklist heads it. No other has it.
    pub name: String,
    /// Index of the ladder that it is a row of.
    pub ladder: usize,
    /// Its row of the ladder; a checklist may be without one.
    pub rung: Option<Rung>,
    /// The checks that must be ticked before the gate, in file order.
    pub checks: Vec<Check>,
    /// Evidence in the stage's roadmap entries.
    pub evidence: Vec<Evidence>,
    /// When its gate is due, as the roadmap says it.
    pub due: Vec<Due>,
    /// Who answers for it as a whole, as the roadmap says it.
    pub accountable: Vec<String>,
    /// How they took it on.
    pub acknowledged: Vec<Acknowledgement>,
    /// Who answers for what in this stage.
    pub owners: Vec<Assignment>,
    /// What the workstreams say of this stage.
    pub notes: Vec<WorkstreamNote>,
    /// The packets of its gate reviews, the latest last.
    pub packets: Vec<Packet>,
}

/// What one workstream has to do with a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Workstream<'a> {
    /// Its name as first written.
    pub name: &'a str,
    /// Role and name of those who answer for it; the role is empty where none is named.
    pub people: Vec<(&'a str, &'a str)>,
    /// What it says of the stage.
    pub notes: Vec<&'a str>,
}

/// Where a stage is on the ladder today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// Its gate was passed in a review, or that of a later stage was.
    Passed,
    /// No review was held; its checklist reaches the gate's bar, and so do all before it.
    Met,
    /// The first whose gate is still ahead.
    Current,
    /// Behind the current one.
    Later,
}

impl Standing {
    /// Whether its gate is no longer ahead.
    pub(crate) fn is_behind(self) -> bool {
        matches!(self, Self::Passed | Self::Met)
    }

    /// The word that people read.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Met => "bar met",
            Self::Current => "current",
            Self::Later => "later",
        }
    }
}

impl Stage {
    /// A stage of which nothing else is known yet.
    pub(crate) fn new(name: String, rung: Option<Rung>) -> Self {
        Self {
            name,
            ladder: 0,
            rung,
            checks: Vec::new(),
            evidence: Vec::new(),
            due: Vec::new(),
            accountable: Vec::new(),
            acknowledged: Vec::new(),
            owners: Vec::new(),
            notes: Vec::new(),
            packets: Vec::new(),
        }
    }

    /// The day on which its gate is due: the first that the roadmap names.
    pub(crate) fn due(&self) -> Option<NaiveDate> {
        self.due.iter().find_map(|due| due.date)
    }

    /// How many checks are ticked.
    pub fn ticked(&self) -> usize {
        self.checks.iter().filter(|check| check.done).count()
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
        self.reaches(self.threshold())
    }

    /// Whether so many percent of its checks are ticked.
    pub(crate) fn reaches(&self, bar: u8) -> bool {
        let (ticked, total) = (self.ticked(), self.checks.len());
        total > 0 && ticked * 100 >= total * usize::from(bar)
    }

    /// How many more checks must be ticked to reach the gate's bar.
    pub(crate) fn missing(&self) -> usize {
        let wanted = (self.checks.len() * usize::from(self.threshold())).div_ceil(100);
        wanted.saturating_sub(self.ticked())
    }

    /// The latest review of its gate, decided or not.
    pub(crate) fn review(&self) -> Option<&Packet> {
        self.packets.last()
    }

    /// The latest review that came to a decision: the one in force.
    pub(crate) fn decided(&self) -> Option<&Packet> {
        let mut packets = self.packets.iter().rev();
        packets.find(|packet| packet.decision.is_some())
    }

    /// The decision in force.
    pub(crate) fn decision(&self) -> Option<Decision> {
        self.decided()?.decision
    }

    /// Owners and notes by workstream: those of the matrix first, in its order.
    pub(crate) fn workstreams(&self) -> Vec<Workstream<'_>> {
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
    pub(crate) fn evidence_for<'a>(
        &'a self,
        check: &'a Check,
    ) -> impl Iterator<Item = &'a Evidence> {
        self.evidence.iter().filter(|e| e.is_for(&check.words))
    }
}

/// Where each stage is, ladder by ladder.
pub(crate) fn standings(stages: &[Stage]) -> Vec<Standing> {
    let ladders = stages.chunk_by(|a, b| a.ladder == b.ladder);
    ladders.flat_map(standings_on_ladder).collect()
}

/// Where one of the stages is.
pub(crate) fn standing_of(stages: &[Stage], stage: &Stage) -> Standing {
    let at = stages.iter().position(|other| other.name == stage.name);
    at.map_or(Standing::Later, |at| standings(stages)[at])
}

/// Where each stage of one ladder is. The latest decided packet of a stage says whether its gate is
/// passed. Where a stage has none, reviews of other stages tell: a later gate that was passed
/// leaves it behind, a decision on an earlier one leaves it ahead. Else its checklist decides.
fn standings_on_ladder(stages: &[Stage]) -> Vec<Standing> {
    let last_passed = stages
        .iter()
        .rposition(|stage| stage.decision().is_some_and(Decision::passes));
    let last_decided = stages.iter().rposition(|stage| stage.decision().is_some());
    let behind = |at: usize, stage: &Stage| match stage.decision() {
        Some(decision) => decision.passes().then_some(Standing::Passed),
        None if last_passed.is_some_and(|last| at < last) => Some(Standing::Passed),
        // Behind a decision nothing is passed by ticks alone.
        None if last_decided.is_some_and(|last| last < at) => None,
        None => stage.is_met().then_some(Standing::Met),
    };
    let mut current_seen = false;
    let standings = stages.iter().enumerate().map(|(at, stage)| {
        let behind = behind(at, stage);
        match (current_seen, behind) {
            (_, Some(Standing::Passed)) => Standing::Passed,
            (false, Some(standing)) => standing,
            (false, None) => {
                current_seen = true;
                Standing::Current
            }
            (true, _) => Standing::Later,
        }
    });
    standings.collect()
}

/// Index of the current stage, of several ladders the first one's; nothing where every gate has
/// been passed.
pub(crate) fn current(stages: &[Stage]) -> Option<usize> {
    let standings = standings(stages);
    standings.iter().position(|s| *s == Standing::Current)
}

fn same(a: &str, b: &str) -> bool {
    normalised(a) == normalised(b)
}

/// Index of the stage that a person means by all or a part of its name; else why there is none.
pub(crate) fn named(stages: &[Stage], typed: &str) -> Result<usize, String> {
    find(stages, typed).map_err(|found| match found {
        0 if stages.is_empty() => listed(stages),
        0 => format!("“{typed}” is not a stage: {}", listed(stages)),
        _ => several(stages, typed, found),
    })
}

/// That a text is meant for several stages, in words.
pub(crate) fn several(stages: &[Stage], typed: &str, found: usize) -> String {
    format!("“{typed}” matches {found} stages of {}", names(stages))
}

/// The same; else how many stages are called so.
pub(crate) fn find(stages: &[Stage], typed: &str) -> Result<usize, usize> {
    only(typed, stages.iter().map(|stage| stage.name.as_str()))
}

/// Which stages there are, as a clause.
pub(crate) fn listed(stages: &[Stage]) -> String {
    match stages.is_empty() {
        true => "the plan has no stages".to_owned(),
        false => format!("the stages are {}", names(stages)),
    }
}

fn names(stages: &[Stage]) -> String {
    let names = stages.iter().map(|stage| stage.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// Index of the one text that is `typed`, else of the one that has it in it, whatever the
/// case; else how many do.
pub(crate) fn only<'t>(
    typed: &str,
    texts: impl Iterator<Item = &'t str> + Clone,
) -> Result<usize, usize> {
    let wanted = typed.trim().to_lowercase();
    let found = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let all = texts.clone().enumerate();
        all.filter(|(_, text)| test(&text.to_lowercase()))
            .map(|(index, _)| index)
            .collect()
    };
    let same = found(&|text| text == wanted);
    let within = match same.is_empty() {
        true => found(&|text| text.contains(&wanted)),
        false => same,
    };
    match within[..] {
        [one] => Ok(one),
        _ => Err(within.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

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
            owners: vec![owner("Platform & Tools", "Ada"), owner("Growth", "Bo")],
            notes: vec![note("Platform and tools", "x"), note("growth", "y")],
            ..Stage::new("Base".to_owned(), None)
        };
        let streams = stage.workstreams();
        let names: Vec<&str> = streams.iter().map(|stream| stream.name).collect();
        assert_eq!(names, ["Platform & Tools", "Growth", "Platform and tools"]);
        assert_eq!(streams[1].people, [("DRI", "Bo")]);
        assert_eq!(streams[1].notes, ["y"]);
    }

    /// A stage with one check, ticked or not, and decisions of successive days.
    fn stage(met: bool, decisions: &[&str]) -> Stage {
        let tick = if met { "[x]" } else { "[ ]" };
        let canon = format!("# Readiness Checklists\n\n## Base\n\n- {tick} It runs\n");
        let mut files = vec![SourceFile::load("a.md", Role::Canon, canon.into_bytes())];
        for (day, decision) in decisions.iter().enumerate() {
            let packet = format!(
                "# Review\n\n- **Stage:** Base\n- **Date:** 2026-05-0{}\n\n\
                 ## Decision\n\n- **Decision:** {decision}\n",
                day + 1
            );
            // The later the day, the earlier the path: paths must not decide.
            let path = format!("gates/{}.md", 9 - day);
            files.push(SourceFile::load(
                path,
                Role::GateReview,
                packet.into_bytes(),
            ));
        }
        crate::plan::Plan::read(files).stages()[0].clone()
    }

    #[test]
    fn the_latest_decision_says_whether_a_gate_is_passed() {
        assert_eq!(
            stage(false, &["go", "no-go"]).decision(),
            Some(Decision::NoGo)
        );
        assert_eq!(
            stage(false, &["no-go", "go"]).decision(),
            Some(Decision::Go)
        );
        // A review that is still open takes nothing back.
        assert_eq!(
            stage(false, &["go", "undecided"]).decision(),
            Some(Decision::Go)
        );
        assert_eq!(stage(true, &["undecided"]).decision(), None);
    }

    #[test]
    fn packets_decide_which_stage_is_current_and_ticks_where_there_are_none() {
        use Standing::{Current, Later, Met, Passed};
        let (open, met) = (|| stage(false, &[]), || stage(true, &[]));
        let (go, no) = (|| stage(false, &["go"]), || stage(true, &["no-go"]));
        for (stages, expected) in [
            (vec![met(), open(), met()], vec![Met, Current, Later]),
            (vec![met(), met()], vec![Met, Met]),
            (vec![go(), open(), open()], vec![Passed, Current, Later]),
            // Ticks alone pass no gate once gates are reviewed.
            (vec![go(), met(), open()], vec![Passed, Current, Later]),
            (vec![no(), open()], vec![Current, Later]),
            (vec![met(), no(), open()], vec![Met, Current, Later]),
            (vec![open(), go(), open()], vec![Passed, Passed, Current]),
            (vec![no(), go(), open()], vec![Current, Passed, Later]),
            (vec![go(), go()], vec![Passed, Passed]),
        ] {
            assert_eq!(standings(&stages), expected);
            assert_eq!(
                current(&stages),
                expected.iter().position(|s| *s == Current)
            );
        }
    }
}
