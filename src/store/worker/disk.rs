//! The thread that owns the files: it writes changes and tells what others write.
//!
//! Here is what others see of it: what it is asked, and what it reports. What it does is in
//! `worker`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::change::Change;
use crate::change::conflict::Conflict;
use crate::change::history::Event;
use crate::change::places::LineHints;
use crate::document::rope::Rope;
use crate::plan::source::Role;
use crate::store::fs::syscalls::{FileSystem, RealFs};
use crate::store::locate::discover::Overrides;
use crate::store::locate::open::Opened;
use crate::store::watch::watcher::Report;
use crate::store::worker::thread::Worker;

/// The name of the history in the state folder.
pub const HISTORY: &str = "history";

/// A file that holds other bytes now, whether or not they make it a part of the plan.
#[derive(Debug)]
pub struct Changed {
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// What the plan looks for in it.
    pub role: Role,
    /// The new bytes; `None` where the file is gone.
    pub bytes: Option<Rope>,
    /// Whether they were told before: a change that was shown on top of them was not made.
    /// Otherwise they are somebody else's doing.
    pub again: bool,
}

/// What the thread that owns the files reports.
#[derive(Debug)]
pub enum DiskEvent {
    /// Files hold other bytes now: all that were found in one look.
    Changed(Vec<Changed>),
    /// A change stands on disk.
    Saved {
        /// Which one.
        ticket: u64,
        /// Something about how it was written that a person should know.
        remark: Option<String>,
    },
    /// A change could not be written; the files are as before.
    Failed {
        /// Which one.
        ticket: u64,
        /// What happened and what to do.
        reason: String,
    },
    /// Somebody else changed the same things; nothing was written.
    Conflicts {
        /// Which change.
        ticket: u64,
        /// What stood in its way.
        conflicts: Vec<Conflict>,
    },
    /// What an earlier run left half done has been put right.
    Fixed {
        /// What was done.
        text: String,
    },
    /// What an earlier run made and did not live to remember can be undone from now on.
    Remembered {
        /// What became of which change.
        event: Event,
    },
    /// What another program wrote while we saved is kept in a file of its own.
    Kept {
        /// Which file, and why.
        text: String,
    },
    /// Somebody has been writing to a file for a while: the plan keeps what it said last, and
    /// edits of it wait.
    InMotion {
        /// Relative to the plan's root.
        path: PathBuf,
    },
    /// Such a file has come to rest.
    AtRest {
        /// Relative to the plan's root.
        path: PathBuf,
    },
    /// How changes by others are noticed from now on.
    Watching {
        /// Whether the files are asked after by the clock instead of by notice.
        polling: bool,
    },
    /// A file cannot be read; the plan keeps what it said last.
    Unreadable {
        /// Relative to the plan's root.
        path: PathBuf,
        /// What happened and what to do.
        reason: String,
    },
    /// A file that could not be read is readable again.
    Readable {
        /// Relative to the plan's root.
        path: PathBuf,
    },
}

/// A running file thread. Dropping it finishes the saves that are under way, and ends looks.
pub struct Disk {
    requests: Sender<Request>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

/// A private document, spelled out when it is written.
pub type Document = Box<dyn FnOnce() -> String + Send>;

/// What the thread is asked to do.
pub(crate) enum Request {
    Save {
        ticket: u64,
        change: Change,
        seen: LineHints,
        event: Event,
    },
    Retry,
    Forget {
        ticket: u64,
    },
    Remember(Event),
    Keep {
        name: String,
        document: Option<Document>,
    },
    KeepMore {
        name: String,
        line: serde_json::Value,
    },
    Report(Report),
    Stop,
}

/// What a plan's file thread works with.
pub struct Setup<'a> {
    /// Where the search for the plan began.
    pub start: &'a Path,
    /// What the command line says of its files.
    pub overrides: Overrides,
    /// The plan as it was opened.
    pub opened: &'a Opened,
    /// The folder for what is private to this person.
    pub state: &'a Path,
    /// Whether nothing may be written, not even to put right what a crash left.
    pub read_only: bool,
}

impl Disk {
    /// Starts the thread for an opened plan; `tell` hears every event.
    pub fn start(setup: Setup<'_>, tell: impl FnMut(DiskEvent) + Send + 'static) -> Self {
        Self::over(RealFs, setup, tell)
    }

    /// The same, writing to another file system, such as one that is slow on purpose.
    pub fn over(
        fs: impl FileSystem + 'static,
        setup: Setup<'_>,
        tell: impl FnMut(DiskEvent) + Send + 'static,
    ) -> Self {
        let (requests, inbox) = channel();
        let ending = Arc::new(AtomicBool::new(false));
        let mut worker = Worker::new(fs, setup, tell, ending.clone());
        let reports = requests.clone();
        let thread = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || {
                worker.begin(reports);
                worker.run(&inbox);
            })
            .ok();
        Self {
            requests,
            ending,
            thread,
        }
    }

    /// Writes a change as soon as those before it are written. What could not be written
    /// earlier is tried again first, so that the order of edits holds.
    pub fn save(&self, ticket: u64, change: Change, seen: LineHints, event: Event) {
        self.request(Request::Save {
            ticket,
            change,
            seen,
            event,
        });
    }

    /// Adds to the history that outlives the program.
    pub fn remember(&self, event: Event) {
        self.request(Request::Remember(event));
    }

    /// Keeps a private document under this name, or takes it away, and the record of the same
    /// name with it.
    pub fn keep(&self, name: String, document: Option<Document>) {
        self.request(Request::Keep { name, document });
    }

    /// Adds a line to the record of this name.
    pub fn keep_more(&self, name: String, line: serde_json::Value) {
        self.request(Request::KeepMore { name, line });
    }

    /// Tries again to write what could not be written.
    pub fn retry(&self) {
        self.request(Request::Retry);
    }

    /// Writes a change no more that could not be written: its person took it back.
    pub fn forget(&self, ticket: u64) {
        self.request(Request::Forget { ticket });
    }

    /// Lets the thread go on by itself, and what it has to write with it: whoever is not to wait
    /// for a disk ends the process.
    pub fn abandon(mut self) {
        self.thread = None;
    }

    fn request(&self, request: Request) {
        // The thread ends only when this value is dropped.
        let _ = self.requests.send(request);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        let _ = self.requests.send(Request::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
