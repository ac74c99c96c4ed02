//! The table of the columns that are no fields.

use super::key::SortKey;
use super::known::Known;
use crate::plan::StepRef;
use crate::plan::last_change::LastChange;
use crate::plan::status::{State, Status};
use crate::plan::waiting::Waiting;

/// A column that is no field.
pub struct DerivedSpec {
    /// What it is called in commands and configuration.
    pub name: &'static str,
    /// Its heading.
    pub label: &'static str,
    /// What it says.
    pub about: &'static str,
    /// How many columns of the terminal it needs, at least and usually.
    pub(super) width: (u16, u16),
    pub(super) holds: Holds,
    /// Whether what counts more is sorted first: the best score, the oldest.
    pub(super) most_first: bool,
    /// What has to be known beside the step.
    pub(super) asks: Asks,
    pub(super) text: fn(StepRef<'_>, &Known) -> String,
    pub(super) key: fn(StepRef<'_>, &Known) -> SortKey,
}

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    /// One word or two, never longer than the column.
    Word,
    /// Words, which are worth more room than usual.
    Words,
    /// A number.
    Number,
}

/// What a column has to know beside the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asks {
    Nothing,
    /// When steps changed last.
    Changes,
    /// That, and what the ranking makes of them.
    Scores,
    /// Which stages name them.
    Stages,
}

/// The columns that are no fields, in the order in which they are offered.
pub const DERIVED: &[DerivedSpec] = &[
    DerivedSpec {
        name: "id",
        label: "ID",
        about: "The step's number.",
        width: (4, 6),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.id().to_string(),
        key: |step, _| SortKey::number(step.index() as f64),
    },
    DerivedSpec {
        name: "state",
        label: "State",
        about: "Sorted: blocked (waiting or not), waiting, ready, done.",
        width: (7, 7),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.state().word().to_owned(),
        key: |step, _| SortKey::number(f64::from(urgency(step))),
    },
    DerivedSpec {
        name: "waiting_on",
        label: "Waits for",
        about: "The steps and conditions that it waits for; compared by how many there are.",
        width: (7, 14),
        holds: Holds::Words,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| step.awaited().join(", "),
        key: |step, _| SortKey::count(step.unmet().len()),
    },
    DerivedSpec {
        name: "whom",
        label: "Whom",
        about: "The owners of the steps that it waits for, and conditions outside the plan.",
        width: (6, 12),
        holds: Holds::Words,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| whom(step).join(", "),
        key: |step, _| SortKey::text(&whom(step).join(", ")),
    },
    DerivedSpec {
        name: "unblocks",
        label: "Unblocks",
        about: "How many steps wait for it and for nothing else.",
        width: (8, 8),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| some(held_back_by(step)),
        key: |step, _| SortKey::count(held_back_by(step)),
    },
    DerivedSpec {
        name: "dependents",
        label: "Dependents",
        about: "How many steps depend on it directly.",
        width: (10, 10),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| some(dependents(step)),
        key: |step, _| SortKey::count(dependents(step)),
    },
    DerivedSpec {
        name: "score",
        label: "Score",
        about: "Its points in the ranking of `stepdeck next`; only ready steps have one.",
        width: (5, 5),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Scores,
        text: |step, known| {
            let score = known.score(step);
            score.map_or_else(String::new, |score| score.to_string())
        },
        key: |step, known| {
            let score = known.score(step);
            score.map_or(SortKey::Nothing, |score| SortKey::number(score as f64))
        },
    },
    DerivedSpec {
        name: "age",
        label: "Age",
        about: "Days since its last change landed, or else since `updated_at`.",
        width: (5, 5),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Changes,
        text: |step, known| match (known.age(step), known.last_change(step)) {
            (Some(days), Some(LastChange::LandedBefore(_))) => format!(">{days}d"),
            (Some(days), _) => format!("{days}d"),
            (None, _) => String::new(),
        },
        key: |step, known| {
            let age = known.age(step);
            age.map_or(SortKey::Nothing, |days| SortKey::number(days as f64))
        },
    },
    DerivedSpec {
        name: "block",
        label: "Block",
        about: "The block that its number falls into.",
        width: (5, 5),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.plan().blocks()[step.block()].id.to_string(),
        key: |step, _| SortKey::number(step.block() as f64),
    },
    DerivedSpec {
        name: "stage",
        label: "Stage",
        about: "The stages whose checks name it.",
        width: (6, 10),
        holds: Holds::Words,
        most_first: false,
        asks: Asks::Stages,
        text: |step, known| {
            let stages = known.stages.get(&step.index()).map_or(&[][..], |all| all);
            let names = stages.iter().map(|at| &*step.plan().stages()[*at].name);
            names.collect::<Vec<_>>().join(", ")
        },
        key: |step, known| {
            let stage = known.stage_of(step);
            stage.map_or(SortKey::Nothing, |at| SortKey::number(at as f64))
        },
    },
];

/// What needs somebody's help comes first.
fn urgency(step: StepRef<'_>) -> u8 {
    match step.state() {
        State::Blocked => 0,
        State::Waiting if step.status() == Some(Status::Blocked) => 0,
        State::Waiting => 1,
        State::Unclear | State::Ready => 2,
        State::Done | State::Retired => 3,
    }
}

fn held_back_by(step: StepRef<'_>) -> usize {
    step.plan().graph().held_back_by(step.index()).count()
}

fn dependents(step: StepRef<'_>) -> usize {
    step.plan().graph().downstream(step.index()).len()
}

fn some(count: usize) -> String {
    match count {
        0 => String::new(),
        count => count.to_string(),
    }
}

/// Who has to do something before the step can go on, each once.
fn whom(step: StepRef<'_>) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for waiting in step.unmet() {
        let who = match waiting {
            Waiting::Step(up) => match up.owner().trim() {
                "" => "no owner".to_owned(),
                owner => owner.to_owned(),
            },
            Waiting::Condition(text) => text.into_owned(),
            Waiting::Missing(_) => continue,
        };
        if !people.contains(&who) {
            people.push(who);
        }
    }
    people
}
