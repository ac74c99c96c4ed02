//! The facts under the title of a weekly review that two people held, each on a branch: who they are,
//! from when on they looked, what they saw.
//!
//! Several stewards are named together, and what one of them did not see does not count as seen. What cannot be told so stays in dispute.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{DateTime, NaiveDate};

use crate::document::markdown::MarkdownDocument;
use crate::plan::canon::normalised;
use crate::plan::packet::label_at;
use crate::plan::paper::label::{DATE, HELD, REVIEW, SEEN, SINCE, STEWARD, UNDECIDED};

/// What git can tell: the newest commit that two commits both have, as far as that is known.
pub type CommonCommit<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

const FACTS: [&str; 6] = [DATE, STEWARD, SINCE, HELD, SEEN, UNDECIDED];

/// Base, ours and theirs, with the facts that both sides wrote otherwise as both can say them. The
/// same whichever side is called ours.
pub(super) fn settled<'a>(
    versions: [Cow<'a, [u8]>; 3],
    common: CommonCommit<'_>,
) -> [Cow<'a, [u8]>; 3] {
    let may_be = |at: usize| memchr::memmem::find(&versions[at], STEWARD.as_bytes()).is_some();
    if !may_be(1) || !may_be(2) {
        return versions;
    }
    let documents = [0, 1, 2].map(|at| MarkdownDocument::load(versions[at].to_vec()));
    let fact = |at: usize, name: &str| fact(&documents[at], name);
    // Of another paper, two days or names may well contradict each other.
    if !is_review(&documents[1]) || !is_review(&documents[2]) {
        return versions;
    }
    let mut agreed: [Vec<(Range<usize>, String)>; 2] = [Vec::new(), Vec::new()];
    for name in FACTS {
        let (Some((ours, in_ours)), Some((theirs, in_theirs))) = (fact(1, name), fact(2, name))
        else {
            continue;
        };
        let base = fact(0, name).map(|(text, _)| text);
        if ours == theirs
            || base
                .as_ref()
                .is_some_and(|base| [&ours, &theirs].contains(&base))
        {
            continue;
        }
        if let Some(text) = together(name, base.as_deref(), &ours, &theirs, common) {
            agreed[0].push((in_ours, text.clone()));
            agreed[1].push((in_theirs, text));
        }
    }
    let [base, ours, theirs] = versions;
    let [in_ours, in_theirs] = agreed;
    [base, put(ours, in_ours), put(theirs, in_theirs)]
}

/// Whether it is the record of a weekly review.
pub(super) fn is_review(document: &MarkdownDocument) -> bool {
    let title = document.headings().first();
    title.is_some_and(|title| normalised(&title.text).starts_with(&normalised(REVIEW)))
}

fn put(version: Cow<'_, [u8]>, mut agreed: Vec<(Range<usize>, String)>) -> Cow<'_, [u8]> {
    if agreed.is_empty() {
        return version;
    }
    agreed.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut bytes = version.into_owned();
    for (range, text) in agreed {
        bytes.splice(range, text.into_bytes());
    }
    Cow::Owned(bytes)
}

/// The words of a fact as they are written, and where.
fn fact(document: &MarkdownDocument, name: &str) -> Option<(String, Range<usize>)> {
    let (_, label) = label_at(document, 0, name)?;
    let span = label.value.range();
    let text = String::from_utf8(document.bytes()[span.clone()].to_vec()).ok()?;
    let start = span.start + (text.len() - text.trim_start().len());
    let text = text.trim().to_owned();
    (!text.is_empty()).then(|| (text.clone(), start..start + text.len()))
}

/// What both can say; nothing where that is not known.
fn together(
    name: &str,
    base: Option<&str>,
    ours: &str,
    theirs: &str,
    common: CommonCommit<'_>,
) -> Option<String> {
    let earlier = |is_before: bool| if is_before { ours } else { theirs };
    match name {
        STEWARD => Some(stewards(base.unwrap_or_default(), ours, theirs)),
        SEEN => common(ours.min(theirs), ours.max(theirs)),
        DATE => {
            let [one, other] = [ours, theirs].map(|text| text.parse::<NaiveDate>().ok());
            Some(earlier(one? <= other?).to_owned())
        }
        UNDECIDED => {
            let count = |text: &str| text.split(' ').next()?.parse::<usize>().ok();
            // What one of them left open counts, until the record is finished again.
            Some(earlier(count(ours)? >= count(theirs)?).to_owned())
        }
        _ => {
            let [one, other] = [ours, theirs].map(|text| DateTime::parse_from_rfc3339(text).ok());
            Some(earlier(one? <= other?).to_owned())
        }
    }
}

/// Everybody once: those who were named before and still are on both sides, then the others by name.
fn stewards(base: &str, ours: &str, theirs: &str) -> String {
    let names = |text: &str| -> Vec<String> {
        let names = text.split(',').map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect()
    };
    let (base, ours, theirs) = (names(base), names(ours), names(theirs));
    let is_kept = |name: &&String| ours.contains(name) && theirs.contains(name);
    let mut all: Vec<String> = base.iter().filter(is_kept).cloned().collect();
    let mut more = [ours, theirs].concat();
    more.retain(|name| !base.contains(name));
    more.sort();
    for name in more {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(steward: &str, held: &str, seen: &str) -> String {
        format!(
            "# Weekly review 2026-W47\n\n- **Date:** 2026-11-{held}\n- **Steward:** {steward}\n\
             - **Held:** 2026-11-{held}T10:00:00Z\n- **Seen:** {seen}\n\n## Next ten\n"
        )
    }

    fn told(base: &str, ours: &str, theirs: &str) -> [String; 2] {
        let both = |one: &str, other: &str| {
            let common =
                |a: &str, b: &str| (a == "aaaaaaa" && b != "fffffff").then(|| a.to_owned());
            let versions = [base, one, other].map(|text| Cow::Borrowed(text.as_bytes()));
            let [_, ours, theirs] = settled(versions, &common);
            [ours, theirs].map(|text| String::from_utf8(text.into_owned()).unwrap())
        };
        let [one, other] = both(ours, theirs);
        assert_eq!(
            both(theirs, ours),
            [other.clone(), one.clone()],
            "either way round"
        );
        [one, other]
    }

    #[test]
    fn two_stewards_claim_what_both_can() {
        let ours = record("Robin", "20", "bbbbbbb");
        let theirs = record("Ana", "21", "aaaaaaa");
        let expected = record("Ana, Robin", "20", "aaaaaaa");
        assert_eq!(told("", &ours, &theirs), [expected.clone(), expected]);
        // Whom one of them took off the list stays off it.
        let base = record("Robin, Ana", "19", "ccccccc");
        let (ours, theirs) = (
            record("Robin", "20", "aaaaaaa"),
            record("Robin, Ana, Cleo", "20", "aaaaaaa"),
        );
        let expected = record("Robin, Cleo", "20", "aaaaaaa");
        assert_eq!(told(&base, &ours, &theirs), [expected.clone(), expected]);
        // Who was there before comes first.
        let base = record("Robin", "19", "ccccccc");
        let (ours, theirs) = (
            record("Robin, Cleo", "20", "aaaaaaa"),
            record("Robin, Ana", "20", "aaaaaaa"),
        );
        let expected = record("Robin, Ana, Cleo", "20", "aaaaaaa");
        assert_eq!(told(&base, &ours, &theirs), [expected.clone(), expected]);
    }

    #[test]
    fn what_git_cannot_tell_stays_as_it_is() {
        let (ours, theirs) = (
            record("Ana", "20", "fffffff"),
            record("Ana", "20", "aaaaaaa"),
        );
        assert_eq!(told("", &ours, &theirs), [ours.clone(), theirs.clone()]);
        let other =
            |day: &str| format!("# Risk\n\n- **Date:** 2026-11-{day}\n- **Steward:** {day}\n");
        let versions = [&*other("20"), &*other("21")];
        assert_eq!(told("", versions[0], versions[1]), versions);
    }
}
