//! Since when steps have had their status, as far as files without a history tell: their stamps,
//! and the weekly reviews that found them complete.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::gather::records;
use crate::record::review::{Section, Word};

/// What tells since when steps have had their status, where no history does.
pub(crate) struct Stamps {
    found_complete: HashMap<StepId, DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl Stamps {
    /// Those of a plan and of its finished reviews.
    pub(crate) fn of(plan: &Plan, now: DateTime<Utc>) -> Self {
        let mut found_complete = HashMap::new();
        for (_, _, record) in records(plan) {
            let Some(held) = record.held else { continue };
            let entries = [Section::LastTen, Section::Aside].map(|of| record.entries(of));
            let complete = entries.into_iter().flatten();
            for entry in complete.filter(|entry| entry.word == Word::Complete) {
                let first = found_complete.entry(entry.id).or_insert(held);
                *first = held.min(*first);
            }
        }
        Self {
            found_complete,
            now,
        }
    }

    /// Whether reviews tell anything.
    pub(crate) fn has_reviews(&self) -> bool {
        !self.found_complete.is_empty()
    }

    /// Since when, at the latest, a step of the plan has had its status: it was last edited then,
    /// or, if it is complete, a review had found it so before. Nothing where neither tells; never
    /// later than now.
    pub(crate) fn since(&self, plan: &Plan, step: usize) -> Option<DateTime<Utc>> {
        let step = plan.step(step);
        let stamp = DateTime::parse_from_rfc3339(step.text(Field::UpdatedAt).trim());
        let found = self.found_complete.get(&step.id()).copied();
        let found = found.filter(|_| step.status() == Some(Status::Complete));
        let told = stamp.ok().map(|at| at.to_utc()).into_iter().chain(found);
        told.min().map(|at| at.min(self.now))
    }
}
