//! What a rule finds in a step: where it is and, where somebody asked for them, the words.

use super::{Problem, Spot};

/// Takes what a rule finds in a step. Most problems are only counted and sorted: no words are made
/// for those.
#[derive(Default)]
pub(super) struct Found {
    /// Whether words are asked for.
    pub in_words: bool,
    /// Where something is.
    pub spots: Vec<Spot>,
    /// What is there, if words are asked for.
    pub problems: Vec<Problem>,
}

impl Found {
    /// Adds what is at `spot`.
    pub fn add(&mut self, spot: Spot, problem: impl FnOnce(Spot) -> Problem) {
        match self.in_words {
            true => self.problems.push(problem(spot)),
            false => self.spots.push(spot),
        }
    }
}
