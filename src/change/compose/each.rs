//! The same for several steps, as one change. A step that refuses stays as it is, and is told of;
//! the others do not have to wait for it.

use std::collections::{BTreeSet, HashSet};

use super::assign::{Action, Assignment, requests};
use super::{Change, Composer, Edit, Target, reversible, shown};
use crate::change::conflict::Conflict;
use crate::change::value::{Refusal, refuse};
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::field::Kind;
use crate::plan::id::StepId;

/// What is to be done with each of several steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepRequest {
    /// Its fields are to be these.
    Assign(Vec<Assignment>),
    /// Its line leaves the log.
    Remove,
    /// The words of one side are taken over where log and canon disagree.
    Reconcile {
        /// Whether the log's words stay.
        keep_log: bool,
    },
}

/// What a request to several steps comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BulkChange {
    /// One change for all.
    pub change: Change,
    /// How many steps were asked.
    pub asked: usize,
    /// How many of them change.
    pub changed: usize,
    /// Those that cannot, and why.
    pub refused: Vec<(StepId, Refusal)>,
    /// What would replace somebody else's words that the person has not seen.
    pub(crate) disputed: Vec<Conflict>,
}

impl BulkChange {
    /// Who stays as it is, and why: `3 of 12 unchanged: 0042 has a section in …`.
    pub(crate) fn remark(&self) -> Option<String> {
        let (id, first) = self.refused.first()?;
        let reason = named(*id, first);
        let count = self.refused.len();
        let more = match self.refused[1..].iter().all(|(_, other)| other == first) {
            true => String::new(),
            false => format!(", and {} more", count - 1),
        };
        Some(format!(
            "{count} of {} unchanged: {reason}{more}",
            self.asked
        ))
    }
}

/// The steps that wait for one of these, other than these themselves, ascending.
pub(crate) fn dependents(plan: &Plan, steps: &[usize]) -> Vec<usize> {
    let these: BTreeSet<usize> = steps.iter().copied().collect();
    let graph = plan.graph();
    let waiting = steps.iter().flat_map(|step| graph.downstream(*step));
    let waiting: BTreeSet<usize> = waiting.filter(|step| !these.contains(step)).collect();
    waiting.into_iter().collect()
}

/// The direct sub-steps of these steps, other than these themselves, ascending.
pub(crate) fn sub_steps(plan: &Plan, steps: &[usize]) -> Vec<usize> {
    let ids: BTreeSet<StepId> = steps.iter().map(|at| plan.step(*at).id()).collect();
    let under = |at: &usize| {
        let id = plan.step(*at).id();
        !ids.contains(&id) && id.parent().is_some_and(|parent| ids.contains(&parent))
    };
    let families = ids.iter().flat_map(|id| plan.family(*id));
    let found: BTreeSet<usize> = families.filter(under).collect();
    found.into_iter().collect()
}

/// A reason that says which step it is about.
fn named(id: StepId, refusal: &Refusal) -> String {
    match refusal.0.contains(&id.to_string()) {
        true => refusal.0.clone(),
        false => format!("{id}: {refusal}"),
    }
}

impl Composer<'_> {
    /// Does the same with several steps, as one change.
    ///
    /// # Errors
    /// The reason of the first step, where every one refuses.
    pub fn each(&self, steps: &[usize], request: &StepRequest) -> Result<BulkChange, Refusal> {
        let composed = self.each_with(steps, request, &Progress::default());
        // Nobody else knows of the progress, so nobody stops it.
        composed.unwrap_or_else(|| refuse("stopped"))
    }

    /// The same for somebody who watches how far it is and may stop it; nothing where that was
    /// done.
    pub(crate) fn each_with(
        &self,
        steps: &[usize],
        request: &StepRequest,
        progress: &Progress,
    ) -> Option<Result<BulkChange, Refusal>> {
        // A step named twice is one step: its second removal would take the line that moved up.
        let mut seen = HashSet::new();
        let steps: Vec<usize> = steps
            .iter()
            .copied()
            .filter(|at| seen.insert(*at))
            .collect();
        if let ([only], true) = (&steps[..], *request != StepRequest::Remove) {
            return Some(self.one(*only, request).map(|change| BulkChange {
                asked: 1,
                changed: usize::from(!change.edits.is_empty()),
                disputed: self.disputed_by(*only, request, &change),
                change,
                refused: Vec::new(),
            }));
        }
        let mut bulk = BulkChange {
            asked: steps.len(),
            ..BulkChange::default()
        };
        let mut only = String::new();
        progress.expect(steps.len());
        let mut strides = progress.strides();
        for step in &steps {
            match self.one(*step, request) {
                Ok(change) if change.edits.is_empty() => {}
                Ok(change) => {
                    bulk.changed += 1;
                    bulk.disputed
                        .extend(self.disputed_by(*step, request, &change));
                    bulk.change.edits.extend(change.edits);
                    only = change.label;
                }
                Err(refusal) => bulk.refused.push((self.plan.step(*step).id(), refusal)),
            }
            if !strides.add(1) {
                return None;
            }
        }
        if *request == StepRequest::Remove
            && let Err(refusal) = self.last_lines_first(&mut bulk.change)
        {
            return Some(Err(refusal));
        }
        let is_none = bulk.refused.len() == bulk.asked;
        if let (true, Some((id, first))) = (is_none, bulk.refused.first()) {
            let is_same = bulk.refused.iter().all(|(_, other)| other == first);
            return Some(Err(match is_same {
                true => first.clone(),
                false => Refusal(format!(
                    "none of {} steps can be changed: {}",
                    bulk.asked,
                    named(*id, first)
                )),
            }));
        }
        bulk.change.label = match bulk.changed {
            1 => only,
            count => request.label(count),
        };
        Some(Ok(bulk))
    }

    fn one(&self, step: usize, request: &StepRequest) -> Result<Change, Refusal> {
        match request {
            StepRequest::Assign(assignments) => {
                if let [Assignment { field, action }] = &assignments[..]
                    && let (Action::Set(value), true) = (action, field.spec().kind != Kind::List)
                {
                    return self.set(step, *field, value);
                }
                let requests = requests(assignments, Some(self.plan.step(step)))?;
                self.set_fields(step, &requests)
            }
            StepRequest::Remove => self.removal(step),
            StepRequest::Reconcile { keep_log } => self.reconcile(step, *keep_log),
        }
    }

    fn disputed_by(&self, step: usize, request: &StepRequest, change: &Change) -> Vec<Conflict> {
        match request {
            StepRequest::Assign(assignments) => {
                let fields = assignments.iter().map(|wanted| wanted.field);
                self.disputed(self.plan.step(step), fields, change)
            }
            _ => Vec::new(),
        }
    }

    /// Lets lines go from the last to the first, so that each stands where it was seen until it
    /// goes, and back again on undo.
    fn last_lines_first(&self, change: &mut Change) -> Result<(), Refusal> {
        let line = |edit: &Edit| match edit.target {
            Target::LogText { line, .. } => line,
            _ => 0,
        };
        let place = |edit: &Edit| (edit.path.clone(), std::cmp::Reverse(line(edit)));
        change.edits.sort_by_key(place);
        for of_one_file in change.edits.chunk_by_mut(|a, b| a.path == b.path) {
            let path = of_one_file[0].path.clone();
            let Some(file) = self.plan.files().iter().find(|file| file.path == path) else {
                continue;
            };
            let edits = of_one_file.to_vec();
            let label = String::new();
            let tried = reversible(file, Change { label, edits })?;
            of_one_file.clone_from_slice(&tried.edits);
        }
        Ok(())
    }
}

impl StepRequest {
    /// The request to set one field.
    pub(crate) fn set(field: crate::plan::field::Field, value: impl Into<String>) -> Self {
        Self::Assign(vec![Assignment::set(field, value)])
    }

    /// What people read when so many steps were changed.
    fn label(&self, count: usize) -> String {
        let steps = format!("{count} steps");
        match self {
            Self::Remove => format!("{steps} removed"),
            Self::Reconcile { keep_log: true } => format!("{steps} as in the log"),
            Self::Reconcile { keep_log: false } => format!("{steps} as in the canon"),
            Self::Assign(assignments) => {
                let words: Vec<String> = assignments.iter().map(words).collect();
                let more = words.len().saturating_sub(3);
                let mut words = words[..words.len() - more].join(", ");
                if more > 0 {
                    words += &format!(" and {more} more");
                }
                format!("{steps} {words}")
            }
        }
    }
}

/// `status → complete`, `dependencies +0042`.
fn words(Assignment { field, action }: &Assignment) -> String {
    // A list by its name: “depends on +0042” would say who depends.
    let field = match field.spec().kind {
        Kind::List => field.spec().name.to_owned(),
        _ => field.label().to_lowercase(),
    };
    match action {
        Action::Set(value) => format!("{field} → {}", shown(value)),
        Action::Add(item) | Action::AddAll(item) => format!("{field} +{}", shown(item)),
        Action::Remove(item) => format!("{field} −{}", shown(item)),
        Action::Replace(old, new) => format!("{field} −{} +{}", shown(old), shown(new)),
    }
}
