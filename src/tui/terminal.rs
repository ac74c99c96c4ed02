//! Takes the terminal over and gives it back, whatever happens in between.
//!
//! [`Terminal`] owns the modes (raw, alternate screen, bracketed paste, hidden cursor) and
//! a [`ratatui::Terminal`] on a [`Screen`]; [`Input`] owns the reading thread.
//!
//! The terminal is given back when [`Terminal`] is dropped, when any thread panics (before
//! the report is printed: install colour-eyre first, its hook then runs after ours), when
//! the process is told to end, and around a stop. After a panic on another thread every
//! further frame fails, so that the loop ends instead of drawing over the report.
//!
//! The mouse is left to the terminal, for selecting text, unless [`Options::mouse`] says otherwise.
//! Nothing is asked of the terminal
//! but its background colour, once, and only by a program that is about to read the answer.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, Once};

use ratatui::Frame;
use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal as Kill, getpgrp, getsid, kill_current_process_group};
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr,
};
use signal_hook::consts::SIGSTOP;

pub use input::{Input, Signal, TerminalEvent};
pub(crate) use screen::{Screen, redraw_next};
use signals::Signals;

mod background;
mod input;
mod parse;
mod screen;
mod signals;

/// Alternate screen, bracketed paste, no cursor, and no line wrap: what a terminal takes for wider
/// than we do is cut at the right edge, instead of running into the next row.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[?7l";
/// Ends an update that was cut short, then undoes [`ENTER`].
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h";
/// No reports of the mouse, of whatever kind and spelling, nor of the focus; cursor keys and
/// keypad as they are by default. A child that crashed may have left any of these. Sent on the way
/// out, too: what we have switched on ourselves is among them.
const NO_REPORTS: &[u8] = b"\x1b[?9;1000;1001;1002;1003;1004l\x1b[?1005;1006;1015;1016l\
    \x1b[?1l\x1b>";
/// Reports of buttons, of drags and of the wheel, in SGR's spelling, and of the focus: the click that
/// gives the window the focus is no other click.
const MOUSE_REPORTS: &[u8] = b"\x1b[?1002h\x1b[?1006h\x1b[?1004h";
/// No keyboard protocol of kitty's kind, which terminals keep for each of their two screens, and
/// no `modifyOtherKeys`. Sent on the way in only, where a screen is drawn over it: an old
/// console prints what it does not know.
const PLAIN_KEYS: &[u8] = b"\x1b[=0;1u\x1b[>4;0m";

/// Whether this process has the terminal in its modes. There is one terminal a process,
/// and the panic hook has no other way to know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The keyboard's terminal and its modes as they were when we came.
static ORIGINAL: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);

/// What to do on the way in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The terminal is behind a network, so that what belongs together comes further apart.
    pub remote: bool,
    /// The mouse is wanted for clicks and the wheel, where the terminal would select text.
    pub mouse: bool,
}

impl Options {
    /// What the environment says; `env` looks up a variable.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Options {
        let is_set = |name| env(name).is_some_and(|value| !value.is_empty());
        Options {
            remote: is_set("SSH_CONNECTION") || is_set("SSH_TTY"),
            mouse: false,
        }
    }
}

/// The terminal, taken over. Dropping it gives the terminal back.
pub struct Terminal {
    screen: ratatui::Terminal<Screen>,
    tty: OwnedFd,
    signals: Option<Signals>,
    options: Options,
}

impl Terminal {
    /// Takes the terminal over. Signals are caught from here on; start the input soon.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] when standard output is no terminal or there is none
    /// to read keys from, and whatever the terminal refuses. It is given back then.
    pub fn enter(options: Options) -> io::Result<Terminal> {
        let tty = keyboard()?;
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        if !isatty(&output) {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "standard output is not a terminal; scripts can use the subcommands",
            ));
        }
        let signals = Signals::catch()?;
        give_back_on_panic();
        let size_of = output.try_clone()?;
        let screen = Screen::new(Output(File::from(output)), move || window_size(&size_of));
        let mut terminal = Terminal {
            screen: ratatui::Terminal::new(screen)?,
            tty,
            signals: Some(signals),
            options,
        };
        terminal.reclaim()?;
        Ok(terminal)
    }

    /// Asks the terminal for its background. The answer comes as [`TerminalEvent::Background`],
    /// if it comes. Ask when nothing is left that could fail: whoever reads the terminal after
    /// us would have the answer for keys. Leaving within half a second waits for it.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn ask_background(&self, input: &Input) -> io::Result<()> {
        input.expect_answer();
        let mut out = io::stdout();
        out.write_all(background::QUESTION)?;
        out.flush()
    }

    /// Draws a frame, as one synchronised update, and nothing if nothing changed.
    ///
    /// # Errors
    /// When the terminal cannot be written to, or was given back by a panic.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let drawn = self.screen.draw(|frame| {
            render(frame);
            screen::mark_uncertain(frame.buffer_mut());
        });
        drawn.map(|_| ())
    }

    /// Starts to read keys and signals into `sender`.
    ///
    /// # Errors
    /// When it has been started before, or no thread can be started.
    pub fn start_input<M>(&mut self, sender: Sender<M>) -> io::Result<Input>
    where
        M: From<TerminalEvent> + Send + 'static,
    {
        let Some(signals) = self.signals.take() else {
            return Err(io::Error::other(
                "the terminal's input is already being read",
            ));
        };
        Input::start(self.tty.try_clone()?, signals, self.options, sender)
    }

    /// Runs `work`, say an editor, while the terminal is as the shell knows it. No key is
    /// taken from the child, and the first one after it is ours again.
    ///
    /// # Errors
    /// When the terminal cannot be taken back; `work` has run all the same.
    pub fn away<T>(&mut self, input: &Input, work: impl FnOnce() -> T) -> io::Result<T> {
        input.pause();
        restore();
        let result = work();
        self.reclaim()?;
        input.resume();
        Ok(result)
    }

    /// Stops the process until the shell continues it. `Ok(false)` when no shell is there
    /// that could: then nothing happens.
    ///
    /// # Errors
    /// When the terminal cannot be taken back.
    pub fn suspend(&mut self, input: &Input) -> io::Result<bool> {
        // Where our group is also the session's first, no shell would ever continue us.
        if getsid(None)? == getpgrp() {
            return Ok(false);
        }
        input.pause_for_stop();
        restore();
        // Whoever started us within the same job (a script, cargo) must stop with us.
        kill_current_process_group(Kill::TSTP)?;
        input.await_stop_signal();
        // To this thread: a signal to the process could stop it by another thread, after
        // this one has taken the terminal back already.
        signal_hook::low_level::raise(SIGSTOP)?;
        self.reclaim()?;
        input.resume();
        Ok(true)
    }

    /// Takes the terminal (again) and makes the next frame a full one: after
    /// [`Signal::Continue`], and for Ctrl-L.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn reclaim(&mut self) -> io::Result<()> {
        self.take()?;
        self.screen.backend_mut().forget();
        redraw_next(&mut self.screen)
    }

    fn take(&mut self) -> io::Result<()> {
        let mut original = original();
        // The modes of the first time: an editor that crashed may have left its own.
        let (_, modes) = match original.take() {
            Some(known) => original.insert(known),
            None => original.insert((self.tty.try_clone()?, tcgetattr(&self.tty)?)),
        };
        let mut raw = modes.clone();
        raw.make_raw();
        tcsetattr(&self.tty, OptionalActions::Now, &raw)?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut out = io::stdout();
        // The other screen has its own, and the shell is to find it usable.
        for modes in [PLAIN_KEYS, ENTER, NO_REPORTS, PLAIN_KEYS] {
            out.write_all(modes)?;
        }
        if self.options.mouse {
            out.write_all(MOUSE_REPORTS)?;
        }
        out.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back now. Does nothing where that has happened already.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Modes first: who sees the old screen again may type at once.
        restore_modes();
        let mut out = io::stdout();
        let bytes = [NO_REPORTS, LEAVE].concat();
        let _ = out.write_all(&bytes).and_then(|()| out.flush());
    }
}

fn restore_modes() {
    if let Some((tty, modes)) = &*original() {
        // What was sent to us is nobody else's. Not by way of the modes' own flush: that waits
        // for a window that may take no output any more.
        let _ = tcflush(tty, QueueSelector::IFlush);
        // It fails on a terminal that is gone, and then nothing is left to be restored.
        let _ = tcsetattr(tty, OptionalActions::Now, modes);
    }
}

fn original() -> MutexGuard<'static, Option<(OwnedFd, Termios)>> {
    ORIGINAL
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// [`restore`] for the very end: it must not block on a window that takes no output.
fn restore_if_writable() {
    let out = io::stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    if matches!(poll(&mut fds, Some(&at_once)), Ok(1)) && fds[0].revents() == PollFlags::OUT {
        restore();
    }
}

fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            report(info);
        }));
    });
}

/// Where keys come from: standard input, or the controlling terminal if that is piped.
fn keyboard() -> io::Result<OwnedFd> {
    let input = io::stdin();
    if isatty(&input) {
        return input.as_fd().try_clone_to_owned();
    }
    let tty = File::options().read(true).write(true).open("/dev/tty");
    tty.map(OwnedFd::from).map_err(|error| {
        let reason = format!("there is no terminal to read keys from: {error}");
        io::Error::new(io::ErrorKind::Unsupported, reason)
    })
}

/// The size in cells; 80×24 where the terminal claims to have none.
fn window_size(tty: &OwnedFd) -> io::Result<Size> {
    let size = tcgetwinsize(tty)?;
    Ok(match (size.ws_col, size.ws_row) {
        (0, _) | (_, 0) => Size::new(80, 24),
        (columns, rows) => Size::new(columns, rows),
    })
}

/// Frames on their way out, as long as the terminal is ours.
struct Output(File);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if TAKEN.load(Ordering::SeqCst) {
            self.0.write(bytes)
        } else {
            Err(io::Error::other("the terminal has been given back"))
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
