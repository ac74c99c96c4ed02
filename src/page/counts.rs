//! How steps are counted and called on the page: each in exactly one of eight ways.

use crate::plan::StepRef;
use crate::plan::status::{State, Status};

/// How a step is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look {
    Done,
    InProgress,
    Ready,
    Idea,
    Waiting,
    Unclear,
    Blocked,
    Retired,
}

impl Look {
    /// Every one, in the order of bars and legends.
    pub(super) const ALL: [Self; 8] = [
        Self::Done,
        Self::InProgress,
        Self::Ready,
        Self::Idea,
        Self::Waiting,
        Self::Unclear,
        Self::Blocked,
        Self::Retired,
    ];

    /// That of a step.
    pub(super) fn of(step: StepRef<'_>) -> Self {
        match (step.state(), step.status()) {
            (State::Done, _) => Self::Done,
            (State::Retired, _) => Self::Retired,
            (State::Blocked, _) | (_, Some(Status::Blocked)) => Self::Blocked,
            (_, Some(Status::InProgress)) => Self::InProgress,
            (State::Waiting, _) => Self::Waiting,
            (State::Unclear, _) => Self::Unclear,
            (State::Ready, Some(Status::Idea)) => Self::Idea,
            (State::Ready, _) => Self::Ready,
        }
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::InProgress => "In progress",
            Self::Ready => "Ready",
            Self::Idea => "Idea",
            Self::Waiting => "Waiting",
            Self::Unclear => "Unclear",
            Self::Blocked => "Blocked",
            Self::Retired => "Retired",
        }
    }

    /// Its class in the style sheet, short because each step has one.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Done => "d",
            Self::InProgress => "p",
            Self::Ready => "r",
            Self::Idea => "i",
            Self::Waiting => "w",
            Self::Unclear => "u",
            Self::Blocked => "b",
            Self::Retired => "x",
        }
    }
}

/// How many steps there are of each look.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Counts([usize; Look::ALL.len()]);

impl Counts {
    pub(super) fn of<'a>(steps: impl Iterator<Item = StepRef<'a>>) -> Self {
        let mut counts = Self::default();
        steps.for_each(|step| counts.0[Look::of(step) as usize] += 1);
        counts
    }

    pub(super) fn with(&self, look: Look) -> usize {
        self.0[look as usize]
    }

    /// Those that count: all but the retired ones.
    pub(super) fn total(&self) -> usize {
        self.0.iter().sum::<usize>() - self.with(Look::Retired)
    }

    pub(super) fn done(&self) -> usize {
        self.with(Look::Done)
    }

    /// Whole percent done, rounded down: 100 only where everything is.
    pub(super) fn percent(&self) -> usize {
        self.done() * 100 / self.total().max(1)
    }
}
