//! What reaches the event loop, and whether it goes on.

use std::sync::Arc;

use super::past::Compared;
use crate::app::DiskEvent;
use crate::app::core::job::JobResult;
use crate::app::core::message::Followed;
use crate::app::sync::reread::Reread;
use crate::app::sync::work::Whole;
use crate::change::form::Form;
use crate::document::progress::Progress;
use crate::plan::checks::Findings;
use crate::plan::id::StepId;
use crate::plan::people::Identity;
use crate::plan::query::past::PlanPast;
use crate::store::past::outlook::LookAhead;
use crate::store::worker::disk::Disk;
use crate::tui::terminal::TerminalEvent;

/// Everything that can happen to the loop.
#[derive(Debug)]
pub enum Event {
    /// Keys, pastes, resizes and signals.
    Terminal(TerminalEvent),
    /// News of the files.
    Disk(DiskEvent),
    /// What others wrote has been read.
    Reread(Box<Reread>),
    /// The checks have run.
    Checked {
        /// Which state of the plan was checked.
        generation: u64,
        /// What they found, the gravest first; nothing where they were stopped.
        found: Option<Arc<Findings>>,
    },
    /// The plan has been compared with a baseline, or that was stopped.
    Compared(Option<Compared>),
    /// More is known of what happened to a step.
    Followed(Arc<Progress>, StepId, Followed),
    /// More is known of what is to be expected.
    LookAhead(LookAhead),
    /// A job has been done.
    JobDone(JobResult),
    /// The history has been read.
    Past {
        /// For which state of the plan.
        generation: u64,
        /// What it says of the steps.
        past: Arc<PlanPast>,
    },
    /// A plan is open as a whole, of which the front was shown, and its file thread runs.
    Opened(Box<Whole>, Disk),
    /// Who the person is, by git or the login.
    Person(Identity),
    /// An editor saved the text of a step after it seemed to have ended.
    SavedLate(Form),
    /// No program put this text on a clipboard.
    NotCopied {
        text: String,
        /// What it is called.
        what: String,
    },
    /// Something to say of a program that was started.
    Notice {
        /// What to say.
        text: String,
        /// Whether it is bad news.
        error: bool,
    },
}

impl From<TerminalEvent> for Event {
    fn from(event: TerminalEvent) -> Self {
        Self::Terminal(event)
    }
}

/// Why the loop goes on or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// There is more to come.
    On,
    /// The person left, or the terminal did.
    Quit,
    /// A plan was written where there was none: open it.
    Reopen,
}
