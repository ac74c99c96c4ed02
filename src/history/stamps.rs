//! Since when steps have had their status, as far as files without a history tell: their stamps, and
//! the weekly reviews and demos that found them complete.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::when::end_of;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::gather::records;
use crate::record::review::{Section, Word};
use crate::record::shelf::demoed_steps;

/// What tells since when steps have had their status, where no history does.
pub(crate) struct Stamps {
    found_complete: HashMap<StepId, DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl Stamps {
    /// Those of a plan, of its finished reviews and of its demos.
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
        for (step, day) in demoed_steps(plan) {
            let shown = end_of(day).min(now);
            let first = found_complete.entry(step).or_insert(shown);
            *first = shown.min(*first);
        }
        Self {
            found_complete,
            now,
        }
    }

    /// Whether papers tell anything.
    pub(crate) fn has_papers(&self) -> bool {
        !self.found_complete.is_empty()
    }

    /// Since when, at the latest, a step of the plan has had its status: it was last edited then,
    /// or, if it is complete, a review or a demo had found it so before. Nothing where neither tells; never
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
