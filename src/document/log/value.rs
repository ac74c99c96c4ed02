//! How long an ordinary JSON value is, found in one pass that builds nothing.
//!
//! What is accepted is JSON, as far as serde_json would take it for one value. What is not accepted
//! may still be JSON: other whitespace than spaces, and deep nesting, are left to serde_json,
//! together with the words for what is wrong.

/// How deep arrays and objects within each other are followed.
const DEEPEST: u32 = 32;

/// How many bytes the value takes that `bytes` begin with.
pub(super) fn value_len(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader { bytes, at: 0 };
    reader.value(DEEPEST)?;
    Some(reader.at)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Option<()> {
        match *self.bytes.get(self.at)? {
            b'"' => self.string(),
            b'[' => self.list(b']', depth.checked_sub(1)?),
            b'{' => self.list(b'}', depth.checked_sub(1)?),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// The next byte that is not a space, which is where the reader is then.
    fn next(&mut self) -> Option<u8> {
        while *self.bytes.get(self.at)? == b' ' {
            self.at += 1;
        }
        Some(self.bytes[self.at])
    }

    /// An array or an object, up to its end.
    fn list(&mut self, end: u8, depth: u32) -> Option<()> {
        self.at += 1;
        if self.next()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            if end == b'}' {
                self.next()?;
                self.string()?;
                if self.next()? != b':' {
                    return None;
                }
                self.at += 1;
            }
            self.next()?;
            self.value(depth)?;
            let sign = self.next()?;
            self.at += 1;
            match sign {
                b',' => {}
                sign if sign == end => return Some(()),
                _ => return None,
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let is_there = self.bytes[self.at..].starts_with(word);
        is_there.then(|| self.at += word.len())
    }

    fn string(&mut self) -> Option<()> {
        if self.bytes[self.at] != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at += plain(&self.bytes[self.at..]);
            match self.bytes[self.at..] {
                [b'"', ..] => {
                    self.at += 1;
                    return Some(());
                }
                [
                    b'\\',
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                    ..,
                ] => {
                    self.at += 2;
                }
                [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(u8::is_ascii_hexdigit) => {
                    self.at += 6;
                }
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.is_at(b"-"));
        match self.is_at(b"0") {
            true => self.at += 1,
            false => self.digits()?,
        }
        if self.is_at(b".") {
            self.at += 1;
            self.digits()?;
        }
        if self.is_at(b"eE") {
            self.at += 1;
            self.at += usize::from(self.is_at(b"+-"));
            self.digits()?;
        }
        Some(())
    }

    /// Whether one of these signs is here.
    fn is_at(&self, signs: &[u8]) -> bool {
        (self.bytes.get(self.at)).is_some_and(|byte| signs.contains(byte))
    }

    /// Passes one digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// How many bytes there are before the first that ends a string, begins an escape, or must not be in
/// one. Eight are looked at together: strings are too short for what pays for megabytes.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const TOPS: u64 = ONES << 7;
    // Sets the top bit of the first byte that is less than `least`, and of none before it.
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word & TOPS;
    let same = |word: u64, sign: u8| below(word ^ (ONES * u64::from(sign)), 1);
    let mut at = 0;
    while let Some(eight) = bytes[at..].first_chunk() {
        let word = u64::from_le_bytes(*eight);
        let found = same(word, b'"') | same(word, b'\\') | below(word, b' ');
        if found != 0 {
            return at + (found.trailing_zeros() / u8::BITS) as usize;
        }
        at += 8;
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < b' ';
    let rest = &bytes[at..];
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    /// How long serde_json says that a value is which something else follows.
    fn as_read(text: &str) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let value = values.next()?.ok()?;
        Some(value.get().len())
    }

    #[test]
    fn ordinary_values_are_recognised() {
        for value in [
            r#""a\u00e9\" é \\""#,
            r#"["0001", [], {}, {"a" : {"b":[1 , -0.5e+3]}}]"#,
            "0",
            "-12.50E-7",
            "true",
            "false",
            "null",
            r#""12345678""#,
            r#""1234567""#,
        ] {
            assert_eq!(value_len(value.as_bytes()), Some(value.len()), "{value}");
            let more = format!("{value}, \"b\": 1}}");
            assert_eq!(value_len(more.as_bytes()), Some(value.len()), "{value}");
        }
    }

    #[test]
    fn what_is_wrong_or_unusual_is_not_accepted() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for value in [
            "",
            " 1",
            "\"a",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u00e\"",
            "[1,]",
            "[1",
            "[\t]",
            "{1:2}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[}",
            "{]",
            ".5",
            "+1",
            "-",
            "1.",
            "1e",
            "tru",
            "nul",
            "x",
            "}",
            "\"123456\u{1}8",
            "\"\u{1f}\"",
            &deep,
        ] {
            assert_eq!(value_len(value.as_bytes()), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_serde_json_takes_for_a_value(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\\"\"", "\"é\\ud800\"", "\"\\u00\"", "1",
                "-0", "0", "1.5e-3", "null", "true", "false", " ", "\t", "\"", "\\", "x", "\u{1f}",
                "\"a long one\"",
            ]), 0..16),
        ) {
            let text = parts.concat();
            if let Some(len) = value_len(text.as_bytes()) {
                // A number goes on as far as it can.
                let value = &text[..len];
                prop_assert_eq!(as_read(value), Some(len), "{}", text);
                prop_assert!(serde_json::from_str::<&RawValue>(value).is_ok(), "{}", text);
            }
        }
    }
}
