//! Lines that look like headings and are none to Markdown: a paragraph that is wholly bold, or bold up
//! to a dash, and a heading in HTML.
//!
//! People mean what follows as a section of its own. Whoever reads sections asks here whether one
//! ends earlier than Markdown says.

use memchr::memmem::find_iter;

use super::MarkdownDocument;
use super::blocks::BlockKind;
use super::entries::phrase;
use super::shadow::mark_length;
use crate::document::splice::Span;

/// What stands between a bold name and its title.
const DASHES: [&str; 3] = ["— ", "– ", "- "];

/// A line that looks like a heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lookalike {
    /// The bold words or the element in the source.
    pub span: Span,
    /// The words, without markup.
    pub text: String,
    /// Whether it is written in HTML.
    pub html: bool,
    /// Whether it is only bold up to a dash: a name and its title, or the beginning of a sentence.
    pub is_partly_bold: bool,
}

/// A heading in a quote or a list item, which opens no section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NestedHeading {
    /// Its line in the source, without what it is in.
    pub span: Span,
    /// The words, without markup.
    pub text: String,
    /// The list item that it is in, as an index.
    pub item: Option<usize>,
    /// Whether it is in a block quote.
    pub quoted: bool,
    /// Where the next heading is, or the file ends.
    pub end: usize,
}

impl MarkdownDocument {
    /// The headings in quotes and list items, in file order.
    pub(crate) fn nested_headings(&self) -> Vec<NestedHeading> {
        let blocks = self.shared.outline.blocks.iter();
        let starts = blocks.filter(|(kind, _)| matches!(kind, BlockKind::Heading(_)));
        let starts: Vec<usize> = starts.map(|(_, start)| *start).collect();
        let ends = starts.iter().skip(1).copied();
        let ends = ends.chain(std::iter::once(self.bytes().len()));
        let own = self.headings();
        let nested = |(start, end): (usize, usize)| {
            let is_own = own.binary_search_by_key(&start, |heading| heading.span.start);
            is_own.is_err().then(|| self.nested_heading(start, end))
        };
        starts
            .iter()
            .copied()
            .zip(ends)
            .filter_map(nested)
            .collect()
    }

    fn nested_heading(&self, start: usize, end: usize) -> NestedHeading {
        let line = self.line(self.line_of(start)).unwrap_or_default();
        let bytes = self.bytes()[start..line.end.max(start)].trim_ascii_end();
        let span = Span::new(start, start + bytes.len());
        let source = self.source(span);
        let words = source.trim_start_matches('#');
        let text = phrase(words.trim_end_matches('#').trim()).words;
        // An item comes before those nested in it: the last one that the heading is in holds it.
        let before = self.items().partition_point(|item| item.span.start < start);
        let mut around = before.checked_sub(1);
        while let Some(item) = around.filter(|at| !self.items()[*at].span.contains(start)) {
            around = self.items()[item].parent;
        }
        let before = &self.bytes()[line.start.min(start)..start];
        NestedHeading {
            span,
            text,
            item: around,
            quoted: before.contains(&b'>'),
            end,
        }
    }

    /// The lines that begin with one of these signs and a blank, each with the sign, in file order.
    /// None of them is in code or in HTML.
    pub(crate) fn lines_after_sign(&self, signs: &[&'static str]) -> Vec<(&'static str, Span)> {
        let bytes = self.bytes();
        let found = signs.iter().flat_map(|sign| {
            let at = find_iter(bytes, sign.as_bytes());
            at.map(|at| (*sign, at)).collect::<Vec<_>>()
        });
        let mut found: Vec<(&str, usize)> = found.collect();
        found.sort_unstable_by_key(|(_, at)| *at);
        let line = |(sign, at): (&'static str, usize)| {
            let line = self.line(self.line_of(at))?;
            let behind = bytes[at + sign.len()..line.end].first();
            let is_first = bytes[line.start..at]
                .iter()
                .all(|b| matches!(b, b' ' | b'\t'))
                || line.start == 0 && at == mark_length(bytes);
            let is_apart = behind.is_some_and(|b| matches!(b, b' ' | b'\t'));
            (is_first && is_apart && self.is_text(at)).then(|| (sign, Span::new(at, line.end)))
        };
        found.into_iter().filter_map(line).collect()
    }

    /// Whether what is at `offset` is neither code nor HTML.
    fn is_text(&self, offset: usize) -> bool {
        let blocks = &self.shared.outline.blocks;
        let behind = blocks.partition_point(|(_, start)| *start <= offset);
        let kind = behind.checked_sub(1).map(|at| blocks[at].0);
        !matches!(kind, None | Some(BlockKind::Code | BlockKind::Html))
    }

    /// The lines that look like headings and of which `may` says that their source is of interest,
    /// in file order. The document is parsed only where there is one.
    pub(crate) fn lookalikes(&self, may: impl Fn(&[u8]) -> bool) -> Vec<Lookalike> {
        let bytes = self.bytes();
        let first = mark_length(bytes);
        let begins = |sign: &[u8]| bytes[first..].starts_with(sign).then_some(first);
        let bold = [&b"\n**"[..], b"\n__"].map(|sign| (sign, false));
        let signs = bold
            .into_iter()
            .chain([(&b"\n<h"[..], true), (b"\n<H", true)]);
        let mut found: Vec<Lookalike> = signs
            .flat_map(|(sign, html)| {
                let further = find_iter(bytes, sign).map(|at| at + 1);
                let starts = begins(&sign[1..]).into_iter().chain(further);
                starts.filter_map(move |start| match html {
                    true => element(bytes, start),
                    false => bold_line(bytes, start),
                })
            })
            .filter(|span| may(&bytes[span.range()]))
            .filter_map(|span| self.lookalike(span))
            .collect();
        found.sort_by_key(|found| found.span.start);
        found
    }

    /// What is at `span`, unless it is in code, in other HTML or in the midst of a paragraph.
    fn lookalike(&self, span: Span) -> Option<Lookalike> {
        let bytes = self.bytes();
        let blocks = &self.shared.outline.blocks;
        let behind = blocks.partition_point(|(_, start)| *start <= span.start);
        let (kind, start) = *blocks.get(behind.checked_sub(1)?)?;
        let html = bytes[span.start] == b'<';
        let source = self.source(span);
        let words = match (html, kind) {
            (true, BlockKind::Html) if start == span.start => without_tags(&source),
            (
                false,
                BlockKind::Paragraph | BlockKind::Item | BlockKind::List { .. } | BlockKind::Row,
            ) => source.into_owned(),
            _ => return None,
        };
        let text = phrase(&words).words;
        (!text.is_empty()).then(|| Lookalike {
            span,
            text,
            html,
            is_partly_bold: !html && !is_wholly_bold(&bytes[span.range()]),
        })
    }
}

/// The line at `start` where it is wholly bold and no part of a longer paragraph.
fn bold_line(bytes: &[u8], start: usize) -> Option<Span> {
    let length = bytes[start..]
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r'));
    let end = length.map_or(bytes.len(), |length| start + length);
    let line = bytes[start..end].trim_ascii_end();
    let line = line.strip_suffix(b"\\").unwrap_or(line);
    let line = line.strip_suffix(b":").unwrap_or(line);
    let sign = &line[..2];
    let inner = line.strip_prefix(sign)?;
    let (inner, behind) = inner.split_at(find_iter(inner, sign).next()?);
    let behind = &behind[sign.len()..];
    let is_titled = behind.first() == Some(&b' ')
        && DASHES
            .iter()
            .any(|dash| behind.trim_ascii_start().starts_with(dash.as_bytes()))
        && find_iter(behind, sign).next().is_none();
    if inner.trim_ascii().is_empty() || !(behind.is_empty() || is_titled) {
        return None;
    }
    let lines = |bytes: &[u8]| !bytes.trim_ascii().is_empty();
    let next = bytes[end..].split(|b| *b == b'\n').nth(1);
    let before = bytes[..start].split(|b| *b == b'\n').rev().nth(1);
    let ends = next.is_none_or(|line| !lines(line) || is_item(line));
    // A line right below an item is read as its words, and meant apart.
    let begins = before.is_none_or(|line| {
        !lines(line) || is_item(line) || line.starts_with(b"#") || line.starts_with(b"|")
    });
    (begins && ends).then(|| Span::new(start, start + line.len()))
}

/// Whether a line that begins bold is so to its end.
fn is_wholly_bold(line: &[u8]) -> bool {
    line.ends_with(&line[..2])
}

fn is_item(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    match line[digits..] {
        [b'-' | b'*' | b'+', b' ' | b'\t', ..] => digits == 0,
        [b'.' | b')', b' ' | b'\t', ..] => digits > 0,
        _ => false,
    }
}

/// The heading in HTML that begins at `start`.
fn element(bytes: &[u8], start: usize) -> Option<Span> {
    /// No heading is longer.
    const LONGEST: usize = 1000;
    let rest = &bytes[start..bytes.len().min(start + LONGEST)];
    let level = *rest.get(2)?;
    let is_tag = matches!(rest.get(3)?, b'>' | b' ' | b'\t' | b'\n' | b'\r');
    let closing = [b'<', b'/', rest[1], level, b'>'];
    let length = find_iter(rest, &closing).next()? + closing.len();
    (matches!(level, b'1'..=b'6') && is_tag).then(|| Span::new(start, start + length))
}

fn without_tags(source: &str) -> String {
    let mut parts = source.split('<');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('>').map_or("", |(_, words)| words));
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let document = MarkdownDocument::load(text.as_bytes());
        let found = document.lookalikes(|_| true);
        found.into_iter().map(|found| found.text).collect()
    }

    #[test]
    fn bold_paragraphs_and_html_headings_are_found() {
        let text = "**One**\n\n- a\n**Two *it* &amp; b**\n- b\n\n__Three__:\n\n\
                    <h3 id=\"x\">Four <em>x</em></h3>\n\n<H2>\nFive\n</H2>\n";
        assert_eq!(
            found(text),
            ["One", "Two it & b", "Three", "Four x", "Five"]
        );
        assert_eq!(found("\u{feff}**A**\r\n\r\n- b\r\n"), ["A"]);
        assert_eq!(
            found("**A** — b\n\n- c\n\n__D__ - e:\n"),
            ["A — b", "D - e"]
        );
    }

    #[test]
    fn words_code_comments_and_quotes_are_not() {
        let text = "**One** two\n\n**One**—two\n\n**a** — b **c**\n\nbefore\n**bold**\n\n**bold**\nbehind\n\n**a** and **b**\n\n\
                    ```\n\n**Code**\n\n<h2>x</h2>\n```\n\n<!--\n\n**Note**\n\n<h2>x</h2>\n-->\n\n\
                    > **Quote**\n\n- item\n\n  **Inside**\n\n<hr>\n\n****\n\n<h7>x</h7>\n";
        assert_eq!(found(text), [] as [&str; 0]);
    }
}
