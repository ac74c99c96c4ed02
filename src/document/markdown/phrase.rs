//! A piece of running text read by Markdown's inline structure: its words, its links, and the
//! signs in it that are nothing but signs.

use std::borrow::Cow;

use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};

use super::blocks::{Check, CheckState};
use super::entries::{Entry, EntryLink};
use super::inline::{InlineTag, bare_address, is_blank, trimmed};
use super::reader::DIALECT;
use super::shadow::Shadow;
use crate::document::splice::Span;

/// The source of a paragraph on one line, byte for byte in place: what begins a further line is not
/// part of the words.
pub(super) fn flattened(source: &[u8]) -> Cow<'_, [u8]> {
    if !source.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        return Cow::Borrowed(source);
    }
    let mut flat = source.to_vec();
    let mut begins = false;
    for at in 0..flat.len() {
        match flat[at] {
            b'\n' | b'\r' => {
                // A backslash at the end of a line is a line break.
                let signs = flat[..at].iter().rev().take_while(|b| **b == b'\\').count();
                if signs % 2 == 1 {
                    flat[at - 1] = b' ';
                }
                flat[at] = b' ';
                begins = true;
            }
            b' ' | b'\t' | b'>' if begins => flat[at] = b' ',
            _ => begins = false,
        }
    }
    Cow::Owned(flat)
}

pub(super) fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(**b)).count()
}

/// A word or two, where their source is, and the link that they belong to.
struct Piece {
    span: Span,
    text: String,
    link: Option<usize>,
}

/// What the parser makes of one line of text.
pub(super) struct Inline<'a> {
    source: &'a [u8],
    pieces: Vec<Piece>,
    /// Where each link leads.
    links: Vec<String>,
    comments: Vec<Span>,
    /// The source with everything blanked out that is not a plain text; characters that are written
    /// as something else are letters.
    plain: String,
}

/// Stands before the text, so that nothing in it begins a block.
const LEAD: &[u8] = b"x ";

impl<'a> Inline<'a> {
    pub fn read(source: &'a [u8], labels: &[String]) -> Self {
        let mut inline = Self {
            source,
            pieces: Vec::new(),
            links: Vec::new(),
            comments: Vec::new(),
            plain: String::new(),
        };
        if let Ok(text) = std::str::from_utf8(source)
            && !text.bytes().any(is_markup)
        {
            // Most lists are words and commas, for which nobody need ask the parser.
            inline.push(Span::new(0, source.len()), text, None);
            inline.plain.push_str(text);
            return inline;
        }
        inline.parse(labels);
        inline
    }

    fn parse(&mut self, labels: &[String]) {
        let scrap = [LEAD, self.source].concat();
        let shadow = Shadow::of_part(&scrap);
        let known = |link: BrokenLink<'_>| {
            let label = link.reference.to_lowercase();
            let known = labels.binary_search_by(|l| l.as_str().cmp(&label)).is_ok();
            known.then(|| (CowStr::from(""), CowStr::from("")))
        };
        let known = (!labels.is_empty()).then_some(known);
        let parser = Parser::new_with_broken_link_callback(&shadow.text, DIALECT, known);
        let mut plain = vec![b' '; self.source.len()];
        let mut link: Option<(usize, usize)> = None;
        let source = self.source;
        let (mut depth, mut past) = (0usize, LEAD.len());
        for (event, range) in parser.into_offset_iter() {
            let from = range.start.max(LEAD.len());
            let end = range.end.max(from);
            let span = Span::new(from - LEAD.len(), end - LEAD.len());
            let begins = matches!(event, Event::Start(_));
            let of = link.map(|(_, number)| number);
            match event {
                Event::Start(tag) => {
                    depth += usize::from(!matches!(tag, Tag::Paragraph));
                    // The outer one counts where an image is linked.
                    if let (Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }, None) =
                        (tag, link)
                    {
                        link = Some((depth, self.links.len()));
                        self.links.push(dest_url.into_string());
                    }
                }
                Event::End(tag) => {
                    link = link.filter(|(open, _)| *open != depth);
                    depth -= usize::from(!matches!(tag, TagEnd::Paragraph));
                }
                Event::Text(text) => {
                    let text = if from > range.start {
                        text.get(from - range.start..).unwrap_or_default()
                    } else {
                        &text
                    };
                    let verbatim = shadow.text.get(from..end) == Some(text);
                    if depth == 0 {
                        match verbatim {
                            true => plain[span.range()].copy_from_slice(text.as_bytes()),
                            false => plain[span.range()].fill(b'x'),
                        }
                        if from > past && scrap[from - 1] == b'\\' {
                            plain[span.start - 1..=span.start].fill(b'x');
                        }
                    }
                    let own = verbatim.then(|| String::from_utf8_lossy(&source[span.range()]));
                    self.push(span, own.as_deref().unwrap_or(text), of);
                }
                Event::Code(text) => self.push(span, &text, of),
                Event::InlineHtml(html) => match InlineTag::of(&html) {
                    InlineTag::Comment => self.comments.push(span),
                    InlineTag::LineBreak => self.push(span, " ", of),
                    InlineTag::Literal => self.push(span, &html, of),
                },
                Event::FootnoteReference(name) => self.push(span, &format!("[^{name}]"), of),
                _ => {}
            }
            past = past.max(if begins { range.start } else { range.end });
        }
        self.plain = String::from_utf8(plain).unwrap_or_default();
    }

    fn push(&mut self, span: Span, text: &str, link: Option<usize>) {
        let text = text.to_owned();
        self.pieces.push(Piece { span, text, link });
    }

    /// The part without blanks and comments around it.
    pub fn without_comments(&self, span: Span) -> Span {
        let mut kept = trimmed(self.source, span);
        loop {
            let at = self.comments.partition_point(|c| c.start < kept.start);
            let first = self
                .comments
                .get(at)
                .filter(|c| c.start == kept.start && c.end <= kept.end);
            let at = self.comments.partition_point(|c| c.end < kept.end);
            let last = self
                .comments
                .get(at)
                .filter(|c| c.end == kept.end && kept.start <= c.start);
            kept = match (first, last) {
                (Some(first), _) => trimmed(self.source, Span::new(first.end, kept.end)),
                (None, Some(last)) => trimmed(self.source, Span::new(kept.start, last.start)),
                (None, None) => return kept,
            };
        }
    }

    /// What is at `span`, as an entry.
    pub fn entry(&self, span: Span) -> Entry {
        let state = self.plain.get(span.range()).and_then(read_box);
        let box_at = state.map(|state| {
            let behind = &self.source[span.start + 3..span.end];
            (state, 3 + leading_blanks(behind))
        });
        let skip = box_at.map_or(0, |(_, length)| length);
        let brackets = Span::new(span.start, span.start + skip.min(3));
        let check = match box_at {
            None => Check::None,
            Some((CheckState::Done, _)) => Check::Done(brackets),
            Some(_) => Check::Open(brackets),
        };
        let body = Span::new(span.start + skip, span.end);
        let mut words = String::new();
        let mut links: Vec<(usize, EntryLink)> = Vec::new();
        let first = self
            .pieces
            .partition_point(|piece| piece.span.end <= body.start);
        let pieces = self.pieces[first..].iter();
        for piece in pieces.take_while(|piece| piece.span.start < body.end) {
            let from = body.start.max(piece.span.start);
            let end = body.end.min(piece.span.end);
            if from >= end {
                continue;
            }
            // What reads as it is may reach over into the next entry.
            let cut = from - piece.span.start..end - piece.span.start;
            let text = match piece.text.len() == piece.span.len() {
                true => piece.text.get(cut).unwrap_or(&piece.text),
                false => &piece.text,
            };
            let before = words.len();
            add_words(&mut words, text);
            match (piece.link, links.last_mut()) {
                (Some(link), Some((known, last))) if *known == link => {
                    last.words.end = words.len();
                }
                (Some(link), _) => {
                    let words = before..words.len();
                    let url = self.links[link].clone();
                    links.push((link, EntryLink { words, url }));
                }
                (None, _) => {}
            }
        }
        words.truncate(words.trim_end().len());
        let mut links: Vec<EntryLink> = links.into_iter().map(|(_, link)| link).collect();
        for link in &mut links {
            link.words.end = link.words.end.min(words.len());
            link.words.start = link.words.start.min(link.words.end);
        }
        Entry {
            span,
            words,
            check,
            links,
        }
    }

    /// The offsets of the commas and semicolons that part entries.
    pub fn signs(&self) -> Vec<usize> {
        let (pairs, _) = self.brackets();
        let mut covered = pairs.into_iter().peekable();
        let mut addresses = self.addresses().into_iter().peekable();
        let mut signs = Vec::new();
        for at in memchr::memchr2_iter(b',', b';', self.plain.as_bytes()) {
            while covered.next_if(|span| span.end <= at).is_some() {}
            while addresses.next_if(|span| span.end <= at).is_some() {}
            let inside = |span: Option<&Span>| span.is_some_and(|span| span.contains(at));
            if !inside(covered.peek()) && !inside(addresses.peek()) {
                signs.push(at);
            }
        }
        signs
    }

    /// The addresses without angle brackets. Two of them with nothing but a sign between are
    /// two.
    fn addresses(&self) -> Vec<Span> {
        let text = &self.plain;
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((start, end)) = bare_address(text, from, text.len()) {
            let next = [",http://", ",https://", ";http://", ";https://"]
                .iter()
                .filter_map(|sign| text[start..end].find(sign))
                .min();
            let end = next.map_or(end, |at| start + at);
            found.push(Span::new(start, end));
            from = end;
        }
        found
    }

    /// The outermost pairs of brackets in plain text, and the brackets without a counterpart.
    pub fn brackets(&self) -> (Vec<Span>, Vec<usize>) {
        let mut addresses = self.addresses().into_iter().peekable();
        let (mut open, mut pairs): (Vec<(u8, usize)>, Vec<Span>) = (Vec::new(), Vec::new());
        let (mut single, mut counts) = (Vec::new(), [0usize; 2]);
        for (at, byte) in self.plain.bytes().enumerate() {
            if !matches!(byte, b'(' | b')' | b'[' | b']') {
                continue;
            }
            while addresses.next_if(|span| span.end <= at).is_some() {}
            if addresses.peek().is_some_and(|span| span.contains(at)) {
                continue;
            }
            let opener = match byte {
                b')' => b'(',
                b']' => b'[',
                opener => {
                    counts[usize::from(opener == b'[')] += 1;
                    open.push((opener, at));
                    continue;
                }
            };
            // Nobody looks for what is not there: a million brackets take no longer for it.
            let is_open = counts[usize::from(opener == b'[')] > 0;
            let own = |(sign, _): &(u8, usize)| *sign == opener;
            let from = if is_open {
                open.iter().rposition(own)
            } else {
                None
            };
            match from {
                Some(from) => {
                    let start = open[from].1;
                    for (sign, at) in open.drain(from..) {
                        counts[usize::from(sign == b'[')] -= 1;
                        single.extend((at != start).then_some(at));
                    }
                    let inner = pairs.iter().rposition(|pair| pair.start < start);
                    pairs.truncate(inner.map_or(0, |last| last + 1));
                    pairs.push(Span::new(start, at + 1));
                }
                None => single.push(at),
            }
        }
        single.extend(open.iter().map(|(_, at)| *at));
        (pairs, single)
    }
}

/// Adds words with single spaces between them.
fn add_words(words: &mut String, text: &str) {
    for c in text.chars() {
        match c.is_whitespace() {
            false => words.push(c),
            true if words.is_empty() || words.ends_with(' ') => {}
            true => words.push(' '),
        }
    }
}

/// The checkbox that `text` begins with.
fn read_box(text: &str) -> Option<CheckState> {
    let state = match text.get(..3)? {
        "[ ]" => CheckState::Open,
        "[x]" | "[X]" => CheckState::Done,
        _ => return None,
    };
    text[3..].starts_with([' ', '\t']).then_some(state)
}

/// Whether a byte may make the words read otherwise than they are.
fn is_markup(byte: u8) -> bool {
    matches!(byte, b'[' | b'*' | b'_' | b'`' | b'&' | b'<' | b'\\' | b'~') || byte < b' '
}
