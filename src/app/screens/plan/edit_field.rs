//! Editing one field of steps, or one cell of a block: from the field to the overlay that edits
//! it, and back into the plan.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bulk::{MANY, called};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::input::too_long;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::{SeenValues, StepRequest};
use crate::change::value::Refusal;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, Kind};
use crate::plan::id::BlockId;
use crate::plan::status::Status;
use crate::plan::step::Drift;
use crate::plan::{StepKey, StepRef};

/// A field about to be set, and what a person saw there when they began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct SetRequest {
    /// By name, so that a live reload cannot redirect the edit.
    pub steps: Arc<[StepKey]>,
    pub field: Field,
    /// What stood there. If something else does by the time of the edit, a person picks.
    pub seen: SeenText,
}

/// What a person saw in a field of steps. Drafts hold it as JSON, where it is nothing or a text for
/// one step.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(untagged)]
pub enum SeenText {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// That of the only step.
    One(String),
    /// That of each step, in their order; nothing of one that was gone already.
    Each(Arc<[Option<String>]>),
}

impl SeenText {
    /// What the only step had.
    pub(crate) fn of_only(&self) -> Option<&str> {
        match self {
            Self::One(text) => Some(text),
            _ => None,
        }
    }
}

impl SetRequest {
    fn seen_values(&self) -> SeenValues {
        let mut values = SeenValues::default();
        match (&self.seen, &*self.steps) {
            (SeenText::One(text), [only]) => values.note(*only, self.field, text),
            (SeenText::Each(texts), steps) => {
                for (step, text) in steps.iter().zip(&**texts) {
                    if let Some(text) = text {
                        values.note(*step, self.field, text);
                    }
                }
            }
            _ => {}
        }
        values
    }
}

/// Of more steps than these it is not looked up at each frame where log and canon differ.
const NAMED_APART: usize = 100;

/// Of more steps than these it is not noted what stood there: it would be felt at the key.
const NOTED: usize = 10_000;

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
        let key = self.plan.step(step).key();
        self.edit_field_of(Arc::new([key]), field);
    }

    /// The same for several steps at once.
    pub(crate) fn edit_field_of(&mut self, steps: Arc<[StepKey]>, field: Field) {
        if let Some(reason) = self.is_locked() {
            return self.refuse(reason);
        }
        match field.spec().kind {
            Kind::Status => self.status_menu(steps),
            _ if field == Field::Owner => self.owner_chooser(steps),
            Kind::List => self.open_list(steps, field),
            kind => {
                let text = self.common_text(&steps, field).unwrap_or_default();
                let label = match &*steps {
                    [(id, _)] => format!("{id} {}", field.label()),
                    steps => format!("{} of {}", field.label(), called(steps)),
                };
                if let Some(reason) = too_long(&text) {
                    let (name, steps) = (field.label().to_lowercase(), called(&steps));
                    let whole = self.keymap.key_of("edit-step");
                    return self.refuse(format!(
                        "{name} of {steps}: {reason}; {whole} opens the step in your editor"
                    ));
                }
                let mut input = self.input(label, text);
                input.multiline = kind == Kind::Text;
                let request = self.set_request(steps, field);
                self.open_prompt(input, Purpose::Set(request));
            }
        }
    }

    /// What all these steps have in a field; nothing where they differ, or are too many to be
    /// compared between two keys.
    pub(crate) fn common_text(&self, steps: &[StepKey], field: Field) -> Option<String> {
        if steps.len() > MANY {
            return None;
        }
        let mut texts = (self.indexes(steps).into_iter()).map(|at| self.plan.step(at).text(field));
        let first = texts.next()?;
        texts.all(|text| text == first).then(|| first.into_owned())
    }

    /// The request to set a field, with what is on screen now.
    fn set_request(&self, steps: Arc<[StepKey]>, field: Field) -> SetRequest {
        let text = |key: &StepKey| {
            let at = self.plan.find_nth(key.0, key.1)?;
            Some(self.plan.step(at).text(field).into_owned())
        };
        let seen = match &*steps {
            [only] => text(only).map_or(SeenText::Unknown, SeenText::One),
            steps if steps.len() > NOTED => SeenText::Unknown,
            steps => SeenText::Each(steps.iter().map(text).collect()),
        };
        SetRequest { steps, field, seen }
    }

    /// Opens the chooser of owners for these steps, on the one they have.
    pub(crate) fn owner_chooser(&mut self, steps: Arc<[StepKey]>) {
        let request = self.set_request(steps, Field::Owner);
        self.choose_from(Source::Owner(request));
    }

    /// Opens the menu of statuses for these steps.
    pub(crate) fn status_menu(&mut self, steps: Arc<[StepKey]>) {
        let title = format!("Status of {}", called(&steps));
        self.status_menu_called(title, steps);
    }

    /// The same under another title.
    pub(crate) fn status_menu_called(&mut self, title: String, steps: Arc<[StepKey]>) {
        let request = self.set_request(steps, Field::Status);
        let current = self.common_text(&request.steps, Field::Status);
        let current = current.and_then(|word| Status::read(&word));
        let in_canon = match &*request.steps {
            [(id, nth)] => self.plan.find_nth(*id, *nth),
            _ => None,
        };
        let in_canon = in_canon.and_then(|at| self.plan.step(at).drift_of(Field::Status));
        let in_canon = in_canon.and_then(|drift| Status::read(&drift.canon));
        // `i` is for idea, so in progress goes by its second word.
        let keys = ["i", "d", "p", "b", "c"];
        let rows = Status::ALL.into_iter().zip(keys).map(|(status, key)| {
            let now = match (current == Some(status), in_canon == Some(status)) {
                (true, _) => "now",
                (false, true) => "in the canon",
                (false, false) => "",
            };
            let choice = Choice::Set(request.clone(), status.word().to_owned());
            Row::new(key, status.word(), now, choice)
        });
        let cursor = current.map_or(0, |status| status as usize);
        self.menu(title, rows.collect(), cursor);
    }

    /// Opens the menu of fields for steps, each with its letter.
    pub(crate) fn field_menu(&mut self, steps: Arc<[StepKey]>) {
        let is_known = steps.len() <= MANY;
        let rows = Field::all_editable().map(|spec| {
            let key = spec.letter.map(String::from).unwrap_or_default();
            let detail = match self.common_text(&steps, spec.field) {
                Some(text) => text,
                None if is_known => "different values".to_owned(),
                None => String::new(),
            };
            let choice = Choice::Edit(steps.clone(), spec.field);
            Row::new(key, spec.label, detail, choice)
        });
        let rows = rows.collect();
        self.menu(format!("Edit {}", called(&steps)), rows, 0);
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
            self.contest(change, &cell.seen);
        }
        Ok(())
    }

    /// Sets a field of steps given by name and remembers it for `.`. Where somebody else
    /// changed the field since the person looked, a person picks.
    ///
    /// # Errors
    /// When the steps are gone or the field cannot take the value.
    pub(crate) fn set_field(&mut self, request: &SetRequest, value: &str) -> Result<(), Refusal> {
        let wanted = StepRequest::set(request.field, value);
        self.change_seen(&request.steps, wanted, request.seen_values())
    }

    /// What the canon says of a field that is about to be set, where that differs from what stands
    /// there to be edited: saving replaces both.
    pub(crate) fn differing(&self, request: &SetRequest) -> Option<String> {
        let indexes = match request.steps.len() {
            0..=NAMED_APART => self.indexes(&request.steps),
            _ => return None,
        };
        let drifted = indexes.into_iter().map(|at| self.plan.step(at));
        let drifted = drifted.filter_map(|step| Some((step, step.drift_of(request.field)?)));
        let drifted: Vec<(StepRef<'_>, Drift)> = drifted.collect();
        let (step, drift) = drifted.first()?;
        if request.steps.len() > 1 {
            let count = drifted.len();
            return Some(format!("log and canon differ in {count} of these steps"));
        }
        let (section, _) = step.section()?;
        let path = self.plan.files()[section.file].path.display();
        let words = match drift.canon.trim() {
            "" => "nothing",
            words => words,
        };
        Some(format!("{path} says: {words}"))
    }

    /// What to ask before an empty text is taken: it would clear what differs from step to step
    /// and could not be shown.
    pub(crate) fn doubt(&self, request: &SetRequest, text: &str) -> Option<String> {
        let hides_values = text.trim().is_empty()
            && request.steps.len() > 1
            && self.common_text(&request.steps, request.field).is_none();
        hides_values.then(|| {
            let field = request.field.label().to_lowercase();
            format!(
                "the values differ: Enter again clears {field} of {}",
                called(&request.steps)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

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
        let steps: Arc<[_]> = Arc::new([model.plan.step(0).key()]);
        model.field_menu(steps.clone());
        model.status_menu(steps);
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
