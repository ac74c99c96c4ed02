//! Scopes of the plan as they were at the end of each week, all in one walk back. One version a week is read, and nothing of those
//! between; what a week adds up to is kept for the next run, and which steps had gone by the end of the last one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::Past;
use super::cache::VersionId;
use crate::document::progress::Progress;
use crate::history::gone::Gone;
use crate::history::series::Period;
use crate::history::stamps::Stamps;
use crate::history::target::{Scope, Target};
use crate::history::weeks::{self, Snapshot, Turnover, Week};
use crate::history::when::end_of;
use crate::plan::Plan;

/// The end of a week.
struct Sunday {
    end: NaiveDate,
    /// How many commits had landed.
    landed: usize,
    /// What the plan was.
    version: VersionId,
    /// What stands for that and for what the plan was at the end of every week before: a step that
    /// comes back may have gone in any of them.
    weeks: VersionId,
}

impl Sunday {
    /// What is kept of the week, is kept under this.
    fn key(&self) -> (VersionId, VersionId) {
        (self.weeks, self.version)
    }
}

/// The full weeks of some scopes. Edits change nothing in them: they hold until something lands, or
/// the running week is over.
#[derive(Debug)]
pub(crate) struct FullWeeks {
    of: WeeksKey,
    /// For each scope the full weeks as far back as is known, the earliest first.
    weeks: Vec<Vec<Week>>,
    /// The scopes at the end of the last one, if there is one.
    last: Option<Arc<Snapshot>>,
    /// The steps that had gone by then, and whether they were complete.
    gone: Gone<bool>,
}

/// What the weeks depend on.
#[derive(PartialEq, Eq, Debug)]
struct WeeksKey {
    newest: Option<VersionId>,
    end: Option<NaiveDate>,
    scopes: Vec<(Target, String)>,
}

impl FullWeeks {
    /// With the running week, as the plan stands now: for each of the scopes all weeks, the running
    /// one last.
    pub(crate) fn with_running(&self, now: &Snapshot, at: DateTime<Utc>) -> Vec<Vec<Week>> {
        let start = self.last.as_deref().unwrap_or(now);
        let running = now.since(start, Period::Week.last_day(at));
        let running = running.weeks(&mut self.gone.clone());
        let scopes = self.weeks.iter().zip(running);
        let weeks = scopes.map(|(full, running)| full.iter().copied().chain([running]).collect());
        weeks.collect()
    }
}

impl Past {
    /// All weeks of a scope of the plan as it stands, the earliest first and the running one last, as
    /// far back as is known. Passes over everything that landed.
    pub(crate) fn weeks(&mut self, scope: Scope<'_>, today: &Plan) -> Vec<Week> {
        let weeks = self.weeks_of(&[scope], today);
        weeks.into_iter().next().unwrap_or_default()
    }

    /// The same of several scopes, in one pass.
    pub(crate) fn weeks_of(&mut self, scopes: &[Scope<'_>], today: &Plan) -> Vec<Vec<Week>> {
        if self.git.is_none() {
            let stamps = Stamps::of(today, self.now);
            let scopes = scopes.iter();
            return scopes
                .map(|scope| weeks::by_stamp(scope, today, &stamps, self.now))
                .collect();
        }
        let now = Snapshot::of(scopes, today, self.now);
        let full = self.full_weeks(scopes, None, &Progress::default());
        full.map_or_else(Vec::new, |full| full.with_running(&now, self.now))
    }

    /// What the scopes were at the end of each full week, as far back as is known. Passes over
    /// everything that landed, unless that was done `before`. `None` where it was stopped.
    pub(crate) fn full_weeks(
        &mut self,
        scopes: &[Scope<'_>],
        before: Option<Arc<FullWeeks>>,
        progress: &Progress,
    ) -> Option<Arc<FullWeeks>> {
        let of = self.weeks_key(scopes);
        if let Some(before) = before.filter(|before| before.of == of) {
            return Some(before);
        }
        let sundays = self.sundays();
        // A filter may ask for the time.
        let name = |scope: &Scope<'_>| scope.query.is_empty().then(|| scope.target.to_string());
        let timeless: Vec<Option<String>> = scopes.iter().map(name).collect();
        let may_repeat = timeless.iter().all(Option::is_some);
        let kept = |at: usize, name: &Option<String>| {
            let [open, done, completed] = self.cache.week(name.as_deref()?, sundays[at].key())?;
            Some(Week {
                end: sundays[at].end,
                open,
                done,
                completed,
            })
        };
        // By the end of the week, the latest first, then by scope: those up to the one that all is
        // known about.
        let all_kept = |at| timeless.iter().map(|name| kept(at, name)).collect();
        let kept: Vec<Option<Vec<Week>>> = (0..sundays.len()).map(all_kept).collect();
        let is_unknown = |weeks: &Option<Vec<Week>>| weeks.is_none();
        let first = kept.iter().rposition(is_unknown).map_or(0, |at| at + 1);
        let known =
            (first..sundays.len()).find_map(|at| Some((at, self.cache.gone(sundays[at].key())?)));
        let (unknown, mut gone) = known.unwrap_or((sundays.len(), Gone::default()));
        // The latest one is what the running week began with.
        let names: Option<Vec<&str>> = timeless.iter().map(Option::as_deref).collect();
        let names = names.map(|names| names.join("\0"));
        let began = sundays.first().zip(names.as_ref());
        let began = began.and_then(|(latest, names)| self.cache.snapshot(names, latest.version));
        let began = began.map(Arc::new);
        let is_read = |at: usize| match at {
            0 => began.is_none(),
            at => at <= unknown,
        };
        let read = sundays.iter().enumerate().filter(|(at, _)| is_read(*at));
        self.read_sundays_ahead(read.map(|(_, sunday)| sunday));
        progress.expect(sundays.len());
        let mut last: Option<Arc<Snapshot>> = None;
        let mut newer: Option<Arc<Snapshot>> = None;
        // What the ends of each unknown week tell, the latest first.
        let mut turnovers: Vec<Turnover> = Vec::new();
        for (at, sunday) in sundays.iter().enumerate() {
            if progress.is_stopped() {
                return None;
            }
            while self.at_head.is_some() || self.commits.len() > sunday.landed {
                self.pass_over();
            }
            let is_same = may_repeat && at > 0 && sundays[at - 1].version == sunday.version;
            let same = newer.clone().filter(|_| is_same);
            let snapshot = match is_read(at) {
                true => Some(same.unwrap_or_else(|| self.snapshot(scopes, sunday.end))),
                false => began.clone().filter(|_| at == 0),
            };
            if at > 0
                && let (Some(end), Some(start)) = (&newer, &snapshot)
            {
                turnovers.push(end.since(start, sundays[at - 1].end));
            }
            // Of the first one nothing is known before its end.
            if at + 1 == sundays.len()
                && at < unknown
                && let Some(first) = &snapshot
            {
                turnovers.push(first.since(first, sunday.end));
            }
            if at == 0 {
                last.clone_from(&snapshot);
            }
            newer = snapshot;
            progress.advance(1);
        }
        while self.upcoming().is_some() {
            self.pass_over();
        }
        let mut weeks: Vec<Vec<Week>> = kept.into_iter().skip(unknown).flatten().rev().collect();
        for (turnover, sunday) in turnovers.into_iter().zip(&sundays).rev() {
            let found = turnover.weeks(&mut gone);
            for (name, week) in timeless.iter().zip(&found) {
                if let Some(name) = name {
                    let counts = [week.open, week.done, week.completed];
                    self.cache.keep_week(name, sunday.key(), counts);
                }
            }
            weeks.push(found);
        }
        if let (Some(last), Some(names), [latest, ..]) = (&last, &names, &sundays[..]) {
            if unknown > 0 {
                self.cache.keep_gone(latest.key(), &gone);
            }
            if began.is_none() {
                self.cache.keep_snapshot(names, latest.version, last);
            }
        }
        let of_scope = |scope: usize| weeks.iter().map(|weeks| weeks[scope]).collect();
        Some(Arc::new(FullWeeks {
            of,
            weeks: (0..scopes.len()).map(of_scope).collect(),
            last,
            gone,
        }))
    }

    fn weeks_key(&self, scopes: &[Scope<'_>]) -> WeeksKey {
        let name = |scope: &Scope<'_>| (scope.target.clone(), scope.query.text().to_owned());
        WeeksKey {
            newest: self.commits.last().map(|newest| newest.between.1),
            end: Week::last_full(self.now),
            scopes: scopes.iter().map(name).collect(),
        }
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
                weeks: 0,
            });
            sunday = Week::before(end);
        }
        let mut weeks = 0;
        for sunday in sundays.iter_mut().rev() {
            weeks = self.cache.after(weeks, sunday.version);
            sunday.weeks = weeks;
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

    fn snapshot(&mut self, scopes: &[Scope<'_>], end: NaiveDate) -> Arc<Snapshot> {
        self.fill();
        Arc::new(Snapshot::of(scopes, &self.plan(), end_of(end)))
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
