//! Times as a filter asks about them: ages (`>7d` is older), dates (`>2026-10-01` is later) and
//! ranges of either.

use std::ops::Bound;

use chrono::{DateTime, Days, Duration, Months, NaiveDate, NaiveTime, Utc, Weekday};

use super::value::Sign;

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Interval {
    from: Bound<Moment>,
    to: Bound<Moment>,
}

/// Where it begins or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Moment {
    At(DateTime<Utc>),
    Ago(Duration),
}

/// What stands for a time in a filter: a day, week, month or year, an instant, or how long ago.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Point {
    /// First day, and the day after the last one.
    Date(NaiveDate, NaiveDate),
    Instant(DateTime<Utc>),
    Age(Duration),
}

impl Moment {
    fn at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(at),
            Self::Ago(age) => now.checked_sub_signed(age),
        }
    }
}

impl Interval {
    /// Reads `2026-10`, `2026-10..2026-11`, `7d..14d` or, behind a sign, one age, date or instant.
    /// A date is a whole day, week (`2026-W40`), month or year in UTC.
    pub(super) fn read(sign: Option<Sign>, value: &str) -> Option<Self> {
        if let Some((first, last)) = value.split_once("..") {
            return match sign {
                Some(_) => None,
                None => Self::between(first, last),
            };
        }
        let point = Point::read(value)?;
        // What is older lies further back.
        let sign = match (sign, point) {
            (None | Some(Sign::Equal), Point::Age(_)) => return None,
            (Some(Sign::More), Point::Age(_)) => Sign::Less,
            (Some(Sign::AtLeast), Point::Age(_)) => Sign::AtMost,
            (Some(Sign::Less), Point::Age(_)) => Sign::More,
            (Some(Sign::AtMost), Point::Age(_)) => Sign::AtLeast,
            (sign, _) => sign.unwrap_or(Sign::Equal),
        };
        let (from, to) = match sign {
            Sign::More => (point.after(), Bound::Unbounded),
            Sign::AtLeast => (Bound::Included(point.start()), Bound::Unbounded),
            Sign::Less => (Bound::Unbounded, Bound::Excluded(point.start())),
            Sign::AtMost => (Bound::Unbounded, point.end()),
            Sign::Equal => (Bound::Included(point.start()), point.end()),
        };
        Some(Self { from, to })
    }

    /// The same where a text alone is no time: behind a sign, or from one to another.
    pub(super) fn compared(sign: Option<Sign>, value: &str) -> Option<Self> {
        let is_compared = sign.is_some() || value.contains("..");
        is_compared.then(|| Self::read(sign, value)).flatten()
    }

    /// From one to another, both included, whichever stands first.
    fn between(first: &str, last: &str) -> Option<Self> {
        if first.is_empty() && last.is_empty() {
            return None;
        }
        let read = |text: &str| match text {
            "" => Some(None),
            text => Point::read(text).map(Some),
        };
        let (mut first, mut last) = (read(first)?, read(last)?);
        let is_reversed = match (first, last) {
            (Some(Point::Age(first)), Some(Point::Age(last))) => first < last,
            (Some(first), Some(last)) => match (first.start(), last.start()) {
                (Moment::At(first), Moment::At(last)) => first > last,
                _ => false,
            },
            _ => false,
        };
        if is_reversed {
            std::mem::swap(&mut first, &mut last);
        }
        Some(Self {
            from: first.map_or(Bound::Unbounded, |point| Bound::Included(point.start())),
            to: last.map_or(Bound::Unbounded, Point::end),
        })
    }

    /// Whether the instant lies in it.
    pub(super) fn holds(self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        // An age that reaches back behind all time begins with it.
        let is_after = match self.from {
            Bound::Unbounded => true,
            Bound::Included(from) => from.at(now).is_none_or(|from| at >= from),
            Bound::Excluded(from) => from.at(now).is_none_or(|from| at > from),
        };
        let is_before = match self.to {
            Bound::Unbounded => true,
            Bound::Included(to) => to.at(now).is_some_and(|to| at <= to),
            Bound::Excluded(to) => to.at(now).is_some_and(|to| at < to),
        };
        is_after && is_before
    }
}

impl Point {
    fn read(text: &str) -> Option<Self> {
        let instant = || {
            let at = DateTime::parse_from_rfc3339(text).ok()?;
            Some(Self::Instant(at.to_utc()))
        };
        age(text)
            .map(Self::Age)
            .or_else(|| date(text))
            .or_else(instant)
    }

    fn start(self) -> Moment {
        match self {
            Self::Date(first, _) => Moment::At(midnight(first)),
            Self::Instant(at) => Moment::At(at),
            Self::Age(age) => Moment::Ago(age),
        }
    }

    /// Where a stretch ends that includes it.
    fn end(self) -> Bound<Moment> {
        match self {
            Self::Date(_, after) => Bound::Excluded(Moment::At(midnight(after))),
            Self::Instant(_) | Self::Age(_) => Bound::Included(self.start()),
        }
    }

    /// Where a stretch begins that comes after it.
    fn after(self) -> Bound<Moment> {
        match self {
            Self::Date(_, after) => Bound::Included(Moment::At(midnight(after))),
            Self::Instant(_) | Self::Age(_) => Bound::Excluded(self.start()),
        }
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Whether a text stands for a time in a filter.
pub(super) fn is_point(text: &str) -> bool {
    Point::read(text).is_some()
}

/// When something is that a log writes as an instant, or as a date: the beginning of that in UTC.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    match Point::read(text)?.start() {
        Moment::At(at) => Some(at),
        Moment::Ago(_) => None,
    }
}

/// How long ago, as people write it: `36h`, `7d`, `2w`.
pub(crate) fn age(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: i64 = digits.parse().ok()?;
    match unit {
        'h' => Duration::try_hours(count),
        'd' => Duration::try_days(count),
        'w' => Duration::try_weeks(count),
        _ => None,
    }
}

/// `2026`, `2026-10`, `2026-W40`, `2026-10-05`.
fn date(text: &str) -> Option<Point> {
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) {
        return None;
    }
    let year = year.parse().ok()?;
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let (first, after) = match rest {
        "" if !text.contains('-') => (day(1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?),
        month if digits(month, 2) => {
            let first = day(month.parse().ok()?, 1)?;
            (first, first.checked_add_months(Months::new(1))?)
        }
        week if week.starts_with(['W', 'w']) && digits(&week[1..], 2) => {
            let first = NaiveDate::from_isoywd_opt(year, week[1..].parse().ok()?, Weekday::Mon)?;
            (first, first.checked_add_days(Days::new(7))?)
        }
        rest => {
            let (month, date) = rest.split_once('-')?;
            if !(digits(month, 2) && digits(date, 2)) {
                return None;
            }
            let first = day(month.parse().ok()?, date.parse().ok()?)?;
            (first, first.succ_opt()?)
        }
    };
    Some(Point::Date(first, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn ages_dates_and_ranges_are_stretches_of_time() {
        let now = instant("2026-11-28T12:00:00Z");
        let (more, less) = (Some(Sign::More), Some(Sign::Less));
        for (sign, value, first, last) in [
            (
                None,
                "2026-10-05",
                "2026-10-05T00:00:00Z",
                "2026-10-05T23:59:59Z",
            ),
            (
                Some(Sign::Equal),
                "2026-10",
                "2026-10-01T00:00:00Z",
                "2026-10-31T23:59:59Z",
            ),
            (
                None,
                "2026-10..2026-11",
                "2026-10-01T00:00:00Z",
                "2026-11-30T23:59:59Z",
            ),
            (
                None,
                "2026-10-30..2026-11-02",
                "2026-10-30T00:00:00Z",
                "2026-11-02T23:59:59Z",
            ),
            (
                None,
                "2026-W40",
                "2026-09-28T00:00:00Z",
                "2026-10-04T23:59:59Z",
            ),
            (None, "2026", "2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z"),
            (
                None,
                "7d..14d",
                "2026-11-14T12:00:00Z",
                "2026-11-21T12:00:00Z",
            ),
            (
                None,
                "2w..1w",
                "2026-11-14T12:00:00Z",
                "2026-11-21T12:00:00Z",
            ),
            (
                None,
                "2026-11-01..7d",
                "2026-11-01T00:00:00Z",
                "2026-11-21T12:00:00Z",
            ),
            (
                more,
                "2026-10-05",
                "2026-10-06T00:00:00Z",
                "9999-01-01T00:00:00Z",
            ),
            (
                less,
                "2026-10-05",
                "0001-01-01T00:00:00Z",
                "2026-10-04T23:59:59Z",
            ),
            (
                None,
                "..2026-10",
                "0001-01-01T00:00:00Z",
                "2026-10-31T23:59:59Z",
            ),
            (
                None,
                "2026-10..",
                "2026-10-01T00:00:00Z",
                "9999-01-01T00:00:00Z",
            ),
            (more, "36h", "0001-01-01T00:00:00Z", "2026-11-26T23:59:59Z"),
            (less, "36h", "2026-11-27T00:00:01Z", "9999-01-01T00:00:00Z"),
        ] {
            let stretch = Interval::read(sign, value).expect(value);
            let (first, last) = (instant(first), instant(last));
            let second = Duration::seconds(1);
            assert!(
                stretch.holds(first, now) && stretch.holds(last, now),
                "{value}"
            );
            assert!(
                first < instant("0002-01-01T00:00:00Z") || !stretch.holds(first - second, now),
                "{value}"
            );
            assert!(
                last > instant("9998-01-01T00:00:00Z") || !stretch.holds(last + second, now),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for value in [
            "",
            "7",
            "d",
            "7d",
            "7x",
            "-7d",
            "+7d",
            "2026-13",
            "2026-02-30",
            "2026-W54",
            "2026-",
            "26-10",
            "..",
            "2026-10..x",
            "é",
            "7é",
            "99999999999999999999d",
            "2026-1-1",
        ] {
            assert_eq!(Interval::read(None, value), None, "{value}");
        }
        assert_eq!(Interval::read(Some(Sign::More), "2026-10..2026-11"), None);
        let far = Interval::read(Some(Sign::More), "99999999w").unwrap();
        assert!(!far.holds(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH));
        let near = Interval::read(Some(Sign::Less), "99999999w").unwrap();
        assert!(near.holds(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH));
    }
}
