//! Whether two JSON values mean the same, however they are spelled: spaces, escapes, the order of
//! keys and the spelling of numbers do not count; every digit does.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::document::json;

/// Deeper inside, only what is spelled the same is taken for the same.
const DEEPEST: usize = 32;

/// Whether two raw values mean the same.
pub(crate) fn same(a: &str, b: &str) -> bool {
    same_within(a, b, DEEPEST)
}

fn same_within(a: &str, b: &str, depth: usize) -> bool {
    if a == b || depth == 0 {
        return a == b;
    }
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(b'"'), Some(b'"')) => json::words(a) == json::words(b),
        (Some(b'['), Some(b'[')) => match (json::items(a), json::items(b)) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                a.iter().zip(b).all(|(a, b)| same_within(a, b, depth - 1))
            }
            _ => false,
        },
        (Some(b'{'), Some(b'{')) => match (members(a), members(b)) {
            (Some(a), Some(b)) if a.len() == b.len() => a.iter().all(|(key, a)| {
                let other = b.get(key);
                other.is_some_and(|b| same_within(a.get(), b.get(), depth - 1))
            }),
            _ => false,
        },
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) => {
            Decimal::of(a).is_some_and(|a| Some(a) == Decimal::of(b))
        }
        _ => false,
    }
}

/// Of duplicate keys the last counts.
fn members(raw: &str) -> Option<HashMap<Cow<'_, str>, &RawValue>> {
    serde_json::from_str(raw).ok()
}

/// A number as its digits without zeros at either end, and the place of the point behind them.
#[derive(PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn of(raw: &str) -> Option<Self> {
        let (mantissa, exponent) = match raw.find(['e', 'E']) {
            Some(at) => (&raw[..at], raw[at + 1..].parse().ok()?),
            None => (raw, 0),
        };
        let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = format!("{whole}{fraction}").into_bytes();
        let mut exponent: i64 = exponent;
        exponent = exponent.checked_sub(fraction.len() as i64)?;
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent = exponent.checked_add(1)?;
        }
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..leading);
        if digits.is_empty() {
            return Some(Self {
                is_negative: false,
                digits,
                exponent: 0,
            });
        }
        Some(Self {
            is_negative,
            digits,
            exponent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_count() {
        for (a, b) in [
            ("1", "1.0"),
            ("1e3", "1000"),
            ("-0", "0"),
            ("0.00", "0e7"),
            ("1.50E-2", "0.015"),
            (r#""a\u00e9\/""#, "\"aé/\""),
            (r#"{"a": 1, "b": [1, 2]}"#, r#"{"b":[1,2.0],"a":1}"#),
            (r#"{"a": 1, "a": 2}"#, r#"{"a": 2}"#),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn meaning_does() {
        for (a, b) in [
            ("12345678901234567890123", "12345678901234567890124"),
            ("1", "\"1\""),
            ("null", "false"),
            ("[1]", "[1, 2]"),
            ("[1, 2]", "[2, 1]"),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            ("1e99999999999999999999", "1e99999999999999999998"),
            ("-1", "1"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
        let deep = |inner| format!("{}{inner}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(
            !same(&deep("1"), &deep(" 1")),
            "no stack is deep enough for this"
        );
    }
}
