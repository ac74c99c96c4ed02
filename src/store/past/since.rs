//! Comparing a plan with its past, and following one step through it: what the subcommands and
//! the background of the cockpit share.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::Past;
use super::moment::Moment;
use crate::document::progress::Progress;
use crate::history::events::between;
use crate::history::net::Net;
use crate::history::since::{Baseline, Comparison, OLDEST, OLDEST_IN_CLONE, Trail};

impl Past {
    /// The same, where it landed after a moment.
    pub(crate) fn begins_after(&self, moment: &Moment) -> Option<(Moment, DateTime<Utc>)> {
        let (at, hash) = match (self.graft(), self.commits.get(self.first())) {
            (Some((hash, at)), _) => (*at, hash),
            (None, oldest) => (oldest?.at, &oldest?.commit.hash),
        };
        let is_later = moment.is_before(at, Some(hash));
        self.oldest().filter(|_| is_later)
    }

    /// The moment of the oldest version of the steps that is known, and when it landed.
    pub(crate) fn oldest(&self) -> Option<(Moment, DateTime<Utc>)> {
        if let Some((_, at)) = self.graft() {
            let since = self.commits.iter().map(|step| step.commit.hash.clone());
            return Some((Moment::Commit(since.collect()), *at));
        }
        let (older, newer) = self.commits.split_at_checked(self.first() + 1)?;
        let oldest = older.last()?;
        let since = newer.iter().map(|step| step.commit.hash.clone());
        let since = since.filter(|hash| *hash != oldest.commit.hash).collect();
        Some((Moment::Commit(since), oldest.at))
    }

    /// What people call that version.
    pub(crate) fn oldest_label(&self) -> &'static str {
        match self.graft() {
            Some(_) => OLDEST_IN_CLONE,
            None => OLDEST,
        }
    }

    /// The commit with which the history of a shallow clone begins, where it has steps already.
    fn graft(&self) -> Option<&(String, DateTime<Utc>)> {
        let oldest = self.commits.get(self.first());
        let is_log = |(path, blob): &(PathBuf, Option<String>)| {
            !self.canon_paths.contains(path) && blob.is_some()
        };
        let has_steps = oldest.is_none_or(|step| step.older.iter().any(is_log));
        self.cut_off.as_ref().filter(|_| has_steps)
    }

    /// What is different now from what it was at a moment, which people call `label`; `None` where
    /// nobody wants to know any more. Steps back to the moment.
    pub(crate) fn since(
        &mut self,
        label: &str,
        moment: &Moment,
        progress: &Progress,
    ) -> Option<Comparison> {
        let is_later = |past: &Self| {
            let upcoming = past.upcoming();
            upcoming.is_some_and(|(at, commit)| moment.is_before(at, commit))
        };
        let newer = (self.commits.iter().rev())
            .take_while(|step| moment.is_before(step.at, Some(&step.commit.hash)));
        progress.expect(newer.count() + 1);
        let has_history = self.git.is_some();
        let mut trail = Trail::default();
        let mut net = Net::default();
        // Without a history, the last edits since then are all that is known.
        let mut edits = Vec::new();
        if is_later(self) {
            let now = self.logs();
            while is_later(self) {
                if progress.is_stopped() {
                    return None;
                }
                if let Some(landing) = self.step_back() {
                    trail.add(&landing);
                    edits.extend(landing.events.into_iter().filter(|_| !has_history));
                }
                progress.advance(1);
            }
            edits.sort_by_key(|event| event.step);
            net = match has_history {
                true => Net::of(between(&self.logs(), &now), true),
                false => Net::of(edits, false),
            };
        }
        let first = self.cut_off.as_ref().map(|(hash, at)| (*at, Some(&**hash)));
        let first = first.filter(|(at, hash)| !moment.is_before(*at, *hash));
        let upcoming = self.upcoming().or(first).filter(|_| has_history);
        Some(Comparison {
            baseline: Baseline {
                label: label.to_owned(),
                commit: upcoming.and_then(|(_, commit)| commit).map(str::to_owned),
                time: match moment {
                    Moment::At(at) if !has_history => Some(*at),
                    _ => upcoming.map(|(at, _)| at),
                },
                has_history,
                cut_off: self.begins_too_late(Some(moment)),
            },
            net,
            trail,
            notes: self.notes(),
        })
    }
}
