//! When changes landed: with the first-parent commit of the current branch that brought them,
//! in an order that no clock can upset.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::canon::Tick;
use super::events::Event;
use crate::git::output::Commit;

/// What happened to the plan at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Landing {
    /// When it landed; now for what is not committed.
    pub at: DateTime<Utc>,
    /// The commit that brought it, if one did.
    pub commit: Option<Arc<Commit>>,
    /// What happened, in the order of the steps.
    pub events: Vec<Event>,
    /// Checks of stages that were ticked or whose ticks were taken away.
    pub ticks: Vec<Tick>,
    /// Whether the history of the steps begins with it: what it brought was made before, and only
    /// the steps themselves can say when.
    pub is_first: bool,
}

impl Landing {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.ticks.is_empty()
    }

    /// The full hash of the commit that brought it, if one did.
    pub fn hash(&self) -> Option<&str> {
        self.commit.as_ref().map(|commit| &*commit.hash)
    }
}

/// When commits landed, given newest first: each at its own time, but not before the ones that
/// it builds on, not in the future, and not before there were computers to make it.
pub fn landed(commits: &[Arc<Commit>], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut latest = DateTime::UNIX_EPOCH;
    let mut times: Vec<DateTime<Utc>> = (commits.iter().rev())
        .map(|commit| {
            let own = DateTime::from_timestamp(commit.time, 0).unwrap_or(now);
            latest = latest.max(own.min(now));
            latest
        })
        .collect();
    times.reverse();
    times
}

/// The same of some of the commits, given newest first, where `all` of them are known with their
/// times, the oldest first: those in between may have been made later.
pub(crate) fn landed_among<'t>(
    commits: &[Arc<Commit>],
    all: impl Iterator<Item = (&'t str, i64)>,
    now: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let mut times = landed(commits, now);
    let places = commits.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, commit)| (&*commit.hash, at)).collect();
    let mut latest = DateTime::UNIX_EPOCH;
    for (hash, time) in all {
        let own = DateTime::from_timestamp(time, 0).unwrap_or(now);
        latest = latest.max(own.min(now));
        if let Some(at) = places.get(hash) {
            times[*at] = times[*at].max(latest);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_commit_lands_before_what_it_builds_on_or_in_the_future() {
        let commit = |time| {
            Arc::new(Commit {
                hash: String::new(),
                parent: None,
                time,
                author: String::new(),
                subject: String::new(),
                changes: Vec::new(),
            })
        };
        let now = DateTime::from_timestamp(100, 0).unwrap();
        let commits = [90, i64::MAX, 900, 20, 40, -7].map(commit);
        let times: Vec<i64> = landed(&commits, now)
            .iter()
            .map(DateTime::timestamp)
            .collect();
        assert_eq!(times, [100, 100, 100, 40, 40, 0]);
        // One in between that touched nothing here was made later than the next.
        let named = |(at, time): (usize, i64)| {
            let hash = at.to_string();
            Arc::new(Commit {
                hash,
                ..(*commit(time)).clone()
            })
        };
        let commits = [50, 20, 10]
            .into_iter()
            .enumerate()
            .map(named)
            .collect::<Vec<_>>();
        let all = [("2", 10), ("x", 40), ("1", 20), ("y", i64::MAX), ("0", 50)];
        let times: Vec<i64> = landed_among(&commits, all.into_iter(), now)
            .iter()
            .map(DateTime::timestamp)
            .collect();
        assert_eq!(times, [100, 40, 10]);
    }
}
