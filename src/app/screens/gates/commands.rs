//! Stages, their checks and the evidence for them.

use serde::{Deserialize, Serialize};

use super::GATES;
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row, digits};
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::Attachment;
use crate::change::value::Refusal;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::tick_contradicted::open_steps;
use crate::plan::link;
use crate::plan::source::Role;

/// Commands of screen 2.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "tick",
        keys: &["x"],
        title: "Tick or untick the check",
        hint: "tick",
        group: Group::Edit,
        places: Places::Only(&[Focus::CHECKS]),
        blocked: |model| model.is_locked().or_else(|| no_check(model)),
        run: tick,
    },
    Command {
        name: "attach",
        keys: &["a"],
        title: "Attach evidence to the check",
        hint: "attach evidence",
        group: Group::Edit,
        places: Places::Only(&[Focus::CHECKS]),
        blocked: |model| model.is_locked().or_else(|| no_stage_check(model)),
        run: attach,
    },
    Command {
        name: "check-steps",
        keys: &["enter"],
        title: "Go to the steps that the check names, or open the stage",
        hint: "open",
        group: Group::Find,
        places: GATES,
        blocked: |_| None,
        run: open,
    },
    Command {
        name: "checklist-edit",
        keys: &["E"],
        title: "Open the document with the checklist in $EDITOR",
        hint: "",
        group: Group::Edit,
        places: GATES,
        blocked: |model| {
            let is_none = model.checklist_path().is_none();
            is_none.then(|| "there is no stage yet".to_owned())
        },
        run: |model| {
            let target = model.checklist_path().map(link::to_file);
            model.effects.extend(target.map(Effect::Open));
        },
    },
    Command {
        name: "check-evidence",
        keys: &["i"],
        title: "Open the check's evidence",
        hint: "evidence",
        group: Group::Find,
        places: Places::Only(&[Focus::CHECKS]),
        blocked: no_evidence,
        run: |model| {
            let links = links(model);
            offer(model, "Open evidence", links);
        },
    },
];

fn check(model: &Model) -> Option<&Check> {
    model.selected_check()
}

/// Why there is no check to act on.
fn no_check(model: &Model) -> Blocked {
    check(model)
        .is_none()
        .then(|| "this stage has no checklist".to_owned())
}

/// Why no evidence can be attached to what is selected.
fn no_stage_check(model: &Model) -> Blocked {
    let other = model.selected_other();
    let no_gate = other.map(|_| "no gate asks for evidence of this check".to_owned());
    no_gate.or_else(|| no_check(model))
}

/// Ticks the selected check, or takes its tick away.
fn tick(model: &mut Model) {
    let Some(check) = model.selected_check() else {
        return;
    };
    let change = model.composer().tick(check);
    model.make(change, 1);
    let check = Model::selected_check;
    let open = check(model).map(|check| open_steps(&model.plan, check));
    let open = open.unwrap_or_default();
    if let (Some(first), Some(notice)) = (open.first(), &mut model.notice) {
        let id = model.plan.step(*first).id();
        notice.text += &format!(" · but {id} is not complete");
    }
}

/// Asks for a link to evidence for the selected check.
fn attach(model: &mut Model) {
    if let Some(reason) = no_stage_check(model) {
        return model.refuse(reason);
    }
    let text = check(model).map(|check| check.text.clone());
    let evidence = CheckEvidence {
        stage: model.gates.stage,
        check: model.gates.check,
        text: text.unwrap_or_default(),
    };
    model.prompt("Evidence link", "", Purpose::Evidence(evidence));
}

fn links(model: &Model) -> Vec<String> {
    let stage = model.plan.stages().get(model.gates.stage);
    let (Some(stage), Some(check)) = (stage, check(model)) else {
        return Vec::new();
    };
    stage
        .evidence_for(check)
        .flat_map(|evidence| evidence.links.iter().cloned())
        .collect()
}

fn no_evidence(model: &Model) -> Blocked {
    no_stage_check(model).or_else(|| {
        let key = model.keymap.key_of("attach");
        links(model)
            .is_empty()
            .then(|| format!("no evidence yet; {key} attaches a link"))
    })
}

fn open(model: &mut Model) {
    if model.gates.pane != Focus::CHECKS {
        model.gates.pane = Focus::CHECKS;
        return;
    }
    let ids = check(model)
        .map(|check| check.steps.clone())
        .unwrap_or_default();
    match &*ids {
        [] => {
            let key = model.keymap.key_of("checklist-edit");
            model.say(format!(
                "this check names no steps · {key} opens the list in $EDITOR"
            ));
        }
        [only] => model.jump(*only, 0),
        ids => {
            let rows = ids.iter().zip(digits()).map(|(id, key)| {
                let step = model.plan.find(*id).map(|step| model.plan.step(step));
                let label = match step {
                    Some(step) => format!("{id} {}", step.title()),
                    None => id.to_string(),
                };
                let status = step.and_then(|step| step.status());
                let detail = status.map_or("not in the plan", |status| status.word());
                Row {
                    blocked: step.is_none().then(|| format!("there is no step {id}")),
                    ..Row::new(key, label, detail, Choice::Jump(*id, 0))
                }
            });
            model.menu("Steps that the check names", rows.collect(), 0);
        }
    }
}

/// Opens the only link, or lets a person choose.
pub fn offer(model: &mut Model, title: &str, links: Vec<String>) {
    match &*links {
        [] => model.say("there is no link to open"),
        [only] => model.effects.push(Effect::Open(only.clone())),
        links => {
            let keys = "123456789abcdefgh".chars();
            let row =
                |(link, key): (&String, char)| Row::new(key, link, "", Choice::Open(link.clone()));
            model.menu(title, links.iter().zip(keys).map(row).collect(), 0);
        }
    }
}

/// Evidence about to be attached to a check.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CheckEvidence {
    pub(crate) stage: usize,
    /// Index of the check in the stage.
    pub(crate) check: usize,
    /// The check's words, by which it is known again.
    pub(crate) text: String,
}

impl Model {
    /// Attaches a link to a check, asking first if the roadmap has no place for it yet.
    pub(crate) fn attach_link(&mut self, to: &CheckEvidence, link: &str) -> Result<(), Refusal> {
        let stage = self.plan.stages().get(to.stage);
        let found = stage.and_then(|stage| stage.checks.get(to.check));
        if found.is_none_or(|check| check.text != to.text) {
            return Err(Refusal("the check is no longer there".to_owned()));
        }
        let who = self.context.me.name().to_owned();
        let roadmap = self.context.papers.folder_of(Role::Roadmap).to_owned();
        match (self.composer()).attach(to.stage, to.check, link, &who, &roadmap)? {
            Attachment::Ready(change) => self.make(Ok(change), 1),
            Attachment::Creates { question, change } => {
                let undo = self.keymap.key_of("undo");
                let consequence = format!("The link is written there. {undo} undoes it.");
                self.confirm(question, consequence, change);
            }
        }
        Ok(())
    }
}
