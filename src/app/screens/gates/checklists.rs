//! What is selected on screen 2: a stage with its checklist, or behind the stages a document with
//! checklists that belong to none.

use std::path::Path;
use std::sync::Arc;

use super::{GATES, SCREEN};
use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::menu::{Choice, Row};
use crate::change::value::Refusal;
use crate::plan::canon::checklist::Check;
use crate::plan::ladders::OtherChecklists;
use crate::plan::query::words::Words;
use crate::plan::stage::{Stage, standing_of};

/// Commands that find a check.
pub const COMMANDS: &[Command] = &[Command {
    name: "find-check",
    keys: &["/"],
    title: "Find a check in any checklist",
    hint: "find",
    group: Group::Find,
    places: GATES,
    blocked: |_| None,
    run: |model| {
        model.plan.other_checklists();
        model.choose_from(Source::Checks);
    },
}];

/// What a check belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'m> {
    Stage(&'m Stage),
    /// A document with other checklists.
    Other(&'m OtherChecklists),
}

impl<'m> Holder<'m> {
    /// Its checks in file order.
    pub fn checks(self) -> Vec<&'m Check> {
        match self {
            Self::Stage(stage) => stage.checks.iter().collect(),
            Self::Other(other) => other.checks().collect(),
        }
    }

    /// What it is called.
    pub fn name(self) -> &'m str {
        match self {
            Self::Stage(stage) => &stage.name,
            Self::Other(other) => &other.title,
        }
    }
}

impl Model {
    /// When the gate of a stage is due and who answers for it, if the roadmap says so.
    pub(crate) fn due_and_owners(&self, stage: &Stage) -> Option<String> {
        let standing = standing_of(self.plan.stages(), stage);
        stage.due_and_owners(standing, self.now.date_naive())
    }

    /// The documents with other checklists, as far as they have been read.
    pub fn other_checklists(&self) -> &[Arc<OtherChecklists>] {
        self.plan.known_other_checklists().unwrap_or_default()
    }

    /// How many rows of screen 2 can be selected: the stages, then the documents.
    pub fn holders(&self) -> usize {
        self.plan.stages().len() + self.other_checklists().len()
    }

    /// A row of screen 2.
    pub fn holder(&self, at: usize) -> Option<Holder<'_>> {
        let stages = self.plan.stages();
        match at.checked_sub(stages.len()) {
            None => stages.get(at).map(Holder::Stage),
            Some(at) => self.other_checklists().get(at).map(|o| Holder::Other(o)),
        }
    }

    /// The selected row of screen 2.
    pub fn selected_holder(&self) -> Option<Holder<'_>> {
        self.holder(self.gates.stage)
    }

    /// The document in which the selected checklist is, or would be: that of its stage's gate.
    pub(crate) fn checklist_path(&self) -> Option<&Path> {
        let of_check = || self.selected_check().map(|check| check.file);
        let file = of_check().or_else(|| match self.selected_holder()? {
            Holder::Other(other) => Some(other.file),
            Holder::Stage(stage) => {
                let checks = self.plan.stages().iter().flat_map(|stage| &stage.checks);
                let first = stage.checks.iter().chain(checks).next();
                let rung = || stage.rung.as_ref().map(|rung| rung.file);
                first.map(|check| check.file).or_else(rung)
            }
        });
        Some(&self.plan.files()[file?].path)
    }

    /// The document with other checklists that is selected.
    pub fn selected_other(&self) -> Option<&OtherChecklists> {
        match self.selected_holder() {
            Some(Holder::Other(other)) => Some(other),
            _ => None,
        }
    }

    /// The selected check.
    pub fn selected_check(&self) -> Option<&Check> {
        let checks = self.selected_holder()?.checks();
        checks.get(self.gates.check).copied()
    }

    /// How many checks the selected row has.
    pub fn checks_here(&self) -> usize {
        self.selected_holder().map_or(0, |holder| match holder {
            Holder::Stage(stage) => stage.checks.len(),
            Holder::Other(other) => other.len(),
        })
    }

    /// How many workstreams the selected row has.
    pub(crate) fn workstreams(&self) -> usize {
        let stage = self.plan.stages().get(self.gates.stage);
        stage.map_or(0, |stage| stage.workstreams().len())
    }

    /// Where the cursor of a checklist begins: at what is left to do.
    pub fn first_open_check(&self) -> usize {
        let checks = self.selected_holder().map(Holder::checks);
        let open = checks.and_then(|checks| checks.iter().position(|check| !check.done));
        open.unwrap_or(0)
    }

    /// Pulls the cursors of screen 2 back to what there is.
    pub fn keep_gates_within(&mut self) {
        if self.gates.stage >= self.plan.stages().len() && self.screen == &SCREEN {
            // What is looked at stays there: the documents that are the same are parsed already.
            self.plan.other_checklists();
        }
        self.gates.stage = self.gates.stage.min(self.holders().saturating_sub(1));
        self.gates.check = self.gates.check.min(self.checks_here().saturating_sub(1));
        self.gates.workstream = (self.gates.workstream).min(self.workstreams().saturating_sub(1));
    }

    /// All checks that `text` finds, those of the stages first.
    pub fn check_rows(&self, text: &str, most: usize) -> Vec<Row> {
        let words = Words::new(text.split_whitespace());
        let mut scored = Vec::new();
        for at in 0..self.holders() {
            let Some(holder) = self.holder(at) else {
                continue;
            };
            let checks = holder.checks().into_iter().enumerate();
            scored.extend(checks.filter_map(|(check, of)| {
                let about = [holder.name().into(), (&*of.heading).into()];
                Some((words.score(&of.text, &about)?, at, check, holder, of))
            }));
        }
        // The order of the screen is kept among equals.
        scored.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        let rows = scored.into_iter().take(most);
        rows.map(|(_, at, check, holder, of)| {
            let label = format!("[{}] {}", if of.done { "x" } else { " " }, of.text);
            let choice = Choice::Check {
                holder: at,
                check,
                words: of.text.clone(),
            };
            Row::new("", label, holder.name(), choice)
        })
        .collect()
    }

    /// Selects the check of the stage that has these words.
    pub(crate) fn select_check(&mut self, words: &str) {
        let checks = self.selected_holder().map(Holder::checks);
        let at = checks.and_then(|checks| checks.iter().position(|check| check.text == words));
        match at {
            Some(at) => (self.gates.check, self.gates.pane) = (at, Focus::CHECKS),
            None => self.say("no check has these words today"),
        }
    }

    /// Opens screen 2 at a stage.
    pub(crate) fn open_stage(&mut self, name: &str) {
        let mut stages = self.plan.stages().iter();
        match stages.position(|stage| stage.name == name) {
            Some(stage) => {
                self.open_screen(&SCREEN);
                self.gates.review = None;
                self.gates.pane = Focus::CHECKS;
                self.gates.stage = stage;
                self.gates.check = self.first_open_check();
            }
            None => self.refuse(format!("stage {name} is no longer on the ladder")),
        }
    }

    /// Goes to a check on screen 2.
    ///
    /// # Errors
    /// When another one stands there by now.
    pub fn go_to_check(&mut self, at: usize, check: usize, words: &str) -> Result<(), Refusal> {
        let checks = self.holder(at).map(Holder::checks).unwrap_or_default();
        if checks.get(check).is_none_or(|found| found.text != words) {
            return Err(Refusal("the check is no longer there".to_owned()));
        }
        self.open_screen(&SCREEN);
        self.gates.review = None;
        self.gates.pane = Focus::CHECKS;
        (self.gates.stage, self.gates.check) = (at, check);
        Ok(())
    }
}
