//! What is wrong with dependencies, by what causes it, and why few steps are ready.
//!
//! One blocked step may hold up forty others: that is one thing to decide, not forty. Owns which
//! dependencies belong together, and what of the plan holds up most. One pass over steps and edges.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use super::gather::{BadDependency, TEN, Trouble};
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::status::{State, Status};

/// What causes that dependencies are wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cause {
    /// What is wrong.
    pub trouble: Trouble,
    /// The step that is waited for; of a cycle, the one that it begins with.
    pub step: StepId,
}

impl Cause {
    /// What causes that a dependency is wrong.
    pub(crate) fn of(tangle: &BadDependency) -> Self {
        Self {
            trouble: tangle.trouble,
            step: tangle.other,
        }
    }

    /// What is wrong, in a word that a number of steps can follow.
    pub fn word(self) -> &'static str {
        match self.trouble {
            Trouble::Missing => "missing",
            Trouble::Cyclic => "cycle",
            Trouble::Blocked => "blocked",
            Trouble::Retired => "retired",
            Trouble::Later => "later",
        }
    }

    /// What is wrong and how many steps it holds up, in few words or in whole ones.
    pub fn in_words(self, waiting: usize, is_whole: bool) -> String {
        let name = self.word();
        match (self.trouble, waiting) {
            (Trouble::Cyclic, 1) => name.to_owned(),
            (_, 1) if is_whole => format!("{name}: 1 step waits"),
            (_, 1) => format!("{name}: 1 waits"),
            (_, count) if is_whole => format!("{name}: {count} steps wait"),
            (_, count) => format!("{name}: {count} wait"),
        }
    }
}

/// Positions of dependencies by their cause: missing steps first, then cycles, blocked steps, and
/// later ones; of each kind what holds up most comes first. Every one is in exactly one group.
pub(crate) fn by_cause<'t>(
    tangles: impl IntoIterator<Item = &'t BadDependency>,
) -> Vec<(Cause, Vec<usize>)> {
    let mut groups: Vec<(Cause, Vec<usize>)> = Vec::new();
    let mut known: HashMap<Cause, usize> = HashMap::new();
    for (at, tangle) in tangles.into_iter().enumerate() {
        let cause = Cause::of(tangle);
        let group = *known.entry(cause).or_insert_with(|| {
            groups.push((cause, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(at);
    }
    groups.sort_by_key(|(cause, rows)| (cause.trouble, Reverse(rows.len()), cause.step));
    groups
}

/// Steps that hold up most are named, as far as they are so many.
const NAMED: usize = 2;
/// Of so many steps that hold up others directly it is counted what they hold up in all.
const COUNTED: usize = 8;

/// Why fewer than ten steps are ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shortage {
    /// How many are.
    pub ready: usize,
    /// Steps that somebody can work on, and how many wait for each, directly or through others;
    /// those that hold up most.
    pub waiting: Vec<(StepId, usize)>,
    /// How many steps are blocked themselves.
    pub blocked: usize,
    /// How many wait for a step that is not in the plan, or for something outside it.
    pub elsewhere: usize,
    /// How many have nothing in their way but a status that is none of the five.
    pub unknown: usize,
    /// The step that would make most others ready if it were complete, and how many.
    pub frees: Option<(StepId, usize)>,
}

impl Shortage {
    /// Why only so many steps of a plan can be picked; nothing where that is ten, or where nothing
    /// is left to do.
    pub(crate) fn of(plan: &Plan, ready: usize) -> Option<Self> {
        let graph = plan.graph();
        let is_open = |state: &State| matches!(state, State::Waiting | State::Blocked);
        if ready >= TEN {
            return None;
        }
        let unknown = (plan.steps().filter(|step| step.state() == State::Unclear)).count();
        if unknown == 0 && !graph.states().iter().any(is_open) {
            return None;
        }
        let is_waiting = |step: &usize| graph.state(*step) == State::Waiting;
        // Nobody can complete a step that waits itself.
        let workable = (0..plan.len())
            .filter(|step| matches!(graph.state(*step), State::Ready | State::Blocked));
        let mut direct: Vec<(usize, usize)> = Vec::new();
        let mut best: Option<(usize, usize)> = None;
        for step in workable {
            let waiting = graph.downstream(step).filter(is_waiting).count();
            if waiting > 0 {
                direct.push((waiting, step));
            }
            // What is blocked itself, or in a cycle, would still not be ready.
            let would_be_ready = |step: &usize| {
                let own = plan.step(*step);
                let may_be = own.status() != Some(Status::Blocked) && !own.has_unknown_status();
                may_be && graph.cycle(*step).is_none()
            };
            let freed = graph.held_back_by(step).filter(would_be_ready).count();
            if freed > best.map_or(0, |(most, _)| most) {
                best = Some((freed, step));
            }
        }
        direct.sort_by_key(|(waiting, step)| (Reverse(*waiting), *step));
        direct.truncate(COUNTED);
        let in_all = |step: usize| graph.count_waiting(step, plan.len());
        let mut waiting: Vec<(usize, usize)> = direct
            .iter()
            .map(|(_, step)| (in_all(*step), *step))
            .collect();
        waiting.sort_by_key(|(waiting, step)| (Reverse(*waiting), *step));
        let id = |step: usize| plan.step(step).id();
        let named = waiting.into_iter().take(NAMED);
        let states = graph.states().iter();
        Some(Self {
            ready,
            waiting: named.map(|(waiting, step)| (id(step), waiting)).collect(),
            blocked: states.filter(|state| **state == State::Blocked).count(),
            elsewhere: (0..plan.len())
                .filter(|step| is_waiting(step) && graph.unmet_elsewhere(*step) > 0)
                .count(),
            unknown,
            frees: best.map(|(freed, step)| (id(step), freed)),
        })
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ready {
            0 => f.write_str("No step is ready")?,
            1 => f.write_str("Only 1 step is ready")?,
            ready => write!(f, "Only {ready} steps are ready")?,
        }
        let mut reasons = Vec::new();
        for (at, (step, count)) in self.waiting.iter().enumerate() {
            reasons.push(match (at, count) {
                (0, 1) => format!("1 waits for {step}"),
                (0, _) => format!("{count} wait for {step}"),
                _ => format!("{count} for {step}"),
            });
        }
        if self.elsewhere > 0 {
            reasons.push(format!("{} for something outside the plan", self.elsewhere));
        }
        if self.blocked > 0 {
            let are = if self.blocked == 1 { "is" } else { "are" };
            reasons.push(format!("{} {are} blocked", self.blocked));
        }
        if self.unknown > 0 {
            let have = if self.unknown == 1 { "has" } else { "have" };
            reasons.push(format!(
                "{} {have} a status that is none of the five",
                self.unknown
            ));
        }
        if !reasons.is_empty() {
            write!(f, ": {}", reasons.join(", "))?;
        }
        match self.frees {
            Some((step, freed)) => write!(f, "; completing {step} would free most ({freed})"),
            None => Ok(()),
        }
    }
}
