//! What keeps a step waiting: steps that are not complete, IDs that no step has, conditions in
//! words, and circles. How much of it is said is up to those who ask.

use std::borrow::Cow;
use std::collections::HashSet;

use super::StepRef;
use super::dependency::Dependency;
use super::id::StepId;
use super::status::Status;

/// One thing that a step waits for.
#[derive(Clone)]
pub enum Waiting<'a> {
    /// A step that is not complete.
    Step(StepRef<'a>),
    /// A step that does not exist.
    Missing(StepId),
    /// An open condition in words.
    Condition(Cow<'a, str>),
}

impl Waiting<'_> {
    /// The ID as the step's own line spells it, whatever the dependency does, or the words.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Step(step) => step.id().to_string(),
            Self::Missing(id) => id.to_string(),
            Self::Condition(text) => text.to_string(),
        }
    }

    /// The same, where a step that does not exist says so.
    pub fn marked(&self) -> String {
        match self {
            Self::Missing(id) => format!("{id} (missing)"),
            Self::Step(_) | Self::Condition(_) => self.name(),
        }
    }
}

impl<'a> StepRef<'a> {
    /// The dependencies that are not met, in the order in which they are written; none for
    /// a step that is not open. Costs no search for cycles, so that a list may ask every step.
    pub fn unmet(self) -> Vec<Waiting<'a>> {
        if !self.state().is_open() {
            return Vec::new();
        }
        let plan = self.plan();
        let unmet = |dependency| match dependency {
            Dependency::Step(id) => match plan.find(id).map(|at| plan.step(at)) {
                None => Some(Waiting::Missing(id)),
                Some(step) if step.status() == Some(Status::Complete) => None,
                Some(step) => Some(Waiting::Step(step)),
            },
            Dependency::Condition { met: true, .. } => None,
            Dependency::Condition { text, .. } => Some(Waiting::Condition(text)),
        };
        self.dependencies().filter_map(unmet).collect()
    }

    /// The shortest circle of steps in which an open step waits for itself, this one included.
    pub fn circle(self) -> Option<Vec<StepId>> {
        let plan = self.plan();
        let cycle = plan.graph().cycle(self.index())?;
        let ids = || plan.graph().shortest_cycle(cycle).into_iter();
        (self.state().is_open()).then(|| ids().map(|step| plan.step(step).id()).collect())
    }

    /// What keeps the step waiting: IDs and the words of conditions, as written, each once.
    /// Never empty where the state is `waiting`: a step in a circle waits for its next one
    /// even if that calls itself complete.
    pub(crate) fn awaited(self) -> Vec<String> {
        let unmet = self.unmet().into_iter().map(|waiting| waiting.name());
        let (plan, is_open) = (self.plan(), self.state().is_open());
        let circle = (plan.graph().upstream(self.index()))
            .filter(|up| is_open && plan.graph().same_cycle(self.index(), *up))
            .map(|up| plan.step(up).id().to_string());
        let mut seen = HashSet::new();
        (unmet.chain(circle))
            .filter(|entry| seen.insert(entry.clone()))
            .collect()
    }
}
