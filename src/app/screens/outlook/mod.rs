//! Screen 7: by when the plan, its stages, blocks and checkpoints are likely to be done, how it went
//! so far, and which steps may wait.

pub mod view;

use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::command_line::about;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::screens::plan;
use crate::history::outlook::markdown;
use crate::history::target::Target;
use crate::plan::id::StepId;

numbered_screen!(7, "outlook", "Outlook", &OutlookScreen);

impl Focus {
    /// What can be done by when.
    pub const FORECASTS: Self = Self::new(Extent::Pane, "outlook", "forecasts");
    /// How it went: a chart, or a table.
    pub const BURN_UP: Self = Self::new(Extent::Pane, "outlook", "burn-up");
    /// Which open steps may wait.
    pub const FLOAT: Self = Self::new(Extent::Pane, "outlook", "float");
}

const PANES: &[Focus] = &[Focus::FORECASTS, Focus::BURN_UP, Focus::FLOAT];
const OUTLOOK: Places = Places::Only(PANES);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Find,
    places: OUTLOOK,
    ..Command::BASE
};

/// Commands of screen 7.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "outlook-go",
        keys: &["enter"],
        title: "Go to the stage, the steps of the block, or the step that may wait or not",
        hint: "go there",
        blocked: nothing_listed,
        run: go,
        ..COMMON
    },
    Command {
        name: "outlook-filter",
        keys: &["/"],
        title: "Forecast the steps that pass a filter, which the step list has too",
        hint: "filter",
        run: Model::open_filter,
        ..COMMON
    },
    Command {
        name: "burn-table",
        keys: &["T"],
        title: "Show how it went as a table of numbers, or as a chart",
        hint: "table",
        group: Group::View,
        run: |model| model.outlook.is_table ^= true,
        ..COMMON
    },
    Command {
        name: "copy-forecasts",
        keys: &["Y"],
        title: "Copy the forecasts as Markdown",
        hint: "copy",
        blocked: nothing_listed,
        run: |model| {
            let text = markdown(&model.outlook.outlooks, &model.plan, model.now.date_naive());
            model.copy(text, "the forecasts as Markdown".to_owned());
        },
        ..COMMON
    },
];

fn nothing_listed(model: &Model) -> Blocked {
    let none = model.outlook.selected().is_none();
    none.then(|| "nothing is known yet".to_owned())
}

fn go(model: &mut Model) {
    if model.outlook.pane == Focus::FLOAT {
        match model.outlook.selected_float() {
            Some(float) => model.jump(float.step, 0),
            None => model.refuse("no step is open"),
        }
        return;
    }
    let Some(outlook) = model.outlook.selected() else {
        return;
    };
    let first = outlook.open.first().copied();
    match outlook.target.clone() {
        Target::Plan => model.open_screen(&plan::SCREEN),
        Target::Stage(name) => model.open_stage(&name),
        Target::Block(id) => model.open_block(id),
        Target::Checkpoint(_) => match first {
            Some(step) => model.jump(step, 0),
            None => model.say("nothing is open there"),
        },
    }
}

struct OutlookScreen;

impl Screen for OutlookScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.outlook.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.outlook.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.outlook;
        match view.pane {
            Focus::FLOAT => view.float = moved(view.float, by, view.floats.len()),
            Focus::BURN_UP => {
                let weeks = view.selected().map_or(0, |outlook| outlook.weeks.len());
                view.week = moved(view.week.min(weeks.saturating_sub(1)), by, weeks);
            }
            _ => view.step(by),
        }
    }

    /// A commit leaves the files as they are: coming here looks whether there was one.
    fn opened(&self, model: &mut Model) {
        model.outlook.wanted = model.outlook_wanted();
        model.ask_outlook();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_outlook();
        model.keep_floats();
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        let float = model.outlook.selected_float()?;
        (model.outlook.pane == Focus::FLOAT).then_some(float.step)
    }

    /// The forecast of what is selected, how it went, or the steps that may wait.
    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let selected = model.outlook.selected();
        let is_filtered = selected.is_some_and(|outlook| !outlook.filter.is_empty());
        let filter = match is_filtered || selected.is_none() {
            true => model.filter_arguments()?,
            false => Vec::new(),
        };
        let target = selected.map(|outlook| &outlook.target);
        let target = target.filter(|target| **target != Target::Plan);
        let target = target.map(ToString::to_string);
        Ok(match model.outlook.pane {
            Focus::BURN_UP => [vec!["burn".to_owned()], filter].concat(),
            pane => {
                let float = (pane == Focus::FLOAT).then(|| "--float".to_owned());
                let mut words = vec!["forecast".to_owned()];
                words.extend(float.into_iter().chain(filter));
                let target = target.map(|target| about("", &target)).unwrap_or_default();
                words.extend(target.into_iter().skip(1));
                words
            }
        })
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let selected = model.outlook.selected();
        let selected = selected.map(|outlook| Crumb::last(outlook.name(&model.plan)));
        [Crumb::new(SCREEN.title)]
            .into_iter()
            .chain(selected)
            .collect()
    }
}
