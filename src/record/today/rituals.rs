//! The calendar of a team's rituals: `[rituals]` in `stepdeck.toml`.
//!
//! Owns how its entries are written and what holds without them. When something is due follows in
//! [`super::cadence`].

use chrono::NaiveTime;

/// When a team's rituals are due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rituals {
    /// The time of day, in UTC, before which the entries of a standup are due.
    pub standup: NaiveTime,
}

impl Default for Rituals {
    fn default() -> Self {
        Self {
            standup: NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default(),
        }
    }
}

/// A time of day as it is written: `15:00`.
pub(crate) fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}
