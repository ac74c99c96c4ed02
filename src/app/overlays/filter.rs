//! The filter line: the list follows each letter, Enter keeps it, Esc puts back the filter and
//! the selection of before.
//!
//! What Esc drops is a search, not data: it is not kept, as in fzf and lazygit. The same goes
//! for the text of a chooser.

use super::Overlay;
use super::input::Input;
use crate::app::core::command::Focus;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::plan::StepKey;
use crate::plan::query::{Query, QueryError};

/// The open filter line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterLine {
    /// Its text.
    pub input: Input,
    /// The selection before, for Esc; the filter before is what the field held at first.
    selected: Option<StepKey>,
    /// The selection to stay near while letters come and go.
    anchor: Option<StepKey>,
}

impl FilterLine {
    /// Takes a key; answers the line unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        match key.code {
            Code::Enter => {
                self.input.error = Some(model.keep_filter(&self.input.text).err()?.to_string());
            }
            Code::Esc => {
                model.view.filter = Query::parse(&self.input.initial).unwrap_or_default();
                model.find(self.selected);
                return None;
            }
            Code::Down | Code::Up => {
                let by = if key.code == Code::Down { 1 } else { -1 };
                model.shown().step(model, by);
                self.anchor = model.selected();
            }
            _ => {}
        }
        Some(self)
    }

    /// Filters by what stands in the line so far; a half-typed term leaves the list as it is.
    pub(crate) fn typed(mut self, model: &mut Model) -> Self {
        match Query::parse(&self.input.text) {
            Ok(query) => {
                model.view.filter = query;
                model.find(self.anchor);
            }
            Err(error) => self.input.error = Some(error.to_string()),
        }
        self
    }
}

impl Model {
    /// Opens the filter line.
    pub(crate) fn open_filter(&mut self) {
        let selected = self.selected();
        self.view.pane = Focus::STEPS;
        let input = self.input("/", self.view.filter.text().to_owned());
        self.overlays.push(Overlay::Filter(FilterLine {
            input,
            selected,
            anchor: selected,
        }));
    }

    /// Whether the filter line is open.
    pub(crate) fn is_filtering(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Filter(_)))
    }

    /// Filters by this text for good.
    fn keep_filter(&mut self, text: &str) -> Result<(), QueryError> {
        let query = Query::parse(text)?;
        if !query.is_empty() {
            query.text().clone_into(&mut self.view.searched);
        }
        if self.view.is_looking() && query.text() == self.view.filter.text() {
            // What is selected now was chosen, though a nearer one be found yet.
            self.view.pin();
            return Ok(());
        }
        let selected = self.selected();
        self.view.filter = query;
        self.find(selected);
        self.say_if_none();
        Ok(())
    }
}
