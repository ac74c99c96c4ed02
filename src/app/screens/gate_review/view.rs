//! The state of an open gate review: which packet, which row of it.
//!
//! What stands in the rows is read from the packet each time; nothing is kept here that the
//! file does not say.

use std::path::PathBuf;

use crate::app::core::model::Model;
use crate::record::gate_review::GateReview;
use crate::record::gate_review::edit::{Clause, Reviewer};

/// An open gate review.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateReviewView {
    /// The packet, relative to the plan's root.
    pub packet: PathBuf,
    /// Which row is selected.
    pub row: usize,
}

/// A row that can be selected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReviewRow {
    /// A criterion, by index.
    Criterion(usize),
    /// A person asked to sign, by index.
    SignOff(usize),
    Decision,
    /// The conditions or the waiver.
    Clause(Clause),
}

/// The rows of a review, in the order of the screen.
pub(crate) fn rows(review: &GateReview) -> Vec<ReviewRow> {
    let criteria = (0..review.criteria.len()).map(ReviewRow::Criterion);
    let sign_offs = (0..review.sign_offs.len()).map(ReviewRow::SignOff);
    let end = [
        ReviewRow::Decision,
        ReviewRow::Clause(Clause::Conditions),
        ReviewRow::Clause(Clause::Waiver),
    ];
    criteria.chain(sign_offs).chain(end).collect()
}

/// Where the parts of a review begin: criteria, sign-offs, decision.
pub(crate) fn parts(rows: &[ReviewRow]) -> Vec<usize> {
    let part = |row: &ReviewRow| match row {
        ReviewRow::Criterion(_) => 0,
        ReviewRow::SignOff(_) => 1,
        _ => 2,
    };
    let begins = |at: &usize| *at == 0 || part(&rows[*at]) != part(&rows[at - 1]);
    (0..rows.len()).filter(begins).collect()
}

/// Where a review goes on: the first criterion without a verdict, else the first name that is
/// missing, else the decision.
fn first_open(review: &GateReview) -> usize {
    let is_open = |row: &ReviewRow| match row {
        ReviewRow::Criterion(at) => review.criteria[*at].verdict.is_none(),
        ReviewRow::SignOff(at) => !review.sign_offs[*at].signed,
        _ => true,
    };
    rows(review).iter().position(is_open).unwrap_or(0)
}

impl Model {
    /// The packet of the review that is open.
    pub(crate) fn review(&self) -> Option<GateReview> {
        GateReview::at(&self.plan, &self.gates.review.as_ref()?.packet)
    }

    /// The selected row of the review that is open.
    pub(crate) fn review_row(&self) -> Option<ReviewRow> {
        let rows = rows(&self.review()?);
        rows.get(self.gates.review.as_ref()?.row).copied()
    }

    /// What turns the person's deeds in a review into changes.
    pub(crate) fn reviewer(&self) -> Reviewer<'_> {
        Reviewer {
            plan: &self.plan,
            now: self.now,
            who: self.context.me.name(),
        }
    }

    /// Shows the packet, where its review goes on.
    pub(crate) fn open_review(&mut self, packet: PathBuf) {
        let row = GateReview::at(&self.plan, &packet).map(|review| first_open(&review));
        self.gates.review = row.map(|row| GateReviewView { packet, row });
    }

    /// Pulls the review back to what there is after the plan changed: closes it where its
    /// packet is gone.
    pub(crate) fn keep_review(&mut self) {
        let count = self.review().map(|review| rows(&review).len());
        match (count, &mut self.gates.review) {
            (Some(count), Some(view)) => view.row = view.row.min(count.saturating_sub(1)),
            (_, review) => *review = None,
        }
    }

    /// Selects the row so far below the selected one.
    pub(crate) fn move_in_review(&mut self, to: impl FnOnce(usize, usize) -> usize) {
        let count = self.review().map_or(0, |review| rows(&review).len());
        if let Some(view) = &mut self.gates.review {
            view.row = to(view.row, count);
        }
    }

    /// Selects the beginning of the next part, or of the one before; round the ends if asked.
    pub(crate) fn turn_review(&mut self, by: isize, round: bool) {
        let Some(review) = self.review() else { return };
        let parts = parts(&rows(&review));
        let Some(view) = &mut self.gates.review else {
            return;
        };
        let ahead = parts.iter().copied().find(|start| *start > view.row);
        let own = parts.iter().rposition(|start| *start <= view.row);
        let behind = own.and_then(|own| own.checked_sub(1)).map(|at| parts[at]);
        let (next, other_end) = match by > 0 {
            true => (ahead, parts.first()),
            false => (behind, parts.last()),
        };
        let wrapped = other_end.copied().filter(|_| round);
        if let Some(row) = next.or(wrapped) {
            view.row = row;
        }
    }
}
