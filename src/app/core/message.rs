//! What reaches the cockpit from outside, as intent rather than raw events.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::job::JobResult;
use super::key::Key;
use super::pointer::Target;
use crate::app::own::programs::{Ended, ProgramRun};
use crate::app::screens::changes::git::{GitEnd, GitWork};
use crate::app::screens::papers::writing::Written;
use crate::app::screens::problems::Checked;
use crate::app::screens::since::seen::SeenChanges;
use crate::app::sync::draft::Draft;
use crate::app::sync::draft_log::DraftEdit;
use crate::app::sync::reread::Reread;
use crate::app::sync::work::Whole;
use crate::change::compose::renumber::Renumbered;
use crate::change::form::Form;
use crate::change::history::Event;
use crate::history::gate::GateEvent;
use crate::history::landing::Landing;
use crate::history::since::{Comparison, Origin};
use crate::history::when::When;
use crate::plan::StepKey;
use crate::plan::id::StepId;
use crate::plan::query::past::PlanPast;
use crate::record::naming::Naming;
use crate::record::review::landed::Landed;
use crate::record::standup::BranchPost;
use crate::report::paper::ShownFile;
use crate::report::table::ReportSpec;
use crate::store::archive::Archived;
use crate::store::branch::ids::BranchIds;
use crate::store::changes::undecided::FileDecision;
use crate::store::changes::{Base, Changes};
use crate::store::past::outlook::LookAhead;
use crate::store::renumbering::RenumberRequest;
pub use crate::store::worker::protocol::DiskEvent;
use crate::store::worker::protocol::SaveJob;

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed that no text field took.
    Key(Key),
    /// Something on the screen was clicked on.
    Click(Target),
    /// The wheel was turned by so many rows, over this.
    Wheel(Option<Target>, isize),
    /// The text of the open field is now this.
    Typed(String),
    /// Something that was typed or pasted was left out of the open field; in words.
    LeftOut(String),
    /// Text was pasted while no field was open.
    Pasted,
    /// The clock moved on.
    Clock(DateTime<Utc>),
    /// No key waits: there is time to look for more steps that pass the filter.
    Idle,
    /// News of the files.
    Disk(DiskEvent),
    /// What others wrote has been read.
    Reread(Box<Reread>),
    /// The plan, of which the front was shown, is open as a whole.
    Opened(Box<Whole>),
    /// The checks have been run on the plan of this generation.
    Checked {
        /// Which state of the plan was checked.
        generation: u64,
        /// What they found.
        found: Checked,
    },
    /// The plan has been compared with a baseline.
    Compared {
        /// The baseline that was asked for.
        baseline: String,
        /// What is different, or why that is not known.
        answer: Result<Box<Comparison>, String>,
    },
    /// What the checkout changes in the plan has been found out.
    ChangesRead {
        /// The base that was asked for.
        base: Base,
        /// What is different, or why that is not known.
        answer: Result<Arc<Changes>, String>,
    },
    /// Git noted what becomes of a file in conflict, or why not.
    FileDecided(FileDecision, Result<(), String>),
    /// The papers of a report have been made.
    ReportMade {
        /// Which report.
        report: &'static ReportSpec,
        /// Of which state of the plan.
        generation: u64,
        /// What writes them.
        written: Written,
    },
    /// Files that a paper shows have been copied into one's own archive, or not.
    Archived(Archived),
    /// Git has been asked what others posted on a day.
    PostsRead {
        /// The day.
        date: NaiveDate,
        /// What their branches have.
        posts: Vec<BranchPost>,
    },
    /// More is known of what happened to a step or a gate.
    Followed(Subject, Followed),
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
    /// Git has been asked for the weekly review.
    Landed {
        /// In which state of the plan.
        generation: u64,
        /// What it tells.
        landed: Landed,
    },
    /// `$EDITOR` was left, or could not be used, for this text.
    Edited(Form, Edited),
    /// An editor saved this text after it seemed to have ended.
    SavedLate(Form),
    /// The paths that a word may go on as.
    Paths(String, Vec<String>),
    /// `$EDITOR` was left, or could not be used, for the text of a field.
    FieldEdited(u64, Edited),
    /// An editor saved the text of a field after it seemed to have ended.
    FieldSavedLate(FieldText),
    /// A program that runs for a command of one's own printed something.
    Printed {
        /// Which run.
        serial: u64,
        /// What it printed since the last time.
        text: String,
    },
    /// Such a program has ended.
    ProgramEnded {
        /// Which run.
        serial: u64,
        /// How.
        ended: Ended,
    },
    /// Git has said which numbers branches use.
    BranchIds(BranchIds),
    /// A renumbering that was asked for is composed, or why not.
    Renumbered {
        /// Which one.
        serial: u64,
        /// For which state of the plan.
        generation: u64,
        /// What it would do.
        answer: Result<Box<Renumbered>, String>,
    },
    /// The text of a pull request, or why there is none.
    PullRequestText(Result<String, String>),
    /// Git has done what it was to do, or could not be asked to.
    GitEnded {
        /// What that was.
        work: GitWork,
        /// How it ended.
        ended: Result<GitEnd, String>,
    },
    /// The person wants to leave.
    Quit,
    /// Something outside the plan went wrong, or was done.
    Notice {
        /// What to say.
        text: String,
        /// Whether it is bad news.
        error: bool,
    },
}

/// What a history is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A step.
    Step(StepId),
    /// The gate of the stage with this name.
    Gate(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => step.fmt(f),
            Self::Gate(stage) => f.write_str(stage),
        }
    }
}

/// A part of what happened to a step or a gate.
#[derive(Debug)]
pub enum Followed {
    /// The papers that name it.
    Papers(Vec<Naming>),
    /// What landed, the next older.
    Landed(Vec<Landing>),
    /// What happened to a gate, the next older.
    Gate(Origin, Vec<GateEvent>),
    /// That was all; what is not known.
    End(Vec<String>),
}

/// What became of a text that `$EDITOR` got.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edited {
    /// The editor was left with this text.
    Left(String),
    /// It came back at once and had changed nothing: it may be a window that is still open.
    AtOnce,
    /// It could not be started, or ended badly.
    Failed {
        /// What happened.
        reason: String,
        /// What it had saved by then, where it had saved anything.
        saved: Option<String>,
    },
    /// It ended badly and saved nothing, but left something to recover from.
    Recoverable {
        /// What happened.
        reason: String,
    },
    /// What it saved is not text.
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

/// The text of a field, on its way to `$EDITOR` or back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldText {
    /// The number of the field.
    pub field: u64,
    /// What stands in it.
    pub text: String,
    /// The field as it is opened again, where what is typed into it outlives the program.
    pub draft: Option<Box<Draft>>,
}

/// What the cockpit wants done outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Write a change to disk.
    Save(SaveJob),
    /// Try again to write what could not be written.
    Retry,
    /// Write a change no more that could not be written.
    Forget {
        /// Which one.
        ticket: u64,
    },
    /// Remember, beyond this run, what became of a change that is not written.
    Remember(Event),
    /// Keep the text being typed beyond a crash, or keep it no more.
    Keep(Option<Box<Draft>>),
    /// Add to the text kept what a key changed in it.
    KeepEdit(DraftEdit),
    /// Read what git knows of the past of the steps.
    ReadPast,
    /// Read what git tells the weekly review.
    ReadLanded,
    /// Read what others wrote: [`next_batch`](crate::app::Model::next_batch) has it.
    Reread,
    /// Start the jobs that wait: [`take_waiting`](super::job::Jobs::take_waiting) has them.
    StartJobs,
    /// Run the checks on the plan as it stands.
    Check,
    /// Stop the checks that run.
    StopCheck,
    /// Compare the plan with the baseline of screen 6.
    Compare,
    /// Find out what the checkout changes in the plan.
    ReadChanges,
    /// Find out what others posted on a day on branches that are fetched.
    ReadPosts(NaiveDate),
    /// Find out what happened to a step or a gate.
    Follow(Subject),
    /// Find out what is to be expected of the plan, its parts, and the steps that pass the filter.
    LookAhead,
    /// Make the papers of a report.
    MakeReport(&'static ReportSpec),
    /// Copy files that a paper shows into one's own archive.
    Archive(Vec<ShownFile>),
    /// Keep what was set aside on screen 6 beyond this run.
    KeepSeen(SeenChanges),
    /// Let `$EDITOR` work on a text of steps.
    EditText {
        /// The text.
        form: Form,
        /// Whether it was there before: then it is opened as it was left.
        again: bool,
    },
    /// What a text asks for is in the plan.
    TextTaken(Form),
    /// Nobody wants a text of these steps any more.
    DropText(Arc<[StepKey]>),
    /// Open a link or a file of the plan.
    Open(String),
    /// Put text on the clipboard.
    Copy {
        text: String,
        /// What it is called.
        what: String,
    },
    /// List the paths below the plan's root that a word may go on as.
    ListPaths(String),
    /// Let `$EDITOR` work on the text of a field.
    EditField(FieldText),
    /// Ask git which numbers branches use.
    ReadBranchIds,
    /// Compose a renumbering, with what git knows of who wrote what; it has this number.
    Renumber(u64, RenumberRequest),
    /// Find out what a pull request of the branch would say.
    DescribePullRequest,
    /// Have git do something, with the terminal.
    RunGit(GitWork),
    /// Has git note what becomes of a file that a merge left in conflict as a whole.
    DecideFile(Arc<Changes>, FileDecision),
    /// Run a program beside the keys.
    RunProgram(ProgramRun),
    /// Ask the program that runs to end.
    StopProgram,
    /// Look at every file of the plan again: a program may have changed some.
    LookAgain,
    /// Write the demo plan into the current directory and open it.
    StartDemo,
    /// Write an empty plan into the current directory and open it.
    StartPlan,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Lay out the version of the plan that this means, to be shown in the place of the present.
    GoBack(When),
    /// Show the present again.
    ReturnToNow,
    /// End the program.
    Quit,
    /// End the program without waiting for what is being saved.
    Abandon,
}
