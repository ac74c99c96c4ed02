//! What a command is: names, keys, where it works, why it cannot run now, what it does.

use super::model::Model;
use crate::app::screens::plan::view::Pane;

/// Where the keys go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Focus {
    /// The block grid.
    Blocks,
    /// The step list.
    Steps,
    /// The detail pane.
    Detail,
    /// The dependency chain.
    Chain,
    /// The stage ladder.
    Ladder,
    /// A stage's checklist.
    Checks,
    /// A stage's owners and notes.
    Owners,
    /// The list of problems.
    Problems,
    /// The review's ideas and drafts.
    Proposals,
    /// The review's dependencies that are wrong.
    Dependencies,
    /// The review's ranked steps.
    NextTen,
    /// The entries of a list field.
    List,
    /// The two versions of a conflict.
    Conflict,
    /// There is no plan yet.
    Welcome,
    /// The plan's files are gone.
    Away,
    /// The review of a stage gate.
    GateReview,
    /// One's own standup cards.
    Cards,
    /// The others' standup entries, or a thread over days.
    Entries,
}

/// The panes of screen 1.
pub const PLAN: &[Focus] = &[Focus::Blocks, Focus::Steps, Focus::Detail, Focus::Chain];
/// The panes of screen 1 that have a step.
pub const STEP: &[Focus] = &[Focus::Steps, Focus::Detail, Focus::Chain];
/// The panes of screen 2.
pub const GATES: &[Focus] = &[Focus::Ladder, Focus::Checks, Focus::Owners];
/// The parts of screen 3.
pub const REVIEW: &[Focus] = &[Focus::Proposals, Focus::Dependencies, Focus::NextTen];
/// The panes of screen 4.
pub const STANDUP: &[Focus] = &[Focus::Cards, Focus::Entries];
/// Everywhere: the screens, what lies over them, and where there is no plan yet. The lists below
/// are the beginnings of this one.
pub const EVERYWHERE: &[Focus] = &[
    Focus::Blocks,
    Focus::Steps,
    Focus::Detail,
    Focus::Chain,
    Focus::Ladder,
    Focus::Checks,
    Focus::Owners,
    Focus::Problems,
    Focus::Proposals,
    Focus::Dependencies,
    Focus::NextTen,
    Focus::Cards,
    Focus::Entries,
    Focus::GateReview,
    Focus::List,
    Focus::Conflict,
    Focus::Welcome,
    Focus::Away,
];
/// Every screen.
pub const SCREENS: &[Focus] = up_to(Focus::GateReview);
/// Every screen, and the list that can lie over it.
pub const SCREENS_AND_LIST: &[Focus] = up_to(Focus::List);
/// Every place where one moves up and down.
pub const CURSORS: &[Focus] = up_to(Focus::Conflict);

const fn up_to(last: Focus) -> &'static [Focus] {
    let mut at = 0;
    while EVERYWHERE[at] as u8 != last as u8 {
        at += 1;
    }
    EVERYWHERE.split_at(at + 1).0
}

/// The heading a command stands under in help and README.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Getting about.
    Move,
    /// Finding and choosing.
    Find,
    /// Changing the plan.
    Edit,
    /// What is shown and how.
    View,
    /// The program itself.
    Program,
}

impl Group {
    /// Every group in the order of the help.
    pub const ALL: [Self; 5] = [
        Self::Move,
        Self::Find,
        Self::Edit,
        Self::View,
        Self::Program,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Moving",
            Self::Find => "Finding",
            Self::Edit => "Editing",
            Self::View => "Viewing",
            Self::Program => "Program",
        }
    }
}

/// Why a command cannot run now.
pub type Blocked = Option<String>;

/// Something a person can do.
pub struct Command {
    /// The name in configuration: kebab-case.
    pub name: &'static str,
    /// The default keys.
    pub keys: &'static [&'static str],
    /// What it does, as help and palette say it.
    pub title: &'static str,
    /// One word for the footer; nothing keeps it out of there.
    pub hint: &'static str,
    /// The heading it stands under.
    pub group: Group,
    /// Where its keys work.
    pub places: &'static [Focus],
    /// Why it cannot run now, if so.
    pub blocked: fn(&Model) -> Blocked,
    /// What it does.
    pub run: fn(&mut Model),
}

/// A command that can always run where its keys work.
pub fn never(_: &Model) -> Blocked {
    None
}

impl From<Pane> for Focus {
    fn from(pane: Pane) -> Self {
        match pane {
            Pane::Blocks => Self::Blocks,
            Pane::Steps => Self::Steps,
            Pane::Detail => Self::Detail,
            Pane::Chain => Self::Chain,
        }
    }
}

/// Why a command on a step cannot run: no step is selected.
pub(crate) fn no_step(model: &Model) -> Blocked {
    model
        .step()
        .is_none()
        .then(|| "no step is selected".to_owned())
}

/// Why a command that edits steps cannot run.
pub(crate) fn not_editable(model: &Model) -> Blocked {
    model
        .is_locked()
        .or_else(|| match model.view.marks.is_empty() {
            true => no_step(model),
            false => None,
        })
}
