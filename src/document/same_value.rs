//! Whether two JSON values say the same, in whatever order, with whatever blanks, escapes and
//! spellings of a number: as after an export that wrote every line again.

use super::json::{self, Object};

/// How deep values within values are compared; deeper ones have to be spelled alike.
const DEEPEST: usize = 8;

/// Whether two values say the same.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let texts = || {
        Some([
            std::str::from_utf8(one).ok()?,
            std::str::from_utf8(other).ok()?,
        ])
    };
    one == other || texts().is_some_and(|[one, other]| is_same_value(one, other, DEEPEST))
}

fn is_same_value(one: &str, other: &str, depth: usize) -> bool {
    if one == other || depth == 0 {
        return one == other;
    }
    match one.bytes().next() {
        Some(b'{') => {
            let (Ok(one), Ok(other)) = (Object::parse(one), Object::parse(other)) else {
                return false;
            };
            let entries = |object: &Object<'_>| -> Vec<(String, String)> {
                let entries = object.entries();
                let mut entries: Vec<_> = entries
                    .map(|(key, raw)| (key.to_owned(), raw.to_owned()))
                    .collect();
                // Of a key that stands twice the last one counts, so their order stays.
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                entries
            };
            let (one, other) = (entries(&one), entries(&other));
            let is_same = |(a, b): (&(String, String), &(String, String))| {
                a.0 == b.0 && is_same_value(&a.1, &b.1, depth - 1)
            };
            one.len() == other.len() && one.iter().zip(&other).all(is_same)
        }
        Some(b'[') => match (json::items(one), json::items(other)) {
            (Some(one), Some(other)) => {
                let mut pairs = one.iter().zip(&other);
                one.len() == other.len() && pairs.all(|(a, b)| is_same_value(a, b, depth - 1))
            }
            _ => false,
        },
        Some(b'"') => {
            let [one_text, other_text] = [one, other].map(json::words);
            // Halves of characters all look alike.
            let is_whole = !one_text.contains(char::REPLACEMENT_CHARACTER);
            other.starts_with('"') && is_whole && one_text == other_text
        }
        _ => number(one).is_some_and(|one| Some(one) == number(other)),
    }
}

/// A number as its sign, its digits without zeros around them, and the power of ten of the last one.
fn number(raw: &str) -> Option<(bool, String, i64)> {
    let (is_negative, raw) = match raw.strip_prefix('-') {
        Some(raw) => (true, raw),
        None => (false, raw),
    };
    let (digits, power) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = [whole, part].concat();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || whole.is_empty() {
        return None;
    }
    let power: i64 = power.parse().ok()?;
    let power = power.checked_sub(i64::try_from(part.len()).ok()?)?;
    let short = digits.trim_end_matches('0');
    let power = power.checked_add(i64::try_from(digits.len() - short.len()).ok()?)?;
    let short = short.trim_start_matches('0');
    match short.is_empty() {
        true => Some((false, String::new(), 0)),
        false => Some((is_negative, short.to_owned(), power)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_say_the_same() {
        let same = |one: &str, other: &str| is_same(one.as_bytes(), other.as_bytes());
        for (one, other) in [
            (r#""Café""#, r#""Caf\u00e9""#),
            (r#""a/b""#, r#""a\/b""#),
            ("0.80", "0.8"),
            ("0.80", "8e-1"),
            ("100", "1E+2"),
            ("-0", "0.00"),
            (
                r#"{"a": [1.0, "x"], "b": null}"#,
                r#"{"b":null,"a":[1,"x"]}"#,
            ),
        ] {
            assert!(same(one, other) && same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("0.8", "0.9"),
            ("1", "10"),
            ("1", "-1"),
            ("1", "\"1\""),
            ("", "0"),
            ("true", "false"),
            (r#""\ud800""#, r#""\ud801""#),
        ] {
            assert!(!same(one, other) && !same(other, one), "{one} {other}");
        }
        // More digits than a float has.
        assert!(!same("0.12345678901234567890", "0.12345678901234567891"));
    }
}
