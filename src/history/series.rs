//! What the past adds up to: how many steps had each status at the end of every day or week, and
//! how many were added, removed, completed and reopened in it.
//!
//! Counted back from today's plan, so that the last point is right even where only a part of the
//! history is known.

use chrono::{DateTime, Days, NaiveDate, Utc, Weekday};

use super::events::{Event, Kind};
use super::gone::Gone;
use super::landing::Landing;
use crate::document::json::{self, Object};
use crate::plan::field::Field;
use crate::plan::status::Status;

/// How long a period is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    /// A day in UTC.
    Day,
    /// A week as ISO 8601 counts them, in UTC.
    Week,
}

impl Period {
    /// The last day of the period that the instant lies in.
    pub fn last_day(self, at: DateTime<Utc>) -> NaiveDate {
        let day = at.date_naive();
        match self {
            Self::Day => day,
            Self::Week => day.week(Weekday::Mon).checked_last_day().unwrap_or(day),
        }
    }

    /// The last day of the period before the one that ends with `day`.
    fn before(self, day: NaiveDate) -> Option<NaiveDate> {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
        };
        day.checked_sub_days(Days::new(days))
    }
}

/// How many steps there are, by status.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    by_status: [usize; Status::ALL.len()],
    /// Those whose status is none of the five.
    pub other: usize,
}

impl Counts {
    /// Those of steps with these statuses.
    pub fn of(statuses: impl IntoIterator<Item = Option<Status>>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            *counts.place(status) += 1;
        }
        counts
    }

    /// How many have a status.
    pub fn with(&self, status: Status) -> usize {
        self.by_status[status as usize]
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.by_status.iter().sum::<usize>() + self.other
    }

    fn place(&mut self, status: Option<Status>) -> &mut usize {
        match status {
            Some(status) => &mut self.by_status[status as usize],
            None => &mut self.other,
        }
    }

    fn take_back(&mut self, turn: &Turn) {
        if let Some(status) = turn.after {
            let count = self.place(status);
            *count = count.saturating_sub(1);
        }
        if let Some(status) = turn.before {
            *self.place(status) += 1;
        }
    }
}

/// A period, with the state at its end and what happened within it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// Its last day.
    pub date: NaiveDate,
    /// The steps at its end.
    pub counts: Counts,
    /// Steps that came.
    pub added: usize,
    /// Steps that went.
    pub removed: usize,
    /// Steps that became complete: from another status, or new ones that came so. A step that comes
    /// back is the one that went: it was what it was then.
    pub completed: usize,
    /// Steps that were complete, and are there with another status.
    pub reopened: usize,
    /// Of those that went, the complete ones.
    pub removed_complete: usize,
    /// Of those that came, the ones that had been there before, and were complete when they went.
    pub returned_complete: usize,
}

/// A step's status before and after an event; none where there was no such step.
pub(crate) struct Turn {
    before: Option<Option<Status>>,
    after: Option<Option<Status>>,
}

impl Turn {
    /// What an event did to a status, if anything. Where there is no history, the first that is
    /// known of a step is its last edit.
    pub(crate) fn of(event: &Event, has_history: bool) -> Option<Self> {
        let of_line = |line: &Option<String>| {
            let object = Object::parse(line.as_deref()?).ok()?;
            Some(read(object.get(Field::Status.spec().key)))
        };
        let is_status = event.field.as_deref() == Some(Field::Status.spec().name);
        match event.kind {
            Kind::Added => Some(Self {
                before: None,
                after: of_line(&event.after),
            }),
            Kind::Removed => Some(Self {
                before: of_line(&event.before),
                after: None,
            }),
            Kind::Changed if is_status => Some(Self {
                before: has_history.then(|| read(event.before.as_deref())),
                after: Some(read(event.after.as_deref())),
            }),
            Kind::Changed | Kind::Renumbered => None,
        }
    }

    /// Whether the step is complete since, and was not.
    pub(crate) fn completes(&self) -> bool {
        let complete = Some(Some(Status::Complete));
        self.after == complete && self.before != complete
    }

    /// Whether the step has this status since, and had not.
    pub(crate) fn begins(&self, status: Option<Status>) -> bool {
        self.after == Some(status) && self.before != Some(status)
    }

    /// Whether the step is open since, and was not there or complete.
    pub(crate) fn opens(&self) -> bool {
        let is_open = |status: Option<Option<Status>>| {
            status.is_some_and(|status| status != Some(Status::Complete))
        };
        is_open(self.after) && !is_open(self.before)
    }

    /// This and then the other, as one.
    pub(crate) fn then(&self, other: &Self) -> Self {
        Self {
            before: self.before,
            after: other.after,
        }
    }

    /// Whether the step was complete, and is there with another status.
    pub(crate) fn reopens(&self) -> bool {
        let is_other = |after| after != Some(Status::Complete);
        self.was_complete() && self.after.is_some_and(is_other)
    }

    fn was_complete(&self) -> bool {
        self.before == Some(Some(Status::Complete))
    }
}

fn read(raw: Option<&str>) -> Option<Status> {
    Status::read(&json::words(raw?))
}

/// The points from the first that is known to now, the earliest first. `landings` come newest
/// first, with the events of the steps that `counts` counts now. Without a history they say
/// since when each step has had its status.
pub fn series(
    landings: &[Landing],
    counts: Counts,
    period: Period,
    now: DateTime<Utc>,
    has_history: bool,
) -> Vec<Point> {
    let point = |date, counts| Point {
        date,
        counts,
        added: 0,
        removed: 0,
        completed: 0,
        reopened: 0,
        removed_complete: 0,
        returned_complete: 0,
    };
    let mut points = vec![point(period.last_day(now), counts)];
    let mut counts = counts;
    for landing in landings {
        let day = period.last_day(landing.at);
        while let Some(last) = points.last()
            && day < last.date
            && let Some(before) = period.before(last.date)
        {
            points.push(point(before, counts));
        }
        for turn in landing
            .events
            .iter()
            .filter_map(|event| Turn::of(event, has_history))
        {
            counts.take_back(&turn);
        }
    }
    points.reverse();
    let mut gone: Gone<Option<Status>> = Gone::default();
    let mut at = 0;
    for landing in landings.iter().rev() {
        let day = period.last_day(landing.at);
        while points.get(at).is_some_and(|point| point.date < day) {
            at += 1;
        }
        let Some(point) = points.get_mut(at) else {
            break;
        };
        for event in &landing.events {
            let Some(mut turn) = Turn::of(event, has_history) else {
                continue;
            };
            point.added += usize::from(turn.before.is_none());
            point.removed += usize::from(turn.after.is_none());
            // A step that comes back is the one that went.
            match event.kind {
                Kind::Added => {
                    turn.before = gone.take((event.step, event.uid));
                    point.returned_complete += usize::from(turn.was_complete());
                }
                Kind::Removed => {
                    point.removed_complete += usize::from(turn.was_complete());
                    if let Some(status) = turn.before {
                        gone.keep((event.step, event.uid), status);
                    }
                }
                Kind::Changed | Kind::Renumbered => {}
            }
            point.completed += usize::from(turn.completes());
            point.reopened += usize::from(turn.reopens());
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::events::between;

    fn landing(day: u32, older: &str, newer: &str) -> Landing {
        Landing {
            at: format!("2026-11-{day:02}T12:00:00Z").parse().unwrap(),
            commit: None,
            events: between(older.as_bytes(), newer.as_bytes()),
            ticks: Vec::new(),
            is_first: false,
        }
    }

    fn log(statuses: &[(u32, &str)]) -> String {
        let line = |(id, status): &(u32, &str)| {
            format!("{{\"step_id\": \"{id:04}\", \"status\": \"{status}\"}}\n")
        };
        statuses.iter().map(line).collect()
    }

    #[test]
    fn points_tell_the_state_at_their_end_and_what_led_there() {
        let versions = [
            (2, log(&[(1, "draft"), (2, "complete")])),
            (3, log(&[(1, "complete"), (2, "odd")])),
            (12, log(&[(2, "odd")])),
            (13, log(&[(1, "draft"), (2, "complete"), (3, "complete")])),
        ];
        let mut landings = Vec::new();
        let mut before = String::new();
        for (day, version) in &versions {
            landings.insert(0, landing(*day, &before, version));
            before.clone_from(version);
        }
        let statuses = [
            Some(Status::Draft),
            Some(Status::Complete),
            Some(Status::Complete),
        ];
        let now = "2026-11-16T00:00:00Z".parse().unwrap();
        let weeks = series(&landings, Counts::of(statuses), Period::Week, now, true);
        let told: Vec<_> = weeks
            .iter()
            .map(|point| {
                let Point {
                    counts,
                    added,
                    removed,
                    completed,
                    reopened,
                    ..
                } = point;
                let counts = [counts.total(), counts.with(Status::Complete), counts.other];
                (
                    point.date.to_string(),
                    counts,
                    [*added, *removed, *completed, *reopened],
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("2026-11-08".to_owned(), [2, 1, 1], [2, 0, 2, 1]),
                // Step 1 comes back, reopened; step 3 is new and complete.
                ("2026-11-15".to_owned(), [3, 2, 0], [2, 1, 2, 1]),
                ("2026-11-22".to_owned(), [3, 2, 0], [0, 0, 0, 0]),
            ]
        );
        let days = series(&landings, Counts::of(statuses), Period::Day, now, true);
        assert_eq!(days.len(), 15);
        assert_eq!(days[10].counts.total(), 1);
    }
}
