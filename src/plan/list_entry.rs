//! One entry of a list field, wherever it is written, and when two of them say the same.

use std::borrow::Cow;
use std::path::Path;

use super::dependency::{Dependency, named_step};
use super::field::Field;
use super::link;
use crate::document::json;
use crate::document::markdown::{CheckState, Entry, is_nothing};

/// An entry of a list field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListEntry {
    /// What it says, as a log would have it: the words, or the path from the root.
    pub text: String,
    /// What else it may be quoted as: its source, the link as it is written.
    pub also: Vec<String>,
}

impl ListEntry {
    /// The entry with these words and nothing else.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        let also = Vec::new();
        Self { text, also }
    }

    /// An entry of a bullet in `document`, with its source.
    pub(crate) fn in_canon(entry: &Entry, source: &str, field: Field, document: &Path) -> Self {
        let step = named_step(entry).filter(|_| field == Field::Dependencies);
        let mark = match entry.check.state() {
            CheckState::Open if step.is_none() => "[ ] ",
            CheckState::Done if step.is_none() => "[x] ",
            _ => "",
        };
        let marked = |text: &str| format!("{mark}{text}");
        let targets = entry.words_with_targets(str::to_owned);
        let from_root = |url: &str| link::from_root(url, document).unwrap_or(url.to_owned());
        let (text, beside) = match field {
            Field::Dependencies => match step {
                // Words that name a step stay as they are.
                Some(id)
                    if !matches!(
                        Dependency::read((&*entry.words).into()),
                        Dependency::Step(_)
                    ) =>
                {
                    (format!("Step {id}"), None)
                }
                _ => (entry.words.clone(), None),
            },
            _ => {
                let beside = match entry.links.is_empty() {
                    true => link::from_root(&entry.words, document),
                    false => None,
                };
                (entry.words_with_targets(from_root), beside)
            }
        };
        let mut also: Vec<String> = [
            targets,
            source.strip_prefix(mark).unwrap_or(source).to_owned(),
        ]
        .into();
        also.extend(beside);
        match &*entry.links {
            [link] => also.push(from_root(&link.url)),
            // A bare address or path is a link, too, whatever remark comes after it.
            [] => also.extend(before_remark(&entry.words).map(from_root)),
            _ => {}
        }
        also.retain(|other| *other != text);
        also.dedup();
        Self {
            text: marked(&text),
            also: also.iter().map(|other| marked(other)).collect(),
        }
    }

    /// Whether it is a condition that is met.
    pub(crate) fn is_met(&self) -> bool {
        matches!(
            Dependency::read((&*self.text).into()),
            Dependency::Condition { met: true, .. }
        )
    }

    /// What it can be recognised by, the surest first: entries that share one are the same, but
    /// for the mark of a condition.
    pub(crate) fn keys(&self, field: Field) -> Vec<String> {
        let readings = [&self.text].into_iter().chain(&self.also);
        let key = |text: &String| match field {
            Field::Dependencies => match Dependency::read((&**text).into()) {
                Dependency::Step(id) => format!("{STEP}{}", id.padded_to(0)),
                Dependency::Condition { text, .. } => on_one_line(&text),
            },
            _ => on_one_line(text),
        };
        let mut keys: Vec<String> = readings.map(key).collect();
        // What names a step is nothing but that step.
        if keys[0].starts_with(STEP) {
            keys.truncate(1);
        }
        keys
    }

    /// The files that it may mean.
    pub(crate) fn files(&self, field: Field) -> Vec<String> {
        if field == Field::Dependencies {
            return Vec::new();
        }
        let readings = [&self.text].into_iter().chain(&self.also);
        readings.filter_map(|text| link::file_of(text)).collect()
    }

    /// Whether it says what `other` says: the same words, step or file, and the same mark.
    pub(crate) fn agrees(&self, other: &Self, field: Field) -> bool {
        let shared = |a: &[String], b: &[String]| a.iter().any(|key| b.contains(key));
        let same = shared(&self.keys(field), &other.keys(field))
            || shared(&self.files(field), &other.files(field));
        same && (field != Field::Dependencies || self.is_met() == other.is_met())
    }
}

/// The raw items of a JSON array that are entries, or `None` when `raw` is something else: what
/// says that there is nothing is no entry, in the log as in the canon.
pub(crate) fn items_in_log(raw: &str) -> Option<impl Iterator<Item = &str> + Clone> {
    Some(json::known_items(raw)?.filter(|item| !says_nothing(item)))
}

/// Whether a raw item or value of a list says that there is nothing.
pub(crate) fn says_nothing(raw: &str) -> bool {
    is_nothing(&json::words(raw))
}

/// The words of the entries that a raw value of a list field has. Text in the place of a list is
/// one entry.
pub(crate) fn words_in_log(raw: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let items = json::known_items(raw);
    let text = items.is_none().then_some(raw);
    let all = items.into_iter().flatten().chain(text).map(json::name);
    all.filter(|words| !is_nothing(words))
}

/// The entries of a raw JSON array.
pub(crate) fn in_log(raw: &str) -> Vec<ListEntry> {
    let items = json::known_items(raw).into_iter().flatten();
    let words = items.map(json::name).filter(|words| !is_nothing(words));
    words.map(ListEntry::plain).collect()
}

/// The address or path that has nothing but a remark in brackets behind it.
fn before_remark(words: &str) -> Option<&str> {
    let (first, remark) = words.split_once(' ')?;
    let is_target = link::is_address(first) || link::is_path(first);
    (is_target && remark.starts_with('(') && remark.ends_with(')')).then_some(first)
}

/// What begins the key of a step: no words on one line have it.
const STEP: char = '\n';

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
