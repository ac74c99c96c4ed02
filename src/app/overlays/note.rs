//! Something to read. Movement scrolls it, any other key closes it.

use super::{Overlay, movement};
use crate::app::core::key::Key;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;

/// A text to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What it is about.
    pub title: String,
    /// The text, one paragraph an entry.
    pub lines: Vec<String>,
    /// The first paragraph shown.
    pub scroll: usize,
}

impl Note {
    pub(crate) fn new(title: impl Into<String>, lines: Vec<String>) -> Self {
        Self {
            title: title.into(),
            lines,
            scroll: 0,
        }
    }

    /// Takes a key; answers the note unless that closed it.
    pub(crate) fn press(mut self, model: &Model, key: Key) -> Option<Self> {
        let by = movement(model, key)?;
        self.scroll = moved(self.scroll, by, self.lines.len());
        Some(self)
    }
}

impl Model {
    /// Shows a text, one paragraph an entry.
    pub(crate) fn note(&mut self, title: impl Into<String>, lines: Vec<String>) {
        self.overlays.push(Overlay::Note(Note::new(title, lines)));
    }
}
