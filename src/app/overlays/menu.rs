//! A few rows, each with its key; and what a row of a menu or a chooser does.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Overlay, moved};
use crate::app::core::key::{Code, Key};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::screens::plan::decide::BlockQuestion;
use crate::app::screens::plan::edit_field::SetRequest;
use crate::app::screens::standup::card::CardAction;
use crate::app::sync::step_text::TextAction;
use crate::change::value::Refusal;
use crate::plan::StepKey;
use crate::plan::arrange::Group;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::column::Column;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};
use crate::plan::packet::Decision;
use crate::record::review::decide::Resolution;
use crate::record::review::gather::BadDependency;
use crate::store::changes::undecided::FileDecision;

/// A few rows to choose from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Menu {
    /// What is asked.
    pub title: String,
    pub rows: Vec<Row>,
    /// Which one is selected.
    pub cursor: usize,
}

/// A row to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The key that chooses it at once, where there is one.
    pub key: String,
    /// What it is.
    pub label: String,
    /// What else there is to know.
    pub detail: String,
    /// Why it cannot be chosen now.
    pub blocked: Option<String>,
    /// What choosing it does.
    pub choice: Choice,
}

/// What choosing a row does. Whoever offers the row owns what that is made of, and does it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Runs the command with this name.
    Run(&'static str),
    /// Sets a field of steps to a value.
    Set(SetRequest, String),
    /// The same with a value that is new and looks like this known one.
    SetNew(SetRequest, String, String),
    /// Opens the editor for a field of steps.
    Edit(Arc<[StepKey]>, Field),
    /// Asks what is needed to retheme, retire, merge or restore a block.
    AskBlock(BlockQuestion),
    /// Opens the editor for a cell of the block with this index.
    EditBlock(usize, BlockColumn),
    /// Goes to a step.
    Jump(StepId, u32),
    /// Goes to the steps of a block.
    Block(BlockId),
    /// Goes to the checklist of the stage with this name.
    Stage(String),
    /// Lists the steps that pass a filter.
    List(String),
    /// Goes to a check.
    Check {
        /// Index of what it belongs to, on screen 2.
        holder: usize,
        /// Index of the check in it.
        check: usize,
        /// Its words, by which it is known again.
        words: String,
    },
    /// Makes steps depend on others, or on a condition in words.
    Depend(Arc<[StepKey]>, Arc<[String]>),
    /// Moves steps to a block, after a question.
    MoveTo(Arc<[StepKey]>, BlockId),
    /// Orders the list by a column; again, the other way.
    Sort(Column),
    /// Offers the columns to order the list by.
    SortByAnother,
    /// Groups the list, or not.
    Group(Option<Group>),
    /// Folds every group of the list, or none.
    Fold(bool),
    /// Shows the view with this name.
    View(String),
    /// Opens a link.
    Open(String),
    /// Decides the gate of the open review.
    Decide(Option<Decision>),
    /// Fixes dependencies of the weekly review.
    Fix(Vec<(BadDependency, Resolution)>),
    /// Does something with the text of a step that `$EDITOR` saved.
    Text(Arc<[StepKey]>, TextAction),
    /// Puts two ranked steps side by side.
    Compare(StepId, StepId),
    /// Does something with the standup card of a stage on a day.
    Card(NaiveDate, String, CardAction),
    /// Says what becomes of a file that a merge left in conflict as a whole.
    DecideFile(FileDecision),
}

impl Choice {
    fn run(self, model: &mut Model) -> Result<(), Refusal> {
        match self {
            Self::Run(name) => {
                if let Some(command) = model.keymap.named(name) {
                    command.execute(model);
                }
            }
            Self::Set(request, value) | Self::SetNew(request, value, _) => {
                return model.set_field(&request, &value);
            }
            Self::Edit(steps, field) => model.edit_field_of(steps, field),
            Self::AskBlock(question) => model.ask_of_block(question),
            Self::EditBlock(block, column) => model.edit_block(block, column),
            Self::Jump(id, nth) => model.jump(id, nth),
            Self::Block(id) => model.open_block(id),
            Self::Stage(name) => model.open_stage(&name),
            Self::List(filter) => return model.list_steps(&filter),
            Self::Check {
                holder,
                check,
                words,
            } => return model.go_to_check(holder, check, &words),
            Self::Depend(steps, on) => return model.depend(&steps, &on),
            Self::MoveTo(steps, block) => return model.move_to(&steps, block),
            Self::Sort(column) => model.sort_by(column),
            Self::SortByAnother => model.choose_sort(),
            Self::Group(group) => model.group_by(group),
            Self::Fold(fold) => model.fold_all(fold),
            Self::View(name) => return model.show_view(&name),
            Self::Open(target) => model.effects.push(Effect::Open(target)),
            Self::Decide(decision) => model.decide_gate(decision),
            Self::Fix(fixes) => return model.fix_dependencies(&fixes),
            Self::Text(steps, action) => model.text_action(&steps, action),
            Self::Compare(a, b) => model.compare(a, b),
            Self::Card(date, stage, action) => return model.card_action(date, stage, action),
            Self::DecideFile(decision) => return model.decide_file(decision),
        }
        Ok(())
    }
}

impl Row {
    /// A row that can be chosen.
    pub(crate) fn new(
        key: impl Into<String>,
        label: impl Into<String>,
        detail: impl Into<String>,
        choice: Choice,
    ) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            detail: detail.into(),
            blocked: None,
            choice,
        }
    }
}

/// The keys of rows that have no better ones: the digits from 1, then none.
pub(crate) fn digits() -> impl Iterator<Item = String> {
    ('1'..='9')
        .map(String::from)
        .chain(std::iter::repeat(String::new()))
}

impl Menu {
    /// Takes a key; answers the menu unless that closed it. The letters that move on the screens do
    /// so here, where no row has them.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let letter = key.letter().map(String::from);
        let lettered = self
            .rows
            .iter()
            .position(|row| Some(&row.key) == letter.as_ref());
        match (lettered, key.code) {
            (None, Code::Esc) => return None,
            (Some(at), _) => self.cursor = at,
            (None, Code::Enter) => {}
            (None, _) => {
                let to = moved(model, self.cursor, key, self.rows.len());
                self.cursor = to.unwrap_or(self.cursor);
                return Some(self);
            }
        }
        match self.rows.get(self.cursor).cloned() {
            Some(row) => model.choose(row),
            None => return Some(self),
        }
        None
    }
}

impl Model {
    /// Opens a menu with the cursor on a row.
    pub(crate) fn menu(&mut self, title: impl Into<String>, rows: Vec<Row>, cursor: usize) {
        let title = title.into();
        self.overlays.push(Overlay::Menu(Menu {
            title,
            rows,
            cursor,
        }));
    }

    /// Does what the chosen row says, or says why not.
    pub(crate) fn choose(&mut self, row: Row) {
        self.notice = None;
        let done = match row.blocked {
            Some(reason) => Err(Refusal(reason)),
            None => row.choice.run(self),
        };
        if let Err(refusal) = done {
            self.refuse(refusal.to_string());
        }
    }
}
