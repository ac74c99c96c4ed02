//! What one reads in a piece of inline Markdown, letter by letter, each with its source.

use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};

use super::MarkdownDocument;
use super::escape::Place;
use super::inline::InlineTag;
use super::reader::DIALECT;
use crate::document::splice::Span;

/// A character one reads, and the source it is read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub char: char,
    pub span: Span,
    /// Where the markup ends that closes right behind it.
    pub closed: usize,
}

/// A piece of Markdown taken apart.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub letters: Vec<Letter>,
    /// The comments in it.
    pub comments: Vec<Span>,
    /// Links and emphasis: where each is, and where what it holds ends.
    containers: Vec<(Span, usize)>,
}

impl Letters {
    /// Takes `source`, which is at `place`, apart, given the labels that make `[label]` a link in
    /// its file.
    pub fn read(source: &str, place: Place<'_>, labels: &[String]) -> Self {
        let (before, after) = place.surroundings();
        let body = Span::new(before.len(), before.len() + source.len());
        let scrap = [&before, source, &after].concat();
        let known = |link: BrokenLink<'_>| {
            let label = link.reference.to_lowercase();
            let known = labels.binary_search_by(|l| l.as_str().cmp(&label)).is_ok();
            known.then(|| (CowStr::from(""), CowStr::from("")))
        };
        let known = (!labels.is_empty()).then_some(known);
        let parser = Parser::new_with_broken_link_callback(&scrap, DIALECT, known);
        let mut found = Self::default();
        found.letters.reserve(source.len());
        let mut past = body.start;
        for (event, range) in parser.into_offset_iter() {
            let span = Span::from(range);
            let end = found.event(&event, span, past, &scrap);
            past = past.max(end);
        }
        let inside = |span: Span| body.start <= span.start && span.end <= body.end;
        found.letters.retain(|letter| inside(letter.span));
        found.comments.retain(|comment| inside(*comment));
        found.containers.retain(|(container, _)| inside(*container));
        for letter in &mut found.letters {
            letter.span = letter.span.counted_from(body.start);
            letter.closed = letter.closed.min(body.end) - body.start;
        }
        for comment in &mut found.comments {
            *comment = comment.counted_from(body.start);
        }
        for (container, inner) in &mut found.containers {
            *container = container.counted_from(body.start);
            *inner -= body.start;
        }
        found
    }

    /// Takes an event in; answers where what has been read ends.
    fn event(&mut self, event: &Event<'_>, span: Span, past: usize, scrap: &str) -> usize {
        match event {
            Event::Text(text) => {
                let letters = self.letters.len();
                self.spell(text, span, scrap);
                // A backslash that nothing before it is read from escapes the first letter.
                let is_escape = scrap[past.min(span.start)..span.start].ends_with('\\');
                if let Some(first) = self.letters.get_mut(letters).filter(|_| is_escape) {
                    first.span.start -= 1;
                }
            }
            Event::Code(text) => {
                let signs = scrap[span.range()]
                    .bytes()
                    .take_while(|b| *b == b'`')
                    .count();
                self.spell(text, Span::new(span.start + signs, span.end - signs), scrap);
                self.close(span.end);
            }
            Event::InlineHtml(html) => match InlineTag::of(html) {
                InlineTag::LineBreak => self.push('\n', span),
                InlineTag::Comment => self.comments.push(span),
                InlineTag::Literal => self.spell(html, span, scrap),
            },
            Event::SoftBreak => {
                let behind = &scrap[span.end..];
                let indent = behind.len() - behind.trim_start_matches([' ', '\t']).len();
                self.push(' ', Span::new(span.start, span.end + indent));
            }
            Event::HardBreak => self.push('\n', span),
            Event::Start(
                Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Link { .. }
                | Tag::Image { .. },
            ) => return span.start,
            Event::End(
                TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image,
            ) => {
                self.containers.push((span, past));
                self.close(span.end);
            }
            _ => return span.start,
        }
        span.end
    }

    fn push(&mut self, char: char, span: Span) {
        let closed = span.end;
        self.letters.push(Letter { char, span, closed });
    }

    fn close(&mut self, end: usize) {
        if let Some(last) = self.letters.last_mut() {
            last.closed = end;
        }
    }

    /// Adds the letters of `text`, each with its own source if the text is written as it reads.
    fn spell(&mut self, text: &str, span: Span, source: &str) {
        let verbatim = source.get(span.range()) == Some(text);
        for (at, char) in text.char_indices() {
            let own = Span::new(span.start + at, span.start + at + char.len_utf8());
            self.push(char, if verbatim { own } else { span });
        }
    }

    /// Where the words behind the first `count` letters are: up to the end, or to that of the link
    /// or emphasis they begin in.
    fn behind(&self, count: usize, length: usize) -> Span {
        // A backslash before the first of them belongs to it.
        let start = count
            .checked_sub(1)
            .map_or(0, |last| self.letters[last].closed);
        let around = |(span, _): &&(Span, usize)| span.start < start && start < span.end;
        let ends = self
            .containers
            .iter()
            .filter(around)
            .map(|(_, inner)| *inner);
        Span::new(start, ends.min().unwrap_or(length).max(start))
    }
}

impl MarkdownDocument {
    /// Where the words of a heading are that follow the first `from` bytes of its text.
    pub fn heading_words(&self, heading: usize, from: usize) -> Option<Span> {
        let of = self.headings().get(heading)?;
        let source = std::str::from_utf8(&self.bytes()[of.content.range()]).ok()?;
        let labels = &self.shared.outline.definitions;
        let read = Letters::read(source, Place::Heading("", ""), labels);
        let blank = |c: char| if c == '\n' { ' ' } else { c };
        let words = read.letters.iter().map(|letter| blank(letter.char));
        if !words.eq(of.text.chars()) {
            return None;
        }
        let count = of.text.get(..from)?.chars().count();
        Some(read.behind(count, source.len()).shifted(of.content.start))
    }
}
