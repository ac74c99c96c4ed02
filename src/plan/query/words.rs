//! Fuzzy words: accents and case do not matter, order does not matter, every word must match.

use std::borrow::Cow;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Scattered letters count as a match if they stand within so many halves of their own
/// number of characters; further apart they are a coincidence.
const HALVES_A_LETTER: usize = 5;

/// Beyond this many cells the matcher compares letters greedily instead of exactly.
const ELEMENT_LIMIT: usize = 64 * 1024;

/// Words to look for.
pub struct Words {
    words: Vec<String>,
    matcher: SkimMatcherV2,
}

impl Words {
    /// Looks for each of `words`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            words: words
                .into_iter()
                .map(|word| fold(word).into_owned())
                .collect(),
            matcher: SkimMatcherV2::default()
                .ignore_case()
                .element_limit(ELEMENT_LIMIT),
        }
    }

    /// Whether there is no word to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well every word is found in `near`, letters scattered or not, or literally in
    /// `far`; higher is better, `None` is no match.
    pub fn score(&self, near: &str, far: &[Cow<'_, str>]) -> Option<i64> {
        let near = fold(near);
        let mut total = 0;
        for word in &self.words {
            total += match near.find(word.as_str()) {
                // Whole words early in the text come first.
                Some(at) => 1_000 - i64::try_from(at.min(500)).unwrap_or(500),
                None => self.scattered(&near, word).or_else(|| {
                    far.iter()
                        .any(|text| fold(text).contains(word.as_str()))
                        .then_some(1)
                })?,
            };
        }
        Some(total)
    }

    /// Indexes of the characters of `text` that the words matched, ascending.
    pub fn places(&self, text: &str) -> Vec<usize> {
        let folded: Vec<String> = text
            .chars()
            .map(|c| fold(c.encode_utf8(&mut [0; 4])).into_owned())
            .collect();
        let line = folded.concat();
        let mut places = Vec::new();
        for word in &self.words {
            if let Some(at) = line.find(word.as_str()) {
                let mut start = 0;
                for (index, piece) in folded.iter().enumerate() {
                    if start >= at && start < at + word.len() {
                        places.push(index);
                    }
                    start += piece.len();
                }
            } else if self.scattered(&line, word).is_some()
                && let Some((_, found)) = self.matcher.fuzzy_indices(&line, word)
                && folded.iter().all(|piece| piece.chars().count() == 1)
            {
                places.extend(found);
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn scattered(&self, text: &str, word: &str) -> Option<i64> {
        let letters = word.chars().count();
        if letters < 3 {
            return None;
        }
        let (points, places) = self.matcher.fuzzy_indices(text, word)?;
        let width = places.last()? - places.first()? + 1;
        (width * 2 <= letters * HALVES_A_LETTER).then_some(points)
    }
}

/// Lower case without accents.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let plain = text.nfd().filter(|c| !is_combining_mark(*c));
    Cow::Owned(plain.flat_map(char::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(words: &[&str], text: &str) -> bool {
        Words::new(words.iter().copied()).score(text, &[]).is_some()
    }

    #[test]
    fn words_match_in_any_order_case_and_accent() {
        assert!(finds(&["review", "gate"], "Gate check: review indexes"));
        assert!(finds(&["rev", "gate"], "Gate check: review indexes"));
        assert!(finds(&["resume"], "Draft the Résumé policy"));
        assert!(finds(&["münchen"], "Open MUNCHEN hub"));
        assert!(!finds(&["gate", "zebra"], "Gate check"));
    }

    #[test]
    fn letters_may_be_scattered_but_not_anywhere() {
        assert!(finds(&["gtchk"], "Gate check"));
        assert!(!finds(&["gate"], "Give all teams an entry point"));
    }

    #[test]
    fn places_count_characters() {
        let words = Words::new(["ré"]);
        assert_eq!(words.places("Le résumé"), [3, 4]);
    }
}
