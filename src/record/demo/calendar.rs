//! The demo plan's dates: working days of one year that ends on a fixed day.
//!
//! Never asks the clock, so that the same call writes the same bytes next year. `TODAY` is
//! the day on which the demo plan is current.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::prng::Prng;

/// First and last day of the demo's story, as year, month, day.
const START: (i32, u32, u32) = (2026, 1, 12);
pub(super) const TODAY: (i32, u32, u32) = (2026, 11, 20);

/// The working days from the start up to the day before [`TODAY`], oldest first.
pub(super) struct Calendar {
    days: Vec<String>,
}

impl Calendar {
    pub fn new() -> Self {
        let day = |(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
        let (mut at, end) = (day(START), day(TODAY));
        let mut days = Vec::new();
        while at < end {
            if !matches!(at.weekday(), Weekday::Sat | Weekday::Sun) {
                days.push(at.format("%Y-%m-%d").to_string());
            }
            at = at + Days::new(1);
        }
        Self { days }
    }

    /// A moment within the last `span` working days.
    pub fn recent(&self, span: usize, prng: &mut Prng) -> Stamp<'_> {
        let back = prng.below(span.min(self.days.len()) as u64) as usize;
        self.stamp(self.days.len() - 1 - back, prng)
    }

    /// A moment near `permille` thousandths of the story so far.
    pub fn around(&self, permille: usize, prng: &mut Prng) -> Stamp<'_> {
        let last = self.days.len() - 1;
        let at = last * permille.min(1000) / 1000 + prng.below(9) as usize;
        self.stamp(at.saturating_sub(4).min(last), prng)
    }

    fn stamp(&self, index: usize, prng: &mut Prng) -> Stamp<'_> {
        Stamp {
            day: &self.days[index],
            second: 7 * 3600 + prng.below(10 * 3600) as u32,
        }
    }
}

/// A moment in UTC, shown as RFC 3339.
#[derive(Clone, Copy)]
pub(super) struct Stamp<'a> {
    day: &'a str,
    second: u32,
}

impl Stamp<'_> {
    /// The same moment, to be counted with.
    pub fn moment(&self) -> NaiveDateTime {
        let day = self.day.parse::<NaiveDate>().unwrap_or_default();
        day.and_time(NaiveTime::MIN) + TimeDelta::seconds(self.second.into())
    }
}

impl std::fmt::Display for Stamp<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (h, m, s) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        write!(f, "{}T{h:02}:{m:02}:{s:02}Z", self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_a_working_day_before_today() {
        let calendar = Calendar::new();
        assert_eq!(
            calendar.days.first().map(String::as_str),
            Some("2026-01-12")
        );
        assert_eq!(calendar.days.last().map(String::as_str), Some("2026-11-19"));
        assert_eq!(calendar.days.len(), 224);
        assert!(
            !calendar.days.contains(&"2026-11-15".to_owned()),
            "a Sunday"
        );
    }

    #[test]
    fn a_stamp_reads_as_rfc_3339() {
        let calendar = Calendar::new();
        for item in 0..200 {
            let text = calendar
                .recent(15, &mut Prng::for_item(1, item))
                .to_string();
            let read = chrono::DateTime::parse_from_rfc3339(&text).expect("RFC 3339");
            assert!(read.date_naive() >= NaiveDate::from_ymd_opt(2026, 10, 30).expect("a date"));
        }
    }
}
