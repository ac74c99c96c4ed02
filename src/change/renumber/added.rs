//! Which parts of a text another version of it lacks: who brought a mention in.
//!
//! Lines are compared first, then the words of those that differ, so that a mention is known
//! again in a line that was edited elsewhere.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// The stretches of one version, as byte ranges in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Added(Vec<Range<usize>>);

impl Added {
    /// What `text` has and `before` lacks.
    pub(crate) fn since(before: &str, text: &str) -> Self {
        let (lines_before, lines) = (split(before, is_line_end), split(text, is_line_end));
        let mut added = Vec::new();
        let ops = capture_diff_slices(Algorithm::Patience, &lines_before, &lines);
        let (starts_before, starts) = (starts(&lines_before), starts(&lines));
        for op in ops {
            let (tag, old, new) = op.as_tag_tuple();
            let [old, new] = [(&starts_before, old), (&starts, new)]
                .map(|(starts, range)| starts[range.start]..starts[range.end]);
            match tag {
                DiffTag::Equal | DiffTag::Delete => {}
                DiffTag::Insert => added.push(new),
                DiffTag::Replace => words(&before[old], &text[new.clone()], new.start, &mut added),
            }
        }
        Self(added)
    }

    /// Everything there is.
    pub(crate) fn all(text: &str) -> Self {
        Self(std::iter::once(0..text.len()).collect())
    }

    /// Whether a stretch is among what was added.
    pub(crate) fn contains(&self, span: &Range<usize>) -> bool {
        let at = self.0.partition_point(|range| range.end <= span.start);
        self.0.get(at).is_some_and(|range| range.start < span.end)
    }
}

fn words(before: &str, text: &str, base: usize, added: &mut Vec<Range<usize>>) {
    let (words_before, words) = (split(before, is_parting), split(text, is_parting));
    let starts = starts(&words);
    for op in capture_diff_slices(Algorithm::Myers, &words_before, &words) {
        let (tag, _, new) = op.as_tag_tuple();
        if matches!(tag, DiffTag::Insert | DiffTag::Replace) {
            added.push(base + starts[new.start]..base + starts[new.end]);
        }
    }
}

fn is_line_end(c: char) -> bool {
    c == '\n'
}

fn is_parting(c: char) -> bool {
    !(c.is_alphanumeric() || c == '.')
}

/// The pieces of a text, each with the character that ends it.
fn split(text: &str, ends: impl Fn(char) -> bool) -> Vec<&str> {
    text.split_inclusive(ends).collect()
}

fn starts(pieces: &[&str]) -> Vec<usize> {
    let ends = pieces.iter().scan(0, |at, piece| {
        *at += piece.len();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_came_in_are_told_from_those_that_were_there() {
        let before = "one\nafter 0041 comes\nthree\n";
        let text = "one\nnow after 0041, 0041 comes\nfour 0041\nthree\n";
        let added = Added::since(before, text);
        let told: Vec<bool> = text
            .match_indices("0041")
            .map(|(at, _)| added.contains(&(at..at + 4)))
            .collect();
        assert_eq!(told.iter().filter(|added| !**added).count(), 1);
        assert!(told[2]);
        assert!(Added::all(text).contains(&(0..3)));
        assert!(!Added::since(text, text).contains(&(0..text.len())));
    }
}
