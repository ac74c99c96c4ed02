//! What the lines of a log have in common: their keys, and what is between the values.
//!
//! Programs write one line like the other, so that few shapes describe a million lines, and
//! of a line only the lengths of its values need to be kept.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::lens::Lens;
use super::value::value_len;
use crate::document::splice::Span;

/// The keys of an object in source order, and where its values would start if all values
/// were empty.
#[derive(Debug)]
pub(super) struct LineShape {
    keys: Box<[Arc<str>]>,
    starts: Box<[u32]>,
    finder: Finder,
    /// Whether a key is there twice.
    repeats: bool,
}

pub(super) fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a piece of a log is smaller than 4 GiB")
}

/// One key and the place of its value in the line.
pub(super) type Found<'a> = (Cow<'a, str>, Span);

impl LineShape {
    fn of(found: &[Found<'_>], starts: &[u32], names: &mut HashSet<Arc<str>>) -> Self {
        let mut name = |key: &str| match names.get(key) {
            Some(name) => name.clone(),
            None => {
                let name: Arc<str> = key.into();
                names.insert(name.clone());
                name
            }
        };
        let keys: Box<[Arc<str>]> = found.iter().map(|(key, _)| name(key)).collect();
        Self {
            finder: Finder::of(&keys),
            repeats: {
                let mut seen = HashSet::new();
                !keys.iter().all(|key| seen.insert(key))
            },
            keys,
            starts: starts.into(),
        }
    }

    /// The keys in source order, duplicates included.
    pub(super) fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    /// Whether a key is there twice.
    pub(super) fn repeats(&self) -> bool {
        self.repeats
    }

    /// Where the value of `key` is in a line whose values have these lengths; of duplicates the last.
    pub(super) fn span(&self, mut lens: Lens<'_>, key: &str) -> Option<Span> {
        let entry = self.finder.find(&self.keys, key)?;
        let before = lens.by_ref().take(entry).sum();
        Some(self.place(entry, before, lens.next()?))
    }

    /// Where the value of an entry is in a line, of this length and with so many bytes of values
    /// before it.
    pub(super) fn place(&self, entry: usize, before: usize, len: usize) -> Span {
        let start = self.starts[entry] as usize + before;
        Span::new(start, start + len)
    }
}

impl PartialEq for LineShape {
    fn eq(&self, other: &Self) -> bool {
        self.starts == other.starts && self.keys == other.keys
    }
}

impl Eq for LineShape {}

impl Hash for LineShape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.starts.hash(state);
        self.keys.hash(state);
    }
}

/// Finds a key by its length and two of its letters, mostly with one comparison.
#[derive(Debug)]
struct Finder([u8; Finder::SLOTS]);

impl Finder {
    const SLOTS: usize = 64;
    const NONE: u8 = u8::MAX;
    const SEVERAL: u8 = u8::MAX - 1;

    fn of(keys: &[Arc<str>]) -> Self {
        let mut slots = [Self::NONE; Self::SLOTS];
        for (at, key) in keys.iter().enumerate() {
            let slot = &mut slots[Self::slot(key)];
            let is_free = match *slot {
                Self::NONE => true,
                Self::SEVERAL => false,
                other => keys[other as usize] == *key,
            };
            *slot = match u8::try_from(at) {
                Ok(at) if is_free && at < Self::SEVERAL => at,
                _ => Self::SEVERAL,
            };
        }
        Self(slots)
    }

    fn slot(key: &str) -> usize {
        let letter = |at: Option<&u8>| at.map_or(0, |letter| usize::from(*letter));
        let key = key.as_bytes();
        (key.len() + letter(key.first()) * 7 + letter(key.last()) * 3) % Self::SLOTS
    }

    fn find(&self, keys: &[Arc<str>], key: &str) -> Option<usize> {
        match self.0[Self::slot(key)] {
            Self::NONE => None,
            Self::SEVERAL => keys.iter().rposition(|k| **k == *key),
            at => (*keys[at as usize] == *key).then_some(at as usize),
        }
    }
}

/// A text between two values, and what has come after the next value: a tree of the lines met so far,
/// so that a line like one of them is recognised without reading its keys.
#[derive(Debug, Default)]
struct Gap {
    text: Box<[u8]>,
    /// Indexes of the gaps that came after a value here.
    after: Vec<u32>,
    /// The shape of the lines that end with this gap.
    shape: Option<Arc<LineShape>>,
}

/// Further back no shape is looked for one by one.
const RECENT: usize = 8;
/// So many gaps are kept, however odd a log is.
const MOST_GAPS: usize = 4_096;
/// So many are tried in one place.
const MOST_AFTER: usize = 16;

/// The shapes met so far, each kept once.
#[derive(Default)]
pub(super) struct Shapes {
    known: HashSet<Arc<LineShape>>,
    names: HashSet<Arc<str>>,
    starts: Vec<u32>,
    /// The first comes before every line.
    gaps: Vec<Gap>,
}

impl Shapes {
    /// Goes on from shapes that are known already.
    pub(super) fn knowing<'a>(shapes: impl IntoIterator<Item = &'a Arc<LineShape>>) -> Self {
        let mut all = Self::default();
        for shape in shapes {
            all.names.extend(shape.keys.iter().cloned());
            all.known.insert(shape.clone());
        }
        all
    }

    /// The shape of a line as found.
    pub(super) fn of(&mut self, found: &[Found<'_>]) -> Arc<LineShape> {
        self.starts.clear();
        let mut values = 0;
        for (_, span) in found {
            self.starts.push(length(span.start - values));
            values += span.len();
        }
        let shape = LineShape::of(found, &self.starts, &mut self.names);
        match self.known.get(&shape) {
            Some(known) => known.clone(),
            None => {
                let shape = Arc::new(shape);
                self.known.insert(shape.clone());
                shape
            }
        }
    }

    /// The shape of a line that is like one before, its end left out, with the lengths of its values
    /// put behind those in `lens`. Nothing where it has to be read.
    pub(super) fn guess(&self, line: &[u8], lens: &mut Vec<u8>) -> Option<&Arc<LineShape>> {
        let known = lens.len();
        let shape = self.follow(line, lens);
        if shape.is_none() {
            lens.truncate(known);
        }
        shape
    }

    fn follow(&self, line: &[u8], lens: &mut Vec<u8>) -> Option<&Arc<LineShape>> {
        let (mut gap, mut rest) = (self.gaps.first()?, line);
        loop {
            let mut after = gap.after.iter().map(|at| &self.gaps[*at as usize]);
            let found = after.find_map(|gap| {
                let rest = rest.strip_prefix(&*gap.text)?;
                match gap.shape.is_some() {
                    true => rest.is_empty().then_some((gap, 0, rest)),
                    false => value_len(rest).map(|len| (gap, len, &rest[len..])),
                }
            });
            let len;
            (gap, len, rest) = found?;
            match &gap.shape {
                Some(shape) => return Some(shape),
                None => Lens::put(lens, len),
            }
        }
    }

    /// Keeps how a line was read, so that others like it need not be.
    pub(super) fn learn(&mut self, line: &[u8], found: &[Found<'_>], shape: &Arc<LineShape>) {
        if self.gaps.is_empty() {
            self.gaps.push(Gap::default());
        }
        let (mut gap, mut end) = (0, 0);
        for (_, span) in found {
            let Some(next) = self.gap(gap, &line[end..span.start]) else {
                return;
            };
            (gap, end) = (next, span.end);
        }
        if let Some(last) = self.gap(gap, &line[end..]) {
            self.gaps[last].shape = Some(shape.clone());
        }
    }

    /// The gap with this text after a value that comes after another gap.
    fn gap(&mut self, before: usize, text: &[u8]) -> Option<usize> {
        let mut after = self.gaps[before].after.iter().map(|at| *at as usize);
        if let Some(known) = after.find(|at| *self.gaps[*at].text == *text) {
            return Some(known);
        }
        let number = self.gaps.len();
        if number == MOST_GAPS || self.gaps[before].after.len() == MOST_AFTER {
            return None;
        }
        self.gaps[before].after.push(length(number));
        self.gaps.push(Gap {
            text: text.into(),
            ..Gap::default()
        });
        Some(number)
    }
}

/// The number of a shape among those of `here`, to which it is added if need be.
pub(super) fn number(shape: &Arc<LineShape>, here: &mut Vec<Arc<LineShape>>) -> u32 {
    let mut recent = here.iter().enumerate().rev().take(RECENT);
    let at = match recent.find(|(_, known)| Arc::ptr_eq(known, shape)) {
        Some((at, _)) => at,
        None => {
            here.push(shape.clone());
            here.len() - 1
        }
    };
    length(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use crate::document::log::{LineReader, LineRef, LogDocument};

    fn any_line() -> impl Strategy<Value = String> {
        let value = || {
            select(vec![
                "1",
                "-0.5",
                "01",
                "\"a\"",
                "\"\\u0041\"",
                "\"\\x\"",
                "\"é\"",
                "\"\t\"",
                "null",
                "nul",
                "[1, \"b\"]",
                "[1,]",
                "{\"k\": 1}",
                "{\"k\"}",
                "\"a\"b",
                "1 ",
                "",
                "\"a\", \"z\": \"b\"",
            ])
        };
        let frame = select(vec![
            ("{\"a\": ", ", \"b\": ", "}"),
            ("{\"a\":", ", \"b\": ", "}"),
            ("{\"a\": ", ", \"a\": ", "}"),
            ("{\"a\": ", ",\"b\": ", " }"),
            ("{\"\\u0061\": ", ", \"b\": ", "}"),
            ("\u{feff}{\"a\": ", ", \"b\": ", "}"),
            ("{\"a\": ", ", \"c\": ", "}"),
            ("{\"a\": ", ", \"b\": ", "} x"),
        ]);
        let whole = select(vec![
            "{}",
            "",
            " ",
            "<<<<<<< ours",
            "torn",
            "{\"a\": 1}",
            "{\"b\": [}",
        ]);
        prop_oneof![
            8 => (frame, value(), value())
                .prop_map(|((open, comma, end), a, b)| [open, a, comma, b, end].concat()),
            1 => whole.prop_map(str::to_owned),
        ]
    }

    fn facts(line: LineRef<'_>) -> String {
        let entries: Vec<_> = line.entries().collect();
        format!("{entries:?} {:?} {}", line.problem(), line.is_blank())
    }

    proptest! {
        /// A line is what it is by itself, whatever lines it resembles.
        #[test]
        fn what_is_recognised_is_what_would_have_been_read(
            lines in prop::collection::vec(any_line(), 0..20),
            end in select(vec!["\n", "\r\n", "\n\u{fffd}\n"]),
            torn: bool,
        ) {
            let mut bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{line}{end}").into_bytes()).collect();
            if torn {
                bytes.extend(b"{\"a\": \"\xff\", \"b\": 1}\n");
            }
            let log = LogDocument::load(bytes);
            let mut reader = LineReader::default();
            for line in log.lines() {
                let alone = LogDocument::load(line.bytes());
                prop_assert_eq!(facts(line), facts(alone.line(0)));
                let values = line.is_object().then(|| ["a", "b", "z"].map(|key| line.get(key)));
                prop_assert_eq!(reader.values(line.bytes(), ["a", "b", "z"]), values);
            }
        }
    }
}
