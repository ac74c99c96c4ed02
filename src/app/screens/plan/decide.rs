//! Decisions: what becomes of a block, after a look at what that changes; and a note about steps.

use serde::{Deserialize, Serialize};

use super::{STEP, not_editable};
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::prompt::Purpose;
use crate::change::value::{Refusal, refuse};
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::canon::block_table::{BlockColumn, Retirement};
use crate::plan::id::{BlockId, StepId};
use crate::plan::source::Role;
use crate::record::decision::blocks::BlockRequest;
use crate::record::decision::{NewDecision, Secretary};

/// Commands that leave a decision note.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "block",
        keys: &["r"],
        title: "Retheme, retire, merge or restore the block",
        hint: "block",
        group: Group::Edit,
        places: Places::Only(&[Focus::BLOCKS]),
        blocked: no_block,
        run: |model| {
            if let Some(block) = model.view.block(&model.plan) {
                block_menu(model, block);
            }
        },
    },
    Command {
        name: "decide",
        keys: &["d"],
        title: "Write down a decision about the step",
        group: Group::Edit,
        places: STEP,
        blocked: not_editable,
        run: |model| {
            let steps = model.subjects().into_iter();
            let steps: Vec<StepId> = steps.map(|step| model.plan.step(step).id()).collect();
            let label = match steps.as_slice() {
                [only] => format!("What was decided about {only}"),
                all => format!("What was decided about {} steps", all.len()),
            };
            let title = None;
            model.prompt(label, "", Purpose::Note(DecisionText { steps, title }));
        },
        ..Command::BASE
    },
];

/// What is asked on the way to a change of a block.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct BlockQuestion {
    /// The block.
    block: BlockId,
    /// What about it.
    about: About,
}

/// What is asked about a block.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
enum About {
    /// Its new theme.
    Theme,
    /// The block that takes its steps.
    Into,
    /// Why this is to become of it.
    Why(BlockRequest),
}

/// A text of a decision note that is being written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct DecisionText {
    /// What it is about.
    steps: Vec<StepId>,
    /// Its title, once that is known and the reasons are asked for.
    title: Option<String>,
}

impl DecisionText {
    /// The question for the title and the title, where the reasons are asked for.
    pub(crate) fn before(&self) -> Option<(Self, String)> {
        let title = self.title.clone()?;
        let (steps, asked) = (self.steps.clone(), None);
        Some((
            Self {
                steps,
                title: asked,
            },
            title,
        ))
    }
}

fn no_block(model: &Model) -> Blocked {
    let none = || model.view.block(&model.plan).is_none();
    (model.is_locked()).or_else(|| none().then(|| "no block is selected".to_owned()))
}

/// Opens the menu of what can become of a block.
fn block_menu(model: &mut Model, at: usize) {
    let block = &model.plan.blocks()[at];
    let (id, retirement) = (block.id, block.retirement());
    let no_row = (block.row.is_none()).then(|| format!("{id} has no row in a block table yet"));
    let retired = retirement.map(|how| format!("{id} is {} already", how.in_a_sentence()));
    let in_force = (retirement.is_none()).then(|| format!("{id} is not retired"));
    let theme = model.plan.block_text(at, BlockColumn::Theme).to_owned();
    let open = block.tally.total - block.tally.done();
    let steps = match open {
        0 => "no open steps".to_owned(),
        _ => counted(open, "open step"),
    };
    let was = retirement.map_or_else(String::new, Retirement::in_a_sentence);
    let row = |key: &str, label: &str, detail: &str, blocked: Option<String>, about| Row {
        blocked: no_row.clone().or(blocked),
        ..Row::new(
            key,
            label,
            detail,
            Choice::AskBlock(BlockQuestion { block: id, about }),
        )
    };
    let why = About::Why;
    let rows = vec![
        row("t", "Change the theme", &theme, None, About::Theme),
        row(
            "r",
            "Retire",
            &steps,
            retired.clone(),
            why(BlockRequest::Retire),
        ),
        row(
            "m",
            "Merge into another block",
            &steps,
            retired,
            About::Into,
        ),
        row("o", "Restore", &was, in_force, why(BlockRequest::Restore)),
    ];
    let cursor = if retirement.is_some() { 3 } else { 0 };
    model.menu(format!("Block {id}"), rows, cursor);
}

impl Model {
    /// Asks what else there is to know before a block is changed.
    pub(crate) fn ask_of_block(&mut self, question: BlockQuestion) {
        let id = question.block;
        let (label, text) = match &question.about {
            About::Theme => {
                let block = self.plan.find_block(id);
                let theme = block.map_or("", |at| self.plan.block_text(at, BlockColumn::Theme));
                (format!("{id} Theme"), theme.to_owned())
            }
            About::Into => (format!("Merge {id} into block"), String::new()),
            About::Why(request) => (format!("Why {}", request.in_words(id)), String::new()),
        };
        self.prompt(label, text, Purpose::Block(question));
    }

    /// Takes the answer to such a question.
    ///
    /// # Errors
    /// When it is not one.
    pub(crate) fn answer_of_block(
        &mut self,
        question: &BlockQuestion,
        text: &str,
    ) -> Result<(), Refusal> {
        let block = question.block;
        match &question.about {
            About::Theme => self.preview_block(block, BlockRequest::Retheme(text.to_owned()), ""),
            About::Into => {
                let typed = text.trim();
                let into = typed.parse().or_else(|_| format!("B{typed}").parse());
                let Some(into) = into
                    .ok()
                    .filter(|into| self.plan.find_block(*into).is_some())
                else {
                    return refuse(format!("“{typed}” is not a block of the plan, such as B07"));
                };
                let about = About::Why(BlockRequest::Merge(into));
                self.ask_of_block(BlockQuestion { block, about });
            }
            About::Why(request) => self.preview_block(block, request.clone(), text),
        }
        Ok(())
    }

    /// Shows what a change of a block would do, and asks.
    fn preview_block(&mut self, id: BlockId, request: BlockRequest, why: &str) {
        let (now, why) = (self.now, why.to_owned());
        let who = self.context.me.name().to_owned();
        let folder = self.context.papers.folder_of(Role::Decision).to_owned();
        let question = request.question(id);
        let compose = move |plan: &Plan, _: &Progress| {
            let secretary = Secretary {
                plan,
                now,
                who: &who,
                folder: &folder,
            };
            let gone = || Refusal(format!("block {id} no longer exists"));
            let at = plan.find_block(id).ok_or_else(gone);
            Some(at.and_then(|at| secretary.decide_block(at, &request, &why)))
        };
        self.have_done(JobKind::Compose, compose, move |model, made| match made {
            Err(refusal) => model.refuse(refusal.to_string()),
            Ok(made) => {
                let changed = model.preview(&made.change);
                let consequence = format!("{}\n\n{changed}", made.consequences.join("\n"));
                model.confirm(question, consequence, made.change);
            }
        });
    }

    /// Takes the title of a decision note, then the reasons, and writes it.
    ///
    /// # Errors
    /// When there is no title, or a step is gone.
    pub(crate) fn write_note(&mut self, of: &DecisionText, text: &str) -> Result<(), Refusal> {
        let Some(title) = &of.title else {
            if text.trim().is_empty() {
                return refuse("a decision needs a title: what was decided, in one line");
            }
            let (steps, title) = (of.steps.clone(), Some(text.trim().to_owned()));
            let purpose = Purpose::Note(DecisionText { steps, title });
            self.prompt("Why", "", purpose);
            return Ok(());
        };
        let who = self.context.me.name().to_owned();
        let secretary = Secretary {
            plan: &self.plan,
            now: self.now,
            who: &who,
            folder: self.context.papers.folder_of(Role::Decision),
        };
        let mut change = secretary.decide(&NewDecision {
            title,
            why: text,
            steps: of.steps.clone(),
            ..NewDecision::default()
        })?;
        if let Some(path) = change.paths().first() {
            change.label = format!("{} · {}", change.label, path.display());
        }
        self.commit(change);
        Ok(())
    }
}
