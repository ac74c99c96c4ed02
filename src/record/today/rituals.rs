//! The calendar of a team's rituals: `[rituals]` in `stepdeck.toml`.
//!
//! Owns how its entries are written, what holds without them, and how days follow from them. How
//! a ritual stands is found in [`super::cadence`].

use std::fmt;

use chrono::{Datelike as _, Days, Months, NaiveDate, NaiveTime};

/// When a team's rituals are due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rituals {
    /// The time of day, in UTC, before which the entries of a standup are due.
    pub standup: NaiveTime,
    /// From one demo to the next.
    pub demo: Interval,
    /// From one section of a checkpoint to the next.
    pub checkpoint: Interval,
    /// From one scorecard to the next.
    pub scorecard: Interval,
    /// From one milestone review to the next.
    pub milestone: Interval,
    /// The day from which these are counted; without it they count from the last paper.
    pub from: Option<NaiveDate>,
    /// Month and day on which the first quarter of a year starts.
    pub quarter_starts: (u32, u32),
}

impl Default for Rituals {
    fn default() -> Self {
        Self {
            standup: NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default(),
            demo: Interval::Days(14),
            checkpoint: Interval::Months(1),
            scorecard: Interval::Days(7),
            milestone: Interval::Days(14),
            from: None,
            quarter_starts: (1, 1),
        }
    }
}

/// How long it is from one time to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interval {
    /// So many days.
    Days(u32),
    /// So many months of the calendar.
    Months(u32),
}

/// The longest interval that is understood, in its own unit.
const LONGEST: u32 = 366;

impl Interval {
    /// Reads `10d`, `2w` or `1m`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let is_plain = count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = count.parse().ok().filter(|_| is_plain)?;
        let interval = match unit {
            "d" => Self::Days(count),
            "w" => Self::Days(count.checked_mul(7)?),
            "m" => Self::Months(count),
            _ => return None,
        };
        let (Self::Days(length) | Self::Months(length)) = interval;
        (1..=LONGEST).contains(&length).then_some(interval)
    }

    /// The day so many intervals after another one.
    fn after(self, day: NaiveDate, times: u32) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => day.checked_add_days(Days::new(u64::from(days) * u64::from(times))),
            Self::Months(months) => day.checked_add_months(Months::new(months.checked_mul(times)?)),
        }
    }

    /// Its length in days; of months, the most that it can be.
    fn days(self) -> u32 {
        match self {
            Self::Days(days) => days,
            Self::Months(months) => months * 31,
        }
    }

    /// The first day after `day` on which it is over, counted from `from`.
    fn first_after(self, from: NaiveDate, day: NaiveDate) -> Option<NaiveDate> {
        let passed = u32::try_from((day - from).num_days()).unwrap_or(0);
        let all = passed / self.days()..;
        all.map_while(|times| self.after(from, times))
            .find(|found| *found > day)
    }
}

impl Rituals {
    /// The day on which something is due that was held on `last` the last time; none where nothing
    /// says so.
    ///
    /// With a day to count from it is due on fixed days, and one that was held in the second half
    /// of the time before such a day was held for it.
    pub(crate) fn due(
        &self,
        interval: Interval,
        last: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Option<NaiveDate> {
        match (self.from, last) {
            (None, None) => None,
            (None, Some(last)) => interval.after(last, 1),
            (Some(from), None) => interval.first_after(from, today.pred_opt()?),
            (Some(from), Some(last)) => {
                let half = Days::new(u64::from(interval.days() / 2));
                interval.first_after(from, last.checked_add_days(half)?)
            }
        }
    }

    /// The quarter that a day is in.
    pub(crate) fn quarter(&self, day: NaiveDate) -> Option<Quarter> {
        let (month, of_month) = self.quarter_starts;
        let start = |year| NaiveDate::from_ymd_opt(year, month, of_month);
        let mut years = [day.year(), day.year() - 1].into_iter();
        let start = years.find_map(|year| start(year).filter(|start| *start <= day))?;
        let mut quarters = (1..=4).filter_map(|number| Quarter::of_year(start, number));
        quarters.find(|quarter| day < quarter.next)
    }

    /// The quarter that the name of a paper begins with: `2026-Q4`, `2026-Q4-platform`.
    pub(crate) fn quarter_named(&self, name: &str) -> Option<Quarter> {
        let (year, rest) = name.trim().split_once("-Q")?;
        let is_plain = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let mut rest = rest.chars();
        let number = rest.next().and_then(|digit| digit.to_digit(10))?;
        if !is_plain || !(1..=4).contains(&number) || rest.next().is_some_and(char::is_alphanumeric)
        {
            return None;
        }
        let (month, day) = self.quarter_starts;
        let start = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day)?;
        Quarter::of_year(start, number)
    }
}

/// A quarter of a team's year, which is named after the day on which its first one starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Quarter {
    pub year: i32,
    /// From 1 to 4.
    pub number: u32,
    /// Its first day.
    pub first: NaiveDate,
    /// The first day of the one after it.
    pub next: NaiveDate,
}

impl Quarter {
    /// The quarter with this number, from 1 to 4, of the year that starts on a day.
    fn of_year(start: NaiveDate, number: u32) -> Option<Self> {
        Some(Self {
            year: start.year(),
            number,
            first: start.checked_add_months(Months::new(3 * (number - 1)))?,
            next: start.checked_add_months(Months::new(3 * number))?,
        })
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

/// A time of day as it is written: `15:00`.
pub(crate) fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

/// A day of any year as it is written: `02-01`. The last days of long months are none: not every
/// quarter could start on them.
pub(crate) fn day_of_year(text: &str) -> Option<(u32, u32)> {
    let day = NaiveDate::parse_from_str(&format!("2001-{}", text.trim()), "%Y-%m-%d").ok()?;
    (text.trim().len() == 5 && day.day() <= 28).then_some((day.month(), day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn intervals_are_days_weeks_or_months() {
        assert_eq!(Interval::read("2w"), Some(Interval::Days(14)));
        assert_eq!(Interval::read(" 10d "), Some(Interval::Days(10)));
        assert_eq!(Interval::read("1m"), Some(Interval::Months(1)));
        for wrong in [
            "",
            "w",
            "0w",
            "2",
            "-2w",
            "+2w",
            "2y",
            "999999w",
            "2é",
            "99999999999d",
        ] {
            assert_eq!(Interval::read(wrong), None, "{wrong}");
        }
        assert_eq!(day_of_year("02-01"), Some((2, 1)));
        for wrong in ["02-30", "01-31", "2-1", "2026-02-01", "é"] {
            assert_eq!(day_of_year(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_a_day_to_count_from_the_last_paper_counts() {
        let calendar = Rituals::default();
        let due = |interval, last: &str| {
            let due = calendar.due(interval, Some(day(last)), day("2026-11-21"));
            due.map(|due| due.to_string())
        };
        let next = due(Interval::Days(14), "2026-11-13");
        assert_eq!(next.as_deref(), Some("2026-11-27"));
        let next = due(Interval::Months(1), "2026-01-31");
        assert_eq!(next.as_deref(), Some("2026-02-28"));
        assert_eq!(
            calendar.due(Interval::Days(14), None, day("2026-11-21")),
            None
        );
    }

    /// Against a walk over the fixed days, one by one.
    #[test]
    fn with_a_day_to_count_from_the_days_are_fixed() {
        let from = day("2026-01-05");
        let calendar = Rituals {
            from: Some(from),
            ..Rituals::default()
        };
        let fixed: Vec<NaiveDate> = (0..60).map(|at| from + Days::new(14 * at)).collect();
        for offset in 0..400 {
            let today = day("2025-12-20") + Days::new(offset);
            let first = fixed.iter().find(|due| **due >= today).copied();
            assert_eq!(
                calendar.due(Interval::Days(14), None, today),
                first,
                "{today}"
            );
            // Held a week or less before such a day, it was held for it.
            let next = fixed
                .iter()
                .find(|due| (**due - today).num_days() > 7)
                .copied();
            let due = calendar.due(Interval::Days(14), Some(today), today);
            assert_eq!(due, next, "{today}");
        }
    }

    #[test]
    fn quarters_start_where_the_team_says() {
        let quarter = |starts: &str, of: &str| {
            let calendar = Rituals {
                quarter_starts: day_of_year(starts).unwrap(),
                ..Rituals::default()
            };
            let quarter = calendar.quarter(day(of)).unwrap();
            assert!(quarter.first <= day(of) && day(of) < quarter.next);
            format!("{quarter} {}", quarter.next)
        };
        assert_eq!(quarter("01-01", "2026-12-31"), "2026-Q4 2027-01-01");
        assert_eq!(quarter("01-01", "2027-01-01"), "2027-Q1 2027-04-01");
        assert_eq!(quarter("02-01", "2027-01-31"), "2026-Q4 2027-02-01");
        assert_eq!(quarter("10-01", "2026-11-21"), "2026-Q1 2027-01-01");
    }

    #[test]
    fn papers_are_named_for_quarters() {
        let calendar = Rituals {
            quarter_starts: (2, 1),
            ..Rituals::default()
        };
        let named = |name: &str| calendar.quarter_named(name).map(|quarter| quarter.first);
        assert_eq!(named("2026-Q4"), Some(day("2026-11-01")));
        assert_eq!(named("2026-Q1-platform"), Some(day("2026-02-01")));
        for other in [
            "", "2026", "2026-Q", "2026-Q5", "2026-Q0", "2026-Q12", "26-Q1", "é-Q1",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
