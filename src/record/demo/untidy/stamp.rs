//! One instant in the spellings that people and their programs give it.

use chrono::{NaiveDateTime, TimeDelta};

/// How an instant is written as a JSON value. The first three are RFC 3339.
#[derive(Clone, Copy)]
pub enum Spelling {
    /// `2026-11-20T10:00:00Z`
    Utc,
    /// Microseconds, and the zone that lies so many minutes east of UTC.
    Offset(i32),
    /// `2026-11-20T10:00:00.000Z`
    Millis,
    /// `2026-11-20 10:00`
    Minutes,
    /// `2026-11-20`
    Day,
    /// `20261120T100000Z`
    Compact,
    /// Seconds since 1970, a number.
    Epoch,
}

impl Spelling {
    /// The JSON value of `at`, which is in UTC. `spread` is any number: the part of a second.
    pub fn write(self, at: NaiveDateTime, spread: u64) -> String {
        match self {
            Self::Utc => format!("\"{}Z\"", at.format("%Y-%m-%dT%H:%M:%S")),
            Self::Offset(minutes) => {
                let local = at + TimeDelta::minutes(minutes.into());
                let sign = if minutes < 0 { '-' } else { '+' };
                let (hour, minute) = (minutes.abs() / 60, minutes.abs() % 60);
                let local = local.format("%Y-%m-%dT%H:%M:%S");
                let micros = spread % 1_000_000;
                format!("\"{local}.{micros:06}{sign}{hour:02}:{minute:02}\"")
            }
            Self::Millis => {
                let millis = spread % 1_000;
                format!("\"{}.{millis:03}Z\"", at.format("%Y-%m-%dT%H:%M:%S"))
            }
            Self::Minutes => format!("\"{}\"", at.format("%Y-%m-%d %H:%M")),
            Self::Day => format!("\"{}\"", at.format("%Y-%m-%d")),
            Self::Compact => format!("\"{}Z\"", at.format("%Y%m%dT%H%M%S")),
            Self::Epoch => at.and_utc().timestamp().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_keeps_its_meaning_in_every_spelling() {
        let at = chrono::DateTime::from_timestamp(1_795_082_645, 0).expect("an instant");
        let written = [
            Spelling::Utc,
            Spelling::Offset(120),
            Spelling::Offset(-300),
            Spelling::Millis,
            Spelling::Minutes,
            Spelling::Day,
            Spelling::Compact,
            Spelling::Epoch,
        ]
        .map(|spelling| spelling.write(at.naive_utc(), 7_000_042));
        assert_eq!(
            written,
            [
                "\"2026-11-19T10:04:05Z\"",
                "\"2026-11-19T12:04:05.000042+02:00\"",
                "\"2026-11-19T05:04:05.000042-05:00\"",
                "\"2026-11-19T10:04:05.042Z\"",
                "\"2026-11-19 10:04\"",
                "\"2026-11-19\"",
                "\"20261119T100405Z\"",
                "1795082645",
            ]
        );
    }
}
