//! New words for old ones, keeping the markup and line breaks of those that stay.
//!
//! People edit the words they see. If somebody corrects one word of a value that holds a
//! link or is wrapped, the link and the wrapping stay: only the source of the words that
//! differ is replaced. The proposals made here are tried like any edit, so one that would
//! not read as typed is passed over.

use pulldown_cmark::{Event, Parser};

use super::escape::{Place, markdown_for, typed_lines};
use super::inline::InlineTag;
use super::reader::DIALECT;
use crate::document::splice::Span;

/// A character one reads, and the source it is read from.
#[derive(Clone, Copy, Debug)]
struct Letter {
    char: char,
    span: Span,
}

/// Sources that may read as `text` with as much of `source` kept as can be, best first.
/// None if nothing is to be kept.
pub(super) fn rewrites(
    source: &str,
    text: &str,
    place: Place<'_>,
    definitions: &[String],
) -> Vec<String> {
    let lines = typed_lines(text, place);
    if lines.len() > 1 && place != Place::Cell {
        return Vec::new();
    }
    let typed: Vec<char> = lines.join("\n").chars().collect();
    let letters = letters(source, place);
    let same = |(a, b): &(&Letter, &char)| a.char == **b;
    let before = letters.iter().zip(&typed).take_while(same).count();
    let rest = (letters[before..].iter().rev()).zip(typed[before..].iter().rev());
    let behind = rest.take_while(same).count();
    if before + behind == 0 {
        return Vec::new();
    }
    let old = &letters[before..letters.len() - behind];
    let new: String = typed[before..typed.len() - behind].iter().collect();
    let new = in_the_middle(&new, place, definitions);
    let from = before.checked_sub(1).map_or(0, |at| letters[at].span.end);
    let to = match letters.get(letters.len() - behind) {
        Some(letter) => letter.span.start,
        None => source.len(),
    };
    let tight = match (old.first(), old.last()) {
        (Some(first), Some(last)) => (first.span.start, last.span.end),
        _ => (from, from),
    };
    let mut spans = vec![tight, (tight.0, to), (from, tight.1), (from, to)];
    if new.is_empty() {
        // Words that go altogether take their markup with them.
        spans.reverse();
    }
    spans.dedup();
    let splice = |(from, to)| Some([source.get(..from)?, &new, source.get(to..)?].concat());
    spans.into_iter().filter_map(splice).collect()
}

/// Markdown for words between others: the blanks around them count.
fn in_the_middle(words: &str, place: Place<'_>, definitions: &[String]) -> String {
    let behind = words.trim_start_matches([' ', '\t', '\n']);
    let inner = behind.trim_end_matches([' ', '\t', '\n']);
    let lead = &words[..words.len() - behind.len()];
    let tail = &behind[inner.len()..];
    let lines = markdown_for(inner, place, definitions);
    // Only a cell has line breaks.
    [lead, &lines.join("\n"), tail]
        .concat()
        .replace('\n', "<br/>")
}

/// What one reads in `source` at `place`, letter by letter.
fn letters(source: &str, place: Place<'_>) -> Vec<Letter> {
    let (before, after) = place.surroundings();
    let body = Span::new(before.len(), before.len() + source.len());
    let scrap = [&before, source, &after].concat();
    let mut letters = Vec::with_capacity(source.len());
    for (event, range) in Parser::new_ext(&scrap, DIALECT).into_offset_iter() {
        let span = Span::from(range);
        match &event {
            Event::Text(text) => spell(text, span, &scrap, &mut letters),
            Event::Code(text) => {
                let signs = scrap[span.range()]
                    .bytes()
                    .take_while(|b| *b == b'`')
                    .count();
                let inner = Span::new(span.start + signs, span.end - signs);
                spell(text, inner, &scrap, &mut letters);
            }
            Event::InlineHtml(html) => match InlineTag::of(html) {
                InlineTag::LineBreak => letters.push(Letter { char: '\n', span }),
                InlineTag::Comment => {}
                InlineTag::Literal => spell(html, span, &scrap, &mut letters),
            },
            Event::SoftBreak => {
                let indent = scrap[span.end..].len()
                    - scrap[span.end..].trim_start_matches([' ', '\t']).len();
                let span = Span::new(span.start, span.end + indent);
                letters.push(Letter { char: ' ', span });
            }
            Event::HardBreak => letters.push(Letter { char: '\n', span }),
            _ => {}
        }
    }
    letters.retain(|l| body.start <= l.span.start && l.span.end <= body.end);
    for letter in &mut letters {
        letter.span = Span::new(letter.span.start - body.start, letter.span.end - body.start);
    }
    letters
}

/// Adds the letters of `text`, each with its own source if the text is written as it reads.
fn spell(text: &str, span: Span, source: &str, letters: &mut Vec<Letter>) {
    let verbatim = source.get(span.range()) == Some(text);
    letters.extend(text.char_indices().map(|(at, char)| {
        let own = Span::new(span.start + at, span.start + at + char.len_utf8());
        Letter {
            char,
            span: if verbatim { own } else { span },
        }
    }));
}
