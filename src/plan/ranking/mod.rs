//! What is next: the ready steps in the order in which they are worth doing.
//!
//! A step's score is a sum of named terms, each of them `weight × measure`, rounded to whole
//! points once; so the points that explain a score add up to it exactly. `term` is the table
//! of terms with their default weights and what they say, `facts` finds what they measure.
//! Nothing here decides whether a step is ready: that is the graph's.
//!
//! # Why these weights
//!
//! The ten that a steward picks should let the most work begin, and bring the gate nearer
//! that everybody waits for.
//!
//! - What others wait for counts by doublings: from one step to three is as much as from
//!   three to seven. So a hub is not worth everything else together, and the first step set
//!   free matters more than the fortieth. What can begin at once counts more than what hangs
//!   on it later, but the longest chain of a large plan still comes to the top.
//! - The gate of the current stage: a step that it waits for, near or far, gets `stage`,
//!   about as much as four steps set free; one that an open check names gets `evidence` on
//!   top, since doing it lets the check be ticked.
//! - Earlier blocks go first: from the first block with ready steps to the last, `block`
//!   falls by as much as a gate is worth.
//! - What was begun goes before what was not, but work in progress that holds up nobody does
//!   not push away a draft that sets two others free.
//! - Age and last week's list decide among steps that are otherwise alike. Age stops counting
//!   after [`term::OLD_DAYS`] days: what nobody touched for a year is not four times as urgent.
//!
//! One pass over steps and edges, and over the fields of ready steps only; the terms are put
//! into words for the first few alone.

mod facts;
pub mod term;

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::id::StepId;
use super::last_change::LastChanges;
use super::{Plan, StepRef};
use facts::{Facts, Survey};
use term::{TERMS, Weights};

/// What the ranking needs to know beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The instant of the ranking.
    pub now: DateTime<Utc>,
    /// The steps that last week's review committed to.
    pub carried: &'a [StepId],
    /// How much each term counts.
    pub weights: &'a Weights,
    /// When steps were changed last, where a history tells.
    pub changes: Option<&'a LastChanges>,
}

/// A ready step with its score.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranked {
    /// Index of the step in the plan.
    pub step: usize,
    /// The sum of its terms' points.
    pub score: i64,
    /// Every term with a weight, in the order of [`TERMS`]: under the same weights the terms of two
    /// steps are side by side.
    pub terms: Vec<Term>,
}

/// What one term makes of one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// Its name in `stepdeck.toml`.
    pub name: &'static str,
    /// What it adds to the score; negative where its weight is.
    pub points: i64,
    /// The facts behind it in a few words: "holds up a chain of 14 steps".
    pub why: String,
}

/// The first `most` ready steps, the best first; of equals, the first in step order.
pub fn rank(plan: &Plan, inputs: &Inputs<'_>, most: usize) -> Vec<Ranked> {
    let ready = ready(plan);
    let survey = Survey::new(plan, inputs, &ready);
    let mut order: Vec<(Reverse<i64>, usize)> = ready
        .into_iter()
        .map(|step| (Reverse(score(&survey.facts(step), inputs.weights)), step))
        .collect();
    if most < order.len() {
        order.select_nth_unstable(most);
        order.truncate(most);
    }
    order.sort_unstable();
    let ranked = |(Reverse(score), step)| Ranked {
        step,
        score,
        terms: explain(&survey, step, inputs.weights),
    };
    order.into_iter().map(ranked).collect()
}

/// The score of each ready step, by index; of the others nothing.
pub(crate) fn scores(plan: &Plan, inputs: &Inputs<'_>) -> Vec<Option<i64>> {
    let ready = ready(plan);
    let survey = Survey::new(plan, inputs, &ready);
    let mut scores = vec![None; plan.len()];
    for step in ready {
        scores[step] = Some(score(&survey.facts(step), inputs.weights));
    }
    scores
}

/// Indexes of the ready steps, ascending.
fn ready(plan: &Plan) -> Vec<usize> {
    (plan.steps().filter(|step| step.is_ready()))
        .map(StepRef::index)
        .collect()
}

fn score(facts: &Facts, weights: &Weights) -> i64 {
    weights
        .used()
        .map(|(at, weight)| term::points(weight, (TERMS[at].measure)(facts)))
        .sum()
}

fn explain(survey: &Survey<'_>, step: usize, weights: &Weights) -> Vec<Term> {
    let facts = survey.facts(step);
    let of = |(at, weight): (usize, f64)| Term {
        name: TERMS[at].name,
        points: term::points(weight, (TERMS[at].measure)(&facts)),
        why: (TERMS[at].why)(survey, &facts),
    };
    weights.used().map(of).collect()
}

#[cfg(test)]
mod tests;
