//! Versions of one log taken apart into lines that can be recognised in each other.
//!
//! A line with a step ID is known by that ID and by which of several lines with it, the
//! header by being the header, whatever they say otherwise. Any other line (blank, torn, a
//! conflict marker) is known by its bytes alone. Nothing is compared or decided here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::document::json;
use crate::document::log::{LineRef, LogDocument};
use crate::plan::id::StepId;

/// What a line is known by in every version. Ordered as an ordered log has its lines.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Name<'a> {
    /// The schema header; the count is 0 unless there are several.
    Header(u32),
    /// A step, and which of several lines with its ID.
    Step(StepId, u32),
    /// A line whose step ID is malformed: its words.
    Odd(Cow<'a, str>, u32),
}

impl Name<'_> {
    /// The name of the first of the lines that share it.
    pub fn first(&self) -> Self {
        match self.clone() {
            Self::Header(_) => Self::Header(0),
            Self::Step(id, _) => Self::Step(id, 0),
            Self::Odd(words, _) => Self::Odd(words, 0),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nth = match self {
            Self::Header(nth) => write!(f, "header").map(|()| nth)?,
            Self::Step(id, nth) => write!(f, "{id}").map(|()| nth)?,
            Self::Odd(words, nth) => write!(f, "“{words}”").map(|()| nth)?,
        };
        match nth {
            0 => Ok(()),
            nth => write!(f, " ({})", u64::from(*nth) + 1),
        }
    }
}

/// What makes two lines of different versions the same line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Token<'a> {
    /// Known by name.
    Named(Name<'a>),
    /// Known by its bytes.
    Text(&'a [u8]),
}

/// The tokens of all versions, each with one number.
#[derive(Default)]
pub struct Tokens<'a> {
    all: Vec<Token<'a>>,
    numbers: HashMap<Token<'a>, usize>,
}

impl<'a> Tokens<'a> {
    /// How many there are; their numbers are below that.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The name behind a number, if that is a named line.
    pub fn name(&self, token: usize) -> Option<&Name<'a>> {
        match &self.all[token] {
            Token::Named(name) => Some(name),
            Token::Text(_) => None,
        }
    }

    fn number(&mut self, token: Token<'a>) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(token.clone()).or_insert(next);
        if number == next {
            self.all.push(token);
        }
        number
    }
}

/// One line of one version.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The number of its token.
    pub token: usize,
    /// Whether a byte order mark is before it that is not the file's.
    pub bom: bool,
    /// The content.
    pub body: &'a [u8],
    /// The line end; that of the version where the last line has none. `None` in a version
    /// without any newline.
    pub end: Option<&'a [u8]>,
}

impl Line<'_> {
    /// Whether nothing but whitespace is there.
    pub fn is_blank(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }
}

/// One version of the log.
#[derive(Debug)]
pub struct Version<'a> {
    /// Whether the file begins with a byte order mark.
    pub bom: bool,
    /// Every line in file order.
    pub lines: Vec<Line<'a>>,
    /// The first line end in the file.
    pub newline: Option<&'a [u8]>,
    /// What ends the last line: a newline of any kind as `\n`, or what is there instead. `None`
    /// where there is no line.
    pub closing: Option<&'a [u8]>,
}

impl<'a> Version<'a> {
    /// Takes `log` apart; its tokens join `tokens`.
    pub fn read(log: &'a LogDocument, tokens: &mut Tokens<'a>) -> Self {
        let ends = |line: LineRef<'a>| &line.bytes()[line.body().end..];
        let newline = log.lines().map(ends).find(|end| end.ends_with(b"\n"));
        let closing = log.lines().last().map(ends);
        let mut names = Names::default();
        let lines = log.lines().enumerate().map(|(at, line)| {
            let (bytes, body) = (line.bytes(), line.body());
            let token = match names.of(line) {
                Some(name) => Token::Named(name),
                None => Token::Text(&bytes[body.range()]),
            };
            Line {
                token: tokens.number(token),
                bom: at > 0 && body.start > 0,
                body: &bytes[body.range()],
                end: Some(ends(line))
                    .filter(|end| end.ends_with(b"\n"))
                    .or(newline),
            }
        });
        Self {
            lines: lines.collect(),
            bom: (log.lines().next()).is_some_and(|line| line.body().start > 0),
            newline,
            closing: closing.map(|end| match end.ends_with(b"\n") {
                true => &b"\n"[..],
                false => end,
            }),
        }
    }

    /// The tokens of the lines, in file order.
    pub fn tokens(&self) -> Vec<usize> {
        self.lines.iter().map(|line| line.token).collect()
    }

    /// Where each named token is, by its number. Named lines occur once in a version.
    pub fn places(&self, tokens: &Tokens<'_>) -> Vec<Option<usize>> {
        let mut places = vec![None; tokens.count()];
        for (at, line) in self.lines.iter().enumerate() {
            places[line.token] = Some(at);
        }
        places
    }
}

/// Counts the lines of one name.
#[derive(Default)]
struct Names<'a> {
    headers: u32,
    steps: HashMap<StepId, u32>,
    odd: HashMap<Cow<'a, str>, u32>,
}

impl<'a> Names<'a> {
    fn of(&mut self, line: LineRef<'a>) -> Option<Name<'a>> {
        let Some(raw) = line.get("step_id") else {
            let is_header = line.get("schema").is_some();
            return is_header.then(|| Name::Header(next(&mut self.headers)));
        };
        Some(match StepId::of_raw(raw) {
            Some(id) => Name::Step(id, next(self.steps.entry(id).or_default())),
            None => {
                let words = json::words(raw);
                let nth = next(self.odd.entry(words.clone()).or_default());
                Name::Odd(words, nth)
            }
        })
    }
}

fn next(count: &mut u32) -> u32 {
    *count += 1;
    *count - 1
}
