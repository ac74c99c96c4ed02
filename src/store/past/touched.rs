//! When steps were changed last, read no further back than is asked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Past;
use crate::document::progress::Progress;
use crate::history::follow::Followed;
use crate::plan::last_change::LastChanges;
use crate::plan::{Plan, StepRef};

impl Past {
    /// When the steps that are `wanted` were changed last, back to `since`; nothing where no
    /// history is known, or it was stopped. Steps back until all are found.
    pub(crate) fn last_changes(
        &mut self,
        plan: &Plan,
        wanted: fn(&StepRef<'_>) -> bool,
        since: DateTime<Utc>,
        progress: &Progress,
    ) -> Option<LastChanges> {
        if self.commits.is_empty() {
            return None;
        }
        let mut followed = Followed::of(plan, plan.steps().filter(wanted));
        let mut landed = HashMap::new();
        let mut missing = plan.steps().filter(wanted).count();
        let mut begins = None;
        while missing > 0 && self.upcoming().is_some_and(|(at, _)| at >= since) {
            if progress.is_stopped() {
                return None;
            }
            let Some(landing) = self.step_back() else {
                break;
            };
            if landing.is_first {
                begins.get_or_insert(landing.at);
                continue;
            }
            for step in followed.find(&landing.events).into_iter().flatten() {
                landed.entry(plan.step(step).key()).or_insert_with(|| {
                    missing -= 1;
                    landing.at
                });
            }
        }
        Some(LastChanges {
            landed,
            since: self.upcoming().is_some().then_some(since),
            begins,
        })
    }
}
