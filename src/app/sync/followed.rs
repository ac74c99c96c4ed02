//! Edits of steps that somebody else gave another number while a field was open or a question waited:
//! they go to the same steps under their new numbers.

use std::sync::Arc;

use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::{Change, Edit, Target};
use crate::document::log::LogDocument;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::identity::Identities;
use crate::plan::{StepKey, StepRef};

/// More steps than these are left under their names: it would be felt.
const FOLLOWED: usize = 1_000;

/// The steps that what is open is about, and who they are.
pub(crate) struct OpenSteps(Vec<(Arc<[StepKey]>, Identities)>);

/// The step whose line an edit would put back.
fn put_back(edit: &Edit) -> Option<(StepId, &[u8])> {
    match (&edit.target, &edit.before, &edit.after) {
        (Target::LogStep { step, nth: 0, .. }, None, Some(line)) => Some((*step, line)),
        _ => None,
    }
}

fn step_of(edit: &Edit) -> Option<StepId> {
    match edit.target {
        Target::LogValue { step, nth: 0, .. } => Some(step),
        Target::SectionValue { step, nth: 0, .. } | Target::SectionTitle { step, nth: 0 } => {
            Some(step)
        }
        _ => None,
    }
}

impl Model {
    /// The number under which a step is in the plan now whose line `change` would put back; nothing
    /// where it is gone.
    pub fn renumbered(&self, change: &Change, step: StepId) -> Option<StepRef<'_>> {
        let mut lines = change.edits.iter().filter_map(put_back);
        let (_, line) = lines.find(|(id, _)| *id == step)?;
        let line = LogDocument::load(line);
        let known = Identities::of_line((step, 0), &line.lines().next()?);
        let (id, nth) = *known.names_in(&self.plan).first()?;
        Some(self.plan.step(self.plan.find_nth(id, nth)?)).filter(|found| found.id() != step)
    }

    /// A change that puts steps back, as edits of these steps where they have other numbers now.
    pub(crate) fn following(&self, mut change: Change, conflicts: &[Conflict]) -> Change {
        let steps: Vec<StepId> = (change.edits.iter().filter_map(put_back))
            .map(|(step, _)| step)
            .collect();
        for step in steps {
            let Some(now) = self.renumbered(&change, step) else {
                continue;
            };
            let its = conflicts.iter().map(|conflict| (conflict, &conflict.edit));
            let its = its.filter(|(conflict, edit)| {
                conflict.obstacle == Obstacle::Gone && step_of(edit) == Some(step)
            });
            let its: Vec<Edit> = its.filter_map(|(_, edit)| self.moved(edit, now)).collect();
            let is_its = |edit: &Edit| {
                step_of(edit) == Some(step) || put_back(edit).is_some_and(|(id, _)| id == step)
            };
            let at = change.edits.iter().position(is_its).unwrap_or_default();
            change.edits.retain(|edit| !is_its(edit));
            change.edits.splice(at..at, its);
            if let Some(words) = change.label.strip_prefix(&step.to_string()) {
                change.label = format!("{}{words}", now.id());
            }
        }
        change
    }

    /// An edit of a value as one of `step`; nothing where that has no place for it.
    fn moved(&self, edit: &Edit, step: StepRef<'_>) -> Option<Edit> {
        let mut edit = edit.clone();
        let (id, nth) = step.key();
        let file = match &mut edit.target {
            Target::LogValue {
                step: of,
                nth: at,
                key,
                ..
            } => {
                (*of, *at) = (id, nth);
                if *key == Field::UpdatedAt.spec().key {
                    let stamp = step.raw(Field::UpdatedAt);
                    edit.before = stamp.map(|raw| raw.as_bytes().to_vec());
                }
                step.log_place()?.file
            }
            Target::SectionValue { step: of, .. } | Target::SectionTitle { step: of, .. } => {
                *of = id;
                step.section()?.0.file
            }
            _ => return None,
        };
        edit.path.clone_from(&self.plan.files()[file].path);
        Some(edit)
    }

    /// Who the steps are that fields, menus and lists on screen are about.
    pub(crate) fn open_steps(&mut self) -> OpenSteps {
        let open = self.overlays.iter_mut().flat_map(Overlay::steps_mut);
        let mut open: Vec<Arc<[StepKey]>> = open.map(|steps| steps.clone()).collect();
        open.retain(|steps| steps.len() <= FOLLOWED);
        open.dedup();
        let known = open.into_iter().map(|steps| {
            let who = Identities::of(&self.plan, steps.iter().copied());
            (steps, who)
        });
        OpenSteps(known.collect())
    }

    /// Has what is on screen follow steps that have other numbers now.
    pub(crate) fn follow_open(&mut self, known: &OpenSteps) {
        for (steps, who) in &known.0 {
            let names: Arc<[StepKey]> = who.names_in(&self.plan).into();
            if names == *steps {
                continue;
            }
            for overlay in &mut self.overlays {
                let mut is_its = false;
                for of in overlay.steps_mut() {
                    if *of == *steps {
                        *of = names.clone();
                        is_its = true;
                    }
                }
                if let (true, Some(input), [(was, _)], [(now, _)]) =
                    (is_its, overlay.input_mut(), &**steps, &*names)
                    && let Some(words) = input.label.strip_prefix(&was.to_string())
                {
                    input.label = format!("{now}{words}");
                }
            }
        }
    }
}
