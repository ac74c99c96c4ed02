//! Where headings and table headers may be, told from the lines alone: a search through the bytes
//! in place of a parse.
//!
//! Whoever looks for a structure asks here first, so that a file without it costs its bytes and no
//! more. Nothing is missed; what is in a code fence, in front matter or in a comment is named too,
//! and only a parse tells it apart.

use memchr::{memchr2, memchr2_iter};

use crate::document::splice::Span;

/// Lines that may be headings and table headers.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// Lines that begin with `#`, and paragraphs that are underlined.
    pub headings: Vec<Span>,
    /// Of each of them, whether it seems to be in a code fence.
    pub fenced: Vec<bool>,
    /// Lines above one that may part a table's header from its rows.
    pub table_heads: Vec<Span>,
}

impl Sketch {
    /// Looks at each line once.
    pub fn of(bytes: &[u8]) -> Self {
        let mut sketch = Self::default();
        // Where the paragraph around the line before begins; nothing where there is none.
        let mut paragraph: Option<usize> = None;
        let mut before = Span::empty(0);
        let mut fenced = false;
        let mut start = 0;
        while start < bytes.len() {
            let end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |at| start + at);
            let line = Span::new(start, end);
            match Line::of(&bytes[start..end]) {
                Line::Blank => paragraph = None,
                // It may also be words: indented, or without a blank behind the signs.
                Line::Heading => {
                    sketch.headings.push(line);
                    sketch.fenced.push(fenced);
                    paragraph = paragraph.or(Some(start));
                }
                // What underlines nothing may be words itself.
                Line::Rule { dashes } => {
                    if let Some(first) = paragraph.replace(start) {
                        sketch.headings.push(Span::new(first, before.end));
                        sketch.fenced.push(fenced);
                        sketch.table_heads.extend(dashes.then_some(before));
                    }
                }
                Line::Columns => {
                    sketch.table_heads.push(before);
                    paragraph = paragraph.or(Some(start));
                }
                Line::Fence => {
                    fenced = !fenced;
                    paragraph = paragraph.or(Some(start));
                }
                Line::Words => paragraph = paragraph.or(Some(start)),
            }
            before = line;
            let crlf = bytes[end..].starts_with(b"\r\n");
            start = end + 1 + usize::from(crlf);
        }
        sketch
    }
}

/// What a line may be, whatever it is nested in.
enum Line {
    Blank,
    Heading,
    /// Nothing but `-` or `=`, which underlines a heading.
    Rule {
        dashes: bool,
    },
    /// What parts a table's header from its rows, where it has several columns.
    Columns,
    /// What opens or closes a code fence.
    Fence,
    Words,
}

impl Line {
    fn of(line: &[u8]) -> Self {
        if line.iter().all(|b| matches!(b, b' ' | b'\t')) {
            return Self::Blank;
        }
        let lead = |b: &&u8| matches!(b, b' ' | b'\t' | b'>');
        let before = line.iter().take_while(lead).count();
        // Further in it underlines nothing that opens a section.
        let is_flush = before < 4 && line[..before].iter().all(|b| *b == b' ');
        let line = &line[before..];
        // Not of what CommonMark takes for words, such as a form feed.
        let blanks = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t'));
        let line = &line[..line.len() - blanks.count()];
        let all = |signs: &[u8]| line.iter().all(|b| signs.contains(b));
        match line {
            // A quote sign may also be words, where it is indented.
            [] => Self::Words,
            [b'#', ..] => Self::Heading,
            [b'`', b'`', b'`', ..] | [b'~', b'~', b'~', ..] => Self::Fence,
            [b'-' | b'=', ..] if is_flush && all(&line[..1]) => Self::Rule {
                dashes: line[0] == b'-',
            },
            [b'-' | b':' | b'|', ..] if all(b"|-: \t") => Self::Columns,
            _ => Self::Words,
        }
    }
}

/// Whether a line may read as one with `words` in it, whatever the case of their ASCII letters: the
/// signs of emphasis and code may be between the letters, and a numbered entity may be any of them.
pub fn may_say(line: &[u8], words: &str) -> bool {
    let is_markup = |b: &u8| matches!(b, b'*' | b'_' | b'~' | b'`' | b'\\');
    let begins = |at: usize| {
        let mut source = line[at..].iter().filter(|b| !is_markup(b));
        words.bytes().all(|wanted| {
            source
                .next()
                .is_some_and(|b| b.eq_ignore_ascii_case(&wanted))
        })
    };
    let first = words.as_bytes()[0];
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr2_iter(lower, upper, line).any(begins) || memchr::memmem::find(line, b"&#").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown::MarkdownDocument;
    use proptest::prelude::*;

    fn lines(text: &str) -> (Vec<&str>, Vec<&str>) {
        let sketch = Sketch::of(text.as_bytes());
        let words = |spans: Vec<Span>| spans.into_iter().map(|s| &text[s.range()]).collect();
        (words(sketch.headings), words(sketch.table_heads))
    }

    #[test]
    fn headings_and_table_headers_are_found_without_a_parse() {
        let text = "# One\r\ntext\n\nTwo\nlines\n---\n\n> | a | b |\n> |:-:|---|\n> | c | d |\n\
                    - x | y\n  --|--\n\rThree\r=====\r";
        let (headings, heads) = lines(text);
        assert!(
            ["# One", "Two\nlines", "Three"]
                .iter()
                .all(|h| headings.contains(h))
        );
        assert_eq!(heads, ["lines", "> | a | b |", "- x | y"]);
        let (headings, heads) = lines("- a list\n- of words\n\n***\n\n| no | table |\n");
        assert_eq!((headings.len(), heads.len()), (0, 0));
    }

    #[test]
    fn emphasis_code_and_entities_hide_no_word() {
        for line in [
            "Stage CHECKlist",
            "**Check**list",
            "`Checklist`",
            "&#67;hecklist",
        ] {
            assert!(may_say(line.as_bytes(), "checklist"), "{line}");
        }
        for line in ["Check list", "", "checklis", "R&D"] {
            assert!(!may_say(line.as_bytes(), "checklist"), "{line}");
        }
    }

    proptest! {
        /// Whatever a parse finds, the sketch has named.
        #[test]
        fn nothing_that_a_parse_finds_is_missed(
            text in "(#|##| |  |-|=|---|\\||\\|-\\|-\\||a|b|> |- |1\\. |\n|\r\n|\r|\n\n|```|<!--|-->|\t){0,40}"
        ) {
            let document = MarkdownDocument::load(text.as_bytes().to_vec());
            let sketch = Sketch::of(text.as_bytes());
            for heading in document.headings() {
                let covers = |s: &Span| s.start <= heading.content.start && heading.content.end <= s.end;
                prop_assert!(
                    heading.content.is_empty() || sketch.headings.iter().any(covers),
                    "{text:?} {heading:?}"
                );
            }
            for table in document.tables() {
                let head = table.header.span;
                let covers = |s: &Span| s.start <= head.start && head.end <= s.end;
                prop_assert!(sketch.table_heads.iter().any(covers), "{text:?} {head:?}");
            }
        }
    }
}
