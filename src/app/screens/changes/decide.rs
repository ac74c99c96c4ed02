//! A file that a merge left in conflict as a whole: what becomes of it, as a menu asks.

use std::path::Path;

use super::unread;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::change::value::{Refusal, refuse};
use crate::store::changes::undecided::{FileDecision, Outcome};

impl Model {
    /// Asks what becomes of a file that is in conflict as a whole.
    pub(super) fn ask_about_file(&mut self, path: &Path) {
        if let Some(reason) = self.is_locked().or_else(|| unread(self)) {
            return self.refuse(reason);
        }
        let read = self.changes.read.clone();
        let Some(file) = read.as_ref().and_then(|read| read.undecided(path)) else {
            return self.refuse("the conflict is no longer there");
        };
        let row = |(key, label, detail, outcome)| {
            let path = path.to_owned();
            let choice = Choice::DecideFile(FileDecision { path, outcome });
            Row::new(key, label, detail, choice)
        };
        let rows = file.ways().into_iter().map(row).collect();
        self.menu(file.words(), rows, 0);
    }

    /// Has git note what becomes of a file.
    pub(crate) fn decide_file(&mut self, decision: FileDecision) -> Result<(), Refusal> {
        if let Some(reason) = self.is_locked().or_else(|| unread(self)) {
            return refuse(reason);
        }
        let Some(changes) = self.changes.read.clone() else {
            return refuse("git is still being asked");
        };
        (self.effects).push(Effect::DecideFile(changes, decision));
        Ok(())
    }

    /// Takes whether that was done.
    pub(crate) fn file_decided(&mut self, decision: &FileDecision, done: Result<(), String>) {
        match done {
            Ok(()) => {
                let what = match decision.outcome {
                    Outcome::Deleted => "deleted",
                    _ => "kept",
                };
                let path = decision.path.display();
                self.say(format!(
                    "{path} is {what} · `git update-index --unresolve` on it undoes that"
                ));
            }
            Err(reason) => self.refuse(reason),
        }
        self.effects.push(Effect::LookAgain);
        self.ask_changes();
    }
}
