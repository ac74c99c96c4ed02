//! A pseudo-terminal around a program, as a person sits in front of it.
//!
//! Owns the program's surroundings (an empty home, no inherited variables but `PATH`), the
//! screen that a terminal would show, and the keys. It waits for what is expected to appear
//! and never for a time; after [`LIMIT`](super::LIMIT) it fails and prints the screen. While the program
//! is in the middle of a synchronised update the screen counts as not yet drawn.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal};
use rustix::termios::LocalModes;
use tempfile::TempDir;

use super::{LIMIT, keys};

/// A program about to be started in a terminal.
pub struct Launch {
    command: CommandBuilder,
    columns: u16,
    rows: u16,
    home: TempDir,
    background: Option<&'static str>,
}

impl Launch {
    /// The built `stepdeck`, with these arguments, at the home of somebody who goes on where they
    /// left.
    pub fn stepdeck(args: &[&str]) -> Launch {
        let launch = Launch::program(env!("CARGO_BIN_EXE_stepdeck"), args);
        let config = launch.home.path().join(".config/stepdeck");
        std::fs::create_dir_all(&config).expect("a folder for the configuration");
        let text = "[display]\nstart = \"last\"\n";
        std::fs::write(config.join("config.toml"), text).expect("a configuration");
        launch
    }

    /// Any program, in 80×24, in an empty home that is also its working directory.
    pub fn program(program: &str, args: &[&str]) -> Launch {
        let home = TempDir::new().expect("a temporary home");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, folder) in [
            ("HOME", ""),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_DATA_HOME", ".local/share"),
        ] {
            command.env(name, home.path().join(folder));
        }
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Test"),
            ("GIT_AUTHOR_EMAIL", "test@example.org"),
            ("GIT_COMMITTER_NAME", "Test"),
            ("GIT_COMMITTER_EMAIL", "test@example.org"),
        ] {
            command.env(name, value);
        }
        command.cwd(home.path());
        Launch {
            command,
            columns: 80,
            rows: 24,
            home,
            background: None,
        }
    }

    /// Sets the window's size.
    pub fn size(mut self, columns: u16, rows: u16) -> Launch {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Launch {
        self.command.env(name, value);
        self
    }

    /// Starts in `folder` instead of the home.
    pub fn in_folder(mut self, folder: &Path) -> Launch {
        self.command.cwd(folder);
        self
    }

    /// Answers OSC 11 with `color`, such as `rgb:ffff/ffff/ffff`. Without, it stays silent.
    pub fn background(mut self, color: &'static str) -> Launch {
        self.background = Some(color);
        self
    }

    /// Starts the program.
    pub fn start(self) -> Pty {
        let size = pty_size(self.columns, self.rows);
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut child = pair
            .slave
            .spawn_command(self.command)
            .expect("the program starts");
        // Our copy of the program's end would keep the terminal open after its exit.
        drop(pair.slave);
        let pid = child.process_id().and_then(|id| Pid::from_raw(id as i32));
        let (rows, columns) = cells(self.columns, self.rows);
        let watcher = Watcher {
            updating: false,
            questions: 0,
        };
        let seen = Arc::new(Seen {
            state: Mutex::new(State {
                parser: vt100::Parser::new_with_callbacks(rows, columns, 0, watcher),
                output: Vec::new(),
                exit: None,
                silent: false,
            }),
            changed: Condvar::new(),
        });
        let waiting = Arc::clone(&seen);
        std::thread::spawn(move || {
            let status = child.wait().expect("the program can be waited for");
            waiting.change(|state| state.exit = Some(status));
        });
        let writer = Arc::new(Mutex::new(Some(
            pair.master.take_writer().expect("a keyboard"),
        )));
        let (stop, stopped) = UnixStream::pair().expect("a pair of sockets");
        let reader = Reader {
            seen: Arc::clone(&seen),
            keyboard: Arc::clone(&writer),
            background: self.background,
            stopped,
        };
        let input = pair.master.try_clone_reader().expect("a screen to read");
        let terminal = pair.master.as_raw_fd().expect("a unix terminal");
        let thread = std::thread::spawn(move || reader.run(input, terminal));
        Pty {
            seen,
            keyboard: writer,
            pid: pid.expect("a process id"),
            home: self.home,
            open: Some(Open {
                master: pair.master,
                stop,
                thread,
            }),
        }
    }
}

/// A running program in its terminal. Dropping it closes the terminal and kills the program.
pub struct Pty {
    seen: Arc<Seen>,
    keyboard: Keyboard,
    pid: Pid,
    home: TempDir,
    open: Option<Open>,
}

type Keyboard = Arc<Mutex<Option<Box<dyn Write + Send>>>>;

struct Open {
    master: Box<dyn MasterPty + Send>,
    stop: UnixStream,
    thread: JoinHandle<()>,
}

struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser<Watcher>,
    output: Vec<u8>,
    exit: Option<ExitStatus>,
    /// Nothing more can come: every copy of the program's end is closed.
    silent: bool,
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// Notes what vt100 has no screen effect for.
struct Watcher {
    updating: bool,
    questions: usize,
}

impl vt100::Callbacks for Watcher {
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        end: char,
    ) {
        if first == Some(b'?') && params.contains(&&[2026][..]) {
            self.updating = end == 'h';
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.questions += usize::from(params == [&b"11"[..], b"?"]);
    }
}

struct Reader {
    seen: Arc<Seen>,
    keyboard: Keyboard,
    background: Option<&'static str>,
    stopped: UnixStream,
}

impl Reader {
    fn run(self, mut input: Box<dyn Read + Send>, terminal: i32) {
        let mut buffer = [0; 4096];
        loop {
            // SAFETY: `input` is a duplicate, and `Pty` closes the descriptor itself only
            // after it has joined this thread.
            let terminal = unsafe { BorrowedFd::borrow_raw(terminal) };
            let mut fds = [
                PollFd::new(&terminal, PollFlags::IN),
                PollFd::new(&self.stopped, PollFlags::IN),
            ];
            if poll(&mut fds, None).is_err() {
                continue;
            }
            if !fds[1].revents().is_empty() {
                return;
            }
            match input.read(&mut buffer) {
                Ok(0) | Err(_) => return self.seen.change(|state| state.silent = true),
                Ok(count) => self.show(&buffer[..count]),
            }
        }
    }

    fn show(&self, bytes: &[u8]) {
        let mut asked = 0;
        self.seen.change(|state| {
            state.output.extend(bytes);
            let before = state.parser.callbacks().questions;
            state.parser.process(bytes);
            asked = state.parser.callbacks().questions - before;
        });
        if let (1.., Some(color)) = (asked, self.background) {
            send(&self.keyboard, format!("\x1b]11;{color}\x1b\\").as_bytes());
        }
    }
}

fn send(keyboard: &Keyboard, bytes: &[u8]) {
    let mut keyboard = keyboard
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let writer = keyboard.as_mut().expect("the terminal is still there");
    writer
        .write_all(bytes)
        .and_then(|()| writer.flush())
        .expect("the program takes keys");
}

impl Pty {
    /// The home of the program, removed with this value.
    pub fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// Types `keys` in the notation of [`keys::bytes`].
    pub fn type_keys(&self, keys: &str) {
        self.send(&keys::bytes(keys));
    }

    /// Pastes `text` as a terminal does when bracketed paste is on.
    pub fn paste(&self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    /// Sends bytes as they are.
    pub fn send(&self, bytes: &[u8]) {
        send(&self.keyboard, bytes);
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until_named(&format!("{text:?} on the screen"), |screen| {
            lines(screen).iter().any(|line| line.contains(text))
        });
    }

    /// Waits until `text` has left the screen.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.wait_until_named(&format!("{text:?} to leave the screen"), |screen| {
            !lines(screen).iter().any(|line| line.contains(text))
        });
    }

    /// Waits until `expected` holds for the screen between two updates.
    #[track_caller]
    pub fn wait_until(&self, expected: impl FnMut(&vt100::Screen) -> bool) {
        self.wait_until_named("the expected screen", expected);
    }

    #[track_caller]
    fn wait_until_named(&self, what: &str, mut expected: impl FnMut(&vt100::Screen) -> bool) {
        drop(self.wait(what, |state| {
            !state.parser.callbacks().updating && expected(state.parser.screen())
        }));
    }

    #[track_caller]
    fn wait(&self, what: &str, mut expected: impl FnMut(&State) -> bool) -> MutexGuard<'_, State> {
        let end = Instant::now() + LIMIT;
        let mut state = self.seen.lock();
        while !expected(&state) {
            let left = end.saturating_duration_since(Instant::now());
            let over = state.silent && state.exit.is_some();
            if left.is_zero() || over {
                let why = if over {
                    "the program has ended"
                } else {
                    "the time is up"
                };
                let screen = framed(state.parser.screen());
                drop(state);
                panic!("waited for {what}, but {why}:\n{screen}");
            }
            let waited = self.seen.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        state
    }

    /// Waits until the program has ended and all its output has arrived.
    #[track_caller]
    pub fn wait_exit(&self) -> ExitStatus {
        let ended = |state: &State| state.silent && state.exit.is_some();
        let state = self.wait("the program to end", ended);
        state.exit.clone().expect("it has ended")
    }

    /// Waits until the program has ended, whatever became of the terminal.
    #[track_caller]
    pub fn wait_process_end(&self) -> ExitStatus {
        let state = self.wait("the process to end", |state| state.exit.is_some());
        state.exit.clone().expect("it has ended")
    }

    /// Watches whether the program sends nothing for `span`; answers at its first byte. The one
    /// wait for a time here: that nothing happens cannot be waited for.
    pub fn is_silent_for(&self, span: Duration) -> bool {
        let end = Instant::now() + span;
        let mut state = self.seen.lock();
        let before = state.output.len();
        while state.output.len() == before {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let waited = self.seen.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        false
    }

    /// The screen as text, one line a row, without trailing spaces.
    pub fn screen_text(&self) -> String {
        lines(self.seen.lock().parser.screen()).join("\n")
    }

    /// Reads anything else from the screen: modes, cells, cursor.
    pub fn screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.seen.lock().parser.screen())
    }

    /// Every byte the program has sent so far.
    pub fn output(&self) -> Vec<u8> {
        self.seen.lock().output.clone()
    }

    /// The look of the first letter of `text`, which must be on the screen.
    #[track_caller]
    pub fn look_of(&self, text: &str) -> Look {
        let state = self.seen.lock();
        let screen = state.parser.screen();
        let Some((row, column)) = find(screen, text) else {
            panic!("{text:?} is not on the screen:\n{}", framed(screen));
        };
        screen
            .cell(row, column)
            .map(Look::of)
            .expect("a cell within the screen")
    }

    /// Whether the cursor is shown.
    pub fn cursor_visible(&self) -> bool {
        self.screen(|screen| !screen.hide_cursor())
    }

    /// Whether the program has switched to the alternate screen.
    pub fn alternate_screen(&self) -> bool {
        self.screen(vt100::Screen::alternate_screen)
    }

    /// Whether the terminal edits lines itself, as a shell's user expects: not raw.
    pub fn line_mode(&self) -> bool {
        let open = self.open.as_ref().expect("the terminal is still there");
        let terminal = open.master.as_raw_fd().expect("a unix terminal");
        // SAFETY: `open.master` owns the descriptor and outlives the borrow.
        let terminal = unsafe { BorrowedFd::borrow_raw(terminal) };
        let modes = rustix::termios::tcgetattr(terminal).expect("terminal attributes");
        modes
            .local_modes
            .contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Changes the window's size, as dragging its corner does.
    pub fn resize(&self, columns: u16, rows: u16) {
        let open = self.open.as_ref().expect("the terminal is still there");
        self.seen.change(|state| {
            let (rows, columns) = cells(columns, rows);
            state.parser.set_size(rows, columns);
        });
        open.master
            .resize(pty_size(columns, rows))
            .expect("a new size");
    }

    /// Sends a signal to the program itself.
    pub fn kill(&self, signal: Signal) {
        rustix::process::kill_process(self.pid, signal).expect("the program takes signals");
    }

    /// The process id of the program.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Closes the terminal's window: the program's end is dead from now on.
    pub fn vanish(&mut self) {
        let Some(open) = self.open.take() else { return };
        drop(open.stop);
        open.thread.join().expect("the reader ends");
        self.keyboard
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .take();
        drop(open.master);
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.vanish();
        if self.seen.lock().exit.is_none() {
            // It may end by itself between the look and the signal.
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
    }
}

/// How one cell looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub fg: vt100::Color,
    pub bg: vt100::Color,
    pub bold: bool,
    pub dim: bool,
    pub underline: bool,
    pub inverse: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Look {
        Look {
            fg: cell.fgcolor(),
            bg: cell.bgcolor(),
            bold: cell.bold(),
            dim: cell.dim(),
            underline: cell.underline(),
            inverse: cell.inverse(),
        }
    }
}

fn lines(screen: &vt100::Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen
        .rows(0, columns.get())
        .map(|row| row.trim_end().to_owned())
        .collect()
}

/// Row and column of the first cell of `text`, in the screen's cells, not in letters.
fn find(screen: &vt100::Screen, text: &str) -> Option<(u16, u16)> {
    let (rows, columns) = screen.size();
    (0..rows.get()).find_map(|row| {
        let mut line = String::new();
        let mut starts = Vec::new();
        for column in 0..columns.get() {
            let cell = screen.cell(row, column)?;
            if cell.is_wide_continuation() {
                continue;
            }
            starts.push((line.len(), column));
            line.push_str(if cell.has_contents() {
                cell.contents()
            } else {
                " "
            });
        }
        let offset = line.find(text)?;
        let index = starts.partition_point(|(start, _)| *start <= offset);
        Some((row, starts[index.checked_sub(1)?].1))
    })
}

fn framed(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let rule = "─".repeat(usize::from(columns.get()));
    format!(
        "{rule}\n{}\n{rule} {columns}×{rows}",
        lines(screen).join("\n")
    )
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    // A terminal that nobody has told its size shows as much as usual.
    let cells = |count, usual| NonZeroU16::new(count).or(NonZeroU16::new(usual));
    let cells = |count, usual| cells(count, usual).expect("a usual size");
    (cells(rows, 24), cells(columns, 80))
}
