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

    /// The spelling of a log, and which of its IDs are spelled otherwise.
    pub fn deviating(log: &LogDocument) -> (Self, Deviating) {
        let votes = Votes::of(log);
        let spelling = votes.spelling();
        let others = || votes.0.iter().filter(|vote| !spelling.fits(vote.way));
        let found = Deviating {
            first: others().map(|vote| vote.first).min(),
            lines: others().map(|vote| vote.lines).sum(),
            of: votes.all(),
        };
        (spelling, found)
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

    /// Whether IDs are written in this way.
    fn fits(self, way: Way) -> bool {
        let as_meant = way.quoted == self.quoted || way.has_suffix;
        as_meant && (!way.quoted || way.is_padded_to(self.digits))
    }
}

/// IDs that are not spelled like most in their log.
#[derive(Debug)]
pub struct Deviating {
    /// The line of the first, counted from 0, if there is one.
    pub first: Option<usize>,
    /// How many there are.
    pub lines: usize,
    /// How many lines have an ID.
    pub of: usize,
}

/// A way in which an ID can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    quoted: bool,
    has_suffix: bool,
    /// Whether it has zeros in front. One without them only says that it is not padded any further.
    padded: bool,
    digits: u8,
}

impl Way {
    fn of(raw: &str, id: StepId) -> Self {
        Self {
            quoted: raw.starts_with('"'),
            has_suffix: !id.suffix().is_empty(),
            padded: id.digits() > natural_digits(id.number()),
            digits: id.digits(),
        }
    }

    /// Whether that is what padding to so many digits makes of it.
    fn is_padded_to(self, digits: u8) -> bool {
        match self.padded {
            true => self.digits == digits,
            false => self.digits >= digits,
        }
    }
}

/// How many lines are written in one way.
struct Vote {
    way: Way,
    lines: usize,
    /// The first of them, counted from 0.
    first: usize,
}

/// How many lines are written in which way.
#[derive(Default)]
struct Votes(Vec<Vote>);

impl Votes {
    fn of(log: &LogDocument) -> Self {
        let mut all = Self::default();
        for part in in_parallel(log.line_count(), LINES, |range| Self::of_lines(log, range)) {
            part.0.into_iter().for_each(|vote| all.add(vote));
        }
        all
    }

    fn of_lines(log: &LogDocument, lines: Range<usize>) -> Self {
        let mut votes = Self::default();
        for (line, first) in log.lines_within(lines.clone()).zip(lines) {
            let raw = line.get("step_id");
            let id = raw.and_then(|raw| Some((raw, StepId::of_raw(raw)?)));
            if let Some((raw, id)) = id {
                let (way, lines) = (Way::of(raw, id), 1);
                votes.add(Vote { way, lines, first });
            }
        }
        votes
    }

    fn add(&mut self, vote: Vote) {
        match self.0.iter_mut().find(|known| known.way == vote.way) {
            Some(known) => known.lines += vote.lines,
            None => self.0.push(vote),
        }
    }

    /// How many lines are written in a way that is `wanted`.
    fn count(&self, wanted: impl Fn(&Way) -> bool) -> usize {
        let votes = self.0.iter().filter(|vote| wanted(&vote.way));
        votes.map(|vote| vote.lines).sum()
    }

    fn all(&self) -> usize {
        self.count(|_| true)
    }

    fn spelling(&self) -> Spelling {
        let votes = |digits: &u8| self.count(|way| way.is_padded_to(*digits));
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
            quoted: 2 * self.count(|way| way.quoted) >= self.all(),
        }
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
        let is_of = |spelling: Spelling, raw: &str| {
            spelling.fits(Way::of(raw, StepId::of_raw(raw).unwrap()))
        };
        let usual = Spelling::default();
        assert!(is_of(usual, "\"0001\"") && is_of(usual, "\"12345\""));
        assert!(!is_of(usual, "\"00001\"") && !is_of(usual, "\"1\"") && !is_of(usual, "1234"));
        let numbers = of(&["1", "2"]);
        assert!(is_of(numbers, "57") && is_of(numbers, "\"57.A\"") && !is_of(numbers, "\"57\""));
    }
}
