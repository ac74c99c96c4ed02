//! Whole steps in `$EDITOR`: sent there, read back, and offered while it is not in the plan.
//!
//! Whatever becomes of the editor, what it saved stays: as a text of its steps, which the same
//! command goes on with, and in a file that outlives this process. Nothing is written to the plan
//! that a person did not leave the editor with, or pick here.

use std::sync::Arc;

use crate::app::core::message::{Edited, Effect};
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::app::overlays::confirm::ASK_ABOVE;
use crate::app::overlays::menu::{Choice, Menu, Row};
use crate::change::compose::BulkChange;
use crate::change::form::{self, Form};
use crate::plan::{StepKey, StepRef};

/// What can be done with a text that `$EDITOR` saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextAction {
    /// Writes it to the plan.
    Write,
    /// Opens it again.
    Open,
    /// Drops it.
    Drop,
}

impl Model {
    /// Sends the step or the marked ones to `$EDITOR`, or goes on with the text that it has of
    /// them.
    pub(crate) fn edit_whole(&mut self) {
        let subjects = self.subjects();
        let steps: Vec<StepRef<'_>> = subjects.iter().map(|at| self.plan.step(*at)).collect();
        if steps.is_empty() {
            return;
        }
        let keys: Arc<[StepKey]> = steps.iter().map(|step| step.key()).collect();
        let kept = self.forms.iter().find(|form| form.steps == keys).cloned();
        let again = kept.is_some();
        let fresh = form::write(&steps);
        let form = kept.unwrap_or_else(|| Form {
            steps: keys,
            seen: fresh.clone(),
            text: fresh,
        });
        self.effects.push(Effect::EditText { form, again });
    }

    /// `$EDITOR` was left, or could not be used.
    pub(crate) fn edited(&mut self, form: Form, edited: Edited) {
        let again = self.keymap.key_of("edit-step");
        match edited {
            Edited::Left(text) if text == form.seen => {
                self.drop_text(&form.steps);
                self.say("nothing was changed in the editor");
            }
            Edited::Left(text) => self.write_text(Form { text, ..form }),
            Edited::AtOnce => {
                self.keep_text(form);
                self.say(
                    "the editor returned at once; a window editor needs its wait flag \
                     (`code --wait`) · what it saves later is offered here",
                );
            }
            Edited::Failed { reason, saved } => match saved {
                Some(text) => {
                    self.offer_text(Form { text, ..form });
                    self.refuse(format!("{reason} · what it had saved is kept"));
                }
                None => {
                    self.drop_text(&form.steps);
                    self.refuse(reason);
                }
            },
            Edited::Recoverable { reason } => {
                self.keep_text(form);
                self.refuse(format!("{reason} · {again} opens the text again"));
            }
            Edited::Unreadable { reason } => {
                self.keep_text(form);
                self.refuse(format!(
                    "{reason}: save it as UTF-8; nothing is lost, {again} opens it again"
                ));
            }
        }
    }

    /// An editor saved a text after it seemed to have ended, or before an earlier run did.
    pub(crate) fn saved_late(&mut self, form: Form) {
        let is_new = match self.forms.iter().find(|known| known.steps == form.steps) {
            Some(known) => known.text != form.text,
            None => true,
        };
        if is_new && form.text != form.seen {
            self.offer_text(form);
        }
    }

    /// Takes up what an earlier run left of a step's text, or why that cannot be read.
    pub(crate) fn take_up_text(&mut self, form: Form, trouble: Option<String>) {
        let (called, again) = (form.called(), self.keymap.key_of("edit-step"));
        match trouble {
            None if form.text != form.seen => self.offer_text(form),
            trouble => {
                let it = match form.steps.len() {
                    1 => "the step",
                    _ => "the same marks",
                };
                let trouble = trouble.map_or(String::new(), |trouble| format!(" ({trouble})"));
                self.say(format!(
                    "your editor left a text of {called}{trouble}: {again} on {it} opens it again"
                ));
                self.keep_text(form);
            }
        }
    }

    /// Does with the text of a step what was picked.
    pub(crate) fn text_action(&mut self, steps: &Arc<[StepKey]>, action: TextAction) {
        let form = self.forms.iter().find(|form| form.steps == *steps);
        let Some(form) = form.cloned() else {
            return self.refuse("the text is gone");
        };
        match action {
            TextAction::Write => self.write_text(form),
            TextAction::Open => self.effects.push(Effect::EditText { form, again: true }),
            TextAction::Drop => {
                self.drop_text(steps);
                self.say(format!("the text of {} was discarded", form.called()));
            }
        }
    }

    /// Writes to the plan what a text asks for, or keeps it and says why not.
    fn write_text(&mut self, form: Form) {
        let again = self.keymap.key_of("edit-step");
        match self.composer().set_form(&form) {
            Ok(BulkChange {
                change,
                changed,
                disputed,
                ..
            }) if changed > ASK_ABOVE => {
                self.keep_text(form.clone());
                let question = format!("Change {changed} steps at once?");
                let lines = vec![format!("No keeps your text: {again} opens it again.")];
                self.confirm_shown(question, lines, change);
                self.confirm_taking(form);
                self.confirm_disputed(disputed);
            }
            Ok(BulkChange {
                change, disputed, ..
            }) => {
                let asks_nothing = change.edits.is_empty();
                if self.commit_disputed(change, disputed) || asks_nothing {
                    self.text_taken(form);
                } else {
                    self.keep_text(form);
                }
            }
            Err(refusal) => {
                self.keep_text(form);
                self.refuse(format!("{refusal} · {again} continues with your text"));
            }
        }
    }

    /// What a text asks for is in the plan.
    pub(crate) fn text_taken(&mut self, form: Form) {
        self.forms.retain(|known| known.steps != form.steps);
        self.effects.push(Effect::TextTaken(form));
    }

    fn keep_text(&mut self, form: Form) {
        self.forms.retain(|known| known.steps != form.steps);
        self.forms.push(form);
    }

    fn drop_text(&mut self, steps: &Arc<[StepKey]>) {
        self.forms.retain(|known| known.steps != *steps);
        self.effects.push(Effect::DropText(steps.clone()));
    }

    /// Keeps a text, and asks what is to become of it; below a field that is being typed in.
    fn offer_text(&mut self, form: Form) {
        let (steps, called) = (form.steps.clone(), form.called());
        let (detail, blocked) = match self.composer().set_form(&form) {
            Ok(bulk) => (bulk.change.label, None),
            Err(refusal) => (String::new(), Some(refusal.to_string())),
        };
        let row = |key, label, detail, action| {
            Row::new(key, label, detail, Choice::Text(steps.clone(), action))
        };
        let write = row("w", "write it to the plan", detail, TextAction::Write);
        let rows = vec![
            Row { blocked, ..write },
            row(
                "e",
                "open it in $EDITOR again",
                String::new(),
                TextAction::Open,
            ),
            row("d", "discard it", String::new(), TextAction::Drop),
        ];
        self.keep_text(form);
        let offers = |overlay: &Overlay| {
            matches!(overlay, Overlay::Menu(menu)
            if menu.rows.iter().any(|row| matches!(&row.choice, Choice::Text(of, _) if *of == steps)))
        };
        self.overlays.retain(|overlay| !offers(overlay));
        let is_typing = self.overlays.last().and_then(Overlay::input).is_some();
        let at = self.overlays.len() - usize::from(is_typing);
        let offer = Menu {
            title: format!("$EDITOR saved a text of {called} that is not in the plan"),
            rows,
            cursor: 0,
        };
        self.overlays.insert(at, Overlay::Menu(offer));
    }
}
