//! The roadmap: evidence links, due dates and owners under the milestones' headings.

use std::path::Path;

use chrono::NaiveDate;

use super::names::Names;
use super::{is_set, normalised};
use crate::document::markdown::{Link, MarkdownDocument};
use crate::document::splice::Span;
use crate::plan::charge::{Acknowledgement, names};
use crate::plan::link;

/// A roadmap heading that names a stage, with the evidence below it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Index of the stage it belongs to.
    pub stage: usize,
    /// Whether the heading is about that stage alone, rather than one that also names it.
    pub is_own: bool,
    /// Index of the heading in the document.
    pub heading: usize,
    /// The bullets with links, in file order.
    pub evidence: Vec<Evidence>,
    /// The bullets that say when it is due, in file order.
    pub due: Vec<Due>,
    /// Those that its bullets name as owners.
    pub accountable: Vec<String>,
    /// The bullets by which owners take it on, in file order.
    pub acknowledged: Vec<Acknowledgement>,
}

/// A bullet that says by when the gate of a stage is to be passed: `- **Due:** 2027-03-31`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// What it says behind the colon.
    pub text: String,
    /// The day, where it begins with one.
    pub date: Option<NaiveDate>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the bullet, counted from 1.
    pub line: usize,
}

/// What a bullet of the roadmap says of the stage itself, by the word before its colon. It is no
/// evidence, even with a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StageLabel {
    /// By when its gate is to be passed.
    Due,
    /// Who answers for it.
    Owner,
    /// Which plan of a quarter is about it.
    Quarter,
    /// Who of the owners took it on.
    Acknowledged,
}

/// The words before the colon; the first of a label is the one that is written.
const LABELS: &[(&str, StageLabel)] = &[
    ("Due", StageLabel::Due),
    ("Owner", StageLabel::Owner),
    ("Owners", StageLabel::Owner),
    ("Quarter", StageLabel::Quarter),
    ("Acknowledged", StageLabel::Acknowledged),
];

impl StageLabel {
    /// The label that people mean by the word before a colon.
    pub(crate) fn read(word: &str) -> Option<Self> {
        let mut labels = LABELS.iter();
        let found = labels.find(|(known, _)| normalised(word) == normalised(known));
        found.map(|(_, label)| *label)
    }

    /// The word that is written before the colon.
    pub(crate) fn word(self) -> &'static str {
        let mut labels = LABELS.iter();
        let own = labels.find(|(_, label)| *label == self);
        own.map_or("", |(word, _)| word)
    }
}

impl Due {
    /// Behind the colon; nothing where no date is set.
    fn read(text: &str, file: usize, line: usize) -> Option<Self> {
        let text = text.trim();
        is_set(text).then(|| Self {
            text: text.to_owned(),
            date: day(text),
            file,
            line,
        })
    }
}

/// The day that a text begins with, in ISO 8601; a remark may follow.
fn day(text: &str) -> Option<NaiveDate> {
    let (date, rest) = text.split_at_checked(10)?;
    let goes_on = rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '/');
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok();
    date.filter(|_| !goes_on)
}

/// The label of a bullet, if it is one of [`LABELS`], and what stands behind it.
fn labelled(text: &str) -> Option<(StageLabel, &str)> {
    let (label, value) = text.split_once(':')?;
    Some((StageLabel::read(label)?, value))
}

/// A bullet that links to evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// The bullet's words.
    pub text: String,
    /// The same without what spelling habits differ in.
    words: String,
    /// Where it points to. A path that begins at the root is given without its slash.
    pub links: Vec<String>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the bullet, counted from 1.
    pub line: usize,
}

impl Evidence {
    /// A bullet with these words and links.
    pub(crate) fn new(text: String, links: Vec<String>, file: usize, line: usize) -> Self {
        Self {
            words: normalised(&text),
            text,
            links,
            file,
            line,
        }
    }

    /// Whether the bullet speaks of the check with these normalised words.
    pub(crate) fn is_for(&self, check: &str) -> bool {
        !check.is_empty() && self.words.contains(check)
    }

    /// When it was attached and by whom, as written in the last brackets: `2026-05-01, Ada`.
    /// Nothing where those do not begin with a date.
    pub(crate) fn stamp(&self) -> Option<&str> {
        let (_, tail) = self.text.rsplit_once('(')?;
        let stamp = tail.split(')').next()?.trim();
        let date = stamp.get(..10)?;
        NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        Some(stamp)
    }
}

/// The entries of `document` for the stages with these names, in file order.
pub(crate) fn entries(document: &MarkdownDocument, file: usize, stages: &Names) -> Vec<Entry> {
    let headings = document.headings();
    let mut of_heading: Vec<Option<usize>> = vec![None; headings.len()];
    let mut entries: Vec<Entry> = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let own = stages.headed(&heading.text);
        let named = own.or_else(|| stages.named(&heading.text).first().copied());
        of_heading[index] = match named {
            Some(stage) => {
                entries.push(Entry {
                    stage,
                    is_own: own.is_some(),
                    heading: index,
                    evidence: Vec::new(),
                    due: Vec::new(),
                    accountable: Vec::new(),
                    acknowledged: Vec::new(),
                });
                Some(entries.len() - 1)
            }
            None => heading.parent.and_then(|parent| of_heading[parent]),
        };
    }
    for (at, item) in document.items().iter().enumerate() {
        let Some(entry) = item.heading.and_then(|heading| of_heading[heading]) else {
            continue;
        };
        let line = document.line_of(item.span.start);
        if let Some((label, value)) = labelled(&item.text) {
            let entry = &mut entries[entry];
            match label {
                _ if !entry.is_own => {}
                StageLabel::Due => entry.due.extend(Due::read(value, file, line)),
                StageLabel::Acknowledged => entry.acknowledged.extend(Acknowledgement::read(value)),
                StageLabel::Owner => entry.accountable.extend(names(value).map(str::to_owned)),
                StageLabel::Quarter => {}
            }
            continue;
        }
        let links = document.links();
        let first = links.partition_point(|link| link.span.start < item.span.start);
        // Links of bullets below it are theirs.
        let inner = document.items()[at + 1..].iter();
        let inner: Vec<Span> = inner
            .take_while(|inner| inner.span.start < item.span.end)
            .map(|inner| inner.span)
            .collect();
        let is_own = |link: &&Link| !inner.iter().any(|inner| inner.contains(link.span.start));
        let links: Vec<String> = links[first..]
            .iter()
            .take_while(|link| item.span.contains(link.span.start))
            .filter(is_own)
            .map(|link| from_root(&link.url))
            .collect();
        if !links.is_empty() {
            let text = match item.parent.map(|parent| &document.items()[parent]) {
                Some(check) => format!("{} — {}", subject(&check.text), item.text),
                None => item.text.clone(),
            };
            let evidence = Evidence::new(text, links, file, line);
            entries[entry].evidence.push(evidence);
        }
    }
    entries
}

/// What a bullet is about, without the evidence that is behind it.
fn subject(text: &str) -> &str {
    text.split(" — ").next().unwrap_or(text).trim()
}

/// A path that begins at the root of the repository, as paths are given everywhere else.
fn from_root(link: &str) -> String {
    let rooted = link
        .starts_with('/')
        .then(|| link::from_root(link, Path::new("")));
    rooted.flatten().unwrap_or(link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Due, Evidence};

    #[test]
    fn a_due_date_is_a_day_with_or_without_a_remark() {
        let read = |text: &str| Due::read(text, 0, 1).map(|due| due.date.map(|d| d.to_string()));
        for text in [
            "2027-03-31",
            " 2027-03-31 (agreed with the board)",
            "2027-03-31, at noon",
        ] {
            assert_eq!(read(text), Some(Some("2027-03-31".to_owned())), "{text}");
        }
        for text in [
            "31.03.2027",
            "end of March",
            "2027-02-30",
            "2027-03-311",
            "2027-03",
            "März 2027 x",
        ] {
            assert_eq!(read(text), Some(None), "{text}");
        }
        for text in ["", " – ", "TBD", "n/a"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_is_a_date_in_the_last_brackets() {
        let stamp = |text: &str| {
            let evidence = Evidence::new(text.to_owned(), Vec::new(), 0, 1);
            evidence.stamp().map(str::to_owned)
        };
        assert_eq!(
            stamp("Drill (video) — x (2026-05-01, Ada)").as_deref(),
            Some("2026-05-01, Ada")
        );
        for none in [
            "Drill",
            "Drill (see 2026)",
            "Drill (2026-13-01)",
            "é(",
            "(日日日日)",
        ] {
            assert_eq!(stamp(none), None, "{none}");
        }
    }
}
