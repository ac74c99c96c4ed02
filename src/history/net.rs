//! What is different between two versions, sorted by what people ask first.

use super::events::{Event, Kind};
use super::series::Turn;
use crate::plan::id::StepId;

/// The differences, each list in the order of the steps.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Net {
    /// Steps that came.
    pub added: Vec<Event>,
    /// Steps that went.
    pub removed: Vec<Event>,
    /// Steps that are complete and were not before, new ones included.
    pub completed: Vec<StepId>,
    /// Steps that were complete and have another status.
    pub reopened: Vec<StepId>,
    /// Steps that are there as before, with each field that differs.
    pub changed: Vec<(StepId, Vec<Event>)>,
}

impl Net {
    /// Sorts what happened between the two versions; without a history, the last edits since.
    pub fn of(events: Vec<Event>, has_history: bool) -> Self {
        let mut net = Self::default();
        for event in events {
            if let Some(turn) = Turn::of(&event, has_history) {
                net.completed.extend(turn.completes().then_some(event.step));
                net.reopened.extend(turn.reopens().then_some(event.step));
            }
            match event.kind {
                Kind::Added => net.added.push(event),
                Kind::Removed => net.removed.push(event),
                Kind::Changed | Kind::Renumbered => match net.changed.last_mut() {
                    Some((step, events)) if *step == event.step => events.push(event),
                    _ => net.changed.push((event.step, vec![event])),
                },
            }
        }
        net
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}
