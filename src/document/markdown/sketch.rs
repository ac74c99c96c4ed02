//! Where headings and table headers may be, told from the lines alone: a search through the bytes
//! in place of a parse.
//!
//! Whoever looks for a structure asks here first, so that a file without it costs its bytes and no
//! more. Nothing is missed; what is in a code fence, in front matter or in a comment is named too,
//! and only a parse tells it apart. Most files have none of these: in them a line that begins with
//! `#` is known for a heading at once.

use memchr::memmem::find;
use memchr::{memchr_iter, memchr2, memchr2_iter};

use super::shadow::mark_length;
use crate::document::splice::Span;

/// Lines that may be headings and table headers.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// Lines that begin with `#`, and paragraphs that are underlined.
    pub headings: Vec<Candidate>,
    /// Lines above one that may part a table's header from its rows.
    pub table_heads: Vec<Span>,
}

/// What may be a heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub span: Span,
    /// Whether it seems to be in a code fence.
    pub fenced: bool,
    /// Whether it is a heading unless something around it says otherwise: its line begins with `#`
    /// and a blank, and nothing is before them.
    pub plain: bool,
}

impl Sketch {
    /// Looks at each line once.
    pub fn of(bytes: &[u8]) -> Self {
        let mut sketch = Self::default();
        // Where the paragraph around the line before begins; nothing where there is none.
        let mut paragraph: Option<usize> = None;
        let mut before = Span::empty(0);
        let mut fenced = false;
        let mut start = mark_length(bytes);
        while start < bytes.len() {
            let end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |at| start + at);
            let line = Span::new(start, end);
            match Line::of(&bytes[start..end]) {
                Line::Blank => paragraph = None,
                Line::Heading { plain } => {
                    let span = line;
                    sketch.headings.push(Candidate {
                        span,
                        fenced,
                        plain,
                    });
                    // It may also be words: indented, or without a blank behind the signs.
                    paragraph = paragraph.or(Some(start)).filter(|_| !plain);
                }
                // What underlines nothing may be words itself.
                Line::Rule { dashes } => {
                    if let Some(first) = paragraph.replace(start) {
                        sketch.headings.push(Candidate {
                            span: Span::new(first, before.end),
                            fenced,
                            plain: false,
                        });
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
    Heading {
        plain: bool,
    },
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
            [b'#', ..] => {
                let behind = line.iter().position(|b| *b != b'#');
                let plain = behind.is_some_and(|at| at <= 6 && matches!(line[at], b' ' | b'\t'));
                let plain = plain && before == 0;
                Self::Heading { plain }
            }
            [b'`', b'`', b'`', ..] | [b'~', b'~', b'~', ..] => Self::Fence,
            [b'-' | b'=', ..] if is_flush && all(&line[..1]) => Self::Rule {
                dashes: line[0] == b'-',
            },
            [b'-' | b':' | b'|', ..] if all(b"|-: \t") => Self::Columns,
            _ => Self::Words,
        }
    }
}

/// Whether there may be something in which no line is a heading, whatever it begins with: code
/// fences, HTML, front matter.
pub(super) fn may_hide_headings(bytes: &[u8]) -> bool {
    let text = &bytes[mark_length(bytes)..];
    let has = |words: &[u8]| find(text, words).is_some();
    // HTML begins its line, behind the markers of what it is in.
    let begins = |at: usize| {
        let mut before = text[..at].iter().rev();
        let line = before.find(|b| !b" \t>*+-.)0123456789".contains(b));
        line.is_none_or(|b| matches!(b, b'\n' | b'\r'))
    };
    let is_front_matter = text.starts_with(b"---") || text.starts_with(b"+++");
    is_front_matter || has(b"```") || has(b"~~~") || memchr_iter(b'<', text).any(begins)
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
    let is_numbered = |at: usize| line.get(at + 1) == Some(&b'#');
    memchr2_iter(lower, upper, line).any(begins) || memchr_iter(b'&', line).any(is_numbered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown::MarkdownDocument;
    use proptest::prelude::*;

    fn lines(text: &str) -> (Vec<&str>, Vec<&str>) {
        let sketch = Sketch::of(text.as_bytes());
        let words = |spans: Vec<Span>| spans.into_iter().map(|s| &text[s.range()]).collect();
        let headings = sketch.headings.iter().map(|found| found.span);
        (words(headings.collect()), words(sketch.table_heads))
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
            text in "(#|##| |  |-|=|---|\\||\\|-\\|-\\||a|b|> |- |1\\. |\n|\r\n|\r|\n\n|```|<!--|-->|\t|\u{feff}){0,40}"
        ) {
            let document = MarkdownDocument::load(text.as_bytes().to_vec());
            let sketch = Sketch::of(text.as_bytes());
            for heading in document.headings() {
                let covers = |s: &Candidate| {
                    s.span.start <= heading.content.start && heading.content.end <= s.span.end
                };
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

        /// What is known for a heading without a parse is one, and is named once.
        #[test]
        fn a_plain_heading_is_a_heading(
            text in "(#|## |# |  |-|=|\\[a\\]: |\"|'|\\^|\\||\\|-\\|\n|a|b|> |- |\\* |1\\. |\n|\r\n|\r|\n\n|`|~~|a<|b<a>|&lt;|\\\\|\t|\u{feff}|---\n|\\$\\$|:::|a```|<!--){0,40}"
        ) {
            let document = MarkdownDocument::load(text.as_bytes().to_vec());
            if may_hide_headings(text.as_bytes()) {
                return Ok(());
            }
            let sketch = Sketch::of(text.as_bytes());
            let known = sketch.headings.iter().filter(|found| found.plain);
            let known: Vec<usize> = known.map(|found| found.span.start).collect();
            let headings = document.headings().iter().map(|heading| heading.span.start);
            let plain = headings.filter(|start| known.contains(start));
            prop_assert_eq!(&known, &plain.collect::<Vec<_>>(), "{:?}", text);
            let first = document.headings().first();
            let line = first.map(|heading| document.line_of(heading.span.start));
            let unread = MarkdownDocument::load(text.as_bytes().to_vec());
            prop_assert_eq!(unread.first_heading_line(), line, "{:?}", text);
        }
    }
}
