//! What is shown and how, and the program itself.

use crate::app::core::command::{Command, EVERYWHERE, Focus, Group, SCREENS, STEP};
use crate::app::core::message::Effect;
use crate::app::core::model::{Model, Screen};
use crate::app::overlays::chooser::Source;
use crate::app::screens::plan::why;
use crate::plan::field::Field;
use crate::plan::status::Status;

/// Commands that change the view, and the program's own.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "why",
        keys: &["w"],
        title: "Why the step is ready, waiting, blocked or done",
        hint: "why",
        group: Group::View,
        places: STEP,
        blocked: crate::app::core::command::no_step,
        run: why,
    },
    Command {
        name: "zoom",
        keys: &["z"],
        title: "Maximise or restore the pane",
        hint: "zoom",
        group: Group::View,
        places: &[
            Focus::Blocks,
            Focus::Steps,
            Focus::Detail,
            Focus::Chain,
            Focus::Ladder,
            Focus::Checks,
            Focus::Owners,
            Focus::Proposals,
            Focus::Dependencies,
            Focus::NextTen,
            Focus::Cards,
            Focus::Entries,
        ],
        blocked: |_| None,
        run: |model| match model.screen {
            Screen::Gates => model.gates.zoomed = !model.gates.zoomed,
            Screen::Review => model.review.zoomed = !model.review.zoomed,
            Screen::Standup => model.standup_view.zoomed = !model.standup_view.zoomed,
            _ => model.view.zoomed = !model.view.zoomed,
        },
    },
    Command {
        name: "tree",
        keys: &["T"],
        title: "Show the chain as a tree, or as columns",
        hint: "",
        group: Group::View,
        places: STEP,
        blocked: crate::app::core::command::no_step,
        run: |model| {
            model.view.tree = !model.view.tree;
            model.view.link = 0;
            if model.view.tree
                && let Some(step) = model.step()
            {
                let rows = crate::app::screens::plan::chain::tree(&model.plan, step.index());
                let middle = rows.iter().position(|row| row.depth == 0);
                model.view.pane = crate::app::screens::plan::view::Pane::Chain;
                model.view.link = middle.unwrap_or(0);
            }
        },
    },
    Command {
        name: "screen-plan",
        keys: &["1"],
        title: "Screen 1: Plan",
        hint: "",
        group: Group::View,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.open_screen(Screen::Plan),
    },
    Command {
        name: "screen-gates",
        keys: &["2"],
        title: "Screen 2: Gates",
        hint: "",
        group: Group::View,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.open_screen(Screen::Gates),
    },
    Command {
        name: "screen-standup",
        keys: &["4"],
        title: "Screen 4: Standup",
        hint: "",
        group: Group::View,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.open_screen(Screen::Standup),
    },
    Command {
        name: "screen-problems",
        keys: &["5"],
        title: "Screen 5: Problems",
        hint: "",
        group: Group::View,
        places: SCREENS,
        blocked: |_| None,
        run: |model| model.open_screen(Screen::Problems),
    },
    Command {
        name: "help",
        keys: &["?"],
        title: "List the keys that work here; type to narrow the list, Enter runs one",
        hint: "help",
        group: Group::Program,
        places: EVERYWHERE,
        blocked: |_| None,
        run: |model| model.choose_from(Source::Help),
    },
    Command {
        name: "suspend",
        keys: &["ctrl-z"],
        title: "Suspend to the shell; fg comes back",
        hint: "",
        group: Group::Program,
        places: EVERYWHERE,
        blocked: |_| None,
        run: |model| model.effects.push(Effect::Suspend),
    },
    Command {
        name: "redraw",
        keys: &["ctrl-l"],
        title: "Redraw the screen",
        hint: "",
        group: Group::Program,
        places: EVERYWHERE,
        blocked: |_| None,
        run: |model| model.effects.push(Effect::Redraw),
    },
    Command {
        name: "quit",
        keys: &["q", "ctrl-c"],
        title: "Quit; every edit is already saved",
        hint: "quit",
        group: Group::Program,
        places: EVERYWHERE,
        blocked: |_| None,
        run: quit,
    },
];

fn quit(model: &mut Model) {
    if model.has_conflict() {
        return model.refuse("there is a conflict to resolve; pick a version first");
    }
    if model.sync.failed() > 0 && !model.leaving {
        model.leaving = true;
        let retry = model.keymap.key_of("retry-save");
        let quit = model.keymap.key_of("quit");
        return model.refuse(format!(
            "{} not saved: {retry} retries, {quit} again quits without saving",
            model.sync.failed()
        ));
    }
    model.leave();
}

fn why(model: &mut Model) {
    let Some(step) = model.step() else { return };
    let title = format!("Why: {} {}", step.id(), step.title());
    let mut lines = why::why(&model.plan, step);
    let notes = step.text(Field::Notes);
    if !notes.is_empty() && matches!(step.status(), Some(Status::Blocked)) {
        lines.push(format!("Notes: {notes}"));
    }
    model.note(title, lines);
}
