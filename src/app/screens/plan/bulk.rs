//! Verbs on several steps: what is marked, else what is selected, changed as one.
//!
//! Owns how such a change is composed, asked about and reported. What it is made of is
//! [`StepRequest`]'s business.

use std::sync::Arc;

use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::confirm::ASK_ABOVE;
use crate::change::compose::{
    Assignment, BulkChange, Composer, SeenValues, StepRequest, dependents, sub_steps,
};
use crate::change::value::Refusal;
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::plan::field::Field;
use crate::plan::status::Status;
use crate::plan::{Plan, StepKey, StepRef, marks};

/// A change to more steps than these is composed beside the keys.
pub(crate) const MANY: usize = 1_000;
/// Steps that a message names at most.
const NAMED: usize = 4;

/// What prompts call the steps: the one by its ID, several by their number.
pub(crate) fn called(steps: &[StepKey]) -> String {
    match steps {
        [(id, _)] => id.to_string(),
        steps => format!("{} marked steps", steps.len()),
    }
}

/// The steps that a verb acts on.
pub(super) fn subjects(model: &Model) -> Arc<[StepKey]> {
    if model.view.range.is_none() && !model.view.marks.is_empty() {
        return model.view.marks.shared();
    }
    let steps = model.subjects().into_iter();
    steps.map(|step| model.plan.step(step).key()).collect()
}

/// Takes the lines of steps out of the log; where others wait for them, a person is asked first.
pub(super) fn remove(model: &mut Model) {
    let steps = subjects(model);
    let done = model.change_steps(&steps, StepRequest::Remove);
    if let Err(refusal) = done {
        model.refuse(refusal.to_string());
    }
}

/// Makes log and canon agree on steps that have drifted apart.
pub(super) fn reconcile(model: &mut Model, keep_log: bool) {
    let drifted = model.subjects().into_iter();
    let drifted = drifted.map(|step| model.plan.step(step));
    let drifted = drifted.filter(|step| !step.drift().is_empty());
    let steps: Arc<[StepKey]> = drifted.map(StepRef::key).collect();
    let done = model.change_steps(&steps, StepRequest::Reconcile { keep_log });
    if let Err(refusal) = done {
        model.refuse(refusal.to_string());
    }
}

impl Model {
    /// Does the same with steps given by name, as one change, and remembers it for `.` if it is an
    /// assignment. Beside the keys where they are many.
    ///
    /// # Errors
    /// When the steps are gone, or all of them refuse.
    pub(crate) fn change_steps(
        &mut self,
        steps: &Arc<[StepKey]>,
        request: StepRequest,
    ) -> Result<(), Refusal> {
        self.change_seen(steps, request, SeenValues::default())
    }

    /// The same for a person who saw these values: where somebody else changed them since, they
    /// pick, and what nobody else touched is changed all the same.
    ///
    /// # Errors
    /// As [`Model::change_steps`].
    pub(crate) fn change_seen(
        &mut self,
        steps: &Arc<[StepKey]>,
        request: StepRequest,
        seen: SeenValues,
    ) -> Result<(), Refusal> {
        if steps.len() <= MANY {
            let indexes = self.indexes(steps);
            if indexes.is_empty() {
                return Err(Refusal("the step is no longer in the plan".to_owned()));
            }
            let composer = self.composer().having_seen(&seen);
            let bulk = composer.each(&indexes, &request)?;
            self.take_bulk(bulk, (steps, &indexes), &request);
            return Ok(());
        }
        let (now, steps) = (self.now, steps.clone());
        let compose = move |plan: &Plan, progress: &Progress| {
            let indexes = marks::indexes(&steps, plan);
            let composer = Composer::new(plan, now).having_seen(&seen);
            let bulk = composer.each_with(&indexes, &request, progress)?;
            Some((bulk, steps, indexes, request))
        };
        let done = |model: &mut Self, (bulk, steps, indexes, request): (_, Arc<_>, Vec<_>, _)| {
            match bulk {
                Ok(bulk) => model.take_bulk(bulk, (&steps, &indexes), &request),
                Err(Refusal(reason)) => model.refuse(reason),
            }
        };
        self.have_done(JobKind::Compose, compose, done);
        Ok(())
    }

    /// Who of these steps is not in the plan.
    fn absent(&self, (asked, there): (&[StepKey], &[usize])) -> Option<String> {
        if asked.len() == there.len() {
            return None;
        }
        let is_absent = |(id, nth): &&StepKey| self.plan.find_nth(*id, *nth).is_none();
        let absent: Vec<String> = (asked.iter().filter(is_absent))
            .map(|(id, _)| id.to_string())
            .collect();
        Some(no_longer_there(&absent))
    }

    /// Makes the change, after a question if it is large or others wait for what goes. Of the steps
    /// that were asked, some are there.
    fn take_bulk(
        &mut self,
        bulk: BulkChange,
        (asked, steps): (&[StepKey], &[usize]),
        request: &StepRequest,
    ) {
        if let StepRequest::Assign(assignments) = request
            && let [only] = &assignments[..]
        {
            self.repeat = Some(only.clone());
        }
        let absent = self.absent((asked, steps));
        let remark = bulk.remark();
        let said = [absent, remark.clone(), self.left_open(steps, request)];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let warnings = match request {
            StepRequest::Remove if !bulk.change.edits.is_empty() => self.left_waiting(steps, &bulk),
            _ => Vec::new(),
        };
        let asks = bulk.changed > ASK_ABOVE || !warnings.is_empty();
        if !asks || bulk.change.edits.is_empty() {
            if self.commit_disputed(bulk.change, bulk.disputed) {
                self.say_too(&said);
            } else if let Some(remark) = remark {
                self.refuse(remark);
            }
            return;
        }
        let question = match (request, bulk.changed) {
            (StepRequest::Remove, 1) => format!("Remove {}?", self.plan.step(steps[0]).id()),
            (StepRequest::Remove, count) => format!("Remove {count} steps?"),
            (_, count) => format!("Change {count} steps at once?"),
        };
        let mut lines = warnings;
        lines.extend(said.iter().cloned());
        // Of a removal the question says it all.
        if *request != StepRequest::Remove {
            lines.push(format!("{}.", bulk.change.label));
        }
        self.confirm_shown(question, lines, bulk.change);
        self.confirm_saying(said);
        self.confirm_disputed(bulk.disputed);
    }

    /// Sub-steps that stay open when their step is completed.
    fn left_open(&self, steps: &[usize], request: &StepRequest) -> Option<String> {
        let StepRequest::Assign(assignments) = request else {
            return None;
        };
        let completes = |wanted: &Assignment| {
            *wanted == Assignment::set(Field::Status, Status::Complete.word())
        };
        if !assignments.iter().any(completes) {
            return None;
        }
        let open = sub_steps(&self.plan, steps);
        let open: Vec<usize> = (open.into_iter())
            .filter(|at| self.plan.step(*at).status() != Some(Status::Complete))
            .collect();
        match &open[..] {
            [] => None,
            [only] => Some(format!(
                "its sub-step {} stays open",
                self.plan.step(*only).id()
            )),
            open => {
                let whose = if steps.len() == 1 { "its" } else { "their" };
                Some(format!(
                    "{whose} {} sub-steps stay open: {}",
                    open.len(),
                    self.ids(open)
                ))
            }
        }
    }

    /// Who waits for steps that go, and which sub-steps stay behind, one line each.
    fn left_waiting(&self, steps: &[usize], bulk: &BulkChange) -> Vec<String> {
        let stays = |at: &usize| {
            let id = self.plan.step(*at).id();
            bulk.refused.iter().any(|(refused, _)| *refused == id)
        };
        let going: Vec<usize> = match bulk.refused.is_empty() {
            true => steps.to_vec(),
            false => steps.iter().copied().filter(|at| !stays(at)).collect(),
        };
        let is_done = |at: &usize| self.plan.step(*at).status() == Some(Status::Complete);
        let mut dependents = dependents(&self.plan, &going);
        dependents.sort_by_key(is_done);
        let it = if going.len() == 1 { "it" } else { "them" };
        let mut lines = Vec::new();
        let open = dependents.iter().filter(|at| !is_done(at)).count();
        let steps = |count| counted(count, "step");
        let waits = if open == 1 { "waits" } else { "wait" };
        match (open, dependents.len() - open) {
            (0, 0) => {}
            (_, 0) => lines.push(format!("{} {waits} for {it}:", steps(open))),
            (0, done) => lines.push(format!("{} named {it}, complete by now:", steps(done))),
            (_, done) => lines.push(format!(
                "{} {waits} for {it}, {done} more named {it} and are complete:",
                steps(open)
            )),
        }
        let named = dependents.iter().take(NAMED).map(|at| {
            let step = self.plan.step(*at);
            format!("  {} {}", step.id(), step.title())
        });
        lines.extend(named);
        if dependents.len() > NAMED {
            lines.push(format!("  and {} more", dependents.len() - NAMED));
        }
        let left = sub_steps(&self.plan, &going);
        if !left.is_empty() {
            let their = if going.len() == 1 { "Its" } else { "Their" };
            lines.push(match left.len() {
                1 => format!("{their} sub-step stays: {}", self.ids(&left)),
                count => format!("{their} {count} sub-steps stay: {}", self.ids(&left)),
            });
        }
        lines
    }

    /// The IDs of a few steps, and how many more there are.
    fn ids(&self, steps: &[usize]) -> String {
        let ids = steps.iter().map(|at| self.plan.step(*at).id().to_string());
        few(&ids.collect::<Vec<_>>())
    }
}

/// That these steps were removed by others.
pub(crate) fn no_longer_there(steps: &[String]) -> String {
    let are = if steps.len() == 1 { "is" } else { "are" };
    format!("{} {are} no longer in the plan", few(steps))
}

/// The first of many names, and how many more there are.
fn few(names: &[String]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}
