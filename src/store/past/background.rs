//! The past as the cockpit reads it, beside the keys: each question is answered on a thread of its
//! own, says how far it is, and ends early where nobody wants the answer any more.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Past;
use super::moment::Moment;
use crate::document::progress::Progress;
use crate::history::events::Event;
use crate::history::facts::Facts;
use crate::history::follow::Followed;
use crate::history::landing::Landing;
use crate::history::since::Comparison;
use crate::history::when::When;
use crate::plan::id::StepId;
use crate::plan::last_change::LastChanges;
use crate::plan::query::past::PlanPast;
use crate::plan::ranking::term::OLD_DAYS;
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};
use crate::store::locate::discover::{Layout, Overrides, discover};

/// A plan whose past is read.
#[derive(Debug)]
pub struct PastInput {
    /// Where it lies.
    pub root: PathBuf,
    /// What it says now.
    pub plan: Arc<Plan>,
    /// Whether its logs are those that the configuration names.
    pub as_configured: bool,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Where what is found is kept for the next time.
    pub cache: Option<PathBuf>,
}

impl Past {
    /// The moment that a WHEN means as a baseline, with what it is called. Where it is the last review
    /// and there was none, the oldest version, and why.
    ///
    /// # Errors
    /// When there is no such time; in words.
    pub(crate) fn baseline<'b>(
        &self,
        typed: &'b str,
        plan: &Plan,
        now: DateTime<Utc>,
    ) -> Result<(&'b str, Moment, Option<String>), String> {
        let when: When = typed.parse().map_err(|error| format!("{error}"))?;
        match (Moment::find(&when, plan, self, now), self.oldest()) {
            (Ok(moment), _) => Ok((typed, moment, None)),
            (Err(reason), Some((oldest, _))) if when == When::Review => {
                Ok((self.oldest_label(), oldest, Some(reason.to_string())))
            }
            (Err(reason), _) => Err(reason.to_string()),
        }
    }
}

impl PastInput {
    pub(super) fn open(&self) -> Past {
        let cache = self.cache.as_deref();
        let layout = self.layout();
        Past::open(&layout, &self.plan, self.as_configured, self.now, cache)
    }

    fn open_in_git(&self) -> Option<Past> {
        let cache = self.cache.as_deref();
        let layout = self.layout();
        Past::in_git(&layout, &self.plan, self.as_configured, self.now, cache)
    }

    fn layout(&self) -> Layout {
        discover(&self.root, &Overrides::default())
    }

    /// When the steps that are not complete were changed last, back to where more days make no
    /// difference to anybody; nothing where no history is known, or it was stopped.
    pub(crate) fn last_changes(self, progress: &Progress) -> Option<LastChanges> {
        let since = self.now - TimeDelta::days(OLD_DAYS.into());
        let is_open = |step: &StepRef<'_>| step.status() != Some(Status::Complete);
        (self.open_in_git()?).last_changes(&self.plan, is_open, since, progress)
    }

    /// What is known of the past of each step; `None` where it was stopped.
    pub fn facts(self, progress: &Progress) -> Option<PlanPast> {
        let past = self.open();
        self.gather(past, progress)
    }

    /// The same, and `None` without a history.
    pub(crate) fn facts_of_history(self, progress: &Progress) -> Option<PlanPast> {
        let past = self.open_in_git()?;
        self.gather(past, progress)
    }

    fn gather(self, mut past: Past, progress: &Progress) -> Option<PlanPast> {
        let mut facts = Facts::of(&self.plan, self.now, past.git().is_some());
        drop(self.plan);
        for landing in past.by_ref() {
            if progress.is_stopped() {
                return None;
            }
            facts.add(&landing);
        }
        Some(facts.finish())
    }

    /// What is different since `baseline`, a WHEN. Where that is the last review and there was
    /// none, since the oldest version. `None` where it was stopped.
    ///
    /// # Errors
    /// When there is no such time; in words.
    pub fn compare(
        self,
        baseline: &str,
        progress: &Progress,
    ) -> Option<Result<Comparison, String>> {
        let mut past = self.open();
        let found = past.baseline(baseline, &self.plan, self.now);
        // An edit need not copy what nobody reads any more.
        drop(self.plan);
        let (label, moment, note) = match found {
            Ok(found) => found,
            Err(reason) => return Some(Err(reason)),
        };
        let mut compared = past.since(label, &moment, progress)?;
        compared.notes.extend(note);
        Some(Ok(compared))
    }

    /// Everything that happened to a step, newest first, given to `tell` as it is found: what
    /// landed together, without what happened to other steps. In a long past that nobody has read
    /// yet, most changes of its own line come before all else. Answers what is not known.
    pub fn follow(
        self,
        step: StepId,
        progress: &Progress,
        mut tell: impl FnMut(Landing),
    ) -> Vec<String> {
        let mut past = self.open();
        let mut told: HashMap<Option<String>, Vec<Event>> = HashMap::new();
        past.own_line(&self.plan, step, progress, |landing| {
            let commit = landing.hash().map(str::to_owned);
            told.entry(commit)
                .or_default()
                .extend_from_slice(&landing.events);
            tell(landing);
        });
        let mut followed = Followed::one(&self.plan, step);
        drop(self.plan);
        while !progress.is_stopped()
            && let Some(mut landing) = past.next()
        {
            followed.retain(&mut landing.events);
            landing.ticks.clear();
            if !told.is_empty()
                && let Some(told) = told.remove(&landing.hash().map(str::to_owned))
            {
                landing.events.retain(|event| !told.contains(event));
            }
            if !landing.is_empty() {
                tell(landing);
            }
        }
        past.notes()
    }
}
