//! Rows narrowed down by typing: palette, help, step picker, owners, checks.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use super::input::Input;
use super::menu::{Choice, Row};
use super::{Overlay, moved};
use crate::app::core::command::{Command, Group};
use crate::app::core::job::JobKind;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::screens::plan::bulk::called;
use crate::app::screens::plan::edit_field::SetRequest;
use crate::app::screens::plan::relocate;
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::plan::alike::{known_owners, meant};
use crate::plan::column::{Column, keys_of_log};
use crate::plan::id::{StepId, typed_id};
use crate::plan::query::words::Words;
use crate::plan::{Plan, StepKey};

/// No chooser shows more rows than this; typing another letter is quicker than scrolling.
pub(super) const MOST: usize = 200;

/// Where the rows of a chooser come from as one types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Every command, and what there is in the plan.
    Palette,
    /// The keys that work here.
    Help,
    /// Steps, one of which these will depend on.
    Upstream(Arc<[StepKey]>),
    /// Steps, one of which will depend on these.
    Downstream(Arc<[StepKey]>),
    /// Owners, to be set.
    Owner(SetRequest),
    /// Blocks, to one of which these steps move.
    Block(Arc<[StepKey]>),
    /// The checks of stages and of other checklists, to go to one.
    Checks,
    /// Columns, by one of which the list is sorted.
    Sort,
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
    /// Whether the rows for its text are yet to come; until then those of before stand there.
    pub is_listing: bool,
    /// Whether Enter was pressed meanwhile.
    entered: bool,
    /// Whether its text was put there by a key, and the rows for it are to be listed.
    asks: bool,
}

impl Source {
    fn title(&self) -> String {
        match self {
            Self::Palette => "Commands, steps and more".to_owned(),
            Self::Help => "Keys that work here".to_owned(),
            Self::Upstream(steps) => match &**steps {
                [(id, _)] => format!("{id} depends on"),
                steps => format!("{} depend on", called(steps)),
            },
            Self::Downstream(steps) => format!("What depends on {}", called(steps)),
            Self::Owner(request) => match request.steps.len() {
                1 => "Owner".to_owned(),
                _ => format!("Owner of {}", called(&request.steps)),
            },
            Self::Block(steps) => relocate::title(steps),
            Self::Checks => "Find a check".to_owned(),
            Self::Sort => "Sort by".to_owned(),
        }
    }

    /// Rows that are found without going through the steps; nothing for the others.
    fn rows(&self, model: &Model, text: &str) -> Option<Vec<Row>> {
        match self {
            Self::Help => Some(model.help_rows(text)),
            Self::Checks => Some(model.check_rows(text, MOST)),
            Self::Palette
            | Self::Upstream(_)
            | Self::Downstream(_)
            | Self::Owner(_)
            | Self::Block(_)
            | Self::Sort => None,
        }
    }

    /// The others; nothing where that was stopped.
    fn step_rows(&self, plan: &Plan, text: &str, progress: &Progress) -> Option<Vec<Row>> {
        match self {
            Self::Upstream(steps) => step_rows(plan, steps, text, true, progress),
            Self::Downstream(steps) => step_rows(plan, steps, text, false, progress),
            Self::Owner(request) => owner_rows(plan, request, text, progress),
            Self::Block(steps) => relocate::block_rows(plan, steps, text, progress),
            Self::Sort => column_rows(plan, text, progress),
            Self::Palette | Self::Help | Self::Checks => None,
        }
    }
}

impl Chooser {
    /// Takes a key; answers the chooser unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let command = model.keymap.command(model.place(), key);
        let is_help_key = command.is_some_and(|command| command.name == "help");
        if key.code == Code::Esc || is_help_key && self.source == Source::Help {
            model.jobs.stop(|purpose| purpose == JobKind::Rows);
            return None;
        }
        // What was wrong with one row is not wrong with the next.
        self.input.error = None;
        if key.code == Code::Tab
            && let Some(known) = self.known()
        {
            self.input = model.input(self.input.label, known);
            self.asks = true;
            return Some(self);
        }
        self.entered = self.is_listing && key.code == Code::Enter;
        if self.entered {
            // It chooses among the rows to come.
        } else if key.code == Code::Enter {
            self.input.error = match self.rows.get(self.cursor) {
                None => Some("nothing matches; Esc closes, Backspace widens the search".to_owned()),
                Some(Row { blocked: None, .. }) => {
                    model.choose(self.rows.swap_remove(self.cursor));
                    return None;
                }
                Some(row) => row.blocked.clone(),
            };
        } else if let Some(cursor) = moved(model, self.cursor, key, self.rows.len()) {
            self.cursor = cursor;
        }
        Some(self)
    }

    /// The known name that the new one which is selected may have been meant to be.
    fn known(&self) -> Option<String> {
        match &self.rows.get(self.cursor)?.choice {
            Choice::SetNew(.., known) => Some(known.clone()),
            _ => None,
        }
    }

    /// Whether its text is not the one that its rows are of, and nobody looks for them yet.
    pub(super) fn is_asking(&self) -> bool {
        self.asks
    }

    /// Takes its text; answers the chooser unless the text closed it.
    pub(crate) fn typed(mut self, model: &Model) -> Option<Self> {
        self.entered = false;
        let closes = self.source == Source::Help && closes_help(model, &self.input.text);
        (!closes).then_some(self)
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
        self.overlays.push(Overlay::Chooser(Chooser {
            input,
            source,
            rows: Vec::new(),
            cursor: 0,
            is_listing: false,
            entered: false,
            asks: false,
        }));
        self.list_rows();
    }

    /// Lists the rows that the text of the topmost chooser finds.
    pub(crate) fn list_rows(&mut self) {
        let Some(Overlay::Chooser(chooser)) = self.overlays.last_mut() else {
            return;
        };
        (chooser.is_listing, chooser.asks) = (true, false);
        let (source, text) = (chooser.source.clone(), chooser.input.text.clone());
        if source == Source::Palette {
            return self.list_palette(text);
        }
        if let Some(rows) = source.rows(self, &text) {
            return self.take_rows(rows);
        }
        self.have_done(
            JobKind::Rows,
            move |plan, progress| source.step_rows(plan, &text, progress),
            Self::take_rows,
        );
    }

    /// Puts the rows that were found into the chooser that waits for them.
    pub(super) fn take_rows(&mut self, rows: Vec<Row>) {
        let mut overlays = self.overlays.iter_mut().rev();
        let Some(chooser) = overlays.find_map(|overlay| match overlay {
            Overlay::Chooser(chooser) if chooser.is_listing => Some(chooser),
            _ => None,
        }) else {
            return;
        };
        // It opens on the present owner.
        chooser.cursor = match &chooser.source {
            Source::Owner(request) if chooser.input.text.is_empty() => {
                let now = request.seen.of_only().unwrap_or_default();
                rows.iter().position(|row| row.label == now).unwrap_or(0)
            }
            _ => 0,
        };
        (chooser.rows, chooser.is_listing) = (rows, false);
        if let Some(known) = chooser.known() {
            chooser.input.error = Some(format!("Known: {known} · Tab takes it"));
        }
        if std::mem::take(&mut chooser.entered) {
            self.press_overlay(Key::plain(Code::Enter));
        }
    }

    fn help_rows(&self, text: &str) -> Vec<Row> {
        let here = self.place();
        let words = Words::new(text.split_whitespace());
        let mut rows = Vec::new();
        for group in Group::ALL {
            let works = |c: &&Command| c.group == group && c.places.contains(here);
            for command in self.keymap.commands().filter(works) {
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
}

/// Steps, one of which these are to depend on, or which is to depend on them.
fn step_rows(
    plan: &Plan,
    steps: &Arc<[StepKey]>,
    text: &str,
    upstream: bool,
    progress: &Progress,
) -> Option<Vec<Row>> {
    let words = Words::new(text.split_whitespace());
    let these: HashSet<StepId> = steps.iter().map(|(id, _)| *id).collect();
    let graph = plan.graph();
    // What several have in common is told by who is left out of the change.
    let known: Vec<usize> = match &**steps {
        [(id, nth)] => match plan.find_nth(*id, *nth) {
            Some(index) if upstream => graph.upstream(index).collect(),
            Some(index) => graph.downstream(index).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    let from = steps.first().map_or(0, |(id, _)| id.number());
    progress.expect(plan.len());
    let mut strides = progress.strides();
    // Without words, the nearest steps come first.
    let number = |index: usize| plan.step(index).id().number();
    let distance = |index: usize| number(index).abs_diff(from);
    // Whoever types a number means the step with that number, whatever else has these digits.
    let meant = typed_id(text).and_then(|id| plan.find(plan.meant(id)));
    let mut scored = Vec::new();
    for other in plan.steps() {
        if !strides.add(1) {
            return None;
        }
        let at = other.index();
        if these.contains(&other.id()) || other.nth() != 0 || known.binary_search(&at).is_ok() {
            continue;
        }
        let near = format!("{} {} {}", other.id(), other.title(), other.owner());
        let is_meant = meant == Some(at);
        if let Some(score) = words.score(&near, &[]).or(is_meant.then_some(0)) {
            scored.push((!is_meant, Reverse(score), distance(at), at));
        }
    }
    // Only the first ones are shown.
    if scored.len() > MOST {
        scored.select_nth_unstable(MOST);
        scored.truncate(MOST);
    }
    scored.sort_unstable();
    let named: Arc<[String]> = steps.iter().map(|(id, _)| id.to_string()).collect();
    let mut rows: Vec<Row> = scored
        .into_iter()
        .map(|(.., index)| {
            let other = plan.step(index);
            let choice = match upstream {
                true => Choice::Depend(steps.clone(), [other.id().to_string()].into()),
                false => Choice::Depend([other.key()].into(), named.clone()),
            };
            let label = format!("{} {}", other.id(), other.title());
            Row::new("", label, other.status().map_or("?", |s| s.word()), choice)
        })
        .collect();
    if let Some(other) = meant.map(|at| plan.step(at)) {
        let why = match known.binary_search(&other.index()) {
            _ if these.contains(&other.id()) => Some("a step cannot depend on itself".to_owned()),
            Ok(_) => Some(match upstream {
                true => format!("{} is among the dependencies already", other.id()),
                false => format!("{} depends on it already", other.id()),
            }),
            Err(_) => None,
        };
        if why.is_some() {
            let label = format!("{} {}", other.id(), other.title());
            let choice = Choice::Depend(steps.clone(), [other.id().to_string()].into());
            let detail = other.status().map_or("?", |s| s.word());
            let row = Row::new("", label, detail, choice);
            rows.insert(
                0,
                Row {
                    blocked: why,
                    ..row
                },
            );
        }
    }
    let text = text.trim();
    if upstream && !text.is_empty() && typed_id(text).is_none() {
        let choice = Choice::Depend(steps.clone(), [text.to_owned()].into());
        let label = format!("“{text}”");
        rows.push(Row::new("", label, "a condition outside the plan", choice));
    }
    Some(rows)
}

/// The columns that steps can be sorted by.
fn column_rows(plan: &Plan, text: &str, progress: &Progress) -> Option<Vec<Row>> {
    let words = Words::new(text.split_whitespace());
    let keys = keys_of_log(plan, progress)?;
    let row = |column: Column| {
        let (label, name) = (column.label().to_owned(), column.name().into_owned());
        words.score(&label, &[name.into(), column.about()])?;
        let about = column.about();
        Some(Row::new("", label, about, Choice::Sort(column)))
    };
    Some(Column::comparable().chain(keys).filter_map(row).collect())
}

/// The owners of steps, those of most steps first.
fn owner_rows(
    plan: &Plan,
    request: &SetRequest,
    text: &str,
    progress: &Progress,
) -> Option<Vec<Row>> {
    let owners = known_owners(plan, progress)?;
    let words = Words::new(text.split_whitespace());
    let typed = text.trim();
    let known = meant(typed, owners.iter().map(|(owner, _)| &**owner)).map(str::to_owned);
    let is_new = !typed.is_empty() && !owners.iter().any(|(owner, _)| owner == typed);
    // Who has no steps yet is there for whoever looks for them.
    let mut found: Vec<(String, usize)> = owners
        .into_iter()
        .filter(|(_, count)| *count > 0 || !typed.is_empty())
        .filter(|(owner, _)| words.score(owner, &[]).is_some())
        .collect();
    found.sort_by_key(|(owner, _)| owner != typed);
    let row = |label: &str, value: &str, detail: &str| {
        let choice = Choice::Set(request.clone(), value.to_owned());
        Row::new("", label, detail, choice)
    };
    let mut rows: Vec<Row> = found
        .into_iter()
        .take(MOST)
        .map(|(owner, count)| {
            let detail = match count {
                0 => "in a table of people".to_owned(),
                count => counted(count, "step"),
            };
            row(&owner, &owner, &detail)
        })
        .collect();
    if is_new {
        let mut new = row(&format!("“{typed}”"), typed, "a new owner");
        if let Some(known) = known {
            new.detail = "a new owner?".to_owned();
            new.choice = Choice::SetNew(request.clone(), typed.to_owned(), known);
        }
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
    Some(rows)
}
