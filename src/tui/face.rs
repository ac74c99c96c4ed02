//! The terminal as the event loop needs it: something to draw on, and what leaves the
//! screen. The real one is below; tests bring their own.

use std::io;
use std::path::Path;

use crossterm::clipboard::CopyToClipboard;
use ratatui::Frame;

use super::editor::{self, process_env};
use super::terminal::{Input, Terminal};
use crate::store::scratch::Scratch;

/// What the event loop asks of a terminal.
pub trait Face {
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

    /// Lets the person's editor work on `text`, and answers what it left.
    ///
    /// # Errors
    /// What went wrong and what to do, in words.
    fn edit(&mut self, text: &str) -> Result<String, String>;

    /// Opens a link, or a file inside `root`.
    ///
    /// # Errors
    /// Why not, in words.
    fn open(&mut self, target: &str, root: &Path) -> Result<(), String>;

    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;
}

/// The person's terminal.
pub struct RealFace {
    /// The thread that reads keys. It ends first: what is typed once the shell has its
    /// terminal back is the shell's.
    pub input: Input,
    /// The screen.
    pub terminal: Terminal,
}

impl Face for RealFace {
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)
    }

    fn redraw(&mut self) -> io::Result<()> {
        self.terminal.reclaim()
    }

    fn suspend(&mut self) -> io::Result<bool> {
        self.terminal.suspend(&self.input)
    }

    fn edit(&mut self, text: &str) -> Result<String, String> {
        let scratch = Scratch::new(text, ".toml")
            .map_err(|error| format!("no temporary file for the editor: {error}"))?;
        let edited = self
            .terminal
            .away(&self.input, || editor::edit(scratch.path(), process_env))
            .map_err(|error| error.to_string())?;
        edited.map_err(|error| error.to_string())?;
        scratch
            .read()
            .map_err(|error| format!("what the editor left cannot be read: {error}"))
    }

    fn open(&mut self, target: &str, root: &Path) -> Result<(), String> {
        match editor::judge(target, root).map_err(|error| error.to_string())? {
            editor::Target::File(path) => self
                .terminal
                .away(&self.input, || editor::edit(&path, process_env))
                .map_err(|error| error.to_string())?
                .map_err(|error| error.to_string()),
            editor::Target::Address(_) => editor::open_link(target, root, process_env)
                .map(|_| ())
                .map_err(|error| error.to_string()),
        }
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        crossterm::execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }
}
