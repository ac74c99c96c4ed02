//! What is done to the registers on screen 9: risks are added and closed, decisions made and
//! superseded.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::PAPERS;
use super::view::Wanted;
use crate::app::core::command::{Blocked, Command, Group};
use crate::app::core::model::Model;
use crate::app::overlays::prompt::Purpose;
use crate::change::Change;
use crate::change::value::{Refusal, refuse};
use crate::plan::decision::DecisionNote;
use crate::plan::id::StepId;
use crate::plan::risk::{Level, Risk};
use crate::plan::source::Role;
use crate::record::decision::{NewDecision, Secretary};
use crate::record::risk::{NewRisk, Register};

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Edit,
    places: PAPERS,
    ..Command::BASE
};

/// Commands that write into a register.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "risk-add",
        keys: &["a"],
        title: "Add a risk, on a proposed one that one; likelihood and impact start as medium",
        hint: "add risk",
        blocked: Model::is_locked,
        run: |model| {
            let (title, question) = match model.papers.proposed() {
                None => (String::new(), PaperQuestion::Risk),
                Some(of) => {
                    let (stage, steps) = (of.stage.clone(), of.steps.clone());
                    (of.title.clone(), PaperQuestion::Proposed { stage, steps })
                }
            };
            model.prompt("What may happen", title, Purpose::Paper(question));
        },
        ..COMMON
    },
    Command {
        name: "risk-close",
        keys: &["x"],
        title: "Close the risk, and say why",
        blocked: |model| model.is_locked().or_else(|| no_open_risk(model)),
        run: |model| {
            if let Some(path) = selected(model, Role::Risk) {
                let purpose = Purpose::Paper(PaperQuestion::Close(path));
                model.prompt("Why it is no longer a risk", "", purpose);
            }
        },
        ..COMMON
    },
    Command {
        name: "supersede",
        keys: &["d"],
        title: "Write a decision that supersedes the selected one",
        blocked: |model| model.is_locked().or_else(|| no_decision_in_force(model)),
        run: |model| {
            if let Some(path) = selected(model, Role::Decision) {
                let purpose = Purpose::Paper(PaperQuestion::Supersede(path));
                model.prompt("What is decided instead", "", purpose);
            }
        },
        ..COMMON
    },
];

/// What is asked on the way to a change of a register. Drafts hold it: the names stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) enum PaperQuestion {
    /// The title of a new risk.
    Risk,
    /// The title of a risk that standups propose.
    Proposed {
        /// The stage that it threatens.
        stage: String,
        /// The steps that its words name.
        steps: Vec<StepId>,
    },
    /// Why the risk in this file is closed.
    Close(PathBuf),
    /// The title of the decision that supersedes the one in this file.
    Supersede(PathBuf),
    /// Why it does.
    Because {
        /// The file of the older one.
        path: PathBuf,
        /// The title of the new one.
        title: String,
    },
}

impl PaperQuestion {
    /// The question for the title and the title, where the reasons are asked for.
    pub(crate) fn before(&self) -> Option<(Self, String)> {
        match self {
            Self::Because { path, title } => Some((Self::Supersede(path.clone()), title.clone())),
            _ => None,
        }
    }
}

/// The file of the selected paper, if it is of this kind.
fn selected(model: &Model, role: Role) -> Option<PathBuf> {
    let is_of = model.papers.kind().is_some_and(|kind| kind.role == role);
    let paper = model.papers.selected().filter(|_| is_of)?;
    Some(paper.path.clone())
}

fn no_open_risk(model: &Model) -> Blocked {
    let risk = selected(model, Role::Risk).and_then(|path| {
        let document = model.paper_document(&path)?;
        Some(Risk::read(0, &path, document))
    });
    match risk {
        None => Some("no risk is selected".to_owned()),
        Some(risk) => (!risk.is_open).then(|| "it is closed already".to_owned()),
    }
}

fn no_decision_in_force(model: &Model) -> Blocked {
    let note = selected(model, Role::Decision).and_then(|path| {
        let document = model.paper_document(&path)?;
        Some(DecisionNote::read(0, &path, document))
    });
    match note {
        None => Some("no decision is selected".to_owned()),
        Some(note) => {
            let is_superseded = !note.superseded_by.is_empty();
            is_superseded.then(|| "another decision took its place already".to_owned())
        }
    }
}

impl Model {
    /// Takes the answer to a question about a register, and writes it.
    ///
    /// # Errors
    /// When it is no answer, or the paper is gone.
    pub(crate) fn answer_of_paper(
        &mut self,
        question: &PaperQuestion,
        text: &str,
    ) -> Result<(), Refusal> {
        let who = self.context.me.name().to_owned();
        let register = Register {
            plan: &self.plan,
            now: self.now,
            who: &who,
            folder: self.context.papers.folder_of(Role::Risk),
        };
        let new = NewRisk {
            title: text,
            likelihood: Level::Medium,
            impact: Level::Medium,
            owner: &who,
            steps: Vec::new(),
            stage: "",
            review_by: None,
            mitigation: "",
        };
        let mut change = match question {
            PaperQuestion::Risk => register.add(&new)?,
            PaperQuestion::Proposed { stage, steps } => {
                // Words may name what is no step of the plan.
                let is_known = |id: &StepId| self.plan.find(self.plan.meant(*id)).is_some();
                register.add(&NewRisk {
                    steps: steps.iter().copied().filter(is_known).collect(),
                    stage,
                    ..new
                })?
            }
            PaperQuestion::Close(path) => register.close(self.file_of_paper(path)?, text)?,
            PaperQuestion::Supersede(path) => {
                if text.trim().is_empty() {
                    return refuse("a decision needs a title: what was decided, in one line");
                }
                let (path, title) = (path.clone(), text.trim().to_owned());
                let why = Purpose::Paper(PaperQuestion::Because { path, title });
                self.prompt("Why", "", why);
                return Ok(());
            }
            PaperQuestion::Because { path, title } => {
                self.superseding(path, (title, text), &who)?
            }
        };
        let path = change.paths().first().map(|path| path.to_path_buf());
        if let Some(path) = path {
            change.label = format!("{} · {}", change.label, path.display());
            self.commit(change);
            self.show_paper(Wanted::Paper(path));
        }
        Ok(())
    }

    fn superseding(
        &self,
        path: &PathBuf,
        (title, why): (&str, &str),
        who: &str,
    ) -> Result<Change, Refusal> {
        let file = self.file_of_paper(path)?;
        let gone = || Refusal(format!("{} is no longer there", path.display()));
        let document = self.plan.files()[file].markdown().ok_or_else(gone)?;
        let note = DecisionNote::read(file, path, document);
        let secretary = Secretary {
            plan: &self.plan,
            now: self.now,
            who,
            folder: self.context.papers.folder_of(Role::Decision),
        };
        // Steps that were removed since are not what the new one is about.
        let steps = note.steps.into_iter().map(|(step, _)| step);
        secretary.decide(&NewDecision {
            title,
            why,
            steps: steps
                .filter(|step| self.plan.find(*step).is_some())
                .collect(),
            supersedes: vec![file],
            ..NewDecision::default()
        })
    }

    fn file_of_paper(&self, path: &PathBuf) -> Result<usize, Refusal> {
        let found = self.plan.files().iter().position(|file| file.path == *path);
        match found {
            Some(file) => Ok(file),
            None => refuse(format!("{} is no longer there", path.display())),
        }
    }
}
