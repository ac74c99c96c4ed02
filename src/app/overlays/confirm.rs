//! A question before a change that is large or hard to foresee. Only `y` is a yes.

use std::collections::HashSet;

use super::{Overlay, movement};
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::change::conflict::Conflict;
use crate::change::form::Form;
use crate::change::value::Refusal;
use crate::change::{Change, Edit, Target};
use crate::report::paper::ShownFile;

/// Above this many steps, or lines of the plan, a bulk change is shown before it is made.
pub(crate) const ASK_ABOVE: usize = 20;

/// A change that waits for a yes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What follows from a yes.
    pub consequence: String,
    /// What a yes does.
    pub change: Change,
    /// What of it would replace somebody else's words, and is asked about once it is made.
    disputed: Vec<Conflict>,
    /// What is said beside the change when it is made.
    said: Vec<String>,
    /// The text of `$EDITOR` that asks for it, and is done with once it is made.
    form: Option<Form>,
    /// The files that go into one's own archive once it is made.
    shown: Vec<ShownFile>,
    /// The first line of the consequence in sight.
    pub scroll: usize,
}

impl Confirm {
    /// Takes a key; answers the question unless that answered it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        match (key.code, key.letter()) {
            (_, Some('y' | 'Y')) => {
                if model.commit_disputed(self.change, self.disputed) {
                    model.say_too(&self.said);
                    if let Some(form) = self.form {
                        model.text_taken(form);
                    }
                    model.archive(self.shown);
                }
                None
            }
            (Code::Esc | Code::Enter, _) | (_, Some('n' | 'N')) => {
                model.say("unchanged");
                None
            }
            _ => {
                if let Some(by) = movement(model, key) {
                    self.scroll = moved(self.scroll, by, self.consequence.lines().count());
                }
                Some(self)
            }
        }
    }
}

impl Model {
    /// Asks before a change is made.
    pub fn confirm(
        &mut self,
        question: impl Into<String>,
        consequence: impl Into<String>,
        change: Change,
    ) {
        self.overlays.push(Overlay::Confirm(Confirm {
            question: question.into(),
            consequence: consequence.into(),
            change,
            disputed: Vec::new(),
            said: Vec::new(),
            form: None,
            shown: Vec::new(),
            scroll: 0,
        }));
    }

    /// Has the question just asked say something beside the change, once it is made.
    pub(crate) fn confirm_saying(&mut self, words: Vec<String>) {
        if let Some(Overlay::Confirm(confirm)) = self.overlays.last_mut() {
            confirm.said = words;
        }
    }

    /// Has the question just asked ask on about what is in dispute, once the change is made.
    pub(crate) fn confirm_disputed(&mut self, disputed: Vec<Conflict>) {
        if let Some(Overlay::Confirm(confirm)) = self.overlays.last_mut() {
            confirm.disputed = disputed;
        }
    }

    /// Has the question just asked copy files into one's own archive, once the change is made.
    pub(crate) fn confirm_archiving(&mut self, shown: Vec<ShownFile>) {
        if let Some(Overlay::Confirm(confirm)) = self.overlays.last_mut() {
            confirm.shown = shown;
        }
    }

    /// Has the question just asked be done with a text, once the change is made.
    pub(crate) fn confirm_taking(&mut self, form: Form) {
        if let Some(Overlay::Confirm(confirm)) = self.overlays.last_mut() {
            confirm.form = Some(form);
        }
    }

    /// Makes a change, or says why not; shows it first where it is about more than a few steps.
    pub(crate) fn make(&mut self, change: Result<Change, Refusal>, steps: usize) {
        match change {
            Err(refusal) => self.refuse(refusal.to_string()),
            Ok(change) if steps > ASK_ABOVE && !change.edits.is_empty() => {
                let question = format!("Change {steps} steps at once?");
                self.confirm_shown(question, vec![format!("{}.", change.label)], change);
            }
            Ok(change) => {
                self.commit(change);
            }
        }
    }

    /// Asks before a change is made, and shows it, below what else there is to say of it.
    pub(crate) fn confirm_shown(
        &mut self,
        question: String,
        mut lines: Vec<String>,
        change: Change,
    ) {
        let undo = self.keymap.key_of("undo");
        lines.push(format!("One {undo} undoes it all."));
        lines.push(String::new());
        lines.push(self.preview(&change));
        self.confirm(question, lines.join("\n"), change);
    }

    /// Adds to what was just said.
    pub(crate) fn say_too(&mut self, words: &[String]) {
        match &mut self.notice {
            Some(notice) => words
                .iter()
                .for_each(|words| notice.text += &format!(" · {words}")),
            None if words.is_empty() => {}
            None => self.say(words.join(" · ")),
        }
    }
}

/// How many lines of the plan edits change: all that is edited of a step in one file is one.
pub(crate) fn lines_changed<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> usize {
    let mut steps = HashSet::new();
    let mut others = 0;
    for edit in edits {
        match edit.target {
            Target::LogValue { step, nth, .. } | Target::LogStep { step, nth, .. } => {
                steps.insert((&edit.path, step, nth));
            }
            _ => others += 1,
        }
    }
    steps.len() + others
}
