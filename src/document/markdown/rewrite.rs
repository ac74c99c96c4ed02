//! New words for old ones, keeping the markup and line breaks of those that stay.
//!
//! People edit the words they see. If somebody corrects one word of a value that holds a
//! link or is wrapped, the link and the wrapping stay: only the source of the words that
//! differ is replaced. The proposals made here are tried like any edit, so one that would
//! not read as typed is passed over.

use super::escape::{Place, markdown_for, typed_lines};
use super::letters::{Letter, Letters};

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
    let Letters {
        mut letters,
        comments,
        ..
    } = Letters::read(source, place, definitions);
    // The blank before a comment at the end is not part of the words.
    let blank = |letter: &Letter| letter.char.is_whitespace();
    letters.truncate(
        letters
            .iter()
            .rposition(|l| !blank(l))
            .map_or(0, |at| at + 1),
    );
    // Where one line is typed, a break is a space.
    let same = |(a, b): &(&Letter, &char)| a.char == **b || (a.char, **b) == ('\n', ' ');
    let before = letters.iter().zip(&typed).take_while(same).count();
    let rest = (letters[before..].iter().rev()).zip(typed[before..].iter().rev());
    let behind = rest.take_while(same).count();
    if letters.is_empty() || before + behind == 0 && comments.is_empty() {
        return Vec::new();
    }
    let old = &letters[before..letters.len() - behind];
    let new: String = typed[before..typed.len() - behind].iter().collect();
    let mut written = in_the_middle(&new, place, definitions);
    let from = before.checked_sub(1).map_or(0, |at| letters[at].span.end);
    let to = match letters.get(letters.len() - behind) {
        Some(letter) => letter.span.start,
        None => source.len(),
    };
    let tight = match (old.first(), old.last()) {
        (Some(first), Some(last)) => (first.span.start, last.span.end),
        // What is put behind a link is not part of it, unless it goes on with the last word.
        _ if behind == 0 || new.starts_with(char::is_whitespace) => {
            let closed = before.checked_sub(1).map_or(0, |at| letters[at].closed);
            (closed, closed)
        }
        _ => (from, from),
    };
    // Comments stay, wherever they are.
    let ahead = comments.iter().filter(|c| c.end <= tight.0).map(|c| c.end);
    let from = ahead.max().map_or(from, |end| end.max(from));
    let after = comments
        .iter()
        .filter(|c| c.start >= tight.1)
        .map(|c| c.start);
    let to = after.min().map_or(to, |start| start.min(to));
    for comment in comments
        .iter()
        .filter(|c| tight.0 < c.start && c.end < tight.1)
    {
        written.push(' ');
        written.push_str(&source[comment.range()]);
    }
    let (from, to) = (from.min(tight.0), to.max(tight.1));
    let mut spans = vec![tight, (tight.0, to), (from, tight.1), (from, to)];
    if new.is_empty() {
        // Words that go altogether take their markup with them.
        spans.reverse();
    }
    spans.dedup();
    let splice = |(from, to)| Some([source.get(..from)?, &written, source.get(to..)?].concat());
    spans.into_iter().filter_map(splice).collect()
}

/// The comments in `source`, with single spaces between them.
pub(super) fn comments(source: &str, place: Place<'_>, definitions: &[String]) -> String {
    let found = Letters::read(source, place, definitions).comments;
    let texts: Vec<&str> = found.iter().map(|span| &source[span.range()]).collect();
    texts.join(" ")
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
