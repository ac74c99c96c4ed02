//! What was done and can be taken back.

use super::Change;

/// How many changes can be taken back.
const LIMIT: usize = 1000;

/// Changes made, newest last, and changes taken back.
#[derive(Debug, Default)]
pub struct History {
    done: Vec<Change>,
    undone: Vec<Change>,
}

impl History {
    /// Remembers a new change; what had been taken back is forgotten.
    pub fn push(&mut self, change: Change) {
        if self.done.len() == LIMIT {
            self.done.remove(0);
        }
        self.done.push(change);
        self.undone.clear();
    }

    /// Takes the newest change off, to be inverted by the caller.
    pub fn undo(&mut self) -> Option<&Change> {
        let change = self.done.pop()?;
        self.undone.push(change);
        self.undone.last()
    }

    /// Puts the change that was taken back last on again.
    pub fn redo(&mut self) -> Option<&Change> {
        let change = self.undone.pop()?;
        self.done.push(change);
        self.done.last()
    }

    /// Forgets a change that could not be made after all, or not be taken back.
    pub fn drop_change(&mut self, change: &Change) {
        let inverse = change.inverse();
        let newest = |list: &[Change], wanted: &Change| list.iter().rposition(|c| c == wanted);
        if let Some(at) = newest(&self.done, change) {
            self.done.remove(at);
        } else if let Some(at) = newest(&self.undone, &inverse) {
            self.undone.remove(at);
        }
    }

    /// Keeps a version that was not taken where redo finds it.
    pub fn shelve(&mut self, change: Change) {
        self.undone.push(change);
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is something to put on again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}
