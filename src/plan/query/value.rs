//! What a value is compared with: the signs, the limits behind them, and whether a value is so.

use std::ops::{Bound, RangeBounds as _};

use chrono::{DateTime, Utc};

use super::time::{Interval, moment};
use super::words::fold;
use crate::document::json;
use crate::plan::list_entry::says_nothing;
use crate::plan::step::measure;

/// How a value is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sign {
    /// `>`: older than an age, later than a date, more than a number.
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
}

/// From where to where.
pub(super) type Bounds<T> = (Bound<T>, Bound<T>);

impl Sign {
    /// The longer ones first.
    const ALL: [(&str, Self); 5] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (">", Self::More),
        ("<", Self::Less),
        ("=", Self::Equal),
    ];

    pub(super) fn split(value: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(text, sign)| Some((sign, value.strip_prefix(text)?)))
    }

    /// What lies beyond a limit, or on it.
    fn bounds<T: Copy>(self, limit: T) -> Bounds<T> {
        match self {
            Self::More => (Bound::Excluded(limit), Bound::Unbounded),
            Self::AtLeast => (Bound::Included(limit), Bound::Unbounded),
            Self::Less => (Bound::Unbounded, Bound::Excluded(limit)),
            Self::AtMost => (Bound::Unbounded, Bound::Included(limit)),
            Self::Equal => (Bound::Included(limit), Bound::Included(limit)),
        }
    }
}

/// Reads `10` behind a sign, and `10..20`, `10..` or `..20` without one, whichever end stands first.
pub(super) fn bounds<T: Copy + PartialOrd>(
    sign: Option<Sign>,
    value: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<Bounds<T>> {
    if let Some(sign) = sign {
        return read(value).map(|limit| sign.bounds(limit));
    }
    let (first, last) = value.split_once("..")?;
    Some(match (first, last) {
        ("", "") => return None,
        ("", last) => Sign::AtMost.bounds(read(last)?),
        (first, "") => Sign::AtLeast.bounds(read(first)?),
        (first, last) => match (read(first)?, read(last)?) {
            (first, last) if first > last => (Bound::Included(last), Bound::Included(first)),
            (first, last) => (Bound::Included(first), Bound::Included(last)),
        },
    })
}

/// Whether an end of `first..last` is so.
pub(super) fn has_end(value: &str, is_so: impl Fn(&str) -> bool) -> bool {
    let ends = value.split_once("..");
    ends.is_some_and(|(first, last)| is_so(first) || is_so(last))
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// How many; `0042` is a step.
pub(super) fn count(text: &str) -> Option<usize> {
    let is_padded = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| !is_padded)
}

/// What a text must be like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TextTest {
    /// Contains this, folded.
    Contains(String),
    /// Is this, folded.
    Is(String),
}

impl TextTest {
    /// What the sign asks of a text.
    pub(super) fn new(sign: Option<Sign>, text: &str) -> Self {
        let text = fold(text);
        match sign {
            Some(_) => Self::Is(text.trim().to_owned()),
            None => Self::Contains(text.into_owned()),
        }
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.holds_folded(&fold(text))
    }

    pub(super) fn holds_folded(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(&**part),
            Self::Is(all) => text.trim() == all,
        }
    }
}

/// What a value must be like.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Text(TextTest),
    /// Is there.
    Given,
    Number(Bounds<f64>),
    Time(Interval),
    /// A list of so many entries.
    Count(Bounds<usize>),
    /// One of these, whichever the value is; a list counts by its entries.
    Either(Option<Bounds<f64>>, Option<Interval>),
}

impl Value {
    /// Whether a text is so; `count` tells how many entries it has as a list.
    pub(super) fn holds(
        &self,
        text: &str,
        count: impl FnOnce() -> usize,
        now: DateTime<Utc>,
    ) -> bool {
        match self {
            Self::Text(test) => test.holds(text),
            Self::Given => !text.trim().is_empty(),
            Self::Number(bounds) => {
                measure(text).is_some_and(|(number, _)| bounds.contains(&number))
            }
            Self::Time(time) => {
                let at = DateTime::parse_from_rfc3339(text.trim());
                at.is_ok_and(|at| time.holds(at.to_utc(), now))
            }
            Self::Count(bounds) => bounds.contains(&count()),
            Self::Either(number, time) => match (number, measure(text)) {
                (Some(bounds), Some((number, _))) => bounds.contains(&number),
                _ => {
                    let at = time.zip(moment(text.trim()));
                    at.is_some_and(|(time, at)| time.holds(at, now))
                }
            },
        }
    }

    /// The same of a value of the log that no field stands for.
    pub(super) fn holds_in_log(&self, raw: &str, now: DateTime<Utc>) -> bool {
        match (self, json::known_items(raw)) {
            (Self::Either(Some(bounds), _), Some(items)) => {
                bounds.contains(&(items.count() as f64))
            }
            (Self::Given, Some(mut items)) => items.any(|item| !says_nothing(item)),
            (Self::Given, None) if is_empty_object(raw) => false,
            _ => self.holds(&json::words(raw), || 0, now),
        }
    }
}

/// Whether a raw value is an object with nothing in it.
fn is_empty_object(raw: &str) -> bool {
    let inner = raw
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| inner.trim().is_empty())
}
