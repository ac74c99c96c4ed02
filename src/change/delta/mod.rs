//! What differs between two versions of a file of the plan, in parts that have names: a step's
//! field, a check's tick, a cell of the block table, a section. Any choice of the parts can be had
//! without the others, byte for byte: none of them is the older version, all of them the newer.
//!
//! A part is one or several pieces of the file. Pieces run forwards in both versions and do not
//! touch each other, so that they can be chosen one by one.

mod back;
mod log;
mod markdown;
pub mod message;
pub mod outline;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

pub use back::reverted;

use crate::change::brief::brief_pair;
use crate::document::english::counted;
use crate::document::splice::Span;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::{BlockId, StepId};
use crate::plan::source::{Role, is_chart};

/// What a part is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// A step as a whole, and which of several lines with its ID.
    Step(StepId, u32),
    /// A field of a step, by its key; within an inner object behind a dot.
    Field(StepId, u32, String),
    /// A cell of a block's row.
    Cell(BlockId, BlockColumn),
    /// A block's row as a whole.
    Row(BlockId),
    /// The tick of a check: the heading of its list, and its words.
    Check(String, String),
    /// The text under a heading, or before the first one.
    Text(Option<String>),
    /// Lines of a log that are not steps.
    Lines,
    /// Line endings, or what is at the very ends of the file.
    Ends,
    /// The file as a whole.
    File,
}

/// How it differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same in another place, or in another spelling.
    Rewritten,
}

impl How {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Rewritten => "rewritten",
        }
    }
}

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What it is about.
    pub subject: Subject,
    /// How it differs.
    pub how: How,
    /// What it said, in words.
    pub before: String,
    /// What it says now, or in one word what happened.
    pub after: String,
    /// What happened, where that is more than one value in the place of another.
    words: Option<String>,
}

impl Part {
    fn new(subject: Subject, how: How, before: String, after: String) -> Self {
        Self {
            subject,
            how,
            before,
            after,
            words: None,
        }
    }

    fn saying(subject: Subject, how: How, words: String) -> Self {
        Self {
            words: Some(words),
            ..Self::new(subject, how, String::new(), String::new())
        }
    }

    /// What happened, such as `draft → complete`.
    pub fn change(&self) -> String {
        match &self.words {
            Some(words) => words.clone(),
            None => format!("{} → {}", self.before, self.after),
        }
    }

    /// The same with long values cut.
    pub(crate) fn brief(&self) -> String {
        match &self.words {
            Some(words) => words.clone(),
            None => {
                let (before, after) = brief_pair(&self.before, &self.after);
                format!("{before} → {after}")
            }
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nth = |f: &mut fmt::Formatter<'_>, nth: u32| match nth {
            0 => Ok(()),
            nth => write!(f, " ({})", u64::from(nth) + 1),
        };
        match self {
            Self::Step(step, count) => {
                write!(f, "{step}")?;
                nth(f, *count)
            }
            Self::Field(step, count, key) => {
                write!(f, "{step}")?;
                nth(f, *count)?;
                write!(f, " {key}")
            }
            Self::Cell(block, column) => write!(f, "{block} {}", column.label()),
            Self::Row(block) => write!(f, "{block}"),
            Self::Check(heading, text) => write!(f, "{heading}: {text}"),
            Self::Text(Some(heading)) => write!(f, "“{heading}”"),
            Self::Text(None) => f.write_str("before the first heading"),
            Self::Lines => f.write_str("other lines"),
            Self::Ends => f.write_str("line endings"),
            Self::File => f.write_str("the file"),
        }
    }
}

/// Whose choice decides over a piece.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Owner {
    /// That of one part.
    Part(usize),
    /// It is new if any of these is: the stamp of a step's line.
    Any(Range<usize>),
}

/// A place where the versions differ.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    old: Range<usize>,
    new: Range<usize>,
    owner: Owner,
}

/// What one side has at an end of the file, apart from its lines, and whose choice that is.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct FileEnd {
    /// Whether the older version has it, and the newer.
    is_there: [bool; 2],
    /// The part, where they differ.
    part: Option<usize>,
}

impl FileEnd {
    fn chosen(&self, is_new: &dyn Fn(usize) -> bool) -> bool {
        match self.part {
            Some(part) if is_new(part) => self.is_there[1],
            _ => self.is_there[0],
        }
    }
}

/// The same step's line in both versions.
#[derive(Clone, PartialEq, Eq, Debug)]
struct LinePair {
    step: StepId,
    nth: u32,
    /// Its content in the newer version.
    new: Range<usize>,
    /// Its parts.
    parts: Range<usize>,
}

/// What differs in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileDelta {
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// What it is to the plan.
    pub role: Role,
    /// The older version, if there is one.
    pub old: Option<Vec<u8>>,
    /// The newer one.
    pub new: Option<Vec<u8>>,
    /// The differences.
    pub parts: Vec<Part>,
    /// Both versions as lines that all end, without a byte order mark.
    texts: [Vec<u8>; 2],
    mark: FileEnd,
    /// That the last line does not end.
    open: FileEnd,
    pieces: Vec<Piece>,
    lines: Vec<LinePair>,
}

const MARK: &[u8] = b"\xef\xbb\xbf";

impl FileDelta {
    /// What differs, if anything does.
    pub fn between(
        path: impl Into<PathBuf>,
        role: Role,
        old: Option<Vec<u8>>,
        new: Option<Vec<u8>>,
    ) -> Option<Self> {
        if old == new {
            return None;
        }
        let mut delta = Self {
            path: path.into(),
            role,
            parts: Vec::new(),
            texts: [Vec::new(), Vec::new()],
            mark: FileEnd::default(),
            open: FileEnd::default(),
            pieces: Vec::new(),
            lines: Vec::new(),
            old,
            new,
        };
        match (&delta.old, &delta.new) {
            (Some(old), Some(new)) if is_text(old) && is_text(new) && !is_chart(&delta.path) => {
                let (old, new) = (old.clone(), new.clone());
                delta.take_apart(&old, &new);
            }
            (old, new) => {
                let is_chart = is_chart(&delta.path);
                let part = whole(old.as_deref(), new.as_deref(), is_chart);
                delta.parts.push(part);
            }
        }
        Some(delta)
    }

    fn take_apart(&mut self, old: &[u8], new: &[u8]) {
        let marked = [old, new].map(|text| text.starts_with(MARK));
        let lines = [old, new].map(|text| text.strip_prefix(MARK).unwrap_or(text));
        let is_open = |text: &[u8]| !text.is_empty() && !text.ends_with(b"\n");
        let mut open = lines.map(is_open);
        // An empty file has no last line.
        for (one, other) in [(0, 1), (1, 0)] {
            if lines[one].is_empty() {
                open[one] = open[other];
            }
        }
        let ended = |at: usize| {
            let mut text = lines[at].to_vec();
            if is_open(&text) {
                text.push(b'\n');
            }
            text
        };
        self.texts = [ended(0), ended(1)];
        match self.role {
            Role::Log => log::compare(self),
            _ => markdown::compare(self),
        }
        for (is_mark, is_there) in [(true, marked), (false, open)] {
            let mut end = FileEnd {
                is_there,
                part: None,
            };
            if is_there[0] != is_there[1] {
                end.part = Some(self.parts.len());
                let what = match is_mark {
                    true => "byte order mark",
                    false => "newline at the end of the file",
                };
                let came = is_there[1] == is_mark;
                let how = if came { How::Added } else { How::Removed };
                let words = format!("{what} {}", how.word());
                self.parts
                    .push(Part::saying(Subject::Ends, How::Rewritten, words));
            }
            match is_mark {
                true => self.mark = end,
                false => self.open = end,
            }
        }
    }

    /// The file with these parts as they are in the newer version, and all others as in the older.
    pub fn mixed(&self, is_new: &dyn Fn(usize) -> bool) -> Option<Vec<u8>> {
        let (Some(_), Some(_), false) = (&self.old, &self.new, self.is_whole()) else {
            return if is_new(0) { &self.new } else { &self.old }.clone();
        };
        let mut text = self.mixed_within(0..self.texts[1].len(), &|_| true, is_new);
        if self.open.chosen(is_new) && text.last() == Some(&b'\n') {
            text.pop();
        }
        if self.mark.chosen(is_new) {
            text.splice(0..0, MARK.iter().copied());
        }
        Some(text)
    }

    /// The lines of a part that are gone and new, in file order, of a whole file all of them; none of
    /// what is drawn or not text. Answers the first `most`, and how many there are.
    pub fn lines_of(&self, part: usize, most: usize) -> (Vec<(How, String)>, usize) {
        let own = |piece: &&Piece| piece.owner == Owner::Part(part);
        let stretches: Vec<[&[u8]; 2]> = match self.is_whole() {
            true if is_chart(&self.path) => Vec::new(),
            true => vec![[&self.old, &self.new].map(|text| text.as_deref().unwrap_or_default())],
            false => {
                let pieces = self.pieces.iter().filter(own);
                let [old, new] = &self.texts;
                let texts = |piece: &Piece| [&old[piece.old.clone()], &new[piece.new.clone()]];
                pieces.map(texts).collect()
            }
        };
        let (mut lines, mut count) = (Vec::new(), 0);
        for pair in stretches {
            if !pair.iter().all(|text| is_text(text)) {
                continue;
            }
            for (text, how) in pair.into_iter().zip([How::Removed, How::Added]) {
                for line in text.split_inclusive(|byte| *byte == b'\n') {
                    count += 1;
                    if lines.len() < most {
                        let line = line.strip_suffix(b"\n").unwrap_or(line);
                        let line = line.strip_suffix(b"\r").unwrap_or(line);
                        lines.push((how, String::from_utf8_lossy(line).into_owned()));
                    }
                }
            }
        }
        (lines, count)
    }

    /// Whether there is only one part, which is the file.
    pub fn is_whole(&self) -> bool {
        matches!(&self.parts[..], [part] if part.subject == Subject::File)
    }

    /// The parts that have something within a stretch of the newer version.
    pub(crate) fn parts_within(&self, span: Span) -> Vec<usize> {
        if self.is_whole() {
            return vec![0];
        }
        let has_mark = self.new.as_ref().is_some_and(|new| new.starts_with(MARK));
        let mark = if has_mark { MARK.len() } else { 0 };
        let (start, end) = (
            span.start.saturating_sub(mark),
            span.end.saturating_sub(mark),
        );
        let is_within = |piece: &&Piece| match piece.new.is_empty() {
            true => start < piece.new.start && piece.new.start < end,
            false => piece.new.start < end && start < piece.new.end,
        };
        let pieces = self.pieces.iter().filter(is_within);
        let mut parts: Vec<usize> = pieces
            .flat_map(|piece| match &piece.owner {
                Owner::Part(part) => *part..*part + 1,
                Owner::Any(parts) => parts.clone(),
            })
            .collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// A stretch of the newer version's lines that holds some of the pieces, with these parts as they
    /// are there and all others as in the older version.
    fn mixed_within(
        &self,
        within: Range<usize>,
        holds: &dyn Fn(&Piece) -> bool,
        is_new: &dyn Fn(usize) -> bool,
    ) -> Vec<u8> {
        let [old, new] = &self.texts;
        let mut text = Vec::with_capacity(within.len());
        let mut at = within.start;
        for piece in self.pieces.iter().filter(|piece| holds(piece)) {
            text.extend_from_slice(&new[at..piece.new.start]);
            let is_chosen = match &piece.owner {
                Owner::Part(part) => is_new(*part),
                Owner::Any(parts) => parts.clone().any(is_new),
            };
            text.extend_from_slice(match is_chosen {
                true => &new[piece.new.clone()],
                false => &old[piece.old.clone()],
            });
            at = piece.new.end;
        }
        text.extend_from_slice(&new[at..within.end]);
        text
    }

    fn part(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    fn piece(&mut self, old: Range<usize>, new: Range<usize>, owner: Owner) {
        self.pieces.push(Piece { old, new, owner });
    }
}

/// Whether it can be taken apart into lines.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

fn whole(old: Option<&[u8]>, new: Option<&[u8]>, is_chart: bool) -> Part {
    let lines =
        |bytes: &[u8]| counted(bytes.split_inclusive(|byte| *byte == b'\n').count(), "line");
    let (how, words) = match (old, new) {
        (None, Some(_)) if is_chart => (How::Added, "new chart".to_owned()),
        (Some(_), Some(_)) if is_chart => (How::Changed, "drawn again".to_owned()),
        (None, Some(new)) => (How::Added, format!("new file, {}", lines(new))),
        (Some(old), None) => (How::Removed, format!("deleted, {}", lines(old))),
        _ => (How::Changed, "not UTF-8: it differs".to_owned()),
    };
    Part::saying(Subject::File, how, words)
}
