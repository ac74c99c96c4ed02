//! What comes from the terminal: keys and pastes go to the field that is open, else to the model.

use std::io;
use std::time::Instant;

use super::{Cockpit, Turn};
use crate::app::{Effect, Message};
use crate::tui::terminal::{Signal, TerminalEvent};
use crate::tui::terminal_host::TerminalHost;
use crate::tui::widgets::field::Field;
use crate::tui::{keys, mouse};

impl<F: TerminalHost> Cockpit<F> {
    pub(super) fn handle_terminal(&mut self, event: TerminalEvent) -> io::Result<()> {
        match event {
            TerminalEvent::Key(event) => {
                self.sync_field();
                if self.field.is_some()
                    && let Some(remark) = Field::refusal(event)
                {
                    return self.tell(Message::LeftOut(remark));
                }
                if let Some(field) = &mut self.field
                    && field.take(event)
                {
                    return self.typed();
                }
                self.model.caret = self.field.as_ref().map_or(0, Field::caret);
                match keys::key(event) {
                    Some(key) => self.tell(Message::Key(key)),
                    None => Ok(()),
                }
            }
            TerminalEvent::Focus(gained) => {
                self.window_focus.report(gained, Instant::now());
                Ok(())
            }
            TerminalEvent::Mouse(event) if self.window_focus.takes(event, Instant::now()) => Ok(()),
            TerminalEvent::Mouse(event) => match mouse::message(event, &self.view.sight) {
                Some(message) => self.tell(message),
                None => Ok(()),
            },
            TerminalEvent::Paste(text) => {
                self.sync_field();
                match &mut self.field {
                    Some(field) => {
                        let remark = field.paste(&text);
                        self.typed()?;
                        match remark {
                            Some(remark) => self.tell(Message::LeftOut(remark)),
                            None => Ok(()),
                        }
                    }
                    None => self.tell(Message::Pasted),
                }
            }
            TerminalEvent::PasteStalls => self.tell(Message::Notice {
                text: "the rest of a paste is missing · Esc, alone, ends it".to_owned(),
                error: true,
            }),
            TerminalEvent::PasteTooLong(most) => self.tell(Message::Notice {
                text: format!("not pasted: it is longer than {} KiB", most >> 10),
                error: true,
            }),
            TerminalEvent::Background(background) => {
                if self.theme_follows {
                    self.theme = self.theme.on(background);
                }
                Ok(())
            }
            TerminalEvent::Resize | TerminalEvent::Signal(Signal::Interrupt) => Ok(()),
            TerminalEvent::Signal(Signal::Suspend) => self.perform(Effect::Suspend),
            TerminalEvent::Signal(Signal::Continue) => self.face.redraw(),
            TerminalEvent::Signal(Signal::Terminate) | TerminalEvent::Hangup => {
                self.turn = Turn::Quit;
                Ok(())
            }
        }
    }

    fn typed(&mut self) -> io::Result<()> {
        let text = self.field.as_ref().map(Field::text).unwrap_or_default();
        self.tell(Message::Typed(text))
    }

    /// Opens an editor for the field that the model has open, if there is one.
    pub(super) fn sync_field(&mut self) {
        let input = self
            .model
            .overlays
            .last()
            .and_then(|overlay| overlay.input());
        match input {
            None => self.field = None,
            Some(input) if self.field.as_ref().is_some_and(|field| field.is_of(input)) => {}
            Some(input) => self.field = Some(Field::open(input)),
        }
    }
}
