//! What reaches the cockpit from outside, as intent rather than raw events.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::key::Key;
use crate::change::Change;
use crate::change::apply::Conflict;
use crate::plan::checks::Problem;
use crate::plan::source::Role;

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed that no text field took.
    Key(Key),
    /// The text of the open field is now this.
    Typed(String),
    /// Text was pasted while no field was open.
    Pasted,
    /// The clock moved on.
    Clock(DateTime<Utc>),
    /// News of the files.
    Disk(DiskEvent),
    /// The checks have been run on the plan of this generation.
    Checked {
        /// Which state of the plan was checked.
        generation: u64,
        /// What they found.
        problems: Arc<Vec<Problem>>,
    },
    /// `$EDITOR` was left; `None` where it failed, which the loop has reported.
    Edited(Option<String>),
    /// Something outside the plan went wrong, or was done.
    Notice {
        /// What to say.
        text: String,
        /// Whether it is bad news.
        error: bool,
    },
}

/// What the thread that owns the files reports.
#[derive(Debug)]
pub enum DiskEvent {
    /// A file now holds these bytes, by somebody else's doing; `None` where it is gone.
    Changed {
        /// Relative to the plan's root.
        path: PathBuf,
        /// What the plan looks for in it.
        role: Role,
        /// The new bytes.
        bytes: Option<Vec<u8>>,
    },
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
}

/// What the cockpit wants done outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Write a change to disk.
    Save {
        /// How its outcome will be known.
        ticket: u64,
        /// What to write.
        change: Change,
    },
    /// Run the checks on the plan as it stands.
    Check,
    /// Let `$EDITOR` work on this text.
    EditText {
        /// The text to begin with.
        text: String,
    },
    /// Open a link or a file of the plan.
    Open(String),
    /// Put text on the clipboard.
    Copy(String),
    /// Write the demo plan into the current directory and open it.
    StartDemo,
    /// Write an empty plan into the current directory and open it.
    StartPlan,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End the program.
    Quit,
}
