//! What reaches the event loop, and whether it goes on.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use chrono::NaiveDate;

use super::as_of::LaidOut;
use super::past::Compared;
use crate::app::DiskEvent;
use crate::app::core::job::JobResult;
use crate::app::core::message::{FieldText, Followed, Subject};
use crate::app::own::programs::Ended;
use crate::app::screens::papers::writing::Written;
use crate::app::screens::problems::Checked;
use crate::app::sync::reread::Reread;
use crate::app::sync::work::Whole;
use crate::change::compose::renumber::Renumbered;
use crate::change::form::Form;
use crate::document::progress::Progress;
use crate::plan::people::Identity;
use crate::plan::query::past::PlanPast;
use crate::record::review::landed::Landed;
use crate::record::standup::BranchPost;
use crate::report::table::ReportSpec;
use crate::store::archive::Archived;
use crate::store::branch::ids::BranchIds;
use crate::store::changes::undecided::FileDecision;
use crate::store::changes::{Base, Changes};
use crate::store::locate::open::Opening;
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
        /// What they found; nothing where they were stopped.
        found: Option<Checked>,
    },
    /// The plan has been compared with a baseline, or that was stopped.
    Compared(Option<Compared>),
    /// What the checkout changes has been found out, for this base.
    ChangesRead(Base, Result<Arc<Changes>, String>),
    /// Git noted what becomes of a file in conflict, or why not.
    FileDecided(FileDecision, Result<(), String>),
    /// Which numbers branches use.
    BranchIds(BranchIds),
    /// A renumbering is composed.
    Renumbered {
        /// Which one.
        serial: u64,
        /// For which state of the plan.
        generation: u64,
        /// What it would do, or why it cannot be.
        answer: Result<Box<Renumbered>, String>,
    },
    /// What others posted on this day on their branches.
    PostsRead(NaiveDate, Vec<BranchPost>),
    /// What a pull request would say.
    PullRequestText(Result<String, String>),
    /// Git did something in the repository of the plan.
    RepositoryChanged,
    /// The papers of a report have been made of this state of the plan; nothing where that was
    /// stopped.
    ReportMade {
        report: &'static ReportSpec,
        generation: u64,
        progress: Arc<Progress>,
        written: Option<Written>,
    },
    /// Files that a paper shows have been copied into one's own archive, or not.
    Archived(Archived),
    /// More is known of what happened to a step or a gate.
    Followed(Arc<Progress>, Subject, Followed),
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
    /// It has been read though nobody asked for it, for this state of the plan; nothing where there is
    /// none, or that was stopped.
    PastAside(Option<(u64, Arc<PlanPast>)>, Arc<Progress>),
    /// A plan is open as a whole, of which the front was shown, and its file thread runs.
    Opened(Box<Whole>, Disk),
    /// A version of the past is laid out, or why not; nothing where that was stopped.
    LaidOut(Arc<Opening>, Option<Result<LaidOut, String>>),
    /// What was worked out beside the keys, for the view that asked.
    Answer(u32, Box<Event>),
    /// Who the person is, by git or the login.
    Person(Identity),
    /// Git has been asked for the weekly review.
    Landed {
        /// In which state of the plan.
        generation: u64,
        /// What it tells.
        landed: Landed,
    },
    /// The paths that a word may go on as.
    Paths(String, Vec<String>),
    /// A program of one's own command printed something.
    Printed(u64),
    /// Such a program has ended.
    ProgramEnded(u64, Ended),
    /// An editor saved the text of a step after it seemed to have ended.
    SavedLate(Form),
    /// The same of the text of a field.
    FieldSavedLate(FieldText),
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

/// The number of the view that shows the present.
pub(super) const PRESENT: u32 = 0;

/// Where the answers to what one view asks go.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    sender: Sender<Event>,
    view: u32,
}

impl Answers {
    /// Those of the present.
    pub(super) fn of_present(sender: Sender<Event>) -> Self {
        let view = PRESENT;
        Self { sender, view }
    }

    /// Those of another view.
    pub(super) fn of(&self, view: u32) -> Self {
        let sender = self.sender.clone();
        Self { sender, view }
    }

    /// Whose they are.
    pub(super) fn view(&self) -> u32 {
        self.view
    }

    /// Sends one; nobody hears it when the cockpit is being left.
    pub(super) fn send(&self, event: Event) {
        let _ = self.sender.send(Event::Answer(self.view, Box::new(event)));
    }
}

impl Event {
    /// Whether it is the present's, whatever is shown: news of its files and programs.
    pub(super) fn is_of_present(&self) -> bool {
        matches!(
            self,
            Self::Disk(_)
                | Self::Opened(..)
                | Self::SavedLate(_)
                | Self::FieldSavedLate(_)
                | Self::Printed(_)
                | Self::ProgramEnded(..)
        )
    }
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
