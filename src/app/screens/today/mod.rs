//! Screen 0: what waits for the person at this desk. Every line leads to where it is dealt with.

pub(crate) mod view;

use chrono::{DateTime, Duration, Utc};

use self::view::Leads;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::standup::view::Thread;
use crate::app::screens::{gates, outlook, plan, review, since, standup};
use crate::change::value::{Refusal, refuse};
use crate::history::target::Target;
use crate::plan::id::StepId;
use crate::plan::people::Identity;
use crate::record::today::is_known;

numbered_screen!(0, "today", "Today", &TodayScreen);

impl Focus {
    /// The person's own steps, and what is new to them.
    pub const MINE: Self = Self::new(Extent::Pane, "today", "mine");
    /// What the team has ahead: rituals, gates, blockers.
    pub const TEAM: Self = Self::new(Extent::Pane, "today", "team");
}

const PANES: &[Focus] = &[Focus::MINE, Focus::TEAM];
const TODAY: Places = Places::Only(PANES);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Find,
    places: TODAY,
    ..Command::BASE
};

/// Commands of screen 0.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "today-go",
        keys: &["enter"],
        title: "Go to what the line says",
        hint: "go there",
        blocked: no_line,
        run: go,
        ..COMMON
    },
    Command {
        name: "who-am-i",
        keys: &["e"],
        title: "Say who you are: a name from the table of people, or an owner of steps",
        hint: "who you are",
        group: Group::View,
        run: ask_me,
        ..COMMON
    },
];

/// Asks who the person is. A name that the plan does not have is of no use there.
fn ask_me(model: &mut Model) {
    let is_known = model.today.morning.as_ref().is_some_and(|day| day.is_known);
    let name = if is_known {
        model.context.me.name()
    } else {
        ""
    };
    let name = name.to_owned();
    model.prompt("Your name in this plan", name, Purpose::Me);
}

fn no_line(model: &Model) -> Blocked {
    let none = model.today.leads().is_none();
    none.then(|| "nothing is selected".to_owned())
}

fn go(model: &mut Model) {
    let Some(leads) = model.today.leads() else {
        return;
    };
    match leads {
        Leads::Me => ask_me(model),
        Leads::Step(id) => model.jump(id, 0),
        Leads::Mine => match model.query("is:mine is:open") {
            Ok(query) => {
                model.view.filter = query;
                model.open_screen(&plan::SCREEN);
                model.view.pane = Focus::STEPS;
                model.find(None);
            }
            Err(error) => model.refuse(error.to_string()),
        },
        Leads::Change(step) => {
            model.open_screen(&since::SCREEN);
            model.since.select(step);
        }
        Leads::Since => model.open_screen(&since::SCREEN),
        Leads::Standup => model.open_screen(&standup::SCREEN),
        Leads::Thread(stage) => {
            model.open_screen(&standup::SCREEN);
            model.standup_view.thread = Some((Thread::Stage(stage), model.standup_view.pane));
            model.standup_view.pane = Focus::ENTRIES;
            model.gather_thread();
        }
        Leads::Review => model.open_screen(&review::SCREEN),
        Leads::Checkpoint(number) => {
            model.open_screen(&outlook::SCREEN);
            model
                .outlook
                .want((Target::Checkpoint(number), String::new()));
        }
        Leads::Papers(wanted) => model.show_paper(wanted),
        Leads::Gate(stage, check) => {
            model.open_screen(&gates::SCREEN);
            model.gates.stage = stage;
            model.gates.pane = Focus::CHECKS;
            model.gates.check = check.unwrap_or(0);
        }
    }
}

impl Model {
    /// Takes the person for the one with this name.
    ///
    /// # Errors
    /// When neither a table of people nor an owner is called so.
    pub(crate) fn set_me(&mut self, name: &str) -> Result<(), Refusal> {
        let name = name.trim();
        if !is_known(&self.called(name), &self.plan) {
            return refuse(format!("nobody in this plan is called “{name}”"));
        }
        self.take_for(name);
        self.say(format!("you are {name}"));
        Ok(())
    }

    /// Takes the person for the one with this name, now and the next time.
    pub(crate) fn take_for(&mut self, name: &str) {
        self.today.is_told = true;
        self.know_person(self.called(name));
    }

    fn called(&self, name: &str) -> Identity {
        Identity {
            given: Some(name.to_owned()),
            ..self.context.me.clone()
        }
    }
}

struct TodayScreen;

impl Screen for TodayScreen {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.today.pane
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.today.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        model.today.step(by);
    }

    /// What is new is found by the comparison of screen 6.
    fn opened(&self, model: &mut Model) {
        model.ask_since();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_since();
        model.keep_today();
    }

    /// Countdowns go by minutes.
    fn next_change(&self, model: &Model) -> Option<DateTime<Utc>> {
        Some(model.minute() + Duration::minutes(1))
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        match model.today.leads()? {
            Leads::Step(id) | Leads::Change(id) => Some(id),
            _ => None,
        }
    }

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Ok(vec!["today".to_owned()])
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let day = model.now.format("%A %Y-%m-%d").to_string();
        vec![Crumb::new(SCREEN.title), Crumb::last(day)]
    }
}
