//! Everything that happened to a step or a gate, and every paper that names it, newest first. It fills while
//! the history is read beside the keys.

use chrono::{DateTime, Utc};

use super::{Overlay, moved};
use crate::app::core::command::{Blocked, Command, Group};
use crate::app::core::key::{Code, Key};
use crate::app::core::message::{Effect, Followed, Subject};
use crate::app::core::model::Model;
use crate::app::screens::review;
use crate::history::events::Event;
use crate::history::gate::GateEvent;
use crate::history::landing::Landing;
use crate::history::since::Origin;
use crate::history::when::end_of;
use crate::plan::source::Role;
use crate::record::naming::Naming;

/// The history of a step or a gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepHistory {
    /// What it is of, as it is called today.
    pub subject: Subject,
    /// What is known of it so far, newest first.
    pub rows: Vec<Row>,
    /// Which row is selected.
    pub cursor: usize,
    /// Whether there may be more to come.
    pub is_reading: bool,
    /// What is not known, and why.
    pub notes: Vec<String>,
}

/// A row of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// Something happened to the step.
    Event(Event, Origin),
    /// Something happened to the gate.
    Gate(GateEvent, Origin),
    /// A paper names it.
    Paper(Naming),
}

impl Row {
    /// When it was; of a day its end. Papers without a date come last.
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Event(_, origin) | Self::Gate(_, origin) => origin.at,
            Self::Paper(naming) => naming.date.map_or(DateTime::<Utc>::MIN_UTC, end_of),
        }
    }
}

/// The command that opens it.
pub(crate) const COMMANDS: &[Command] = &[Command {
    name: "step-history",
    keys: &["H"],
    title: "Show everything that happened to the step or the gate, and the papers that name it",
    group: Group::View,
    blocked: no_subject,
    run: |model| {
        if let Some(subject) = subject(model) {
            model.open_history(subject);
        }
    },
    ..Command::BASE
}];

/// What is selected on the screen that has a history.
fn subject(model: &Model) -> Option<Subject> {
    let (screen, gate) = (model.shown(), model.shown().gate(model));
    gate.map(Subject::Gate)
        .or_else(|| screen.selected(model).map(Subject::Step))
}

fn no_subject(model: &Model) -> Blocked {
    if model.work.is_opening() {
        return Some("the history is read when the plan is loaded".to_owned());
    }
    let none = subject(model).is_none();
    none.then(|| "no step is selected".to_owned())
}

impl StepHistory {
    /// Takes a key; answers the history unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let last = self.rows.len().saturating_sub(1);
        match (key.code, key.letter()) {
            (Code::Enter, _) if !self.rows.is_empty() => {
                model.stop_following();
                match (self.rows.swap_remove(self.cursor.min(last)), self.subject) {
                    (Row::Paper(naming), _) => model.open_paper(&naming),
                    (Row::Gate(event, _), _) => model.select_check(&event.text),
                    (Row::Event(..), Subject::Step(step)) => model.jump(step, 0),
                    (Row::Event(..), Subject::Gate(_)) => {}
                }
                return None;
            }
            (Code::Esc, _) | (_, Some('q' | 'H')) => {
                model.stop_following();
                return None;
            }
            _ => {
                if let Some(to) = moved(model, self.cursor, key, self.rows.len()) {
                    self.cursor = to;
                }
            }
        }
        Some(self)
    }

    fn take(&mut self, part: Followed) {
        match part {
            Followed::Papers(papers) => papers.into_iter().for_each(|p| self.insert(Row::Paper(p))),
            Followed::Landed(landings) => {
                for landing in landings {
                    let origin = Origin::from(&landing);
                    let Landing { events, .. } = landing;
                    let rows = events.into_iter();
                    rows.for_each(|event| self.insert(Row::Event(event, origin.clone())));
                }
            }
            Followed::Gate(origin, events) => {
                let rows = events.into_iter();
                rows.for_each(|event| self.insert(Row::Gate(event, origin.clone())));
            }
            Followed::End(notes) => {
                self.is_reading = false;
                self.notes = notes;
            }
        }
    }

    /// Puts a row where it belongs; the selected one stays selected.
    fn insert(&mut self, row: Row) {
        let at = self.rows.partition_point(|other| other.at() >= row.at());
        self.cursor += usize::from(at <= self.cursor && self.cursor > 0);
        self.rows.insert(at, row);
    }
}

impl Model {
    /// Shows the history of a step or a gate, as far as it is known, and has it read.
    pub(crate) fn open_history(&mut self, subject: Subject) {
        self.overlays.push(Overlay::StepHistory(StepHistory {
            subject: subject.clone(),
            rows: Vec::new(),
            cursor: 0,
            is_reading: true,
            notes: Vec::new(),
        }));
        self.effects.push(Effect::Follow(subject));
    }

    /// Opens a paper: on its screen where there is one, otherwise the file.
    fn open_paper(&mut self, naming: &Naming) {
        match (naming.role, naming.date) {
            (Role::Standup, Some(date)) => self.open_standup(date),
            (Role::Review, _) if self.review_path() == naming.path => {
                self.open_screen(&review::SCREEN);
            }
            _ => {
                let path = naming.path.to_string_lossy().into_owned();
                self.effects.push(Effect::Open(path));
            }
        }
    }

    /// Takes a part of what happened to a step or a gate; nobody wants it any more if that is not
    /// shown.
    pub(crate) fn followed(&mut self, subject: &Subject, part: Followed) {
        let histories = self
            .overlays
            .iter_mut()
            .filter_map(|overlay| match overlay {
                Overlay::StepHistory(history) if history.subject == *subject => Some(history),
                _ => None,
            });
        match histories.last() {
            Some(history) => history.take(part),
            None => self.stop_following(),
        }
    }

    fn stop_following(&self) {
        if let Some(following) = &self.work.following {
            following.stop();
        }
    }
}
