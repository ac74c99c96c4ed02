//! Typed words to Markdown that reads as those words.
//!
//! Nothing is escaped because it might be markup. The words are put into a scrap of
//! Markdown like the place they are meant for, the parser reads it, and only what it does
//! not read as words gets a backslash. So `a_b`, `2 * 3` and `docs/x.md` stay as typed.
//! `<br>` is left alone: typed, it is the line break it looks like.

use pulldown_cmark::{Event, Parser};

use super::inline::InlineTag;
use super::reader::DIALECT;
use super::shadow::Shadow;
use crate::document::splice::Span;

/// How often a scrap is read again before everything is escaped. Each reading finds all markup
/// there is; another is needed only where an escape brings out other markup.
const ROUNDS: usize = 8;

/// Where typed words go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place<'a> {
    /// The beginning of a list item.
    Item,
    /// Behind a label, with further lines below.
    Value,
    /// A heading between these parts of it.
    Heading(&'a str, &'a str),
    /// A table cell.
    Cell,
}

impl Place<'_> {
    /// What is around the words, as far as it bears on how they are read.
    pub fn surroundings(self) -> (String, String) {
        match self {
            Self::Item => ("- ".into(), "\n".into()),
            Self::Value => ("- **x:** ".into(), "\n".into()),
            Self::Heading(before, after) => (format!("# {before}"), format!("{after}\n")),
            Self::Cell => ("| x |\n| - |\n| ".into(), " |\n".into()),
        }
    }

    /// What ends a line within the words.
    fn line_break(self) -> &'static str {
        match self {
            Self::Item | Self::Value => "\n  ",
            Self::Heading(..) => " ",
            Self::Cell => "<br/>",
        }
    }
}

/// The lines of typed text without the blanks around them. Blank lines are dropped where a
/// paragraph would end there, and kept within a cell.
pub(super) fn typed_lines<'t>(text: &'t str, place: Place<'_>) -> Vec<&'t str> {
    let lines = text.trim().split('\n').flat_map(|line| {
        // A carriage return and its line feed are one line end.
        line.strip_suffix('\r').unwrap_or(line).split('\r')
    });
    lines
        .map(str::trim)
        .filter(|line| place == Place::Cell || !line.is_empty())
        .collect()
}

/// Markdown for the words of a list item or paragraph that reads as `text`, with a
/// backslash before what would otherwise be markup and only there. Lines are kept,
/// blank lines are not.
pub fn escaped(text: &str) -> String {
    markdown_for(text, Place::Item, &[]).join("\n")
}

/// The same for a table cell: pipes are escaped too, and lines are separated by `<br/>`.
pub fn escaped_cell(text: &str) -> String {
    markdown_for(text, Place::Cell, &[]).join(Place::Cell.line_break())
}

/// Markdown for `text` at `place`, line by line, given the labels that make `[label]` a
/// link in this file.
pub(super) fn markdown_for(text: &str, place: Place<'_>, definitions: &[String]) -> Vec<String> {
    let mut scrap = Scrap::new(typed_lines(text, place), place, definitions);
    for _ in 0..ROUNDS {
        if !scrap.escape_markup() {
            return scrap.lines();
        }
    }
    scrap.escape_everything();
    scrap.lines()
}

/// A typed character and whether it gets a backslash.
#[derive(Clone, Copy)]
struct Typed {
    char: char,
    escaped: bool,
}

struct Scrap<'a> {
    place: Place<'a>,
    lines: Vec<Vec<Typed>>,
    definitions: String,
}

/// What a byte of the scrap's source is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Line breaks and backslashes put in here.
    Ours,
    /// The first byte of a typed character: its line and place in the line.
    Char(usize, usize),
    /// A further byte of that character.
    Tail,
}

impl<'a> Scrap<'a> {
    fn new(lines: Vec<&str>, place: Place<'a>, definitions: &[String]) -> Self {
        let typed = |char| Typed {
            char,
            // A pipe would end the cell, whatever is around it.
            escaped: place == Place::Cell && char == '|',
        };
        let mut labels = String::new();
        for label in definitions {
            labels.push_str("\n[");
            labels.push_str(label);
            labels.push_str("]: x\n");
        }
        Self {
            place,
            lines: lines
                .into_iter()
                .map(|l| l.chars().map(typed).collect())
                .collect(),
            definitions: labels,
        }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.iter().map(|line| source_of(line)).collect()
    }

    /// Escapes what the parser does not read as words; whether there was anything.
    fn escape_markup(&mut self) -> bool {
        let (before, after) = self.place.surroundings();
        let from = before.len();
        let mut source = before;
        let mut origins = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            if number > 0 {
                source.push_str(self.place.line_break());
                origins.resize(source.len() - from, Origin::Ours);
            }
            for (place, typed) in line.iter().enumerate() {
                if typed.escaped {
                    source.push('\\');
                    origins.push(Origin::Ours);
                }
                source.push(typed.char);
                origins.push(Origin::Char(number, place));
                origins.resize(source.len() - from, Origin::Tail);
            }
        }
        let body = Span::new(from, source.len());
        source.push_str(&after);
        source.push_str(&self.definitions);
        let read = read_as_words(&source, body);
        self.escape_unread(&origins, &read)
    }

    fn escape_unread(&mut self, origins: &[Origin], read: &[bool]) -> bool {
        let mut found = false;
        let mut at = 0;
        while at < origins.len() {
            let Some((line, place)) = self.unread(origins[at], read[at]) else {
                at += 1;
                continue;
            };
            found = true;
            let length = origins[at..]
                .iter()
                .zip(&read[at..])
                .take_while(|(_, read)| !**read)
                .count();
            self.escape_run(line, place, origins[at + length - 1]);
            at += length;
        }
        found
    }

    /// The place of a character that is markup, blanks apart.
    fn unread(&self, origin: Origin, read: bool) -> Option<(usize, usize)> {
        match origin {
            Origin::Char(line, place) if !read => {
                let char = self.lines[line][place].char;
                (!char.is_whitespace()).then_some((line, place))
            }
            _ => None,
        }
    }

    /// Escapes the markup that begins at `place`: its first sign and those like it, or the
    /// sign behind a list number.
    fn escape_run(&mut self, line: usize, place: usize, last: Origin) {
        let end = match last {
            Origin::Char(to, last) if to == line => last + 1,
            _ => self.lines[line].len(),
        };
        let run = &mut self.lines[line][place..end];
        let Some(sign) = run
            .iter()
            .position(|t| t.char.is_ascii_punctuation() && !t.escaped)
        else {
            return;
        };
        let char = run[sign].char;
        for typed in run[sign..].iter_mut().take_while(|t| t.char == char) {
            typed.escaped = true;
        }
    }

    fn escape_everything(&mut self) {
        for typed in self.lines.iter_mut().flatten() {
            typed.escaped = typed.char.is_ascii_punctuation();
        }
    }
}

fn source_of(line: &[Typed]) -> String {
    let mut source = String::with_capacity(line.len());
    for typed in line {
        if typed.escaped {
            source.push('\\');
        }
        source.push(typed.char);
    }
    source
}

/// For each byte of `body`, whether the parser reads it as words.
fn read_as_words(source: &str, body: Span) -> Vec<bool> {
    let shadow = Shadow::of(source.as_bytes());
    let mut read = vec![false; body.len()];
    for (event, range) in Parser::new_ext(&shadow.text, DIALECT).into_offset_iter() {
        let words = match &event {
            Event::Text(text) => shadow.text.get(range.clone()) == Some(&**text),
            // One that goes on over a line has our line break in it.
            Event::InlineHtml(html) => {
                InlineTag::of(html) != InlineTag::Comment && !html[1..].contains('<')
            }
            Event::SoftBreak => true,
            _ => false,
        };
        if words {
            let start = range.start.clamp(body.start, body.end) - body.start;
            let end = range.end.clamp(body.start, body.end) - body.start;
            read[start..end].fill(true);
        }
    }
    read
}
