//! A JSONL log: one JSON object a line, each line kept byte for byte.
//!
//! The loaded bytes are shared and never copied; only a line that was edited carries bytes
//! of its own, so a snapshot of a log of any size is cheap. Entries are located once, at
//! load; values are decoded when somebody asks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::json;
use super::splice::{self, Span, Splice, SpliceError};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a line is not a JSON object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineProblem {
    /// A marker that an unfinished git merge leaves.
    ConflictMarker,
    /// The bytes are not UTF-8 from `offset` on.
    NotUtf8 {
        /// Byte offset in the line.
        offset: usize,
    },
    /// The text is not one JSON object.
    NotJson {
        /// Byte offset in the line.
        offset: usize,
        /// The reader's words.
        reason: String,
    },
}

impl LineProblem {
    /// Byte offset in the line at which reading stopped.
    pub fn offset(&self) -> usize {
        match self {
            Self::ConflictMarker => 0,
            Self::NotUtf8 { offset } | Self::NotJson { offset, .. } => *offset,
        }
    }
}

#[derive(Clone, Debug)]
enum Source {
    Loaded(Span),
    Own(Arc<[u8]>),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u32,
    start: u32,
    len: u32,
}

#[derive(Clone, Debug)]
enum Content {
    Blank,
    Object(Arc<[Entry]>),
    Unreadable(Arc<LineProblem>),
}

#[derive(Clone, Debug)]
struct Line {
    source: Source,
    content: Content,
}

/// The names of keys, each stored once for the whole log.
#[derive(Clone, Debug, Default)]
struct Keys {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Keys {
    fn number(&mut self, name: &str, guess: Option<u32>) -> u32 {
        // Lines of one log mostly have the same keys in the same order.
        if let Some(guess) = guess
            && &*self.names[guess as usize] == name
        {
            return guess;
        }
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

/// A JSONL file, line by line. Cloning shares the loaded bytes.
#[derive(Clone, Debug)]
pub struct LogDocument {
    loaded: Arc<[u8]>,
    lines: Vec<Line>,
    keys: Keys,
    newline: &'static str,
}

impl LogDocument {
    /// Takes `bytes` apart. Nothing is refused, nothing is dropped.
    pub fn load(bytes: impl Into<Arc<[u8]>>) -> Self {
        let loaded: Arc<[u8]> = bytes.into();
        let mut log = Self {
            newline: newline_of(&loaded),
            lines: Vec::new(),
            keys: Keys::default(),
            loaded: loaded.clone(),
        };
        let mut pattern: Arc<[Entry]> = Arc::new([]);
        let mut start = 0;
        for line in split(&loaded) {
            let content = read_line(line, &mut log.keys, &pattern);
            if let Content::Object(entries) = &content {
                pattern = entries.clone();
            }
            log.lines.push(Line {
                source: Source::Loaded(Span::new(start, start + line.len())),
                content,
            });
            start += line.len();
        }
        log
    }

    /// The log that `bytes` are, with what is known of the lines that stand in this one
    /// already: only lines between the first and the last that differ are read. Answers
    /// their range in the new log, too.
    pub fn reload(&self, bytes: impl Into<Arc<[u8]>>) -> (Self, Range<usize>) {
        let loaded: Arc<[u8]> = bytes.into();
        let new: Vec<&[u8]> = split(&loaded).collect();
        let old = |index: usize| self.line(index).bytes();
        let shorter = new.len().min(self.lines.len());
        let front = (0..shorter).take_while(|at| new[*at] == old(*at)).count();
        let ends = (new.len(), self.lines.len());
        let back = (1..=shorter - front)
            .take_while(|from_end| new[ends.0 - from_end] == old(ends.1 - from_end))
            .count();
        let changed = front..ends.0 - back;
        let mut keys = self.keys.clone();
        let mut lines = Vec::with_capacity(new.len());
        let mut start = 0;
        for (at, line) in new.iter().enumerate() {
            let known = match at {
                _ if changed.contains(&at) => None,
                _ if at < front => Some(at),
                _ => Some(at + ends.1 - ends.0),
            };
            let content = match known {
                Some(known) => self.lines[known].content.clone(),
                None => read_line(line, &mut keys, &[]),
            };
            let source = Source::Loaded(Span::new(start, start + line.len()));
            lines.push(Line { source, content });
            start += line.len();
        }
        let newline = newline_of(&loaded);
        let log = Self {
            newline,
            keys,
            lines,
            loaded: loaded.clone(),
        };
        (log, changed)
    }

    /// The whole file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let len = self.lines().map(|line| line.bytes().len()).sum();
        let mut bytes = Vec::with_capacity(len);
        for line in self.lines() {
            bytes.extend_from_slice(line.bytes());
        }
        bytes
    }

    /// How many lines there are; a last line without newline counts.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// One line, counted from 0.
    ///
    /// # Panics
    /// When there is no such line.
    pub fn line(&self, index: usize) -> LineRef<'_> {
        LineRef {
            log: self,
            line: &self.lines[index],
        }
    }

    /// Every line in file order.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = LineRef<'_>> {
        self.lines.iter().map(|line| LineRef { log: self, line })
    }

    /// Applies `splices`, whose offsets count from the start of the line, to one line.
    ///
    /// # Errors
    /// When the splices overlap or reach out of the line; nothing is changed then.
    pub fn splice_line(&mut self, index: usize, splices: &[Splice]) -> Result<(), SpliceError> {
        let bytes = splice::apply(self.line(index).bytes(), splices)?;
        self.put(index, bytes);
        Ok(())
    }

    /// Replaces the content of a line, its BOM and line end aside.
    pub fn replace_line(&mut self, index: usize, content: &[u8]) {
        let (old, body) = (self.line(index).bytes(), self.line(index).body());
        let bytes = [&old[..body.start], content, &old[body.end..]].concat();
        self.put(index, bytes);
    }

    /// Puts a line with `content` before line `index`, or at the end. Where the last line
    /// has no newline, the new last line has none either.
    pub fn insert_line(&mut self, index: usize, content: &[u8]) {
        let bare_end = self.bare_end();
        let mut bytes = content.to_vec();
        if index == self.lines.len() && bare_end {
            let last = index - 1;
            let mut before = self.line(last).bytes().to_vec();
            before.extend_from_slice(self.newline.as_bytes());
            self.put(last, before);
        } else {
            bytes.extend_from_slice(self.newline.as_bytes());
        }
        let content = read_line(&bytes, &mut self.keys, &[]);
        let source = Source::Own(bytes.into());
        self.lines.insert(index, Line { source, content });
    }

    /// Takes a line away, the inverse of [`LogDocument::insert_line`].
    pub fn remove_line(&mut self, index: usize) {
        let bare_end = index + 1 == self.lines.len() && self.bare_end();
        self.lines.remove(index);
        if bare_end && index > 0 {
            let last = self.line(index - 1);
            let kept = last.body().end;
            let bytes = last.bytes()[..kept].to_vec();
            self.put(index - 1, bytes);
        }
    }

    fn bare_end(&self) -> bool {
        self.lines
            .last()
            .is_some_and(|line| !LineRef { log: self, line }.bytes().ends_with(b"\n"))
    }

    fn put(&mut self, index: usize, bytes: Vec<u8>) {
        let content = read_line(&bytes, &mut self.keys, &[]);
        let source = Source::Own(bytes.into());
        self.lines[index] = Line { source, content };
    }
}

/// One line of a log.
#[derive(Clone, Copy)]
pub struct LineRef<'a> {
    log: &'a LogDocument,
    line: &'a Line,
}

impl<'a> LineRef<'a> {
    /// All bytes of the line, BOM and line end included.
    pub fn bytes(self) -> &'a [u8] {
        match &self.line.source {
            Source::Loaded(span) => &self.log.loaded[span.range()],
            Source::Own(bytes) => bytes,
        }
    }

    /// Where the content stands in the line: without BOM and line end.
    pub fn body(self) -> Span {
        body(self.bytes())
    }

    /// The content as text; bytes that are not UTF-8 are replaced.
    pub fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(&self.bytes()[self.body().range()])
    }

    /// Whether nothing but whitespace stands there.
    pub fn is_blank(self) -> bool {
        matches!(self.line.content, Content::Blank)
    }

    /// Why the line is not a JSON object, if it is neither that nor blank.
    pub fn problem(self) -> Option<&'a LineProblem> {
        match &self.line.content {
            Content::Unreadable(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether the line is a JSON object.
    pub fn is_object(self) -> bool {
        matches!(self.line.content, Content::Object(_))
    }

    /// Keys and raw values in source order; nothing where the line is no object.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        self.places()
            .iter()
            .map(move |entry| (self.key(entry), self.raw(entry)))
    }

    /// The raw value of `key`; with duplicate keys the last one counts.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.places()
            .iter()
            .rev()
            .find(|entry| self.key(entry) == key)
            .map(|entry| self.raw(entry))
    }

    /// Where the raw value of `key` stands in the line.
    pub fn span(self, key: &str) -> Option<Span> {
        let entry = self
            .places()
            .iter()
            .rev()
            .find(|entry| self.key(entry) == key)?;
        let start = entry.start as usize;
        Some(Span::new(start, start + entry.len as usize))
    }

    fn places(self) -> &'a [Entry] {
        match &self.line.content {
            Content::Object(entries) => entries,
            _ => &[],
        }
    }

    fn key(self, entry: &Entry) -> &'a str {
        &self.log.keys.names[entry.key as usize]
    }

    fn raw(self, entry: &Entry) -> &'a str {
        let start = entry.start as usize;
        let bytes = &self.bytes()[start..start + entry.len as usize];
        // The line was read as UTF-8 and a JSON value begins and ends with ASCII.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// The lines of a file, each with its line end.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let bare = (!bytes.is_empty() && !bytes.ends_with(b"\n")).then_some(bytes.len());
    ends.chain(bare).map(move |end| {
        let line = &bytes[start..end];
        start = end;
        line
    })
}

fn newline_of(bytes: &[u8]) -> &'static str {
    match memchr::memchr(b'\n', bytes) {
        Some(at) if at > 0 && bytes[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

fn body(line: &[u8]) -> Span {
    let start = if line.starts_with(BOM) { BOM.len() } else { 0 };
    let end = line.strip_suffix(b"\n").unwrap_or(line);
    let end = end.strip_suffix(b"\r").unwrap_or(end);
    Span::new(start, end.len().max(start))
}

fn read_line(line: &[u8], keys: &mut Keys, pattern: &[Entry]) -> Content {
    let body = body(line);
    let content = &line[body.range()];
    if content.trim_ascii().is_empty() {
        return Content::Blank;
    }
    if is_conflict_marker(content) {
        return Content::Unreadable(LineProblem::ConflictMarker.into());
    }
    let text = match std::str::from_utf8(content) {
        Ok(text) => text,
        Err(error) => {
            let offset = body.start + error.valid_up_to();
            return Content::Unreadable(LineProblem::NotUtf8 { offset }.into());
        }
    };
    let mut entries = Vec::with_capacity(pattern.len());
    let mut too_long = false;
    let read = json::visit(text, |key, span| {
        let guess = pattern.get(entries.len()).map(|entry| entry.key);
        let start = u32::try_from(body.start + span.start);
        let len = u32::try_from(span.len());
        match (start, len) {
            (Ok(start), Ok(len)) => entries.push(Entry {
                key: keys.number(&key, guess),
                start,
                len,
            }),
            _ => too_long = true,
        }
    });
    match read {
        Ok(()) if too_long => Content::Unreadable(
            LineProblem::NotJson {
                offset: body.start,
                reason: "the line is longer than 4 GiB".to_owned(),
            }
            .into(),
        ),
        Ok(()) => Content::Object(entries.into()),
        Err(problem) => Content::Unreadable(
            LineProblem::NotJson {
                offset: body.start + problem.offset,
                reason: problem.reason,
            }
            .into(),
        ),
    }
}

/// Whether a line, its end aside, is one of the four markers of an unfinished merge.
pub fn is_conflict_marker(content: &[u8]) -> bool {
    let named = |mark: &[u8]| {
        content
            .strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest[0] == b' ')
    };
    named(b"<<<<<<<") || named(b">>>>>>>") || named(b"|||||||") || content == b"======="
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &LogDocument, b: &LogDocument) -> bool {
        let facts = |log: &LogDocument| -> Vec<_> {
            let facts = |line: LineRef<'_>| {
                let entries: Vec<(String, String)> = (line.entries())
                    .map(|(key, raw)| (key.to_owned(), raw.to_owned()))
                    .collect();
                (line.bytes().to_vec(), entries, line.problem().cloned())
            };
            log.lines().map(facts).collect()
        };
        facts(a) == facts(b) && a.newline == b.newline
    }

    proptest! {
        /// What is read again in part is what would have been read as a whole.
        #[test]
        fn a_reloaded_log_is_the_log_loaded(
            old in prop::collection::vec("[{}ab\":1,\u{feff}]{0,6}(\n|\r\n)?", 0..8),
            new in prop::collection::vec("[{}ab\":1,\u{feff}]{0,6}(\n|\r\n)?", 0..4),
            cut in any::<prop::sample::Index>(),
            keep in any::<prop::sample::Index>(),
        ) {
            let old = old.concat();
            let cut = old.floor_char_boundary(cut.index(old.len() + 1));
            let keep = old.floor_char_boundary(keep.index(old.len() + 1)).max(cut);
            let changed = format!("{}{}{}", &old[..cut], new.concat(), &old[keep..]);
            let loaded = LogDocument::load(old.as_bytes());
            let (reloaded, range) = loaded.reload(changed.as_bytes());
            prop_assert!(same(&reloaded, &LogDocument::load(changed.as_bytes())));
            prop_assert!(range.end <= reloaded.line_count());
            prop_assert_eq!(reloaded.to_bytes(), changed.into_bytes());
        }
    }

    #[test]
    fn only_the_line_that_changed_is_read_again() {
        let text = |title: &str| format!("{{\"a\":1}}\n{{\"b\":\"{title}\"}}\n{{\"c\":3}}\n");
        let (log, changed) = LogDocument::load(text("x").as_bytes()).reload(text("y").as_bytes());
        assert_eq!(changed, 1..2);
        assert_eq!(log.line(1).get("b"), Some("\"y\""));
        assert_eq!(log.line(2).get("c"), Some("3"));
    }

    #[test]
    fn lines_that_are_not_json_are_kept_and_described() {
        let bytes = b"{\"schema\": 1}\n<<<<<<< ours\n\xff\n{\"a\": }\n\n{\"b\":2}";
        let log = LogDocument::load(&bytes[..]);
        let problems: Vec<_> = log.lines().map(|line| line.problem().cloned()).collect();
        assert_eq!(problems[1], Some(LineProblem::ConflictMarker));
        assert_eq!(problems[2], Some(LineProblem::NotUtf8 { offset: 0 }));
        assert!(matches!(
            problems[3],
            Some(LineProblem::NotJson { offset: 6, .. })
        ));
        assert!(log.line(4).is_blank());
        assert_eq!(log.line(5).get("b"), Some("2"));
        assert_eq!(log.to_bytes(), bytes);
    }

    #[test]
    fn a_line_added_to_a_file_without_last_newline_comes_away_exactly() {
        for bytes in [
            &b"{\"a\":1}"[..],
            b"{\"a\":1}\r\n{\"b\":1}",
            b"",
            b"{\"a\":1}\n",
        ] {
            let mut log = LogDocument::load(bytes);
            let end = log.line_count();
            log.insert_line(end, b"{\"c\":1}");
            assert_eq!(log.line(end).get("c"), Some("1"));
            log.remove_line(end);
            assert_eq!(log.to_bytes(), bytes);
        }
    }

    proptest! {
        #[test]
        fn loading_and_writing_any_bytes_is_the_identity(bytes: Vec<u8>) {
            prop_assert_eq!(LogDocument::load(bytes.clone()).to_bytes(), bytes);
        }

        #[test]
        fn replacing_a_line_leaves_the_others_alone(
            lines in prop::collection::vec("[ -~]{0,20}", 1..8),
            at in any::<prop::sample::Index>(),
            content in "[ -~]{0,30}",
        ) {
            let at = at.index(lines.len());
            let mut log = LogDocument::load(lines.join("\r\n").into_bytes());
            prop_assume!(at < log.line_count());
            log.replace_line(at, content.as_bytes());
            let mut expected = lines.clone();
            expected[at] = content;
            prop_assert_eq!(log.to_bytes(), expected.join("\r\n").into_bytes());
        }
    }
}
