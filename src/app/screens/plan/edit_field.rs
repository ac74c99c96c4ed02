//! Editing one field of steps, or one cell of a block: from the field to the overlay that edits
//! it, and back into the plan.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::core::job::JobKind;
use crate::app::core::model::{Model, Repeat};
use crate::app::overlays::chooser::Source;
use crate::app::overlays::input::too_long;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::Composer;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, Kind};
use crate::plan::id::BlockId;
use crate::plan::status::Status;
use crate::plan::{Plan, StepKey, StepRef, marks};

/// A change to more steps than these is composed beside the keys.
pub(crate) const MANY: usize = 1_000;

/// A field about to be set, and what a person saw there when they began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct SetRequest {
    /// By name, so that a live reload cannot redirect the edit.
    pub steps: Arc<[StepKey]>,
    pub field: Field,
    /// The value that was on screen, where it is that of one step. If another one stands
    /// there by the time of the edit, a person picks.
    pub seen: Option<String>,
}

/// A block's cell about to be set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct BlockCell {
    pub(crate) block: BlockId,
    /// What stood in the cell when the field was opened.
    pub(crate) seen: String,
    pub(crate) column: BlockColumn,
}

impl Model {
    /// Opens what edits `field` of a step: a menu, a list or a text field.
    pub fn edit_field(&mut self, step: usize, field: Field) {
        if let Some(reason) = self.is_locked() {
            return self.refuse(reason);
        }
        let key = self.plan.step(step).key();
        match field.spec().kind {
            Kind::Status => self.status_menu(vec![key]),
            _ if field == Field::Owner => self.owner_chooser(vec![key]),
            Kind::List => self.open_list(key, field),
            kind => {
                let text = self.plan.step(step).text(field).into_owned();
                if let Some(reason) = too_long(&text) {
                    let (id, name) = (key.0, field.label().to_lowercase());
                    let whole = self.keymap.key_of("edit-step");
                    return self.refuse(format!(
                        "{name} of {id}: {reason}; {whole} opens the step in your editor"
                    ));
                }
                let label = format!("{} {}", key.0, field.label());
                let mut input = self.input(label, text);
                input.multiline = kind == Kind::Text;
                let request = self.set_request(vec![key], field);
                self.open_prompt(input, Purpose::Set(request));
            }
        }
    }

    /// The request to set a field, with what is on screen now.
    fn set_request(&self, steps: Vec<StepKey>, field: Field) -> SetRequest {
        let seen = match &*steps {
            [only] => self.indexes(&[*only]).pop(),
            _ => None,
        };
        let seen = seen.map(|only| self.plan.step(only).text(field).into_owned());
        SetRequest {
            steps: steps.into(),
            field,
            seen,
        }
    }

    /// Opens the chooser of owners for these steps, on the one they have.
    pub(crate) fn owner_chooser(&mut self, steps: Vec<StepKey>) {
        let request = self.set_request(steps, Field::Owner);
        self.choose_from(Source::Owner(request));
    }

    /// Opens the menu of statuses for these steps.
    pub(crate) fn status_menu(&mut self, steps: Vec<StepKey>) {
        let request = self.set_request(steps, Field::Status);
        let current = match &*request.steps {
            [only] => self.indexes(&[*only]).pop(),
            _ => None,
        };
        let current = current.and_then(|only| self.plan.step(only).status());
        let title = match &*request.steps {
            [(id, _)] => format!("Status of {id}"),
            steps => format!("Status of {} steps", steps.len()),
        };
        // `i` is for idea, so in progress goes by its second word.
        let keys = ["i", "d", "p", "b", "c"];
        let rows = Status::ALL.into_iter().zip(keys).map(|(status, key)| {
            let now = if current == Some(status) { "now" } else { "" };
            let choice = Choice::Set(request.clone(), status.word().to_owned());
            Row::new(key, status.word(), now, choice)
        });
        let cursor = current.map_or(0, |status| status as usize);
        self.menu(title, rows.collect(), cursor);
    }

    /// Opens the menu of fields for a step, each with its letter.
    pub(crate) fn field_menu(&mut self, step: usize) {
        let step = self.plan.step(step);
        let rows = Field::all_editable().map(|spec| {
            let key = spec.letter.map(String::from).unwrap_or_default();
            let choice = Choice::Edit(step.key(), spec.field);
            Row::new(key, spec.label, step.text(spec.field), choice)
        });
        self.menu(format!("Edit {}", step.id()), rows.collect(), 0);
    }

    /// Opens the menu of a block's cells.
    pub(crate) fn block_menu(&mut self, block: usize) {
        let keys = ["t", "w", "i", "s"];
        let rows = BlockColumn::ALL.into_iter().zip(keys).map(|(column, key)| {
            let text = self.plan.block_text(block, column);
            Row::new(key, column.label(), text, Choice::EditBlock(block, column))
        });
        let title = format!("Edit block {}", self.plan.blocks()[block].id);
        self.menu(title, rows.collect(), 0);
    }

    /// Opens the field for a block's cell.
    pub(crate) fn edit_block(&mut self, block: usize, column: BlockColumn) {
        let seen = self.plan.block_text(block, column).to_owned();
        if let Some(reason) = too_long(&seen) {
            return self.refuse(format!("{reason}: edit the file in your editor"));
        }
        let block = self.plan.blocks()[block].id;
        let cell = BlockCell {
            block,
            seen: seen.clone(),
            column,
        };
        let label = format!("{block} {}", column.label());
        self.prompt(label, seen, Purpose::SetBlock(cell));
    }

    /// Sets a block's cell. Where somebody else changed it since the person looked, a person
    /// picks.
    pub(crate) fn set_block(&mut self, cell: &BlockCell, text: &str) -> Result<(), Refusal> {
        let BlockCell { block, column, .. } = *cell;
        let gone = || Refusal(format!("block {block} no longer exists"));
        let index = self.plan.find_block(block).ok_or_else(gone)?;
        let change = self.composer().set_block(index, column, text)?;
        if self.plan.block_text(index, column) == cell.seen || change.edits.is_empty() {
            self.make(Ok(change), 1);
        } else {
            self.contest(change, None, &cell.seen);
        }
        Ok(())
    }

    /// Sets a field of steps given by name and remembers it for `.`. Where somebody else
    /// changed the field since the person looked, a person picks.
    ///
    /// # Errors
    /// When the steps are gone or the field cannot take the value.
    pub(crate) fn set_field(&mut self, request: &SetRequest, value: &str) -> Result<(), Refusal> {
        if request.steps.len() > MANY {
            let repeat = Repeat {
                field: request.field,
                value: value.to_owned(),
            };
            self.set_many(request.steps.clone(), repeat, |_| true);
            return Ok(());
        }
        let indexes = self.indexes(&request.steps);
        if indexes.is_empty() {
            return Err(Refusal("the step is no longer in the plan".to_owned()));
        }
        let change = self.composer().set_all(&indexes, request.field, value)?;
        self.repeat = Some(Repeat {
            field: request.field,
            value: value.to_owned(),
        });
        if let (Some(seen), [only]) = (&request.seen, &*indexes)
            && self.plan.step(*only).text(request.field) != *seen
            && !change.edits.is_empty()
        {
            self.contest(change, Some(request.field), seen);
            return Ok(());
        }
        let differ = |step: &&usize| self.plan.step(**step).text(request.field) != value;
        let count = indexes.iter().filter(differ).count();
        self.make(Ok(change), count);
        Ok(())
    }

    /// Sets a field of the steps that `concerns` says, beside the keys on a long plan, and
    /// remembers it for `.`.
    pub(crate) fn set_many(
        &mut self,
        steps: Arc<[StepKey]>,
        repeat: Repeat,
        concerns: fn(StepRef<'_>) -> bool,
    ) {
        let now = self.now;
        let (field, value) = (repeat.field, repeat.value.clone());
        let compose = move |plan: &Plan, progress: &Progress| {
            let steps = marks::indexes(&steps, plan).into_iter();
            let steps: Vec<usize> = steps.filter(|at| concerns(plan.step(*at))).collect();
            let differ = |step: &&usize| plan.step(**step).text(field) != value;
            let count = steps.iter().filter(differ).count();
            let change = Composer::new(plan, now).set_all_with(&steps, field, &value, progress)?;
            Some((change, count))
        };
        self.have_done(JobKind::Compose, compose, |model, (change, count)| {
            if change.is_ok() {
                model.repeat = Some(repeat);
            }
            model.make(change, count);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::app::Effect;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::{Model, SessionContext};
    use crate::app::overlays::Overlay;
    use crate::app::overlays::input::LONGEST_TEXT;
    use crate::app::overlays::menu::Menu;
    use crate::plan::field::Field;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn a_text_that_is_too_long_for_a_field_goes_to_the_editor() {
        for (size, is_field) in [(LONGEST_TEXT, true), (LONGEST_TEXT + 1, false)] {
            for (field, key) in [(Field::Notes, "notes"), (Field::Title, "title")] {
                let text = "x".repeat(size);
                let log = format!("{{\"step_id\":\"0001\",\"{key}\":\"{text}\"}}\n");
                let files = vec![SourceFile::load("plan.jsonl", Role::Log, log.into_bytes())];
                let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
                let mut model =
                    Model::new(files, SessionContext::default(), Keymap::default(), now);
                model.edit_field(0, field);
                assert_eq!(!model.overlays.is_empty(), is_field, "{size}");
                if !is_field {
                    let said = model.notice.as_ref().unwrap().text.clone();
                    assert!(said.ends_with("E opens the step in your editor"), "{said}");
                    model.edit_whole();
                    let sent = |effect: &Effect| matches!(effect, Effect::EditText { .. });
                    assert!(model.effects.iter().any(sent));
                }
            }
        }
    }

    #[test]
    fn each_letter_of_a_menu_chooses_one_row() {
        let log = b"{\"step_id\":\"0001\"}\n".to_vec();
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log)];
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
        model.field_menu(0);
        model.status_menu(vec![model.plan.step(0).key()]);
        model.block_menu(0);
        for overlay in &model.overlays {
            let Overlay::Menu(Menu { rows, title, .. }) = overlay else {
                panic!("{overlay:?}");
            };
            let keys: HashSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
            assert_eq!(keys.len(), rows.len(), "{title}");
            assert!(keys.is_disjoint(&HashSet::from(["j", "k"])), "{title}");
        }
    }
}
