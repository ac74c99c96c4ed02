//! What can lie over a screen: one file an overlay, with its state and its keys.
//!
//! The topmost has the keys. It is off the stack while it takes one, and gives itself back if it
//! stays open: what it opens lies where it lay. Lists and conflicts have no keys of their own;
//! theirs are commands, which people rebind and find in the help.

pub mod chooser;
pub mod columns;
pub mod completion;
pub mod confirm;
pub mod conflict;
pub mod filter;
pub mod input;
pub mod list;
pub mod merge;
pub mod menu;
pub mod note;
pub mod output;
pub mod palette;
mod preview;
pub mod prompt;
pub mod step_history;

use std::sync::Arc;

use self::chooser::{Chooser, Source};
use self::columns::ColumnList;
use self::confirm::Confirm;
use self::conflict::OpenConflict;
use self::filter::FilterLine;
use self::input::Input;
use self::list::EntryList;
use self::menu::{Choice, Menu};
use self::merge::OpenMerge;
use self::note::Note;
use self::output::Output;
use self::prompt::{Prompt, Purpose};
use self::step_history::StepHistory;
use crate::app::core::command::Focus;
use crate::app::core::key::{Code, Key};
use crate::app::core::message::{Effect, FieldText};
use crate::app::core::model::Model;
use crate::app::core::navigate;
use crate::plan::StepKey;

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
    /// The columns of the step list.
    Columns(ColumnList),
    /// The entries of a list field.
    List(EntryList),
    /// A question that only a yes answers.
    Confirm(Confirm),
    /// Two versions of one thing, of which a person picks one.
    Conflict(OpenConflict),
    /// Two versions that a merge left in a file.
    Merge(OpenMerge),
    /// Something to read.
    Note(Note),
    /// What happened to a step.
    StepHistory(StepHistory),
    /// What a command of one's own prints.
    Output(Output),
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

    /// The steps that what is typed or picked here goes to, by name.
    pub(crate) fn steps_mut(&mut self) -> Vec<&mut Arc<[StepKey]>> {
        match self {
            Self::Prompt(Prompt {
                purpose: Purpose::Set(request) | Purpose::Resolve(request),
                ..
            }) => vec![&mut request.steps],
            Self::Chooser(Chooser { source, .. }) => match source {
                Source::Upstream(steps) | Source::Downstream(steps) | Source::Block(steps) => {
                    vec![steps]
                }
                Source::Owner(request) => vec![&mut request.steps],
                _ => Vec::new(),
            },
            Self::Menu(menu) => {
                let choices = menu.rows.iter_mut().map(|row| &mut row.choice);
                let steps = choices.filter_map(|choice| match choice {
                    Choice::Set(request, _) | Choice::SetNew(request, ..) => {
                        Some(&mut request.steps)
                    }
                    Choice::Edit(steps, _)
                    | Choice::Depend(steps, _)
                    | Choice::MoveTo(steps, _) => Some(steps),
                    _ => None,
                });
                steps.collect()
            }
            Self::List(list) => vec![&mut list.steps],
            _ => Vec::new(),
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
            Self::Merge(_) => Some(Focus::MERGE),
            _ => None,
        }
    }
}

impl Model {
    /// Gives a key to the topmost overlay. Answers false if there is none, or its keys are
    /// commands.
    pub(crate) fn press_overlay(&mut self, key: Key) -> bool {
        if key.ctrl
            && key.code == Code::Char('o')
            && let Some(overlay) = self.overlays.last()
            && let Some(input) = overlay.input()
        {
            let draft = match overlay {
                Overlay::Prompt(prompt) => Some(Box::new(self.draft_of(prompt))),
                _ => None,
            };
            let (field, text) = (input.serial, input.text.clone());
            let edit = Effect::EditField(FieldText { field, text, draft });
            self.effects.push(edit);
            return true;
        }
        let stays = match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) => prompt.press(self, key).map(Overlay::Prompt),
            Some(Overlay::Filter(filter)) => filter.press(self, key).map(Overlay::Filter),
            Some(Overlay::Chooser(chooser)) => chooser.press(self, key).map(Overlay::Chooser),
            Some(Overlay::Menu(menu)) => menu.press(self, key).map(Overlay::Menu),
            Some(Overlay::Columns(columns)) => columns.press(self, key).map(Overlay::Columns),
            Some(Overlay::Confirm(confirm)) => confirm.press(self, key).map(Overlay::Confirm),
            Some(Overlay::Note(note)) => note.press(self, key).map(Overlay::Note),
            Some(Overlay::StepHistory(history)) => {
                history.press(self, key).map(Overlay::StepHistory)
            }
            Some(Overlay::Output(output)) => output.press(self, key).map(Overlay::Output),
            other @ (Some(Overlay::List(_) | Overlay::Conflict(_) | Overlay::Merge(_)) | None) => {
                self.overlays.extend(other);
                return false;
            }
        };
        self.overlays.extend(stays);
        if let Some(Overlay::Chooser(chooser)) = self.overlays.last()
            && chooser.is_asking()
        {
            self.list_rows();
        }
        self.list_completions();
        self.list_prompt_completions();
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
            Some(Overlay::List(list)) => list.move_by(by),
            Some(Overlay::Conflict(conflict)) => conflict.scroll_by(by),
            Some(Overlay::Merge(merge)) => merge.scroll_by(by),
            _ => return false,
        }
        true
    }

    /// Has open lists show what is in the plan by now.
    pub(crate) fn refresh_lists(&mut self) {
        for overlay in &mut self.overlays {
            if let Overlay::List(list) = overlay {
                list.refresh(&self.plan);
            }
        }
    }

    /// Whether Ctrl-C means something of its own in what is open: it cancels the command whose
    /// output is shown.
    pub(crate) fn takes_interrupt(&self) -> bool {
        let is_output = matches!(self.overlays.last(), Some(Overlay::Output(_)));
        is_output && self.programs.running().is_some()
    }

    /// Whether a person still has to pick one of two versions.
    pub(crate) fn has_conflict(&self) -> bool {
        self.overlays.iter().any(Overlay::is_conflict)
    }
}

/// By how many rows a key moves in what lies over a screen: as it does on the screens, also where
/// people rebound it.
fn movement(model: &Model, key: Key) -> Option<isize> {
    let command = model.keymap.command(Focus::LIST, key)?;
    navigate::distance(model, command.name)
}

/// Where a key moves the cursor among so many rows: single steps go round, longer ways stop at the
/// ends. `None` if the key does not move.
fn moved(model: &Model, cursor: usize, key: Key, rows: usize) -> Option<usize> {
    let last = rows.saturating_sub(1);
    let by = match key.code {
        Code::Tab | Code::Down => 1,
        Code::BackTab | Code::Up => -1,
        _ => movement(model, key)?,
    };
    Some(match by {
        1 if cursor >= last => 0,
        -1 if cursor == 0 => last,
        by => navigate::moved(cursor, by, rows),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, update};
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
                steps: [("0001".parse().unwrap(), 0)].into(),
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
            prop::sample::select(vec![
                Code::Down, Code::Up, Code::PageDown, Code::PageUp, Code::Home, Code::End,
            ]), 0..20,
        )) {
            let model = model(&[]);
            let moved = |cursor, code| moved(&model, cursor, Key::plain(code), rows);
            let mut cursor = 0;
            for code in codes {
                let to = moved(cursor, code).unwrap();
                prop_assert!(to < rows);
                let back = match code {
                    Code::Down => moved(to, Code::Up),
                    Code::Up => moved(to, Code::Down),
                    Code::Home => Some(cursor).filter(|_| to == 0),
                    Code::End => Some(cursor).filter(|_| to == rows - 1),
                    _ => Some(cursor),
                };
                prop_assert_eq!(back, Some(cursor));
                cursor = to;
            }
        }
    }
}
