//! A check that one side moved to another stage, as it was, while the other side ticked it where it was:
//! the tick goes along. By place alone, one side would have removed what the other changed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::document::markdown::MarkdownDocument;

/// Base, ours and theirs, with such a check ticked by the side that moved it, and by it alone. The same
/// whichever side is called ours.
pub(super) fn followed(versions: [Cow<'_, [u8]>; 3]) -> [Cow<'_, [u8]>; 3] {
    let boxes = versions.each_ref().map(|text| {
        let count = |mark: &str| memchr::memmem::find_iter(text, mark).count();
        count("[x] ") + count("[X] ")
    });
    if boxes[0] == boxes[1] && boxes[0] == boxes[2] {
        return versions;
    }
    let documents = [0, 1, 2].map(|at| MarkdownDocument::load(versions[at].to_vec()));
    let [base, ours, theirs] = documents.each_ref().map(items);
    let mut edits: [Vec<(Range<usize>, Vec<u8>)>; 3] = Default::default();
    for (words, was) in &base {
        let (Some(was), Some(Some(one)), Some(Some(other))) =
            (was, ours.get(words), theirs.get(words))
        else {
            continue;
        };
        let sides = [(1, one), (2, other)];
        for ((mover, moved), (ticker, ticked)) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            let text = |at: usize, item: &Item<'_>| &versions[at][item.lines.clone()];
            let (old, new) = (text(0, was), text(ticker, ticked));
            let is_moved = moved.under != was.under && ticked.under == was.under;
            if is_moved && text(mover, moved) == old && new != old {
                edits[mover].push((moved.lines.clone(), new.to_vec()));
                edits[ticker].push((ticked.lines.clone(), old.to_vec()));
            }
        }
    }
    let mut edits = edits.into_iter();
    versions.map(|version| {
        let mut edits = edits.next().unwrap_or_default();
        if edits.is_empty() {
            return version;
        }
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let mut bytes = version.into_owned();
        for (range, text) in edits {
            bytes.splice(range, text);
        }
        Cow::Owned(bytes)
    })
}

struct Item<'d> {
    /// The words of its heading.
    under: &'d str,
    lines: Range<usize>,
}

/// The items of all lists by their words; nothing for those that stand twice.
fn items(document: &MarkdownDocument) -> HashMap<&str, Option<Item<'_>>> {
    let mut found: HashMap<&str, Option<Item<'_>>> = HashMap::new();
    for item in document.items() {
        let (Some(heading), None, false) = (item.heading, item.parent, item.quoted) else {
            continue;
        };
        let own = Item {
            under: &document.headings()[heading].text,
            lines: document.whole_lines(item.span).range(),
        };
        let known = found.entry(item.text.trim());
        known.and_modify(|item| *item = None).or_insert(Some(own));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(base: &str, top: &str) -> String {
        format!(
            "# Plan\n\n## Base\n\n- [x] Runbooks\n{base}\n## Top\n\n- [ ] Flag\n{top}\nWords.\n"
        )
    }

    fn told(texts: [&str; 3]) -> [String; 3] {
        let versions = texts.map(|text| Cow::Borrowed(text.as_bytes()));
        followed(versions).map(|text| String::from_utf8(text.into_owned()).unwrap())
    }

    #[test]
    fn a_tick_goes_along_with_the_check() {
        for (open, done) in [
            ("- [ ] Rota\n", "- [x] Rota\n"),
            ("* Rota\n", "* [x] Rota\n"),
        ] {
            let base = plan(open, "");
            let (moved, ticked) = (plan("", open), plan(done, ""));
            let both = plan("", done);
            assert_eq!(told([&base, &moved, &ticked]), [&*base, &both, &base]);
            assert_eq!(told([&base, &ticked, &moved]), [&*base, &base, &both]);
            // A check that the mover ticked, or that stands twice, is left alone.
            let all = [&*base, &both, &ticked];
            assert_eq!(told(all), all);
            let twice = plan(open, open);
            let all = [&*twice, &moved, &ticked];
            assert_eq!(told(all), all);
        }
    }
}
