//! Parts that stepdeck wrote into a paper, where two people had it written again.
//!
//! Nobody disputes a figure: what was written later holds, as a whole, so that the figures of a
//! paper belong to one state of the plan. Writing it once more makes it true for the merged plan.
//! What people wrote or changed is none of this, and merges as everything does.

use std::borrow::Cow;
use std::ops::Range;

use crate::document::generated::{self, Generated};
use crate::document::markdown::MarkdownDocument;
use crate::plan::canon::normalised;
use crate::plan::packet::label_at;
use crate::plan::paper::label::{DATE, WRITTEN_AGAIN};

/// What is ours in a version, and where.
struct Written {
    /// What each is known by: the label of a bullet, or level and words of a heading.
    parts: Vec<(String, Range<usize>)>,
    /// How many of them are parts of sections.
    sections: usize,
    date: String,
}

/// The generated parts of a paper's sections, each known by its heading.
pub(crate) fn parts_of_sections(bytes: &[u8]) -> Vec<(String, Range<usize>)> {
    if !generated::may_be_in(bytes) {
        return Vec::new();
    }
    let written = Written::in_version(bytes);
    let facts = written.parts.len() - written.sections;
    written.parts.into_iter().skip(facts).collect()
}

impl Written {
    fn in_version(bytes: &[u8]) -> Self {
        let document = MarkdownDocument::load(bytes.to_vec());
        let label = |name: &'static str| {
            let (_, label) = label_at(&document, 0, name)?;
            Some((name.to_owned(), label.value.range()))
        };
        let mut parts: Vec<(String, Range<usize>)> =
            (WRITTEN_AGAIN.into_iter()).filter_map(label).collect();
        let facts = parts.len();
        for (at, heading) in document.headings().iter().enumerate() {
            let span = document.own_section(at).range();
            // A heading is no mark.
            if let Generated::Here(part) = generated::find(&bytes[span.clone()]) {
                let name = format!("{} {}", heading.level, normalised(&heading.text));
                if parts.iter().all(|(known, _)| *known != name) {
                    parts.push((name, span.start + part.start..span.start + part.end));
                }
            }
        }
        let date = label_at(&document, 0, DATE);
        Self {
            sections: parts.len() - facts,
            date: date.map_or_else(String::new, |(_, label)| label.text.trim().to_owned()),
            parts,
        }
    }

    fn find(&self, name: &str) -> Option<&Range<usize>> {
        let mut parts = self.parts.iter();
        parts
            .find(|(known, _)| known == name)
            .map(|(_, range)| range)
    }

    /// All that is ours in this version.
    fn texts<'b>(&self, bytes: &'b [u8]) -> Vec<&'b [u8]> {
        let parts = self.parts.iter();
        parts.map(|(_, range)| &bytes[range.clone()]).collect()
    }
}

/// Base, ours and theirs, with what was written later in all three where both sides wrote a paper
/// again. The same whichever side is called ours.
pub(super) fn settled(versions: [Cow<'_, [u8]>; 3]) -> [Cow<'_, [u8]>; 3] {
    let [_, ours, theirs] = &versions;
    if !generated::may_be_in(ours) || !generated::may_be_in(theirs) {
        return versions;
    }
    let written = [0, 1, 2].map(|at| Written::in_version(&versions[at]));
    let texts = [0, 1, 2].map(|at| written[at].texts(&versions[at]));
    let is_disputed = texts[1] != texts[2] && texts[0] != texts[1] && texts[0] != texts[2];
    if !is_disputed || written[1].sections == 0 || written[2].sections == 0 {
        return versions;
    }
    let order = |at: usize| (&written[at].date, &texts[at]);
    let later = if order(1) >= order(2) { 1 } else { 2 };
    [0, 1, 2].map(|at| {
        let mut bytes = versions[at].to_vec();
        let mut parts: Vec<&(String, Range<usize>)> = written[at].parts.iter().collect();
        parts.sort_by_key(|(_, range)| std::cmp::Reverse(range.start));
        for (name, range) in parts {
            // What one side alone has is a part of its own.
            let is_in_both = [1, 2]
                .iter()
                .all(|side| written[*side].find(name).is_some());
            if let (Some(from), true) = (written[later].find(name), is_in_both) {
                let text = versions[later][from.clone()].iter().copied();
                bytes.splice(range.clone(), text);
            }
        }
        Cow::Owned(bytes)
    })
}
