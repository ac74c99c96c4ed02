//! The text being typed: kept beyond a crash and offered at the next start, kept when its field
//! is left and offered when the field is opened again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::core::message::FieldText;
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::app::overlays::input::{Input, of_editor};
use crate::app::overlays::prompt::{Prompt, Purpose};
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
    list: Option<DraftList>,
    /// Tells one draft that was written whole from the next.
    #[serde(default)]
    pub(crate) base: u64,
    /// What is said of it when it is offered, if not that it was being typed.
    #[serde(skip)]
    pub(crate) trouble: Option<String>,
}

impl Draft {
    /// The field with what an editor saved for it.
    pub(crate) fn with_saved(self, text: &str) -> Self {
        let text = of_editor(text, self.multiline);
        Self { text, ..self }
    }

    /// The field with what is to be said of it when it is offered.
    pub(crate) fn in_trouble(self, trouble: String) -> Self {
        let trouble = Some(trouble);
        Self { trouble, ..self }
    }

    /// Whether both are of one field.
    pub(crate) fn is_of_field_of(&self, other: &Self) -> bool {
        self.list == other.list && self.purpose.is_same(&other.purpose)
    }
}

/// A list of one step or of several.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(untagged)]
enum DraftList {
    One(StepKey, Field),
    Several(Arc<[StepKey]>, Field),
}

impl Model {
    /// The field whose text would be lost if the program ended now: what is in it is not what
    /// stood there.
    pub(crate) fn unsaved(&self) -> Option<&Prompt> {
        match self.overlays.last() {
            Some(Overlay::Prompt(prompt)) if prompt.input.text != prompt.input.initial => {
                Some(prompt)
            }
            _ => None,
        }
    }

    /// What would be lost if the program ended now.
    pub fn draft(&self) -> Option<Draft> {
        Some(self.draft_of(self.unsaved()?))
    }

    pub(crate) fn draft_of(&self, Prompt { input, purpose, .. }: &Prompt) -> Draft {
        Draft {
            label: input.label.clone(),
            initial: input.initial.clone(),
            text: input.text.clone(),
            multiline: input.multiline,
            purpose: purpose.clone(),
            list: self.list_beneath(),
            base: self.sync.drafts,
            trouble: None,
        }
    }

    /// The list that is open, under whatever lies over it.
    fn list_beneath(&self) -> Option<DraftList> {
        let mut from_top = self.overlays.iter().rev();
        from_top.find_map(|overlay| match overlay {
            Overlay::List(list) => Some(match *list.steps {
                [only] => DraftList::One(only, list.field),
                _ => DraftList::Several(list.steps.clone(), list.field),
            }),
            _ => None,
        })
    }

    /// Opens a field. If text was left in it earlier, it is there again.
    pub(crate) fn open_prompt(&mut self, mut input: Input, mut purpose: Purpose) {
        let list = self.list_beneath();
        let is_left = |draft: &Draft| draft.list == list && draft.purpose.is_same(&purpose);
        if let Some(at) = self.left.iter().position(is_left) {
            let draft = self.left.remove(at);
            input.text = draft.text;
            input.error = Some(
                "you left this without saving: Enter saves it, Ctrl-r restores what was there"
                    .to_owned(),
            );
            purpose.take_seen(draft.purpose);
        }
        self.overlays
            .push(Overlay::Prompt(Prompt::new(input, purpose)));
    }

    /// Keeps the text of a field that is left without saving. An Esc may be the head of a key
    /// that a slow line tore apart, so what was typed is not lost by it.
    pub(crate) fn remember_left(&mut self, prompt: &Prompt) {
        let typed = (prompt.input.text != prompt.input.initial).then(|| self.draft_of(prompt));
        // Of two fields in a row the first has its answer again, too.
        let before = prompt.purpose.before().map(|(purpose, text)| Draft {
            label: String::new(),
            initial: String::new(),
            multiline: false,
            text,
            purpose,
            ..self.draft_of(prompt)
        });
        for draft in typed.into_iter().chain(before) {
            self.leave_draft(draft);
            self.say("not saved · your text is kept for when you open the field again");
        }
    }

    fn leave_draft(&mut self, draft: Draft) {
        self.left.truncate(LEFT - 1);
        self.left.insert(0, draft);
    }

    /// An editor saved the text of a field after it seemed to have ended: it goes into the field,
    /// or waits for it where it is not open any more.
    pub(crate) fn field_saved_late(&mut self, FieldText { field, text, draft }: FieldText) {
        if self.is_open(field) {
            return self.take_edited(text);
        }
        if let Some(draft) = draft {
            self.left.retain(|left| !left.is_of_field_of(&draft));
            self.say(format!(
                "your editor saved a text for “{}”: open that field again to continue with it",
                draft.label
            ));
            self.leave_draft(draft.with_saved(&text));
        }
    }

    /// Opens the field of a draft again, with its text. Whoever offers it keeps it from now on.
    pub(crate) fn offer_draft(&mut self, draft: Draft) {
        match draft.list {
            Some(DraftList::One(step, field)) => self.open_list([step].into(), field),
            Some(DraftList::Several(steps, field)) => self.open_list(steps, field),
            None => {}
        }
        let mut input = self.input(draft.label, draft.initial);
        input.text = draft.text;
        input.multiline = draft.multiline;
        input.error = Some(draft.trouble.unwrap_or_else(|| {
            "you were typing this when the program was killed: Enter saves it, Esc leaves it"
                .to_owned()
        }));
        let purpose = match draft.purpose {
            // The question that it answered is over.
            Purpose::Resolve(request) => Purpose::Set(request),
            purpose => purpose,
        };
        self.overlays
            .push(Overlay::Prompt(Prompt::new(input, purpose)));
        self.take_over_draft(draft.base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a field is for, one of each kind, in the words of version 0.1.0.
    const PURPOSES: [&str; 12] = [
        r#"{"Set":{"steps":[["0003",0]],"field":"notes","seen":"a"}}"#,
        r#"{"Resolve":{"steps":[["0003",0]],"field":"notes","seen":null}}"#,
        r#"{"SetBlock":{"block":"B37","seen":"b","column":"theme"}}"#,
        r#"{"Add":"0003"}"#,
        r#"{"Entry":{"old":null}}"#,
        r#"{"Entry":{"old":"c"}}"#,
        r#"{"Evidence":{"stage":1,"check":2,"text":"d"}}"#,
        r#"{"Line":{"path":"plan.jsonl","line":4,"seen":[123,125]}}"#,
        r#"{"GateReview":{"packet":"p.md","text":{"Evidence":{"criterion":1,"words":"e"}}}}"#,
        r#"{"GateReview":{"packet":"p.md","text":{"Clause":"Waiver"}}}"#,
        r#"{"Decide":{"SetAside":"0003"}}"#,
        r#"{"Card":{"day":"2026-11-21","stage":"Base","part":"done","old":null}}"#,
    ];

    #[test]
    fn drafts_that_the_last_version_wrote_are_read_and_written_the_same() {
        for purpose in PURPOSES {
            let written = format!(
                r#"{{"label":"0003 Notes","initial":"a","text":"ab","multiline":true,"purpose":{purpose},"list":[["0003",0],"inputs"],"base":3}}"#
            );
            let draft: Draft = serde_json::from_str(&written).expect(purpose);
            assert_eq!(draft.text, "ab");
            assert_eq!(serde_json::to_string(&draft).unwrap(), written);
        }
    }
}
