//! Fuzzy words: accents and case do not matter, order does not matter, every word must match.
//!
//! Looking through a whole plan costs one pass over its letters and no memory: text is folded
//! into a buffer that serves again, and the matcher, which weighs every way of placing the
//! letters, is asked only where some way is narrow enough to count.

use std::borrow::Cow;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use memchr::memchr_iter;
use memchr::memmem::Finder;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Scattered letters count as a match if they are within so many halves of their own number of
/// characters; further apart they are a coincidence.
const HALVES_A_LETTER: usize = 5;

/// Fewer letters than these are only found side by side.
const FEWEST_SCATTERED: usize = 3;

/// Beyond this many cells the matcher compares letters greedily instead of exactly.
const ELEMENT_LIMIT: usize = 64 * 1024;

/// Words to look for.
pub struct Words {
    words: Vec<Word>,
    matcher: SkimMatcherV2,
}

/// A word to look for, folded.
pub(crate) struct Word {
    text: String,
    letters: usize,
    /// Whether no letter of it may be left out.
    is_literal: bool,
    finder: Finder<'static>,
}

impl Words {
    /// Looks for each of `words`, of which letters may be left out.
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(words.into_iter().map(|word| (word, false)))
    }

    /// Looks for each of `words`, given with whether it is only found as it is.
    pub(crate) fn of<'a>(words: impl IntoIterator<Item = (&'a str, bool)>) -> Self {
        let words = words.into_iter();
        Self {
            words: words
                .map(|(word, literal)| Word::new(word, literal))
                .collect(),
            matcher: SkimMatcherV2::default()
                .ignore_case()
                .element_limit(ELEMENT_LIMIT),
        }
    }

    /// Whether there is no word to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well every word is found in `near`, letters scattered or not, or literally in `far`;
    /// higher is better, `None` is not a match.
    pub(crate) fn score(&self, near: &str, far: &[Cow<'_, str>]) -> Option<i64> {
        let in_far = |word: &Word| far.iter().any(|text| word.is_in(&fold(text)));
        self.score_folded(&fold(near), in_far).ok()
    }

    /// As [`Words::score`], with `near` folded already, and `in_far` to tell whether a word is in
    /// the rest, which is only asked if need be.
    ///
    /// # Errors
    /// The word that is not found.
    pub(crate) fn score_folded(
        &self,
        near: &str,
        mut in_far: impl FnMut(&Word) -> bool,
    ) -> Result<i64, &Word> {
        let mut total = 0;
        for word in &self.words {
            total += match word.find(near) {
                // Whole words early in the text come first.
                Some(at) => 1_000 - i64::try_from(at.min(500)).unwrap_or(500),
                None => self
                    .scattered(near, word)
                    .or_else(|| in_far(word).then_some(1))
                    .ok_or(word)?,
            };
        }
        Ok(total)
    }

    /// The words, folded.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.words.iter().map(|word| word.text.clone()).collect()
    }

    /// The same, each with whether it is only found as it is.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, bool)> {
        let words = self.words.iter();
        words.map(|word| (word.text.as_str(), word.is_literal))
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
            if let Some(at) = word.find(&line) {
                let mut start = 0;
                for (index, piece) in folded.iter().enumerate() {
                    if start >= at && start < at + word.text.len() {
                        places.push(index);
                    }
                    start += piece.len();
                }
            } else if self.scattered(&line, word).is_some()
                && let Some((_, found)) = self.matcher.fuzzy_indices(&line, &word.text)
                && folded.iter().all(|piece| piece.chars().count() == 1)
            {
                places.extend(found);
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn scattered(&self, text: &str, word: &Word) -> Option<i64> {
        if word.is_literal || word.letters < FEWEST_SCATTERED || !word.may_be_scattered(text) {
            return None;
        }
        let (points, places) = self.matcher.fuzzy_indices(text, &word.text)?;
        let width = places.last()? - places.first()? + 1;
        (width <= word.widest()).then_some(points)
    }
}

impl Word {
    fn new(text: &str, is_literal: bool) -> Self {
        let text = fold(text).into_owned();
        Self {
            is_literal,
            letters: text.chars().count(),
            finder: Finder::new(&text).into_owned(),
            text,
        }
    }

    /// Whether it is in a folded text as it is.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    fn find(&self, text: &str) -> Option<usize> {
        self.finder.find(text.as_bytes())
    }

    /// In how many characters its letters must be.
    fn widest(&self) -> usize {
        self.letters * HALVES_A_LETTER / 2
    }

    /// Whether its letters are in a folded text in their order, however far apart: else no word
    /// that it is a part of is found there.
    pub(crate) fn may_grow_into(&self, text: &str) -> bool {
        let mut letters = text.bytes();
        self.text
            .bytes()
            .all(|letter| letters.any(|at| at == letter))
    }

    /// Whether its letters are in `text` in their order, near enough to each other; if not, no way
    /// of placing them is a match. Where a letter takes several bytes the distance is not looked
    /// at.
    fn may_be_scattered(&self, text: &str) -> bool {
        let (text, word) = (text.as_bytes(), self.text.as_bytes());
        let [first, rest @ ..] = word else {
            return false;
        };
        let widest = match text.is_ascii() {
            true => self.widest(),
            false => text.len(),
        };
        memchr_iter(*first, text).any(|start| {
            let end = text.len().min(start + widest);
            let mut window = text[start + 1..end].iter();
            rest.iter().all(|letter| window.any(|at| at == letter))
        })
    }
}

/// Puts `text` behind what is in `folded`, in lower case without accents.
pub(crate) fn fold_onto(folded: &mut String, text: &str) {
    match text.is_ascii() {
        true => {
            let from = folded.len();
            folded.push_str(text);
            folded[from..].make_ascii_lowercase();
        }
        false => folded.push_str(&fold(text)),
    }
}

/// Lower case without accents, letters that are written alike in capitals made one: `ß` is `ss`.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii() {
            true => folded.push(c.to_ascii_lowercase()),
            // Each letter by itself: marks change their order only among themselves, and go.
            false => decompose_canonical(c, |c| fold_letter(c, &mut folded)),
        }
    }
    Cow::Owned(folded)
}

/// Full case folding as far as Unicode's own mappings of case have it: `ſ` and `ς` are `s` and
/// `σ`, `ﬁ` is `fi`, a dotless `ı` is `i`.
fn fold_letter(c: char, folded: &mut String) {
    let small = c.to_lowercase().flat_map(char::to_uppercase);
    let letters = small.flat_map(char::to_lowercase);
    folded.extend(letters.filter(|c| !is_combining_mark(*c)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the matcher alone says of a word, asked about every text.
    fn asked_outright(words: &Words, near: &str, far: &str) -> Option<i64> {
        let (near, far) = (fold(near), fold(far));
        let mut total = 0;
        for word in &words.words {
            let scattered = || {
                let (points, places) = words.matcher.fuzzy_indices(&near, &word.text)?;
                let width = places.last()? - places.first()? + 1;
                let near = word.letters >= 3 && width * 2 <= word.letters * HALVES_A_LETTER;
                near.then_some(points)
            };
            total += match near.find(&word.text) {
                Some(at) => 1_000 - at.min(500) as i64,
                None => scattered().or_else(|| far.contains(&word.text).then_some(1))?,
            };
        }
        Some(total)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// The tests that spare the matcher its work change nothing of what is found.
        #[test]
        fn what_is_found_is_what_the_matcher_alone_would_find(
            words in prop::collection::vec("[abcé\u{301}]{1,6}", 0..3),
            near in "[abcABC é\u{301}🙂.]{0,40}",
            far in "[abcABC É]{0,20}",
        ) {
            let words = Words::new(words.iter().map(String::as_str));
            let expected = asked_outright(&words, &near, &far);
            prop_assert_eq!(words.score(&near, &[far.as_str().into()]), expected);
            let mut folded = String::new();
            near.split_inclusive(' ').for_each(|part| fold_onto(&mut folded, part));
            prop_assert_eq!(folded, fold(&near));
        }
    }

    fn finds(words: &[&str], text: &str) -> bool {
        Words::new(words.iter().copied()).score(text, &[]).is_some()
    }

    #[test]
    fn words_match_in_any_order_case_and_accent() {
        assert!(finds(&["review", "gate"], "Gate check: review indexes"));
        assert!(finds(&["rev", "gate"], "Gate check: review indexes"));
        assert!(finds(&["resume"], "Draft the Résumé policy"));
        assert!(finds(&["münchen"], "Open MUNCHEN hub"));
        for (word, text) in [
            ("I", "İstanbul"),
            ("ISTANBUL", "İstanbul"),
            ("istanbul", "İSTANBUL"),
            ("İstanbul", "Istanbul"),
            ("isparta", "Isparta, ısparta"),
            ("strasse", "Hauptstraße"),
            ("Straße", "HAUPTSTRASSE"),
            ("GRÖẞE", "Größe"),
            ("final", "ﬁnal"),
            ("ΟΔΟΣ", "οδος, οδός"),
            ("οδος", "ΟΔΌΣ"),
        ] {
            assert!(finds(&[word], text), "{word} in {text}");
        }
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
        assert_eq!(Words::new(["ss"]).places("Straße"), [4]);
    }
}
