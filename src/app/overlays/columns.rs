//! The columns of the step list, to be shown, hidden and put in another order. What is chosen is
//! seen in the list at once.

use super::{Overlay, moved};
use crate::app::core::job::JobKind;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::plan::column::{Column, keys_of_log};

/// The columns there are: those shown come first, in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnList {
    /// Each with whether it is shown. A row stays where it is when that changes.
    pub rows: Vec<(Column, bool)>,
    /// Which one is selected.
    pub cursor: usize,
}

impl ColumnList {
    fn new(shown: &[Column]) -> Self {
        let mut list = Self {
            rows: shown.iter().map(|column| (column.clone(), true)).collect(),
            cursor: 0,
        };
        list.offer(Column::all());
        list
    }

    /// Offers columns that are not there yet.
    fn offer(&mut self, columns: impl IntoIterator<Item = Column>) {
        for column in columns {
            if self.rows.iter().all(|(known, _)| *known != column) {
                self.rows.push((column, false));
            }
        }
    }

    /// The columns that are shown.
    fn shown(&self) -> Vec<Column> {
        let shown = self.rows.iter().filter(|(_, is_shown)| *is_shown);
        shown.map(|(column, _)| column.clone()).collect()
    }

    /// Takes a key; answers the list unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let last = self.rows.len().saturating_sub(1);
        let opener = model.keymap.command(model.place(), key);
        match (key.code, key.letter()) {
            (Code::Esc, _) | (_, Some('q')) => return None,
            _ if opener.is_some_and(|command| command.name == "columns") => return None,
            (Code::Enter, _) | (_, Some(' ' | 'x')) => {
                let row = &mut self.rows[self.cursor];
                row.1 = !row.1;
                model.show_columns(Some(self.shown()));
            }
            (_, Some('J')) if self.cursor < last => self.swap(model, self.cursor + 1),
            (_, Some('K')) if self.cursor > 0 => self.swap(model, self.cursor - 1),
            (_, Some('r')) => {
                model.show_columns(None);
                let shown = model.view.shown_columns();
                let cursor = self.rows[self.cursor].0.clone();
                let others = std::mem::take(&mut self.rows).into_iter();
                self = Self::new(&shown);
                self.offer(others.map(|(column, _)| column));
                let at = self.rows.iter().position(|(column, _)| *column == cursor);
                self.cursor = at.unwrap_or(0);
            }
            _ => {
                let moved = moved(model, self.cursor, key, self.rows.len());
                self.cursor = moved.unwrap_or(self.cursor);
            }
        }
        Some(self)
    }

    fn swap(&mut self, model: &mut Model, to: usize) {
        self.rows.swap(self.cursor, to);
        self.cursor = to;
        if self.shown() != model.view.shown_columns() {
            model.show_columns(Some(self.shown()));
        }
    }
}

impl Model {
    /// Opens the columns, those that are shown first.
    pub(crate) fn choose_columns(&mut self) {
        let list = ColumnList::new(&self.view.shown_columns());
        self.overlays.push(Overlay::Columns(list));
        // What the log has under keys of its own comes when it has been looked through.
        self.have_done(JobKind::Rows, keys_of_log, |model, keys| {
            let mut overlays = model.overlays.iter_mut().rev();
            let list = overlays.find_map(|overlay| match overlay {
                Overlay::Columns(list) => Some(list),
                _ => None,
            });
            if let Some(list) = list {
                list.offer(keys);
            }
        });
    }
}
