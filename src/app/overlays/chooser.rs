//! Rows narrowed down by typing: palette, help, step picker, owners.

use std::collections::BTreeMap;

use super::overlay::{Choice, Overlay, Row, SetRequest, Source};
use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::model::Model;
use crate::app::core::registry;
use crate::plan::StepKey;
use crate::plan::id::typed_id;
use crate::plan::query::words::Words;

/// No chooser shows more rows than this; typing another letter is quicker than scrolling.
const MOST: usize = 200;

impl Model {
    /// Opens a chooser.
    pub fn choose_from(&mut self, label: &str, source: Source) {
        let input = self.input(label, "");
        let rows = self.rows(&source, "");
        self.overlays.push(Overlay::Chooser {
            input,
            source,
            rows,
            cursor: 0,
        });
    }

    /// Narrows the open chooser down to its text.
    pub fn narrow(&mut self) {
        let Some(Overlay::Chooser { input, source, .. }) = self.overlays.last() else {
            return;
        };
        let fresh = self.rows(&source.clone(), &input.text.clone());
        if let Some(Overlay::Chooser { rows, cursor, .. }) = self.overlays.last_mut() {
            *rows = fresh;
            *cursor = 0;
        }
    }

    /// Does what the chosen row says.
    pub fn choose(&mut self, row: Row) {
        if let Some(reason) = row.blocked {
            return self.refuse(reason);
        }
        match row.choice {
            Choice::Run(name) => {
                if let Some(command) = registry::named(name) {
                    (command.run)(self);
                }
            }
            Choice::Set { wish, value } => {
                if let Err(refusal) = self.set_field(&wish, &value) {
                    self.refuse(refusal.to_string());
                }
            }
            Choice::Edit { step, field } => {
                if let Some(step) = self.plan.find_nth(step.0, step.1) {
                    self.edit_field(step, field);
                }
            }
            Choice::EditBlock { block, column } => self.edit_block(block, column),
            Choice::Jump(id) => self.jump(id, 0),
            Choice::Check {
                holder,
                check,
                words,
            } => {
                if let Err(refusal) = self.go_to_check(holder, check, &words) {
                    self.refuse(refusal.to_string());
                }
            }
            Choice::Depend { step, entry } => self.depend(step, entry),
            Choice::Sort(sort) => {
                self.view.sort = sort;
                let selected = self.selected();
                self.refresh(selected);
            }
            Choice::Mend { tangle, remedy } => self.mend_tangle(&tangle, remedy),
            Choice::Text { step, deed } => self.text_deed(step, deed),
            Choice::Compare(a, b) => self.compare(a, b),
            Choice::Open(target) => self.effects.push(crate::app::Effect::Open(target)),
            Choice::Decide(decision) => self.decide_gate(decision),
            Choice::Card { date, stage, deed } => self.card_deed(date, stage, deed),
        }
    }

    fn rows(&self, source: &Source, text: &str) -> Vec<Row> {
        match source {
            Source::Palette => self.palette_rows(text),
            Source::Help => self.help_rows(text),
            Source::Upstream(step) => self.step_rows(*step, text, true),
            Source::Downstream(step) => self.step_rows(*step, text, false),
            Source::Owner(wish) => self.owner_rows(wish, text),
            Source::Checks => self.check_rows(text, MOST),
        }
    }

    fn palette_rows(&self, text: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(id) = typed_id(text) {
            let found = self.plan.find(id);
            rows.push(Row {
                key: String::new(),
                label: format!("Go to {id}"),
                detail: found.map_or_else(
                    || "there is no such step".to_owned(),
                    |step| self.plan.step(step).title().into_owned(),
                ),
                blocked: found.is_none().then(|| format!("there is no step {id}")),
                choice: Choice::Jump(id),
            });
        }
        let here = self.place();
        let words = Words::new(text.split_whitespace());
        let mut scored: Vec<(i64, Row)> = registry::all()
            .filter(|command| command.name != "palette")
            .filter(|command| here == Focus::Welcome || command.places != [Focus::Welcome])
            .filter_map(|command| {
                let score = words.score(command.title, &[command.name.into()])?;
                Some((score, self.command_row(command, here)))
            })
            .collect();
        // The order of the registry is kept among equals; what cannot run comes last.
        scored.sort_by_key(|(score, row)| (row.blocked.is_some(), std::cmp::Reverse(*score)));
        rows.extend(scored.into_iter().map(|(_, row)| row));
        rows
    }

    fn help_rows(&self, text: &str) -> Vec<Row> {
        let here = self.place();
        let words = Words::new(text.split_whitespace());
        let mut rows = Vec::new();
        for group in Group::ALL {
            for command in registry::all().filter(|c| c.group == group && c.places.contains(&here))
            {
                let keys = self.keymap.keys(here, command);
                let spelled = keys
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" ");
                let found = words.score(
                    command.title,
                    &[command.name.into(), spelled.clone().into()],
                );
                if !keys.is_empty() && found.is_some() {
                    let mut row = self.command_row(command, here);
                    row.key = spelled;
                    row.detail = group.title().to_owned();
                    rows.push(row);
                }
            }
        }
        rows
    }

    fn command_row(&self, command: &'static Command, here: Focus) -> Row {
        let blocked = match command.places.contains(&here) {
            true => (command.blocked)(self),
            false => Some(format!("works {}", places(command.places))),
        };
        Row {
            key: self
                .keymap
                .keys(here, command)
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            label: command.title.to_owned(),
            detail: blocked.clone().unwrap_or_default(),
            blocked,
            choice: Choice::Run(command.name),
        }
    }

    fn step_rows(&self, step: StepKey, text: &str, upstream: bool) -> Vec<Row> {
        let words = Words::new(text.split_whitespace());
        let known: Vec<usize> = match self.plan.find_nth(step.0, step.1) {
            Some(index) if upstream => self.plan.graph().upstream(index).collect(),
            Some(index) => self.plan.graph().downstream(index).collect(),
            None => Vec::new(),
        };
        let mut scored: Vec<(i64, usize)> = self
            .plan
            .steps()
            .filter(|other| {
                other.id() != step.0 && other.nth() == 0 && !known.contains(&other.index())
            })
            .filter_map(|other| {
                let near = format!("{} {} {}", other.id(), other.title(), other.owner());
                Some((words.score(&near, &[])?, other.index()))
            })
            .collect();
        // Without words, the nearest steps come first.
        let distance = |index: usize| {
            self.plan
                .step(index)
                .id()
                .number()
                .abs_diff(step.0.number())
        };
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), distance(*index)));
        let mut rows: Vec<Row> = scored
            .into_iter()
            .take(MOST)
            .map(|(_, index)| {
                let other = self.plan.step(index);
                let choice = match upstream {
                    true => Choice::Depend {
                        step,
                        entry: other.id().to_string(),
                    },
                    false => Choice::Depend {
                        step: other.key(),
                        entry: step.0.to_string(),
                    },
                };
                Row {
                    key: String::new(),
                    label: format!("{} {}", other.id(), other.title()),
                    detail: other.status().map_or("?", |s| s.word()).to_owned(),
                    blocked: None,
                    choice,
                }
            })
            .collect();
        let text = text.trim();
        if upstream && !text.is_empty() && typed_id(text).is_none() {
            rows.push(Row {
                key: String::new(),
                label: format!("“{text}”"),
                detail: "a condition outside the plan".to_owned(),
                blocked: None,
                choice: Choice::Depend {
                    step,
                    entry: text.to_owned(),
                },
            });
        }
        rows
    }

    fn owner_rows(&self, wish: &SetRequest, text: &str) -> Vec<Row> {
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for step in self.plan.steps() {
            let owner = step.owner();
            if !owner.is_empty() {
                *owners.entry(owner.into_owned()).or_default() += 1;
            }
        }
        let words = Words::new(text.split_whitespace());
        let typed = text.trim();
        let is_new = !typed.is_empty() && !owners.contains_key(typed);
        let mut found: Vec<(String, usize)> = owners
            .into_iter()
            .filter(|(owner, _)| words.score(owner, &[]).is_some())
            .collect();
        found.sort_by_key(|(owner, count)| (owner != typed, std::cmp::Reverse(*count)));
        let row = |label: String, value: String, detail: String| Row {
            key: String::new(),
            label,
            detail,
            blocked: None,
            choice: Choice::Set {
                wish: wish.clone(),
                value,
            },
        };
        let mut rows: Vec<Row> = found
            .into_iter()
            .take(MOST)
            .map(|(owner, count)| {
                let plural = if count == 1 { "" } else { "s" };
                row(owner.clone(), owner, format!("{count} step{plural}"))
            })
            .collect();
        if is_new {
            let new = row(
                format!("“{typed}”"),
                typed.to_owned(),
                "a new owner".to_owned(),
            );
            // Enter takes what was typed, unless it begins a name that is known.
            let typed = typed.to_lowercase();
            let known = |row: &Row| row.label.to_lowercase().starts_with(&typed);
            match rows.first().is_some_and(known) {
                true => rows.push(new),
                false => rows.insert(0, new),
            }
        } else if typed.is_empty() {
            rows.push(row(
                "nobody".to_owned(),
                String::new(),
                "clears the owner".to_owned(),
            ));
        }
        rows
    }
}

/// Where a command works, in words.
fn places(places: &[Focus]) -> &'static str {
    match places.first() {
        Some(Focus::Blocks | Focus::Steps | Focus::Detail | Focus::Chain) => "on screen 1, Plan",
        Some(Focus::Ladder | Focus::Checks | Focus::Owners) => "on screen 2, Gates",
        Some(Focus::Proposals | Focus::Dependencies | Focus::NextTen) => {
            "on screen 3, Weekly review"
        }
        Some(Focus::Problems) => "on screen 5, Problems",
        Some(Focus::GateReview) => "in an open gate review",
        Some(Focus::Cards | Focus::Entries) => "on screen 4, Standup",
        Some(Focus::List) => "in an open list",
        Some(Focus::Conflict) => "in a conflict",
        Some(Focus::Welcome) => "where there is no plan yet",
        Some(Focus::Away) => "while the plan's files are gone",
        None => "nowhere",
    }
}
