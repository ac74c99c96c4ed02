//! Where a person is brought when a change was undone or made again: to what it is about.
//!
//! The screen that is shown keeps them if it shows that; otherwise the screen does that the thing
//! belongs to. A filter is not given up for it: that it hides the step is said.

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::{plan, review, standup};
use crate::change::{Change, Target};
use crate::plan::source::Role;

impl Model {
    /// Brings the cursor to what a change is about. Answers what else there is to say.
    pub(crate) fn reveal(&mut self, change: &Change) -> Option<String> {
        // What lies over the screen is about it already.
        if !self.overlays.is_empty() || self.shown().keeps(self, change) {
            return None;
        }
        let steps = change.steps();
        if !steps.is_empty() {
            return self.reveal_steps(&steps);
        }
        let targets: Vec<Target> = change
            .edits
            .iter()
            .map(|edit| edit.target.clone())
            .collect();
        for target in &targets {
            match target {
                Target::BlockCell { block, .. } | Target::BlockRow { block } => {
                    let at = self.plan.find_block(*block)?;
                    self.screen = &plan::SCREEN;
                    let plan = self.plan.clone();
                    self.view.select_block(&plan, at);
                    plan::SCREEN.enter(self, Focus::BLOCKS);
                    return None;
                }
                Target::CheckMark { text, .. } => {
                    let found = (0..self.holders()).find_map(|at| {
                        let checks = self.holder(at)?.checks();
                        Some((at, checks.iter().position(|check| check.text == *text)?))
                    });
                    let (at, check) = found?;
                    // Another one may stand there by now, which is no reason not to go.
                    let _ = self.go_to_check(at, check, text);
                    return None;
                }
                _ => {}
            }
        }
        let roles = change.paths().into_iter().filter_map(|path| {
            let file = self.plan.files().iter().find(|file| file.path == *path)?;
            Some(file.role)
        });
        match roles.collect::<Vec<_>>().first() {
            Some(Role::Review) => self.open_screen(&review::SCREEN),
            Some(Role::Standup) => self.open_screen(&standup::SCREEN),
            _ => {}
        }
        None
    }

    /// Selects one of the steps on the plan screen, where one of them is listed.
    fn reveal_steps(&mut self, steps: &[crate::plan::StepKey]) -> Option<String> {
        self.screen = &plan::SCREEN;
        let here = self.selected();
        if here.is_some_and(|here| steps.contains(&here)) {
            return None;
        }
        let there = |key: &&crate::plan::StepKey| self.plan.find_nth(key.0, key.1).is_some();
        let known: Vec<_> = steps.iter().filter(there).copied().collect();
        let plan = self.plan.clone();
        let found = known.iter().find(|key| self.view.select(&plan, **key));
        match (found, &known[..]) {
            (Some(_), _) => {
                if self.view.pane == Focus::BLOCKS {
                    plan::SCREEN.enter(self, Focus::STEPS);
                }
                None
            }
            (None, []) => None,
            (None, [_]) => Some("the filter hides it".to_owned()),
            (None, _) => Some("the filter hides them".to_owned()),
        }
    }
}
