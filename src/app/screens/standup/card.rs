//! From a standup card to the overlay that edits it, and back to the change of the paper.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::app::core::model::Model;
use crate::app::overlays::overlay::{CardAction, Choice, Overlay, Purpose, Row};
use crate::change::value::{Refusal, refuse};
use crate::plan::stage::Stage;
use crate::record::standup::{CardPart, CardRequest, DayCard, Health, same_stage};

/// The stage of the plan that a card is of.
fn stage_of<'m>(model: &'m Model, name: &str) -> Option<(usize, &'m Stage)> {
    let mut stages = model.plan.stages().iter().enumerate();
    stages.find(|(_, stage)| same_stage(&stage.name, name))
}

impl Model {
    /// Posts a card, and says how many are left; or changes the one that is posted.
    ///
    /// # Errors
    /// When the card cannot be posted so.
    pub fn post_card(
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
    pub fn loose_evidence(&self, card: &DayCard) -> Vec<String> {
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
    pub fn card_deed(&mut self, date: NaiveDate, stage: String, deed: CardAction) {
        match deed {
            CardAction::Set(health) => {
                if let Err(refusal) = self.post_card(date, &stage, &[CardRequest::Status(health)]) {
                    self.refuse(refusal.to_string());
                }
            }
            CardAction::AskStatus => self.ask_card_status(date, stage),
            CardAction::Ask { part, old } => self.ask_card_entry(date, stage, part, old),
            CardAction::AskCheck(link) => self.ask_check(&stage, &link),
            CardAction::Attach { check, words, link } => {
                let at = stage_of(self, &stage).map(|(at, _)| at);
                let done = match at {
                    Some(at) => self.attach_link(at, check, &words, &link),
                    None => refuse(format!("stage “{stage}” no longer exists")),
                };
                if let Err(refusal) = done {
                    self.refuse(refusal.to_string());
                }
            }
        }
    }

    /// Opens the menu of statuses for a card.
    pub fn ask_card_status(&mut self, date: NaiveDate, stage: String) {
        let now = self
            .standup_view
            .card()
            .filter(|card| card.card.is_of(&stage));
        let (posted, now) = now.map_or((false, None), |card| (card.posted, card.card.status));
        let keys = ["t", "r", "b", "n"];
        let row = |(health, key): (Health, &str)| Row {
            key: key.to_owned(),
            label: health.word().to_owned(),
            detail: match (now == Some(health), posted) {
                (true, true) => "now".to_owned(),
                (true, false) => "suggested".to_owned(),
                (false, _) => String::new(),
            },
            blocked: None,
            choice: Choice::Card {
                date,
                stage: stage.clone(),
                deed: CardAction::Set(health),
            },
        };
        let rows = Health::ALL.into_iter().zip(keys).map(row).collect();
        self.overlays.push(Overlay::Menu {
            title: format!("Status of {stage}"),
            rows,
            cursor: now.map_or(0, |health| health as usize),
        });
    }

    /// Opens the field for an entry of a card, new or in the place of an old one.
    pub fn ask_card_entry(
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
        let purpose = Purpose::Card {
            day,
            stage,
            part,
            old,
        };
        self.prompt(label, text, purpose);
    }

    /// Enter in the field for an entry of a card.
    ///
    /// # Errors
    /// When the entry cannot stand there, or the day is over.
    pub fn put_card_entry(
        &mut self,
        day: &str,
        stage: &str,
        part: CardPart,
        old: Option<&str>,
        text: &str,
    ) -> Result<(), Refusal> {
        let Ok(date) = day.parse() else {
            return refuse(format!("“{day}” is not a day"));
        };
        let wish = match old {
            None => CardRequest::Add(part, text.to_owned()),
            Some(old) => CardRequest::Change {
                part,
                old: old.to_owned(),
                new: text.to_owned(),
            },
        };
        self.post_card(date, stage, &[wish])
    }

    /// Asks which check of the stage the evidence is for; the only one gets it at once.
    pub fn ask_check(&mut self, stage: &str, link: &str) {
        let date = self.standup_date();
        let Some((_, of)) = stage_of(self, stage) else {
            return self.refuse(format!("stage “{stage}” no longer exists"));
        };
        let keys = ('1'..='9')
            .map(String::from)
            .chain(std::iter::repeat(String::new()));
        let rows: Vec<Row> = (of.checks.iter().enumerate().zip(keys))
            .map(|((at, check), key)| Row {
                key,
                label: check.text.clone(),
                detail: if check.done { "ticked" } else { "" }.to_owned(),
                blocked: None,
                choice: Choice::Card {
                    date,
                    stage: stage.to_owned(),
                    deed: CardAction::Attach {
                        check: at,
                        words: check.text.clone(),
                        link: link.to_owned(),
                    },
                },
            })
            .collect();
        match &*rows {
            [only] => self.choose(only.clone()),
            _ => self.overlays.push(Overlay::Menu {
                title: format!("Attach {link} to"),
                rows,
                cursor: 0,
            }),
        }
    }
}
