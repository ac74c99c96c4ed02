//! What columns know of a plan beside its steps, worked out once for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Column;
use super::derived::Asks;
use crate::plan::last_change::{LastChange, LastChanges};
use crate::plan::query::past::PlanPast;
use crate::plan::ranking::{self, Inputs};
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};

/// What columns know of a plan beside its steps. A clone shares it.
#[derive(Clone, Default, Debug)]
pub struct Known {
    /// The present instant, from which ages count.
    pub now: DateTime<Utc>,
    /// When steps changed last, as far back as the ranking and the checks ask.
    pub changes: Option<Arc<LastChanges>>,
    /// All of the past, where it has been read: ages count from what it says.
    pub past: Option<Arc<PlanPast>>,
    /// The score of each ready step, by index; nothing where no column asks.
    scores: Arc<[Option<i64>]>,
    /// Indexes of the stages whose checks name a step.
    pub(super) stages: Arc<HashMap<usize, Vec<usize>>>,
}

impl Known {
    /// What these columns need to know of `plan`. `inputs` are those of the ranking, whose changes
    /// are given apart.
    pub fn of<'c>(
        plan: &Plan,
        columns: impl Iterator<Item = &'c Column> + Clone,
        inputs: &Inputs<'_>,
        changes: Option<Arc<LastChanges>>,
    ) -> Self {
        let asked = |what| columns.clone().any(|column| column.asks() == what);
        let inputs = Inputs {
            changes: changes.as_deref(),
            ..*inputs
        };
        Self {
            now: inputs.now,
            scores: match asked(Asks::Scores) {
                true => ranking::scores(plan, &inputs).into(),
                false => Arc::default(),
            },
            stages: match asked(Asks::Stages) {
                true => Arc::new(stages_naming(plan)),
                false => Arc::default(),
            },
            changes,
            past: None,
        }
    }

    /// The same where all of the past has been read. One without a history tells nothing.
    pub(crate) fn knowing(self, past: Option<Arc<PlanPast>>) -> Self {
        let past = past.filter(|past| past.has_history);
        Self { past, ..self }
    }

    /// The same at another instant, with what is known of changes by then.
    pub(crate) fn at(&self, now: DateTime<Utc>, changes: Option<Arc<LastChanges>>) -> Self {
        Self {
            now,
            changes,
            ..self.clone()
        }
    }

    /// Index of the first stage that names a step, in the order of the ladders.
    pub(crate) fn stage_of(&self, step: StepRef<'_>) -> Option<usize> {
        self.stages.get(&step.index())?.first().copied()
    }

    pub(super) fn score(&self, step: StepRef<'_>) -> Option<i64> {
        self.scores.get(step.index()).copied().flatten()
    }

    /// When a step changed last. Until all of the past is read, it is only asked of open steps.
    pub(super) fn last_change(&self, step: StepRef<'_>) -> Option<LastChange> {
        let past = (self.past.as_deref()).and_then(|past| past.steps.get(&step.key()));
        if let Some(at) = past.and_then(|step| step.changed) {
            return Some(LastChange::Landed(at));
        }
        let is_open = step.status() != Some(Status::Complete);
        LastChange::of(step, self.changes.as_deref().filter(|_| is_open))
    }

    /// Whole days since a step changed last.
    pub(super) fn age(&self, step: StepRef<'_>) -> Option<i64> {
        let change = self.last_change(step)?;
        Some((self.now - change.at()).num_days().max(0))
    }
}

/// The stages whose checks name a step, ascending: their indexes, by the index of the step.
pub(crate) fn stages_naming(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut named: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, stage) in plan.stages().iter().enumerate() {
        let ids = stage.checks.iter().flat_map(|check| &check.steps);
        for step in ids.filter_map(|id| plan.find(*id)) {
            let stages = named.entry(step).or_default();
            if stages.last() != Some(&at) {
                stages.push(at);
            }
        }
    }
    named
}
