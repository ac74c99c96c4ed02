//! Versions of one log taken apart into lines that can be recognised in each other.
//!
//! A line with a step ID is known by that ID and by which of several lines with it, the
//! header by being the header, whatever they say otherwise. Any other line (blank, torn, a
//! conflict marker) is known by its bytes alone. Nothing is decided here.
//!
//! Versions of a log have most lines in common, byte for byte. A line that comes in the same order as
//! in the version before has the same name, and so only what differs is read as JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::object;
use crate::document::json;
use crate::document::log::{self, LineReader};
use crate::document::parallel::in_parallel;
use crate::document::rope::Rope;
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

impl<'a> Name<'a> {
    /// The name of the first of the lines that share it.
    pub fn first(&self) -> Self {
        self.nth(0)
    }

    /// The name of another of them.
    fn nth(&self, nth: u32) -> Self {
        match self.clone() {
            Self::Header(_) => Self::Header(nth),
            Self::Step(id, _) => Self::Step(id, nth),
            Self::Odd(words, _) => Self::Odd(words, nth),
        }
    }

    /// Which of them it is.
    fn count(&self) -> u32 {
        let (Self::Header(nth) | Self::Step(_, nth) | Self::Odd(_, nth)) = self;
        *nth
    }

    /// The name of a line, if it has one, as if no line before had the same.
    fn of(line: &'a [u8], reader: &mut LineReader) -> Option<Self> {
        let [id, schema] = reader.values(line, ["step_id", "schema"])?;
        let Some(raw) = id else {
            return schema.map(|_| Self::Header(0));
        };
        Some(match StepId::of_raw(raw) {
            Some(id) => Self::Step(id, 0),
            None => Self::Odd(json::words(raw), 0),
        })
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
    /// Of each named token that of [`Name::first`], which comes before it.
    first: Vec<usize>,
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
        if let Some(number) = self.numbers.get(&token) {
            return *number;
        }
        let number = self.all.len();
        let first = match &token {
            Token::Named(name) if name.count() > 0 => self.known(&name.first()),
            Token::Named(_) | Token::Text(_) => None,
        };
        self.first.push(first.unwrap_or(number));
        self.all.push(token.clone());
        self.numbers.insert(token, number);
        number
    }

    fn known(&self, name: &Name<'a>) -> Option<usize> {
        self.numbers.get(&Token::Named(name.clone())).copied()
    }

    /// The number of the next line that shares its name with a token. There have been `counts` of
    /// each name in this version; a line without a name is what it is. A new name is spelled as the
    /// line's `own`.
    fn counted(
        &mut self,
        token: usize,
        counts: &mut Vec<u32>,
        own: impl FnOnce() -> Option<Name<'a>>,
    ) -> usize {
        let Token::Named(name) = &self.all[token] else {
            return token;
        };
        let first = self.first[token];
        if counts.len() <= first {
            counts.resize(self.all.len(), 0);
        }
        let nth = counts[first];
        counts[first] += 1;
        if name.count() == nth {
            return token;
        }
        let name = own().unwrap_or_else(|| name.clone());
        self.number(Token::Named(name.nth(nth)))
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
    /// Whether nothing differs but how it is written.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let text = |line: &Self| std::str::from_utf8(line.body).ok();
        let texts = || text(self).zip(text(other));
        self.body == other.body
            || texts().is_some_and(|(one, other)| object::says_the_same(one, other))
    }

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

/// What is found out about a line without knowing the lines before it.
enum Met<'a> {
    /// It has the content of this line of the version before.
    Known(usize),
    /// Its name, as if it were the first of that name.
    New(Option<Name<'a>>),
}

/// So many lines are worth a thread of their own.
const SHARE: usize = 10_000;

impl<'a> Version<'a> {
    /// Takes a version apart; its tokens join `tokens`. Most lines are likely to be those of `like`,
    /// which was taken apart before it.
    pub fn read(bytes: &'a Rope, like: Option<&Self>, tokens: &mut Tokens<'a>) -> Self {
        let lines: Vec<&[u8]> = log::split_pieces(bytes).collect();
        let known = like.map_or(&[][..], |like| &like.lines);
        let places = like.map_or_else(Vec::new, |like| like.places(tokens));
        let met = in_parallel(lines.len(), SHARE, |range| {
            meet(&lines[range], known, &places, tokens)
        });
        let met: Vec<Met<'_>> = met.into_iter().flatten().collect();
        let new = met.iter().filter(|met| matches!(met, Met::New(_))).count();
        tokens.all.reserve(new);
        tokens.first.reserve(new);
        tokens.numbers.reserve(new);
        let ends = |line: &&'a [u8]| &line[log::body(line).end..];
        let newline = lines.iter().map(ends).find(|end| end.ends_with(b"\n"));
        let closing = lines.last().map(ends);
        let mut counts = Vec::new();
        let numbered = |(at, (line, met)): (usize, (&&'a [u8], Met<'a>))| {
            let body = log::body(line);
            let (bom, content) = (body.start > 0, &line[body.range()]);
            let token = match &met {
                Met::Known(at) => known[*at].token,
                Met::New(Some(name)) => tokens.number(Token::Named(name.clone())),
                Met::New(None) => tokens.number(Token::Text(content)),
            };
            let own = || match met {
                Met::Known(_) => Name::of(line, &mut LineReader::default()),
                Met::New(name) => name,
            };
            Line {
                token: tokens.counted(token, &mut counts, own),
                bom: at > 0 && bom,
                body: content,
                end: Some(ends(line))
                    .filter(|end| end.ends_with(b"\n"))
                    .or(newline),
            }
        };
        Self {
            bom: (lines.first()).is_some_and(|line| log::body(line).start > 0),
            newline,
            closing: closing.map(|end| match end.ends_with(b"\n") {
                true => &b"\n"[..],
                false => end,
            }),
            lines: (lines.iter().zip(met).enumerate()).map(numbered).collect(),
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

/// Looks at lines that follow each other.
fn meet<'a>(
    lines: &[&'a [u8]],
    like: &[Line<'_>],
    places: &[Option<usize>],
    tokens: &Tokens<'a>,
) -> Vec<Met<'a>> {
    let (mut next, mut reader) = (0, LineReader::default());
    let met = lines.iter().map(|line| {
        let body = &line[log::body(line).range()];
        if like.get(next).is_some_and(|line| line.body == body) {
            next += 1;
            return Met::Known(next - 1);
        }
        let name = Name::of(line, &mut reader);
        // Where the line stood before, the lines behind it did as well.
        let token = name.as_ref().and_then(|name| tokens.known(name));
        let place = token.and_then(|token| *places.get(token)?);
        next = place.map_or(next, |place| place + 1);
        Met::New(name)
    });
    met.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn any_version() -> impl Strategy<Value = Vec<&'static str>> {
        let line = select(vec![
            "{\"schema\": 1}\n",
            "{\"step_id\": \"0001\"}\n",
            "{\"step_id\": \"0001\", \"title\": \"a\"}\n",
            "{\"step_id\": \"1\", \"step_id\": \"0002\"}\r\n",
            "{\"step_id\": \"0002\"}\n",
            "\u{feff}{\"step_id\": \"0003\"}\n",
            "{\"step_id\": \"0003\"}\n",
            "{\"step_id\": \"003\"}\n",
            "{\"step_id\": \"0003.A\"}\n",
            "{\"step_id\": \"odd\"}\n",
            "{\"step_id\": \"o\\u0064d\"}\n",
            "{\"step_id\": \"0004\"\n",
            "{\"step_id\": \"0004\"}\n",
            "torn\n",
            "<<<<<<< ours\n",
            "\n",
            " \n",
        ]);
        prop::collection::vec(line, 0..14)
    }

    /// The tokens of one version, read behind another or behind one that nothing is taken from.
    fn names<'a>(before: &'a Rope, bytes: &'a Rope, is_like: bool) -> Vec<Token<'a>> {
        let mut tokens = Tokens::default();
        let before = Version::read(before, None, &mut tokens);
        let like = is_like.then_some(&before);
        let version = Version::read(bytes, like, &mut tokens);
        (version
            .lines
            .iter()
            .map(|line| tokens.all[line.token].clone()))
        .collect()
    }

    proptest! {
        /// What is taken over from the version before is what would have been read.
        #[test]
        fn lines_have_the_names_that_they_have_by_themselves(
            before in any_version(),
            after in any_version(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 2),
        ) {
            let cuts: Vec<usize> = cuts.iter().map(|at| at.index(before.len() + 1)).collect();
            let (front, back) = (cuts[0].min(cuts[1]), cuts[0].max(cuts[1]));
            let mixed = [&before[..front], &after, &before[back..]].concat().concat();
            let [before, mixed] = [before.concat(), mixed].map(|text| Rope::from(text.as_bytes()));
            let spelled = |is_like| format!("{:?}", names(&before, &mixed, is_like));
            prop_assert_eq!(spelled(true), spelled(false));
        }
    }
}
