//! What can lie over a screen: one file an overlay, with its state and its keys.
//!
//! The topmost has the keys. It is off the stack while it takes one, and gives itself back if it
//! stays open: what it opens lies where it lay. A list and a conflict have no keys of their own;
//! theirs are commands, which people rebind and find in the help.

pub mod chooser;
pub mod confirm;
pub mod conflict;
pub mod filter;
pub mod input;
pub mod list;
pub mod menu;
pub mod note;
pub mod prompt;
pub mod step_history;

use self::chooser::Chooser;
use self::confirm::Confirm;
use self::conflict::OpenConflict;
use self::filter::FilterLine;
use self::input::Input;
use self::list::EntryList;
use self::menu::Menu;
use self::note::Note;
use self::prompt::Prompt;
use self::step_history::StepHistory;
use crate::app::core::command::Focus;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;

/// Rows that PageUp and PageDown move by in a menu or a chooser.
const PAGE: usize = 10;

/// Something over the screen. The last one opened has the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Overlay {
    /// One field to fill in.
    Prompt(Prompt),
    /// The filter of the step list.
    Filter(FilterLine),
    /// Rows narrowed down by typing.
    Chooser(Chooser),
    /// A few rows, each with its key.
    Menu(Menu),
    /// The entries of a list field.
    List(EntryList),
    /// A question that only a yes answers.
    Confirm(Confirm),
    /// Two versions of one thing, of which a person picks one.
    Conflict(OpenConflict),
    /// Something to read.
    Note(Note),
    /// What happened to a step.
    StepHistory(StepHistory),
}

impl Overlay {
    /// The text field, if this has one.
    pub fn input(&self) -> Option<&Input> {
        match self {
            Self::Prompt(Prompt { input, .. })
            | Self::Filter(FilterLine { input, .. })
            | Self::Chooser(Chooser { input, .. }) => Some(input),
            _ => None,
        }
    }

    /// The text field, if this has one, to be changed.
    pub(crate) fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Prompt(Prompt { input, .. })
            | Self::Filter(FilterLine { input, .. })
            | Self::Chooser(Chooser { input, .. }) => Some(input),
            _ => None,
        }
    }

    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Where its keys are bound, if they are commands.
    pub(crate) fn focus(&self) -> Option<Focus> {
        match self {
            Self::List(_) => Some(Focus::LIST),
            Self::Conflict(_) => Some(Focus::CONFLICT),
            _ => None,
        }
    }
}

impl Model {
    /// Gives a key to the topmost overlay. Answers false if there is none, or its keys are
    /// commands.
    pub(crate) fn press_overlay(&mut self, key: Key) -> bool {
        let stays = match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) => prompt.press(self, key).map(Overlay::Prompt),
            Some(Overlay::Filter(filter)) => filter.press(self, key).map(Overlay::Filter),
            Some(Overlay::Chooser(chooser)) => chooser.press(self, key).map(Overlay::Chooser),
            Some(Overlay::Menu(menu)) => menu.press(self, key).map(Overlay::Menu),
            Some(Overlay::Confirm(confirm)) => confirm.press(self, key).map(Overlay::Confirm),
            Some(Overlay::Note(note)) => note.press(key).map(Overlay::Note),
            Some(Overlay::StepHistory(history)) => {
                history.press(self, key).map(Overlay::StepHistory)
            }
            other @ (Some(Overlay::List(_) | Overlay::Conflict(_)) | None) => {
                self.overlays.extend(other);
                return false;
            }
        };
        self.overlays.extend(stays);
        self.list_completions();
        true
    }

    /// Takes the text of the open field after a letter was typed or deleted.
    pub(crate) fn typed(&mut self, text: String) {
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        if let Some(input) = top.input_mut() {
            input.text = text;
            input.error = None;
        }
        let stays = match top {
            Overlay::Chooser(chooser) => chooser.typed(self).map(Overlay::Chooser),
            Overlay::Filter(filter) => Some(Overlay::Filter(filter.typed(self))),
            Overlay::Prompt(prompt) => Some(Overlay::Prompt(prompt.typed(self))),
            other => Some(other),
        };
        let lists = matches!(stays, Some(Overlay::Chooser(_)));
        self.overlays.extend(stays);
        if lists {
            self.list_rows();
        }
    }

    /// Says below the text of the open field what is wrong with it.
    pub(crate) fn mark_input(&mut self, error: String) {
        if let Some(input) = self.overlays.last_mut().and_then(Overlay::input_mut) {
            input.error = Some(error);
        }
    }

    /// Moves the cursor of the topmost overlay. Answers false if it has none to move.
    pub(crate) fn move_in_overlay(&mut self, by: isize) -> bool {
        match self.overlays.last_mut() {
            Some(Overlay::List(list)) => list.move_by(&self.plan, by),
            Some(Overlay::Conflict(conflict)) => conflict.scroll_by(by),
            _ => return false,
        }
        true
    }

    /// Whether a person still has to pick one of two versions.
    pub(crate) fn has_conflict(&self) -> bool {
        self.overlays.iter().any(Overlay::is_conflict)
    }
}

/// Where a key moves the cursor among so many rows: single steps go round, pages stop at the
/// ends. `None` if the key does not move.
fn moved(cursor: usize, code: Code, rows: usize) -> Option<usize> {
    let last = rows.saturating_sub(1);
    match code {
        Code::Down | Code::Tab if cursor >= last => Some(0),
        Code::Down | Code::Tab => Some(cursor + 1),
        Code::Up | Code::BackTab => Some(cursor.checked_sub(1).unwrap_or(last)),
        Code::PageDown => Some((cursor + PAGE).min(last)),
        Code::PageUp => Some(cursor.saturating_sub(PAGE)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Effect, Message, update};
    use crate::change::form::Form;
    use crate::plan::source::{Role, SourceFile};

    /// A cockpit on two steps, with these keys for suspending.
    fn model(suspend: &[&str]) -> Model {
        let log = b"{\"step_id\":\"0001\",\"title\":\"One\"}\n{\"step_id\":\"0002\"}\n".to_vec();
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log)];
        let keys = suspend.iter().map(|key| (*key).to_owned()).collect();
        let (keymap, _) = Keymap::new(&BTreeMap::from([("suspend".to_owned(), keys)]));
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        Model::new(files, SessionContext::default(), keymap, now)
    }

    fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
        let keys = keys.split(' ').map(|key| key.parse().unwrap());
        let effects = keys.flat_map(|key| update(model, Message::Key(key)));
        effects.collect()
    }

    /// Keys that open each overlay there is a key for: fields, choosers, menus, lists, notes.
    const OPENERS: [&str; 8] = ["a", "/", "?", ":", "b", "s", "e d", "w"];

    #[test]
    fn ctrl_c_closes_what_lies_over_a_screen_and_does_not_quit() {
        for keys in OPENERS {
            let mut model = model(&["ctrl-z"]);
            press(&mut model, keys);
            assert_eq!(model.overlays.len(), 1, "{keys}");
            let effects = press(&mut model, "ctrl-c");
            assert_eq!(model.overlays, [], "{keys}");
            assert!(!effects.contains(&Effect::Quit), "{keys}");
        }
    }

    #[test]
    fn the_keys_of_the_terminal_come_first_unless_they_are_letters() {
        for keys in OPENERS {
            let mut model = model(&["ctrl-z", "Z"]);
            press(&mut model, keys);
            let open = model.overlays.clone();
            assert!(press(&mut model, "ctrl-z").contains(&Effect::Suspend));
            assert!(press(&mut model, "ctrl-l").contains(&Effect::Redraw));
            assert_eq!(model.overlays, open, "{keys}");
            // In a list, letters are commands as they are on a screen.
            let is_command = matches!(open[..], [Overlay::List(_)]);
            let suspends = press(&mut model, "Z").contains(&Effect::Suspend);
            assert_eq!(suspends, is_command, "{keys}");
        }
    }

    #[test]
    fn in_a_menu_j_and_k_move_unless_a_row_has_them() {
        let mut model = model(&[]);
        let row = |key: &str| menu::Row::new(key, key, "", menu::Choice::Open(key.to_owned()));
        let cursor = |model: &Model| match model.overlays.last() {
            Some(Overlay::Menu(menu)) => menu.cursor,
            other => panic!("{other:?}"),
        };
        model.menu("Links", vec![row("a"), row("k"), row("c")], 0);
        press(&mut model, "j tab down j");
        assert_eq!(cursor(&model), 1);
        press(&mut model, "up pagedown x");
        assert_eq!(cursor(&model), 2);
        let opened = press(&mut model, "k");
        assert!(opened.contains(&Effect::Open("k".to_owned())));
        assert_eq!(model.overlays, []);
    }

    #[test]
    fn what_an_editor_saves_late_is_offered_beneath_what_is_typed_in() {
        for keys in ["a", "/", ":"] {
            let mut model = model(&[]);
            press(&mut model, keys);
            let form = Form {
                step: ("0001".parse().unwrap(), 0),
                seen: "title: One".to_owned(),
                text: "title: First".to_owned(),
            };
            update(&mut model, Message::SavedLate(form));
            assert!(
                matches!(model.overlays[..], [Overlay::Menu(_), _]),
                "{keys}"
            );
            assert!(model.overlays[1].input().is_some(), "{keys}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_stays_within_its_rows(rows in 1_usize..40, codes in prop::collection::vec(
            prop::sample::select(vec![Code::Down, Code::Up, Code::PageDown, Code::PageUp]), 0..20,
        )) {
            let mut cursor = 0;
            for code in codes {
                let to = moved(cursor, code, rows).unwrap();
                prop_assert!(to < rows);
                let back = match code {
                    Code::Down => moved(to, Code::Up, rows),
                    Code::Up => moved(to, Code::Down, rows),
                    _ => Some(cursor),
                };
                prop_assert_eq!(back, Some(cursor));
                cursor = to;
            }
        }
    }
}
