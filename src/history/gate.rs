//! What happened to a stage's gate from one version of the canon to the next: checks that were
//! ticked, came or went, evidence, and what that made of the gate's bar.

use std::collections::{HashMap, HashSet};

use crate::plan::canon::checklist::Check;
use crate::plan::stage::Stage;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GateKind {
    /// The stage came.
    Began,
    /// The stage went.
    Gone,
    /// Enough checks are ticked, and were not.
    Reached,
    /// Enough checks were ticked, and are not any more.
    TurnedBack,
    /// The share of checks that the gate asks for is another one.
    Bar,
    /// A check was ticked.
    Ticked,
    /// Its tick was taken away.
    Unticked,
    /// A check came.
    Added,
    /// A check went.
    Removed,
    /// A check says the same in other words.
    Reworded,
    /// Evidence was attached.
    Evidence,
    /// Evidence went.
    NoEvidence,
}

impl GateKind {
    /// What people read before the words of the event.
    pub fn word(self) -> &'static str {
        match self {
            Self::Began => "stage added",
            Self::Gone => "stage removed",
            Self::Reached => "bar reached",
            Self::TurnedBack => "bar turned back",
            Self::Bar => "bar",
            Self::Ticked => "ticked",
            Self::Unticked => "unticked",
            Self::Added => "check added",
            Self::Removed => "check removed",
            Self::Reworded => "check reworded",
            Self::Evidence => "evidence",
            Self::NoEvidence => "evidence removed",
        }
    }
}

/// One thing that happened to a gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateEvent {
    /// What.
    pub kind: GateKind,
    /// The check or the evidence in words, or how far the checklist is.
    pub text: String,
}

/// What happened to a gate between two versions of its stage, the bar first; a version without the
/// stage is none.
pub fn between(older: Option<&Stage>, newer: Option<&Stage>) -> Vec<GateEvent> {
    let mut events = Vec::new();
    let mut push = |kind, text: String| events.push(GateEvent { kind, text });
    match (older, newer) {
        (None, Some(newer)) => push(GateKind::Began, readiness(newer)),
        (Some(older), None) => push(GateKind::Gone, readiness(older)),
        (Some(older), Some(newer)) => compare(older, newer, &mut push),
        (None, None) => {}
    }
    events
}

fn compare(older: &Stage, newer: &Stage, push: &mut impl FnMut(GateKind, String)) {
    let [was_met, is_met] = [older, newer].map(Stage::is_met);
    match (was_met, is_met) {
        (false, true) => push(GateKind::Reached, readiness(newer)),
        (true, false) => push(GateKind::TurnedBack, readiness(newer)),
        _ => {}
    }
    if older.threshold() != newer.threshold() {
        let text = format!("{}% → {}%", older.threshold(), newer.threshold());
        push(GateKind::Bar, text);
    }
    checks(&older.checks, &newer.checks, push);
    let evidence = |stage: &Stage| -> Vec<String> {
        let evidence = stage.evidence.iter();
        evidence.map(|evidence| evidence.text.clone()).collect()
    };
    let (before, after) = (evidence(older), evidence(newer));
    let [had, has] = [&before, &after].map(|texts| texts.iter().collect::<HashSet<_>>());
    let came = after.iter().filter(|text| !had.contains(text));
    came.for_each(|text| push(GateKind::Evidence, text.clone()));
    let went = before.iter().filter(|text| !has.contains(text));
    went.for_each(|text| push(GateKind::NoEvidence, text.clone()));
}

/// How far the checklist is, and how far it must be.
fn readiness(stage: &Stage) -> String {
    let (ticked, total) = (stage.ticked(), stage.checks.len());
    format!("{ticked} of {total} ticked, {}% needed", stage.threshold())
}

/// Checks are known by their words; those that came are taken for those that went, in their order.
fn checks(before: &[Check], after: &[Check], push: &mut impl FnMut(GateKind, String)) {
    let key = |check: &Check| (check.words.clone(), check.nth);
    let had: HashMap<_, &Check> = before.iter().map(|check| (key(check), check)).collect();
    let has: HashSet<_> = after.iter().map(key).collect();
    let mut went = before.iter().filter(|check| !has.contains(&key(check)));
    for check in after {
        let was = had.get(&key(check)).copied();
        let is_new = was.is_none();
        let was = was.or_else(|| went.next());
        match (is_new, was) {
            (true, None) => push(GateKind::Added, check.text.clone()),
            (true, Some(_)) => push(GateKind::Reworded, check.text.clone()),
            _ => {}
        }
        match (was.is_some_and(|was| was.done), check.done) {
            (false, true) => push(GateKind::Ticked, check.text.clone()),
            (true, false) => push(GateKind::Unticked, check.text.clone()),
            _ => {}
        }
    }
    went.for_each(|check| push(GateKind::Removed, check.text.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::source::{Role, SourceFile};

    fn stage(bar: &str, checks: &str, evidence: &str) -> Stage {
        let canon = format!(
            "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | {bar} checklist \
             completion |\n\n## Readiness Checklist\n\n### Base\n\n{checks}"
        );
        let roadmap = format!("# Roadmap\n\n## Base\n\n{evidence}");
        let files = vec![
            SourceFile::load("plan.md", Role::Canon, canon.into_bytes()),
            SourceFile::load("ROADMAP.md", Role::Roadmap, roadmap.into_bytes()),
        ];
        Plan::read(files).stages()[0].clone()
    }

    #[test]
    fn each_change_of_a_gate_is_told_with_what_it_made_of_the_bar() {
        let told = |older: &Stage, newer: &Stage| {
            let events = between(Some(older), Some(newer)).into_iter();
            let told = events.map(|event| format!("{}: {}", event.kind.word(), event.text));
            told.collect::<Vec<_>>()
        };
        let one = stage("≥50%", "- [ ] It runs\n- [ ] It stops\n", "");
        let two = stage(
            "≥50%",
            "- [x] It runs\n- [ ] It stops\n",
            "- [log](docs/log.md)\n",
        );
        let three = stage(
            "≥90%",
            "- [x] It runs\n- [ ] It halts\n",
            "- [log](docs/log.md)\n",
        );
        let four = stage(
            "≥90%",
            "- [ ] It runs\n- [ ] It halts\n- [x] It is new\n",
            "",
        );
        let reached = [
            "bar reached: 1 of 2 ticked, 50% needed",
            "ticked: It runs",
            "evidence: log",
        ];
        assert_eq!(told(&one, &two), reached);
        let turned = [
            "bar turned back: 1 of 2 ticked, 90% needed",
            "bar: 50% → 90%",
            "check reworded: It halts",
        ];
        assert_eq!(told(&two, &three), turned);
        let mixed = [
            "unticked: It runs",
            "check added: It is new",
            "ticked: It is new",
            "evidence removed: log",
        ];
        assert_eq!(told(&three, &four), mixed);
        assert_eq!(told(&four, &four), [] as [&str; 0]);
        let began = between(None, Some(&two));
        assert_eq!((began.len(), began[0].kind), (1, GateKind::Began));
        assert_eq!(between(Some(&two), None)[0].kind, GateKind::Gone);
    }
}
