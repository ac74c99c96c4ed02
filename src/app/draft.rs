//! The text being typed, kept beyond a crash and offered at the next start.

use serde::{Deserialize, Serialize};

use super::model::Model;
use super::overlay::{Overlay, Purpose};
use crate::plan::StepKey;
use crate::plan::field::Field;

/// The name that drafts are kept under, before the number of their process.
pub const DRAFT: &str = "draft";

/// A field that was open, and what had been typed into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Draft {
    label: String,
    initial: String,
    text: String,
    multiline: bool,
    purpose: Purpose,
    /// The list that the field stood over.
    list: Option<(StepKey, Field)>,
}

impl Model {
    /// What would be lost if the program ended now: text in an open field that is not what
    /// stood there. The filter is no such thing.
    pub fn draft(&self) -> Option<Draft> {
        let [below @ .., Overlay::Prompt { input, purpose }] = &self.overlays[..] else {
            return None;
        };
        let is_filter = matches!(purpose, Purpose::Filter { .. });
        if is_filter || input.text == input.initial {
            return None;
        }
        let list = below.iter().rev().find_map(|overlay| match overlay {
            Overlay::List { step, field, .. } => Some((*step, *field)),
            _ => None,
        });
        Some(Draft {
            label: input.label.clone(),
            initial: input.initial.clone(),
            text: input.text.clone(),
            multiline: input.multiline,
            purpose: purpose.clone(),
            list,
        })
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
            "you were typing this when the program was killed: Enter saves it, Esc drops it"
                .to_owned(),
        );
        let purpose = match draft.purpose {
            // The question that it answered is over.
            Purpose::Resolve(wish) => Purpose::Set(wish),
            purpose => purpose,
        };
        self.overlays.push(Overlay::Prompt { input, purpose });
        self.live.kept = self.draft();
    }
}
