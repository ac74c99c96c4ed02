//! A text field: what is asked for, what stands in it, and why it was not taken. Its letters are
//! the terminal side's business; the model learns the text after each of them.

use crate::app::core::model::Model;

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
            error: None,
        }
    }
}
