//! The plan as it was at the end of each week. One version a week is read, and nothing of those
//! between; what a pair of weeks adds up to is kept for the next run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Past;
use super::cache::VersionId;
use crate::history::target::Scope;
use crate::history::weeks::{self, Snapshot, Week};
use crate::history::when::end_of;
use crate::plan::Plan;

/// The end of a week.
struct Sunday {
    end: NaiveDate,
    /// How many commits had landed.
    landed: usize,
    /// What the plan was.
    version: VersionId,
}

impl Past {
    /// What `scope` was at the end of each full week, the earliest first, as far back as is known.
    /// Passes over everything that landed.
    pub fn weeks(&mut self, scope: &Scope<'_>, today: &Plan) -> Vec<Week> {
        if self.git.is_none() {
            return weeks::by_stamp(scope, today, self.now);
        }
        let sundays = self.sundays();
        let before = |at: usize| sundays.get(at + 1).unwrap_or(&sundays[at]);
        let versions = |at: usize| (before(at).version, sundays[at].version);
        // A filter may ask for the time.
        let is_timeless = scope.query.is_empty();
        let target = scope.target.to_string();
        let known = |at: usize| {
            let kept = is_timeless.then(|| self.cache.week(&target, versions(at)))?;
            kept.map(|[open, done, completed]| Week {
                end: sundays[at].end,
                open,
                done,
                completed,
            })
        };
        let known: Vec<Option<Week>> = (0..sundays.len()).map(known).collect();
        let is_read = |at: usize| {
            known[at].is_none()
                || at
                    .checked_sub(1)
                    .is_some_and(|later| known[later].is_none())
        };
        let read = sundays.iter().enumerate().filter(|(at, _)| is_read(*at));
        self.read_sundays_ahead(read.map(|(_, sunday)| sunday));
        let mut weeks = Vec::with_capacity(sundays.len());
        let mut newer: Option<Arc<Snapshot>> = None;
        for (at, sunday) in sundays.iter().enumerate() {
            while self.at_head.is_some() || self.commits.len() > sunday.landed {
                self.pass_over();
            }
            let is_same = is_timeless && at > 0 && sundays[at - 1].version == sunday.version;
            let same = newer.clone().filter(|_| is_same);
            let snapshot =
                is_read(at).then(|| same.unwrap_or_else(|| self.snapshot(scope, sunday.end)));
            let mut add =
                |at: usize, end: &Option<Arc<Snapshot>>, start: &Option<Arc<Snapshot>>| {
                    let week = known[at].or_else(|| {
                        let week = end.as_ref()?.week(start.as_ref()?, sundays[at].end);
                        if is_timeless {
                            let counts = [week.open, week.done, week.completed];
                            self.cache.keep_week(&target, versions(at), counts);
                        }
                        Some(week)
                    });
                    weeks.extend(week);
                };
            if let Some(later) = at.checked_sub(1) {
                add(later, &newer, &snapshot);
            }
            // Of the first one nothing is known before its end.
            if at + 1 == sundays.len() {
                add(at, &snapshot, &snapshot);
            }
            newer = snapshot;
        }
        while self.upcoming().is_some() {
            self.pass_over();
        }
        weeks.reverse();
        weeks
    }

    /// The ends of the full weeks, the latest first, as far back as anything is known.
    fn sundays(&self) -> Vec<Sunday> {
        let mut sundays = Vec::new();
        let mut landed = self.commits.len();
        let mut sunday = Week::last_full(self.now);
        while let Some(end) = sunday {
            while landed > 0 && self.commits[landed - 1].at > end_of(end) {
                landed -= 1;
            }
            let Some(last) = landed.checked_sub(1) else {
                break;
            };
            sundays.push(Sunday {
                end,
                landed,
                version: self.commits[last].between.1,
            });
            sunday = Week::before(end);
        }
        sundays
    }

    /// Has git read the versions at these ends of weeks, the latest first.
    fn read_sundays_ahead<'s>(&mut self, sundays: impl Iterator<Item = &'s Sunday>) {
        let mut wanted = Vec::new();
        let mut upcoming = self.commits.iter().rev();
        let mut left = self.commits.len();
        // Logs are read before the canon, each in the order of their paths.
        let mut unread: BTreeMap<(bool, &Path), Option<&String>> = BTreeMap::new();
        let add = |unread: &mut BTreeMap<_, _>, path, blob| {
            let is_canon = self.canon_paths.contains(path);
            unread.insert((is_canon, path), blob);
        };
        for (path, blob) in self.at_head.iter().flatten() {
            add(&mut unread, path.as_path(), blob.as_ref());
        }
        for sunday in sundays {
            while left > sunday.landed
                && let Some(step) = upcoming.next()
            {
                left -= 1;
                for (path, blob) in &step.older {
                    add(&mut unread, path.as_path(), blob.as_ref());
                }
            }
            wanted.extend(std::mem::take(&mut unread).into_values().flatten().cloned());
        }
        if let Some(blobs) = &mut self.blobs {
            blobs.read_ahead(wanted);
        }
    }

    fn snapshot(&mut self, scope: &Scope<'_>, end: NaiveDate) -> Arc<Snapshot> {
        self.fill();
        Arc::new(Snapshot::of(scope, &self.plan(), end_of(end)))
    }

    /// Goes back over the next that landed without asking what happened.
    fn pass_over(&mut self) {
        if let Some(at_head) = self.at_head.take() {
            self.skip(at_head.into_iter().collect());
        } else if let Some(step) = self.commits.pop() {
            self.missing += step.missing;
            self.skip(step.older);
        } else {
            self.by_stamp.pop();
        }
    }
}
