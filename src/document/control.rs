//! Control characters: what no value of a plan should hold.
//!
//! [`super::visible`] decides what may reach a terminal; here it is decided what a person may
//! put into a file. A NUL makes git take the file for binary, an escape acts on whoever prints
//! it, an override shows text in another order than it has, and a line separator is a line break
//! to some programs only. Tabs and line breaks are not among them, and neither are joiners and
//! marks that scripts need.

use std::borrow::Cow;

/// Whether `c` is a control character, a separator that breaks a line unseen, or one that turns
/// the direction of text around.
pub(crate) fn is_control(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

/// The short names of the first 32 characters of ASCII.
const NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
];

/// What a control character is called: `ESC`, `DEL`, `U+202E`.
pub(crate) fn name(c: char) -> String {
    let code = u32::from(c);
    match c {
        '\u{7f}' => "DEL".to_owned(),
        _ => match NAMES.get(code as usize) {
            Some(name) => (*name).to_owned(),
            None => format!("U+{code:04X}"),
        },
    }
}

/// The names of the control characters in `text`, each once, in the order of the text; `None`
/// where it has none.
pub fn names(text: &str) -> Option<String> {
    listed(text.chars().filter(|c| is_control(*c)))
}

/// Their names, each once.
pub(crate) fn listed(found: impl IntoIterator<Item = char>) -> Option<String> {
    let mut once: Vec<char> = Vec::new();
    for c in found {
        if !once.contains(&c) {
            once.push(c);
        }
    }
    let names: Vec<String> = once.into_iter().map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// `text` without its control characters: what breaks a line becomes a line break, the rest
/// goes. Borrows where there are none.
pub(crate) fn without(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match c {
        '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => Some('\n'),
        c => (!is_control(c)).then_some(c),
    });
    Cow::Owned(kept.collect())
}

/// The control characters in `bytes` and where they begin; what is not UTF-8 is passed over.
pub(crate) fn found_in(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> {
    let chunks = bytes.chunks(STRIDE).enumerate();
    let chunks = chunks.filter(|(_, chunk)| may_begin_one(chunk));
    let starts = chunks.flat_map(|(number, chunk)| {
        let from = number * STRIDE;
        (chunk.iter().enumerate()).map(move |(at, byte)| (from + at, *byte))
    });
    starts
        .filter(|(_, byte)| begins_one(*byte))
        .filter_map(|(at, byte)| {
            let long = match byte {
                0xc2 => 2,
                0xe2 => 3,
                _ => 1,
            };
            let letter = std::str::from_utf8(bytes.get(at..at + long)?).ok()?;
            let c = letter.chars().next()?;
            is_control(c).then_some((at, c))
        })
}

/// Bytes that are passed over in one go where none of them matters.
const STRIDE: usize = 64;

/// Whether a control character may begin with this byte.
fn begins_one(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7f | 0xc2 | 0xe2)
}

/// The same of any of these bytes; looks at all of them, which takes less time than to stop.
fn may_begin_one(bytes: &[u8]) -> bool {
    let begins = |seen: bool, byte: &u8| {
        seen | (*byte < b' ') | (*byte == 0x7f) | (*byte == 0xc2) | (*byte == 0xe2)
    };
    bytes.iter().fold(false, begins)
}

/// The control characters that `bytes`, a line of JSON, holds as escapes such as `\u001b`, and
/// where the escapes begin.
pub fn escaped_in(json: &[u8]) -> impl Iterator<Item = (usize, char)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += memchr::memchr(b'\\', json.get(at..)?)?;
            let begun = at;
            // Whatever is escaped, a backslash above all, begins no escape itself.
            at += 2;
            let c = match json.get(begun + 1)? {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => {
                    let digits = std::str::from_utf8(json.get(begun + 2..begun + 6)?).ok();
                    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                    match code.and_then(char::from_u32) {
                        Some(c) => c,
                        None => continue,
                    }
                }
                _ => continue,
            };
            if is_control(c) {
                return Some((begun, c));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_reorders_or_breaks_unseen_is_a_control_character() {
        for (c, called) in [
            ('\0', "NUL"),
            ('\u{7}', "BEL"),
            ('\u{1b}', "ESC"),
            ('\u{7f}', "DEL"),
            ('\u{85}', "U+0085"),
            ('\u{2028}', "U+2028"),
            ('\u{202e}', "U+202E"),
            ('\u{2066}', "U+2066"),
        ] {
            assert!(is_control(c), "{called}");
            assert_eq!(name(c), called);
        }
        for c in "\t\n\r \u{a0}\u{200d}\u{200e}\u{ad}é设\u{301}".chars() {
            assert!(!is_control(c), "{c:?}");
        }
        assert_eq!(names("a\u{1b}[1m\0\u{1b}"), Some("ESC, NUL".to_owned()));
        assert_eq!(names("plain\ttext\n"), None);
    }

    #[test]
    fn what_breaks_a_line_stays_a_break() {
        assert_eq!(without("a\u{2028}b\u{1b}c\0"), "a\nbc");
        assert!(matches!(without("a\tb\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn escapes_of_json_are_found_and_backslashes_are_none() {
        let found = |json: &str| escaped_in(json.as_bytes()).collect::<Vec<_>>();
        assert_eq!(
            found(r#"{"a": "x\u001b\\u0007\n\b"}"#),
            [(8, '\u{1b}'), (23, '\u{8}')]
        );
        assert_eq!(found(r#"{"a": "\u00e9\ud83d\ude00\t\u12"}"#), []);
    }

    proptest! {
        #[test]
        fn bytes_and_text_find_the_same(text in "(?s)[\\x00-\\x20a\u{7f}-\u{a0}\u{2020}-\u{2070}é]{0,30}") {
            let by_text: Vec<(usize, char)> =
                text.char_indices().filter(|(_, c)| is_control(*c)).collect();
            prop_assert_eq!(found_in(text.as_bytes()).collect::<Vec<_>>(), by_text);
            prop_assert_eq!(names(&without(&text)), None);
        }
    }
}
