//! How a log spells its IDs: with how many digits, and as text or as numbers.
//!
//! What a step is called does not depend on it. It is asked where a new line is written, which
//! takes the spelling of most lines, and where the check says that they differ.

use super::id::{StepId, USUAL_DIGITS, natural_digits};
use crate::document::json;
use crate::document::log::LogDocument;

/// A habit of spelling IDs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spelling {
    /// To how many digits numbers are padded with zeros.
    pub digits: u8,
    /// Whether an ID stands between quotation marks, as text.
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
    /// pass over the lines.
    pub fn of(log: &LogDocument) -> Self {
        let (mut padded, mut bare) = ([0_usize; 256], [0_usize; 11]);
        let (mut texts, mut numbers) = (0_usize, 0_usize);
        for raw in log.lines().filter_map(|line| line.get("step_id")) {
            let Some(id) = StepId::of_raw(raw) else {
                continue;
            };
            match raw.starts_with('"') {
                true => texts += 1,
                false => numbers += 1,
            }
            match natural_digits(id.number()) {
                natural if natural == id.digits() => bare[usize::from(natural)] += 1,
                _ => padded[usize::from(id.digits())] += 1,
            }
        }
        // A number without zeros in front says only that it is not padded any further.
        let votes = |digits: u8| -> usize {
            let at = usize::from(digits);
            padded[at] + bare.iter().skip(at).sum::<usize>()
        };
        let most = (1..=u8::MAX).map(votes).max().unwrap_or(0);
        let digits = match most {
            0 => USUAL_DIGITS,
            most if votes(USUAL_DIGITS) == most => USUAL_DIGITS,
            most => (1..=u8::MAX)
                .find(|digits| votes(*digits) == most)
                .unwrap_or(USUAL_DIGITS),
        };
        Self {
            digits,
            quoted: texts >= numbers,
        }
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
