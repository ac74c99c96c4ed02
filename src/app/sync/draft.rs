//! The text being typed: kept beyond a crash and offered at the next start, kept when its field
//! is left and offered when the field is opened again.

use serde::{Deserialize, Serialize};

use crate::app::core::model::Model;
use crate::app::overlays::overlay::{Input, Overlay, Purpose};
use crate::plan::StepKey;
use crate::plan::field::Field;

/// The name that drafts are kept under, before the number of their process.
pub const DRAFT: &str = "draft";
/// Texts of fields that were left, at the most; the oldest goes first.
const LEFT: usize = 32;

/// A field that was open, and what had been typed into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Draft {
    label: String,
    initial: String,
    pub(crate) text: String,
    multiline: bool,
    purpose: Purpose,
    /// The list that the field stood over.
    list: Option<(StepKey, Field)>,
    /// Tells one draft that was written whole from the next.
    #[serde(default)]
    pub(crate) base: u64,
}

impl Model {
    /// The field whose text would be lost if the program ended now: what is in it is not what
    /// stood there. The filter is no such thing.
    pub(crate) fn unsaved(&self) -> Option<(&Input, &Purpose)> {
        let Some(Overlay::Prompt { input, purpose }) = self.overlays.last() else {
            return None;
        };
        let is_filter = matches!(purpose, Purpose::Filter { .. });
        (!is_filter && input.text != input.initial).then_some((input, purpose))
    }

    /// What would be lost if the program ended now.
    pub fn draft(&self) -> Option<Draft> {
        let (input, purpose) = self.unsaved()?;
        Some(Draft {
            label: input.label.clone(),
            initial: input.initial.clone(),
            text: input.text.clone(),
            multiline: input.multiline,
            purpose: purpose.clone(),
            list: self.open_list(),
            base: self.sync.drafts,
        })
    }

    /// The list that is open, under whatever lies over it.
    fn open_list(&self) -> Option<(StepKey, Field)> {
        self.overlays
            .iter()
            .rev()
            .find_map(|overlay| match overlay {
                Overlay::List { step, field, .. } => Some((*step, *field)),
                _ => None,
            })
    }

    /// Opens a field. If text was left in it earlier, it is there again.
    pub(crate) fn open_prompt(&mut self, mut input: Input, mut purpose: Purpose) {
        let list = self.open_list();
        let is_left = |draft: &Draft| draft.list == list && is_same(&draft.purpose, &purpose);
        if let Some(at) = self.left.iter().position(is_left) {
            let draft = self.left.remove(at);
            input.text = draft.text;
            input.error = Some(
                "you left this without saving: Enter saves it, Ctrl-r restores what was there"
                    .to_owned(),
            );
            take_seen(&mut purpose, &draft.purpose);
        }
        self.overlays.push(Overlay::Prompt { input, purpose });
    }

    /// Closes the field without saving. An Esc may be the head of a key that a slow line tore
    /// apart, so what was typed is not lost by it.
    pub(crate) fn leave_prompt(&mut self) {
        let draft = self.draft();
        match self.overlays.pop() {
            Some(Overlay::Prompt {
                purpose:
                    Purpose::Filter {
                        before, selected, ..
                    },
                ..
            }) => self.restore_filter(&before, selected),
            _ => {
                if let Some(draft) = draft {
                    self.left.truncate(LEFT - 1);
                    self.left.insert(0, draft);
                    self.say("not saved · your text is kept for when you open the field again");
                }
            }
        }
    }

    /// Opens the field of a draft again, with its text. Whoever offers it keeps it from now on.
    pub fn offer(&mut self, draft: Draft) {
        if let Some((step, field)) = draft.list {
            self.overlays.push(Overlay::List {
                step,
                field,
                cursor: 0,
            });
        }
        let mut input = self.input(draft.label, draft.initial);
        input.text = draft.text;
        input.multiline = draft.multiline;
        input.error = Some(
            "you were typing this when the program was killed: Enter saves it, Esc leaves it"
                .to_owned(),
        );
        let purpose = match draft.purpose {
            // The question that it answered is over.
            Purpose::Resolve(wish) => Purpose::Set(wish),
            purpose => purpose,
        };
        self.overlays.push(Overlay::Prompt { input, purpose });
        self.take_over_draft(draft.base);
    }
}

/// Whether both are to change the same thing.
fn is_same(one: &Purpose, other: &Purpose) -> bool {
    match (one, other) {
        (
            Purpose::Set(one) | Purpose::Resolve(one),
            Purpose::Set(other) | Purpose::Resolve(other),
        ) => (&one.steps, one.field) == (&other.steps, other.field),
        (
            Purpose::SetBlock {
                block: one,
                column: of_one,
                ..
            },
            Purpose::SetBlock {
                block: other,
                column: of_other,
                ..
            },
        ) => (one, of_one) == (other, of_other),
        // The ID is the next free one, and the line's number where the line now stands.
        (Purpose::Add(one), Purpose::Add(other)) => one.parent() == other.parent(),
        (
            Purpose::Line {
                path: one,
                seen: in_one,
                ..
            },
            Purpose::Line {
                path: other,
                seen: in_other,
                ..
            },
        ) => (one, in_one) == (other, in_other),
        _ => one == other,
    }
}

/// Gives a field opened again what its text was first typed over: if something else stands there
/// by now, a person picks.
fn take_seen(purpose: &mut Purpose, first: &Purpose) {
    match (purpose, first) {
        (Purpose::Set(wish), Purpose::Set(first)) => wish.seen.clone_from(&first.seen),
        (Purpose::SetBlock { seen, .. }, Purpose::SetBlock { seen: first, .. }) => {
            seen.clone_from(first);
        }
        _ => {}
    }
}
