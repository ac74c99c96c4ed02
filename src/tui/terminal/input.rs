//! The thread that reads the terminal: keys, signals, and the terminal's disappearance.
//!
//! It polls the terminal, and a socket that wakes it, and reads only what is already
//! there, so it can be paused at once and never holds a key that belongs to an editor.
//!
//! crossterm's reader is not used, because it cannot be paused safely. It polls
//! edge-triggered and then reads a blocking descriptor in a loop (`event/source/unix/mio.rs` of
//! crossterm 0.29): after an editor has used the terminal, a stale edge makes `poll(timeout)` block
//! beyond its timeout in `read`, holding the reader's lock; and on a terminal that is gone (`read`
//! gives 0 or EIO) that loop never ends. Upstream knows: issues crossterm #793 and #839; pull
//! requests #1057 and #1067 are open. Once they are released, this thread can go.

use std::io::{self, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossterm::event::{KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level;

use super::Options;
use super::parse::{LONGEST_PASTE, Parser, Typed};
use super::signals::Signals;
use crate::tui::theme::Background;

/// How long the cockpit may take to leave by itself once it was told to, or once its
/// terminal is gone; then the process ends. Saves are atomic, so nothing is torn.
const EXIT_TIMEOUT: Duration = Duration::from_millis(1500);
/// How long after it was asked the terminal may answer before somebody else gets its input.
/// A terminal that has not answered by then never does.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

/// What a terminal can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEvent {
    /// A key was pressed.
    Key(KeyEvent),
    /// Something was done with the mouse. Comes only if [`super::Options::mouse`] is set.
    Mouse(MouseEvent),
    /// The window gained the focus, or lost it. Comes only with the mouse.
    Focus(bool),
    /// Text was pasted, line breaks as `\n`. It is data: show it through
    /// [`crate::document::visible`].
    Paste(String),
    /// The rest of a paste does not come. What is typed now is taken for it, until an Esc or
    /// Ctrl-C that nothing follows for half a second ends it.
    PasteStalls,
    /// A paste was longer than this many bytes, and none of it was kept.
    PasteTooLong(usize),
    /// The terminal's answer about its background.
    Background(Background),
    /// The window may have another size; ask the screen for it.
    Resize,
    /// Somebody wants something from the process.
    Signal(Signal),
    /// The terminal is gone: save what is open and leave. The process ends within two
    /// seconds in any case.
    Hangup,
}

/// A signal, by what is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, SIGQUIT: leave. The process ends within two seconds in any case.
    Terminate,
    /// SIGINT from outside; Ctrl-C in the cockpit is a key.
    Interrupt,
    /// SIGTSTP from outside: call [`super::Terminal::suspend`].
    Suspend,
    /// SIGCONT after a stop that was not ours: call [`super::Terminal::reclaim`].
    Continue,
}

/// The running reader. Dropping it stops the thread.
#[derive(Debug)]
pub struct Input {
    gate: Arc<Gate>,
    waker: UnixStream,
    thread: Option<JoinHandle<()>>,
}

/// Who has the terminal's keys.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Reading,
    /// A child has the terminal. Ctrl-C and Ctrl-Z in it reach us too, as signals to the
    /// whole process group, and are the child's business.
    Away,
    /// The process is about to stop, or has just come back.
    Suspending,
    Stopped,
}

#[derive(Debug)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug)]
struct GateState {
    wanted: Mode,
    reached: Mode,
    /// The process must end soon; the thread outlives [`Input`] to see to it.
    ending: bool,
    /// SIGTSTP has come since the pause for a stop.
    stop_signal: bool,
    /// Until when an answer of the terminal is to be expected.
    answer_until: Option<Instant>,
    gone: bool,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Input {
    /// Starts reading `tty`. Events go to `sender` until its receiver is gone.
    pub(super) fn start<M>(
        tty: OwnedFd,
        signals: Signals,
        options: Options,
        sender: Sender<M>,
    ) -> io::Result<Input>
    where
        M: From<TerminalEvent> + Send + 'static,
    {
        let state = GateState {
            wanted: Mode::Reading,
            reached: Mode::Reading,
            ending: false,
            stop_signal: false,
            answer_until: None,
            gone: false,
        };
        let gate = Arc::new(Gate {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let waker = signals.waker()?;
        let mut reader = Reader {
            gate: Arc::clone(&gate),
            signals,
            parser: Parser::new(options.remote),
            mouse: options.mouse,
            found: Vec::new(),
            send: Box::new(move |event| sender.send(M::from(event)).is_ok()),
            end: None,
            hung_up: false,
        };
        let thread = std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || {
                reader.run(tty);
                let mut state = reader.gate.lock();
                state.gone = true;
                reader.gate.changed.notify_all();
            })?;
        Ok(Input {
            gate,
            waker,
            thread: Some(thread),
        })
    }

    /// Stops reading for a child that uses the terminal. When this returns, no key typed
    /// from then on is taken away from the child.
    pub(crate) fn pause(&self) {
        self.change(Mode::Away);
    }

    /// Stops reading for a stop of the whole process.
    pub(super) fn pause_for_stop(&self) {
        self.gate.lock().stop_signal = false;
        self.change(Mode::Suspending);
    }

    /// Waits, in a pause for a stop, until the SIGTSTP sent to our own group has come in:
    /// left over, it would stop us a second time.
    pub(super) fn await_stop_signal(&self) {
        let mut state = self.gate.lock();
        while !state.stop_signal && !state.gone {
            state = self
                .gate
                .changed
                .wait(state)
                .unwrap_or_else(|p| p.into_inner());
        }
    }

    /// Reads again. Signals that a stop has caused are forgotten.
    pub(crate) fn resume(&self) {
        self.change(Mode::Reading);
    }

    /// The terminal has been asked for something, and its answer is not to reach whoever reads
    /// the terminal after us.
    pub(super) fn expect_answer(&self) {
        self.gate.lock().answer_until = Some(Instant::now() + ANSWER_TIMEOUT);
    }

    fn change(&self, mode: Mode) {
        let mut state = self.gate.lock();
        while let Some(until) = state.answer_until.filter(|_| mode != Mode::Reading) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || state.gone || state.ending {
                break;
            }
            let waited = self.gate.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(|p| p.into_inner()).0;
        }
        state.answer_until = None;
        state.wanted = mode;
        self.wake();
        while state.reached != mode && !state.gone {
            state = self
                .gate
                .changed
                .wait(state)
                .unwrap_or_else(|p| p.into_inner());
        }
    }

    fn wake(&self) {
        // A full socket is as awake as can be.
        let _ = (&self.waker).write(&[0]);
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.change(Mode::Stopped);
        let ending = self.gate.lock().ending;
        if let Some(thread) = self.thread.take().filter(|_| !ending) {
            // A panic in it has been reported by the hook.
            let _ = thread.join();
        }
    }
}

struct Reader {
    gate: Arc<Gate>,
    signals: Signals,
    parser: Parser,
    /// Whether mouse reports are wanted; others are those that a child has left on.
    mouse: bool,
    found: Vec<Typed>,
    send: Box<dyn FnMut(TerminalEvent) -> bool + Send>,
    /// When the process ends, and with which code.
    end: Option<(Instant, i32)>,
    hung_up: bool,
}

impl Reader {
    fn run(&mut self, tty: OwnedFd) {
        let tty = std::os::fd::AsFd::as_fd(&tty);
        // When the last byte came, or a silence was last told to the parser.
        let mut quiet_since = Instant::now();
        let mut listened = true;
        while listened || self.end.is_some() {
            let mode = self.enter_mode();
            if mode == Mode::Stopped && self.end.is_none() {
                return;
            }
            listened &= self.answer_signals(mode) && self.send_found();
            self.end_if_due();
            let reading = mode == Mode::Reading && listened;
            let timeout = self.parser.timeout().filter(|_| reading);
            let limit = [
                timeout.map(|timeout| quiet_since + timeout),
                self.end.map(|(at, _)| at),
            ]
            .into_iter()
            .flatten()
            .min();
            let ready = self.wait(tty, reading, limit);
            let quiet = quiet_since.elapsed();
            if ready.intersects(PollFlags::IN) && reading {
                self.read(tty);
                quiet_since = Instant::now();
            } else if ready.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                self.hang_up();
            } else if timeout.is_some_and(|timeout| timeout <= quiet) {
                // Only a look that found nothing proves a silence: what a busy machine left
                // lying is not late.
                self.parser.wait(quiet, &mut self.found);
                quiet_since += quiet;
            } else if !reading {
                quiet_since = Instant::now();
            }
        }
    }

    /// Takes on the wanted mode and says so.
    fn enter_mode(&mut self) -> Mode {
        self.signals.drain();
        let mut state = self.gate.lock();
        let mode = state.wanted;
        if state.reached != mode {
            if state.reached == Mode::Suspending || state.reached == Mode::Away {
                for signal in [SIGTSTP, SIGCONT, SIGINT, SIGQUIT] {
                    self.signals.take(signal);
                }
            }
            state.reached = mode;
            self.gate.changed.notify_all();
        }
        mode
    }

    /// Waits for bytes, for a loss of the terminal, or to be woken.
    fn wait(&self, tty: BorrowedFd<'_>, reading: bool, limit: Option<Instant>) -> PollFlags {
        let interest = if reading {
            PollFlags::IN
        } else {
            PollFlags::empty()
        };
        let mut fds = [
            PollFd::new(self.signals.woken(), PollFlags::IN),
            PollFd::new(&tty, interest),
        ];
        // A lost terminal is ready for ever; only the waker counts then.
        let count = if self.hung_up { 1 } else { 2 };
        let left = limit.map(|at| at.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut fds[..count], left.as_ref()) {
            Ok(_) if !self.hung_up => fds[1].revents(),
            // EINTR is a signal, and its flag is looked at next.
            _ => PollFlags::empty(),
        }
    }

    fn read(&mut self, tty: BorrowedFd<'_>) {
        let mut buffer = [0; 4096];
        match rustix::io::read(tty, &mut buffer) {
            Ok(0) => self.hang_up(),
            Ok(count) => self.parser.push(&buffer[..count], &mut self.found),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => self.hang_up(),
        }
    }

    fn hang_up(&mut self) {
        if !std::mem::replace(&mut self.hung_up, true) {
            (self.send)(TerminalEvent::Hangup);
            self.must_end(128 + SIGHUP);
        }
    }

    fn must_end(&mut self, code: i32) {
        self.end
            .get_or_insert((Instant::now() + EXIT_TIMEOUT, code));
        self.gate.lock().ending = true;
    }

    fn end_if_due(&self) {
        if let Some((_, code)) = self.end.filter(|(at, _)| *at <= Instant::now()) {
            super::restore_if_writable();
            low_level::exit(code);
        }
    }

    /// Sends on what has been typed; `false` once nobody listens.
    fn send_found(&mut self) -> bool {
        if (self.found.iter()).any(|typed| matches!(typed, Typed::Background(_))) {
            self.gate.lock().answer_until = None;
            self.gate.changed.notify_all();
        }
        self.found.drain(..).all(|typed| {
            (self.send)(match typed {
                Typed::Key(key) => TerminalEvent::Key(key),
                Typed::Mouse(_) | Typed::Focus(_) if !self.mouse => return true,
                Typed::Focus(gained) => TerminalEvent::Focus(gained),
                Typed::Mouse(event) => TerminalEvent::Mouse(event),
                Typed::Paste(text) => TerminalEvent::Paste(text),
                Typed::PasteStalls => TerminalEvent::PasteStalls,
                Typed::PasteTooLong => TerminalEvent::PasteTooLong(LONGEST_PASTE),
                Typed::Background(background) => TerminalEvent::Background(background),
            })
        })
    }

    /// Acts on what has come since the last look; `false` once nobody listens.
    fn answer_signals(&mut self, mode: Mode) -> bool {
        let mut listened = true;
        if self.signals.take(SIGHUP) {
            self.hang_up();
        }
        if self.signals.take(SIGTERM) {
            listened &= (self.send)(TerminalEvent::Signal(Signal::Terminate));
            self.must_end(128 + SIGTERM);
        }
        if mode == Mode::Away && self.signals.take(SIGTSTP) {
            // The editor has been stopped; the shell waits for us to stop as well.
            let _ = low_level::raise(SIGSTOP);
        }
        if mode == Mode::Suspending && self.signals.take(SIGTSTP) {
            self.gate.lock().stop_signal = true;
            self.gate.changed.notify_all();
        }
        if mode != Mode::Reading {
            return listened;
        }
        if self.signals.take(SIGQUIT) {
            listened &= (self.send)(TerminalEvent::Signal(Signal::Terminate));
            self.must_end(128 + SIGQUIT);
        }
        for (signal, event) in [
            (SIGINT, TerminalEvent::Signal(Signal::Interrupt)),
            (SIGTSTP, TerminalEvent::Signal(Signal::Suspend)),
            (SIGCONT, TerminalEvent::Signal(Signal::Continue)),
            (SIGWINCH, TerminalEvent::Resize),
        ] {
            if self.signals.take(signal) {
                listened &= (self.send)(event);
            }
        }
        listened
    }
}
