//! A text field: what is asked for, what stands in it, and why it was not taken. Its letters are
//! the terminal side's business; the model learns the text after each of them.

use super::Overlay;
use crate::app::core::message::Edited;
use crate::app::core::model::Model;
use crate::document::control;

/// More bytes than this are not edited in a field, where each key lays them out and keeps them.
pub(crate) const LONGEST_TEXT: usize = 1 << 20;

/// A text field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// Tells one field from the next.
    pub serial: u64,
    /// The number that it had before an editor changed it, if one did.
    pub former: Option<u64>,
    /// What is asked for.
    pub label: String,
    /// What the field held when it was opened.
    pub initial: String,
    /// What stands in it.
    pub text: String,
    /// Whether it takes line breaks.
    pub multiline: bool,
    /// Whether the cursor begins at the end of the first line, and not of the text.
    pub at_first_line: bool,
    /// Why the text was not taken.
    pub error: Option<String>,
}

/// Why a text is not edited in a field, if it is too long for one: the beginning of a sentence.
pub(crate) fn too_long(text: &str) -> Option<String> {
    let size = text.len() as f64 / 1e6;
    let is_long = text.len() > LONGEST_TEXT;
    is_long.then(|| format!("{size:.1} MB is too much for a field"))
}

/// What an editor saved, as a field holds it. An editor ends the last line; a field of one line has
/// no other.
pub(crate) fn of_editor(text: &str, multiline: bool) -> String {
    let text = text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n");
    let text = control::without(&text);
    match multiline {
        true => text.into_owned(),
        false => text.replace('\n', " "),
    }
}

impl Model {
    /// Whether the topmost field is the one that had this number when it went to `$EDITOR`.
    pub(crate) fn is_open(&self, field: u64) -> bool {
        let input = self.overlays.last().and_then(Overlay::input);
        input.is_some_and(|input| input.serial == field || input.former == Some(field))
    }

    /// `$EDITOR` was left, or could not be used, for a field.
    pub(crate) fn field_edited(&mut self, field: u64, edited: Edited) {
        if !self.is_open(field) {
            return;
        }
        let again = "Ctrl-o opens the text again";
        match edited {
            Edited::Left(text) => self.take_edited(text),
            Edited::AtOnce => self.mark_input(
                "the editor returned at once; a window editor needs its wait flag \
                 (`code --wait`) · what it saves later comes here"
                    .to_owned(),
            ),
            Edited::Failed { reason, saved } => match saved {
                Some(text) => {
                    self.take_edited(text);
                    self.mark_input(format!("{reason} · this is what it had saved"));
                }
                None => self.mark_input(format!("{reason}; the text is as it was")),
            },
            Edited::Recoverable { reason } => self.mark_input(format!("{reason} · {again}")),
            Edited::Unreadable { reason } => {
                self.mark_input(format!(
                    "{reason}: save it as UTF-8; nothing is lost, {again}"
                ));
            }
        }
    }

    /// Puts what an editor saved into the topmost field.
    pub(crate) fn take_edited(&mut self, text: String) {
        let Some(input) = self.overlays.last().and_then(Overlay::input) else {
            return;
        };
        let (label, initial, multiline) =
            (input.label.clone(), input.initial.clone(), input.multiline);
        let former = input.former.or(Some(input.serial));
        if let Some(reason) = too_long(&text) {
            return self.mark_input(format!("{reason} · Ctrl-o opens the text again"));
        }
        let left_out = control::names(&text.replace("\r\n", "\n"));
        let text = of_editor(&text, multiline);
        let input = Input {
            initial,
            multiline,
            former,
            ..self.input(label, text.clone())
        };
        if let Some(now) = self.overlays.last_mut().and_then(Overlay::input_mut) {
            *now = input;
        }
        // What follows from each letter follows from all of them.
        self.typed(text);
        if let Some(names) = left_out {
            self.mark_input(format!("control characters were left out: {names}"));
        }
    }

    /// A new text field.
    pub(crate) fn input(&mut self, label: impl Into<String>, text: impl Into<String>) -> Input {
        self.serial += 1;
        let text = text.into();
        Input {
            serial: self.serial,
            former: None,
            label: label.into(),
            initial: text.clone(),
            text,
            multiline: false,
            at_first_line: false,
            error: None,
        }
    }
}
