//! What is decided about dependencies that are wrong: leaving them, and the ways to fix them.

use std::collections::HashSet;

use crate::app::core::command::Blocked;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::change::value::Refusal;
use crate::plan::id::StepId;
use crate::record::review::EntryKey;
use crate::record::review::decide::Resolution;
use crate::record::review::gather::{BadDependency, Trouble};

/// The dependencies that a verb acts on, and whether each is still wrong.
fn tangles(model: &Model) -> Vec<(BadDependency, bool)> {
    let view = &model.review;
    let rows = view.subjects().into_iter();
    rows.map(|row| view.tangles[row].clone()).collect()
}

pub(super) fn fixed(model: &Model) -> Blocked {
    let is_wrong = tangles(model).iter().any(|(_, wrong)| *wrong);
    let key = model.keymap.key_of("fix-dependency");
    (!is_wrong).then(|| format!("it is already fixed · {key} notes that in the record"))
}

pub(super) fn leave(model: &mut Model) {
    let wrong = tangles(model).into_iter().filter(|(_, wrong)| *wrong);
    let wrong: Vec<BadDependency> = wrong.map(|(tangle, _)| tangle).collect();
    let rows = model.review.subjects();
    let left = model.decided(&rows, |review, who| review.leave(&wrong, "", who));
    if let Err(refusal) = left {
        model.refuse(refusal.to_string());
    }
}

/// Offers the ways to fix what a verb acts on; what is fixed already is only noted.
pub(super) fn fix(model: &mut Model) {
    let (done, wrong): (Vec<_>, Vec<_>) = tangles(model).into_iter().partition(|(_, w)| !w);
    let of = |(tangle, _): &(BadDependency, bool)| tangle.clone();
    let (done, wrong): (Vec<_>, Vec<_>) = (
        done.iter().map(of).collect(),
        wrong.iter().map(of).collect(),
    );
    if let ([], [..]) = (&wrong[..], &done[..]) {
        let done: Vec<_> = done.into_iter().map(|t| (t, Resolution::Done)).collect();
        if let Err(refusal) = model.fix_dependencies(&done) {
            model.refuse(refusal.to_string());
        }
        return;
    }
    let rows = resolutions(model, &wrong).into_iter();
    let rows = rows.map(|(key, label, fixes)| Row::new(key, label, "", Choice::Fix(fixes)));
    let title = match &wrong[..] {
        [only] => format!("Fix {} → {}", only.step, only.other),
        several => format!("Fix {} dependencies", several.len()),
    };
    model.menu(title, rows.collect(), 0);
}

/// How each of some dependencies is fixed.
type Fixes = Vec<(BadDependency, Resolution)>;

/// The ways to fix dependencies, each with its key and its words.
fn resolutions(model: &Model, wrong: &[BadDependency]) -> Vec<(String, String, Fixes)> {
    let Some(first) = wrong.first() else {
        return Vec::new();
    };
    let all = |how: fn(&BadDependency) -> Resolution| {
        let fixes = wrong.iter().map(|tangle| (tangle.clone(), how(tangle)));
        fixes.collect::<Vec<_>>()
    };
    let mut ways = Vec::new();
    let has_cause = |t: &BadDependency| t.trouble == Trouble::Blocked && t.other == first.other;
    if wrong.iter().all(has_cause) {
        let label = format!("Unblock {}: set it in progress", first.other);
        ways.push(("p".to_owned(), label, all(|_| Resolution::Unblock)));
    }
    if let [only] = wrong {
        for (at, (from, to)) in dropped(model, only).into_iter().enumerate() {
            let key = match at {
                0 => "d".to_owned(),
                at => (at + 1).to_string(),
            };
            let label = format!("Drop it: {from} no longer depends on {to}");
            let fix = (only.clone(), Resolution::Drop(from, to));
            ways.push((key, label, vec![fix]));
        }
        return ways;
    }
    let count = wrong.len();
    let label = match wrong.iter().all(|tangle| tangle.other == first.other) {
        true => format!(
            "Drop them: {count} steps no longer depend on {}",
            first.other
        ),
        false => format!("Drop them: {count} dependencies"),
    };
    let drop = |tangle: &BadDependency| Resolution::Drop(tangle.step, tangle.other);
    ways.push(("d".to_owned(), label, all(drop)));
    ways
}

/// The dependencies whose removal fixes a problem: the one that is wrong, and of a circle each
/// other one, too.
fn dropped(model: &Model, tangle: &BadDependency) -> Vec<(StepId, StepId)> {
    /// A circle may be as long as the plan; the rest of it is fixed on the plan screen.
    const MOST: usize = 9;
    let graph = model.plan.graph();
    let cycle = model
        .plan
        .find(tangle.step)
        .and_then(|step| graph.cycle(step));
    let Some(cycle) = cycle.filter(|_| tangle.trouble == Trouble::Cyclic) else {
        return vec![(tangle.step, tangle.other)];
    };
    let circle = graph.shortest_cycle(cycle);
    let id = |step: &usize| model.plan.step(*step).id();
    let next = circle.iter().cycle().skip(1);
    let mut edges: Vec<_> = circle
        .iter()
        .zip(next)
        .map(|(a, b)| (id(a), id(b)))
        .collect();
    // The last one closes the circle: it is the one that the row names.
    edges.reverse();
    edges.truncate(MOST);
    edges
}

impl Model {
    /// Fixes dependencies in the way that was chosen.
    pub(crate) fn fix_dependencies(
        &mut self,
        fixes: &[(BadDependency, Resolution)],
    ) -> Result<(), Refusal> {
        let keys: HashSet<EntryKey> = (fixes.iter())
            .map(|(tangle, _)| (tangle.step, Some(tangle.other)))
            .collect();
        let view = &self.review;
        let rows = 0..view.count(view.part);
        let rows: Vec<usize> = rows
            .filter(|row| keys.contains(&view.key(view.part, *row)))
            .collect();
        self.decided(&rows, |review, who| review.fix(fixes, who))
    }
}
