//! A text of the same length as the file, safe to hand to the Markdown parser.
//!
//! The parser wants UTF-8 and knows nothing of byte order marks, front matter or lone
//! carriage returns, and it walks through every open container at every line, which takes
//! quadratic time where containers are nested without bound. Offsets in the shadow are
//! offsets in the file, minus a base, so the file itself never has to be decoded, repaired
//! or copied back.

use std::borrow::Cow;

use crate::document::markers::conflicts;

/// Stands for a byte the parser should see as a character without meaning: an invalid
/// UTF-8 byte, NUL, vertical tab or form feed (the last two are not white space in
/// CommonMark, but the parser takes them for it, and trips over them).
pub(super) const SUBSTITUTE: char = '\u{1a}';

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Block markers further into their line than this many bytes are read as words. A list or
/// a quote so deep is nobody's plan, and the bound keeps the time that a file takes linear.
const DEEPEST_MARKER: usize = 256;

/// The part of a file that is Markdown, as text.
pub(super) struct Shadow<'a> {
    /// What the parser reads; `text[i]` stands for the file's byte `base + i`.
    pub text: Cow<'a, str>,
    /// How many bytes are before: a byte order mark and front matter.
    pub base: usize,
}

impl<'a> Shadow<'a> {
    /// Makes the shadow of a whole file.
    pub fn of(bytes: &'a [u8]) -> Self {
        let mark = mark_length(bytes);
        Self::from(bytes, mark + front_matter(&bytes[mark..]))
    }

    /// Makes the shadow of a part that does not begin a file.
    pub fn of_part(bytes: &'a [u8]) -> Self {
        Self::from(bytes, 0)
    }

    fn from(bytes: &'a [u8], base: usize) -> Self {
        let body = &bytes[base..];
        let mut text: Cow<'a, str> = match std::str::from_utf8(body) {
            Ok(text) if !has_trap(body) => text.into(),
            _ => substituted(body).into(),
        };
        let substitute = SUBSTITUTE.to_string();
        let traps = deep_markers(text.as_bytes()).into_iter();
        let traps: Vec<usize> = traps.chain(marks_of_merges(body)).collect();
        for at in traps {
            // A marker is ASCII, and so is what stands for it.
            text.to_mut().replace_range(at..=at, &substitute);
        }
        Self { text, base }
    }

    /// Whether the parser reads the file's very bytes.
    pub fn is_exact(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }
}

/// The length of the byte order mark at the start of a file, 0 without one.
pub(super) fn mark_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}

/// Whether there is a byte that the parser must not see. Control characters are rare: mostly one
/// pass that the compiler makes wide tells that there is none but tabs and line feeds.
fn has_trap(body: &[u8]) -> bool {
    let is_odd = |b: &u8| *b < 0x0e && *b != b'\t' && *b != b'\n';
    let any_odd = body.iter().fold(false, |any, b| any | is_odd(b));
    any_odd && (body.iter().enumerate()).any(|(at, byte)| is_trap(body, at, *byte))
}

fn is_trap(body: &[u8], at: usize, byte: u8) -> bool {
    match byte {
        0 | 0x0b | 0x0c => true,
        b'\r' => body.get(at + 1) != Some(&b'\n'),
        _ => false,
    }
}

fn substituted(body: &[u8]) -> String {
    let mut out = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        let valid = chunk.valid();
        for (i, c) in valid.char_indices() {
            // A carriage return at the end of a chunk is followed by an invalid byte.
            out.push(match c {
                '\0' | '\x0b' | '\x0c' => SUBSTITUTE,
                '\r' if valid.as_bytes().get(i + 1) != Some(&b'\n') => '\n',
                c => c,
            });
        }
        out.extend(chunk.invalid().iter().map(|_| SUBSTITUTE));
    }
    out
}

/// The first marker in each line that is too deep in it to be one.
fn deep_markers(text: &[u8]) -> Vec<usize> {
    let mut deep = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text)
        .map(|at| at + 1)
        .chain([text.len()])
    {
        if end - start > DEEPEST_MARKER {
            deep.extend(deep_marker(&text[start..end]).map(|at| start + at));
        }
        start = end;
    }
    deep
}

fn deep_marker(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += blanks(&line[at..]);
        let rest = &line[at..];
        let length = marker_length(rest)?;
        if at >= DEEPEST_MARKER {
            return (!is_rule(rest)).then_some(at);
        }
        at += length;
    }
}

/// The markers of conflicts that a merge left which would be more than words: the closing one amid a table
/// would end it as a quote, the middle one makes a heading of a paragraph above it.
fn marks_of_merges(body: &[u8]) -> impl Iterator<Item = usize> {
    let is_row = |line: &[u8]| line.trim_ascii_start().starts_with(b"|");
    let conflicts = conflicts(body).into_iter();
    conflicts.flat_map(move |conflict| {
        let versions = [conflict.ours, conflict.theirs].map(|span| &body[span.range()]);
        let mut lines = (versions.iter()).flat_map(|text| text.split_inclusive(|b| *b == b'\n'));
        let sign = |place: usize| place + blanks(&body[place..]);
        let middle = sign(conflict.base.unwrap_or(conflict.ours).end);
        let closing = lines.all(is_row).then(|| sign(conflict.theirs.end));
        [Some(middle), closing].into_iter().flatten()
    })
}

/// The length of the quote sign or list marker that `rest` begins with.
fn marker_length(rest: &[u8]) -> Option<usize> {
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let length = match rest.get(digits)? {
        b'>' if digits == 0 => return Some(1),
        b'-' | b'+' | b'*' if digits == 0 => 1,
        b'.' | b')' if (1..10).contains(&digits) => digits + 1,
        _ => return None,
    };
    let ends = rest.get(length).is_none_or(u8::is_ascii_whitespace);
    ends.then_some(length)
}

/// Whether nothing but one sign and blanks follow: a rule, however long.
fn is_rule(rest: &[u8]) -> bool {
    let sign = rest[0];
    matches!(sign, b'-' | b'*') && rest.iter().all(|b| *b == sign || b.is_ascii_whitespace())
}

fn blanks(line: &[u8]) -> usize {
    let blank = |b: &&u8| matches!(b, b' ' | b'\t');
    line.iter().take_while(blank).count()
}

/// The length of YAML (`---`) or TOML (`+++`) front matter at the start of `bytes`, up to
/// and including the line that closes it; 0 if there is none.
///
/// A first line `---` that no line closes, or that a blank line follows, is a rule.
fn front_matter(bytes: &[u8]) -> usize {
    let mut lines = bytes.split_inclusive(|&b| b == b'\n');
    let Some(opener) = lines.next() else { return 0 };
    let closers: &[&[u8]] = match opener.trim_ascii_end() {
        b"---" => &[b"---", b"..."],
        b"+++" => &[b"+++"],
        _ => return 0,
    };
    let mut length = opener.len();
    for (number, line) in lines.enumerate() {
        length += line.len();
        let words = line.trim_ascii_end();
        let closes = closers.contains(&words);
        if number == 0 && (closes || words.is_empty()) {
            return 0;
        }
        if closes {
            return length;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_file_is_not_copied() {
        let shadow = Shadow::of("# Ä\r\n- b\n".as_bytes());
        assert!(shadow.is_exact());
        assert_eq!(shadow.base, 0);
    }

    #[test]
    fn every_odd_byte_keeps_its_place() {
        let shadow = Shadow::of(b"\xEF\xBB\xBFa\xFF\rb\0\r\n\x0c\xE2\x82");
        assert_eq!(shadow.base, 3);
        assert_eq!(shadow.text, "a\u{1a}\nb\u{1a}\r\n\u{1a}\u{1a}\u{1a}");
    }

    #[test]
    fn markers_are_read_as_words_where_they_stand_too_deep() {
        let deep = |text: &str| deep_markers(text.as_bytes());
        assert!(deep(&("- ".repeat(128) + "a")).is_empty());
        assert_eq!(deep(&format!("a\n{}a", "- ".repeat(200))), [258]);
        assert_eq!(deep(&">".repeat(300)), [256]);
        assert_eq!(deep(&format!("{}1. a", "> ".repeat(128))), [256]);
        let shadow = Shadow::of_part(&[b'>'; 258]);
        assert_eq!(shadow.text, format!("{}\u{1a}>", ">".repeat(256)));
        for line in ["- ".repeat(300), "-".repeat(300), "* ".repeat(300) + "\r\n"] {
            assert!(deep(&line).is_empty(), "a rule may be long");
        }
        for line in [" ".repeat(300) + "a", "> ".repeat(100) + &"a - ".repeat(50)] {
            assert!(deep(&line).is_empty(), "{line}");
        }
    }

    #[test]
    fn front_matter_is_left_out_only_where_it_is_closed() {
        assert_eq!(front_matter(b"---\na: 1\n---\n# T\n"), 13);
        assert_eq!(front_matter(b"+++\r\na = 1\r\n+++"), 15);
        assert_eq!(front_matter(b"---\na: 1\n...\nrest"), 13);
        assert_eq!(front_matter(b"---\na: 1\n# T\n"), 0);
        assert_eq!(front_matter(b"---\n\n# T\n---\n"), 0);
        assert_eq!(front_matter(b"---\n---\n"), 0);
        assert_eq!(front_matter(b"text\n---\na\n---\n"), 0);
    }
}
