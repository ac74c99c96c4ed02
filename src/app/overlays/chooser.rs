//! Rows narrowed down by typing: palette, help, step picker, owners, checks.

use std::collections::BTreeMap;

use super::input::Input;
use super::menu::{Choice, Row};
use super::{Overlay, moved};
use crate::app::core::command::{Command, Focus, Group};
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::core::registry;
use crate::app::screens::in_words;
use crate::app::screens::plan::edit_field::SetRequest;
use crate::app::screens::welcome::WELCOME;
use crate::plan::StepKey;
use crate::plan::id::typed_id;
use crate::plan::query::words::Words;

/// No chooser shows more rows than this; typing another letter is quicker than scrolling.
const MOST: usize = 200;

/// Where the rows of a chooser come from as one types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Every command that runs here.
    Palette,
    /// The keys that work here.
    Help,
    /// Steps, one of which `step` will depend on.
    Upstream(StepKey),
    /// Steps, one of which will depend on `step`.
    Downstream(StepKey),
    /// Owners, to be set.
    Owner(SetRequest),
    /// The checks of stages and of other checklists, to go to one.
    Checks,
}

/// Rows narrowed down by typing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chooser {
    /// What narrows them down.
    pub input: Input,
    /// Where they come from.
    pub source: Source,
    /// The rows that are left.
    pub rows: Vec<Row>,
    /// Which one is selected.
    pub cursor: usize,
}

impl Source {
    fn title(&self) -> String {
        match self {
            Self::Palette => "Commands".to_owned(),
            Self::Help => "Keys that work here".to_owned(),
            Self::Upstream((id, _)) => format!("{id} depends on"),
            Self::Downstream((id, _)) => format!("What depends on {id}"),
            Self::Owner(_) => "Owner".to_owned(),
            Self::Checks => "Find a check".to_owned(),
        }
    }

    fn rows(&self, model: &Model, text: &str) -> Vec<Row> {
        match self {
            Self::Palette => model.palette_rows(text),
            Self::Help => model.help_rows(text),
            Self::Upstream(step) => model.step_rows(*step, text, true),
            Self::Downstream(step) => model.step_rows(*step, text, false),
            Self::Owner(request) => model.owner_rows(request, text),
            Self::Checks => model.check_rows(text, MOST),
        }
    }
}

impl Chooser {
    /// Takes a key; answers the chooser unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let command = model.keymap.command(model.place(), key);
        let is_help_key = command.is_some_and(|command| command.name == "help");
        if key.code == Code::Esc || is_help_key && self.source == Source::Help {
            return None;
        }
        // What was wrong with one row is not wrong with the next.
        self.input.error = None;
        if key.code == Code::Enter {
            self.input.error = match self.rows.get(self.cursor) {
                None => Some("nothing matches; Esc closes, Backspace widens the search".to_owned()),
                Some(Row { blocked: None, .. }) => {
                    model.choose(self.rows.swap_remove(self.cursor));
                    return None;
                }
                Some(row) => row.blocked.clone(),
            };
        } else if let Some(cursor) = moved(self.cursor, key.code, self.rows.len()) {
            self.cursor = cursor;
        }
        Some(self)
    }

    /// Lists the rows that its text finds; answers the chooser unless the text closed it.
    pub(crate) fn typed(mut self, model: &Model) -> Option<Self> {
        if self.source == Source::Help && closes_help(model, &self.input.text) {
            return None;
        }
        self.rows = self.source.rows(model, &self.input.text);
        self.cursor = 0;
        Some(self)
    }
}

/// Whether the key that opened the help was just typed into it: that closes it. A sign is no
/// part of any word to look for; a letter could be, so it counts only where nothing else stands.
fn closes_help(model: &Model, text: &str) -> bool {
    let close = model.keymap.key_of("help");
    let is_sign = !close.contains(char::is_alphanumeric);
    text == close || (is_sign && text.ends_with(&close))
}

impl Model {
    /// Opens a chooser.
    pub(crate) fn choose_from(&mut self, source: Source) {
        let input = self.input(source.title(), "");
        let rows = source.rows(self, "");
        self.overlays.push(Overlay::Chooser(Chooser {
            input,
            source,
            rows,
            cursor: 0,
        }));
    }

    fn palette_rows(&self, text: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(id) = typed_id(text) {
            let found = self.plan.find(id);
            let title = found.map(|step| self.plan.step(step).title());
            let title = title.unwrap_or("there is no such step".into());
            rows.push(Row {
                blocked: found.is_none().then(|| format!("there is no step {id}")),
                ..Row::new("", format!("Go to {id}"), title, Choice::Jump(id))
            });
        }
        let here = self.place();
        let words = Words::new(text.split_whitespace());
        let mut scored: Vec<(i64, Row)> = registry::all()
            .filter(|command| command.name != "palette")
            .filter(|command| here == Focus::WELCOME || command.places != WELCOME)
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
            for command in registry::all().filter(|c| c.group == group && c.places.contains(here)) {
                let keys = self.keymap.keys(here, command);
                let spelled = keys.iter().map(ToString::to_string);
                let spelled = spelled.collect::<Vec<_>>().join(" ");
                let about = [command.name.into(), spelled.as_str().into()];
                let found = words.score(command.title, &about);
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
        let blocked = match command.places.contains(here) {
            true => (command.blocked)(self),
            false => Some(format!("works {}", in_words(command.places))),
        };
        let keys = self.keymap.keys(here, command);
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        let detail = blocked.clone().unwrap_or_default();
        Row {
            blocked,
            ..Row::new(key, command.title, detail, Choice::Run(command.name))
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
        let number = |index: usize| self.plan.step(index).id().number();
        let distance = |index: usize| number(index).abs_diff(step.0.number());
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), distance(*index)));
        let mut rows: Vec<Row> = scored
            .into_iter()
            .take(MOST)
            .map(|(_, index)| {
                let other = self.plan.step(index);
                let choice = match upstream {
                    true => Choice::Depend(step, other.id().to_string()),
                    false => Choice::Depend(other.key(), step.0.to_string()),
                };
                let label = format!("{} {}", other.id(), other.title());
                Row::new("", label, other.status().map_or("?", |s| s.word()), choice)
            })
            .collect();
        let text = text.trim();
        if upstream && !text.is_empty() && typed_id(text).is_none() {
            let choice = Choice::Depend(step, text.to_owned());
            let label = format!("“{text}”");
            rows.push(Row::new("", label, "a condition outside the plan", choice));
        }
        rows
    }

    fn owner_rows(&self, request: &SetRequest, text: &str) -> Vec<Row> {
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
        let row = |label: &str, value: &str, detail: &str| {
            let choice = Choice::Set(request.clone(), value.to_owned());
            Row::new("", label, detail, choice)
        };
        let mut rows: Vec<Row> = found
            .into_iter()
            .take(MOST)
            .map(|(owner, count)| {
                let plural = if count == 1 { "" } else { "s" };
                row(&owner, &owner, &format!("{count} step{plural}"))
            })
            .collect();
        if is_new {
            let new = row(&format!("“{typed}”"), typed, "a new owner");
            // Enter takes what was typed, unless it begins a name that is known.
            let typed = typed.to_lowercase();
            let known = |row: &Row| row.label.to_lowercase().starts_with(&typed);
            match rows.first().is_some_and(known) {
                true => rows.push(new),
                false => rows.insert(0, new),
            }
        } else if typed.is_empty() {
            rows.push(row("nobody", "", "clears the owner"));
        }
        rows
    }
}
