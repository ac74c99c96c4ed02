//! From a standup card to the overlay that edits it, and back to the change of the paper.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row, digits};
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::gates::commands::CheckEvidence;
use crate::change::value::{Refusal, refuse};
use crate::plan::stage::Stage;
use crate::record::standup::{CardPart, CardRequest, DayCard, Health, same_stage};

/// The stage of the plan that a card is of.
fn stage_of<'m>(model: &'m Model, name: &str) -> Option<(usize, &'m Stage)> {
    let mut stages = model.plan.stages().iter().enumerate();
    stages.find(|(_, stage)| same_stage(&stage.name, name))
}

/// An entry of a standup card, about to be put there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct CardEntry {
    /// The day it was opened on, such as `2026-11-21`.
    day: String,
    /// The card's stage.
    stage: String,
    /// The list.
    part: CardPart,
    /// The entry that is replaced; `None` adds one.
    old: Option<String>,
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
        link: String,
    },
}

impl Model {
    /// Posts a card, and says how many are left; or changes the one that is posted.
    ///
    /// # Errors
    /// When the card cannot be posted so.
    pub(crate) fn post_card(
        &mut self,
        date: NaiveDate,
        stage: &str,
        wishes: &[CardRequest],
    ) -> Result<(), Refusal> {
        let change = self.standup().post(date, stage, wishes)?;
        let left = |model: &Self| {
            let cards = model.standup_view.day.iter().flat_map(|day| &day.cards);
            cards.filter(|card| !card.posted).count()
        };
        let before = left(self);
        if !self.commit(change) {
            return Ok(());
        }
        self.refresh_standup();
        let said = match left(self) {
            left if left == before => String::new(),
            0 => " · all cards are posted".to_owned(),
            1 => " · 1 card is left".to_owned(),
            left => format!(" · {left} cards are left"),
        };
        if let Some(notice) = &mut self.notice {
            notice.text += &said;
        }
        Ok(())
    }

    /// Evidence that a posted card names and that no check of its stage has yet.
    pub(crate) fn loose_evidence(&self, card: &DayCard) -> Vec<String> {
        let stage = stage_of(self, &card.card.stage).map(|(_, stage)| stage);
        let Some(stage) = stage.filter(|stage| card.posted && !stage.checks.is_empty()) else {
            return Vec::new();
        };
        let attached: HashSet<&String> = stage.evidence.iter().flat_map(|e| &e.links).collect();
        let loose = card
            .card
            .evidence
            .iter()
            .filter(|link| !attached.contains(link));
        loose.cloned().collect()
    }

    /// Does what a row of a card's menu says.
    pub(crate) fn card_action(
        &mut self,
        date: NaiveDate,
        stage: String,
        action: CardAction,
    ) -> Result<(), Refusal> {
        match action {
            CardAction::Set(health) => {
                return self.post_card(date, &stage, &[CardRequest::Status(health)]);
            }
            CardAction::AskStatus => self.ask_card_status(date, stage, None),
            CardAction::Ask { part, old } => self.ask_card_entry(date, stage, part, old),
            CardAction::AskCheck(link) => self.ask_check(&stage, &link),
            CardAction::Attach { check, words, link } => {
                let Some((at, _)) = stage_of(self, &stage) else {
                    return refuse(format!("stage “{stage}” no longer exists"));
                };
                let evidence = CheckEvidence {
                    stage: at,
                    check,
                    text: words,
                };
                return self.attach_link(&evidence, &link);
            }
        }
        Ok(())
    }

    /// Opens the menu of statuses for a card, on the one that is proposed if there is one.
    pub(crate) fn ask_card_status(
        &mut self,
        date: NaiveDate,
        stage: String,
        proposed: Option<Health>,
    ) {
        let now = self
            .standup_view
            .card()
            .filter(|card| card.card.is_of(&stage));
        let (posted, now) = now.map_or((false, None), |card| (card.posted, card.card.status));
        let keys = ["t", "r", "b", "n"];
        let row = |(health, key): (Health, &str)| {
            let detail = match (now == Some(health), posted) {
                _ if proposed == Some(health) => "proposed: there is a blocker",
                (true, true) => "now",
                (true, false) => "suggested",
                (false, _) => "",
            };
            let choice = Choice::Card(date, stage.clone(), CardAction::Set(health));
            Row::new(key, health.word(), detail, choice)
        };
        let rows = Health::ALL.into_iter().zip(keys).map(row).collect();
        let cursor = proposed.or(now).map_or(0, |health| health as usize);
        self.menu(format!("Status of {stage}"), rows, cursor);
    }

    /// Opens the field for an entry of a card, new or in the place of an old one.
    pub(crate) fn ask_card_entry(
        &mut self,
        date: NaiveDate,
        stage: String,
        part: CardPart,
        old: Option<String>,
    ) {
        let label = match (&old, part) {
            (Some(_), _) => format!("{stage}: {} (leave empty to remove)", part.word()),
            (None, CardPart::Evidence) => format!("{stage}: new evidence link"),
            (None, CardPart::Blockers) => format!("{stage}: new blocker"),
            (None, CardPart::Done) => format!("{stage}: what is done"),
        };
        let text = old.clone().unwrap_or_default();
        let day = date.to_string();
        let entry = CardEntry {
            day,
            stage,
            part,
            old,
        };
        self.prompt(label, text, Purpose::Card(entry));
    }

    /// Puts an entry into a card.
    pub(crate) fn put_card_entry(&mut self, entry: &CardEntry, text: &str) -> Result<(), Refusal> {
        let CardEntry { day, part, .. } = entry;
        let Ok(date) = day.parse() else {
            return refuse(format!("“{day}” is not a day"));
        };
        let request = match entry.old.clone() {
            None => CardRequest::Add(*part, text.to_owned()),
            Some(old) => CardRequest::Change {
                part: *part,
                old,
                new: text.to_owned(),
            },
        };
        self.post_card(date, &entry.stage, &[request])?;
        let cards = self.standup_view.day.iter().flat_map(|day| &day.cards);
        let mut cards = cards.filter(|card| card.card.is_of(&entry.stage));
        let sounds_well = cards.next().is_some_and(|card| {
            !matches!(card.card.status, Some(Health::AtRisk | Health::Blocked))
        });
        if entry.old.is_none() && *part == CardPart::Blockers && sounds_well {
            // A person says so or leaves it; the blocker is posted either way.
            self.ask_card_status(date, entry.stage.clone(), Some(Health::AtRisk));
        }
        Ok(())
    }

    /// Asks which check of the stage the evidence is for; the only one gets it at once.
    pub(crate) fn ask_check(&mut self, stage: &str, link: &str) {
        let date = self.standup_date();
        let Some((_, of)) = stage_of(self, stage) else {
            return self.refuse(format!("stage “{stage}” no longer exists"));
        };
        let rows: Vec<Row> = (of.checks.iter().enumerate().zip(digits()))
            .map(|((at, check), key)| {
                let action = CardAction::Attach {
                    check: at,
                    words: check.text.clone(),
                    link: link.to_owned(),
                };
                let detail = if check.done { "ticked" } else { "" };
                let choice = Choice::Card(date, stage.to_owned(), action);
                Row::new(key, &check.text, detail, choice)
            })
            .collect();
        match &*rows {
            [only] => self.choose(only.clone()),
            _ => self.menu(format!("Attach {link} to"), rows, 0),
        }
    }
}
