//! The state of screen 3: the walk through proposals, dependencies and the next ten.
//!
//! Rows stay where they are while the plan changes around them: what is new comes at the end,
//! what is gone says so. What was decided is read from the record, never remembered here.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::lines::Narrowed;
use crate::app::core::groups::GroupedRows;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::ranking::Ranked;
use crate::plan::ranking::term::Weights;
use crate::record::review::causes::{Cause, Shortage};
use crate::record::review::gather::{BadDependency, Proposal, RUNNERS_UP, Review, TEN};
use crate::record::review::promises::{self, HitRate, hit_rate};
use crate::record::review::{Entry, EntryKey, Record, Section, Week, Word};

/// The parts of the walk.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewPart {
    /// Ideas and drafts since the last review.
    #[default]
    Proposals,
    /// Dependencies that are wrong.
    Dependencies,
    /// The ranked ready steps, of which ten are picked.
    Ten,
}

impl ReviewPart {
    /// Every part in the order of the walk.
    pub(crate) const ALL: [Self; 3] = [Self::Proposals, Self::Dependencies, Self::Ten];

    /// Its name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Proposals => "Proposals",
            Self::Dependencies => "Dependencies",
            Self::Ten => "Next ten",
        }
    }
}

/// A step that may become one of the next ten, or that was one last week.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The step.
    pub id: StepId,
    /// Its title when it was listed.
    pub title: String,
    /// Its place in the ranking, counted from 1, and its score, as long as it is ready.
    pub ranked: Option<(usize, Ranked)>,
    /// What became of it, for those of last week that are not ranked.
    pub fate: Option<Entry>,
}

/// The state of the review screen.
#[derive(Clone, Debug, Default)]
pub struct ReviewView {
    /// Which part is walked.
    pub part: ReviewPart,
    /// The selected line of each part.
    pub cursors: [usize; 3],
    /// The rows of the first part.
    pub proposals: Arc<Vec<Proposal>>,
    /// The rows of the second part: each problem, and whether it is still one.
    pub tangles: Arc<Vec<(BadDependency, bool)>>,
    /// The lines of the second part: its rows by what causes them.
    pub causes: GroupedRows<Cause>,
    /// How many rows of these two are decided.
    decided: [usize; 2],
    /// What each part is narrowed by.
    pub(super) filters: [Option<Narrowed>; 3],
    /// The rows of each part that pass, where it is narrowed.
    pub(super) passing: [Option<Vec<usize>>; 3],
    /// The rows of each part that are marked, by what the record knows them by.
    pub(crate) marks: [BTreeSet<EntryKey>; 3],
    /// The rows of the third part.
    pub ten: Vec<Candidate>,
    /// How many of them were ranked when they were listed.
    pub ranked: usize,
    /// Why they are fewer than ten.
    pub shortage: Option<Shortage>,
    /// Whether every idea and draft is asked about, as no review did before.
    pub is_first: bool,
    /// Whether to go to a part with work once the rows are listed, and if so whether the week is
    /// a new one.
    pub(super) seeks_work: Option<bool>,
    /// The record as it stands.
    pub record: Record,
    /// Where it is or would be, relative to the root.
    pub path: PathBuf,
    /// What became of last week's ten.
    pub fates: Vec<Entry>,
    /// How many of the steps that the last weeks promised landed complete.
    pub(crate) rate: HitRate,
    /// The week under review, once the screen was opened.
    pub week: Option<Week>,
    /// Which state of the plan the rows show.
    pub generation: u64,
}

impl ReviewView {
    /// How many rows a part has.
    pub(crate) fn count(&self, part: ReviewPart) -> usize {
        match part {
            ReviewPart::Proposals => self.proposals.len(),
            ReviewPart::Dependencies => self.tangles.len(),
            ReviewPart::Ten => self.ten.len(),
        }
    }

    /// What the record knows a row of a part by.
    pub(crate) fn key(&self, part: ReviewPart, row: usize) -> EntryKey {
        match part {
            ReviewPart::Proposals => (self.proposals[row].id, None),
            ReviewPart::Dependencies => {
                let tangle = &self.tangles[row].0;
                (tangle.step, Some(tangle.other))
            }
            ReviewPart::Ten => (self.ten[row].id, None),
        }
    }

    /// What the record says of a candidate.
    pub(crate) fn pick(&self, id: StepId) -> Option<&Entry> {
        let of = |section| self.record.find(section, (id, None));
        of(Section::Ten).or_else(|| of(Section::Aside))
    }

    /// What the record says of a dependency.
    pub(crate) fn handled(&self, tangle: &BadDependency) -> Option<&Entry> {
        let key = (tangle.step, Some(tangle.other));
        self.record.find(Section::Dependencies, key)
    }

    /// Whether a row of a part is decided.
    pub(crate) fn is_decided(&self, part: ReviewPart, row: usize) -> bool {
        match part {
            ReviewPart::Proposals => self.proposals[row].verdict.is_some(),
            ReviewPart::Dependencies => {
                let (tangle, wrong) = &self.tangles[row];
                !wrong || self.handled(tangle).is_some()
            }
            ReviewPart::Ten => self.pick(self.ten[row].id).is_some(),
        }
    }

    /// How many rows of a part are decided, and of how many; of the ten, how many are
    /// committed.
    pub(crate) fn progress(&self, part: ReviewPart) -> (usize, usize) {
        if part == ReviewPart::Ten {
            return (self.record.entries(Section::Ten).len(), TEN);
        }
        (self.decided[part as usize], self.count(part))
    }

    /// Takes what the record says of some rows and the ten after a decision; all that follows
    /// from it for the others, [`ReviewView::refresh`] finds.
    pub(crate) fn note_decision(&mut self, record: Record, rows: &[usize]) {
        let part = self.part;
        let before = match part {
            ReviewPart::Ten => 0,
            _ => rows
                .iter()
                .filter(|row| self.is_decided(part, **row))
                .count(),
        };
        self.record = record;
        if part == ReviewPart::Proposals {
            let proposals = Arc::make_mut(&mut self.proposals);
            for row in rows {
                let verdict = self
                    .record
                    .find(Section::Proposals, (proposals[*row].id, None));
                proposals[*row].verdict = verdict.cloned().map(Box::new);
            }
        }
        if part != ReviewPart::Ten {
            let now = rows
                .iter()
                .filter(|row| self.is_decided(part, **row))
                .count();
            self.decided[part as usize] += now - before.min(now);
        }
        self.order_the_ten();
    }

    /// Takes the review of `week` up, or goes on with it: rows that are there stay where they
    /// are. With `anew`, proposals and ranking are listed afresh, as on opening the screen.
    pub(crate) fn refresh(&mut self, review: &Review<'_>, weights: &Weights, anew: bool) {
        let (selected, line) = (self.step(), self.selected_line());
        let anew = anew || self.week != Some(review.week);
        if self.week != Some(review.week) {
            *self = Self {
                part: self.part,
                cursors: self.cursors,
                ..Self::default()
            };
        }
        if anew {
            self.proposals = Arc::default();
            self.ten.clear();
        }
        self.week = Some(review.week);
        self.record = review.record.clone();
        self.path.clone_from(&review.path);
        self.fates = review.fates();
        self.rate = hit_rate(&review.promises(), promises::WEEKS);
        self.is_first = review.everything;
        self.refresh_proposals(review);
        self.refresh_tangles(review);
        self.refresh_ten(review, weights, anew);
        for part in [ReviewPart::Proposals, ReviewPart::Dependencies] {
            let rows = 0..self.count(part);
            let decided = rows.filter(|row| self.is_decided(part, *row)).count();
            self.decided[part as usize] = decided;
        }
        for part in ReviewPart::ALL {
            self.narrow(part, review.plan, review.now);
        }
        self.keep_line(line);
        self.clamp();
        if let (true, Some(id)) = (anew, selected) {
            self.select(id);
        }
    }

    /// Which part is walked, and the selected line of each.
    pub(crate) fn place(&self) -> (ReviewPart, [usize; 3]) {
        (self.part, self.cursors)
    }

    /// Goes back there, as far as the lines reach.
    pub(crate) fn go_back(&mut self, (part, lines): (ReviewPart, [usize; 3])) {
        (self.part, self.cursors) = (part, lines);
        self.clamp();
    }

    fn refresh_proposals(&mut self, review: &Review<'_>) {
        if self.proposals.is_empty() {
            self.proposals = Arc::new(review.proposals());
            return;
        }
        let mut fresh: HashMap<StepId, Proposal> = HashMap::new();
        let mut order = Vec::new();
        for proposal in review.proposals() {
            order.push(proposal.id);
            fresh.insert(proposal.id, proposal);
        }
        let rows = Arc::make_mut(&mut self.proposals);
        for row in rows.iter_mut() {
            match fresh.remove(&row.id) {
                Some(proposal) => *row = proposal,
                None => row.verdict = None,
            }
        }
        let new = order.into_iter().filter_map(|id| fresh.remove(&id));
        rows.extend(new);
    }

    fn refresh_tangles(&mut self, review: &Review<'_>) {
        let mut fresh: HashMap<(StepId, StepId), BadDependency> = HashMap::new();
        let mut order = Vec::new();
        for tangle in review.tangles() {
            order.push((tangle.step, tangle.other));
            fresh.insert((tangle.step, tangle.other), tangle);
        }
        let rows = Arc::make_mut(&mut self.tangles);
        for (row, wrong) in rows.iter_mut() {
            let found = fresh.remove(&(row.step, row.other));
            *wrong = found.is_some();
            if let Some(tangle) = found {
                *row = tangle;
            }
        }
        let new = order.iter().filter_map(|key| fresh.remove(key));
        rows.extend(new.map(|tangle| (tangle, true)));
    }

    fn refresh_ten(&mut self, review: &Review<'_>, weights: &Weights, anew: bool) {
        let taken: Vec<&Entry> = [Section::Ten, Section::Aside]
            .iter()
            .flat_map(|section| review.record.entries(*section))
            .collect();
        let ranked = review.next(weights, TEN + RUNNERS_UP + taken.len());
        self.shortage = Shortage::of(review.plan, ranked.len());
        let id = |ranked: &Ranked| review.plan.step(ranked.step).id();
        let mut fresh: HashMap<StepId, (usize, Ranked)> = HashMap::new();
        let mut order: Vec<StepId> = Vec::new();
        for (at, ranked) in ranked.into_iter().enumerate() {
            order.push(id(&ranked));
            fresh.insert(id(&ranked), (at + 1, ranked));
        }
        order.extend(taken.iter().map(|entry| entry.id));
        order.extend(self.fates.iter().map(|fate| fate.id));
        for row in &mut self.ten {
            row.ranked = fresh.remove(&row.id);
        }
        let known: std::collections::HashSet<StepId> = self.ten.iter().map(|row| row.id).collect();
        let mut seen = known;
        for id in order.into_iter().filter(|id| seen.insert(*id)) {
            let title = title(review.plan, id).or_else(|| {
                let said = taken.iter().copied().chain(&self.fates);
                said.into_iter()
                    .find(|entry| entry.id == id)
                    .map(|entry| entry.text.clone())
            });
            self.ten.push(Candidate {
                id,
                title: title.unwrap_or_default(),
                ranked: fresh.remove(&id),
                fate: None,
            });
        }
        for row in &mut self.ten {
            row.fate = self.fates.iter().find(|fate| fate.id == row.id).cloned();
            if let Some(title) = title(review.plan, row.id) {
                row.title = title;
            }
        }
        if anew {
            let unranked = self.ten.iter().position(|row| row.ranked.is_none());
            self.ranked = unranked.unwrap_or(self.ten.len());
        }
        self.order_the_ten();
    }

    /// Whether a row is one of the ten that rank highest, those that were set aside left out.
    pub(crate) fn is_best(&self, row: usize) -> bool {
        let place = |row: &Candidate| row.ranked.as_ref().map(|(place, _)| *place);
        let Some(own) = place(&self.ten[row]) else {
            return false;
        };
        let aside = self.record.entries(Section::Aside).iter();
        let above = aside.filter(|entry| {
            let row = self.ten.iter().find(|row| row.id == entry.id);
            row.and_then(place).is_some_and(|place| place < own)
        });
        own - above.count() <= TEN
    }

    /// Puts the committed rows into the order of the record, each into the place of one of
    /// them: the rows between them stay where they are.
    fn order_the_ten(&mut self) {
        let ten = self.record.entries(Section::Ten);
        let place: HashMap<StepId, usize> = ten
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.id, at))
            .collect();
        let slots: Vec<usize> = (0..self.ten.len())
            .filter(|row| place.contains_key(&self.ten[*row].id))
            .collect();
        let mut rows: Vec<Candidate> = slots.iter().map(|row| self.ten[*row].clone()).collect();
        rows.sort_by_key(|row| place[&row.id]);
        for (slot, row) in slots.into_iter().zip(rows) {
            self.ten[slot] = row;
        }
    }

    /// What a committed row is to the ten: its rank, counted from 1.
    pub(crate) fn rank(&self, id: StepId) -> Option<usize> {
        let ten = self.record.entries(Section::Ten);
        Some(ten.iter().position(|entry| entry.id == id)? + 1)
    }

    /// Whether the record says that a step was set aside or done.
    pub(crate) fn is_aside(&self, id: StepId) -> Option<Word> {
        let entry = self.record.find(Section::Aside, (id, None))?;
        Some(entry.word)
    }
}

fn title(plan: &Plan, id: StepId) -> Option<String> {
    Some(plan.step(plan.find(id)?).title().into_owned())
}

/// Where a person was in a review: what survives quitting besides the record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct Bookmark {
    week: String,
    part: ReviewPart,
    step: Option<String>,
}

impl Bookmark {
    /// The place in the review that was opened, if one was.
    pub(crate) fn of(view: &ReviewView) -> Self {
        Self {
            week: view.week.map(|week| week.to_string()).unwrap_or_default(),
            part: view.part,
            step: view.step().map(|step| step.to_string()),
        }
    }

    /// Whether no review was opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.week.is_empty()
    }

    /// Goes back there, as long as the same week is under review.
    pub(crate) fn restore(&self, view: &mut ReviewView) {
        if view.week.map(|week| week.to_string()).as_deref() != Some(&*self.week) {
            return;
        }
        view.part = self.part;
        let step = self.step.as_deref().and_then(crate::plan::id::typed_id);
        if let Some(step) = step {
            view.select(step);
        }
    }
}
