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
use super::editing::{self, LateSaves};
use super::editor;
use super::terminal::{Input, Terminal};
use crate::app::core::message::Edited;
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

    /// Lets the person's editor work on the text of a field, and answers what was left.
    ///
    /// # Errors
    /// Why there is nothing, in words.
    fn edit_text(&mut self, text: &str) -> Result<String, String>;

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
    /// The folder in the place of [`RealTerminal::private`], where that cannot be written.
    pub passing: Option<TempDir>,
}

impl RealTerminal<'_> {
    /// Lays a text down; where the folder for that cannot be written, in one that goes with us.
    fn lay(&mut self, form: &Form) -> io::Result<Scratch> {
        Scratch::lay(&self.private, form).or_else(|error| {
            let passing = temporary_folder("stepdeck-").ok_or(error)?;
            self.private = passing.path().to_owned();
            let scratch = Scratch::lay(&self.private, form);
            self.passing = Some(passing);
            scratch
        })
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
        let laid = kept.map_or_else(|| self.lay(form), Ok);
        let scratch = match laid {
            Ok(scratch) => scratch,
            Err(error) => {
                let reason = format!("no file can be written for the editor: {error}");
                // It was there before, so it is not to be lost now.
                let saved = (form.text != form.seen).then(|| form.text.clone());
                return Edited::Failed { reason, saved };
            }
        };
        let before = std::fs::read(scratch.path()).unwrap_or_default();
        let begun = Instant::now();
        let ended = self
            .terminal
            .away(&self.input, || editor::edit(scratch.path(), self.variable));
        let edited = editing::returned(&scratch, form, &before, begun.elapsed(), ended);
        if edited == Edited::AtOnce && self.late.iter().all(|late| late.steps != form.steps) {
            let watched = LateSaves::watch(&self.private, form.steps.clone(), self.sender.clone());
            // Where nothing can be watched, the next start finds what was saved.
            self.late.extend(watched.ok());
        }
        edited
    }

    fn edit_text(&mut self, text: &str) -> Result<String, String> {
        // Removed with this value; the field itself is kept beyond a crash.
        let folder =
            temporary_folder("stepdeck-").ok_or("no file can be written for the editor")?;
        let path = folder.path().join("field.md");
        let failed = |error: io::Error| format!("{}: {error}", path.display());
        std::fs::write(&path, format!("{text}\n")).map_err(failed)?;
        self.terminal
            .away(&self.input, || editor::edit(&path, self.variable))
            .map_err(failed)?
            .map_err(|error| error.to_string())?;
        std::fs::read_to_string(&path).map_err(failed)
    }

    fn text_taken(&mut self, form: &Form) {
        let Some(scratch) = Scratch::of(&self.private, &form.steps) else {
            return;
        };
        let is_late = self.late.iter().any(|late| late.steps == form.steps);
        if !is_late || scratch.describe(&form.steps, &form.text).is_err() {
            scratch.remove();
        }
    }

    fn drop_text(&mut self, steps: &[StepKey]) {
        self.late.retain(|late| *late.steps != *steps);
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
