//! Finding: the filter line, the palette, marks, jumps, bookmarks.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{PLAN, STEP, no_step};
use crate::app::core::command::{Blocked, Command, Focus, Group, Places, SCREENS};
use crate::app::core::job::JobKind;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::screens::problems;
use crate::document::progress::Progress;
use crate::page::anchor;
use crate::plan::field::Field;
use crate::plan::marks::Marks;
use crate::plan::query::past::PlanPast;
use crate::plan::query::{Matched, Query};
use crate::plan::{Plan, StepKey};

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Find,
    places: STEP,
    ..Command::BASE
};

/// Commands that find and choose.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "filter",
        keys: &["/"],
        title: "Filter the steps",
        hint: "filter",
        places: PLAN,
        run: Model::open_filter,
        ..COMMON
    },
    Command {
        name: "palette",
        keys: &[":", "ctrl-p"],
        title: "Find anything: commands, steps, blocks, stages, owners, papers; a number goes to its step",
        places: Places::Everywhere,
        run: |model| model.choose_from(Source::Palette),
        ..COMMON
    },
    Command {
        name: "mark",
        keys: &["space"],
        title: "Mark or unmark the step, or on a heading its steps",
        hint: "mark",
        places: Places::Only(&[Focus::STEPS]),
        blocked: |model| no_step(model).filter(|_| model.view.heading.is_none()),
        run: |model| {
            match (model.selected(), model.view.heading) {
                (Some(key), _) => model.view.marks.turn(key),
                (None, Some(group)) => mark_group(model, group),
                (None, None) => {}
            }
            crate::app::core::navigate::by(model, 1);
        },
        ..COMMON
    },
    Command {
        name: "mark-range",
        keys: &["v"],
        title: "Start a range of marks; again to end it here",
        places: Places::Only(&[Focus::STEPS]),
        blocked: no_step,
        run: mark_range,
        ..COMMON
    },
    Command {
        name: "mark-all",
        keys: &["*"],
        title: "Mark all listed steps, or clear all marks",
        places: Places::Only(&[Focus::STEPS]),
        blocked: |model| {
            let looking = model.view.is_looking();
            looking.then(|| "still filtering; try again when it is done".to_owned())
        },
        run: |model| {
            let shown = Marks::of(&model.plan, &model.view.list);
            match shown == model.view.marks {
                true => model.clear_marks(),
                false => model.view.marks = shown,
            }
            model.say(format!("{} marked", model.view.marks.len()));
        },
        ..COMMON
    },
    Command {
        name: "next-match",
        keys: &["n"],
        title: "Go to the next match of the last filter, even after the filter is cleared",
        blocked: no_search,
        run: |model| next_match(model, true),
        ..COMMON
    },
    Command {
        name: "previous-match",
        keys: &["N"],
        title: "Go to the previous match of the last filter",
        blocked: no_search,
        run: |model| next_match(model, false),
        ..COMMON
    },
    Command {
        name: "first-blocker",
        keys: &["<"],
        title: "Go to the first step this one waits for",
        blocked: no_step,
        run: first_blocker,
        ..COMMON
    },
    Command {
        name: "first-dependent",
        keys: &[">"],
        title: "Go to the first step that waits for this one",
        blocked: no_step,
        run: first_dependant,
        ..COMMON
    },
    Command {
        name: "jump-back",
        keys: &["["],
        title: "Go back to where the last jump started",
        places: PLAN,
        run: |model| {
            let here = model.selected();
            match model.view.jump_back(here) {
                Some(key) => go_to(model, key),
                None => model.say("no earlier jump"),
            }
        },
        ..COMMON
    },
    Command {
        name: "jump-forward",
        keys: &["]"],
        title: "Go forward in the jump list",
        places: PLAN,
        run: |model| match model.view.jump_forth() {
            Some(key) => go_to(model, key),
            None => model.say("no later jump"),
        },
        ..COMMON
    },
    Command {
        name: "set-bookmark",
        keys: &["m"],
        title: "Set a bookmark: press a letter next",
        blocked: no_step,
        run: |model| {
            model.is_setting_bookmark = true;
            model.say("bookmark: press a letter");
        },
        ..COMMON
    },
    Command {
        name: "go-to-bookmark",
        keys: &["'"],
        title: "Go to a bookmark",
        places: PLAN,
        blocked: |model| {
            let none = model.view.bookmarks.is_empty();
            let key = model.keymap.key_of("set-bookmark");
            none.then(|| format!("no bookmark yet; {key} sets one"))
        },
        run: offer_bookmarks,
        ..COMMON
    },
    Command {
        name: "copy-id",
        keys: &["y"],
        title: "Copy the step's ID",
        blocked: no_step,
        run: |model| {
            if let Some((id, _)) = model.selected() {
                model.copy(id.to_string(), id.to_string());
            }
        },
        ..COMMON
    },
    Command {
        name: "copy-link",
        keys: &[],
        title: "Copy a link to the step on the page of the plan",
        blocked: |model| {
            let unpublished = "stepdeck.toml does not say where the page is: set [page] url";
            let is_published = model.context.page_url.is_some();
            no_step(model).or_else(|| (!is_published).then(|| unpublished.to_owned()))
        },
        run: |model| {
            if let (Some(link), Some((id, _))) = (link(model), model.selected()) {
                model.copy(link, format!("a link to {id}"));
            }
        },
        ..COMMON
    },
    Command {
        name: "copy-markdown",
        keys: &["Y"],
        title: "Copy the step as Markdown",
        blocked: no_step,
        run: copy_markdown,
        ..COMMON
    },
    Command {
        name: "open-link",
        keys: &["i"],
        title: "Open one of the step's links or artifacts",
        blocked: no_step,
        run: |model| {
            let links = model.step().map(|step| {
                let artifacts = step.list(Field::Artifacts).into_iter().map(Into::into);
                let evidence = step.text(Field::Link).into_owned();
                let evidence = (!evidence.is_empty()).then_some(evidence);
                artifacts.chain(evidence).collect::<Vec<String>>()
            });
            crate::app::screens::gates::commands::offer(model, "Open", links.unwrap_or_default());
        },
        ..COMMON
    },
    Command {
        name: "list-problems",
        keys: &["!"],
        title: "List the plan's problems",
        group: Group::View,
        places: SCREENS,
        run: |model| model.open_screen(&problems::SCREEN),
        ..COMMON
    },
];

/// The letter of a bookmark that is being set.
pub fn set_bookmark(model: &mut Model, key: Key) {
    let Some(letter) = key.letter().filter(|c| c.is_alphanumeric()) else {
        if key.code != Code::Esc {
            model.refuse("a bookmark is a letter or a digit");
        }
        return;
    };
    if let Some(step) = model.selected() {
        model.view.bookmarks.insert(letter, step);
        let go = model.keymap.key_of("go-to-bookmark");
        model.say(format!("{go} {letter} returns to {}", step.0));
    }
}

/// The bookmarks with what they are on; a letter goes to its step at once.
fn offer_bookmarks(model: &mut Model) {
    let rows = model.view.bookmarks.iter().map(|(letter, (id, nth))| {
        let step = model.plan.find_nth(*id, *nth);
        let title = step.map(|step| model.plan.step(step).title().into_owned());
        let row = Row::new(
            *letter,
            id.to_string(),
            title.as_deref().unwrap_or_default(),
            Choice::Jump(*id, *nth),
        );
        Row {
            blocked: title
                .is_none()
                .then(|| format!("{id} is no longer in the plan")),
            ..row
        }
    });
    let rows = rows.collect();
    model.menu("Go to a bookmark", rows, 0);
}

impl Model {
    /// Says so if all steps have been looked at and none passes the filter, where the list that says
    /// it itself is out of sight.
    pub(crate) fn say_if_none(&mut self) {
        let is_awaited = self.view.is_looking() || self.work.reading_past.is_some();
        let is_hidden = self.is_zoomed() && self.view.pane != Focus::STEPS;
        if self.view.list.is_empty() && !is_awaited && is_hidden {
            let back = self.keymap.key_of("back");
            self.say(format!("no step matches · {back} clears the filter"));
        }
    }

    /// Looks at more steps for the list, as far as goes between two keys.
    pub fn search_on(&mut self) {
        if !self.view.is_looking() {
            return;
        }
        self.view.search_on(&self.plan, self.now);
        if !self.is_filtering() {
            self.say_if_none();
        }
    }
}

/// Marks the steps of a group, or clears their marks if all have one.
fn mark_group(model: &mut Model, group: usize) {
    let steps = &model.view.list[model.view.groups.positions(group)];
    let keys = steps.iter().map(|step| model.plan.step(*step).key());
    let open: Vec<StepKey> = keys.filter(|key| !model.view.marks.contains(key)).collect();
    match open.is_empty() {
        false => {
            let more = Marks::of(&model.plan, steps);
            model.view.marks.add(more);
        }
        true => {
            let others = model.view.marks.indexes(&model.plan).into_iter();
            let of_group: std::collections::HashSet<usize> = steps.iter().copied().collect();
            let others: Vec<usize> = others.filter(|step| !of_group.contains(step)).collect();
            model.view.marks = Marks::of(&model.plan, &others);
        }
    }
}

fn mark_range(model: &mut Model) {
    let here = model.view.cursor;
    let Some(from) = model.view.range.take() else {
        model.view.range = Some(here);
        let key = model.keymap.key_of("mark-range");
        return model.say(format!("move to the other end and press {key} again"));
    };
    let range = from.min(here)..=from.max(here);
    let more = Marks::of(&model.plan, &model.view.list[range]);
    model.view.marks.add(more);
    model.say(format!("{} marked", model.view.marks.len()));
}

fn no_search(model: &Model) -> Blocked {
    let key = model.keymap.key_of("filter");
    let none = model.view.kept_filters.is_empty();
    none.then(|| format!("nothing has been filtered yet; {key} filters"))
}

/// Goes to the nearest match in the list, round its end.
fn next_match(model: &mut Model, forth: bool) {
    let text = model.view.kept_filters.last().map_or("", String::as_str);
    let search = MatchSearch {
        query: model.query(text).unwrap_or_default(),
        now: model.now,
        marks: model.view.marks.clone(),
        past: model.view.past.clone(),
        list: model.view.list.clone(),
        cursor: model.view.cursor.min(model.view.list.len()),
        forth,
    };
    model.have_done(
        JobKind::Match,
        move |plan, progress| {
            let found = search.look(plan, progress)?;
            Some((found, search.query.text().to_owned()))
        },
        |model, (found, text)| match found {
            Some(at) => model.view.go(at),
            None => model.say(format!("no other listed step matches “{text}”")),
        },
    );
}

/// Where to look for the next match.
struct MatchSearch {
    query: Query,
    now: DateTime<Utc>,
    marks: Marks,
    past: Option<Arc<PlanPast>>,
    list: Vec<usize>,
    cursor: usize,
    forth: bool,
}

impl MatchSearch {
    /// The position of the match, if there is one; nothing where the search was stopped.
    fn look(&self, plan: &Plan, progress: &Progress) -> Option<Option<usize>> {
        let past = self.past.as_deref();
        let prepared = self.query.prepare_with(plan, self.now, &self.marks, past);
        let mut verdict = prepared.verdicts();
        let count = self.list.len();
        progress.expect(count);
        let mut strides = progress.strides();
        for away in 1..count {
            let at = match self.forth {
                true => (self.cursor + away) % count,
                false => (self.cursor + count - away) % count,
            };
            if verdict(self.list[at]) == Matched::Passes {
                return Some(Some(at));
            }
            if !strides.add(1) {
                return None;
            }
        }
        Some(None)
    }
}

fn first_blocker(model: &mut Model) {
    let Some(step) = model.step() else { return };
    let open = model
        .plan
        .graph()
        .upstream(step.index())
        .find(|up| model.plan.graph().state(*up) != crate::plan::status::State::Done);
    let id = step.id();
    match open {
        Some(up) => jump_to(model, up),
        None => model.say(format!("{id} waits for nothing")),
    }
}

fn first_dependant(model: &mut Model) {
    let Some(step) = model.step() else { return };
    let (id, index) = (step.id(), step.index());
    let first = model.plan.graph().downstream(index).next();
    match first {
        Some(down) => jump_to(model, down),
        None => model.say(format!("nothing waits for {id}")),
    }
}

fn jump_to(model: &mut Model, index: usize) {
    let (id, nth) = model.plan.step(index).key();
    model.jump(id, nth);
}

fn go_to(model: &mut Model, (id, nth): StepKey) {
    match model.plan.find_nth(id, nth) {
        Some(step) => model.show(step),
        None => model.refuse(format!("{id} is no longer in the plan")),
    }
}

/// Where the step is on the page of the plan, if that is published.
fn link(model: &Model) -> Option<String> {
    let url = model.context.page_url.as_deref()?;
    Some(anchor::link(url, model.step()?))
}

fn copy_markdown(model: &mut Model) {
    let Some(step) = model.step() else { return };
    let mut text = crate::record::step_section(step);
    let id = step.id();
    if let Some(link) = link(model) {
        text += &format!("\n<{link}>\n");
    }
    model.copy(text, format!("{id} as Markdown"));
}
