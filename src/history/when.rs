//! WHEN: a moment as people write it on the command line.
//!
//! Which words win over what else, and how long a day is, is decided here alone. What a review, a
//! gate or a revision stands for is found out by others.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use crate::plan::query::time::age;

/// What may stand for a moment, for the help.
pub const HELP: &str = "\
WHEN is one of:
  2026-11-20            the end of that day in UTC
  2026-11-20T09:30:00Z  that instant
  36h, 7d, 2w           that long ago
  review                what the last finished weekly review saw
  demo                  what the last demo saw
  checkpoint            the end of the day of the last checkpoint
  gate:STAGE            the end of the day on which the stage's gate was last decided
  main, v1.2, 4507f6d   a commit, by any name that git knows
  rev:NAME              the same, for a name that means something else above";

/// The same in a line, for errors.
pub(crate) const KINDS: &str =
    "a date (2026-11-20), an age (2w), review, demo, checkpoint, gate:STAGE or a revision";

/// A moment as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// An instant; for a day its end.
    At(DateTime<Utc>),
    /// That long before now.
    Ago(Duration),
    /// The end of the last finished weekly review.
    Review,
    /// When the last demo was held.
    Demo,
    /// When the last section of a checkpoint was written.
    Checkpoint,
    /// The last decision about the gate of this stage.
    Gate(String),
    /// A commit, as git names it.
    Revision(String),
}

/// Why a text is not a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhenError(String);

impl fmt::Display for WhenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WhenError {}

/// Words reserved for moments that nothing records yet, so that none of them changes its meaning
/// later.
const RESERVED: [&str; 1] = ["visit"];

/// The end of a day in UTC.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999);
    day.and_time(last.unwrap_or_default()).and_utc()
}

impl std::str::FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WhenError(format!("write {KINDS}")));
        }
        if let Some(revision) = text.strip_prefix("rev:") {
            return Ok(Self::Revision(revision.to_owned()));
        }
        if let Some(stage) = text.strip_prefix("gate:") {
            return Ok(Self::Gate(stage.to_owned()));
        }
        if text == "review" {
            return Ok(Self::Review);
        }
        if text == "demo" {
            return Ok(Self::Demo);
        }
        if text == "checkpoint" {
            return Ok(Self::Checkpoint);
        }
        if RESERVED.contains(&text) {
            let reason =
                format!("“{text}” is not recorded yet; for the revision, write rev:{text}");
            return Err(WhenError(reason));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(end_of(day)));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(instant.to_utc()));
        }
        Ok(age(text).map_or_else(|| Self::Revision(text.to_owned()), Self::Ago))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> When {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_its_end_and_an_age_is_an_age() {
        let When::At(end) = when("2026-11-20") else {
            panic!()
        };
        assert!(end > "2026-11-20T23:59:59Z".parse::<DateTime<Utc>>().unwrap());
        assert!(end < "2026-11-21T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let instant = "2026-11-20T08:30:00Z".parse().unwrap();
        assert_eq!(when("2026-11-20T09:30:00+01:00"), When::At(instant));
        assert_eq!(when("36h"), When::Ago(Duration::hours(36)));
        assert_eq!(when("2w"), When::Ago(Duration::days(14)));
    }

    #[test]
    fn words_win_over_revisions_and_rev_names_them_all() {
        assert_eq!(when("review"), When::Review);
        assert_eq!(when("demo"), When::Demo);
        assert_eq!(when("checkpoint"), When::Checkpoint);
        assert_eq!(when("rev:review"), When::Revision("review".to_owned()));
        assert_eq!(when("gate:Beta"), When::Gate("Beta".to_owned()));
        for revision in [
            "main",
            "v1.2",
            "4507f6d",
            "12",
            "2026-13-01",
            "99999999999999999999d",
            "é",
        ] {
            assert_eq!(when(revision), When::Revision(revision.to_owned()));
        }
        assert!("visit".parse::<When>().is_err() && " ".parse::<When>().is_err());
    }
}
