//! One JSON object in its source text: where each top-level value is, and the splices that set one
//! of them.
//!
//! Values are never re-serialised: an edit names a key and gives the raw JSON of the one
//! value that changes. serde_json does the reading; its `RawValue` borrows from the text,
//! which is how a value's place is known.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::sequence::Sequence;
use super::splice::{Span, Splice};

/// Why a text is not a JSON object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonProblem {
    /// Byte offset in the text at which reading stopped.
    pub offset: usize,
    /// The reader's reason, without any position.
    pub reason: String,
}

/// The top-level keys and values of one JSON object, in source order, duplicates included.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    text: &'a str,
    entries: Vec<(Cow<'a, str>, Span)>,
}

impl<'a> Object<'a> {
    /// Reads `text` as one JSON object surrounded by nothing but whitespace.
    ///
    /// # Errors
    /// Where and why it is not one. Depth of nesting is no reason.
    pub fn parse(text: &'a str) -> Result<Self, JsonProblem> {
        let mut entries = Vec::new();
        visit(text, |key, span| entries.push((key, span)))?;
        Ok(Self { text, entries })
    }

    /// Reads a raw value, which is mostly no object where one was not written on purpose: to say why
    /// not would take longer than to read one.
    pub(crate) fn of_value(raw: &'a str) -> Option<Self> {
        raw.starts_with('{').then(|| Self::parse(raw).ok())?
    }

    /// The text that was read.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Keys and raw values in source order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.entries
            .iter()
            .map(|(key, span)| (key.as_ref(), &self.text[span.range()]))
    }

    /// The raw value of `key`. With duplicate keys the last one counts, as JSON readers do.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.find(key).map(|at| self.raw(at))
    }

    /// The place of the raw value of `key` within the text.
    pub(crate) fn span(&self, key: &str) -> Option<Span> {
        self.find(key).map(|at| self.entries[at].1)
    }

    /// The splice that makes `raw` the value of `key`. A key that is not there yet is put
    /// behind its nearest predecessor in `order`, in the spacing the object uses.
    pub(crate) fn set(&self, key: &str, raw: &str, order: &[&str]) -> Splice {
        if let Some(at) = self.find(key) {
            return Splice::replace(self.entries[at].1, raw);
        }
        let (separator, colon) = self.spacing();
        let quoted = quote(key);
        if self.entries.is_empty() {
            let open = self.text.find('{').map_or(0, |at| at + 1);
            return Splice::insert(open, format!("{quoted}{colon}{raw}"));
        }
        match self.predecessor(key, order) {
            Some(at) => Splice::insert(
                self.entries[at].1.end,
                format!("{separator}{quoted}{colon}{raw}"),
            ),
            None => Splice::insert(
                self.key_span(0).start,
                format!("{quoted}{colon}{raw}{separator}"),
            ),
        }
    }

    /// The splice that takes `key` away, the exact inverse of the insertion by [`Object::set`].
    pub(crate) fn remove(&self, key: &str) -> Option<Splice> {
        let at = self.find(key)?;
        let span = if at > 0 {
            Span::new(self.entries[at - 1].1.end, self.entries[at].1.end)
        } else if self.entries.len() > 1 {
            Span::new(self.key_span(0).start, self.key_span(1).start)
        } else {
            Span::new(self.key_span(0).start, self.entries[0].1.end)
        };
        Some(Splice::remove(span))
    }

    /// The keys that come again, so that they do not count, each with where it is, quotes included,
    /// and its raw value.
    pub(crate) fn overridden(&self) -> impl Iterator<Item = (&str, Span, &'a str)> {
        let mut later = HashSet::new();
        let from_behind = (0..self.entries.len()).rev();
        let mut entries: Vec<usize> = from_behind
            .filter(|at| !later.insert(&*self.entries[*at].0))
            .collect();
        entries.reverse();
        let entries = entries.into_iter();
        entries.map(|at| (&*self.entries[at].0, self.key_span(at), self.raw(at)))
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.entries.iter().rposition(|(k, _)| k == key)
    }

    fn raw(&self, at: usize) -> &'a str {
        &self.text[self.entries[at].1.range()]
    }

    /// After which entry a new `key` belongs; `None` is the very front.
    fn predecessor(&self, key: &str, order: &[&str]) -> Option<usize> {
        let Some(rank) = order.iter().position(|k| *k == key) else {
            return Some(self.entries.len() - 1);
        };
        order[..rank]
            .iter()
            .rev()
            .find_map(|earlier| self.find(earlier))
    }

    /// Where the key of an entry is, quotes included: the only string before its value.
    fn key_span(&self, at: usize) -> Span {
        let from = match at {
            0 => self.text.find('{').map_or(0, |open| open + 1),
            _ => self.entries[at - 1].1.end,
        };
        let gap = &self.text[from..self.entries[at].1.start];
        let open = gap.find('"').unwrap_or(0);
        let close = gap.rfind('"').map_or(gap.len(), |q| q + 1);
        Span::new(from + open, from + close)
    }

    /// What is between two entries and between a key and its value.
    pub(crate) fn spacing(&self) -> (&'a str, &'a str) {
        let colon = match self.entries.first() {
            Some((_, value)) => &self.text[self.key_span(0).end..value.start],
            None => ": ",
        };
        let separator = match self.entries.get(1) {
            Some(_) => &self.text[self.entries[0].1.end..self.key_span(1).start],
            None if colon.ends_with(' ') => ", ",
            None => ",",
        };
        (separator, colon)
    }
}

/// Calls `each` with every top-level key and the span of its value.
///
/// # Errors
/// As [`Object::parse`]; entries before the fault have been reported by then.
pub(crate) fn visit<'a>(
    text: &'a str,
    mut each: impl FnMut(Cow<'a, str>, Span),
) -> Result<(), JsonProblem> {
    struct Entries<'f, F> {
        base: usize,
        each: &'f mut F,
    }
    impl<'de, F: FnMut(Cow<'de, str>, Span)> Visitor<'de> for Entries<'_, F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<Key<'de>>()? {
                let value: &'de RawValue = map.next_value()?;
                let start = value.get().as_ptr() as usize - self.base;
                (self.each)(key.0, Span::new(start, start + value.get().len()));
            }
            Ok(())
        }
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader
        .deserialize_map(Entries {
            base: text.as_ptr() as usize,
            each: &mut each,
        })
        .and_then(|()| reader.end())
        .map_err(|error| problem(text, &error))
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        reader.deserialize_str(Borrowed)
    }
}

fn problem(text: &str, error: &serde_json::Error) -> JsonProblem {
    let message = error.to_string();
    let reason = match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message,
    };
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    JsonProblem {
        offset: (before + error.column().saturating_sub(1)).min(text.len()),
        reason,
    }
}

/// `text` as a JSON string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A raw value as a writer who escapes whatever is not ASCII spells it, where `line` is by one: it
/// has such escapes, and nothing else than ASCII.
pub(crate) fn escaped_as_in<'r>(line: &str, raw: &'r str) -> Cow<'r, str> {
    let is_beyond_ascii = |at: usize| {
        let digits = line.get(at + 2..at + 6);
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        unit.is_some_and(|unit| unit > 0x7f)
    };
    let has_escapes = || {
        let mut escapes = memchr::memmem::find_iter(line.as_bytes(), r"\u");
        escapes.any(is_beyond_ascii)
    };
    if raw.is_ascii() || !line.is_ascii() || !has_escapes() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len() * 2);
    for c in raw.chars() {
        match c.is_ascii() {
            true => out.push(c),
            false => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                out.extend(units.map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    Cow::Owned(out)
}

/// The text of a raw JSON value: the words of a string, the source of anything else, and
/// nothing for `null`.
pub fn words(raw: &str) -> Cow<'_, str> {
    if raw == "null" {
        return Cow::Borrowed("");
    }
    let Some(inner) = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')) else {
        return Cow::Borrowed(raw);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str::<String>(raw) {
        Ok(text) => Cow::Owned(text),
        // A lone surrogate is JSON but not text: its source is the best there is to show.
        Err(_) => Cow::Borrowed(inner),
    }
}

/// The digits of a number without a fraction, `2` or `2.0`; nothing for anything else.
pub(crate) fn whole_number(raw: &str) -> Option<&str> {
    let (digits, zeros) = raw.split_once('.').unwrap_or((raw, "0"));
    let is_whole = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_nought = zeros.bytes().all(|byte| byte == b'0');
    (is_whole(digits) && is_nought && !zeros.is_empty()).then_some(digits)
}

/// The text of a raw value that may name a step: a whole number is its digits, as which data
/// frames write `2.0` where a column has gaps.
pub(crate) fn name(raw: &str) -> Cow<'_, str> {
    match raw
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| whole_number(raw))
    {
        Some(Some(digits)) => Cow::Borrowed(digits),
        _ => words(raw),
    }
}

/// The raw value for readers of any kind: an escape that is half of a character, which many of them
/// refuse with all that is around it, becomes U+FFFD.
pub(crate) fn well_formed(raw: &str) -> Cow<'_, str> {
    let has_escapes = memchr::memchr(b'\\', raw.as_bytes()).is_some();
    if !has_escapes || !raw.contains(r"\ud") && !raw.contains(r"\uD") {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let half = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let next = rest.get(6..).and_then(half);
        let (text, len) = match (half(rest), next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&rest[..12], 12),
            (Some(0xd800..=0xdfff), _) => (r"\ufffd", 6),
            (Some(_), _) => (&rest[..6], 6),
            // What follows a backslash is ASCII in any JSON.
            (None, _) => (&rest[..2], 2),
        };
        out.push_str(text);
        rest = &rest[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether two texts differ in nothing but the blanks between their tokens, as after `jq -c`.
pub(crate) fn is_same_but_for_blanks(one: &str, other: &str) -> bool {
    fn solid(text: &str) -> impl Iterator<Item = u8> {
        let (mut in_string, mut is_escaped) = (false, false);
        text.bytes().filter(move |byte| {
            let is_kept = in_string || !byte.is_ascii_whitespace();
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = in_string,
                b'"' => in_string = !in_string,
                _ => {}
            }
            is_kept
        })
    }
    solid(one).eq(solid(other))
}

/// The raw items of a JSON array, or `None` when `raw` is something else.
pub(crate) fn items(raw: &str) -> Option<Vec<&str>> {
    if !raw.starts_with('[') {
        return None;
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}

/// Where the items of a JSON array are, and the commas between them; `None` when `raw` is something
/// else.
pub(crate) fn sequence(raw: &str) -> Option<Sequence> {
    let at = |item: &str| item.as_ptr() as usize - raw.as_ptr() as usize;
    let items = items(raw)?.into_iter();
    let items: Vec<Span> = items
        .map(|item| Span::new(at(item), at(item) + item.len()))
        .collect();
    let comma = |pair: &[Span]| {
        let between = &raw[pair[0].end..pair[1].start];
        let comma = pair[0].end + between.find(',').unwrap_or(0);
        Span::new(comma, comma + 1)
    };
    Some(Sequence {
        signs: items.windows(2).map(comma).collect(),
        nothing: Span::empty(1),
        items,
    })
}

/// The raw items of what is known to be a valid JSON array, found without being checked
/// again; `None` when `raw` is something else.
pub(crate) fn known_items(raw: &str) -> Option<KnownItems<'_>> {
    let rest = raw.strip_prefix('[')?;
    Some(KnownItems { rest })
}

/// The items of [`known_items`].
#[derive(Clone, Debug)]
pub(crate) struct KnownItems<'a> {
    rest: &'a str,
}

impl<'a> Iterator for KnownItems<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let between = |b: u8| b.is_ascii_whitespace() || matches!(b, b',' | b':');
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|b| !between(*b))?;
        if matches!(bytes[start], b']' | b'}') {
            return None;
        }
        let (mut at, mut depth) = (start, 0usize);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => at += string_len(&bytes[at..]) - 1,
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 0 => depth -= 1,
                b']' | b'}' | b',' | b':' if depth == 0 => break,
                _ => {}
            }
            at += 1;
        }
        let at = at.min(bytes.len());
        let item = self.rest[start..at].trim_ascii_end();
        self.rest = &self.rest[at..];
        Some(item)
    }
}

/// Names and raw values of what is known to be a valid JSON object, found without being
/// checked again; `None` when `raw` is something else, or has escapes.
pub(crate) fn plain_entries(raw: &str) -> Option<impl Iterator<Item = (&str, &str)>> {
    let rest = raw.strip_prefix('{')?;
    if memchr::memchr(b'\\', rest.as_bytes()).is_some() {
        return None;
    }
    let mut parts = KnownItems { rest };
    let entries = std::iter::from_fn(move || Some((parts.next()?, parts.next()?)));
    Some(entries.map(|(name, raw)| (name.trim_matches('"'), raw)))
}

/// How many bytes the string has that `bytes` begin with, its quotes included.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::splice;
    use proptest::prelude::*;

    fn edited(text: &str, edit: Splice) -> String {
        String::from_utf8(splice::apply(text.as_bytes(), &[edit]).unwrap()).unwrap()
    }

    const ORDER: &[&str] = &["id", "title", "notes", "at"];

    #[test]
    fn setting_a_value_leaves_every_other_byte_alone() {
        let text =
            r#"{ "id" :"1","title":  "a\/b\u0041", "n":12345678901234567890123,"title":"c" }"#;
        let object = Object::parse(text).unwrap();
        assert_eq!(
            object.get("title"),
            Some("\"c\""),
            "the last duplicate counts"
        );
        assert_eq!(
            edited(text, object.set("title", "\"d\"", ORDER)),
            r#"{ "id" :"1","title":  "a\/b\u0041", "n":12345678901234567890123,"title":"d" }"#
        );
    }

    #[test]
    fn a_new_key_goes_behind_its_predecessor_and_away_again() {
        for (text, after) in [
            (
                r#"{"id": "1", "title": "t", "at": "now", "x": 1}"#,
                r#"{"id": "1", "title": "t", "notes": "n", "at": "now", "x": 1}"#,
            ),
            (r#"{"at":"now","x":1}"#, r#"{"notes":"n","at":"now","x":1}"#),
            (r#"{"x":1}"#, r#"{"notes":"n","x":1}"#),
            ("{}", r#"{"notes": "n"}"#),
        ] {
            let object = Object::parse(text).unwrap();
            let set = edited(text, object.set("notes", "\"n\"", ORDER));
            assert_eq!(set, after);
            let back = Object::parse(&set).unwrap().remove("notes").unwrap();
            assert_eq!(edited(&set, back), text);
        }
    }

    #[test]
    fn what_is_no_object_says_where_and_why() {
        let problem = Object::parse(r#"{"a": 1, }"#).unwrap_err();
        assert_eq!(
            (problem.offset, problem.reason.as_str()),
            (9, "trailing comma")
        );
        assert!(Object::parse("[1]").is_err());
        assert!(Object::parse(r#"{"a":1} x"#).is_err());
        let deep = format!(
            "{{\"a\":{}{}}}",
            "[".repeat(1_000_000),
            "]".repeat(1_000_000)
        );
        assert!(Object::parse(&deep).is_ok());
    }

    #[test]
    fn half_a_character_is_replaced_and_nothing_else() {
        for (raw, expected) in [
            (
                r#""\ud83d\ude42 \u00df \\ud83d""#,
                r#""\ud83d\ude42 \u00df \\ud83d""#,
            ),
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (
                r#"["\uDE42\uD83D", "\ud83d\n"]"#,
                r#"["\ufffd\ufffd", "\ufffd\n"]"#,
            ),
            (
                r#"{"a": "\ud83d\ud83d\ude42ß"}"#,
                r#"{"a": "\ufffd\ud83d\ude42ß"}"#,
            ),
        ] {
            assert_eq!(well_formed(raw), expected);
            assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
        }
    }

    #[test]
    fn words_are_read_and_lone_surrogates_shown_as_they_stand() {
        assert_eq!(words(r#""a\/b\u0041""#), "a/bA");
        assert_eq!(words(r#""\ud800""#), r"\ud800");
        assert_eq!(words("180"), "180");
        assert_eq!(words("null"), "");
        assert_eq!(items(r#"["a", "b"]"#), Some(vec!["\"a\"", "\"b\""]));
    }

    /// JSON arrays as people and programs write them.
    fn any_array() -> impl Strategy<Value = String> {
        let space = "[ \t]{0,2}";
        let leaf = prop_oneof![
            r#""([a-c,\[\]{}é]|\\\\|\\"|\\u00e9){0,4}""#,
            "(true|null|-1\\.5e3|0)",
        ];
        let value = leaf.prop_recursive(3, 12, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|v| format!("[{}]", v.join(","))),
                inner.prop_map(|v| format!("{{\"k]\": {v}}}")),
            ]
        });
        let spaced = (space, value, space).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        prop::collection::vec(spaced, 0..4).prop_map(|v| format!("[{}]", v.join(",")))
    }

    proptest! {
        #[test]
        fn known_items_are_the_items(array in any_array()) {
            let known: Vec<&str> = known_items(&array).unwrap().collect();
            prop_assert_eq!(Some(known), items(&array), "{}", array);
        }

        #[test]
        fn plain_entries_are_the_entries(array in any_array()) {
            let object = format!("{{\"a\":{array}, \"é\" : 1 ,\"\":{array}}}");
            let read = Object::parse(&object).unwrap();
            match plain_entries(&object) {
                Some(entries) => prop_assert!(read.entries().eq(entries)),
                None => prop_assert!(object.contains('\\')),
            }
        }

        #[test]
        fn what_is_no_array_after_all_makes_nothing_stumble(text in "[\\[\\]{}\"\\\\a, é]{0,12}") {
            prop_assert!(known_items(&text).into_iter().flatten().count() <= text.len());
        }
    }
}
