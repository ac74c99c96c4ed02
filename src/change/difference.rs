//! What changed between two versions of a log, in the words of people: steps and fields
//! instead of lines. And one version written out field by field, for a textual diff.
//!
//! Every difference in bytes is said in some way: what has no meaning is named as spelling,
//! order, line ends. Nothing here is made safe for a terminal; that is for who prints it.

use super::brief::{brief, brief_pair};
use std::collections::HashMap;
use std::fmt;

use super::three_way::align::align;
use super::three_way::lines::{Line, Name, Tokens, Version};
use crate::document::json::{self, Object};
use crate::document::rope::Rope;

/// One difference, in one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    /// A step, or the header, that was not there.
    Added { name: String, title: String },
    /// A step, or the header, that is no longer there.
    Removed { name: String, title: String },
    /// A field with another value.
    Field {
        /// The name of the step.
        name: String,
        /// The key; within an inner object behind a dot.
        key: String,
        /// The words before.
        before: String,
        /// The words now.
        after: String,
    },
    /// A list with other entries.
    List {
        /// The name of the step.
        name: String,
        key: String,
        /// The entries that came.
        added: Vec<String>,
        /// The entries that went.
        removed: Vec<String>,
    },
    /// The same values, written otherwise.
    Spelling {
        /// The name of the step.
        name: String,
    },
    /// The lines of these steps changed places.
    Moved {
        /// Their names, in the new order.
        names: Vec<String>,
    },
    /// A line without a name that came.
    TextAdded(String),
    /// A line without a name that went.
    TextRemoved(String),
    /// So many lines have another line end; what the first of them had, and has.
    LineEnds {
        /// How many.
        lines: usize,
        /// Before.
        before: &'static str,
        /// Now.
        after: &'static str,
    },
    /// The byte order mark at the beginning came (or went).
    ByteOrderMark(bool),
    /// The newline at the end of the file came (or went).
    LastNewline(bool),
}

/// Names that a message about moved steps lists at most.
const MOST_NAMES: usize = 10;

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let came = |came: &bool| if *came { "added" } else { "removed" };
        match self {
            Self::Added { name, title } => write!(f, "{name} added: {title}"),
            Self::Removed { name, title } => write!(f, "{name} removed: {title}"),
            Self::Field {
                name,
                key,
                before,
                after,
            } => write!(f, "{name} {key}: {before} → {after}"),
            Self::List {
                name,
                key,
                added,
                removed,
            } => {
                write!(f, "{name} {key}:")?;
                added.iter().try_for_each(|entry| write!(f, " +{entry}"))?;
                removed.iter().try_for_each(|entry| write!(f, " −{entry}"))
            }
            Self::Spelling { name } => write!(f, "{name} rewritten with the same values"),
            Self::Moved { names } => {
                let listed = names[..names.len().min(MOST_NAMES)].join(", ");
                write!(f, "moved to another line: {listed}")?;
                match names.len().saturating_sub(MOST_NAMES) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::TextAdded(text) => write!(f, "+{text}"),
            Self::TextRemoved(text) => write!(f, "-{text}"),
            Self::LineEnds {
                lines,
                before,
                after,
            } => write!(f, "line endings: {before} → {after} on {lines} lines"),
            Self::ByteOrderMark(is_there) => write!(f, "byte order mark {}", came(is_there)),
            Self::LastNewline(is_there) => {
                write!(f, "newline at the end of the file {}", came(is_there))
            }
        }
    }
}

/// What changed from `old` to `new`, in the order of `new`.
pub fn differences(old: &Rope, new: &Rope) -> Vec<Difference> {
    let mut tokens = Tokens::default();
    let old = Version::read(old, None, &mut tokens);
    let new = Version::read(new, Some(&old), &mut tokens);
    let mut comparison = Comparison {
        in_old: old.places(&tokens),
        in_new: new.places(&tokens),
        tokens: &tokens,
        old: &old,
        new: &new,
        found: Vec::new(),
        moved: Vec::new(),
        ends: None,
    };
    comparison.run();
    comparison.found
}

struct Comparison<'v, 'a> {
    tokens: &'v Tokens<'a>,
    old: &'v Version<'a>,
    new: &'v Version<'a>,
    in_old: Vec<Option<usize>>,
    in_new: Vec<Option<usize>>,
    found: Vec<Difference>,
    moved: Vec<String>,
    ends: Option<(usize, &'static str, &'static str)>,
}

impl Comparison<'_, '_> {
    fn run(&mut self) {
        let (old, new) = (self.old, self.new);
        let matched = align(&old.tokens(), &new.tokens(), self.tokens.count());
        let mut at = 0;
        for (line, place) in old.lines.iter().zip(matched) {
            let Some(place) = place else {
                self.only_old(line);
                continue;
            };
            new.lines[at..place]
                .iter()
                .for_each(|line| self.only_new(line));
            self.pair(line, &new.lines[place]);
            at = place + 1;
        }
        new.lines[at..].iter().for_each(|line| self.only_new(line));
        self.whole();
    }

    fn only_old(&mut self, line: &Line<'_>) {
        match self.tokens.name(line.token) {
            None => self.found.push(Difference::TextRemoved(text(line))),
            Some(_) if self.in_new[line.token].is_some() => {}
            Some(name) => self.found.push(Difference::Removed {
                name: name.to_string(),
                title: title(line),
            }),
        }
    }

    fn only_new(&mut self, line: &Line<'_>) {
        match (self.tokens.name(line.token), self.in_old[line.token]) {
            (None, _) => self.found.push(Difference::TextAdded(text(line))),
            (Some(name), None) => self.found.push(Difference::Added {
                name: name.to_string(),
                title: title(line),
            }),
            (Some(name), Some(place)) => {
                self.moved.push(name.to_string());
                let old = self.old;
                self.pair(&old.lines[place], line);
            }
        }
    }

    /// The same line in both versions.
    fn pair(&mut self, old: &Line<'_>, new: &Line<'_>) {
        if let (Some(before), Some(after)) = (old.end, new.end)
            && before != after
        {
            let first = (0, end_name(before), end_name(after));
            self.ends.get_or_insert(first).0 += 1;
        }
        if (old.bom, old.body) == (new.bom, new.body) {
            return;
        }
        let Some(name) = self.tokens.name(old.token) else {
            self.found.push(Difference::TextRemoved(marked(old)));
            self.found.push(Difference::TextAdded(marked(new)));
            return;
        };
        let count = self.found.len();
        compare(name, old, new, &mut self.found);
        if self.found.len() == count {
            let name = name.to_string();
            self.found.push(Difference::Spelling { name });
        }
    }

    fn whole(&mut self) {
        let (old, new) = (self.old, self.new);
        if !self.moved.is_empty() {
            let names = std::mem::take(&mut self.moved);
            self.found.push(Difference::Moved { names });
        }
        if let Some((lines, before, after)) = self.ends {
            self.found.push(Difference::LineEnds {
                lines,
                before,
                after,
            });
        }
        if old.bom != new.bom {
            self.found.push(Difference::ByteOrderMark(new.bom));
        }
        let closed = |version: &Version<'_>| version.closing.map(|end| end == b"\n");
        if let (Some(before), Some(after)) = (closed(old), closed(new))
            && before != after
        {
            self.found.push(Difference::LastNewline(after));
        }
    }
}

fn end_name(end: &[u8]) -> &'static str {
    match end {
        b"\r\n" => "CRLF",
        _ => "LF",
    }
}

fn text(line: &Line<'_>) -> String {
    String::from_utf8_lossy(line.body).into_owned()
}

/// The same with the byte order mark that is before it.
fn marked(line: &Line<'_>) -> String {
    let mark = if line.bom { "\u{feff}" } else { "" };
    format!("{mark}{}", text(line))
}

fn title(line: &Line<'_>) -> String {
    let text = text(line);
    let object = Object::parse(&text).ok();
    let title = object.and_then(|object| object.get("title").map(json::words));
    title.unwrap_or_default().into_owned()
}

/// The keys of a line with their raw values, those of inner objects behind a dot.
fn fields(line: &str) -> Vec<(String, &str)> {
    let mut fields = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut push = |key: String, raw| {
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        let key = match *count {
            1 => key,
            nth => format!("{key} ({nth})"),
        };
        fields.push((key, raw));
    };
    let Ok(object) = Object::parse(line) else {
        return fields;
    };
    for (key, raw) in object.entries() {
        let inner = raw.starts_with('{').then(|| Object::parse(raw).ok());
        match inner.flatten() {
            Some(inner) if inner.entries().next().is_some() => {
                (inner.entries()).for_each(|(within, raw)| push(format!("{key}.{within}"), raw));
            }
            _ => push(key.to_owned(), raw),
        }
    }
    fields
}

/// The words of a value: a list as its entries with commas between them.
fn words(raw: Option<&str>) -> String {
    let words = match raw.and_then(json::items) {
        Some(items) => {
            let items: Vec<_> = items.into_iter().map(json::words).collect();
            items.join(", ")
        }
        None => raw.map(json::words).unwrap_or_default().into_owned(),
    };
    match words.trim() {
        "" => "(nothing)".to_owned(),
        _ => words,
    }
}

fn compare(name: &Name<'_>, old: &Line<'_>, new: &Line<'_>, found: &mut Vec<Difference>) {
    let (old, new) = (text(old), text(new));
    let (old, new) = (fields(&old), fields(&new));
    let before: HashMap<&str, &str> = old.iter().map(|(key, raw)| (&**key, *raw)).collect();
    let after: HashMap<&str, &str> = new.iter().map(|(key, raw)| (&**key, *raw)).collect();
    let gone = old.iter().filter(|(key, _)| !after.contains_key(&**key));
    for (key, _) in new.iter().chain(gone) {
        let (before, after) = (before.get(&**key).copied(), after.get(&**key).copied());
        let is_same = match (before, after) {
            (Some(before), Some(after)) => json::is_same_but_for_blanks(before, after),
            _ => before == after,
        };
        if !is_same {
            found.push(field(name, key, before, after));
        }
    }
}

impl Difference {
    /// The same with long values cut.
    pub(crate) fn brief(self) -> Self {
        match self {
            Self::Field {
                name,
                key,
                before,
                after,
            } => {
                let (before, after) = brief_pair(&before, &after);
                Self::Field {
                    name,
                    key,
                    before,
                    after,
                }
            }
            Self::List {
                name,
                key,
                added,
                removed,
            } => {
                let cut = |entries: Vec<String>| entries.iter().map(|entry| brief(entry)).collect();
                Self::List {
                    name,
                    key,
                    added: cut(added),
                    removed: cut(removed),
                }
            }
            whole => whole,
        }
    }
}

/// A field of the step called `name` whose raw value differs; a list is told by its entries.
pub(crate) fn field(
    name: &impl fmt::Display,
    key: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Difference {
    let (name, key) = (name.to_string(), key.to_owned());
    if let (Some(old), Some(new)) = (before.and_then(json::items), after.and_then(json::items)) {
        let (added, removed) = (missing(&key, &new, &old), missing(&key, &old, &new));
        if !added.is_empty() || !removed.is_empty() {
            return Difference::List {
                name,
                key,
                added,
                removed,
            };
        }
    }
    let (mut old, mut new) = (words(before), words(after));
    if old == new {
        // The same words in another spelling: only the source tells them apart.
        (old, new) = (source(before), source(after));
    }
    Difference::Field {
        name,
        key,
        before: old,
        after: new,
    }
}

fn source(raw: Option<&str>) -> String {
    raw.unwrap_or("(no key)").to_owned()
}

/// The entries that `others` lacks, those of several words in quotes.
fn missing(key: &str, entries: &[&str], others: &[&str]) -> Vec<String> {
    let words = |entry| super::merge::item_words(key, entry);
    let others: std::collections::HashSet<_> = others.iter().map(|e| words(e)).collect();
    entries
        .iter()
        .filter(|entry| !others.contains(&words(entry)))
        .map(|entry| json::words(entry))
        .map(|entry| match entry.contains(char::is_whitespace) {
            true => format!("“{entry}”"),
            false => entry.into_owned(),
        })
        .collect()
}

/// A version written out field by field, a line each: `0042 status: draft`. Lines without a name are
/// told as they are.
pub fn fields_of(bytes: &Rope) -> Vec<String> {
    let mut tokens = Tokens::default();
    let version = Version::read(bytes, None, &mut tokens);
    let mut lines = Vec::new();
    let mut in_conflict = false;
    for line in &version.lines {
        let text = text(line);
        let Some(name) = tokens.name(line.token) else {
            in_conflict = match () {
                () if text.starts_with("<<<<<<<") => true,
                () if text.starts_with(">>>>>>>") => false,
                () => in_conflict,
            };
            lines.push(text);
            continue;
        };
        // Two versions of one step between markers are not duplicate of each other.
        let name = match in_conflict {
            true => name.first(),
            false => name.clone(),
        };
        let fields = fields(&text);
        let fields = fields.iter().filter(|(key, _)| key != "step_id");
        let count = lines.len();
        lines.extend(fields.map(|(key, raw)| format!("{name} {key}: {}", words(Some(raw)))));
        if lines.len() == count {
            lines.push(name.to_string());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OLD: &str = r#"{"schema": "log@1"}
{"step_id": "0001", "title": "Pick", "status": "draft", "dependencies": ["0003", "Board agrees"], "evidence": {"target": 1}}
torn {
{"step_id": "0002", "title": "Review", "owner": ""}
{"step_id": "0003", "title": "Load"}
"#;

    fn said(old: &str, new: &str) -> Vec<String> {
        let found = differences(&old.as_bytes().into(), &new.as_bytes().into());
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn a_duplicate_is_named_as_its_own_line_spells_it() {
        let line = |id: &str| format!("{{\"step_id\": \"{id}\", \"title\": \"{id}\"}}\n");
        let (old, new) = (line("00223"), [line("00223"), line("0223")].concat());
        assert_eq!(said(&old, &new), ["0223 (2) added: 0223"]);
        // The line that was the first is the second now, and is told as what the new one says.
        let new = [line("223"), line("00223")].concat();
        assert_eq!(
            said(&old, &new),
            [
                "00223 step_id: 00223 → 223",
                "00223 title: 00223 → 223",
                "00223 (2) added: 00223"
            ]
        );
    }

    #[test]
    fn changes_are_told_as_fields_of_steps() {
        let new = OLD
            .replace("\"draft\"", "\"complete\"")
            .replace(r#"["0003", "Board agrees"]"#, r#"["0003", "0007"]"#)
            .replace("{\"target\": 1}", "{\"target\": 1, \"actual\": 2}")
            .replace("torn {", "torn } more")
            .replace("0003\", \"title\": \"Load\"", "0004\", \"title\": \"Cut\"");
        assert_eq!(
            said(OLD, &new),
            [
                "0001 status: draft → complete",
                "0001 dependencies: +0007 −“Board agrees”",
                "0001 evidence.actual: (nothing) → 2",
                "-torn {",
                "+torn } more",
                "0003 removed: Load",
                "0004 added: Cut",
            ]
        );
    }

    #[test]
    fn what_has_no_meaning_is_told_too() {
        let spaced = OLD.replace("\"title\": \"Pick\"", "\"title\":\"Pick\"");
        assert_eq!(said(OLD, &spaced), ["0001 rewritten with the same values"]);
        // As `jq -c` writes it.
        let within = OLD.replace("{\"target\": 1}", "{\"target\":1}");
        assert_eq!(said(OLD, &within), ["0001 rewritten with the same values"]);
        let escaped = OLD.replace("\"Pick\"", "\"P\\u0069ck\"");
        assert_eq!(said(OLD, &escaped), [r#"0001 title: "Pick" → "P\u0069ck""#]);
        let nothing = OLD.replace(", \"owner\": \"\"", "");
        assert_eq!(said(OLD, &nothing), [r#"0002 owner: "" → (no key)"#]);
        assert_eq!(
            said(OLD, &OLD.replace('\n', "\r\n")),
            ["line endings: LF → CRLF on 5 lines"]
        );
        assert_eq!(
            said(OLD, &format!("\u{feff}{}", OLD.trim_end())),
            [
                "byte order mark added",
                "newline at the end of the file removed"
            ]
        );
        let mut lines: Vec<&str> = OLD.lines().collect();
        lines.swap(3, 4);
        let turned = format!("{}\n", lines.join("\n"));
        assert_eq!(said(OLD, &turned), ["moved to another line: 0002"]);
    }

    #[test]
    fn a_version_is_told_field_by_field() {
        assert_eq!(
            fields_of(&OLD.as_bytes().into()),
            [
                "header schema: log@1",
                "0001 title: Pick",
                "0001 status: draft",
                "0001 dependencies: 0003, Board agrees",
                "0001 evidence.target: 1",
                "torn {",
                "0002 title: Review",
                "0002 owner: (nothing)",
                "0003 title: Load",
            ]
        );
    }

    fn log() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "{\"step_id\": \"0001\", \"a\": 1}\n",
            "{\"step_id\": \"0001\", \"a\": 1 }\n",
            "{\"step_id\": \"0001\", \"a\": [1, 1]}\r\n",
            "{\"step_id\": \"0001\", \"a\": [1]}\n",
            "{\"step_id\": \"0002\"}\n",
            "\u{feff}{\"step_id\": \"0002\"}\n",
            "\u{feff}torn\n",
            "torn\n",
            "\n",
            " \r\n",
            "torn",
        ]);
        prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn a_difference_is_told_exactly_where_there_is_one(a in log(), b in log()) {
            prop_assert_eq!(said(&a, &b).is_empty(), a == b, "{:?} {:?}", a, b);
        }
    }
}
