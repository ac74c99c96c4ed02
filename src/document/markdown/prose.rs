//! The running text of a document: what people read in it, with the source that each word comes
//! from. Code blocks, HTML and the targets of links are not text.

use pulldown_cmark::{Event, Parser, Tag};

use super::MarkdownDocument;
use super::inline::InlineTag;
use super::reader::DIALECT;
use super::shadow::Shadow;
use crate::document::splice::Span;

/// The words of a paragraph, a heading, a cell or an item.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Prose {
    /// As one reads them, on one line.
    pub text: String,
    /// From where in `text` on it is written verbatim in the source, and where there.
    pieces: Vec<(usize, Span)>,
}

/// Stands for what is not words.
const GAP: char = '\u{fffc}';

impl Prose {
    /// Where a stretch of the text is in the source; nothing where it is not written in one piece.
    pub(crate) fn source(&self, from: usize, until: usize) -> Option<Span> {
        let piece = self.pieces.partition_point(|(at, _)| *at <= from);
        let (at, span) = self.pieces.get(piece.checked_sub(1)?)?;
        let found = Span::new(span.start + from - at, span.start + until - at);
        (found.end <= span.end).then_some(found)
    }
}

impl MarkdownDocument {
    /// Every stretch of running text, in file order.
    pub(crate) fn prose(&self) -> Vec<Prose> {
        let shadow = Shadow::of(self.bytes());
        let mut found = Vec::new();
        let mut open = Prose::default();
        let mut muted = 0_usize;
        for (event, range) in Parser::new_ext(&shadow.text, DIALECT).into_offset_iter() {
            let span = Span::from(range).shifted(shadow.base);
            match event {
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_)) => {
                    muted += 1;
                }
                Event::End(tag) if is_muted(tag) => muted = muted.saturating_sub(1),
                _ if muted > 0 => {}
                Event::Text(text) => open.push(&text, span, self.bytes()),
                Event::Code(text) => {
                    let source = &self.bytes()[span.range()];
                    let signs = source.iter().take_while(|byte| **byte == b'`').count();
                    let inner = Span::new(span.start + signs, span.end.max(signs) - signs);
                    // Code is quoted, and only a name alone is one.
                    match text.contains(' ') && !text.starts_with(['S', 's']) {
                        true => open.text.push(GAP),
                        false => open.push(&text, inner, self.bytes()),
                    }
                }
                Event::SoftBreak | Event::HardBreak => open.text.push(' '),
                Event::InlineHtml(html) if InlineTag::of(&html) == InlineTag::LineBreak => {
                    open.text.push(' ');
                }
                Event::InlineHtml(_) => open.text.push(GAP),
                Event::Start(tag) if is_inline(&tag) => {}
                Event::End(tag) if is_inline_end(tag) => {}
                _ => close(&mut open, &mut found),
            }
        }
        close(&mut open, &mut found);
        found
    }
}

impl MarkdownDocument {
    /// Where addresses and names of places are: links and their definitions, and HTML.
    pub(crate) fn addresses(&self) -> Vec<Span> {
        let shadow = Shadow::of(self.bytes());
        let parser = Parser::new_ext(&shadow.text, DIALECT);
        let definitions = parser.reference_definitions().iter();
        let mut found: Vec<_> = definitions.map(|(_, it)| it.span.clone()).collect();
        let is_address = |event: &Event<'_>| {
            use Event::{Html, InlineHtml, Start};
            matches!(
                event,
                Html(_) | InlineHtml(_) | Start(Tag::Link { .. } | Tag::Image { .. })
            )
        };
        for (event, range) in parser.into_offset_iter() {
            let is_inner = found
                .last()
                .is_some_and(|outer| outer.contains(&range.start));
            if is_address(&event) && !is_inner {
                found.push(range);
            }
        }
        let span = |range| Span::from(range).shifted(shadow.base);
        found.into_iter().map(span).collect()
    }
}

/// What people read in one line: its words without what makes them bold, a link, an item or a heading.
/// Code keeps its backticks, and an item its number.
pub(crate) fn line_words(line: &str) -> String {
    let mut words = String::new();
    for event in Parser::new_ext(line, DIALECT) {
        match event {
            Event::Start(Tag::List(Some(number))) => words.push_str(&format!("{number}. ")),
            Event::Text(text) => words.push_str(&text),
            Event::Code(text) => {
                words.push('`');
                words.push_str(&text);
                words.push('`');
            }
            Event::InlineHtml(html) if InlineTag::of(&html) == InlineTag::LineBreak => {
                words.push(' ');
            }
            _ => {}
        }
    }
    words.trim().to_owned()
}

fn close(open: &mut Prose, found: &mut Vec<Prose>) {
    let prose = std::mem::take(open);
    if !prose.text.trim().is_empty() {
        found.push(prose);
    }
}

impl Prose {
    fn push(&mut self, text: &str, span: Span, bytes: &[u8]) {
        if bytes.get(span.range()) == Some(text.as_bytes()) {
            self.pieces.push((self.text.len(), span));
        } else {
            // Written as something else; nothing in it can be rewritten.
            self.pieces.push((self.text.len(), Span::empty(span.start)));
        }
        self.text.push_str(text);
    }
}

fn is_muted(tag: pulldown_cmark::TagEnd) -> bool {
    use pulldown_cmark::TagEnd;
    matches!(
        tag,
        TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_)
    )
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::Superscript
            | Tag::Subscript
    )
}

fn is_inline_end(tag: pulldown_cmark::TagEnd) -> bool {
    use pulldown_cmark::TagEnd;
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Superscript
            | TagEnd::Subscript
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_with_their_source_and_code_does_not() {
        let text = "\u{feff}# Step **0041** — It\n\n- [ ] a `0042` &amp; [Step\n  0043](x/0044.md)\n\n\
                    | a | 0045<br/>b |\n|---|---|\n| 0046 | c |\n\n```\n0047\n```\n\n<p>0048</p>\n\n\
                    `grep 0049 x`\n";
        let document = MarkdownDocument::load(text.as_bytes());
        let prose = document.prose();
        let texts: Vec<&str> = prose.iter().map(|prose| &*prose.text).collect();
        assert_eq!(
            texts,
            [
                "Step 0041 — It",
                "a 0042 & Step 0043",
                "a",
                "0045 b",
                "0046",
                "c",
                "\u{fffc}"
            ]
        );
        for (prose, digits) in prose.iter().zip(["0041", "0042"]) {
            let at = prose.text.find(digits).unwrap();
            let span = prose.source(at, at + digits.len()).unwrap();
            assert_eq!(document.source(span), digits);
        }
        let amp = prose[1].text.find('&').unwrap();
        assert_eq!(prose[1].source(amp, amp + 1), None);
    }
}
