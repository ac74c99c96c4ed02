//! The roadmap: evidence links under the milestones' headings.

use std::path::Path;

use super::names::Names;
use super::normalised;
use crate::document::markdown::MarkdownDocument;
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
        chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
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
                });
                Some(entries.len() - 1)
            }
            None => heading.parent.and_then(|parent| of_heading[parent]),
        };
    }
    for item in document.items() {
        let Some(entry) = item.heading.and_then(|heading| of_heading[heading]) else {
            continue;
        };
        let links = document.links();
        let first = links.partition_point(|link| link.span.start < item.span.start);
        let links: Vec<String> = links[first..]
            .iter()
            .take_while(|link| item.span.contains(link.span.start))
            .map(|link| from_root(&link.url))
            .collect();
        if !links.is_empty() {
            let line = document.line_of(item.span.start);
            let evidence = Evidence::new(item.text.clone(), links, file, line);
            entries[entry].evidence.push(evidence);
        }
    }
    entries
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
    use super::Evidence;

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
