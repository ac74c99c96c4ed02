//! Screen 8: what the checkout changes in the plan, by block, step and field.

mod decide;
pub mod git;
pub mod view;

use std::collections::BTreeSet;

use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::command_line::about;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::overlays::confirm::ASK_ABOVE;
use crate::app::screens::problems;
use crate::change::Change;
use crate::change::delta::outline::{Line, LineKind};
use crate::change::delta::reverted;
use crate::plan::id::StepId;
use crate::store::changes::Base;
use crate::store::changes::conclude::open_question;
use crate::store::changes::undecided::Undecided;

numbered_screen!(8, "changes", "Changes", &ChangesScreen);

impl Focus {
    /// What is different.
    pub const CHANGES: Self = Self::new(Extent::Whole, "changes", "changes");
    /// What of the selected difference went and came.
    pub const CHANGE_TEXT: Self = Self::new(Extent::Whole, "changes", "change");
}

const PANES: &[Focus] = &[Focus::CHANGES, Focus::CHANGE_TEXT];
const CHANGES: Places = Places::Only(PANES);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Find,
    places: CHANGES,
    ..Command::BASE
};

/// Commands of screen 8.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "checkout-go",
        keys: &["enter"],
        title: "Go to the changed step or block, or open the file",
        hint: "go there",
        blocked: nothing_selected,
        run: go,
        ..COMMON
    },
    Command {
        name: "checkout-mark",
        keys: &["space"],
        title: "Mark or unmark the change; on a heading, all below it",
        hint: "mark",
        blocked: nothing_selected,
        run: |model| {
            let view = &mut model.changes;
            let is_marked = view.is_marked(view.cursor);
            let names: Vec<String> = view
                .changes_at(view.cursor)
                .map(|at| view.lines[at].key.clone())
                .collect();
            view.change_marks(|marks| {
                for name in names {
                    match is_marked {
                        true => drop(marks.remove(&name)),
                        false => drop(marks.insert(name)),
                    }
                }
            });
            view.cursor = moved(view.cursor, 1, view.lines.len());
        },
        ..COMMON
    },
    Command {
        name: "checkout-mark-all",
        keys: &["*"],
        title: "Mark all changes, or clear all marks",
        blocked: nothing_selected,
        run: |model| {
            let view = &mut model.changes;
            let lines = view.lines.clone();
            let all = lines.iter().filter(|line| line.is_change());
            view.change_marks(|marks| match marks.is_empty() {
                true => marks.extend(all.map(|line| line.key.clone())),
                false => marks.clear(),
            });
        },
        ..COMMON
    },
    Command {
        name: "next-checkout-change",
        keys: &["n"],
        title: "Go to the next change",
        blocked: nothing_selected,
        run: |model| model.changes.go_to_change(true),
        ..COMMON
    },
    Command {
        name: "previous-checkout-change",
        keys: &["N"],
        title: "Go to the previous change",
        blocked: nothing_selected,
        run: |model| model.changes.go_to_change(false),
        ..COMMON
    },
    Command {
        name: "revert-change",
        keys: &["-"],
        title: "Revert the change, all below a heading, or all that are marked",
        hint: "revert",
        group: Group::Edit,
        blocked: |model| {
            model
                .is_locked()
                .or_else(|| nothing_selected(model))
                .or_else(|| unread(model))
                .or_else(|| in_conflict(model))
        },
        run: revert,
        ..COMMON
    },
    Command {
        name: "copy-pull-request",
        keys: &["Y"],
        title: "Copy the text of a pull request: what the branch changes, and who must approve it",
        blocked: |model| {
            let none = model.changes.read.is_none();
            none.then(|| "git is still being asked: try again in a moment".to_owned())
        },
        run: |model| {
            model.say("gathering what the branch changes…");
            model.effects.push(Effect::DescribePullRequest);
        },
        ..COMMON
    },
    Command {
        name: "checkout-base",
        keys: &["@"],
        title: "Compare with HEAD, or with the branch that a pull request would go to",
        hint: "base",
        group: Group::View,
        run: |model| {
            if model.context.as_of.is_some() {
                return model.effects.push(Effect::ReturnToNow);
            }
            model.changes.base = match model.changes.base {
                Base::Head => Base::Mainline,
                _ => Base::Head,
            };
            model.changes.change_marks(BTreeSet::clear);
            model.ask_changes();
        },
        ..COMMON
    },
];

fn nothing_selected(model: &Model) -> Blocked {
    let none = model.changes.selected().is_none();
    none.then(|| "nothing is listed".to_owned())
}

/// Why what is shown may not be what is in the files.
fn unread(model: &Model) -> Blocked {
    let view = &model.changes;
    let is_stale = view.is_reading || view.asked != model.generation || model.sync.saving() > 0;
    is_stale.then(|| "git is still being asked: try again in a moment".to_owned())
}

/// Why what is selected or marked is not reverted: the other side's version would be lost by that.
fn in_conflict(model: &Model) -> Blocked {
    let line = model.changes.conflict_among_subjects()?;
    let key = model.keymap.key_of("checkout-go");
    Some(match question(model, line) {
        Some(file) => open_question(file, &key),
        None => format!("{} is in conflict: {key} on it keeps a version", line.name),
    })
}

/// The file that a line is about, if it is in conflict as a whole.
fn question<'m>(model: &'m Model, line: &Line) -> Option<&'m Undecided> {
    match &line.kind {
        LineKind::Undecided(path) => model.changes.read.as_ref()?.undecided(path),
        _ => None,
    }
}

/// Gives the files what they had, where the marked changes are, or the selected one.
fn revert(model: &mut Model) {
    let Some(read) = model.changes.read.clone() else {
        return;
    };
    let subjects = model.changes.subjects();
    let parts = model.changes.parts(&subjects);
    let change = reverted(&read.deltas, &parts);
    model.changes.change_marks(BTreeSet::clear);
    let (count, label) = (subjects.len(), change.label.clone());
    match count > ASK_ABOVE {
        true => {
            let question = format!("Revert {count} changes?");
            model.confirm_shown(question, vec![format!("{label}.")], change);
        }
        false => drop(model.commit(change)),
    }
}

/// Goes to what the selected line is about.
fn go(model: &mut Model) {
    let Some(line) = model.changes.selected().cloned() else {
        return;
    };
    match line.kind {
        LineKind::Conflict(_, number) => {
            let read = model.changes.read.clone();
            let place = read.zip(line.parts.first());
            let path = place.map(|(read, (file, _))| read.deltas[*file].path.clone());
            let marked = model.changes.marked_conflicts();
            model.open_screen(&problems::SCREEN);
            if !path.is_some_and(|path| model.open_merges((&path, number), &marked)) {
                model.refuse("the conflict is no longer there");
            }
        }
        LineKind::Undecided(path) => model.ask_about_file(&path),
        LineKind::Step(step) | LineKind::Change(Some(step), _) => match model.plan.find(step) {
            Some(_) => model.jump(step, 0),
            None => model.refuse(format!("{step} was removed; it is no longer in the plan")),
        },
        LineKind::Block(Some(block)) if block < model.plan.blocks().len() => {
            model.open_block(model.plan.blocks()[block].id);
        }
        _ => {
            let file = line.parts.first().map(|(file, _)| *file);
            let read = model.changes.read.clone();
            let delta = file.zip(read).map(|(file, read)| read.deltas[file].clone());
            match delta {
                Some(delta) if delta.new.is_some() => {
                    let path = delta.path.display().to_string();
                    model.effects.push(Effect::Open(path));
                }
                Some(delta) => model.refuse(format!("{} was deleted", delta.path.display())),
                None => {}
            }
        }
    }
}

struct ChangesScreen;

impl Screen for ChangesScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS, git::COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.changes.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.changes.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.changes;
        match view.pane {
            Focus::CHANGE_TEXT => view.scroll = moved(view.scroll, by, view.furthest + 1),
            _ => {
                view.cursor = moved(view.cursor, by, view.lines.len());
                view.scroll = 0;
            }
        }
    }

    fn back(&self, model: &mut Model) -> bool {
        let is_text = model.changes.pane == Focus::CHANGE_TEXT;
        if !model.unzoom() && is_text {
            model.changes.pane = Focus::CHANGES;
            return true;
        }
        is_text
    }

    /// Git may have been used elsewhere: coming here looks.
    fn opened(&self, model: &mut Model) {
        model.ask_changes();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_changes();
    }

    fn repository_changed(&self, model: &mut Model) {
        model.ask_changes();
    }

    /// What is undone is listed again, or no longer.
    fn keeps(&self, _: &mut Model, _: &Change) -> bool {
        true
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        match model.changes.selected()?.kind {
            LineKind::Step(step)
            | LineKind::Change(Some(step), _)
            | LineKind::Conflict(Some(step), _) => Some(step),
            _ => None,
        }
    }

    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let view = &model.changes;
        if model.context.as_of.is_some() {
            return Err("a version of the past has nothing that is not committed".to_owned());
        }
        let read = view.read.as_ref();
        let read = read.ok_or_else(|| "nothing has been compared yet".to_owned())?;
        match read.base {
            Base::Head => Ok(vec!["diff".to_owned()]),
            _ => {
                let mut words = about("--against", &read.name);
                // A value with a dash in front belongs to its option.
                if read.name.starts_with('-') {
                    words = vec![format!("--against={}", read.name)];
                }
                words.insert(0, "diff".to_owned());
                Ok(words)
            }
        }
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let read = model.changes.read.as_ref();
        let branch = read.and_then(|read| read.standing.branch.clone());
        let mut crumbs = vec![Crumb::new(SCREEN.title)];
        crumbs.extend(branch.map(Crumb::last));
        crumbs
    }
}
