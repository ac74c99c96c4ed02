//! Why steps are ranked where they are: a score term by term, and two scores side by side.

use super::commands::no_row;
use crate::app::core::command::Blocked;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::plan::id::StepId;
use crate::plan::ranking::Ranked;
use crate::record::review::gather::TEN;

/// A candidate with its score, as long as it has one.
fn ranked(model: &Model, id: Option<StepId>) -> Option<(StepId, Ranked)> {
    let row = model.review.ten.iter().find(|row| Some(row.id) == id)?;
    Some((row.id, row.ranked.clone()?.1))
}

/// Why there is no score to show.
pub(super) fn unranked(model: &Model) -> Blocked {
    no_row(model).or_else(|| {
        let row = model.review.ten.get(model.review.row()?)?;
        let id = row.id;
        row.ranked
            .is_none()
            .then(|| format!("{id} is not ready, so it has no score"))
    })
}

/// Shows the score of the selected step.
pub(super) fn score(model: &mut Model) {
    let Some((row, ranked)) = ranked(model, model.review.step()) else {
        return;
    };
    let mut lines = Vec::new();
    for term in &ranked.terms {
        lines.push(format!("{:+5}  {:9} {}", term.points, term.name, term.why));
    }
    lines.push(format!("{:5}  total", ranked.score));
    model.note(format!("Score of {row}"), lines);
}

/// Offers the steps to compare the selected one with: first the one that stands on the other
/// side of the line below the ten.
pub(super) fn choose_other(model: &mut Model) {
    let Some(id) = model.review.step() else {
        return;
    };
    let others: Vec<_> = model.review.ten.iter().filter(|row| row.id != id).collect();
    let place = |id: StepId| {
        let row = model.review.ten.iter().find(|row| row.id == id);
        row.and_then(|row| row.ranked.as_ref())
            .map_or(usize::MAX, |(place, _)| *place)
    };
    let within = place(id) <= TEN;
    let mut rows = Vec::new();
    let mut cursor = 0;
    for row in others {
        let Some((at, ranked)) = &row.ranked else {
            continue;
        };
        if within && *at <= TEN + 1 || !within && *at <= TEN {
            cursor = rows.len();
        }
        let label = format!("{:2}  {} {}", at, row.id, row.title);
        let choice = Choice::Compare(id, row.id);
        rows.push(Row::new("", label, ranked.score.to_string(), choice));
    }
    if rows.is_empty() {
        return model.say("there is no other ranked step to compare it with");
    }
    model.menu(format!("Compare {id} with"), rows, cursor);
}

impl Model {
    /// Shows two scores side by side.
    pub fn compare(&mut self, a: StepId, b: StepId) {
        let (Some((_, one)), Some((_, two))) = (ranked(self, Some(a)), ranked(self, Some(b)))
        else {
            return self.refuse("one of them is no longer ready");
        };
        let (a_name, b_name) = (a.to_string(), b.to_string());
        let wide = a_name.len().max(b_name.len()).max(5) + 2;
        let mut lines = vec![format!("{:9}{a_name:>wide$}{b_name:>wide$}", "")];
        let mut why = Vec::new();
        for (left, right) in one.terms.iter().zip(&two.terms) {
            lines.push(format!(
                "{:9}{:>+wide$}{:>+wide$}",
                left.name, left.points, right.points
            ));
            if left.points != right.points {
                let (ahead, term) = match left.points > right.points {
                    true => (a, left),
                    false => (b, right),
                };
                why.push(format!("• {}, for {ahead}: {}", term.name, term.why));
            }
        }
        lines.push(format!(
            "{:9}{:>wide$}{:>wide$}",
            "in all", one.score, two.score
        ));
        lines.push(" ".to_owned());
        lines.extend(why);
        self.note(format!("Why {a} and not {b}"), lines);
    }
}
