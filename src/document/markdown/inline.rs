//! One run of inline Markdown (a heading, a cell, a paragraph) turned into plain words.
//!
//! Besides the words it keeps where in the source the run is and whether it begins with a
//! `**Label:**`. It is fed parser events in order and knows nothing of blocks.

use std::borrow::Cow;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::blocks::Label;
use super::shadow::{SUBSTITUTE, Shadow};
use crate::document::splice::Span;

/// What runs are read from: the file and what the parser saw of it.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// What the parser read instead.
    pub shadow: &'a Shadow<'a>,
}

impl Source<'_> {
    /// Whether `text` is what is at `span`, as opposed to made by the parser.
    pub fn is_verbatim(self, text: &str, span: Span) -> bool {
        let base = self.shadow.base;
        text.len() == span.len()
            && self.shadow.text.as_bytes()[span.start - base..span.end - base] == *text.as_bytes()
    }

    /// The words of an event. Where the parser read a shadow, the original is shown.
    fn words<'t>(self, text: &'t str, span: Span) -> Cow<'t, str> {
        if self.shadow.is_exact() {
            Cow::Borrowed(text)
        } else if self.is_verbatim(text, span) {
            Cow::Owned(String::from_utf8_lossy(&self.bytes[span.range()]).into_owned())
        } else {
            Cow::Owned(text.replace(SUBSTITUTE, "\u{fffd}"))
        }
    }
}

/// How an inline HTML tag reads.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum InlineTag {
    /// `<br>`, `<br/>`, `<br />`.
    LineBreak,
    /// `<!-- … -->`: not meant to be read.
    Comment,
    /// Any other tag, read as it is.
    Literal,
}

impl InlineTag {
    pub fn of(html: &str) -> Self {
        if html.starts_with("<!--") {
            return Self::Comment;
        }
        let name = html
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .map(|rest| rest.trim_end_matches('/').trim_end());
        match name {
            Some(name) if name.eq_ignore_ascii_case("br") => Self::LineBreak,
            _ => Self::Literal,
        }
    }
}

/// Where in the label a run is.
#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    /// Nothing read yet.
    #[default]
    Start,
    /// Inside the bold words the run begins with.
    Bold,
    /// Behind bold words without a colon, which must follow at once.
    Colon { name: usize, end: usize },
    /// In the value: where the name ends in `text`, where the label ends in the text and
    /// in the source, and where the value's source begins.
    Value {
        name: usize,
        text: usize,
        end: usize,
        start: Option<usize>,
    },
    /// There is no label.
    None,
}

/// A run being read.
#[derive(Debug, Default)]
pub(super) struct Run {
    text: String,
    span: Option<Span>,
    stage: Stage,
    bold: usize,
}

impl Run {
    /// Takes the next inline event, which is at `span`.
    pub fn push(&mut self, event: &Event<'_>, span: Span, source: Source<'_>) {
        let from = backslash_included(event, span, source.bytes);
        match event {
            Event::SoftBreak | Event::HardBreak => {}
            _ => {
                let seen = self.span.unwrap_or(Span::new(from, span.end));
                self.span = Some(Span::new(seen.start, seen.end.max(span.end)));
            }
        }
        self.advance(event, span, from, source);
        match event {
            Event::Text(text) => self.text.push_str(&source.words(text, span)),
            Event::Code(code) => self.text.push_str(&source.words(code, span)),
            Event::InlineHtml(html) => match InlineTag::of(html) {
                InlineTag::LineBreak => self.text.push('\n'),
                InlineTag::Comment => {}
                InlineTag::Literal => self.text.push_str(&source.words(html, span)),
            },
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::FootnoteReference(name) => {
                self.text.push_str("[^");
                self.text.push_str(name);
                self.text.push(']');
            }
            _ => {}
        }
    }

    fn advance(&mut self, event: &Event<'_>, span: Span, from: usize, source: Source<'_>) {
        match self.stage {
            Stage::Start => {
                self.stage = if matches!(event, Event::Start(Tag::Strong)) {
                    self.bold = 1;
                    Stage::Bold
                } else {
                    Stage::None
                };
            }
            Stage::Bold => match event {
                Event::Start(Tag::Strong) => self.bold += 1,
                Event::End(TagEnd::Strong) => {
                    self.bold -= 1;
                    if self.bold == 0 {
                        self.stage = self.after_bold(span.end);
                    }
                }
                _ => {}
            },
            Stage::Colon { name, end } => {
                self.stage = match event {
                    Event::Text(text) if from == end && text.starts_with(':') => Stage::Value {
                        name,
                        text: self.text.len() + 1,
                        end: end + 1,
                        start: first_word(text, span, 1),
                    },
                    _ => Stage::None,
                };
            }
            Stage::Value {
                name,
                text,
                end,
                start: None,
            } => {
                let start = match event {
                    Event::SoftBreak | Event::HardBreak => None,
                    Event::Text(words) if from == span.start && source.is_verbatim(words, span) => {
                        first_word(words, span, 0)
                    }
                    _ => Some(from),
                };
                self.stage = Stage::Value {
                    name,
                    text,
                    end,
                    start,
                };
            }
            Stage::Value { .. } | Stage::None => {}
        }
    }

    fn after_bold(&self, end: usize) -> Stage {
        let words = self.text.trim_end();
        match words.strip_suffix(':') {
            Some(name) => Stage::Value {
                name: name.len(),
                text: self.text.len(),
                end,
                start: None,
            },
            None => Stage::Colon {
                name: words.len(),
                end,
            },
        }
    }

    /// The words read, where they are, and the label they begin with. A run without anything in it
    /// is at `fallback`.
    pub fn finish(self, fallback: usize, bytes: &[u8]) -> (String, Span, Option<Label>) {
        let span = match self.span {
            Some(span) => trimmed_end(bytes, span),
            None => Span::empty(fallback),
        };
        let label = match self.stage {
            Stage::Value {
                name,
                text,
                end,
                start,
            } if !self.text[..name].trim().is_empty() => Some(Label {
                name: self.text[..name].trim().to_owned(),
                end,
                value: match start {
                    Some(start) if start < span.end => Span::new(start, span.end),
                    _ => Span::empty(end),
                },
                text: self.text[text..].trim().to_owned(),
            }),
            _ => None,
        };
        (trimmed_words(self.text), span, label)
    }
}

/// `words` without blanks around them, in the same memory where there are none.
fn trimmed_words(mut words: String) -> String {
    words.truncate(words.trim_end().len());
    let blanks = words.len() - words.trim_start().len();
    words.drain(..blanks);
    words
}

/// The offset of the first word of `text`, which is at `span`, behind `skip` bytes.
fn first_word(text: &str, span: Span, skip: usize) -> Option<usize> {
    let rest = text.get(skip..)?;
    let blanks = rest.bytes().take_while(|b| is_blank(*b)).count();
    (blanks < rest.len()).then_some(span.start + skip + blanks)
}

/// Where an event begins in the source: the parser leaves out the backslash that escapes
/// the first character of a text.
fn backslash_included(event: &Event<'_>, span: Span, bytes: &[u8]) -> usize {
    let escaped = matches!(event, Event::Text(text) if text.starts_with(|c: char| c.is_ascii_punctuation()))
        && span.start > 0
        && bytes[span.start - 1] == b'\\';
    span.start - usize::from(escaped)
}

/// White space as CommonMark has it between blocks: other control bytes are content.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `span` without blanks and line ends behind it.
pub(super) fn trimmed_end(bytes: &[u8], span: Span) -> Span {
    let blanks = bytes[span.range()]
        .iter()
        .rev()
        .take_while(|b| is_blank(**b))
        .count();
    Span::new(span.start, span.end - blanks)
}

/// `span` without blanks around it. A blank span shrinks to an empty one at its start.
pub(super) fn trimmed(bytes: &[u8], span: Span) -> Span {
    let kept = trimmed_end(bytes, span);
    let blanks = bytes[kept.range()]
        .iter()
        .take_while(|b| is_blank(**b))
        .count();
    Span::new(kept.start + blanks, kept.end)
}

/// The first `http://` or `https://` address that begins in `text[from..until]`.
pub(super) fn bare_address(text: &str, mut from: usize, until: usize) -> Option<(usize, usize)> {
    loop {
        let start = from + text.get(from..until)?.find("http")?;
        let rest = &text[start..];
        let scheme = ["https://", "http://"]
            .iter()
            .find(|s| rest.starts_with(**s));
        let begins = !text[..start].ends_with(|c: char| c.is_alphanumeric());
        if let (Some(scheme), true) = (scheme, begins) {
            let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '"' | '|' | '`');
            let length = rest.find(stop).unwrap_or(rest.len());
            let ends = ['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~'];
            let mut address = rest[..length].trim_end_matches(ends);
            if address.ends_with(')') && !address.contains('(') {
                address = address.trim_end_matches(')');
            }
            if address.len() > scheme.len() {
                return Some((start, start + address.len()));
            }
        }
        from = start + "http".len();
    }
}
