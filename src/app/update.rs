//! Message in, model changed, effects out.

use std::sync::Arc;

use super::command::Place;
use super::key::{Code, Key};
use super::message::{Effect, Message};
use super::model::{Model, Screen};
use super::overlay::{Overlay, Purpose, Row};
use crate::plan::checks::Problem;

/// Takes one message. Answers what must be done outside, in order.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => press(model, key),
        Message::Typed(text) => typed(model, text),
        Message::Pasted => model.refuse("no field is open to paste into; e opens one"),
        Message::Clock(now) => {
            model.tick(now);
        }
        Message::Disk(event) => model.disk(event),
        Message::Checked {
            generation,
            problems,
        } => {
            if generation >= model.problems.generation {
                let last = problems.len().saturating_sub(1);
                model.problems.generation = generation;
                model.problems.checked_at = Some(model.now);
                model.problems.found = gravest_first(problems);
                model.problems.cursor = model.problems.cursor.min(last);
            }
        }
        Message::Edited(text) => model.edited(text),
        Message::Notice { text, error } => match error {
            true => model.refuse(text),
            false => model.say(text),
        },
    }
    std::mem::take(&mut model.effects)
}

/// The problems by severity, in the order of the files among equals.
fn gravest_first(mut problems: Arc<Vec<Problem>>) -> Arc<Vec<Problem>> {
    if !problems.is_sorted_by_key(|problem| problem.severity) {
        Arc::make_mut(&mut problems).sort_by_key(|problem| problem.severity);
    }
    problems
}

fn press(model: &mut Model, key: Key) {
    if let Some(prefix) = model.prefix.take() {
        return super::commands::navigate::bookmark(model, prefix, key);
    }
    // In whatever lies over a screen, Ctrl-C means what Esc means.
    let interrupt = key.ctrl && key.code == Code::Char('c') && !model.overlays.is_empty();
    let key = if interrupt {
        Key::plain(Code::Esc)
    } else {
        key
    };
    match model.overlays.last() {
        Some(Overlay::Prompt { .. }) => in_prompt(model, key),
        Some(Overlay::Chooser { .. }) => in_chooser(model, key),
        Some(Overlay::Menu { .. }) => in_menu(model, key),
        Some(Overlay::Confirm { .. }) => in_question(model, key),
        Some(Overlay::Note { .. }) => {
            model.overlays.pop();
        }
        _ => run(model, key),
    }
}

/// Runs the command that the key stands for here, or says what there is instead.
fn run(model: &mut Model, key: Key) {
    let place = model.place();
    let Some(command) = model.keymap.command(place, key) else {
        let help = model.keymap.key_of("help");
        if key.code != Code::Esc {
            model.say(format!("{key} does nothing here · {help} lists the keys"));
        }
        return;
    };
    match (command.blocked)(model) {
        Some(reason) => model.refuse(reason),
        None => {
            model.notice = None;
            (command.run)(model);
        }
    }
}

fn in_prompt(model: &mut Model, key: Key) {
    match key.code {
        Code::Enter => model.submit(),
        Code::Esc => {
            if let Some(Overlay::Prompt {
                purpose: Purpose::Filter { before, selected },
                ..
            }) = model.overlays.pop()
            {
                model.restore_filter(&before, selected);
            }
        }
        Code::Down | Code::Up if model.is_filtering() => {
            let step = if key.code == Code::Down { 1 } else { -1 };
            super::commands::navigate::by(model, step);
        }
        _ => {}
    }
}

fn in_chooser(model: &mut Model, key: Key) {
    let Some(Overlay::Chooser {
        rows,
        cursor,
        input,
        source,
    }) = model.overlays.last_mut()
    else {
        return;
    };
    let last = rows.len().saturating_sub(1);
    match key.code {
        Code::Esc => {
            model.overlays.pop();
        }
        // The key that opened the help closes it, as long as it is not a word looked for.
        Code::Char('?') if *source == super::overlay::Source::Help && input.text.is_empty() => {
            model.overlays.pop();
        }
        Code::Down | Code::Tab => *cursor = if *cursor == last { 0 } else { *cursor + 1 },
        Code::Up | Code::BackTab => *cursor = cursor.checked_sub(1).unwrap_or(last),
        Code::PageDown => *cursor = (*cursor + 10).min(last),
        Code::PageUp => *cursor = cursor.saturating_sub(10),
        Code::Enter => {
            let Some(row) = rows.get(*cursor).cloned() else {
                let text = "nothing matches; Esc closes, backspace widens".to_owned();
                input.error = Some(text);
                return;
            };
            if let Some(reason) = row.blocked {
                input.error = Some(reason);
                return;
            }
            model.overlays.pop();
            model.notice = None;
            model.choose(row);
        }
        _ => {}
    }
}

fn in_menu(model: &mut Model, key: Key) {
    let Some(Overlay::Menu { rows, cursor, .. }) = model.overlays.last_mut() else {
        return;
    };
    let last = rows.len().saturating_sub(1);
    let chosen: Option<Row> = match key.code {
        Code::Esc => {
            model.overlays.pop();
            return;
        }
        Code::Enter => rows.get(*cursor).cloned(),
        Code::Down | Code::Tab => {
            *cursor = if *cursor == last { 0 } else { *cursor + 1 };
            return;
        }
        Code::Up | Code::BackTab => {
            *cursor = cursor.checked_sub(1).unwrap_or(last);
            return;
        }
        _ => {
            let letter = key.letter().map(String::from);
            let row = rows.iter().find(|row| Some(&row.key) == letter.as_ref());
            match (row, letter.as_deref()) {
                (Some(row), _) => Some(row.clone()),
                (None, Some("j")) => {
                    *cursor = (*cursor + 1).min(last);
                    return;
                }
                (None, Some("k")) => {
                    *cursor = cursor.saturating_sub(1);
                    return;
                }
                _ => None,
            }
        }
    };
    if let Some(row) = chosen {
        model.overlays.pop();
        model.notice = None;
        model.choose(row);
    }
}

fn in_question(model: &mut Model, key: Key) {
    let yes = matches!(key.letter(), Some('y' | 'Y'));
    let no = matches!(key.code, Code::Esc | Code::Enter) || matches!(key.letter(), Some('n' | 'N'));
    if !yes && !no {
        return;
    }
    if let Some(Overlay::Confirm { change, .. }) = model.overlays.pop() {
        match yes {
            true => {
                model.commit(change);
            }
            false => model.say("left as it was"),
        }
    }
}

fn typed(model: &mut Model, text: String) {
    let Some(input) = model.overlays.last_mut().and_then(Overlay::input_mut) else {
        return;
    };
    input.text = text;
    input.error = None;
    model.narrow();
    if model.is_filtering() {
        model.filter_as_typed();
    }
}

impl Model {
    /// Whether the filter line is open.
    pub fn is_filtering(&self) -> bool {
        matches!(
            self.overlays.last(),
            Some(Overlay::Prompt {
                purpose: Purpose::Filter { .. },
                ..
            })
        )
    }

    /// Goes to a screen.
    pub fn open_screen(&mut self, screen: Screen) {
        self.screen = screen;
        if screen == Screen::Problems {
            self.effects.push(Effect::Check);
        }
    }

    /// One step back towards the step list of screen 1: overlay, filter line, zoom, marks,
    /// filter, pane, screen, in this order. Never out of the program.
    pub fn back(&mut self) {
        if self.overlays.pop().is_some() {
            return;
        }
        if self.screen != Screen::Plan {
            self.open_screen(Screen::Plan);
        } else if self.view.zoomed {
            self.view.zoomed = false;
        } else if self.view.tree {
            self.view.tree = false;
        } else if self.view.range.is_some() {
            self.view.range = None;
        } else if !self.view.filter.is_empty() {
            let selected = self.selected();
            self.view.filter = crate::plan::query::Query::default();
            self.refresh(selected);
        } else if !self.view.marks.is_empty() {
            self.view.marks.clear();
        } else if self.place() != Place::Welcome {
            self.view.pane = super::plan_view::Pane::Steps;
            self.view.block_detail = false;
        }
    }
}
