//! From a field of the plan to the overlay that edits it, and back when Enter is pressed.

use super::overlay::{Choice, Overlay, Purpose, Row, SetRequest, Source};
use crate::app::core::model::{Model, Repeat};
use crate::change::compose::{Attachment, named_in_title};
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::value::{self, Refusal};
use crate::change::{Change, Target};
use crate::document::markdown::escaped;
use crate::plan::StepKey;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, Kind};
use crate::plan::status::Status;

/// Above this many steps a bulk change asks first (screens, "Feel").
const ASK_ABOVE: usize = 20;

/// More bytes than this are not edited in a field, where each key lays them out and keeps them.
pub const LONGEST_TEXT: usize = 1 << 20;

/// Why a text is not edited in a field, if it is too long for one.
pub(crate) fn too_long(text: &str) -> Option<String> {
    let size = text.len() as f64 / 1e6;
    let is_long = text.len() > LONGEST_TEXT;
    is_long.then(|| format!("{size:.1} MB is too much for a field: edit the file in your editor"))
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
            Kind::List => self.overlays.push(Overlay::List {
                step: key,
                field,
                cursor: 0,
            }),
            kind => {
                let text = self.plan.step(step).text(field).into_owned();
                if too_long(&text).is_some() {
                    let (id, name) = (key.0, field.label().to_lowercase());
                    let size = text.len() as f64 / 1e6;
                    let whole = self.keymap.key_of("edit-step");
                    return self.refuse(format!(
                        "{name} of {id}: {size:.1} MB is too much for a field; {whole} opens the \
                         step in your editor"
                    ));
                }
                let label = format!("{} {}", key.0, field.label());
                let mut input = self.input(label, text);
                input.multiline = kind == Kind::Text;
                let purpose = Purpose::Set(self.wish(vec![key], field));
                self.open_prompt(input, purpose);
            }
        }
    }

    /// The wish to set a field, with what is on screen now.
    fn wish(&self, steps: Vec<StepKey>, field: Field) -> SetRequest {
        let seen = match &*self.indexes(&steps) {
            [only] => Some(self.plan.step(*only).text(field).into_owned()),
            _ => None,
        };
        SetRequest { steps, field, seen }
    }

    /// Opens the chooser of owners for these steps, on the one they have.
    pub fn owner_chooser(&mut self, steps: Vec<StepKey>) {
        let wish = self.wish(steps, Field::Owner);
        let now = wish.seen.clone().unwrap_or_default();
        self.choose_from("Owner", Source::Owner(wish));
        if let Some(Overlay::Chooser { rows, cursor, .. }) = self.overlays.last_mut() {
            *cursor = rows.iter().position(|row| row.label == now).unwrap_or(0);
        }
    }

    /// Opens the menu of statuses for these steps.
    pub fn status_menu(&mut self, steps: Vec<StepKey>) {
        let wish = self.wish(steps.clone(), Field::Status);
        let current = match &*self.indexes(&steps) {
            [only] => self.plan.step(*only).status(),
            _ => None,
        };
        // `i` is for idea, so in progress goes by its second word.
        let keys = ["i", "d", "p", "b", "c"];
        let rows: Vec<Row> = Status::ALL
            .into_iter()
            .zip(keys)
            .map(|(status, key)| Row {
                key: key.to_owned(),
                label: status.word().to_owned(),
                detail: if current == Some(status) { "now" } else { "" }.to_owned(),
                blocked: None,
                choice: Choice::Set {
                    wish: wish.clone(),
                    value: status.word().to_owned(),
                },
            })
            .collect();
        let cursor = current.map_or(0, |status| status as usize);
        let title = match &*steps {
            [(id, _)] => format!("Status of {id}"),
            steps => format!("Status of {} steps", steps.len()),
        };
        self.overlays.push(Overlay::Menu {
            title,
            rows,
            cursor,
        });
    }

    /// Opens the menu of fields for a step, each with its letter.
    pub fn field_menu(&mut self, step: usize) {
        let step = self.plan.step(step);
        let rows = Field::all_editable()
            .map(|spec| Row {
                key: spec.letter.map(String::from).unwrap_or_default(),
                label: spec.label.to_owned(),
                detail: step.text(spec.field).into_owned(),
                blocked: None,
                choice: Choice::Edit {
                    step: step.key(),
                    field: spec.field,
                },
            })
            .collect();
        let title = format!("Edit {}", step.id());
        self.overlays.push(Overlay::Menu {
            title,
            rows,
            cursor: 0,
        });
    }

    /// Opens the menu of a block's cells.
    pub fn block_menu(&mut self, block: usize) {
        let keys = ["t", "w", "i", "s"];
        let rows = BlockColumn::ALL
            .into_iter()
            .zip(keys)
            .map(|(column, key)| Row {
                key: key.to_owned(),
                label: column.label().to_owned(),
                detail: self.plan.block_text(block, column).to_owned(),
                blocked: None,
                choice: Choice::EditBlock { block, column },
            })
            .collect();
        let title = format!("Edit block {}", self.plan.blocks()[block].id);
        self.overlays.push(Overlay::Menu {
            title,
            rows,
            cursor: 0,
        });
    }

    /// Opens the field for a block's cell.
    pub fn edit_block(&mut self, block: usize, column: BlockColumn) {
        let text = self.plan.block_text(block, column).to_owned();
        if let Some(reason) = too_long(&text) {
            return self.refuse(reason);
        }
        let label = format!("{} {}", self.plan.blocks()[block].id, column.label());
        let block = self.plan.blocks()[block].id;
        let seen = text.clone();
        self.prompt(
            label,
            text,
            Purpose::SetBlock {
                block,
                column,
                seen,
            },
        );
    }

    /// Makes a change, or says why not; asks first where it is a large one.
    pub fn make(&mut self, change: Result<Change, Refusal>, count: usize) {
        match change {
            Err(refusal) => self.refuse(refusal.to_string()),
            Ok(change) if count > ASK_ABOVE && !change.edits.is_empty() => {
                self.overlays.push(Overlay::Confirm {
                    question: format!("Change {count} steps at once?"),
                    consequence: format!(
                        "{}. One {} undoes it all.",
                        change.label,
                        self.keymap.key_of("undo")
                    ),
                    change,
                });
            }
            Ok(change) => {
                self.commit(change);
            }
        }
    }

    /// Sets a field of steps given by name and remembers it for `.`. Where somebody else
    /// changed the field since the person looked, a person picks.
    ///
    /// # Errors
    /// When the steps are gone or the field cannot take the value.
    pub fn set_field(&mut self, wish: &SetRequest, value: &str) -> Result<(), Refusal> {
        let indexes = self.indexes(&wish.steps);
        if indexes.is_empty() {
            return Err(Refusal("the step is no longer in the plan".to_owned()));
        }
        let change = self.composer().set_all(&indexes, wish.field, value)?;
        self.repeat = Some(Repeat {
            field: wish.field,
            value: value.to_owned(),
        });
        if let (Some(seen), [only]) = (&wish.seen, &*indexes)
            && self.plan.step(*only).text(wish.field) != *seen
            && !change.edits.is_empty()
        {
            self.contest(change, Some(wish.field), seen);
            return Ok(());
        }
        let differ = |step: &&usize| self.plan.step(**step).text(wish.field) != value;
        let count = indexes.iter().filter(differ).count();
        self.make(Ok(change), count);
        Ok(())
    }

    /// Shows both versions of a field that somebody else changed while a person, who saw
    /// `seen` there, was changing it.
    fn contest(&mut self, mut change: Change, field: Option<Field>, seen: &str) {
        let mut conflicts = Vec::new();
        for edit in &mut change.edits {
            let expected = match &edit.target {
                Target::LogValue { key, .. } if *key != "updated_at" => match field {
                    Some(field) => value::raw(field, seen),
                    None => continue,
                },
                Target::BlockCell { .. } => format!(" {seen} "),
                Target::SectionValue { .. } => format!(" {}", escaped(seen)),
                Target::SectionTitle { .. } => escaped(seen),
                _ => continue,
            };
            let found = edit.before.replace(expected.into_bytes());
            conflicts.push(Conflict {
                edit: edit.clone(),
                obstacle: Obstacle::Differs { found },
            });
        }
        let change = self.over_theirs(change, &conflicts, &[]);
        self.overlays.push(Overlay::Conflict {
            change,
            conflicts,
            scroll: 0,
        });
    }

    /// Enter in the open prompt: takes the text, or says in place why not.
    pub fn submit(&mut self) {
        let reason = self.is_locked();
        if let Some(Overlay::Prompt { input, purpose }) = self.overlays.last_mut()
            && !matches!(purpose, Purpose::Filter { .. })
            && reason.is_some()
        {
            // The text stays where it is until it can be taken.
            input.error = reason;
            return;
        }
        let Some(Overlay::Prompt { input, purpose }) = self.overlays.pop() else {
            return;
        };
        let text = input.text.clone();
        if let Err(refusal) = self.fulfil(&purpose, &text) {
            let mut input = input;
            input.error = Some(refusal.to_string());
            self.overlays.push(Overlay::Prompt { input, purpose });
        }
    }

    fn fulfil(&mut self, purpose: &Purpose, text: &str) -> Result<(), Refusal> {
        match purpose {
            Purpose::Set(wish) => return self.set_field(wish, text),
            Purpose::Resolve(wish) => {
                self.set_field(wish, text)?;
                // The question is answered, unless it was asked anew.
                let asked = |overlay: &Overlay| matches!(overlay, Overlay::Conflict { .. });
                if let Some(at) = self.overlays.iter().position(asked) {
                    self.overlays.remove(at);
                }
            }
            Purpose::SetBlock {
                block,
                column,
                seen,
            } => {
                let gone = || Refusal(format!("block {block} no longer exists"));
                let index = self.plan.find_block(*block).ok_or_else(gone)?;
                let change = self.composer().set_block(index, *column, text)?;
                if self.plan.block_text(index, *column) == seen || change.edits.is_empty() {
                    self.make(Ok(change), 1);
                } else {
                    self.contest(change, None, seen);
                }
            }
            Purpose::Add(id) => {
                let (id, title) = named_in_title(text).unwrap_or((*id, text));
                let uid = self.context.uids.take();
                let change = self.composer().add(id, title, uid)?;
                if self.commit(change) {
                    let notice = self.notice.take();
                    self.jump(id, 0);
                    self.notice = notice;
                }
            }
            Purpose::Entry { old } => self.put_entry(old.as_deref(), text)?,
            Purpose::Evidence {
                stage,
                check,
                text: words,
            } => self.attach_link(*stage, *check, words, text)?,
            Purpose::Line { path, line, seen } => {
                let file = self.plan.files().iter().position(|file| file.path == *path);
                let place = crate::plan::LogPlace {
                    file: file.ok_or_else(|| Refusal("the file is gone".to_owned()))?,
                    line: *line,
                };
                let change = self.composer().set_line(place, seen, text)?;
                self.make(Ok(change), 1);
            }
            Purpose::GateReview {
                packet,
                text: which,
            } => self.write_review(packet, which, text)?,
            Purpose::Decide(deed) => self.do_deed(*deed, text)?,
            Purpose::Card {
                day,
                stage,
                part,
                old,
            } => self.put_card_entry(day, stage, *part, old.as_deref(), text)?,
            Purpose::Filter { .. } => self.keep_filter(text)?,
        }
        Ok(())
    }

    /// Puts an entry into the list that is open, and saves it.
    fn put_entry(&mut self, old: Option<&str>, text: &str) -> Result<(), Refusal> {
        let mut entries = self.open_entries();
        match old.map(|old| entries.iter_mut().find(|entry| *entry == old)) {
            Some(Some(entry)) => *entry = text.to_owned(),
            Some(None) => return Err(Refusal("the entry is no longer there".to_owned())),
            None => entries.push(text.to_owned()),
        }
        self.set_entries(&entries)?;
        if old.is_none() {
            self.select_last_entry();
        }
        Ok(())
    }

    /// Selects the last entry of the list that is open, where new ones come in.
    fn select_last_entry(&mut self) {
        let last = self.open_entries().len().saturating_sub(1);
        if let Some(Overlay::List { cursor, .. }) = self.overlays.last_mut() {
            *cursor = last;
        }
    }

    /// The entries of the list that is open.
    pub fn open_entries(&self) -> Vec<String> {
        match self.overlays.last() {
            Some(Overlay::List { step, field, .. }) => self
                .plan
                .find_nth(step.0, step.1)
                .map(|step| self.plan.step(step).list(*field))
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Replaces the entries of the list that is open.
    ///
    /// # Errors
    /// When an entry cannot stand there.
    pub fn set_entries(&mut self, entries: &[String]) -> Result<(), Refusal> {
        let Some(Overlay::List { step, field, .. }) = self.overlays.last() else {
            return Ok(());
        };
        let (step, field) = (*step, *field);
        let Some(index) = self.plan.find_nth(step.0, step.1) else {
            return Err(Refusal(format!("{} is no longer in the plan", step.0)));
        };
        let change = self.composer().set_list(index, field, entries)?;
        self.commit(change);
        Ok(())
    }

    /// Adds an entry to the dependencies of a step.
    pub fn depend(&mut self, step: StepKey, entry: String) {
        let Some(index) = self.plan.find_nth(step.0, step.1) else {
            return self.refuse(format!("{} is no longer in the plan", step.0));
        };
        let mut entries: Vec<String> = (self.plan.step(index).list(Field::Dependencies))
            .into_iter()
            .map(Into::into)
            .collect();
        entries.push(entry);
        let change = self
            .composer()
            .set_list(index, Field::Dependencies, &entries);
        self.make(change, 1);
        self.select_last_entry();
    }

    /// Attaches a link to the check with these words, asking first if the roadmap has no
    /// place for it yet.
    ///
    /// # Errors
    /// When the check is gone, or the link is none.
    pub fn attach_link(
        &mut self,
        stage: usize,
        check: usize,
        words: &str,
        link: &str,
    ) -> Result<(), Refusal> {
        let found = self
            .plan
            .stages()
            .get(stage)
            .and_then(|s| s.checks.get(check));
        if found.is_none_or(|check| check.text != words) {
            return Err(Refusal("the check is no longer there".to_owned()));
        }
        let who = self.context.who.clone();
        let roadmap = self.context.roadmap.clone();
        match self.composer().attach(stage, check, link, &who, &roadmap)? {
            Attachment::Ready(change) => self.make(Ok(change), 1),
            Attachment::Creates { question, change } => self.overlays.push(Overlay::Confirm {
                question,
                consequence: format!(
                    "The link is written there. {} undoes it.",
                    self.keymap.key_of("undo")
                ),
                change,
            }),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::LONGEST_TEXT;
    use crate::app::Effect;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::{Model, SessionContext};
    use crate::app::overlays::overlay::Overlay;
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
            let Overlay::Menu { rows, title, .. } = overlay else {
                panic!("{overlay:?}");
            };
            let keys: HashSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
            assert_eq!(keys.len(), rows.len(), "{title}");
            assert!(keys.is_disjoint(&HashSet::from(["j", "k"])), "{title}");
        }
    }
}
