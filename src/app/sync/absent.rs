//! What was selected and marked and is away: kept by name, to be found again.
//!
//! Files come and go under an open cockpit, by a checkout, a move, an unmounted disk. Who had
//! chosen something has not changed their mind by that. While the plan itself is away nothing
//! can be written, and nothing is offered that would.

use crate::app::core::model::Model;
use crate::plan::identity::Identities;
use crate::plan::marks::Marks;
use crate::plan::source::{Role, SourceFile};
use crate::plan::{Plan, StepKey};

/// What is not there any more, and what would have to be.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    step: Wanted<StepKey>,
    /// The stage and the check in it, by their words.
    check: Wanted<(String, String)>,
    marks: Marks,
    /// Whether there were files, and a log among them, before others took them away.
    had: (bool, bool),
}

/// A place that is away, and the one where the cursor stands instead.
#[derive(Debug)]
struct Wanted<T>(Option<(T, Option<T>)>);

impl<T> Default for Wanted<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone + PartialEq> Wanted<T> {
    /// Where the cursor belongs that stands `here`: nobody has moved it since, or somebody has.
    fn or(&self, here: Option<T>) -> Option<T> {
        match &self.0 {
            Some((wanted, instead)) if *instead == here => Some(wanted.clone()),
            _ => here,
        }
    }

    /// The cursor was to stand at `wanted` and stands `here`.
    fn note(&mut self, wanted: Option<T>, here: Option<T>) {
        let missed = wanted.filter(|wanted| here.as_ref() != Some(wanted));
        self.0 = missed.map(|wanted| (wanted, here));
    }
}

/// What is away of a plan that was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Away {
    /// Every file.
    Everything,
    /// Every log.
    Log,
}

impl Away {
    /// What to say of it.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Everything => "the plan's files are gone, waiting for them",
            Self::Log => "the plan's log is gone, waiting for it",
        }
    }

    /// The same as a sentence of its own.
    pub(crate) fn in_a_sentence(self) -> &'static str {
        match self {
            Self::Everything => "The plan's files are gone. They will be shown when they are back.",
            Self::Log => "The plan's log is gone. It will be shown when it is back.",
        }
    }
}

/// Whether there are files, and a log among them.
fn has(plan: &Plan) -> (bool, bool) {
    let is_log = |file: &SourceFile| file.role == Role::Log;
    (!plan.files().is_empty(), plan.files().iter().any(is_log))
}

impl Model {
    /// What others took away of the plan, if they did.
    pub fn away(&self) -> Option<Away> {
        match (self.absent.had, has(&self.plan)) {
            ((true, _), (false, _)) => Some(Away::Everything),
            ((_, true), (_, false)) => Some(Away::Log),
            _ => None,
        }
    }

    /// The plan is as its person wants it: what is not there now is not waited for.
    pub(crate) fn expect_files(&mut self) {
        self.absent.had = has(&self.plan);
    }

    /// Puts what others have left in the place of the plan by `change`, and shows it: what is
    /// away now is set aside, what is back is found again.
    pub(crate) fn take_as_found(&mut self, change: impl FnOnce(&mut Self)) {
        let step = self.absent.step.or(self.selected());
        let check = self.absent.check.or(self.check_in_words());
        let marked = self.who_is_marked();
        let open = self.open_steps();
        let known = Identities::of(&self.plan, step);
        change(self);
        self.follow_marks(&marked);
        self.follow_open(&open);
        let step = known.names_in(&self.plan).first().copied();
        let (had, now) = (self.absent.had, has(&self.plan));
        self.absent.had = (had.0 | now.0, had.1 | now.1);
        let marks = &mut self.view.marks;
        marks.add(std::mem::take(&mut self.absent.marks));
        self.absent.marks = marks.take_absent(&self.plan);
        self.show_plan(step);
        // A step that a filter hides is not away.
        let missed = step.filter(|(id, nth)| self.plan.find_nth(*id, *nth).is_none());
        let here = self.selected();
        self.absent.step.note(missed, here);
        if let Some(words) = &check {
            self.find_check_again(words);
        }
        let here = self.check_in_words();
        self.absent.check.note(check, here);
    }

    /// Where the cursors of the gates screen stand, in words: the stage and the check.
    fn check_in_words(&self) -> Option<(String, String)> {
        let stage = self.plan.stages().get(self.gates.stage)?;
        let check = stage.checks.get(self.gates.check);
        let words = check.map_or_else(String::new, |check| check.text.clone());
        Some((stage.name.clone(), words))
    }

    /// Puts the cursors of the gates screen to a stage and a check, as far as they are there.
    fn find_check_again(&mut self, place: &(String, String)) {
        if self.check_in_words().as_ref() == Some(place) {
            return;
        }
        let (stage, words) = place;
        let stages = self.plan.stages();
        let Some(at) = stages.iter().position(|found| found.name == *stage) else {
            return;
        };
        let check = stages[at]
            .checks
            .iter()
            .position(|check| check.text == *words);
        if at != self.gates.stage || check.is_some() {
            self.gates.stage = at;
            self.gates.check = check.unwrap_or(0);
        }
    }

    /// Takes every mark away, of what is away, too.
    pub(crate) fn clear_marks(&mut self) {
        self.view.marks.clear();
        self.absent.marks.clear();
    }
}
