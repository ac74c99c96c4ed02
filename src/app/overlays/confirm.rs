//! A question before a change that is large or hard to foresee. Only `y` is a yes.

use std::collections::HashSet;

use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::change::value::Refusal;
use crate::change::{Change, Edit, Target};

/// Above this many steps, or lines of the plan, a bulk change asks first.
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
    /// How many rows of the consequence are scrolled out of sight, at the most.
    pub scroll: usize,
}

impl Confirm {
    /// Takes a key; answers the question unless that answered it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        match (key.code, key.letter()) {
            (_, Some('y' | 'Y')) => {
                model.commit(self.change);
                None
            }
            (Code::Esc | Code::Enter, _) | (_, Some('n' | 'N')) => {
                model.say("unchanged");
                None
            }
            (code, letter) => {
                let code = match letter {
                    Some('j') => Code::Down,
                    Some('k') => Code::Up,
                    _ => code,
                };
                // Further down than to the last line there is nothing.
                let rows = self.consequence.lines().count() * 2;
                self.scroll = match code {
                    Code::Down => self.scroll + 1,
                    Code::Up => self.scroll.saturating_sub(1),
                    Code::PageDown => self.scroll + super::PAGE,
                    Code::PageUp => self.scroll.saturating_sub(super::PAGE),
                    _ => self.scroll,
                }
                .min(rows);
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
            scroll: 0,
        }));
    }

    /// Makes a change, or says why not; asks first where it is about more than a few steps.
    pub(crate) fn make(&mut self, change: Result<Change, Refusal>, steps: usize) {
        match change {
            Err(refusal) => self.refuse(refusal.to_string()),
            Ok(change) if steps > ASK_ABOVE && !change.edits.is_empty() => {
                let undo = self.keymap.key_of("undo");
                let consequence = format!("{}. One {undo} undoes it all.", change.label);
                self.confirm(
                    format!("Change {steps} steps at once?"),
                    consequence,
                    change,
                );
            }
            Ok(change) => {
                self.commit(change);
            }
        }
    }

    /// What a change would put in place of what: a heading an edit, what goes after `- `,
    /// what comes after `+ `.
    pub(crate) fn preview(&self, change: &crate::change::Change) -> String {
        /// Nobody reads more than that before saying yes.
        const MOST: usize = 500;
        let mut lines = Vec::new();
        for edit in change.edits.iter().take(MOST) {
            lines.push(format!(
                "{} in {}",
                edit.target.words(),
                edit.path.display()
            ));
            for (sign, side) in [('-', &edit.before), ('+', &edit.after)] {
                if let Some(bytes) = side {
                    let text = String::from_utf8_lossy(bytes);
                    lines.push(format!("{sign} {}", excerpt(&text)));
                }
            }
        }
        if change.edits.len() > MOST {
            lines.push(format!("… and {} more", change.edits.len() - MOST));
        }
        lines.join("\n")
    }
}

/// How many lines of the plan edits change: all that is edited of a step in one file is one.
pub(crate) fn lines_changed<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> usize {
    let mut steps = HashSet::new();
    let mut others = 0;
    for edit in edits {
        match edit.target {
            Target::LogValue { step, nth, .. } | Target::LogStep { step, nth } => {
                steps.insert((&edit.path, step, nth));
            }
            _ => others += 1,
        }
    }
    steps.len() + others
}

/// A source text as one line, short enough to be compared with another one.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
