//! A text field: what is asked for, what stands in it, and why it was not taken. Its letters are
//! the terminal side's business; the model learns the text after each of them.

use super::Overlay;
use crate::app::core::model::Model;
use crate::document::control;

/// More bytes than this are not edited in a field, where each key lays them out and keeps them.
pub(crate) const LONGEST_TEXT: usize = 1 << 20;

/// A text field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// Tells one field from the next.
    pub serial: u64,
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

impl Model {
    /// Puts what `$EDITOR` left into the field that it was for, or says why there is nothing.
    pub(crate) fn field_edited(&mut self, field: u64, edited: Result<String, String>) {
        let is_it = |input: &Input| input.serial == field;
        let Some(input) = self
            .overlays
            .last()
            .and_then(Overlay::input)
            .filter(|i| is_it(i))
        else {
            return;
        };
        let (label, initial, multiline) =
            (input.label.clone(), input.initial.clone(), input.multiline);
        let edited = edited.and_then(|text| match too_long(&text) {
            Some(reason) => Err(reason),
            None => Ok(text),
        });
        let text = match edited {
            Ok(text) => text,
            Err(reason) => return self.mark_input(format!("{reason}; the text is as it was")),
        };
        // An editor ends the last line; a field of one line has no other.
        let text = text.trim_end_matches('\n').replace("\r\n", "\n");
        let left_out = control::names(&text);
        let text = control::without(&text);
        let text = match multiline {
            true => text.into_owned(),
            false => text.replace('\n', " "),
        };
        let input = Input {
            initial,
            multiline,
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
            label: label.into(),
            initial: text.clone(),
            text,
            multiline: false,
            at_first_line: false,
            error: None,
        }
    }
}
