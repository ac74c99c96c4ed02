//! A program in a pseudo-terminal, with a stopwatch.
//!
//! Owns the program's surroundings and the instants: when it was started, when a key was sent,
//! when the last byte of a frame arrived. A thread of its own notes when bytes arrive; what they
//! show is made out afterwards, so that no work but the program's is on the clock. It waits for
//! what is expected; only silence is waited for by time.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::process;

/// How long an expectation may take before the measurement has failed.
pub const LIMIT: Duration = Duration::from_secs(60);
/// Silent and idle for so long: nothing is going on any more.
const QUIET: Duration = Duration::from_millis(150);
/// A key that has had no answer for so long changes nothing on the screen.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a very long plan may be opened and checked.
const PATIENCE: Duration = Duration::from_secs(300);
/// What ends a frame: the end of a synchronised update.
const FRAME_END: &[u8] = b"\x1b[?2026l";
const ROWS: NonZeroU16 = NonZeroU16::new(48).expect("not zero");
const COLUMNS: NonZeroU16 = NonZeroU16::new(160).expect("not zero");
const SIZE: PtySize = PtySize {
    rows: ROWS.get(),
    cols: COLUMNS.get(),
    pixel_width: 0,
    pixel_height: 0,
};

/// A running program. Dropping it kills the program.
pub struct Terminal {
    heard: Receiver<(Instant, Vec<u8>)>,
    unread: Vec<u8>,
    shown: vt100::Parser,
    last_byte: Instant,
    begun: Instant,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

/// What the program sent up to the end of a synchronised update.
pub struct Frame {
    /// How long after the key, or after the start, its last byte came.
    pub after: Duration,
    /// How many bytes it took.
    pub bytes: usize,
}

impl Terminal {
    /// Starts the cockpit on the step list of the plan in `folder`, with `home` as the person's
    /// own folder.
    pub fn open(folder: &Path, home: &Path) -> Self {
        let own = home.join(".config/stepdeck");
        fs::create_dir_all(&own).expect("a folder for one's own configuration");
        fs::write(own.join("config.toml"), "[display]\nstart = \"plan\"\n").expect("configuration");
        Self::open_as_is(folder, home)
    }

    /// Starts the cockpit as it opens for somebody who has configured nothing, or what `home` says.
    pub fn open_as_is(folder: &Path, home: &Path) -> Self {
        Self::start(env!("CARGO_BIN_EXE_stepdeck"), &[], folder, home).expect("the program starts")
    }

    /// Starts any program; nothing where it cannot be started.
    pub fn start(program: &str, words: &[&OsStr], folder: &Path, home: &Path) -> Option<Self> {
        let pair = native_pty_system()
            .openpty(SIZE)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(words);
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home.join("state"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.cwd(folder);
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command).ok()?;
        drop(pair.slave);
        let mut screen = pair.master.try_clone_reader().expect("a screen to read");
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                if sender
                    .send((Instant::now(), buffer[..count].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        });
        Some(Self {
            heard,
            unread: Vec::new(),
            shown: vt100::Parser::new(ROWS, COLUMNS, 0),
            last_byte: begun,
            begun,
            keyboard: pair.master.take_writer().expect("a keyboard"),
            child,
            _master: pair.master,
        })
    }

    /// The first frame, and how long after the start it was there.
    pub fn first_frame(&mut self) -> Frame {
        self.frame(self.begun, b"")
    }

    /// The first frame of the whole plan: the one at hand, or the first after it whose header
    /// does not say that the plan is being opened.
    pub fn whole_plan(&mut self) -> Duration {
        while is_opening(self.shown.screen()) {
            self.frame(self.begun, b"");
        }
        self.last_byte - self.begun
    }

    /// How long after the start a frame shows `text`.
    pub fn until(&mut self, text: &str) -> Duration {
        while !self.says(text) {
            self.frame(self.begun, b"");
        }
        self.last_byte - self.begun
    }

    /// Sends keys and waits for the frame that answers them.
    pub fn key(&mut self, keys: &str) -> Frame {
        self.forget();
        let sent = Instant::now();
        self.send(keys);
        self.frame(sent, b"")
    }

    /// Sends a key that may change nothing on the screen; nothing if it does not.
    pub fn key_or_nothing(&mut self, keys: &str) -> Option<Frame> {
        self.forget();
        let sent = Instant::now();
        self.send(keys);
        while memchr::memmem::find(&self.unread, FRAME_END).is_none() {
            self.hear(ANSWER).ok()?;
        }
        Some(self.frame(sent, b""))
    }

    /// Sends keys, for whose frame nobody waits.
    pub fn send(&mut self, keys: &str) {
        let keyboard = &mut self.keyboard;
        let sent = keyboard.write_all(keys.as_bytes());
        // A program that has ended takes no keys, which whoever waits for an answer notices.
        let _ = sent.and_then(|()| keyboard.flush());
    }

    /// Sends a key that selects another step, and waits for the frame that shows that step.
    /// Other frames may come before: those of a search, say, that goes on.
    pub fn key_to_another_step(&mut self, keys: &str) -> Frame {
        self.forget();
        let before = self.top_left();
        let sent = Instant::now();
        self.send(keys);
        loop {
            let frame = self.frame(sent, b"");
            if self.top_left() != before {
                return frame;
            }
        }
    }

    /// The frame, counted from `since`, in which `text` appears.
    pub fn frame(&mut self, since: Instant, text: &[u8]) -> Frame {
        loop {
            let end = memchr::memmem::find(&self.unread, FRAME_END);
            if let Some(end) = end.map(|at| at + FRAME_END.len()) {
                let frame = self.show(end);
                if memchr::memmem::find(&frame, text).is_some() {
                    return Frame {
                        after: self.last_byte - since,
                        bytes: frame.len(),
                    };
                }
                continue;
            }
            self.hear(LIMIT).unwrap_or_else(|error| {
                let text = String::from_utf8_lossy(text).into_owned();
                panic!("no frame with {text:?} came: {error}")
            });
        }
    }

    /// Whether `text` is on the screen that was last drawn.
    pub fn says(&self, text: &str) -> bool {
        self.shown.screen().contents().contains(text)
    }

    /// How long after the start `text` is on the screen of a program that knows no frames; nothing
    /// if it ends or takes too long.
    pub fn appears(&mut self, text: &str) -> Option<Duration> {
        while !self.says(text) {
            let left = LIMIT.checked_sub(self.begun.elapsed())?;
            self.hear(left).ok()?;
            self.show(self.unread.len());
        }
        Some(self.last_byte - self.begun)
    }

    /// Sends keys to a program that knows no frames: the time to the last byte before so much
    /// silence. Nothing if it does not answer, or does not stop answering.
    pub fn answer(&mut self, keys: &str, silence: Duration) -> Option<Duration> {
        self.forget();
        let sent = Instant::now();
        self.send(keys);
        self.hear(LIMIT).ok()?;
        self.silence(silence).then(|| self.last_byte - sent)
    }

    /// Sends a key and waits for the first that comes back; nothing if the program has ended.
    pub fn byte(&mut self, key: &str) -> Option<Duration> {
        self.forget();
        let sent = Instant::now();
        self.send(key);
        self.hear(LIMIT).ok()?;
        Some(self.last_byte - sent)
    }

    /// Waits until nothing was sent for so long. Answers whether that came to pass.
    pub fn silence(&mut self, long: Duration) -> bool {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            match self.hear(long) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        false
    }

    /// Forgets what was sent before now.
    pub fn forget(&mut self) {
        while let Ok((_, bytes)) = self.heard.try_recv() {
            self.unread.extend(bytes);
        }
        self.show(self.unread.len());
    }

    /// Waits until the program neither sends nor computes anything, for [`QUIET`] or `longer`.
    pub fn settle(&mut self, longer: Duration) {
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "the program does not come to rest");
            let before = process::cpu(self.pid());
            match self.hear(QUIET.max(longer)) {
                Ok(()) => continue,
                Err(RecvTimeoutError::Disconnected) => panic!("the program has ended"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let after = process::cpu(self.pid());
            let busy = before.zip(after).map(|(a, b)| b.abs_diff(a));
            if busy.is_none_or(|busy| busy < Duration::from_millis(2)) {
                return self.forget();
            }
        }
    }

    /// Keeps what the program sends next.
    fn hear(&mut self, limit: Duration) -> Result<(), RecvTimeoutError> {
        let (at, bytes) = self.heard.recv_timeout(limit)?;
        self.last_byte = at;
        self.unread.extend(bytes);
        Ok(())
    }

    /// Takes so many bytes of what is unread and draws them.
    fn show(&mut self, count: usize) -> Vec<u8> {
        let bytes: Vec<u8> = self.unread.drain(..count).collect();
        self.shown.process(&bytes);
        bytes
    }

    /// What the header says of where one is: the step is the end of it.
    fn top_left(&self) -> String {
        let top = top(self.shown.screen());
        let end = top.find("   ").unwrap_or(top.len());
        top[..end].to_owned()
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process id")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn top(screen: &vt100::Screen) -> String {
    screen.rows(0, COLUMNS.get()).next().unwrap_or_default()
}

fn is_opening(screen: &vt100::Screen) -> bool {
    let top = top(screen);
    let mut words = top.split_whitespace();
    words.any(|word| word == "opening") && words.next().is_some_and(|word| word.ends_with('%'))
}
