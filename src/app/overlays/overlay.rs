//! What can lie over a screen: a field, a menu, a chooser, a list, a question.

use crate::app::core::command::{Extent, Focus};
use crate::change::Change;
use crate::change::conflict::Conflict;
use crate::plan::StepKey;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};
use crate::plan::packet::Decision;
use crate::record::gate_review::edit::Clause;
use crate::record::standup::{CardPart, Health};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A text field. Its letters are the terminal side's business; the model learns the text
/// after each of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// Tells one field from the next.
    pub serial: u64,
    /// What is asked for.
    pub label: String,
    /// What the field held when it was opened.
    pub initial: String,
    /// What stands in it.
    pub text: String,
    /// Whether it takes line breaks.
    pub multiline: bool,
    /// Why the text was not taken.
    pub error: Option<String>,
}

/// A field about to be set, and what a person saw there when they began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct SetRequest {
    /// By name, so that a live reload cannot redirect the edit.
    pub steps: Vec<StepKey>,
    /// The field.
    pub field: Field,
    /// The value that was on screen, where it is that of one step. If another one stands
    /// there by the time of the edit, a person picks.
    pub seen: Option<String>,
}

/// What an open prompt is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Purpose {
    /// The new value of a field.
    Set(SetRequest),
    /// One value made of the two versions of a conflict, which lies beneath.
    Resolve(SetRequest),
    /// The new value of a block's cell.
    SetBlock {
        /// The block.
        block: BlockId,
        /// What stood in the cell when the field was opened.
        seen: String,
        /// The column.
        column: BlockColumn,
    },
    /// The title of a step to be added under this ID.
    Add(StepId),
    /// The text of an entry in the open list.
    Entry {
        /// The entry that is replaced; `None` adds one.
        old: Option<String>,
    },
    /// A link to evidence for a check.
    Evidence {
        /// Index of the stage.
        stage: usize,
        /// Index of the check in the stage.
        check: usize,
        /// The check's words, by which it is known again.
        text: String,
    },
    /// The text of a log line.
    Line {
        /// The line's file, relative to the root.
        path: std::path::PathBuf,
        /// The line, counted from 0.
        line: usize,
        /// What stood there when the field was opened.
        seen: Vec<u8>,
    },
    /// A text in the packet of a gate review.
    GateReview {
        /// The packet, relative to the root.
        packet: std::path::PathBuf,
        /// Which text.
        text: ReviewText,
    },
    /// Why something is decided in the weekly review.
    Decide(crate::app::screens::review::decide::ReviewAction),
    /// An entry of a standup card.
    Card {
        /// The day it was opened on, as `2026-11-21`.
        day: String,
        /// The card's stage.
        stage: String,
        /// The list.
        part: CardPart,
        /// The entry that is replaced; `None` adds one.
        old: Option<String>,
    },
    /// Words that the filter line is set to.
    Filter {
        /// The line before, for Esc.
        before: String,
        /// The selection before, for Esc.
        selected: Option<StepKey>,
        /// The selection to stay near while letters come and go.
        anchor: Option<StepKey>,
    },
}

/// A text in the packet of a gate review.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum ReviewText {
    /// What shows that a criterion is met.
    Evidence {
        /// Index of the criterion.
        criterion: usize,
        /// Its words, by which it is known again.
        words: String,
    },
    /// The conditions or the waiver.
    Clause(Clause),
}

/// What choosing a row does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Runs the command with this name.
    Run(&'static str),
    /// Sets a field of steps.
    Set {
        /// Which field of which steps.
        wish: SetRequest,
        /// The value.
        value: String,
    },
    /// Opens the editor for a field of a step.
    Edit {
        /// The step.
        step: StepKey,
        /// The field.
        field: Field,
    },
    /// Opens the editor for a block's cell.
    EditBlock {
        /// Index of the block.
        block: usize,
        /// The column.
        column: BlockColumn,
    },
    /// Goes to a step.
    Jump(StepId),
    /// Goes to a check.
    Check {
        /// Index of what it belongs to, on screen 2.
        holder: usize,
        /// Index of the check in it.
        check: usize,
        /// Its words, by which it is known again.
        words: String,
    },
    /// Adds `entry` to a step's dependencies.
    Depend {
        /// The dependant.
        step: StepKey,
        /// What it will depend on.
        entry: String,
    },
    /// Orders the list.
    Sort(crate::app::screens::plan::view::Sort),
    /// Opens a link.
    Open(String),
    /// Decides the gate of the open review.
    Decide(Option<Decision>),
    /// Mends a dependency of the weekly review.
    Mend {
        /// The dependency.
        tangle: crate::record::review::gather::BadDependency,
        /// How.
        remedy: crate::record::review::decide::Resolution,
    },
    /// Does something with the text of a step that `$EDITOR` saved.
    Text {
        /// The step.
        step: StepKey,
        /// What to do.
        deed: TextAction,
    },
    /// Puts two ranked steps side by side.
    Compare(StepId, StepId),
    /// Does something with a standup card.
    Card {
        /// The day.
        date: NaiveDate,
        /// The card's stage.
        stage: String,
        /// What to do.
        deed: CardAction,
    },
}

/// What can be done with a text that `$EDITOR` saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextAction {
    /// Writes it to the plan.
    Write,
    /// Opens it again.
    Open,
    /// Drops it.
    Drop,
}

/// What can be done with a standup card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CardAction {
    /// Sets the status.
    Set(Health),
    /// Asks for the status.
    AskStatus,
    /// Asks for an entry of a list, new or in the place of an old one.
    Ask {
        /// The list.
        part: CardPart,
        /// The entry that is replaced; `None` adds one.
        old: Option<String>,
    },
    /// Asks which check a link is evidence for.
    AskCheck(String),
    /// Attaches a link to a check.
    Attach {
        /// Index of the check in the stage.
        check: usize,
        /// The check's words, by which it is known again.
        words: String,
        /// The link.
        link: String,
    },
}

/// A row to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The key that chooses it at once, where there is one.
    pub key: String,
    /// What it is.
    pub label: String,
    /// What else there is to know.
    pub detail: String,
    /// Why it cannot be chosen now.
    pub blocked: Option<String>,
    /// What choosing it does.
    pub choice: Choice,
}

/// Where the rows of a chooser come from as one types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Every command that runs here.
    Palette,
    /// The keys that work here.
    Help,
    /// Steps, one of which `step` will depend on.
    Upstream(StepKey),
    /// Steps, one of which will depend on `step`.
    Downstream(StepKey),
    /// Owners, to be set.
    Owner(SetRequest),
    /// The checks of stages and of other checklists, to go to one.
    Checks,
}

impl Focus {
    /// The entries of a list field.
    pub const LIST: Self = Self::new(Extent::Beyond, "in an open list", "list");
    /// The two versions of a conflict.
    pub const CONFLICT: Self = Self::new(Extent::Beyond, "in a conflict", "conflict");
}

/// Something over the screen. The last one opened has the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Overlay {
    /// One field to fill in.
    Prompt {
        /// The field.
        input: Input,
        /// What for.
        purpose: Purpose,
    },
    /// Rows narrowed down by typing.
    Chooser {
        /// What narrows them down.
        input: Input,
        /// Where they come from.
        source: Source,
        /// The rows that are left.
        rows: Vec<Row>,
        /// Which one is selected.
        cursor: usize,
    },
    /// A few rows, each with its key.
    Menu {
        /// What is asked.
        title: String,
        /// The rows.
        rows: Vec<Row>,
        /// Which one is selected.
        cursor: usize,
    },
    /// The entries of a list field.
    List {
        /// The step.
        step: StepKey,
        /// The field.
        field: Field,
        /// Which entry is selected.
        cursor: usize,
    },
    /// A question that only a yes answers; No is the default.
    Confirm {
        /// What is asked.
        question: String,
        /// What follows from a yes.
        consequence: String,
        /// What a yes does.
        change: Change,
    },
    /// Two versions of one thing, of which a person picks one.
    Conflict {
        /// What the person wanted to do, made over what stands there now.
        change: Change,
        /// What stood in its way.
        conflicts: Vec<Conflict>,
        /// The first row shown.
        scroll: usize,
    },
    /// Something to read.
    Note {
        /// What it is about.
        title: String,
        /// The text, one paragraph an entry.
        lines: Vec<String>,
        /// The first paragraph shown.
        scroll: usize,
    },
}

impl Overlay {
    /// The text field, if this has one.
    pub fn input(&self) -> Option<&Input> {
        match self {
            Self::Prompt { input, .. } | Self::Chooser { input, .. } => Some(input),
            _ => None,
        }
    }

    /// The text field, if this has one, to be changed.
    pub fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Prompt { input, .. } | Self::Chooser { input, .. } => Some(input),
            _ => None,
        }
    }
}
