//! Screen 6: what is different since a baseline, and who did it.

pub(crate) mod seen;
pub mod view;

use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::command_line::about;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::overlays::prompt::Purpose;
use crate::plan::id::StepId;

numbered_screen!(6, "since", "Since", &SinceScreen);

impl Focus {
    /// What is different.
    pub const SINCE: Self = Self::new(Extent::Whole, "since", "since");
}

const SINCE: Places = Places::Only(&[Focus::SINCE]);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Find,
    places: SINCE,
    ..Command::BASE
};

/// Commands of screen 6.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "change-go",
        keys: &["enter"],
        title: "Go to the changed step",
        hint: "go there",
        blocked: no_change,
        run: |model| {
            let Some(step) = model.since.selected().map(|step| step.step) else {
                return;
            };
            match model.plan.find(step) {
                Some(_) => model.jump(step, 0),
                None => model.refuse(format!("{step} was removed; it is no longer in the plan")),
            }
        },
        ..COMMON
    },
    Command {
        name: "next-change",
        keys: &["n"],
        title: "Go to the next changed step that is new to you",
        hint: "next",
        blocked: nothing_new,
        run: |model| go(model, true),
        ..COMMON
    },
    Command {
        name: "previous-change",
        keys: &["N"],
        title: "Go to the previous changed step that is new to you",
        blocked: nothing_new,
        run: |model| go(model, false),
        ..COMMON
    },
    Command {
        name: "set-aside-change",
        keys: &["-"],
        title: "Set the change aside as seen, on a heading all below it; again brings it back",
        hint: "seen",
        group: Group::View,
        blocked: |model| model.is_past().or_else(|| nothing_listed(model)),
        run: Model::set_aside,
        ..COMMON
    },
    Command {
        name: "baseline",
        keys: &["@"],
        title: "Compare with another date, review, gate or commit",
        hint: "baseline",
        group: Group::View,
        run: |model| {
            // What could not be compared with is there to be corrected; the heading has the rest.
            let is_wrong = model.since.trouble.is_some();
            let wrong = is_wrong.then(|| model.since.baseline.clone());
            let wrong = wrong.or_else(|| model.since.wrong.clone());
            let label = "Since when: review, 2w, 2026-11-20, gate:STAGE, a commit";
            model.prompt(label, wrong.unwrap_or_default(), Purpose::Baseline);
        },
        ..COMMON
    },
    Command {
        name: "copy-changes",
        keys: &["Y"],
        title: "Copy what is different as Markdown",
        hint: "copy",
        blocked: |model| {
            let none = model.since.compared.is_none();
            none.then(|| "nothing has been compared yet".to_owned())
        },
        run: |model| {
            if let Some(compared) = &model.since.compared {
                let (text, label) = (compared.markdown(), &compared.baseline.label);
                let what = format!("what is different since {label}, as Markdown");
                model.copy(text, what);
            }
        },
        ..COMMON
    },
];

fn nothing_listed(model: &Model) -> Blocked {
    let none = model.since.rows.is_empty();
    none.then(|| "nothing is listed".to_owned())
}

fn no_change(model: &Model) -> Blocked {
    let none = model.since.selected().is_none();
    none.then(|| "no step is selected".to_owned())
}

fn nothing_new(model: &Model) -> Blocked {
    let mut rows = model.since.rows.iter();
    let none = rows.find_map(view::Row::new_step).is_none();
    none.then(|| "nothing is new to you".to_owned())
}

fn go(model: &mut Model, forward: bool) {
    if !model.since.go_to_new(forward) {
        model.say("no other changed step is new to you");
    }
}

struct SinceScreen;

impl Screen for SinceScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS]
    }

    fn focus(&self, _: &Model) -> Focus {
        Focus::SINCE
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.since;
        view.cursor = moved(view.cursor, by, view.rows.len());
    }

    /// A commit leaves the files as they are: coming here looks whether there was one.
    fn opened(&self, model: &mut Model) {
        model.ask_since();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_since();
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        model.since.selected().map(|step| step.step)
    }

    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        match model.since.compared {
            Some(_) => Ok(about("since", &model.since.baseline)),
            None => Err("nothing has been compared yet".to_owned()),
        }
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let baseline = Crumb::last(&*model.since.baseline);
        vec![Crumb::new(SCREEN.title), baseline]
    }
}
