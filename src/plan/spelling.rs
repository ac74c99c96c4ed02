//! How a log spells its IDs: with how many digits, and as text or as numbers.
//!
//! What a step is called does not depend on it. It is asked where a new line is written, which
//! takes the spelling of most lines, and where the check says that they differ.

use std::ops::Range;

use super::id::{StepId, USUAL_DIGITS, natural_digits};
use crate::document::json;
use crate::document::log::LogDocument;
use crate::document::parallel::in_parallel;

/// From how many lines on another core is worth its start.
const LINES: usize = 8_192;

/// A habit of spelling IDs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spelling {
    /// To how many digits numbers are padded with zeros.
    pub digits: u8,
    /// Whether an ID is between quotation marks, as text.
    pub quoted: bool,
}

impl Default for Spelling {
    fn default() -> Self {
        Self {
            digits: USUAL_DIGITS,
            quoted: true,
        }
    }
}

impl Spelling {
    /// The spelling that most lines of a log have; the usual one where they do not say. One
    /// pass over the lines, on all cores.
    pub fn of(log: &LogDocument) -> Self {
        Votes::of(log).spelling()
    }

    /// The lines of a log whose IDs are spelled otherwise than most, with how many have one.
    pub fn deviating(log: &LogDocument) -> (Self, Vec<usize>, usize) {
        let votes = Votes::of(log);
        let spelling = votes.spelling();
        if votes.agree_on(spelling.digits) {
            return (spelling, Vec::new(), votes.all());
        }
        let parts = in_parallel(log.line_count(), LINES, |range| {
            let deviates = |line: &usize| {
                let raw = log.line(*line);
                let raw = raw.get("step_id");
                let id = raw.and_then(|raw| Some((raw, StepId::of_raw(raw)?)));
                id.is_some_and(|(raw, id)| !spelling.is_of(raw, id))
            };
            range.filter(deviates).collect::<Vec<_>>()
        });
        (spelling, parts.concat(), votes.all())
    }

    /// The ID in this spelling.
    pub fn spell(self, id: StepId) -> StepId {
        id.padded_to(self.digits)
    }

    /// The raw JSON of an ID in this spelling. What is more than a number is text anyway.
    pub fn raw(self, id: StepId) -> String {
        match self.quoted || !id.suffix().is_empty() {
            true => json::quote(&self.spell(id).to_string()),
            false => id.number().to_string(),
        }
    }

    /// Whether the raw JSON of an ID is in this spelling.
    pub fn is_of(self, raw: &str, id: StepId) -> bool {
        let quoted = raw.starts_with('"');
        let as_meant = quoted == self.quoted || !id.suffix().is_empty();
        as_meant && (!quoted || id.digits() == self.spell(id).digits())
    }
}

/// How many lines have which spelling.
struct Votes {
    /// IDs with zeros in front, by their digits.
    padded: [usize; 256],
    /// IDs without, which only say that they are not padded any further.
    bare: [usize; 11],
    texts: usize,
    numbers: usize,
}

impl Votes {
    fn of(log: &LogDocument) -> Self {
        let parts = in_parallel(log.line_count(), LINES, |range| Self::of_lines(log, range));
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or_else(|| Self::of_lines(log, 0..0));
        parts.fold(first, Self::with)
    }

    fn of_lines(log: &LogDocument, lines: Range<usize>) -> Self {
        let mut votes = Self {
            padded: [0; 256],
            bare: [0; 11],
            texts: 0,
            numbers: 0,
        };
        for line in lines {
            let line = log.line(line);
            let Some(raw) = line.get("step_id") else {
                continue;
            };
            let Some(id) = StepId::of_raw(raw) else {
                continue;
            };
            match raw.starts_with('"') {
                true => votes.texts += 1,
                false => votes.numbers += 1,
            }
            match natural_digits(id.number()) {
                natural if natural == id.digits() => votes.bare[usize::from(natural)] += 1,
                _ => votes.padded[usize::from(id.digits())] += 1,
            }
        }
        votes
    }

    fn with(mut self, other: Self) -> Self {
        let add = |ours: &mut [usize], theirs: &[usize]| {
            ours.iter_mut()
                .zip(theirs)
                .for_each(|(our, their)| *our += their);
        };
        add(&mut self.padded, &other.padded);
        add(&mut self.bare, &other.bare);
        self.texts += other.texts;
        self.numbers += other.numbers;
        self
    }

    fn all(&self) -> usize {
        self.texts + self.numbers
    }

    /// How many lines fit a padding to so many digits.
    fn for_digits(&self, digits: u8) -> usize {
        let at = usize::from(digits);
        self.padded[at] + self.bare.iter().skip(at).sum::<usize>()
    }

    fn spelling(&self) -> Spelling {
        let votes = |digits: &u8| self.for_digits(*digits);
        let most = (1..=u8::MAX)
            .map(|digits| votes(&digits))
            .max()
            .unwrap_or(0);
        let digits = match most {
            0 => USUAL_DIGITS,
            most if votes(&USUAL_DIGITS) == most => USUAL_DIGITS,
            most => (1..=u8::MAX)
                .find(|digits| votes(digits) == most)
                .unwrap_or(USUAL_DIGITS),
        };
        Spelling {
            digits,
            quoted: self.texts >= self.numbers,
        }
    }

    /// Whether every line is text and fits a padding to so many digits.
    fn agree_on(&self, digits: u8) -> bool {
        self.numbers == 0 && self.for_digits(digits) == self.all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: &[&str]) -> Spelling {
        let lines: String = (ids.iter())
            .map(|id| format!("{{\"step_id\": {id}}}\n"))
            .collect();
        Spelling::of(&LogDocument::load(lines.into_bytes()))
    }

    #[test]
    fn most_lines_say_how_ids_are_spelled() {
        for (ids, new) in [
            (&[][..], "\"0058\""),
            (&["\"0001\"", "\"10000\""], "\"0058\""),
            (&["\"00001\"", "\"10000\""], "\"00058\""),
            (
                &["\"00001\"", "\"00002\"", "\"0003\"", "\"x\""],
                "\"00058\"",
            ),
            (&["\"1\"", "\"57\""], "\"58\""),
            (&["1", "57", "\"0003\""], "58"),
            (&["\"001\"", "\"1234\""], "\"058\""),
            (&["\"1234\""], "\"0058\""),
        ] {
            assert_eq!(of(ids).raw(StepId::new(58)), new, "{ids:?}");
        }
        let part: StepId = "58.A".parse().unwrap();
        assert_eq!(of(&["1", "2"]).raw(part), "\"58.A\"");
    }

    #[test]
    fn a_spelling_knows_its_own() {
        let is_of =
            |spelling: Spelling, raw: &str| spelling.is_of(raw, StepId::of_raw(raw).unwrap());
        let usual = Spelling::default();
        assert!(is_of(usual, "\"0001\"") && is_of(usual, "\"12345\""));
        assert!(!is_of(usual, "\"00001\"") && !is_of(usual, "\"1\"") && !is_of(usual, "1234"));
        let numbers = of(&["1", "2"]);
        assert!(is_of(numbers, "57") && is_of(numbers, "\"57.A\"") && !is_of(numbers, "\"57\""));
    }
}
