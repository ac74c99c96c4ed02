//! Weeks, as the names of records count them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};

/// A week as ISO 8601 counts them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Week {
    year: i32,
    week: u32,
}

impl Week {
    /// The week that the instant is in, in UTC.
    pub(crate) fn of(at: DateTime<Utc>) -> Self {
        Self::with(at.date_naive())
    }

    /// The week that a day is in.
    pub(crate) fn with(day: NaiveDate) -> Self {
        let week = day.iso_week();
        Self {
            year: week.year(),
            week: week.week(),
        }
    }

    /// Its Sunday.
    pub(crate) fn last_day(self) -> Option<NaiveDate> {
        NaiveDate::from_isoywd_opt(self.year, self.week, Weekday::Sun)
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

impl FromStr for Week {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "write the year and the week, as 2026-W07";
        let (year, week) = text.trim().split_once("-W").ok_or(wrong)?;
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(week, 2) {
            return Err(wrong);
        }
        let (year, week) = (
            year.parse().map_err(|_| wrong)?,
            week.parse().map_err(|_| wrong)?,
        );
        match NaiveDate::from_isoywd_opt(year, week, Weekday::Mon) {
            Some(_) => Ok(Self { year, week }),
            None => Err("that year has no such week"),
        }
    }
}
