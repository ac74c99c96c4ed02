//! What was done and can be undone, in this run and after it.

use serde::{Deserialize, Serialize};

use super::Change;

/// How many changes can be undone.
const LIMIT: usize = 1000;

/// Something that became of a change. A history is the sum of its events, so that it can be
/// written down one line at a time and told again after a restart.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It was made.
    Made(Change),
    /// It was undone.
    Undone(Change),
    /// It was made again.
    Redone(Change),
    /// It is a version that was not taken, kept where redo finds it.
    Shelved(Change),
}

/// Changes made, newest last, and changes undone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct History {
    done: Vec<Change>,
    undone: Vec<Change>,
}

impl History {
    /// The history that these events add up to, oldest first.
    pub(crate) fn tell(events: impl IntoIterator<Item = Event>) -> Self {
        let mut history = Self::default();
        events.into_iter().for_each(|event| history.add(event));
        history
    }

    /// Adds what became of a change.
    pub(crate) fn add(&mut self, event: Event) {
        let newest = |list: &[Change], wanted: &Change| list.iter().rposition(|c| c == wanted);
        match event {
            Event::Made(change) => self.push(change),
            Event::Shelved(change) => self.shelve(change),
            Event::Undone(change) => {
                if let Some(at) = newest(&self.done, &change) {
                    self.done.remove(at);
                }
                self.shelve(change);
            }
            Event::Redone(change) => {
                if let Some(at) = newest(&self.undone, &change) {
                    self.undone.remove(at);
                }
                self.keep(change);
            }
        }
    }

    /// As few events as add up to this history.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event> {
        let done = self.done.iter().cloned().map(Event::Made);
        done.chain(self.undone.iter().cloned().map(Event::Shelved))
    }

    /// Remembers a new change; what had been undone is forgotten.
    pub(crate) fn push(&mut self, change: Change) {
        self.keep(change);
        self.undone.clear();
    }

    fn keep(&mut self, change: Change) {
        if self.done.len() == LIMIT {
            self.done.remove(0);
        }
        self.done.push(change);
    }

    /// The newest change, which [`History::undo`] would take off.
    pub(crate) fn newest(&self) -> Option<&Change> {
        self.done.last()
    }

    /// Takes the newest change off, to be inverted by the caller.
    pub(crate) fn undo(&mut self) -> Option<&Change> {
        let change = self.done.pop()?;
        self.undone.push(change);
        self.undone.last()
    }

    /// Reapplies the change that was undone last.
    pub(crate) fn redo(&mut self) -> Option<&Change> {
        let change = self.undone.pop()?;
        self.done.push(change);
        self.done.last()
    }

    /// Forgets the change that [`History::undo`] just answered: it cannot be undone.
    pub(crate) fn skip_undo(&mut self) {
        self.undone.pop();
    }

    /// Forgets the change that [`History::redo`] just answered: it cannot be made again.
    pub(crate) fn skip_redo(&mut self) {
        self.done.pop();
    }

    /// Forgets a change that could not be made after all, or not be undone.
    pub(crate) fn drop_change(&mut self, change: &Change) {
        let inverse = change.inverse();
        let newest = |list: &[Change], wanted: &Change| list.iter().rposition(|c| c == wanted);
        if let Some(at) = newest(&self.done, change) {
            self.done.remove(at);
        } else if let Some(at) = newest(&self.undone, &inverse) {
            self.undone.remove(at);
        }
    }

    /// Keeps a version that was not taken where redo finds it.
    pub(crate) fn shelve(&mut self, change: Change) {
        if self.undone.len() == LIMIT {
            self.undone.remove(0);
        }
        self.undone.push(change);
    }

    /// Whether there is something to undo.
    pub(crate) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is something to put on again.
    pub(crate) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn change(name: usize) -> Change {
        Change {
            label: name.to_string(),
            edits: Vec::new(),
        }
    }

    proptest! {
        /// The events told again are the history that wrote them, whatever was done.
        #[test]
        fn a_history_told_again_is_the_same(deeds in prop::collection::vec(0u8..4, 0..60)) {
            let mut history = History::default();
            let mut events = Vec::new();
            for (name, deed) in deeds.into_iter().enumerate() {
                match deed {
                    0 | 1 => {
                        history.push(change(name));
                        events.push(Event::Made(change(name)));
                    }
                    2 => events.extend(history.undo().cloned().map(Event::Undone)),
                    _ => events.extend(history.redo().cloned().map(Event::Redone)),
                }
            }
            prop_assert_eq!(&History::tell(events), &history);
            prop_assert_eq!(&History::tell(history.events()), &history);
        }
    }

    #[test]
    fn a_thousand_changes_can_be_taken_back() {
        let mut history = History::default();
        for name in 0..=LIMIT {
            history.push(change(name));
        }
        let mut undone = 0;
        while history.undo().is_some() {
            undone += 1;
        }
        assert_eq!(undone, LIMIT);
    }
}
