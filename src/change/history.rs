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
    /// So many of the newest changes cannot be undone as the files are: those before come first.
    stuck: usize,
    /// So many of those undone last cannot be made again as the files are.
    stuck_undone: usize,
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
        self.unstick();
        if self.done.len() == LIMIT {
            self.done.remove(0);
        }
        self.done.push(change);
    }

    /// The change which [`History::undo`] would take off.
    pub(crate) fn newest(&self) -> Option<&Change> {
        self.done.get(last_but(&self.done, self.stuck)?)
    }

    /// Takes off the newest change that is not known to be stuck, to be inverted by the caller. Where
    /// all of them are, each is tried again.
    pub(crate) fn undo(&mut self) -> Option<&Change> {
        let at = last_but(&self.done, self.stuck)?;
        self.stuck = self.done.len() - 1 - at;
        self.stuck_undone = 0;
        self.undone.push(self.done.remove(at));
        self.undone.last()
    }

    /// Reapplies the change that was undone last and is not known to be stuck.
    pub(crate) fn redo(&mut self) -> Option<&Change> {
        let at = last_but(&self.undone, self.stuck_undone)?;
        self.stuck_undone = self.undone.len() - 1 - at;
        self.stuck = 0;
        self.done.push(self.undone.remove(at));
        self.done.last()
    }

    /// Puts back the change that [`History::undo`] just answered: it cannot be undone as the files
    /// are. Answers whether another one is next.
    pub(crate) fn skip_undo(&mut self) -> bool {
        let change = self.undone.pop();
        let at = self.done.len() - self.stuck.min(self.done.len());
        self.stuck += change.iter().len();
        self.done.splice(at..at, change);
        self.stuck < self.done.len()
    }

    /// Puts back the change that [`History::redo`] just answered: it cannot be made again as the files
    /// are. Answers whether another one is next.
    pub(crate) fn skip_redo(&mut self) -> bool {
        let change = self.done.pop();
        let at = self.undone.len() - self.stuck_undone.min(self.undone.len());
        self.stuck_undone += change.iter().len();
        self.undone.splice(at..at, change);
        self.stuck_undone < self.undone.len()
    }

    /// Tries every change again: the files are different.
    pub(crate) fn unstick(&mut self) {
        (self.stuck, self.stuck_undone) = (0, 0);
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

/// The place before so many at the end of a list; the last one where there are no more.
fn last_but(list: &[Change], stuck: usize) -> Option<usize> {
    let last = list.len().checked_sub(1)?;
    Some(last.checked_sub(stuck).unwrap_or(last))
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

    /// What cannot be undone stays, and does not keep the ones before from being undone.
    #[test]
    fn a_change_that_is_stuck_is_tried_again() {
        let mut history = History::default();
        (0..4).for_each(|name| history.push(change(name)));
        let undo = |history: &mut History| history.undo().unwrap().label.clone();
        assert_eq!(undo(&mut history), "3");
        assert!(history.skip_undo());
        assert_eq!(history.newest(), Some(&change(2)));
        assert_eq!(undo(&mut history), "2");
        assert!(history.skip_undo());
        assert_eq!(undo(&mut history), "1");
        assert_eq!(undo(&mut history), "0");
        // Only those that are stuck are left.
        assert_eq!(undo(&mut history), "3");
        assert!(history.skip_undo());
        assert_eq!(undo(&mut history), "2");
        assert!(!history.skip_undo());
        history.unstick();
        assert_eq!(undo(&mut history), "3");
        assert_eq!(history.redo().unwrap().label, "3");
        assert!(history.skip_redo());
        assert_eq!(history.redo().unwrap().label, "0");
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
