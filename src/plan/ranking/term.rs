//! The terms of the ranking: their names, default weights, what they measure and how they
//! put it into words. One table; weights, help, README and schema follow from it.

use super::facts::{Facts, Survey};
use crate::document::english::counted;
use crate::plan::last_change::LastChange;
use crate::plan::status::Status;

/// Days without an edit after which a step counts as fully old.
pub(crate) const OLD_DAYS: u32 = 90;

/// The most points that a term can give or take, so that every sum is exact, in JSON too.
const MOST_POINTS: f64 = 1e9;

/// One term.
pub struct TermSpec {
    /// Its name in `stepdeck.toml` and in `--json`.
    pub name: &'static str,
    /// Its weight where `stepdeck.toml` gives none: points for a measure of 1.
    pub weight: f64,
    /// What a measure of 1 stands for, in a few words.
    pub meaning: &'static str,
    /// How much of it a step has: a share from 0 to 1, or doublings from 0 up.
    pub(super) measure: fn(&Facts) -> f64,
    /// The facts in a few words.
    pub(super) why: fn(&Survey<'_>, &Facts) -> String,
}

/// Every term, what counts most first.
pub const TERMS: &[TermSpec] = &[
    TermSpec {
        name: "unblocks",
        weight: 10.0,
        meaning: "it makes 1 step ready at once; 3 count twice as much, 7 three times",
        measure: |facts| doublings(facts.unblocks),
        why: |survey, facts| match facts.unblocks {
            0 => "makes no other step ready at once".to_owned(),
            1 => format!("makes {} ready at once", survey.unblocked(facts.step)),
            n => format!(
                "makes {n} steps ready at once: {}",
                survey.unblocked(facts.step)
            ),
        },
    },
    TermSpec {
        name: "chain",
        weight: 6.0,
        meaning: "the longest chain of open steps after it has 1 step; 3 count twice as much, \
                  7 three times",
        measure: |facts| doublings(facts.chain),
        why: |_, facts| match facts.chain {
            0 => "holds up no chain".to_owned(),
            n => format!("holds up a chain of {}", counted(n as usize, "step")),
        },
    },
    TermSpec {
        name: "stage",
        weight: 24.0,
        meaning: "the gate of the current stage waits for it: an open check names the step, or \
                  one that waits for it",
        measure: |facts| f64::from(u8::from(facts.gate.is_some())),
        why: |survey, facts| survey.gate_in_words(facts),
    },
    TermSpec {
        name: "evidence",
        weight: 16.0,
        meaning: "1 open check of the current stage names it, so doing it brings evidence; 3 \
                  count twice as much",
        measure: |facts| doublings(facts.checks),
        why: |survey, facts| survey.checks_in_words(facts),
    },
    TermSpec {
        name: "status",
        weight: 16.0,
        meaning: "it is in progress; a draft counts half, an idea nothing",
        measure: |facts| match facts.status {
            Some(Status::InProgress) => 1.0,
            Some(Status::Draft) => 0.5,
            _ => 0.0,
        },
        why: |_, facts| match facts.status {
            Some(Status::InProgress) => "is in progress".to_owned(),
            Some(Status::Draft) => "is a draft".to_owned(),
            Some(Status::Idea) => "is an idea".to_owned(),
            _ => "has no known status".to_owned(),
        },
    },
    TermSpec {
        name: "block",
        weight: 24.0,
        meaning: "it is in the first block that has ready steps; later ones count less and less",
        measure: |facts| match facts.blocks {
            0 => 0.0,
            blocks => (blocks - facts.blocks_before) as f64 / blocks as f64,
        },
        why: |survey, facts| survey.block_in_words(facts),
    },
    TermSpec {
        name: "age",
        weight: 8.0,
        meaning: "nobody has touched it for 90 days or more; fewer days count less",
        measure: |facts| facts.changed.map_or(0.0, |(_, days)| old(days)),
        why: |_, facts| match facts.changed {
            None => "does not say when it was last touched".to_owned(),
            Some((LastChange::Stamped(_), 0)) => {
                "was touched within the last day, by updated_at".to_owned()
            }
            Some((LastChange::Stamped(_), days)) => {
                let days = counted(days as usize, "day");
                format!("has not been touched for {days}, by updated_at")
            }
            Some((LastChange::Landed(_), 0)) => "changed within the last day".to_owned(),
            Some((LastChange::Landed(_), days)) => {
                format!(
                    "its last change landed {} ago",
                    counted(days as usize, "day")
                )
            }
            Some((LastChange::LandedBefore(_), days)) => {
                format!(
                    "no change of it has landed for {}",
                    counted(days as usize, "day")
                )
            }
        },
    },
    TermSpec {
        name: "carried",
        weight: 12.0,
        meaning: "last week's review committed to it",
        measure: |facts| f64::from(u8::from(facts.carried)),
        why: |_, facts| match facts.carried {
            true => "is carried over from last week".to_owned(),
            false => "is not carried over from last week".to_owned(),
        },
    },
];

/// A weight for each term.
#[derive(Clone, PartialEq, Debug)]
pub struct Weights([f64; TERMS.len()]);

impl Default for Weights {
    fn default() -> Self {
        let mut weights = [0.0; TERMS.len()];
        for (weight, term) in weights.iter_mut().zip(TERMS) {
            *weight = term.weight;
        }
        Self(weights)
    }
}

impl Weights {
    /// The default weights with these in their places. Answers the names that no term has as well,
    /// for whoever can say where they are.
    pub(crate) fn with<'n>(
        settings: impl IntoIterator<Item = (&'n str, f64)>,
    ) -> (Self, Vec<&'n str>) {
        let (mut weights, mut unknown) = (Self::default(), Vec::new());
        for (name, weight) in settings {
            match TERMS.iter().position(|term| term.name == name) {
                Some(at) => weights.0[at] = weight,
                None => unknown.push(name),
            }
        }
        (weights, unknown)
    }

    /// Index in [`TERMS`] and weight of the terms that count; 0 takes a term out.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, f64)> {
        let all = self.0.iter().copied().enumerate();
        all.filter(|(_, weight)| *weight != 0.0)
    }
}

/// What is wrong with a name in `[ranking]`, and which there are.
pub(crate) fn unknown_term(name: &str) -> String {
    let known: Vec<&str> = TERMS.iter().map(|term| term.name).collect();
    format!(
        "[ranking] \"{name}\" is not a term: the terms are {}",
        known.join(", ")
    )
}

/// Whole points, rounded here and nowhere else.
pub(super) fn points(weight: f64, measure: f64) -> i64 {
    (weight * measure).round().clamp(-MOST_POINTS, MOST_POINTS) as i64
}

/// 0 for none, 1 for one, 2 for three, 3 for seven.
fn doublings(count: u32) -> f64 {
    (1.0 + f64::from(count)).log2()
}

fn old(days: u32) -> f64 {
    f64::from(days.min(OLD_DAYS)) / f64::from(OLD_DAYS)
}
