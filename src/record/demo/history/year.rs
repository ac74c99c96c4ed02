//! What the five people write down in the course of the year: standups, weekly reviews, scorecards,
//! demos, milestone reviews, checkpoints, quarter plans and retrospectives.
//!
//! Goes through the same lives as the story beside it, a day at a time, and writes each paper at the
//! end of its day, of the plan as it is then: every figure of a generated part is a count of that
//! moment. What people add is from [`phrases`], and how their business goes from the dice.

mod diary;
mod figures;
mod papers;
mod phrases;

use std::path::PathBuf;

use chrono::{DateTime, Datelike, Months, NaiveDate, Weekday};

use super::{DAY, HOUR, PEOPLE};
use crate::record::review::Week;
use diary::Diary;

/// A paper, or several that one person writes at a time.
#[derive(Debug)]
pub struct Written {
    /// Seconds since the epoch.
    pub time: i64,
    /// Index of who writes it.
    pub person: usize,
    /// The message of its commit.
    pub message: String,
    /// Its file, whole.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// Every how many weeks a demo is held, and pods review.
const FORTNIGHT: i64 = 14;
/// The day of a month on which checkpoints are written, or the last working day before it.
const CHECKPOINT: u32 = 20;

/// The papers of the year that leads to `files`, in their order. A paper of `files` that tells of
/// months gets those before as well.
pub fn year(files: &mut [(PathBuf, Vec<u8>)], seed: u64) -> Vec<Written> {
    let mut diary = Diary::open(files, seed);
    diary.keep();
    let (written, checkpoints) = diary.close();
    for (path, months) in checkpoints {
        let today = files.iter_mut().find(|(of, _)| *of == path);
        if let Some((_, bytes)) = today {
            let text = String::from_utf8_lossy(bytes);
            let at = text.find("\n## 20").map(|at| at + 1);
            if let Some(at) = at {
                *bytes = [&text[..at], &months, &text[at..]].concat().into_bytes();
            }
        }
    }
    written
}

/// What is due on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ritual {
    Standup,
    Quarter,
    Milestone,
    Checkpoint,
    Review,
    Scorecard,
    Demo,
    Retro,
}

/// What is due on a day, counted from the epoch; the story began on the day `first`.
fn due(day: i64, first: i64) -> Vec<Ritual> {
    let date = date_of(day);
    let weeks = (day - first) / 7;
    let mut due = Vec::new();
    let mut add = |is_due: bool, ritual: Ritual| due.extend(is_due.then_some(ritual));
    let weekday = date.weekday();
    add(weekday == Weekday::Tue, Ritual::Standup);
    add(day == first_monday(date), Ritual::Quarter);
    let is_even = (day - first) % FORTNIGHT >= 7;
    add(weekday == Weekday::Thu && is_even, Ritual::Milestone);
    add(day == checkpoint_day(date), Ritual::Checkpoint);
    add(weekday == Weekday::Fri && weeks > 0, Ritual::Review);
    add(weekday == Weekday::Fri && weeks > 0, Ritual::Scorecard);
    add(weekday == Weekday::Fri && is_even, Ritual::Demo);
    let is_last = date + chrono::Days::new(7) > last_of_month(date);
    let is_retro = matches!(date.month(), 1 | 4 | 7 | 10);
    add(
        weekday == Weekday::Fri && is_last && is_retro,
        Ritual::Retro,
    );
    due
}

/// The quarters that were planned by a moment, oldest first.
pub(super) fn quarters(now: i64) -> Vec<String> {
    let days = super::day(super::START) / DAY..now / DAY;
    let begun = days.filter(|day| *day == first_monday(date_of(*day)));
    begun.map(|day| quarter_of(date_of(day))).collect()
}

/// The name of a date's quarter.
fn quarter_of(date: NaiveDate) -> String {
    format!("{}-Q{}", date.year(), date.month0() / 3 + 1)
}

/// The day on which the plan of a date's quarter is written: its first Monday.
fn first_monday(date: NaiveDate) -> i64 {
    let month = date.month0() / 3 * 3 + 1;
    let first = NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or_default();
    let later = (7 - first.weekday().num_days_from_monday()) % 7;
    day_of(first) + i64::from(later)
}

fn checkpoint_day(date: NaiveDate) -> i64 {
    let on = date.with_day(CHECKPOINT).unwrap_or(date);
    let weekend = on.weekday().num_days_from_monday().saturating_sub(4);
    day_of(on) - i64::from(weekend)
}

fn last_of_month(date: NaiveDate) -> NaiveDate {
    let first = date
        .with_day(1)
        .and_then(|first| first.checked_add_months(Months::new(1)));
    first.and_then(|next| next.pred_opt()).unwrap_or(date)
}

fn date_of(day: i64) -> NaiveDate {
    at(day * DAY).date_naive()
}

fn day_of(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - i64::from(NaiveDate::default().num_days_from_ce())
}

fn at(seconds: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// The week of a day.
fn week_of(day: i64) -> Week {
    Week::of(at(day * DAY))
}

/// Who is steward in the week of a day, as for the commits beside it.
fn steward(day: i64) -> usize {
    (day / 7) as usize % PEOPLE.len()
}

/// When the papers of a day are written: after what else is done on it.
fn evening(day: i64, place: usize) -> i64 {
    day * DAY + 16 * HOUR + place as i64 * 600
}

#[cfg(test)]
mod tests;
