//! What is shown and how, and the program itself.

use crate::app::core::command::{Command, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Program,
    places: Places::Everywhere,
    ..Command::BASE
};

/// Commands that change the view, and the program's own.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "zoom",
        keys: &["z"],
        title: "Maximise or restore the pane",
        hint: "zoom",
        group: Group::View,
        places: Places::Panes,
        run: |model| {
            if !model.unzoom() {
                model.zoomed.push(model.screen);
            }
        },
        ..COMMON
    },
    Command {
        name: "help",
        keys: &["?"],
        title: "List the keys that work here; type to narrow the list, Enter runs one",
        hint: "help",
        run: |model| model.choose_from(Source::Help),
        ..COMMON
    },
    Command {
        name: "suspend",
        keys: &["ctrl-z"],
        title: "Suspend to the shell; fg comes back",
        run: |model| model.effects.push(Effect::Suspend),
        ..COMMON
    },
    Command {
        name: "redraw",
        keys: &["ctrl-l"],
        title: "Redraw the screen",
        run: |model| model.effects.push(Effect::Redraw),
        ..COMMON
    },
    Command {
        name: "quit",
        keys: &["q", "ctrl-c"],
        title: "Quit; every edit is already saved",
        hint: "quit",
        run: quit,
        ..COMMON
    },
];

impl Model {
    /// Whether the pane with the keys fills the screen.
    pub(crate) fn is_zoomed(&self) -> bool {
        self.zoomed.contains(&self.screen)
    }

    /// Gives the other panes their room back. Answers whether they had none.
    pub(crate) fn unzoom(&mut self) -> bool {
        let was = self.is_zoomed();
        self.zoomed.retain(|screen| *screen != self.screen);
        was
    }
}

pub(super) fn quit(model: &mut Model) {
    if model.has_conflict() {
        return model.refuse("there is a conflict to resolve; pick a version first");
    }
    if let Some(name) = model.programs.running().filter(|_| !model.leaving) {
        let quit = model.keymap.key_of("quit");
        let said = format!("{name} is still running: {quit} again cancels it and quits");
        model.leaving = true;
        return model.refuse(said);
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
