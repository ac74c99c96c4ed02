//! One field to fill in. Enter takes its text or says in place why not; Esc keeps it as a draft,
//! which is there again when the field is opened again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::completion::{Asked, Completion};
use super::input::Input;
use super::merge::MergedText;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::screens::gate_review::commands::PacketText;
use crate::app::screens::gates::commands::CheckEvidence;
use crate::app::screens::papers::verbs::PaperQuestion;
use crate::app::screens::plan::decide::{BlockQuestion, DecisionText};
use crate::app::screens::plan::edit_field::{BlockCell, SetRequest};
use crate::app::screens::problems::commands::LogLine;
use crate::app::screens::review::decide::ReviewAction;
use crate::app::screens::standup::card::CardEntry;
use crate::change::value::Refusal;
use crate::plan::StepKey;
use crate::plan::id::StepId;

/// A field to fill in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// The field.
    pub input: Input,
    /// What for.
    pub(crate) purpose: Purpose,
    /// How its text may go on, once Tab has asked.
    pub completion: Option<Completion>,
    /// What was asked and is not known yet.
    pub(crate) asked: Option<Asked>,
}

/// What an open prompt is for. Whoever asks owns what that is made of, and does it. Drafts hold
/// it as JSON: the names stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) enum Purpose {
    /// The new value of a field.
    Set(SetRequest),
    /// One value made of the two versions of a conflict, which lies below.
    Resolve(SetRequest),
    /// The new value of a block's cell.
    SetBlock(BlockCell),
    /// What is needed to retheme, retire, merge or restore a block.
    Block(BlockQuestion),
    /// A text of a new decision note.
    Note(DecisionText),
    /// The title of a step to be added under this ID.
    Add(StepId),
    /// The title of a sub-step to be added to each of these.
    AddUnder(Arc<[StepId]>),
    /// The new number of a step.
    Renumber(StepKey),
    /// The text of an entry in the open list.
    Entry {
        /// The entry that is replaced; `None` adds one.
        old: Option<String>,
    },
    /// All entries of the open list.
    Entries,
    /// A link to evidence for a check.
    Evidence(CheckEvidence),
    /// The text of a log line.
    Line(LogLine),
    /// What stays of two versions that a merge left.
    Merge(MergedText),
    /// A text in the packet of a gate review.
    GateReview(PacketText),
    /// Why something is decided in the weekly review.
    Decide(ReviewAction),
    /// An entry of a standup card.
    Card(CardEntry),
    /// An answer about the register of risks or of decisions.
    Paper(PaperQuestion),
    /// What screen 6 compares with.
    Baseline,
    /// Which version every screen is to show.
    AsOf,
    /// What the list of the screen is narrowed by.
    Narrow,
    /// Who the person is.
    Me,
    /// The message of a commit.
    CommitMessage,
    /// The name of a new branch.
    NewBranch,
}

impl Prompt {
    /// A field to fill in.
    pub(crate) fn new(input: Input, purpose: Purpose) -> Self {
        Self {
            input,
            purpose,
            completion: None,
            asked: None,
        }
    }

    /// Another text stands in it than was asked about. What it makes of the screen shows at once,
    /// where that is all it does.
    pub(super) fn typed(mut self, model: &mut Model) -> Self {
        (self.completion, self.asked) = (None, None);
        if self.purpose == Purpose::Narrow {
            self.input.error = model.narrow(&self.input.text).err().map(|why| why.0);
        }
        self
    }

    /// Whether its text is to be written: what is compared with what is nobody's edit, and neither
    /// is what is looked at.
    pub(crate) fn is_edit(&self) -> bool {
        !matches!(
            self.purpose,
            Purpose::Baseline | Purpose::AsOf | Purpose::Narrow | Purpose::Me
        )
    }

    /// What Enter does with the text.
    pub fn answer(&self) -> &'static str {
        match self.purpose {
            Purpose::CommitMessage => "commit",
            Purpose::NewBranch => "create",
            Purpose::Renumber(_) => "preview",
            Purpose::Me => "save",
            _ if self.is_edit() => "save",
            _ => "show",
        }
    }

    /// Takes a key; answers the prompt unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        match key.code {
            Code::Tab => return Some(self.complete(model, true)),
            Code::BackTab => return Some(self.complete(model, false)),
            Code::Enter => {
                // The text stays where it is until it can be taken.
                let locked = model.is_locked().filter(|_| self.is_edit());
                let doubt = self.purpose.doubt(model, &self.input.text);
                let doubt = doubt.filter(|doubt| self.input.error.as_ref() != Some(doubt));
                let taken = match locked.or(doubt) {
                    Some(reason) => Err(Refusal(reason)),
                    None => self.purpose.fulfil(model, &self.input.text),
                };
                self.input.error = Some(taken.err()?.to_string());
            }
            Code::Esc if self.purpose == Purpose::Narrow => {
                // A search, not data: as in the filter line, Esc puts back what was there.
                let _ = model.narrow(&self.input.initial);
                return None;
            }
            Code::Esc => {
                model.remember_left(&self);
                return None;
            }
            _ => {}
        }
        Some(self)
    }
}

impl Purpose {
    fn fulfil(&self, model: &mut Model, text: &str) -> Result<(), Refusal> {
        match self {
            Self::Set(request) => model.set_field(request, text),
            Self::Resolve(request) => model.resolve(request, text),
            Self::SetBlock(cell) => model.set_block(cell, text),
            Self::Block(question) => model.answer_of_block(question, text),
            Self::Note(of) => model.write_note(of, text),
            Self::Add(id) => model.add_step(*id, text),
            Self::Renumber(step) => model.renumber(*step, text),
            Self::AddUnder(parents) => model.add_sub_steps(parents, text),
            Self::Entry { old } => model.put_entry(old.as_deref(), text),
            Self::Entries => model.replace_entries(text),
            Self::Evidence(evidence) => model.attach_link(evidence, text),
            Self::Line(line) => model.set_line(line, text),
            Self::Merge(of) => model.write_merged(of, text),
            Self::GateReview(place) => model.write_review(place, text),
            Self::Decide(action) => model.review_action(action, text),
            Self::Card(entry) => model.put_card_entry(entry, text),
            Self::Paper(question) => model.answer_of_paper(question, text),
            Self::Baseline => model.set_baseline(text),
            Self::AsOf => model.ask_as_of(text),
            Self::Narrow => model.narrow(text),
            Self::Me => model.set_me(text),
            Self::CommitMessage => model.commit_with(text),
            Self::NewBranch => model.begin_branch(text),
        }
    }

    /// What is asked once before the text is taken; Enter again is a yes.
    fn doubt(&self, model: &Model, text: &str) -> Option<String> {
        match self {
            Self::Set(request) => model.doubt(request, text),
            _ => None,
        }
    }

    /// Whether both are to change the same thing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Set(one) | Self::Resolve(one), Self::Set(other) | Self::Resolve(other)) => {
                (&one.steps, one.field) == (&other.steps, other.field)
            }
            (Self::SetBlock(one), Self::SetBlock(other)) => {
                (one.block, one.column) == (other.block, other.column)
            }
            // The ID is the next free one, and the line's number where the line now stands.
            (Self::Add(one), Self::Add(other)) => one.parent() == other.parent(),
            (Self::Line(one), Self::Line(other)) => {
                (&one.path, &one.seen) == (&other.path, &other.seen)
            }
            _ => self == other,
        }
    }

    /// What was asked before, and the answer, where this asks on.
    pub(crate) fn before(&self) -> Option<(Self, String)> {
        match self {
            Self::Note(text) => text.before().map(|(text, title)| (Self::Note(text), title)),
            Self::Paper(of) => of.before().map(|(of, title)| (Self::Paper(of), title)),
            _ => None,
        }
    }

    /// Takes from the purpose of an earlier field what its text was first typed over: if
    /// something else stands there by now, a person picks.
    pub(crate) fn take_seen(&mut self, first: Self) {
        match (self, first) {
            (Self::Set(request), Self::Set(first)) => request.seen = first.seen,
            (Self::SetBlock(cell), Self::SetBlock(first)) => cell.seen = first.seen,
            _ => {}
        }
    }
}

impl Model {
    /// Narrows the list of the screen; an empty line shows all of it.
    fn narrow(&mut self, text: &str) -> Result<(), Refusal> {
        let screen = self.screen.screen;
        let narrowed = screen.narrow(self, text);
        narrowed.map_err(|error| Refusal(error.to_string()))
    }

    /// Opens a field of one line.
    pub(crate) fn prompt(
        &mut self,
        label: impl Into<String>,
        text: impl Into<String>,
        purpose: Purpose,
    ) {
        let input = self.input(label, text);
        self.open_prompt(input, purpose);
    }
}
