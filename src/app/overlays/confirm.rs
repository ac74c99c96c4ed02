//! A question before a change that is large or hard to foresee. Only `y` is a yes.

use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::change::Change;
use crate::change::value::Refusal;

/// Above this many steps a bulk change asks first.
const ASK_ABOVE: usize = 20;

/// A change that waits for a yes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What follows from a yes.
    pub consequence: String,
    /// What a yes does.
    pub change: Change,
}

impl Confirm {
    /// Takes a key; answers the question unless that answered it.
    pub(crate) fn press(self, model: &mut Model, key: Key) -> Option<Self> {
        match (key.code, key.letter()) {
            (_, Some('y' | 'Y')) => {
                model.commit(self.change);
                None
            }
            (Code::Esc | Code::Enter, _) | (_, Some('n' | 'N')) => {
                model.say("unchanged");
                None
            }
            _ => Some(self),
        }
    }
}

impl Model {
    /// Asks before a change is made.
    pub fn confirm(
        &mut self,
        question: impl Into<String>,
        consequence: impl Into<String>,
        change: Change,
    ) {
        self.overlays.push(Overlay::Confirm(Confirm {
            question: question.into(),
            consequence: consequence.into(),
            change,
        }));
    }

    /// Makes a change, or says why not; asks first where it is about more than a few steps.
    pub(crate) fn make(&mut self, change: Result<Change, Refusal>, steps: usize) {
        match change {
            Err(refusal) => self.refuse(refusal.to_string()),
            Ok(change) if steps > ASK_ABOVE && !change.edits.is_empty() => {
                let undo = self.keymap.key_of("undo");
                let consequence = format!("{}. One {undo} undoes it all.", change.label);
                self.confirm(
                    format!("Change {steps} steps at once?"),
                    consequence,
                    change,
                );
            }
            Ok(change) => {
                self.commit(change);
            }
        }
    }
}
