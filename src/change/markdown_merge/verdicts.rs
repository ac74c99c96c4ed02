//! What two people decided about one step in one weekly review. Where one of them put off what the other
//! decided, the entries stand in different chapters, and a merge by places keeps both, unasked. So they
//! are put into one chapter, where they are in dispute.

use std::borrow::Cow;
use std::ops::Range;

use super::facts;
use super::keys::verdict;
use crate::document::markdown::{ListItem, MarkdownDocument};
use crate::plan::canon::normalised;

const DECIDED: &str = "Decided";
const SKIPPED: &str = "Skipped";

/// Base, ours and theirs, with such entries side by side. The same whichever side is called ours.
pub(super) fn faced(versions: [Cow<'_, [u8]>; 3]) -> [Cow<'_, [u8]>; 3] {
    let may_be = |at: usize| {
        let has = |name: &str| memchr::memmem::find(&versions[at], name.as_bytes()).is_some();
        has(DECIDED) && has(SKIPPED)
    };
    if !may_be(1) || !may_be(2) {
        return versions;
    }
    let documents = [0, 1, 2].map(|at| MarkdownDocument::load(versions[at].to_vec()));
    if !facts::is_review(&documents[1]) || !facts::is_review(&documents[2]) {
        return versions;
    }
    let [base, ours, theirs] = documents.each_ref().map(entries);
    let is_new = |entry: &Entry| base.iter().all(|other| other.about != entry.about);
    // Those that one side put off and the other decided.
    let misplaced = |own: &[Entry], other: &[Entry]| -> Vec<Range<usize>> {
        let is_decided = |entry: &Entry| {
            let mut others = other.iter();
            others.any(|other| other.about == entry.about && !other.is_skipped)
        };
        let own = own.iter();
        let own = own.filter(|entry| entry.is_skipped && is_new(entry) && is_decided(entry));
        own.map(|entry| entry.lines.clone()).collect()
    };
    let (in_ours, in_theirs) = (misplaced(&ours, &theirs), misplaced(&theirs, &ours));
    let [base, ours, theirs] = versions;
    let ours = moved(ours, &documents[1], &in_ours);
    let theirs = moved(theirs, &documents[2], &in_theirs);
    [base, ours, theirs]
}

struct Entry {
    is_skipped: bool,
    /// What it decides about.
    about: String,
    lines: Range<usize>,
}

fn entries(document: &MarkdownDocument) -> Vec<Entry> {
    let found = [DECIDED, SKIPPED].map(|chapter| {
        items(document, chapter).filter_map(move |item| {
            Some(Entry {
                is_skipped: chapter == SKIPPED,
                about: verdict(&item.label.as_ref()?.name)?,
                lines: document.whole_lines(item.span).range(),
            })
        })
    });
    found.into_iter().flatten().collect()
}

fn items<'d>(document: &'d MarkdownDocument, chapter: &str) -> impl Iterator<Item = &'d ListItem> {
    let chapter = normalised(chapter);
    document.items().iter().filter(move |item| {
        let heading = item.heading.map(|at| &document.headings()[at].text);
        item.parent.is_none() && heading.is_some_and(|text| normalised(text) == chapter)
    })
}

/// A version with these lines behind what was decided.
fn moved<'v>(
    version: Cow<'v, [u8]>,
    document: &MarkdownDocument,
    lines: &[Range<usize>],
) -> Cow<'v, [u8]> {
    let mut headings = document.headings().iter();
    let heading = headings.find(|heading| normalised(&heading.text) == normalised(DECIDED));
    let last = items(document, DECIDED).last().map(|item| item.span);
    let (Some(behind), false) = (last.or(heading.map(|h| h.span)), lines.is_empty()) else {
        return version;
    };
    let end = document.whole_lines(behind).end;
    let texts = lines
        .iter()
        .flat_map(|lines| [b"\n", &version[lines.clone()]]);
    let mut edits = vec![(end..end, texts.collect::<Vec<_>>().concat())];
    edits.extend(lines.iter().map(|lines| (lines.clone(), Vec::new())));
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut bytes = version.into_owned();
    for (range, text) in edits {
        bytes.splice(range, text);
    }
    Cow::Owned(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(decided: &str, skipped: &str) -> String {
        format!(
            "# Weekly review 2026-W47\n\n- **Steward:** Ana\n\n## Decided\n\n{decided}\n## Skipped\n\n{skipped}\n\
             ## Not discussed\n\nNone.\n"
        )
    }

    fn told(texts: [&str; 3]) -> [String; 3] {
        let versions = texts.map(|text| Cow::Borrowed(text.as_bytes()));
        faced(versions).map(|text| String::from_utf8(text.into_owned()).unwrap())
    }

    #[test]
    fn what_one_put_off_and_the_other_decided_stands_side_by_side() {
        let (yes, no) = (
            "- **0002 accepted as draft:** Two\n",
            "- **0002 deferred:** Two\n",
        );
        let other = "- **0001 rejected:** One\n";
        let base = record(other, "");
        let ours = record(&format!("{other}\n{yes}"), "");
        let theirs = record(other, no);
        let faced = record(&format!("{other}\n{no}"), "");
        assert_eq!(told([&base, &ours, &theirs]), [&*base, &ours, &faced]);
        assert_eq!(told([&base, &theirs, &ours]), [&*base, &faced, &ours]);
        // Who decides again what was put off contradicts nobody.
        let all = [&*theirs, &ours, &theirs];
        assert_eq!(told(all), all);
        let all = [&*base, &theirs, &theirs];
        assert_eq!(told(all), all);
    }
}
