//! The cockpit in a pseudo-terminal, with a stopwatch.
//!
//! Owns the program's surroundings and the instants: when it was started, when a key was sent,
//! when the last byte of a frame arrived. It shows nothing, so that no work but the program's is
//! on the clock. It waits for what is expected; only silence is waited for by time.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::process;

/// How long an expectation may take before the measurement has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// Silent and idle for so long: nothing is going on any more.
const QUIET: Duration = Duration::from_millis(150);
/// What ends a frame: the end of a synchronised update.
const FRAME_END: &[u8] = b"\x1b[?2026l";
const SIZE: PtySize = PtySize {
    rows: 48,
    cols: 160,
    pixel_width: 0,
    pixel_height: 0,
};

/// A running cockpit. Dropping it kills the program.
pub struct Terminal {
    heard: Receiver<(Instant, Vec<u8>)>,
    unread: Vec<u8>,
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
    /// Starts the cockpit on the plan in `folder`, with `home` as the person's own folder.
    pub fn open(folder: &Path, home: &Path) -> Self {
        let pair = native_pty_system()
            .openpty(SIZE)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stepdeck"));
        command.env_clear();
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home.join("state"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.cwd(folder);
        let begun = Instant::now();
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
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
        Self {
            heard,
            unread: Vec::new(),
            last_byte: begun,
            begun,
            keyboard: pair.master.take_writer().expect("a keyboard"),
            child,
            _master: pair.master,
        }
    }

    /// The first frame, and how long after the start it was there.
    pub fn first_frame(&mut self) -> Frame {
        self.frame(self.begun, b"")
    }

    /// Sends keys and waits for the frame that answers them.
    pub fn key(&mut self, keys: &str) -> Frame {
        self.forget();
        let sent = Instant::now();
        self.send(keys);
        self.frame(sent, b"")
    }

    /// Sends keys, for whose frame nobody waits.
    pub fn send(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .and_then(|()| self.keyboard.flush())
            .expect("the program takes keys");
    }

    /// The frame, counted from `since`, in which `text` appears.
    pub fn frame(&mut self, since: Instant, text: &[u8]) -> Frame {
        loop {
            let end = memchr::memmem::find(&self.unread, FRAME_END);
            if let Some(end) = end.map(|at| at + FRAME_END.len()) {
                let frame: Vec<u8> = self.unread.drain(..end).collect();
                if memchr::memmem::find(&frame, text).is_some() {
                    return Frame {
                        after: self.last_byte - since,
                        bytes: frame.len(),
                    };
                }
                continue;
            }
            let (at, bytes) = self.heard.recv_timeout(LIMIT).unwrap_or_else(|error| {
                let text = String::from_utf8_lossy(text).into_owned();
                panic!("no frame with {text:?} came: {error}")
            });
            self.last_byte = at;
            self.unread.extend(bytes);
        }
    }

    /// Forgets what was sent before now.
    pub fn forget(&mut self) {
        while self.heard.try_recv().is_ok() {}
        self.unread.clear();
    }

    /// Waits until the program neither sends nor computes anything, for [`QUIET`] or `longer`.
    pub fn settle(&mut self, longer: Duration) {
        let end = Instant::now() + LIMIT;
        loop {
            assert!(Instant::now() < end, "the program does not come to rest");
            let before = process::cpu(self.pid());
            match self.heard.recv_timeout(QUIET.max(longer)) {
                Ok(_) => continue,
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
