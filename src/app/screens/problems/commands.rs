//! What the checks find, and fixing it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::overlays::input::too_long;
use crate::app::overlays::prompt::Purpose;
use crate::change::value::Refusal;
use crate::plan::LogPlace;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::{Problem, conflict_marker};
use crate::plan::source::{self, Role};

const PROBLEMS: Places = Places::Only(&[Focus::PROBLEMS]);

/// Commands of screen 5.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "problem-go",
        keys: &["enter"],
        title: "Go to the problem's step or line",
        hint: "go there",
        group: Group::Find,
        places: PROBLEMS,
        blocked: no_problem,
        run: go,
    },
    Command {
        name: "problem-line",
        keys: &["e"],
        title: "Edit the problem's log line as text",
        hint: "edit line",
        group: Group::Edit,
        places: PROBLEMS,
        blocked: not_in_log,
        run: edit_line,
    },
    Command {
        name: "problem-fix",
        keys: &["f"],
        title: "Fix the problem, after a preview",
        hint: "fix",
        group: Group::Edit,
        places: PROBLEMS,
        blocked: no_fix,
        run: fix,
    },
    Command {
        name: "check",
        keys: &["c"],
        title: "Run the checks again; while they run, stop them",
        hint: "check",
        group: Group::Program,
        places: PROBLEMS,
        blocked: |_| None,
        run: Model::check_or_stop,
    },
];

fn problem(model: &Model) -> Option<Problem> {
    let view = &model.problems;
    view.found.problem(view.cursor, &model.plan)
}

fn no_problem(model: &Model) -> Blocked {
    problem(model)
        .is_none()
        .then(|| "there is no problem".to_owned())
}

fn not_in_log(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_problem(model)).or_else(|| {
        let path = problem(model)?.place.path;
        let file = model.plan.files().iter().find(|file| file.path == path);
        match file.map(|file| file.role) {
            Some(Role::Log) => None,
            _ => Some(format!(
                "{} is not a log; edit it in your editor",
                path.display()
            )),
        }
    })
}

fn go(model: &mut Model) {
    let Some(problem) = problem(model) else {
        return;
    };
    if problem.code == conflict_marker::RULE.code
        && model.open_merge(&problem.place.path, problem.place.line)
    {
        return;
    }
    if let Some((at, check, words)) = check_at(model, &problem.place) {
        if let Err(refusal) = model.go_to_check(at, check, &words) {
            model.refuse(refusal.to_string());
        }
        return;
    }
    match problem.step.filter(|id| model.plan.find(*id).is_some()) {
        Some(id) => {
            // Of several steps with this ID, the one written at the problem's place.
            let here = model
                .plan
                .family(id)
                .map(|step| model.plan.step(step))
                .find(|step| {
                    step.id() == id
                        && step
                            .places()
                            .iter()
                            .any(|p| p.path == problem.place.path && p.line == problem.place.line)
                });
            let nth = here.map_or(0, |step| step.nth());
            model.jump(id, nth);
        }
        None if not_in_log(model).is_none() => edit_line(model),
        None => model.say(format!("{} · {}", problem.place, problem.message)),
    }
}

/// Where the check stands on screen 2 that a problem is about, and its words.
fn check_at(model: &Model, place: &source::Location) -> Option<(usize, usize, String)> {
    let is_here = |check: &&Check| {
        check.line == place.line && model.plan.files()[check.file].path == place.path
    };
    (0..model.holders()).find_map(|at| {
        let checks = model.holder(at)?.checks();
        let found = checks.iter().position(is_here)?;
        Some((at, found, checks[found].text.clone()))
    })
}

fn edit_line(model: &mut Model) {
    let Some(place) = problem(model).map(|problem| problem.place) else {
        return;
    };
    let Some(log) = model
        .plan
        .files()
        .iter()
        .find(|file| file.path == place.path)
        .and_then(|file| file.log())
    else {
        return;
    };
    let line = place.line.saturating_sub(1);
    if line >= log.line_count() {
        return model.refuse("the line is no longer there");
    }
    let (text, body) = (log.line(line).text().into_owned(), log.line(line).body());
    if let Some(reason) = too_long(&text) {
        return model.refuse(format!("{reason}: edit the file in your editor"));
    }
    let seen = log.line(line).bytes()[body.range()].to_vec();
    let label = place.to_string();
    let path = place.path;
    let purpose = Purpose::Line(LogLine { path, line, seen });
    model.prompt(label, text, purpose);
}

fn no_fix(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_problem(model)).or_else(|| {
        let fixable = problem(model)?.fix.is_some();
        (!fixable).then(|| {
            let key = model.keymap.key_of("problem-go");
            format!("this cannot be fixed for you; {key} goes there")
        })
    })
}

fn fix(model: &mut Model) {
    let stale = model.problems.generation != model.generation;
    let Some(fix) = problem(model).and_then(|problem| problem.fix) else {
        return;
    };
    if stale {
        return model.refuse("the plan has just changed and is being checked; press again");
    }
    match model.composer().fix(&fix, true) {
        Err(refusal) => model.refuse(refusal.to_string()),
        Ok(change) => {
            let consequence = model.preview(&change);
            model.confirm(format!("Write this? {}", change.label), consequence, change);
        }
    }
}

/// A log line about to be replaced.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct LogLine {
    /// The line's file, relative to the root.
    pub(crate) path: PathBuf,
    /// The line, counted from 0.
    line: usize,
    /// What stood there when the field was opened.
    pub(crate) seen: Vec<u8>,
}

impl Model {
    /// Replaces a log line.
    pub(crate) fn set_line(&mut self, of: &LogLine, text: &str) -> Result<(), Refusal> {
        let file = (self.plan.files().iter()).position(|file| file.path == of.path);
        let place = LogPlace {
            file: file.ok_or_else(|| Refusal("the file is gone".to_owned()))?,
            line: of.line,
        };
        let change = self.composer().set_line(place, &of.seen, text)?;
        self.make(Ok(change), 1);
        Ok(())
    }
}
