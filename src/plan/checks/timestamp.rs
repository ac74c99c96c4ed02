//! An `updated_at` that is not RFC 3339.
//!
//! `2026-01-31T12:00:00Z` is one, with or without fractions of a second. Anything else
//! cannot be sorted or compared, so the step looks as if it had never been touched. Where the time
//! is clear (a day, also 18.11.2026 where one number is no month, a time without zone, another zone's spelling, `20260131T120000Z`, seconds or
//! milliseconds since 1970), the fix writes it as RFC 3339, reading a time without zone as UTC and
//! a day as its beginning. The number of a day in a spreadsheet, such as 45981, is not clear:
//! programs count from different days.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "updated_at": "2026-01-31 12:00"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "updated_at": "2026-01-31T12:00:00.25Z"}
//! ```

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::wording::quoted;
use super::{Context, Fix, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::field::Field;

/// The rule.
pub const RULE: Rule = Rule {
    code: "timestamp",
    severity: Severity::Error,
    title: "updated_at is not RFC 3339",
    help: Help::anywhere(
        "write the time it means as RFC 3339, such as 2026-01-31T12:00:00Z; an edit of the step \
         writes the time of the edit instead",
    ),
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if reading.plain(Field::UpdatedAt).is_some_and(is_usual) {
        return;
    }
    let raw = reading.raw(Field::UpdatedAt);
    // A number is an instant, too, if not the right way to write one.
    let is_one = |raw: &&str| raw.starts_with('"') || read_loosely(raw).is_some();
    let Some(text) = raw.filter(is_one).map(json::words) else {
        return;
    };
    if DateTime::parse_from_rfc3339(&text).is_ok() {
        return;
    }
    found.add(Spot::field(plan, step, Field::UpdatedAt), |spot| {
        let (id, words) = (step.id(), quoted(&text));
        let message = match text.trim().is_empty() {
            true => format!("{id} does not say when it was updated"),
            false => format!("{id} was updated at {words}, which is not RFC 3339"),
        };
        let problem = RULE.problem(plan, spot, message).about(step);
        match read_loosely(&text) {
            None => problem,
            Some(_) => problem.fixed_by(Fix::Timestamp(step.index())).with_help(
                "`{problem-fix}` writes the same instant as RFC 3339 in UTC",
                "`stepdeck check --fix` writes the same instant as RFC 3339 in UTC",
            ),
        }
    });
}

/// Whether a text is surely RFC 3339: as stepdeck writes it, on a day that every month has.
fn is_usual(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = b"0000-00-00T00:00:00Z";
    let alike = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte == form,
    };
    let within =
        |at: usize, range: std::ops::RangeInclusive<&[u8]>| range.contains(&&bytes[at..at + 2]);
    bytes.len() == form.len()
        && bytes.iter().zip(form).all(alike)
        && within(5, b"01"..=b"12")
        && within(8, b"01"..=b"28")
        && within(11, b"00"..=b"23")
        && within(14, b"00"..=b"59")
        && within(17, b"00"..=b"59")
}

/// The instant that a text can only mean, whatever its form: nothing where day and month
/// could be taken for each other.
pub fn read_loosely(text: &str) -> Option<DateTime<Utc>> {
    const ZONED: [&str; 4] = [
        "%Y%m%dT%H%M%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%dT%H:%M%#z",
    ];
    const PLAIN: [&str; 9] = [
        "%Y%m%dT%H%M%S%.f",
        "%Y%m%dT%H%M",
        "%Y%m%d%H%M%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ];
    const DAYS: [&str; 5] = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%b %d, %Y"];
    let text = text.trim();
    if let Some(at) = since_1970(text) {
        return Some(at);
    }
    let zoned = DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| {
            let read = |form: &&str| DateTime::parse_from_str(text, form).ok();
            fitting(&ZONED, text).find_map(read)
        })
        .or_else(|| DateTime::parse_from_rfc2822(text).ok());
    if let Some(at) = zoned {
        return Some(at.with_timezone(&Utc));
    }
    let utc = ["Z", "z", " UTC", "UTC"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone))
        .unwrap_or(text)
        .trim_end();
    let at = fitting(&PLAIN, utc)
        .find_map(|form| NaiveDateTime::parse_from_str(utc, form).ok())
        .or_else(|| {
            let read = |form: &&str| NaiveDate::parse_from_str(text, form).ok();
            Some(
                fitting(&DAYS, text)
                    .find_map(read)?
                    .and_time(NaiveTime::MIN),
            )
        })
        .or_else(|| with_year_last(utc))?;
    Some(at.and_utc())
}

/// A day that is written as `18.11.2026` or `11/26/2026`, with a time behind it or not: only where
/// one of the two numbers is no month, or both are the same.
fn with_year_last(text: &str) -> Option<NaiveDateTime> {
    const TIMES: [&str; 2] = ["%H:%M:%S", "%H:%M"];
    let (day, time) = text.split_once(' ').unwrap_or((text, ""));
    let sign = day.find(['.', '/', '-'])?;
    let parts: Vec<&str> = day.split(&day[sign..=sign]).collect();
    let [first, second, year] = parts[..] else {
        return None;
    };
    let number = |text: &str, most: usize| {
        let is_it = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        is_it.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (first, second) = (number(first, 2)?, number(second, 2)?);
    let year = number(year, 4).filter(|year| (1000..).contains(year))?;
    let (day, month) = match (first, second) {
        (13.., _) => (first, second),
        (_, 13..) if &day[sign..=sign] != "." => (second, first),
        _ if first == second => (first, second),
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let time = match time.trim() {
        "" => NaiveTime::MIN,
        time => TIMES
            .iter()
            .find_map(|form| NaiveTime::parse_from_str(time, form).ok())?,
    };
    Some(day.and_time(time))
}

/// The forms that a text may have. Thousands are to be read, and most forms fail at what follows the
/// year or the day.
fn fitting<'a>(forms: &'a [&str], text: &str) -> impl Iterator<Item = &'a &'a str> {
    let text = text.as_bytes();
    let has_year = text.len() > 4 && text[..4].iter().all(u8::is_ascii_digit);
    let separator = (text.get(4)).filter(|byte| has_year && matches!(byte, b'-' | b'/'));
    let behind_day = text.get(10).filter(|byte| matches!(byte, b'T' | b' '));
    let (separator, behind_day) = (separator.copied(), behind_day.copied());
    forms.iter().filter(move |form| {
        let sign = |at: usize| form.as_bytes().get(at).copied();
        separator.is_none()
            || sign(2) == separator && (behind_day.is_none() || sign(8) == behind_day)
    })
}

/// Seconds, or thousandths, millionths or billionths of one, since 1970: the only unit in which the
/// number is in this century.
fn since_1970(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = whole.len();
    if !(9..=19).contains(&digits)
        || fraction.len() > 9
        || !is_digits(whole)
        || !is_digits(fraction)
    {
        return None;
    }
    let count: i64 = whole.parse().ok()?;
    match fraction {
        "" => [1, 1_000, 1_000_000, 1_000_000_000]
            .into_iter()
            .find_map(|unit: i64| {
                let nanos = (count % unit) * (1_000_000_000 / unit);
                in_this_century(count / unit, nanos)
            }),
        fraction => in_this_century(count, format!("{fraction:0<9}").parse().ok()?),
    }
}

fn in_this_century(seconds: i64, nanos: i64) -> Option<DateTime<Utc>> {
    let at = DateTime::from_timestamp(seconds, u32::try_from(nanos).ok()?)?;
    (2000..2100).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, plan, problems, step};
    use super::{RULE, read_loosely};

    #[test]
    fn it_catches_what_is_no_instant() {
        let log = [
            step("0001", &[("updated_at", "\"2026-01-31\"")]),
            step("0002", &[("updated_at", "\"01/02/2026\"")]),
            step("0003", &[("updated_at", "\"\"")]),
            step("0004", &[("updated_at", "1769862605")]),
            step("0005", &[("updated_at", "17")]),
        ]
        .concat();
        let files = [(LOG, &*log)];
        assert_eq!(
            found(&RULE, &files),
            [
                "data/plans/plan.jsonl:1:227 [\"2026-01-31\"] 0001 was updated at “2026-01-31”, \
                 which is not RFC 3339",
                "data/plans/plan.jsonl:2:227 [\"01/02/2026\"] 0002 was updated at “01/02/2026”, \
                 which is not RFC 3339",
                "data/plans/plan.jsonl:3:227 [\"\"] 0003 does not say when it was updated",
                "data/plans/plan.jsonl:4:227 [1769862605] 0004 was updated at “1769862605”, which \
                 is not RFC 3339",
            ]
        );
        let fixable = problems(&RULE, &plan(&files), &[]);
        let fixable: Vec<bool> = fixable.iter().map(|p| p.fix.is_some()).collect();
        assert_eq!(fixable, [true, false, false, true]);
    }

    #[test]
    fn it_leaves_nanoseconds_and_offsets_alone() {
        let log = [
            step(
                "0001",
                &[("updated_at", "\"2026-02-17T23:51:55.259182713Z\"")],
            ),
            step("0002", &[("updated_at", "\"2026-02-17T23:51:55+02:00\"")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }

    #[test]
    fn an_instant_is_read_in_any_plain_form() {
        for (text, instant) in [
            ("2026-01-31 12:30", "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T12:30:05", "2026-01-31T12:30:05+00:00"),
            ("2026-01-31T12:30:05 UTC", "2026-01-31T12:30:05+00:00"),
            ("2026-01-31T12:30:05+0200", "2026-01-31T10:30:05+00:00"),
            (
                "2026-01-31 12:30:05.25 +02:00",
                "2026-01-31T10:30:05.250+00:00",
            ),
            ("20260131T123005Z", "2026-01-31T12:30:05+00:00"),
            ("20260131T123005+0200", "2026-01-31T10:30:05+00:00"),
            ("20260131T1230", "2026-01-31T12:30:00+00:00"),
            ("20260131123005", "2026-01-31T12:30:05+00:00"),
            ("20260131", "2026-01-31T00:00:00+00:00"),
            ("31 Jan 2026", "2026-01-31T00:00:00+00:00"),
            ("1769862605", "2026-01-31T12:30:05+00:00"),
            ("1769862605.25", "2026-01-31T12:30:05.250+00:00"),
            ("1769862605250", "2026-01-31T12:30:05.250+00:00"),
            ("1769862605250000000", "2026-01-31T12:30:05.250+00:00"),
            (
                "Sat, 31 Jan 2026 12:30:05 +0000",
                "2026-01-31T12:30:05+00:00",
            ),
        ] {
            let read = read_loosely(text).map(|at| at.to_rfc3339());
            assert_eq!(read.as_deref(), Some(instant), "{text}");
        }
        for text in [
            "2026-02-30",
            "20260230",
            "42",
            "123456789",
            "99999999999999999999",
            "1e9",
        ] {
            assert_eq!(read_loosely(text), None, "{text}");
        }
        assert_eq!(read_loosely("soon"), None);
    }
}
