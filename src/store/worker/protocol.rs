//! What the file thread is asked to do, and what it publishes.

use std::path::PathBuf;

use crate::change::Change;
use crate::change::conflict::Conflict;
use crate::change::history::Event;
use crate::change::places::LineHints;
use crate::document::Document;
use crate::plan::source::Role;
use crate::store::locate::discover::Overrides;
use crate::store::watch::watcher::Report;

/// What a plan's file thread works with.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Where the search for the plan began.
    pub start: PathBuf,
    /// What the command line says of its files.
    pub overrides: Overrides,
    /// The folder for what is private to this person.
    pub state: PathBuf,
    /// Whether nothing may be written, not even to recover from a crash.
    pub read_only: bool,
}

/// A change on its way to disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaveJob {
    /// How its outcome will be known.
    pub ticket: u64,
    /// What to write.
    pub change: Change,
    /// Where its steps are on screen.
    pub hints: LineHints,
    /// What the history is to remember once it is written.
    pub event: Event,
}

/// A file that holds other bytes now, whether or not they make it a part of the plan.
#[derive(Debug)]
pub struct Changed {
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// What the plan looks for in it.
    pub role: Role,
    /// What it holds, a log taken apart once for all who read it; `None` where the file is gone.
    pub document: Option<Document>,
    /// Whether they were published before: a change that was shown on top of them was not made.
    /// Otherwise somebody else wrote them.
    pub again: bool,
}

/// What the thread that owns the files reports.
#[derive(Debug)]
pub enum DiskEvent {
    /// Files hold other bytes now: all that were found in one look.
    Changed(Vec<Changed>),
    /// A change is on disk.
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
        /// What blocked it.
        conflicts: Vec<Conflict>,
    },
    /// What an earlier run left half done has been recovered; what was done.
    Fixed(String),
    /// What an earlier run wrote before it died can be undone from now on: what became of which
    /// change.
    Remembered(Event),
    /// What another program wrote while we saved is kept in a file of its own: which, and why.
    Kept(String),
    /// Somebody has been writing to a file for a while: the plan keeps what it said last, and
    /// edits of it wait. The path is relative to the plan's root, here and below.
    InMotion(PathBuf),
    /// Such a file has come to rest.
    AtRest(PathBuf),
    /// How changes by others are noticed from now on: whether the files are polled, since
    /// notifications fail.
    Watching { polling: bool },
    /// A file cannot be read; the plan keeps what it said last.
    Unreadable {
        /// Relative to the plan's root.
        path: PathBuf,
        /// What the plan looks for in it.
        role: Role,
        /// What happened and what to do.
        reason: String,
    },
    /// A file that could not be read is readable again.
    Readable(PathBuf),
}

/// A private document, serialised by the file thread when it is written.
pub(crate) type PrivateDocument = Box<dyn FnOnce() -> String + Send>;

/// What the thread is asked to do.
pub(crate) enum Request {
    Save(SaveJob),
    Retry,
    Forget {
        ticket: u64,
    },
    Remember(Event),
    Keep {
        name: String,
        document: Option<PrivateDocument>,
    },
    KeepMore {
        name: String,
        line: serde_json::Value,
    },
    Report(Report),
    Stop,
}
