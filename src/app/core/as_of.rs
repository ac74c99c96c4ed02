//! Looking at the plan as it was: the command that asks for it, and what the model of such a
//! version knows of itself.
//!
//! A version is a model of its own, whose plan, papers, configuration and clock are those of then.
//! The model of the present stays as it is meanwhile; who shows which is the loop's business.

use chrono::{DateTime, Utc};

use super::command::{Command, Focus, Group, Places};
use super::message::Effect;
use super::model::Model;
use crate::app::overlays::prompt::Purpose;
use crate::change::value::Refusal;
use crate::history::when::When;

/// The version of a plan that is looked at instead of the present one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownVersion {
    /// Its clock.
    pub at: DateTime<Utc>,
    /// The full hash of its commit.
    pub commit: String,
    /// The first line of the commit's message.
    pub subject: String,
    /// What in the present asks for its person.
    pub alarm: Option<String>,
}

/// The command that goes back in time, and returns.
pub(crate) const COMMANDS: &[Command] = &[Command {
    name: "as-of",
    keys: &["@"],
    title: "Show every screen as of a date, review, gate or commit; again returns to now",
    group: Group::View,
    places: Places::ScreensBut(&[Focus::SINCE, Focus::CHANGES, Focus::CHANGE_TEXT]),
    blocked: |model| {
        let opening = model.work.is_opening();
        opening.then(|| "the past can be shown when the plan is loaded".to_owned())
    },
    run: |model| match model.context.as_of {
        Some(_) => model.effects.push(Effect::ReturnToNow),
        None => {
            let label = "As of when: 2026-09-01, 2w, review, gate:STAGE, a commit";
            model.prompt(label, "", Purpose::AsOf);
        }
    },
    ..Command::BASE
}];

impl Model {
    /// Has the version of a WHEN laid out beside the keys, to be shown.
    pub(crate) fn ask_as_of(&mut self, text: &str) -> Result<(), Refusal> {
        let when: When = text.parse().map_err(|error| Refusal(format!("{error}")))?;
        self.stop_going_back();
        self.effects.push(Effect::GoBack(when));
        Ok(())
    }

    /// Stops what lays out a version; answers whether there was something to stop.
    pub(super) fn stop_going_back(&mut self) -> bool {
        let going = self.work.going_back.take();
        going.inspect(|opening| opening.stop()).is_some()
    }

    /// Why nothing is changed in a version that is looked at.
    pub(crate) fn is_past(&self) -> Option<String> {
        let shown = self.context.as_of.as_ref()?;
        let (day, key) = (shown.at.date_naive(), self.keymap.key_of("as-of"));
        Some(format!(
            "the plan as of {day} is read-only · {key} returns to now"
        ))
    }

    /// What asks for a person who looks at the past meanwhile.
    pub fn alarm(&self) -> Option<String> {
        match self.sync.failed() {
            _ if self.has_conflict() => Some("A CONFLICT WAITS".to_owned()),
            0 => None,
            failed => Some(format!("{failed} NOT SAVED")),
        }
    }
}
