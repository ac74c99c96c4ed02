//! Decisions of the weekly review as they reach the plan: made, told, and moved on from.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::core::job::JobKind;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::confirm::{ASK_ABOVE, lines_changed};
use crate::app::screens::review::commands::finish;
use crate::app::screens::review::view::ReviewPart;
use crate::change::Change;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};
use crate::plan::{Plan, StepRef};
use crate::record::review::gather::{Review, reason};
use crate::record::review::landed::Landed;
use crate::record::review::{Record, Week};

/// A decision that asks for its reason first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum ReviewAction {
    /// Say no to proposals.
    Reject(#[serde(with = "steps")] Vec<StepId>),
    /// Commit to steps that the ranking has further down.
    Pin(#[serde(with = "steps")] Vec<StepId>),
    /// Set ready steps aside.
    SetAside(#[serde(with = "steps")] Vec<StepId>),
}

/// Several steps, or one as earlier versions kept it.
mod steps {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::plan::id::StepId;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Steps {
        One(StepId),
        Several(Vec<StepId>),
    }

    pub(super) fn serialize<S: Serializer>(steps: &[StepId], to: S) -> Result<S::Ok, S::Error> {
        match steps {
            [step] => step.serialize(to),
            steps => steps.serialize(to),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<StepId>, D::Error> {
        Steps::deserialize(from).map(|steps| match steps {
            Steps::One(step) => vec![step],
            Steps::Several(steps) => steps,
        })
    }
}

impl Model {
    /// Asks the review of the present week on the plan as it stands.
    pub fn with_review<T>(&self, ask: impl FnOnce(&Review<'_>) -> T) -> T {
        let week = Week::of(self.now);
        let folder = self.context.papers.folder_of(Role::Review);
        let review = Review::of(&self.plan, folder, week, self.now);
        let changes = self.problems.found.changes().cloned();
        ask(&review.knowing(self.landed()).with_changes(changes))
    }

    /// Where the record of the present week is or would be.
    pub(crate) fn review_path(&self) -> PathBuf {
        self.with_review(|review| review.path.clone())
    }

    fn landed(&self) -> Arc<Landed> {
        self.work.landed.clone().unwrap_or_default()
    }

    /// Has git asked what a review needs to know, unless only the plan's front is there.
    fn ask_landed(&mut self) {
        if !self.work.is_reading_landed && !self.work.is_opening() {
            self.work.is_reading_landed = true;
            self.effects.push(Effect::ReadLanded);
        }
    }

    /// Whether git has not answered yet for the first time; then the review is finished once it has.
    pub(super) fn waits_for_landed(&mut self) -> bool {
        let waits = self.work.landed.is_none() && self.work.is_reading_landed;
        self.work.finishes_review = waits;
        waits
    }

    /// Takes what git tells of a state of the plan. Until it has for the first time, the rows are
    /// those that the steps' stamps ask for.
    pub(crate) fn take_landed(&mut self, generation: u64, landed: Landed) {
        self.work.is_reading_landed = false;
        let is_first = self.work.landed.is_none();
        self.work.landed = Some(Arc::new(landed));
        self.list_review(is_first, |_| {});
        if std::mem::take(&mut self.work.finishes_review) {
            finish(self);
        }
        if generation != self.generation {
            self.ask_landed();
        }
    }

    /// Lists what the review is about after the plan changed; with `anew`, from the top.
    pub fn refresh_review(&mut self, anew: bool) {
        self.refresh_review_then(anew, |_| {});
    }

    /// The same, and does something with what is listed then.
    pub(crate) fn refresh_review_then(
        &mut self,
        anew: bool,
        then: impl FnOnce(&mut Self) + Send + 'static,
    ) {
        if anew {
            self.ask_landed();
        }
        self.list_review(anew, then);
    }

    fn list_review(&mut self, anew: bool, then: impl FnOnce(&mut Self) + Send + 'static) {
        let (now, week) = (self.now, Week::of(self.now));
        let folder = self.context.papers.folder_of(Role::Review).to_owned();
        let (weights, landed) = (self.context.weights.clone(), self.landed());
        let changes = self.problems.found.changes().cloned();
        self.review.generation = self.generation;
        let (before, mut view) = (self.review.place(), self.review.clone());
        let gather = move |plan: &Plan, _: &Progress| {
            let review = Review::of(plan, &folder, week, now).knowing(landed);
            let review = review.with_changes(changes);
            view.refresh(&review, &weights, anew);
            Some(view)
        };
        self.have_done(JobKind::Review, gather, move |model, view| {
            let place = model.review.place();
            let seeks_work = model.review.seeks_work.take();
            let mut view = view;
            if !model.has_short_plan() {
                view.keep_choices(&model.review, &model.plan, model.now);
            }
            model.review = view;
            model.review.seeks_work = None;
            if place != before {
                model.review.go_back(place);
            }
            if let Some(is_new_week) = seeks_work {
                model.review.go_to_work(is_new_week);
            }
            then(model);
        });
    }

    /// Shows what the week's record says of rows after a decision about them. What follows from it
    /// for others is found when the rows are listed again.
    pub(crate) fn show_decision(&mut self, rows: &[usize]) {
        let mut files = self.plan.files().iter();
        let record = files.find(|file| file.path == self.review.path);
        if let Some(document) = record.and_then(SourceFile::markdown) {
            let record = Record::read(document);
            self.review.note_decision(record, rows);
        }
    }

    /// Makes a decision about rows of the part that is walked, says how far that is, and moves
    /// on. Where it changes more lines of the plan than one looks at, these are shown first.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn decided(
        &mut self,
        rows: &[usize],
        wish: impl FnOnce(&Review<'_>, &str) -> Result<Change, Refusal>,
    ) -> Result<(), Refusal> {
        let who = self.context.me.name().to_owned();
        let change = self.with_review(|review| wish(review, &who))?;
        let outside = change
            .edits
            .iter()
            .filter(|edit| edit.path != self.review.path);
        if lines_changed(outside) > ASK_ABOVE {
            let question = format!("Write this? {}", change.label);
            let consequence = self.preview(&change);
            self.confirm(question, consequence, change);
            return Ok(());
        }
        if !self.commit(change) {
            return Ok(());
        }
        self.review.clear_marks();
        let here = self.review.rows_at(self.review.cursor());
        self.show_decision(rows);
        // What was decided by its mark leaves the cursor on what is looked at.
        if here.iter().any(|row| rows.contains(row)) {
            self.review.advance();
        }
        // The next row is chosen among those that are shown, and left only where it turns out to
        // be decided with the others: on a long plan that is known some keys later.
        let here = self.review.place();
        self.refresh_review_then(false, move |model| {
            if model.review.place() == here {
                model.review.leave_decided();
            }
        });
        let part = self.review.part;
        let (done, all) = self.review.progress(part);
        let next = match (part, done >= all) {
            (ReviewPart::Ten, true) => format!(
                " · {done} of {all}, {} finishes",
                self.keymap.key_of("finish")
            ),
            (ReviewPart::Ten, false) => format!(" · {done} of {all}"),
            (_, true) => format!(
                " · all decided, {} continues",
                self.keymap.key_of("next-pane")
            ),
            (_, false) => format!(" · {done} of {all} decided"),
        };
        if let Some(notice) = &mut self.notice {
            notice.text += &next;
        }
        Ok(())
    }

    /// Does what asked for its reason.
    ///
    /// # Errors
    /// When it cannot be done, or not without a reason.
    pub(crate) fn review_action(
        &mut self,
        action: &ReviewAction,
        why: &str,
    ) -> Result<(), Refusal> {
        match action {
            ReviewAction::Reject(ids) => {
                let rows = self.rows_of(ids);
                self.decided(&rows, |review, who| review.reject(ids, why, who))
            }
            ReviewAction::SetAside(ids) => {
                let rows = self.rows_of(ids);
                self.decided(&rows, |review, who| review.set_aside(ids, why, who))
            }
            ReviewAction::Pin(ids) => {
                let steps: Vec<_> = ids.iter().map(|id| (*id, self.pinned(*id, why))).collect();
                let rows = self.rows_of(ids);
                self.decided(&rows, |review, who| review.commit(&steps, who))
            }
        }
    }

    /// Why a step is committed to: by the ranking, or pinned for a reason that somebody gave.
    fn pinned(&self, id: StepId, why: &str) -> String {
        let row = self.review.ten.iter().position(|row| row.id == id);
        let ranked = row.and_then(|row| Some((row, self.review.ten[row].ranked.as_ref()?)));
        let pinned = match ranked {
            Some((row, (_, ranked))) if self.review.is_best(row) => return reason(ranked),
            Some((_, (place, _))) => format!("pinned from place {place}"),
            None if self.is_ready(id) => "pinned from below the runners-up".to_owned(),
            None => "pinned although not ready".to_owned(),
        };
        match why.trim() {
            "" => pinned,
            why => format!("{pinned}: {why}"),
        }
    }

    /// The rows of steps in the part that is walked.
    fn rows_of(&self, ids: &[StepId]) -> Vec<usize> {
        let view = &self.review;
        let rows = 0..view.count(view.part);
        let ids: HashSet<StepId> = ids.iter().copied().collect();
        rows.filter(|row| ids.contains(&view.key(view.part, *row).0))
            .collect()
    }

    fn is_ready(&self, id: StepId) -> bool {
        let step = self.plan.find(id).map(|index| self.plan.step(index));
        step.is_some_and(StepRef::is_ready)
    }
}
