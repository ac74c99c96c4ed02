//! The terminal as the event loop needs it: something to draw on, and what leaves the
//! screen. The real one is below; tests bring their own.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Instant;

use crossterm::clipboard::CopyToClipboard;
use ratatui::Frame;
use tempfile::TempDir;

use super::cockpit::Event;
use super::detached::Clipboards;
use super::editing::{self, LateSaves, LateText};
use super::editor;
use super::terminal::{Input, Terminal};
use crate::app::core::message::{Edited, FieldText};
use crate::app::overlays::input::too_long;
use crate::change::form::Form;
use crate::plan::StepKey;
use crate::store::scratch::Scratch;
use crate::store::state::temporary_folder;

/// What the event loop asks of a terminal.
pub trait TerminalHost {
    /// Draws one frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Makes the next frame a full one.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn redraw(&mut self) -> io::Result<()>;

    /// Stops the program until the shell continues it; `false` where no shell would.
    ///
    /// # Errors
    /// When the terminal cannot be taken back.
    fn suspend(&mut self) -> io::Result<bool>;

    /// Lets the person's editor work on the text of a step; as it was left, where it was there
    /// `again`.
    fn edit(&mut self, form: &Form, again: bool) -> Edited;

    /// Lets something have the terminal until it is done.
    ///
    /// # Errors
    /// When the terminal cannot be taken back; the work is done all the same.
    fn hand_over(&mut self, work: &mut dyn FnMut()) -> io::Result<()>;

    /// Lets the person's editor work on the text of a field; as it was left, where that could not
    /// be taken.
    fn edit_field(&mut self, field: &FieldText) -> Edited;

    /// What the text asks for is in the plan: what is saved later asks for what differs from it.
    fn text_taken(&mut self, form: &Form);

    /// Nobody wants the text of these steps any more.
    fn drop_text(&mut self, steps: &[StepKey]);

    /// Opens a link, or a file inside `root`. Answers what there is to say of it.
    ///
    /// # Errors
    /// Why not, in words.
    fn open(&mut self, target: &str, root: &Path) -> Result<Option<String>, String>;

    /// Puts text, which is called `what`, on the clipboard. Answers what was done; nothing where
    /// that is told by an event later.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn copy(&mut self, text: &str, what: &str) -> io::Result<Option<String>>;

    /// Asks the terminal to put text on the clipboard. Answers what was done: whether it did so is
    /// not known to anybody.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn send(&mut self, text: &str, what: &str) -> io::Result<String>;
}

/// The person's terminal.
pub(crate) struct RealTerminal<'a> {
    /// The thread that reads keys. It ends first: what is typed once the shell has its
    /// terminal back is the shell's.
    pub input: Input,
    /// The screen.
    pub terminal: Terminal,
    /// The folder of what is private to this person.
    pub private: PathBuf,
    /// A variable of the environment, which names editor, browser and clipboards.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Hears what programs do after they were started.
    pub sender: Sender<Event>,
    /// Texts that an editor may still have open in a window.
    pub late: Vec<LateSaves>,
    /// The text of the field with this number that could not be taken from the editor.
    pub kept_field: Option<(u64, Scratch)>,
    /// The folder in the place of [`RealTerminal::private`], where that cannot be written.
    pub passing: Option<TempDir>,
}

impl RealTerminal<'_> {
    /// Lays a text down; where the folder for that cannot be written, in one that goes with us.
    fn lay(&mut self, lay: impl Fn(&Path) -> io::Result<Scratch>) -> io::Result<Scratch> {
        lay(&self.private).or_else(|error| {
            let passing = temporary_folder("stepdeck-").ok_or(error)?;
            self.private = passing.path().to_owned();
            let scratch = lay(&self.private);
            self.passing = Some(passing);
            scratch
        })
    }

    /// Runs the editor on a text. `seen` is the text as the plan has it.
    fn run_editor(&mut self, scratch: &Scratch, seen: &str) -> Edited {
        let before = std::fs::read(scratch.path()).unwrap_or_default();
        let begun = Instant::now();
        let ended = self
            .terminal
            .away(&self.input, || editor::edit(scratch.path(), self.variable));
        editing::returned(scratch, seen, &before, begun.elapsed(), ended)
    }

    /// Takes up what the editor saves into a text from now on.
    fn watch_late(&mut self, text: LateText) {
        if self.late.iter().all(|late| late.of != text) {
            let watched = LateSaves::watch(&self.private, text, self.sender.clone());
            // Where nothing can be watched, the next start finds what was saved.
            self.late.extend(watched.ok());
        }
    }
}

impl TerminalHost for RealTerminal<'_> {
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)
    }

    fn redraw(&mut self) -> io::Result<()> {
        self.terminal.reclaim()
    }

    fn suspend(&mut self) -> io::Result<bool> {
        self.terminal.suspend(&self.input)
    }

    fn hand_over(&mut self, work: &mut dyn FnMut()) -> io::Result<()> {
        self.terminal.away(&self.input, work)
    }

    fn edit(&mut self, form: &Form, again: bool) -> Edited {
        let kept = again
            .then(|| Scratch::of(&self.private, &form.steps))
            .flatten();
        let laid = kept.map_or_else(|| self.lay(|at| Scratch::lay(at, form)), Ok);
        let scratch = match laid {
            Ok(scratch) => scratch,
            Err(error) => {
                let reason = format!("no file can be written for the editor: {error}");
                // It was there before, so it is not to be lost now.
                let saved = (form.text != form.seen).then(|| form.text.clone());
                return Edited::Failed { reason, saved };
            }
        };
        let edited = self.run_editor(&scratch, &form.seen);
        if edited == Edited::AtOnce {
            self.watch_late(LateText::Steps(form.steps.clone()));
        }
        edited
    }

    fn edit_field(&mut self, field: &FieldText) -> Edited {
        let kept = self.kept_field.take().filter(|(of, _)| *of == field.field);
        let seen = format!("{}\n", field.text);
        let laid = kept.map_or_else(
            || self.lay(|at| Scratch::lay_field(at, &field.draft, &seen)),
            |(_, scratch)| Ok(scratch),
        );
        let scratch = match laid {
            Ok(scratch) => scratch,
            Err(error) => {
                let reason = format!("no file can be written for the editor: {error}");
                return Edited::Failed {
                    reason,
                    saved: None,
                };
            }
        };
        let edited = self.run_editor(&scratch, &seen);
        match &edited {
            Edited::Left(text)
            | Edited::Failed {
                saved: Some(text), ..
            } if too_long(text).is_some() => self.kept_field = Some((field.field, scratch)),
            Edited::Left(_) | Edited::Failed { .. } => scratch.remove(),
            Edited::AtOnce => {
                let path = scratch.path().to_owned();
                self.watch_late(LateText::Field(field.clone(), path));
            }
            Edited::Recoverable { .. } | Edited::Unreadable { .. } => {
                self.kept_field = Some((field.field, scratch));
            }
        }
        edited
    }

    fn text_taken(&mut self, form: &Form) {
        let Some(scratch) = Scratch::of(&self.private, &form.steps) else {
            return;
        };
        let of = LateText::Steps(form.steps.clone());
        let is_late = self.late.iter().any(|late| late.of == of);
        if !is_late || scratch.describe(&form.steps, &form.text).is_err() {
            scratch.remove();
        }
    }

    fn drop_text(&mut self, steps: &[StepKey]) {
        let is_of = |late: &LateSaves| matches!(&late.of, LateText::Steps(of) if **of == *steps);
        self.late.retain(|late| !is_of(late));
        if let Some(scratch) = Scratch::of(&self.private, steps) {
            scratch.remove();
        }
    }

    fn open(&mut self, target: &str, root: &Path) -> Result<Option<String>, String> {
        match editor::link_target(target, root).map_err(|error| error.to_string())? {
            editor::Target::File(path) => self
                .terminal
                .away(&self.input, || editor::edit(&path, self.variable))
                .map_err(|error| error.to_string())?
                .map(|()| None)
                .map_err(|error| error.to_string()),
            editor::Target::Address(address) => {
                let sender = self.sender.clone();
                let failed = move |text| {
                    // Nobody hears it when the cockpit is being left.
                    let _ = sender.send(Event::Notice { text, error: true });
                };
                editor::open_address(&address, self.variable, failed)
                    .map(|()| Some(format!("opening {address}")))
                    .map_err(|error| error.to_string())
            }
        }
    }

    fn copy(&mut self, text: &str, what: &str) -> io::Result<Option<String>> {
        let clipboards = Clipboards::of(self.variable);
        if clipboards.is_empty() {
            return self.send(text, what).map(Some);
        }
        let (text, what) = (text.to_owned(), what.to_owned());
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            let event = match clipboards.take(&text, &what) {
                Some(text) => Event::Notice { text, error: false },
                None => Event::NotCopied { text, what },
            };
            let _ = sender.send(event);
        });
        Ok(None)
    }

    fn send(&mut self, text: &str, what: &str) -> io::Result<String> {
        crossterm::execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?;
        Ok(format!("sent {what} to the terminal, for its clipboard"))
    }
}
